/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record.h: the payload of a record item inside a change */

#pragma once

#include "wire/digest.h"
#include "wire/error.h"

G_BEGIN_DECLS

/* Bytes of a collection's, an item's or a field's name. */
#define COQUILL_RECORD_NAME_MAX 256

/* Bytes of a value: a long comment, not an attachment. */
#define COQUILL_RECORD_VALUE_MAX (64 * 1024)

/* Log heads that an "under" record names. */
#define COQUILL_RECORD_MAX_HEADS 1024

/**
 * CoquillRecordKind:
 * @COQUILL_RECORD_WRITE: writes a register named (collection, item, field)
 * @COQUILL_RECORD_UNDER: names the log heads that this agent's next items are written under
 */
typedef enum
{
  COQUILL_RECORD_WRITE = 1,
  COQUILL_RECORD_UNDER = 2,
} CoquillRecordKind;

/**
 * CoquillRecord:
 * @kind: which of the two
 * @collection: (owned) (nullable): write: "document", "comment", …
 * @item: (owned) (nullable): write: the item in the collection; may be empty
 * @field: (owned) (nullable): write: "title", …
 * @value: (owned) (nullable): write: the new value; %NULL removes it
 * @heads: (array length=n_heads): under: ids of log entries
 *
 * One record item. A record of a kind that this version doesn't know is refused as
 * %COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION; the document keeps such an item and ignores it.
 */
typedef struct
{
  CoquillRecordKind kind;
  char *collection;
  char *item;
  char *field;
  GBytes *value;
  CoquillDigest *heads;
  gsize n_heads;
} CoquillRecord;

/**
 * coquill_record_new_write:
 * @collection: name
 * @item: name, may be empty
 * @field: name
 * @value: (nullable): the value, referenced; %NULL to remove it
 *
 * Returns: (transfer full): a record
 */
CoquillRecord *
coquill_record_new_write (const char *collection, const char *item, const char *field, GBytes *value)
    G_GNUC_WARN_UNUSED_RESULT;

CoquillRecord *
coquill_record_new_under (const CoquillDigest *heads, gsize n_heads) G_GNUC_WARN_UNUSED_RESULT;
GBytes *
coquill_record_encode (const CoquillRecord *self) G_GNUC_WARN_UNUSED_RESULT;
CoquillRecord *
coquill_record_decode (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_record_free (CoquillRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillRecord, coquill_record_free)

G_END_DECLS
