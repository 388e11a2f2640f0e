/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text-file.c: see the header. */

#include "editor/text-file.h"

#include <glib/gi18n.h>

/* What is read from a file at once, in bytes. */
#define SLICE (256 * 1024)

typedef struct
{
  char *name;
  GBytes *bytes;
} Contents;

static void
contents_free (gpointer data)
{
  Contents *contents = data;

  g_free (contents->name);
  g_clear_pointer (&contents->bytes, g_bytes_unref);
  g_free (contents);
}

/* Fails once there is more than is allowed, whatever size the file system tells. */
static GBytes *
read_bounded (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) array = g_byte_array_new ();

  for (;;)
    {
      g_autoptr (GBytes) slice = g_input_stream_read_bytes (stream, SLICE, cancellable, error);

      if (slice == NULL)
        return NULL;
      if (g_bytes_get_size (slice) == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&array));
      if (array->len + g_bytes_get_size (slice) > COQUILL_TEXT_FILE_MAX_BYTES)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, _ ("it is larger than %d MB."),
                       COQUILL_TEXT_FILE_MAX_BYTES / (1024 * 1024));
          return NULL;
        }
      g_byte_array_append (array, g_bytes_get_data (slice, NULL), (guint)g_bytes_get_size (slice));
    }
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info
      = g_file_query_info (source, G_FILE_ATTRIBUTE_STANDARD_DISPLAY_NAME, 0, cancellable, &error);
  g_autoptr (GFileInputStream) stream = info != NULL ? g_file_read (source, cancellable, &error) : NULL;
  g_autoptr (GBytes) bytes
      = stream != NULL ? read_bounded (G_INPUT_STREAM (stream), cancellable, &error) : NULL;
  Contents *contents;

  if (bytes == NULL)
    {
      g_autofree char *name = g_file_get_basename (source);

      /* Translators: the name of a file and the reason, which is a sentence or its end */
      g_task_return_new_error (task, error->domain, error->code, _ ("“%s” can’t be opened: %s"),
                               name != NULL ? name : "", error->message);
      return;
    }
  contents = g_new0 (Contents, 1);
  contents->name = g_strdup (g_file_info_get_display_name (info));
  contents->bytes = g_steal_pointer (&bytes);
  g_task_return_pointer (task, contents, contents_free);
}

void
coquill_text_file_read_async (GFile *file,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (file, cancellable, callback, user_data);

  g_task_set_source_tag (task, coquill_text_file_read_async);
  g_task_run_in_thread (task, read_thread);
}

GBytes *
coquill_text_file_read_finish (GFile *file, GAsyncResult *result, char **name, GError **error)
{
  Contents *contents = g_task_propagate_pointer (G_TASK (result), error);
  GBytes *bytes;

  if (contents == NULL)
    return NULL;
  *name = g_steal_pointer (&contents->name);
  bytes = g_steal_pointer (&contents->bytes);
  contents_free (contents);
  return bytes;
}
