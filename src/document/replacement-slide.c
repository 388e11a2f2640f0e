/* replacement-slide.c: an insertion or deletion that may be at several places goes to the most natural one */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/replacement-private.h"

#include "document/segmentation.h"

/* How natural an edit's end is at a place: greater is better. Only the order means something. */
enum
{
  IN_BLANKS = -30,
  IN_WORD = 0,
  AT_WORD = 12,
  BEFORE_BLANK = 18,
  AFTER_BLANK = 20,
  AT_SENTENCE = 26,
  AT_LINE_END = 30,
  AT_LINE = 60,
  AT_PARAGRAPH = 75,
  AT_TEXT_END = 80,
};

/* Deeper indentation makes no difference. */
#define MAX_INDENT 10

static int
judge_line (const guint8 *text, gsize bytes, gsize at)
{
  int score = at >= 2 && text[at - 1] == '\n' && text[at - 2] == '\n' ? AT_PARAGRAPH : AT_LINE;

  if (text[at] == '\n')
    return AT_LINE - MAX_INDENT;
  for (gsize i = at; i < bytes && i < at + MAX_INDENT && (text[i] == ' ' || text[i] == '\t'); i++)
    score--;

  return score;
}

static int
judge (const guint8 *text, gsize bytes, gsize at)
{
  CoquillCharacterClass before, behind;

  if (at == 0 || at == bytes)
    return AT_TEXT_END;
  if (coquill_segmentation_is_line (text, bytes, at))
    return judge_line (text, bytes, at);
  if (text[at] == '\n' || text[at] == '\r')
    return AT_LINE_END;
  before = coquill_segmentation_class_before (text, at);
  behind = coquill_segmentation_class (text + at, bytes - at);
  if (before == COQUILL_CHARACTER_BLANK && behind != COQUILL_CHARACTER_BLANK)
    return at >= 2 && (text[at - 2] == '.' || text[at - 2] == '!' || text[at - 2] == '?') ? AT_SENTENCE
                                                                                          : AFTER_BLANK;
  if (before != COQUILL_CHARACTER_BLANK && behind == COQUILL_CHARACTER_BLANK)
    return BEFORE_BLANK;

  if (before == COQUILL_CHARACTER_BLANK)
    return IN_BLANKS;

  return before == COQUILL_CHARACTER_WORD && behind == COQUILL_CHARACTER_WORD ? IN_WORD : AT_WORD;
}

/* Only one text has something at the edit: @start to @end of it. The other has a place. */
typedef struct
{
  const guint8 *text;
  gsize bytes;
  gsize start, end;
  const guint8 *other_text;
  gsize other_bytes;
  gsize other_at;
} Stretch;

static gboolean
may_be_at (const Stretch *self, gssize offset)
{
  return coquill_segmentation_is_cut (self->text, self->bytes, self->start + (gsize)offset)
         && coquill_segmentation_is_cut (self->text, self->bytes, self->end + (gsize)offset)
         && coquill_segmentation_is_cut (self->other_text, self->other_bytes, self->other_at + (gsize)offset);
}

/* Returns: by how many bytes the edit goes to the right, at most @most_right, or to the left */
static gssize
find_best (CoquillComparison *comparison, const Stretch *self, gsize most_left, gsize most_right)
{
  gsize left = 0, right = 0;
  gssize best = 0;
  int best_score;

  most_left = MIN (most_left, COQUILL_REPLACEMENT_MAX_SLIDE);
  most_right = MIN (most_right, COQUILL_REPLACEMENT_MAX_SLIDE);
  while (left < most_left && self->text[self->start - 1 - left] == self->text[self->end - 1 - left])
    left++;
  while (right < most_right && self->text[self->start + right] == self->text[self->end + right])
    right++;
  comparison->steps -= MIN (comparison->steps, 8 * (1 + left + right));
  best_score = judge (self->text, self->bytes, self->start) + judge (self->text, self->bytes, self->end);
  for (gssize offset = -(gssize)left; offset <= (gssize)right; offset++)
    if (may_be_at (self, offset))
      {
        int score = judge (self->text, self->bytes, self->start + (gsize)offset)
                    + judge (self->text, self->bytes, self->end + (gsize)offset);

        if (score > best_score || (score == best_score && offset > best))
          {
            best = offset;
            best_score = score;
          }
      }

  return best;
}

/* The match before the edit, or the one behind it, if there is none an empty one. */
static CoquillMatch *
neighbour (CoquillComparison *self, guint index, gboolean exists, CoquillMatch *none)
{
  return exists ? &g_array_index (self->matches, CoquillMatch, index) : none;
}

void
coquill_comparison_slide (CoquillComparison *self)
{
  for (guint i = 0; i <= self->matches->len && self->steps > 0; i++)
    {
      CoquillMatch start = { 0, 0, 0 }, end = { self->old_bytes, self->new_bytes, 0 };
      CoquillMatch *left = neighbour (self, i - 1, i > 0, &start);
      CoquillMatch *right = neighbour (self, i, i < self->matches->len, &end);
      gsize old_start = left->old_start + left->bytes, new_start = left->new_start + left->bytes;
      gssize offset = 0;

      if (old_start == right->old_start && new_start < right->new_start)
        offset = find_best (self,
                            &(Stretch){ self->new_text, self->new_bytes, new_start, right->new_start,
                                        self->old_text, self->old_bytes, old_start },
                            left->bytes, right->bytes);
      else if (new_start == right->new_start && old_start < right->old_start)
        offset = find_best (self,
                            &(Stretch){ self->old_text, self->old_bytes, old_start, right->old_start,
                                        self->new_text, self->new_bytes, new_start },
                            left->bytes, right->bytes);
      /* A match at the start or the end that wasn't there would have to be made. */
      if (offset == 0 || (offset > 0 && left == &start) || (offset < 0 && right == &end))
        continue;
      left->bytes += (gsize)offset;
      right->old_start += (gsize)offset;
      right->new_start += (gsize)offset;
      right->bytes -= (gsize)offset;
    }
}
