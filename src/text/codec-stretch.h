/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-stretch.h: checking operations of one agent that follow one another at once. */

#pragma once

#include "text/change-private.h"

/*
 * What one person writes, or several who write in turns, are long stretches of insertions and deletions of
 * which each goes on from the one before. Those are checked without looking for anything else, and without a
 * branch that no processor can guess.
 */

/**
 * CoquillStretch:
 * @caret: where the last operation left it
 * @code_points: of the text, that no operation has taken yet
 * @n_items: so far
 *
 * Where a check is in a stretch: in registers, since nobody takes its address. What it does seldom, it does
 * by way of the reader.
 */
typedef struct
{
  const uint8_t *heads;
  const uint8_t *lengths;
  const uint8_t *positions;
  const uint8_t *far;
  uint64_t caret;
  uint64_t code_points;
  uint64_t n_items;
} CoquillStretch;

/* Whether the operation with this head is an insertion or a deletion by the agent of the operation before,
 * and goes on from that. */
COQUILL_CHANGE_INLINE bool
coquill_stretch_has (uint8_t head)
{
  const unsigned other_kinds = (COQUILL_OPERATION_RESTORE - 1) & (COQUILL_OPERATION_RECORD - 1);

  return (head & (HEAD_AGENT | HEAD_SEQUENCE | HEAD_PARENTS | other_kinds)) == 0;
}

/* The items less one. */
COQUILL_CHANGE_INLINE uint64_t
coquill_stretch_take_more (CoquillStretch *self,
                           CoquillChangeReader *reader,
                           uint64_t head,
                           CoquillChangeCheck *check)
{
  uint64_t has = head / HEAD_LENGTH & 1;
  uint64_t value = *self->lengths;

  if (__builtin_expect ((value & has << 7) != 0, 0))
    {
      reader->next[COQUILL_COLUMN_LENGTHS] = self->lengths;
      value = coquill_change_take (reader, COQUILL_COLUMN_LENGTHS, check);
      self->lengths = reader->next[COQUILL_COLUMN_LENGTHS];
      if (value > COQUILL_CHANGE_MAX_RUN)
        value = COQUILL_CHANGE_MAX_RUN; /* too many still, and no sum overflows */
    }
  else
    self->lengths += has;
  return has + (value & (0 - has));
}

/* How far the position is from the expected one. */
COQUILL_CHANGE_INLINE uint64_t
coquill_stretch_take_move (CoquillStretch *self,
                           CoquillChangeReader *reader,
                           uint64_t head,
                           CoquillChangeCheck *check)
{
  uint64_t has = head / HEAD_POSITION;
  uint64_t byte = *self->positions, has_far = byte >> 7 & has;
  uint64_t far = *self->far;

  if (__builtin_expect ((far & has_far << 7) != 0, 0))
    {
      reader->next[COQUILL_COLUMN_FAR_POSITIONS] = self->far;
      far = coquill_change_take_far (reader, 1, check);
      self->far = reader->next[COQUILL_COLUMN_FAR_POSITIONS];
    }
  else
    {
      self->far += has_far;
      far &= 0 - has_far;
      check->cut |= far < has_far;
    }
  self->positions += has;
  return coquill_change_unfold ((far << 7 | (byte & 0x7f)) + 1) & (0 - has);
}

/* Checks the next operation. Returns: false if @check found something */
COQUILL_CHANGE_INLINE bool
coquill_stretch_check_operation (CoquillStretch *self, CoquillChangeReader *reader, CoquillChangeCheck *check)
{
  uint64_t head = *self->heads++, is_deletion = head & 1, is_backward = head / HEAD_BACKWARD & 1;
  uint64_t more = coquill_stretch_take_more (self, reader, head, check);
  uint64_t n_inserted = (1 + more) & (is_deletion - 1), n_back = more & (0 - is_backward);
  uint64_t position = self->caret - is_backward + coquill_stretch_take_move (self, reader, head, check);

  if ((head & (HEAD_KIND | HEAD_BACKWARD)) == HEAD_BACKWARD)
    return coquill_change_malformed (check, "bad head of an operation");
  if (more >= COQUILL_CHANGE_MAX_RUN)
    return coquill_change_too_large (check, "items in a run");
  if (n_inserted > self->code_points)
    return coquill_change_malformed (check, "text ends early");
  if (position > COQUILL_CHANGE_MAX_POSITION || n_back > position)
    return coquill_change_malformed (check, "bad position");
  if (check->cut || self->lengths > check->ends[COQUILL_COLUMN_LENGTHS]
      || self->positions > check->ends[COQUILL_COLUMN_POSITIONS]
      || self->far > check->ends[COQUILL_COLUMN_FAR_POSITIONS])
    return coquill_change_malformed (check, "columns and operations do not match");
  self->code_points -= n_inserted;
  self->n_items += 1 + more;
  self->caret = position + n_inserted - n_back;
  return true;
}

/* Checks all operations of the stretch that comes next, behind the first operation. Returns: false if @check
 * found something */
static inline bool
coquill_stretch_check (CoquillChangeReader *reader, CoquillChangeCheck *check)
{
  CoquillChangeTrack *track = &reader->tracks[reader->place.agent];
  const uint8_t *const heads = reader->next[COQUILL_COLUMN_HEADS];
  CoquillStretch self = {
    .heads = heads,
    .lengths = reader->next[COQUILL_COLUMN_LENGTHS],
    .positions = reader->next[COQUILL_COLUMN_POSITIONS],
    .far = reader->next[COQUILL_COLUMN_FAR_POSITIONS],
    .caret = track->caret,
    .code_points = check->code_points,
  };

  while (self.heads != reader->end && coquill_stretch_has (*self.heads))
    if (!coquill_stretch_check_operation (&self, reader, check))
      return false;
  if (self.n_items > COQUILL_MAX_SEQUENCE - track->next)
    return coquill_change_too_large (check, "items of an agent");

  check->code_points = self.code_points;
  check->n_items += self.n_items;
  check->n_parents += (size_t)(self.heads - heads);
  check->widest += check->widest == 0;
  reader->next[COQUILL_COLUMN_HEADS] = self.heads;
  reader->next[COQUILL_COLUMN_LENGTHS] = self.lengths;
  reader->next[COQUILL_COLUMN_POSITIONS] = self.positions;
  reader->next[COQUILL_COLUMN_FAR_POSITIONS] = self.far;
  reader->place.sequence += self.n_items;
  track->next += self.n_items;
  track->caret = self.caret;
  return true;
}
