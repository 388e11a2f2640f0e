/* epoch-ring.h: the keys that this device holds: of epochs and of the room */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trust/epoch-key.h"
#include "trust/room-keys.h"
#include "wire/epoch-boxes.h"

G_BEGIN_DECLS

/* Epochs whose keys are held: what one epoch can enclose, many times over. */
#define COQUILL_EPOCH_RING_MAX 65536

typedef struct CoquillEpochRing CoquillEpochRing;

CoquillEpochRing *
coquill_epoch_ring_new (void) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_epoch_ring_free (CoquillEpochRing *self);

/** Returns: whether the key is new */
gboolean
coquill_epoch_ring_add (CoquillEpochRing *self, const CoquillEpochKey *key);
/** Adds an opened epoch with the earlier ones that it encloses. Returns: whether anything is new */
gboolean
coquill_epoch_ring_add_opened (CoquillEpochRing *self,
                               const guint8 *id,
                               const CoquillEpochBoxes *boxes,
                               CoquillSecret *key);
/** Returns: (transfer none) (nullable): the key of an epoch */
const CoquillEpochKey *
coquill_epoch_ring_find (const CoquillEpochRing *self, const guint8 *id);
/** Returns: (transfer full) (element-type CoquillEpochKey): all keys, not owned, the newest held first */
GPtrArray *
coquill_epoch_ring_list (const CoquillEpochRing *self);

/** Takes room keys unless those held are as strong. Returns: whether it did */
gboolean
coquill_epoch_ring_set_room_keys (CoquillEpochRing *self, CoquillRoomKeys *keys);
/** Returns: (transfer none) (nullable): */
CoquillRoomKeys *
coquill_epoch_ring_get_room_keys (const CoquillEpochRing *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillEpochRing, coquill_epoch_ring_free)

G_END_DECLS
