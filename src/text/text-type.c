/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-type.c: local edits, and what an editor asks after each: a key press takes a short way. */

#include <string.h>

#include "text/rope-hand.h"
#include "text/text-private.h"
#include "text/utf8.h"

/* Bytes that go to the end of the graph without a way through it. */
#define SHORT_INSERTION 1024

/* Bytes that the rope doesn't copy, but leaves in the graph. */
#define LONG_INSERTION (64 * 1024)

#define TOP_BITS UINT64_C (0x8080808080808080)
#define LOW_BITS UINT64_C (0x0101010101010101)

static inline uint64_t
load8 (const char *bytes)
{
  uint64_t word;

  memcpy (&word, bytes, sizeof word);
  return word;
}

/* One to seven bytes, most of them twice, and ones behind. */
static inline uint64_t
load_few (const char *bytes, size_t n_bytes)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  uint64_t ones = LOW_BITS << 8 * n_bytes;
  uint32_t low, high;

  if (n_bytes < sizeof low)
    return ones | (uint8_t)bytes[0] | (uint64_t)(uint8_t)bytes[n_bytes / 2] << 8 * (n_bytes / 2)
           | (uint64_t)(uint8_t)bytes[n_bytes - 1] << 8 * (n_bytes - 1);
  memcpy (&low, bytes, sizeof low);
  memcpy (&high, bytes + n_bytes - sizeof high, sizeof high);
  return ones | low | (uint64_t)high << 8 * (n_bytes - sizeof high);
#else
  uint64_t word = LOW_BITS;

  memcpy (&word, bytes, n_bytes);
  return word;
#endif
}

/* The top bit of each byte that is above 0x7f, or that borrows when 1 is taken away from it, as 0 does. */
static inline uint64_t
find_foreign (uint64_t word)
{
  return (word | (word - LOW_BITS)) & TOP_BITS;
}

/* Copies eight bytes or more to two places. Returns: whether they are text in ASCII */
static inline bool
copy_twice (char *one, char *other, const char *bytes, size_t n_bytes)
{
  uint64_t word, foreign = 0;

  for (size_t i = 0; i + 8 < n_bytes; i += 8)
    {
      word = load8 (bytes + i);
      foreign |= find_foreign (word);
      memcpy (one + i, &word, sizeof word);
      memcpy (other + i, &word, sizeof word);
    }
  word = load8 (bytes + n_bytes - 8);
  foreign |= find_foreign (word);
  memcpy (one + n_bytes - 8, &word, sizeof word);
  memcpy (other + n_bytes - 8, &word, sizeof word);
  return foreign == 0;
}

/* The same of one to seven, as if they were eight. */
static inline bool
copy_few_twice (char *one, char *other, const char *bytes, size_t n_bytes)
{
  uint64_t word = load_few (bytes, n_bytes);

  memcpy (one, &word, sizeof word);
  memcpy (other, &word, sizeof word);
  return find_foreign (word) == 0;
}

/* Makes the graph know of the key presses, which lengthened its last operation. */
static inline void
tell_graph (CoquillText *self)
{
  CoquillTextCaret *caret = &self->caret;
  CoquillGraph *graph = self->graph;
  bool is_backward = caret->at < caret->told_at;
  uint64_t sign = 0 - (uint64_t)is_backward, moved = caret->at - caret->told_at;

  graph->content_length += moved & ~sign;
  graph->operations[graph->n_operations - 1].backward |= is_backward;
  coquill_graph_lengthen (graph, caret->agent, (moved ^ sign) - sign + (caret->told_behind - caret->behind));
  caret->told_at = caret->at;
  caret->told_behind = caret->behind;
}

/* Makes the leaf in hand know what is in it. */
static inline void
tell_leaf (CoquillText *self)
{
  const CoquillTextCaret *caret = &self->caret;
  CoquillRopeLeaf *leaf = self->rope->hand.leaf;

  leaf->front_bytes = (uint32_t)(coquill_text_caret_front (caret) - leaf->text);
  leaf->front_points = (uint32_t)(caret->at - caret->start);
  leaf->back_bytes = (uint32_t)(leaf->text + COQUILL_ROPE_LEAF_BYTES - coquill_text_caret_back (caret));
  leaf->back_points = (uint32_t)(caret->behind - caret->rest);
}

void
coquill_text_settle (const CoquillText *text)
{
  /* What the text says stays the same. */
  CoquillText *self = (CoquillText *)text;

  if (self->caret.agent == COQUILL_NO_AGENT)
    return;
  tell_graph (self);
  tell_leaf (self);
}

/* How far may be typed on, where the last operation is an insertion that ends at the gap. */
static inline void
expect_insertion (CoquillText *self)
{
  CoquillTextCaret *caret = &self->caret;
  const CoquillGraph *graph = self->graph;
  uint64_t room = coquill_text_caret_room (caret);
  uint64_t content_room = graph->content_capacity - graph->content_length;

  caret->content = (uintptr_t)(graph->content + graph->content_length) - (uintptr_t)caret->at;
  caret->insert_end = caret->at + (room < content_room ? room : content_room);
  caret->erase_start = caret->erase_rest = UINT64_MAX;
}

/* How far may be erased, where the last operation is a deletion at the gap. */
static inline void
expect_deletion (CoquillText *self)
{
  CoquillTextCaret *caret = &self->caret;
  const CoquillGraphOperation *last = &self->graph->operations[self->graph->n_operations - 1];
  /* After a single deletion the next may be in either direction. */
  bool is_single = self->graph->end - last->first == 1;

  caret->insert_end = 0;
  caret->erase_start = caret->start | (0 - (uint64_t)!(is_single | last->backward));
  caret->erase_rest = caret->rest | (0 - (uint64_t)(!is_single & last->backward));
}

/* What is in the next leaf isn't looked for. */
static inline void
look_behind (CoquillTextCaret *caret)
{
  caret->following = caret->behind > caret->rest ? (int8_t)*coquill_text_caret_back (caret) : 0;
}

/* Another leaf is in hand, or it was changed by others. Nothing lengthens the last operation. */
static inline void
take_leaf (CoquillText *self)
{
  CoquillTextCaret *caret = &self->caret;
  const CoquillRope *rope = self->rope;
  const CoquillRopeLeaf *leaf = rope->hand.leaf;

  caret->start = rope->hand.start;
  caret->rest = rope->other_points - rope->hand.start;
  caret->at = caret->told_at = caret->start + leaf->front_points;
  caret->behind = caret->told_behind = caret->rest + leaf->back_points;
  caret->front = (uintptr_t)(leaf->text + leaf->front_bytes) - (uintptr_t)caret->at;
  caret->back = (uintptr_t)coquill_rope_leaf_back (leaf) + (uintptr_t)caret->behind;
  caret->is_ascii = leaf->front_bytes == leaf->front_points && leaf->back_bytes == leaf->back_points;
  look_behind (caret);
  caret->insert_end = 0;
  caret->erase_start = caret->erase_rest = UINT64_MAX;
}

/* Finds out where the caret is, after an edit by an agent. */
static void
find_caret (CoquillText *self, uint32_t agent)
{
  const CoquillGraph *graph = self->graph;
  const CoquillGraphOperation *last = coquill_graph_tip (graph, agent);
  uint64_t length;

  self->caret = COQUILL_TEXT_NO_CARET;
  if (last == NULL)
    return;
  self->caret.agent = agent;
  take_leaf (self);
  length = graph->end - last->first;
  if (last->kind == COQUILL_OPERATION_INSERT && self->caret.at == last->place + length)
    expect_insertion (self);
  else if (last->kind == COQUILL_OPERATION_DELETE
           && self->caret.at == (last->backward ? last->place + 1 - length : last->place))
    expect_deletion (self);
}

/* Whether an edit from @position to @end is by the agent of the last item, and then what there is is ASCII in
 * one leaf, which then is in hand. The graph is told first. @near: a character in that leaf */
static inline bool
reach (CoquillText *self, uint32_t agent, uint64_t position, uint64_t end, uint64_t near)
{
  CoquillTextCaret *caret = &self->caret;

  if (agent != caret->agent || agent == COQUILL_NO_AGENT || position > end || end > caret->at + caret->behind)
    return false;
  tell_graph (self);
  if ((position < caret->start) | (caret->at + caret->behind - end < caret->rest))
    {
      tell_leaf (self);
      coquill_rope_seek (self->rope, near);
      take_leaf (self);
    }
  return caret->is_ascii && caret->at + caret->behind - end >= caret->rest
         && self->graph->end < COQUILL_GRAPH_MAX_ITEMS - UINT32_MAX / 2;
}

/* Moves the gap to a place in the leaf. Nothing lengthens the last operation then. */
static inline void
move_gap (CoquillTextCaret *caret, uint64_t place)
{
  bool is_back = place < caret->at;
  uint64_t sign = 0 - (uint64_t)is_back, moved = place - caret->at, distance = (moved ^ sign) - sign;
  uint64_t before = caret->at - caret->start, behind = caret->behind - caret->rest;

  coquill_rope_leaf_move_bytes (coquill_text_caret_front (caret), coquill_text_caret_back (caret), distance,
                                behind ^ ((before ^ behind) & sign), is_back);
  caret->at = caret->told_at = place;
  caret->behind = caret->told_behind = caret->behind - moved;
  caret->insert_end = 0;
  caret->erase_start = caret->erase_rest = UINT64_MAX;
}

/* Inserts ASCII in the leaf in hand. Returns: false, and nothing is inserted, if it isn't that simple */
static inline bool
insert_nearby (CoquillText *self, uint32_t agent, uint64_t position, const char *utf8, size_t n_bytes)
{
  CoquillTextCaret *caret = &self->caret;
  CoquillGraph *graph = self->graph;
  size_t needed = n_bytes > 8 ? n_bytes : 8;
  char *content;

  if (n_bytes - 1 >= SHORT_INSERTION
      || !reach (self, agent, position, position, position > 0 ? position - 1 : 0)
      || coquill_text_caret_room (caret) < needed || graph->content_capacity - graph->content_length < needed)
    return false;
  content = (char *)graph->content + graph->content_length;
  move_gap (caret, position);
  look_behind (caret);
  if (!(n_bytes < 8 ? copy_few_twice (content, coquill_text_caret_front (caret), utf8, n_bytes)
                    : copy_twice (content, coquill_text_caret_front (caret), utf8, n_bytes))
      || !coquill_graph_begin_insert (graph, position))
    return false;
  graph->content_length += n_bytes;
  coquill_graph_lengthen (graph, agent, n_bytes);
  caret->at = caret->told_at = position + n_bytes;
  expect_insertion (self);
  return true;
}

static __attribute__ ((noinline)) bool
insert (CoquillText *self,
        uint32_t agent,
        uint64_t position,
        const char *utf8,
        size_t n_bytes,
        uint64_t *sequence,
        CoquillTextError *error)
{
  CoquillGraph *graph = self->graph;
  uint64_t length;

  if (insert_nearby (self, agent, position, utf8, n_bytes))
    {
      if (sequence != NULL)
        *sequence = graph->agents[agent].length - n_bytes;
      return true;
    }

  coquill_text_settle (self);
  if (!coquill_utf8_check (utf8, n_bytes, &length) || length == 0)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED,
                                   "What is inserted is not text in UTF-8");
  if (position > coquill_rope_hand_length (self->rope))
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                   "An insertion is behind the end of the text");

  /* Whose last item is the last of all may make more. */
  if (n_bytes <= SHORT_INSERTION
      && coquill_graph_extend_insert (graph, agent, position, utf8, n_bytes, length))
    {
      if (sequence != NULL)
        *sequence = graph->agents[agent].length - length;
    }
  else if (coquill_text_check_author (self, agent, length, n_bytes, error))
    {
      CoquillGraphPiece piece = {
        .kind = COQUILL_OPERATION_INSERT,
        .place = position,
        .length = length,
        .content_length = n_bytes,
      };

      coquill_text_append (self, agent, &piece, utf8, sequence);
    }
  else
    return false;
  if (n_bytes >= LONG_INSERTION)
    coquill_rope_insert_lent (self->rope, position, &graph->content, graph->content_length - n_bytes, n_bytes,
                              length);
  else
    coquill_rope_insert_counted (self->rope, position, utf8, n_bytes, length);
  find_caret (self, agent);
  return true;
}

bool
coquill_text_insert (CoquillText *self,
                     uint32_t agent,
                     uint64_t position,
                     const char *utf8,
                     size_t n_bytes,
                     uint64_t *sequence,
                     CoquillTextError *error)
{
  CoquillTextCaret *caret = &self->caret;
  char character;

  if (position != caret->at || position >= caret->insert_end || agent != caret->agent || n_bytes != 1
      || (uint8_t)((character = *utf8) - 1) >= 0x7f)
    return insert (self, agent, position, utf8, n_bytes, sequence, error);
  *(char *)(caret->front + (uintptr_t)position) = character;
  *(char *)(caret->content + (uintptr_t)position) = character;
  caret->at = position + 1;
  if (sequence != NULL)
    *sequence = self->graph->agents[agent].length + (position - caret->told_at);
  return true;
}

/* Deletes ASCII in the leaf in hand. Returns: false, and nothing is done, if it isn't that simple */
static inline bool
delete_nearby (CoquillText *self, uint32_t agent, uint64_t position, uint64_t count)
{
  CoquillTextCaret *caret = &self->caret;
  uint64_t end = position + count;

  if (count == 0 || !reach (self, agent, position, end, position)
      || !coquill_graph_begin_delete (self->graph, position, count))
    return false;
  coquill_graph_lengthen (self->graph, agent, count);

  /* What is deleted isn't moved. */
  uint64_t gap = caret->at < end ? caret->at : end;

  gap = gap > position ? gap : position;
  move_gap (caret, gap);
  caret->at = caret->told_at = position;
  caret->behind = caret->told_behind = caret->behind - (end - gap);
  look_behind (caret);
  expect_deletion (self);
  return true;
}

static __attribute__ ((noinline)) bool delete (CoquillText *self,
                                               uint32_t agent,
                                               uint64_t position,
                                               uint64_t count,
                                               uint64_t *sequence,
                                               CoquillTextError *error)
{
  CoquillGraph *graph = self->graph;
  uint64_t length;

  if (delete_nearby (self, agent, position, count))
    {
      if (sequence != NULL)
        *sequence = graph->agents[agent].length - count;
      return true;
    }

  coquill_text_settle (self);
  length = coquill_rope_hand_length (self->rope);
  if (count == 0 || position > length || count > length - position)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE, "A deletion is not inside the text");
  if (coquill_graph_extend_delete (graph, agent, position, count))
    {
      if (sequence != NULL)
        *sequence = graph->agents[agent].length - count;
    }
  else if (coquill_text_check_author (self, agent, count, 0, error))
    {
      CoquillGraphPiece piece = { .kind = COQUILL_OPERATION_DELETE, .place = position, .length = count };

      coquill_text_append (self, agent, &piece, NULL, sequence);
    }
  else
    return false;
  coquill_rope_delete (self->rope, position, count);
  find_caret (self, agent);
  return true;
}

bool
coquill_text_delete (CoquillText *self,
                     uint32_t agent,
                     uint64_t position,
                     uint64_t count,
                     uint64_t *sequence,
                     CoquillTextError *error)
{
  CoquillTextCaret *caret = &self->caret;

  /* Nobody can guess which of these it is that says no. */
  bool is_back = (position + 1 == caret->at) & (caret->at > caret->erase_start);
  bool is_forth = (position == caret->at) & (caret->behind > caret->erase_rest);

  if (!((count == 1) & (agent == caret->agent) & (is_back | is_forth)))
    return delete (self, agent, position, count, sequence, error);
  if (is_back)
    {
      if ((int8_t)*(char *)(caret->front + (uintptr_t)position) <= 0)
        return delete (self, agent, position, count, sequence, error);
      caret->at = position;
      caret->erase_rest = UINT64_MAX;
    }
  else
    {
      if (caret->following <= 0)
        return delete (self, agent, position, count, sequence, error);
      caret->behind--;
      look_behind (caret);
      caret->erase_start = UINT64_MAX;
    }
  if (sequence != NULL)
    *sequence = self->graph->agents[agent].length
                + (caret->told_at - caret->at + caret->told_behind - caret->behind - 1);
  return true;
}

uint64_t
coquill_text_length (const CoquillText *self)
{
  if (self->caret.agent == COQUILL_NO_AGENT)
    return coquill_rope_hand_length (self->rope);
  return self->caret.at + self->caret.behind;
}

static __attribute__ ((noinline)) size_t
read_elsewhere (CoquillText *self, uint64_t position, uint64_t count, char *buffer)
{
  CoquillTextCaret *caret = &self->caret;
  size_t bytes;

  coquill_text_settle (self);
  bytes = coquill_rope_read (self->rope, position, count, buffer);
  if (count == 1 && bytes == 1 && position == caret->at && caret->agent != COQUILL_NO_AGENT)
    caret->following = (int8_t)*buffer;
  return bytes;
}

size_t
coquill_text_read (CoquillText *self, uint64_t position, uint64_t count, char *buffer)
{
  const CoquillTextCaret *caret = &self->caret;
  int8_t character = 0;

  if (count == 1 && position == caret->at)
    character = caret->following;
  else if (count == 1 && position + 1 == caret->at && caret->at > caret->start)
    character = (int8_t)*(char *)(caret->front + (uintptr_t)position);
  if (character <= 0)
    return read_elsewhere (self, position, count, buffer);
  *buffer = (char)character;
  return 1;
}
