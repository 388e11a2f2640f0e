/* SPDX-License-Identifier: GPL-3.0-or-later */
/* remote-caret.c: see the header. */

#include "editor/remote-caret.h"

/* A name longer than this is cut with an ellipsis in its flag, in pixels. */
#define FLAG_MAX_WIDTH 180

struct _CoquillRemoteCaret
{
  GObject parent_instance;

  CoquillParticipant *participant;
  GtkTextBuffer *buffer;
  GtkTextMark *caret;
  GtkTextMark *bound;
  PangoLayout *layout;
  GdkRGBA color;
  gint64 moved;
};

G_DEFINE_FINAL_TYPE (CoquillRemoteCaret, coquill_remote_caret, G_TYPE_OBJECT)

static guint changed_signal;

static int
mark_offset (CoquillRemoteCaret *self, GtkTextMark *mark)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (self->buffer, &iter, mark);
  return gtk_text_iter_get_offset (&iter);
}

static void
move_mark (CoquillRemoteCaret *self, GtkTextMark *mark, guint64 position)
{
  int limit = gtk_text_buffer_get_char_count (self->buffer);
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_offset (self->buffer, &iter, (int)MIN (position, (guint64)limit));
  gtk_text_buffer_move_mark (self->buffer, mark, &iter);
}

/* A position is also notified when the text before it grew; that is no movement of theirs, and the marks have
 * moved by themselves. */
static void
caret_changed_cb (CoquillRemoteCaret *self)
{
  guint64 caret;
  guint64 bound;

  if (coquill_participant_get_caret (self->participant, &caret, &bound)
      && (caret != (guint64)mark_offset (self, self->caret)
          || bound != (guint64)mark_offset (self, self->bound)))
    {
      move_mark (self, self->caret, caret);
      move_mark (self, self->bound, bound);
      self->moved = g_get_monotonic_time ();
    }
  g_signal_emit (self, changed_signal, 0);
}

static void
appearance_changed_cb (CoquillRemoteCaret *self)
{
  if (!gdk_rgba_parse (&self->color, coquill_participant_get_color (self->participant)))
    gdk_rgba_parse (&self->color, "#77767b");
  g_clear_object (&self->layout);
  g_signal_emit (self, changed_signal, 0);
}

static void
coquill_remote_caret_dispose (GObject *object)
{
  CoquillRemoteCaret *self = COQUILL_REMOTE_CARET (object);

  if (self->buffer != NULL)
    {
      gtk_text_buffer_delete_mark (self->buffer, self->caret);
      gtk_text_buffer_delete_mark (self->buffer, self->bound);
    }
  g_clear_object (&self->buffer);
  g_clear_object (&self->participant);
  g_clear_object (&self->layout);
  G_OBJECT_CLASS (coquill_remote_caret_parent_class)->dispose (object);
}

static void
coquill_remote_caret_class_init (CoquillRemoteCaretClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = coquill_remote_caret_dispose;

  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
coquill_remote_caret_init (CoquillRemoteCaret *self)
{
}

CoquillRemoteCaret *
coquill_remote_caret_new (CoquillParticipant *participant, GtkTextBuffer *buffer)
{
  CoquillRemoteCaret *self = g_object_new (COQUILL_TYPE_REMOTE_CARET, NULL);
  GtkTextIter start;

  self->participant = g_object_ref (participant);
  self->buffer = g_object_ref (buffer);
  gtk_text_buffer_get_start_iter (buffer, &start);
  /* Left gravity: what one types oneself at their caret comes after it, as on their screen. */
  self->caret = gtk_text_buffer_create_mark (buffer, NULL, &start, TRUE);
  self->bound = gtk_text_buffer_create_mark (buffer, NULL, &start, TRUE);

  g_signal_connect_object (participant, "notify::caret", G_CALLBACK (caret_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (participant, "notify::selection-bound", G_CALLBACK (caret_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (participant, "notify::has-caret", G_CALLBACK (caret_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (participant, "notify::present", G_CALLBACK (caret_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (participant, "notify::name", G_CALLBACK (appearance_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (participant, "notify::color", G_CALLBACK (appearance_changed_cb), self,
                           G_CONNECT_SWAPPED);
  appearance_changed_cb (self);
  caret_changed_cb (self);
  return self;
}

CoquillParticipant *
coquill_remote_caret_get_participant (CoquillRemoteCaret *self)
{
  return self->participant;
}

/* Between the two characters of a line's end there is no place on screen, and Pango would complain. */
static void
leave_line_end (GtkTextIter *iter)
{
  GtkTextIter before = *iter;

  if (gtk_text_iter_get_char (iter) == '\n' && gtk_text_iter_backward_char (&before)
      && gtk_text_iter_get_char (&before) == '\r')
    *iter = before;
}

gboolean
coquill_remote_caret_get_iters (CoquillRemoteCaret *self, GtkTextIter *caret, GtkTextIter *bound)
{
  if (!coquill_participant_is_present (self->participant)
      || !coquill_participant_get_caret (self->participant, NULL, NULL))
    return FALSE;
  gtk_text_buffer_get_iter_at_mark (self->buffer, caret, self->caret);
  gtk_text_buffer_get_iter_at_mark (self->buffer, bound, self->bound);
  leave_line_end (caret);
  leave_line_end (bound);
  return TRUE;
}

const GdkRGBA *
coquill_remote_caret_get_color (CoquillRemoteCaret *self)
{
  return &self->color;
}

gint64
coquill_remote_caret_get_moved (CoquillRemoteCaret *self)
{
  return self->moved;
}

void
coquill_remote_caret_typed (CoquillRemoteCaret *self, guint start, guint end)
{
  if (mark_offset (self, self->caret) != (int)start)
    return;
  move_mark (self, self->caret, end);
  move_mark (self, self->bound, end);
  self->moved = g_get_monotonic_time ();
  g_signal_emit (self, changed_signal, 0);
}

PangoLayout *
coquill_remote_caret_get_layout (CoquillRemoteCaret *self, GtkWidget *widget)
{
  if (self->layout == NULL)
    {
      g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Sans Bold 8.5");

      self->layout
          = gtk_widget_create_pango_layout (widget, coquill_participant_get_name (self->participant));
      pango_layout_set_font_description (self->layout, font);
      pango_layout_set_single_paragraph_mode (self->layout, TRUE);
      pango_layout_set_width (self->layout, FLAG_MAX_WIDTH * PANGO_SCALE);
      pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
    }
  return self->layout;
}
