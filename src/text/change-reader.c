/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change-reader.c: the operations of a change, one after another. */

#include <stdlib.h>
#include <string.h>

#include "text/change-private.h"
#include "text/memory.h"
#include "text/utf8.h"

static void
find_wide (CoquillChangeReader *self, const uint8_t *text)
{
  const CoquillBuffer *column = &self->change->columns[COQUILL_COLUMN_TEXT];
  size_t left = (size_t)(column->data + column->length - text);

  self->wide = text + (self->change->ascii ? left : coquill_utf8_ascii (text, left));
}

uint64_t
coquill_change_take_long (CoquillChangeReader *self, CoquillChangeColumn column, CoquillChangeCheck *check)
{
  return coquill_change_take (self, column, check);
}

void
coquill_change_reader_find_wide (CoquillChangeReader *self)
{
  if (self->wide < self->next[COQUILL_COLUMN_TEXT])
    find_wide (self, self->next[COQUILL_COLUMN_TEXT]);
}

size_t
coquill_change_reader_wide_text (CoquillChangeReader *self, uint64_t code_points)
{
  const CoquillBuffer *column = &self->change->columns[COQUILL_COLUMN_TEXT];
  const uint8_t *text = self->next[COQUILL_COLUMN_TEXT];
  size_t left = (size_t)(column->data + column->length - text);
  size_t bytes = coquill_utf8_offset ((const char *)text, left, code_points);

  find_wide (self, text + bytes);
  return bytes;
}

bool
coquill_change_reader_start (CoquillChangeReader *self, const CoquillChange *change, uint32_t widest)
{
  size_t tracks = change->n_agents > COQUILL_CHANGE_FEW_TRACKS ? change->n_agents : 0;
  size_t parents = widest > COQUILL_CHANGE_FEW_PARENTS ? widest : 0;

  self->change = change;
  for (unsigned i = 0; i < COQUILL_CHANGE_COLUMNS; i++)
    self->next[i] = change->columns[i].data;
  self->end = self->next[COQUILL_COLUMN_HEADS] + change->columns[COQUILL_COLUMN_HEADS].length;
  self->place = (CoquillChangePlace){ 0 };
  self->tracks = self->few_tracks;
  self->parents = self->few_parents;
  self->allocated = NULL;
  memset (self->few_tracks, 0, sizeof self->few_tracks);
  find_wide (self, self->next[COQUILL_COLUMN_TEXT]);
  if (tracks + parents == 0)
    return true;

  self->allocated = calloc (1, tracks * sizeof *self->tracks + parents * sizeof *self->parents);
  if (self->allocated == NULL)
    return false;
  if (tracks > 0)
    self->tracks = self->allocated;
  if (parents > 0)
    self->parents = (void *)((uint8_t *)self->allocated + tracks * sizeof *self->tracks);
  return true;
}

void
coquill_change_reader_init (CoquillChangeReader *self, const CoquillChange *change)
{
  if (!coquill_change_reader_start (self, change, change->widest))
    coquill_out_of_memory ();
}

bool
coquill_change_reader_next (CoquillChangeReader *self, CoquillOperation *operation)
{
  if (coquill_change_reader_take (self, operation))
    return true;
  coquill_change_reader_clear (self);
  return false;
}

void
coquill_change_reader_clear (CoquillChangeReader *self)
{
  free (self->allocated);
  self->allocated = NULL;
  self->end = self->next[COQUILL_COLUMN_HEADS];
}
