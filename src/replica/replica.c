/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica.c: one document on this device: what it is, as properties and signals. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "replica-enums.h"
#include "replica/replica-error-private.h"
#include "replica/replica-private.h"

enum
{
  PROP_ID = 1,
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
  N_PROPS,
};

enum
{
  TEXT_CHANGED,
  OTHERS_CHANGED,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CoquillReplica, coquill_replica, G_TYPE_OBJECT)

const char *
coquill_replica_status_to_string (CoquillReplicaStatus status)
{
  static const char *const words[] = {
    "on-device", "sending", "up-to-date", "catching-up", "offline", "not-saved",
  };

  g_return_val_if_fail ((guint)status < G_N_ELEMENTS (words), NULL);
  return words[status];
}

const char *
coquill_replica_status_to_words (CoquillReplicaStatus status)
{
  static const char *const words[] = {
    N_ ("On this device"),
    N_ ("Sending…"),
    N_ ("Up to date"),
    N_ ("Catching up…"),
    N_ ("Offline, changes kept here"),
    N_ ("Not saved"),
  };

  g_return_val_if_fail ((guint)status < G_N_ELEMENTS (words), NULL);
  return _ (words[status]);
}

static void
coquill_replica_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  CoquillReplica *self = COQUILL_REPLICA (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_TITLE:
      g_value_set_string (value, coquill_replica_get_title (self));
      break;
    case PROP_TITLE_SET:
      g_value_set_boolean (value, self->title_set);
      break;
    case PROP_LANGUAGE:
      g_value_set_string (value, self->language);
      break;
    case PROP_LAST_CHANGE:
      g_value_set_int64 (value, self->last_change);
      break;
    case PROP_STATE:
      g_value_set_enum (value, (int)self->state);
      break;
    case PROP_STATUS:
      g_value_set_enum (value, (int)self->status);
      break;
    case PROP_SHARED:
      g_value_set_boolean (value, self->traffic.relay != NULL);
      break;
    case PROP_RELAY:
      g_value_set_string (value, self->traffic.relay);
      break;
    case PROP_ONLINE:
      g_value_set_boolean (value, self->online);
      break;
    case PROP_HIDE_ADDRESS:
      g_value_set_boolean (value, self->hide_address);
      break;
    case PROP_PEOPLE:
      g_value_set_object (value, self->people.list);
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, coquill_replica_get_can_undo (self));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, coquill_replica_get_can_redo (self));
      break;
    case PROP_LENGTH:
      g_value_set_uint64 (value, coquill_replica_get_length (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, coquill_replica_get_error (self));
      break;
    case PROP_RELAY_ERROR:
      g_value_set_boxed (value, self->traffic.error);
      break;
    case PROP_PENDING:
      g_value_set_boolean (value, !g_queue_is_empty (&self->traffic.pending));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
coquill_replica_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  CoquillReplica *self = COQUILL_REPLICA (object);

  switch (id)
    {
    case PROP_ONLINE:
      if (self->online != g_value_get_boolean (value))
        {
          self->online = g_value_get_boolean (value);
          coquill_replica_update_road (self);
          g_object_notify_by_pspec (object, spec);
        }
      break;
    case PROP_HIDE_ADDRESS:
      if (self->hide_address != g_value_get_boolean (value))
        {
          coquill_replica_set_hide_address (self, g_value_get_boolean (value));
          g_object_notify_by_pspec (object, spec);
        }
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
coquill_replica_dispose (GObject *object)
{
  CoquillReplica *self = COQUILL_REPLICA (object);

  coquill_replica_drop (self);
  g_clear_weak_pointer (&self->library);

  G_OBJECT_CLASS (coquill_replica_parent_class)->dispose (object);
}

static void
coquill_replica_finalize (GObject *object)
{
  CoquillReplica *self = COQUILL_REPLICA (object);

  coquill_replica_disk_clear (self);
  coquill_replica_people_clear (self);
  g_ptr_array_unref (self->traffic.waits);
  g_hash_table_unref (self->traffic.places);
  g_hash_table_unref (self->direct.counts);
  g_clear_error (&self->traffic.error);
  g_free (self->traffic.relay);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->opening);
  g_clear_object (&self->store);
  g_clear_pointer (&self->keys, coquill_device_keys_unref);
  g_free (self->language);
  g_free (self->title);
  g_free (self->id);

  G_OBJECT_CLASS (coquill_replica_parent_class)->finalize (object);
}

static void
coquill_replica_class_init (CoquillReplicaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = coquill_replica_get_property;
  object_class->set_property = coquill_replica_set_property;
  object_class->dispose = coquill_replica_dispose;
  object_class->finalize = coquill_replica_finalize;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_TITLE_SET] = g_param_spec_boolean ("title-set", NULL, NULL, FALSE, flags);
  properties[PROP_LANGUAGE] = g_param_spec_string ("language", NULL, NULL, NULL, flags);
  properties[PROP_LAST_CHANGE] = g_param_spec_int64 ("last-change", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_STATE]
      = g_param_spec_enum ("state", NULL, NULL, COQUILL_TYPE_REPLICA_STATE, COQUILL_REPLICA_CLOSED, flags);
  properties[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, COQUILL_TYPE_REPLICA_STATUS,
                                               COQUILL_STATUS_ON_DEVICE, flags);
  properties[PROP_SHARED] = g_param_spec_boolean ("shared", NULL, NULL, FALSE, flags);
  properties[PROP_RELAY] = g_param_spec_string ("relay", NULL, NULL, NULL, flags);
  properties[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, TRUE, flags | G_PARAM_WRITABLE);
  properties[PROP_HIDE_ADDRESS]
      = g_param_spec_boolean ("hide-address", NULL, NULL, FALSE, flags | G_PARAM_WRITABLE);
  properties[PROP_PEOPLE] = g_param_spec_object ("people", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  properties[PROP_LENGTH] = g_param_spec_uint64 ("length", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_RELAY_ERROR] = g_param_spec_boxed ("relay-error", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_PENDING] = g_param_spec_boolean ("pending", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[TEXT_CHANGED] = g_signal_new ("text-changed", COQUILL_TYPE_REPLICA, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[OTHERS_CHANGED] = g_signal_new ("others-changed", COQUILL_TYPE_REPLICA, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 2, COQUILL_TYPE_PARTICIPANT, G_TYPE_UINT);
}

static void
coquill_replica_init (CoquillReplica *self)
{
  self->online = TRUE;
  self->opening = g_ptr_array_new_with_free_func (g_object_unref);
  coquill_replica_disk_init (self);
  coquill_replica_traffic_init (self);
}

CoquillReplica *
coquill_replica_new (CoquillLibrary *library,
                     CoquillStore *store,
                     CoquillDeviceKeys *keys,
                     const char *id,
                     const char *title,
                     gint64 last_change,
                     gint64 entry_state,
                     const char *relay)
{
  CoquillReplica *self = g_object_new (COQUILL_TYPE_REPLICA, NULL);

  g_set_weak_pointer (&self->library, library);
  self->store = g_object_ref (store);
  self->keys = coquill_device_keys_ref (keys);
  self->read_only = coquill_store_get_mode (store) == COQUILL_STORE_READ;
  self->id = g_strdup (id);
  for (guint i = 0; i < sizeof self->id_bytes; i++)
    self->id_bytes[i]
        = (guint8)(g_ascii_xdigit_value (id[2 * i]) << 4 | g_ascii_xdigit_value (id[2 * i + 1]));
  self->title = g_strdup (title);
  self->title_set = (entry_state & COQUILL_REPLICA_ENTRY_TITLE_SET) != 0;
  self->waiting = (entry_state & COQUILL_REPLICA_ENTRY_WAITING) != 0;
  self->last_change = last_change;
  self->traffic.relay = g_strdup (relay);
  self->status = relay != NULL ? COQUILL_STATUS_OFFLINE : COQUILL_STATUS_ON_DEVICE;
  coquill_replica_people_init (self);
  return self;
}

CoquillReplica *
coquill_replica_new_open (CoquillLibrary *library,
                          CoquillStore *store,
                          CoquillDeviceKeys *keys,
                          CoquillDocument *document,
                          gboolean waiting,
                          const char *relay)
{
  const guint8 *id = coquill_document_get_id (document);
  g_autoptr (GString) hexadecimal = g_string_sized_new (64);
  CoquillReplica *self;

  for (guint i = 0; i < 32; i++)
    g_string_append_printf (hexadecimal, "%02x", id[i]);
  self = coquill_replica_new (library, store, keys, hexadecimal->str, "", g_get_real_time (),
                              waiting ? COQUILL_REPLICA_ENTRY_WAITING : 0, relay);
  self->document = document;
  self->opens = 1;
  self->disk.keys_changed = TRUE;
  self->disk.entry_changed = TRUE;
  self->disk.entry_urgent = TRUE;
  self->disk.relay_changed = relay != NULL;
  self->state = waiting ? COQUILL_REPLICA_WAITING : COQUILL_REPLICA_OPEN;
  coquill_replica_begin (self);
  return self;
}

gint64
coquill_replica_get_entry_state (CoquillReplica *self)
{
  return (self->waiting ? COQUILL_REPLICA_ENTRY_WAITING : 0)
         | (self->title_set ? COQUILL_REPLICA_ENTRY_TITLE_SET : 0);
}

/* What changes */

void
coquill_replica_set_state (CoquillReplica *self, CoquillReplicaState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
coquill_replica_set_error (CoquillReplica *self, GError *error)
{
  g_clear_error (&self->error);
  self->error = error;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

void
coquill_replica_touch (CoquillReplica *self, gint64 now)
{
  if (now <= self->last_change)
    return;
  self->last_change = now;
  coquill_replica_disk_entry_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_CHANGE]);
  if (self->library != NULL)
    coquill_library_reorder (self->library, self);
}

void
coquill_replica_notify_pending (CoquillReplica *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PENDING]);
}

void
coquill_replica_notify_shared (CoquillReplica *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHARED]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RELAY]);
}

void
coquill_replica_notify_relay_error (CoquillReplica *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RELAY_ERROR]);
}

void
coquill_replica_emit_text_changed (CoquillReplica *self, const CoquillTextChange *change)
{
  g_signal_emit (self, signals[TEXT_CHANGED], 0, change);
}

void
coquill_replica_emit_others_changed (CoquillReplica *self, CoquillParticipant *author, guint places)
{
  g_signal_emit (self, signals[OTHERS_CHANGED], 0, author, places);
}

gboolean
coquill_replica_wants_road (CoquillReplica *self)
{
  return self->document != NULL && self->traffic.sync != NULL && self->traffic.relay != NULL && self->online
         && !self->read_only && self->library != NULL && coquill_library_is_online (self->library);
}

/* What it is */

const char *
coquill_replica_get_id (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), NULL);
  return self->id;
}

const char *
coquill_replica_get_title (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), NULL);
  return self->title != NULL && *self->title != '\0' ? self->title : _ ("Untitled");
}

gint64
coquill_replica_get_last_change (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), 0);
  return self->last_change;
}

CoquillReplicaState
coquill_replica_get_state (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), COQUILL_REPLICA_CLOSED);
  return self->state;
}

CoquillReplicaStatus
coquill_replica_get_status (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), COQUILL_STATUS_ON_DEVICE);
  return self->status;
}

gboolean
coquill_replica_is_shared (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), FALSE);
  return self->traffic.relay != NULL;
}

const char *
coquill_replica_get_relay (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), NULL);
  return self->traffic.relay;
}

GListModel *
coquill_replica_get_people (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), NULL);
  return G_LIST_MODEL (self->people.list);
}

const GError *
coquill_replica_get_error (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), NULL);
  return self->error != NULL ? self->error : self->disk.error;
}

gboolean
coquill_replica_get_can_undo (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), FALSE);
  return self->document != NULL && coquill_document_can_undo (self->document);
}

gboolean
coquill_replica_get_can_redo (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), FALSE);
  return self->document != NULL && coquill_document_can_redo (self->document);
}

guint64
coquill_replica_get_length (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), 0);
  return self->document != NULL ? coquill_text_length (coquill_document_get_text (self->document)) : 0;
}
