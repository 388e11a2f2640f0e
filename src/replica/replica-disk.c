/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-disk.c: what a replica writes, when, and what happens if the disk refuses. */

#include "config.h"

#include <string.h>

#include "replica/replica-error-private.h"
#include "replica/replica-private.h"

static GBytes *
bytes_from_number (guint64 number)
{
  guint64 big_endian = GUINT64_TO_BE (number);

  return g_bytes_new (&big_endian, sizeof big_endian);
}

static guint64
number_from_bytes (gconstpointer bytes)
{
  guint64 big_endian;

  memcpy (&big_endian, bytes, sizeof big_endian);
  return GUINT64_FROM_BE (big_endian);
}

void
coquill_replica_disk_init (CoquillReplica *self)
{
  CoquillReplicaDisk *disk = &self->disk;

  disk->next_waiting = g_ptr_array_new_with_free_func (g_object_unref);
  disk->current_waiting = g_ptr_array_new_with_free_func (g_object_unref);
  disk->sent_beyond = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

void
coquill_replica_disk_clear (CoquillReplica *self)
{
  CoquillReplicaDisk *disk = &self->disk;

  g_clear_handle_id (&disk->retry_timer, g_source_remove);
  g_clear_handle_id (&disk->entry_timer, g_source_remove);
  g_clear_pointer (&disk->next, coquill_store_batch_unref);
  g_clear_pointer (&disk->current, coquill_store_batch_unref);
  g_ptr_array_unref (disk->next_waiting);
  g_ptr_array_unref (disk->current_waiting);
  g_hash_table_unref (disk->sent_beyond);
  g_clear_error (&disk->error);
}

static guint64
read_number (CoquillStoreDocument *file, const char *key)
{
  GBytes *bytes = g_hash_table_lookup (file->state, key);

  return bytes != NULL && g_bytes_get_size (bytes) == 8 ? number_from_bytes (g_bytes_get_data (bytes, NULL))
                                                        : 0;
}

void
coquill_replica_disk_load (CoquillReplica *self, CoquillStoreDocument *file)
{
  CoquillReplicaDisk *disk = &self->disk;
  GBytes *relay = g_hash_table_lookup (file->state, "relay");
  GBytes *cursor = g_hash_table_lookup (file->state, "cursor");
  gboolean hide_address = g_hash_table_lookup (file->state, "hide") != NULL;

  disk->own = read_number (file, "own");
  disk->sent = read_number (file, "sent");
  g_hash_table_remove_all (disk->sent_beyond);
  disk->sent_changed = FALSE;
  disk->tail = file->blocks->len;
  disk->small = read_number (file, "small") + disk->tail;
  disk->snapshot_outdated = file->blocks->len > 0 || file->snapshot == NULL;

  g_clear_pointer (&self->traffic.relay, g_free);
  if (relay != NULL)
    self->traffic.relay = g_strndup (g_bytes_get_data (relay, NULL), g_bytes_get_size (relay));

  if (self->hide_address != hide_address)
    {
      self->hide_address = hide_address;
      g_object_notify (G_OBJECT (self), "hide-address");
    }

  disk->position = 0;
  if (cursor != NULL && g_bytes_get_size (cursor) == COQUILL_SYNC_MAILBOX_SIZE + 8)
    {
      const guint8 *bytes = g_bytes_get_data (cursor, NULL);

      memcpy (disk->mailbox, bytes, COQUILL_SYNC_MAILBOX_SIZE);
      disk->position = number_from_bytes (bytes + COQUILL_SYNC_MAILBOX_SIZE);
    }
}

static CoquillStoreBatch *
get_next (CoquillReplica *self)
{
  if (self->disk.next == NULL)
    self->disk.next = coquill_store_batch_new (self->id);
  return self->disk.next;
}

static void
add_block (CoquillReplica *self, guint32 kind, GBytes *bytes)
{
  coquill_store_batch_add_block (get_next (self), kind, bytes);
  self->disk.tail++;
  self->disk.small++;
  self->disk.snapshot_outdated = TRUE;
}

guint64
coquill_replica_disk_add_own (CoquillReplica *self, const CoquillBody *body)
{
  add_block (self, (guint32)body->kind | COQUILL_REPLICA_OWN, body->bytes);
  return ++self->disk.own;
}

void
coquill_replica_disk_add_accepted (CoquillReplica *self, const CoquillBody *body)
{
  add_block (self, (guint32)body->kind, body->bytes);
}

void
coquill_replica_disk_mark_sent (CoquillReplica *self, guint64 number)
{
  CoquillReplicaDisk *disk = &self->disk;
  guint64 following;

  if (number <= disk->sent)
    return;
  g_hash_table_add (disk->sent_beyond, g_memdup2 (&number, sizeof number));
  for (following = disk->sent + 1; g_hash_table_remove (disk->sent_beyond, &following); following++)
    disk->sent = following;
  disk->sent_changed = TRUE;
}

void
coquill_replica_disk_mark_all_sent (CoquillReplica *self)
{
  g_hash_table_remove_all (self->disk.sent_beyond);
  self->disk.sent = self->disk.own;
  self->disk.sent_changed = TRUE;
}

void
coquill_replica_disk_save_hide_address (CoquillReplica *self)
{
  g_autoptr (GBytes) hide = self->hide_address ? g_bytes_new_static ("1", 1) : NULL;

  if (self->read_only)
    return;
  coquill_store_batch_set_state (get_next (self), "hide", hide);
  if (self->document == NULL)
    coquill_store_batch_release_document (self->disk.next);
  coquill_replica_disk_commit (self);
}

/* The list's entry */

static gboolean
entry_timer_cb (gpointer data)
{
  CoquillReplica *self = data;

  self->disk.entry_timer = 0;
  get_next (self);
  coquill_replica_disk_commit (self);
  return G_SOURCE_REMOVE;
}

void
coquill_replica_disk_entry_changed (CoquillReplica *self)
{
  self->disk.entry_changed = TRUE;
  if (self->disk.entry_timer == 0 && !self->read_only && self->document != NULL)
    self->disk.entry_timer = g_timeout_add_seconds (COQUILL_REPLICA_ENTRY_SECONDS, entry_timer_cb, self);
}

static void
add_entry (CoquillReplica *self)
{
  g_autofree char *key = g_strconcat ("relay/", self->id, NULL);

  coquill_store_batch_set_entry (self->disk.next, self->title != NULL ? self->title : "", self->last_change,
                                 coquill_replica_get_entry_state (self));
  self->disk.entry_changed = FALSE;
  self->disk.entry_urgent = FALSE;
  g_clear_handle_id (&self->disk.entry_timer, g_source_remove);

  if (self->disk.relay_changed)
    {
      g_autoptr (GBytes) relay = self->traffic.relay != NULL
                                     ? g_bytes_new (self->traffic.relay, strlen (self->traffic.relay))
                                     : NULL;

      coquill_store_batch_set_state (self->disk.next, "relay", relay);
      coquill_store_batch_set_value (self->disk.next, key, relay);
      self->disk.relay_changed = FALSE;
    }
}

/* Commits */

/* What changes with nearly every commit. All that the cursor counts as accepted is in this batch or on disk.
 * A cursor of 0 says that the mailbox may lack something, which is also known without ever having met it. */
static void
add_state (CoquillReplica *self)
{
  CoquillReplicaDisk *disk = &self->disk;
  guint8 cursor[COQUILL_SYNC_MAILBOX_SIZE + 8];
  guint64 position, big_endian;

  if (disk->keys_changed && self->document != NULL)
    {
      g_autoptr (GBytes) saved = coquill_document_save_keys (self->document);

      coquill_store_batch_set_state (disk->next, "keys", saved);
      disk->keys_changed = FALSE;
    }
  if (self->traffic.sync != NULL && coquill_sync_get_cursor (self->traffic.sync, cursor, &position)
      && (self->traffic.drained_cursor || position == 0)
      && (position != disk->position || memcmp (cursor, disk->mailbox, COQUILL_SYNC_MAILBOX_SIZE) != 0))
    {
      g_autoptr (GBytes) value = NULL;

      disk->position = position;
      memcpy (disk->mailbox, cursor, COQUILL_SYNC_MAILBOX_SIZE);
      big_endian = GUINT64_TO_BE (position);
      memcpy (cursor + COQUILL_SYNC_MAILBOX_SIZE, &big_endian, sizeof big_endian);
      value = g_bytes_new (cursor, sizeof cursor);
      coquill_store_batch_set_state (disk->next, "cursor", value);
    }
  if (disk->sent_changed)
    {
      g_autoptr (GBytes) sent = bytes_from_number (disk->sent);

      coquill_store_batch_set_state (disk->next, "sent", sent);
      disk->sent_changed = FALSE;
    }
}

static void
set_number (CoquillReplica *self, const char *key, guint64 number)
{
  g_autoptr (GBytes) bytes = bytes_from_number (number);

  coquill_store_batch_set_state (get_next (self), key, bytes);
}

/* Everything flushed and accepted is in the batch before it. */
static void
add_snapshot (CoquillReplica *self)
{
  CoquillReplicaDisk *disk = &self->disk;
  g_autoptr (GBytes) snapshot = NULL;

  coquill_replica_flush_bodies (self);
  snapshot = coquill_document_save_snapshot (self->document);
  coquill_store_batch_set_snapshot (get_next (self), snapshot);
  set_number (self, "own", disk->own);
  set_number (self, "small", disk->small);
  disk->tail = 0;
  disk->snapshot_outdated = FALSE;
}

/* All of the document in a few bodies, or NULL if that isn't certain. */
static GPtrArray *
merge_bodies (CoquillReplica *self)
{
  g_autoptr (CoquillCoverage) nothing = coquill_coverage_new ();
  g_autoptr (CoquillCoverage) merged = coquill_coverage_new ();
  g_autoptr (GPtrArray) bodies = NULL;
  g_autoptr (GPtrArray) lacking = NULL;
  gboolean complete;

  bodies = coquill_document_missing (self->document, nothing, NULL, G_MAXSIZE, &complete);
  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *body = bodies->pdata[i];

      coquill_coverage_add_body (merged, body->kind, body->bytes);
    }
  if (!complete)
    return NULL;
  lacking = coquill_document_missing (self->document, merged, NULL, 1, &complete);
  return complete && lacking->len == 0 ? g_steal_pointer (&bodies) : NULL;
}

/* Puts a few large blocks in place of many small ones. Which of them were written here is not kept, so
 * nothing of this device's may be on its way to the mailbox. */
static void
merge_blocks (CoquillReplica *self)
{
  CoquillReplicaDisk *disk = &self->disk;
  g_autoptr (GPtrArray) bodies = NULL;

  coquill_replica_flush_bodies (self);
  if (disk->small < COQUILL_REPLICA_MERGE_BLOCKS || disk->sent < disk->own || self->waiting
      || !coquill_document_has_history (self->document))
    return;
  bodies = merge_bodies (self);
  if (bodies == NULL)
    return;
  coquill_store_batch_drop_blocks (get_next (self));
  for (guint i = 0; i < bodies->len; i++)
    coquill_replica_disk_add_accepted (self, bodies->pdata[i]);
  disk->own = 0;
  disk->sent = 0;
  disk->small = 0;
  disk->sent_changed = TRUE;
}

static gboolean
can_snapshot (CoquillReplica *self)
{
  return self->document != NULL && self->disk.snapshot_outdated && !self->waiting
         && coquill_document_has_history (self->document);
}

static gboolean
retry_cb (gpointer data)
{
  CoquillReplica *self = data;

  self->disk.retry_timer = 0;
  coquill_replica_disk_commit (self);
  return G_SOURCE_REMOVE;
}

static void
complete (GPtrArray *waiting, const GError *error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);

  /* A completed task may add another one. */
  while (waiting->len > 0)
    g_ptr_array_add (tasks, g_ptr_array_steal_index (waiting, 0));
  for (guint i = 0; i < tasks->len; i++)
    if (error != NULL)
      g_task_return_error (tasks->pdata[i], g_error_copy (error));
    else
      g_task_return_boolean (tasks->pdata[i], TRUE);
}

/* Nothing is given up: what failed is put before what came since, and tried again. */
static void
keep_failed (CoquillReplica *self, GError *error)
{
  CoquillReplicaDisk *disk = &self->disk;

  if (disk->next != NULL)
    {
      coquill_store_batch_append (disk->current, disk->next);
      coquill_store_batch_unref (disk->next);
    }
  disk->next = g_steal_pointer (&disk->current);

  g_clear_error (&disk->error);
  disk->error = coquill_replica_error_translate (error);
  if (disk->retry_timer == 0)
    disk->retry_timer = g_timeout_add_seconds (COQUILL_REPLICA_RETRY_SECONDS, retry_cb, self);
  coquill_replica_note_status (self);
  complete (disk->current_waiting, disk->error);
}

static void
committed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillReplica) self = data;
  CoquillReplicaDisk *disk = &self->disk;
  g_autoptr (GError) error = NULL;

  if (!coquill_store_commit_finish (COQUILL_STORE (source), result, &error))
    {
      keep_failed (self, g_steal_pointer (&error));
      return;
    }

  g_clear_pointer (&disk->current, coquill_store_batch_unref);
  if (disk->error != NULL)
    {
      g_clear_error (&disk->error);
      coquill_replica_note_status (self);
    }
  complete (disk->current_waiting, NULL);
  if (disk->next != NULL)
    coquill_replica_disk_commit (self);
}

void
coquill_replica_disk_commit (CoquillReplica *self)
{
  CoquillReplicaDisk *disk = &self->disk;

  if (disk->current != NULL || disk->next == NULL || self->read_only)
    return;

  g_clear_handle_id (&disk->retry_timer, g_source_remove);
  if (disk->tail >= COQUILL_REPLICA_SNAPSHOT_BLOCKS && can_snapshot (self))
    add_snapshot (self);
  add_state (self);
  /* The list costs a sync of its own: not with each key. */
  if (disk->entry_changed && (disk->entry_timer == 0 || disk->entry_urgent))
    add_entry (self);

  disk->current = g_steal_pointer (&disk->next);
  g_assert (disk->current_waiting->len == 0);
  g_ptr_array_extend_and_steal (disk->current_waiting, g_steal_pointer (&disk->next_waiting));
  disk->next_waiting = g_ptr_array_new_with_free_func (g_object_unref);
  coquill_store_commit_async (self->store, disk->current, committed_cb, g_object_ref (self));
}

void
coquill_replica_disk_wait (CoquillReplica *self, GTask *task)
{
  CoquillReplicaDisk *disk = &self->disk;

  if (disk->next != NULL)
    {
      g_ptr_array_add (disk->next_waiting, task);
      coquill_replica_disk_commit (self);
    }
  else if (disk->current != NULL)
    g_ptr_array_add (disk->current_waiting, task);
  else
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

void
coquill_replica_disk_finish (CoquillReplica *self)
{
  CoquillReplicaDisk *disk = &self->disk;

  if (self->document != NULL)
    merge_blocks (self);
  if (can_snapshot (self))
    add_snapshot (self);
  get_next (self);
  disk->entry_urgent = TRUE;
  coquill_store_batch_release_document (disk->next);
}

/* coquill_replica_commit */

void
coquill_replica_commit_async (CoquillReplica *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (COQUILL_IS_REPLICA (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, coquill_replica_commit_async);
  coquill_replica_flush (self);
  coquill_replica_disk_wait (self, g_steal_pointer (&task));
}

gboolean
coquill_replica_commit_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
