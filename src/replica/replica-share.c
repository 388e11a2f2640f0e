/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-share.c: sharing, and waiting for the mailbox: delivered, caught up. */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "net/relay-query.h"
#include "replica/replica-error-private.h"
#include "replica/replica-private.h"
#include "trust/link.h"
#include "trust/relay-origin.h"

/** After so many seconds the mailbox of a new room should hold the document. */
#define SHARE_SECONDS 120

/*
 * What a wait is waiting for:
 *
 * |from       |to                                                                     |
 * |-----------|-----------------------------------------------------------------------|
 * |caught up  |fetched once more (it came while a fetch was under way already)         |
 * |           |committed (it came)                                                    |
 * |committed  |handed over, of who catches up, else delivered                         |
 * |handed over|delivered (what direct roads brought is in line to the mailbox)        |
 * |delivered  |(done)                                                                 |
 * |shared     |(done): the mailbox has the document, the relay has the bulletin       |
 */
typedef enum
{
  WAIT_CAUGHT_UP_TWICE,
  WAIT_CAUGHT_UP,
  WAIT_COMMITTED,
  WAIT_HANDED_OVER,
  WAIT_DELIVERED,
  WAIT_SHARED,
} WaitStage;

typedef struct
{
  CoquillReplica *replica; /* not owned: the task holds it */
  GTask *task;
  WaitStage stage;
  WaitStage committed; /* the stage behind WAIT_COMMITTED */
  guint64 own;         /* own blocks that were there at the call */
  gint64 until;        /* what direct roads brought, then what is in line, no later than this is waited for */
  CoquillSecret *seed;
  GSource *cancelled;
  guint timer;
} Wait;

static void
wait_free (Wait *wait)
{
  if (wait->cancelled != NULL)
    {
      g_source_destroy (wait->cancelled);
      g_source_unref (wait->cancelled);
    }
  g_clear_handle_id (&wait->timer, g_source_remove);
  g_clear_pointer (&wait->seed, coquill_secret_unref);
  g_object_unref (wait->task);
  g_free (wait);
}

/* Takes the wait out of the list and gives its task. */
static GTask *
end_wait (Wait *wait)
{
  GTask *task = g_object_ref (wait->task);

  g_ptr_array_remove (wait->replica->traffic.waits, wait);
  wait_free (wait);
  return task;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_autoptr (GTask) task = end_wait (data);

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static gboolean
timer_cb (gpointer data)
{
  Wait *wait = data;
  g_autoptr (GTask) task = NULL;

  wait->timer = 0;
  task = end_wait (wait);
  g_task_return_new_error (task, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_TIMED_OUT,
                           _ ("The meeting point has not taken the whole document yet. It goes on in the "
                              "background; ask for the link again later."));
  return G_SOURCE_REMOVE;
}

static Wait *
add_wait (CoquillReplica *self, GTask *task, WaitStage stage, WaitStage committed)
{
  Wait *wait = g_new0 (Wait, 1);

  wait->replica = self;
  wait->task = task;
  wait->stage = stage;
  wait->committed = committed;
  wait->own = self->disk.own;
  if (g_task_get_cancellable (task) != NULL)
    {
      wait->cancelled = g_cancellable_source_new (g_task_get_cancellable (task));
      g_source_set_callback (wait->cancelled, G_SOURCE_FUNC (cancelled_cb), wait, NULL);
      g_source_attach (wait->cancelled, NULL);
    }
  g_ptr_array_add (self->traffic.waits, wait);
  return wait;
}

static gboolean
is_live (CoquillReplica *self)
{
  return self->traffic.sync != NULL
         && coquill_sync_get_state (self->traffic.sync, COQUILL_SYNC_ROAD_RELAY) == COQUILL_SYNC_LIVE;
}

/* Typing that goes on doesn't put it off: what was written before the call counts, once the mailbox has had
 * everything that it lacked. */
static gboolean
is_delivered (CoquillReplica *self, Wait *wait)
{
  return is_live (self)
         && (coquill_sync_is_delivered (self->traffic.sync)
             || (self->traffic.drained_cursor && wait->own <= self->disk.sent
                 && coquill_sync_is_delivered_until (self->traffic.sync, wait->until)));
}

static gboolean
is_shared (CoquillReplica *self, Wait *wait)
{
  g_autoptr (GBytes) bulletin = NULL;

  if (!is_delivered (self, wait))
    return FALSE;
  /* Another device's epoch: it has put its bulletin up, or will. */
  if (!coquill_document_made_bulletin (self->document))
    return TRUE;
  if (self->traffic.bulletin == NULL)
    return FALSE;
  bulletin = coquill_document_dup_bulletin (self->document);
  return bulletin != NULL && g_bytes_equal (bulletin, self->traffic.bulletin);
}

static void
return_link (CoquillReplica *self, GTask *task, CoquillSecret *seed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillLink) link
      = coquill_link_new (self->traffic.relay, coquill_document_get_room (self->document), self->id_bytes,
                          COQUILL_INVITE_OPEN, seed, &error);

  if (link != NULL)
    g_task_return_pointer (task, coquill_link_to_text (link), (GDestroyNotify)coquill_link_text_free);
  else
    g_task_return_error (task, coquill_replica_error_translate (g_steal_pointer (&error)));
}

void
coquill_replica_check_waits (CoquillReplica *self)
{
  g_autoptr (GPtrArray) waits = NULL;

  if (self->traffic.waits->len == 0 || self->document == NULL)
    return;
  /* A task's callback may add or end others. */
  waits = g_ptr_array_copy (self->traffic.waits, NULL, NULL);
  for (guint i = 0; i < waits->len; i++)
    {
      Wait *wait = waits->pdata[i];
      g_autoptr (GTask) task = NULL;

      if (!g_ptr_array_find (self->traffic.waits, wait, NULL))
        continue;
      if (wait->stage == WAIT_HANDED_OVER && is_live (self)
          && coquill_sync_is_handed_over (self->traffic.sync, wait->until))
        {
          wait->stage = WAIT_DELIVERED;
          wait->until = g_get_monotonic_time ();
        }
      if (wait->stage == WAIT_DELIVERED && is_delivered (self, wait))
        {
          task = end_wait (wait);
          g_task_return_boolean (task, TRUE);
        }
      else if (wait->stage == WAIT_SHARED && is_shared (self, wait))
        {
          g_autoptr (CoquillSecret) seed = coquill_secret_ref (wait->seed);

          task = end_wait (wait);
          return_link (self, task, seed);
        }
    }
}

void
coquill_replica_fail_waits (CoquillReplica *self, const GError *error)
{
  while (self->traffic.waits->len > 0)
    {
      g_autoptr (GTask) task = end_wait (self->traffic.waits->pdata[0]);

      g_task_return_error (task, g_error_copy (error));
    }
}

static Wait *
find_wait (CoquillReplica *self, GTask *task)
{
  for (guint i = 0; i < self->traffic.waits->len; i++)
    if (((Wait *)self->traffic.waits->pdata[i])->task == task)
      return self->traffic.waits->pdata[i];
  return NULL;
}

/* The wait may be gone when the disk is done, so it is looked up. */
static void
committed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CoquillReplica *self = COQUILL_REPLICA (source);
  g_autoptr (GTask) waiting = data;
  Wait *wait = find_wait (self, waiting);
  g_autoptr (GError) error = NULL;

  coquill_replica_commit_finish (self, result, &error);
  if (wait == NULL)
    return;
  if (error != NULL)
    {
      g_autoptr (GTask) task = end_wait (wait);

      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  wait->stage = wait->committed;
  coquill_replica_check_waits (self);
}

static void
commit (CoquillReplica *self, Wait *wait)
{
  wait->stage = WAIT_COMMITTED;
  coquill_replica_flush (self);
  wait->own = self->disk.own;
  coquill_replica_commit_async (self, NULL, committed_cb, g_object_ref (wait->task));
}

void
coquill_replica_waits_caught_up (CoquillReplica *self)
{
  g_autoptr (GPtrArray) waits = g_ptr_array_copy (self->traffic.waits, NULL, NULL);
  gboolean again = FALSE;

  for (guint i = 0; i < waits->len; i++)
    {
      Wait *wait = waits->pdata[i];

      if (wait->stage == WAIT_CAUGHT_UP_TWICE)
        {
          wait->stage = WAIT_CAUGHT_UP;
          again = TRUE;
        }
      else if (wait->stage == WAIT_CAUGHT_UP)
        {
          /* What the mailbox had of it, it has just shown. */
          wait->until = g_get_monotonic_time ();
          coquill_sync_hand_over (self->traffic.sync, wait->until);
          commit (self, wait);
        }
    }
  if (again)
    coquill_sync_refetch (self->traffic.sync, g_get_monotonic_time ());
}

/* Whether it can ever reach a mailbox; otherwise the task fails. */
static gboolean
is_reachable (CoquillReplica *self, GTask *task)
{
  if (self->document != NULL && self->traffic.relay != NULL)
    return TRUE;
  g_task_return_new_error (task, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_RELAY,
                           self->document != NULL
                               ? _ ("This document isn’t shared; it is on this device only.")
                               : _ ("The document isn’t open."));
  g_object_unref (task);
  return FALSE;
}

void
coquill_replica_deliver_async (CoquillReplica *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task;

  g_return_if_fail (COQUILL_IS_REPLICA (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, coquill_replica_deliver_async);
  if (is_reachable (self, task))
    commit (self, add_wait (self, task, WAIT_COMMITTED, WAIT_DELIVERED));
}

gboolean
coquill_replica_deliver_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
coquill_replica_catch_up_async (CoquillReplica *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  CoquillSyncState state;
  GTask *task;

  g_return_if_fail (COQUILL_IS_REPLICA (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, coquill_replica_catch_up_async);
  if (!is_reachable (self, task))
    return;

  state = coquill_sync_get_state (self->traffic.sync, COQUILL_SYNC_ROAD_RELAY);
  /* A fetch that is under way may have begun too early. */
  add_wait (self, task, state == COQUILL_SYNC_FETCHING ? WAIT_CAUGHT_UP_TWICE : WAIT_CAUGHT_UP,
            WAIT_HANDED_OVER);
  if (state == COQUILL_SYNC_LIVE || state == COQUILL_SYNC_DIFFERENCE)
    {
      coquill_sync_refetch (self->traffic.sync, g_get_monotonic_time ());
      coquill_replica_pump (self);
    }
}

gboolean
coquill_replica_catch_up_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Sharing */

/* From now on the document is shared at @relay. */
static void
move_to_relay (CoquillReplica *self, const char *relay)
{
  CoquillReplicaTraffic *traffic = &self->traffic;

  if (g_strcmp0 (traffic->relay, relay) == 0)
    return;
  coquill_replica_leave (self);
  coquill_replica_flush (self);
  g_set_str (&traffic->relay, relay);
  coquill_replica_disk_mark_all_sent (self);
  self->disk.relay_changed = TRUE;
  self->disk.entry_urgent = TRUE;
  self->disk.position = 0;
  coquill_replica_disk_entry_changed (self);
  coquill_sync_set_shared (traffic->sync, TRUE);
  coquill_replica_notify_shared (self);
}

static void
share_at (CoquillReplica *self, GTask *task, const char *relay)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillSecret) seed = NULL;
  Wait *wait;

  if (self->document == NULL)
    {
      g_task_return_new_error (task, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_FAILED,
                               _ ("The document isn’t open."));
      g_object_unref (task);
      return;
    }
  seed = coquill_document_invite (self->document, &error);
  if (seed == NULL)
    {
      g_task_return_error (task, coquill_replica_error_translate (g_steal_pointer (&error)));
      g_object_unref (task);
      return;
    }

  move_to_relay (self, relay);
  coquill_replica_people_update_self (self);
  coquill_replica_flush (self);
  /* Whether the relay still has the bulletin of an earlier run nobody can tell: it gets it again. */
  if (self->traffic.bulletin == NULL)
    coquill_sync_bulletin_changed (self->traffic.sync, g_get_monotonic_time ());
  coquill_replica_update_road (self);

  wait = add_wait (self, task, WAIT_SHARED, WAIT_SHARED);
  wait->seed = g_steal_pointer (&seed);
  wait->timer = g_timeout_add_seconds (SHARE_SECONDS, timer_cb, wait);
  coquill_replica_pump (self);
}

static void
relay_checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *version = coquill_relay_check_finish (result, &error);

  if (version == NULL)
    g_task_return_error (task, coquill_replica_error_translate (g_steal_pointer (&error)));
  else
    {
      CoquillReplica *self = g_task_get_source_object (task);
      const char *relay = g_task_get_task_data (task);

      share_at (self, g_steal_pointer (&task), relay);
    }
}

void
coquill_replica_share_async (CoquillReplica *self,
                             const char *relay,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *origin = NULL;

  g_return_if_fail (COQUILL_IS_REPLICA (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, coquill_replica_share_async);
  if (relay == NULL || *relay == '\0')
    relay = self->traffic.relay;
  if (relay == NULL && self->library != NULL)
    relay = coquill_library_get_default_relay (self->library);
  if (relay == NULL || *relay == '\0')
    {
      g_task_return_new_error (task, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_RELAY,
                               _ ("There is no meeting point to share this document at. Set one first."));
      return;
    }
  if (self->read_only)
    {
      g_task_return_new_error (task, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_READ_ONLY,
                               _ ("The documents were opened for reading only."));
      return;
    }
  origin = coquill_relay_origin_normalize (relay, &error);
  if (origin == NULL)
    {
      g_task_return_error (task, coquill_replica_error_translate (g_steal_pointer (&error)));
      return;
    }

  g_task_set_task_data (task, g_strdup (origin), g_free);
  if (self->traffic.road != NULL && g_strcmp0 (self->traffic.relay, origin) == 0
      && coquill_relay_road_get_state (self->traffic.road) == COQUILL_RELAY_ROAD_UP)
    share_at (self, g_steal_pointer (&task), origin);
  else
    coquill_relay_check_async (origin, cancellable, relay_checked_cb, g_steal_pointer (&task));
}

char *
coquill_replica_share_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
