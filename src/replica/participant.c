/* SPDX-License-Identifier: GPL-3.0-or-later */
/* participant.c: a person at a device who takes part in a document. */

#include "config.h"

#include "replica/participant-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "replica-enums.h"

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
  CoquillRoadKind road;
  CoquillRoadWhy road_why;
  gboolean road_forwarded;
  gint64 road_since;
  guint64 road_sent;
  guint64 road_received;
  gint64 round_trip;
  gint64 last_seen;
};

enum
{
  PROP_DEVICE = 1,
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
  PROP_ROAD_SINCE,
  PROP_ROAD_SENT,
  PROP_ROAD_RECEIVED,
  PROP_ROAD_WORDS,
  PROP_ROUND_TRIP,
  PROP_LAST_SEEN,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (CoquillParticipant, coquill_participant, G_TYPE_OBJECT)

static void
coquill_participant_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
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
      g_value_set_enum (value, (int)self->road);
      break;
    case PROP_ROAD_WHY:
      g_value_set_enum (value, (int)self->road_why);
      break;
    case PROP_ROAD_FORWARDED:
      g_value_set_boolean (value, self->road_forwarded);
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
    case PROP_ROAD_WORDS:
      g_value_take_string (value, coquill_participant_dup_road_words (self));
      break;
    case PROP_ROUND_TRIP:
      g_value_set_int64 (value, self->round_trip);
      break;
    case PROP_LAST_SEEN:
      g_value_set_int64 (value, self->last_seen);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

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
coquill_participant_class_init (CoquillParticipantClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = coquill_participant_get_property;
  object_class->finalize = coquill_participant_finalize;

  properties[PROP_DEVICE] = g_param_spec_string ("device", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_COLOR] = g_param_spec_string ("color", NULL, NULL, NULL, flags);
  properties[PROP_IS_SELF] = g_param_spec_boolean ("is-self", NULL, NULL, FALSE, flags);
  properties[PROP_PRESENT] = g_param_spec_boolean ("present", NULL, NULL, FALSE, flags);
  properties[PROP_TYPING] = g_param_spec_boolean ("typing", NULL, NULL, FALSE, flags);
  properties[PROP_HAS_CARET] = g_param_spec_boolean ("has-caret", NULL, NULL, FALSE, flags);
  properties[PROP_CARET] = g_param_spec_uint64 ("caret", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SELECTION_BOUND]
      = g_param_spec_uint64 ("selection-bound", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_ROAD]
      = g_param_spec_enum ("road", NULL, NULL, COQUILL_TYPE_ROAD_KIND, COQUILL_ROAD_NONE, flags);
  properties[PROP_ROAD_WHY]
      = g_param_spec_enum ("road-why", NULL, NULL, COQUILL_TYPE_ROAD_WHY, COQUILL_ROAD_WHY_NONE, flags);
  properties[PROP_ROAD_FORWARDED] = g_param_spec_boolean ("road-forwarded", NULL, NULL, FALSE, flags);
  properties[PROP_ROAD_SINCE] = g_param_spec_int64 ("road-since", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_ROAD_SENT] = g_param_spec_uint64 ("road-sent", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_ROAD_RECEIVED]
      = g_param_spec_uint64 ("road-received", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_ROAD_WORDS] = g_param_spec_string ("road-words", NULL, NULL, NULL, flags);
  properties[PROP_ROUND_TRIP] = g_param_spec_int64 ("round-trip", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_LAST_SEEN] = g_param_spec_int64 ("last-seen", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
coquill_participant_init (CoquillParticipant *self)
{
  self->round_trip = -1;
}

char *
coquill_participant_default_color (const char *device)
{
  /* GNOME's accent colors, which stand out as a caret on light and on dark; the editor offers the same. */
  static const char *const palette[] = {
    "#3584e4", "#2190a4", "#3a944a", "#c88800", "#ed5b00", "#e62d42", "#d56199", "#9141ac", "#6f8396",
  };

  return g_strdup (palette[g_str_hash (device) % G_N_ELEMENTS (palette)]);
}

CoquillParticipant *
coquill_participant_new (const char *device, gboolean is_self)
{
  CoquillParticipant *self = g_object_new (COQUILL_TYPE_PARTICIPANT, NULL);

  self->device = g_strdup (device);
  self->name = g_strdup (_ ("Somebody"));
  self->color = coquill_participant_default_color (device);
  self->is_self = is_self;
  return self;
}

void
coquill_participant_set_name (CoquillParticipant *self, const char *name)
{
  if (name != NULL && *name != '\0' && g_set_str (&self->name, name))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

void
coquill_participant_set_color (CoquillParticipant *self, const char *color)
{
  if (color == NULL || strlen (color) != 7 || color[0] != '#'
      || strspn (color + 1, "0123456789abcdefABCDEF") != 6)
    return;
  if (g_set_str (&self->color, color))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COLOR]);
}

static void
set_boolean (CoquillParticipant *self, gboolean *field, gboolean value, guint property)
{
  if (*field == value)
    return;
  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
coquill_participant_set_present (CoquillParticipant *self, gboolean present)
{
  set_boolean (self, &self->present, present, PROP_PRESENT);
}

void
coquill_participant_set_typing (CoquillParticipant *self, gboolean typing)
{
  set_boolean (self, &self->typing, typing, PROP_TYPING);
}

void
coquill_participant_set_caret (CoquillParticipant *self, guint64 caret, guint64 selection_bound)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (self->caret != caret)
    {
      self->caret = caret;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CARET]);
    }
  if (self->selection_bound != selection_bound)
    {
      self->selection_bound = selection_bound;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTION_BOUND]);
    }
  set_boolean (self, &self->has_caret, TRUE, PROP_HAS_CARET);
  g_object_thaw_notify (G_OBJECT (self));
}

void
coquill_participant_clear_caret (CoquillParticipant *self)
{
  set_boolean (self, &self->has_caret, FALSE, PROP_HAS_CARET);
}

static void
notify (CoquillParticipant *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
coquill_participant_set_road (
    CoquillParticipant *self, CoquillRoadKind road, CoquillRoadWhy why, gboolean forwarded, gint64 since)
{
  gboolean other_words = self->road != road || self->road_why != why || self->road_forwarded != forwarded;

  if (!other_words)
    return;
  g_object_freeze_notify (G_OBJECT (self));
  if (self->road != road)
    {
      self->road = road;
      self->road_since = since;
      notify (self, PROP_ROAD);
      notify (self, PROP_ROAD_SINCE);
    }
  if (self->road_why != why)
    {
      self->road_why = why;
      notify (self, PROP_ROAD_WHY);
    }
  set_boolean (self, &self->road_forwarded, forwarded, PROP_ROAD_FORWARDED);
  notify (self, PROP_ROAD_WORDS);
  g_object_thaw_notify (G_OBJECT (self));
}

void
coquill_participant_set_road_traffic (CoquillParticipant *self,
                                      gint64 round_trip,
                                      guint64 sent,
                                      guint64 received)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (self->round_trip != round_trip)
    {
      self->round_trip = round_trip;
      notify (self, PROP_ROUND_TRIP);
      notify (self, PROP_ROAD_WORDS);
    }
  if (self->road_sent != sent)
    {
      self->road_sent = sent;
      notify (self, PROP_ROAD_SENT);
    }
  if (self->road_received != received)
    {
      self->road_received = received;
      notify (self, PROP_ROAD_RECEIVED);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

void
coquill_participant_set_last_seen (CoquillParticipant *self, gint64 last_seen)
{
  if (self->last_seen == last_seen)
    return;
  self->last_seen = last_seen;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_SEEN]);
}

const char *
coquill_participant_get_device (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), NULL);
  return self->device;
}

const char *
coquill_participant_get_name (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), NULL);
  return self->name;
}

const char *
coquill_participant_get_color (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), NULL);
  return self->color;
}

gboolean
coquill_participant_is_self (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), FALSE);
  return self->is_self;
}

gboolean
coquill_participant_is_present (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), FALSE);
  return self->present;
}

gboolean
coquill_participant_is_typing (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), FALSE);
  return self->typing;
}

gboolean
coquill_participant_get_caret (CoquillParticipant *self, guint64 *caret, guint64 *selection_bound)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), FALSE);
  if (self->has_caret && caret != NULL)
    *caret = self->caret;
  if (self->has_caret && selection_bound != NULL)
    *selection_bound = self->selection_bound;
  return self->has_caret;
}

CoquillRoadKind
coquill_participant_get_road (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), COQUILL_ROAD_NONE);
  return self->road;
}

gint64
coquill_participant_get_round_trip (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), -1);
  return self->round_trip;
}

CoquillRoadWhy
coquill_participant_get_road_why (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), COQUILL_ROAD_WHY_NONE);
  return self->road_why;
}

gint64
coquill_participant_get_road_since (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), 0);
  return self->road_since;
}

guint64
coquill_participant_get_road_sent (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), 0);
  return self->road_sent;
}

guint64
coquill_participant_get_road_received (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), 0);
  return self->road_received;
}

gboolean
coquill_participant_is_road_forwarded (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), FALSE);
  return self->road_forwarded;
}
