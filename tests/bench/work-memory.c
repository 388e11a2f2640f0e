/* SPDX-License-Identifier: GPL-3.0-or-later */
/* work-memory.c: bytes alive with the history loaded, the most while it is loaded, and those without it. */

#include "counting-allocator.h"
#include "subject.h"

static void
print (Subject *self, const char *work, CoquillText *text, gssize bytes)
{
  if (text == NULL)
    subject_fail (self, work, "it was refused");
  else
    subject_check (self, work, text, 1);
  coquill_text_free (text);
  subject_print_bytes (self, work, "coquill", (double)bytes, (double)MAX (self->trace->end_bytes, 1));
}

static void
measure_loaded (Subject *self, const char *work, gboolean peak)
{
  if (!self->ours || subject_history (self) == NULL)
    return;

  gssize alive, most;

  counting_start ();

  CoquillText *text = load_history (self->history);

  alive = counting_stop (&most);
  print (self, work, text, peak ? most : alive);
}

void
measure_memory (Subject *self)
{
  measure_loaded (self, "memory", FALSE);
}

void
measure_memory_peak (Subject *self)
{
  measure_loaded (self, "memory-peak", TRUE);
}

void
measure_memory_rest (Subject *self)
{
  if (!self->ours || subject_history (self) == NULL)
    return;

  const CoquillBuffer *snapshot = &self->history->snapshot;

  counting_start ();

  CoquillText *text = coquill_text_load_snapshot (snapshot->data, snapshot->length, NULL);

  if (text != NULL)
    settle (text);
  print (self, "memory-rest", text, counting_stop (NULL));
}
