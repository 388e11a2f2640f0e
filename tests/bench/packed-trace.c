/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packed-trace.c: a recorded history in a few arrays, as it is played against the clock. */

#include "packed-trace.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace.h"

/* What the reading process has gathered. */
typedef struct
{
  GArray *transactions;
  GArray *patches;
  GArray *parents;
  GByteArray *text;
} Packer;

/* Patches that do nothing are left out. */
static void
pack_patches (Packer *self, const TraceTransaction *transaction)
{
  for (guint i = 0; i < transaction->n_patches; i++)
    {
      const TracePatch *patch = &transaction->patches[i];
      gsize bytes = strlen (patch->inserted);
      PackedPatch packed = {
        .position = (guint32)patch->position,
        .deleted = (guint32)patch->deleted,
        .length = (guint32)g_utf8_strlen (patch->inserted, -1),
        .bytes = (guint32)bytes,
        .offset = self->text->len,
      };

      g_byte_array_append (self->text, (const guint8 *)patch->inserted, (guint)bytes);
      if (packed.deleted > 0 || packed.length > 0)
        g_array_append_val (self->patches, packed);
    }
}

static void
pack_transactions (Packer *self, const Trace *trace)
{
  for (guint i = 0; i < trace->n_transactions; i++)
    {
      const TraceTransaction *transaction = &trace->transactions[i];
      PackedTransaction packed = {
        .agent = transaction->agent,
        .first_parent = self->parents->len,
        .n_parents = transaction->n_parents,
        .first_patch = self->patches->len,
      };

      for (guint j = 0; j < transaction->n_parents; j++)
        if (transaction->parents[j] >= i)
          g_error ("transaction %u has a parent that comes after it", i);
      if (transaction->n_parents > 0)
        g_array_append_vals (self->parents, transaction->parents, transaction->n_parents);
      pack_patches (self, transaction);
      packed.n_patches = self->patches->len - packed.first_patch;
      g_array_append_val (self->transactions, packed);
    }
}

static void
write_all (int file, const void *bytes, gsize length)
{
  while (length > 0)
    {
      gssize written = write (file, bytes, length);

      if (written <= 0)
        g_error ("no room for the trace");
      bytes = (const char *)bytes + written;
      length -= (gsize)written;
    }
}

/* In the other process: the header with the sizes, then the arrays. */
static void
read_and_pack (const char *path, int file)
{
  g_autoptr (GError) error = NULL;
  Trace *trace = trace_read (path, &error);

  if (trace == NULL)
    {
      g_printerr ("%s: %s\n", path, error->message);
      _exit (1);
    }

  Packer packer = {
    .transactions = g_array_new (FALSE, FALSE, sizeof (PackedTransaction)),
    .patches = g_array_new (FALSE, FALSE, sizeof (PackedPatch)),
    .parents = g_array_new (FALSE, FALSE, sizeof (guint32)),
    .text = g_byte_array_new (),
  };

  pack_transactions (&packer, trace);

  PackedTrace header = {
    .concurrent = trace->concurrent,
    .n_agents = trace->n_agents,
    .n_transactions = packer.transactions->len,
    .n_patches = packer.patches->len,
    .n_parents = packer.parents->len,
    .text_bytes = packer.text->len,
    .end_bytes = strlen (trace->end_content),
  };

  for (guint i = 0; i < trace->n_transactions; i++)
    header.n_agents = MAX (header.n_agents, trace->transactions[i].agent + 1);
  write_all (file, &header, sizeof header);
  write_all (file, packer.transactions->data, packer.transactions->len * sizeof (PackedTransaction));
  write_all (file, packer.patches->data, packer.patches->len * sizeof (PackedPatch));
  write_all (file, packer.parents->data, packer.parents->len * sizeof (guint32));
  write_all (file, packer.text->data, packer.text->len);
  write_all (file, trace->end_content, header.end_bytes);
  _exit (0);
}

PackedTrace *
packed_trace_load (const char *path)
{
  int file = memfd_create ("trace", MFD_CLOEXEC), status = 0;
  pid_t reader = file < 0 ? -1 : fork ();

  if (reader < 0)
    g_error ("no process to read %s with", path);
  if (reader == 0)
    read_and_pack (path, file);
  if (waitpid (reader, &status, 0) < 0 || !WIFEXITED (status) || WEXITSTATUS (status) != 0)
    {
      if (WIFSIGNALED (status))
        g_printerr ("%s: reading it ended with signal %d\n", path, WTERMSIG (status));
      close (file);
      return NULL;
    }

  gsize size = (gsize)lseek (file, 0, SEEK_END);
  char *mapping = mmap (NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);

  if (mapping == MAP_FAILED)
    g_error ("no memory for %s", path);
  close (file);

  PackedTrace *self = g_memdup2 (mapping, sizeof *self);

  self->mapping = mapping;
  self->mapping_size = size;
  self->transactions = (const PackedTransaction *)(mapping + sizeof *self);
  self->patches = (const PackedPatch *)(self->transactions + self->n_transactions);
  self->parents = (const guint32 *)(self->patches + self->n_patches);
  self->text = (const char *)(self->parents + self->n_parents);
  self->end = self->text + self->text_bytes;
  return self;
}

void
packed_trace_free (PackedTrace *self)
{
  munmap (self->mapping, self->mapping_size);
  g_free (self);
}
