/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world-check-inside.c: the one part of the world that knows the inside: do its trees keep their invariants?
 */

#include "text/text-private.h"
#include "world.h"

/* Whether what an entry of the flat window says is what the order shows. */
static bool
check_flat (const CoquillWalker *walker)
{
  const CoquillFlatWindow *window = &walker->flat->window;
  uint64_t effect = 0;

  for (unsigned i = 0; i < window->n_entries; i++)
    {
      const CoquillFlatEntry *entry = &window->entries[i];
      CoquillOrderPlace place;

      effect += entry->gap;
      if (entry->length == 0 || effect > coquill_order_width (walker->order))
        return false;
      if (entry->n_deletions > 0)
        continue;
      if (effect + entry->length > coquill_order_width (walker->order))
        return false;
      place = coquill_order_find (walker->order, effect);
      if (coquill_order_id (&place) != entry->id)
        return false;
      effect += entry->length;
      place = coquill_order_find (walker->order, effect - 1);
      if (coquill_order_id (&place) != entry->id + entry->length - 1)
        return false;
    }
  return true;
}

void
world_check_inside (World *self, Replica *replica)
{
  const CoquillWalker *walker = replica->text->walker;

  coquill_text_settle (replica->text);
  if (!coquill_rope_check (replica->text->rope))
    world_fail (self, "%c: the rope is broken", world_name (self, replica));
  if (walker != NULL && !coquill_order_check (walker->order))
    world_fail (self, "%c: the order is broken", world_name (self, replica));
  if (walker != NULL && walker->window != NULL && !coquill_merge_window_check (walker->window))
    world_fail (self, "%c: the window is broken", world_name (self, replica));
  if (walker != NULL && walker->state == COQUILL_WALKER_FLAT && !check_flat (walker))
    world_fail (self, "%c: the flat window is broken", world_name (self, replica));
}
