/* record-table.h: registers named (collection, item, field), the last writer wins */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Registers of a document: comments of years. What is beyond is not kept; its items stay in the history. */
#define COQUILL_RECORD_TABLE_MAX (1 << 18)

/**
 * CoquillRegister:
 * @collection: (owned): such as "document"
 * @item: (owned): may be empty
 * @field: (owned): such as "title"
 * @value: (owned) (nullable): %NULL if it was removed
 * @text: (owned) (nullable): the value as a terminated string, made valid UTF-8
 * @depth: of the item that wrote it, in the event graph
 * @digest: of that item
 *
 * The greatest (depth, digest) wins, on every replica, whatever came first: a writer who saw the last value
 * is deeper.
 */
typedef struct
{
  char *collection;
  char *item;
  char *field;
  GBytes *value;
  char *text;
  guint64 depth;
  guint8 digest[32];
} CoquillRegister;

typedef struct CoquillRecordTable CoquillRecordTable;

typedef void (*CoquillRegisterFunc) (const CoquillRegister *entry, gpointer data);

CoquillRecordTable *
coquill_record_table_new (void) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_record_table_free (CoquillRecordTable *self);

/**
 * coquill_record_table_write:
 * @value: (nullable): referenced
 * @digest: 32 bytes
 *
 * Returns: whether the register's value is another one now
 */
gboolean
coquill_record_table_write (CoquillRecordTable *self,
                            const char *collection,
                            const char *item,
                            const char *field,
                            GBytes *value,
                            guint64 depth,
                            const guint8 *digest);
/** Returns: (transfer none) (nullable): the register, if it was ever written */
const CoquillRegister *
coquill_record_table_find (CoquillRecordTable *self,
                           const char *collection,
                           const char *item,
                           const char *field);
void
coquill_record_table_foreach (CoquillRecordTable *self, CoquillRegisterFunc func, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillRecordTable, coquill_record_table_free)

G_END_DECLS
