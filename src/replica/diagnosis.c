/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diagnosis.c: what works between this device and the others, in plain words. */

#include "config.h"

#include "replica/diagnosis.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "net/relay-query.h"
#include "replica/replica-private.h"

/* The task's data. */
typedef struct
{
  GPtrArray *checks; /* (element-type CoquillCheck) */
  char *origin;
  gint64 asked; /* monotonic */
} Diagnosis;

const char *
coquill_check_state_to_string (CoquillCheckState state)
{
  static const char *const names[] = { "ok", "warning", "failed", "unknown" };

  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (names), NULL);
  return names[state];
}

static void
check_free (gpointer data)
{
  CoquillCheck *check = data;

  g_free (check->words);
  g_free (check->advice);
  g_free (check);
}

static void
diagnosis_free (gpointer data)
{
  Diagnosis *self = data;

  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_free (self->origin);
  g_free (self);
}

/* @words: (transfer full): @advice: (nullable): */
static void
add_check (Diagnosis *self, const char *id, CoquillCheckState state, char *words, const char *advice)
{
  CoquillCheck *check = g_new0 (CoquillCheck, 1);

  check->id = id;
  check->state = state;
  check->words = words;
  check->advice = g_strdup (advice);
  g_ptr_array_add (self->checks, check);
}

/* @task: (transfer full): */
static void
finish (GTask *task)
{
  Diagnosis *self = g_task_get_task_data (task);

  g_task_return_pointer (task, g_steal_pointer (&self->checks), (GDestroyNotify)g_ptr_array_unref);
  g_object_unref (task);
}

static void
relay_checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Diagnosis *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = coquill_relay_check_finish (result, &error);
  gint64 milliseconds = (g_get_monotonic_time () - self->asked) / G_TIME_SPAN_MILLISECOND;

  if (name == NULL)
    add_check (self, "relay", COQUILL_CHECK_FAILED, g_strdup (error->message),
               _ ("What you write stays on this device until the relay answers. Check the address and your "
                  "network, or use another relay."));
  else
    add_check (self, "relay", COQUILL_CHECK_OK,
               g_strdup_printf (_ ("The relay %s answers (%s, %d ms): your text reaches the others and waits "
                                   "for those who are away."),
                                self->origin, name, (int)milliseconds),
               NULL);
  finish (task);
}

static char *
find_origin (CoquillLibrary *library, const char *relay)
{
  const char *chosen = relay;

  if (chosen == NULL && library != NULL)
    {
      chosen = coquill_library_get_default_relay (library);
      for (guint i = 0; chosen == NULL && i < g_list_model_get_n_items (G_LIST_MODEL (library)); i++)
        {
          g_autoptr (CoquillReplica) replica = g_list_model_get_item (G_LIST_MODEL (library), i);

          chosen = coquill_replica_get_relay (replica);
        }
    }
  return g_strdup (chosen);
}

void
coquill_diagnosis_run_async (CoquillLibrary *library,
                             const char *relay,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (library, cancellable, callback, user_data);
  Diagnosis *self = g_new0 (Diagnosis, 1);
  g_autofree char *origin = find_origin (library, relay);

  g_task_set_source_tag (task, coquill_diagnosis_run_async);
  g_task_set_task_data (task, self, diagnosis_free);
  self->checks = g_ptr_array_new_with_free_func (check_free);
  self->asked = g_get_monotonic_time ();
  if (origin == NULL)
    {
      add_check (
          self, "relay", COQUILL_CHECK_UNKNOWN,
          g_strdup (_ ("No relay is set and no document is shared: your text is on this device only.")),
          _ ("To share, choose a relay in the preferences, or host one yourself."));
      finish (task);
      return;
    }
  self->origin = g_strdup (origin);
  coquill_relay_check_async (self->origin, cancellable, relay_checked_cb, task);
}

GPtrArray *
coquill_diagnosis_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
coquill_diagnosis_can_share (GPtrArray *checks)
{
  for (guint i = 0; i < checks->len; i++)
    {
      const CoquillCheck *check = checks->pdata[i];

      if (strcmp (check->id, "relay") == 0)
        return check->state == COQUILL_CHECK_OK || check->state == COQUILL_CHECK_WARNING;
    }
  return FALSE;
}

const char *
coquill_diagnosis_count_to_words (const char *name)
{
  if (strcmp (name, "attempts") == 0)
    return _ ("direct connections tried");
  return NULL;
}
