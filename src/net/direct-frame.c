/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-frame.c: what two ends of a direct road say to each other inside QUIC */

#include "net/direct-frame.h"

#include <string.h>

static void
append_number (GByteArray *bytes, guint64 number)
{
  guint64 big = GUINT64_TO_BE (number);

  g_byte_array_append (bytes, (const guint8 *)&big, sizeof big);
}

static guint64
read_number (const guint8 *data)
{
  guint64 big;

  memcpy (&big, data, sizeof big);
  return GUINT64_FROM_BE (big);
}

GBytes *
coquill_direct_frame_encode (const CoquillDirectFrame *self)
{
  GByteArray *bytes = g_byte_array_sized_new ((guint)(1 + 8 + 8 + self->size));
  guint8 kind = (guint8)self->kind;

  g_byte_array_append (bytes, &kind, 1);
  if (self->kind != COQUILL_DIRECT_FRAME_LIVE)
    append_number (bytes, self->number);
  if (self->kind == COQUILL_DIRECT_FRAME_ECHO)
    append_number (bytes, self->count);
  if (self->size > 0)
    g_byte_array_append (bytes, self->data, (guint)self->size);
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
coquill_direct_frame_decode (CoquillDirectFrame *self, const guint8 *data, gsize size)
{
  *self = (CoquillDirectFrame){ .kind = size > 0 ? data[0] : 0 };
  switch (self->kind)
    {
    case COQUILL_DIRECT_FRAME_LIVE:
      self->data = data + 1;
      self->size = size - 1;
      return self->size > 0;
    case COQUILL_DIRECT_FRAME_COPY:
      if (size <= 1 + 8)
        return FALSE;
      self->number = read_number (data + 1);
      self->data = data + 1 + 8;
      self->size = size - 1 - 8;
      return TRUE;
    case COQUILL_DIRECT_FRAME_PING:
      if (size != 1 + 8)
        return FALSE;
      self->number = read_number (data + 1);
      return TRUE;
    case COQUILL_DIRECT_FRAME_ECHO:
      if (size != 1 + 8 + 8)
        return FALSE;
      self->number = read_number (data + 1);
      self->count = read_number (data + 1 + 8);
      return TRUE;
    default:
      return FALSE;
    }
}

gsize
coquill_direct_frame_write_length (guint8 buffer[COQUILL_DIRECT_LENGTH_MAX], gsize length)
{
  if (length < 1 << 6)
    {
      buffer[0] = (guint8)length;
      return 1;
    }
  if (length < 1 << 14)
    {
      buffer[0] = (guint8)(0x40 | length >> 8);
      buffer[1] = (guint8)length;
      return 2;
    }
  buffer[0] = (guint8)(0x80 | length >> 24);
  buffer[1] = (guint8)(length >> 16);
  buffer[2] = (guint8)(length >> 8);
  buffer[3] = (guint8)length;
  return 4;
}
