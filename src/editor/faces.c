/* SPDX-License-Identifier: GPL-3.0-or-later */
/* faces.c: see the header. */

#include "editor/faces.h"

#include "editor/face.h"

#define DEFAULT_LIMIT 3

/* How long somebody who left is still shown, in microseconds. */
#define LINGERS (5 * G_USEC_PER_SEC)

/* How much of a face the next one leaves uncovered. */
#define UNCOVERED 0.72

struct _CoquillFaces
{
  GtkWidget parent_instance;

  GListModel *people;
  int size;
  int limit;
  guint lingering; /* until whoever left goes from here, too */
};

G_DEFINE_FINAL_TYPE (CoquillFaces, coquill_faces, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SIZE,
  PROP_PEOPLE,
  PROP_LIMIT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
clear (CoquillFaces *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
}

static void
update (CoquillFaces *self);

static void
lingered_cb (gpointer data)
{
  CoquillFaces *self = data;

  self->lingering = 0;
  update (self);
}

/* Whether @person is here or was a moment ago; in that case there is another update when the moment is over.
 */
static gboolean
is_to_be_shown (CoquillFaces *self, CoquillParticipant *person)
{
  gint64 last_seen;
  gint64 away;

  if (coquill_participant_is_self (person))
    return FALSE;
  if (coquill_participant_is_present (person))
    return TRUE;
  g_object_get (person, "last-seen", &last_seen, NULL);
  away = g_get_real_time () - last_seen;
  if (away < 0 || away >= LINGERS)
    return FALSE;
  if (self->lingering == 0)
    self->lingering = g_timeout_add_once ((guint)((LINGERS - away) / 1000 + 1), lingered_cb, self);
  return TRUE;
}

static void
update (CoquillFaces *self)
{
  guint present = 0;
  guint limit = (guint)self->limit;
  guint n_people = self->people != NULL ? g_list_model_get_n_items (self->people) : 0;

  clear (self);
  for (guint i = 0; i < n_people; i++)
    {
      g_autoptr (CoquillParticipant) person = g_list_model_get_item (self->people, i);

      if (!is_to_be_shown (self, person))
        continue;
      if (present++ < limit)
        gtk_widget_set_parent (coquill_face_new (person, self->size), GTK_WIDGET (self));
    }
  if (present > limit)
    gtk_widget_set_parent (coquill_face_new_more (present - limit, self->size), GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), present > 0);
}

static void
forget_people (CoquillFaces *self)
{
  if (self->people == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->people, self);
  for (guint i = 0; i < g_list_model_get_n_items (self->people); i++)
    {
      g_autoptr (GObject) person = g_list_model_get_item (self->people, i);

      g_signal_handlers_disconnect_by_data (person, self);
    }
}

static void
people_changed_cb (CoquillFaces *self, guint position, guint removed, guint added)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (GObject) person = g_list_model_get_item (self->people, position + i);

      g_signal_handlers_disconnect_by_data (person, self);
      g_signal_connect_object (person, "notify::present", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    }
  update (self);
}

void
coquill_faces_set_people (CoquillFaces *self, GListModel *people)
{
  g_return_if_fail (COQUILL_IS_FACES (self));

  if (self->people == people)
    return;
  forget_people (self);
  g_set_object (&self->people, people);
  if (people != NULL)
    {
      g_signal_connect_object (people, "items-changed", G_CALLBACK (people_changed_cb), self,
                               G_CONNECT_SWAPPED);
      people_changed_cb (self, 0, 0, g_list_model_get_n_items (people));
    }
  else
    update (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PEOPLE]);
}

static int
width_of (CoquillFaces *self)
{
  int width = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    width += width == 0 ? self->size : (int)(self->size * UNCOVERED);
  return width;
}

static void
coquill_faces_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       int for_size,
                       int *minimum,
                       int *natural,
                       int *minimum_baseline,
                       int *natural_baseline)
{
  CoquillFaces *self = COQUILL_FACES (widget);

  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? width_of (self) : self->size;
}

static void
coquill_faces_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CoquillFaces *self = COQUILL_FACES (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int x = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkAllocation place
          = { rtl ? width - x - self->size : x, (height - self->size) / 2, self->size, self->size };

      gtk_widget_size_allocate (child, &place, -1);
      x += (int)(self->size * UNCOVERED);
    }
}

static void
coquill_faces_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CoquillFaces *self = COQUILL_FACES (object);

  switch (id)
    {
    case PROP_SIZE:
      g_value_set_int (value, self->size);
      break;
    case PROP_PEOPLE:
      g_value_set_object (value, self->people);
      break;
    case PROP_LIMIT:
      g_value_set_int (value, self->limit);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_faces_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CoquillFaces *self = COQUILL_FACES (object);

  switch (id)
    {
    case PROP_SIZE:
      self->size = g_value_get_int (value);
      break;
    case PROP_PEOPLE:
      coquill_faces_set_people (self, g_value_get_object (value));
      break;
    case PROP_LIMIT:
      self->limit = g_value_get_int (value);
      update (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_faces_dispose (GObject *object)
{
  CoquillFaces *self = COQUILL_FACES (object);

  g_clear_handle_id (&self->lingering, g_source_remove);
  forget_people (self);
  g_clear_object (&self->people);
  clear (self);
  G_OBJECT_CLASS (coquill_faces_parent_class)->dispose (object);
}

static void
coquill_faces_class_init (CoquillFacesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = coquill_faces_dispose;
  object_class->get_property = coquill_faces_get_property;
  object_class->set_property = coquill_faces_set_property;
  widget_class->measure = coquill_faces_measure;
  widget_class->size_allocate = coquill_faces_size_allocate;

  props[PROP_SIZE] = g_param_spec_int ("size", NULL, NULL, 8, 256, 32,
                                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_PEOPLE] = g_param_spec_object ("people", NULL, NULL, G_TYPE_LIST_MODEL,
                                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_LIMIT] = g_param_spec_int ("limit", NULL, NULL, 1, 100, DEFAULT_LIMIT,
                                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_css_name (widget_class, "faces");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
coquill_faces_init (CoquillFaces *self)
{
  self->limit = DEFAULT_LIMIT;
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
coquill_faces_new (int size)
{
  return g_object_new (COQUILL_TYPE_FACES, "size", size, NULL);
}
