/* SPDX-License-Identifier: GPL-3.0-or-later */
/* library.c: the data folder: who one is, and the documents one has. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "replica-enums.h"
#include "replica/join-private.h"
#include "replica/library-private.h"

/* Digits of an id that are enough to name a document. */
#define SHORTEST_PREFIX 4

enum
{
  PROP_DATA_DIR = 1,
  PROP_MODE,
  PROP_NAME,
  PROP_COLOR,
  PROP_RELAY,
  PROP_HIDE_ADDRESS,
  PROP_ONLINE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* The list */

static GType
coquill_library_get_item_type (GListModel *model)
{
  return COQUILL_TYPE_REPLICA;
}

static guint
coquill_library_get_n_items (GListModel *model)
{
  return COQUILL_LIBRARY (model)->replicas->len;
}

static gpointer
coquill_library_get_item (GListModel *model, guint position)
{
  CoquillLibrary *self = COQUILL_LIBRARY (model);

  return position < self->replicas->len ? g_object_ref (self->replicas->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = coquill_library_get_item_type;
  interface->get_n_items = coquill_library_get_n_items;
  interface->get_item = coquill_library_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (CoquillLibrary,
                               coquill_library,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static guint
find_place (CoquillLibrary *self, CoquillReplica *replica)
{
  guint place = 0;

  while (place < self->replicas->len
         && coquill_replica_get_last_change (self->replicas->pdata[place])
                > coquill_replica_get_last_change (replica))
    place++;
  return place;
}

void
coquill_library_add (CoquillLibrary *self, CoquillReplica *replica)
{
  guint place = find_place (self, replica);

  g_ptr_array_insert (self->replicas, (int)place, g_object_ref (replica));
  g_list_model_items_changed (G_LIST_MODEL (self), place, 0, 1);
}

static gboolean
take_out (CoquillLibrary *self, CoquillReplica *replica)
{
  guint place;

  if (!g_ptr_array_find (self->replicas, replica, &place))
    return FALSE;
  g_ptr_array_remove_index (self->replicas, place);
  g_list_model_items_changed (G_LIST_MODEL (self), place, 1, 0);
  return TRUE;
}

void
coquill_library_reorder (CoquillLibrary *self, CoquillReplica *replica)
{
  guint place;

  if (!g_ptr_array_find (self->replicas, replica, &place) || place == 0
      || coquill_replica_get_last_change (self->replicas->pdata[place - 1])
             >= coquill_replica_get_last_change (replica))
    return;
  g_object_ref (replica);
  take_out (self, replica);
  coquill_library_add (self, replica);
  g_object_unref (replica);
}

/* Settings */

static void
commit_setting_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!coquill_store_commit_finish (COQUILL_STORE (source), result, &error))
    g_warning ("A setting can't be saved: %s", error->message);
}

void
coquill_library_save_setting (CoquillLibrary *self, const char *key, GBytes *value)
{
  g_autoptr (CoquillStoreBatch) batch = NULL;

  if (self->mode == COQUILL_LIBRARY_READ)
    return;
  batch = coquill_store_batch_new (NULL);
  coquill_store_batch_set_value (batch, key, value);
  coquill_store_commit_async (self->store, batch, commit_setting_cb, NULL);
}

static void
save_setting (CoquillLibrary *self, const char *key, const char *value)
{
  g_autoptr (GBytes) bytes = g_bytes_new (value, strlen (value));

  coquill_library_save_setting (self, key, bytes);
}

static void
for_each_replica (CoquillLibrary *self, void (*func) (CoquillReplica *))
{
  g_autoptr (GPtrArray) replicas = g_ptr_array_copy (self->replicas, (GCopyFunc)(void *)g_object_ref, NULL);

  g_ptr_array_set_free_func (replicas, g_object_unref);
  for (guint i = 0; i < replicas->len; i++)
    func (replicas->pdata[i]);
}

static void
coquill_library_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  CoquillLibrary *self = COQUILL_LIBRARY (object);

  switch (id)
    {
    case PROP_DATA_DIR:
      g_value_set_string (value, coquill_store_get_folder (self->store));
      break;
    case PROP_MODE:
      g_value_set_enum (value, (int)self->mode);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_COLOR:
      g_value_set_string (value, self->color);
      break;
    case PROP_RELAY:
      g_value_set_string (value, self->relay);
      break;
    case PROP_HIDE_ADDRESS:
      g_value_set_boolean (value, self->hide_address);
      break;
    case PROP_ONLINE:
      g_value_set_boolean (value, self->online);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
coquill_library_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  CoquillLibrary *self = COQUILL_LIBRARY (object);
  const char *string = G_VALUE_HOLDS_STRING (value) ? g_value_get_string (value) : NULL;

  switch (id)
    {
    case PROP_NAME:
      if (string == NULL || *string == '\0' || !g_set_str (&self->name, string))
        return;
      save_setting (self, "name", self->name);
      for_each_replica (self, coquill_replica_people_update_self);
      break;
    case PROP_COLOR:
      if (!coquill_library_is_color (string) || !g_set_str (&self->color, string))
        return;
      save_setting (self, "color", self->color);
      for_each_replica (self, coquill_replica_people_update_self);
      break;
    case PROP_RELAY:
      if (!g_set_str (&self->relay, string != NULL ? string : ""))
        return;
      save_setting (self, "relay", self->relay);
      break;
    case PROP_HIDE_ADDRESS:
      if (self->hide_address == g_value_get_boolean (value))
        return;
      self->hide_address = g_value_get_boolean (value);
      save_setting (self, "hide-address", self->hide_address ? "1" : "0");
      for_each_replica (self, coquill_replica_direct_update);
      break;
    case PROP_ONLINE:
      if (self->online == g_value_get_boolean (value))
        return;
      self->online = g_value_get_boolean (value);
      for_each_replica (self, coquill_replica_update_road);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
      return;
    }
  g_object_notify_by_pspec (object, spec);
}

static void
coquill_library_finalize (GObject *object)
{
  CoquillLibrary *self = COQUILL_LIBRARY (object);

  coquill_library_roads_clear (self);
  g_ptr_array_unref (self->replicas);
  g_ptr_array_unref (self->removed);
  g_clear_object (&self->store);
  g_clear_pointer (&self->keys, coquill_device_keys_unref);
  g_free (self->name);
  g_free (self->color);
  g_free (self->relay);

  G_OBJECT_CLASS (coquill_library_parent_class)->finalize (object);
}

static void
coquill_library_class_init (CoquillLibraryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags write = read | G_PARAM_WRITABLE;

  object_class->get_property = coquill_library_get_property;
  object_class->set_property = coquill_library_set_property;
  object_class->finalize = coquill_library_finalize;

  properties[PROP_DATA_DIR] = g_param_spec_string ("data-dir", NULL, NULL, NULL, read);
  properties[PROP_MODE]
      = g_param_spec_enum ("mode", NULL, NULL, COQUILL_TYPE_LIBRARY_MODE, COQUILL_LIBRARY_WRITE, read);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, write);
  properties[PROP_COLOR] = g_param_spec_string ("color", NULL, NULL, NULL, write);
  properties[PROP_RELAY] = g_param_spec_string ("relay", NULL, NULL, NULL, write);
  properties[PROP_HIDE_ADDRESS] = g_param_spec_boolean ("hide-address", NULL, NULL, FALSE, write);
  properties[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, TRUE, write);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
coquill_library_init (CoquillLibrary *self)
{
  self->replicas = g_ptr_array_new_with_free_func (g_object_unref);
  self->removed = g_ptr_array_new_with_free_func (g_object_unref);
  self->online = TRUE;
  coquill_library_roads_init (self);
}

const char *
coquill_library_get_name (CoquillLibrary *self)
{
  return self->name;
}

const char *
coquill_library_get_color (CoquillLibrary *self)
{
  return self->color;
}

const char *
coquill_library_get_default_relay (CoquillLibrary *self)
{
  return *self->relay != '\0' ? self->relay : NULL;
}

gboolean
coquill_library_is_online (CoquillLibrary *self)
{
  return self->online;
}

gboolean
coquill_library_hides_address (CoquillLibrary *self)
{
  return self->hide_address;
}

CoquillDeviceKeys *
coquill_library_get_keys (CoquillLibrary *self)
{
  return self->keys;
}

CoquillStore *
coquill_library_get_store (CoquillLibrary *self)
{
  return self->store;
}

gboolean
coquill_library_is_read_only (CoquillLibrary *self)
{
  return self->mode == COQUILL_LIBRARY_READ;
}

CoquillReplica *
coquill_library_find (CoquillLibrary *self, const char *id, GError **error)
{
  CoquillReplica *found = NULL;

  g_return_val_if_fail (COQUILL_IS_LIBRARY (self) && id != NULL, NULL);

  for (guint i = 0; strlen (id) >= SHORTEST_PREFIX && i < self->replicas->len; i++)
    {
      CoquillReplica *replica = self->replicas->pdata[i];

      if (g_ascii_strncasecmp (coquill_replica_get_id (replica), id, strlen (id)) != 0)
        continue;
      if (found != NULL)
        {
          g_set_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_NOT_FOUND,
                       _ ("More than one document’s id begins with “%s”. Give more of it."), id);
          return NULL;
        }
      found = replica;
    }
  if (found == NULL)
    g_set_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_NOT_FOUND,
                 _ ("There is no document here whose id is or begins with “%s”."), id);
  return found;
}

CoquillJoin *
coquill_library_join (CoquillLibrary *self, const char *link)
{
  g_return_val_if_fail (COQUILL_IS_LIBRARY (self) && link != NULL, NULL);
  return coquill_join_new (self, link);
}

static void
removed_shut_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!coquill_replica_shut_finish (COQUILL_REPLICA (source), result, &error))
    g_debug ("A removed document was not written: %s", error->message);
}

void
coquill_library_remove (CoquillLibrary *self, CoquillReplica *replica)
{
  g_autoptr (CoquillReplica) kept = NULL;

  g_return_if_fail (COQUILL_IS_LIBRARY (self) && COQUILL_IS_REPLICA (replica));

  kept = g_object_ref (replica);
  if (!take_out (self, replica))
    return;
  coquill_replica_shut_async (replica, removed_shut_cb, NULL);
  g_ptr_array_add (self->removed, g_steal_pointer (&kept));
}

void
coquill_library_restore (CoquillLibrary *self, CoquillReplica *replica)
{
  g_return_if_fail (COQUILL_IS_LIBRARY (self) && COQUILL_IS_REPLICA (replica));

  if (!g_ptr_array_find (self->removed, replica, NULL))
    return;
  coquill_library_add (self, replica);
  g_ptr_array_remove (self->removed, replica);
}
