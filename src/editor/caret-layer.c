/* SPDX-License-Identifier: GPL-3.0-or-later */
/* caret-layer.c: see the header. */

#include "editor/caret-layer.h"

#include "editor/change-marks.h"
#include "editor/remote-caret.h"

#define CARET_WIDTH 2
#define FLAG_PADDING_X 6
#define FLAG_PADDING_Y 2
#define FLAG_RADIUS 4
#define DOT_RADIUS 3.5
#define HOVER_DISTANCE 10
#define SELECTION_ALPHA 0.22f

/* How long a name stays after a movement, and how long it takes to shrink; microseconds. */
#define FLAG_SHOWN (3 * G_USEC_PER_SEC)
#define FLAG_SHRINKS (G_USEC_PER_SEC / 5)

struct _CoquillCaretLayer
{
  GObject parent_instance;

  GtkTextView *view; /* weak */
  GListModel *people;
  GPtrArray *carets; /* of CoquillRemoteCaret */
  CoquillChangeMarks *changes;
  guint tick;
  guint timeout;
  gboolean pointer_inside;
  int pointer_x;
  int pointer_y;
};

G_DEFINE_FINAL_TYPE (CoquillCaretLayer, coquill_caret_layer, G_TYPE_OBJECT)

typedef struct
{
  GdkRectangle rectangle; /* what is visible, in buffer coordinates */
  GtkTextIter start;
  GtkTextIter end;
} Sight;

static void
redraw (CoquillCaretLayer *self)
{
  if (self->view != NULL)
    gtk_widget_queue_draw (GTK_WIDGET (self->view));
}

static void
get_sight (CoquillCaretLayer *self, Sight *sight)
{
  gtk_text_view_get_visible_rect (self->view, &sight->rectangle);
  gtk_text_view_get_line_at_y (self->view, &sight->start, sight->rectangle.y, NULL);
  gtk_text_view_get_line_at_y (self->view, &sight->end, sight->rectangle.y + sight->rectangle.height, NULL);
  if (!gtk_text_iter_ends_line (&sight->end))
    gtk_text_iter_forward_to_line_end (&sight->end);
}

static gboolean
animations_enabled (CoquillCaretLayer *self)
{
  gboolean enabled;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self->view)), "gtk-enable-animations", &enabled, NULL);
  return enabled;
}

/* When flags fade. */

static gboolean
fade_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  gtk_widget_queue_draw (widget);
  ((CoquillCaretLayer *)data)->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
expired_cb (gpointer data)
{
  CoquillCaretLayer *self = data;

  self->timeout = 0;
  redraw (self);
}

/* 1: the whole flag, 0: the dot. Asks for another frame when the answer will change. */
static double
flag_extent (CoquillCaretLayer *self, CoquillRemoteCaret *caret, gboolean hovered)
{
  gint64 age = g_get_monotonic_time () - coquill_remote_caret_get_moved (caret);

  if (hovered)
    return 1;
  if (age < FLAG_SHOWN)
    {
      if (self->timeout == 0)
        self->timeout = g_timeout_add_once ((guint)((FLAG_SHOWN - age) / 1000 + 1), expired_cb, self);
      return 1;
    }
  if (age >= FLAG_SHOWN + FLAG_SHRINKS || !animations_enabled (self))
    return 0;
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self->view), fade_cb, self, NULL);
  return 1 - (double)(age - FLAG_SHOWN) / FLAG_SHRINKS;
}

/* Drawing. */

static void
fill (GtkSnapshot *snapshot, const GdkRGBA *color, double x, double y, double width, double height)
{
  gtk_snapshot_append_color (snapshot, color,
                             &GRAPHENE_RECT_INIT ((float)x, (float)y, (float)width, (float)height));
}

/* Fills [from, to), line by line as displayed. Of a range with both directions of writing the whole span of a
 * line is filled. */
static void
fill_range (CoquillCaretLayer *self,
            GtkSnapshot *snapshot,
            const Sight *sight,
            const GdkRGBA *color,
            const GtkTextIter *from,
            const GtkTextIter *to)
{
  GtkTextIter line = gtk_text_iter_compare (from, &sight->start) > 0 ? *from : sight->start;
  GtkTextIter end = gtk_text_iter_compare (to, &sight->end) < 0 ? *to : sight->end;

  while (gtk_text_iter_compare (&line, &end) < 0)
    {
      GtkTextIter next = line;
      GdkRectangle first;
      GdkRectangle last;
      int x;

      if (!gtk_text_view_forward_display_line_end (self->view, &next)
          || gtk_text_iter_compare (&next, &line) <= 0)
        next = line;
      if (gtk_text_iter_compare (&next, &end) > 0)
        next = end;
      gtk_text_view_get_iter_location (self->view, &line, &first);
      gtk_text_view_get_iter_location (self->view, &next, &last);
      x = MIN (first.x, last.x);
      fill (snapshot, color, x, first.y, MAX (ABS (last.x - first.x), CARET_WIDTH * 2), first.height);

      /* On to the next display line; at a line's end that is over its terminator. */
      line = next;
      if (!gtk_text_iter_forward_char (&line))
        break;
    }
}

static gboolean
is_near (CoquillCaretLayer *self, const GdkRectangle *place)
{
  return self->pointer_inside && ABS (self->pointer_x - place->x) <= HOVER_DISTANCE
         && self->pointer_y >= place->y - HOVER_DISTANCE
         && self->pointer_y <= place->y + place->height + HOVER_DISTANCE;
}

static gboolean
is_light (const GdkRGBA *color)
{
  return 0.299f * color->red + 0.587f * color->green + 0.114f * color->blue > 0.62f;
}

static void
draw_flag (CoquillCaretLayer *self,
           GtkSnapshot *snapshot,
           const Sight *sight,
           CoquillRemoteCaret *caret,
           const GdkRectangle *place,
           double extent)
{
  const GdkRGBA *color = coquill_remote_caret_get_color (caret);
  GdkRGBA ink = is_light (color) ? (GdkRGBA){ 0, 0, 0, 0.87f } : (GdkRGBA){ 1, 1, 1, 1 };
  PangoLayout *layout = coquill_remote_caret_get_layout (caret, GTK_WIDGET (self->view));
  PangoRectangle words;
  GskRoundedRect shape;
  int width;
  int height;
  double x;
  double y;

  pango_layout_get_pixel_extents (layout, NULL, &words);
  width = words.width + 2 * FLAG_PADDING_X;
  height = words.height + 2 * FLAG_PADDING_Y;
  x = CLAMP (place->x - CARET_WIDTH / 2.0, sight->rectangle.x,
             MAX (sight->rectangle.x, sight->rectangle.x + sight->rectangle.width - width));
  y = place->y - height;
  if (y < sight->rectangle.y)
    y = place->y + place->height;

  gsk_rounded_rect_init_from_rect (
      &shape, &GRAPHENE_RECT_INIT ((float)x, (float)y, (float)(width * extent), (float)height), FLAG_RADIUS);
  gtk_snapshot_push_opacity (snapshot, extent);
  gtk_snapshot_push_rounded_clip (snapshot, &shape);
  gtk_snapshot_append_color (snapshot, color, &shape.bounds);
  gtk_snapshot_save (snapshot);
  /* Words that are written from right to left begin at the far end of the layout. */
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT ((float)(x + FLAG_PADDING_X - words.x), (float)(y + FLAG_PADDING_Y)));
  gtk_snapshot_append_layout (snapshot, layout, &ink);
  gtk_snapshot_restore (snapshot);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_pop (snapshot);
}

static void
draw_dot (GtkSnapshot *snapshot, const GdkRGBA *color, const GdkRectangle *place)
{
  GskRoundedRect shape;

  gsk_rounded_rect_init_from_rect (&shape,
                                   &GRAPHENE_RECT_INIT ((float)(place->x - DOT_RADIUS),
                                                        (float)(place->y - DOT_RADIUS),
                                                        (float)(2 * DOT_RADIUS), (float)(2 * DOT_RADIUS)),
                                   DOT_RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &shape);
  gtk_snapshot_append_color (snapshot, color, &shape.bounds);
  gtk_snapshot_pop (snapshot);
}

void
coquill_caret_layer_snapshot_below (CoquillCaretLayer *self, GtkSnapshot *snapshot)
{
  double tint;
  Sight sight;

  if (self->view == NULL)
    return;
  get_sight (self, &sight);

  for (guint i = 0; i < self->carets->len; i++)
    {
      CoquillRemoteCaret *caret = g_ptr_array_index (self->carets, i);
      GdkRGBA color = *coquill_remote_caret_get_color (caret);
      GtkTextIter from;
      GtkTextIter to;

      if (!coquill_remote_caret_get_iters (caret, &from, &to) || gtk_text_iter_equal (&from, &to))
        continue;
      gtk_text_iter_order (&from, &to);
      color.alpha = SELECTION_ALPHA;
      fill_range (self, snapshot, &sight, &color, &from, &to);
    }

  tint = coquill_change_marks_get_tint (self->changes, animations_enabled (self));
  if (tint > 0)
    {
      for (guint i = 0; i < coquill_change_marks_get_n_shown (self->changes); i++)
        {
          GtkTextIter from;
          GtkTextIter to;
          GdkRGBA color;

          coquill_change_marks_get_shown (self->changes, i, &from, &to, &color);
          color.alpha = (float)(SELECTION_ALPHA * 1.5 * tint);
          fill_range (self, snapshot, &sight, &color, &from, &to);
        }
      if (self->tick == 0)
        self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self->view), fade_cb, self, NULL);
    }
}

void
coquill_caret_layer_snapshot_above (CoquillCaretLayer *self, GtkSnapshot *snapshot)
{
  Sight sight;

  if (self->view == NULL || self->carets->len == 0)
    return;
  get_sight (self, &sight);

  for (guint i = 0; i < self->carets->len; i++)
    {
      CoquillRemoteCaret *caret = g_ptr_array_index (self->carets, i);
      const GdkRGBA *color = coquill_remote_caret_get_color (caret);
      GtkTextIter iter;
      GtkTextIter bound;
      GdkRectangle place;
      double extent;

      if (!coquill_remote_caret_get_iters (caret, &iter, &bound)
          || gtk_text_iter_compare (&iter, &sight.start) < 0 || gtk_text_iter_compare (&iter, &sight.end) > 0)
        continue;
      gtk_text_view_get_iter_location (self->view, &iter, &place);
      fill (snapshot, color, place.x - CARET_WIDTH / 2.0, place.y, CARET_WIDTH, place.height);
      extent = flag_extent (self, caret, is_near (self, &place));
      if (extent > 0)
        draw_flag (self, snapshot, &sight, caret, &place, extent);
      else
        draw_dot (snapshot, color, &place);
    }
}

/* People. */

static void
people_changed_cb (CoquillCaretLayer *self, guint position, guint removed, guint added)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->carets);

  self->carets = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < g_list_model_get_n_items (self->people); i++)
    {
      g_autoptr (CoquillParticipant) person = g_list_model_get_item (self->people, i);
      CoquillRemoteCaret *caret = NULL;

      if (coquill_participant_is_self (person))
        continue;
      for (guint j = 0; j < old->len && caret == NULL; j++)
        if (coquill_remote_caret_get_participant (g_ptr_array_index (old, j)) == person)
          caret = g_object_ref (g_ptr_array_index (old, j));
      if (caret == NULL)
        {
          caret = coquill_remote_caret_new (person, gtk_text_view_get_buffer (self->view));
          g_signal_connect_object (caret, "changed", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
        }
      g_ptr_array_add (self->carets, caret);
    }
  redraw (self);
}

void
coquill_caret_layer_typed (CoquillCaretLayer *self, CoquillParticipant *author, guint start, guint end)
{
  if (author == NULL)
    return;
  coquill_change_marks_add (self->changes, author, start, end);
  for (guint i = 0; i < self->carets->len; i++)
    if (coquill_remote_caret_get_participant (g_ptr_array_index (self->carets, i)) == author)
      coquill_remote_caret_typed (g_ptr_array_index (self->carets, i), start, end);
}

gboolean
coquill_caret_layer_show_changes (CoquillCaretLayer *self,
                                  CoquillParticipant *author,
                                  guint count,
                                  GtkTextIter *first)
{
  gboolean any = coquill_change_marks_show (self->changes, author, count, first);

  redraw (self);
  return any;
}

void
coquill_caret_layer_set_pointer (CoquillCaretLayer *self, gboolean inside, int x, int y)
{
  self->pointer_inside = inside;
  self->pointer_x = x;
  self->pointer_y = y;
  if (self->carets->len > 0)
    redraw (self);
}

static void
coquill_caret_layer_dispose (GObject *object)
{
  CoquillCaretLayer *self = COQUILL_CARET_LAYER (object);

  if (self->tick != 0 && self->view != NULL)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self->view), self->tick);
  self->tick = 0;
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_weak_pointer (&self->view);
  g_clear_pointer (&self->carets, g_ptr_array_unref);
  g_clear_object (&self->people);
  g_clear_object (&self->changes);
  G_OBJECT_CLASS (coquill_caret_layer_parent_class)->dispose (object);
}

static void
coquill_caret_layer_class_init (CoquillCaretLayerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = coquill_caret_layer_dispose;
}

static void
coquill_caret_layer_init (CoquillCaretLayer *self)
{
  self->carets = g_ptr_array_new_with_free_func (g_object_unref);
}

CoquillCaretLayer *
coquill_caret_layer_new (GtkTextView *view, GListModel *people)
{
  CoquillCaretLayer *self;

  g_return_val_if_fail (GTK_IS_TEXT_VIEW (view), NULL);
  g_return_val_if_fail (G_IS_LIST_MODEL (people), NULL);

  self = g_object_new (COQUILL_TYPE_CARET_LAYER, NULL);
  g_set_weak_pointer (&self->view, view);
  self->people = g_object_ref (people);
  self->changes = coquill_change_marks_new (gtk_text_view_get_buffer (view));
  g_signal_connect_object (people, "items-changed", G_CALLBACK (people_changed_cb), self, G_CONNECT_SWAPPED);
  people_changed_cb (self, 0, 0, 0);
  return self;
}
