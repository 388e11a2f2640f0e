/* SPDX-License-Identifier: GPL-3.0-or-later */
/* work-live.c: each transaction comes as bytes of its own and is merged at once. */

#include "subject.h"
#include "text/codec.h"

/* Where the merge changed the text last. */
typedef struct
{
  guint64 position;
  guint64 length;
} Place;

static void
note_place_cb (const CoquillTextDelta *delta, void *data)
{
  *(Place *)data = (Place){ delta->position, delta->inserted_length };
}

static bool
read_chunk_cb (const char *utf8, size_t bytes, uint64_t length, void *data)
{
  *(volatile guint64 *)data += length + (guchar)utf8[0];
  return true;
}

static bool
read_span_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  *(volatile guint64 *)data += range->agent;
  return true;
}

/* What a window does after a merge: it shows what came in, and who wrote it; after a deletion, the character
 * that is now there. */
static void
look_at (CoquillText *text, Place place, volatile guint64 *sum)
{
  guint64 length = coquill_text_length (text);

  if (length == 0)
    return;
  place.position = MIN (place.position, length - 1);
  place.length = CLAMP (place.length, 1, length - place.position);
  coquill_text_foreach_chunk (text, place.position, place.length, read_chunk_cb, (void *)sum);
  coquill_text_foreach_span (text, place.position, place.length, read_span_cb, (void *)sum);
}

static double
merge_live (gpointer data)
{
  Subject *self = data;
  const History *history = self->history;
  const guint8 *bytes = history->lives.data;
  volatile guint64 sum = 0;
  gsize from = 0;
  gint64 start = clock_now ();
  CoquillText *text = coquill_text_new ();
  gboolean merged = TRUE;

  for (guint i = 0; i < history->n_lives && merged; from = history->ends[i++])
    {
      CoquillChange *change = coquill_change_decode (bytes + from, history->ends[i] - from, NULL);
      Place place = { 0 };

      merged = change != NULL && coquill_text_merge (text, change, note_place_cb, &place, NULL);
      coquill_change_free (change);
      look_at (text, place, &sum);
    }
  settle (text);

  double took = clock_since (start);

  if (!merged)
    subject_fail (self, "live", "a change was refused");
  subject_check (self, "live", text, 1);
  coquill_text_free (text);
  return took;
}

void
measure_live (Subject *self)
{
  if (self->ours && subject_history (self) != NULL)
    subject_measure_in_units (self, "live", merge_live);
}
