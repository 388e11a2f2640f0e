/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-batch.c: what is to be written together. */

#include "store/store-batch-private.h"
#include "store/store-schema.h"

static void
write_clear (gpointer data)
{
  CoquillStoreWrite *write = data;

  g_free (write->text);
  g_clear_pointer (&write->bytes, g_bytes_unref);
}

CoquillStoreBatch *
coquill_store_batch_new (const char *document)
{
  CoquillStoreBatch *self;

  g_return_val_if_fail (document == NULL || coquill_store_is_id (document), NULL);

  self = g_new0 (CoquillStoreBatch, 1);
  g_atomic_ref_count_init (&self->references);
  self->document = g_strdup (document);
  self->writes = g_array_new (FALSE, TRUE, sizeof (CoquillStoreWrite));
  g_array_set_clear_func (self->writes, write_clear);
  return self;
}

CoquillStoreBatch *
coquill_store_batch_ref (CoquillStoreBatch *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
coquill_store_batch_unref (CoquillStoreBatch *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_array_unref (self->writes);
  g_free (self->document);
  g_free (self);
}

gboolean
coquill_store_batch_is_empty (CoquillStoreBatch *self)
{
  return self->writes->len == 0 && !self->removes && !self->releases;
}

void
coquill_store_batch_append (CoquillStoreBatch *self, CoquillStoreBatch *later)
{
  g_return_if_fail (g_strcmp0 (self->document, later->document) == 0);

  if (later->writes->len > 0)
    {
      g_array_append_vals (self->writes, later->writes->data, later->writes->len);
      /* What the entries own has moved: forget them without clearing. */
      g_array_set_clear_func (later->writes, NULL);
      g_array_set_size (later->writes, 0);
      g_array_set_clear_func (later->writes, write_clear);
    }
  self->removes |= later->removes;
  self->releases |= later->releases;
}

static void
add (CoquillStoreBatch *self, CoquillStoreWrite write)
{
  g_array_append_val (self->writes, write);
}

void
coquill_store_batch_add_block (CoquillStoreBatch *self, guint32 kind, GBytes *bytes)
{
  g_return_if_fail (self->document != NULL && bytes != NULL);

  add (self, (CoquillStoreWrite){
                 .kind = COQUILL_STORE_ADD_BLOCK,
                 .block_kind = kind,
                 .bytes = g_bytes_ref (bytes),
             });
}

void
coquill_store_batch_drop_blocks (CoquillStoreBatch *self)
{
  g_return_if_fail (self->document != NULL);

  add (self, (CoquillStoreWrite){ .kind = COQUILL_STORE_DROP_BLOCKS });
}

void
coquill_store_batch_set_state (CoquillStoreBatch *self, const char *key, GBytes *value)
{
  g_return_if_fail (self->document != NULL && key != NULL);

  add (self, (CoquillStoreWrite){
                 .kind = COQUILL_STORE_SET_STATE,
                 .text = g_strdup (key),
                 .bytes = value != NULL ? g_bytes_ref (value) : NULL,
             });
}

void
coquill_store_batch_set_snapshot (CoquillStoreBatch *self, GBytes *bytes)
{
  g_return_if_fail (self->document != NULL && bytes != NULL);

  add (self, (CoquillStoreWrite){ .kind = COQUILL_STORE_SET_SNAPSHOT, .bytes = g_bytes_ref (bytes) });
}

void
coquill_store_batch_set_value (CoquillStoreBatch *self, const char *key, GBytes *value)
{
  g_return_if_fail (key != NULL);

  add (self, (CoquillStoreWrite){
                 .kind = COQUILL_STORE_SET_VALUE,
                 .text = g_strdup (key),
                 .bytes = value != NULL ? g_bytes_ref (value) : NULL,
             });
}

void
coquill_store_batch_set_entry (CoquillStoreBatch *self, const char *title, gint64 last_change, gint64 state)
{
  g_return_if_fail (self->document != NULL && title != NULL);

  add (self, (CoquillStoreWrite){
                 .kind = COQUILL_STORE_SET_ENTRY,
                 .text = g_strdup (title),
                 .last_change = last_change,
                 .state = state,
             });
}

void
coquill_store_batch_remove_document (CoquillStoreBatch *self)
{
  g_return_if_fail (self->document != NULL && self->writes->len == 0);

  self->removes = TRUE;
}

void
coquill_store_batch_release_document (CoquillStoreBatch *self)
{
  g_return_if_fail (self->document != NULL);

  self->releases = TRUE;
}
