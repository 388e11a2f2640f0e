/* replacement-words.c: a stretch compared word by word, and words that are much alike letter by letter */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/replacement-private.h"

#include <string.h>

#include "document/segmentation.h"
#include "document/sequence-alignment.h"
#include "document/token-list.h"

/* Words that are looked at on either side for one that is much alike. */
#define WINDOW 6

typedef struct
{
  CoquillComparison *comparison;
  const CoquillRegion *region;
  CoquillTokenList *old_list;
  CoquillTokenList *new_list;
} Words;

/* Tokens of both. */
typedef struct
{
  guint32 old_from, old_to;
  guint32 new_from, new_to;
} Gap;

static CoquillCharacterClass
token_class (const CoquillTokenList *list, guint32 index)
{
  guint32 start = coquill_token_list_start (list, index);

  return coquill_segmentation_class (list->text + start, list->ends[index] - start);
}

static void
keep (Words *self, guint32 old_index, guint32 new_index)
{
  guint32 start = coquill_token_list_start (self->old_list, old_index);

  coquill_comparison_add (self->comparison, self->region->old_start + start,
                          self->region->new_start + coquill_token_list_start (self->new_list, new_index),
                          self->old_list->ends[old_index] - start);
}

/* Letters */

/* Keeps the grapheme clusters that two words have in common, in order, if that is at least half of the
 * longer one: or else a person would have written the word anew. */
static void
compare_letters (CoquillComparison *self,
                 gsize old_start,
                 gsize new_start,
                 CoquillTokenList *old_list,
                 CoquillTokenList *new_list)
{
  guint32 n_ids = coquill_token_list_number (old_list, new_list);
  g_autofree guint32 *partners = g_new (guint32, old_list->length);
  guint32 kept = 0;

  coquill_sequence_align (old_list->ids, old_list->length, new_list->ids, new_list->length, n_ids, FALSE,
                          &self->steps, partners);
  for (guint32 i = 0; i < old_list->length; i++)
    kept += partners[i] != COQUILL_NO_PARTNER;
  if ((guint64)kept * 2 < MAX (old_list->length, new_list->length))
    return;
  for (guint32 i = 0; i < old_list->length; i++)
    if (partners[i] != COQUILL_NO_PARTNER)
      {
        guint32 start = coquill_token_list_start (old_list, i);

        coquill_comparison_add (self, old_start + start,
                                new_start + coquill_token_list_start (new_list, partners[i]),
                                old_list->ends[i] - start);
      }
}

/* What two tokens begin and end with in common. Returns: whether that is half of the longer one */
static gboolean
are_alike (Words *self, guint32 old_index, guint32 new_index, gsize *prefix, gsize *suffix)
{
  guint32 old_start = coquill_token_list_start (self->old_list, old_index);
  guint32 new_start = coquill_token_list_start (self->new_list, new_index);

  return coquill_comparison_are_alike (
      self->comparison, self->old_list->text + old_start, self->old_list->ends[old_index] - old_start,
      self->new_list->text + new_start, self->new_list->ends[new_index] - new_start, prefix, suffix);
}

static void
compare_token (Words *self, guint32 old_index, guint32 new_index)
{
  guint32 old_at = coquill_token_list_start (self->old_list, old_index);
  guint32 new_at = coquill_token_list_start (self->new_list, new_index);
  guint32 old_bytes = self->old_list->ends[old_index] - old_at;
  guint32 new_bytes = self->new_list->ends[new_index] - new_at;
  gsize old_start = self->region->old_start + old_at, new_start = self->region->new_start + new_at;
  gsize prefix, suffix;

  if (MAX (old_bytes, new_bytes) <= COQUILL_REPLACEMENT_MAX_WORD)
    {
      g_autoptr (CoquillTokenList) old_letters
          = coquill_token_list_new_graphemes (self->old_list->text + old_at, old_bytes);
      g_autoptr (CoquillTokenList) new_letters
          = coquill_token_list_new_graphemes (self->new_list->text + new_at, new_bytes);

      compare_letters (self->comparison, old_start, new_start, old_letters, new_letters);
    }
  else if (are_alike (self, old_index, new_index, &prefix, &suffix))
    {
      coquill_comparison_add (self->comparison, old_start, new_start, prefix);
      coquill_comparison_add (self->comparison, old_start + old_bytes - suffix,
                              new_start + new_bytes - suffix, suffix);
    }
}

/* Words */

/* Keeps the tokens that a gap begins with on both sides, then @inner between, then those that it ends with.
 */
static void
compare_ends (Words *self, Gap gap, void (*inner) (Words *self, Gap gap))
{
  guint32 tail = 0;

  while (gap.old_from < gap.old_to && gap.new_from < gap.new_to
         && self->old_list->ids[gap.old_from] == self->new_list->ids[gap.new_from])
    keep (self, gap.old_from++, gap.new_from++);
  while (gap.old_from < gap.old_to && gap.new_from < gap.new_to
         && self->old_list->ids[gap.old_to - 1] == self->new_list->ids[gap.new_to - 1])
    {
      gap.old_to--;
      gap.new_to--;
      tail++;
    }
  if (gap.old_from < gap.old_to && gap.new_from < gap.new_to)
    inner (self, gap);
  for (guint32 i = 0; i < tail; i++)
    keep (self, gap.old_to + i, gap.new_to + i);
}

static void
compare_single (Words *self, Gap gap)
{
  if (gap.old_to - gap.old_from == 1 && gap.new_to - gap.new_from == 1
      && token_class (self->old_list, gap.old_from) == token_class (self->new_list, gap.new_from))
    compare_token (self, gap.old_from, gap.new_from);
}

/* The nearest words that are alike, not far behind the start of @gap. */
static gboolean
find_alike (Words *self, const Gap *gap, guint32 *old_index, guint32 *new_index)
{
  for (guint32 sum = 0; sum < 2 * WINDOW && self->comparison->steps > 0; sum++)
    for (guint32 ahead = 0; ahead <= sum; ahead++)
      {
        gsize prefix, suffix;

        *old_index = gap->old_from + ahead;
        *new_index = gap->new_from + sum - ahead;
        if (*old_index < gap->old_to && *new_index < gap->new_to
            && token_class (self->old_list, *old_index) == COQUILL_CHARACTER_WORD
            && token_class (self->new_list, *new_index) == COQUILL_CHARACTER_WORD
            && are_alike (self, *old_index, *new_index, &prefix, &suffix))
          return TRUE;
      }

  return FALSE;
}

/* Between words that are the same: words that are alike are mended, not replaced. */
static void
compare_gap (Words *self, Gap gap)
{
  Gap rest = gap; /* not compared yet; gap begins where the search is */
  guint32 old_index, new_index;

  while (gap.old_from < gap.old_to && gap.new_from < gap.new_to)
    if (find_alike (self, &gap, &old_index, &new_index))
      {
        rest.old_to = old_index;
        rest.new_to = new_index;
        compare_ends (self, rest, compare_single);
        compare_token (self, old_index, new_index);
        gap.old_from = rest.old_from = old_index + 1;
        gap.new_from = rest.new_from = new_index + 1;
      }
    else
      {
        gap.old_from++;
        gap.new_from++;
      }
  rest.old_to = gap.old_to;
  rest.new_to = gap.new_to;
  compare_ends (self, rest, compare_single);
}

/* The words, without what is between them: blanks and punctuation are everywhere and would lead astray. */
static GArray *
choose_words (const CoquillTokenList *list, guint32 **ids)
{
  GArray *chosen = g_array_new (FALSE, FALSE, sizeof (guint32));

  *ids = g_new (guint32, list->length);
  for (guint32 i = 0; i < list->length; i++)
    if (token_class (list, i) == COQUILL_CHARACTER_WORD)
      {
        (*ids)[chosen->len] = list->ids[i];
        g_array_append_val (chosen, i);
      }

  return chosen;
}

void
coquill_comparison_align_words (CoquillComparison *self, const CoquillRegion *region)
{
  g_autoptr (CoquillTokenList) old_list = coquill_token_list_new_words (
      self->old_text + region->old_start, (guint32)(region->old_end - region->old_start));
  g_autoptr (CoquillTokenList) new_list = coquill_token_list_new_words (
      self->new_text + region->new_start, (guint32)(region->new_end - region->new_start));
  guint32 n_ids = coquill_token_list_number (old_list, new_list);
  Words words = { self, region, old_list, new_list };
  g_autofree guint32 *old_ids = NULL;
  g_autofree guint32 *new_ids = NULL;
  g_autoptr (GArray) old_chosen = choose_words (old_list, &old_ids);
  g_autoptr (GArray) new_chosen = choose_words (new_list, &new_ids);
  g_autofree guint32 *partners = g_new (guint32, old_chosen->len);
  Gap gap = { 0, old_list->length, 0, new_list->length };

  coquill_sequence_align (old_ids, old_chosen->len, new_ids, new_chosen->len, n_ids, FALSE, &self->steps,
                          partners);
  for (guint i = 0; i < old_chosen->len; i++)
    if (partners[i] != COQUILL_NO_PARTNER)
      {
        gap.old_to = g_array_index (old_chosen, guint32, i);
        gap.new_to = g_array_index (new_chosen, guint32, partners[i]);
        compare_ends (&words, gap, compare_gap);
        keep (&words, gap.old_to, gap.new_to);
        gap.old_from = gap.old_to + 1;
        gap.new_from = gap.new_to + 1;
      }
  gap.old_to = old_list->length;
  gap.new_to = new_list->length;
  compare_ends (&words, gap, compare_gap);
}
