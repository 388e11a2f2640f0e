/* record-table.c: registers named (collection, item, field), the last writer wins */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/record-table.h"

#include <string.h>

struct CoquillRecordTable
{
  GHashTable *registers; /* CoquillRegister → itself */
};

static guint
register_hash (gconstpointer key)
{
  const CoquillRegister *entry = key;

  return g_str_hash (entry->collection) * 31 * 31 + g_str_hash (entry->item) * 31 + g_str_hash (entry->field);
}

static gboolean
register_equal (gconstpointer a, gconstpointer b)
{
  const CoquillRegister *left = a;
  const CoquillRegister *right = b;

  return g_str_equal (left->collection, right->collection) && g_str_equal (left->item, right->item)
         && g_str_equal (left->field, right->field);
}

static void
register_free_cb (gpointer data)
{
  CoquillRegister *entry = data;

  g_free (entry->collection);
  g_free (entry->item);
  g_free (entry->field);
  g_clear_pointer (&entry->value, g_bytes_unref);
  g_free (entry->text);
  g_free (entry);
}

CoquillRecordTable *
coquill_record_table_new (void)
{
  CoquillRecordTable *self = g_new0 (CoquillRecordTable, 1);

  self->registers = g_hash_table_new_full (register_hash, register_equal, register_free_cb, NULL);

  return self;
}

void
coquill_record_table_free (CoquillRecordTable *self)
{
  g_hash_table_unref (self->registers);
  g_free (self);
}

static CoquillRegister *
find (CoquillRecordTable *self, const char *collection, const char *item, const char *field)
{
  CoquillRegister key = { .collection = (char *)collection, .item = (char *)item, .field = (char *)field };

  return g_hash_table_lookup (self->registers, &key);
}

static gboolean
values_equal (GBytes *a, GBytes *b)
{
  return a == b || (a != NULL && b != NULL && g_bytes_equal (a, b));
}

gboolean
coquill_record_table_write (CoquillRecordTable *self,
                            const char *collection,
                            const char *item,
                            const char *field,
                            GBytes *value,
                            guint64 depth,
                            const guint8 *digest)
{
  CoquillRegister *entry = find (self, collection, item, field);
  gboolean changed;

  if (entry == NULL)
    {
      if (g_hash_table_size (self->registers) >= COQUILL_RECORD_TABLE_MAX)
        return FALSE;
      entry = g_new0 (CoquillRegister, 1);
      entry->collection = g_strdup (collection);
      entry->item = g_strdup (item);
      entry->field = g_strdup (field);
      g_hash_table_add (self->registers, entry);
    }
  else if (depth < entry->depth || (depth == entry->depth && memcmp (digest, entry->digest, 32) <= 0))
    return FALSE;

  changed = !values_equal (entry->value, value);
  g_clear_pointer (&entry->value, g_bytes_unref);
  g_clear_pointer (&entry->text, g_free);
  if (value != NULL)
    {
      gsize size;
      const char *bytes = g_bytes_get_data (value, &size);

      entry->value = g_bytes_ref (value);
      entry->text = g_utf8_make_valid (bytes != NULL ? bytes : "", (gssize)size);
    }
  entry->depth = depth;
  memcpy (entry->digest, digest, 32);

  return changed;
}

const CoquillRegister *
coquill_record_table_find (CoquillRecordTable *self,
                           const char *collection,
                           const char *item,
                           const char *field)
{
  return find (self, collection, item, field);
}

void
coquill_record_table_foreach (CoquillRecordTable *self, CoquillRegisterFunc func, gpointer data)
{
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->registers);
  while (g_hash_table_iter_next (&iter, &entry, NULL))
    func (entry, data);
}
