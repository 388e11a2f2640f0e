/* SPDX-License-Identifier: GPL-3.0-or-later */
/* invite-keys.h: an invite's identity: the key pairs that a link's seed gives */

#pragma once

#include "trust/secret.h"
#include "trust/signature.h"
#include "wire/device-public.h"

G_BEGIN_DECLS

/* Bytes of an invite's seed. */
#define COQUILL_INVITE_SEED_SIZE 32

/**
 * CoquillInviteKeys:
 *
 * As #CoquillDeviceKeys, derived in the context "cqinvite". Whoever holds the link holds these.
 */
typedef struct _CoquillInviteKeys CoquillInviteKeys;

CoquillInviteKeys *
coquill_invite_keys_new (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_invite_keys_new_from_seed:
 * @seed: a secret of %COQUILL_INVITE_SEED_SIZE bytes, from a link
 *
 * Returns: (transfer full) (nullable): its keys, or %NULL if @seed has another length
 */
CoquillInviteKeys *
coquill_invite_keys_new_from_seed (CoquillSecret *seed) G_GNUC_WARN_UNUSED_RESULT;

CoquillInviteKeys *
coquill_invite_keys_ref (CoquillInviteKeys *self);
void
coquill_invite_keys_unref (CoquillInviteKeys *self);

/**
 * coquill_invite_keys_get_seed:
 *
 * Returns: (transfer none): the seed, for the link
 */
CoquillSecret *
coquill_invite_keys_get_seed (const CoquillInviteKeys *self);

/**
 * coquill_invite_keys_get_public:
 *
 * Returns: (transfer none): the public keys, as they stand in the invite's log entry
 */
const CoquillDevicePublic *
coquill_invite_keys_get_public (const CoquillInviteKeys *self);

void
coquill_invite_keys_sign (const CoquillInviteKeys *self,
                          const char *domain,
                          const CoquillPart *parts,
                          gsize n_parts,
                          guint8 *signature);

CoquillSecret *
coquill_invite_keys_open (const CoquillInviteKeys *self,
                          GBytes *sealed,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillInviteKeys, coquill_invite_keys_unref)

G_END_DECLS
