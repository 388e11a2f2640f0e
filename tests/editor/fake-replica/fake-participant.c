/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake-participant.c: CoquillParticipant of the replica in memory; its properties are writable here. */

#include "fake-replica.h"

struct _CoquillParticipant
{
  GObject parent_instance;

  char *device;
  char *name;
  char *color;
  gboolean is_self;
  gboolean present;
  gboolean typing;
  gboolean has_caret;
  guint64 caret;
  guint64 selection_bound;
  int road;
  int road_why;
  gboolean road_forwarded;
  gint64 round_trip;
  gint64 road_since;
  guint64 road_sent;
  guint64 road_received;
  gint64 last_seen;
};

G_DEFINE_FINAL_TYPE (CoquillParticipant, coquill_participant, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_DEVICE,
  PROP_NAME,
  PROP_COLOR,
  PROP_IS_SELF,
  PROP_PRESENT,
  PROP_TYPING,
  PROP_HAS_CARET,
  PROP_CARET,
  PROP_SELECTION_BOUND,
  PROP_ROAD,
  PROP_ROAD_WHY,
  PROP_ROAD_FORWARDED,
  PROP_ROAD_WORDS,
  PROP_ROUND_TRIP,
  PROP_ROAD_SINCE,
  PROP_ROAD_SENT,
  PROP_ROAD_RECEIVED,
  PROP_LAST_SEEN,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
coquill_participant_finalize (GObject *object)
{
  CoquillParticipant *self = COQUILL_PARTICIPANT (object);

  g_free (self->device);
  g_free (self->name);
  g_free (self->color);
  G_OBJECT_CLASS (coquill_participant_parent_class)->finalize (object);
}

static void
coquill_participant_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CoquillParticipant *self = COQUILL_PARTICIPANT (object);

  switch (id)
    {
    case PROP_DEVICE:
      g_value_set_string (value, self->device);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_COLOR:
      g_value_set_string (value, self->color);
      break;
    case PROP_IS_SELF:
      g_value_set_boolean (value, self->is_self);
      break;
    case PROP_PRESENT:
      g_value_set_boolean (value, self->present);
      break;
    case PROP_TYPING:
      g_value_set_boolean (value, self->typing);
      break;
    case PROP_HAS_CARET:
      g_value_set_boolean (value, self->has_caret);
      break;
    case PROP_CARET:
      g_value_set_uint64 (value, self->caret);
      break;
    case PROP_SELECTION_BOUND:
      g_value_set_uint64 (value, self->selection_bound);
      break;
    case PROP_ROAD:
      g_value_set_int (value, self->road);
      break;
    case PROP_ROAD_WHY:
      g_value_set_int (value, self->road_why);
      break;
    case PROP_ROAD_FORWARDED:
      g_value_set_boolean (value, self->road_forwarded);
      break;
    case PROP_ROAD_WORDS:
      g_value_take_string (value, coquill_participant_dup_road_words (self));
      break;
    case PROP_ROUND_TRIP:
      g_value_set_int64 (value, self->round_trip);
      break;
    case PROP_ROAD_SINCE:
      g_value_set_int64 (value, self->road_since);
      break;
    case PROP_ROAD_SENT:
      g_value_set_uint64 (value, self->road_sent);
      break;
    case PROP_ROAD_RECEIVED:
      g_value_set_uint64 (value, self->road_received);
      break;
    case PROP_LAST_SEEN:
      g_value_set_int64 (value, self->last_seen);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_participant_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CoquillParticipant *self = COQUILL_PARTICIPANT (object);

  switch (id)
    {
    case PROP_NAME:
      g_set_str (&self->name, g_value_get_string (value));
      break;
    case PROP_COLOR:
      g_set_str (&self->color, g_value_get_string (value));
      break;
    case PROP_PRESENT:
      self->present = g_value_get_boolean (value);
      break;
    case PROP_TYPING:
      self->typing = g_value_get_boolean (value);
      break;
    case PROP_HAS_CARET:
      self->has_caret = g_value_get_boolean (value);
      break;
    case PROP_CARET:
      self->caret = g_value_get_uint64 (value);
      break;
    case PROP_SELECTION_BOUND:
      self->selection_bound = g_value_get_uint64 (value);
      break;
    case PROP_ROAD:
      self->road = g_value_get_int (value);
      g_object_notify (object, "road-words");
      break;
    case PROP_ROAD_WHY:
      self->road_why = g_value_get_int (value);
      g_object_notify (object, "road-words");
      break;
    case PROP_ROAD_FORWARDED:
      self->road_forwarded = g_value_get_boolean (value);
      break;
    case PROP_ROUND_TRIP:
      self->round_trip = g_value_get_int64 (value);
      g_object_notify (object, "road-words");
      break;
    case PROP_ROAD_SINCE:
      self->road_since = g_value_get_int64 (value);
      break;
    case PROP_ROAD_SENT:
      self->road_sent = g_value_get_uint64 (value);
      break;
    case PROP_ROAD_RECEIVED:
      self->road_received = g_value_get_uint64 (value);
      break;
    case PROP_LAST_SEEN:
      self->last_seen = g_value_get_int64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_participant_class_init (CoquillParticipantClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = coquill_participant_finalize;
  object_class->get_property = coquill_participant_get_property;
  object_class->set_property = coquill_participant_set_property;

  props[PROP_DEVICE] = g_param_spec_string ("device", NULL, NULL, NULL, G_PARAM_READABLE);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_COLOR] = g_param_spec_string ("color", NULL, NULL, NULL, flags);
  props[PROP_IS_SELF] = g_param_spec_boolean ("is-self", NULL, NULL, FALSE, G_PARAM_READABLE);
  props[PROP_PRESENT] = g_param_spec_boolean ("present", NULL, NULL, FALSE, flags);
  props[PROP_TYPING] = g_param_spec_boolean ("typing", NULL, NULL, FALSE, flags);
  props[PROP_HAS_CARET] = g_param_spec_boolean ("has-caret", NULL, NULL, FALSE, flags);
  props[PROP_CARET] = g_param_spec_uint64 ("caret", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  props[PROP_SELECTION_BOUND] = g_param_spec_uint64 ("selection-bound", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  props[PROP_ROAD] = g_param_spec_int ("road", NULL, NULL, 0, 2, 0, flags);
  props[PROP_ROAD_WHY] = g_param_spec_int ("road-why", NULL, NULL, 0, COQUILL_ROAD_WHY_LOST, 0, flags);
  props[PROP_ROAD_FORWARDED] = g_param_spec_boolean ("road-forwarded", NULL, NULL, FALSE, flags);
  props[PROP_ROAD_WORDS] = g_param_spec_string ("road-words", NULL, NULL, NULL, G_PARAM_READABLE);
  props[PROP_ROAD_SINCE] = g_param_spec_int64 ("road-since", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_ROAD_SENT] = g_param_spec_uint64 ("road-sent", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  props[PROP_ROAD_RECEIVED] = g_param_spec_uint64 ("road-received", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  props[PROP_ROUND_TRIP] = g_param_spec_int64 ("round-trip", NULL, NULL, -1, G_MAXINT64, -1, flags);
  props[PROP_LAST_SEEN] = g_param_spec_int64 ("last-seen", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
coquill_participant_init (CoquillParticipant *self)
{
  self->round_trip = -1;
}

CoquillParticipant *
coquill_fake_participant_new (const char *name, const char *color, gboolean is_self)
{
  static guint ordinal;
  CoquillParticipant *self = g_object_new (COQUILL_TYPE_PARTICIPANT, NULL);

  self->device = g_strdup_printf ("%064x", ++ordinal);
  self->name = g_strdup (name);
  self->color = g_strdup (color);
  self->is_self = is_self;
  self->present = TRUE;
  self->road = COQUILL_ROAD_RELAY;
  return self;
}

const char *
coquill_participant_get_device (CoquillParticipant *self)
{
  return self->device;
}

const char *
coquill_participant_get_name (CoquillParticipant *self)
{
  return self->name;
}

const char *
coquill_participant_get_color (CoquillParticipant *self)
{
  return self->color;
}

gboolean
coquill_participant_is_self (CoquillParticipant *self)
{
  return self->is_self;
}

gboolean
coquill_participant_is_present (CoquillParticipant *self)
{
  return self->present;
}

gboolean
coquill_participant_is_typing (CoquillParticipant *self)
{
  return self->typing;
}

gboolean
coquill_participant_get_caret (CoquillParticipant *self, guint64 *caret, guint64 *selection_bound)
{
  if (caret != NULL)
    *caret = self->caret;
  if (selection_bound != NULL)
    *selection_bound = self->selection_bound;
  return self->has_caret;
}

CoquillRoadKind
coquill_participant_get_road (CoquillParticipant *self)
{
  return (CoquillRoadKind)self->road;
}

gint64
coquill_participant_get_round_trip (CoquillParticipant *self)
{
  return self->round_trip;
}

CoquillRoadWhy
coquill_participant_get_road_why (CoquillParticipant *self)
{
  return (CoquillRoadWhy)self->road_why;
}

gint64
coquill_participant_get_road_since (CoquillParticipant *self)
{
  return self->road_since;
}

guint64
coquill_participant_get_road_sent (CoquillParticipant *self)
{
  return self->road_sent;
}

guint64
coquill_participant_get_road_received (CoquillParticipant *self)
{
  return self->road_received;
}

gboolean
coquill_participant_is_road_forwarded (CoquillParticipant *self)
{
  return self->road_forwarded;
}

const char *
coquill_road_why_to_words (CoquillRoadWhy why)
{
  return why == COQUILL_ROAD_WHY_NONE ? NULL : "the routers between you let nothing through";
}

char *
coquill_round_trip_to_words (gint64 round_trip)
{
  return round_trip < 1000 ? g_strdup ("less than 1 ms")
                           : g_strdup_printf ("%d ms", (int)(round_trip / 1000));
}

char *
coquill_participant_dup_road_words (CoquillParticipant *self)
{
  if (self->is_self || !self->present)
    return NULL;
  if (self->road != COQUILL_ROAD_DIRECT)
    return g_strdup ("Through the meeting point");
  return self->round_trip < 1000 ? g_strdup ("Directly, less than 1 ms")
                                 : g_strdup_printf ("Directly, %d ms", (int)(self->round_trip / 1000));
}
