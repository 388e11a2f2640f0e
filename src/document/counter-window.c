/* SPDX-License-Identifier: GPL-3.0-or-later */
/* counter-window.c: which of a sender's live payloads came already */

#include "document/counter-window.h"

#include <string.h>

gboolean
coquill_counter_window_take (CoquillCounterWindow *self, guint64 counter)
{
  guint place = self->n_counters;

  /* From the end: nearly all are newer than all before. */
  while (place > 0 && self->counters[place - 1] > counter)
    place--;
  if (counter == 0 || (place > 0 && self->counters[place - 1] == counter))
    return FALSE;

  if (self->n_counters == COQUILL_COUNTER_WINDOW_SIZE)
    {
      if (place == 0)
        return FALSE;
      place--;
      memmove (self->counters, self->counters + 1, place * sizeof *self->counters);
    }
  else
    {
      memmove (self->counters + place + 1, self->counters + place,
               (self->n_counters - place) * sizeof *self->counters);
      self->n_counters++;
    }
  self->counters[place] = counter;
  return TRUE;
}
