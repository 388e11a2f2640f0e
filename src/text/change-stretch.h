/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change-stretch.h: insertions and deletions that follow one another, read from the columns of a change. */

#pragma once

#include "text/change-ahead.h"

/*
 * What one person writes is long stretches of insertions and deletions of which each goes on from the one
 * before; where several write at once, most of the others are turns: they come after one item of another
 * agent, and mostly the last of their own. Those are checked, and brought into a graph, in loops in which
 * nothing else is looked for, and nothing that no processor can guess is a branch. What isn't so simple is
 * left to coquill_change_take_operation(). As there, what is read is the same with a check and without.
 */

/**
 * CoquillStretch:
 * @agents: and so on: the columns
 * @track: of the agent of the operation before
 * @agent: which
 * @next: the track's, which is behind
 * @caret: the same
 *
 * A reader in a stretch: in registers, since nobody takes its address. What is done seldom, is done by way of
 * the reader. Lengths and positions are read ahead (change-ahead.h).
 */
typedef struct
{
  const uint8_t *agents;
  const uint8_t *joins;
  const uint8_t *parent_agents;
  const uint8_t *parent_items;
  CoquillChangeTrack *track;
  uint64_t agent;
  uint64_t next;
  uint64_t caret;
} CoquillStretch;

COQUILL_CHANGE_INLINE CoquillStretch
coquill_stretch_enter (const CoquillChangeReader *reader)
{
  CoquillChangeTrack *track = &reader->tracks[reader->place.agent];

  return (CoquillStretch){
    .agents = reader->next[COQUILL_COLUMN_AGENTS],
    .joins = reader->next[COQUILL_COLUMN_JOINS],
    .parent_agents = reader->next[COQUILL_COLUMN_PARENT_AGENTS],
    .parent_items = reader->next[COQUILL_COLUMN_PARENT_ITEMS],
    .track = track,
    .agent = reader->place.agent,
    .next = track->next,
    .caret = track->caret,
  };
}

/* The track is told. */
COQUILL_CHANGE_INLINE void
coquill_stretch_settle (const CoquillStretch *self)
{
  self->track->next = self->next;
  self->track->caret = self->caret;
}

COQUILL_CHANGE_INLINE void
coquill_stretch_leave (const CoquillStretch *self, CoquillChangeReader *reader, const uint8_t *heads)
{
  coquill_stretch_settle (self);
  reader->next[COQUILL_COLUMN_HEADS] = heads;
  reader->next[COQUILL_COLUMN_AGENTS] = self->agents;
  reader->next[COQUILL_COLUMN_JOINS] = self->joins;
  reader->next[COQUILL_COLUMN_PARENT_AGENTS] = self->parent_agents;
  reader->next[COQUILL_COLUMN_PARENT_ITEMS] = self->parent_items;
  reader->place.agent = (uint32_t)self->agent;
  reader->place.sequence = self->next - 1;
}

/* What no operation in a stretch has. */
#define COQUILL_STRETCH_STOPS (HEAD_SEQUENCE | HEAD_OTHER_KINDS)

/* Whether the operation with this head is an insertion or a deletion by the agent of the operation before,
 * and goes on from that. */
COQUILL_CHANGE_INLINE bool
coquill_stretch_has (uint64_t head)
{
  return (head & (HEAD_AGENT | HEAD_SEQUENCE | HEAD_PARENTS | HEAD_OTHER_KINDS)) == 0;
}

/* Takes an operation that was read ahead. Returns: its position */
COQUILL_CHANGE_INLINE uint64_t
coquill_stretch_take (CoquillStretch *self, const CoquillAhead *ahead, size_t i)
{
  uint64_t position = self->caret + (uint64_t)(int64_t)ahead->before[i];

  self->caret = position + (uint64_t)(int64_t)ahead->after[i];
  self->next += 1 + (uint64_t)ahead->more[i];
  return position;
}

/* A number of more than one byte. */
static __attribute__ ((noinline)) uint64_t
coquill_stretch_take_long (CoquillChangeReader *reader, CoquillChangeColumn column, CoquillChangeCheck *check)
{
  return coquill_change_take (reader, column, check);
}

/**
 * CoquillStretchTurn:
 * @agent: whose
 * @other: whose the other parent is, or the only one
 * @own: where the agent's own item before stands among the parents; missing if there is one parent
 * @sequence: the other parent, or the only one
 * @has_agent: whether each of these was told
 * @has_join: the same
 * @parent_items: behind what was read
 *
 * What an operation of the stretch says that doesn't go on from the one before.
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

/* What the next operation, which doesn't go on from the one before, says of its agent and its parents. The
 * track of the one before is settled. @n_agents: no more than fit one byte. Returns: false if it isn't so
 * simple, or wrong; nothing is taken yet */
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
  if (turn->agent >= n_agents || (head & HEAD_PARENTS) == 0)
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

/* The same if it comes after the operation before, another's, or after the agent's own. */
COQUILL_CHANGE_INLINE bool
coquill_stretch_look_alone (const CoquillStretch *self,
                            const CoquillChangeReader *reader,
                            uint64_t head,
                            uint64_t n_agents,
                            CoquillStretchTurn *turn)
{
  uint64_t join = *self->joins;

  turn->own = JOIN_OWN_MISSING;
  turn->agent = head & HEAD_AGENT ? *self->agents : self->agent;
  turn->other = head & HEAD_PARENTS ? turn->agent : self->agent;
  if (turn->agent >= n_agents || turn->other >= n_agents
      || ((head & HEAD_PARENTS) != 0 && join != 1 + JOIN_OWN_FIRST && join != 1 + JOIN_OWN_LAST))
    return false;
  turn->sequence = reader->tracks[turn->other].next - 1;
  return true;
}

COQUILL_CHANGE_INLINE void
coquill_stretch_change_agent (CoquillStretch *self, CoquillChangeReader *reader, uint64_t agent)
{
  self->agent = agent;
  self->track = &reader->tracks[agent];
  self->next = self->track->next;
  self->caret = self->track->caret;
}

/* The turn is taken. */
COQUILL_CHANGE_INLINE void
coquill_stretch_turn (CoquillStretch *self, CoquillChangeReader *reader, const CoquillStretchTurn *turn)
{
  self->agents += turn->has_agent;
  self->joins++;
  self->parent_agents += turn->has_join;
  self->parent_items = turn->parent_items;
  coquill_stretch_change_agent (self, reader, turn->agent);
  self->track->own = (uint8_t)turn->own;
  self->track->other = (uint32_t)turn->other;
}

/* The same for what comes after one. */
COQUILL_CHANGE_INLINE void
coquill_stretch_turn_alone (CoquillStretch *self,
                            CoquillChangeReader *reader,
                            uint64_t head,
                            const CoquillStretchTurn *turn)
{
  self->agents += (head & HEAD_AGENT) != 0;
  self->joins += (head & HEAD_PARENTS) != 0;
  coquill_stretch_change_agent (self, reader, turn->agent);
}
