/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-quic.c: packets of strangers, and real ones that were changed on their way, close nothing and stop
 * nothing: not before the handshake, nor in it, nor after it. The first byte says to whom; the rest is a
 * packet, or what is turned in the last one that was really sent. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/direct-channel.h"
#include "../net/line.h"

/* After so many inputs it is shown that the established ones still talk. */
#define TALK 256

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef enum
{
  BEGINNING, /* the client has sent its first packet, and the server hasn't seen it */
  MEETING,   /* the server has seen it, and has answered */
  TALKING,
  N_STAGES,
} Stage;

static Line *lines[N_STAGES];
static guint n_inputs;

static void
begin (void)
{
  static const LineQuality quality = { .delay = 10000 };
  LineQuality nobody = { .loss = 1000000 };

  lines[BEGINNING] = line_new (1, &nobody);
  line_pump (lines[BEGINNING]);
  lines[MEETING] = line_new (2, &quality);
  line_run (lines[MEETING], lines[MEETING]->now + 10000);
  lines[MEETING]->quality = nobody;
  lines[TALKING] = line_new (3, &quality);
  if (!line_establish (lines[TALKING], G_USEC_PER_SEC) || lines[MEETING]->last[1] == NULL)
    abort ();
}

static void
talk (Line *line)
{
  static guint8 letter[330];
  g_autoptr (GBytes) envelope = g_bytes_new_static (letter, sizeof letter);

  for (guint i = 0; i < 2; i++)
    if (!line_post (line, i, envelope, 1, FALSE))
      abort ();
  line_run (line, line->now + G_USEC_PER_SEC);
  for (guint i = 0; i < 2; i++)
    {
      if (line->ends[i].received->len != 1 || line->ends[i].acknowledged->len != 1)
        abort ();
      g_ptr_array_set_size (line->ends[i].received, 0);
      g_array_set_size (line->ends[i].acknowledged, 0);
    }
}

/* The last packet that went to @end, with @data turned in it from a place on. */
static void
inject_changed (Line *line, guint end, const uint8_t *data, size_t size)
{
  gsize real_size;
  const guint8 *real;
  guint8 changed[COQUILL_QUIC_PACKET_MAX];
  size_t at;

  if (line->last[!end] == NULL || size < 2)
    return;
  real = g_bytes_get_data (line->last[!end], &real_size);
  memcpy (changed, real, real_size);
  at = ((size_t)data[0] << 8 | data[1]) % real_size;
  for (size_t i = 2; i < size && at < real_size; i++, at++)
    changed[at] ^= data[i];
  line_inject (line, end, changed, real_size);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Line *line;
  guint end;

  if (lines[0] == NULL)
    begin ();
  if (size == 0)
    return 0;
  line = lines[data[0] % N_STAGES];
  end = data[0] >> 4 & 1;
  if ((data[0] & 0x80) != 0)
    inject_changed (line, end, data + 1, size - 1);
  else
    line_inject (line, end, data + 1, size - 1);
  line_pump (line);
  if (line->ends[0].error != NULL || line->ends[1].error != NULL)
    abort ();
  if (++n_inputs % TALK == 0)
    talk (lines[TALKING]);
  return 0;
}
