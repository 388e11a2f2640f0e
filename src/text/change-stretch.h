/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change-stretch.h: insertions and deletions that follow one another, read from the columns of a change. */

#pragma once

#include "text/change-private.h"

/*
 * What one person writes is long stretches of insertions and deletions of which each goes on from the one
 * before; where several write at once, most of the others are turns: they come after one item of another
 * agent, and mostly the last of their own. Those are checked, and brought into a graph, in loops in which
 * nothing else is looked for, and nothing that no processor can guess is a branch. What isn't so simple is
 * left to coquill_change_take_operation(). As there, what is read is the same with a check and without.
 */

/**
 * CoquillStretch:
 * @lengths: and so on: the columns
 * @track: of the agent of the operation before
 * @agent: which
 *
 * A reader in a stretch: in registers, since nobody takes its address. What is done seldom, is done by way of
 * the reader.
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
} CoquillStretch;

COQUILL_CHANGE_INLINE CoquillStretch
coquill_stretch_enter (const CoquillChangeReader *reader)
{
  return (CoquillStretch){
    .lengths = reader->next[COQUILL_COLUMN_LENGTHS],
    .positions = reader->next[COQUILL_COLUMN_POSITIONS],
    .far = reader->next[COQUILL_COLUMN_FAR_POSITIONS],
    .agents = reader->next[COQUILL_COLUMN_AGENTS],
    .joins = reader->next[COQUILL_COLUMN_JOINS],
    .parent_agents = reader->next[COQUILL_COLUMN_PARENT_AGENTS],
    .parent_items = reader->next[COQUILL_COLUMN_PARENT_ITEMS],
    .track = &reader->tracks[reader->place.agent],
    .agent = reader->place.agent,
  };
}

COQUILL_CHANGE_INLINE void
coquill_stretch_leave (const CoquillStretch *self, CoquillChangeReader *reader, const uint8_t *heads)
{
  reader->next[COQUILL_COLUMN_HEADS] = heads;
  reader->next[COQUILL_COLUMN_LENGTHS] = self->lengths;
  reader->next[COQUILL_COLUMN_POSITIONS] = self->positions;
  reader->next[COQUILL_COLUMN_FAR_POSITIONS] = self->far;
  reader->next[COQUILL_COLUMN_AGENTS] = self->agents;
  reader->next[COQUILL_COLUMN_JOINS] = self->joins;
  reader->next[COQUILL_COLUMN_PARENT_AGENTS] = self->parent_agents;
  reader->next[COQUILL_COLUMN_PARENT_ITEMS] = self->parent_items;
  reader->place.agent = (uint32_t)self->agent;
  reader->place.sequence = self->track->next - 1;
}

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

  if (__builtin_expect ((value & has << 7) != 0, 0))
    {
      reader->next[COQUILL_COLUMN_LENGTHS] = self->lengths;
      value = coquill_stretch_take_long (reader, COQUILL_COLUMN_LENGTHS, check);
      self->lengths = reader->next[COQUILL_COLUMN_LENGTHS];
      if (check == NULL || value <= COQUILL_CHANGE_MAX_RUN - 2)
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
      if (check != NULL)
        check->cut |= far >= COQUILL_CHANGE_MAX_FAR;
      self->far = reader->next[COQUILL_COLUMN_FAR_POSITIONS];
    }
  else
    {
      self->far += has_far;
      far &= 0 - has_far;
    }
  return coquill_varint_unfold ((far << 7 | (byte & 0x7f)) + 1) & (0 - has);
}

/**
 * CoquillStretchOperation:
 * @more: items beyond the first
 * @position: where
 * @inserted: code points, 0 if it is a deletion
 * @back: places that the caret goes back from the position
 */
typedef struct
{
  uint64_t more;
  uint64_t position;
  uint64_t inserted;
  uint64_t back;
} CoquillStretchOperation;

/* Reads what all operations have, but for the text. */
COQUILL_CHANGE_INLINE CoquillStretchOperation
coquill_stretch_take_operation (CoquillStretch *self,
                                CoquillChangeReader *reader,
                                uint64_t head,
                                CoquillChangeCheck *check)
{
  CoquillChangeTrack *track = self->track;
  CoquillStretchOperation operation;
  uint64_t is_backward = head / HEAD_BACKWARD & 1;

  operation.more = coquill_stretch_take_more (self, reader, head, check);
  operation.inserted = (1 + operation.more) & ((head & 1) - 1);
  operation.back = operation.more & (0 - is_backward);
  operation.position = track->caret - is_backward + coquill_stretch_take_move (self, reader, head, check);
  track->next += 1 + operation.more;
  track->caret = operation.position + operation.inserted - operation.back;
  return operation;
}

/**
 * CoquillStretchTurn:
 * @agent: whose
 * @other: whose the other parent is
 * @own: where the agent's own item before stands among the parents
 * @sequence: the other parent
 * @has_agent: whether each of these was told
 * @has_join: the same
 * @parent_items: behind what was read
 */
typedef struct
{
  uint64_t agent;
  uint64_t other;
  uint64_t own;
  uint64_t sequence;
  uint64_t has_agent;
  uint64_t has_join;
  const uint8_t *parent_items;
} CoquillStretchTurn;

/* What the next operation, which may be a turn, says of its agent and its parents. @n_agents: no more than
 * fit one byte. Returns: false if it isn't so simple, or wrong; nothing is taken yet */
COQUILL_CHANGE_INLINE bool
coquill_stretch_look (const CoquillStretch *self,
                      CoquillChangeReader *reader,
                      uint64_t head,
                      uint64_t n_agents,
                      CoquillChangeCheck *check,
                      CoquillStretchTurn *turn)
{
  const uint64_t n_joins = N_JOINS;
  uint64_t join = *self->joins, back = *self->parent_items;
  const CoquillChangeTrack *track;

  turn->has_agent = head / HEAD_AGENT & 1;
  turn->has_join = join > 0;
  turn->agent = coquill_change_choose (turn->has_agent, *self->agents, self->agent);
  if (turn->agent >= n_agents)
    return false;
  track = &reader->tracks[turn->agent];
  turn->own = coquill_change_choose (turn->has_join, join - (1 + n_joins), track->own);
  turn->other = coquill_change_choose (turn->has_join, *self->parent_agents, track->other);
  if (turn->own >= n_joins || turn->other >= n_agents)
    return false;
  turn->parent_items = self->parent_items + 1;
  if (__builtin_expect (back >= 0x80, 0))
    {
      reader->next[COQUILL_COLUMN_PARENT_ITEMS] = self->parent_items;
      back = coquill_stretch_take_long (reader, COQUILL_COLUMN_PARENT_ITEMS, check);
      turn->parent_items = reader->next[COQUILL_COLUMN_PARENT_ITEMS];
    }
  turn->sequence = reader->tracks[turn->other].next - 1 - coquill_varint_unfold (back);
  return true;
}

/* The turn is taken. */
COQUILL_CHANGE_INLINE void
coquill_stretch_turn (CoquillStretch *self, CoquillChangeReader *reader, const CoquillStretchTurn *turn)
{
  self->agents += turn->has_agent;
  self->joins++;
  self->parent_agents += turn->has_join;
  self->parent_items = turn->parent_items;
  self->agent = turn->agent;
  self->track = &reader->tracks[turn->agent];
  self->track->own = (uint8_t)turn->own;
  self->track->other = (uint32_t)turn->other;
}
