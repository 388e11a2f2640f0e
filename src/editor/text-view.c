/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text-view.c: see the header. */

#include "editor/text-view.h"

#include "editor/buffer-bridge.h"
#include "editor/caret-layer.h"

struct _CoquillTextView
{
  GtkSourceView parent_instance;

  CoquillReplica *replica;
  CoquillBufferBridge *bridge;
  CoquillCaretLayer *layer;
};

G_DEFINE_FINAL_TYPE (CoquillTextView, coquill_text_view, GTK_SOURCE_TYPE_VIEW)

enum
{
  REMOTE_EDIT,
  REFUSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* GtkTextView turns its undo actions off after each edit, because the buffer's own undo is off. */
static void
update_undo_actions (CoquillTextView *self)
{
  gboolean can_undo = self->replica != NULL && coquill_replica_get_can_undo (self->replica);
  gboolean can_redo = self->replica != NULL && coquill_replica_get_can_redo (self->replica);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "text.undo", can_undo);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "text.redo", can_redo);
}

void
coquill_text_view_undo (CoquillTextView *self)
{
  g_return_if_fail (COQUILL_IS_TEXT_VIEW (self));
  if (self->bridge == NULL || !coquill_buffer_bridge_undo (self->bridge))
    gtk_widget_error_bell (GTK_WIDGET (self));
  update_undo_actions (self);
}

void
coquill_text_view_redo (CoquillTextView *self)
{
  g_return_if_fail (COQUILL_IS_TEXT_VIEW (self));
  if (self->bridge == NULL || !coquill_buffer_bridge_redo (self->bridge))
    gtk_widget_error_bell (GTK_WIDGET (self));
  update_undo_actions (self);
}

static void
undo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  coquill_text_view_undo (COQUILL_TEXT_VIEW (widget));
}

static void
redo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  coquill_text_view_redo (COQUILL_TEXT_VIEW (widget));
}

static void
remote_edit_cb (CoquillTextView *self, CoquillParticipant *author, guint start, guint end)
{
  coquill_caret_layer_typed (self->layer, author, start, end);
  g_signal_emit (self, signals[REMOTE_EDIT], 0, author, start, end);
}

static void
refused_cb (CoquillTextView *self, GError *error)
{
  g_signal_emit (self, signals[REFUSED], 0, error);
}

void
coquill_text_view_set_replica (CoquillTextView *self, CoquillReplica *replica)
{
  g_return_if_fail (COQUILL_IS_TEXT_VIEW (self));
  g_return_if_fail (replica == NULL || COQUILL_IS_REPLICA (replica));

  if (self->replica == replica)
    return;
  if (self->replica != NULL)
    g_signal_handlers_disconnect_by_data (self->replica, self);
  if (self->bridge != NULL)
    {
      /* Not left to the last reference: the bridge must not outlive its view's attention. */
      g_signal_handlers_disconnect_by_data (self->bridge, self);
      g_object_run_dispose (G_OBJECT (self->bridge));
    }
  g_clear_object (&self->bridge);
  g_clear_object (&self->layer);
  g_set_object (&self->replica, replica);
  if (replica == NULL)
    return;

  self->bridge = coquill_buffer_bridge_new (GTK_SOURCE_VIEW (self), replica);
  self->layer = coquill_caret_layer_new (GTK_TEXT_VIEW (self), coquill_replica_get_people (replica));
  g_signal_connect_object (self->bridge, "remote-edit", G_CALLBACK (remote_edit_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->bridge, "refused", G_CALLBACK (refused_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::can-undo", G_CALLBACK (update_undo_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::can-redo", G_CALLBACK (update_undo_actions), self,
                           G_CONNECT_SWAPPED);
  update_undo_actions (self);
}

void
coquill_text_view_set_prose (CoquillTextView *self, gboolean prose)
{
  g_return_if_fail (COQUILL_IS_TEXT_VIEW (self));

  gtk_text_view_set_monospace (GTK_TEXT_VIEW (self), !prose);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_pixels_above_lines (GTK_TEXT_VIEW (self), prose ? 3 : 1);
  gtk_text_view_set_pixels_below_lines (GTK_TEXT_VIEW (self), prose ? 3 : 1);
  gtk_text_view_set_pixels_inside_wrap (GTK_TEXT_VIEW (self), prose ? 6 : 2);
  gtk_source_view_set_show_line_numbers (GTK_SOURCE_VIEW (self), !prose);
  if (prose)
    gtk_widget_add_css_class (GTK_WIDGET (self), "prose");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "prose");
}

void
coquill_text_view_show_changes (CoquillTextView *self, CoquillParticipant *author, guint places)
{
  GtkTextIter first;

  g_return_if_fail (COQUILL_IS_TEXT_VIEW (self));
  if (self->layer != NULL && coquill_caret_layer_show_changes (self->layer, author, places, &first))
    gtk_text_view_scroll_to_iter (GTK_TEXT_VIEW (self), &first, 0.1, FALSE, 0, 0);
}

/* It can run before a replica is set. */
static void
coquill_text_view_snapshot_layer (GtkTextView *view, GtkTextViewLayer layer, GtkSnapshot *snapshot)
{
  CoquillTextView *self = COQUILL_TEXT_VIEW (view);

  if (self->layer != NULL && layer == GTK_TEXT_VIEW_LAYER_BELOW_TEXT)
    coquill_caret_layer_snapshot_below (self->layer, snapshot);
  GTK_TEXT_VIEW_CLASS (coquill_text_view_parent_class)->snapshot_layer (view, layer, snapshot);
  if (self->layer != NULL && layer == GTK_TEXT_VIEW_LAYER_ABOVE_TEXT)
    coquill_caret_layer_snapshot_above (self->layer, snapshot);
}

static void
motion_cb (CoquillTextView *self, double x, double y)
{
  int buffer_x;
  int buffer_y;

  if (self->layer == NULL)
    return;
  gtk_text_view_window_to_buffer_coords (GTK_TEXT_VIEW (self), GTK_TEXT_WINDOW_WIDGET, (int)x, (int)y,
                                         &buffer_x, &buffer_y);
  coquill_caret_layer_set_pointer (self->layer, TRUE, buffer_x, buffer_y);
}

static void
leave_cb (CoquillTextView *self)
{
  if (self->layer != NULL)
    coquill_caret_layer_set_pointer (self->layer, FALSE, 0, 0);
}

static void
coquill_text_view_dispose (GObject *object)
{
  coquill_text_view_set_replica (COQUILL_TEXT_VIEW (object), NULL);
  G_OBJECT_CLASS (coquill_text_view_parent_class)->dispose (object);
}

static void
coquill_text_view_class_init (CoquillTextViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = coquill_text_view_dispose;
  GTK_TEXT_VIEW_CLASS (klass)->snapshot_layer = coquill_text_view_snapshot_layer;

  gtk_widget_class_install_action (widget_class, "text.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "text.redo", NULL, redo_action);

  signals[REMOTE_EDIT]
      = g_signal_new ("remote-edit", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 3, COQUILL_TYPE_PARTICIPANT, G_TYPE_UINT, G_TYPE_UINT);
  signals[REFUSED] = g_signal_new ("refused", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
coquill_text_view_init (CoquillTextView *self)
{
  g_autoptr (GtkSourceBuffer) buffer = gtk_source_buffer_new (NULL);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  /* The view's own handlers, which turn undo off, were connected to the same before. */
  static const char *const after_edits[] = { "insert-text", "delete-range", "changed", "end-user-action" };

  gtk_text_buffer_set_enable_undo (GTK_TEXT_BUFFER (buffer), FALSE);
  gtk_text_view_set_buffer (GTK_TEXT_VIEW (self), GTK_TEXT_BUFFER (buffer));
  for (guint i = 0; i < G_N_ELEMENTS (after_edits); i++)
    g_signal_connect_object (buffer, after_edits[i], G_CALLBACK (update_undo_actions), self,
                             G_CONNECT_SWAPPED | G_CONNECT_AFTER);

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_css_class (GTK_WIDGET (self), "coquill");
  coquill_text_view_set_prose (self, TRUE);
}
