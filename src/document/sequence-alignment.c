/* sequence-alignment.c: which elements of two sequences belong together */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/sequence-alignment.h"

#define UNREACHED G_MININT32

/* Stretches of both that are still to be aligned. */
typedef struct
{
  guint32 a_start, a_end;
  guint32 b_start, b_end;
  guint depth;
  gboolean has_no_unique;
} Range;

typedef struct
{
  const guint32 *a;
  const guint32 *b;
  guint64 *steps;
  guint32 *partners;
  GArray *ranges; /* (element-type Range): a stack */

  /* Per id, zero between two uses. */
  guint8 *count_a, *count_b;
  guint32 *place_b;

  /* How far each diagonal was reached, from the start and, mirrored, from the end. */
  gint32 forward_ends[2 * COQUILL_ALIGNMENT_MAX_DISTANCE + 3];
  gint32 backward_ends[2 * COQUILL_ALIGNMENT_MAX_DISTANCE + 3];
} Alignment;

static void
spend (Alignment *self, guint64 steps)
{
  *self->steps -= MIN (*self->steps, steps);
}

static void
push (Alignment *self, const Range *parent, guint32 a_start, guint32 a_end, guint32 b_start, guint32 b_end)
{
  Range range = { a_start, a_end, b_start, b_end, parent->depth, parent->has_no_unique };

  if (a_start < a_end && b_start < b_end)
    g_array_append_val (self->ranges, range);
}

/* Pairs what both begin and end with. */
static void
trim (Alignment *self, Range *range)
{
  guint64 before = (guint64)range->a_end - range->a_start;

  while (range->a_start < range->a_end && range->b_start < range->b_end
         && self->a[range->a_start] == self->b[range->b_start])
    self->partners[range->a_start++] = range->b_start++;
  while (range->a_start < range->a_end && range->b_start < range->b_end
         && self->a[range->a_end - 1] == self->b[range->b_end - 1])
    self->partners[--range->a_end] = --range->b_end;
  spend (self, 1 + before - (range->a_end - range->a_start));
}

/* Unique elements */

static void
count (Alignment *self, const Range *range)
{
  for (guint32 i = range->a_start; i < range->a_end; i++)
    self->count_a[self->a[i]] += self->count_a[self->a[i]] < 2;
  for (guint32 j = range->b_start; j < range->b_end; j++)
    {
      self->count_b[self->b[j]] += self->count_b[self->b[j]] < 2;
      self->place_b[self->b[j]] = j;
    }
}

static void
forget_counts (Alignment *self, const Range *range)
{
  for (guint32 i = range->a_start; i < range->a_end; i++)
    self->count_a[self->a[i]] = 0;
  for (guint32 j = range->b_start; j < range->b_end; j++)
    self->count_b[self->b[j]] = 0;
}

typedef struct
{
  guint32 a, b;
  guint32 previous; /* in the longest ascending row that ends here */
} Landmark;

/* The longest row of landmarks that ascends in both. Returns: (transfer full): their indices, from the last
 */
static GArray *
longest_row (GArray *landmarks)
{
  GArray *row = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) tails = g_array_new (FALSE, FALSE, sizeof (guint32)); /* of rows of each length */

  for (guint32 i = 0; i < landmarks->len; i++)
    {
      Landmark *landmark = &g_array_index (landmarks, Landmark, i);
      guint low = 0, high = tails->len;

      while (low < high)
        {
          guint middle = low + (high - low) / 2;

          if (g_array_index (landmarks, Landmark, g_array_index (tails, guint32, middle)).b < landmark->b)
            low = middle + 1;
          else
            high = middle;
        }
      landmark->previous = low > 0 ? g_array_index (tails, guint32, low - 1) : COQUILL_NO_PARTNER;
      if (low == tails->len)
        g_array_append_val (tails, i);
      else
        g_array_index (tails, guint32, low) = i;
    }
  if (tails->len > 0)
    for (guint32 i = g_array_index (tails, guint32, tails->len - 1); i != COQUILL_NO_PARTNER;
         i = g_array_index (landmarks, Landmark, i).previous)
      g_array_append_val (row, i);

  return row;
}

/* Pairs unique elements and leaves what lies between them. Returns: whether there were any */
static gboolean
align_unique (Alignment *self, Range *range)
{
  g_autoptr (GArray) landmarks = g_array_new (FALSE, FALSE, sizeof (Landmark));
  g_autoptr (GArray) row = NULL;
  guint32 a_end = range->a_end, b_end = range->b_end;

  spend (self, (guint64)(range->a_end - range->a_start) + (range->b_end - range->b_start));
  count (self, range);
  for (guint32 i = range->a_start; i < range->a_end; i++)
    if (self->count_a[self->a[i]] == 1 && self->count_b[self->a[i]] == 1)
      {
        Landmark landmark = { .a = i, .b = self->place_b[self->a[i]] };

        g_array_append_val (landmarks, landmark);
      }
  forget_counts (self, range);
  if (landmarks->len == 0)
    {
      range->has_no_unique = TRUE;
      return FALSE;
    }

  row = longest_row (landmarks);
  range->depth++;
  for (guint i = 0; i < row->len; i++)
    {
      const Landmark *landmark = &g_array_index (landmarks, Landmark, g_array_index (row, guint32, i));

      self->partners[landmark->a] = landmark->b;
      push (self, range, landmark->a + 1, a_end, landmark->b + 1, b_end);
      a_end = landmark->a;
      b_end = landmark->b;
    }
  push (self, range, range->a_start, a_end, range->b_start, b_end);

  return TRUE;
}

/* The middle of a shortest path */

typedef struct
{
  const guint32 *a;
  const guint32 *b;
  gint32 n, m;
  gboolean mirrored;
} Sides;

static gboolean
equals (const Sides *sides, gint32 x, gint32 y)
{
  return sides->mirrored ? sides->a[sides->n - 1 - x] == sides->b[sides->m - 1 - y]
                         : sides->a[x] == sides->b[y];
}

/* The furthest point on diagonal @k (x - y) with one difference more. Returns: its x, or UNREACHED */
static gint32
reach (const Sides *sides, const gint32 *ends, gint32 k, guint64 *steps)
{
  gint32 right = ends[k - 1], down = ends[k + 1];
  gint32 x = UNREACHED, start;

  if (right != UNREACHED && right < sides->n)
    x = right + 1;
  if (down != UNREACHED && down - k <= sides->m && down > x)
    x = down;
  if (x == UNREACHED)
    return x;
  start = x;
  while (x < sides->n && x - k < sides->m && equals (sides, x, x - k))
    x++;
  *steps += (guint64)(x - start);

  return x;
}

/* The point furthest along. */
static gint32
best_end (const gint32 *ends, gint32 distance, gint32 *diagonal)
{
  gint32 best = -1;

  for (gint32 k = -distance; k <= distance; k += 2)
    if (ends[k] != UNREACHED && 2 * ends[k] - k > best)
      {
        best = 2 * ends[k] - k;
        *diagonal = k;
      }

  return best;
}

typedef enum
{
  MIDDLE_NONE,
  MIDDLE_EXACT,
  MIDDLE_GUESSED,
} Middle;

/* Finds a point inside of @range through which a shortest path goes; if that is too far to see, the point
 * that was reached furthest. What is trimmed differs at both ends, so the point is never a corner. */
static Middle
find_middle (Alignment *self, const Range *range, guint32 *a_middle, guint32 *b_middle)
{
  Sides sides[2]
      = { { self->a + range->a_start, self->b + range->b_start, (gint32)(range->a_end - range->a_start),
            (gint32)(range->b_end - range->b_start), FALSE } };
  gint32 *ends[2] = { self->forward_ends + COQUILL_ALIGNMENT_MAX_DISTANCE + 1,
                      self->backward_ends + COQUILL_ALIGNMENT_MAX_DISTANCE + 1 };
  gint32 n = sides[0].n, m = sides[0].m, delta = n - m;
  gint32 x, k = 0, other_k = 0;
  guint64 steps;

  sides[1] = sides[0];
  sides[1].mirrored = TRUE;
  ends[0][0] = ends[1][0] = 0; /* trimmed: no step along diagonal 0 */
  for (gint32 distance = 1; distance <= COQUILL_ALIGNMENT_MAX_DISTANCE; distance++)
    for (guint side = 0; side < 2; side++)
      {
        /* Where the two meet is seen by the one whose turn makes the whole distance odd or even as delta. */
        gboolean may_meet = ((delta & 1) != 0) == (side == 0);
        gint32 reached = side == 0 ? distance - 1 : distance; /* by the other side */

        steps = (guint64)distance + 1;
        ends[side][distance + 1] = ends[side][-distance - 1] = UNREACHED;
        if (distance == 1)
          ends[side][1] = ends[side][-1] = UNREACHED;
        for (k = -distance; k <= distance; k += 2)
          {
            x = reach (&sides[side], ends[side], k, &steps);
            ends[side][k] = x;
            if (may_meet && x != UNREACHED && ABS (delta - k) <= reached
                && ends[!side][delta - k] != UNREACHED && x + ends[!side][delta - k] >= n)
              {
                *a_middle = range->a_start + (guint32)(side == 0 ? x : n - x);
                *b_middle = range->b_start + (guint32)(side == 0 ? x - k : m - (x - k));
                spend (self, steps);
                return MIDDLE_EXACT;
              }
          }
        spend (self, steps);
        if (*self->steps == 0)
          return MIDDLE_NONE;
      }

  if (best_end (ends[0], COQUILL_ALIGNMENT_MAX_DISTANCE, &k)
      >= best_end (ends[1], COQUILL_ALIGNMENT_MAX_DISTANCE, &other_k))
    {
      *a_middle = range->a_start + (guint32)ends[0][k];
      *b_middle = range->b_start + (guint32)(ends[0][k] - k);
    }
  else
    {
      *a_middle = range->a_end - (guint32)ends[1][other_k];
      *b_middle = range->b_end - (guint32)(ends[1][other_k] - other_k);
    }

  return MIDDLE_GUESSED;
}

void
coquill_sequence_align (const guint32 *a,
                        guint32 n_a,
                        const guint32 *b,
                        guint32 n_b,
                        guint32 n_ids,
                        gboolean unique_first,
                        guint64 *steps,
                        guint32 *partners)
{
  Alignment self = { .a = a, .b = b, .steps = steps, .partners = partners };
  Range range = { 0, n_a, 0, n_b, 0, FALSE };

  for (guint32 i = 0; i < n_a; i++)
    partners[i] = COQUILL_NO_PARTNER;
  self.ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  self.count_a = g_new0 (guint8, n_ids);
  self.count_b = g_new0 (guint8, n_ids);
  self.place_b = g_new (guint32, n_ids);
  push (&self, &range, 0, n_a, 0, n_b);
  while (self.ranges->len > 0)
    {
      guint32 a_middle, b_middle;
      gboolean may_look;
      Middle middle;

      range = g_array_index (self.ranges, Range, self.ranges->len - 1);
      g_array_set_size (self.ranges, self.ranges->len - 1);
      trim (&self, &range);
      if (range.a_start == range.a_end || range.b_start == range.b_end || *steps == 0)
        continue;
      may_look = !range.has_no_unique && range.depth < COQUILL_ALIGNMENT_MAX_DEPTH;
      if (unique_first && may_look && align_unique (&self, &range))
        continue;
      middle = find_middle (&self, &range, &a_middle, &b_middle);
      if (middle == MIDDLE_NONE
          || (middle == MIDDLE_GUESSED && !unique_first && may_look && align_unique (&self, &range)))
        continue;
      range.has_no_unique = TRUE;
      push (&self, &range, a_middle, range.a_end, b_middle, range.b_end);
      push (&self, &range, range.a_start, a_middle, range.b_start, b_middle);
    }
  g_array_unref (self.ranges);
  g_free (self.count_a);
  g_free (self.count_b);
  g_free (self.place_b);
}
