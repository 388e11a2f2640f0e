/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bulletin.h: what a room shows without proof, so that an invited or returning device finds in */

#pragma once

#include "wire/epoch-boxes.h"

G_BEGIN_DECLS

/* Bytes of a bulletin; the relay takes no greater one. */
#define COQUILL_BULLETIN_MAX (256 * 1024)

/**
 * CoquillBulletin:
 * @epoch: the epoch's id
 * @boxes: (owned): what the epoch hands out
 *
 * The latest epoch without the log around it: a relay learns from it how many recipients there are, and
 * nothing more. Whoever opens a box gets the epoch's key and the room keys of its role, and checks the log
 * back to the founding entry once it has fetched it; the bulletin itself proves nothing.
 */
typedef struct
{
  guint8 epoch[32];
  CoquillEpochBoxes *boxes;
} CoquillBulletin;

CoquillBulletin *
coquill_bulletin_new (const guint8 *epoch, const CoquillEpochBoxes *boxes) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_bulletin_encode:
 * @self: a bulletin
 * @error: return location of %COQUILL_WIRE_ERROR_TOO_LARGE
 *
 * Returns: (transfer full): its bytes, or %NULL if it is greater than %COQUILL_BULLETIN_MAX
 */
GBytes *
coquill_bulletin_encode (const CoquillBulletin *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CoquillBulletin *
coquill_bulletin_decode (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_bulletin_free (CoquillBulletin *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillBulletin, coquill_bulletin_free)

G_END_DECLS
