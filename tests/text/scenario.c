/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario.c: scenarios at random. */

#include "scenario.h"

typedef struct
{
  GRand *random;
  const Plan *plan;
  Scenario *scenario;
  guint16 groups[SCENARIO_MAX_REPLICAS];
  guint steps_left; /* of the partition */
  guint replica;    /* whose turn it is */
  guint edits_left;
} Author;

static guint
pick (Author *author, guint n)
{
  return (guint)g_rand_int_range (author->random, 0, (gint)n);
}

/* Who reaches whom from now on, for a short or for a long time. */
static void
partition (Author *author)
{
  guint n_replicas = author->scenario->n_replicas, first = author->plan->silent ? 1 : 0;
  guint n_groups = author->plan->partition == 0 ? 1 : 1 + pick (author, 4);
  guint16 members[4] = { 0 };
  guint8 of[SCENARIO_MAX_REPLICAS] = { 0 };

  for (guint i = first; i < n_replicas; i++)
    {
      of[i] = (guint8)pick (author, n_groups);
      members[of[i]] |= (guint16)(1 << i);
    }
  for (guint i = 0; i < n_replicas; i++)
    author->groups[i] = i < first ? (guint16)(1 << i) : members[of[i]];
  author->steps_left = author->plan->partition == 0
                           ? G_MAXUINT
                           : 1
                                 + pick (author, pick (author, 2) == 0 ? author->plan->partition
                                                                       : author->plan->partition / 8 + 1);
}

static void
add_step (Author *author, StepKind kind, guint replica)
{
  Step step = { .kind = (guint8)kind,
                .replica = (guint8)replica,
                .other = (guint8)pick (author, author->scenario->n_replicas),
                .group = author->groups[replica],
                .length = (guint16)(1 + pick (author, pick (author, 3) == 0 ? author->plan->run : 3)),
                .place = g_rand_int (author->random),
                .detail = g_rand_int (author->random) };

  if (pick (author, 100) < author->plan->one_place_percent)
    {
      step.where = STEP_AT_NUMBER;
      step.place = pick (author, 3);
    }
  else
    step.where = (guint8)(pick (author, 2) == 0 ? STEP_AT_CARET
                                                : (pick (author, 5) == 0 ? STEP_AT_END : STEP_AT_NUMBER));
  g_array_append_val (author->scenario->steps, step);
}

static void
add_edit (Author *author, guint replica)
{
  static const struct
  {
    guint below;
    StepKind kind;
  } kinds[] = { { 44, STEP_TYPE },    { 55, STEP_TYPE_BACKWARD }, { 66, STEP_DELETE }, { 76, STEP_BACKSPACE },
                { 85, STEP_RESTORE }, { 95, STEP_UNDO },          { 97, STEP_RECORD }, { 100, STEP_CHECK } };
  guint what = pick (author, 100), i = 0;

  while (what >= kinds[i].below)
    i++;
  add_step (author, kinds[i].kind, replica);
}

/* Everybody has the same, edits a little, and one takes all the branches at once. */
static void
add_gathering (Author *author)
{
  guint n_replicas = author->scenario->n_replicas, first = author->plan->silent ? 1 : 0;
  guint hub = first + pick (author, n_replicas - first);

  for (guint i = first; i < n_replicas; i++)
    for (guint n = 1 + pick (author, 3); n > 0; n--)
      add_edit (author, i);
  add_step (author, STEP_GATHER, hub);
  add_edit (author, hub);
  for (guint i = first; i < n_replicas; i++)
    if (pick (author, 4) > 0)
      {
        add_step (author, STEP_TAKE, i);
        g_array_index (author->scenario->steps, Step, author->scenario->steps->len - 1).other = (guint8)hub;
      }
}

static void
add_something (Author *author)
{
  if (author->steps_left-- == 0)
    partition (author);
  if (author->plan->gather && pick (author, 30) == 0)
    {
      add_gathering (author);
      return;
    }
  if (pick (author, 100) < author->plan->take_percent)
    {
      add_step (author, pick (author, 12) == 0 ? STEP_GATHER : STEP_TAKE,
                pick (author, author->scenario->n_replicas));
      return;
    }
  if (author->edits_left-- == 0)
    {
      author->replica = pick (author, author->scenario->n_replicas);
      author->edits_left = pick (author, author->plan->stay) + 1;
    }
  if (author->plan->reload && pick (author, 40) == 0)
    add_step (author, pick (author, 3) == 0 ? STEP_READ_HISTORY : STEP_RELOAD, author->replica);
  else
    add_edit (author, author->replica);
}

Scenario *
scenario_new (const Plan *plan, guint32 seed)
{
  Author author = { .plan = plan, .random = g_rand_new_with_seed (seed) };
  guint least = MAX (2, plan->n_replicas / 2);

  author.scenario = g_new0 (Scenario, 1);
  author.scenario->seed = seed;
  author.scenario->n_replicas = least + pick (&author, plan->n_replicas - least + 1);
  author.scenario->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  partition (&author);
  while (author.scenario->steps->len < plan->n_steps)
    add_something (&author);
  g_rand_free (author.random);
  return author.scenario;
}

Scenario *
scenario_copy (const Scenario *self)
{
  Scenario *copy = g_memdup2 (self, sizeof *self);

  copy->steps = g_array_copy (self->steps);
  return copy;
}

void
scenario_free (Scenario *self)
{
  g_array_unref (self->steps);
  g_free (self);
}
