/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-type.c: local edits, and what an editor asks after each: a key press takes a short way. */

#include <string.h>

#include "text/graph-tip.h"
#include "text/rope-hand.h"
#include "text/text-ascii.h"
#include "text/text-private.h"
#include "text/utf8.h"

/* Bytes that go to the end of the graph without a way through it. */
#define SHORT_INSERTION 1024

/* So many operations are made in a leaf before it is asked again how many items there may be: each has at
 * most as many as fit into the leaf. */
#define MOST_ROWS 65536

/* Bytes that the rope doesn't copy, but leaves in the graph. */
#define LONG_INSERTION (64 * 1024)

/* Makes the graph know of what was typed and erased here. */
static inline void
tell_graph (CoquillText *self)
{
  const CoquillTextCaret *caret = &self->caret;
  CoquillGraph *graph = self->graph;
  uint64_t end = coquill_text_caret_items (caret);

  graph->end = end;
  graph->frontier[0] = end - 1;
  graph->agents[caret->agent].length = (uint32_t)(end - caret->others);
  graph->n_operations = (size_t)(caret->last + 1 - graph->operations);
  graph->content_length = (size_t)(coquill_text_caret_content (caret) - (char *)graph->content);
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

/* The next edit may lengthen the last operation. There are so many items with so much content. */
static inline void
look_at_last (CoquillText *self, uint64_t items, const char *content)
{
  CoquillTextCaret *caret = &self->caret;
  const CoquillGraphOperation *last = caret->last;
  uint64_t length = items - last->first;

  if (last->kind == COQUILL_OPERATION_INSERT && caret->at == last->place + length)
    coquill_text_caret_expect_insertion (caret, items, content, coquill_text_caret_room (caret, content));
  else if (last->kind == COQUILL_OPERATION_DELETE
           && caret->at == (last->backward ? last->place + 1 - length : last->place))
    coquill_text_caret_expect_deletion (caret, items, content, length == 1 && !last->backward,
                                        last->backward);
  else
    coquill_text_caret_expect_nothing (caret, items, content);
}

/* Another leaf is in hand, or it was changed by others. */
static void
take_leaf (CoquillText *self, uint64_t items, const char *content)
{
  CoquillTextCaret *caret = &self->caret;
  const CoquillGraph *graph = self->graph;
  const CoquillRope *rope = self->rope;
  CoquillRopeLeaf *leaf = rope->hand.leaf;
  size_t rows = graph->operations_capacity - (size_t)(caret->last + 1 - graph->operations);

  /* What is in the next leaf isn't looked for. */
  leaf->text[COQUILL_ROPE_LEAF_BYTES] = 0;
  caret->start = rope->hand.start;
  caret->rest = rope->other_points - rope->hand.start;
  caret->at = caret->start + leaf->front_points;
  caret->behind = caret->rest + leaf->back_points;
  caret->front = (uintptr_t)(leaf->text + leaf->front_bytes) - (uintptr_t)caret->at;
  caret->back = (uintptr_t)coquill_rope_leaf_back (leaf) + (uintptr_t)caret->behind;
  caret->plain_start
      = caret->at - coquill_utf8_ascii_before (leaf->text, leaf->front_bytes, leaf->front_points);
  caret->plain_rest
      = caret->behind
        - coquill_utf8_ascii_behind (coquill_rope_leaf_back (leaf), leaf->back_bytes, leaf->back_points);
  caret->stop = caret->last;
  if (items < COQUILL_GRAPH_MAX_TIP && coquill_text_caret_room (caret, content) > 0)
    caret->stop += rows < MOST_ROWS ? rows : MOST_ROWS;
  look_at_last (self, items, content);
}

/* Finds out where the caret is, after an edit by an agent. */
static void
find_caret (CoquillText *self, uint32_t agent)
{
  CoquillTextCaret *caret = &self->caret;
  const CoquillGraph *graph = self->graph;
  /* There may be none: null, and no pointer to count from. */
  uintptr_t content = (uintptr_t)graph->content;

  *caret = COQUILL_TEXT_NO_CARET;
  if (!coquill_graph_has_tip (graph, agent))
    return;
  caret->agent = agent;
  caret->others = graph->end - graph->agents[agent].length;
  caret->last = &graph->operations[graph->n_operations - 1];
  caret->content_stop = content + graph->content_capacity;
  take_leaf (self, graph->end, (const char *)(content + graph->content_length));
}

/* Whether the leaf in hand has so many characters from @position on. */
static inline bool
has_in_hand (const CoquillTextCaret *caret, uint64_t position, uint64_t count)
{
  uint64_t points = caret->at + caret->behind - caret->start - caret->rest;
  uint64_t point = position - caret->start;

  return point <= points && count <= points - point;
}

/* The same of the characters around the gap that are ASCII. */
static inline bool
is_plain (const CoquillTextCaret *caret, uint64_t position, uint64_t count)
{
  uint64_t points = caret->at + caret->behind - caret->plain_start - caret->plain_rest;
  uint64_t point = position - caret->plain_start;

  return point <= points && count <= points - point;
}

/* Takes the leaf of an edit in hand, if it is in one, and moves the gap over what isn't ASCII. Returns:
 * whether the edit is then among characters that are */
static bool
reach (CoquillText *self, uint32_t agent, uint64_t position, uint64_t count)
{
  CoquillTextCaret *caret = &self->caret;
  uint64_t length = caret->at + caret->behind, items = coquill_text_caret_items (caret), end, gap;
  const char *content = coquill_text_caret_content (caret);

  if (agent != caret->agent || agent == COQUILL_NO_AGENT || position > length || count > length - position)
    return false;
  if (!has_in_hand (caret, position, count))
    {
      tell_leaf (self);
      coquill_rope_seek (self->rope, position - (count == 0 && position > 0));
      take_leaf (self, items, content);
    }
  if (!is_plain (caret, position, count) && has_in_hand (caret, position, count))
    {
      end = position + count;
      gap = caret->at < end ? caret->at : end;
      gap = gap > position ? gap : position;
      tell_leaf (self);
      coquill_rope_leaf_move_gap (self->rope->hand.leaf, (uint32_t)(gap - caret->start));
      take_leaf (self, items, content);
    }
  return is_plain (caret, position, count);
}

/* Inserts any text anywhere, or says why not. */
static __attribute__ ((noinline)) bool
insert_anywhere (CoquillText *self,
                 uint32_t agent,
                 uint64_t position,
                 const char *utf8,
                 size_t n_bytes,
                 uint64_t *sequence,
                 CoquillTextError *error)
{
  CoquillGraph *graph = self->graph;
  uint64_t length;

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

/* Inserts ASCII in the leaf in hand, where all from the gap to there is ASCII. Returns: false, and nothing is
 * changed, if it isn't that simple */
static inline __attribute__ ((always_inline)) bool
insert_in_hand (CoquillText *self,
                uint32_t agent,
                uint64_t position,
                const char *utf8,
                size_t n_bytes,
                uint64_t *sequence)
{
  CoquillTextCaret *caret = &self->caret;
  uint64_t at = caret->at, behind = caret->behind, length = at + behind;
  uint64_t moved = position - at, word = 0, items, room;
  char *front = coquill_text_caret_front (caret), *back = coquill_text_caret_back (caret), *content;
  bool begins = (moved | caret->deletes) != 0;

  content = coquill_text_caret_content (caret);
  items = coquill_text_caret_items (caret);
  room = coquill_text_caret_room (caret, content);
  if (agent != caret->agent || position - caret->plain_start > length - caret->plain_start - caret->plain_rest
      || caret->last >= caret->stop || n_bytes - 1 >= room
      || !(n_bytes < sizeof word ? coquill_ascii_load (&word, utf8, n_bytes)
                                 : coquill_ascii_copy (content, utf8, n_bytes)))
    return false;

  caret->last
      = coquill_graph_begin_behind (caret->last, items, (uint32_t)(content - (char *)self->graph->content),
                                    COQUILL_OPERATION_INSERT, position, begins);
  caret->at = position + n_bytes;
  caret->behind = length - position;
  caret->deletes = 0;
  caret->items = items - length;
  caret->content = (uintptr_t)content - (uintptr_t)position;
  caret->insert_end = position + room;
  caret->erase_start = caret->erase_rest = UINT64_MAX;
  if (sequence != NULL)
    *sequence = items - caret->others;
  if (moved != 0)
    coquill_rope_leaf_move_near (front, back, (int64_t)moved, at - caret->start, behind - caret->rest);
  front += (int64_t)moved;
  if (n_bytes < sizeof word)
    {
      memcpy (content, &word, sizeof word);
      memcpy (front, &word, sizeof word);
    }
  else
    coquill_ascii_copy_again (front, content, n_bytes);
  return true;
}

static __attribute__ ((noinline)) bool
insert_elsewhere (CoquillText *self,
                  uint32_t agent,
                  uint64_t position,
                  const char *utf8,
                  size_t n_bytes,
                  uint64_t *sequence,
                  CoquillTextError *error)
{
  return (n_bytes > 0 && reach (self, agent, position, 0)
          && insert_in_hand (self, agent, position, utf8, n_bytes, sequence))
         || insert_anywhere (self, agent, position, utf8, n_bytes, sequence, error);
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
  return insert_in_hand (self, agent, position, utf8, n_bytes, sequence)
         || insert_elsewhere (self, agent, position, utf8, n_bytes, sequence, error);
}

/* Returns: true */
static inline bool
tell_sequence (const CoquillTextCaret *caret, uint64_t *sequence)
{
  if (sequence != NULL)
    *sequence = coquill_text_caret_items (caret) - 1 - caret->others;
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
  return tell_sequence (caret, sequence);
}

/* Deletes anything, or says why not. */
static __attribute__ ((noinline)) bool
delete_anywhere (CoquillText *self,
                 uint32_t agent,
                 uint64_t position,
                 uint64_t count,
                 uint64_t *sequence,
                 CoquillTextError *error)
{
  CoquillGraph *graph = self->graph;
  uint64_t length;

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

/* Deletes ASCII in the leaf in hand, where all from the gap to there is ASCII. Returns: false, and nothing is
 * changed, if it isn't that simple */
static inline __attribute__ ((always_inline)) bool
delete_in_hand (CoquillText *self, uint32_t agent, uint64_t position, uint64_t count, uint64_t *sequence)
{
  CoquillTextCaret *caret = &self->caret;
  uint64_t at = caret->at, behind = caret->behind, length = at + behind, rest = length - caret->plain_rest;
  uint64_t items, end = position + count, gap;
  CoquillGraphOperation *last = caret->last;
  char *front = coquill_text_caret_front (caret), *back = coquill_text_caret_back (caret), *content;

  if (agent != caret->agent || position - caret->plain_start > rest - caret->plain_start
      || count - 1 >= rest - position || last >= caret->stop)
    return false;

  items = coquill_text_caret_items (caret);
  content = coquill_text_caret_content (caret);
  caret->last = coquill_graph_delete_behind (last, items, (uint32_t)(content - (char *)self->graph->content),
                                             position, count);
  caret->at = position;
  caret->behind = length - end;
  coquill_text_caret_expect_deletion (caret, items + count, content, (caret->last > last) & (count == 1),
                                      caret->last->backward);
  if (sequence != NULL)
    *sequence = items - caret->others;
  /* What is deleted isn't moved. */
  gap = at < end ? at : end;
  gap = gap > position ? gap : position;
  coquill_rope_leaf_move_near (front, back, (int64_t)(gap - at), at - caret->start, behind - caret->rest);
  return true;
}

static __attribute__ ((noinline)) bool
delete_elsewhere (CoquillText *self,
                  uint32_t agent,
                  uint64_t position,
                  uint64_t count,
                  uint64_t *sequence,
                  CoquillTextError *error)
{
  return (count > 0 && reach (self, agent, position, count)
          && delete_in_hand (self, agent, position, count, sequence))
         || delete_anywhere (self, agent, position, count, sequence, error);
}

static __attribute__ ((noinline)) bool delete (CoquillText *self,
                                               uint32_t agent,
                                               uint64_t position,
                                               uint64_t count,
                                               uint64_t *sequence,
                                               CoquillTextError *error)
{
  return delete_in_hand (self, agent, position, count, sequence)
         || delete_elsewhere (self, agent, position, count, sequence, error);
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
  uint64_t at = caret->at, behind = caret->behind;
  bool erases = (position + 1 == at) & (at > caret->erase_start);
  bool deletes = (position == at) & (behind > caret->erase_rest);
  uintptr_t where = erases ? caret->front + (uintptr_t)position : caret->back - (uintptr_t)behind;

  /* Asked at once: each by itself is hard to guess. */
  if (((count == 1) & (agent == caret->agent) & (erases | deletes)) == 0 || (int8_t)*(char *)where <= 0)
    return delete (self, agent, position, count, sequence, error);
  if (erases)
    {
      caret->at = position;
      caret->erase_rest = UINT64_MAX;
      caret->last->backward = true;
    }
  else
    {
      caret->behind = behind - 1;
      caret->erase_start = UINT64_MAX;
    }
  return tell_sequence (caret, sequence);
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
  if (count == 1 && bytes == 1 && caret->agent != COQUILL_NO_AGENT && position == caret->at
      && caret->behind == caret->rest)
    self->rope->hand.leaf->text[COQUILL_ROPE_LEAF_BYTES] = *buffer;
  return bytes;
}

size_t
coquill_text_read (CoquillText *self, uint64_t position, uint64_t count, char *buffer)
{
  const CoquillTextCaret *caret = &self->caret;
  int8_t character = 0;

  if (count == 1)
    {
      if (position + 1 == caret->at && caret->at > caret->start)
        character = (int8_t)*(char *)(caret->front + (uintptr_t)position);
      else if (position == caret->at)
        character = (int8_t)*coquill_text_caret_back (caret);
    }
  if (character <= 0)
    return read_elsewhere (self, position, count, buffer);
  *buffer = (char)character;
  return 1;
}
