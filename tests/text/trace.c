/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace.c: recorded editing histories, read from gzipped JSON. */

#include "trace.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

char *
trace_path (const char *name)
{
  const char *folder = g_getenv ("COQUILL_TRACES");
  g_autofree char *file = g_strconcat (name, ".json.gz", NULL);
  g_autofree char *path = NULL;

  if (folder != NULL)
    path = g_build_filename (folder, file, NULL);
  else if (g_getenv ("COQUILL_SOURCE") != NULL)
    path = g_build_filename (g_getenv ("COQUILL_SOURCE"), "..", "shared", "traces", file, NULL);

  return path != NULL && g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

static GInputStream *
open_gzip (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GZlibDecompressor) decompressor = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, &error);

  g_assert_no_error (error);
  return g_converter_input_stream_new (G_INPUT_STREAM (stream), G_CONVERTER (decompressor));
}

static void
load_patches (TraceTransaction *self, JsonArray *patches)
{
  self->n_patches = json_array_get_length (patches);
  self->patches = g_new0 (TracePatch, self->n_patches);
  for (guint i = 0; i < self->n_patches; i++)
    {
      JsonArray *patch = json_array_get_array_element (patches, i);

      self->patches[i].position = (guint64)json_array_get_int_element (patch, 0);
      self->patches[i].deleted = (guint64)json_array_get_int_element (patch, 1);
      self->patches[i].inserted = g_strdup (json_array_get_string_element (patch, 2));
    }
}

static void
load_transaction (TraceTransaction *self, JsonObject *object, gboolean concurrent)
{
  if (concurrent)
    {
      JsonArray *parents = json_object_get_array_member (object, "parents");

      self->agent = (guint)json_object_get_int_member (object, "agent");
      self->n_parents = json_array_get_length (parents);
      self->parents = g_new0 (guint, self->n_parents);
      for (guint i = 0; i < self->n_parents; i++)
        self->parents[i] = (guint)json_array_get_int_element (parents, i);
    }
  load_patches (self, json_object_get_array_member (object, "patches"));
}

Trace *
trace_load (const char *path)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GInputStream) stream = open_gzip (path);
  g_autoptr (GError) error = NULL;

  json_parser_load_from_stream (parser, stream, NULL, &error);
  g_assert_no_error (error);

  JsonObject *root = json_node_get_object (json_parser_get_root (parser));
  JsonArray *transactions = json_object_get_array_member (root, "txns");
  Trace *self = g_new0 (Trace, 1);

  self->concurrent
      = g_strcmp0 (json_object_get_string_member_with_default (root, "kind", NULL), "concurrent") == 0;
  self->n_agents = (guint)json_object_get_int_member_with_default (root, "numAgents", 1);
  self->end_content = g_strdup (json_object_get_string_member (root, "endContent"));
  self->n_transactions = json_array_get_length (transactions);
  self->transactions = g_new0 (TraceTransaction, self->n_transactions);
  for (guint i = 0; i < self->n_transactions; i++)
    load_transaction (&self->transactions[i], json_array_get_object_element (transactions, i),
                      self->concurrent);
  return self;
}

void
trace_free (Trace *self)
{
  for (guint i = 0; i < self->n_transactions; i++)
    {
      TraceTransaction *transaction = &self->transactions[i];

      for (guint j = 0; j < transaction->n_patches; j++)
        g_free (transaction->patches[j].inserted);
      g_free (transaction->patches);
      g_free (transaction->parents);
    }
  g_free (self->transactions);
  g_free (self->end_content);
  g_free (self);
}
