/* document-save.c: what is stored of a document beside its bodies */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-private.h"

#include "document/document-format.h"

static GVariant *
bytes_variant (gconstpointer bytes, gsize size)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, size, 1);
}

static GVariant *
secret_variant (const CoquillSecret *secret)
{
  gsize size = 0;
  const guint8 *bytes = secret != NULL ? coquill_secret_peek (secret, &size) : NULL;

  return bytes_variant (bytes, size);
}

static GBytes *
write_variant (GVariant *variant)
{
  g_autoptr (GVariant) native = g_variant_ref_sink (variant);
  g_autoptr (GVariant) portable
      = G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_variant_ref (native) : g_variant_byteswap (native);

  return g_variant_get_data_as_bytes (portable);
}

GBytes *
coquill_document_save_keys (CoquillDocument *self)
{
  g_autoptr (GPtrArray) keys = coquill_epoch_ring_list (self->ring);
  CoquillRoomKeys *room_keys = coquill_epoch_ring_get_room_keys (self->ring);
  CoquillRoomRole role = room_keys != NULL ? coquill_room_keys_get_role (room_keys) : 0;
  const guint8 *room = coquill_document_get_room (self);
  GVariantBuilder epochs;
  GVariantBuilder seeds;

  g_variant_builder_init (&epochs, G_VARIANT_TYPE ("a(ayay)"));
  for (guint i = keys->len; i > 0; i--)
    {
      const CoquillEpochKey *key = g_ptr_array_index (keys, i - 1);

      g_variant_builder_add (&epochs, "(@ay@ay)", bytes_variant (key->id, 32), secret_variant (key->key));
    }
  g_variant_builder_init (&seeds, G_VARIANT_TYPE ("aay"));
  for (guint i = 0; i < self->invite_seeds->len; i++)
    g_variant_builder_add_value (&seeds, secret_variant (g_ptr_array_index (self->invite_seeds, i)));

  return write_variant (g_variant_new (
      "(y@aya(ayay)y@ayaay@ayms@ay)", COQUILL_DOCUMENT_FORMAT, bytes_variant (self->id, 32), &epochs,
      (guint8)role, secret_variant (room_keys != NULL ? coquill_room_keys_get_seed (room_keys, role) : NULL),
      &seeds, secret_variant (self->invite != NULL ? coquill_invite_keys_get_seed (self->invite) : NULL),
      self->name, bytes_variant (room, room != NULL ? 32 : 0)));
}

static void
add_record_cb (const CoquillRegister *entry, gpointer data)
{
  gsize size = 0;
  const void *value = entry->value != NULL ? g_bytes_get_data (entry->value, &size) : NULL;

  g_variant_builder_add (data, "(sssb@ayt@ay)", entry->collection, entry->item, entry->field,
                         entry->value != NULL, bytes_variant (value, size), entry->depth,
                         bytes_variant (entry->digest, 32));
}

GBytes *
coquill_document_save_snapshot (CoquillDocument *self)
{
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  GVariantBuilder log;
  GVariantBuilder records;
  GVariantBuilder tips;
  GVariant *text;

  if (self->tail->len > 0 || self->outgoing->len > 0 || self->flushed < coquill_text_n_items (self->text)
      || !coquill_text_save_snapshot (self->text, &buffer))
    {
      coquill_buffer_clear (&buffer);
      return NULL;
    }
  text = bytes_variant (buffer.data, buffer.length);
  coquill_buffer_clear (&buffer);

  g_variant_builder_init (&log, G_VARIANT_TYPE ("a(ayay)"));
  for (guint i = 0; i < coquill_membership_get_n_entries (self->log); i++)
    {
      const CoquillSignedEntry *carried = coquill_membership_get_entry (self->log, i)->carried;

      g_variant_builder_add (
          &log, "(@ay@ay)",
          bytes_variant (g_bytes_get_data (carried->entry, NULL), g_bytes_get_size (carried->entry)),
          bytes_variant (carried->signature, COQUILL_SIGNATURE_SIZE));
    }
  g_variant_builder_init (&records, G_VARIANT_TYPE ("a(sssbaytay)"));
  coquill_record_table_foreach (self->records, add_record_cb, &records);
  g_variant_builder_init (&tips, G_VARIANT_TYPE ("a(ayuttay)"));
  for (guint32 i = 0; i < coquill_text_n_agents (self->text); i++)
    {
      const CoquillAgent *agent = coquill_text_agent (self->text, i);
      guint64 length = coquill_text_agent_length (self->text, i);
      guint8 digest[32];

      if (length > 0 && coquill_chain_set_digest (self->chains, i, length, digest))
        g_variant_builder_add (&tips, "(@ayutt@ay)", bytes_variant (agent->device, 32), agent->ordinal,
                               agent->nonce, length, bytes_variant (digest, 32));
    }

  return write_variant (g_variant_new ("(y@ay@aya(ayay)a(sssbaytay)a(ayuttay))", COQUILL_DOCUMENT_FORMAT,
                                       bytes_variant (self->id, 32), text, &log, &records, &tips));
}
