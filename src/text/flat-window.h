/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flat-window.h: what something later can still be concurrent with, while that is little. */

#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "text/id.h"

/*
 * An array of entries in the order of the text, each with the visible characters in front of it that all
 * versions have alike:
 *
 *     812 | ada 40…45 | 3 | bob 7 | …
 *
 * An entry says who put its characters there and who deleted them, as numbers of items, so that whether a
 * version has it is a comparison with the version's vector. So nothing has a state that would have to be
 * moved from one version to another. Each question goes through all entries instead, which are a handful
 * while few people write near each other in time. merge-window.h is for all else.
 */

/* Agents that are counted: a vector is half a cache line. */
#define COQUILL_FLAT_TRACKS 8

/* One more column of a vector: that of what all versions have. */
#define COQUILL_FLAT_EVERYBODY COQUILL_FLAT_TRACKS

/* More that would have to be looked through each time are better kept in a tree. */
#define COQUILL_FLAT_MAX_ENTRIES 40

/* Deletions of a character that are told apart. Seldom do three people delete the same at once. */
#define COQUILL_FLAT_MAX_DELETIONS 2

/**
 * CoquillFlatVersion:
 * @n: for each track, how many items of its agent it has, from sequence 0 on; UINT32_MAX for everybody's
 */
typedef struct
{
  uint32_t n[COQUILL_FLAT_TRACKS + 1];
} CoquillFlatVersion;

/**
 * CoquillFlatDeletion:
 * @sequence: of the first item
 * @track: whose it is
 * @backward: the first item deleted the last character
 *
 * Consecutive items that deleted an entry's characters.
 */
typedef struct
{
  uint32_t sequence;
  uint8_t track;
  bool backward;
} CoquillFlatDeletion;

/**
 * CoquillFlatEntry:
 * @id: of the first character
 * @left: origin left of the first character; that of each other is the one before
 * @right: origin right of all
 * @gap: visible characters in front of it that all versions have alike
 * @length: characters
 * @pending: how many of these, the last ones, the order is still to be given
 * @newest: the highest local version of an item that touched it
 * @track: of the agent that put it there, or COQUILL_FLAT_EVERYBODY; then it has no origins
 * @right_is_next: what stands directly behind the last character is its origin right still
 * @n_deletions: how many stand; none in the text as it is if it is visible there
 * @deletions: the first has a sequence that nobody has if there is none
 */
typedef struct
{
  CoquillId id;
  CoquillId left;
  CoquillId right;
  uint32_t gap;
  uint32_t length;
  uint32_t pending;
  uint32_t newest;
  uint8_t track;
  bool right_is_next;
  uint8_t n_deletions;
  CoquillFlatDeletion deletions[COQUILL_FLAT_MAX_DELETIONS];
} CoquillFlatEntry;

/**
 * CoquillFlatMark:
 * @index: of an entry
 * @start: visible characters of a version that lie before its gap
 * @wider: how many more the order has there; modulo 2^64
 */
typedef struct
{
  unsigned index;
  uint64_t start;
  uint64_t wider;
} CoquillFlatMark;

/**
 * CoquillFlatWindow:
 * @entries: behind the last one there is one more, which is in no version, with a gap wider than any text:
 * what comes there all versions have alike. Behind that is room for one that can be read
 * @near: where a character was found last, in the version that is asked for
 * @is_full: it can't tell all versions any more
 *
 * To be made with coquill_flat_window_clear().
 */
typedef struct
{
  CoquillFlatEntry *entries;
  unsigned n_entries;
  size_t capacity;
  CoquillFlatMark near;
  bool is_full;
} CoquillFlatWindow;

/**
 * CoquillFlatPlace:
 * @index: of the entry with the character, or of that whose gap has it, or the number of entries
 * @in_gap: it is in the gap
 * @offset: characters of the gap or entry that lie before
 * @effect: visible characters of the order that lie before; if it is pending, as if its entry were not
 */
typedef struct
{
  unsigned index;
  bool in_gap;
  uint64_t offset;
  uint64_t effect;
} CoquillFlatPlace;

/**
 * coquill_flat_entry_n_known:
 *
 * Returns: how many of the characters, from the first one on, a version has, deleted or not
 */
static inline uint32_t
coquill_flat_entry_n_known (const CoquillFlatEntry *entry, const CoquillFlatVersion *version)
{
  uint32_t end = version->n[entry->track], first = (uint32_t)entry->id;
  uint32_t n_known = (end > first ? end : first) - first;

  return n_known < entry->length ? n_known : entry->length;
}

/**
 * coquill_flat_entry_is_absent:
 *
 * Returns: whether a version doesn't have even the first of the characters
 */
static inline bool
coquill_flat_entry_is_absent (const CoquillFlatEntry *entry, const CoquillFlatVersion *version)
{
  return version->n[entry->track] <= (uint32_t)entry->id;
}

/* How many of the characters items of some track deleted first, in a version. */
static inline uint32_t
coquill_flat_entry_n_deleted (const CoquillFlatEntry *entry, const CoquillFlatVersion *version)
{
  uint32_t end = version->n[entry->deletions[0].track], first = entry->deletions[0].sequence;

  return (end > first ? end : first) - first;
}

/**
 * coquill_flat_entry_width:
 *
 * Returns: how many of the characters are visible in a version, unless they were deleted twice or it deleted
 * a part of them
 */
static inline uint32_t
coquill_flat_entry_width (const CoquillFlatEntry *entry, const CoquillFlatVersion *version)
{
  uint32_t n_known = coquill_flat_entry_n_known (entry, version);
  uint32_t n_deleted = coquill_flat_entry_n_deleted (entry, version);

  return (n_known > n_deleted ? n_known : n_deleted) - n_deleted;
}

/* How many of the characters the order shows, without those that it hasn't been given yet. */
static inline uint32_t
coquill_flat_entry_shown (const CoquillFlatEntry *entry)
{
  return (entry->length - entry->pending) & -(uint32_t)(entry->n_deletions == 0);
}

/**
 * coquill_flat_window_clear:
 *
 * Takes all entries out. To be called before all else, with a window of zeros.
 */
void
coquill_flat_window_clear (CoquillFlatWindow *self);

/**
 * coquill_flat_window_rewind:
 *
 * To be called when another version is asked for than before. The same one may grow by what is done where
 * something was found last.
 */
static inline void
coquill_flat_window_rewind (CoquillFlatWindow *self)
{
  self->near = (CoquillFlatMark){ 0, 0, 0 };
}

/* How many of an entry's characters are visible in a version that deleted a part of them, or where they were
 * deleted twice: after it was cut where that is needed, none or all that it knows. */
uint32_t
coquill_flat_window_cut_deleted (CoquillFlatWindow *self, unsigned index, const CoquillFlatVersion *version);

/**
 * coquill_flat_window_find:
 * @position: of a character that is visible in the version, or behind all of them; less than UINT32_MAX
 *
 * Finds a character. Cuts entries that the version deleted a part of. O(entries), from the last that was
 * found on
 */
static inline CoquillFlatPlace
coquill_flat_window_find (CoquillFlatWindow *self, const CoquillFlatVersion *version, uint64_t position)
{
  CoquillFlatMark here = self->near;
  const CoquillFlatEntry *entry;
  uint64_t offset;
  bool in_gap;

  if (position < here.start)
    here = (CoquillFlatMark){ 0, 0, 0 };
  offset = position - here.start;
  for (entry = &self->entries[here.index];; entry++)
    {
      uint32_t n_deleted = coquill_flat_entry_n_deleted (entry, version);
      uint32_t width = coquill_flat_entry_width (entry, version);
      uint64_t all;

      /* Nobody can guess what the version has: so without branches, but for what is rare. */
      if (__builtin_expect ((n_deleted - 1 < entry->length - 1) | (entry->n_deletions > 1), 0))
        {
          unsigned index = (unsigned)(entry - self->entries);

          width = coquill_flat_window_cut_deleted (self, index, version);
          entry = &self->entries[index];
        }
      all = (uint64_t)entry->gap + width;
      if (offset < all)
        break;
      offset -= all;
      here.wider += (uint64_t)coquill_flat_entry_shown (entry) - width;
    }
  here.index = (unsigned)(entry - self->entries);
  here.start = position - offset;
  self->near = here;
  in_gap = offset < entry->gap;
  offset -= in_gap ? 0 : entry->gap;
  return (CoquillFlatPlace){ here.index, in_gap, offset,
                             position + here.wider - ((in_gap | (entry->n_deletions == 0)) ? 0 : offset) };
}

/**
 * coquill_flat_window_follows:
 * @version: in which the place was found
 * @id: of what is put directly behind a place that was found
 *
 * Returns: whether it goes on in the place's entry, which then only has to be lengthened
 */
static inline bool
coquill_flat_window_follows (const CoquillFlatWindow *self,
                             const CoquillFlatVersion *version,
                             const CoquillFlatPlace *place,
                             CoquillId id)
{
  const CoquillFlatEntry *entry = &self->entries[place->index];

  return !place->in_gap & (place->offset + 1 == entry->length) & (entry->id + entry->length == id)
         & entry->right_is_next & (entry->n_deletions == 0)
         & ((entry[1].gap > 0) | !coquill_flat_entry_is_absent (&entry[1], version));
}

/**
 * coquill_flat_window_cut:
 * @offset: characters of the entry that lie before, no more than its length
 *
 * Makes an entry two, if it has characters on both sides; then nothing of it may be pending.
 */
void
coquill_flat_window_cut (CoquillFlatWindow *self, unsigned index, uint32_t offset);

/**
 * coquill_flat_window_insert:
 * @entry: its gap is taken from that of the entry that it comes in front of, if there is one
 *
 * Puts in an entry, joined with the one before if it can be.
 *
 * Returns: its index
 */
unsigned
coquill_flat_window_insert (CoquillFlatWindow *self, unsigned index, const CoquillFlatEntry *entry);

/**
 * coquill_flat_window_join:
 *
 * Joins the entries before and behind an index, if they can be one.
 *
 * Returns: whether they are
 */
bool
coquill_flat_window_join (CoquillFlatWindow *self, unsigned index);

/* Is to give the order what of an entry is pending; @effect visible characters of the order lie before it. */
typedef void (*CoquillFlatSettle) (void *user_data, CoquillFlatEntry *entry, uint64_t effect);

/**
 * coquill_flat_window_collapse:
 * @version: local version
 * @settle: (nullable): if nothing is pending
 *
 * Forgets what no item from @version on has touched. O(entries)
 */
void
coquill_flat_window_collapse (CoquillFlatWindow *self,
                              uint64_t version,
                              CoquillFlatSettle settle,
                              void *user_data);
