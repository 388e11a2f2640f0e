/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change-private.h: one operation read from the columns of a change, with or without checks. */

#pragma once

#include "text/change.h"
#include "text/codec.h"
#include "text/varint.h"

enum
{
  HEAD_KIND = 3,
  HEAD_OTHER_KINDS = 1 << 1, /* neither an insertion nor a deletion */
  HEAD_BACKWARD = 1 << 2,
  HEAD_AGENT = 1 << 3,
  HEAD_SEQUENCE = 1 << 4,
  HEAD_PARENTS = 1 << 5,
  HEAD_LENGTH = 1 << 6,
  HEAD_POSITION = 1 << 7,
};

/* Bits that a kind hasn't. */
static const uint8_t coquill_change_bad_heads[]
    = { HEAD_BACKWARD, 0, HEAD_BACKWARD | HEAD_POSITION, HEAD_BACKWARD | HEAD_POSITION };

/* Where an agent's own item stands among the parents of a join. */
enum
{
  JOIN_OWN_MISSING,
  JOIN_OWN_FIRST,
  JOIN_OWN_LAST,
  N_JOINS
};

/* What follows the first seven bits of a position: no sum with a caret overflows. */
#define COQUILL_CHANGE_MAX_FAR (UINT64_C (1) << 44)

/**
 * CoquillChangeCheck:
 * @ends: of the columns
 * @code_points: of the text column that no operation has taken yet
 * @cut: a column ended early, or a number wasn't written as it should be
 * @code: what is wrong
 * @what: in words
 *
 * For the one pass over a change's columns that trusts nothing.
 */
typedef struct
{
  const uint8_t *ends[COQUILL_CHANGE_COLUMNS];
  uint64_t code_points;
  size_t n_parents;
  uint64_t n_items;
  uint32_t widest;
  bool cut;
  CoquillTextErrorCode code;
  const char *what;
} CoquillChangeCheck;

/* Finds the next byte of the text that isn't ASCII, where the reader was placed. */
void
coquill_change_reader_find_wide (CoquillChangeReader *self);

/* How many bytes so many code points take that aren't all ASCII. Finds the next one behind them. */
size_t
coquill_change_reader_wide_text (CoquillChangeReader *self, uint64_t code_points);

/* The pass that checks and the reader that trusts are this code, once with a check and once without: what one
 * accepts is what the other reads. */
#define COQUILL_CHANGE_INLINE static inline __attribute__ ((always_inline))

COQUILL_CHANGE_INLINE bool
coquill_change_fault (CoquillChangeCheck *check, CoquillTextErrorCode code, const char *what)
{
  check->code = code;
  check->what = what;
  return false;
}

COQUILL_CHANGE_INLINE bool
coquill_change_malformed (CoquillChangeCheck *check, const char *what)
{
  return coquill_change_fault (check, COQUILL_TEXT_ERROR_MALFORMED, what);
}

COQUILL_CHANGE_INLINE bool
coquill_change_too_large (CoquillChangeCheck *check, const char *what)
{
  return coquill_change_fault (check, COQUILL_TEXT_ERROR_TOO_LARGE, what);
}

COQUILL_CHANGE_INLINE uint8_t
coquill_change_take_byte (CoquillChangeReader *self, CoquillChangeColumn column, CoquillChangeCheck *check)
{
  if (check != NULL && self->next[column] >= check->ends[column])
    {
      check->cut = true;
      return 0;
    }
  return *self->next[column]++;
}

/* A varint, as in varint.h. After a failure every number is 0. */
COQUILL_CHANGE_INLINE uint64_t
coquill_change_take (CoquillChangeReader *self, CoquillChangeColumn column, CoquillChangeCheck *check)
{
  uint64_t byte = coquill_change_take_byte (self, column, check);
  uint64_t value = byte & 0x7f;

  for (unsigned shift = 7; byte >= 0x80; shift += 7)
    {
      byte = coquill_change_take_byte (self, column, check);
      if (check != NULL && (byte == 0 || (shift == 63 && byte > 1)))
        {
          check->cut = true;
          return 0;
        }
      value |= (byte & 0x7f) << shift;
    }
  return value;
}

/* The same where it is more than one byte, seldom. */
uint64_t
coquill_change_take_long (CoquillChangeReader *self, CoquillChangeColumn column, CoquillChangeCheck *check);

/* The same if @has is 1, and 0 if it is 0, without asking which: what an operation has of its own no
 * processor can guess, but nearly all numbers are one byte. There is always a byte behind a column. */
COQUILL_CHANGE_INLINE uint64_t
coquill_change_take_if (CoquillChangeReader *self,
                        CoquillChangeColumn column,
                        uint64_t has,
                        CoquillChangeCheck *check)
{
  const uint8_t *next = self->next[column];
  uint64_t byte = *next;

  if (__builtin_expect ((byte & has << 7) != 0, 0))
    return coquill_change_take (self, column, check);
  if (check != NULL)
    check->cut |= has & (next == check->ends[column]);
  self->next[column] = next + has;
  return byte & (0 - has);
}

/* The one if @which is 1, the other if it is 0. A compiler that saw what the mask is would make a branch of
 * it, which no processor can guess. */
COQUILL_CHANGE_INLINE uint64_t
coquill_change_choose (uint64_t which, uint64_t one, uint64_t other)
{
  uint64_t mask = 0 - which;

  __asm__ ("" : "+r"(mask));
  return other ^ ((one ^ other) & mask);
}

/* How many parents an operation has besides its agent's own item before, and which of these is which. */
typedef struct
{
  unsigned own;
  uint64_t n_others;
  bool again; /* as in the agent's last join of two */
} CoquillChangeJoin;

COQUILL_CHANGE_INLINE CoquillChangeJoin
coquill_change_take_join (CoquillChangeReader *self,
                          const CoquillChangeTrack *track,
                          CoquillChangeCheck *check)
{
  uint64_t join = coquill_change_take (self, COQUILL_COLUMN_JOINS, check);

  if (join == 0)
    return (CoquillChangeJoin){ track->own, 1, true };
  return (CoquillChangeJoin){ (unsigned)((join - 1) % N_JOINS), (join - 1) / N_JOINS, false };
}

/* An agent's item, counted back from its last one so far. */
COQUILL_CHANGE_INLINE uint64_t
coquill_change_take_parent_item (CoquillChangeReader *self, uint64_t agent, CoquillChangeCheck *check)
{
  uint64_t back = coquill_change_take (self, COQUILL_COLUMN_PARENT_ITEMS, check);

  return self->tracks[agent].next - 1 - coquill_varint_unfold (back);
}

/* Parents that aren't the expected ones. */
COQUILL_CHANGE_INLINE bool
coquill_change_take_parents (CoquillChangeReader *self,
                             CoquillOperation *operation,
                             CoquillChangeTrack *track,
                             CoquillChangeCheck *check)
{
  CoquillChangeJoin join = coquill_change_take_join (self, track, check);
  CoquillChangeId *parents = self->parents;
  CoquillChangeId before = { operation->agent, operation->sequence - 1 };

  if (check != NULL && join.n_others >= COQUILL_MAX_PARENTS + (join.own == JOIN_OWN_MISSING))
    return coquill_change_too_large (check, "parents of one item");
  if (check != NULL && join.own != JOIN_OWN_MISSING && operation->sequence == 0)
    return coquill_change_malformed (check, "an agent's first item follows another of it");

  operation->n_parents = (uint32_t)join.n_others + (join.own != JOIN_OWN_MISSING);
  /* There is room for two. Which comes first no processor can guess. */
  if (check == NULL && join.n_others == 1)
    {
      parents[join.own != JOIN_OWN_FIRST] = before;
      parents += join.own == JOIN_OWN_FIRST;
    }
  else if (check == NULL && join.own == JOIN_OWN_FIRST)
    *parents++ = before;
  for (uint64_t i = 0; i < join.n_others; i++)
    {
      uint64_t agent
          = join.again ? track->other : coquill_change_take (self, COQUILL_COLUMN_PARENT_AGENTS, check);

      if (check != NULL && agent >= self->change->n_agents)
        return coquill_change_malformed (check, "unknown agent of a parent");

      uint64_t sequence = coquill_change_take_parent_item (self, agent, check);

      if (check != NULL
          && (sequence >= COQUILL_MAX_SEQUENCE
              || (agent == operation->agent && sequence >= operation->sequence)))
        return coquill_change_malformed (check, "bad parent");
      if (check == NULL)
        *parents++ = (CoquillChangeId){ (uint32_t)agent, sequence };
      if (join.n_others == 1)
        {
          track->other = (uint32_t)agent;
          track->own = (uint8_t)join.own;
        }
    }
  if (check == NULL && join.own == JOIN_OWN_LAST && join.n_others != 1)
    *parents = before;
  return true;
}

/* Where an insertion or deletion leaves the caret. */
COQUILL_CHANGE_INLINE uint64_t
coquill_change_caret_after (const CoquillOperation *operation)
{
  uint64_t ahead = 0 - (uint64_t)(operation->kind == COQUILL_OPERATION_INSERT);
  uint64_t back = 0 - (uint64_t)operation->backward;

  return operation->position + (operation->length & ahead) - ((operation->length - 1) & back);
}

/* What follows the first seven bits of a position, if @has is 1; else 0. */
COQUILL_CHANGE_INLINE uint64_t
coquill_change_take_far (CoquillChangeReader *self, uint64_t has, CoquillChangeCheck *check)
{
  uint64_t far = coquill_change_take_if (self, COQUILL_COLUMN_FAR_POSITIONS, has, check);

  if (check != NULL)
    check->cut |= far < has || far >= COQUILL_CHANGE_MAX_FAR;
  return far;
}

/* How far the position of an insertion or a deletion is from the expected one. */
COQUILL_CHANGE_INLINE uint64_t
coquill_change_take_move (CoquillChangeReader *self, uint8_t head, CoquillChangeCheck *check)
{
  uint64_t has = (head & HEAD_POSITION) != 0;
  const uint8_t *next = self->next[COQUILL_COLUMN_POSITIONS];
  uint64_t byte = *next;
  uint64_t moved;

  if (check != NULL)
    check->cut |= has & (next == check->ends[COQUILL_COLUMN_POSITIONS]);
  self->next[COQUILL_COLUMN_POSITIONS] = next + has;
  moved = (byte & 0x7f) | coquill_change_take_far (self, byte >> 7 & has, check) << 7;
  return coquill_varint_unfold (moved + 1) & (0 - has);
}

COQUILL_CHANGE_INLINE bool
coquill_change_take_position (CoquillChangeReader *self,
                              CoquillOperation *operation,
                              CoquillChangeTrack *track,
                              uint8_t head,
                              CoquillChangeCheck *check)
{
  uint64_t position = track->caret - operation->backward + coquill_change_take_move (self, head, check);

  operation->position = position;
  track->caret = coquill_change_caret_after (operation);
  if (check != NULL && (position | track->caret) > COQUILL_CHANGE_MAX_POSITION)
    return coquill_change_malformed (check, "bad position");
  return true;
}

/* The text of an insertion, none of a deletion. */
COQUILL_CHANGE_INLINE bool
coquill_change_take_text (CoquillChangeReader *self, CoquillOperation *operation, CoquillChangeCheck *check)
{
  uint64_t length = operation->length & (0 - (uint64_t)(operation->kind == COQUILL_OPERATION_INSERT));

  if (check != NULL)
    {
      if (length > check->code_points)
        return coquill_change_malformed (check, "text ends early");
      check->code_points -= length;
    }

  const uint8_t *text = self->next[COQUILL_COLUMN_TEXT];

  /* Up to the next character that isn't ASCII a code point is a byte. */
  if (__builtin_expect (length > (size_t)(self->wide - text), 0))
    length = coquill_change_reader_wide_text (self, length);
  operation->content = length > 0 ? text : NULL;
  operation->content_length = length;
  self->next[COQUILL_COLUMN_TEXT] = text + length;
  return true;
}

COQUILL_CHANGE_INLINE bool
coquill_change_take_target (CoquillChangeReader *self, CoquillOperation *operation, CoquillChangeCheck *check)
{
  uint64_t agent = coquill_change_take (self, COQUILL_COLUMN_TARGETS, check);
  uint64_t sequence = self->place.target
                      + coquill_varint_unfold (coquill_change_take (self, COQUILL_COLUMN_TARGETS, check));

  if (check != NULL
      && (agent >= self->change->n_agents || sequence > COQUILL_MAX_SEQUENCE - operation->length))
    return coquill_change_malformed (check, "bad target");
  operation->target = (CoquillChangeId){ (uint32_t)agent, sequence };
  self->place.target = sequence + operation->length;
  return true;
}

COQUILL_CHANGE_INLINE bool
coquill_change_take_payload (CoquillChangeReader *self,
                             CoquillOperation *operation,
                             CoquillChangeCheck *check)
{
  uint64_t length = coquill_change_take (self, COQUILL_COLUMN_PAYLOADS, check);
  const uint8_t *bytes = self->next[COQUILL_COLUMN_PAYLOAD_BYTES];

  if (check != NULL
      && (operation->length != 1 || length > (size_t)(check->ends[COQUILL_COLUMN_PAYLOAD_BYTES] - bytes)))
    return coquill_change_malformed (check, "bad record");
  operation->content = length > 0 ? bytes : NULL;
  operation->content_length = length;
  if (length > 0)
    self->next[COQUILL_COLUMN_PAYLOAD_BYTES] = bytes + length;
  return true;
}

/* Which items, whose and after which ones: what all kinds have. */
COQUILL_CHANGE_INLINE bool
coquill_change_take_items (CoquillChangeReader *self,
                           CoquillOperation *operation,
                           CoquillChangeTrack **whose,
                           uint8_t head,
                           CoquillChangeCheck *check)
{
  uint32_t last_agent = self->place.agent;
  uint64_t agent = head & HEAD_AGENT ? coquill_change_take (self, COQUILL_COLUMN_AGENTS, check) : last_agent;

  if (check != NULL && (agent >= self->change->n_agents || ((head & HEAD_AGENT) != 0 && agent == last_agent)))
    return coquill_change_malformed (check, "bad agent of an operation");

  CoquillChangeTrack *track = *whose = &self->tracks[agent];
  uint64_t is_run = (head & HEAD_LENGTH) != 0;
  uint64_t more = coquill_change_take_if (self, COQUILL_COLUMN_LENGTHS, is_run, check);
  uint64_t skipped = 0;

  if (head & HEAD_SEQUENCE)
    skipped = coquill_change_take (self, COQUILL_COLUMN_SEQUENCES, check);

  if (check != NULL && more > COQUILL_CHANGE_MAX_RUN - 2)
    return coquill_change_too_large (check, "items in a run");
  operation->agent = (uint32_t)agent;
  operation->length = 1 + is_run + more;
  operation->sequence = track->next + (head & HEAD_SEQUENCE ? skipped + 1 : 0);
  if (check != NULL
      && (skipped > COQUILL_MAX_SEQUENCE || operation->sequence > COQUILL_MAX_SEQUENCE - operation->length))
    return coquill_change_too_large (check, "items of an agent");

  if (head & HEAD_PARENTS)
    {
      if (!coquill_change_take_parents (self, operation, track, check))
        return false;
    }
  else
    {
      operation->n_parents = self->place.any;
      if (check == NULL)
        {
          self->parents[0].agent = last_agent;
          self->parents[0].sequence = self->place.sequence;
        }
    }
  operation->parents = self->parents;

  if (check != NULL && operation->sequence == 0)
    track->started = true;
  track->next = operation->sequence + operation->length;
  self->place.agent = (uint32_t)agent;
  self->place.sequence = operation->sequence + operation->length - 1;
  self->place.any = true;
  return true;
}

/* Reads the next operation. Returns: false if @check found something */
COQUILL_CHANGE_INLINE bool
coquill_change_take_operation (CoquillChangeReader *self,
                               CoquillOperation *operation,
                               CoquillChangeCheck *check)
{
  uint8_t head = *self->next[COQUILL_COLUMN_HEADS]++;
  unsigned kind = head & HEAD_KIND;
  /* Lives in registers, and is stored once. */
  CoquillOperation taken = {
    .kind = (CoquillOperationKind)(kind + 1),
    .backward = (head & HEAD_BACKWARD) != 0,
  };
  CoquillChangeTrack *track;
  bool good;

  /* Only deletions run backward, only insertions and deletions have a position. */
  if (check != NULL && (head & coquill_change_bad_heads[kind]) != 0)
    return coquill_change_malformed (check, "bad head of an operation");

  if (!coquill_change_take_items (self, &taken, &track, head, check))
    return false;
  if (__builtin_expect (taken.kind <= COQUILL_OPERATION_DELETE, 1))
    good = coquill_change_take_text (self, &taken, check)
           && coquill_change_take_position (self, &taken, track, head, check);
  else if (taken.kind == COQUILL_OPERATION_RESTORE)
    good = coquill_change_take_target (self, &taken, check);
  else
    good = coquill_change_take_payload (self, &taken, check);
  *operation = taken;
  if (check == NULL)
    return true;
  if (good && check->cut)
    return coquill_change_malformed (check, "columns and operations do not match");
  check->n_parents += taken.n_parents;
  check->n_items += taken.length;
  if (check->widest < taken.n_parents)
    check->widest = taken.n_parents;
  return good;
}

/* coquill_change_reader_next() to be inlined. Returns: false if all were read; the reader isn't cleared then
 */
COQUILL_CHANGE_INLINE bool
coquill_change_reader_take (CoquillChangeReader *self, CoquillOperation *operation)
{
  return self->next[COQUILL_COLUMN_HEADS] != self->end
         && coquill_change_take_operation (self, operation, NULL);
}

/* Makes room for agents and what is remembered of them. Returns: false if memory ran out */
bool
coquill_change_reserve_agents (CoquillChange *self, size_t n_agents);

/* Places a reader in front of the columns as they are, with room for @widest parents. Returns: false if
 * memory ran out */
bool
coquill_change_reader_start (CoquillChangeReader *self, const CoquillChange *change, uint32_t widest);
