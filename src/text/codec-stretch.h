/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-stretch.h: checking insertions and deletions that follow one another. */

#pragma once

#include "text/change-stretch.h"

/* Which heads there are, and that no far position is 0, was checked before. */

/* Whether what was looked at may follow. */
COQUILL_CHANGE_INLINE bool
coquill_stretch_is_good (const CoquillStretch *self,
                         const CoquillChangeReader *reader,
                         uint64_t has_agent,
                         const CoquillStretchTurn *turn)
{
  uint64_t n_own = reader->tracks[turn->agent].next;

  return (turn->agent ^ self->agent) >= has_agent && n_own > 0
         && turn->sequence < (turn->other == turn->agent ? n_own : COQUILL_MAX_SEQUENCE)
         && self->next <= COQUILL_MAX_SEQUENCE;
}

/* Looks at an operation that doesn't go on from the one before, and takes it. Returns: false if something is
 * wrong, or it isn't so simple; then nothing was taken */
COQUILL_CHANGE_INLINE bool
coquill_stretch_check_turn (CoquillStretch *self,
                            CoquillChangeReader *reader,
                            uint64_t head,
                            uint64_t n_agents,
                            uint64_t *n_own,
                            CoquillChangeCheck *check)
{
  CoquillStretchTurn turn;

  if (__builtin_expect (!coquill_stretch_look (self, reader, head, n_agents, check, &turn), 0))
    {
      CoquillStretchTurn alone;

      if (!coquill_stretch_look_alone (self, reader, head, n_agents, &alone)
          || !coquill_stretch_is_good (self, reader, head / HEAD_AGENT & 1, &alone))
        return false;
      coquill_stretch_turn_alone (self, reader, head, &alone);
      return true;
    }
  if (!coquill_stretch_is_good (self, reader, turn.has_agent, &turn))
    return false;
  coquill_stretch_turn (self, reader, &turn);
  *n_own += turn.own != JOIN_OWN_MISSING;
  return true;
}

/* What needn't be looked for in each operation. Returns: false if @check found something */
static inline bool
coquill_stretch_check_end (const CoquillStretch *self,
                           const CoquillChangeReader *reader,
                           uint64_t n_inserted,
                           uint64_t bad,
                           CoquillChangeCheck *check)
{
  for (unsigned i = COQUILL_COLUMN_POSITIONS; i <= COQUILL_COLUMN_PARENT_ITEMS; i++)
    check->cut |= reader->next[i] > check->ends[i];
  if (bad >> 63 != 0)
    return coquill_change_malformed (check, "bad position");
  if (check->cut)
    return coquill_change_malformed (check, "columns and operations do not match");
  if (n_inserted > check->code_points)
    return coquill_change_malformed (check, "text ends early");
  if (self->next > COQUILL_MAX_SEQUENCE)
    return coquill_change_too_large (check, "items of an agent");
  return true;
}

/* Checks operations while they are in a stretch; the first operation came before. Returns: false if @check
 * found something */
static inline bool
coquill_stretch_check (CoquillChangeReader *reader, CoquillChangeCheck *check)
{
  const uint8_t *const heads = reader->next[COQUILL_COLUMN_HEADS];
  const uint64_t n_agents = reader->change->n_agents < 0x80 ? reader->change->n_agents : 0x80;
  CoquillStretch self = coquill_stretch_enter (reader);
  /* The top bit of @bad is set by a position that is negative or too high, and by a caret that is negative.
   */
  uint64_t n_inserted = 0, n_items = 0, n_own = 0, bad = 0, first = self.next;
  CoquillAhead ahead;
  size_t i;

  coquill_ahead_read (&ahead, reader, heads, COQUILL_STRETCH_STOPS, check);
  for (i = 0; i < ahead.n; i++)
    {
      uint64_t head = heads[i], position;

      if (__builtin_expect (!coquill_stretch_has (head), 0))
        {
          coquill_stretch_settle (&self);
          n_items += self.next - first;
          first = self.next;
          if (!coquill_stretch_check_turn (&self, reader, head, n_agents, &n_own, check))
            break;
          first = self.next;
        }
      position = coquill_stretch_take (&self, &ahead, i);
      bad |= position | self.caret | (COQUILL_CHANGE_MAX_POSITION - position);
      n_inserted += (uint64_t)ahead.inserted[i];
    }
  n_items += self.next - first;
  coquill_ahead_leave (&ahead, reader, i);
  coquill_stretch_leave (&self, reader, heads + i);
  if (!coquill_stretch_check_end (&self, reader, n_inserted, bad, check))
    return false;
  check->code_points -= n_inserted;
  check->n_items += n_items;
  check->n_parents += i + n_own;
  if (i > 0 && check->widest < 1 + (n_own > 0))
    check->widest = 1 + (n_own > 0);
  return true;
}
