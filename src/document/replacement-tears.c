/* replacement-tears.c: a few words that were found again in another line don't tear theirs apart */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/replacement-private.h"

#include <string.h>

#include "document/segmentation.h"

/* Grapheme clusters of a line that are rather written again than left behind in another line. */
#define MAX_LEFT_BEHIND 24

/* One of the texts, and where in it a match begins. The other one has lines of its own there. */
typedef struct
{
  const guint8 *text;
  gsize (*start) (const CoquillMatch *match);
} Side;

static gsize
old_start (const CoquillMatch *match)
{
  return match->old_start;
}

static gsize
new_start (const CoquillMatch *match)
{
  return match->new_start;
}

static gsize
gap_start (const Side *side, const CoquillMatch *left)
{
  return side->start (left) + left->bytes;
}

static gboolean
has_line_end (const Side *side, const CoquillMatch *left, const CoquillMatch *right)
{
  gsize from = gap_start (side, left), to = side->start (right);

  return memchr (side->text + from, '\n', to - from) != NULL;
}

static gboolean
has_word (const Side *side, gsize from, gsize to)
{
  for (gsize at = from; at < to; at++)
    if ((side->text[at] & 0xc0) != 0x80
        && coquill_segmentation_class (side->text + at, to - at) == COQUILL_CHARACTER_WORD)
      return TRUE;

  return FALSE;
}

/* Whether a line of @whole goes on behind what was put between in @torn: lines that hold words. A line that
 * is only broken isn't torn. */
static gboolean
is_tear (const Side *whole, const Side *torn, const CoquillMatch *left, const CoquillMatch *right)
{
  return !has_line_end (whole, left, right) && has_line_end (torn, left, right)
         && has_word (torn, gap_start (torn, left), torn->start (right));
}

/* Bytes of @match in front of its first line end, or all. */
static gsize
head_bytes (const Side *side, const CoquillMatch *match)
{
  const guint8 *text = side->text + side->start (match);
  const guint8 *end = memchr (text, '\n', match->bytes);

  if (end > text && end[-1] == '\r')
    end--;

  return end != NULL ? (gsize)(end - text) : match->bytes;
}

/* Bytes of @match behind its last line end, or all. */
static gsize
tail_bytes (const Side *side, const CoquillMatch *match)
{
  const guint8 *text = side->text + side->start (match);
  const guint8 *end = memrchr (text, '\n', match->bytes);

  return end != NULL ? (gsize)(text + match->bytes - end) - 1 : match->bytes;
}

/* Without words, as indentation is, it weighs nothing. */
static guint
weigh (const Side *side, gsize start, gsize bytes)
{
  return has_word (side, start, start + bytes)
             ? coquill_segmentation_count (side->text + start, bytes, MAX_LEFT_BEHIND + 1)
             : 0;
}

/* What is kept of the line in front of the tear, nearest first, up to more than is ever left behind. */
static guint
weigh_left (const Side *whole, const Side *torn, GArray *kept)
{
  guint weight = 0;

  for (guint i = kept->len; i > 0 && weight <= MAX_LEFT_BEHIND; i--)
    {
      const CoquillMatch *match = &g_array_index (kept, CoquillMatch, i - 1);
      gsize tail = tail_bytes (whole, match);

      weight += weigh (whole, gap_start (whole, match) - tail, tail);
      if (tail < match->bytes || i == 1 || has_line_end (whole, match - 1, match)
          || has_line_end (torn, match - 1, match))
        break;
    }

  return weight;
}

static guint
weigh_right (const Side *whole, const Side *torn, GArray *matches, guint index)
{
  guint weight = 0;

  for (guint i = index; i < matches->len && weight <= MAX_LEFT_BEHIND; i++)
    {
      const CoquillMatch *match = &g_array_index (matches, CoquillMatch, i);
      gsize head = head_bytes (whole, match);

      weight += weigh (whole, whole->start (match), head);
      if (head < match->bytes || i + 1 == matches->len || has_line_end (whole, match, match + 1)
          || has_line_end (torn, match, match + 1))
        break;
    }

  return weight;
}

static guint
size_of_tear (const Side *torn, const CoquillMatch *left, const CoquillMatch *right)
{
  gsize from = gap_start (torn, left);

  return coquill_segmentation_count (torn->text + from, torn->start (right) - from, 2 * MAX_LEFT_BEHIND);
}

/* Lines of @whole that go on far below in @torn, with few words: those are given up on the lighter side. */
static void
mend (CoquillComparison *self, const Side *whole, const Side *torn)
{
  GArray *kept = g_array_new (FALSE, FALSE, sizeof (CoquillMatch));

  for (guint i = 0; i < self->matches->len; i++)
    {
      CoquillMatch *match = &g_array_index (self->matches, CoquillMatch, i);

      while (match->bytes > 0 && kept->len > 0)
        {
          CoquillMatch *last = &g_array_index (kept, CoquillMatch, kept->len - 1);
          guint left, right;

          if (!is_tear (whole, torn, last, match))
            break;
          left = weigh_left (whole, torn, kept);
          right = weigh_right (whole, torn, self->matches, i);
          if (MIN (left, right) > MAX_LEFT_BEHIND || MIN (left, right) == 0
              || 2 * MIN (left, right) > size_of_tear (torn, last, match))
            break;
          if (2 * left < right) /* a line is known by how it begins */
            {
              last->bytes -= tail_bytes (whole, last);
              if (last->bytes > 0)
                break;
              g_array_set_size (kept, kept->len - 1);
            }
          else
            {
              gsize head = head_bytes (whole, match);

              match->old_start += head;
              match->new_start += head;
              match->bytes -= head;
              break;
            }
        }
      if (match->bytes > 0)
        g_array_append_val (kept, *match);
    }
  g_array_unref (self->matches);
  self->matches = kept;
}

void
coquill_comparison_mend_tears (CoquillComparison *self)
{
  const Side old_side = { self->old_text, old_start }, new_side = { self->new_text, new_start };

  mend (self, &old_side, &new_side);
  mend (self, &new_side, &old_side);
}
