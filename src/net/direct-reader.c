/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-reader.c: cuts the bytes of a stream, which may come twice, into envelopes */

#include "net/direct-reader.h"

#include <string.h>

#include "trust/envelope.h"

static gsize
get_length_size (const CoquillDirectReader *self)
{
  return (gsize)1 << (self->length[0] >> 6);
}

/* Returns: the length that the other side has named; 0 if it needs more bytes than any envelope's */
static gsize
get_length (const CoquillDirectReader *self)
{
  gsize length = self->length[0] & 0x3f;

  if (get_length_size (self) > COQUILL_DIRECT_LENGTH_MAX)
    return 0;
  for (gsize i = 1; i < get_length_size (self); i++)
    length = length << 8 | self->length[i];
  return length;
}

static gboolean
begin_envelope (CoquillDirectReader *self, GError **error)
{
  self->envelope_size = get_length (self);
  if (self->envelope_size == 0 || self->envelope_size > COQUILL_ENVELOPE_MAX)
    {
      g_set_error_literal (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_PROTOCOL,
                           "the other side sent an envelope of an impossible size");
      return FALSE;
    }
  self->envelope = g_malloc (self->envelope_size);
  return TRUE;
}

static void
end_envelope (CoquillDirectReader *self, CoquillDirectReaderFunc func, gpointer owner)
{
  g_autoptr (GBytes) envelope = g_bytes_new_take (g_steal_pointer (&self->envelope), self->envelope_size);
  gsize overhead = self->length_size;

  self->length_size = self->envelope_size = self->filled = 0;
  func (owner, envelope, overhead);
}

gboolean
coquill_direct_reader_take (CoquillDirectReader *self,
                            guint64 offset,
                            const guint8 *data,
                            gsize size,
                            CoquillDirectReaderFunc func,
                            gpointer owner,
                            GError **error)
{
  gsize at;

  if (offset > self->position || self->position - offset >= size)
    return TRUE;

  for (at = (gsize)(self->position - offset); at < size;)
    if (self->envelope == NULL)
      {
        self->length[self->length_size++] = data[at++];
        self->position++;
        if (self->length_size < MIN (get_length_size (self), COQUILL_DIRECT_LENGTH_MAX))
          continue;
        if (!begin_envelope (self, error))
          {
            /* No offset is ever wanted again. */
            self->position = G_MAXUINT64;
            return FALSE;
          }
      }
    else
      {
        gsize taken = MIN (size - at, self->envelope_size - self->filled);

        memcpy (self->envelope + self->filled, data + at, taken);
        at += taken;
        self->position += taken;
        self->filled += taken;
        if (self->filled == self->envelope_size)
          end_envelope (self, func, owner);
      }
  return TRUE;
}

void
coquill_direct_reader_clear (CoquillDirectReader *self)
{
  g_clear_pointer (&self->envelope, g_free);
}
