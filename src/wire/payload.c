/* SPDX-License-Identifier: GPL-3.0-or-later */
/* payload.c: what is inside an envelope: kind, document, sender, body */

#include "wire/payload.h"

#include <string.h>

#include "wire/convert-private.h"
#include "wire/unpack.h"

#define PAYLOAD_VERSION 1
#define FIRST_LIVE_KIND 16

gboolean
coquill_payload_kind_is_live (guint32 kind)
{
  return kind >= FIRST_LIVE_KIND;
}

CoquillPayload *
coquill_payload_new (guint32 kind, const guint8 *document, const guint8 *sender, GBytes *body)
{
  CoquillPayload *self = g_new0 (CoquillPayload, 1);

  self->kind = kind;
  memcpy (self->document, document, sizeof self->document);
  memcpy (self->sender, sender, sizeof self->sender);
  self->body = g_bytes_ref (body);
  return self;
}

static gboolean
is_everyone (const guint8 *recipient)
{
  static const guint8 everyone[32];

  return memcmp (recipient, everyone, sizeof everyone) == 0;
}

GBytes *
coquill_payload_encode (const CoquillPayload *self)
{
  Coquill__Document__Payload message = COQUILL__DOCUMENT__PAYLOAD__INIT;

  g_return_val_if_fail (g_bytes_get_size (self->body) <= COQUILL_PAYLOAD_BODY_MAX, NULL);

  message.version = PAYLOAD_VERSION;
  message.kind = self->kind;
  message.document = coquill_convert_view (self->document, sizeof self->document);
  message.sender = coquill_convert_view (self->sender, sizeof self->sender);
  message.body = coquill_convert_view_bytes (self->body);
  if (coquill_payload_kind_is_live (self->kind))
    {
      message.counter = self->counter;
      if (!is_everyone (self->recipient))
        message.recipient = coquill_convert_view (self->recipient, sizeof self->recipient);
      message.signature = coquill_convert_view (self->signature, sizeof self->signature);
    }

  return coquill_pack (&message.base);
}

static CoquillPayload *
from_message (const Coquill__Document__Payload *message, GError **error)
{
  g_autoptr (CoquillPayload) self = g_new0 (CoquillPayload, 1);

  if (message->version > PAYLOAD_VERSION)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION,
                              "a payload is of a later version");
      return NULL;
    }
  if (message->version != PAYLOAD_VERSION || message->kind == 0)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "a payload has no version or kind");
      return NULL;
    }
  if (message->body.len > COQUILL_PAYLOAD_BODY_MAX)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE, "a payload's body is too long");
      return NULL;
    }

  self->kind = message->kind;
  if (!coquill_unpack_copy (&message->document, self->document, sizeof self->document, "payload.document",
                            error)
      || !coquill_unpack_copy (&message->sender, self->sender, sizeof self->sender, "payload.sender", error))
    return NULL;

  if (coquill_payload_kind_is_live (self->kind))
    {
      self->counter = message->counter;
      if (message->recipient.len > 0
          && !coquill_unpack_copy (&message->recipient, self->recipient, sizeof self->recipient,
                                   "payload.recipient", error))
        return NULL;
      if (!coquill_unpack_copy (&message->signature, self->signature, sizeof self->signature,
                                "payload.signature", error))
        return NULL;
    }

  self->body = coquill_convert_bytes_in (&message->body);
  return g_steal_pointer (&self);
}

CoquillPayload *
coquill_payload_decode (GBytes *bytes, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Coquill__Document__Payload *message;
  CoquillPayload *self;

  message
      = coquill_unpack (&coquill__document__payload__descriptor, data, length, COQUILL_PAYLOAD_MAX, error);
  if (message == NULL)
    return NULL;

  self = from_message (message, error);
  coquill_unpack_free (message);
  return self;
}

void
coquill_payload_free (CoquillPayload *self)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}
