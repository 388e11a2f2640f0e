/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace.c: recorded editing histories, read from JSON, gzipped or plain. */

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

/* A gzipped file begins with 1F 8B. */
static GInputStream *
open_file (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);

  if (stream == NULL)
    return NULL;

  g_autoptr (GInputStream) buffered = g_buffered_input_stream_new (G_INPUT_STREAM (stream));
  guint8 magic[2];

  if (g_buffered_input_stream_fill (G_BUFFERED_INPUT_STREAM (buffered), -1, NULL, error) < 0)
    return NULL;
  if (g_buffered_input_stream_peek (G_BUFFERED_INPUT_STREAM (buffered), magic, 0, 2) < 2 || magic[0] != 0x1f
      || magic[1] != 0x8b)
    return g_steal_pointer (&buffered);

  g_autoptr (GZlibDecompressor) decompressor = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);

  return g_converter_input_stream_new (buffered, G_CONVERTER (decompressor));
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

static void
load_start (TraceTransaction *self, const char *start)
{
  self->n_patches = 1;
  self->patches = g_new0 (TracePatch, 1);
  self->patches[0].inserted = g_strdup (start);
}

static Trace *
load_trace (JsonObject *root)
{
  JsonArray *transactions = json_object_get_array_member (root, "txns");
  const char *start = json_object_get_string_member_with_default (root, "startContent", "");
  Trace *self = g_new0 (Trace, 1);

  self->concurrent
      = g_strcmp0 (json_object_get_string_member_with_default (root, "kind", NULL), "concurrent") == 0;

  guint first = !self->concurrent && start[0] != '\0';

  self->n_agents = (guint)json_object_get_int_member_with_default (root, "numAgents", 1);
  self->end_content = g_strdup (json_object_get_string_member (root, "endContent"));
  self->n_transactions = first + json_array_get_length (transactions);
  self->transactions = g_new0 (TraceTransaction, self->n_transactions);
  if (first != 0)
    load_start (&self->transactions[0], start);
  for (guint i = first; i < self->n_transactions; i++)
    load_transaction (&self->transactions[i], json_array_get_object_element (transactions, i - first),
                      self->concurrent);
  return self;
}

Trace *
trace_read (const char *path, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GInputStream) stream = open_file (path, error);

  if (stream == NULL || !json_parser_load_from_stream (parser, stream, NULL, error))
    return NULL;

  JsonNode *root = json_parser_get_root (parser);
  JsonObject *object = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;

  if (object == NULL || !json_object_has_member (object, "txns")
      || !json_object_has_member (object, "endContent"))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "no trace: it lacks txns or endContent");
      return NULL;
    }
  return load_trace (object);
}

Trace *
trace_load (const char *path)
{
  g_autoptr (GError) error = NULL;
  Trace *self = trace_read (path, &error);

  g_assert_no_error (error);
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
