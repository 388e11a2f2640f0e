/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log-batch.c: log entries in transit, body of LOG */

#include "wire/log-batch.h"

#include <string.h>

#include "wire/convert-private.h"
#include "wire/log-entry.h"
#include "wire/payload.h"
#include "wire/unpack.h"

CoquillSignedEntry *
coquill_signed_entry_new (GBytes *entry, const guint8 *signature)
{
  CoquillSignedEntry *self = g_new0 (CoquillSignedEntry, 1);

  self->entry = g_bytes_ref (entry);
  memcpy (self->signature, signature, sizeof self->signature);
  return self;
}

CoquillSignedEntry *
coquill_signed_entry_copy (const CoquillSignedEntry *self)
{
  return coquill_signed_entry_new (self->entry, self->signature);
}

void
coquill_signed_entry_free (CoquillSignedEntry *self)
{
  g_bytes_unref (self->entry);
  g_free (self);
}

GBytes *
coquill_log_batch_encode (GPtrArray *entries)
{
  Coquill__Document__LogBatch message = COQUILL__DOCUMENT__LOG_BATCH__INIT;
  g_autofree Coquill__Document__SignedEntry *messages = NULL;
  g_autofree Coquill__Document__SignedEntry **pointers = NULL;

  g_return_val_if_fail (entries->len <= COQUILL_LOG_BATCH_MAX, NULL);

  messages = g_new (Coquill__Document__SignedEntry, entries->len);
  pointers = g_new (Coquill__Document__SignedEntry *, entries->len);
  for (guint i = 0; i < entries->len; i++)
    {
      const CoquillSignedEntry *entry = entries->pdata[i];

      coquill__document__signed_entry__init (&messages[i]);
      messages[i].entry = coquill_convert_view_bytes (entry->entry);
      messages[i].signature = coquill_convert_view (entry->signature, sizeof entry->signature);
      pointers[i] = &messages[i];
    }

  message.entries = pointers;
  message.n_entries = entries->len;
  return coquill_pack (&message.base);
}

static GPtrArray *
from_message (const Coquill__Document__LogBatch *message, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_signed_entry_free);

  if (message->n_entries > COQUILL_LOG_BATCH_MAX)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE, "a log batch has too many entries");
      return NULL;
    }

  for (gsize i = 0; i < message->n_entries; i++)
    {
      const Coquill__Document__SignedEntry *entry = message->entries[i];
      guint8 signature[64];
      g_autoptr (GBytes) bytes = NULL;

      if (entry->entry.len == 0 || entry->entry.len > COQUILL_LOG_ENTRY_MAX)
        {
          coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE,
                                  "a log entry has an impossible length");
          return NULL;
        }
      if (!coquill_unpack_copy (&entry->signature, signature, sizeof signature, "entry.signature", error))
        return NULL;

      bytes = coquill_convert_bytes_in (&entry->entry);
      g_ptr_array_add (entries, coquill_signed_entry_new (bytes, signature));
    }

  return g_steal_pointer (&entries);
}

GPtrArray *
coquill_log_batch_decode (GBytes *bytes, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Coquill__Document__LogBatch *message;
  GPtrArray *entries;

  message = coquill_unpack (&coquill__document__log_batch__descriptor, data, length, COQUILL_PAYLOAD_BODY_MAX,
                            error);
  if (message == NULL)
    return NULL;

  entries = from_message (message, error);
  coquill_unpack_free (message);
  return entries;
}
