/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subject.c: a trace that is measured, and what all kinds of work share. */

#include "subject.h"

#include <math.h>

#include "text/codec.h"

const History *
subject_history (Subject *self)
{
  g_autofree char *message = NULL;

  if (self->history == NULL && !self->failed)
    {
      self->history = history_new (self->trace, &message);
      if (self->history == NULL)
        subject_fail (self, "history", message);
    }
  return self->history;
}

void
subject_fail (Subject *self, const char *work, const char *message)
{
  if (!self->failed)
    g_printerr ("FAILED: %s of %s: %s\n", work, self->name, message);
  self->failed = TRUE;
}

void
subject_check (Subject *self, const char *work, CoquillText *text, guint times)
{
  if (!history_text_is (text, self->trace->end, self->trace->end_bytes, times))
    subject_fail (self, work, "the text differs from endContent");
}

void
subject_measure (Subject *self,
                 const char *work,
                 SampleFunc func,
                 SampleFunc reference,
                 gpointer reference_data,
                 gboolean name_reference)
{
  const SampleFunc funcs[] = { reference, func };
  const gpointer data[] = { reference_data, self };
  double medians[2] = { NAN, NAN };
  guint first = reference == NULL, n = self->ours ? 2 : 1;
  guint runs = samples_take_in_turn (funcs + first, data + first, n - first, self->runs, medians + first);

  if (name_reference && self->baseline && !yardstick_matches (reference_data))
    g_printerr ("%s: the baseline's text differs from endContent\n", self->name);
  else if (name_reference && self->baseline)
    row_print (&(Row){ work, self->name, "baseline", medians[0], "ms", 1, runs });
  if (self->ours && !self->failed)
    row_print (&(Row){ work, self->name, "coquill", medians[1], "ms", medians[1] / medians[0], runs });
}

void
subject_measure_in_units (Subject *self, const char *work, SampleFunc func)
{
  if (self->ours)
    subject_measure (self, work, func, self->unit != NULL ? yardstick_linear : NULL, self->unit, FALSE);
}

void
subject_print_bytes (Subject *self, const char *work, const char *system, double bytes, double reference)
{
  if (!self->failed)
    row_print (&(Row){ work, self->name, system, bytes, "bytes", bytes / reference, 0 });
}

static bool
read_chunk_cb (const char *utf8, size_t bytes, uint64_t length, void *data)
{
  *(volatile guint64 *)data += length + (guchar)utf8[bytes - 1];
  return true;
}

static bool
read_span_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  *(volatile guint64 *)data += range->length;
  return true;
}

void
settle (CoquillText *text)
{
  guint64 length = coquill_text_length (text);
  volatile guint64 sum = 0;

  coquill_text_foreach_chunk (text, 0, length, read_chunk_cb, (void *)&sum);
  coquill_text_foreach_span (text, 0, length, read_span_cb, (void *)&sum);
}

CoquillText *
load_history (const History *history)
{
  CoquillText *text = coquill_text_new ();

  for (guint i = 0; i < history->n_blocks; i++)
    {
      CoquillTextError error = { 0 };
      CoquillChange *change
          = coquill_change_decode (history->blocks[i].data, history->blocks[i].length, &error);
      gboolean merged = change != NULL && coquill_text_merge (text, change, NULL, NULL, &error);

      coquill_change_free (change);
      if (!merged)
        {
          coquill_text_free (text);
          return NULL;
        }
    }
  settle (text);
  return text;
}
