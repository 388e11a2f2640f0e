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

/* Bytes that are looked at in words. */
#define SHORT_ASCII 64

#define TOP_BITS UINT64_C (0x8080808080808080)
#define LOW_BITS UINT64_C (0x0101010101010101)

static inline uint64_t
load8 (const char *bytes)
{
  uint64_t word;

  memcpy (&word, bytes, sizeof word);
  return word;
}

/* One to seven bytes in a word, most of them twice. */
static inline uint64_t
load_few (const char *bytes, size_t n_bytes)
{
  uint32_t low, high;

  if (n_bytes < sizeof low)
    return (uint8_t)bytes[0] | (uint64_t)(uint8_t)bytes[n_bytes / 2] << 8
           | (uint64_t)(uint8_t)bytes[n_bytes - 1] << 16 | LOW_BITS << 24;
  memcpy (&low, bytes, sizeof low);
  memcpy (&high, bytes + n_bytes - sizeof high, sizeof high);
  return low | (uint64_t)high << 32;
}

/* coquill_utf8_check(), where most of what comes is short and ASCII. */
static inline bool
check_typed (const char *utf8, size_t n_bytes, uint64_t *length)
{
  *length = n_bytes;
  if (n_bytes - 1 < SHORT_ASCII)
    {
      uint64_t last = n_bytes < 8 ? load_few (utf8, n_bytes) : load8 (utf8 + n_bytes - 8);
      uint64_t bits = last | (last - LOW_BITS);

      for (size_t i = 0; i + 8 < n_bytes; i += 8)
        bits |= load8 (utf8 + i) | (load8 (utf8 + i) - LOW_BITS);
      /* No byte is above 0x7f, and none borrows when 1 is taken away, as 0 does. */
      if ((bits & TOP_BITS) == 0)
        return true;
    }
  return coquill_utf8_check (utf8, n_bytes, length);
}

/* Where the next character goes, if it goes on from the last operation, which is an insertion by the agent of
 * the last item and was put at the rope's gap. */
static inline void
expect_insertion (CoquillText *self, uint32_t agent, uint64_t position)
{
  CoquillTextCaret *caret = &self->caret;
  size_t room = coquill_rope_leaf_room (self->rope->hand.leaf);
  size_t content_room = self->graph->content_capacity - self->graph->content_length;

  caret->agent = agent;
  caret->insert_at = position;
  caret->insert_end = position + (room < content_room ? room : content_room);
  caret->n_erasable = 0;
}

/* The same for a deletion after the one at a position. */
static inline void
expect_deletion (CoquillText *self, uint32_t agent, uint64_t position)
{
  CoquillTextCaret *caret = &self->caret;
  const CoquillGraphOperation *last = &self->graph->operations[self->graph->n_operations - 1];
  const CoquillRopeLeaf *leaf = self->rope->hand.leaf;
  bool is_beside = position - self->rope->hand.start == leaf->front_points;
  bool is_single = self->graph->end - last->first == 1;

  caret->agent = agent;
  caret->insert_end = 0;
  caret->erase_at = position - last->backward;
  caret->is_backward = last->backward;
  /* After a single deletion the next may be in either direction. */
  caret->n_erasable
      = (last->backward ? leaf->front_points : leaf->back_points) & -(uint32_t)(is_beside & !is_single);
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
  bool extended;
  uint64_t length;

  if (!check_typed (utf8, n_bytes, &length) || length == 0)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED,
                                   "What is inserted is not text in UTF-8");
  if (position > coquill_rope_hand_length (self->rope))
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                   "An insertion is behind the end of the text");

  /* Whose last item is the last of all may make more. */
  extended = n_bytes <= SHORT_INSERTION
             && coquill_graph_extend_insert (graph, agent, position, utf8, n_bytes, length);
  if (extended)
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
  else if (length != n_bytes || !coquill_rope_hand_insert (self->rope, position, utf8, n_bytes))
    coquill_rope_insert_counted (self->rope, position, utf8, n_bytes, length);
  if (extended)
    expect_insertion (self, agent, position + length);
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
  CoquillGraph *graph = self->graph;
  uint64_t next;
  char character;

  if (position != caret->insert_at || position >= caret->insert_end || agent != caret->agent || n_bytes != 1
      || (uint8_t)((character = *utf8) - 1) >= 0x7f)
    return insert (self, agent, position, utf8, n_bytes, sequence, error);
  caret->insert_at = position + 1;
  coquill_rope_hand_type (self->rope, character);
  next = coquill_graph_type (graph, agent, character);
  if (sequence != NULL)
    *sequence = next;
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
  uint64_t length = coquill_rope_hand_length (self->rope);
  bool extended;

  if (count == 0 || position > length || count > length - position)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE, "A deletion is not inside the text");

  extended = coquill_graph_extend_delete (graph, agent, position, count);
  if (extended)
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
  if (!coquill_rope_hand_delete (self->rope, position, count))
    coquill_rope_delete (self->rope, position, count);
  if (extended)
    expect_deletion (self, agent, position);
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
  uint64_t next;

  if (position != caret->erase_at || caret->n_erasable == 0 || agent != caret->agent || count != 1
      || !coquill_rope_hand_erase (self->rope, caret->is_backward))
    return delete (self, agent, position, count, sequence, error);
  caret->erase_at = position - caret->is_backward;
  caret->n_erasable--;
  next = coquill_graph_lengthen (self->graph, agent, 1);
  if (sequence != NULL)
    *sequence = next;
  return true;
}

uint64_t
coquill_text_length (const CoquillText *self)
{
  return coquill_rope_hand_length (self->rope);
}

size_t
coquill_text_read (CoquillText *self, uint64_t position, uint64_t count, char *buffer)
{
  int8_t character = count == 1 ? coquill_rope_hand_peek (self->rope, position) : 0;

  if (character <= 0)
    return coquill_rope_read (self->rope, position, count, buffer);
  *buffer = (char)character;
  return 1;
}
