/* SPDX-License-Identifier: GPL-3.0-or-later */
/* want.c: a request for what is missing, body of WANT */

#include "wire/want.h"

#include "wire/convert-private.h"
#include "wire/payload.h"
#include "wire/unpack.h"

CoquillWant *
coquill_want_new (void)
{
  return g_new0 (CoquillWant, 1);
}

void
coquill_want_set_log_entries (CoquillWant *self, const CoquillDigest *ids, gsize n_ids)
{
  CoquillDigest *copy;

  g_return_if_fail (n_ids <= COQUILL_WANT_MAX_LOG_ENTRIES);

  copy = g_memdup2 (ids, n_ids * sizeof *ids);
  g_free (self->log_entries);
  self->log_entries = copy;
  self->n_log_entries = n_ids;
}

GBytes *
coquill_want_encode (const CoquillWant *self)
{
  Coquill__Document__Want message = COQUILL__DOCUMENT__WANT__INIT;
  g_autofree ProtobufCBinaryData *ids = coquill_convert_digests_out (self->log_entries, self->n_log_entries);
  GBytes *bytes;

  message.have = coquill_convert_vector_out (&self->have);
  message.n_have = self->have.n_entries;
  message.log_entries = ids;
  message.n_log_entries = self->n_log_entries;

  bytes = coquill_pack (&message.base);
  coquill_convert_vector_out_free (message.have);
  return bytes;
}

static CoquillWant *
from_message (const Coquill__Document__Want *message, GError **error)
{
  g_autoptr (CoquillWant) self = coquill_want_new ();

  if (!coquill_convert_vector_in (message->have, message->n_have, &self->have, error)
      || !coquill_convert_digests_in (message->log_entries, message->n_log_entries,
                                      COQUILL_WANT_MAX_LOG_ENTRIES, "want.log_entries", &self->log_entries,
                                      &self->n_log_entries, error))
    return NULL;

  return g_steal_pointer (&self);
}

CoquillWant *
coquill_want_decode (GBytes *bytes, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Coquill__Document__Want *message;
  CoquillWant *self;

  message
      = coquill_unpack (&coquill__document__want__descriptor, data, length, COQUILL_PAYLOAD_BODY_MAX, error);
  if (message == NULL)
    return NULL;

  self = from_message (message, error);
  coquill_unpack_free (message);
  return self;
}

void
coquill_want_free (CoquillWant *self)
{
  coquill_wire_vector_clear (&self->have);
  g_free (self->log_entries);
  g_free (self);
}
