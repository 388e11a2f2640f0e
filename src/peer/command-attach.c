/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-attach.c: watch and edit in one process, for programs that type into a document live. */

#include "config.h"

#include "peer/command.h"
#include "peer/edit-line.h"
#include "peer/line-reader.h"
#include "peer/watcher.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib/gi18n.h>
#include <unistd.h>

/* How long to wait for the relay at the end of the input. */
#define DELIVER_SECONDS 5

typedef struct
{
  CoquillReplica *replica;
  CoquillWatcher *watcher;
  guint64 lines;      /* read so far */
  guint64 committing; /* of them asked to be on disk by the commit under way, 0 without one */
  guint64 saved;      /* of them on disk */
} Attachment;

static void
commit (Attachment *self);

static void
committed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Attachment *self = user_data;
  g_autoptr (GError) error = NULL;

  if (coquill_replica_commit_finish (COQUILL_REPLICA (source), result, &error))
    {
      self->saved = self->committing;
      coquill_watcher_tell_saved (self->watcher, self->saved);
    }
  else
    coquill_watcher_tell_error (self->watcher, self->committing, error->message);
  self->committing = 0;
  if (error == NULL)
    commit (self);
}

/* One commit at a time: while the disk works, lines gather for the next. */
static void
commit (Attachment *self)
{
  if (self->committing != 0 || self->saved == self->lines)
    return;
  self->committing = self->lines;
  coquill_replica_commit_async (self->replica, NULL, committed_cb, self);
}

static gboolean
attach_line (const char *line, gsize length, gpointer user_data)
{
  Attachment *self = user_data;
  g_autoptr (GError) error = NULL;

  if (line == NULL)
    return FALSE;
  self->lines++;
  if (length > 0 && !coquill_edit_line_apply (self->replica, line, length, TRUE, &error))
    coquill_watcher_tell_error (self->watcher, self->lines, error->message);
  commit (self);
  return TRUE;
}

static void
flush (CoquillWatcher *watcher)
{
  g_autoptr (GAsyncResult) result = NULL;
  CoquillWait wait = { NULL };

  coquill_watcher_flush_async (watcher, NULL, coquill_wait_done_cb, &wait);
  result = coquill_wait_for (&wait);
  /* Nobody reads any more: there is nobody to tell. */
  (void)coquill_watcher_flush_finish (watcher, result, NULL);
}

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  Attachment self = { .replica = coquill_peer_open_document (peer, arguments[0]) };
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GOutputStream) output = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  g_autoptr (CoquillLineReader) reader = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CoquillWait wait = { NULL };
  CoquillExit status = COQUILL_EXIT_DONE;

  if (self.replica == NULL)
    return COQUILL_EXIT_FAILED;

  self.watcher = coquill_watcher_new (self.replica, output, TRUE, peer->cancellable);
  reader = coquill_line_reader_new (input, attach_line, &self);
  coquill_line_reader_run_async (reader, peer->cancellable, coquill_wait_done_cb, &wait);
  result = coquill_wait_for (&wait);
  if (!coquill_line_reader_run_finish (reader, result, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      coquill_peer_complain ("%s", error->message);
      status = COQUILL_EXIT_FAILED;
    }

  while (self.committing != 0)
    g_main_context_iteration (NULL, TRUE);
  if (self.saved != self.lines && !coquill_peer_commit (self.replica))
    status = COQUILL_EXIT_FAILED;
  coquill_peer_deliver (peer, self.replica, DELIVER_SECONDS);
  flush (self.watcher);
  g_clear_object (&self.watcher);
  return status;
}

const CoquillCommand coquill_command_attach = {
  .name = "attach",
  .synopsis = "DOC",
  .summary = N_ ("Watch and edit in one process, as lines of JSON"),
  .mode = COQUILL_LIBRARY_WRITE,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
