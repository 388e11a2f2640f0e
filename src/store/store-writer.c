/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-writer.c: the one thread that writes, with group commit. */

#include "store/store-writer.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "store/store-apply.h"
#include "store/store-batch-private.h"
#include "store/store-error.h"
#include "store/store-schema.h"

typedef struct
{
  CoquillStoreBatch *batch;
  GTask *task;
  GError *error; /* why the batch failed */
} Job;

typedef struct
{
  CoquillDatabase *database;
  guint64 used; /* when last, in rounds */
} OpenFile;

struct _CoquillStoreWriter
{
  char *folder;
  GThread *thread;

  /* Shared with those who push, under the lock. */
  GMutex lock;
  GCond changed;
  GPtrArray *queue; /* of Job */
  gboolean stopping;

  /* The thread's own. */
  CoquillDatabase *library;
  GHashTable *files; /* document id → OpenFile */
  guint64 round;
};

static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->error != NULL)
    g_task_return_error (job->task, job->error);
  else
    g_task_return_boolean (job->task, TRUE);
  g_object_unref (job->task);
  coquill_store_batch_unref (job->batch);
  g_free (job);
}

static gboolean
complete_cb (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* Completes the job where it came from. The task must not be let go of here: it may hold the store's last
 * reference, and the store's end waits for this thread. */
static void
complete (Job *job)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, g_task_get_priority (job->task));
  g_source_set_callback (source, complete_cb, job, job_free);
  g_source_attach (source, g_task_get_context (job->task));
}

static void
open_file_free (gpointer data)
{
  OpenFile *file = data;

  coquill_database_close (file->database);
  g_free (file);
}

/* Keeps the most recently used files open; closing one tidies it up. */
static void
close_surplus_files (CoquillStoreWriter *self)
{
  while (g_hash_table_size (self->files) > COQUILL_STORE_OPEN_FILES)
    {
      GHashTableIter iter;
      gpointer key, value, oldest = NULL;
      guint64 used = G_MAXUINT64;

      g_hash_table_iter_init (&iter, self->files);
      while (g_hash_table_iter_next (&iter, &key, &value))
        if (((OpenFile *)value)->used < used)
          {
            used = ((OpenFile *)value)->used;
            oldest = key;
          }
      g_hash_table_remove (self->files, oldest);
    }
}

static CoquillDatabase *
open_document (CoquillStoreWriter *self, const char *id, GError **error)
{
  OpenFile *file = g_hash_table_lookup (self->files, id);

  if (file == NULL)
    {
      g_autofree char *path = coquill_store_document_path (self->folder, id);
      CoquillDatabase *database
          = coquill_database_open (path, COQUILL_DATABASE_READ_WRITE, &coquill_store_document_schema, error);

      if (database == NULL)
        return NULL;
      file = g_new0 (OpenFile, 1);
      file->database = database;
      g_hash_table_insert (self->files, g_strdup (id), file);
    }
  file->used = self->round;
  return file->database;
}

static gboolean
has_writes (CoquillStoreBatch *batch, gboolean library)
{
  if (batch->removes)
    return library;
  for (guint i = 0; i < batch->writes->len; i++)
    if (coquill_store_write_is_library (&g_array_index (batch->writes, CoquillStoreWrite, i)) == library)
      return TRUE;
  return FALSE;
}

/* One transaction for all of @jobs in one file. If it fails, it fails for all of them. */
static gboolean
write_jobs (CoquillDatabase *database, GPtrArray *jobs, gboolean library, GError **error)
{
  guint64 position = 0;

  if (!coquill_database_begin (database, error))
    return FALSE;
  if (library || coquill_store_apply_get_position (database, &position, error))
    {
      gboolean written = TRUE;

      for (guint i = 0; written && i < jobs->len; i++)
        written
            = coquill_store_apply_batch (database, ((Job *)jobs->pdata[i])->batch, library, &position, error);
      if (written)
        return coquill_database_commit (database, error);
    }
  coquill_database_rollback (database);
  return FALSE;
}

static void
fail_jobs (GPtrArray *jobs, const GError *error)
{
  for (guint i = 0; i < jobs->len; i++)
    ((Job *)jobs->pdata[i])->error = g_error_copy (error);
}

static void
write_document_jobs (CoquillStoreWriter *self, const char *id, GPtrArray *jobs)
{
  g_autoptr (GError) error = NULL;
  CoquillDatabase *database = open_document (self, id, &error);
  gboolean releases = FALSE;

  if (database == NULL || !write_jobs (database, jobs, FALSE, &error))
    {
      coquill_store_error_from_sql (&error);
      fail_jobs (jobs, error);
      releases = TRUE; /* a fresh connection has the best chances next time */
    }
  for (guint i = 0; i < jobs->len; i++)
    releases |= ((Job *)jobs->pdata[i])->batch->releases;
  if (releases)
    g_hash_table_remove (self->files, id);
}

static void
unlink_document (CoquillStoreWriter *self, const char *id)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };
  g_autofree char *path = coquill_store_document_path (self->folder, id);

  g_hash_table_remove (self->files, id);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);

      if (g_unlink (file) != 0 && errno != ENOENT)
        g_warning ("%s can't be removed: %s", file, g_strerror (errno));
    }
}

/* First every document's file, then the library's, then removals. */
static void
write_round (CoquillStoreWriter *self, GPtrArray *jobs)
{
  g_autoptr (GHashTable) by_document
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
  g_autoptr (GPtrArray) library_jobs = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer id, group;

  self->round++;
  for (guint i = 0; i < jobs->len; i++)
    {
      Job *job = jobs->pdata[i];

      if (!has_writes (job->batch, FALSE) && !job->batch->releases)
        continue;
      group = g_hash_table_lookup (by_document, job->batch->document);
      if (group == NULL)
        {
          group = g_ptr_array_new ();
          g_hash_table_insert (by_document, job->batch->document, group);
        }
      g_ptr_array_add (group, job);
    }
  g_hash_table_iter_init (&iter, by_document);
  while (g_hash_table_iter_next (&iter, &id, &group))
    write_document_jobs (self, id, group);

  for (guint i = 0; i < jobs->len; i++)
    {
      Job *job = jobs->pdata[i];

      if (job->error == NULL && has_writes (job->batch, TRUE))
        g_ptr_array_add (library_jobs, job);
    }
  if (library_jobs->len > 0 && !write_jobs (self->library, library_jobs, TRUE, &error))
    {
      coquill_store_error_from_sql (&error);
      fail_jobs (library_jobs, error);
    }

  for (guint i = 0; i < jobs->len; i++)
    {
      Job *job = jobs->pdata[i];

      if (job->batch->removes && job->error == NULL)
        unlink_document (self, job->batch->document);
    }
  close_surplus_files (self);
}

static gpointer
writer_thread (gpointer data)
{
  CoquillStoreWriter *self = data;

  for (;;)
    {
      GPtrArray *jobs;

      g_mutex_lock (&self->lock);
      while (self->queue->len == 0 && !self->stopping)
        g_cond_wait (&self->changed, &self->lock);
      jobs = g_steal_pointer (&self->queue);
      self->queue = g_ptr_array_new ();
      g_mutex_unlock (&self->lock);

      if (jobs->len == 0)
        {
          g_ptr_array_unref (jobs);
          break;
        }
      write_round (self, jobs);
      for (guint i = 0; i < jobs->len; i++)
        complete (jobs->pdata[i]);
      g_ptr_array_unref (jobs);
    }
  g_clear_pointer (&self->files, g_hash_table_unref);
  g_clear_pointer (&self->library, coquill_database_close);
  return NULL;
}

CoquillStoreWriter *
coquill_store_writer_new (const char *folder, CoquillDatabase *library)
{
  CoquillStoreWriter *self = g_new0 (CoquillStoreWriter, 1);

  self->folder = g_strdup (folder);
  self->library = library;
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, open_file_free);
  self->queue = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("store-writer", writer_thread, self);
  return self;
}

void
coquill_store_writer_push (CoquillStoreWriter *self, CoquillStoreBatch *batch, GTask *task)
{
  Job *job = g_new0 (Job, 1);
  gboolean full;

  job->batch = coquill_store_batch_ref (batch);
  job->task = task;

  g_mutex_lock (&self->lock);
  full = self->queue->len >= COQUILL_STORE_QUEUE;
  if (!full)
    {
      g_ptr_array_add (self->queue, job);
      g_cond_signal (&self->changed);
    }
  g_mutex_unlock (&self->lock);

  if (full)
    {
      job->error = g_error_new_literal (COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_LIMIT,
                                        "too much waits for the disk");
      job_free (job);
    }
}

void
coquill_store_writer_free (CoquillStoreWriter *self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);

  g_thread_join (self->thread);
  g_ptr_array_unref (self->queue);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->folder);
  g_free (self);
}
