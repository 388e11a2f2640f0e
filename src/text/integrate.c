/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* integrate.c: where an insertion belongs among those that it doesn't know. */

#include "text/integrate.h"

/* Compares two origins right by where they stand; none is behind everything. */
static int
compare_right (const CoquillSpanTree *tree, CoquillId a, CoquillId b)
{
  CoquillSpanCursor cursor_a, cursor_b;

  if (a == b)
    return 0;
  if (a == COQUILL_ID_NONE || b == COQUILL_ID_NONE)
    return a == COQUILL_ID_NONE ? 1 : -1;
  coquill_span_tree_find_id (tree, a, &cursor_a);
  coquill_span_tree_find_id (tree, b, &cursor_b);
  return coquill_span_tree_compare (tree, &cursor_a, &cursor_b);
}

/* Whether an origin left stands before another one, with none before everything. */
static bool
is_left_of (const CoquillSpanTree *tree, CoquillId a, CoquillId b)
{
  CoquillSpanCursor cursor_a, cursor_b;

  if (a == b || b == COQUILL_ID_NONE)
    return false;
  if (a == COQUILL_ID_NONE)
    return true;
  coquill_span_tree_find_id (tree, a, &cursor_a);
  coquill_span_tree_find_id (tree, b, &cursor_b);
  return coquill_span_tree_compare (tree, &cursor_a, &cursor_b) < 0;
}

static bool
goes_before (const CoquillGraph *graph, CoquillId a, CoquillId b)
{
  int order = coquill_agent_compare (&graph->agents[coquill_id_agent (a)].id,
                                     &graph->agents[coquill_id_agent (b)].id);

  return order != 0 ? order < 0 : a < b;
}

/*
 * Moves the cursor from directly behind the origin left to where the new span belongs, among the spans that
 * are absent from the prepared version, which are concurrent with it. This is YjsMod's integrate. In a span
 * only the first character needs a look: the others have the one before as origin left, which stands to the
 * right of ours.
 */
static void
scan_concurrent (const CoquillGraph *graph,
                 const CoquillSpanTree *tree,
                 const CoquillSpan *new_span,
                 CoquillSpanCursor *cursor)
{
  CoquillSpanCursor scan = *cursor;
  const CoquillSpan *other;
  bool scanning = false;

  while ((other = coquill_span_tree_span (&scan)) != NULL && other->prepared == COQUILL_SPAN_ABSENT)
    {
      if (other->left == new_span->left)
        {
          int order = compare_right (tree, other->right, new_span->right);

          if (order == 0 && goes_before (graph, new_span->id, other->id))
            break;
          scanning = order < 0;
        }
      else if (is_left_of (tree, other->left, new_span->left))
        break;
      coquill_span_tree_next (&scan);
      if (!scanning)
        *cursor = scan;
    }
}

CoquillSpanCursor
coquill_integrate (const CoquillGraph *graph,
                   const CoquillSpanTree *tree,
                   uint64_t position,
                   CoquillSpan *span)
{
  CoquillSpanCursor cursor = coquill_span_tree_start (tree);

  span->left = COQUILL_ID_NONE;
  span->right = COQUILL_ID_NONE;
  if (position > 0)
    {
      const CoquillSpan *left;

      cursor = coquill_span_tree_find_prepared (tree, position - 1);
      left = coquill_span_tree_span (&cursor);
      span->left = left->id + cursor.offset;
      if (++cursor.offset < left->length)
        {
          span->right = span->left + 1;
          return cursor;
        }
      coquill_span_tree_next (&cursor);
    }

  for (CoquillSpanCursor behind = cursor;; coquill_span_tree_next (&behind))
    {
      const CoquillSpan *right = coquill_span_tree_span (&behind);

      if (right == NULL)
        break;
      if (right->prepared != COQUILL_SPAN_ABSENT)
        {
          span->right = right->id;
          break;
        }
    }
  scan_concurrent (graph, tree, span, &cursor);
  return cursor;
}
