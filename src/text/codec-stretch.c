/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-stretch.c: checking insertions and deletions that follow one another, and leaving rows of them. */

#include "text/codec-stretch.h"

#include <string.h>

#include "text/graph-private.h"

/*
 * What one person writes is long stretches of insertions and deletions of which each goes on from the one
 * before; where several write at once, most of the others are turns: they come after one item of another
 * agent, and mostly the last of their own. Those are checked in a loop in which nothing else is looked for,
 * nothing that no processor can guess is a branch, and what changes lives in local variables. What isn't so
 * simple is left to coquill_change_take_operation(): what is read is the same.
 */

/* What no operation in a stretch has. */
#define STOPS (HEAD_SEQUENCE | HEAD_OTHER_KINDS)

/* Who writes, and the columns of turns. */
typedef struct
{
  const uint8_t *agents;
  const uint8_t *joins;
  const uint8_t *parent_agents;
  const uint8_t *parent_items;
  CoquillChangeTrack *track;
  uint64_t agent;
  uint64_t n_agents; /* no more than fit one byte */
  uint64_t n_own;    /* turns that have their own item before among their parents */
  uint64_t touched[COQUILL_CHANGE_TURN_AGENTS / 64]; /* a bit for each agent that had a turn */
} Turns;

/* A run of this agent begins. */
COQUILL_CHANGE_INLINE void
begin_turn (Turns *self, CoquillChangeTrack *track, uint64_t agent, uint64_t has_agent)
{
  self->touched[agent / 64] |= UINT64_C (1) << agent % 64;
  self->agents += has_agent;
  self->track = track;
  self->agent = agent;
}

/* A run after one item: the operation before, which is another's, or the agent's own last one. */
static bool
take_turn_alone (Turns *self, CoquillChangeReader *reader, uint64_t head, CoquillChangeTurn *turn)
{
  uint64_t has_agent = head / HEAD_AGENT & 1, has_join = head / HEAD_PARENTS & 1, join = *self->joins;
  uint64_t agent = has_agent ? *self->agents : self->agent, other = has_join ? agent : self->agent;
  CoquillChangeTrack *track;

  if (agent >= self->n_agents || other >= self->n_agents || (agent ^ self->agent) < has_agent
      || (has_join && join != 1 + JOIN_OWN_FIRST && join != 1 + JOIN_OWN_LAST))
    return false;
  track = &reader->tracks[agent];
  if (track->next - 1 >= UINT32_MAX || reader->tracks[other].next - 1 >= UINT32_MAX)
    return false;
  turn->n_own = (uint32_t)track->next;
  turn->sequence = (uint32_t)(reader->tracks[other].next - 1);
  turn->agent = (uint8_t)agent;
  turn->other = (uint8_t)other;
  turn->own = JOIN_OWN_MISSING;
  self->joins += has_join;
  begin_turn (self, track, agent, has_agent);
  return true;
}

/* The next operation doesn't go on from the one before, whose track is settled. Returns: false if it isn't so
 * simple, or wrong; then nothing was taken */
COQUILL_CHANGE_INLINE bool
take_turn (Turns *self,
           CoquillChangeReader *reader,
           uint64_t head,
           CoquillChangeCheck *check,
           CoquillChangeTurn *turn)
{
  const uint64_t n_joins = N_JOINS;
  uint64_t has_agent = head / HEAD_AGENT & 1, join = *self->joins, has_join = join > 0;
  uint64_t agent = coquill_change_choose (has_agent, *self->agents, self->agent);
  uint64_t back = *self->parent_items, own, other, sequence;
  const uint8_t *parent_items = self->parent_items + 1;
  CoquillChangeTrack *track;

  if (agent >= self->n_agents || (agent ^ self->agent) < has_agent
      || self->track->next > COQUILL_MAX_SEQUENCE)
    return false;
  track = &reader->tracks[agent];
  own = coquill_change_choose (has_join, join - (1 + n_joins), track->own);
  if ((head & HEAD_PARENTS) == 0 || own >= n_joins)
    return take_turn_alone (self, reader, head, turn);
  other = coquill_change_choose (has_join, *self->parent_agents, track->other);
  if (other >= self->n_agents)
    return false;
  if (__builtin_expect (back >= 0x80, 0))
    {
      reader->next[COQUILL_COLUMN_PARENT_ITEMS] = self->parent_items;
      back = coquill_change_take_long (reader, COQUILL_COLUMN_PARENT_ITEMS, check);
      parent_items = reader->next[COQUILL_COLUMN_PARENT_ITEMS];
    }
  sequence = reader->tracks[other].next - 1 - coquill_varint_unfold (back);
  if (track->next - 1 >= UINT32_MAX || sequence >= (other == agent ? track->next : UINT32_MAX))
    return false;

  turn->n_own = (uint32_t)track->next;
  turn->sequence = (uint32_t)sequence;
  turn->agent = (uint8_t)agent;
  turn->other = (uint8_t)other;
  turn->own = (uint8_t)own;
  track->own = (uint8_t)own;
  track->other = (uint32_t)other;
  self->joins++;
  self->parent_agents += has_join;
  self->parent_items = parent_items;
  self->n_own += own != JOIN_OWN_MISSING;
  begin_turn (self, track, agent, has_agent);
  return true;
}

/* What needn't be looked for in each operation. @high: bits of all positions. Returns: false if @check found
 * something */
static inline bool
check_end (const CoquillChangeReader *reader, uint64_t high, CoquillChangeCheck *check)
{
  for (unsigned i = COQUILL_COLUMN_POSITIONS; i <= COQUILL_COLUMN_PARENT_ITEMS; i++)
    check->cut |= reader->next[i] > check->ends[i];
  if (high > COQUILL_CHANGE_MAX_POSITION)
    return coquill_change_malformed (check, "bad position");
  if (check->cut)
    return coquill_change_malformed (check, "columns and operations do not match");
  if (reader->place.sequence >= COQUILL_MAX_SEQUENCE)
    return coquill_change_too_large (check, "items of an agent");
  return true;
}

static void
open_stretch (CoquillStretchRows *self, const CoquillChangeReader *reader)
{
  const CoquillBuffer *heads = &reader->change->columns[COQUILL_COLUMN_HEADS];

  self->open = true;
  self->stretch.first_operation = (uint32_t)(reader->next[COQUILL_COLUMN_HEADS] - heads->data);
  self->stretch.first_row = (uint32_t)(self->row - self->kept->operations);
  self->stretch.first_turn = (uint32_t)(self->turn - self->kept->turns);
  self->stretch.beyond = false;
  self->first_agent = reader->place.agent;
  memset (self->touched, 0, sizeof self->touched);
}

bool
coquill_stretch_check (CoquillChangeReader *reader, CoquillChangeCheck *check, CoquillStretchRows *rows)
{
  const CoquillChange *change = reader->change;
  const uint8_t *const heads = reader->next[COQUILL_COLUMN_HEADS];
  const uint8_t *const content = change->columns[COQUILL_COLUMN_TEXT].data;
  const size_t first_text = (size_t)(reader->next[COQUILL_COLUMN_TEXT] - content);
  const bool was_open = rows->open;
  CoquillGraphOperation *row, *first_row;
  size_t text = first_text, wide = (size_t)(reader->wide - content), i;
  uint64_t n_items = check->n_items, start = n_items;
  uint64_t n_more = 0; /* bytes of code points than code points */
  uint64_t high = 0, caret;
  Turns turns = {
    .agents = reader->next[COQUILL_COLUMN_AGENTS],
    .joins = reader->next[COQUILL_COLUMN_JOINS],
    .parent_agents = reader->next[COQUILL_COLUMN_PARENT_AGENTS],
    .parent_items = reader->next[COQUILL_COLUMN_PARENT_ITEMS],
    .track = &reader->tracks[reader->place.agent],
    .agent = reader->place.agent,
    .n_agents = change->n_agents < COQUILL_CHANGE_TURN_AGENTS ? change->n_agents : COQUILL_CHANGE_TURN_AGENTS,
  };
  CoquillAhead ahead;

  if (rows->kept == NULL)
    {
      rows->row = rows->few_rows + 1;
      rows->turn = rows->few_turns;
    }
  else if (!rows->open)
    open_stretch (rows, reader);
  row = first_row = rows->row;
  caret = turns.track->caret;
  coquill_ahead_read (&ahead, reader, heads, STOPS, check);
  for (i = 0; i < ahead.n; i++)
    {
      uint64_t head = heads[i], n_new = 1 + (uint64_t)ahead.more[i], inserted = (uint64_t)ahead.inserted[i];
      uint64_t position;

      if (__builtin_expect ((head & (HEAD_AGENT | HEAD_PARENTS)) != 0, 0))
        {
          turns.track->next += n_items - start;
          turns.track->caret = caret;
          start = n_items;
          if (!take_turn (&turns, reader, head, check, rows->turn))
            break;
          rows->turn++->first = (uint32_t)n_items;
          caret = turns.track->caret;
        }
      position = caret + (uint64_t)(int64_t)ahead.before[i];
      /* Seldom does one go on from the one before: a change has mostly as few operations as it can. */
      if (__builtin_expect (ahead.goes_on[i], 0)
          && coquill_graph_lengthens (row - 1, n_items, (CoquillOperationKind)((head & HEAD_KIND) + 1),
                                      position, n_new, (head & HEAD_BACKWARD) != 0))
        {
          if (i == 0 && !was_open)
            break;
          row--;
          row->backward = row->kind == COQUILL_OPERATION_DELETE && position != row->place;
        }
      else
        {
          row->first = (uint32_t)n_items;
          row->place = (uint32_t)position;
          row->content_offset = (uint32_t)text;
          row->kind = (uint8_t)((head & HEAD_KIND) + 1);
          row->backward = ahead.after[i] < 0;
        }
      row++;
      n_items += n_new;
      caret = position + (uint64_t)(int64_t)ahead.after[i];
      high |= position | caret;
      if (__builtin_expect (inserted > wide - text, 0))
        {
          size_t n_bytes;

          if (inserted > check->code_points - (text - first_text - n_more))
            return coquill_change_malformed (check, "text ends early");
          reader->next[COQUILL_COLUMN_TEXT] = content + text;
          n_bytes = coquill_change_reader_wide_text (reader, inserted);
          n_more += n_bytes - inserted;
          text += n_bytes;
          wide = (size_t)(reader->wide - content);
        }
      else
        text += inserted;
    }
  coquill_ahead_leave (&ahead, reader, i);
  turns.track->next += n_items - start;
  turns.track->caret = caret;
  reader->next[COQUILL_COLUMN_HEADS] = heads + i;
  reader->next[COQUILL_COLUMN_TEXT] = content + text;
  reader->next[COQUILL_COLUMN_AGENTS] = turns.agents;
  reader->next[COQUILL_COLUMN_JOINS] = turns.joins;
  reader->next[COQUILL_COLUMN_PARENT_AGENTS] = turns.parent_agents;
  reader->next[COQUILL_COLUMN_PARENT_ITEMS] = turns.parent_items;
  reader->place.agent = (uint32_t)turns.agent;
  reader->place.sequence = turns.track->next - 1;
  if (!check_end (reader, high, check))
    return false;
  check->code_points -= text - first_text - n_more;
  check->n_parents += i + turns.n_own;
  if (i > 0 && check->widest < 1 + (turns.n_own > 0))
    check->widest = 1 + (turns.n_own > 0);
  for (size_t j = 0; j < COQUILL_CHANGE_TURN_AGENTS / 64; j++)
    rows->touched[j] |= turns.touched[j];
  rows->high |= high;
  rows->row = row;
  rows->stretch.beyond |= high > check->n_items && coquill_change_rows_are_beyond (first_row, row);
  check->n_items = n_items;
  return true;
}

void
coquill_stretch_rows_init (CoquillStretchRows *self, const CoquillChange *change)
{
  const CoquillBuffer *heads = &change->columns[COQUILL_COLUMN_HEADS];
  size_t n_turns = 0;

  self->kept = NULL;
  self->open = false;
  self->stretch.beyond = false;
  self->high = 0;
  self->few_rows[0].kind = 0;
  if (change->n_operations < COQUILL_CHANGE_ROWS_LEAST)
    return;
  for (size_t i = 0; i < heads->length; i++)
    n_turns += (heads->data[i] & (HEAD_AGENT | HEAD_PARENTS)) != 0;
  self->kept = coquill_change_rows_new (change->n_operations, n_turns);
  if (self->kept == NULL)
    return;
  self->row = self->kept->operations;
  self->turn = self->kept->turns;
}

static void
drop (CoquillStretchRows *self)
{
  coquill_change_rows_free (self->kept);
  self->kept = NULL;
}

/* What a reader remembers of those who wrote in the stretch. Returns: false if memory ran out */
static bool
leave_tracks (CoquillStretchRows *self, const CoquillChangeReader *reader)
{
  if (!coquill_change_rows_add_track (self->kept, self->first_agent, &reader->tracks[self->first_agent]))
    return false;
  for (uint32_t i = 0; i < COQUILL_CHANGE_TURN_AGENTS; i++)
    if ((self->touched[i / 64] >> i % 64 & 1) != 0
        && !coquill_change_rows_add_track (self->kept, i, &reader->tracks[i]))
      return false;
  return true;
}

void
coquill_stretch_rows_close (CoquillStretchRows *self, const CoquillChangeReader *reader)
{
  CoquillChangeRows *kept = self->kept;
  CoquillChangeStretch *stretch = &self->stretch;

  if (!self->open || kept == NULL)
    return;
  self->open = false;
  stretch->end_row = (uint32_t)(self->row - kept->operations);
  stretch->end_turn = (uint32_t)(self->turn - kept->turns);
  stretch->first_track = (uint32_t)kept->n_tracks;
  stretch->place = reader->place;
  for (unsigned i = 0; i < COQUILL_CHANGE_COLUMNS; i++)
    stretch->columns[i] = (uint32_t)(reader->next[i] - reader->change->columns[i].data);
  if (stretch->columns[COQUILL_COLUMN_HEADS] - stretch->first_operation < COQUILL_CHANGE_ROWS_LEAST)
    return;
  if ((reader->next[COQUILL_COLUMN_HEADS] != reader->end && !leave_tracks (self, reader))
      || !coquill_change_rows_add_stretch (kept, stretch))
    drop (self);
}

void
coquill_stretch_rows_append (CoquillStretchRows *self,
                             const CoquillOperation *operation,
                             uint64_t first,
                             size_t text)
{
  bool has_place = operation->kind <= COQUILL_OPERATION_DELETE;

  if (self->kept == NULL)
    return;
  *self->row++ = (CoquillGraphOperation){
    .first = (uint32_t)first,
    .place = has_place ? (uint32_t)operation->position : 0,
    .content_offset = (uint32_t)text,
    .kind = has_place ? (uint8_t)operation->kind : 0,
    .backward = operation->backward && operation->length > 1,
  };
}

CoquillChangeRows *
coquill_stretch_rows_finish (CoquillStretchRows *self, const CoquillChangeReader *reader, uint64_t n_items)
{
  CoquillChangeRows *kept;

  coquill_stretch_rows_close (self, reader);
  kept = self->kept;
  if (kept == NULL || kept->n_stretches == 0 || n_items > UINT32_MAX || self->high >> 32 != 0)
    {
      drop (self);
      return NULL;
    }
  kept->n_operations = (size_t)(self->row - kept->operations);
  *self->row = (CoquillGraphOperation){
    .first = (uint32_t)n_items,
    .content_offset = (uint32_t)reader->change->columns[COQUILL_COLUMN_TEXT].length,
  };
  self->kept = NULL;
  return kept;
}
