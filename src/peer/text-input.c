/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text-input.c: a text from a file or standard input. */

#include "config.h"

#include "peer/text-input.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

/* What is read at once, in bytes. */
#define SLICE (256 * 1024)

static GInputStream *
open_input (const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = NULL;

  if (g_str_equal (name, "-"))
    return g_unix_input_stream_new (STDIN_FILENO, FALSE);
  file = g_file_new_for_path (name);

  return G_INPUT_STREAM (g_file_read (file, cancellable, error));
}

/* Fails once there is more than is allowed, whatever size the file system tells. */
static GByteArray *
read_bounded (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (;;)
    {
      g_autoptr (GBytes) slice = g_input_stream_read_bytes (stream, SLICE, cancellable, error);

      if (slice == NULL)
        return NULL;
      if (g_bytes_get_size (slice) == 0)
        return g_steal_pointer (&bytes);
      if (bytes->len + g_bytes_get_size (slice) > COQUILL_TEXT_INPUT_MAX_BYTES)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, _ ("it is larger than %d MB."),
                       COQUILL_TEXT_INPUT_MAX_BYTES / (1024 * 1024));
          return NULL;
        }
      g_byte_array_append (bytes, g_bytes_get_data (slice, NULL), (guint)g_bytes_get_size (slice));
    }
}

static gboolean
check_text (const GByteArray *bytes, GError **error)
{
  const char *text = (const char *)bytes->data;
  const char *end;
  guint line = 1;

  if (bytes->len == 0 || g_utf8_validate_len (text, bytes->len, &end))
    return TRUE;
  for (const char *at = text; at < end; at++)
    line += *at == '\n';
  if (*end == '\0')
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 _ ("it isn’t a text: line %u has a character with the number zero."), line);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 _ ("it isn’t a text in UTF-8: line %u has a byte that means nothing there. Save it as UTF-8 "
                    "and try again."),
                 line);

  return FALSE;
}

GBytes *
coquill_text_input_read (const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GInputStream) stream = open_input (name, cancellable, &problem);
  g_autoptr (GByteArray) bytes = stream != NULL ? read_bounded (stream, cancellable, &problem) : NULL;

  if (bytes != NULL && check_text (bytes, &problem))
    return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  /* Translators: the name of a file and the reason, which is a sentence or its end */
  g_set_error (error, problem->domain, problem->code, _ ("“%s” can’t be read, and nothing was changed: %s"),
               g_str_equal (name, "-") ? _ ("standard input") : name, problem->message);

  return NULL;
}
