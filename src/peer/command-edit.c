/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-edit.c: edit a document by lines of JSON, or make its text another. */

#include "config.h"

#include "peer/command.h"
#include "peer/edit-line.h"
#include "peer/line-reader.h"
#include "peer/text-input.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

/* How long to wait for the relay before saying that nobody has the changes yet. */
#define DELIVER_SECONDS 5

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static char *replacement = NULL;

static const GOptionEntry options[] = {
  { "replace", 0, 0, G_OPTION_ARG_FILENAME, &replacement,
    N_ ("Change the text into that of a file, - for standard input, by the few edits that it takes"),
    N_ ("FILE") },
  { NULL },
};

typedef struct
{
  CoquillReplica *replica;
  guint64 line; /* the number of the line last read */
  GError *error;
} Edit;

static gboolean
edit_line (const char *line, gsize length, gpointer user_data)
{
  Edit *edit = user_data;

  if (line == NULL)
    return FALSE;
  edit->line++;
  return length == 0 || coquill_edit_line_apply (edit->replica, line, length, FALSE, &edit->error);
}

static CoquillExit
edit_by_lines (CoquillPeer *peer, CoquillReplica *replica)
{
  Edit edit = { replica, 0, NULL };
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (CoquillLineReader) reader = coquill_line_reader_new (input, edit_line, &edit);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CoquillWait wait = { NULL };
  CoquillExit status = COQUILL_EXIT_DONE;

  coquill_line_reader_run_async (reader, peer->cancellable, coquill_wait_done_cb, &wait);
  result = coquill_wait_for (&wait);
  if (!coquill_line_reader_run_finish (reader, result, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      coquill_peer_complain ("%s", error->message);
      status = COQUILL_EXIT_FAILED;
    }
  if (edit.error != NULL)
    {
      /* The number as a string: translators' tools do not know G_GUINT64_FORMAT. */
      g_autofree char *line = g_strdup_printf ("%" G_GUINT64_FORMAT, edit.line);

      coquill_peer_complain (_ ("Line %s: %s The lines before it were applied."), line, edit.error->message);
      g_clear_error (&edit.error);
      status = COQUILL_EXIT_FAILED;
    }
  return status;
}

/* A byte order mark is the file's, and no part of its text, unless the document begins with one too: then it
 * came from there. */
static gsize
count_mark (CoquillReplica *replica, const char *text, gsize length)
{
  g_autofree char *first = coquill_replica_dup_range (replica, 0, 1, NULL);

  return length >= strlen (BYTE_ORDER_MARK) && memcmp (text, BYTE_ORDER_MARK, strlen (BYTE_ORDER_MARK)) == 0
                 && !g_str_equal (first, BYTE_ORDER_MARK)
             ? strlen (BYTE_ORDER_MARK)
             : 0;
}

static CoquillExit
replace_text (CoquillReplica *replica, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  gsize length, mark;
  const char *text = g_bytes_get_data (bytes, &length);
  guint n_edits;

  mark = count_mark (replica, text, length);
  if (!coquill_replica_replace_text (replica, length > mark ? text + mark : "", (gssize)(length - mark),
                                     &n_edits, &error))
    {
      coquill_peer_complain ("%s", error->message);
      return COQUILL_EXIT_FAILED;
    }
  if (n_edits == 0)
    coquill_peer_complain (_ ("The document has this text already; nothing was changed."));
  return COQUILL_EXIT_DONE;
}

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  CoquillReplica *replica;
  CoquillExit status;

  /* Before the document is opened: what others write while standard input is typed isn't to be undone. */
  if (replacement != NULL
      && (bytes = coquill_text_input_read (replacement, peer->cancellable, &error)) == NULL)
    {
      coquill_peer_complain ("%s", error->message);
      return COQUILL_EXIT_FAILED;
    }
  replica = coquill_peer_open_document (peer, arguments[0]);
  if (replica == NULL)
    return COQUILL_EXIT_FAILED;

  status = bytes != NULL ? replace_text (replica, bytes) : edit_by_lines (peer, replica);
  if (!coquill_peer_commit (replica))
    return COQUILL_EXIT_FAILED;
  coquill_peer_deliver (peer, replica, DELIVER_SECONDS);
  return status;
}

const CoquillCommand coquill_command_edit = {
  .name = "edit",
  .synopsis = "DOC [--replace FILE]",
  .summary = N_ ("Edit by lines of JSON from standard input, or make the text that of a file"),
  .mode = COQUILL_LIBRARY_WRITE,
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
