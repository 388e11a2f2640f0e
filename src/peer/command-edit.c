/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-edit.c: edit a document by lines of JSON. */

#include "config.h"

#include "peer/command.h"
#include "peer/edit-line.h"
#include "peer/line-reader.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <unistd.h>

/* How long to wait for the relay before saying that nobody has the changes yet. */
#define DELIVER_SECONDS 5

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
run (CoquillPeer *peer, char **arguments)
{
  Edit edit = { coquill_peer_open_document (peer, arguments[0]), 0, NULL };
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (CoquillLineReader) reader = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CoquillWait wait = { NULL };
  CoquillExit status = COQUILL_EXIT_DONE;

  if (edit.replica == NULL)
    return COQUILL_EXIT_FAILED;

  reader = coquill_line_reader_new (input, edit_line, &edit);
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

  if (!coquill_peer_commit (edit.replica))
    return COQUILL_EXIT_FAILED;
  coquill_peer_deliver (peer, edit.replica, DELIVER_SECONDS);
  return status;
}

const CoquillCommand coquill_command_edit = {
  .name = "edit",
  .synopsis = "DOC",
  .summary = N_ ("Edit by lines of JSON from standard input"),
  .mode = COQUILL_LIBRARY_WRITE,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
