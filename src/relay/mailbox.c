/* mailbox.c: the relay's memory, behind a thread of its own */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/mailbox.h"

#include <gio/gio.h>

/* A job costs at least this in the count of queued bytes, so that many small ones count too. */
#define JOB_BYTES 256

/* What the reads of one batch may bring into memory, in bytes. */
#define READ_BYTES (16 * 1024 * 1024)

struct _CoquillMailbox
{
  CoquillMailboxFile *file; /* (owned) the thread's, once it runs */
  gpointer server;
  GThread *thread;
  GMainContext *context; /* (owned) of the main thread */
  gsize queued;          /* main thread */
  guint pending;         /* main thread */

  GMutex mutex; /* guards what follows */
  GCond cond;
  GQueue waiting;  /* (owned) CoquillMailboxJob, for the thread */
  GQueue answered; /* (owned) CoquillMailboxJob, for the main thread */
  GSource *answer; /* (owned) (nullable) */
  gboolean ends;
};

static void
job_free (CoquillMailboxJob *job)
{
  if (job->context != NULL && job->free_context != NULL)
    job->free_context (job->context);
  g_clear_pointer (&job->data, g_bytes_unref);
  g_clear_pointer (&job->items, g_array_unref);
  g_clear_error (&job->error);
  coquill_mailbox_room_clear (&job->found);
  g_free (job);
}

static gsize
job_cost (const CoquillMailboxJob *job)
{
  return JOB_BYTES
         + (job->data != NULL && job->work != COQUILL_MAILBOX_GET_BULLETIN ? g_bytes_get_size (job->data)
                                                                           : 0);
}

CoquillMailboxJob *
coquill_mailbox_job_new (CoquillMailboxWork work, const guint8 *room, CoquillMailboxDone done)
{
  CoquillMailboxJob *job = g_new0 (CoquillMailboxJob, 1);

  job->work = work;
  job->done = done;
  memcpy (job->room, room, sizeof job->room);
  return job;
}

static void
item_clear (gpointer item)
{
  coquill_mailbox_item_clear (item);
}

static GArray *
item_array_new (void)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (CoquillMailboxItem));

  g_array_set_clear_func (items, item_clear);
  return items;
}

static CoquillMailboxResult
enter (CoquillMailboxFile *file, CoquillMailboxJob *job)
{
  CoquillMailboxResult result;

  if (job->data != NULL)
    {
      result = coquill_mailbox_file_put_lock (file, job->room, job->data, job->lock_number, job->mailbox,
                                              &job->error);
      if (result != COQUILL_MAILBOX_DONE)
        return result;
    }
  return coquill_mailbox_file_read_room (file, job->room, &job->found, &job->error);
}

static CoquillMailboxResult
do_work (CoquillMailboxFile *file, CoquillMailboxJob *job)
{
  switch (job->work)
    {
    case COQUILL_MAILBOX_ENTER:
      coquill_mailbox_room_clear (&job->found);
      return enter (file, job);
    case COQUILL_MAILBOX_APPEND:
      return coquill_mailbox_file_append (file, job->room, job->data, &job->position, &job->error);
    case COQUILL_MAILBOX_READ:
      g_clear_pointer (&job->items, g_array_unref);
      job->items = item_array_new ();
      return coquill_mailbox_file_read (file, job->room, job->position, job->budget, job->items,
                                        &job->complete, &job->error);
    case COQUILL_MAILBOX_PUT_BULLETIN:
      return coquill_mailbox_file_put_bulletin (file, job->room, job->data, &job->error);
    case COQUILL_MAILBOX_GET_BULLETIN:
      g_clear_pointer (&job->data, g_bytes_unref);
      return coquill_mailbox_file_get_bulletin (file, job->room, &job->data, &job->error);
    case COQUILL_MAILBOX_ADD_KNOCK:
      return coquill_mailbox_file_add_knock (file, job->room, job->data, &job->position, &job->error);
    case COQUILL_MAILBOX_READ_KNOCKS:
      g_clear_pointer (&job->items, g_array_unref);
      job->items = item_array_new ();
      return coquill_mailbox_file_read_knocks (file, job->room, job->items, &job->error);
    case COQUILL_MAILBOX_REMOVE_KNOCK:
      return coquill_mailbox_file_remove_knock (file, job->room, job->position, &job->error);
    case COQUILL_MAILBOX_ERASE:
      return coquill_mailbox_file_erase (file, job->room, &job->error);
    default:
      g_assert_not_reached ();
    }
}

/* Does some jobs in one transaction. Returns FALSE if nothing of it is on the disk; @error says why if it was
 * not one job's own error. */
static gboolean
try_batch (CoquillMailboxFile *file, GPtrArray *jobs, GError **error)
{
  CoquillDatabase *database = coquill_mailbox_file_get_database (file);

  if (!coquill_database_begin (database, error))
    return FALSE;
  for (guint i = 0; i < jobs->len; i++)
    {
      CoquillMailboxJob *job = jobs->pdata[i];
      job->result = do_work (file, job);
      if (job->result != COQUILL_MAILBOX_FAILED)
        continue;
      coquill_database_rollback (database);
      coquill_mailbox_file_forget (file);
      return FALSE;
    }
  if (coquill_database_commit (database, error))
    return TRUE;
  coquill_mailbox_file_forget (file);
  return FALSE;
}

static void
do_batch (CoquillMailboxFile *file, GPtrArray *jobs)
{
  g_autoptr (GError) first_error = NULL;

  if (try_batch (file, jobs, &first_error))
    return;
  for (guint i = 0; i < jobs->len; i++)
    {
      CoquillMailboxJob *job = jobs->pdata[i];
      g_autoptr (GPtrArray) alone = g_ptr_array_new ();
      g_autoptr (GError) error = NULL;

      g_clear_error (&job->error);
      g_ptr_array_add (alone, job);
      if (try_batch (file, alone, &error))
        continue;
      job->result = COQUILL_MAILBOX_FAILED;
      if (job->error == NULL)
        job->error = g_steal_pointer (&error);
    }
}

static gboolean
answer_cb (gpointer data)
{
  CoquillMailbox *self = data;
  GQueue answered;
  CoquillMailboxJob *job;

  g_mutex_lock (&self->mutex);
  answered = self->answered;
  g_queue_init (&self->answered);
  g_clear_pointer (&self->answer, g_source_unref);
  g_mutex_unlock (&self->mutex);

  while ((job = g_queue_pop_head (&answered)) != NULL)
    {
      self->queued -= job_cost (job);
      self->pending--;
      if (job->done != NULL)
        job->done (job, self->server);
      job_free (job);
    }
  return G_SOURCE_REMOVE;
}

static void
take_batch (CoquillMailbox *self, GPtrArray *batch)
{
  gsize reads = 0;

  g_ptr_array_set_size (batch, 0);
  while (batch->len < COQUILL_MAILBOX_BATCH && self->waiting.length > 0 && reads < READ_BYTES)
    {
      CoquillMailboxJob *job = g_queue_pop_head (&self->waiting);
      reads += job->budget;
      g_ptr_array_add (batch, job);
    }
}

static gpointer
run_thread (gpointer data)
{
  CoquillMailbox *self = data;
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();

  g_mutex_lock (&self->mutex);
  for (;;)
    {
      while (self->waiting.length == 0 && !self->ends)
        g_cond_wait (&self->cond, &self->mutex);
      if (self->waiting.length == 0)
        break;
      take_batch (self, batch);
      g_mutex_unlock (&self->mutex);

      do_batch (self->file, batch);

      g_mutex_lock (&self->mutex);
      for (guint i = 0; i < batch->len; i++)
        g_queue_push_tail (&self->answered, batch->pdata[i]);
      if (self->answer == NULL)
        {
          self->answer = g_idle_source_new ();
          g_source_set_priority (self->answer, G_PRIORITY_DEFAULT);
          g_source_set_callback (self->answer, answer_cb, self, NULL);
          g_source_attach (self->answer, self->context);
        }
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

CoquillMailbox *
coquill_mailbox_new (CoquillMailboxFile *file, gpointer server)
{
  CoquillMailbox *self = g_new0 (CoquillMailbox, 1);

  self->file = file;
  self->server = server;
  self->context = g_main_context_ref_thread_default ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->waiting);
  g_queue_init (&self->answered);
  self->thread = g_thread_new ("mailbox", run_thread, self);
  return self;
}

void
coquill_mailbox_free (CoquillMailbox *self)
{
  g_mutex_lock (&self->mutex);
  self->ends = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);

  if (self->answer != NULL)
    g_source_destroy (self->answer);
  g_clear_pointer (&self->answer, g_source_unref);
  g_queue_clear_full (&self->answered, (GDestroyNotify)job_free);
  coquill_mailbox_file_close (self->file);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
coquill_mailbox_push (CoquillMailbox *self, CoquillMailboxJob *job)
{
  self->queued += job_cost (job);
  self->pending++;
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->waiting, job);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

gsize
coquill_mailbox_get_queued (CoquillMailbox *self)
{
  return self->queued;
}

guint
coquill_mailbox_get_pending (CoquillMailbox *self)
{
  return self->pending;
}
