/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change.h: a batch of items, decoded: what the codec reads and writes and the document merges. */

#pragma once

#include <stddef.h>

#include "text/agent.h"
#include "text/error.h"

/*
 * An item is one event of the document's history: one code point inserted, one deletion of one code point,
 * one restoration of one deletion, or one record. Each agent numbers its items 0, 1, 2… over all four kinds.
 *
 * A change carries items in causal order, run-length coded: an operation stands for `length` items of one
 * agent, each the only parent of the next. Ids in a change name agents by their index in the change's own
 * table.
 */

/**
 * COQUILL_MAX_AGENTS:
 *
 * Agents of one document: 23 bits, because an id is packed in 63. Ten new ones a minute last for a year and a
 * half.
 */
#define COQUILL_MAX_AGENTS (UINT32_C (1) << 23)

/**
 * COQUILL_MAX_SEQUENCE:
 *
 * Items of one agent: 40 bits, because an id is packed in 63.
 */
#define COQUILL_MAX_SEQUENCE (UINT64_C (1) << 40)

/**
 * COQUILL_MAX_PARENTS:
 *
 * Parents of one item, that is branches that one item joins: far above what people do, low enough to check at
 * once.
 */
#define COQUILL_MAX_PARENTS 4096

/**
 * CoquillOperationKind:
 * @COQUILL_OPERATION_INSERT: code points
 * @COQUILL_OPERATION_DELETE: deletion of code points that are visible; a deletion is an item with an id of
 * its own
 * @COQUILL_OPERATION_RESTORE: cancels a deletion, named by its id. A character is visible while none of its
 * deletions stands uncancelled, so that taking back my deletion never takes back yours of the same character
 * @COQUILL_OPERATION_RECORD: opaque bytes, which don't touch the text
 */
typedef enum
{
  COQUILL_OPERATION_INSERT = 1,
  COQUILL_OPERATION_DELETE,
  COQUILL_OPERATION_RESTORE,
  COQUILL_OPERATION_RECORD,
} CoquillOperationKind;

/**
 * CoquillChangeId:
 * @agent: index in the change's agent table; in the functions of text.h, the text's local index of the agent
 * @sequence: number of the item
 */
typedef struct
{
  uint32_t agent;
  uint64_t sequence;
} CoquillChangeId;

/**
 * CoquillOperation:
 * @kind: what all items of the run are
 * @backward: delete only: item i deletes the code point at @position - i (a run of Backspace). Otherwise
 * every item deletes at @position
 * @agent: index of the author in the agent table
 * @sequence: of the first item
 * @length: items, at least 1; exactly 1 for a record
 * @position: insert (item i goes in at @position + i) and delete: code points, in the text as the item's
 * parents have it; otherwise 0
 * @content_offset: insert and record: where the UTF-8 or the payload starts in the change's content;
 * otherwise 0
 * @content_length: its bytes
 * @target: restore: item i names the deletion @target.sequence + i of @target.agent; otherwise 0
 * @first_parent: index into the change's parents
 * @n_parents: parents of the first item, none of them an ancestor of another; none at all only for what was
 * written in an empty document. Each later item has the one before it as its only parent
 */
typedef struct
{
  CoquillOperationKind kind;
  bool backward;
  uint32_t agent;
  uint64_t sequence;
  uint64_t length;
  uint64_t position;
  size_t content_offset;
  size_t content_length;
  CoquillChangeId target;
  uint32_t first_parent;
  uint32_t n_parents;
} CoquillOperation;

/**
 * CoquillChangeAgent:
 * @id: the agent
 * @starts: the change holds the agent's item 0, and so @previous is told
 * @previous: the device's agent before it
 */
typedef struct
{
  CoquillAgent id;
  bool starts;
  CoquillAgentPrevious previous;
} CoquillChangeAgent;

/**
 * CoquillChange:
 *
 * All arrays are owned by the change. Read them freely; fill them with the add functions.
 */
typedef struct
{
  CoquillChangeAgent *agents;
  size_t n_agents;
  CoquillOperation *operations;
  size_t n_operations;
  CoquillChangeId *parents;
  size_t n_parents;
  uint8_t *content;
  size_t content_length;

  /*< private >*/
  size_t agents_capacity;
  size_t operations_capacity;
  size_t parents_capacity;
  size_t content_capacity;
} CoquillChange;

/**
 * coquill_change_new:
 *
 * Returns: (transfer full): an empty change
 */
CoquillChange *
coquill_change_new (void);

/**
 * coquill_change_free:
 * @self: (nullable) (transfer full):
 */
void
coquill_change_free (CoquillChange *self);

/**
 * coquill_change_add_agent:
 * @previous: (nullable): given if the change will hold the agent's item 0
 *
 * Appends to the agent table. Does not look for a duplicate.
 *
 * Returns: the agent's index
 */
uint32_t
coquill_change_add_agent (CoquillChange *self, const CoquillAgent *id, const CoquillAgentPrevious *previous);

/**
 * coquill_change_add_operation:
 * @operation: offsets and @first_parent in it are ignored and set by this function
 * @parents: (nullable): @operation->n_parents ids
 * @content: (nullable): @operation->content_length bytes
 *
 * Appends a run with its parents and content. Checks nothing: coquill_text_merge() does.
 */
void
coquill_change_add_operation (CoquillChange *self,
                              const CoquillOperation *operation,
                              const CoquillChangeId *parents,
                              const uint8_t *content);

/**
 * coquill_change_n_items:
 *
 * Returns: how many items all runs have together. O(runs)
 */
uint64_t
coquill_change_n_items (const CoquillChange *self);
