/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph.h: the event graph: all items of a document, with their parents, in the order in which they came
 * here. */

#pragma once

#include <string.h>

#include "text/graph-types.h"

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
 * coquill_graph_reserve_agents:
 *
 * Makes room for just so many more agents.
 */
void
coquill_graph_reserve_agents (CoquillGraph *self, size_t n_agents);

/**
 * coquill_graph_previous:
 *
 * Returns: what the agent's first item says of the agent before it; valid until an agent is added
 */
const CoquillAgentPrevious *
coquill_graph_previous (const CoquillGraph *self, uint32_t agent);

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
 * Makes room for an import at once, exactly if it is big. It is no limit; without it the graph grows as it
 * goes.
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
 * coquill_graph_has_room:
 *
 * Returns: whether so much more stays within the limits of graph-types.h. To be asked before appending
 */
static inline bool
coquill_graph_has_room (const CoquillGraph *self, uint64_t n_items, uint64_t n_parents, uint64_t n_bytes)
{
  return n_items <= COQUILL_GRAPH_MAX_ITEMS - self->end
         && n_parents <= COQUILL_GRAPH_MAX_PARENTS - self->n_parents
         && n_bytes <= COQUILL_GRAPH_MAX_CONTENT - self->content_length;
}

/**
 * coquill_graph_append:
 * @piece: what the items are; @first, @id and @content_offset are set here
 * @agent: the author; the first sequence is its length
 * @parents: local versions, ascending, none an ancestor of another
 * @content: (nullable): @piece->content_length bytes, copied
 *
 * Appends items, joined with the run and the operation before if they go on from there. O(1) amortised, and
 * O(parents · log parents).
 */
void
coquill_graph_append (CoquillGraph *self,
                      CoquillGraphPiece *piece,
                      uint32_t agent,
                      const uint64_t *parents,
                      size_t n_parents,
                      const uint8_t *content);

/**
 * coquill_graph_append_lagging:
 * @lowest_unknown: of @parents, as coquill_graph_lowest_unknown() gives it; the end if they are the whole
 * frontier
 *
 * As coquill_graph_append(), for who knows that already.
 */
void
coquill_graph_append_lagging (CoquillGraph *self,
                              CoquillGraphPiece *piece,
                              uint32_t agent,
                              const uint64_t *parents,
                              size_t n_parents,
                              uint64_t lowest_unknown,
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
 * coquill_graph_arrange:
 * @mark: where the graph ended before
 *
 * Numbers the items that came since @mark anew, so that a walker has to keep few of them for what is
 * concurrent with them. O(runs and operations since)
 */
void
coquill_graph_arrange (CoquillGraph *self, const CoquillGraphMark *mark);

/**
 * coquill_graph_find_run:
 * @version: from base to before end
 *
 * Returns: index of the run that holds a local version. O(log runs above it)
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
  return coquill_id (self->runs[run].agent, self->runs[run].sequence);
}

static inline uint64_t
coquill_graph_run_first (const CoquillGraph *self, size_t run)
{
  return self->runs[run].first;
}

/**
 * coquill_graph_item_lag:
 * @run: which holds @version
 *
 * Returns: a local version, at or above the base, below which all are ancestors of an item or itself; the
 * item itself doesn't count as higher than that. See coquill_graph_lowest_unknown()
 */
static inline uint64_t
coquill_graph_item_lag (const CoquillGraph *self, size_t run, uint64_t version)
{
  const CoquillGraphRun *row = &self->runs[run];

  return row->lowest_unknown < row->first ? row->lowest_unknown : version + 1;
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
 * coquill_graph_content_skip:
 * @offset: where content of an operation starts
 * @n_bytes: of it
 * @code_points: no more than it has
 *
 * Returns: how many bytes so many code points take from there on. O(log bytes); of all content before, each
 * byte is counted once
 */
size_t
coquill_graph_content_skip (const CoquillGraph *self, size_t offset, size_t n_bytes, uint64_t code_points);

/**
 * coquill_graph_piece:
 * @operation: index of an operation
 * @from: local version inside it
 * @to: behind the last one; what is beyond the operation's end is left out
 * @piece: (out):
 *
 * Cuts a part out of an operation. O(log runs), and O(bytes of the part) where not all is ASCII.
 */
void
coquill_graph_piece (
    const CoquillGraph *self, size_t operation, uint64_t from, uint64_t to, CoquillGraphPiece *piece);

/**
 * CoquillGraphCursor:
 * @version: local version of what comes next
 * @run: of the piece that was told last
 *
 * Goes through the items, forwards and without searching.
 */
typedef struct
{
  const CoquillGraph *graph;
  uint64_t version;
  size_t run;

  /*< private >*/
  size_t
      operation; /* which holds the version; the last one if that is the graph's end, which it may become */
  uint64_t run_end;   /* of the run; it may be higher by now */
  CoquillId first_id; /* of the run, less its first version */
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
 * coquill_graph_cursor_enter_run:
 * @run: which holds what comes next
 *
 * For who knows it: coquill_graph_cursor_step() then needn't find out.
 */
static inline void
coquill_graph_cursor_enter_run (CoquillGraphCursor *self, size_t run)
{
  const CoquillGraphRun *row = &self->graph->runs[run];

  self->run = run;
  self->run_end = coquill_graph_run_end (self->graph, run);
  self->first_id = coquill_id (row->agent, row->sequence) - row->first;
}

/**
 * coquill_graph_cursor_find_run:
 * @version: from the run's start on, if not behind the end of the one after it
 *
 * Looks again where the run ends: it is the next one's turn, or the graph has grown.
 */
static inline void
coquill_graph_cursor_find_run (CoquillGraphCursor *self, uint64_t version)
{
  const CoquillGraph *graph = self->graph;
  bool is_over = self->run + 1 < graph->n_runs && graph->runs[self->run + 1].first <= version;

  coquill_graph_cursor_enter_run (self, self->run + is_over);
}

/**
 * coquill_graph_cursor_step:
 *
 * coquill_graph_cursor_next(), for who goes far: a whole insertion or deletion is told by its row alone.
 */
static inline bool
coquill_graph_cursor_step (CoquillGraphCursor *self, uint64_t to, CoquillGraphPiece *piece)
{
  const CoquillGraph *graph = self->graph;
  const CoquillGraphOperation *operation = &graph->operations[self->operation];

  if (self->operation + 1 >= graph->n_operations || operation->first != self->version
      || operation[1].first > to || operation->kind > COQUILL_OPERATION_DELETE
      || self->version >= self->run_end)
    {
      CoquillGraphPiece cut; /* so that @piece needn't lie in memory */
      bool any = coquill_graph_cursor_next (self, to, &cut);

      *piece = cut;
      return any;
    }

  piece->first = operation->first;
  piece->id = self->first_id + operation->first;
  piece->length = operation[1].first - operation->first;
  piece->place = operation->place;
  piece->content_offset = operation->content_offset;
  piece->content_length = operation[1].content_offset - operation->content_offset;
  piece->kind = (CoquillOperationKind)operation->kind;
  piece->backward = operation->backward;
  self->operation++;
  self->version = operation[1].first;
  return true;
}

/**
 * coquill_graph_cursor_go_back:
 * @version: from the start to the end of the piece told last
 *
 * What of that piece comes from there on is told again.
 */
static inline void
coquill_graph_cursor_go_back (CoquillGraphCursor *self, uint64_t version)
{
  if (version == self->version)
    return;
  self->version = version;
  if (self->graph->operations[self->operation].first > version)
    self->operation--;
}

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
 * Returns: the local version of an item that the graph has; base - 1 for one below the base. O(log runs of
 * the agent), O(1) for what is recent
 */
uint64_t
coquill_graph_version_of (const CoquillGraph *self, CoquillId id, uint64_t *stretch_end);

/**
 * coquill_graph_run_of:
 *
 * Returns: the run that holds an item that the graph has and that isn't below the base. The same cost
 */
size_t
coquill_graph_run_of (const CoquillGraph *self, CoquillId id);

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
 * Returns: (transfer none): the parents of an item, ascending, until the next call
 */
const uint64_t *
coquill_graph_parents (const CoquillGraph *self, uint64_t version, uint64_t *single, size_t *n_parents);

/**
 * coquill_graph_parents_in:
 * @run: that of the item
 *
 * coquill_graph_parents(), without a search.
 */
const uint64_t *
coquill_graph_parents_in (
    const CoquillGraph *self, size_t run, uint64_t version, uint64_t *single, size_t *n_parents);

/**
 * coquill_graph_is_ancestor:
 * @heads: a version, as the local versions of its heads
 *
 * Returns: whether a local version is one of the heads or an ancestor of one. O(heads) where the clock or the
 * heads' lowest unknown versions tell, else O(runs above it)
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
 * Returns: whether the local versions are distinct and none is an ancestor of another. O(heads · log n) where
 * the clock or the frontier tells, else O(runs above the lowest)
 */
bool
coquill_graph_are_heads (const CoquillGraph *self, const uint64_t *heads, size_t n_heads);

/**
 * coquill_graph_lowest_unknown:
 * @heads: a version, as the local versions of its heads, ascending, none an ancestor of another
 *
 * Returns: the lowest local version, at or above the base, that is neither one of the heads nor an ancestor
 * of one; the end if there is none. If that would take long (many heads, branches that parted long ago), a
 * lower one: in any case all below it are known, and it is the end only if all are. O(heads · log n)
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
