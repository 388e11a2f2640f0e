/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order.h: all characters of a text, deleted ones too, in their order, as runs of ids. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/id.h"

/*
 * A B+-tree of spans. A span is a run of characters with consecutive ids that stand one behind the other and
 * have as many deletions that stand. The tree is as wide as the text is long: inner nodes count the visible
 * characters of each child. Deleted characters stay, as spans without width; nothing ever goes but by
 * coquill_order_remove(). Neighbours in a leaf that belong together are joined.
 *
 * Leaves are gap buffers: an edit next to the one before in its leaf moves nothing but what lies between. One
 * leaf is "in hand": the one last touched. How its width changes is told to the nodes above only when another
 * is taken. So edits near each other cost a few steps, any other O(log n). An id leads to its place by an
 * index, which is made when it is asked for again and again, and kept from then on.
 *
 * Until somebody asks for more than what is visible, the order is *folded*: what was deleted hangs in rings
 * at the visible spans that it stands behind, and isn't in the tree. So who edits text that nobody else edits
 * doesn't search through all that was ever deleted. Who asks what is behind a visible character has only its
 * ring put into the tree; calls that need all of them there put them there, once, in O(n). Either ends the
 * validity of places.
 *
 * Spans have no pointers to them from outside but those in places, which last until the next change. Not
 * thread-safe, and not even while only reading: finding moves the hand.
 */

/* By measurement: with fewer, leaves are changed and split more often; more are longer to look through. */
#define COQUILL_ORDER_LEAF_SPANS 108

/* So many are fetched from memory at once. */
#define COQUILL_ORDER_FETCHED_SPANS 4

/* A longer run is kept as several spans. */
#define COQUILL_ORDER_MAX_LENGTH (UINT32_C (1) << 31)

typedef struct CoquillOrder CoquillOrder;
typedef struct CoquillOrderNode CoquillOrderNode;
typedef struct CoquillOrderLeaf CoquillOrderLeaf;

/**
 * CoquillOrderSpan:
 * @id: of the first character
 * @length: characters
 * @standing: deletions of them that stand; they are visible if there is none
 */
typedef struct
{
  CoquillId id;
  uint32_t length;
  uint32_t standing;
} CoquillOrderSpan;

/**
 * coquill_order_is_visible:
 *
 * Returns: whether no deletion stands. What a folded order has hung at a visible span makes @standing
 * negative
 */
static inline bool
coquill_order_is_visible (const CoquillOrderSpan *span)
{
  return (int32_t)span->standing <= 0;
}

/**
 * coquill_order_span_width:
 *
 * Returns: how many characters of it are visible: all or none
 */
static inline uint32_t
coquill_order_span_width (const CoquillOrderSpan *span)
{
  return span->length & -(uint32_t)coquill_order_is_visible (span);
}

/**
 * CoquillOrderLeaf:
 *
 * Here only so that what follows can be inlined. The spans lie at both ends of the array. None is there only
 * in an order that holds nothing.
 */
struct CoquillOrderLeaf
{
  /*< private >*/
  CoquillOrderNode *parent;
  CoquillOrderLeaf *previous;
  CoquillOrderLeaf *next;
  uint64_t width;     /* visible characters, when the leaf was last in hand */
  uint64_t gap_width; /* visible characters before the gap */
  uint32_t gap;       /* spans before the gap */
  uint32_t gap_end;   /* the index where they go on */
  uint32_t slot;      /* among the parent's children, or a little before */
  uint32_t is_moved;  /* some spans came from another leaf, and the index is to be told of all */
  CoquillOrderSpan spans[COQUILL_ORDER_LEAF_SPANS];
};

/**
 * CoquillOrderPlace:
 * @leaf: the leaf
 * @index: of the span in its array; that of the array's end only at the end of the order
 * @offset: characters of the span that lie before the place, less than its length
 *
 * A place in front of a character, or the end. Valid until the order changes.
 */
typedef struct
{
  CoquillOrderLeaf *leaf;
  unsigned index;
  uint32_t offset;
} CoquillOrderPlace;

/**
 * coquill_order_new:
 *
 * Returns: (transfer full): an order that holds nothing
 */
CoquillOrder *
coquill_order_new (void);

/**
 * coquill_order_free:
 * @self: (nullable) (transfer full):
 */
void
coquill_order_free (CoquillOrder *self);

/**
 * coquill_order_width:
 *
 * Returns: visible characters. O(1)
 */
uint64_t
coquill_order_width (const CoquillOrder *self);

/**
 * coquill_order_n_spans:
 *
 * Returns: spans in the tree, visible or not. O(leaves)
 */
size_t
coquill_order_n_spans (const CoquillOrder *self);

/**
 * coquill_order_unfold:
 *
 * Puts what was deleted into the tree, once and for all. All calls here that give a place do this first, if
 * they don't say otherwise. O(n) the first time, then O(1)
 */
void
coquill_order_unfold (CoquillOrder *self);

/**
 * coquill_order_start:
 *
 * Returns: the place before everything, deleted or not. O(1)
 */
CoquillOrderPlace
coquill_order_start (CoquillOrder *self);

/**
 * coquill_order_find:
 * @position: less than the width
 *
 * Returns: the place in front of the visible character at a position. O(log n)
 */
CoquillOrderPlace
coquill_order_find (CoquillOrder *self, uint64_t position);

/**
 * coquill_order_find_visible:
 * @position: less than the width
 *
 * coquill_order_find(), for who only reads what is visible from there on: a folded order stays folded.
 */
CoquillOrderPlace
coquill_order_find_visible (CoquillOrder *self, uint64_t position);

/**
 * coquill_order_find_behind:
 * @position: at most the width
 *
 * Returns: the place directly behind the visible character at @position - 1, so in front of whatever comes
 * next, deleted or not; the start for 0. Of a folded order, what was deleted is in the tree up to the next
 * visible character. O(log n)
 */
CoquillOrderPlace
coquill_order_find_behind (CoquillOrder *self, uint64_t position);

/**
 * coquill_order_find_deleted:
 * @position: how many visible characters lie before the character
 * @place: (out): in front of the character
 *
 * Looks for a character among those that were deleted behind a position, and that one itself. Of a folded
 * order only these are put into the tree.
 *
 * Returns: false if it wasn't found there with little work
 */
bool
coquill_order_find_deleted (CoquillOrder *self, uint64_t position, CoquillId id, CoquillOrderPlace *place);

/**
 * coquill_order_find_id:
 * @place: (out): in front of the character
 *
 * The first calls look through the spans, those near the last edit first, O(n); when that has cost as much as
 * the index, it is made, O(n log n).
 *
 * Returns: false if the order doesn't hold the character. O(log n) from then on
 */
bool
coquill_order_find_id (CoquillOrder *self, CoquillId id, CoquillOrderPlace *place);

/**
 * coquill_order_find_visible_id:
 * @place: (out): in front of the character
 *
 * coquill_order_find_id(), for who only reads: a folded order stays folded.
 *
 * Returns: false if the order doesn't hold the character, or it is folded away
 */
bool
coquill_order_find_visible_id (CoquillOrder *self, CoquillId id, CoquillOrderPlace *place);

/**
 * coquill_order_find_folded:
 * @position: (out): visible characters before the character
 *
 * Looks for a deleted character that coquill_order_find_visible_id() didn't find in a folded order, which
 * stays folded. O(n), and much less than unfolding it.
 *
 * Returns: false if it isn't there, or that was asked so often that unfolding pays
 */
bool
coquill_order_find_folded (CoquillOrder *self, CoquillId id, uint64_t *position);

/**
 * coquill_order_next_id:
 *
 * The first call makes the index, O(n log n).
 *
 * Returns: the lowest id from @id on that the order holds, or COQUILL_ID_NONE. O(log n)
 */
CoquillId
coquill_order_next_id (CoquillOrder *self, CoquillId id);

/**
 * coquill_order_drop_index:
 *
 * Frees the index, until it is asked for again.
 */
void
coquill_order_drop_index (CoquillOrder *self);

/**
 * coquill_order_id:
 *
 * Returns: the id of the character behind a place, COQUILL_ID_NONE at the end
 */
static inline CoquillId
coquill_order_id (const CoquillOrderPlace *place)
{
  if (place->index == COQUILL_ORDER_LEAF_SPANS)
    return COQUILL_ID_NONE;
  return place->leaf->spans[place->index].id + place->offset;
}

/**
 * coquill_order_rest:
 *
 * Returns: how many characters of its span lie behind a place, 0 at the end
 */
static inline uint32_t
coquill_order_rest (const CoquillOrderPlace *place)
{
  if (place->index == COQUILL_ORDER_LEAF_SPANS)
    return 0;
  return place->leaf->spans[place->index].length - place->offset;
}

/**
 * coquill_order_standing:
 *
 * Returns: how many deletions of the character behind a place stand; 0 at the end
 */
static inline uint32_t
coquill_order_standing (const CoquillOrderPlace *place)
{
  if (place->index == COQUILL_ORDER_LEAF_SPANS)
    return 0;
  if (coquill_order_is_visible (&place->leaf->spans[place->index]))
    return 0;
  return place->leaf->spans[place->index].standing;
}

/**
 * coquill_order_next:
 *
 * Moves a place to the start of the next span, or to the end.
 *
 * Returns: false if it is now, or was already, at the end
 */
static inline bool
coquill_order_next (CoquillOrderPlace *place)
{
  place->offset = 0;
  if (place->index == COQUILL_ORDER_LEAF_SPANS)
    return false;
  place->index++;
  if (place->index == place->leaf->gap)
    place->index = place->leaf->gap_end;
  if (place->index < COQUILL_ORDER_LEAF_SPANS)
    return true;
  if (place->leaf->next == NULL)
    return false;
  place->leaf = place->leaf->next;
  place->index = place->leaf->gap > 0 ? 0 : place->leaf->gap_end;
  return true;
}

/**
 * coquill_order_take_spans:
 * @place: (inout): at the start of a span, or at the end; comes behind what is taken
 * @spans: (out): visible or not, as they lie in the leaf
 *
 * For who goes through all of it: then the next leaf is on its way from memory.
 *
 * Returns: how many spans; 0 at the end
 */
static inline unsigned
coquill_order_take_spans (CoquillOrderPlace *place, const CoquillOrderSpan **spans)
{
  const CoquillOrderLeaf *leaf = place->leaf;
  unsigned end = place->index < leaf->gap ? leaf->gap : COQUILL_ORDER_LEAF_SPANS, n = end - place->index;

  if (n == 0)
    return 0;
  *spans = &leaf->spans[place->index];
  place->index = end - 1;
  if (coquill_order_next (place) && place->leaf != leaf)
    for (unsigned i = 0; i < COQUILL_ORDER_LEAF_SPANS; i += COQUILL_ORDER_FETCHED_SPANS)
      __builtin_prefetch (&place->leaf->spans[i]);
  return n;
}

/**
 * coquill_order_position:
 *
 * Returns: how many visible characters lie before a place. O(log n); less in the leaf in hand, and the
 * place's leaf is in hand afterwards
 */
uint64_t
coquill_order_position (CoquillOrder *self, const CoquillOrderPlace *place);

/**
 * coquill_order_compare:
 *
 * Returns: less than, equal to or greater than 0, as the one place lies before, at or behind the other.
 * O(log n)
 */
int
coquill_order_compare (const CoquillOrder *self, const CoquillOrderPlace *a, const CoquillOrderPlace *b);

/**
 * coquill_order_insert:
 * @place: the characters come directly in front of it. Of a folded order, one that
 * coquill_order_find_behind() or coquill_order_find_deleted() led to
 * @id: of the first; the order must not hold any of them
 *
 * Puts in visible characters, joined with their neighbours where ids follow on. O(log n)
 */
void
coquill_order_insert (CoquillOrder *self, const CoquillOrderPlace *place, CoquillId id, uint64_t length);

/**
 * coquill_order_insert_at:
 * @position: at most the width
 *
 * Puts in visible characters at coquill_order_find_behind(). The fast way for edits that follow one another:
 * O(1) near the last one.
 */
void
coquill_order_insert_at (CoquillOrder *self, uint64_t position, CoquillId id, uint64_t length);

/**
 * coquill_order_insert_between:
 * @position: at most the width
 * @left: (out): the visible character before, COQUILL_ID_NONE for none
 * @right: (out): the character that stood behind the place, deleted or not; COQUILL_ID_NONE for none
 *
 * coquill_order_insert_at(), for who wants to know the neighbours as well.
 */
void
coquill_order_insert_between (
    CoquillOrder *self, uint64_t position, CoquillId id, uint64_t length, CoquillId *left, CoquillId *right);

/**
 * coquill_order_delete_at:
 * @position: of the first one
 * @count: visible characters; there are as many
 * @n_spans: (out) (optional): how many are returned
 *
 * Makes one deletion stand on each of some visible characters. O(1) near the last edit, and O(1) for each
 * span.
 *
 * Returns: (transfer none): the characters, from front to end, until the next call; their @standing means
 * nothing
 */
const CoquillOrderSpan *
coquill_order_delete_at (CoquillOrder *self, uint64_t position, uint64_t count, size_t *n_spans);

/**
 * coquill_order_set_standing:
 * @place: the first character
 * @length: characters, all in the place's span
 *
 * Says how many deletions of characters stand. O(log n). An order in which many of one stand is unfolded.
 */
void
coquill_order_set_standing (CoquillOrder *self,
                            const CoquillOrderPlace *place,
                            uint32_t length,
                            uint32_t standing);

/**
 * coquill_order_remove:
 * @place: the first character
 * @length: characters, all in the place's span
 *
 * Takes characters out altogether, of an order that is unfolded. O(log n)
 */
void
coquill_order_remove (CoquillOrder *self, const CoquillOrderPlace *place, uint32_t length);

/**
 * coquill_order_append:
 *
 * Puts characters behind everything. Builds an order from front to end with full leaves. O(1)
 */
void
coquill_order_append (CoquillOrder *self, CoquillId id, uint64_t length, uint32_t standing);

/**
 * coquill_order_append_spans:
 * @spans: none longer than %COQUILL_ORDER_MAX_LENGTH
 *
 * coquill_order_append(), for many at once.
 */
void
coquill_order_append_spans (CoquillOrder *self, const CoquillOrderSpan *spans, size_t n_spans);

/**
 * coquill_order_check:
 *
 * For tests: walks the whole tree and the index.
 *
 * Returns: whether all that is said above about the structure is so
 */
bool
coquill_order_check (CoquillOrder *self);
