/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* manuscripts.h: what each agent wrote, in the order of its items. */

#pragma once

#include "text/graph.h"

/* Of an agent who wrote characters that aren't ASCII it is known where each so-manieth item is. */
#define COQUILL_MANUSCRIPT_BLOCK 64

/* So many bytes are copied as fast as one: they can be read behind any text. */
#define COQUILL_MANUSCRIPT_STEP 64

/**
 * CoquillManuscript:
 * @text: the agent's items: each character that it inserted, and a byte for anything else that it did
 * @end: of what is written of it
 * @n_extra: bytes that it has more than items
 * @blocks: (nullable): of every COQUILL_MANUSCRIPT_BLOCK items, how many bytes more than items lie before
 * them; %NULL if each item is one byte
 * @extra: of each item, and of the end, how many bytes more than that lie before it
 */
typedef struct
{
  char *text;
  char *end;
  size_t n_extra;
  size_t *blocks;
  uint8_t *extra;
} CoquillManuscript;

/**
 * CoquillManuscripts:
 * @agents: by local index
 * @text: of all
 * @ascii: all of it is
 *
 * The graph has content in the order in which it came here: pieces of everybody's among each other. Who wants
 * the text of ids from anywhere in the history has to find the run, the operation and the content, all in
 * different places, for each piece anew. Here a character is where its sequence says, and the next one is
 * behind it. For going through a whole text, once: a byte for each item, and
 * twice as much and more of who writes more than ASCII.
 */
typedef struct
{
  CoquillManuscript *agents;
  uint32_t n_agents;
  char *text;
  bool ascii;
} CoquillManuscripts;

/**
 * coquill_manuscripts_init:
 * @graph: not empty, and without a base
 *
 * O(operations and bytes).
 */
void
coquill_manuscripts_init (CoquillManuscripts *self, const CoquillGraph *graph);

void
coquill_manuscripts_clear (CoquillManuscripts *self);

/**
 * coquill_manuscripts_find:
 * @id: of an item, or of what would follow on the last one
 * @ascii: that of @self
 *
 * Returns: (transfer none): its text. O(1)
 */
static inline const char *
coquill_manuscripts_find (const CoquillManuscripts *self, CoquillId id, bool ascii)
{
  const CoquillManuscript *agent = &self->agents[coquill_id_agent (id)];
  uint64_t sequence = coquill_id_sequence (id);

  if (ascii || agent->blocks == NULL)
    return agent->text + sequence;
  return agent->text + sequence + agent->blocks[sequence / COQUILL_MANUSCRIPT_BLOCK] + agent->extra[sequence];
}
