/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-direct-channel.c: any bytes after decryption are a frame that encodes the same, or none; and a stream
 * that gives the same envelopes however it is cut and whatever comes twice, or an error. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/direct-reader.h"
#include "trust/envelope.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_frame (const uint8_t *data, size_t size)
{
  CoquillDirectFrame frame;
  g_autoptr (GBytes) given = g_bytes_new_static (data, size), again = NULL;

  if (!coquill_direct_frame_decode (&frame, data, size))
    return;
  again = coquill_direct_frame_encode (&frame);
  if (!g_bytes_equal (given, again))
    abort ();
}

static void
envelope_cb (gpointer owner, GBytes *envelope, gsize overhead)
{
  GByteArray *all = owner;
  gsize size = g_bytes_get_size (envelope);

  if (size == 0 || size > COQUILL_ENVELOPE_MAX || overhead == 0 || overhead > COQUILL_DIRECT_LENGTH_MAX)
    abort ();
  /* With a mark between them, so that their borders count. */
  g_byte_array_append (all, g_bytes_get_data (envelope, NULL), (guint)size);
  g_byte_array_append (all, (const guint8 *)"\xffmark", 5);
}

/* Returns: whether it is a stream of envelopes, which go into @all */
static gboolean
read_stream (const uint8_t *data, size_t size, size_t step, size_t twice, GByteArray *all)
{
  CoquillDirectReader reader = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean good = TRUE;

  for (size_t at = 0; at < size && good; at += step)
    {
      size_t from = at > twice ? at - twice : 0;

      /* A piece behind a gap changes nothing. */
      if (!coquill_direct_reader_take (&reader, at + 1, data + at, 1, envelope_cb, all, NULL))
        abort ();
      good = coquill_direct_reader_take (&reader, from, data + from, MIN (at + step, size) - from,
                                         envelope_cb, all, &error);
      if (good == (error != NULL) || (good && reader.position != MIN (at + step, size)))
        abort ();
    }
  coquill_direct_reader_clear (&reader);
  return good;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) whole = g_byte_array_new (), cut = g_byte_array_new ();

  check_frame (data, size);
  if (size == 0)
    return 0;
  /* memcmp takes no NULL, which empty arrays have. */
  if (read_stream (data, size, size, 0, whole)
          != read_stream (data, size, 1 + data[size - 1] % 16, data[0] % 32, cut)
      || whole->len != cut->len || (cut->len > 0 && memcmp (whole->data, cut->data, cut->len) != 0))
    abort ();
  return 0;
}
