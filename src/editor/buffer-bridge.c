/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buffer-bridge.c: see the header. */

#include "editor/buffer-bridge.h"

/* A view that is hidden or on another workspace draws no frames: then incoming changes are merged this often,
 * in milliseconds. */
#define MERGE_WITHOUT_FRAMES_MS 200

/* Up to this many characters the lines that others edited are highlighted at once. Beyond it the highlighter
 * would need longer than a frame, and does it in its own time. */
#define ENSURE_HIGHLIGHT_MAX_CHARS (1024 * 1024)

typedef struct
{
  int position;
  int deleted;
  char *inserted;  /* NULL for a deletion */
  gboolean single; /* one character */
} Edit;

struct _CoquillBufferBridge
{
  GObject parent_instance;

  CoquillReplica *replica;
  GtkTextBuffer *buffer;
  GtkTextView *view; /* weak */

  GArray *edits; /* of Edit: those of the user action that is under way */
  guint user_action_depth;
  guint writing; /* more than 0 while the replica's changes are written into the buffer */

  guint tick;
  guint fallback;
  guint caret_idle;
  gboolean composing;
};

G_DEFINE_FINAL_TYPE (CoquillBufferBridge, coquill_buffer_bridge, G_TYPE_OBJECT)

enum
{
  REMOTE_EDIT,
  REFUSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
edit_clear (gpointer data)
{
  g_free (((Edit *)data)->inserted);
}

/* From the replica to the buffer. */

static void
load (CoquillBufferBridge *self)
{
  gsize length;
  g_autofree char *text = coquill_replica_dup_text (self->replica, &length);
  GtkTextIter start;

  self->writing++;
  gtk_text_buffer_set_text (self->buffer, text, (int)length);
  gtk_text_buffer_get_start_iter (self->buffer, &start);
  gtk_text_buffer_place_cursor (self->buffer, &start);
  self->writing--;
}

static gboolean
mark_is_at (GtkTextBuffer *buffer, GtkTextMark *mark, int position)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (buffer, &iter, mark);
  return gtk_text_iter_get_offset (&iter) == position;
}

/* Marks at the place of an insertion go right of it. One's own caret and selection stay left, but for a
 * composition, which moving the mark would end, and where they would come to lie within a line's end. */
static void
insert_after_caret (CoquillBufferBridge *self, GtkTextIter *iter, const char *text, int bytes)
{
  int position = gtk_text_iter_get_offset (iter);
  GtkTextMark *marks[]
      = { gtk_text_buffer_get_insert (self->buffer), gtk_text_buffer_get_selection_bound (self->buffer) };
  gboolean keep[G_N_ELEMENTS (marks)];
  GtkTextIter start = *iter;
  gboolean splits
      = *text == '\n' && gtk_text_iter_backward_char (&start) && gtk_text_iter_get_char (&start) == '\r';

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    keep[i] = !self->composing && !splits && mark_is_at (self->buffer, marks[i], position);

  gtk_text_buffer_insert (self->buffer, iter, text, bytes);

  gtk_text_buffer_get_iter_at_offset (self->buffer, &start, position);
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (keep[i])
      gtk_text_buffer_move_mark (self->buffer, marks[i], &start);
}

/* GtkTextBuffer ends a line at a carriage return when it is inserted, but not when a deletion takes the line
 * feed behind it; a caret there would be behind the end of the line's layout. Writing it once more ends the
 * line. */
static void
end_line_before (CoquillBufferBridge *self, GtkTextIter *iter)
{
  GtkTextIter before = *iter;

  if (gtk_text_iter_get_line_offset (iter) > 0 && gtk_text_iter_backward_char (&before)
      && gtk_text_iter_get_char (&before) == '\r'
      && (gtk_text_iter_get_char (iter) != '\n'
          || mark_is_at (self->buffer, gtk_text_buffer_get_insert (self->buffer),
                         gtk_text_iter_get_offset (iter))))
    {
      gtk_text_buffer_delete (self->buffer, &before, iter);
      gtk_text_buffer_insert (self->buffer, iter, "\r", 1);
    }
}

static void
ensure_highlight (CoquillBufferBridge *self, int from, int to)
{
  GtkTextIter start;
  GtkTextIter end;

  if (gtk_text_buffer_get_char_count (self->buffer) > ENSURE_HIGHLIGHT_MAX_CHARS
      || !gtk_source_buffer_get_highlight_syntax (GTK_SOURCE_BUFFER (self->buffer)))
    return;

  gtk_text_buffer_get_iter_at_offset (self->buffer, &start, from);
  gtk_text_buffer_get_iter_at_offset (self->buffer, &end, to);
  gtk_text_iter_set_line_offset (&start, 0);
  if (!gtk_text_iter_ends_line (&end))
    gtk_text_iter_forward_to_line_end (&end);
  gtk_source_buffer_ensure_highlight (GTK_SOURCE_BUFFER (self->buffer), &start, &end);
}

static void
text_changed_cb (CoquillBufferBridge *self, const CoquillTextChange *change)
{
  int position = (int)change->position;
  int end_position = position + (int)change->inserted_length;
  GtkTextIter start;
  GtkTextIter end;

  self->writing++;
  gtk_text_buffer_get_iter_at_offset (self->buffer, &start, position);
  if (change->deleted > 0)
    {
      gtk_text_buffer_get_iter_at_offset (self->buffer, &end, position + (int)change->deleted);
      gtk_text_buffer_delete (self->buffer, &start, &end);
      end_line_before (self, &start);
    }
  if (change->inserted_bytes > 0)
    {
      if (change->local)
        gtk_text_buffer_insert (self->buffer, &start, change->inserted, (int)change->inserted_bytes);
      else
        insert_after_caret (self, &start, change->inserted, (int)change->inserted_bytes);
    }
  self->writing--;

  ensure_highlight (self, position, end_position);
  if (!change->local)
    g_signal_emit (self, signals[REMOTE_EDIT], 0, change->author, (guint)position, (guint)end_position);
}

static void
stop_waiting (CoquillBufferBridge *self)
{
  if (self->tick != 0 && self->view != NULL)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self->view), self->tick);
  self->tick = 0;
  g_clear_handle_id (&self->fallback, g_source_remove);
}

static gboolean
merge_in_frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  CoquillBufferBridge *self = data;

  if (self->user_action_depth > 0 || coquill_replica_merge_pending (self->replica))
    return G_SOURCE_CONTINUE;
  stop_waiting (self);
  return G_SOURCE_REMOVE;
}

static gboolean
merge_without_frames_cb (gpointer data)
{
  CoquillBufferBridge *self = data;

  if (self->user_action_depth > 0 || coquill_replica_merge_pending (self->replica))
    return G_SOURCE_CONTINUE;
  self->fallback = 0;
  stop_waiting (self);
  return G_SOURCE_REMOVE;
}

static void
pending_cb (CoquillBufferBridge *self)
{
  gboolean pending;

  g_object_get (self->replica, "pending", &pending, NULL);
  if (!pending || self->view == NULL)
    return;
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self->view), merge_in_frame_cb, self, NULL);
  if (self->fallback == 0)
    self->fallback = g_timeout_add (MERGE_WITHOUT_FRAMES_MS, merge_without_frames_cb, self);
}

/* From the buffer to the replica. */

static gboolean
send_edit (CoquillBufferBridge *self, const Edit *edit, GError **error)
{
  if (edit->inserted == NULL)
    return coquill_replica_delete (self->replica, (guint64)edit->position, (guint64)edit->deleted, error);
  return coquill_replica_insert (self->replica, (guint64)edit->position, edit->inserted, -1, error);
}

static void
send_edits (CoquillBufferBridge *self)
{
  g_autoptr (GError) error = NULL;
  gboolean group
      = self->edits->len > 1 || (self->edits->len == 1 && !g_array_index (self->edits, Edit, 0).single);

  if (group)
    coquill_replica_begin_group (self->replica);
  for (guint i = 0; i < self->edits->len && error == NULL; i++)
    send_edit (self, &g_array_index (self->edits, Edit, i), &error);
  if (group)
    coquill_replica_end_group (self->replica);
  g_array_set_size (self->edits, 0);

  if (error != NULL)
    {
      load (self);
      g_signal_emit (self, signals[REFUSED], 0, error);
    }
}

static void
take_edit (CoquillBufferBridge *self, Edit edit)
{
  g_array_append_val (self->edits, edit);
  if (self->user_action_depth == 0)
    send_edits (self);
}

static void
insert_text_cb (CoquillBufferBridge *self, const GtkTextIter *location, const char *text, int bytes)
{
  Edit edit = { .position = gtk_text_iter_get_offset (location) };

  if (self->writing > 0 || bytes == 0)
    return;
  edit.inserted = bytes < 0 ? g_strdup (text) : g_strndup (text, (gsize)bytes);
  edit.single = g_utf8_strlen (edit.inserted, -1) == 1;
  take_edit (self, edit);
}

static void
delete_range_cb (CoquillBufferBridge *self, const GtkTextIter *start, const GtkTextIter *end)
{
  int from = gtk_text_iter_get_offset (start);
  int to = gtk_text_iter_get_offset (end);
  Edit edit = { .position = MIN (from, to), .deleted = ABS (to - from) };

  if (self->writing > 0 || edit.deleted == 0)
    return;
  edit.single = edit.deleted == 1;
  take_edit (self, edit);
}

static void
begin_user_action_cb (CoquillBufferBridge *self)
{
  self->user_action_depth++;
}

static void
end_user_action_cb (CoquillBufferBridge *self)
{
  GtkTextIter caret;

  g_assert (self->user_action_depth > 0);
  if (--self->user_action_depth > 0 || self->edits->len == 0)
    return;
  send_edits (self);
  gtk_text_buffer_get_iter_at_mark (self->buffer, &caret, gtk_text_buffer_get_insert (self->buffer));
  self->writing++;
  end_line_before (self, &caret);
  self->writing--;
}

static gboolean
tell_caret_cb (gpointer data)
{
  CoquillBufferBridge *self = data;
  GtkTextIter caret;
  GtkTextIter bound;

  self->caret_idle = 0;
  gtk_text_buffer_get_iter_at_mark (self->buffer, &caret, gtk_text_buffer_get_insert (self->buffer));
  gtk_text_buffer_get_iter_at_mark (self->buffer, &bound, gtk_text_buffer_get_selection_bound (self->buffer));
  coquill_replica_set_caret (self->replica, (guint64)gtk_text_iter_get_offset (&caret),
                             (guint64)gtk_text_iter_get_offset (&bound));
  return G_SOURCE_REMOVE;
}

/* In an idle callback, when the replica has the edit that moved the caret. */
static void
caret_moved_cb (CoquillBufferBridge *self)
{
  if (self->writing == 0 && self->caret_idle == 0)
    self->caret_idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, tell_caret_cb, self, NULL);
}

static void
mark_set_cb (CoquillBufferBridge *self, const GtkTextIter *iter, GtkTextMark *mark)
{
  if (mark == gtk_text_buffer_get_insert (self->buffer)
      || mark == gtk_text_buffer_get_selection_bound (self->buffer))
    caret_moved_cb (self);
}

static void
preedit_changed_cb (CoquillBufferBridge *self, const char *preedit)
{
  self->composing = *preedit != '\0';
}

static void
place_caret (CoquillBufferBridge *self, guint64 position)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_offset (self->buffer, &iter, (int)position);
  gtk_text_buffer_place_cursor (self->buffer, &iter);
  if (self->view != NULL)
    gtk_text_view_scroll_mark_onscreen (self->view, gtk_text_buffer_get_insert (self->buffer));
}

gboolean
coquill_buffer_bridge_undo (CoquillBufferBridge *self)
{
  guint64 caret = 0;

  g_return_val_if_fail (COQUILL_IS_BUFFER_BRIDGE (self), FALSE);
  if (!coquill_replica_undo (self->replica, &caret))
    return FALSE;
  place_caret (self, caret);
  return TRUE;
}

gboolean
coquill_buffer_bridge_redo (CoquillBufferBridge *self)
{
  guint64 caret = 0;

  g_return_val_if_fail (COQUILL_IS_BUFFER_BRIDGE (self), FALSE);
  if (!coquill_replica_redo (self->replica, &caret))
    return FALSE;
  place_caret (self, caret);
  return TRUE;
}

static void
coquill_buffer_bridge_dispose (GObject *object)
{
  CoquillBufferBridge *self = COQUILL_BUFFER_BRIDGE (object);

  stop_waiting (self);
  g_clear_handle_id (&self->caret_idle, g_source_remove);
  if (self->replica != NULL)
    coquill_replica_set_merge_manually (self->replica, FALSE);
  g_clear_weak_pointer (&self->view);
  g_clear_object (&self->buffer);
  g_clear_object (&self->replica);
  g_clear_pointer (&self->edits, g_array_unref);
  G_OBJECT_CLASS (coquill_buffer_bridge_parent_class)->dispose (object);
}

static void
coquill_buffer_bridge_class_init (CoquillBufferBridgeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = coquill_buffer_bridge_dispose;

  signals[REMOTE_EDIT]
      = g_signal_new ("remote-edit", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 3, COQUILL_TYPE_PARTICIPANT, G_TYPE_UINT, G_TYPE_UINT);
  signals[REFUSED] = g_signal_new ("refused", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
coquill_buffer_bridge_init (CoquillBufferBridge *self)
{
  self->edits = g_array_new (FALSE, FALSE, sizeof (Edit));
  g_array_set_clear_func (self->edits, edit_clear);
}

CoquillBufferBridge *
coquill_buffer_bridge_new (GtkSourceView *view, CoquillReplica *replica)
{
  CoquillBufferBridge *self;

  g_return_val_if_fail (GTK_SOURCE_IS_VIEW (view), NULL);
  g_return_val_if_fail (COQUILL_IS_REPLICA (replica), NULL);

  self = g_object_new (COQUILL_TYPE_BUFFER_BRIDGE, NULL);
  self->replica = g_object_ref (replica);
  g_set_weak_pointer (&self->view, GTK_TEXT_VIEW (view));
  self->buffer = g_object_ref (gtk_text_view_get_buffer (self->view));

  coquill_replica_set_merge_manually (replica, TRUE);
  coquill_replica_merge_pending (replica);
  load (self);

  g_signal_connect_object (replica, "text-changed", G_CALLBACK (text_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::pending", G_CALLBACK (pending_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->buffer, "insert-text", G_CALLBACK (insert_text_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->buffer, "delete-range", G_CALLBACK (delete_range_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->buffer, "begin-user-action", G_CALLBACK (begin_user_action_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->buffer, "end-user-action", G_CALLBACK (end_user_action_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->buffer, "notify::cursor-position", G_CALLBACK (caret_moved_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->buffer, "mark-set", G_CALLBACK (mark_set_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "preedit-changed", G_CALLBACK (preedit_changed_cb), self, G_CONNECT_SWAPPED);
  pending_cb (self);
  return self;
}
