/* SPDX-License-Identifier: GPL-3.0-or-later */
/* room-keys.h: the keys to a relay's room */

#pragma once

#include "trust/secret.h"
#include "trust/signature.h"
#include "wire/room-role.h"

G_BEGIN_DECLS

/* Bytes of a role's seed. */
#define COQUILL_ROOM_SEED_SIZE 32

/**
 * CoquillRoomKeys:
 *
 * Ed25519 pairs for the roles up to the holder's own. The seed of each role gives its pair and the seed of
 * the role below (crypto_kdf, context "coq-room": 1 the pair, 2 the seed below), so one seed is all that a
 * member is given, and write implies read, admin implies all. Immutable, references in any thread.
 */
typedef struct _CoquillRoomKeys CoquillRoomKeys;

/**
 * coquill_room_keys_new:
 *
 * Returns: (transfer full): admin keys of a new random seed
 */
CoquillRoomKeys *
coquill_room_keys_new (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_room_keys_new_from_seed:
 * @role: the role that @seed belongs to
 * @seed: a secret of %COQUILL_ROOM_SEED_SIZE bytes
 *
 * Returns: (transfer full) (nullable): keys of @role and below, or %NULL if @seed has another length
 */
CoquillRoomKeys *
coquill_room_keys_new_from_seed (CoquillRoomRole role, CoquillSecret *seed) G_GNUC_WARN_UNUSED_RESULT;

CoquillRoomKeys *
coquill_room_keys_ref (CoquillRoomKeys *self);
void
coquill_room_keys_unref (CoquillRoomKeys *self);

/**
 * coquill_room_keys_get_role:
 *
 * Returns: the strongest role that the keys give
 */
CoquillRoomRole
coquill_room_keys_get_role (const CoquillRoomKeys *self);

/**
 * coquill_room_keys_get_seed:
 * @role: at most the role of @self
 *
 * Returns: (transfer none): the seed of @role, to be handed to a member or stored
 */
CoquillSecret *
coquill_room_keys_get_seed (const CoquillRoomKeys *self, CoquillRoomRole role);

/**
 * coquill_room_keys_get_public:
 * @role: at most the role of @self
 *
 * Returns: (transfer none): 32 bytes, the Ed25519 key of @role
 */
const guint8 *
coquill_room_keys_get_public (const CoquillRoomKeys *self, CoquillRoomRole role);

/**
 * coquill_room_keys_sign:
 * @role: at most the role of @self
 * @domain: what is signed
 * @parts: (array length=n_parts): the parts
 * @n_parts: how many
 * @signature: (out caller-allocates): 64 bytes
 *
 * Signs with the key of @role. See trust/signature.h.
 */
void
coquill_room_keys_sign (const CoquillRoomKeys *self,
                        CoquillRoomRole role,
                        const char *domain,
                        const CoquillPart *parts,
                        gsize n_parts,
                        guint8 *signature);

/**
 * coquill_room_id:
 * @first_admin: 32 bytes, the room's first admin key
 * @room: (out caller-allocates): 32 bytes
 *
 * The room's id: BLAKE2b-256 of its first admin key, domain "coquill room 1".
 */
void
coquill_room_id (const guint8 *first_admin, guint8 *room);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillRoomKeys, coquill_room_keys_unref)

G_END_DECLS
