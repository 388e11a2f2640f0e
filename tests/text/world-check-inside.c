/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world-check-inside.c: the one part of the world that knows the inside: do its trees keep their invariants?
 */

#include "text/text-private.h"
#include "world.h"

void
world_check_inside (World *self, Replica *replica)
{
  const CoquillWalker *walker = replica->text->walker;

  if (!coquill_rope_check (replica->text->rope))
    world_fail (self, "%c: the rope is broken", world_name (self, replica));
  if (walker != NULL && !coquill_order_check (walker->order))
    world_fail (self, "%c: the order is broken", world_name (self, replica));
  if (walker != NULL && walker->window != NULL && !coquill_merge_window_check (walker->window))
    world_fail (self, "%c: the window is broken", world_name (self, replica));
}
