/* replacement-private.h: what the steps of comparing two texts share */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/replacement.h"

G_BEGIN_DECLS

/* Bytes of a word that are cut into grapheme clusters; a longer one keeps what it begins and ends with. */
#define COQUILL_REPLACEMENT_MAX_WORD 4096

/* Grapheme clusters that two edits may have between them and still become one. */
#define COQUILL_REPLACEMENT_MAX_CHANCE 12

/* Bytes that an insertion or deletion may slide to either side to a better place. */
#define COQUILL_REPLACEMENT_MAX_SLIDE 1024

/**
 * CoquillMatch:
 *
 * A stretch that both texts have: what is kept. All offsets are bytes. Each begins and ends between two
 * grapheme clusters in both texts.
 */
typedef struct
{
  gsize old_start;
  gsize new_start;
  gsize bytes;
} CoquillMatch;

/**
 * CoquillRegion:
 *
 * A stretch of each text, to be compared with each other. They begin and end between two grapheme clusters.
 */
typedef struct
{
  gsize old_start, old_end;
  gsize new_start, new_end;
} CoquillRegion;

/**
 * CoquillComparison:
 * @matches: (element-type CoquillMatch): ascending in both texts, not overlapping
 * @steps: how many are left
 * @word_bytes: how many may still be cut into words
 */
typedef struct
{
  const guint8 *old_text;
  gsize old_bytes;
  const guint8 *new_text;
  gsize new_bytes;
  GArray *matches;
  guint64 steps;
  gsize word_bytes;
} CoquillComparison;

typedef void (*CoquillRegionFunc) (CoquillComparison *self, CoquillRegion region);

static inline gboolean
coquill_region_is_done (const CoquillRegion *region)
{
  return region->old_start == region->old_end || region->new_start == region->new_end;
}

static inline gsize
coquill_region_bytes (const CoquillRegion *region)
{
  return region->old_end - region->old_start + (region->new_end - region->new_start);
}

void
coquill_comparison_add (CoquillComparison *self, gsize old_start, gsize new_start, gsize bytes);
/**
 * coquill_comparison_are_alike:
 * @prefix: (out): bytes that both begin with, up to a certain cut between grapheme clusters
 * @suffix: (out): bytes that both end with, not counted in @prefix
 *
 * Returns: whether both together are at least half of the longer one. O(what they have in common), paid in
 * steps
 */
gboolean
coquill_comparison_are_alike (CoquillComparison *self,
                              const guint8 *a,
                              gsize a_bytes,
                              const guint8 *b,
                              gsize b_bytes,
                              gsize *prefix,
                              gsize *suffix);
/**
 * coquill_comparison_pair_lines:
 * @inner: given each two lines that are alike, and what lies between those
 *
 * For many lines that all were changed, by a command that replaces or indents: where both have equally many
 * they are paired in order, otherwise with one that is alike among the next few. O(bytes)
 */
void
coquill_comparison_pair_lines (CoquillComparison *self, const CoquillRegion *region, CoquillRegionFunc inner);
/** Appends the region's words that are kept. */
void
coquill_comparison_align_words (CoquillComparison *self, const CoquillRegion *region);
/** Makes one match of those that touch in both texts, and takes out empty ones. */
void
coquill_comparison_join (CoquillComparison *self);
/** Takes out what little of a line was found again behind other lines. The matches are joined before. */
void
coquill_comparison_mend_tears (CoquillComparison *self);
/** Takes out matches that are there by chance. The matches are joined before. */
void
coquill_comparison_tidy (CoquillComparison *self);
/** Moves insertions and deletions to where a person would have made them. */
void
coquill_comparison_slide (CoquillComparison *self);

G_END_DECLS
