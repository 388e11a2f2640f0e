/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signed-change.h: a batch of items with its authors' signatures, body of CHANGE */

#pragma once

#include "wire/digest.h"
#include "wire/error.h"

G_BEGIN_DECLS

/* Seals of one change: one for each agent in it. A batch of more agents is split. */
#define COQUILL_SIGNED_CHANGE_MAX_SEALS 1024

/**
 * CoquillSeal:
 * @device: the author's device id
 * @ordinal: the agent's ordinal
 * @nonce: the agent's random number
 * @sequence: of the last item that the seal covers, and with it all before
 * @digest: of the agent's items up to it, in canonical form
 * @signature: by @device, see trust/seal-signature.h
 *
 * An agent's signature of its stream of items up to one of them.
 */
typedef struct
{
  guint8 device[32];
  guint32 ordinal;
  guint64 nonce;
  guint64 sequence;
  guint8 digest[32];
  guint8 signature[64];
} CoquillSeal;

/**
 * CoquillSignedChange:
 * @change: (owned): the items, as text/codec encodes them
 * @seals: (array length=n_seals): one or more for each agent with items in @change
 *
 * Items in transit. They are signed in a canonical form of their own, so that batches may be merged and
 * split.
 */
typedef struct
{
  GBytes *change;
  CoquillSeal *seals;
  gsize n_seals;
} CoquillSignedChange;

/**
 * coquill_signed_change_new:
 * @change: the encoded items, referenced
 * @seals: (array length=n_seals): copied
 * @n_seals: at most %COQUILL_SIGNED_CHANGE_MAX_SEALS
 *
 * Returns: (transfer full): a signed change
 */
CoquillSignedChange *
coquill_signed_change_new (GBytes *change, const CoquillSeal *seals, gsize n_seals) G_GNUC_WARN_UNUSED_RESULT;

GBytes *
coquill_signed_change_encode (const CoquillSignedChange *self) G_GNUC_WARN_UNUSED_RESULT;
CoquillSignedChange *
coquill_signed_change_decode (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_signed_change_free (CoquillSignedChange *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillSignedChange, coquill_signed_change_free)

G_END_DECLS
