/* SPDX-License-Identifier: GPL-3.0-or-later */
/* work-edit.c: edits one at a time, with the caret's surroundings read and an anchor followed; once, and ten
 * times. */

#include "subject.h"

/* How often the trace is played into one document, to see how the time grows. */
#define MANY 10

/* After each edit a person sees the character in front of the caret, or else the text's first one. */
static void
read_at_caret (CoquillText *text, guint64 caret, volatile guint64 *sum)
{
  char character[4];

  if (caret == 0 && coquill_text_length (text) == 0)
    return;
  coquill_text_read (text, caret > 0 ? caret - 1 : 0, 1, character);
  *sum += (guchar)character[0];
}

static gboolean
edit (const PackedPatch *patch, const char *inserted, CoquillText *text, guint32 agent)
{
  return (patch->deleted == 0
          || coquill_text_delete (text, agent, patch->position, patch->deleted, NULL, NULL))
         && (patch->length == 0
             || coquill_text_insert (text, agent, patch->position, inserted, patch->bytes, NULL, NULL));
}

static gboolean
edit_all (const PackedTrace *trace, guint from, guint to, CoquillText *text, guint32 agent)
{
  volatile guint64 sum = 0;

  for (guint i = from; i < to; i++)
    {
      const PackedPatch *patch = &trace->patches[i];

      if (!edit (patch, trace->text + patch->offset, text, agent))
        return FALSE;
      read_at_caret (text, (guint64)patch->position + patch->length, &sum);
    }
  return TRUE;
}

/* The caret after a patch. */
static CoquillAnchor
anchor_at (const PackedTrace *trace, guint patch, CoquillText *text)
{
  return coquill_text_anchor (text, (guint64)trace->patches[patch].position + trace->patches[patch].length,
                              COQUILL_ANCHOR_AFTER);
}

/* One anchor is set in the middle of the edits and held through the rest of them, one at the end; both are
 * then asked where they are. */
static double
edit_times (Subject *self, const char *work, guint times)
{
  const PackedTrace *trace = self->trace;
  guint n = trace->n_patches, middle = n / 2;
  CoquillAgent id = history_agent (0);
  guint64 place;
  gint64 start = clock_now ();
  CoquillText *text = coquill_text_new ();
  guint32 agent = coquill_text_add_agent (text, &id, NULL);
  gboolean done = edit_all (trace, 0, middle + 1, text, agent);
  CoquillAnchor early = anchor_at (trace, middle, text);

  done = done && edit_all (trace, middle + 1, n, text, agent);
  for (guint i = 1; i < times && done; i++)
    done = edit_all (trace, 0, n, text, agent);

  CoquillAnchor late = anchor_at (trace, n - 1, text);

  done = done && coquill_text_resolve (text, &early, &place) && coquill_text_resolve (text, &late, &place);
  settle (text);

  double took = clock_since (start);

  if (!done)
    subject_fail (self, work, "an edit was refused, or an anchor lost");
  subject_check (self, work, text, times);
  coquill_text_free (text);
  return took;
}

static double
edit_once (gpointer data)
{
  return edit_times (data, "local", 1);
}

static double
edit_many (gpointer data)
{
  return edit_times (data, "growth", MANY);
}

void
measure_local (Subject *self)
{
  if (self->yardstick != NULL)
    subject_measure (self, "local", edit_once, yardstick_local, self->yardstick, TRUE);
}

void
measure_growth (Subject *self)
{
  const SampleFunc funcs[] = { edit_once, edit_many };
  const gpointer data[] = { self, self };
  double medians[2];

  if (self->trace->concurrent || !self->ours)
    return;

  guint runs = samples_take_in_turn (funcs, data, 2, self->runs, medians);

  if (!self->failed)
    row_print (&(Row){ "growth", self->name, "coquill", medians[1], "ms", medians[1] / medians[0], runs });
}
