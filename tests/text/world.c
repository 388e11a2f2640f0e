/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world.c: plays a scenario. */

#include "world.h"

#include <stdarg.h>
#include <unistd.h>

void
world_fail (World *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_vsnprintf (self->report->message, sizeof self->report->message, format, arguments);
  va_end (arguments);
  _exit (1);
}

void
world_tell (World *self, const char *format, ...)
{
  Report *report = self->report;
  gsize room = sizeof report->log - report->log_length;
  gsize written;
  va_list arguments;

  if (!self->log)
    return;
  va_start (arguments, format);
  written = (gsize)g_vsnprintf (report->log + report->log_length, room, format, arguments);
  va_end (arguments);
  report->log_length += MIN (written, room - 1);
}

char
world_name (World *self, const Replica *replica)
{
  return (char)('A' + (replica - self->replicas));
}

void
world_expect (World *self, gboolean done, const CoquillTextError *error, const char *what)
{
  if (!done)
    world_fail (self, "%s was refused: %d, %s", what, error->code, error->message);
}

guint32
world_local_agent (World *self, const Replica *replica, guint agent)
{
  return coquill_text_find_agent (replica->text, &oracle_agent (self->oracle, agent)->id);
}

guint
world_agent (World *self, const Replica *replica, guint32 local)
{
  guint agent;

  if (local >= coquill_text_n_agents (replica->text))
    world_fail (self, "%c: there is no agent %u", world_name (self, replica), local);
  agent = oracle_find_agent (self->oracle, coquill_text_agent (replica->text, local));
  if (agent == G_MAXUINT)
    world_fail (self, "%c: agent %u is nobody", world_name (self, replica), local);
  return agent;
}

void
world_mirror_cb (const CoquillTextDelta *delta, void *data)
{
  GArray *mirror = data;

  g_assert_cmpuint (delta->position + delta->deleted, <=, mirror->len);
  if (delta->deleted > 0)
    g_array_remove_range (mirror, (guint)delta->position, (guint)delta->deleted);
  if (delta->inserted_length > 0)
    {
      glong length;
      g_autofree gunichar *characters
          = g_utf8_to_ucs4_fast (delta->inserted, (glong)delta->inserted_bytes, &length);

      g_assert_cmpuint (length, ==, delta->inserted_length);
      g_array_insert_vals (mirror, (guint)delta->position, characters, (guint)length);
    }
}

void
world_give_history (World *self, Replica *replica)
{
  CoquillTextError error;

  for (guint i = 0; i < replica->history->len; i++)
    world_expect (self,
                  coquill_text_add_history (replica->text, g_ptr_array_index (replica->history, i), &error),
                  &error, "history");
  g_ptr_array_set_size (replica->history, 0);
  if (!coquill_text_has_history (replica->text))
    world_fail (self, "%c has been given its history and lacks it", world_name (self, replica));
}

void
world_make_agent (World *self, Replica *replica, const CoquillAgentPrevious *previous)
{
  CoquillAgent agent = { .nonce = g_rand_int (self->random) };

  for (guint i = 0; i < sizeof agent.device; i++)
    agent.device[i] = (guint8)g_rand_int (self->random);
  replica->agent = oracle_add_agent (self->oracle, &agent, previous);
  replica->local = coquill_text_add_agent (replica->text, &agent, previous);
}

static void
play_step (World *self, const Step *step)
{
  Replica *replica = &self->replicas[step->replica % self->n_replicas];

  switch ((StepKind)step->kind)
    {
    case STEP_TAKE:
      world_take (self, replica, step);
      break;
    case STEP_GATHER:
      world_gather (self, replica, step);
      break;
    case STEP_RELOAD:
      world_reload (self, replica, step);
      break;
    case STEP_READ_HISTORY:
      world_tell (self, "%c reads its history\n", world_name (self, replica));
      world_give_history (self, replica);
      break;
    case STEP_CHECK:
      world_check_all (self, replica);
      break;
    case STEP_TYPE:
    case STEP_TYPE_BACKWARD:
    case STEP_DELETE:
    case STEP_BACKSPACE:
    case STEP_RESTORE:
    case STEP_UNDO:
    case STEP_RECORD:
    default:
      world_edit (self, replica, step);
      break;
    }
}

/* With every deletion cancelled all characters can be seen, and so their order. */
static void
bring_everything_back (World *self, Replica *replica)
{
  Oracle *oracle = self->oracle;
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (CoquillTextRange));
  CoquillTextError error;

  for (guint agent = 0; agent < oracle->agents->len; agent++)
    {
      CoquillTextRange range = { .agent = world_local_agent (self, replica, agent) };
      gint number;

      for (guint64 i = 0; (number = oracle_find (oracle, agent, i)) >= 0; i++)
        {
          if (oracle_item (oracle, number)->kind != COQUILL_OPERATION_DELETE)
            continue;
          if (ranges->len > 0 && range.length > 0 && range.sequence + range.length == i)
            {
              range.length = ++g_array_index (ranges, CoquillTextRange, ranges->len - 1).length;
              continue;
            }
          range.sequence = i;
          range.length = 1;
          g_array_append_val (ranges, range);
        }
    }
  if (ranges->len == 0)
    return;
  world_give_history (self, replica);
  world_expect (self,
                coquill_text_restore (replica->text, replica->local, (CoquillTextRange *)ranges->data,
                                      ranges->len, world_mirror_cb, replica->mirror, NULL, &error),
                &error, "a restoration of everything");
  for (guint i = 0; i < ranges->len; i++)
    {
      const CoquillTextRange *range = &g_array_index (ranges, CoquillTextRange, i);
      guint agent = world_agent (self, replica, range->agent);

      for (guint64 j = 0; j < range->length; j++)
        oracle_restore (oracle, replica->version, replica->agent,
                        oracle_find (oracle, agent, range->sequence + j));
    }
  world_tell (self, "%c restores all deletions\n", world_name (self, replica));
  world_check_all (self, replica);
}

static void
play_the_end (World *self)
{
  world_tell (self, "at the end all take everything, in different orders\n");
  for (guint i = 0; i < self->n_replicas; i++)
    {
      Replica *replica = &self->replicas[i];

      world_take_everything (self, replica, g_rand_int (self->random));
      world_give_history (self, replica);
      world_check_all (self, replica);
      if (self->oracle->fault == ORACLE_SOUND
          && (!oracle_check (self->oracle, replica->version)
              || !oracle_is_maximally_non_interleaving (self->oracle, replica->version)))
        world_fail (self, "the oracle contradicts its definition");
    }
  world_check_history (self, &self->replicas[g_rand_int (self->random) % self->n_replicas]);
  bring_everything_back (self, &self->replicas[0]);
  world_take_everything (self, &self->replicas[1], g_rand_int (self->random));
  world_check_all (self, &self->replicas[1]);
}

void
world_play (const Scenario *scenario, OracleFault fault, Report *report, gboolean log)
{
  World world = { .report = report, .log = log, .n_replicas = scenario->n_replicas };

  report->seed = scenario->seed;
  world.random = g_rand_new_with_seed (scenario->seed);
  world.oracle = oracle_new (fault);
  for (guint i = 0; i < world.n_replicas; i++)
    {
      Replica *replica = &world.replicas[i];

      replica->text = coquill_text_new ();
      replica->version = oracle_version_new ();
      replica->mirror = g_array_new (FALSE, FALSE, sizeof (gunichar));
      replica->history = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_change_free);
      world_make_agent (&world, replica, NULL);
    }

  for (guint i = 0; i < scenario->steps->len; i++)
    play_step (&world, &g_array_index (scenario->steps, Step, i));
  for (guint i = 1; i < world.oracle->items->len; i++)
    report->max_parents = MAX (report->max_parents, oracle_item (world.oracle, (gint)i)->n_parents);
  report->n_items += world.oracle->items->len - 1;
  report->max_agents = MAX (report->max_agents, world.oracle->agents->len);
  report->n_histories++;
  play_the_end (&world);

  for (guint i = 0; i < world.n_replicas; i++)
    {
      Replica *replica = &world.replicas[i];

      coquill_text_free (replica->text);
      oracle_version_free (replica->version);
      g_array_unref (replica->mirror);
      g_ptr_array_unref (replica->history);
    }
  oracle_free (world.oracle);
  g_rand_free (world.random);
}
