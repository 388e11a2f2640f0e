/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-text.c: this device's edits, undo, and the merging of others' changes. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "document/document-replace.h"
#include "replica/replica-error-private.h"
#include "replica/replica-private.h"

/* Deltas: the document tells them while it merges; they are emitted when it is done, so that a handler may
 * read from the replica, and even edit it, without harm. */

typedef struct
{
  CoquillTextDelta delta; /* inserted: owned */
} Delta;

static void
delta_clear (gpointer data)
{
  g_free ((char *)((Delta *)data)->delta.inserted);
}

GArray *
coquill_replica_deltas_new (void)
{
  GArray *deltas = g_array_new (FALSE, FALSE, sizeof (Delta));

  g_array_set_clear_func (deltas, delta_clear);
  return deltas;
}

void
coquill_replica_collect_delta (const CoquillTextDelta *delta, void *data)
{
  Delta copy = { .delta = *delta };

  copy.delta.inserted = delta->inserted_bytes > 0 ? g_memdup2 (delta->inserted, delta->inserted_bytes) : NULL;
  g_array_append_val ((GArray *)data, copy);
}

void
coquill_replica_emit_deltas (CoquillReplica *self, GArray *deltas, gboolean local)
{
  for (guint i = 0; i < deltas->len && self->document != NULL; i++)
    {
      const CoquillTextDelta *delta = &g_array_index (deltas, Delta, i).delta;
      CoquillTextChange change = {
        .position = delta->position,
        .deleted = delta->deleted,
        .inserted = delta->inserted != NULL ? delta->inserted : "",
        .inserted_bytes = delta->inserted_bytes,
        .inserted_length = delta->inserted_length,
        .author = coquill_replica_people_author (self, delta->agent),
        .local = local,
      };

      coquill_replica_emit_text_changed (self, &change);
    }
}

/* Flushing */

static gboolean
flush_cb (gpointer data)
{
  CoquillReplica *self = data;

  self->traffic.flush_source = 0;
  coquill_replica_flush (self);
  return G_SOURCE_REMOVE;
}

void
coquill_replica_schedule_flush (CoquillReplica *self)
{
  CoquillReplicaTraffic *traffic = &self->traffic;
  gint64 now = g_get_monotonic_time ();
  gint64 when = now;

  if (traffic->relay != NULL && traffic->sync != NULL)
    when = MAX (now, coquill_sync_get_flush_time (traffic->sync, now));
  if (traffic->flush_source != 0)
    {
      if (traffic->flush_time <= when)
        return;
      g_source_remove (traffic->flush_source);
    }
  traffic->flush_time = when;
  /* Below input and drawing only in order, not in rank: what else this turn brings still goes along. */
  traffic->flush_source = when <= now
                              ? g_idle_add_full (G_PRIORITY_DEFAULT, flush_cb, self, NULL)
                              : g_timeout_add_full (G_PRIORITY_DEFAULT, (guint)((when - now + 999) / 1000),
                                                    flush_cb, self, NULL);
}

void
coquill_replica_flush_bodies (CoquillReplica *self)
{
  g_autoptr (GPtrArray) bodies = NULL;

  if (self->document == NULL || self->read_only)
    return;
  bodies = coquill_document_flush (self->document);
  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *body = bodies->pdata[i];
      guint64 number = coquill_replica_disk_add_own (self, body);

      if (self->traffic.relay != NULL)
        coquill_sync_local (self->traffic.sync, body->kind, body->bytes, number, g_get_monotonic_time ());
      else
        coquill_replica_disk_mark_all_sent (self);
    }
}

void
coquill_replica_flush (CoquillReplica *self)
{
  if (self->document == NULL || self->read_only)
    return;
  g_clear_handle_id (&self->traffic.flush_source, g_source_remove);
  coquill_replica_flush_bodies (self);
  coquill_replica_take_news (self);
  coquill_replica_pump (self);
  coquill_replica_disk_commit (self);
}

void
coquill_replica_take_news (CoquillReplica *self)
{
  CoquillDocumentNews news = coquill_document_take_news (self->document);

  if (news & COQUILL_DOCUMENT_NEWS_KEYS)
    {
      self->disk.keys_changed = TRUE;
      coquill_replica_disk_entry_changed (self);
    }
  if (news & COQUILL_DOCUMENT_NEWS_BULLETIN)
    coquill_sync_bulletin_changed (self->traffic.sync, g_get_monotonic_time ());
  if (news & COQUILL_DOCUMENT_NEWS_ADMITTED)
    {
      coquill_replica_people_update_self (self);
      coquill_replica_check_waits (self);
    }
  if (news & (COQUILL_DOCUMENT_NEWS_MEMBERS | COQUILL_DOCUMENT_NEWS_RECORDS | COQUILL_DOCUMENT_NEWS_ADMITTED))
    coquill_replica_people_update (self);
  if (news & COQUILL_DOCUMENT_NEWS_OUTGOING)
    coquill_replica_schedule_flush (self);
}

/* Edits */

static gboolean
may_edit (CoquillReplica *self, GError **error)
{
  if (self->read_only)
    g_set_error_literal (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_READ_ONLY,
                         _ ("The documents were opened for reading only."));
  else if (self->document == NULL || self->state == COQUILL_REPLICA_FAILED)
    g_set_error_literal (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_FAILED,
                         _ ("The document isn’t open."));
  else if (!coquill_document_can_edit (self->document))
    g_set_error_literal (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_NOT_ALLOWED,
                         _ ("You may not write in this document."));
  else
    return TRUE;
  return FALSE;
}

static gboolean
translate_error (GError *problem, GError **error)
{
  g_propagate_error (error, coquill_replica_error_translate (problem));
  return FALSE;
}

/* After any edit of this device's. */
static void
edited (CoquillReplica *self)
{
  coquill_replica_touch (self, g_get_real_time ());
  coquill_replica_note_changes (self);
  coquill_replica_people_typed (self);
  coquill_replica_people_move_carets (self);
  coquill_replica_schedule_flush (self);
}

gboolean
coquill_replica_insert (
    CoquillReplica *self, guint64 position, const char *text, gssize length, GError **error)
{
  GError *problem = NULL;
  gsize bytes;

  g_return_val_if_fail (COQUILL_IS_REPLICA (self) && text != NULL, FALSE);

  if (!may_edit (self, error))
    return FALSE;
  bytes = length < 0 ? strlen (text) : (gsize)length;
  if (bytes == 0)
    return TRUE;
  position = MIN (position, coquill_replica_get_length (self));
  if (!coquill_document_insert (self->document, position, text, bytes, g_get_real_time (), &problem))
    return translate_error (problem, error);
  edited (self);
  return TRUE;
}

gboolean
coquill_replica_delete (CoquillReplica *self, guint64 position, guint64 count, GError **error)
{
  GError *problem = NULL;
  guint64 length;

  g_return_val_if_fail (COQUILL_IS_REPLICA (self), FALSE);

  if (!may_edit (self, error))
    return FALSE;
  length = coquill_replica_get_length (self);
  position = MIN (position, length);
  count = MIN (count, length - position);
  if (count == 0)
    return TRUE;
  if (!coquill_document_delete (self->document, position, count, g_get_real_time (), &problem))
    return translate_error (problem, error);
  edited (self);
  return TRUE;
}

gboolean
coquill_replica_replace_text (
    CoquillReplica *self, const char *text, gssize length, guint *n_edits, GError **error)
{
  g_autoptr (GArray) deltas = NULL;
  GError *problem = NULL;
  gsize bytes;

  g_return_val_if_fail (COQUILL_IS_REPLICA (self) && text != NULL, FALSE);

  if (!may_edit (self, error))
    return FALSE;
  bytes = length < 0 ? strlen (text) : (gsize)length;
  deltas = coquill_replica_deltas_new ();
  if (!coquill_document_replace_text (self->document, text, bytes, g_get_real_time (),
                                      coquill_replica_collect_delta, deltas, n_edits, &problem))
    return translate_error (problem, error);
  coquill_replica_emit_deltas (self, deltas, TRUE);
  if (deltas->len > 0)
    edited (self);
  return TRUE;
}

void
coquill_replica_begin_group (CoquillReplica *self)
{
  g_return_if_fail (COQUILL_IS_REPLICA (self));
  if (self->document != NULL)
    coquill_document_begin_group (self->document);
}

void
coquill_replica_end_group (CoquillReplica *self)
{
  g_return_if_fail (COQUILL_IS_REPLICA (self));
  if (self->document != NULL)
    coquill_document_end_group (self->document);
}

static gboolean
undo_or_redo (CoquillReplica *self, gboolean redo, guint64 *caret)
{
  g_autoptr (GArray) deltas = NULL;
  gboolean done;

  if (!may_edit (self, NULL))
    return FALSE;
  deltas = coquill_replica_deltas_new ();
  done = (redo ? coquill_document_redo : coquill_document_undo) (
      self->document, g_get_real_time (), coquill_replica_collect_delta, deltas, caret);
  coquill_replica_emit_deltas (self, deltas, TRUE);
  if (done)
    edited (self);
  return done;
}

gboolean
coquill_replica_undo (CoquillReplica *self, guint64 *caret)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), FALSE);
  return undo_or_redo (self, FALSE, caret);
}

gboolean
coquill_replica_redo (CoquillReplica *self, guint64 *caret)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), FALSE);
  return undo_or_redo (self, TRUE, caret);
}

static void
set_record (CoquillReplica *self, const char *field, const char *value)
{
  g_autoptr (GError) error = NULL;

  if (!may_edit (self, NULL))
    return;
  if (value != NULL && *value == '\0')
    value = NULL;
  if (!coquill_document_set_record (self->document, "document", "", field, value, &error))
    {
      g_warning ("The record “%s” can’t be set: %s", field, error->message);
      return;
    }
  coquill_replica_touch (self, g_get_real_time ());
  coquill_replica_note_changes (self);
  coquill_replica_schedule_flush (self);
}

void
coquill_replica_set_title (CoquillReplica *self, const char *title)
{
  g_return_if_fail (COQUILL_IS_REPLICA (self));
  set_record (self, "title", title);
}

void
coquill_replica_set_language (CoquillReplica *self, const char *language)
{
  g_return_if_fail (COQUILL_IS_REPLICA (self));
  set_record (self, "language", language);
}

/* Reading */

char *
coquill_replica_dup_range (CoquillReplica *self, guint64 position, guint64 count, gsize *length)
{
  CoquillText *text;
  guint64 total;
  gsize bytes;
  char *copy;

  g_return_val_if_fail (COQUILL_IS_REPLICA (self), NULL);

  if (length != NULL)
    *length = 0;
  if (self->document == NULL)
    return g_strdup ("");
  text = coquill_document_get_text (self->document);
  total = coquill_text_length (text);
  position = MIN (position, total);
  count = MIN (count, total - position);
  bytes = coquill_text_measure (text, position, count);
  copy = g_malloc (bytes + 1);
  coquill_text_read (text, position, count, copy);
  copy[bytes] = '\0';
  if (length != NULL)
    *length = bytes;
  return copy;
}

char *
coquill_replica_dup_text (CoquillReplica *self, gsize *length)
{
  return coquill_replica_dup_range (self, 0, G_MAXUINT64, length);
}

/* Others' changes */

void
coquill_replica_push_pending (CoquillReplica *self, CoquillSyncAction *action)
{
  CoquillReplicaTraffic *traffic = &self->traffic;
  gboolean was_empty = g_queue_is_empty (&traffic->pending);

  g_queue_push_tail (&traffic->pending, action);
  traffic->pending_bytes += g_bytes_get_size (action->body);
  if (was_empty)
    coquill_replica_notify_pending (self);
}

void
coquill_replica_clear_pending (CoquillReplica *self)
{
  g_queue_clear_full (&self->traffic.pending, (GDestroyNotify)coquill_sync_action_free);
  self->traffic.pending_bytes = 0;
  g_clear_handle_id (&self->traffic.merge_source, g_source_remove);
}

/* How many places each author changed while we caught up; neighbours count as one. */
static void
count_places (CoquillReplica *self, GArray *deltas)
{
  guint64 last_end = G_MAXUINT64;

  if (self->status != COQUILL_STATUS_CATCHING_UP || self->waiting)
    return;
  for (guint i = 0; i < deltas->len; i++)
    {
      const CoquillTextDelta *delta = &g_array_index (deltas, Delta, i).delta;
      CoquillParticipant *author = coquill_replica_people_author (self, delta->agent);

      if (author != NULL && !coquill_participant_is_self (author) && delta->position != last_end)
        {
          guint places = GPOINTER_TO_UINT (g_hash_table_lookup (self->traffic.places, author));

          g_hash_table_insert (self->traffic.places, g_object_ref (author), GUINT_TO_POINTER (places + 1));
        }
      last_end = delta->position + delta->inserted_length;
    }
}

static void
merge_one (CoquillReplica *self, CoquillSyncAction *action)
{
  g_autoptr (GArray) deltas = coquill_replica_deltas_new ();
  g_autoptr (GPtrArray) accepted = coquill_body_array_new ();
  g_autoptr (GError) error = NULL;
  CoquillAccept result;

  result = coquill_document_accept (self->document, action->payload_kind, action->body,
                                    coquill_replica_collect_delta, deltas, accepted, &error);
  if (result == COQUILL_ACCEPT_REFUSED)
    g_message ("Document %.8s: a change was refused: %s", self->id, error->message);
  for (guint i = 0; i < accepted->len; i++)
    coquill_replica_disk_add_accepted (self, accepted->pdata[i]);
  if (accepted->len > 0)
    coquill_replica_touch (self, g_get_real_time ());
  /* What it made this device say (that it is in) is to go out before what sync says next. */
  coquill_replica_flush_bodies (self);
  coquill_replica_take_news (self);
  coquill_sync_accepted (self->traffic.sync, action->reference, result, accepted, g_get_monotonic_time ());
  if (deltas->len > 0)
    {
      count_places (self, deltas);
      coquill_replica_emit_deltas (self, deltas, FALSE);
      coquill_replica_people_move_carets (self);
    }
}

gboolean
coquill_replica_merge_pending (CoquillReplica *self)
{
  CoquillReplicaTraffic *traffic = &self->traffic;
  gint64 end = g_get_monotonic_time () + COQUILL_REPLICA_SLICE;
  gboolean more;

  g_return_val_if_fail (COQUILL_IS_REPLICA (self), FALSE);

  if (g_queue_is_empty (&traffic->pending))
    return FALSE;

  g_object_ref (self);
  do
    {
      g_autoptr (CoquillSyncAction) action = g_queue_pop_head (&traffic->pending);

      traffic->pending_bytes -= g_bytes_get_size (action->body);
      merge_one (self, action);
    }
  while (self->document != NULL && !g_queue_is_empty (&traffic->pending) && g_get_monotonic_time () < end);

  more = !g_queue_is_empty (&traffic->pending);
  if (!more)
    {
      coquill_replica_notify_pending (self);
      coquill_replica_receive_early (self);
    }
  if (self->document != NULL)
    {
      coquill_replica_note_changes (self);
      coquill_replica_check_waiting (self);
      coquill_replica_disk_commit (self);
      coquill_replica_pump (self);
      coquill_replica_direct_give_credit (self);
      coquill_replica_check_waits (self);
    }
  g_object_unref (self);
  return more;
}

void
coquill_replica_set_merge_manually (CoquillReplica *self, gboolean manually)
{
  g_return_if_fail (COQUILL_IS_REPLICA (self));

  self->traffic.merge_manually = manually;
  if (self->document != NULL)
    coquill_replica_pump (self);
}
