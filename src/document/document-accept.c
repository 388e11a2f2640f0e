/* document-accept.c: what others wrote: decoded, checked, merged or held */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-private.h"

#include <string.h>

#include "text/codec.h"
#include "trust/entry-signature.h"
#include "trust/seal-signature.h"
#include "wire/record.h"

void
coquill_document_set_text_error (GError **error, const CoquillTextError *text_error)
{
  static const CoquillDocumentError codes[] = {
    [COQUILL_TEXT_ERROR_NONE] = COQUILL_DOCUMENT_ERROR_MALFORMED,
    [COQUILL_TEXT_ERROR_MALFORMED] = COQUILL_DOCUMENT_ERROR_MALFORMED,
    [COQUILL_TEXT_ERROR_UNSUPPORTED_VERSION] = COQUILL_DOCUMENT_ERROR_UNSUPPORTED_VERSION,
    [COQUILL_TEXT_ERROR_CHECKSUM] = COQUILL_DOCUMENT_ERROR_MALFORMED,
    [COQUILL_TEXT_ERROR_TOO_LARGE] = COQUILL_DOCUMENT_ERROR_TOO_LARGE,
    [COQUILL_TEXT_ERROR_MISSING] = COQUILL_DOCUMENT_ERROR_IMPOSSIBLE,
    [COQUILL_TEXT_ERROR_IMPOSSIBLE] = COQUILL_DOCUMENT_ERROR_IMPOSSIBLE,
    [COQUILL_TEXT_ERROR_HISTORY_NEEDED] = COQUILL_DOCUMENT_ERROR_NOT_HERE,
    [COQUILL_TEXT_ERROR_NO_MEMORY] = COQUILL_DOCUMENT_ERROR_TOO_LARGE,
  };

  g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, (gint)codes[text_error->code], text_error->message);
}

static gboolean
fail (GError **error, CoquillDocumentError code, const char *what)
{
  g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, (gint)code, what);

  return FALSE;
}

CoquillChange *
coquill_document_decode_change (GBytes *bytes, CoquillSignedChange **signed_change, GError **error)
{
  g_autoptr (CoquillSignedChange) outer = coquill_signed_change_decode (bytes, error);
  CoquillTextError text_error;
  CoquillChange *change;
  const guint8 *data;
  gsize size;

  if (outer == NULL)
    return NULL;
  data = g_bytes_get_data (outer->change, &size);
  change = coquill_change_decode (data, size, &text_error);
  if (change == NULL)
    {
      coquill_document_set_text_error (error, &text_error);
      return NULL;
    }
  *signed_change = g_steal_pointer (&outer);

  return change;
}

GBytes *
coquill_document_encode_change (const CoquillChange *change, const CoquillSeal *seals, gsize n_seals)
{
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  g_autoptr (GBytes) inner = NULL;
  g_autoptr (CoquillSignedChange) outer = NULL;
  uint8_t *data;
  size_t size;

  if (!coquill_change_encode (change, &buffer))
    {
      coquill_buffer_clear (&buffer);
      return NULL;
    }
  data = coquill_buffer_steal (&buffer, &size);
  inner = g_bytes_new_with_free_func (data, size, free, data);
  outer = coquill_signed_change_new (inner, seals, n_seals);

  return coquill_signed_change_encode (outer);
}

/* Which agent of the change a seal is of; the number of agents if none. */
static gsize
seal_agent (const CoquillChange *change, const CoquillSeal *seal)
{
  gsize i;

  for (i = 0; i < change->n_agents; i++)
    {
      const CoquillAgent *agent = &change->agents[i].id;

      if (agent->ordinal == seal->ordinal && agent->nonce == seal->nonce
          && memcmp (agent->device, seal->device, 32) == 0)
        break;
    }

  return i;
}

static gboolean
check_operation_under (CoquillDocument *self,
                       const CoquillOperation *operation,
                       CoquillNeed *need,
                       GError **error)
{
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (CoquillRecord) record = NULL;

  if (operation->kind == COQUILL_OPERATION_RECORD)
    {
      payload = g_bytes_new (operation->content, operation->content_length);
      record = coquill_record_decode (payload, NULL);
    }
  if (operation->sequence == 0 && (record == NULL || record->kind != COQUILL_RECORD_UNDER))
    return fail (error, COQUILL_DOCUMENT_ERROR_IMPOSSIBLE, "an agent doesn't say which log it writes under");
  if (record == NULL || record->kind != COQUILL_RECORD_UNDER)
    return TRUE;
  for (gsize i = 0; i < record->n_heads; i++)
    if (coquill_membership_find (self->log, record->heads[i].bytes) == NULL)
      {
        *need = (CoquillNeed){ .kind = COQUILL_NEED_ENTRY };
        memcpy (need->id, record->heads[i].bytes, 32);
        return FALSE;
      }

  return TRUE;
}

/* The log heads that new items are written under must be known, and an agent's first item must say them. */
static gboolean
check_under (CoquillDocument *self, const CoquillChange *change, CoquillNeed *need, GError **error)
{
  CoquillChangeReader reader;
  CoquillOperation operation;
  gboolean good = TRUE;

  coquill_change_reader_init (&reader, change);
  while (good && coquill_change_reader_next (&reader, &operation))
    good = check_operation_under (self, &operation, need, error);
  coquill_change_reader_clear (&reader);

  return good;
}

/* Every agent with new items belongs to a member that may write. */
static gboolean
check_rights (CoquillDocument *self, const CoquillChange *change, CoquillNeed *need)
{
  for (gsize i = 0; i < change->n_agents; i++)
    {
      const guint8 *device = change->agents[i].id.device;

      if (coquill_document_get_role (self, device) >= COQUILL_ROLE_EDITOR)
        continue;
      *need = (CoquillNeed){ .kind = COQUILL_NEED_RIGHT };
      memcpy (need->id, device, 32);
      return FALSE;
    }

  return TRUE;
}

/* Each agent's new items end with a seal whose digest is ours and whose signature is the device's. */
static gboolean
check_seals (CoquillDocument *self,
             const CoquillSignedChange *signed_change,
             const CoquillChange *change,
             CoquillChangeHasher *hasher,
             GError **error)
{
  g_autofree gboolean *sealed = g_new0 (gboolean, MAX (change->n_agents, 1));

  for (gsize i = 0; i < signed_change->n_seals; i++)
    {
      const CoquillSeal *seal = &signed_change->seals[i];
      gsize agent = seal_agent (change, seal);
      guint8 digest[32];

      if (agent == change->n_agents || seal->sequence >= COQUILL_MAX_SEQUENCE
          || seal->sequence + 1 != coquill_change_hasher_get_length (hasher, (guint32)agent)
          || seal->sequence < coquill_change_hasher_get_known (hasher, (guint32)agent))
        continue;
      if (!coquill_change_hasher_digest (hasher, (guint32)agent, seal->sequence + 1, digest)
          || memcmp (digest, seal->digest, 32) != 0)
        return fail (error, COQUILL_DOCUMENT_ERROR_SIGNATURE, "items are not those that were signed");
      if (!coquill_seal_verify (seal, self->id))
        return fail (error, COQUILL_DOCUMENT_ERROR_SIGNATURE, "a signature is not the author's");
      sealed[agent] = TRUE;
    }
  for (gsize i = 0; i < change->n_agents; i++)
    if (!sealed[i]
        && coquill_change_hasher_get_length (hasher, (guint32)i)
               > coquill_change_hasher_get_known (hasher, (guint32)i))
      return fail (error, COQUILL_DOCUMENT_ERROR_SIGNATURE, "items are not signed");

  return TRUE;
}

void
coquill_document_keep_seals (CoquillDocument *self,
                             const CoquillSignedChange *signed_change,
                             const CoquillChange *change,
                             CoquillChangeHasher *hasher,
                             guint64 version)
{
  coquill_seal_list_begin_body (self->seals, version, coquill_change_hasher_get_weight (hasher));
  for (gsize i = 0; i < signed_change->n_seals; i++)
    {
      const CoquillSeal *seal = &signed_change->seals[i];
      gsize agent = seal_agent (change, seal);

      if (agent < change->n_agents
          && seal->sequence + 1 == coquill_change_hasher_get_length (hasher, (guint32)agent)
          && seal->sequence >= coquill_change_hasher_get_known (hasher, (guint32)agent))
        coquill_seal_list_add (self->seals, coquill_text_find_agent (self->text, &change->agents[agent].id),
                               seal);
    }
}

typedef struct
{
  CoquillDocument *document;
  CoquillTextDeltaFunc func;
  gpointer data;
} Told;

static void
tell_change_cb (const CoquillTextDelta *delta, void *data)
{
  const Told *told = data;

  coquill_undo_stack_moved (told->document->undo, delta->position, delta->deleted, delta->inserted_length);
  if (told->func != NULL)
    told->func (delta, told->data);
}

/* Returns: whether it was decided; %FALSE if it waits for @need */
static gboolean
try_change (CoquillDocument *self,
            GBytes *bytes,
            gboolean trusted,
            CoquillTextDeltaFunc func,
            gpointer data,
            CoquillAccept *result,
            CoquillNeed *need,
            GError **error)
{
  g_autoptr (CoquillSignedChange) signed_change = NULL;
  g_autoptr (CoquillChange) change = NULL;
  g_autoptr (CoquillChangeHasher) hasher = NULL;
  g_autoptr (GError) local_error = NULL;
  CoquillTextError text_error;
  guint64 version;

  *result = COQUILL_ACCEPT_REFUSED;
  change = coquill_document_decode_change (bytes, &signed_change, error);
  if (change == NULL)
    return TRUE;

  hasher = coquill_change_hasher_new (self->chains, change);
  for (gsize i = 0; i < signed_change->n_seals; i++)
    {
      gsize agent = seal_agent (change, &signed_change->seals[i]);

      if (agent < change->n_agents && signed_change->seals[i].sequence < COQUILL_MAX_SEQUENCE)
        coquill_change_hasher_want (hasher, (guint32)agent, signed_change->seals[i].sequence + 1);
    }
  if ((!trusted && (!check_under (self, change, need, &local_error) || !check_rights (self, change, need)))
      || !coquill_change_hasher_run (hasher, need, &local_error))
    {
      if (local_error == NULL)
        return FALSE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return TRUE;
    }
  if (coquill_change_hasher_get_new_items (hasher) == 0)
    {
      *result = COQUILL_ACCEPT_KNOWN;
      return TRUE;
    }
  if (!trusted && !check_seals (self, signed_change, change, hasher, error))
    return TRUE;

  version = coquill_text_n_items (self->text);
  if (!coquill_text_merge (self->text, change, tell_change_cb, &(Told){ self, func, data }, &text_error))
    {
      coquill_document_set_text_error (error, &text_error);
      return TRUE;
    }
  self->flushed = coquill_text_n_items (self->text);
  coquill_change_hasher_commit (hasher);
  coquill_document_keep_seals (self, signed_change, change, hasher, version);
  coquill_document_read_records (self, change, hasher);
  *result = COQUILL_ACCEPT_ACCEPTED;

  return TRUE;
}

static gboolean
is_met (const CoquillNeed *need, gpointer data)
{
  CoquillDocument *self = data;

  switch (need->kind)
    {
    case COQUILL_NEED_ITEMS:
      {
        guint32 agent = coquill_text_find_agent (self->text, &need->agent);

        return agent != COQUILL_NO_AGENT && coquill_text_agent_length (self->text, agent) >= need->length;
      }
    case COQUILL_NEED_ENTRY:
      return coquill_membership_find (self->log, need->id) != NULL;
    case COQUILL_NEED_RIGHT:
      return coquill_document_get_role (self, need->id) >= COQUILL_ROLE_EDITOR;
    case COQUILL_NEED_HISTORY:
      return self->complete;
    default:
      g_assert_not_reached ();
    }
}

CoquillAccept
coquill_document_accept_change (CoquillDocument *self,
                                GBytes *bytes,
                                gboolean trusted,
                                CoquillTextDeltaFunc func,
                                gpointer data,
                                GPtrArray *accepted,
                                GError **error)
{
  CoquillBody body = { COQUILL_PAYLOAD_CHANGE, bytes };
  CoquillNeed need = { .kind = COQUILL_NEED_HISTORY };
  CoquillAccept result;

  /* Own edits first, so that what is signed ends where a body ends. */
  coquill_document_seal_edits (self);
  if (self->complete)
    {
      if (try_change (self, bytes, trusted, func, data, &result, &need, error))
        {
          if (result == COQUILL_ACCEPT_ACCEPTED && accepted != NULL)
            g_ptr_array_add (accepted, coquill_body_new (COQUILL_PAYLOAD_CHANGE, bytes));
          return result;
        }
      if (is_met (&need, self))
        {
          fail (error, COQUILL_DOCUMENT_ERROR_IMPOSSIBLE, "a change waits for what is here");
          return COQUILL_ACCEPT_REFUSED;
        }
    }

  return coquill_pending_changes_add (self->pending, &body, &need) ? COQUILL_ACCEPT_HELD
                                                                   : COQUILL_ACCEPT_FULL;
}

/* Log entries that had waited go out one by one, others in the batch that brought them. */
static void
give_entries (CoquillDocument *self, guint first, GPtrArray *batch, GBytes *bytes, GPtrArray *accepted)
{
  if (accepted == NULL)
    return;
  g_ptr_array_add (accepted, coquill_body_new (COQUILL_PAYLOAD_LOG, bytes));
  for (guint i = first; i < coquill_membership_get_n_entries (self->log); i++)
    {
      const CoquillMembershipNode *node = coquill_membership_get_entry (self->log, i);
      g_autoptr (GPtrArray) single = g_ptr_array_new ();
      g_autoptr (GBytes) encoded = NULL;
      gboolean in_batch = FALSE;

      for (guint j = 0; !in_batch && j < batch->len; j++)
        in_batch = g_bytes_equal (((CoquillSignedEntry *)g_ptr_array_index (batch, j))->entry,
                                  node->carried->entry);
      if (in_batch)
        continue;
      g_ptr_array_add (single, node->carried);
      encoded = coquill_log_batch_encode (single);
      g_ptr_array_add (accepted, coquill_body_new (COQUILL_PAYLOAD_LOG, encoded));
    }
}

CoquillAccept
coquill_document_accept_log (
    CoquillDocument *self, GBytes *bytes, gboolean trusted, GPtrArray *accepted, GError **error)
{
  g_autoptr (GPtrArray) batch = coquill_log_batch_decode (bytes, error);
  guint first = coquill_membership_get_n_entries (self->log);
  CoquillAccept result = COQUILL_ACCEPT_KNOWN;

  if (batch == NULL)
    return COQUILL_ACCEPT_REFUSED;
  for (guint i = 0; i < batch->len && result != COQUILL_ACCEPT_REFUSED; i++)
    {
      switch (coquill_membership_add (self->log, g_ptr_array_index (batch, i), trusted, error))
        {
        case COQUILL_MEMBERSHIP_ADDED:
        case COQUILL_MEMBERSHIP_KNOWN:
          break;
        case COQUILL_MEMBERSHIP_HELD:
          if (result == COQUILL_ACCEPT_KNOWN)
            result = COQUILL_ACCEPT_HELD;
          break;
        case COQUILL_MEMBERSHIP_FULL:
          result = COQUILL_ACCEPT_FULL;
          break;
        case COQUILL_MEMBERSHIP_REFUSED:
        default:
          result = COQUILL_ACCEPT_REFUSED;
          break;
        }
    }
  if (coquill_membership_get_n_entries (self->log) == first)
    return result;

  if (result == COQUILL_ACCEPT_KNOWN || result == COQUILL_ACCEPT_HELD)
    result = COQUILL_ACCEPT_ACCEPTED;
  give_entries (self, first, batch, bytes, accepted);
  coquill_document_read_log (self, first);

  return result;
}

void
coquill_document_release (CoquillDocument *self,
                          CoquillTextDeltaFunc func,
                          gpointer data,
                          GPtrArray *accepted)
{
  CoquillBody *body;

  while (self->complete && (body = coquill_pending_changes_take (self->pending, is_met, self)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (coquill_document_accept_change (self, body->bytes, FALSE, func, data, accepted, &error)
          == COQUILL_ACCEPT_REFUSED)
        g_debug ("A held change was refused: %s", error->message);
      coquill_body_free (body);
    }
}

CoquillAccept
coquill_document_accept (CoquillDocument *self,
                         CoquillPayloadKind kind,
                         GBytes *bytes,
                         CoquillTextDeltaFunc func,
                         gpointer data,
                         GPtrArray *accepted,
                         GError **error)
{
  g_autoptr (GError) local_error = NULL;
  CoquillAccept result;

  switch (kind)
    {
    case COQUILL_PAYLOAD_CHANGE:
      result = coquill_document_accept_change (self, bytes, FALSE, func, data, accepted, error);
      break;
    case COQUILL_PAYLOAD_LOG:
      result = coquill_document_accept_log (self, bytes, FALSE, accepted, error);
      break;
    case COQUILL_PAYLOAD_HELLO:
    case COQUILL_PAYLOAD_WANT:
    case COQUILL_PAYLOAD_PRESENCE:
    case COQUILL_PAYLOAD_SIGNAL:
    default:
      fail (error, COQUILL_DOCUMENT_ERROR_UNSUPPORTED_VERSION, "not a body of a stored kind");
      return COQUILL_ACCEPT_REFUSED;
    }
  if (result != COQUILL_ACCEPT_KNOWN && result != COQUILL_ACCEPT_REFUSED)
    coquill_document_release (self, func, data, accepted);
  if (kind == COQUILL_PAYLOAD_LOG && result == COQUILL_ACCEPT_ACCEPTED && coquill_document_needs_epoch (self)
      && !coquill_document_mint_epoch (self, &local_error))
    g_debug ("No epoch could be made: %s", local_error->message);

  return result;
}
