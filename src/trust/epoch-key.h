/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch-key.h: the key of an epoch */

#pragma once

#include "trust/secret.h"
#include "wire/digest.h"

G_BEGIN_DECLS

/* Bytes of an epoch's key. */
#define COQUILL_EPOCH_KEY_SIZE 32

/**
 * CoquillEpochKey:
 * @id: the id of the epoch's log entry
 * @key: (owned): 32 random bytes
 *
 * Every envelope of the epoch is sealed under a key derived from this one.
 */
typedef struct
{
  guint8 id[32];
  CoquillSecret *key;
} CoquillEpochKey;

/**
 * coquill_epoch_key_new:
 * @id: 32 bytes
 * @key: a secret of %COQUILL_EPOCH_KEY_SIZE bytes, referenced
 *
 * Returns: (transfer full): an epoch key
 */
CoquillEpochKey *
coquill_epoch_key_new (const guint8 *id, CoquillSecret *key) G_GNUC_WARN_UNUSED_RESULT;
CoquillEpochKey *
coquill_epoch_key_copy (const CoquillEpochKey *self) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_epoch_key_free (CoquillEpochKey *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillEpochKey, coquill_epoch_key_free)

G_END_DECLS
