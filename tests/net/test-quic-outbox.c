/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-quic-outbox.c: the bytes of a stream come out once, in order, however they are written, sent and
 * acknowledged */

#include "net/quic-outbox.h"

#include "../text/seed.h"

/* The byte of the stream at @offset. */
static guint8
get_byte (guint64 offset)
{
  return (guint8)(offset * 31 + (offset >> 8) * 7);
}

static void
append (CoquillQuicOutbox *outbox, gsize size)
{
  g_autofree guint8 *bytes = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    bytes[i] = get_byte (outbox->written + i);
  coquill_quic_outbox_append (outbox, bytes, size);
}

/* Sends at most @most of what is offered, which has to go on at @sent. Returns: how much that was */
static gsize
take (CoquillQuicOutbox *outbox, guint64 sent, gsize most)
{
  ngtcp2_vec pieces[COQUILL_QUIC_OUTBOX_PIECES];
  gsize n = coquill_quic_outbox_collect (outbox, pieces), taken = 0;

  g_assert_cmpint (n > 0, ==, coquill_quic_outbox_has_unsent (outbox));
  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k < pieces[i].len && taken < most; k++, taken++)
      g_assert_cmpuint (pieces[i].base[k], ==, get_byte (sent + taken));
  if (taken > 0)
    coquill_quic_outbox_sent (outbox, taken);
  return taken;
}

/* A block is full and sent, more is written, and only then it is acknowledged. */
static void
test_full_block (void)
{
  CoquillQuicOutbox outbox = { 0 };

  append (&outbox, COQUILL_QUIC_OUTBOX_BLOCK);
  g_assert_cmpuint (take (&outbox, 0, G_MAXSIZE), ==, COQUILL_QUIC_OUTBOX_BLOCK);
  append (&outbox, 3);
  coquill_quic_outbox_acknowledged (&outbox, COQUILL_QUIC_OUTBOX_BLOCK);
  g_assert_cmpuint (take (&outbox, COQUILL_QUIC_OUTBOX_BLOCK, G_MAXSIZE), ==, 3);
  coquill_quic_outbox_clear (&outbox);
}

/* All of it half the time: ends of blocks are where things go wrong. */
static gsize
draw (GRand *rand, gsize all)
{
  return g_rand_boolean (rand) ? all : (gsize)g_rand_int_range (rand, 0, (gint32)all + 1);
}

static void
test_any_order (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());
  CoquillQuicOutbox outbox = { 0 };
  guint64 sent = 0;

  for (guint i = 0; i < 3000; i++)
    switch (g_rand_int_range (rand, 0, 3))
      {
      case 0:
        append (&outbox,
                draw (rand, 3 * COQUILL_QUIC_OUTBOX_BLOCK - outbox.written % COQUILL_QUIC_OUTBOX_BLOCK));
        break;
      case 1:
        for (gsize n = 1; n > 0 && g_rand_int_range (rand, 0, 20) > 0; sent += n)
          n = take (&outbox, sent, draw (rand, 2 * COQUILL_QUIC_OUTBOX_BLOCK));
        break;
      default:
        coquill_quic_outbox_acknowledged (&outbox, draw (rand, sent - outbox.acknowledged));
      }
  while (sent < outbox.written)
    {
      gsize n = take (&outbox, sent, G_MAXSIZE);

      g_assert_cmpuint (n, >, 0);
      sent += n;
    }
  coquill_quic_outbox_clear (&outbox);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quic-outbox/what-is-behind-an-acknowledged-block-is-sent", test_full_block);
  g_test_add_func ("/quic-outbox/all-is-sent-once-in-any-order-of-calls", test_any_order);
  return g_test_run ();
}
