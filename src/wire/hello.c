/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hello.c: a replica's greeting: what it speaks and what it has, body of HELLO */

#include "wire/hello.h"

#include "wire/convert-private.h"
#include "wire/payload.h"
#include "wire/unpack.h"

CoquillHello *
coquill_hello_new (void)
{
  CoquillHello *self = g_new0 (CoquillHello, 1);

  self->protocol = COQUILL_HELLO_PROTOCOL;
  self->status = COQUILL_HELLO_GREETING;
  return self;
}

void
coquill_hello_set_heads (CoquillHello *self, const CoquillDigest *heads, gsize n_heads)
{
  CoquillDigest *copy;

  g_return_if_fail (n_heads <= COQUILL_HELLO_MAX_HEADS);

  copy = g_memdup2 (heads, n_heads * sizeof *heads);
  g_free (self->heads);
  self->heads = copy;
  self->n_heads = n_heads;
}

void
coquill_hello_set_reached (CoquillHello *self, const CoquillDigest *devices, gsize n_devices)
{
  CoquillDigest *copy;

  g_return_if_fail (n_devices <= COQUILL_HELLO_MAX_REACHED);

  copy = g_memdup2 (devices, n_devices * sizeof *devices);
  g_free (self->reached);
  self->reached = copy;
  self->n_reached = n_devices;
}

GBytes *
coquill_hello_encode (const CoquillHello *self)
{
  Coquill__Document__Hello message = COQUILL__DOCUMENT__HELLO__INIT;
  g_autofree ProtobufCBinaryData *heads = coquill_convert_digests_out (self->heads, self->n_heads);
  g_autofree ProtobufCBinaryData *reached = coquill_convert_digests_out (self->reached, self->n_reached);
  GBytes *bytes;

  message.protocol = self->protocol;
  message.features = self->features;
  message.status = self->status;
  message.heads = heads;
  message.n_heads = self->n_heads;
  message.vector = coquill_convert_vector_out (&self->vector);
  message.n_vector = self->vector.n_entries;
  message.forks = coquill_convert_vector_out (&self->forks);
  message.n_forks = self->forks.n_entries;
  message.without_relay = self->without_relay;
  message.reached = reached;
  message.n_reached = self->n_reached;

  bytes = coquill_pack (&message.base);
  coquill_convert_vector_out_free (message.vector);
  coquill_convert_vector_out_free (message.forks);
  return bytes;
}

static CoquillHello *
from_message (const Coquill__Document__Hello *message, GError **error)
{
  g_autoptr (CoquillHello) self = coquill_hello_new ();

  if (message->protocol == 0)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "a hello names no protocol");
      return NULL;
    }

  self->protocol = message->protocol;
  self->features = message->features;
  self->status = message->status;
  self->without_relay = message->without_relay;
  if (!coquill_convert_digests_in (message->heads, message->n_heads, COQUILL_HELLO_MAX_HEADS, "hello.heads",
                                   &self->heads, &self->n_heads, error)
      || !coquill_convert_vector_in (message->vector, message->n_vector, &self->vector, error)
      || !coquill_convert_vector_in (message->forks, message->n_forks, &self->forks, error)
      || !coquill_convert_digests_in (message->reached, message->n_reached, COQUILL_HELLO_MAX_REACHED,
                                      "hello.reached", &self->reached, &self->n_reached, error))
    return NULL;

  return g_steal_pointer (&self);
}

CoquillHello *
coquill_hello_decode (GBytes *bytes, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Coquill__Document__Hello *message;
  CoquillHello *self;

  message
      = coquill_unpack (&coquill__document__hello__descriptor, data, length, COQUILL_PAYLOAD_BODY_MAX, error);
  if (message == NULL)
    return NULL;

  self = from_message (message, error);
  coquill_unpack_free (message);
  return self;
}

void
coquill_hello_free (CoquillHello *self)
{
  g_free (self->heads);
  g_free (self->reached);
  coquill_wire_vector_clear (&self->vector);
  coquill_wire_vector_clear (&self->forks);
  g_free (self);
}
