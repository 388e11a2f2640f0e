/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change.h: a batch of items, decoded: what the codec reads and writes and the document merges. */

#pragma once

#include <stddef.h>

#include "text/agent.h"
#include "text/buffer.h"
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
 * once. A text of more branches side by side can be read and merged, and not edited until somebody has joined
 * some.
 */
#define COQUILL_MAX_PARENTS 65536

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
 * @content: (nullable): insert and record: the UTF-8 or the payload, not terminated
 * @content_length: its bytes
 * @target: restore: item i names the deletion @target.sequence + i of @target.agent; otherwise 0
 * @parents: (nullable): of the first item, none of them an ancestor of another; none at all only for what was
 * written in an empty document. Each later item has the one before it as its only parent
 * @n_parents: their number, at most %COQUILL_MAX_PARENTS
 *
 * What @content and @parents point to is borrowed: in an operation that a reader gave, the content from the
 * change, and the parents from the reader until the next call. Functions that take content and parents as
 * arguments of their own ignore both pointers.
 */
typedef struct
{
  CoquillOperationKind kind;
  bool backward;
  uint32_t agent;
  uint32_t n_parents;
  uint64_t sequence;
  uint64_t length;
  uint64_t position;
  CoquillChangeId target;
  const uint8_t *content;
  size_t content_length;
  const CoquillChangeId *parents;
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

/* The columns that a change consists of, see codec.h. */
typedef enum
{
  COQUILL_COLUMN_HEADS,
  COQUILL_COLUMN_TEXT,
  COQUILL_COLUMN_POSITIONS,
  COQUILL_COLUMN_FAR_POSITIONS,
  COQUILL_COLUMN_LENGTHS,
  COQUILL_COLUMN_SEQUENCES,
  COQUILL_COLUMN_JOINS,
  COQUILL_COLUMN_AGENTS,
  COQUILL_COLUMN_PARENT_AGENTS,
  COQUILL_COLUMN_PARENT_ITEMS,
  COQUILL_COLUMN_TARGETS,
  COQUILL_COLUMN_PAYLOADS,
  COQUILL_COLUMN_PAYLOAD_BYTES,
  COQUILL_CHANGE_COLUMNS
} CoquillChangeColumn;

/**
 * CoquillChangeTrack:
 * @next: the item behind the agent's last operation
 * @caret: where its caret was left
 * @other: the other agent of its last join
 * @own: where its own item stood among the parents of its last join, see codec.h
 * @started: its item 0 is in the change
 *
 * What an agent did so far in a change, and so what is expected of its next operation.
 */
typedef struct
{
  uint64_t next;
  uint64_t caret;
  uint32_t other;
  uint8_t own;
  bool started;
} CoquillChangeTrack;

/**
 * CoquillChangePlace:
 * @sequence: of the last item of the operation before
 * @target: behind the restoration before
 * @agent: of the operation before
 * @any: there is one
 *
 * What is remembered of all operations so far, whoever's they are. All zeros at the start.
 */
typedef struct
{
  uint64_t sequence;
  uint64_t target;
  uint32_t agent;
  bool any;
} CoquillChangePlace;

/* What most changes have no more of than that needs no allocation. */
#define COQUILL_CHANGE_FEW_AGENTS 2
#define COQUILL_CHANGE_FEW_TRACKS 4
#define COQUILL_CHANGE_FEW_PARENTS 4
#define COQUILL_CHANGE_LITTLE_ROOM 16

/**
 * CoquillChange:
 * @agents: the agent table, to be filled with coquill_change_add_agent()
 * @n_operations: insertions, deletions…, each of one item or more
 * @n_runs: those of them that may have other parents than the operation before and its author: not less than
 * what the event graph has of them as runs
 * @n_parents: parents of all operations together
 * @content_length: bytes of all content
 *
 * Operations are added with coquill_change_add_operation() and read with a #CoquillChangeReader. In memory
 * they are what they are in the encoded change, columns of bytes (codec.h), not packed: a few bytes a run.
 * Never copied by value.
 */
typedef struct CoquillChange CoquillChange;
typedef struct CoquillChangeRows CoquillChangeRows;
struct CoquillChange
{
  CoquillChangeAgent *agents;
  size_t n_agents;
  size_t n_operations;
  size_t n_runs;
  size_t n_parents;
  size_t content_length;

  /*< private >*/
  CoquillBuffer columns[COQUILL_CHANGE_COLUMNS];
  CoquillChangeTrack *tracks; /* per agent, behind the last operation */
  CoquillChangePlace place;   /* behind the last operation */
  uint64_t n_items;
  size_t capacity; /* of agents and tracks */
  uint8_t *room;   /* where columns live that are not allocated themselves */
  size_t room_size;
  CoquillChangeRows *rows;    /* (nullable): of a decoded change, see change-rows.h */
  uint32_t widest;            /* most parents of one operation */
  bool ascii;                 /* the text is ASCII only: a code point is a byte */
  CoquillTextErrorCode fault; /* why an operation wasn't added; none was added after it */
  CoquillChangeAgent few_agents[COQUILL_CHANGE_FEW_AGENTS]; /* from here on not zeroed */
  CoquillChangeTrack few_tracks[COQUILL_CHANGE_FEW_AGENTS];
  uint8_t little_room[COQUILL_CHANGE_COLUMNS * COQUILL_CHANGE_LITTLE_ROOM];
};

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
 * @operation: a run; its own pointers are ignored
 * @parents: (nullable): @operation->n_parents ids
 * @content: (nullable): @operation->content_length bytes
 *
 * Appends a run with its parents and content. What no change can hold (an unknown agent, sequences that fall,
 * text that is none) is not added, and the whole change is refused by whom it is given to;
 * coquill_change_is_sound() tells. Whether it makes sense in a document only coquill_text_merge() knows. O(1)
 * and its bytes.
 */
void
coquill_change_add_operation (CoquillChange *self,
                              const CoquillOperation *operation,
                              const CoquillChangeId *parents,
                              const uint8_t *content);

/**
 * coquill_change_n_items:
 *
 * Returns: how many items all runs have together. O(1)
 */
uint64_t
coquill_change_n_items (const CoquillChange *self);

/**
 * coquill_change_is_sound:
 * @error: (out) (optional): `MALFORMED`, `TOO_LARGE` or `IMPOSSIBLE`
 *
 * Returns: false if an operation was added that no change can hold. A decoded change is always sound
 */
bool
coquill_change_is_sound (const CoquillChange *self, CoquillTextError *error);

/**
 * CoquillChangeReader:
 *
 * Goes over the operations of a change from front to end. Lives on the stack; any number of readers may read
 * one change at the same time, on any threads, while nothing is added to it.
 */
typedef struct
{
  /*< private >*/
  const CoquillChange *change;
  const uint8_t *next[COQUILL_CHANGE_COLUMNS];
  const uint8_t *end;  /* of the heads */
  const uint8_t *wide; /* the next byte of the text that isn't ASCII, or its end */
  CoquillChangeTrack *tracks;
  CoquillChangeId *parents;
  void *allocated;
  CoquillChangePlace place;
  CoquillChangeTrack few_tracks[COQUILL_CHANGE_FEW_TRACKS];
  CoquillChangeId few_parents[COQUILL_CHANGE_FEW_PARENTS];
} CoquillChangeReader;

/**
 * coquill_change_reader_init:
 * @change: must outlive the reader
 */
void
coquill_change_reader_init (CoquillChangeReader *self, const CoquillChange *change);

/**
 * coquill_change_reader_next:
 * @operation: (out): the next run
 *
 * Returns: false, with the reader cleared, when all were read
 */
bool
coquill_change_reader_next (CoquillChangeReader *self, CoquillOperation *operation);

/**
 * coquill_change_reader_clear:
 *
 * For who stops before coquill_change_reader_next() gave false: frees what a change with many agents or many
 * parents needs. May be called at any time, also twice.
 */
void
coquill_change_reader_clear (CoquillChangeReader *self);
