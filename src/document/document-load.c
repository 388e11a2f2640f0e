/* document-load.c: a document from what was stored: the text at once, its history when there is time */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-private.h"

#include <string.h>

#include "document/document-format.h"

/* Items that are hashed together when history is here: few enough to end soon, many enough to pay. */
#define HASH_STRETCH 16384

static gboolean
fail (GError **error, CoquillDocumentError code, const char *what)
{
  g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, (gint)code, what);

  return FALSE;
}

/* Reads a variant of @type, as it was written on a machine of either byte order. */
static GVariant *
read_variant (const char *type, GBytes *bytes)
{
  g_autoptr (GVariant) raw
      = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, FALSE));

  return G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_variant_get_normal_form (raw) : g_variant_byteswap (raw);
}

static const guint8 *
read_digest (GVariant *variant)
{
  gsize size;
  const guint8 *data = g_variant_get_fixed_array (variant, &size, 1);

  return size == 32 ? data : NULL;
}

static CoquillSecret *
read_secret (GVariant *variant)
{
  gsize size;
  const guint8 *data = g_variant_get_fixed_array (variant, &size, 1);

  return size > 0 && size <= COQUILL_SECRET_MAX ? coquill_secret_new (data, size) : NULL;
}

static gboolean
load_keys (CoquillDocument *self, GBytes *bytes, GError **error)
{
  g_autoptr (GVariant) keys = read_variant (COQUILL_DOCUMENT_KEYS_TYPE, bytes);
  g_autoptr (GVariant) id = NULL;
  g_autoptr (GVariant) epochs = NULL;
  g_autoptr (GVariant) room_seed = NULL;
  g_autoptr (GVariant) seeds = NULL;
  g_autoptr (GVariant) joining = NULL;
  g_autoptr (GVariant) room = NULL;
  g_autoptr (CoquillSecret) seed = NULL;
  g_autoptr (CoquillSecret) invite = NULL;
  guint8 version;
  guint8 role;

  g_variant_get (keys, "(y@ay@a(ayay)y@ay@aay@ayms@ay)", &version, &id, &epochs, &role, &room_seed, &seeds,
                 &joining, &self->name, &room);
  if (version != COQUILL_DOCUMENT_FORMAT || read_digest (id) == NULL
      || memcmp (read_digest (id), self->id, 32) != 0)
    return fail (error, COQUILL_DOCUMENT_ERROR_MALFORMED, "the stored keys are damaged");

  for (gsize i = 0; i < g_variant_n_children (epochs); i++)
    {
      g_autoptr (GVariant) epoch_id = NULL;
      g_autoptr (GVariant) epoch_key = NULL;
      g_autoptr (CoquillSecret) secret = NULL;
      g_autoptr (CoquillEpochKey) key = NULL;

      g_variant_get_child (epochs, i, "(@ay@ay)", &epoch_id, &epoch_key);
      secret = read_secret (epoch_key);
      if (read_digest (epoch_id) == NULL || secret == NULL
          || coquill_secret_get_length (secret) != COQUILL_EPOCH_KEY_SIZE)
        return fail (error, COQUILL_DOCUMENT_ERROR_MALFORMED, "a stored epoch key is damaged");
      key = coquill_epoch_key_new (read_digest (epoch_id), secret);
      coquill_epoch_ring_add (self->ring, key);
    }
  seed = read_secret (room_seed);
  if (seed != NULL && role >= COQUILL_ROOM_READ && role <= COQUILL_ROOM_ADMIN)
    {
      g_autoptr (CoquillRoomKeys) room_keys = coquill_room_keys_new_from_seed ((CoquillRoomRole)role, seed);

      if (room_keys != NULL)
        coquill_epoch_ring_set_room_keys (self->ring, room_keys);
    }
  for (gsize i = 0; i < g_variant_n_children (seeds); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (seeds, i);
      CoquillSecret *own = read_secret (child);

      if (own != NULL)
        g_ptr_array_add (self->invite_seeds, own);
    }
  invite = read_secret (joining);
  if (invite != NULL)
    self->invite = coquill_invite_keys_new_from_seed (invite);
  if (read_digest (room) != NULL)
    {
      memcpy (self->room, read_digest (room), 32);
      self->has_room = TRUE;
    }

  return TRUE;
}

static gboolean
load_log (CoquillDocument *self, GVariant *entries)
{
  for (gsize i = 0; i < g_variant_n_children (entries); i++)
    {
      g_autoptr (GVariant) entry = NULL;
      g_autoptr (GVariant) signature = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (CoquillSignedEntry) carried = NULL;
      const guint8 *data;
      gsize size;

      g_variant_get_child (entries, i, "(@ay@ay)", &entry, &signature);
      data = g_variant_get_fixed_array (signature, &size, 1);
      if (size != COQUILL_SIGNATURE_SIZE)
        return FALSE;
      bytes = g_variant_get_data_as_bytes (entry);
      carried = coquill_signed_entry_new (bytes, data);
      if (coquill_membership_add (self->log, carried, TRUE, NULL) == COQUILL_MEMBERSHIP_REFUSED)
        return FALSE;
    }

  return TRUE;
}

static gboolean
load_records (CoquillDocument *self, GVariant *records)
{
  for (gsize i = 0; i < g_variant_n_children (records); i++)
    {
      const char *collection;
      const char *item;
      const char *field;
      gboolean present;
      g_autoptr (GVariant) value = NULL;
      guint64 depth;
      g_autoptr (GVariant) digest = NULL;
      g_autoptr (GBytes) bytes = NULL;

      g_variant_get_child (records, i, "(&s&s&sb@ayt@ay)", &collection, &item, &field, &present, &value,
                           &depth, &digest);
      if (read_digest (digest) == NULL)
        return FALSE;
      if (present)
        bytes = g_variant_get_data_as_bytes (value);
      coquill_record_table_write (self->records, collection, item, field, bytes, depth, read_digest (digest));
    }

  return TRUE;
}

/* Digests of what each agent wrote, to name them as parents before history is here. */
static gboolean
load_tips (CoquillDocument *self, GVariant *tips)
{
  for (gsize i = 0; i < g_variant_n_children (tips); i++)
    {
      g_autoptr (GVariant) device = NULL;
      g_autoptr (GVariant) digest = NULL;
      CoquillAgent agent;
      CoquillItemMark mark;
      guint32 index;

      g_variant_get_child (tips, i, "(@ayutt@ay)", &device, &agent.ordinal, &agent.nonce, &mark.length,
                           &digest);
      if (read_digest (device) == NULL || read_digest (digest) == NULL)
        return FALSE;
      memcpy (agent.device, read_digest (device), 32);
      memcpy (mark.digest, read_digest (digest), 32);
      index = coquill_text_find_agent (self->text, &agent);
      if (index == COQUILL_NO_AGENT || mark.length == 0)
        return FALSE;
      coquill_item_chain_add_mark (coquill_chain_set_get (self->chains, index), &mark);
    }

  return TRUE;
}

CoquillDocument *
coquill_document_load (
    CoquillDeviceKeys *keys, const guint8 *id, GBytes *saved_keys, GBytes *snapshot, GError **error)
{
  g_autoptr (CoquillDocument) self = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) snapshot_id = NULL;
  g_autoptr (GVariant) text_bytes = NULL;
  g_autoptr (GVariant) log = NULL;
  g_autoptr (GVariant) records = NULL;
  g_autoptr (GVariant) tips = NULL;
  CoquillText *text = NULL;
  guint8 version = COQUILL_DOCUMENT_FORMAT;

  if (snapshot != NULL)
    {
      CoquillTextError text_error;
      const guint8 *data;
      gsize size;

      variant = read_variant (COQUILL_DOCUMENT_SNAPSHOT_TYPE, snapshot);
      g_variant_get (variant, "(y@ay@ay@a(ayay)@a(sssbaytay)@a(ayuttay))", &version, &snapshot_id,
                     &text_bytes, &log, &records, &tips);
      if (version != COQUILL_DOCUMENT_FORMAT || read_digest (snapshot_id) == NULL
          || memcmp (read_digest (snapshot_id), id, 32) != 0)
        {
          fail (error, COQUILL_DOCUMENT_ERROR_MALFORMED, "the stored snapshot is damaged");
          return NULL;
        }
      data = g_variant_get_fixed_array (text_bytes, &size, 1);
      text = coquill_text_load_snapshot (data, size, &text_error);
      if (text == NULL)
        {
          coquill_document_set_text_error (error, &text_error);
          return NULL;
        }
    }

  self = coquill_document_new (keys, id, text != NULL ? text : coquill_text_new ());
  if (!load_keys (self, saved_keys, error))
    return NULL;
  if (snapshot != NULL && (!load_log (self, log) || !load_records (self, records) || !load_tips (self, tips)))
    {
      fail (error, COQUILL_DOCUMENT_ERROR_MALFORMED, "the stored snapshot is damaged");
      return NULL;
    }
  self->complete = coquill_text_n_items (self->text) == 0;
  coquill_document_read_log (self, 0);

  return g_steal_pointer (&self);
}

void
coquill_document_note_stored (
    CoquillDocument *self, GArray *list, guint64 end, const CoquillSeal *seals, gsize n_seals)
{
  CoquillStoredBody stored = { end, self->stored_seals->len, (guint)n_seals };

  g_array_append_vals (self->stored_seals, seals, (guint)n_seals);
  g_array_append_val (list, stored);
}

gboolean
coquill_document_load_tail (CoquillDocument *self, CoquillPayloadKind kind, GBytes *bytes, GError **error)
{
  g_autoptr (CoquillSignedChange) signed_change = NULL;
  g_autoptr (CoquillChange) change = NULL;
  CoquillTextError text_error;

  if (kind == COQUILL_PAYLOAD_LOG)
    return coquill_document_accept_log (self, bytes, TRUE, NULL, error) != COQUILL_ACCEPT_REFUSED;
  if (self->complete)
    return coquill_document_accept_change (self, bytes, TRUE, NULL, NULL, NULL, error)
           != COQUILL_ACCEPT_REFUSED;

  change = coquill_document_decode_change (bytes, &signed_change, error);
  if (change == NULL)
    return FALSE;
  if (!coquill_text_merge (self->text, change, NULL, NULL, &text_error))
    {
      g_ptr_array_add (self->tail, coquill_body_new (kind, bytes));
      return TRUE;
    }
  self->flushed = coquill_text_n_items (self->text);
  coquill_document_note_stored (self, self->later, self->flushed, signed_change->seals,
                                signed_change->n_seals);
  for (gsize i = 0; i < signed_change->n_seals; i++)
    {
      const CoquillSeal *seal = &signed_change->seals[i];
      CoquillAgent agent = { .ordinal = seal->ordinal, .nonce = seal->nonce };
      CoquillItemMark mark = { .length = seal->sequence + 1 };
      guint32 index;

      memcpy (agent.device, seal->device, 32);
      memcpy (mark.digest, seal->digest, 32);
      index = coquill_text_find_agent (self->text, &agent);
      if (index != COQUILL_NO_AGENT)
        coquill_item_chain_add_mark (coquill_chain_set_get (self->chains, index), &mark);
    }

  return TRUE;
}

/* Counts items as the text does, known ones once. */
static void
count_history (CoquillDocument *self, const CoquillChange *change)
{
  CoquillChangeReader reader;
  CoquillOperation operation;

  if (self->history_lengths->len < coquill_text_n_agents (self->text))
    g_array_set_size (self->history_lengths, coquill_text_n_agents (self->text));
  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      guint32 agent = coquill_text_find_agent (self->text, &change->agents[operation.agent].id);
      guint64 *known;
      guint64 end = operation.sequence + operation.length;

      if (agent == COQUILL_NO_AGENT)
        continue;
      known = &g_array_index (self->history_lengths, guint64, agent);
      if (end > *known)
        {
          self->history_items += end - *known;
          *known = end;
        }
    }
}

gboolean
coquill_document_add_history (CoquillDocument *self, CoquillPayloadKind kind, GBytes *bytes, GError **error)
{
  g_autoptr (CoquillSignedChange) signed_change = NULL;
  g_autoptr (CoquillChange) change = NULL;
  CoquillTextError text_error;

  if (kind == COQUILL_PAYLOAD_LOG)
    return coquill_document_accept_log (self, bytes, TRUE, NULL, error) != COQUILL_ACCEPT_REFUSED;
  if (self->complete)
    return TRUE;
  change = coquill_document_decode_change (bytes, &signed_change, error);
  if (change == NULL)
    return FALSE;
  if (!coquill_text_add_history (self->text, change, &text_error))
    {
      coquill_document_set_text_error (error, &text_error);
      return FALSE;
    }
  count_history (self, change);
  coquill_document_note_stored (self, self->history, self->history_items, signed_change->seals,
                                signed_change->n_seals);

  return TRUE;
}

/* Hashes what lies between two versions. */
static gboolean
hash_stretch (CoquillDocument *self, guint64 from, guint64 to, guint64 *weight)
{
  g_autoptr (CoquillChange) change = coquill_text_extract (self->text, from, to);
  g_autoptr (CoquillChangeHasher) hasher = NULL;
  CoquillNeed need;

  if (change == NULL)
    return FALSE;
  hasher = coquill_change_hasher_new (self->chains, change);
  if (!coquill_change_hasher_run (hasher, &need, NULL))
    return FALSE;
  *weight = coquill_change_hasher_get_weight (hasher);
  coquill_change_hasher_commit (hasher);
  coquill_document_read_records (self, change, hasher);

  return TRUE;
}

/* Hashes stored bodies in stretches that end where a body ends, and lists their seals. */
static gboolean
hash_bodies (CoquillDocument *self, GArray *list, guint64 *version)
{
  guint64 limit = coquill_text_n_items (self->text);
  guint first = 0;

  for (guint i = 0; i < list->len; i++)
    {
      guint64 end = MIN (g_array_index (list, CoquillStoredBody, i).end, limit);
      guint64 weight = 0;

      if (i + 1 < list->len && end - *version < HASH_STRETCH)
        continue;
      if (end > *version && !hash_stretch (self, *version, end, &weight))
        return FALSE;
      coquill_seal_list_begin_body (self->seals, *version, weight);
      for (; first <= i; first++)
        {
          const CoquillStoredBody *stored = &g_array_index (list, CoquillStoredBody, first);

          for (guint j = 0; j < stored->n_seals; j++)
            {
              const CoquillSeal *seal
                  = &g_array_index (self->stored_seals, CoquillSeal, stored->first_seal + j);
              CoquillAgent agent = { .ordinal = seal->ordinal, .nonce = seal->nonce };
              guint32 index;

              memcpy (agent.device, seal->device, 32);
              index = coquill_text_find_agent (self->text, &agent);
              if (index != COQUILL_NO_AGENT)
                coquill_seal_list_add (self->seals, index, seal);
            }
        }
      *version = end;
    }

  return TRUE;
}

gboolean
coquill_document_end_history (
    CoquillDocument *self, CoquillTextDeltaFunc func, gpointer data, GPtrArray *accepted, GError **error)
{
  guint64 version = 0;

  if (!self->complete)
    {
      if (!coquill_text_has_history (self->text))
        return fail (error, COQUILL_DOCUMENT_ERROR_NOT_HERE, "parts of the stored history are missing");
      coquill_document_seal_edits (self);
      if (!hash_bodies (self, self->history, &version) || !hash_bodies (self, self->later, &version))
        return fail (error, COQUILL_DOCUMENT_ERROR_MALFORMED, "the stored history contradicts itself");
      self->complete = TRUE;
      g_array_set_size (self->history, 0);
      g_array_set_size (self->later, 0);
      g_array_set_size (self->stored_seals, 0);
      for (guint i = 0; i < self->tail->len; i++)
        {
          const CoquillBody *body = g_ptr_array_index (self->tail, i);

          coquill_document_accept_change (self, body->bytes, TRUE, func, data, NULL, NULL);
        }
      g_ptr_array_set_size (self->tail, 0);
    }
  coquill_document_release (self, func, data, accepted);

  return TRUE;
}

gboolean
coquill_document_has_history (CoquillDocument *self)
{
  return self->complete;
}

gboolean
coquill_document_has_held (CoquillDocument *self)
{
  return !coquill_pending_changes_is_empty (self->pending);
}
