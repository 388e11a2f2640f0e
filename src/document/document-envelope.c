/* document-envelope.c: what leaves the device is sealed, what comes is opened */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-private.h"

#include <string.h>

#include "trust/entry-signature.h"
#include "trust/live-signature.h"
#include "wire/log-batch.h"

/* An epoch that shut this device out has none before it that is held here; others hold what came before. */
static const CoquillEpochKey *
newest_before (CoquillDocument *self, const CoquillSignedEntry *carried)
{
  g_autoptr (GPtrArray) keys = coquill_epoch_ring_list (self->ring);
  guint8 id[32];

  coquill_entry_id (carried->entry, id);
  for (guint i = 0; i < keys->len; i++)
    {
      const CoquillEpochKey *key = g_ptr_array_index (keys, i);

      if (memcmp (key->id, id, 32) != 0)
        return key;
    }

  return NULL;
}

/* The epoch that a log batch is sealed under: an epoch entry's own would shut out whoever is to learn of it.
 */
static const CoquillEpochKey *
log_epoch (CoquillDocument *self, GBytes *body)
{
  g_autoptr (GPtrArray) batch = coquill_log_batch_decode (body, NULL);

  for (guint i = 0; batch != NULL && i < batch->len; i++)
    {
      const CoquillSignedEntry *carried = g_ptr_array_index (batch, i);
      g_autoptr (CoquillLogEntry) entry = coquill_log_entry_decode (carried->entry, NULL);

      if (entry == NULL || entry->action != COQUILL_LOG_EPOCH)
        continue;
      for (gsize j = 0; j < entry->epoch.n_previous; j++)
        {
          const CoquillEpochKey *key = coquill_epoch_ring_find (self->ring, entry->epoch.previous[j].bytes);

          if (key != NULL)
            return key;
        }
      return newest_before (self, carried);
    }

  return NULL;
}

GBytes *
coquill_document_seal (CoquillDocument *self,
                       CoquillPayloadKind kind,
                       GBytes *body,
                       const guint8 *recipient,
                       gint64 now,
                       GError **error)
{
  const CoquillMembershipNode *epoch = coquill_membership_get_epoch (self->log);
  const CoquillEpochKey *key = kind == COQUILL_PAYLOAD_LOG ? log_epoch (self, body) : NULL;
  g_autoptr (CoquillPayload) payload = NULL;
  g_autoptr (GBytes) plain = NULL;
  gboolean live = coquill_payload_kind_is_live (kind);

  if (key == NULL && epoch != NULL)
    key = coquill_epoch_ring_find (self->ring, epoch->id);
  if (key == NULL)
    {
      g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_HERE,
                           "there is no key to seal under");
      return NULL;
    }
  if (g_bytes_get_size (body) > COQUILL_PAYLOAD_BODY_MAX)
    {
      g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_TOO_LARGE,
                           "a body is too large to send");
      return NULL;
    }

  payload = coquill_payload_new (kind, self->id, self->device.sign, body);
  if (live)
    {
      self->counter = MAX (self->counter + 1, (guint64)MAX (now, 1));
      payload->counter = self->counter;
      if (recipient != NULL)
        memcpy (payload->recipient, recipient, 32);
      coquill_live_sign (payload, key->id, self->keys);
    }
  plain = coquill_payload_encode (payload);

  return coquill_envelope_seal (live ? COQUILL_ENVELOPE_LIVE : COQUILL_ENVELOPE_STORED, key, plain, error);
}

static gboolean
refuse (GError **error, CoquillDocumentError code, const char *what)
{
  g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, (gint)code, what);

  return FALSE;
}

static gboolean
check_live (CoquillDocument *self, const CoquillPayload *payload, const guint8 *epoch_id, GError **error)
{
  static const guint8 everyone[32] = { 0 };
  g_autoptr (GBytes) sender = NULL;
  CoquillCounterWindow *window;

  if (coquill_document_get_role (self, payload->sender) == 0
      || memcmp (payload->sender, self->device.sign, 32) == 0)
    return refuse (error, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED, "a live payload is not from another member");
  if (memcmp (payload->recipient, everyone, 32) != 0
      && memcmp (payload->recipient, self->device.sign, 32) != 0)
    return refuse (error, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED, "a live payload is for somebody else");
  if (!coquill_live_verify (payload, epoch_id))
    return refuse (error, COQUILL_DOCUMENT_ERROR_SIGNATURE, "a live payload's signature is not the sender's");

  sender = g_bytes_new (payload->sender, 32);
  window = g_hash_table_lookup (self->counters, sender);
  if (window == NULL)
    {
      window = g_new0 (CoquillCounterWindow, 1);
      g_hash_table_insert (self->counters, g_bytes_ref (sender), window);
    }
  if (!coquill_counter_window_take (window, payload->counter))
    return refuse (error, COQUILL_DOCUMENT_ERROR_REPLAY, "a live payload came again, or much too late");

  return TRUE;
}

CoquillPayload *
coquill_document_open_envelope (CoquillDocument *self, GBytes *envelope, guint8 *sender, GError **error)
{
  CoquillEnvelopeClass envelope_class;
  const CoquillEpochKey *key;
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (CoquillPayload) payload = NULL;
  guint8 epoch_id[32];
  gboolean live;

  if (!coquill_envelope_peek (envelope, &envelope_class, epoch_id))
    {
      refuse (error, COQUILL_DOCUMENT_ERROR_MALFORMED, "not an envelope");
      return NULL;
    }
  key = coquill_epoch_ring_find (self->ring, epoch_id);
  if (key == NULL)
    {
      refuse (error, COQUILL_DOCUMENT_ERROR_UNKNOWN_EPOCH, "sealed under an epoch that is not known here");
      return NULL;
    }
  plain = coquill_envelope_open (envelope, key, error);
  if (plain == NULL)
    return NULL;
  payload = coquill_payload_decode (plain, error);
  if (payload == NULL)
    return NULL;
  if (memcmp (payload->document, self->id, 32) != 0)
    {
      refuse (error, COQUILL_DOCUMENT_ERROR_OTHER_DOCUMENT, "a payload belongs to another document");
      return NULL;
    }
  live = coquill_payload_kind_is_live (payload->kind);
  if (live != (envelope_class == COQUILL_ENVELOPE_LIVE))
    {
      refuse (error, COQUILL_DOCUMENT_ERROR_MALFORMED, "a payload is in an envelope of the other class");
      return NULL;
    }
  if (sender != NULL)
    memcpy (sender, payload->sender, 32);
  if (live && !check_live (self, payload, epoch_id, error))
    return NULL;

  return g_steal_pointer (&payload);
}
