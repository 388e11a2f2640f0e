/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch-boxes.h: an epoch's key sealed to one device or invite, as it stands in log and bulletin */

#pragma once

#include "wire/digest.h"
#include "wire/error.h"

G_BEGIN_DECLS

/* Bytes of an epoch's salt and of a box's tag. */
#define COQUILL_EPOCH_SALT_SIZE 16
#define COQUILL_EPOCH_TAG_SIZE 8

/* Recipients of one epoch: devices and open invites. About 135 bytes each, tag and lengths with them. */
#define COQUILL_EPOCH_MAX_BOXES 4096

/* Bytes of one sealed box; a box of this version has 118. */
#define COQUILL_EPOCH_BOX_MAX 1024

/* Earlier epochs that an epoch encloses: the newest ones; those enclose theirs. 64 bytes each. */
#define COQUILL_EPOCH_MAX_EARLIER 2048

/**
 * CoquillEpochBox:
 * @tag: hash of the epoch's salt and the recipient's X25519 key, so that a recipient finds its box, and
 * nobody else can tell whose it is or follow it from one epoch to the next
 * @sealed: (owned): crypto_box_seal of a #CoquillEpochSecrets
 *
 * One recipient's box.
 */
typedef struct
{
  guint8 tag[COQUILL_EPOCH_TAG_SIZE];
  GBytes *sealed;
} CoquillEpochBox;

/**
 * CoquillEpochBoxes:
 * @salt: random, of this epoch
 * @boxes: (array length=n_boxes): one for each recipient
 * @earlier: (owned) (nullable): the keys of earlier epochs, sealed under this epoch's key
 *
 * What an epoch hands out. See trust/epoch-boxes.h for how it is made and opened.
 */
typedef struct
{
  guint8 salt[COQUILL_EPOCH_SALT_SIZE];
  CoquillEpochBox *boxes;
  gsize n_boxes;
  GBytes *earlier;
} CoquillEpochBoxes;

CoquillEpochBoxes *
coquill_epoch_boxes_new (const guint8 *salt) G_GNUC_WARN_UNUSED_RESULT;
CoquillEpochBoxes *
coquill_epoch_boxes_copy (const CoquillEpochBoxes *self) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_epoch_boxes_add (CoquillEpochBoxes *self, const guint8 *tag, GBytes *sealed);
void
coquill_epoch_boxes_free (CoquillEpochBoxes *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillEpochBoxes, coquill_epoch_boxes_free)

G_END_DECLS
