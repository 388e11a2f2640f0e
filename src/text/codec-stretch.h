/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-stretch.h: checking insertions and deletions that follow one another. */

#pragma once

#include "text/change-stretch.h"

/**
 * COQUILL_STRETCH_MOST:
 *
 * Operations that are checked before it is looked whether a column was left. Each goes a byte beyond it at
 * most, so there must be so many bytes behind the columns.
 */
#define COQUILL_STRETCH_MOST 32

/* Which heads there are, and that no far position is 0, was checked before. */

/* Looks at a turn and takes it. Returns: false if something is wrong, or it isn't so simple; then nothing was
 * taken */
COQUILL_CHANGE_INLINE bool
coquill_stretch_check_turn (CoquillStretch *self,
                            CoquillChangeReader *reader,
                            uint64_t head,
                            uint64_t n_agents,
                            CoquillChangeCheck *check)
{
  CoquillStretchTurn turn;
  uint64_t n_own;

  if (!coquill_stretch_look (self, reader, head, n_agents, check, &turn))
    return false;
  n_own = reader->tracks[turn.agent].next;
  if ((turn.agent ^ self->agent) < turn.has_agent || n_own == 0
      || turn.sequence >= (turn.other == turn.agent ? n_own : COQUILL_MAX_SEQUENCE)
      || self->track->next > COQUILL_MAX_SEQUENCE)
    return false;
  coquill_stretch_turn (self, reader, &turn);
  return true;
}

/* What needn't be looked for in each operation. Returns: false if @check found something */
static inline bool
coquill_stretch_check_end (const CoquillStretch *self,
                           const CoquillChangeReader *reader,
                           uint64_t n_inserted,
                           CoquillChangeCheck *check)
{
  for (unsigned i = COQUILL_COLUMN_POSITIONS; i <= COQUILL_COLUMN_PARENT_ITEMS; i++)
    check->cut |= reader->next[i] > check->ends[i];
  if (check->long_run)
    return coquill_change_too_large (check, "items in a run");
  if (check->cut)
    return coquill_change_malformed (check, "columns and operations do not match");
  if (n_inserted > check->code_points)
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
  const uint64_t n_agents = reader->change->n_agents < 0x80 ? reader->change->n_agents : 0x80;
  CoquillStretch self = coquill_stretch_enter (reader);
  uint64_t n_inserted = 0, n_more = 0, n_own = 0;

  for (; heads != end; heads++)
    {
      uint64_t head = *heads;
      CoquillStretchOperation operation;

      if (__builtin_expect (!coquill_stretch_has (head), 0))
        {
          if (!coquill_stretch_may_turn (head)
              || !coquill_stretch_check_turn (&self, reader, head, n_agents, check))
            break;
          n_own += self.track->own != JOIN_OWN_MISSING;
        }
      operation = coquill_stretch_take_operation (&self, reader, head, check);
      if (operation.position > COQUILL_CHANGE_MAX_POSITION || operation.back > operation.position)
        return coquill_change_malformed (check, "bad position");
      n_inserted += operation.inserted;
      n_more += operation.more;
    }
  coquill_stretch_leave (&self, reader, heads);
  if (!coquill_stretch_check_end (&self, reader, n_inserted, check))
    return false;
  check->code_points -= n_inserted;
  check->n_items += (size_t)(heads - first) + n_more;
  check->n_parents += (size_t)(heads - first) + n_own;
  if (heads != first && check->widest < 1 + (n_own > 0))
    check->widest = 1 + (n_own > 0);
  return true;
}
