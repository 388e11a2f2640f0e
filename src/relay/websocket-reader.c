/* websocket-reader.c: the receiving side of a WebSocket server (RFC 6455), without any I/O */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/websocket-reader.h"

#include <string.h>

void
coquill_websocket_reader_init (CoquillWebsocketReader *self, gsize message_max)
{
  *self = (CoquillWebsocketReader){ .message_max = message_max };
}

void
coquill_websocket_reader_clear (CoquillWebsocketReader *self)
{
  g_clear_pointer (&self->message, g_byte_array_unref);
  g_clear_pointer (&self->control, g_byte_array_unref);
}

static CoquillWebsocketEvent
fail (CoquillWebsocketReader *self, guint16 code)
{
  self->close_code = code;
  self->done = TRUE;
  coquill_websocket_reader_clear (self);
  return COQUILL_WEBSOCKET_EVENT_FAILED;
}

static CoquillWebsocketOpcode
get_opcode (const CoquillWebsocketReader *self)
{
  return self->header[0] & 0x0f;
}

static gboolean
is_control (const CoquillWebsocketReader *self)
{
  return (self->header[0] & 0x08) != 0;
}

/* Bytes that the header has, as far as it is known. */
static guint
get_header_size (const CoquillWebsocketReader *self)
{
  guint size = 2;

  if (self->header_length < 2)
    return size;
  if ((self->header[1] & 0x7f) == 126)
    size += 2;
  else if ((self->header[1] & 0x7f) == 127)
    size += 8;
  return size + 4; /* the mask, which a client must use */
}

static guint64
get_payload_length (const CoquillWebsocketReader *self)
{
  guint64 length = self->header[1] & 0x7f;
  guint bytes = length == 126 ? 2 : length == 127 ? 8 : 0;

  if (bytes == 0)
    return length;
  length = 0;
  for (guint i = 0; i < bytes; i++)
    length = length << 8 | self->header[2 + i];
  return length;
}

/* Checks the first two bytes as soon as they are there. Returns 0 or the code to close with. */
static guint16
check_start (const CoquillWebsocketReader *self)
{
  gboolean final = (self->header[0] & 0x80) != 0;

  if ((self->header[0] & 0x70) != 0 || (self->header[1] & 0x80) == 0)
    return COQUILL_WEBSOCKET_PROTOCOL_ERROR;
  switch ((int)get_opcode (self))
    {
    case COQUILL_WEBSOCKET_CONTINUATION:
      return self->in_message ? 0 : COQUILL_WEBSOCKET_PROTOCOL_ERROR;
    case COQUILL_WEBSOCKET_BINARY:
      return self->in_message ? COQUILL_WEBSOCKET_PROTOCOL_ERROR : 0;
    case COQUILL_WEBSOCKET_TEXT:
      return COQUILL_WEBSOCKET_UNSUPPORTED;
    case COQUILL_WEBSOCKET_CLOSE:
    case COQUILL_WEBSOCKET_PING:
    case COQUILL_WEBSOCKET_PONG:
      return final && (self->header[1] & 0x7f) <= COQUILL_WEBSOCKET_CONTROL_MAX
                 ? 0
                 : COQUILL_WEBSOCKET_PROTOCOL_ERROR;
    default:
      return COQUILL_WEBSOCKET_PROTOCOL_ERROR;
    }
}

static CoquillWebsocketEvent
finish_control (CoquillWebsocketReader *self, GBytes **payload)
{
  g_autoptr (GByteArray) control = g_steal_pointer (&self->control);

  if (control == NULL)
    control = g_byte_array_new ();
  if (get_opcode (self) == COQUILL_WEBSOCKET_CLOSE)
    {
      if (control->len == 1)
        return fail (self, COQUILL_WEBSOCKET_PROTOCOL_ERROR);
      self->close_code = COQUILL_WEBSOCKET_NORMAL;
      self->done = TRUE;
      return COQUILL_WEBSOCKET_EVENT_CLOSE;
    }
  *payload = g_byte_array_free_to_bytes (g_steal_pointer (&control));
  return get_opcode (self) == COQUILL_WEBSOCKET_PING ? COQUILL_WEBSOCKET_EVENT_PING
                                                     : COQUILL_WEBSOCKET_EVENT_PONG;
}

static CoquillWebsocketEvent
finish_frame (CoquillWebsocketReader *self, GBytes **payload)
{
  gboolean final = (self->header[0] & 0x80) != 0;

  self->in_payload = FALSE;
  self->header_length = 0;
  if (is_control (self))
    return finish_control (self, payload);
  self->in_message = !final;
  if (!final)
    return COQUILL_WEBSOCKET_EVENT_MORE;
  if (self->message == NULL)
    self->message = g_byte_array_new ();
  *payload = g_byte_array_free_to_bytes (g_steal_pointer (&self->message));
  return COQUILL_WEBSOCKET_EVENT_MESSAGE;
}

static void
take_payload (CoquillWebsocketReader *self, const guint8 **data, gsize *length)
{
  GByteArray **to = is_control (self) ? &self->control : &self->message;
  gsize taken = MIN (self->payload_left, *length);
  guint8 mask[4];
  guint start;

  if (taken == 0)
    return;
  if (*to == NULL)
    *to = g_byte_array_new ();
  start = (*to)->len;
  g_byte_array_append (*to, *data, taken);
  memcpy (mask, self->header + get_header_size (self) - 4, sizeof mask);
  for (gsize i = 0; i < taken; i++)
    (*to)->data[start + i] ^= mask[(self->payload_done + i) & 3];
  self->payload_done += taken;
  self->payload_left -= taken;
  *data += taken;
  *length -= taken;
}

CoquillWebsocketEvent
coquill_websocket_reader_next (CoquillWebsocketReader *self,
                               const guint8 **data,
                               gsize *length,
                               GBytes **payload)
{
  *payload = NULL;
  while (!self->done)
    {
      if (self->in_payload)
        {
          take_payload (self, data, length);
          if (self->payload_left > 0)
            return COQUILL_WEBSOCKET_EVENT_MORE;
          /* The opcode is needed until the frame is finished: the header's bytes stay, only its length is
           * reset. */
          CoquillWebsocketEvent event = finish_frame (self, payload);
          if (event != COQUILL_WEBSOCKET_EVENT_MORE)
            return event;
          continue;
        }
      if (*length == 0)
        return COQUILL_WEBSOCKET_EVENT_MORE;
      self->header[self->header_length++] = **data;
      *data += 1;
      *length -= 1;
      if (self->header_length == 2)
        {
          guint16 code = check_start (self);
          if (code != 0)
            return fail (self, code);
        }
      if (self->header_length < 2 || self->header_length < get_header_size (self))
        continue;
      self->payload_left = get_payload_length (self);
      self->payload_done = 0;
      self->in_payload = TRUE;
      gsize held = self->message != NULL ? self->message->len : 0;
      if (!is_control (self) && self->payload_left > self->message_max - held)
        return fail (self, COQUILL_WEBSOCKET_TOO_LARGE);
    }
  *data += *length;
  *length = 0;
  return COQUILL_WEBSOCKET_EVENT_MORE;
}

guint
coquill_websocket_write_header (guint8 *header, CoquillWebsocketOpcode opcode, guint64 payload_length)
{
  guint bytes = payload_length < 126 ? 0 : payload_length < 65536 ? 2 : 8;

  header[0] = 0x80 | opcode;
  header[1] = bytes == 0 ? payload_length : bytes == 2 ? 126 : 127;
  for (guint i = 0; i < bytes; i++)
    header[2 + i] = payload_length >> 8 * (bytes - 1 - i);
  return 2 + bytes;
}
