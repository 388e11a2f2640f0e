/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph.h: the event graph: all items of a document, with their parents, in the order in which they came
 * here. */

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
 */

/**
 * CoquillGraphRun:
 * @first: local version
 * @id: of the first item; the others follow on
 * @depth: longest path from the start of the history to the first item, which counts as 1
 * @first_parent: index into the graph's parents
 * @n_parents: of the first item
 */
typedef struct
{
  uint64_t first;
  CoquillId id;
  uint64_t depth;
  size_t first_parent;
  size_t n_parents;
} CoquillGraphRun;

/**
 * CoquillGraphOperation:
 * @first: local version
 * @place: insert and delete: the position; restore: the id of the deletion that the first item names
 * @content_offset: insert and record: into the graph's content
 * @content_length: bytes
 * @kind: what the items are
 * @backward: deletes towards the start
 */
typedef struct
{
  uint64_t first;
  uint64_t place;
  size_t content_offset;
  size_t content_length;
  CoquillOperationKind kind;
  bool backward;
} CoquillGraphOperation;

/**
 * CoquillGraphStretch:
 * @sequence: of the first item
 * @first: local version of the first item
 *
 * Items of one agent with consecutive local versions; it ends where the agent's next one starts.
 */
typedef struct
{
  uint64_t sequence;
  uint64_t first;
} CoquillGraphStretch;

/**
 * CoquillGraphAgent:
 * @base_length: items below the base
 * @length: items in all
 */
typedef struct
{
  CoquillAgent id;
  CoquillAgentPrevious previous;
  uint64_t base_length;
  uint64_t length;
  CoquillGraphStretch *stretches;
  size_t n_stretches;
  size_t stretches_capacity;
} CoquillGraphAgent;

/**
 * CoquillGraphPiece:
 * @first: local version of the first item
 * @id: its id
 * @length: items
 * @place: as in CoquillGraphOperation, of the first item
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
  uint64_t *frontier;
  size_t n_frontier;
} CoquillGraphMark;

typedef struct CoquillVersionQueue CoquillVersionQueue;

/**
 * CoquillGraph:
 * @base: local versions below are a snapshot's without history; 0 for none
 * @base_depth: the depth of the deepest of them
 * @end: the next local version
 * @frontier: local versions that are nobody's parents, ascending
 *
 * Read the fields freely, change them with the functions only. The arrays of runs, operations and parents are
 * about to become narrower: read them with the functions below.
 */
typedef struct
{
  uint64_t base;
  uint64_t base_depth;
  uint64_t end;

  CoquillGraphAgent *agents;
  uint32_t n_agents;
  uint32_t *agent_order; /* local indices in the order of the agents' ids */

  CoquillGraphRun *runs;
  size_t n_runs;
  CoquillGraphOperation *operations;
  size_t n_operations;
  uint64_t *parents;
  size_t n_parents;
  uint8_t *content;
  size_t content_length;
  uint64_t *frontier;
  size_t n_frontier;

  /*< private >*/
  size_t agents_capacity;
  size_t agent_order_capacity;
  size_t runs_capacity;
  size_t operations_capacity;
  size_t parents_capacity;
  size_t content_capacity;
  size_t frontier_capacity;
  CoquillVersionQueue *queue; /* scratch of the functions in graph-order.c */
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
 * Start with zeros, reuse it, and free the arrays with coquill_graph_difference_clear().
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

CoquillGraph *
coquill_graph_new (void);
void
coquill_graph_free (CoquillGraph *self);

/**
 * coquill_graph_add_agent:
 *
 * Returns: the new agent's index, or that of the agent if it is known; UINT32_MAX if there are too many
 */
uint32_t
coquill_graph_add_agent (CoquillGraph *self, const CoquillAgent *id, const CoquillAgentPrevious *previous);

/**
 * coquill_graph_find_agent:
 *
 * Returns: its index or UINT32_MAX
 */
uint32_t
coquill_graph_find_agent (const CoquillGraph *self, const CoquillAgent *id);

/**
 * coquill_graph_reserve:
 * @n_runs: that will be appended
 * @n_operations: that will be appended
 * @n_parents: of these runs
 * @content_length: bytes of these operations
 *
 * Makes room for a big import at once, exactly. It is no limit; without it the graph grows as it goes.
 */
void
coquill_graph_reserve (
    CoquillGraph *self, size_t n_runs, size_t n_operations, size_t n_parents, size_t content_length);

/**
 * coquill_graph_set_base:
 *
 * Makes an empty graph start at a snapshot. The agents' base lengths, which have been set by the caller, sum
 * up to @base.
 */
void
coquill_graph_set_base (CoquillGraph *self, uint64_t base, uint64_t depth);

/**
 * coquill_graph_append:
 * @piece: what the items are; @first, @id and @content_offset are set here
 * @agent: the author; the first sequence is its length
 * @parents: local versions, ascending, none an ancestor of another
 * @content: (nullable): @piece->content_length bytes, copied
 *
 * Appends items, joined with the run and the operation before if they go on from there. O(1) amortised, and
 * O(parents).
 */
void
coquill_graph_append (CoquillGraph *self,
                      CoquillGraphPiece *piece,
                      uint32_t agent,
                      const uint64_t *parents,
                      size_t n_parents,
                      const uint8_t *content);

/**
 * coquill_graph_mark:
 * @mark: (out): to be freed with free() of its @frontier
 */
void
coquill_graph_mark (const CoquillGraph *self, CoquillGraphMark *mark);

/**
 * coquill_graph_go_back:
 *
 * Takes away all items and agents added since @mark. O(what goes away).
 */
void
coquill_graph_go_back (CoquillGraph *self, const CoquillGraphMark *mark);

/**
 * coquill_graph_find_run:
 * @version: from base to before end
 *
 * Returns: index of the run that holds a local version. O(log runs)
 */
size_t
coquill_graph_find_run (const CoquillGraph *self, uint64_t version);

/**
 * coquill_graph_find_operation:
 *
 * The same for operations.
 */
size_t
coquill_graph_find_operation (const CoquillGraph *self, uint64_t version);

/**
 * coquill_graph_run_id:
 *
 * Returns: the id of a run's first item; the others follow on
 */
static inline CoquillId
coquill_graph_run_id (const CoquillGraph *self, size_t run)
{
  return self->runs[run].id;
}

static inline uint64_t
coquill_graph_run_first (const CoquillGraph *self, size_t run)
{
  return self->runs[run].first;
}

static inline uint64_t
coquill_graph_operation_first (const CoquillGraph *self, size_t operation)
{
  return self->operations[operation].first;
}

static inline CoquillOperationKind
coquill_graph_operation_kind (const CoquillGraph *self, size_t operation)
{
  return self->operations[operation].kind;
}

static inline uint64_t
coquill_graph_run_end (const CoquillGraph *self, size_t run)
{
  return run + 1 < self->n_runs ? self->runs[run + 1].first : self->end;
}

static inline uint64_t
coquill_graph_operation_end (const CoquillGraph *self, size_t operation)
{
  return operation + 1 < self->n_operations ? self->operations[operation + 1].first : self->end;
}

/**
 * coquill_graph_piece:
 * @operation: index of an operation
 * @from: local version inside it
 * @to: behind the last one; what is beyond the operation's end is left out
 * @piece: (out):
 *
 * Cuts a part out of an operation. O(bytes of it), and O(log runs) for the id.
 */
void
coquill_graph_piece (
    const CoquillGraph *self, size_t operation, uint64_t from, uint64_t to, CoquillGraphPiece *piece);

/**
 * CoquillGraphCursor:
 * @version: local version of what comes next
 * @operation: which holds it, or the one behind the last
 * @run: of the piece that was told last
 *
 * Goes through the items, forwards and without searching.
 */
typedef struct
{
  const CoquillGraph *graph;
  uint64_t version;
  size_t operation;
  size_t run;
} CoquillGraphCursor;

/**
 * coquill_graph_cursor_init:
 * @version: from base to end
 *
 * O(log n), and O(1) near the end of the graph.
 */
void
coquill_graph_cursor_init (CoquillGraphCursor *self, const CoquillGraph *graph, uint64_t version);

/**
 * coquill_graph_cursor_next:
 * @to: behind the last item to tell; UINT64_MAX for all
 * @piece: (out): the items that come next, as many as are of one operation
 *
 * O(1), plus the bytes where an operation is cut. Appending to the graph doesn't disturb the cursor.
 *
 * Returns: false if all before @to were told
 */
bool
coquill_graph_cursor_next (CoquillGraphCursor *self, uint64_t to, CoquillGraphPiece *piece);

/**
 * coquill_graph_cursor_starts_run:
 *
 * Returns: whether the piece told last starts a run; otherwise its only parent is the version before it
 */
static inline bool
coquill_graph_cursor_starts_run (const CoquillGraphCursor *self, const CoquillGraphPiece *piece)
{
  return coquill_graph_run_first (self->graph, self->run) == piece->first;
}

/**
 * coquill_graph_id_of:
 *
 * Returns: the id of a local version, from base to before end. O(log runs)
 */
CoquillId
coquill_graph_id_of (const CoquillGraph *self, uint64_t version);

/**
 * coquill_graph_has:
 *
 * Returns: whether an item is here or below the base
 */
bool
coquill_graph_has (const CoquillGraph *self, CoquillId id);

/**
 * coquill_graph_version_of:
 * @stretch_end: (out) (optional): behind the local versions up to which sequences rise in step
 *
 * Returns: the local version of an item that the graph has; base - 1 for one below the base. O(log stretches)
 */
uint64_t
coquill_graph_version_of (const CoquillGraph *self, CoquillId id, uint64_t *stretch_end);

/**
 * coquill_graph_depth:
 *
 * Returns: the depth of a local version at or above base - 1
 */
uint64_t
coquill_graph_depth (const CoquillGraph *self, uint64_t version);

/**
 * coquill_graph_parents:
 * @version: at or above base
 * @single: room for one
 * @n_parents: (out):
 *
 * Returns: (transfer none): the parents of an item, ascending
 */
const uint64_t *
coquill_graph_parents (const CoquillGraph *self, uint64_t version, uint64_t *single, size_t *n_parents);

/**
 * coquill_graph_is_ancestor:
 * @heads: a version, as the local versions of its heads
 *
 * Returns: whether a local version is one of the heads or an ancestor of one. O(runs above it)
 */
bool
coquill_graph_is_ancestor (const CoquillGraph *self,
                           uint64_t ancestor,
                           const uint64_t *heads,
                           size_t n_heads);

/**
 * coquill_graph_are_heads:
 * @heads: ascending
 *
 * Returns: whether the local versions are distinct and none is an ancestor of another. O(runs above the
 * lowest)
 */
bool
coquill_graph_are_heads (const CoquillGraph *self, const uint64_t *heads, size_t n_heads);

/**
 * coquill_graph_lowest_unknown:
 * @heads: a version, as the local versions of its heads
 *
 * Returns: the lowest local version, at or above the base, that is neither one of the heads nor an ancestor
 * of one; the end if there is none. O(1) for one head and where the clock can tell, else O(runs above)
 */
uint64_t
coquill_graph_lowest_unknown (const CoquillGraph *self, const uint64_t *heads, size_t n_heads);

/**
 * coquill_graph_difference:
 * @difference: (inout): emptied and filled
 *
 * Tells what lies between two versions. O(runs above their greatest common version · log heads).
 * Source: the priority queue over local versions of diamond-types (Gentle and Kleppmann, EuroSys 2025).
 */
void
coquill_graph_difference (const CoquillGraph *self,
                          const uint64_t *from,
                          size_t n_from,
                          const uint64_t *to,
                          size_t n_to,
                          CoquillGraphDifference *difference);

void
coquill_graph_difference_clear (CoquillGraphDifference *difference);
