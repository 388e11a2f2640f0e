/* SPDX-License-Identifier: GPL-3.0-or-later */
/* room-proof.h: the proof that a connection holds a room's key */

#pragma once

#include "trust/room-lock.h"

G_BEGIN_DECLS

/* Bytes of the relay's nonce and of a proof. */
#define COQUILL_ROOM_NONCE_SIZE 32
#define COQUILL_ROOM_PROOF_SIZE 64

/**
 * coquill_room_proof_make:
 * @keys: keys of @role or above
 * @role: the role to prove
 * @relay_name: the authority that was dialled: coquill_relay_origin_name()
 * @room: 32 bytes, the room's id
 * @nonce: %COQUILL_ROOM_NONCE_SIZE bytes, the relay's challenge of this connection
 * @proof: (out caller-allocates): %COQUILL_ROOM_PROOF_SIZE bytes
 *
 * A signature in the domain "coquill room proof 1" over the relay's name (in small letters), the room, the
 * role (one byte) and the nonce. With the name in it a relay can't use what it is told to enter a room at
 * another relay.
 */
void
coquill_room_proof_make (const CoquillRoomKeys *keys,
                         CoquillRoomRole role,
                         const char *relay_name,
                         const guint8 *room,
                         const guint8 *nonce,
                         guint8 *proof);

/**
 * coquill_room_proof_check:
 * @lock: the lock in force
 * @role: the role that is claimed, as it came
 * @relay_name: the Host header of the connection's handshake
 * @nonce: %COQUILL_ROOM_NONCE_SIZE bytes, chosen by the relay for this connection
 * @proof: %COQUILL_ROOM_PROOF_SIZE bytes
 *
 * Returns: whether @proof proves @role
 */
gboolean
coquill_room_proof_check (const CoquillRoomLock *lock,
                          CoquillRoomRole role,
                          const char *relay_name,
                          const guint8 *nonce,
                          const guint8 *proof) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
