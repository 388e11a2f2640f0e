/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-types.h: the columns of the event graph. */

#pragma once

#include "text/id.h"

/*
 * Items are numbered by local version. Two run-length codings lie over them, both in append-only arrays
 * sorted by local version: runs, in which each item is the only parent of the next and all are one agent's;
 * and operations, in which all items are of one kind and at one place after the other. Every operation lies
 * inside one run. A run or operation ends where the next one starts.
 *
 * A graph may start with a base: local versions below `base` are those of a snapshot whose history isn't
 * here. All items above descend from the whole base, which as a parent is the local version base - 1.
 *
 * The columns are narrow, since a long history has a hundred thousand rows: 24 bytes a run and 4 for its
 * agent's list, 4 a parent, 16 an operation. Outside of them local versions have 64 bits.
 */

/**
 * COQUILL_GRAPH_MAX_ITEMS:
 *
 * Items of one document, so that a local version fits 32 bits: ten key presses a second, for thirteen years
 * without a break.
 */
#define COQUILL_GRAPH_MAX_ITEMS (UINT64_C (0xFFFFFFFE))

/**
 * COQUILL_GRAPH_MAX_CONTENT:
 *
 * Bytes of content, so that an offset fits 32 bits; and parents, so that an index does.
 */
#define COQUILL_GRAPH_MAX_CONTENT (UINT64_C (0xFFFFFFFF))
#define COQUILL_GRAPH_MAX_PARENTS (UINT64_C (0xFFFFFFFF))

/**
 * CoquillGraphRun:
 * @first: local version
 * @agent: the author
 * @sequence: of the first item; the others follow on
 * @depth: longest path from the start of the history to the first item, which counts as 1
 * @first_parent: index into the graph's parents; they end where the next run's start
 * @lowest_unknown: all local versions below are ancestors of the first item; @first if the parents are all
 * that there was, otherwise less
 */
typedef struct
{
  uint32_t first;
  uint32_t agent;
  uint32_t sequence;
  uint32_t depth;
  uint32_t first_parent;
  uint32_t lowest_unknown;
} CoquillGraphRun;

/**
 * CoquillGraphOperation:
 * @first: local version
 * @place: insert and delete: the position; restore: the local version of the deletion that the first item
 * names
 * @content_offset: into the graph's content; it ends where the next operation's starts
 * @kind: a CoquillOperationKind
 * @backward: deletes towards the start
 */
typedef struct
{
  uint32_t first;
  uint32_t place;
  uint32_t content_offset;
  uint8_t kind;
  bool backward;
} CoquillGraphOperation;

/**
 * CoquillGraphAgent:
 * @id: who
 * @length: items in all
 * @base_length: items below the base
 * @runs: numbers of its runs, ascending
 * @previous: where in the graph's list it says of its first item which agent was before, counted from 1; 0
 * for nowhere: it is a device's first
 * @track: the clock's, counted from 1; 0 for none
 *
 * 80 bytes, of which a document opened without history has one for every run of a program that ever wrote in
 * it.
 */
typedef struct
{
  CoquillAgent id;
  uint32_t length;
  uint32_t base_length;
  uint32_t *runs;
  uint32_t n_runs;
  uint32_t runs_capacity;
  uint32_t previous;
  uint8_t track;
} CoquillGraphAgent;

/**
 * CoquillGraphPiece:
 * @first: local version of the first item
 * @id: its id
 * @length: items
 * @place: insert and delete: the position; restore: the id of the deletion that the first item names
 * @content_offset: insert and record: into the graph's content
 * @content_length: bytes
 * @kind: what the items are
 * @backward: deletes towards the start
 *
 * A part of an operation.
 */
typedef struct
{
  uint64_t first;
  CoquillId id;
  uint64_t length;
  uint64_t place;
  size_t content_offset;
  size_t content_length;
  CoquillOperationKind kind;
  bool backward;
} CoquillGraphPiece;

/**
 * CoquillGraphMark:
 *
 * Where a graph ended, to go back to: see coquill_graph_mark().
 */
typedef struct
{
  uint64_t end;
  uint32_t n_agents;
  size_t content_length;
  CoquillGraphOperation last_operation;
  uint64_t few[4];    /* the frontier, if it is narrow */
  uint64_t *frontier; /* (nullable): the frontier otherwise */
  size_t n_frontier;
} CoquillGraphMark;

typedef struct CoquillGraphScratch CoquillGraphScratch;
typedef struct CoquillClock CoquillClock;

/**
 * CoquillGraph:
 * @base: local versions below are a snapshot's without history; 0 for none
 * @base_depth: the depth of the deepest of them
 * @end: the next local version
 * @frontier: local versions that are nobody's parents, ascending
 *
 * Read the fields freely, change them with the functions only.
 */
typedef struct
{
  uint64_t base;
  uint64_t base_depth;
  uint64_t end;

  CoquillGraphAgent *agents;
  uint32_t n_agents;

  CoquillGraphRun *runs;
  size_t n_runs;
  CoquillGraphOperation *operations;
  size_t n_operations;
  uint32_t *parents;
  size_t n_parents;
  uint8_t *content;
  size_t content_length;
  uint64_t *frontier;
  size_t n_frontier;

  /*< private >*/
  CoquillAgentPrevious *previous; /* of those agents that have one, in their order */
  size_t n_previous;
  size_t previous_capacity;
  uint32_t *agent_slots; /* hash table of agents' numbers, counted from 1 */
  size_t n_agent_slots;  /* a power of two, or 0 */
  uint64_t agent_secret;
  size_t agents_capacity;
  size_t runs_capacity;
  size_t operations_capacity;
  size_t parents_capacity;
  size_t content_capacity;
  size_t frontier_capacity;
  size_t n_holes;               /* entries of the frontier that are none any more: see graph-frontier.h */
  CoquillGraphScratch *scratch; /* of functions that only read */
  CoquillClock *clock;          /* (nullable): see clock.h */
} CoquillGraph;

/**
 * CoquillVersionRange:
 *
 * Local versions from @first to before @end.
 */
typedef struct
{
  uint64_t first;
  uint64_t end;
} CoquillVersionRange;

/**
 * CoquillGraphDifference:
 * @retreat: versions only in the one, descending
 * @advance: versions only in the other, descending too
 *
 * Each range lies inside one run. Start with zeros, reuse it, and free the arrays with
 * coquill_graph_difference_clear().
 */
typedef struct
{
  CoquillVersionRange *retreat;
  size_t n_retreat;
  size_t retreat_capacity;
  CoquillVersionRange *advance;
  size_t n_advance;
  size_t advance_capacity;
} CoquillGraphDifference;
