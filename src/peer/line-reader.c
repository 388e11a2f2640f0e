/* SPDX-License-Identifier: GPL-3.0-or-later */
/* line-reader.c: standard input, line by line, without blocking the main loop. */

#include "config.h"

#include "peer/line-reader.h"

#include <glib/gi18n.h>
#include <string.h>

/* A part of the object, whose size GObject keeps in 16 bits. */
#define CHUNK_BYTES 16384

struct _CoquillLineReader
{
  GObject parent_instance;

  GInputStream *stream;
  CoquillLineFunc func;
  gpointer user_data;

  GByteArray *rest; /* what came after the last line end */
  gsize searched;   /* bytes of it known to hold no line end */
  guint8 chunk[CHUNK_BYTES];
};

G_DEFINE_FINAL_TYPE (CoquillLineReader, coquill_line_reader, G_TYPE_OBJECT)

static void
coquill_line_reader_finalize (GObject *object)
{
  CoquillLineReader *self = COQUILL_LINE_READER (object);

  g_clear_object (&self->stream);
  g_byte_array_unref (self->rest);
  G_OBJECT_CLASS (coquill_line_reader_parent_class)->finalize (object);
}

static void
coquill_line_reader_class_init (CoquillLineReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = coquill_line_reader_finalize;
}

static void
coquill_line_reader_init (CoquillLineReader *self)
{
  self->rest = g_byte_array_new ();
}

CoquillLineReader *
coquill_line_reader_new (GInputStream *stream, CoquillLineFunc func, gpointer user_data)
{
  CoquillLineReader *self = g_object_new (COQUILL_TYPE_LINE_READER, NULL);

  self->stream = g_object_ref (stream);
  self->func = func;
  self->user_data = user_data;
  return self;
}

/* Returns: whether the caller wants more */
static gboolean
hand_on_lines (CoquillLineReader *self)
{
  gsize start = 0;
  gboolean more = TRUE;

  while (more)
    {
      const char *data = (const char *)self->rest->data;
      const char *end = memchr (data + self->searched, '\n', self->rest->len - self->searched);
      gsize length;

      if (end == NULL)
        break;
      length = end - (data + start);
      more = self->func (data + start, length, self->user_data);
      start += length + 1;
      self->searched = start;
    }
  g_byte_array_remove_range (self->rest, 0, start);
  self->searched = self->rest->len;
  return more;
}

static void
read_more (GTask *task);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CoquillLineReader *self = g_task_get_source_object (task);
  GError *error = NULL;
  gssize n_read = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n_read < 0)
    {
      g_task_return_error (task, error);
      return;
    }
  if (n_read == 0)
    {
      if (self->rest->len == 0
          || self->func ((const char *)self->rest->data, self->rest->len, self->user_data))
        self->func (NULL, 0, self->user_data);
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (self->rest->len + n_read > COQUILL_LINE_READER_MAX_BYTES)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                               _ ("A line of the input is longer than 64 MiB."));
      return;
    }
  g_byte_array_append (self->rest, self->chunk, n_read);
  if (hand_on_lines (self))
    read_more (g_steal_pointer (&task));
  else
    g_task_return_boolean (task, TRUE);
}

static void
read_more (GTask *task)
{
  CoquillLineReader *self = g_task_get_source_object (task);

  g_input_stream_read_async (self->stream, self->chunk, sizeof self->chunk, G_PRIORITY_DEFAULT,
                             g_task_get_cancellable (task), read_cb, task);
}

void
coquill_line_reader_run_async (CoquillLineReader *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, coquill_line_reader_run_async);
  read_more (task);
}

gboolean
coquill_line_reader_run_finish (CoquillLineReader *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
