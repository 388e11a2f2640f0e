/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-stretch.h: checking insertions and deletions that follow one another. */

#pragma once

#include "text/change-private.h"

/*
 * What one person writes is long stretches of insertions and deletions of which each goes on from the one
 * before; where several write at once, most of the others are turns: they come after one item of another
 * agent, and mostly the last of their own. Those are checked without looking for anything else, and without a
 * branch that no processor can guess. What isn't so simple is left to coquill_change_take_operation(). Which
 * heads there are, and that no far position is 0, was checked before.
 */

/**
 * COQUILL_STRETCH_MOST:
 *
 * Operations that are checked before it is looked whether a column was left. Each goes a byte beyond it at
 * most, so there must be so many bytes behind the columns.
 */
#define COQUILL_STRETCH_MOST 32

/**
 * CoquillStretch:
 * @agents: and so on: the columns
 * @agent: of the operation before
 * @track: its track
 * @n_inserted: code points
 * @n_more: items beyond the first of each operation
 * @n_own: parents that are the agent's own item before another one's
 *
 * Where a check is in a stretch: in registers, since nobody takes its address. What it does seldom, it does
 * by way of the reader.
 */
typedef struct
{
  const uint8_t *lengths;
  const uint8_t *positions;
  const uint8_t *far;
  const uint8_t *agents;
  const uint8_t *joins;
  const uint8_t *parent_agents;
  const uint8_t *parent_items;
  CoquillChangeTrack *track;
  uint64_t agent;
  uint64_t n_inserted;
  uint64_t n_more;
  uint64_t n_own;
} CoquillStretch;

/* Whether the operation with this head is an insertion or a deletion by the agent of the operation before,
 * and goes on from that. */
COQUILL_CHANGE_INLINE bool
coquill_stretch_has (uint64_t head)
{
  return (head & (HEAD_AGENT | HEAD_SEQUENCE | HEAD_PARENTS | HEAD_OTHER_KINDS)) == 0;
}

/* Whether it is an insertion or a deletion after other parents. */
COQUILL_CHANGE_INLINE bool
coquill_stretch_may_turn (uint64_t head)
{
  return (head & (HEAD_SEQUENCE | HEAD_PARENTS | HEAD_OTHER_KINDS)) == HEAD_PARENTS;
}

/* The one if @which is 1, the other if it is 0, without a branch. */
COQUILL_CHANGE_INLINE uint64_t
coquill_stretch_choose (uint64_t which, uint64_t one, uint64_t other)
{
  return other ^ ((one ^ other) & (0 - which));
}

/* A number of more than one byte. */
static __attribute__ ((noinline)) uint64_t
coquill_stretch_take_long (CoquillChangeReader *reader, CoquillChangeColumn column, CoquillChangeCheck *check)
{
  return coquill_change_take (reader, column, check);
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

  if (__builtin_expect (value >= 0x80, 0) && has)
    {
      reader->next[COQUILL_COLUMN_LENGTHS] = self->lengths;
      value = coquill_stretch_take_long (reader, COQUILL_COLUMN_LENGTHS, check);
      self->lengths = reader->next[COQUILL_COLUMN_LENGTHS];
      if (value <= COQUILL_CHANGE_MAX_RUN - 2)
        return 1 + value;
      check->long_run = true;
      return 0;
    }
  self->lengths += has;
  return (1 + value) & (0 - has);
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

  self->positions += has;
  if (__builtin_expect ((far & has_far << 7) != 0, 0))
    {
      reader->next[COQUILL_COLUMN_FAR_POSITIONS] = self->far;
      far = coquill_stretch_take_long (reader, COQUILL_COLUMN_FAR_POSITIONS, check);
      check->cut |= far >= COQUILL_CHANGE_MAX_FAR;
      self->far = reader->next[COQUILL_COLUMN_FAR_POSITIONS];
    }
  else
    {
      self->far += has_far;
      far &= 0 - has_far;
    }
  return coquill_change_unfold ((far << 7 | (byte & 0x7f)) + 1) & (0 - has);
}

/* Checks what all operations have. Returns: false if @check found something */
COQUILL_CHANGE_INLINE bool
coquill_stretch_check_operation (CoquillStretch *self,
                                 CoquillChangeReader *reader,
                                 uint64_t head,
                                 CoquillChangeCheck *check)
{
  CoquillChangeTrack *track = self->track;
  uint64_t more = coquill_stretch_take_more (self, reader, head, check);
  uint64_t inserted = (1 + more) & ((head & 1) - 1), is_backward = head / HEAD_BACKWARD & 1;
  uint64_t back = more & (0 - is_backward);
  uint64_t position = track->caret - is_backward + coquill_stretch_take_move (self, reader, head, check);

  if (position > COQUILL_CHANGE_MAX_POSITION || back > position)
    return coquill_change_malformed (check, "bad position");
  self->n_inserted += inserted;
  self->n_more += more;
  track->next += 1 + more;
  track->caret = position + inserted - back;
  return true;
}

/* Checks agent and parents of a turn. Returns: false if something is wrong, or it isn't so simple; then
 * nothing was taken */
COQUILL_CHANGE_INLINE bool
coquill_stretch_check_turn (CoquillStretch *self,
                            CoquillChangeReader *reader,
                            uint64_t head,
                            uint64_t n_agents,
                            CoquillChangeCheck *check)
{
  const uint64_t n_joins = N_JOINS;
  uint64_t has_agent = head / HEAD_AGENT & 1, join = *self->joins, tells_join = join > 0;
  uint64_t agent = coquill_stretch_choose (has_agent, *self->agents, self->agent);
  uint64_t other = *self->parent_agents, back = *self->parent_items, own, sequence;
  const uint8_t *behind = self->parent_items + 1;
  CoquillChangeTrack *track = &reader->tracks[agent];

  if (agent >= n_agents || (agent ^ self->agent) < has_agent || self->track->next > COQUILL_MAX_SEQUENCE)
    return false;
  own = coquill_stretch_choose (tells_join, join - (1 + n_joins), track->own);
  other = coquill_stretch_choose (tells_join, other, track->other);
  if (own >= n_joins || other >= n_agents || track->next == 0)
    return false;
  if (__builtin_expect (back >= 0x80, 0))
    {
      reader->next[COQUILL_COLUMN_PARENT_ITEMS] = self->parent_items;
      back = coquill_stretch_take_long (reader, COQUILL_COLUMN_PARENT_ITEMS, check);
      behind = reader->next[COQUILL_COLUMN_PARENT_ITEMS];
    }
  sequence = reader->tracks[other].next - 1 - coquill_change_unfold (back);
  if (sequence >= (other == agent ? track->next : COQUILL_MAX_SEQUENCE))
    return false;

  self->agents += has_agent;
  self->joins++;
  self->parent_agents += tells_join;
  self->parent_items = behind;
  self->agent = agent;
  self->track = track;
  self->n_own += own != JOIN_OWN_MISSING;
  track->own = (uint8_t)own;
  track->other = (uint32_t)other;
  return true;
}

/* What needn't be looked for in each operation. Returns: false if @check found something */
static inline bool
coquill_stretch_leave (const CoquillStretch *self, CoquillChangeReader *reader, CoquillChangeCheck *check)
{
  reader->next[COQUILL_COLUMN_LENGTHS] = self->lengths;
  reader->next[COQUILL_COLUMN_POSITIONS] = self->positions;
  reader->next[COQUILL_COLUMN_FAR_POSITIONS] = self->far;
  reader->next[COQUILL_COLUMN_AGENTS] = self->agents;
  reader->next[COQUILL_COLUMN_JOINS] = self->joins;
  reader->next[COQUILL_COLUMN_PARENT_AGENTS] = self->parent_agents;
  reader->next[COQUILL_COLUMN_PARENT_ITEMS] = self->parent_items;
  for (unsigned i = COQUILL_COLUMN_POSITIONS; i <= COQUILL_COLUMN_PARENT_ITEMS; i++)
    check->cut |= reader->next[i] > check->ends[i];
  if (check->long_run)
    return coquill_change_too_large (check, "items in a run");
  if (check->cut)
    return coquill_change_malformed (check, "columns and operations do not match");
  if (self->n_inserted > check->code_points)
    return coquill_change_malformed (check, "text ends early");
  if (self->track->next > COQUILL_MAX_SEQUENCE)
    return coquill_change_too_large (check, "items of an agent");
  return true;
}

/* Checks operations while they are in a stretch; the first operation came before. Returns: false if @check
 * found something */
static inline bool
coquill_stretch_check (CoquillChangeReader *reader, CoquillChangeCheck *check)
{
  const uint8_t *const first = reader->next[COQUILL_COLUMN_HEADS], *heads = first;
  const uint8_t *end
      = reader->end - heads > COQUILL_STRETCH_MOST ? heads + COQUILL_STRETCH_MOST : reader->end;
  const uint64_t n_agents
      = reader->change->n_agents < 0x80 ? reader->change->n_agents : 0x80; /* of one byte */
  CoquillStretch self = {
    .lengths = reader->next[COQUILL_COLUMN_LENGTHS],
    .positions = reader->next[COQUILL_COLUMN_POSITIONS],
    .far = reader->next[COQUILL_COLUMN_FAR_POSITIONS],
    .agents = reader->next[COQUILL_COLUMN_AGENTS],
    .joins = reader->next[COQUILL_COLUMN_JOINS],
    .parent_agents = reader->next[COQUILL_COLUMN_PARENT_AGENTS],
    .parent_items = reader->next[COQUILL_COLUMN_PARENT_ITEMS],
    .agent = reader->place.agent,
    .track = &reader->tracks[reader->place.agent],
  };

  for (; heads != end; heads++)
    {
      uint64_t head = *heads;

      if (!coquill_stretch_has (head)
          && !(coquill_stretch_may_turn (head)
               && coquill_stretch_check_turn (&self, reader, head, n_agents, check)))
        break;
      if (!coquill_stretch_check_operation (&self, reader, head, check))
        return false;
    }
  reader->next[COQUILL_COLUMN_HEADS] = heads;
  if (!coquill_stretch_leave (&self, reader, check))
    return false;

  reader->place.agent = (uint32_t)self.agent;
  reader->place.sequence = self.track->next - 1;
  check->code_points -= self.n_inserted;
  check->n_items += (size_t)(heads - first) + self.n_more;
  check->n_parents += (size_t)(heads - first) + self.n_own;
  if (heads != first && check->widest < 1 + (self.n_own > 0))
    check->widest = 1 + (self.n_own > 0);
  return true;
}
