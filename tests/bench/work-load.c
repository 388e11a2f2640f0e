/* SPDX-License-Identifier: GPL-3.0-or-later */
/* work-load.c: bytes to text and spans: a linear history, a concurrent one, a snapshot. */

#include "subject.h"

static double
load (Subject *self, const char *work)
{
  const History *history = self->history;
  gint64 start = clock_now ();
  CoquillText *text = load_history (history);
  double took = clock_since (start);

  if (text == NULL)
    {
      subject_fail (self, work, "the history was refused");
      return took;
    }
  subject_check (self, work, text, 1);
  coquill_text_free (text);
  return took;
}

static double
load_linear (gpointer data)
{
  return load (data, "linear");
}

static double
load_concurrent (gpointer data)
{
  return load (data, "concurrent");
}

/* Ready to edit: a character comes in in the middle, is read, and goes again. */
static double
load_snapshot (gpointer data)
{
  Subject *self = data;
  const CoquillBuffer *snapshot = &self->history->snapshot;
  CoquillTextError error = { 0 };
  CoquillAgent id = history_agent (G_MAXUINT32);
  char character = 0;
  gint64 start = clock_now ();
  CoquillText *text = coquill_text_load_snapshot (snapshot->data, snapshot->length, &error);

  if (text == NULL)
    {
      subject_fail (self, "snapshot", error.message);
      return clock_since (start);
    }
  settle (text);

  guint64 middle = coquill_text_length (text) / 2;
  guint32 agent = coquill_text_add_agent (text, &id, NULL);
  gboolean edited = coquill_text_insert (text, agent, middle, "x", 1, NULL, &error)
                    && coquill_text_read (text, middle, 1, &character) == 1
                    && coquill_text_delete (text, agent, middle, 1, NULL, &error);
  double took = clock_since (start);

  if (!edited || character != 'x')
    subject_fail (self, "snapshot", "the text of the snapshot can't be edited");
  subject_check (self, "snapshot", text, 1);
  coquill_text_free (text);
  return took;
}

void
measure_linear (Subject *self)
{
  if (self->yardstick != NULL && (!self->ours || subject_history (self) != NULL))
    subject_measure (self, "linear", load_linear, yardstick_linear, self->yardstick, TRUE);
}

void
measure_concurrent (Subject *self)
{
  if (self->trace->concurrent && self->ours && subject_history (self) != NULL)
    subject_measure_in_units (self, "concurrent", load_concurrent);
}

void
measure_snapshot (Subject *self)
{
  if (self->ours && subject_history (self) != NULL)
    subject_measure_in_units (self, "snapshot", load_snapshot);
}
