/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake-library.c: CoquillLibrary in memory. */

#include "fake-replica.h"

#include <string.h>

struct _CoquillLibrary
{
  GObject parent_instance;

  GListStore *documents;
  char *data_dir;
  char *name;
  char *color;
  char *relay;
  gboolean hide_address;
  gboolean online;
};

enum
{
  PROP_0,
  PROP_DATA_DIR,
  PROP_NAME,
  PROP_COLOR,
  PROP_RELAY,
  PROP_HIDE_ADDRESS,
  PROP_ONLINE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static GError *next_open_error;

static void
list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CoquillLibrary,
                               coquill_library,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *model)
{
  return COQUILL_TYPE_REPLICA;
}

static guint
get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (COQUILL_LIBRARY (model)->documents));
}

static gpointer
get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (COQUILL_LIBRARY (model)->documents), position);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
coquill_library_finalize (GObject *object)
{
  CoquillLibrary *self = COQUILL_LIBRARY (object);

  g_clear_object (&self->documents);
  g_free (self->data_dir);
  g_free (self->name);
  g_free (self->color);
  g_free (self->relay);
  G_OBJECT_CLASS (coquill_library_parent_class)->finalize (object);
}

static void
coquill_library_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CoquillLibrary *self = COQUILL_LIBRARY (object);

  switch (id)
    {
    case PROP_DATA_DIR:
      g_value_set_string (value, self->data_dir);
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
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_library_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CoquillLibrary *self = COQUILL_LIBRARY (object);

  switch (id)
    {
    case PROP_NAME:
      g_set_str (&self->name, g_value_get_string (value));
      break;
    case PROP_COLOR:
      g_set_str (&self->color, g_value_get_string (value));
      break;
    case PROP_RELAY:
      g_set_str (&self->relay, g_value_get_string (value));
      break;
    case PROP_HIDE_ADDRESS:
      self->hide_address = g_value_get_boolean (value);
      break;
    case PROP_ONLINE:
      self->online = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_library_class_init (CoquillLibraryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = coquill_library_finalize;
  object_class->get_property = coquill_library_get_property;
  object_class->set_property = coquill_library_set_property;
  props[PROP_DATA_DIR] = g_param_spec_string ("data-dir", NULL, NULL, NULL, G_PARAM_READABLE);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_COLOR] = g_param_spec_string ("color", NULL, NULL, NULL, flags);
  props[PROP_RELAY] = g_param_spec_string ("relay", NULL, NULL, NULL, flags);
  props[PROP_HIDE_ADDRESS] = g_param_spec_boolean ("hide-address", NULL, NULL, FALSE, flags);
  props[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
items_changed_cb (CoquillLibrary *self, guint position, guint removed, guint added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
coquill_library_init (CoquillLibrary *self)
{
  self->documents = g_list_store_new (COQUILL_TYPE_REPLICA);
  g_signal_connect_object (self->documents, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  self->data_dir = g_build_filename (g_get_tmp_dir (), "coquill-fake", NULL);
  self->name = g_strdup ("Me Myself");
  self->color = g_strdup ("#3584e4");
  self->relay = g_strdup ("");
  self->online = TRUE;
}

CoquillLibrary *
coquill_fake_library_new (void)
{
  return g_object_new (COQUILL_TYPE_LIBRARY, NULL);
}

void
coquill_fake_library_fail_next_open (const GError *error)
{
  g_clear_error (&next_open_error);
  next_open_error = g_error_copy (error);
}

CoquillReplica *
coquill_fake_library_add (CoquillLibrary *self, const char *title, const char *text)
{
  g_autoptr (CoquillReplica) replica = coquill_fake_replica_new (title, text);

  g_list_store_insert (self->documents, 0, replica);
  return replica;
}

char *
coquill_library_default_data_dir (void)
{
  return g_build_filename (g_get_user_data_dir (), "coquill", NULL);
}

void
coquill_library_open_async (const char *data_dir,
                            CoquillLibraryMode mode,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  if (next_open_error != NULL)
    g_task_return_error (task, g_steal_pointer (&next_open_error));
  else
    g_task_return_pointer (task, coquill_fake_library_new (), g_object_unref);
}

CoquillLibrary *
coquill_library_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
coquill_library_close_async (CoquillLibrary *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_boolean (task, TRUE);
}

gboolean
coquill_library_close_finish (CoquillLibrary *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
coquill_library_create_async (CoquillLibrary *self,
                              const char *title,
                              GBytes *text,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *string = NULL;
  gsize length = text != NULL ? g_bytes_get_size (text) : 0;

  string = length > 0 ? g_strndup (g_bytes_get_data (text, NULL), length) : g_strdup ("");
  if (!g_utf8_validate (string, -1, NULL) || strlen (string) != length)
    {
      g_task_return_new_error (task, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_TEXT,
                               "This is not text in UTF-8. The file is untouched.");
      return;
    }
  g_task_return_pointer (task, g_object_ref (coquill_fake_library_add (self, title, string)), g_object_unref);
}

CoquillReplica *
coquill_library_create_finish (CoquillLibrary *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

CoquillReplica *
coquill_library_find (CoquillLibrary *self, const char *id, GError **error)
{
  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    {
      g_autoptr (CoquillReplica) replica = get_item (G_LIST_MODEL (self), i);

      if (g_str_has_prefix (coquill_replica_get_id (replica), id))
        return replica;
    }
  g_set_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_NOT_FOUND, "There is no such document.");
  return NULL;
}

CoquillJoin *
coquill_library_join (CoquillLibrary *self, const char *link)
{
  return coquill_fake_join_new (link);
}

void
coquill_library_check_relay_async (CoquillLibrary *self,
                                   const char *relay,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (strstr (relay, "nowhere") != NULL)
    g_task_return_new_error (task, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_RELAY,
                             "Nobody answers at this address.");
  else
    g_task_return_pointer (task, g_strdup (relay), g_free);
}

char *
coquill_library_check_relay_finish (CoquillLibrary *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
coquill_library_remove (CoquillLibrary *self, CoquillReplica *replica)
{
  guint position;

  if (g_list_store_find (self->documents, replica, &position))
    g_list_store_remove (self->documents, position);
}

void
coquill_library_restore (CoquillLibrary *self, CoquillReplica *replica)
{
  g_list_store_insert (self->documents, 0, replica);
}
