/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch-key.c: the key of an epoch */

#include "trust/epoch-key.h"

#include <string.h>

CoquillEpochKey *
coquill_epoch_key_new (const guint8 *id, CoquillSecret *key)
{
  CoquillEpochKey *self;

  g_return_val_if_fail (coquill_secret_get_length (key) == COQUILL_EPOCH_KEY_SIZE, NULL);

  self = g_new0 (CoquillEpochKey, 1);
  memcpy (self->id, id, sizeof self->id);
  self->key = coquill_secret_ref (key);
  return self;
}

CoquillEpochKey *
coquill_epoch_key_copy (const CoquillEpochKey *self)
{
  return coquill_epoch_key_new (self->id, self->key);
}

void
coquill_epoch_key_free (CoquillEpochKey *self)
{
  coquill_secret_unref (self->key);
  g_free (self);
}
