/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-standing.c: which deletions keep characters from being visible. */

#include "text/range-map.h"
#include "text/text-compare.h"
#include "text/text-private.h"
#include "text/walker-private.h"

typedef struct
{
  CoquillText *text;
  CoquillRangeMap *wanted;
  CoquillTextRangeFunc func;
  void *data;
} Search;

/* Of deletions of characters that go on from one another, those that are wanted and that stand. Returns:
 * false if it was stopped */
static bool
tell_standing (const Search *self, CoquillId deletion, CoquillTargetRange target)
{
  for (uint64_t at = 0; at < target.length;)
    {
      uint64_t here = target.length - at;
      uint64_t n_restored = coquill_walker_n_restored (self->text->walker->restored, deletion + at, &here);
      CoquillId id = target.backward ? target.id + (target.length - 1 - at) : target.id + at;
      CoquillTextRange range = { coquill_id_agent (deletion), coquill_id_sequence (deletion + at), 1 };
      CoquillRangeMapEntry entry;
      bool is_wanted = coquill_range_map_get (self->wanted, id, &entry);

      /* Where nothing is wanted the map knows no start; backward runs are of Backspace, and short. */
      if (target.backward)
        here = !is_wanted ? 1 : id - entry.start < here ? id - entry.start + 1 : here;
      else if (entry.end - id < here)
        here = entry.end - id;
      range.length = here;
      if (is_wanted && n_restored == 0 && !self->func (&range, 0, self->data))
        return false;
      at += here;
    }
  return true;
}

static bool
search (const Search *self)
{
  CoquillGraphCursor cursor;
  CoquillGraphPiece piece;
  CoquillTargetRange target;

  coquill_graph_cursor_init (&cursor, self->text->graph, 0);
  while (coquill_graph_cursor_next (&cursor, UINT64_MAX, &piece))
    {
      for (uint64_t done = 0; piece.kind == COQUILL_OPERATION_DELETE && done < piece.length;
           done += target.length)
        {
          coquill_targets_find (coquill_walker_targets (self->text->walker), piece.first + done,
                                piece.length - done, &target);
          if (!tell_standing (self, piece.id + done, target))
            return false;
        }
    }
  return true;
}

bool
coquill_text_standing_deletions (CoquillText *self,
                                 const CoquillTextRange *characters,
                                 size_t n_characters,
                                 CoquillTextRangeFunc func,
                                 void *data)
{
  Search state = { self, NULL, func, data };
  bool done;

  if (!coquill_text_has_history (self) || !coquill_text_go_to_root (self))
    return false;
  coquill_text_catch_up (self);
  state.wanted = coquill_range_map_new ();
  for (size_t i = 0; i < n_characters; i++)
    {
      CoquillId id = coquill_checked_id ((CoquillChangeId){ characters[i].agent, characters[i].sequence });

      if (id != COQUILL_ID_NONE && characters[i].length > 0
          && characters[i].length <= COQUILL_MAX_SEQUENCE - characters[i].sequence)
        coquill_range_map_set (state.wanted, id, id + characters[i].length, 1);
    }
  done = search (&state);
  coquill_range_map_free (state.wanted);
  return done;
}
