/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-open.c: a replica's life between opening and closing. */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "replica/replica-error-private.h"
#include "replica/replica-private.h"

/* Opening */

static void
finish_opening (CoquillReplica *self, GError *error)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&self->opening);

  self->opening = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    if (error != NULL)
      g_task_return_error (tasks->pdata[i], g_error_copy (error));
    else
      {
        self->opens++;
        g_task_return_boolean (tasks->pdata[i], TRUE);
      }
}

/* @error: (transfer full): if there is a document nevertheless it stays, to be read. */
static void
fail_opening (CoquillReplica *self, GError *error)
{
  error = coquill_replica_error_translate (error);
  coquill_replica_set_error (self, g_error_copy (error));
  coquill_replica_set_state (self, COQUILL_REPLICA_FAILED);
  finish_opening (self, error);
  g_error_free (error);
}

static void
become_open (CoquillReplica *self)
{
  if (self->state != COQUILL_REPLICA_OPENING)
    return;
  coquill_replica_set_state (self, self->waiting ? COQUILL_REPLICA_WAITING : COQUILL_REPLICA_OPEN);
  coquill_replica_notify_shared (self);
  finish_opening (self, NULL);
}

static void
read_history (CoquillReplica *self);
static void
go_on_closing (CoquillReplica *self);

/* There is no more history to come: all of it is here, or it can't be read. */
static void
no_more_history (CoquillReplica *self)
{
  self->history_coming = FALSE;
  become_open (self);
  go_on_closing (self);
}

static void
end_history (CoquillReplica *self)
{
  g_autoptr (GArray) deltas = coquill_replica_deltas_new ();
  g_autoptr (GPtrArray) accepted = coquill_body_array_new ();
  g_autoptr (GError) error = NULL;

  if (!coquill_document_end_history (self->document, coquill_replica_collect_delta, deltas, accepted, &error))
    {
      /* The text is here and can be edited, but nothing of the others can be merged into it. */
      g_warning ("Document %.8s: its history is incomplete: %s", self->id, error->message);
      coquill_replica_set_error (self, coquill_replica_error_translate (g_steal_pointer (&error)));
    }
  for (guint i = 0; i < accepted->len; i++)
    coquill_replica_disk_add_accepted (self, accepted->pdata[i]);
  coquill_replica_take_news (self);
  coquill_replica_people_update_self (self);
  if (deltas->len > 0)
    {
      coquill_replica_emit_deltas (self, deltas, FALSE);
      coquill_replica_people_move_carets (self);
    }
  coquill_replica_note_changes (self);
  if (self->closing == NULL)
    coquill_replica_update_road (self);
  coquill_replica_disk_commit (self);
  coquill_replica_pump (self);
  no_more_history (self);
}

static void
tell_unsent (CoquillReplica *self, const CoquillStoreBlock *block, guint64 number)
{
  if (self->traffic.relay != NULL && number > self->disk.sent)
    coquill_sync_local (self->traffic.sync, block->kind & ~COQUILL_REPLICA_OWN, block->bytes, number,
                        g_get_monotonic_time ());
}

static void
history_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillReplica) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) blocks = coquill_store_read_history_finish (COQUILL_STORE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->document == NULL)
    return;
  if (blocks == NULL)
    {
      g_warning ("Document %.8s: its history can't be read: %s", self->id, error->message);
      coquill_replica_set_error (self, coquill_replica_error_translate (g_steal_pointer (&error)));
      no_more_history (self);
      return;
    }
  for (guint i = 0; i < blocks->len; i++)
    {
      const CoquillStoreBlock *block = &g_array_index (blocks, CoquillStoreBlock, i);

      if (block->kind & COQUILL_REPLICA_OWN)
        tell_unsent (self, block, ++self->history_own);
      if (!coquill_document_add_history (self->document, block->kind & ~COQUILL_REPLICA_OWN, block->bytes,
                                         &error))
        {
          g_warning ("Document %.8s: its history is damaged: %s", self->id, error->message);
          coquill_replica_set_error (self, coquill_replica_error_translate (g_steal_pointer (&error)));
          no_more_history (self);
          return;
        }
      self->history_after = block->position;
    }
  if (blocks->len == 0 || self->history_after >= self->history_until)
    end_history (self);
  else
    read_history (self);
}

/* A slice at a time: one megabyte of history takes a few milliseconds. */
static void
read_history (CoquillReplica *self)
{
  coquill_store_read_history_async (self->store, self->id, self->history_after, self->history_until,
                                    self->loading, history_cb, g_object_ref (self));
}

void
coquill_replica_begin (CoquillReplica *self)
{
  coquill_replica_people_begin_run (self);
  self->traffic.sync = coquill_sync_new (self->document);
  coquill_sync_set_shared (self->traffic.sync, self->traffic.relay != NULL);
  if (self->disk.position > 0)
    coquill_sync_restore_cursor (self->traffic.sync, self->disk.mailbox, self->disk.position);
  coquill_replica_people_update (self);
  coquill_replica_note_changes (self);
  coquill_replica_note_status (self);
}

static CoquillDocument *
load_document (CoquillReplica *self, CoquillStoreDocument *file, GError **error)
{
  GBytes *saved_keys = g_hash_table_lookup (file->state, "keys");
  g_autoptr (CoquillDocument) document = NULL;

  if (saved_keys == NULL)
    {
      g_set_error_literal (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_DAMAGED, "the keys are missing");
      return NULL;
    }
  document = coquill_document_load (self->keys, self->id_bytes, saved_keys, file->snapshot, error);
  if (document == NULL)
    return NULL;
  for (guint i = 0; i < file->blocks->len; i++)
    {
      const CoquillStoreBlock *block = &g_array_index (file->blocks, CoquillStoreBlock, i);

      if (!coquill_document_load_tail (document, block->kind & ~COQUILL_REPLICA_OWN, block->bytes, error))
        return NULL;
    }
  return g_steal_pointer (&document);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillReplica) self = data;
  GError *error = NULL;
  g_autoptr (CoquillStoreDocument) file
      = coquill_store_read_document_finish (COQUILL_STORE (source), result, &error);

  if (file == NULL || (self->document = load_document (self, file, &error)) == NULL)
    {
      fail_opening (self, error);
      return;
    }
  if (file->history_damage != NULL)
    {
      fail_opening (self, g_steal_pointer (&file->history_damage));
      return;
    }

  coquill_replica_disk_load (self, file);
  coquill_replica_begin (self);
  for (guint i = 0; i < file->blocks->len; i++)
    {
      const CoquillStoreBlock *block = &g_array_index (file->blocks, CoquillStoreBlock, i);

      if (block->kind & COQUILL_REPLICA_OWN)
        tell_unsent (self, block, ++self->disk.own);
    }
  /* What was merged since the snapshot may need the history to find its place: the text is whole only then.
   * After a regular close there is none of it, and the text is here at once. */
  if (file->blocks->len == 0)
    become_open (self);

  self->history_coming = TRUE;
  self->history_after = 0;
  self->history_own = 0;
  self->history_until = file->snapshot_position;
  if (self->history_until > 0)
    read_history (self);
  else
    end_history (self);
}

void
coquill_replica_open_async (CoquillReplica *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (COQUILL_IS_REPLICA (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, coquill_replica_open_async);
  switch (self->state)
    {
    case COQUILL_REPLICA_OPEN:
    case COQUILL_REPLICA_WAITING:
      self->opens++;
      g_task_return_boolean (task, TRUE);
      break;
    case COQUILL_REPLICA_OPENING:
      g_ptr_array_add (self->opening, g_steal_pointer (&task));
      break;
    case COQUILL_REPLICA_CLOSED:
    case COQUILL_REPLICA_FAILED:
      coquill_replica_drop (self);
      coquill_replica_set_error (self, NULL);
      coquill_replica_set_state (self, COQUILL_REPLICA_OPENING);
      self->loading = g_cancellable_new ();
      g_ptr_array_add (self->opening, g_steal_pointer (&task));
      coquill_store_read_document_async (self->store, self->id, self->loading, read_cb, g_object_ref (self));
      break;
    default:
      g_assert_not_reached ();
    }
}

gboolean
coquill_replica_open_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Closing */

void
coquill_replica_drop (CoquillReplica *self)
{
  g_autoptr (GError) closed = NULL;

  g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  self->history_coming = FALSE;
  g_set_error_literal (&closed, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_FAILED,
                       _ ("The document was closed."));
  coquill_replica_fail_waits (self, closed);
  coquill_replica_traffic_clear (self);
  g_clear_pointer (&self->document, coquill_document_free);
  self->opens = 0;
  if (self->closing != NULL)
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->closing);

      g_task_return_boolean (task, TRUE);
    }
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CoquillReplica *self = COQUILL_REPLICA (source);
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      /* It stays open, with what isn't on disk in memory. */
      self->opens++;
      coquill_replica_update_road (self);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  /* Somebody may have opened it again while it was being written. */
  if (self->opens == 0 && self->document != NULL)
    {
      coquill_replica_drop (self);
      coquill_replica_set_state (self, COQUILL_REPLICA_CLOSED);
      coquill_replica_note_changes (self);
      coquill_replica_note_status (self);
    }
  else
    coquill_replica_update_road (self);
  g_task_return_boolean (task, TRUE);
}

/* Writes everything and, with the history here, a snapshot. */
static void
write_and_drop (CoquillReplica *self, GTask *task)
{
  coquill_replica_flush (self);
  if (!self->read_only)
    coquill_replica_disk_finish (self);
  coquill_replica_disk_wait (self, g_task_new (self, NULL, written_cb, task));
}

/* The history came, or never will. */
static void
go_on_closing (CoquillReplica *self)
{
  GTask *task = g_steal_pointer (&self->closing);

  if (task != NULL)
    write_and_drop (self, task);
}

/* Leaves the room. Who opens, writes much and closes at once, always, would never leave a snapshot: then the
 * history is waited for. */
static void
begin_closing (CoquillReplica *self, GTask *task)
{
  coquill_replica_flush (self);
  coquill_replica_leave (self);
  if (self->history_coming && self->closing == NULL && self->disk.tail >= COQUILL_REPLICA_LONG_TAIL)
    self->closing = task;
  else
    write_and_drop (self, task);
}

void
coquill_replica_close_async (CoquillReplica *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (COQUILL_IS_REPLICA (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, coquill_replica_close_async);
  if (self->opens > 0)
    self->opens--;
  if (self->opens > 0 || self->document == NULL || self->state == COQUILL_REPLICA_FAILED)
    g_task_return_boolean (task, TRUE);
  else
    begin_closing (self, g_steal_pointer (&task));
}

gboolean
coquill_replica_close_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
coquill_replica_shut_async (CoquillReplica *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, coquill_replica_shut_async);
  self->opens = 0;
  if (self->document != NULL && self->state != COQUILL_REPLICA_FAILED)
    begin_closing (self, task);
  else
    {
      if (self->state == COQUILL_REPLICA_OPENING)
        g_cancellable_cancel (self->loading);
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

gboolean
coquill_replica_shut_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
