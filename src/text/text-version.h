/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-version.h: a text's items and versions: asking for them, taking them out, and going back to one. */

#pragma once

#include "text/text.h"

/**
 * coquill_text_n_items:
 *
 * Returns: the next local version: how many items there are, those below the snapshot counted
 */
uint64_t
coquill_text_n_items (const CoquillText *self);

/**
 * coquill_text_first_item:
 *
 * Returns: the lowest local version that can be read: 0, or the snapshot's number of items while its history
 * isn't here
 */
uint64_t
coquill_text_first_item (const CoquillText *self);

/**
 * coquill_text_frontier:
 * @n_ids: (out):
 *
 * Returns: (transfer none): the items that no other has as a parent, ordered by coquill_agent_compare();
 * valid until the text changes
 */
const CoquillChangeId *
coquill_text_frontier (const CoquillText *self, size_t *n_ids);

/**
 * coquill_text_has:
 *
 * Returns: whether the text holds the item, or knows it to be below its snapshot
 */
bool
coquill_text_has (const CoquillText *self, CoquillChangeId id);

/**
 * coquill_text_is_ancestor:
 *
 * O(runs between the two). While a snapshot's history isn't here, two items below the snapshot can only be
 * compared if they are the same agent's; else the answer is false.
 *
 * Returns: whether @ancestor is @descendant or one of its ancestors; false if one is unknown
 */
bool
coquill_text_is_ancestor (const CoquillText *self, CoquillChangeId ancestor, CoquillChangeId descendant);

/**
 * coquill_text_depth:
 * @depth: (out): the longest path to the item from the start of the history: 1 for an item without parents
 *
 * O(log runs).
 *
 * Returns: false if the item is unknown or its history isn't here
 */
bool
coquill_text_depth (const CoquillText *self, CoquillChangeId id, uint64_t *depth);

/**
 * coquill_text_local_version:
 * @version: (out): the item's local version
 *
 * Returns: false if the item is unknown or its history isn't here. O(log runs)
 */
bool
coquill_text_local_version (const CoquillText *self, CoquillChangeId id, uint64_t *version);

/**
 * coquill_text_id_of:
 * @id: (out): the id of the item with a local version
 *
 * Returns: false if there is none or its history isn't here. O(log runs)
 */
bool
coquill_text_id_of (const CoquillText *self, uint64_t version, CoquillChangeId *id);

/**
 * coquill_text_checkout:
 * @heads: (nullable): of the version; one that is an ancestor of another adds nothing
 * @n_heads: 0 for the empty version
 * @error: %COQUILL_TEXT_ERROR_MISSING: a head is unknown; %COQUILL_TEXT_ERROR_HISTORY_NEEDED
 *
 * Makes a text of the items of a version, whatever came since or beside it, as it was when there was nothing
 * else. It stands by itself: it can be asked for its spans and anchors, edited, and merged. Agents have the
 * same local indices in it; local versions are its own. text-compare.h tells what lies between two versions.
 *
 * O(n log n), n being the version's runs.
 *
 * Returns: (nullable) (transfer full): the text of the version
 */
CoquillText *
coquill_text_checkout (const CoquillText *self,
                       const CoquillChangeId *heads,
                       size_t n_heads,
                       CoquillTextError *error);

/**
 * CoquillTextOperationFunc:
 * @operation: a run of items; agents in it are local indices; its own pointers are nothing
 * @parents: (nullable): @operation->n_parents ids, ordered by coquill_agent_compare() and so alike on every
 * replica
 * @content: (nullable): @operation->content_length bytes
 * @data: as given
 *
 * All arguments are borrowed for the call. Must not change the text.
 *
 * Returns: false to stop
 */
typedef bool (*CoquillTextOperationFunc) (const CoquillOperation *operation,
                                          const CoquillChangeId *parents,
                                          const uint8_t *content,
                                          void *data);

/**
 * coquill_text_foreach_operation:
 * @from: first sequence
 * @to: behind the last one, at most the agent's length
 *
 * Tells an agent's items in order, in runs.
 *
 * Returns: false if @func stopped it, or the history isn't here
 */
bool
coquill_text_foreach_operation (const CoquillText *self,
                                uint32_t agent,
                                uint64_t from,
                                uint64_t to,
                                CoquillTextOperationFunc func,
                                void *data);

/**
 * coquill_text_foreach_item:
 * @from: first local version
 * @to: behind the last one, at most coquill_text_n_items()
 *
 * Tells items in the order in which they came, in runs: what a merge brought, with @from as
 * coquill_text_n_items() was before it.
 *
 * Returns: false if @func stopped it, or the history isn't here
 */
bool
coquill_text_foreach_item (
    const CoquillText *self, uint64_t from, uint64_t to, CoquillTextOperationFunc func, void *data);

/**
 * coquill_text_extract:
 * @from: first local version
 * @to: behind the last one, at most coquill_text_n_items()
 *
 * Returns: (nullable) (transfer full): those items, to send or to store; %NULL if their history isn't here
 */
CoquillChange *
coquill_text_extract (const CoquillText *self, uint64_t from, uint64_t to);

/**
 * coquill_text_extract_missing:
 * @known_lengths: per local agent index, how many of its items the other side has
 * @n_known: entries; agents beyond have 0
 * @limit: only items with a lower local version; UINT64_MAX for all
 *
 * Returns: (nullable) (transfer full): the items that the other side lacks, in causal order; %NULL if their
 * history isn't here
 */
CoquillChange *
coquill_text_extract_missing (const CoquillText *self,
                              const uint64_t *known_lengths,
                              size_t n_known,
                              uint64_t limit);
