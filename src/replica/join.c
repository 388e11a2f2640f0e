/* SPDX-License-Identifier: GPL-3.0-or-later */
/* join.c: the progress of joining a document by its link. */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "net/relay-query.h"
#include "replica-enums.h"
#include "replica/join-private.h"
#include "replica/replica-error-private.h"
#include "replica/replica-private.h"
#include "trust/link.h"

/* Pauses between tries to reach the relay, in milliseconds: doubling from the first to the longest. */
#define FIRST_PAUSE 500
#define LONGEST_PAUSE 30000

/*
 * |from       |to                                                                        |
 * |-----------|--------------------------------------------------------------------------|
 * |connecting |entering (the bulletin came), failed (bad link, no such room), done (had) |
 * |entering   |getting (the invite opens it), failed (withdrawn, disk)                   |
 * |getting    |done (text here and on disk), waiting (the mailbox lacks it), failed      |
 * |waiting    |done, failed                                                              |
 */
struct _CoquillJoin
{
  GObject parent_instance;

  CoquillLibrary *library;
  CoquillLink *link; /* (nullable) if it couldn't be read */
  GCancellable *cancellable;
  CoquillJoinState state;
  GError *error;
  CoquillReplica *replica; /* (nullable) open until this object goes */
  gulong state_handler;
  guint timer;
  guint pause;
};

enum
{
  PROP_STATE = 1,
  PROP_ERROR,
  PROP_RELAY,
  PROP_REPLICA,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (CoquillJoin, coquill_join, G_TYPE_OBJECT)

static void
coquill_join_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  CoquillJoin *self = COQUILL_JOIN (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, (int)self->state);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_RELAY:
      g_value_set_string (value, self->link != NULL ? self->link->relay : NULL);
      break;
    case PROP_REPLICA:
      g_value_set_object (value, self->replica);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
replica_closed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!coquill_replica_close_finish (COQUILL_REPLICA (source), result, &error))
    g_debug ("A joined document could not be closed: %s", error->message);
}

static void
coquill_join_dispose (GObject *object)
{
  CoquillJoin *self = COQUILL_JOIN (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  if (self->replica != NULL)
    {
      g_clear_signal_handler (&self->state_handler, self->replica);
      coquill_replica_close_async (self->replica, NULL, replica_closed_cb, NULL);
      g_clear_object (&self->replica);
    }
  g_clear_object (&self->library);

  G_OBJECT_CLASS (coquill_join_parent_class)->dispose (object);
}

static void
coquill_join_finalize (GObject *object)
{
  CoquillJoin *self = COQUILL_JOIN (object);

  g_clear_pointer (&self->link, coquill_link_free);
  g_clear_error (&self->error);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (coquill_join_parent_class)->finalize (object);
}

static void
coquill_join_class_init (CoquillJoinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = coquill_join_get_property;
  object_class->dispose = coquill_join_dispose;
  object_class->finalize = coquill_join_finalize;

  properties[PROP_STATE]
      = g_param_spec_enum ("state", NULL, NULL, COQUILL_TYPE_JOIN_STATE, COQUILL_JOIN_CONNECTING, flags);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_RELAY] = g_param_spec_string ("relay", NULL, NULL, NULL, flags);
  properties[PROP_REPLICA] = g_param_spec_object ("replica", NULL, NULL, COQUILL_TYPE_REPLICA, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
coquill_join_init (CoquillJoin *self)
{
  self->cancellable = g_cancellable_new ();
  self->pause = FIRST_PAUSE;
}

static void
set_state (CoquillJoin *self, CoquillJoinState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

/* @error: (transfer full) (nullable): */
static void
set_error (CoquillJoin *self, GError *error)
{
  if (error == NULL && self->error == NULL)
    return;
  g_clear_error (&self->error);
  self->error = error != NULL ? coquill_replica_error_translate (error) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

static void
fail (CoquillJoin *self, GError *error)
{
  set_error (self, error);
  set_state (self, COQUILL_JOIN_FAILED);
}

static gboolean
is_over (CoquillJoin *self)
{
  return g_cancellable_is_cancelled (self->cancellable) || self->state == COQUILL_JOIN_DONE
         || self->state == COQUILL_JOIN_FAILED;
}

/* Getting the text */

static void
text_committed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillJoin) self = data;
  g_autoptr (GError) error = NULL;

  if (is_over (self))
    return;
  if (!coquill_replica_commit_finish (COQUILL_REPLICA (source), result, &error))
    {
      fail (self, g_steal_pointer (&error));
      return;
    }
  set_error (self, NULL);
  set_state (self, COQUILL_JOIN_DONE);
}

static void
replica_state_cb (CoquillReplica *replica, GParamSpec *spec, CoquillJoin *self)
{
  if (!is_over (self) && coquill_replica_get_state (replica) == COQUILL_REPLICA_OPEN)
    coquill_replica_commit_async (replica, NULL, text_committed_cb, g_object_ref (self));
}

/* The mailbox was read, and the text was not in it: somebody has to bring it. */
static void
replica_caught_up_cb (CoquillReplica *replica, GParamSpec *spec, CoquillJoin *self)
{
  if (is_over (self) || self->state == COQUILL_JOIN_ENTERING)
    return;
  set_state (self, coquill_replica_get_status (replica) == COQUILL_STATUS_UP_TO_DATE ? COQUILL_JOIN_WAITING
                                                                                     : COQUILL_JOIN_GETTING);
}

/* @replica: (transfer full): open */
static void
take_replica (CoquillJoin *self, CoquillReplica *replica)
{
  self->replica = replica;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REPLICA]);
  self->state_handler = g_signal_connect (replica, "notify::state", G_CALLBACK (replica_state_cb), self);
  g_signal_connect_object (replica, "notify::status", G_CALLBACK (replica_caught_up_cb), self, 0);
}

/* Entering */

static void
entered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CoquillReplica *replica = COQUILL_REPLICA (source);
  g_autoptr (CoquillJoin) self = data;
  g_autoptr (GError) error = NULL;

  if (!coquill_replica_commit_finish (replica, result, &error))
    {
      if (is_over (self))
        return;
      coquill_replica_drop (replica);
      fail (self, g_steal_pointer (&error));
      return;
    }
  if (is_over (self))
    {
      /* Cancelled while it was being written: it is in the list, closed, and can be removed there. */
      coquill_library_add (self->library, replica);
      coquill_replica_close_async (replica, NULL, replica_closed_cb, NULL);
      return;
    }
  coquill_library_add (self->library, replica);
  take_replica (self, g_object_ref (replica));
  set_error (self, NULL);
  set_state (self, COQUILL_JOIN_GETTING);
  coquill_replica_update_road (replica);
}

static void
enter (CoquillJoin *self, GBytes *bulletin)
{
  g_autoptr (CoquillReplica) replica = NULL;
  g_autoptr (CoquillDocument) document = NULL;
  GError *error = NULL;

  set_state (self, COQUILL_JOIN_ENTERING);
  document
      = coquill_document_join (coquill_library_get_keys (self->library), self->link, bulletin, NULL, &error);
  if (document == NULL)
    {
      if (g_error_matches (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED))
        {
          g_clear_error (&error);
          g_set_error_literal (&error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_NOT_ALLOWED,
                               _ ("This link is not good any more. Ask for a new one."));
        }
      fail (self, error);
      return;
    }
  replica = coquill_replica_new_open (self->library, coquill_library_get_store (self->library),
                                      coquill_library_get_keys (self->library), g_steal_pointer (&document),
                                      TRUE, self->link->relay);
  coquill_replica_commit_async (replica, NULL, entered_cb, g_object_ref (self));
}

/* Connecting */

static void
fetch_bulletin (CoquillJoin *self);

static gboolean
timer_cb (gpointer data)
{
  CoquillJoin *self = data;

  self->timer = 0;
  fetch_bulletin (self);
  return G_SOURCE_REMOVE;
}

static gboolean
is_final (const GError *error)
{
  return g_error_matches (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NO_ROOM)
         || g_error_matches (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NOT_FOUND)
         || g_error_matches (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_ADDRESS)
         || g_error_matches (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_VERSION);
}

static void
bulletin_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillJoin) self = data;
  GError *error = NULL;
  g_autoptr (GBytes) bulletin = coquill_relay_fetch_bulletin_finish (result, &error);

  if (is_over (self))
    g_clear_error (&error);
  else if (bulletin != NULL)
    enter (self, bulletin);
  else if (is_final (error))
    fail (self, error);
  else
    {
      set_error (self, error);
      self->timer = g_timeout_add (self->pause / 2 + (guint)g_random_int_range (0, (gint32)self->pause / 2),
                                   timer_cb, self);
      self->pause = MIN (2 * self->pause, LONGEST_PAUSE);
    }
}

static void
fetch_bulletin (CoquillJoin *self)
{
  coquill_relay_fetch_bulletin_async (self->link->relay, self->link->room, self->cancellable, bulletin_cb,
                                      g_object_ref (self));
}

/* What one has already */

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillJoin) self = data;
  g_autoptr (GError) error = NULL;
  CoquillReplica *replica = COQUILL_REPLICA (source);

  if (!coquill_replica_open_finish (replica, result, &error))
    {
      if (!is_over (self))
        fail (self, g_steal_pointer (&error));
      return;
    }
  if (is_over (self))
    {
      coquill_replica_close_async (replica, NULL, replica_closed_cb, NULL);
      return;
    }
  take_replica (self, g_object_ref (replica));
  set_state (self, COQUILL_JOIN_GETTING);
  if (coquill_replica_get_state (replica) == COQUILL_REPLICA_OPEN)
    set_state (self, COQUILL_JOIN_DONE);
}

static gboolean
start_cb (gpointer data)
{
  CoquillJoin *self = data;
  g_autoptr (GString) id = g_string_sized_new (64);
  CoquillReplica *replica;

  self->timer = 0;
  for (guint i = 0; i < 32; i++)
    g_string_append_printf (id, "%02x", self->link->document[i]);
  replica = coquill_library_find (self->library, id->str, NULL);
  if (replica != NULL)
    coquill_replica_open_async (replica, self->cancellable, opened_cb, g_object_ref (self));
  else
    fetch_bulletin (self);
  return G_SOURCE_REMOVE;
}

CoquillJoin *
coquill_join_new (CoquillLibrary *library, const char *link)
{
  CoquillJoin *self = g_object_new (COQUILL_TYPE_JOIN, NULL);
  GError *error = NULL;

  self->library = g_object_ref (library);
  self->link = coquill_link_parse (link, &error);
  if (self->link == NULL)
    fail (self, error);
  else if (self->link->kind != COQUILL_INVITE_OPEN)
    fail (self, g_error_new_literal (COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_LINK,
                                     _ ("With this link one has to ask to be let in, which this version of "
                                        "Coquill can’t do. Ask for another link.")));
  else if (coquill_library_is_read_only (library))
    fail (self, g_error_new_literal (COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_READ_ONLY,
                                     _ ("The documents were opened for reading only.")));
  else
    self->timer = g_idle_add (start_cb, self);
  return self;
}

CoquillJoinState
coquill_join_get_state (CoquillJoin *self)
{
  g_return_val_if_fail (COQUILL_IS_JOIN (self), COQUILL_JOIN_FAILED);
  return self->state;
}

const GError *
coquill_join_get_error (CoquillJoin *self)
{
  g_return_val_if_fail (COQUILL_IS_JOIN (self), NULL);
  return self->error;
}

CoquillReplica *
coquill_join_get_replica (CoquillJoin *self)
{
  g_return_val_if_fail (COQUILL_IS_JOIN (self), NULL);
  return self->replica;
}

void
coquill_join_cancel (CoquillJoin *self)
{
  g_return_if_fail (COQUILL_IS_JOIN (self));

  if (is_over (self))
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Joining was cancelled.")));
}

gboolean
coquill_join_peek_link (const char *link, char **relay, GError **error)
{
  GError *problem = NULL;
  g_autoptr (CoquillLink) parsed = coquill_link_parse (link, &problem);

  if (parsed == NULL)
    {
      g_propagate_error (error, coquill_replica_error_translate (problem));
      return FALSE;
    }
  if (relay != NULL)
    *relay = g_strdup (parsed->relay);
  return TRUE;
}
