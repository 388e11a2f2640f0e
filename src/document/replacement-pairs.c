/* replacement-pairs.c: lines that are alike, where too many were changed for finding the same ones */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/replacement-private.h"

#include "document/segmentation.h"
#include "document/token-list.h"

/* Lines that are looked at on either side for one that is alike. */
#define WINDOW 4

static gsize
common_start (const guint8 *a, gsize a_bytes, const guint8 *b, gsize b_bytes)
{
  gsize most = MIN (a_bytes, b_bytes), length = 0;

  while (length < most && a[length] == b[length])
    length++;
  while (length > 0
         && !(coquill_segmentation_is_cut (a, a_bytes, length)
              && coquill_segmentation_is_cut (b, b_bytes, length)))
    length--;

  return length;
}

static gsize
common_end (const guint8 *a, gsize a_bytes, const guint8 *b, gsize b_bytes, gsize most)
{
  gsize length = 0;

  while (length < most && a[a_bytes - 1 - length] == b[b_bytes - 1 - length])
    length++;
  while (length > 0
         && !(coquill_segmentation_is_cut (a, a_bytes, a_bytes - length)
              && coquill_segmentation_is_cut (b, b_bytes, b_bytes - length)))
    length--;

  return length;
}

gboolean
coquill_comparison_are_alike (CoquillComparison *self,
                              const guint8 *a,
                              gsize a_bytes,
                              const guint8 *b,
                              gsize b_bytes,
                              gsize *prefix,
                              gsize *suffix)
{
  *prefix = common_start (a, a_bytes, b, b_bytes);
  *suffix = common_end (a, a_bytes, b, b_bytes, MIN (a_bytes, b_bytes) - *prefix);
  self->steps -= MIN (self->steps, 1 + (*prefix + *suffix) / 8);

  return (*prefix + *suffix) * 2 >= MAX (a_bytes, b_bytes);
}

typedef struct
{
  CoquillComparison *comparison;
  const CoquillRegion *region;
  const CoquillTokenList *old_list;
  const CoquillTokenList *new_list;
} Lines;

static CoquillRegion
region_of (const Lines *self, guint32 old_from, guint32 old_to, guint32 new_from, guint32 new_to)
{
  return (CoquillRegion){
    self->region->old_start + coquill_token_list_start (self->old_list, old_from),
    self->region->old_start + coquill_token_list_start (self->old_list, old_to),
    self->region->new_start + coquill_token_list_start (self->new_list, new_from),
    self->region->new_start + coquill_token_list_start (self->new_list, new_to),
  };
}

/* The nearest two lines that are alike, from these on. */
static gboolean
find_alike (const Lines *self, guint32 *old_index, guint32 *new_index)
{
  for (guint32 sum = 0; sum < 2 * WINDOW && self->comparison->steps > 0; sum++)
    for (guint32 ahead = 0; ahead <= sum; ahead++)
      {
        guint32 i = *old_index + ahead, j = *new_index + sum - ahead;
        gsize prefix, suffix;
        CoquillRegion two;

        if (i >= self->old_list->length || j >= self->new_list->length)
          continue;
        two = region_of (self, i, i + 1, j, j + 1);
        if (coquill_comparison_are_alike (
                self->comparison, self->comparison->old_text + two.old_start, two.old_end - two.old_start,
                self->comparison->new_text + two.new_start, two.new_end - two.new_start, &prefix, &suffix))
          {
            *old_index = i;
            *new_index = j;
            return TRUE;
          }
      }

  return FALSE;
}

static void
pair_alike (const Lines *self, CoquillRegionFunc inner)
{
  guint32 old_from = 0, new_from = 0; /* not compared yet */
  guint32 old_at = 0, new_at = 0;     /* where the search is */

  while (old_at < self->old_list->length && new_at < self->new_list->length)
    if (find_alike (self, &old_at, &new_at))
      {
        inner (self->comparison, region_of (self, old_from, old_at, new_from, new_at));
        inner (self->comparison, region_of (self, old_at, old_at + 1, new_at, new_at + 1));
        old_from = ++old_at;
        new_from = ++new_at;
      }
    else
      {
        old_at++;
        new_at++;
      }
  inner (self->comparison,
         region_of (self, old_from, self->old_list->length, new_from, self->new_list->length));
}

void
coquill_comparison_pair_lines (CoquillComparison *self, const CoquillRegion *region, CoquillRegionFunc inner)
{
  g_autoptr (CoquillTokenList) old_list = coquill_token_list_new_lines (
      self->old_text + region->old_start, (guint32)(region->old_end - region->old_start));
  g_autoptr (CoquillTokenList) new_list = coquill_token_list_new_lines (
      self->new_text + region->new_start, (guint32)(region->new_end - region->new_start));
  Lines lines = { self, region, old_list, new_list };

  if (old_list == NULL || new_list == NULL)
    inner (self, *region);
  else if (old_list->length == new_list->length)
    for (guint32 i = 0; i < old_list->length; i++)
      inner (self, region_of (&lines, i, i + 1, i, i + 1));
  else
    pair_alike (&lines, inner);
}
