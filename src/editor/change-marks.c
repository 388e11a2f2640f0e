/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change-marks.c: see the header. */

#include "editor/change-marks.h"

#define MAX_PLACES 64

/* How long what is shown stays fully tinted, and how long it fades; microseconds. */
#define TINTED (2 * G_USEC_PER_SEC)
#define FADES (G_USEC_PER_SEC / 2)

typedef struct
{
  CoquillParticipant *author;
  GtkTextBuffer *buffer;
  GtkTextMark *start;
  GtkTextMark *end;
  gboolean shown;
} Place;

struct _CoquillChangeMarks
{
  GObject parent_instance;

  GtkTextBuffer *buffer;
  GPtrArray *places; /* of Place, the latest last */
  gint64 shown_at;
};

G_DEFINE_FINAL_TYPE (CoquillChangeMarks, coquill_change_marks, G_TYPE_OBJECT)

static void
place_free (gpointer data)
{
  Place *place = data;

  gtk_text_buffer_delete_mark (place->buffer, place->start);
  gtk_text_buffer_delete_mark (place->buffer, place->end);
  g_object_unref (place->author);
  g_free (place);
}

static void
place_get_iters (const Place *place, GtkTextIter *start, GtkTextIter *end)
{
  gtk_text_buffer_get_iter_at_mark (place->buffer, start, place->start);
  gtk_text_buffer_get_iter_at_mark (place->buffer, end, place->end);
}

static void
coquill_change_marks_dispose (GObject *object)
{
  CoquillChangeMarks *self = COQUILL_CHANGE_MARKS (object);

  g_clear_pointer (&self->places, g_ptr_array_unref);
  g_clear_object (&self->buffer);
  G_OBJECT_CLASS (coquill_change_marks_parent_class)->dispose (object);
}

static void
coquill_change_marks_class_init (CoquillChangeMarksClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = coquill_change_marks_dispose;
}

static void
coquill_change_marks_init (CoquillChangeMarks *self)
{
  self->places = g_ptr_array_new_with_free_func (place_free);
}

CoquillChangeMarks *
coquill_change_marks_new (GtkTextBuffer *buffer)
{
  CoquillChangeMarks *self = g_object_new (COQUILL_TYPE_CHANGE_MARKS, NULL);

  self->buffer = g_object_ref (buffer);
  return self;
}

void
coquill_change_marks_add (CoquillChangeMarks *self, CoquillParticipant *author, guint start, guint end)
{
  GtkTextIter from;
  GtkTextIter to;
  Place *place;

  gtk_text_buffer_get_iter_at_offset (self->buffer, &from, (int)start);
  gtk_text_buffer_get_iter_at_offset (self->buffer, &to, (int)end);
  if (self->places->len > 0)
    {
      GtkTextIter last_start;
      GtkTextIter last_end;

      place = g_ptr_array_index (self->places, self->places->len - 1);
      place_get_iters (place, &last_start, &last_end);
      if (place->author == author && gtk_text_iter_compare (&from, &last_end) <= 0
          && gtk_text_iter_compare (&to, &last_start) >= 0)
        {
          if (gtk_text_iter_compare (&from, &last_start) < 0)
            gtk_text_buffer_move_mark (self->buffer, place->start, &from);
          if (gtk_text_iter_compare (&to, &last_end) > 0)
            gtk_text_buffer_move_mark (self->buffer, place->end, &to);
          return;
        }
    }

  if (self->places->len == MAX_PLACES)
    g_ptr_array_remove_index (self->places, 0);
  place = g_new0 (Place, 1);
  place->author = g_object_ref (author);
  place->buffer = self->buffer;
  place->start = gtk_text_buffer_create_mark (self->buffer, NULL, &from, FALSE);
  place->end = gtk_text_buffer_create_mark (self->buffer, NULL, &to, TRUE);
  g_ptr_array_add (self->places, place);
}

gboolean
coquill_change_marks_show (CoquillChangeMarks *self,
                           CoquillParticipant *author,
                           guint count,
                           GtkTextIter *first)
{
  gboolean any = FALSE;

  for (guint i = self->places->len; i > 0; i--)
    {
      Place *place = g_ptr_array_index (self->places, i - 1);
      GtkTextIter start;
      GtkTextIter end;

      place->shown = place->author == author && count > 0;
      if (!place->shown)
        continue;
      count--;
      place_get_iters (place, &start, &end);
      if (!any || gtk_text_iter_compare (&start, first) < 0)
        *first = start;
      any = TRUE;
    }
  self->shown_at = g_get_monotonic_time ();
  return any;
}

double
coquill_change_marks_get_tint (CoquillChangeMarks *self, gboolean fade)
{
  gint64 age = g_get_monotonic_time () - self->shown_at;

  if (self->shown_at == 0 || age >= TINTED + FADES)
    return 0;
  if (age < TINTED)
    return 1;
  return fade ? 1 - (double)(age - TINTED) / FADES : 0;
}

static Place *
get_nth_shown (CoquillChangeMarks *self, guint index)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      Place *place = g_ptr_array_index (self->places, i);

      if (place->shown && index-- == 0)
        return place;
    }
  return NULL;
}

guint
coquill_change_marks_get_n_shown (CoquillChangeMarks *self)
{
  guint count = 0;

  while (get_nth_shown (self, count) != NULL)
    count++;
  return count;
}

void
coquill_change_marks_get_shown (
    CoquillChangeMarks *self, guint index, GtkTextIter *start, GtkTextIter *end, GdkRGBA *color)
{
  Place *place = get_nth_shown (self, index);

  g_return_if_fail (place != NULL);
  place_get_iters (place, start, end);
  if (!gdk_rgba_parse (color, coquill_participant_get_color (place->author)))
    gdk_rgba_parse (color, "#77767b");
}
