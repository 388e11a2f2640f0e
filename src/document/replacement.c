/* replacement.c: the few replacements that turn one text into another: by lines, and long stretches by pieces
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/replacement-private.h"

#include <string.h>

#include "document/segmentation.h"
#include "document/sequence-alignment.h"
#include "document/token-list.h"

/* How far in front of the first difference a blank is looked for. */
#define MAX_BACK 512

void
coquill_comparison_add (CoquillComparison *self, gsize old_start, gsize new_start, gsize bytes)
{
  CoquillMatch match = { old_start, new_start, bytes };

  if (bytes > 0)
    g_array_append_val (self->matches, match);
}

void
coquill_comparison_join (CoquillComparison *self)
{
  guint kept = 0;

  for (guint i = 0; i < self->matches->len; i++)
    {
      CoquillMatch match = g_array_index (self->matches, CoquillMatch, i);
      CoquillMatch *last = kept > 0 ? &g_array_index (self->matches, CoquillMatch, kept - 1) : NULL;

      if (match.bytes == 0)
        continue;
      if (last != NULL && last->old_start + last->bytes == match.old_start
          && last->new_start + last->bytes == match.new_start)
        last->bytes += match.bytes;
      else
        g_array_index (self->matches, CoquillMatch, kept++) = match;
    }
  g_array_set_size (self->matches, kept);
}

/* Common ends */

static gsize
common_prefix (const guint8 *a, const guint8 *b, gsize most)
{
  gsize length = 0;

  while (length + 64 <= most && memcmp (a + length, b + length, 64) == 0)
    length += 64;
  while (length < most && a[length] == b[length])
    length++;

  return length;
}

/* @a, @b: where the stretches end */
static gsize
common_suffix (const guint8 *a, const guint8 *b, gsize most)
{
  gsize length = 0;

  while (length + 64 <= most && memcmp (a - length - 64, b - length - 64, 64) == 0)
    length += 64;
  while (length < most && a[-1 - (gssize)length] == b[-1 - (gssize)length])
    length++;

  return length;
}

typedef gboolean (*CutFunc) (CoquillComparison *self, gsize old_at, gsize new_at);

static gboolean
is_line_cut (CoquillComparison *self, gsize old_at, gsize new_at)
{
  return coquill_segmentation_is_line (self->old_text, self->old_bytes, old_at)
         && coquill_segmentation_is_line (self->new_text, self->new_bytes, new_at);
}

static gboolean
is_blank_at (const guint8 *text, gsize at)
{
  return at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\n' || text[at - 1] == '\t');
}

static gboolean
is_any_cut (CoquillComparison *self, gsize old_at, gsize new_at)
{
  return coquill_segmentation_is_cut (self->old_text, self->old_bytes, old_at)
         && coquill_segmentation_is_cut (self->new_text, self->new_bytes, new_at);
}

static gboolean
is_blank_cut (CoquillComparison *self, gsize old_at, gsize new_at)
{
  return is_blank_at (self->old_text, old_at) && is_blank_at (self->new_text, new_at)
         && is_any_cut (self, old_at, new_at);
}

/* Shortens a common end until @is_cut, but by no more than @most. Returns: G_MAXSIZE if that is nowhere */
static gsize
shorten (CoquillComparison *self,
         const CoquillRegion *region,
         gsize length,
         gboolean at_end,
         CutFunc is_cut,
         gsize most)
{
  for (gsize shorter = 0; shorter <= MIN (length, most); shorter++)
    {
      gsize left = length - shorter;
      gsize old_at = at_end ? region->old_end - left : region->old_start + left;
      gsize new_at = at_end ? region->new_end - left : region->new_start + left;

      if (left == 0 || is_cut (self, old_at, new_at))
        return left;
    }

  return G_MAXSIZE;
}

/* By whole lines; if not @by_lines by words, or within a very long one. */
static gsize
common_end (CoquillComparison *self, const CoquillRegion *region, gboolean at_end, gboolean by_lines)
{
  gsize most = MIN (region->old_end - region->old_start, region->new_end - region->new_start);
  gsize length
      = at_end ? common_suffix (self->old_text + region->old_end, self->new_text + region->new_end, most)
               : common_prefix (self->old_text + region->old_start, self->new_text + region->new_start, most);
  gsize shortened;

  if (by_lines)
    return shorten (self, region, length, at_end, is_line_cut, G_MAXSIZE);
  shortened = shorten (self, region, length, at_end, is_blank_cut, MAX_BACK);

  return shortened != G_MAXSIZE ? shortened : shorten (self, region, length, at_end, is_any_cut, G_MAXSIZE);
}

/* Takes off what both begin and end with. The end's match is the caller's to add, behind what lies between.
 */
static gsize
trim (CoquillComparison *self, CoquillRegion *region, gboolean by_lines)
{
  gsize length = common_end (self, region, FALSE, by_lines);

  coquill_comparison_add (self, region->old_start, region->new_start, length);
  region->old_start += length;
  region->new_start += length;
  length = common_end (self, region, TRUE, by_lines);
  region->old_end -= length;
  region->new_end -= length;

  return length;
}

/* Tokens */

/* Empty lines, lone brackets and the like say nothing of where a line belongs; they follow the others. */
static gboolean
says_something (const CoquillTokenList *list, guint32 index)
{
  for (guint32 at = coquill_token_list_start (list, index); at < list->ends[index]; at++)
    if (g_ascii_isalnum ((char)list->text[at]) || list->text[at] >= 0x80)
      return TRUE;

  return FALSE;
}

/* The tokens that count: their indices, and their ids in a row. */
static GArray *
choose (const CoquillTokenList *list, guint32 **ids)
{
  GArray *chosen = g_array_new (FALSE, FALSE, sizeof (guint32));

  *ids = g_new (guint32, list->length);
  for (guint32 i = 0; i < list->length; i++)
    if (says_something (list, i))
      {
        (*ids)[chosen->len] = list->ids[i];
        g_array_append_val (chosen, i);
      }

  return chosen;
}

/* The tokens from @old_from to @old_to, and those of the other text: equal ones at either end are kept, what
 * lies between goes to @inner. */
static void
compare_gap (CoquillComparison *self,
             const CoquillRegion *region,
             const CoquillTokenList *old_list,
             const CoquillTokenList *new_list,
             guint32 old_from,
             guint32 old_to,
             guint32 new_from,
             guint32 new_to,
             CoquillRegionFunc inner)
{
  gsize old_end = region->old_start + coquill_token_list_start (old_list, old_to);
  gsize new_end = region->new_start + coquill_token_list_start (new_list, new_to);
  gsize old_start = region->old_start + coquill_token_list_start (old_list, old_from);
  gsize new_start = region->new_start + coquill_token_list_start (new_list, new_from);
  CoquillRegion between;
  gsize bytes;

  while (old_from < old_to && new_from < new_to && old_list->ids[old_from] == new_list->ids[new_from])
    old_from++, new_from++;
  between.old_start = region->old_start + coquill_token_list_start (old_list, old_from);
  between.new_start = region->new_start + coquill_token_list_start (new_list, new_from);
  coquill_comparison_add (self, old_start, new_start, between.old_start - old_start);
  while (old_from < old_to && new_from < new_to && old_list->ids[old_to - 1] == new_list->ids[new_to - 1])
    old_to--, new_to--;
  between.old_end = region->old_start + coquill_token_list_start (old_list, old_to);
  between.new_end = region->new_start + coquill_token_list_start (new_list, new_to);
  bytes = old_end - between.old_end;
  if (!coquill_region_is_done (&between))
    inner (self, between);
  coquill_comparison_add (self, old_end - bytes, new_end - bytes, bytes);
}

/* Pairs tokens and hands what lies between them to @inner. */
static void
compare_tokens (CoquillComparison *self,
                const CoquillRegion *region,
                CoquillTokenList *old_list,
                CoquillTokenList *new_list,
                CoquillRegionFunc inner)
{
  guint32 n_ids = coquill_token_list_number (old_list, new_list);
  g_autofree guint32 *old_ids = NULL;
  g_autofree guint32 *new_ids = NULL;
  g_autoptr (GArray) old_chosen = choose (old_list, &old_ids);
  g_autoptr (GArray) new_chosen = choose (new_list, &new_ids);
  g_autofree guint32 *partners = g_new (guint32, old_chosen->len);
  guint32 old_from = 0, new_from = 0;

  coquill_sequence_align (old_ids, old_chosen->len, new_ids, new_chosen->len, n_ids, TRUE, &self->steps,
                          partners);
  for (guint i = 0; i < old_chosen->len; i++)
    if (partners[i] != COQUILL_NO_PARTNER)
      {
        guint32 old_at = g_array_index (old_chosen, guint32, i);
        guint32 new_at = g_array_index (new_chosen, guint32, partners[i]);
        gsize start = coquill_token_list_start (old_list, old_at);

        compare_gap (self, region, old_list, new_list, old_from, old_at, new_from, new_at, inner);
        coquill_comparison_add (self, region->old_start + start,
                                region->new_start + coquill_token_list_start (new_list, new_at),
                                old_list->ends[old_at] - start);
        old_from = old_at + 1;
        new_from = new_at + 1;
      }
  compare_gap (self, region, old_list, new_list, old_from, old_list->length, new_from, new_list->length,
               inner);
}

static void
compare_by_words (CoquillComparison *self, CoquillRegion region)
{
  gsize suffix = trim (self, &region, FALSE);
  gsize bytes = coquill_region_bytes (&region);

  if (!coquill_region_is_done (&region) && bytes <= COQUILL_REPLACEMENT_MAX_STRETCH
      && bytes <= self->word_bytes && self->steps > 0)
    {
      self->word_bytes -= bytes;
      coquill_comparison_align_words (self, &region);
    }
  coquill_comparison_add (self, region.old_end, region.new_end, suffix);
}

static void
compare_by_pieces (CoquillComparison *self, const CoquillRegion *region, CoquillRegionFunc inner)
{
  gsize old_bytes = region->old_end - region->old_start;
  gsize new_bytes = region->new_end - region->new_start;
  guint32 average = COQUILL_TOKEN_PIECE;
  g_autoptr (CoquillTokenList) old_list = NULL;
  g_autoptr (CoquillTokenList) new_list = NULL;

  while (average < MAX (old_bytes, new_bytes) / COQUILL_TOKEN_LIST_MAX)
    average *= 2;
  old_list = coquill_token_list_new_pieces (self->old_text + region->old_start, (guint32)old_bytes, average);
  new_list = coquill_token_list_new_pieces (self->new_text + region->new_start, (guint32)new_bytes, average);
  compare_tokens (self, region, old_list, new_list, inner);
}

/* Between lines that are alike, or in two of them. */
static void
compare_rest (CoquillComparison *self, CoquillRegion region)
{
  if (coquill_region_bytes (&region) <= COQUILL_REPLACEMENT_MAX_STRETCH)
    compare_by_words (self, region);
  else if (!coquill_region_is_done (&region))
    compare_by_pieces (self, &region, compare_by_words);
}

/* What lies between lines that are the same. */
static void
compare_stretch (CoquillComparison *self, CoquillRegion region)
{
  gsize suffix = trim (self, &region, FALSE);

  if (coquill_region_bytes (&region) <= COQUILL_REPLACEMENT_MAX_STRETCH)
    compare_by_words (self, region);
  else if (!coquill_region_is_done (&region))
    coquill_comparison_pair_lines (self, &region, compare_rest);
  coquill_comparison_add (self, region.old_end, region.new_end, suffix);
}

/* Returns: whether the lines aren't too many */
static gboolean
compare_lines (CoquillComparison *self, const CoquillRegion *region)
{
  g_autoptr (CoquillTokenList) old_list = NULL;
  g_autoptr (CoquillTokenList) new_list = NULL;

  old_list = coquill_token_list_new_lines (self->old_text + region->old_start,
                                           (guint32)(region->old_end - region->old_start));
  new_list = coquill_token_list_new_lines (self->new_text + region->new_start,
                                           (guint32)(region->new_end - region->new_start));
  if (old_list == NULL || new_list == NULL)
    return FALSE;
  compare_tokens (self, region, old_list, new_list, compare_stretch);

  return TRUE;
}

static void
compare_piece_by_lines (CoquillComparison *self, CoquillRegion region)
{
  compare_lines (self, &region);
}

/* The result */

static guint64
count_code_points (const guint8 *text, gsize bytes)
{
  guint64 count = 0;

  for (gsize i = 0; i < bytes; i++)
    count += (text[i] & 0xc0) != 0x80;

  return count;
}

static GArray *
list_replacements (const CoquillComparison *self)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (CoquillReplacement));
  CoquillMatch end = { self->old_bytes, self->new_bytes, 0 };
  gsize old_at = 0, new_at = 0;
  guint64 position = 0;

  for (guint i = 0; i <= self->matches->len; i++)
    {
      const CoquillMatch *match
          = i < self->matches->len ? &g_array_index (self->matches, CoquillMatch, i) : &end;
      CoquillReplacement one = {
        .position = position,
        .deleted = count_code_points (self->old_text + old_at, match->old_start - old_at),
        .inserted = (const char *)self->new_text + new_at,
        .inserted_bytes = match->new_start - new_at,
        .inserted_length = count_code_points (self->new_text + new_at, match->new_start - new_at),
      };

      if (one.deleted > 0 || one.inserted_length > 0)
        g_array_append_val (list, one);
      old_at = match->old_start + match->bytes;
      new_at = match->new_start + match->bytes;
      position += one.inserted_length + count_code_points (self->old_text + match->old_start, match->bytes);
    }

  return list;
}

GArray *
coquill_replacements_between (
    const char *old_text, gsize old_bytes, const char *new_text, gsize new_bytes, guint64 *steps)
{
  CoquillComparison self = {
    .old_text = (const guint8 *)old_text,
    .old_bytes = old_bytes,
    .new_text = (const guint8 *)new_text,
    .new_bytes = new_bytes,
    .steps = COQUILL_REPLACEMENT_MAX_STEPS,
    .word_bytes = COQUILL_REPLACEMENT_MAX_WORD_BYTES,
  };
  CoquillRegion region = { 0, old_bytes, 0, new_bytes };
  GArray *list;
  gsize suffix;

  self.matches = g_array_new (FALSE, FALSE, sizeof (CoquillMatch));
  suffix = trim (&self, &region, TRUE);
  /* A token's place in its stretch has 32 bits. */
  if (!coquill_region_is_done (&region) && coquill_region_bytes (&region) < G_MAXUINT32
      && !compare_lines (&self, &region))
    compare_by_pieces (&self, &region, compare_piece_by_lines);
  coquill_comparison_add (&self, region.old_end, region.new_end, suffix);
  coquill_comparison_join (&self);
  coquill_comparison_mend_tears (&self);
  coquill_comparison_tidy (&self);
  coquill_comparison_slide (&self);
  coquill_comparison_join (&self);
  list = list_replacements (&self);
  g_array_unref (self.matches);
  if (steps != NULL)
    *steps = COQUILL_REPLACEMENT_MAX_STEPS - self.steps;

  return list;
}
