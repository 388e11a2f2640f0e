/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world-reload.c: a replica from its snapshot. */

#include "world.h"

/* The replica's program ends and starts again: from a snapshot, as a new agent, with the history still on
 * disk. */
void
world_reload (World *self, Replica *replica, const Step *step)
{
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  CoquillTextError error;
  CoquillAgentPrevious previous = { .present = TRUE };
  guint64 n_items, at = 0;

  world_tell (self, "%c is loaded from a snapshot\n", world_name (self, replica));
  if (replica->history->len > 0)
    world_give_history (self, replica);
  n_items = coquill_text_n_items (replica->text);
  while (at < n_items)
    {
      guint64 next = step->detail % 2 == 0 ? n_items : MIN (n_items, at + 1 + step->place % 97);

      g_ptr_array_add (replica->history, coquill_text_extract (replica->text, at, next));
      at = next;
    }
  if (!coquill_text_save_snapshot (replica->text, &buffer))
    world_fail (self, "%c isn't saved", world_name (self, replica));
  previous.ordinal = coquill_text_agent (replica->text, replica->local)->ordinal;
  previous.nonce = coquill_text_agent (replica->text, replica->local)->nonce;
  previous.length = coquill_text_agent_length (replica->text, replica->local);
  coquill_text_free (replica->text);
  replica->text = coquill_text_load_snapshot (buffer.data, buffer.length, &error);
  world_expect (self, replica->text != NULL, &error, "a snapshot");
  coquill_buffer_clear (&buffer);
  if (coquill_text_n_items (replica->text) != n_items)
    world_fail (self, "%c is loaded with another number of items", world_name (self, replica));
  world_make_agent (self, replica, &previous);
  if (step->detail % 3 == 0)
    world_give_history (self, replica);
  if (step->detail % 5 == 0)
    world_check_all (self, replica);
}
