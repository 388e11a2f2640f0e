/* SPDX-License-Identifier: GPL-3.0-or-later */
/* line.c: two direct channels, and a line between them that loses, delays, turns round and spoils; virtual
 * time */

#include "line.h"

#include <string.h>

#include "net/quic-certificate-private.h"

typedef struct
{
  gint64 time;
  guint64 number;
  guint to;
  gsize size;
  guint8 data[];
} Packet;

static void
established_cb (gpointer owner)
{
  LineEnd *end = owner;

  g_assert_false (end->established);
  end->established = TRUE;
}

static void
received_cb (gpointer owner, GBytes *envelope)
{
  LineEnd *end = owner;

  g_assert_true (end->established);
  if (!end->forgets)
    g_ptr_array_add (end->received, g_bytes_ref (envelope));
  g_array_append_val (end->received_at, end->line->now);
  end->received_bytes += g_bytes_get_size (envelope);
  if (end->hungry)
    coquill_direct_channel_consumed (end->channel, g_bytes_get_size (envelope), end->line->now);
  else
    end->unconsumed += g_bytes_get_size (envelope);
}

static void
acknowledged_cb (gpointer owner, guint64 reference)
{
  LineEnd *end = owner;

  g_array_append_val (end->acknowledged, reference);
}

static void
echoed_cb (gpointer owner, gint64 round_trip)
{
  LineEnd *end = owner;

  g_array_append_val (end->echoes, round_trip);
}

static void
room_cb (gpointer owner)
{
  LineEnd *end = owner;

  end->n_rooms++;
}

static void
closed_cb (gpointer owner, const GError *error)
{
  LineEnd *end = owner;

  g_assert_no_error (end->error);
  end->error = g_error_copy (error);
}

static const CoquillDirectChannelEvents events = {
  .established = established_cb,
  .received = received_cb,
  .acknowledged = acknowledged_cb,
  .echoed = echoed_cb,
  .room = room_cb,
  .closed = closed_cb,
};

static gboolean
is_before (const Packet *a, const Packet *b)
{
  return a->time != b->time ? a->time < b->time : a->number < b->number;
}

static void
heap_swap (GPtrArray *heap, guint a, guint b)
{
  gpointer kept = heap->pdata[a];

  heap->pdata[a] = heap->pdata[b];
  heap->pdata[b] = kept;
}

static void
heap_push (GPtrArray *heap, Packet *packet)
{
  guint i = heap->len;

  g_ptr_array_add (heap, packet);
  for (; i > 0 && is_before (heap->pdata[i], heap->pdata[(i - 1) / 2]); i = (i - 1) / 2)
    heap_swap (heap, i, (i - 1) / 2);
}

static Packet *
heap_pop (GPtrArray *heap)
{
  Packet *first;

  heap_swap (heap, 0, heap->len - 1);
  first = g_ptr_array_steal_index_fast (heap, heap->len - 1);
  for (guint i = 0;;)
    {
      guint least = i;

      for (guint child = 2 * i + 1; child <= 2 * i + 2; child++)
        if (child < heap->len && is_before (heap->pdata[child], heap->pdata[least]))
          least = child;
      if (least == i)
        return first;
      heap_swap (heap, i, least);
      i = least;
    }
}

static gboolean
happens (Line *line, guint share)
{
  return share > 0 && (guint)g_rand_int_range (line->rand, 0, 1000000) < share;
}

static Packet *
make_packet (Line *line, guint to, const guint8 *data, gsize size, gint64 time)
{
  Packet *packet = g_malloc (sizeof *packet + size);

  packet->time = time;
  packet->number = line->n_packets++;
  packet->to = to;
  packet->size = size;
  memcpy (packet->data, data, size);
  return packet;
}

static void
send_junk (Line *line, guint to, gint64 time)
{
  guint8 junk[64];

  for (gsize i = 0; i < sizeof junk; i++)
    junk[i] = (guint8)g_rand_int (line->rand);
  heap_push (line->heap, make_packet (line, to, junk, (gsize)g_rand_int_range (line->rand, 0, 65), time));
}

static void
send_packet (Line *line, guint from, const guint8 *data, gsize size)
{
  LineQuality *quality = &line->quality;
  guint to = !from;
  gint64 time = line->now;
  Packet *packet;

  if (happens (line, quality->loss))
    return;
  if (quality->rate > 0)
    {
      quality->busy[to] = MAX (quality->busy[to], time);
      if (quality->patience > 0 && quality->busy[to] - time > quality->patience)
        return;
      time = quality->busy[to] += (gint64)(size * G_USEC_PER_SEC / quality->rate);
    }
  time += quality->delay;
  for (guint n = happens (line, quality->twice) ? 2 : 1; n > 0; n--)
    {
      gint64 late = quality->jitter > 0 ? g_rand_int_range (line->rand, 0, (gint32)quality->jitter) : 0;

      packet = make_packet (line, to, data, size, time + late);
      if (happens (line, quality->cut))
        packet->size = (gsize)g_rand_int_range (line->rand, 0, (gint32)size);
      if (happens (line, quality->flipped))
        packet->data[g_rand_int_range (line->rand, 0, (gint32)size)]
            ^= (guint8)(1 << g_rand_int_range (line->rand, 0, 8));
      heap_push (line->heap, packet);
    }
  if (happens (line, quality->junk))
    send_junk (line, to, time);
}

void
line_pump (Line *line)
{
  guint8 buffer[COQUILL_QUIC_PACKET_MAX];
  gsize size;

  for (guint i = 0; i < 2; i++)
    while ((size
            = coquill_direct_channel_next_datagram (line->ends[i].channel, buffer, sizeof buffer, line->now))
           > 0)
      {
        g_assert_cmpuint (size, <=, COQUILL_QUIC_PACKET_MAX);
        g_clear_pointer (&line->last[i], g_bytes_unref);
        line->last[i] = g_bytes_new (buffer, size);
        send_packet (line, i, buffer, size);
      }
}

static gint64
get_next (Line *line)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < 2; i++)
    next = MIN (next, coquill_direct_channel_get_expiry (line->ends[i].channel));
  if (line->quality.grain > 0 && next < G_MAXINT64 - line->quality.grain)
    next = (next + line->quality.grain - 1) / line->quality.grain * line->quality.grain;
  if (line->heap->len > 0)
    next = MIN (next, ((Packet *)line->heap->pdata[0])->time);
  return MAX (next, line->now);
}

static void
step (Line *line)
{
  while (line->heap->len > 0 && ((Packet *)line->heap->pdata[0])->time <= line->now)
    {
      g_autofree Packet *packet = heap_pop (line->heap);

      line_inject (line, packet->to, packet->data, packet->size);
    }
  for (guint i = 0; i < 2; i++)
    coquill_direct_channel_tick (line->ends[i].channel, line->now);
  line_pump (line);
}

void
line_run (Line *line, gint64 until)
{
  guint standing = 0;

  line_pump (line);
  for (gint64 next; (next = get_next (line)) <= until;)
    {
      /* A timer that is over and stays so would turn here for ever. */
      standing = next == line->now ? standing + 1 : 0;
      g_assert_cmpuint (standing, <, 10000);
      line->now = next;
      step (line);
    }
  line->now = MAX (line->now, until);
}

gboolean
line_establish (Line *line, gint64 most)
{
  gint64 until = line->now + most;

  line_pump (line);
  while (!(line->ends[0].established && line->ends[1].established) && get_next (line) <= until)
    {
      line->now = get_next (line);
      step (line);
    }
  if (line->ends[0].established && line->ends[1].established)
    return TRUE;
  line->now = MAX (line->now, until);
  return FALSE;
}

gboolean
line_post (Line *line, guint end, GBytes *envelope, guint64 reference, gboolean live)
{
  gboolean posted
      = coquill_direct_channel_post (line->ends[end].channel, envelope, reference, live, line->now);

  line_pump (line);
  return posted;
}

void
line_inject (Line *line, guint end, const guint8 *data, gsize size)
{
  /* Of the exact size, so that the sanitizer sees a read behind its end. */
  g_autofree guint8 *copy = g_memdup2 (data, size);

  coquill_direct_channel_receive (line->ends[end].channel, copy, size, line->now);
}

static CoquillQuicCertificate *
make_certificate (void)
{
  g_autoptr (GError) error = NULL;
  CoquillQuicCertificate *certificate = coquill_quic_certificate_new (&error);

  g_assert_no_error (error);
  return certificate;
}

static CoquillQuicCertificate *
make_used (CoquillQuicCertificate *expected, LineFault fault)
{
  CoquillQuicCertificate *other;

  if (fault == LINE_RIGHT)
    return coquill_quic_certificate_ref (expected);
  other = make_certificate ();
  if (fault == LINE_FORGER)
    memcpy (other->digest, expected->digest, sizeof other->digest);
  return other;
}

Line *
line_new_with_fault (guint32 seed, const LineQuality *quality, guint faulty, LineFault fault)
{
  Line *line = g_new0 (Line, 1);

  line->now = 1000000 + seed;
  line->quality = *quality;
  line->rand = g_rand_new_with_seed (seed);
  line->heap = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < 2; i++)
    line->ends[i].certificate = make_certificate ();
  for (guint i = 0; i < 2; i++)
    {
      LineEnd *end = &line->ends[i];
      g_autoptr (CoquillQuicCertificate) own = make_used (end->certificate, i == faulty ? fault : LINE_RIGHT);

      end->line = line;
      end->hungry = TRUE;
      end->received = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
      end->received_at = g_array_new (FALSE, FALSE, sizeof (gint64));
      end->acknowledged = g_array_new (FALSE, FALSE, sizeof (guint64));
      end->echoes = g_array_new (FALSE, FALSE, sizeof (gint64));
      end->channel = coquill_direct_channel_new (
          i == 0, own, coquill_quic_certificate_get_digest (line->ends[!i].certificate), &events, end,
          line->now);
    }
  return line;
}

Line *
line_new (guint32 seed, const LineQuality *quality)
{
  return line_new_with_fault (seed, quality, 0, LINE_RIGHT);
}

void
line_free (Line *line)
{
  for (guint i = 0; i < 2; i++)
    {
      LineEnd *end = &line->ends[i];

      coquill_direct_channel_drop (end->channel);
      coquill_quic_certificate_unref (end->certificate);
      g_ptr_array_unref (end->received);
      g_array_unref (end->received_at);
      g_array_unref (end->acknowledged);
      g_array_unref (end->echoes);
      g_clear_error (&end->error);
      g_clear_pointer (&line->last[i], g_bytes_unref);
    }
  g_ptr_array_unref (line->heap);
  g_rand_free (line->rand);
  g_free (line);
}
