/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shrink.c: delta debugging of scenarios. */

#include "shrink.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_SECONDS 60
#define MOST_SHRINKING (120 * G_USEC_PER_SEC)

Report *
report_new (void)
{
  Report *self = mmap (NULL, sizeof *self, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  g_assert_true (self != MAP_FAILED);
  return self;
}

void
report_free (Report *self)
{
  munmap (self, sizeof *self);
}

/* Waits for a process that plays. */
static gboolean
went_well (pid_t child, Report *report)
{
  int status;

  while (waitpid (child, &status, 0) < 0)
    ;
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return TRUE;
  if (report->message[0] == '\0')
    g_snprintf (report->message, sizeof report->message, "ended by %s %d",
                WIFSIGNALED (status) ? "signal" : "exit status",
                WIFSIGNALED (status) ? WTERMSIG (status) : WEXITSTATUS (status));
  return FALSE;
}

gboolean
play_histories (const Plan *plan, guint n_histories, guint32 first, Report *report)
{
  pid_t child;

  fflush (NULL);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      for (guint i = 0; i < n_histories; i++)
        {
          g_autoptr (Scenario) scenario = scenario_new (plan, first + i);

          alarm (MOST_SECONDS * 5);
          world_play (scenario, ORACLE_SOUND, report, FALSE);
        }
      exit (0);
    }
  return went_well (child, report);
}

gboolean
scenario_fails (const Scenario *scenario, OracleFault fault, Report *report, gboolean log)
{
  pid_t child;

  memset (report, 0, offsetof (Report, log));
  report->log[0] = '\0';
  report->log_length = 0;
  fflush (NULL);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      /* What a crash says is of use once. */
      if (!log)
        {
          int null = open ("/dev/null", O_WRONLY);

          dup2 (null, STDOUT_FILENO);
          dup2 (null, STDERR_FILENO);
        }
      alarm (MOST_SECONDS);
      world_play (scenario, fault, report, log);
      _exit (0);
    }
  return !went_well (child, report);
}

/* What is tried: kept if it still fails. */
static gboolean
keep_if_failing (Scenario *scenario, Scenario *tried, OracleFault fault, Report *report)
{
  if (!scenario_fails (tried, fault, report, FALSE))
    return FALSE;
  scenario->n_replicas = tried->n_replicas;
  g_array_set_size (scenario->steps, 0);
  g_array_append_vals (scenario->steps, tried->steps->data, tried->steps->len);
  return TRUE;
}

static gboolean
leave_out_steps (Scenario *scenario, OracleFault fault, Report *report, gint64 deadline)
{
  gboolean changed = FALSE;

  for (guint size = MAX (scenario->steps->len / 2, 1); size > 0; size /= 2)
    for (guint end = scenario->steps->len; end > 0 && g_get_monotonic_time () < deadline;)
      {
        guint start = end > size ? end - size : 0;
        g_autoptr (Scenario) tried = scenario_copy (scenario);

        g_array_remove_range (tried->steps, start, end - start);
        changed = keep_if_failing (scenario, tried, fault, report) || changed;
        end = start;
      }
  return changed;
}

/* Less in a step: one character, no chance. */
static gboolean
simplify_steps (Scenario *scenario, OracleFault fault, Report *report, gint64 deadline)
{
  gboolean changed = FALSE;

  for (guint n = 2; n < scenario->n_replicas; n++)
    {
      g_autoptr (Scenario) tried = scenario_copy (scenario);

      tried->n_replicas = n;
      if (keep_if_failing (scenario, tried, fault, report))
        changed = TRUE;
    }
  for (guint i = 0; i < scenario->steps->len && g_get_monotonic_time () < deadline; i++)
    for (guint what = 0; what < 5; what++)
      {
        g_autoptr (Scenario) tried = scenario_copy (scenario);
        Step *step = &g_array_index (tried->steps, Step, i), before = *step;

        if (what == 0)
          step->length = 1;
        else if (what == 1)
          step->detail = 0;
        else if (what == 2)
          step->where = STEP_AT_NUMBER;
        else if (what == 3)
          step->place = 0;
        else
          step->length = (guint16)(step->length / 2 + step->length % 2);
        if (memcmp (step, &before, sizeof *step) != 0)
          changed = keep_if_failing (scenario, tried, fault, report) || changed;
      }
  return changed;
}

void
scenario_shrink (Scenario *scenario, OracleFault fault, Report *report)
{
  gint64 deadline = g_get_monotonic_time () + MOST_SHRINKING;
  gboolean changed = TRUE;

  while (changed && g_get_monotonic_time () < deadline)
    {
      changed = leave_out_steps (scenario, fault, report, deadline);
      changed = simplify_steps (scenario, fault, report, deadline) || changed;
    }
}

void
report_failure (const Plan *plan, guint32 seed, Report *report)
{
  g_autoptr (Scenario) scenario = scenario_new (plan, seed);
  g_auto (GStrv) lines = NULL;

  g_test_message ("%s, seed %u: %s", plan->name, seed, report->message);
  if (!scenario_fails (scenario, ORACLE_SOUND, report, FALSE))
    {
      g_test_message ("alone it doesn't fail");
      g_test_fail ();
      return;
    }
  g_test_message ("%u steps; shrinking…", scenario->steps->len);
  scenario_shrink (scenario, ORACLE_SOUND, report);
  scenario_fails (scenario, ORACLE_SOUND, report, TRUE);
  g_test_message ("COQUILL_SEED=%u, %s: %u steps of %u replicas are enough:", seed, plan->name,
                  scenario->steps->len, scenario->n_replicas);
  lines = g_strsplit (report->log, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0')
      g_test_message ("  %s", lines[i]);
  g_test_message ("%s", report->message);
  g_test_fail ();
}
