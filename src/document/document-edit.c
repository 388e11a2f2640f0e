/* document-edit.c: what this device writes: text, records, and their signatures */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-private.h"

#include <string.h>

#include "trust/random.h"
#include "trust/seal-signature.h"
#include "wire/record.h"

static gboolean
fail (GError **error, CoquillDocumentError code, const char *what)
{
  g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, code, what);

  return FALSE;
}

/* Makes this run's agent, which names the one that the device had before. */
static gboolean
make_agent (CoquillDocument *self, GError **error)
{
  CoquillAgentPrevious previous = { 0 };
  CoquillAgent agent = { 0 };
  guint32 last = COQUILL_NO_AGENT;

  for (guint32 i = 0; i < coquill_text_n_agents (self->text); i++)
    if (memcmp (coquill_text_agent (self->text, i)->device, self->device.sign, 32) == 0
        && (last == COQUILL_NO_AGENT
            || coquill_agent_compare (coquill_text_agent (self->text, i),
                                      coquill_text_agent (self->text, last))
                   > 0))
      last = i;

  memcpy (agent.device, self->device.sign, 32);
  coquill_random_fill ((guint8 *)&agent.nonce, sizeof agent.nonce);
  if (last != COQUILL_NO_AGENT)
    {
      const CoquillAgent *before = coquill_text_agent (self->text, last);

      previous.present = true;
      previous.ordinal = before->ordinal;
      previous.nonce = before->nonce;
      previous.length = coquill_text_agent_length (self->text, last);
      if (before->ordinal == G_MAXUINT32
          || !coquill_chain_set_digest (self->chains, last, previous.length, previous.digest))
        return fail (error, COQUILL_DOCUMENT_ERROR_NOT_HERE, "what this device wrote before is not known");
      agent.ordinal = before->ordinal + 1;
    }
  self->agent = coquill_text_add_agent (self->text, &agent, previous.present ? &previous : NULL);
  if (self->agent == COQUILL_NO_AGENT)
    return fail (error, COQUILL_DOCUMENT_ERROR_TOO_LARGE, "the document has too many agents");
  g_array_set_size (self->under, 0);

  return TRUE;
}

gboolean
coquill_document_begin_edit (CoquillDocument *self, GError **error)
{
  g_autoptr (GArray) heads = NULL;
  g_autoptr (CoquillRecord) record = NULL;
  g_autoptr (GBytes) bytes = NULL;
  CoquillTextError text_error;

  if (!coquill_document_can_edit (self))
    return fail (error, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED, "this device may not edit the document");
  if (self->agent == COQUILL_NO_AGENT && !make_agent (self, error))
    return FALSE;

  if (self->under->len > 0 && self->under_entries == coquill_membership_get_n_entries (self->log))
    return TRUE;
  self->under_entries = coquill_membership_get_n_entries (self->log);
  heads = coquill_membership_get_heads (self->log);
  if (heads->len == self->under->len
      && memcmp (heads->data, self->under->data, heads->len * sizeof (CoquillDigest)) == 0)
    return TRUE;
  record = coquill_record_new_under ((const CoquillDigest *)(gpointer)heads->data,
                                     MIN (heads->len, COQUILL_RECORD_MAX_HEADS));
  bytes = coquill_record_encode (record);
  if (!coquill_text_record (self->text, self->agent, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                            NULL, &text_error))
    {
      coquill_document_set_text_error (error, &text_error);
      return FALSE;
    }
  g_array_unref (self->under);
  self->under = g_steal_pointer (&heads);

  return TRUE;
}

gboolean
coquill_document_insert (
    CoquillDocument *self, guint64 position, const char *text, gsize bytes, gint64 now, GError **error)
{
  CoquillTextRange range;
  CoquillTextError text_error;

  if (bytes == 0)
    return TRUE;
  if (!coquill_document_begin_edit (self, error))
    return FALSE;
  range = (CoquillTextRange){ .agent = self->agent };
  if (!coquill_text_insert (self->text, self->agent, position, text, bytes, &range.sequence, &text_error))
    return fail (error, COQUILL_DOCUMENT_ERROR_TEXT, text_error.message);
  range.length = coquill_text_agent_length (self->text, self->agent) - range.sequence;
  coquill_undo_stack_inserted (self->undo, &range, position, text, bytes, now);

  return TRUE;
}

gboolean
coquill_document_delete (CoquillDocument *self, guint64 position, guint64 count, gint64 now, GError **error)
{
  CoquillTextRange range;
  CoquillTextError text_error;

  if (count == 0)
    return TRUE;
  if (!coquill_document_begin_edit (self, error))
    return FALSE;
  range = (CoquillTextRange){ .agent = self->agent, .length = count };
  if (!coquill_text_delete (self->text, self->agent, position, count, &range.sequence, &text_error))
    return fail (error, COQUILL_DOCUMENT_ERROR_TEXT, text_error.message);
  coquill_undo_stack_deleted (self->undo, &range, position, now);

  return TRUE;
}

/* Records */

const char *
coquill_document_get_record (CoquillDocument *self,
                             const char *collection,
                             const char *item,
                             const char *field)
{
  const CoquillRegister *entry = coquill_record_table_find (self->records, collection, item, field);

  return entry != NULL ? entry->text : NULL;
}

gboolean
coquill_document_set_record (CoquillDocument *self,
                             const char *collection,
                             const char *item,
                             const char *field,
                             const char *value,
                             GError **error)
{
  static const guint8 unknown_yet[32] = { 0 };
  g_autoptr (GBytes) bytes = value != NULL ? g_bytes_new (value, strlen (value)) : NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (CoquillRecord) record = NULL;
  CoquillTextError text_error;
  CoquillChangeId id;
  guint64 depth;

  if (g_strcmp0 (coquill_document_get_record (self, collection, item, field), value) == 0)
    return TRUE;
  if (strlen (collection) > COQUILL_RECORD_NAME_MAX || strlen (item) > COQUILL_RECORD_NAME_MAX
      || strlen (field) > COQUILL_RECORD_NAME_MAX
      || (bytes != NULL && g_bytes_get_size (bytes) > COQUILL_RECORD_VALUE_MAX))
    return fail (error, COQUILL_DOCUMENT_ERROR_TOO_LARGE, "a record's name or value is too long");
  if (*collection == '\0' || *field == '\0' || (value != NULL && !g_utf8_validate (value, -1, NULL)))
    return fail (error, COQUILL_DOCUMENT_ERROR_TEXT, "a record has no name, or its value is not UTF-8");
  if (!coquill_document_begin_edit (self, error))
    return FALSE;

  record = coquill_record_new_write (collection, item, field, bytes);
  payload = coquill_record_encode (record);
  id.agent = self->agent;
  if (!coquill_text_record (self->text, self->agent, g_bytes_get_data (payload, NULL),
                            g_bytes_get_size (payload), &id.sequence, &text_error))
    {
      coquill_document_set_text_error (error, &text_error);
      return FALSE;
    }
  /* Deeper than all that is known, it wins at once; its digest follows when it is signed. */
  if (coquill_text_depth (self->text, id, &depth)
      && coquill_record_table_write (self->records, collection, item, field, bytes, depth, unknown_yet))
    self->news |= COQUILL_DOCUMENT_NEWS_RECORDS;

  return TRUE;
}

static gboolean
may_write (const CoquillAgent *author, const CoquillRecord *record)
{
  char hexadecimal[65];

  if (!g_str_equal (record->collection, "people"))
    return TRUE;
  for (guint i = 0; i < 32; i++)
    g_snprintf (hexadecimal + 2 * i, 3, "%02x", author->device[i]);

  return g_str_equal (record->item, hexadecimal);
}

void
coquill_document_read_records (CoquillDocument *self,
                               const CoquillChange *change,
                               CoquillChangeHasher *hasher)
{
  CoquillChangeReader reader;
  CoquillOperation operation;

  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      const CoquillAgent *author = &change->agents[operation.agent].id;
      g_autoptr (GBytes) payload = NULL;
      g_autoptr (CoquillRecord) record = NULL;
      CoquillChangeId id = { .sequence = operation.sequence };
      guint8 digest[32];
      guint64 depth;

      if (operation.kind != COQUILL_OPERATION_RECORD
          || operation.sequence < coquill_change_hasher_get_known (hasher, operation.agent))
        continue;
      payload = g_bytes_new (operation.content, operation.content_length);
      record = coquill_record_decode (payload, NULL);
      id.agent = coquill_text_find_agent (self->text, author);
      if (record == NULL || record->kind != COQUILL_RECORD_WRITE || !may_write (author, record)
          || !coquill_change_hasher_digest (hasher, operation.agent, operation.sequence + 1, digest)
          || !coquill_text_depth (self->text, id, &depth))
        continue;
      if (coquill_record_table_write (self->records, record->collection, record->item, record->field,
                                      record->value, depth, digest))
        self->news |= COQUILL_DOCUMENT_NEWS_RECORDS;
    }
}

/* Signing */

typedef struct
{
  gsize room;
  guint64 items;
} Split;

static bool
measure_cb (const CoquillOperation *operation,
            const CoquillChangeId *parents,
            const uint8_t *content,
            void *data)
{
  Split *split = data;
  /* An upper bound of what one item of the run takes; runs of the other kinds take next to nothing. */
  gsize each = operation->kind == COQUILL_OPERATION_INSERT   ? 4
               : operation->kind == COQUILL_OPERATION_RECORD ? operation->content_length
                                                             : 0;
  gsize overhead = 64 + operation->n_parents * 16;
  guint64 fits;

  if (split->room < overhead)
    return split->items == 0;
  split->room -= overhead;
  fits = each == 0 ? operation->length : MIN (operation->length, split->room / each);
  if (fits == 0 && split->items == 0)
    fits = 1;
  split->items += fits;
  split->room -= MIN (split->room, fits * each);

  return fits == operation->length;
}

/* Signs the local versions from flushed up to @to as one body. */
static void
seal_stretch (CoquillDocument *self, guint64 to)
{
  g_autoptr (CoquillChange) change = coquill_text_extract (self->text, self->flushed, to);
  const CoquillAgent *agent = coquill_text_agent (self->text, self->agent);
  g_autoptr (CoquillChangeHasher) hasher = NULL;
  g_autoptr (GBytes) bytes = NULL;
  CoquillSeal seal = { .ordinal = agent->ordinal, .nonce = agent->nonce };
  CoquillChangeReader reader;
  CoquillOperation operation;
  CoquillNeed need;
  guint64 length = 0;
  guint32 own = 0;

  g_assert (change != NULL);
  while (coquill_agent_compare (&change->agents[own].id, agent) != 0)
    own++;
  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    length = operation.sequence + operation.length;

  hasher = coquill_change_hasher_new (self->chains, change);
  coquill_change_hasher_want (hasher, own, length);
  if (!coquill_change_hasher_run (hasher, &need, NULL)
      || !coquill_change_hasher_digest (hasher, own, length, seal.digest))
    g_assert_not_reached ();
  seal.sequence = length - 1;
  coquill_seal_sign (&seal, self->id, self->keys);
  if (self->complete)
    {
      coquill_seal_list_begin_body (self->seals, self->flushed, coquill_change_hasher_get_weight (hasher));
      coquill_seal_list_add (self->seals, self->agent, &seal);
    }
  else
    coquill_document_note_stored (self, self->later, to, &seal, 1);
  coquill_change_hasher_commit (hasher);
  coquill_document_read_records (self, change, hasher);

  bytes = coquill_document_encode_change (change, &seal, 1);
  g_assert (bytes != NULL);
  g_ptr_array_add (self->outgoing, coquill_body_new (COQUILL_PAYLOAD_CHANGE, bytes));
  self->flushed = to;
}

void
coquill_document_seal_edits (CoquillDocument *self)
{
  guint64 end = coquill_text_n_items (self->text);

  while (self->flushed < end)
    {
      Split split = { .room = COQUILL_DOCUMENT_SPLIT };

      coquill_text_foreach_item (self->text, self->flushed, end, measure_cb, &split);
      g_assert (split.items > 0);
      seal_stretch (self, self->flushed + split.items);
    }
}

GPtrArray *
coquill_document_flush (CoquillDocument *self)
{
  GPtrArray *bodies;

  coquill_document_seal_edits (self);
  bodies = g_steal_pointer (&self->outgoing);
  self->outgoing = coquill_body_array_new ();

  return bodies;
}
