/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake-join.c: CoquillJoin whose progress a test plays. */

#include "fake-replica.h"

struct _CoquillJoin
{
  GObject parent_instance;

  CoquillJoinState state;
  GError *error;
  CoquillReplica *replica;
};

G_DEFINE_FINAL_TYPE (CoquillJoin, coquill_join, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_STATE,
  PROP_ERROR,
  PROP_RELAY,
  PROP_REPLICA,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
coquill_join_finalize (GObject *object)
{
  CoquillJoin *self = COQUILL_JOIN (object);

  g_clear_error (&self->error);
  g_clear_object (&self->replica);
  G_OBJECT_CLASS (coquill_join_parent_class)->finalize (object);
}

static void
coquill_join_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CoquillJoin *self = COQUILL_JOIN (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_int (value, (int)self->state);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_RELAY:
      g_value_set_static_string (value, "https://relay.example");
      break;
    case PROP_REPLICA:
      g_value_set_object (value, self->replica);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_join_class_init (CoquillJoinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = coquill_join_finalize;
  object_class->get_property = coquill_join_get_property;
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  props[PROP_RELAY] = g_param_spec_string ("relay", NULL, NULL, NULL, flags);
  props[PROP_REPLICA] = g_param_spec_object ("replica", NULL, NULL, COQUILL_TYPE_REPLICA, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
coquill_join_init (CoquillJoin *self)
{
}

CoquillJoin *
coquill_fake_join_new (const char *link)
{
  return g_object_new (COQUILL_TYPE_JOIN, NULL);
}

void
coquill_fake_join_set_state (CoquillJoin *self,
                             CoquillJoinState state,
                             CoquillReplica *replica,
                             const GError *error)
{
  self->state = state;
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  if (g_set_object (&self->replica, replica))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_REPLICA]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

CoquillJoinState
coquill_join_get_state (CoquillJoin *self)
{
  return self->state;
}

const GError *
coquill_join_get_error (CoquillJoin *self)
{
  return self->error;
}

CoquillReplica *
coquill_join_get_replica (CoquillJoin *self)
{
  return self->replica;
}

void
coquill_join_cancel (CoquillJoin *self)
{
}

gboolean
coquill_join_peek_link (const char *link, char **relay, GError **error)
{
  if (!g_str_has_prefix (link, "coquill:"))
    {
      g_set_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_LINK,
                   "This is not a Coquill link: it should begin with “coquill:”. Ask for it again.");
      return FALSE;
    }
  if (relay != NULL)
    *relay = g_strdup ("https://relay.example");
  return TRUE;
}
