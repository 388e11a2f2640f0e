/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake-replica.c: CoquillReplica in memory, and the strings that a test pulls. */

#include <string.h>

#include "fake-replica-private.h"

G_DEFINE_QUARK (coquill - replica - error, coquill_replica_error)
G_DEFINE_FINAL_TYPE (CoquillReplica, coquill_replica, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_TITLE,
  PROP_TITLE_SET,
  PROP_LANGUAGE,
  PROP_LAST_CHANGE,
  PROP_STATE,
  PROP_STATUS,
  PROP_SHARED,
  PROP_RELAY,
  PROP_ONLINE,
  PROP_HIDE_ADDRESS,
  PROP_PEOPLE,
  PROP_CAN_UNDO,
  PROP_CAN_REDO,
  PROP_LENGTH,
  PROP_ERROR,
  PROP_RELAY_ERROR,
  PROP_PENDING,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

Edit *
coquill_fake_edit_new (guint64 position, guint64 deleted, const char *inserted, CoquillParticipant *author)
{
  Edit *edit = g_new0 (Edit, 1);

  edit->position = position;
  edit->deleted = deleted;
  edit->inserted = g_strdup (inserted != NULL ? inserted : "");
  edit->author = author;
  return edit;
}

void
coquill_fake_edit_free (gpointer data)
{
  Edit *edit = data;

  g_free (edit->inserted);
  g_free (edit);
}

char *
coquill_fake_replica_title (CoquillReplica *self)
{
  g_autofree char *first = NULL;

  if (self->title != NULL)
    return g_strdup (self->title);
  first = g_strndup (self->text->str, strcspn (self->text->str, "\r\n"));
  return g_strdup (*g_strstrip (first) != '\0' ? first : "Untitled");
}

static void
coquill_replica_finalize (GObject *object)
{
  CoquillReplica *self = COQUILL_REPLICA (object);

  g_free (self->id);
  g_free (self->title);
  g_free (self->shown_title);
  g_free (self->language);
  g_free (self->relay);
  g_string_free (self->text, TRUE);
  g_clear_object (&self->people);
  g_queue_clear_full (&self->incoming, coquill_fake_edit_free);
  g_clear_pointer (&self->undo, g_ptr_array_unref);
  g_clear_pointer (&self->redo, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_clear_error (&self->relay_error);
  G_OBJECT_CLASS (coquill_replica_parent_class)->finalize (object);
}

static void
coquill_replica_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CoquillReplica *self = COQUILL_REPLICA (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_TITLE:
      g_value_take_string (value, coquill_fake_replica_title (self));
      break;
    case PROP_TITLE_SET:
      g_value_set_boolean (value, self->title != NULL);
      break;
    case PROP_LANGUAGE:
      g_value_set_string (value, self->language);
      break;
    case PROP_LAST_CHANGE:
      g_value_set_int64 (value, self->last_change);
      break;
    case PROP_STATE:
      g_value_set_int (value, (int)self->state);
      break;
    case PROP_STATUS:
      g_value_set_int (value, (int)self->status);
      break;
    case PROP_SHARED:
      g_value_set_boolean (value, self->shared);
      break;
    case PROP_RELAY:
      g_value_set_string (value, self->relay);
      break;
    case PROP_ONLINE:
      g_value_set_boolean (value, self->online);
      break;
    case PROP_HIDE_ADDRESS:
      g_value_set_boolean (value, self->hide_address);
      break;
    case PROP_PEOPLE:
      g_value_set_object (value, self->people);
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, self->undo->len > 0);
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, self->redo->len > 0);
      break;
    case PROP_LENGTH:
      g_value_set_uint64 (value, coquill_replica_get_length (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_RELAY_ERROR:
      g_value_set_boxed (value, self->relay_error);
      break;
    case PROP_PENDING:
      g_value_set_boolean (value, self->incoming.length > 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_replica_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CoquillReplica *self = COQUILL_REPLICA (object);

  switch (id)
    {
    case PROP_ONLINE:
      self->online = g_value_get_boolean (value);
      break;
    case PROP_HIDE_ADDRESS:
      self->hide_address = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_replica_class_init (CoquillReplicaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = coquill_replica_finalize;
  object_class->get_property = coquill_replica_get_property;
  object_class->set_property = coquill_replica_set_property;

  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_TITLE_SET] = g_param_spec_boolean ("title-set", NULL, NULL, FALSE, flags);
  props[PROP_LANGUAGE] = g_param_spec_string ("language", NULL, NULL, NULL, flags);
  props[PROP_LAST_CHANGE] = g_param_spec_int64 ("last-change", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_STATUS] = g_param_spec_int ("status", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_SHARED] = g_param_spec_boolean ("shared", NULL, NULL, FALSE, flags);
  props[PROP_RELAY] = g_param_spec_string ("relay", NULL, NULL, NULL, flags);
  props[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, TRUE, flags | G_PARAM_WRITABLE);
  props[PROP_HIDE_ADDRESS]
      = g_param_spec_boolean ("hide-address", NULL, NULL, FALSE, flags | G_PARAM_WRITABLE);
  props[PROP_PEOPLE] = g_param_spec_object ("people", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  props[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  props[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  props[PROP_LENGTH] = g_param_spec_uint64 ("length", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  props[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  props[PROP_RELAY_ERROR] = g_param_spec_boxed ("relay-error", NULL, NULL, G_TYPE_ERROR, flags);
  props[PROP_PENDING] = g_param_spec_boolean ("pending", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_signal_new ("text-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_POINTER);
  g_signal_new ("others-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, COQUILL_TYPE_PARTICIPANT, G_TYPE_UINT);
}

static void
coquill_replica_init (CoquillReplica *self)
{
  static guint ordinal;

  self->id = g_strdup_printf ("%04x%060x", ++ordinal, 0);
  self->text = g_string_new (NULL);
  self->people = g_list_store_new (COQUILL_TYPE_PARTICIPANT);
  self->undo = g_ptr_array_new_with_free_func (coquill_fake_edit_free);
  self->redo = g_ptr_array_new_with_free_func (coquill_fake_edit_free);
  self->online = TRUE;
  self->last_change = g_get_real_time ();
}

CoquillReplica *
coquill_fake_replica_new (const char *title, const char *text)
{
  CoquillReplica *self = g_object_new (COQUILL_TYPE_REPLICA, NULL);
  g_autoptr (CoquillParticipant) me = coquill_fake_participant_new ("Me Myself", "#3584e4", TRUE);

  self->title = g_strdup (title);
  g_string_assign (self->text, text);
  g_list_store_append (self->people, me);
  return self;
}

void
coquill_fake_replica_share (CoquillReplica *self, const char *relay)
{
  self->shared = TRUE;
  if (relay != NULL)
    g_set_str (&self->relay, relay);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SHARED]);
  coquill_fake_replica_set_status (self, COQUILL_STATUS_UP_TO_DATE, NULL);
}

CoquillParticipant *
coquill_fake_replica_add_person (CoquillReplica *self, const char *name, const char *color)
{
  g_autoptr (CoquillParticipant) person = coquill_fake_participant_new (name, color, FALSE);

  g_list_store_append (self->people, person);
  return person;
}

static void
queue_incoming (CoquillReplica *self, Edit *edit)
{
  g_queue_push_tail (&self->incoming, edit);
  if (!self->merge_manually)
    coquill_replica_merge_pending (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PENDING]);
}

void
coquill_fake_replica_remote_insert (CoquillReplica *self,
                                    CoquillParticipant *author,
                                    guint64 position,
                                    const char *text)
{
  queue_incoming (self, coquill_fake_edit_new (position, 0, text, author));
}

void
coquill_fake_replica_remote_delete (CoquillReplica *self,
                                    CoquillParticipant *author,
                                    guint64 position,
                                    guint64 count)
{
  queue_incoming (self, coquill_fake_edit_new (position, count, NULL, author));
}

void
coquill_fake_replica_move_caret (CoquillReplica *self,
                                 CoquillParticipant *person,
                                 guint64 caret,
                                 guint64 selection_bound)
{
  g_object_set (person, "selection-bound", selection_bound, "caret", caret, "has-caret", TRUE, NULL);
}

void
coquill_fake_replica_set_state (CoquillReplica *self, CoquillReplicaState state, const GError *error)
{
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

void
coquill_fake_replica_set_status (CoquillReplica *self, CoquillReplicaStatus status, const GError *error)
{
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  self->status = status;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATUS]);
}
