/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-visitor.c: a plain client of a relay that keeps to no rule its test doesn't */

#include "relay-visitor.h"

#include "trust/envelope.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 60

RelayVisitor *
relay_visitor_connect (RelayProcess *relay)
{
  RelayVisitor *self = g_new0 (RelayVisitor, 1);
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (relay_process_get_port (relay)),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval patience = { .tv_sec = PATIENCE };

  self->descriptor = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (self->descriptor, >=, 0);
  setsockopt (self->descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (self->descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  g_assert_cmpint (connect (self->descriptor, (struct sockaddr *)&address, sizeof address), ==, 0);
  self->authority = g_strdup (relay_process_get_origin (relay) + strlen ("http://"));
  self->input = g_byte_array_new ();
  return self;
}

void
relay_visitor_free (RelayVisitor *self)
{
  close (self->descriptor);
  g_byte_array_unref (self->input);
  g_free (self->authority);
  g_free (self);
}

gboolean
relay_visitor_write (RelayVisitor *self, gconstpointer data, gsize length)
{
  const guint8 *at = data;

  while (length > 0)
    {
      gssize written = send (self->descriptor, at, length, MSG_NOSIGNAL);
      if (written <= 0)
        {
          if (errno == EAGAIN)
            g_error ("The relay takes nothing and says nothing.");
          return FALSE;
        }
      at += written;
      length -= written;
    }
  return TRUE;
}

/* Reads more input; FALSE at the end. */
static gboolean
read_more (RelayVisitor *self)
{
  guint8 buffer[65536];
  gssize length = recv (self->descriptor, buffer, sizeof buffer, 0);

  if (length < 0 && errno == EAGAIN)
    g_error ("The relay said nothing for %d s.", PATIENCE);
  if (length <= 0)
    return FALSE;
  g_byte_array_append (self->input, buffer, length);
  return TRUE;
}

char *
relay_visitor_read_all (RelayVisitor *self)
{
  while (read_more (self))
    ;
  return g_strndup (self->input->len > 0 ? (char *)self->input->data : "", self->input->len);
}

RelayVisitor *
relay_visitor_new (RelayProcess *relay)
{
  RelayVisitor *self = relay_visitor_connect (relay);
  g_autofree char *request = g_strdup_printf ("GET " COQUILL_RELAY_PATH " HTTP/1.1\r\nHost: %s\r\n"
                                              "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                              "Sec-WebSocket-Version: 13\r\n"
                                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                              "Sec-WebSocket-Protocol: " COQUILL_RELAY_SUBPROTOCOL "\r\n\r\n",
                                              self->authority);
  g_auto (CoquillRelayFrame) frame = { 0 };
  const guint8 *end = NULL;

  g_assert_true (relay_visitor_write (self, request, strlen (request)));
  while (self->input->len == 0 || (end = memmem (self->input->data, self->input->len, "\r\n\r\n", 4)) == NULL)
    g_assert_true (read_more (self));
  g_assert_true (memcmp (self->input->data, "HTTP/1.1 101 ", 13) == 0);
  g_byte_array_remove_range (self->input, 0, end + 4 - self->input->data);
  relay_visitor_expect (self, COQUILL_RELAY_FRAME_CHALLENGE, &frame);
  memcpy (self->nonce, frame.nonce, sizeof self->nonce);
  return self;
}

gboolean
relay_visitor_write_frame (RelayVisitor *self, guint8 first, gconstpointer data, gsize length)
{
  static const guint8 mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (length + 14);
  guint8 header[14] = { first };
  guint n = 2;

  header[1] = 0x80 | (length < 126 ? length : length < 65536 ? 126 : 127);
  for (guint i = length < 126 ? 0 : length < 65536 ? 2 : 8; i > 0; i--)
    header[n++] = (guint64)length >> 8 * (i - 1);
  memcpy (header + n, mask, 4);
  g_byte_array_append (bytes, header, n + 4);
  g_byte_array_append (bytes, data, length);
  for (gsize i = 0; i < length; i++)
    bytes->data[n + 4 + i] ^= mask[i & 3];
  return relay_visitor_write (self, bytes->data, bytes->len);
}

gboolean
relay_visitor_send (RelayVisitor *self, const CoquillRelayFrame *frame)
{
  g_autoptr (GBytes) bytes = coquill_relay_frame_encode (frame);

  return relay_visitor_write_frame (self, 0x82, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

gboolean
relay_visitor_receive (RelayVisitor *self, CoquillRelayFrame *frame)
{
  for (;;)
    {
      gsize header = 2, length = 0;
      const guint8 *data = self->input->data;

      if (self->input->len >= 2)
        {
          length = data[1];
          header += length == 126 ? 2 : length == 127 ? 8 : 0;
          if (self->input->len >= header && header > 2)
            for (gsize i = 2, n = length = 0; i < header; i++, n++)
              length = length << 8 | data[i];
        }
      if (self->input->len < header || self->input->len < header + length)
        {
          if (!read_more (self))
            return FALSE;
          continue;
        }
      g_autoptr (GBytes) payload = g_bytes_new (data + header, length);
      guint opcode = data[0] & 15;
      g_byte_array_remove_range (self->input, 0, header + length);
      if (opcode == 8)
        self->close_code = ((const guint8 *)g_bytes_get_data (payload, NULL))[0] << 8
                           | ((const guint8 *)g_bytes_get_data (payload, NULL))[1];
      if (opcode != 2)
        continue;
      g_assert_true (coquill_relay_frame_decode (payload, frame, NULL));
      return TRUE;
    }
}

void
relay_visitor_expect (RelayVisitor *self, CoquillRelayFrameKind kind, CoquillRelayFrame *frame)
{
  for (;;)
    {
      if (!relay_visitor_receive (self, frame))
        g_error ("The relay closed with %u before frame %d came.", self->close_code, kind);
      if (frame->kind == kind)
        return;
      if (frame->kind == COQUILL_RELAY_FRAME_REFUSAL)
        g_error ("Refused instead of frame %d: %u %s", kind, frame->code, frame->text);
      coquill_relay_frame_clear (frame);
    }
}

void
relay_visitor_expect_refusal (RelayVisitor *self, CoquillRelayCode code)
{
  for (;;)
    {
      g_auto (CoquillRelayFrame) frame = { 0 };
      if (!relay_visitor_receive (self, &frame))
        g_error ("The relay closed with %u before it refused with %d.", self->close_code, code);
      if (frame.kind != COQUILL_RELAY_FRAME_REFUSAL)
        continue;
      g_assert_cmpuint (frame.code, ==, code);
      g_assert_cmpuint (strlen (frame.text), >, 10);
      return;
    }
}

void
relay_visitor_expect_close (RelayVisitor *self, guint close_code)
{
  CoquillRelayFrame frame;

  while (relay_visitor_receive (self, &frame))
    coquill_relay_frame_clear (&frame);
  g_assert_cmpuint (self->close_code, ==, close_code);
}

void
relay_visitor_enter (RelayVisitor *self,
                     guint32 handle,
                     CoquillRoomRole role,
                     CoquillRoomKeys *keys,
                     const CoquillRoomLock *lock)
{
  g_auto (CoquillRelayFrame) frame = { .kind = COQUILL_RELAY_FRAME_ENTER,
                                       .version = COQUILL_RELAY_VERSION,
                                       .handle = handle,
                                       .role = role,
                                       .data = coquill_room_lock_encode (lock) };

  memcpy (frame.room, lock->room, sizeof frame.room);
  coquill_room_proof_make (keys, role, self->authority, lock->room, self->nonce, frame.proof);
  g_assert_true (relay_visitor_send (self, &frame));
}

gboolean
relay_visitor_post (RelayVisitor *self, guint32 handle, guint8 envelope_class, gsize size, guint64 reference)
{
  g_autofree guint8 *bytes = g_malloc0 (COQUILL_ENVELOPE_OVERHEAD + size);
  g_auto (CoquillRelayFrame) frame
      = { .kind = COQUILL_RELAY_FRAME_POST, .handle = handle, .reference = reference };

  bytes[0] = COQUILL_ENVELOPE_VERSION;
  bytes[1] = envelope_class;
  memcpy (bytes + COQUILL_ENVELOPE_OVERHEAD, &reference, sizeof reference);
  frame.data = g_bytes_new (bytes, COQUILL_ENVELOPE_OVERHEAD + size);
  return relay_visitor_send (self, &frame);
}
