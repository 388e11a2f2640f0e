/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake-replica.c: CoquillReplica in memory. The text is one string: small and obviously right, not fast. */

#include "fake-replica.h"

#include <string.h>

struct _CoquillReplica
{
  GObject parent_instance;

  char *id;
  char *title;
  char *shown_title;
  char *language;
  GString *text;
  GListStore *people;
  GQueue incoming; /* of Edit */
  GPtrArray *undo; /* of Edit: what takes back a step */
  GPtrArray *redo;
  CoquillReplicaState state;
  CoquillReplicaStatus status;
  GError *error;
  GError *relay_error;
  char *relay;
  gboolean online;
  gboolean shared;
  gboolean merge_manually;
  gboolean could_undo; /* as notified last */
  gboolean could_redo;
  gint64 last_change;
  guint64 caret;
};

typedef struct
{
  guint64 position;
  guint64 deleted;
  char *inserted;
  CoquillParticipant *author;
} Edit;

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
static guint text_changed_signal;
static guint others_changed_signal;

static Edit *
edit_new (guint64 position, guint64 deleted, const char *inserted, CoquillParticipant *author)
{
  Edit *edit = g_new0 (Edit, 1);

  edit->position = position;
  edit->deleted = deleted;
  edit->inserted = g_strdup (inserted != NULL ? inserted : "");
  edit->author = author;
  return edit;
}

static void
edit_free (gpointer data)
{
  Edit *edit = data;

  g_free (edit->inserted);
  g_free (edit);
}

static char *
replica_title (CoquillReplica *self)
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
  g_queue_clear_full (&self->incoming, edit_free);
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
      g_value_take_string (value, replica_title (self));
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
  props[PROP_PEOPLE] = g_param_spec_object ("people", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  props[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  props[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  props[PROP_LENGTH] = g_param_spec_uint64 ("length", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  props[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  props[PROP_RELAY_ERROR] = g_param_spec_boxed ("relay-error", NULL, NULL, G_TYPE_ERROR, flags);
  props[PROP_PENDING] = g_param_spec_boolean ("pending", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  text_changed_signal = g_signal_new ("text-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  others_changed_signal
      = g_signal_new ("others-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 2, COQUILL_TYPE_PARTICIPANT, G_TYPE_UINT);
}

static void
coquill_replica_init (CoquillReplica *self)
{
  static guint ordinal;

  self->id = g_strdup_printf ("%04x%060x", ++ordinal, 0);
  self->text = g_string_new (NULL);
  self->people = g_list_store_new (COQUILL_TYPE_PARTICIPANT);
  self->undo = g_ptr_array_new_with_free_func (edit_free);
  self->redo = g_ptr_array_new_with_free_func (edit_free);
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
  queue_incoming (self, edit_new (position, 0, text, author));
}

void
coquill_fake_replica_remote_delete (CoquillReplica *self,
                                    CoquillParticipant *author,
                                    guint64 position,
                                    guint64 count)
{
  queue_incoming (self, edit_new (position, count, NULL, author));
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

/* Text. */

static void
notify_text (CoquillReplica *self)
{
  self->last_change = g_get_real_time ();
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LENGTH]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_CHANGE]);
  if (self->could_undo != (self->undo->len > 0))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_UNDO]);
  if (self->could_redo != (self->redo->len > 0))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_REDO]);
  self->could_undo = self->undo->len > 0;
  self->could_redo = self->redo->len > 0;
}

static gsize
byte_at (CoquillReplica *self, guint64 position)
{
  return (gsize)(g_utf8_offset_to_pointer (self->text->str, (glong)position) - self->text->str);
}

/* Carries out @edit. Returns: (transfer full): what takes it back */
static Edit *
apply (CoquillReplica *self, const Edit *edit)
{
  guint64 length = coquill_replica_get_length (self);
  guint64 position = MIN (edit->position, length);
  guint64 deleted = MIN (edit->deleted, length - position);
  gsize from = byte_at (self, position);
  gsize to = byte_at (self, position + deleted);
  g_autofree char *gone = g_strndup (self->text->str + from, to - from);

  g_string_erase (self->text, (gssize)from, (gssize)(to - from));
  g_string_insert (self->text, (gssize)from, edit->inserted);
  return edit_new (position, (guint64)g_utf8_strlen (edit->inserted, -1), gone, NULL);
}

static void
emit (CoquillReplica *self, const Edit *edit, gboolean local)
{
  CoquillTextChange change = {
    .position = edit->position,
    .deleted = edit->deleted,
    .inserted = edit->inserted,
    .inserted_bytes = strlen (edit->inserted),
    .inserted_length = (guint64)g_utf8_strlen (edit->inserted, -1),
    .author = edit->author,
    .local = local,
  };

  g_signal_emit (self, text_changed_signal, 0, &change);
}

static void
shift_steps (GPtrArray *steps, const Edit *edit)
{
  for (guint i = 0; i < steps->len; i++)
    {
      Edit *step = g_ptr_array_index (steps, i);

      if (edit->position <= step->position)
        step->position = step->position + (guint64)g_utf8_strlen (edit->inserted, -1)
                         - MIN (edit->deleted, step->position - edit->position);
    }
}

static gboolean
edit_locally (CoquillReplica *self, Edit *edit)
{
  g_ptr_array_add (self->undo, apply (self, edit));
  g_ptr_array_set_size (self->redo, 0);
  edit_free (edit);
  notify_text (self);
  return TRUE;
}

gboolean
coquill_replica_insert (
    CoquillReplica *self, guint64 position, const char *text, gssize length, GError **error)
{
  Edit *edit = edit_new (position, 0, NULL, NULL);

  g_free (edit->inserted);
  edit->inserted = length < 0 ? g_strdup (text) : g_strndup (text, (gsize)length);
  return edit_locally (self, edit);
}

gboolean
coquill_replica_delete (CoquillReplica *self, guint64 position, guint64 count, GError **error)
{
  return edit_locally (self, edit_new (position, count, NULL, NULL));
}

void
coquill_replica_begin_group (CoquillReplica *self)
{
}

void
coquill_replica_end_group (CoquillReplica *self)
{
}

static gboolean
take_back (CoquillReplica *self, GPtrArray *from, GPtrArray *to, guint64 *caret)
{
  Edit *edit;

  if (from->len == 0)
    return FALSE;
  edit = g_ptr_array_steal_index (from, from->len - 1);
  g_ptr_array_add (to, apply (self, edit));
  emit (self, edit, TRUE);
  if (caret != NULL)
    *caret = edit->position + (guint64)g_utf8_strlen (edit->inserted, -1);
  edit_free (edit);
  notify_text (self);
  return TRUE;
}

gboolean
coquill_replica_undo (CoquillReplica *self, guint64 *caret)
{
  return take_back (self, self->undo, self->redo, caret);
}

gboolean
coquill_replica_redo (CoquillReplica *self, guint64 *caret)
{
  return take_back (self, self->redo, self->undo, caret);
}

char *
coquill_replica_dup_text (CoquillReplica *self, gsize *length)
{
  if (length != NULL)
    *length = self->text->len;
  return g_strdup (self->text->str);
}

char *
coquill_replica_dup_range (CoquillReplica *self, guint64 position, guint64 count, gsize *length)
{
  guint64 total = coquill_replica_get_length (self);
  gsize from = byte_at (self, MIN (position, total));
  gsize to = byte_at (self, MIN (position + count, total));

  if (length != NULL)
    *length = to - from;
  return g_strndup (self->text->str + from, to - from);
}

void
coquill_replica_set_merge_manually (CoquillReplica *self, gboolean manually)
{
  self->merge_manually = manually;
}

gboolean
coquill_replica_merge_pending (CoquillReplica *self)
{
  Edit *edit;

  while ((edit = g_queue_pop_head (&self->incoming)) != NULL)
    {
      edit_free (apply (self, edit));
      shift_steps (self->undo, edit);
      shift_steps (self->redo, edit);
      emit (self, edit, FALSE);
      edit_free (edit);
    }
  notify_text (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PENDING]);
  return FALSE;
}

/* The rest. */

void
coquill_replica_open_async (CoquillReplica *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (self->state == COQUILL_REPLICA_FAILED)
    {
      g_task_return_error (task, g_error_copy (self->error));
      return;
    }
  if (self->state == COQUILL_REPLICA_CLOSED)
    coquill_fake_replica_set_state (self, COQUILL_REPLICA_OPEN, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
complete (gpointer self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_boolean (task, TRUE);
}

gboolean
coquill_replica_open_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
coquill_replica_close_async (CoquillReplica *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  complete (self, cancellable, callback, user_data);
}

gboolean
coquill_replica_close_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
coquill_replica_commit_async (CoquillReplica *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  complete (self, cancellable, callback, user_data);
}

gboolean
coquill_replica_commit_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
coquill_replica_share_async (CoquillReplica *self,
                             const char *relay,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (relay != NULL && strstr (relay, "nowhere") != NULL)
    {
      g_task_return_new_error (task, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_RELAY,
                               "Nobody answers at %s. Your text is safe on this device.", relay);
      return;
    }
  coquill_fake_replica_share (self, relay);
  g_task_return_pointer (task, g_strdup_printf ("coquill:fake-%s", self->id), g_free);
}

char *
coquill_replica_share_finish (CoquillReplica *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

const char *
coquill_replica_get_id (CoquillReplica *self)
{
  return self->id;
}

const char *
coquill_replica_get_title (CoquillReplica *self)
{
  g_free (self->shown_title);
  self->shown_title = replica_title (self);
  return self->shown_title;
}

gint64
coquill_replica_get_last_change (CoquillReplica *self)
{
  return self->last_change;
}

CoquillReplicaState
coquill_replica_get_state (CoquillReplica *self)
{
  return self->state;
}

CoquillReplicaStatus
coquill_replica_get_status (CoquillReplica *self)
{
  return self->status;
}

gboolean
coquill_replica_is_shared (CoquillReplica *self)
{
  return self->shared;
}

const char *
coquill_replica_get_relay (CoquillReplica *self)
{
  return self->relay;
}

GListModel *
coquill_replica_get_people (CoquillReplica *self)
{
  return G_LIST_MODEL (self->people);
}

const GError *
coquill_replica_get_error (CoquillReplica *self)
{
  return self->error;
}

gboolean
coquill_replica_get_can_undo (CoquillReplica *self)
{
  return self->undo->len > 0;
}

gboolean
coquill_replica_get_can_redo (CoquillReplica *self)
{
  return self->redo->len > 0;
}

guint64
coquill_replica_get_length (CoquillReplica *self)
{
  return (guint64)g_utf8_strlen (self->text->str, -1);
}

void
coquill_replica_set_title (CoquillReplica *self, const char *title)
{
  g_set_str (&self->title, title != NULL && *title != '\0' ? title : NULL);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
}

void
coquill_replica_set_language (CoquillReplica *self, const char *language)
{
  g_set_str (&self->language, language);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LANGUAGE]);
}

void
coquill_replica_set_caret (CoquillReplica *self, guint64 caret, guint64 selection_bound)
{
  self->caret = caret;
}

void
coquill_replica_clear_caret (CoquillReplica *self)
{
}

const char *
coquill_replica_status_to_words (CoquillReplicaStatus status)
{
  static const char *const words[]
      = { "On this device", "Sending…", "Up to date", "Catching up…", "Offline, changes kept here",
          "Not saved" };

  return words[status];
}
