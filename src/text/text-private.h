/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-private.h: what the files behind text.h share. */

#pragma once

#include "text/rope.h"
#include "text/text-caret.h"
#include "text/text-version.h"
#include "text/walker.h"

/*
 * The rope always has the text of all items, once the caret is settled. The walker may lag behind: what is
 * edited here goes straight to the rope and the graph, and the walker follows when somebody asks for ids or
 * when something comes from elsewhere.
 *
 * A walker starts from the snapshot's text if there is one, and otherwise from nothing. When something
 * reaches below the snapshot (a concurrent item, a restoration, an anchor at what was deleted) the snapshot's
 * text is given up, and the walker starts over from nothing, once.
 */
struct CoquillText
{
  CoquillTextCaret caret;
  CoquillGraph *graph;
  CoquillRope *rope;
  CoquillBase *base;     /* (nullable): the snapshot from which the walker starts */
  CoquillGraph *history; /* (nullable): the snapshot's history, while not all of it is here */
  CoquillWalker *walker;
  CoquillDeltaList deltas;
  CoquillChangeId *heads; /* what coquill_text_frontier() returns */
  size_t heads_capacity;
};

/* Tells the rope and the graph of the key presses that only the caret knows of. To be called before anything
 * looks at them. */
void
coquill_text_settle (const CoquillText *self);

/* Brings the walker up to all items. Cannot fail, since all of them have been checked. */
void
coquill_text_catch_up (CoquillText *self);

/* The walker has to know what is below the snapshot: gives up the base. Returns: false, and nothing is
 * changed, if there is no history, or one that makes another text than the snapshot had */
bool
coquill_text_go_to_root (CoquillText *self);

/* Whether a history that ends where the snapshot says has the snapshot's characters. */
bool
coquill_text_has_base (const CoquillText *self, const CoquillGraph *history);

/* Whether an item, which is here or below the snapshot, was in the text from which the walker started. */
bool
coquill_text_is_below_walker (const CoquillText *self, CoquillId id);

/* Puts the collected deltas into the rope, if they aren't in it, tells them, and empties the list. */
void
coquill_text_apply_deltas (CoquillText *self, bool to_rope, CoquillTextDeltaFunc func, void *data);

/* Whether an agent may make so many items more, with so much content. */
bool
coquill_text_check_author (
    const CoquillText *self, uint32_t agent, uint64_t n_items, size_t n_bytes, CoquillTextError *error);

/* Appends an agent's items, which come after all that there is: nothing is unknown to them. */
void
coquill_text_append (
    CoquillText *self, uint32_t agent, CoquillGraphPiece *piece, const void *content, uint64_t *sequence);

/* Whether consecutive items are all deletions. They exist and are not below the base. */
bool
coquill_text_are_deletions (const CoquillGraph *graph, CoquillId id, uint64_t length);

/* Makes the rope anew from the characters' order. */
void
coquill_text_rebuild_rope (CoquillText *self);

/* Turns local versions, of which the base stands for its heads, into ids in the order of agents. None is in a
 * run above @last_run. Returns: how many */
size_t
coquill_text_ids (const CoquillText *self,
                  const uint64_t *versions,
                  size_t n_versions,
                  size_t last_run,
                  CoquillChangeId **ids,
                  size_t *capacity);

/* How many items of each agent a version has: they are its first ones. Returns: (transfer full) (nullable):
 * by local index, to be freed with free(); NULL with the error set if a head or the history isn't here */
uint64_t *
coquill_text_measure_version (const CoquillText *self,
                              const CoquillChangeId *heads,
                              size_t n_heads,
                              CoquillTextError *error);

/* The next of those items. Returns: false if all were told */
bool
coquill_text_next_of_version (CoquillGraphCursor *cursor, const uint64_t *lengths, CoquillGraphPiece *piece);

static inline CoquillChangeId
coquill_change_id (CoquillId id)
{
  return (CoquillChangeId){ coquill_id_agent (id), coquill_id_sequence (id) };
}

/* The id that a caller named, or COQUILL_ID_NONE if it can't be one. */
static inline CoquillId
coquill_checked_id (CoquillChangeId id)
{
  if (id.agent >= COQUILL_MAX_AGENTS || id.sequence >= COQUILL_MAX_SEQUENCE)
    return COQUILL_ID_NONE;
  return coquill_id (id.agent, id.sequence);
}
