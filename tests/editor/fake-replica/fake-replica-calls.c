/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake-replica-calls.c: what the editor calls. The text is one string: small and obviously right, not fast.
 */

#include <string.h>

#include "fake-replica-private.h"

static void
notify_text (CoquillReplica *self)
{
  self->last_change = g_get_real_time ();
  g_object_notify (G_OBJECT (self), "title");
  g_object_notify (G_OBJECT (self), "length");
  g_object_notify (G_OBJECT (self), "last-change");
  if (self->could_undo != (self->undo->len > 0))
    g_object_notify (G_OBJECT (self), "can-undo");
  if (self->could_redo != (self->redo->len > 0))
    g_object_notify (G_OBJECT (self), "can-redo");
  self->could_undo = self->undo->len > 0;
  self->could_redo = self->redo->len > 0;
}

static gsize
byte_at (CoquillReplica *self, guint64 position)
{
  return (gsize)(g_utf8_offset_to_pointer (self->text->str, (glong)position) - self->text->str);
}

/* Carries out @edit. Returns: (transfer full): what takes it back */
static Edit *
apply (CoquillReplica *self, const Edit *edit)
{
  guint64 length = coquill_replica_get_length (self);
  guint64 position = MIN (edit->position, length);
  guint64 deleted = MIN (edit->deleted, length - position);
  gsize from = byte_at (self, position);
  gsize to = byte_at (self, position + deleted);
  g_autofree char *gone = g_strndup (self->text->str + from, to - from);

  g_string_erase (self->text, (gssize)from, (gssize)(to - from));
  g_string_insert (self->text, (gssize)from, edit->inserted);
  return coquill_fake_edit_new (position, (guint64)g_utf8_strlen (edit->inserted, -1), gone, NULL);
}

static void
emit (CoquillReplica *self, const Edit *edit, gboolean local)
{
  CoquillTextChange change = {
    .position = edit->position,
    .deleted = edit->deleted,
    .inserted = edit->inserted,
    .inserted_bytes = strlen (edit->inserted),
    .inserted_length = (guint64)g_utf8_strlen (edit->inserted, -1),
    .author = edit->author,
    .local = local,
  };

  g_signal_emit_by_name (self, "text-changed", &change);
}

static void
shift_steps (GPtrArray *steps, const Edit *edit)
{
  for (guint i = 0; i < steps->len; i++)
    {
      Edit *step = g_ptr_array_index (steps, i);

      if (edit->position <= step->position)
        step->position = step->position + (guint64)g_utf8_strlen (edit->inserted, -1)
                         - MIN (edit->deleted, step->position - edit->position);
    }
}

static gboolean
edit_locally (CoquillReplica *self, Edit *edit)
{
  g_ptr_array_add (self->undo, apply (self, edit));
  g_ptr_array_set_size (self->redo, 0);
  coquill_fake_edit_free (edit);
  notify_text (self);
  return TRUE;
}

gboolean
coquill_replica_insert (
    CoquillReplica *self, guint64 position, const char *text, gssize length, GError **error)
{
  Edit *edit = coquill_fake_edit_new (position, 0, NULL, NULL);

  g_free (edit->inserted);
  edit->inserted = length < 0 ? g_strdup (text) : g_strndup (text, (gsize)length);
  return edit_locally (self, edit);
}

gboolean
coquill_replica_delete (CoquillReplica *self, guint64 position, guint64 count, GError **error)
{
  return edit_locally (self, coquill_fake_edit_new (position, count, NULL, NULL));
}

void
coquill_replica_begin_group (CoquillReplica *self)
{
}

void
coquill_replica_end_group (CoquillReplica *self)
{
}

static gboolean
take_back (CoquillReplica *self, GPtrArray *from, GPtrArray *to, guint64 *caret)
{
  Edit *edit;

  if (from->len == 0)
    return FALSE;
  edit = g_ptr_array_steal_index (from, from->len - 1);
  g_ptr_array_add (to, apply (self, edit));
  emit (self, edit, TRUE);
  if (caret != NULL)
    *caret = edit->position + (guint64)g_utf8_strlen (edit->inserted, -1);
  coquill_fake_edit_free (edit);
  notify_text (self);
  return TRUE;
}

gboolean
coquill_replica_undo (CoquillReplica *self, guint64 *caret)
{
  return take_back (self, self->undo, self->redo, caret);
}

gboolean
coquill_replica_redo (CoquillReplica *self, guint64 *caret)
{
  return take_back (self, self->redo, self->undo, caret);
}

char *
coquill_replica_dup_text (CoquillReplica *self, gsize *length)
{
  if (length != NULL)
    *length = self->text->len;
  return g_strdup (self->text->str);
}

char *
coquill_replica_dup_range (CoquillReplica *self, guint64 position, guint64 count, gsize *length)
{
  guint64 total = coquill_replica_get_length (self);
  gsize from = byte_at (self, MIN (position, total));
  gsize to = byte_at (self, MIN (position + count, total));

  if (length != NULL)
    *length = to - from;
  return g_strndup (self->text->str + from, to - from);
}

void
coquill_replica_set_merge_manually (CoquillReplica *self, gboolean manually)
{
  self->merge_manually = manually;
}

gboolean
coquill_replica_merge_pending (CoquillReplica *self)
{
  Edit *edit;

  while ((edit = g_queue_pop_head (&self->incoming)) != NULL)
    {
      coquill_fake_edit_free (apply (self, edit));
      shift_steps (self->undo, edit);
      shift_steps (self->redo, edit);
      emit (self, edit, FALSE);
      coquill_fake_edit_free (edit);
    }
  notify_text (self);
  g_object_notify (G_OBJECT (self), "pending");
  return FALSE;
}

/* The rest. */

void
coquill_replica_open_async (CoquillReplica *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (self->state == COQUILL_REPLICA_FAILED)
    {
      g_task_return_error (task, g_error_copy (self->error));
      return;
    }
  if (self->state == COQUILL_REPLICA_CLOSED)
    coquill_fake_replica_set_state (self, COQUILL_REPLICA_OPEN, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
complete (gpointer self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_boolean (task, TRUE);
}

gboolean
coquill_replica_open_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
coquill_replica_close_async (CoquillReplica *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  complete (self, cancellable, callback, user_data);
}

gboolean
coquill_replica_close_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
coquill_replica_commit_async (CoquillReplica *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  complete (self, cancellable, callback, user_data);
}

gboolean
coquill_replica_commit_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
coquill_replica_share_async (CoquillReplica *self,
                             const char *relay,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (relay != NULL && strstr (relay, "nowhere") != NULL)
    {
      g_task_return_new_error (task, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_RELAY,
                               "Nobody answers at %s. Your text is safe on this device.", relay);
      return;
    }
  coquill_fake_replica_share (self, relay);
  g_task_return_pointer (task, g_strdup_printf ("coquill:fake-%s", self->id), g_free);
}

char *
coquill_replica_share_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

const char *
coquill_replica_get_id (CoquillReplica *self)
{
  return self->id;
}

const char *
coquill_replica_get_title (CoquillReplica *self)
{
  g_free (self->shown_title);
  self->shown_title = coquill_fake_replica_title (self);
  return self->shown_title;
}

gint64
coquill_replica_get_last_change (CoquillReplica *self)
{
  return self->last_change;
}

CoquillReplicaState
coquill_replica_get_state (CoquillReplica *self)
{
  return self->state;
}

CoquillReplicaStatus
coquill_replica_get_status (CoquillReplica *self)
{
  return self->status;
}

gboolean
coquill_replica_is_shared (CoquillReplica *self)
{
  return self->shared;
}

const char *
coquill_replica_get_relay (CoquillReplica *self)
{
  return self->relay;
}

GListModel *
coquill_replica_get_people (CoquillReplica *self)
{
  return G_LIST_MODEL (self->people);
}

const GError *
coquill_replica_get_error (CoquillReplica *self)
{
  return self->error;
}

gboolean
coquill_replica_get_can_undo (CoquillReplica *self)
{
  return self->undo->len > 0;
}

gboolean
coquill_replica_get_can_redo (CoquillReplica *self)
{
  return self->redo->len > 0;
}

guint64
coquill_replica_get_length (CoquillReplica *self)
{
  return (guint64)g_utf8_strlen (self->text->str, -1);
}

void
coquill_replica_set_title (CoquillReplica *self, const char *title)
{
  g_set_str (&self->title, title != NULL && *title != '\0' ? title : NULL);
  g_object_notify (G_OBJECT (self), "title");
}

void
coquill_replica_set_language (CoquillReplica *self, const char *language)
{
  g_set_str (&self->language, language);
  g_object_notify (G_OBJECT (self), "language");
}

void
coquill_replica_set_caret (CoquillReplica *self, guint64 caret, guint64 selection_bound)
{
  self->caret = caret;
}

void
coquill_replica_clear_caret (CoquillReplica *self)
{
}

const char *
coquill_replica_status_to_words (CoquillReplicaStatus status)
{
  static const char *const words[]
      = { "On this device", "Sending…", "Up to date", "Catching up…", "Offline, changes kept here",
          "Not saved" };

  return words[status];
}
