/* replacement-tidy.c: what two texts have in common by chance is no reason to cut an edit in two */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/replacement-private.h"

#include <string.h>

#include "document/segmentation.h"

/* An edit between two matches, in grapheme clusters, counted up to COQUILL_REPLACEMENT_MAX_CHANCE. */
typedef struct
{
  CoquillRegion region;
  guint deleted;
  guint inserted;
} Edit;

static Edit
edit_before (const CoquillComparison *self, guint index)
{
  Edit edit = { .region = { 0, self->old_bytes, 0, self->new_bytes } };

  if (index > 0)
    {
      const CoquillMatch *match = &g_array_index (self->matches, CoquillMatch, index - 1);

      edit.region.old_start = match->old_start + match->bytes;
      edit.region.new_start = match->new_start + match->bytes;
    }
  if (index < self->matches->len)
    {
      const CoquillMatch *match = &g_array_index (self->matches, CoquillMatch, index);

      edit.region.old_end = match->old_start;
      edit.region.new_end = match->new_start;
    }
  edit.deleted = coquill_segmentation_count (self->old_text + edit.region.old_start,
                                             edit.region.old_end - edit.region.old_start,
                                             COQUILL_REPLACEMENT_MAX_CHANCE);
  edit.inserted = coquill_segmentation_count (self->new_text + edit.region.new_start,
                                              edit.region.new_end - edit.region.new_start,
                                              COQUILL_REPLACEMENT_MAX_CHANCE);

  return edit;
}

static gboolean
has_blank (const guint8 *text, gsize bytes)
{
  for (gsize i = 0; i < bytes; i++)
    if (text[i] == ' ' || text[i] == '\t')
      return TRUE;

  return FALSE;
}

static gboolean
is_in_word (const CoquillComparison *self, gsize old_at, gsize new_at)
{
  return coquill_segmentation_is_in_word (self->old_text, self->old_bytes, old_at)
         || coquill_segmentation_is_in_word (self->new_text, self->new_bytes, new_at);
}

/* Whether @match, between two edits, is no more than chance. */
static gboolean
is_chance (const CoquillComparison *self, const CoquillMatch *match, const Edit *left, const Edit *right)
{
  const guint8 *text = self->old_text + match->old_start;
  guint least = MIN (MAX (left->deleted, left->inserted), MAX (right->deleted, right->inserted));

  /* Nothing would be spared if only one thing is done: to type it again instead of leaving it. */
  if ((left->deleted == 0 && right->deleted == 0) || (left->inserted == 0 && right->inserted == 0))
    return FALSE;
  if (match->bytes > 64 * COQUILL_REPLACEMENT_MAX_CHANCE || memchr (text, '\n', match->bytes) != NULL
      || coquill_segmentation_count (text, match->bytes, least + 1) > least)
    return FALSE;
  /* Something moved across: a person does that too, unless it is within a word. */
  if ((left->deleted == 0 && right->inserted == 0) || (left->inserted == 0 && right->deleted == 0))
    return is_in_word (self, match->old_start, match->new_start)
           && is_in_word (self, match->old_start + match->bytes, match->new_start + match->bytes);
  /* Two words of which one is only mended aren't replaced together. */
  return !has_blank (text, match->bytes)
         || (!is_in_word (self, left->region.old_start, left->region.new_start)
             && !is_in_word (self, right->region.old_end, right->region.new_end));
}

/* Each match is judged by the edits beside it as they were found, not by what has grown together: so all that
 * is given up is at most twice what was changed. */
void
coquill_comparison_tidy (CoquillComparison *self)
{
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (CoquillMatch));
  Edit left = edit_before (self, 0);

  for (guint i = 0; i < self->matches->len; i++)
    {
      const CoquillMatch *match = &g_array_index (self->matches, CoquillMatch, i);
      Edit right = edit_before (self, i + 1);

      if (!is_chance (self, match, &left, &right))
        g_array_append_val (kept, *match);
      left = right;
    }
  g_array_unref (self->matches);
  self->matches = g_steal_pointer (&kept);
}
