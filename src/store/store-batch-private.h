/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-batch-private.h: a batch as the writer reads it. */
#pragma once

#include "store/store-batch.h"

G_BEGIN_DECLS

typedef enum
{
  COQUILL_STORE_ADD_BLOCK,
  COQUILL_STORE_DROP_BLOCKS,
  COQUILL_STORE_SET_STATE,
  COQUILL_STORE_SET_SNAPSHOT,
  COQUILL_STORE_SET_VALUE,
  COQUILL_STORE_SET_ENTRY,
} CoquillStoreWriteKind;

/* One write; which fields count depends on the kind. */
typedef struct
{
  CoquillStoreWriteKind kind;
  guint32 block_kind;
  char *text; /* key, or title */
  GBytes *bytes;
  gint64 last_change, state;
} CoquillStoreWrite;

struct _CoquillStoreBatch
{
  gatomicrefcount references;
  char *document; /* nullable */
  GArray *writes; /* of CoquillStoreWrite */
  gboolean removes;
  gboolean releases;
};

/* Whether the write goes to the library's file, not the document's. */
static inline gboolean
coquill_store_write_is_library (const CoquillStoreWrite *write)
{
  return write->kind == COQUILL_STORE_SET_VALUE || write->kind == COQUILL_STORE_SET_ENTRY;
}

G_END_DECLS
