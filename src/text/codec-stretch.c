/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-stretch.c: checking insertions and deletions that follow one another, and leaving rows of them. */

#include "text/codec-stretch.h"

#include <string.h>

#include "text/graph-private.h"

/*
 * What one person writes is long stretches of insertions and deletions of which each goes on from the one
 * before; where several write at once, most of the others are turns: they come after one item of another
 * agent, and mostly the last of their own. Those are checked some at a time. Where each would be if all were
 * of one agent is known already (change-ahead.h), so what is done one by one is to find out for each turn how
 * far off that is; in no loop anything else is looked for, and nothing that no processor can guess is a
 * branch. What isn't so simple is left to coquill_change_take_operation(): what is read is the same.
 */

/* What no operation in a stretch has. */
#define STOPS (HEAD_SEQUENCE | HEAD_OTHER_KINDS)

/* No caret is farther away where a turn begins: so all places are below twice that, and what is below 0 has
 * the top bit. */
#define MOST_CARET (UINT64_C (1) << 30)
#define TOP_BIT (UINT32_C (1) << 31)

/* Who writes, and the columns of turns. */
typedef struct
{
  const uint8_t *agents;
  const uint8_t *joins;
  const uint8_t *parent_agents;
  const uint8_t *parent_items;
  uint64_t agent;
  uint64_t n_agents; /* no more than fit one byte */
  uint64_t n_own;    /* turns that have their own item before among their parents */
} Turns;

/* How far each operation's place is from where it would be if all were of one agent; and room for as many
 * more. */
typedef uint32_t Bases[2 * COQUILL_AHEAD];

static inline void
fill (uint32_t *bases, uint64_t base)
{
  for (unsigned i = 0; i < COQUILL_AHEAD; i++)
    bases[i] = (uint32_t)base;
}

/* The parent of a run after one item: the operation before, which is another's, or the agent's own last one.
 */
COQUILL_CHANGE_INLINE bool
take_one_parent (
    Turns *self, const CoquillChangeReader *reader, uint64_t head, uint64_t agent, CoquillChangeTurn *turn)
{
  uint64_t has_join = head / HEAD_PARENTS & 1, join = *self->joins, other = has_join ? agent : self->agent;

  if (other >= self->n_agents || (has_join && join != 1 + JOIN_OWN_FIRST && join != 1 + JOIN_OWN_LAST)
      || reader->tracks[other].next - 1 >= UINT32_MAX)
    return false;
  turn->sequence = (uint32_t)(reader->tracks[other].next - 1);
  turn->other = (uint8_t)other;
  turn->own = JOIN_OWN_MISSING;
  self->joins += has_join;
  return true;
}

/* Those of a run after one item of another agent, and its own agent's last one or not. */
COQUILL_CHANGE_INLINE bool
take_parents (Turns *self,
              CoquillChangeReader *reader,
              CoquillChangeTrack *track,
              uint64_t own,
              CoquillChangeCheck *check,
              CoquillChangeTurn *turn)
{
  uint64_t has_join = *self->joins > 0, back = *self->parent_items, sequence;
  uint64_t other = coquill_change_choose (has_join, *self->parent_agents, track->other);
  const uint8_t *parent_items = self->parent_items + 1;

  if (other >= self->n_agents)
    return false;
  if (__builtin_expect (back >= 0x80, 0))
    {
      reader->next[COQUILL_COLUMN_PARENT_ITEMS] = self->parent_items;
      back = coquill_change_take_long (reader, COQUILL_COLUMN_PARENT_ITEMS, check);
      parent_items = reader->next[COQUILL_COLUMN_PARENT_ITEMS];
    }
  sequence = reader->tracks[other].next - 1 - coquill_varint_unfold (back);
  /* One that came in the change; so none of its own that is still to come. */
  if (sequence >= reader->tracks[other].next || sequence >= UINT32_MAX)
    return false;
  turn->sequence = (uint32_t)sequence;
  turn->other = (uint8_t)other;
  turn->own = (uint8_t)own;
  track->own = (uint8_t)own;
  track->other = (uint32_t)other;
  self->joins++;
  self->parent_agents += has_join;
  self->parent_items = parent_items;
  self->n_own += (own + 1) / 2;
  return true;
}

/* The next operation doesn't go on from the one before, whose track is settled. Returns: (nullable): whose it
 * is, or NULL if it isn't so simple, or wrong; then nothing was taken */
COQUILL_CHANGE_INLINE CoquillChangeTrack *
take_turn (Turns *self,
           CoquillChangeReader *reader,
           uint64_t head,
           CoquillChangeCheck *check,
           CoquillChangeTurn *turn)
{
  const uint64_t n_joins = N_JOINS;
  uint64_t has_agent = head / HEAD_AGENT & 1, join = *self->joins, own;
  uint64_t agent = coquill_change_choose (has_agent, *self->agents, self->agent);
  CoquillChangeTrack *track;

  if (agent >= self->n_agents || (agent ^ self->agent) < has_agent)
    return NULL;
  track = &reader->tracks[agent];
  if (track->next - 1 >= UINT32_MAX || track->caret >= MOST_CARET)
    return NULL;
  own = coquill_change_choose (join > 0, join - (1 + n_joins), track->own);
  if ((head & HEAD_PARENTS) == 0 || own >= n_joins)
    {
      if (!take_one_parent (self, reader, head, agent, turn))
        return NULL;
    }
  else if (!take_parents (self, reader, track, own, check, turn))
    return NULL;
  turn->n_own = (uint32_t)track->next;
  turn->agent = (uint8_t)agent;
  self->agents += has_agent;
  self->agent = agent;
  return track;
}

/* Whose the next @n operations are. Returns: how many it are up to a turn that isn't so simple. Not inlined,
 * as it wants all registers */
__attribute__ ((noinline)) static size_t
take_turns (CoquillStretchRows *rows,
            CoquillChangeReader *reader,
            CoquillChangeCheck *check,
            const CoquillAhead *ahead,
            size_t n,
            Bases bases)
{
  const CoquillChange *change = reader->change;
  const uint8_t *const heads = reader->next[COQUILL_COLUMN_HEADS];
  const uint32_t first = (uint32_t)check->n_items;
  Turns turns = {
    .agents = reader->next[COQUILL_COLUMN_AGENTS],
    .joins = reader->next[COQUILL_COLUMN_JOINS],
    .parent_agents = reader->next[COQUILL_COLUMN_PARENT_AGENTS],
    .parent_items = reader->next[COQUILL_COLUMN_PARENT_ITEMS],
    .agent = reader->place.agent,
    .n_agents = change->n_agents < COQUILL_CHANGE_TURN_AGENTS ? change->n_agents : COQUILL_CHANGE_TURN_AGENTS,
  };
  CoquillChangeTrack *track = &reader->tracks[turns.agent], *next;
  CoquillChangeTurn *turn = rows->turn;
  uint64_t items = track->next, base = track->caret;

  if (items >= COQUILL_MAX_SEQUENCE / 2 || base >= MOST_CARET)
    return 0;
  fill (bases, base);
  for (uint64_t left = ahead->turns & ((UINT64_C (1) << n) - 1); left != 0; left &= left - 1)
    {
      size_t i = (size_t)__builtin_ctzll (left);

      track->next = items + ahead->rows[i].first;
      track->caret = base + (uint64_t)(int64_t)ahead->carets[i];
      next = take_turn (&turns, reader, heads[i], check, turn);
      if (next == NULL)
        {
          n = i;
          break;
        }
      (turn++)->first = first + ahead->rows[i].first;
      track = next;
      items = track->next - ahead->rows[i].first;
      base = track->caret - (uint64_t)(int64_t)ahead->carets[i];
      fill (bases + i, base);
    }
  track->next = items + ahead->rows[n].first;
  track->caret = base + (uint64_t)(int64_t)ahead->carets[n];
  rows->turn = turn;
  reader->next[COQUILL_COLUMN_AGENTS] = turns.agents;
  reader->next[COQUILL_COLUMN_JOINS] = turns.joins;
  reader->next[COQUILL_COLUMN_PARENT_AGENTS] = turns.parent_agents;
  reader->next[COQUILL_COLUMN_PARENT_ITEMS] = turns.parent_items;
  reader->place.agent = (uint32_t)turns.agent;
  reader->place.sequence = track->next - 1;
  check->n_parents += n + turns.n_own;
  if (n > 0 && check->widest < 1 + (turns.n_own > 0))
    check->widest = 1 + (turns.n_own > 0);
  return n;
}

/* Code points to bytes, where not all are ASCII. Returns: false if @check found something */
static bool
measure_texts (CoquillChangeReader *reader, CoquillChangeCheck *check, CoquillAhead *ahead, size_t n)
{
  const uint8_t *const start = reader->next[COQUILL_COLUMN_TEXT], *next = start;
  uint32_t code_points = 0;

  if (ahead->rows[n].content_offset > check->code_points)
    return coquill_change_malformed (check, "text ends early");
  for (CoquillGraphOperation *row = &ahead->rows[1]; row <= &ahead->rows[n]; row++)
    {
      size_t length = row->content_offset - code_points;

      code_points = row->content_offset;
      reader->next[COQUILL_COLUMN_TEXT] = next;
      if (length > (size_t)(reader->wide - next))
        length = coquill_change_reader_wide_text (reader, length);
      next += length;
      row->content_offset = (uint32_t)(next - start);
    }
  return true;
}

/* The fields of a row, so that all are added to at once. */
typedef uint32_t Row __attribute__ ((vector_size (sizeof (CoquillGraphOperation))));

/* Writes what was read ahead where it belongs. Returns: bits of all positions, and of the carets behind them
 */
static uint32_t
write_rows (CoquillGraphOperation *rows,
            const CoquillAhead *ahead,
            size_t n,
            const Bases bases,
            uint64_t n_items,
            size_t text)
{
  const Row start = { (uint32_t)n_items, 0, (uint32_t)text, 0 };
  Row all = { 0 };
  uint32_t high = 0;

  for (size_t i = 0; i < n; i++)
    {
      Row row;

      memcpy (&row, &ahead->rows[i], sizeof row);
      row += start + (Row){ 0, bases[i], 0, 0 };
      memcpy (&rows[i], &row, sizeof row);
      all |= row;
    }
  for (size_t i = 0; i < n; i++)
    high |= (uint32_t)ahead->carets[i + 1] + bases[i];
  return high | all[1];
}

/* Whether an operation lengthens the one before it, whose row this is. @base: what is added to its place */
static bool
lengthens (const CoquillGraphOperation *row,
           uint64_t n_items,
           uint64_t base,
           const CoquillGraphOperation *next,
           uint64_t head)
{
  return coquill_graph_lengthens (row, n_items, (CoquillOperationKind)next->kind,
                                  base + (uint64_t)(int64_t)(int32_t)next->place, next[1].first - next->first,
                                  (head & HEAD_BACKWARD) != 0);
}

/* Returns: how many operations come before one, not the first, that lengthens the one before it: mostly all,
 * since a change has mostly as few as it can */
static size_t
count_rows (const CoquillAhead *ahead, const uint8_t *heads)
{
  for (uint64_t left = ahead->joins & ~UINT64_C (1); left != 0; left &= left - 1)
    {
      size_t i = (size_t)__builtin_ctzll (left);
      CoquillGraphOperation row = ahead->rows[i - 1];

      row.place += (uint32_t)MOST_CARET;
      if (lengthens (&row, ahead->rows[i].first, MOST_CARET, &ahead->rows[i], heads[i]))
        return i;
    }
  return ahead->n;
}

/* What needn't be looked for in each operation. @high: bits of all positions. Returns: false if @check found
 * something */
static inline bool
check_end (const CoquillChangeReader *reader, uint32_t high, CoquillChangeCheck *check)
{
  for (unsigned i = COQUILL_COLUMN_POSITIONS; i <= COQUILL_COLUMN_PARENT_ITEMS; i++)
    check->cut |= reader->next[i] > check->ends[i];
  if (high >= TOP_BIT)
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
}

bool
coquill_stretch_check (CoquillChangeReader *reader, CoquillChangeCheck *check, CoquillStretchRows *rows)
{
  const uint8_t *const heads = reader->next[COQUILL_COLUMN_HEADS];
  const uint8_t *const text = reader->next[COQUILL_COLUMN_TEXT];
  const uint8_t *const content = reader->change->columns[COQUILL_COLUMN_TEXT].data;
  const uint64_t caret = reader->tracks[reader->place.agent].caret;
  const bool was_open = rows->open;
  CoquillGraphOperation *row;
  uint64_t code_points;
  CoquillAhead ahead;
  Bases bases;
  uint32_t high;
  bool joins;
  size_t n;

  if (rows->kept == NULL)
    {
      rows->row = rows->few_rows + 1;
      rows->turn = rows->few_turns;
    }
  else if (!rows->open)
    open_stretch (rows, reader);
  row = rows->row;
  coquill_ahead_read (&ahead, reader, heads, STOPS, check);
  joins = (ahead.joins & 1) != 0 && lengthens (row - 1, check->n_items, caret, ahead.rows, heads[0]);
  n = joins ? was_open : count_rows (&ahead, heads);
  n = take_turns (rows, reader, check, &ahead, n, bases);
  coquill_ahead_leave (&ahead, reader, n);
  if (n == 0)
    return true;

  code_points = ahead.rows[n].content_offset;
  if (code_points > (size_t)(reader->wide - text) && !measure_texts (reader, check, &ahead, n))
    return false;
  check->code_points -= code_points;
  high = write_rows (row, &ahead, n, bases, check->n_items, (size_t)(text - content));
  if (joins)
    row[-1].backward = row->kind == COQUILL_OPERATION_DELETE && row->place != row[-1].place;
  else
    rows->row += n;
  rows->stretch.beyond |= high > check->n_items && coquill_change_rows_are_beyond (row, rows->row);
  check->n_items += ahead.rows[n].first;
  reader->next[COQUILL_COLUMN_HEADS] = heads + n;
  reader->next[COQUILL_COLUMN_TEXT] = text + ahead.rows[n].content_offset;
  return check_end (reader, high, check);
}

void
coquill_stretch_rows_init (CoquillStretchRows *self, const CoquillChange *change)
{
  self->kept = NULL;
  self->open = false;
  self->stretch.beyond = false;
  self->few_rows[0].kind = 0;
  if (change->n_operations < COQUILL_CHANGE_ROWS_LEAST)
    return;
  self->kept = coquill_change_rows_new (change->n_operations, change->n_runs);
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
  CoquillChangeRows *kept = self->kept;
  bool touched[COQUILL_CHANGE_TURN_AGENTS] = { false };

  for (const CoquillChangeTurn *turn = &kept->turns[self->stretch.first_turn]; turn != self->turn; turn++)
    touched[turn->agent] = true;
  if (!coquill_change_rows_add_track (kept, self->first_agent, &reader->tracks[self->first_agent]))
    return false;
  for (uint32_t i = 0; i < COQUILL_CHANGE_TURN_AGENTS; i++)
    if (touched[i] && !coquill_change_rows_add_track (kept, i, &reader->tracks[i]))
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
  if (kept == NULL || kept->n_stretches == 0 || n_items > UINT32_MAX)
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
