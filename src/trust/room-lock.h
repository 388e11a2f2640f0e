/* SPDX-License-Identifier: GPL-3.0-or-later */
/* room-lock.h: which keys open a relay's room */

#pragma once

#include "trust/error.h"
#include "trust/room-keys.h"

G_BEGIN_DECLS

/* Bytes of a lock's one encoding: version (1), room, number (big-endian), first admin, read, write, admin,
 * signature. */
#define COQUILL_ROOM_LOCK_SIZE (1 + 32 + 4 + 4 * 32 + 64)

/**
 * CoquillRoomLock:
 * @room: the room's id, the hash of @first_admin
 * @number: 0 for the room's first lock; ascends
 * @first_admin: the room's first admin key
 * @read: Ed25519 key that proves READ
 * @write: Ed25519 key that proves WRITE
 * @admin: Ed25519 key that proves ADMIN and signs the next lock; of lock 0 it is @first_admin
 * @signature: over all before, domain "coquill room lock 1", by the admin key of the lock before, of lock 0
 * by @first_admin
 *
 * Public: a relay keeps it and checks proofs with it.
 */
typedef struct
{
  guint8 room[32];
  guint32 number;
  guint8 first_admin[32];
  guint8 read[32];
  guint8 write[32];
  guint8 admin[32];
  guint8 signature[64];
} CoquillRoomLock;

/**
 * coquill_room_lock_init_first:
 * @self: (out caller-allocates): lock 0 of a new room
 * @keys: admin keys
 */
void
coquill_room_lock_init_first (CoquillRoomLock *self, const CoquillRoomKeys *keys);

/**
 * coquill_room_lock_init_next:
 * @self: (out caller-allocates): the lock after @current
 * @current: the lock in force, whose number is below %G_MAXUINT32
 * @current_keys: its admin keys, which sign
 * @next_keys: the admin keys to be in force
 */
void
coquill_room_lock_init_next (CoquillRoomLock *self,
                             const CoquillRoomLock *current,
                             const CoquillRoomKeys *current_keys,
                             const CoquillRoomKeys *next_keys);

/**
 * coquill_room_lock_check_first:
 * @self: a lock from outside
 * @error: return location of a %COQUILL_TRUST_ERROR
 *
 * Whether @self can make a room: number 0, the id is the first admin key's hash, and that key signed.
 */
gboolean
coquill_room_lock_check_first (const CoquillRoomLock *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_room_lock_check_supersedes:
 * @self: a lock from outside
 * @current: the lock in force, checked before
 * @error: return location of a %COQUILL_TRUST_ERROR
 *
 * Whether @self takes the place of @current: same room and first admin, a greater number, signed by
 * @current's admin key. Numbers may be skipped, since of two concurrent locks a relay has taken only one.
 */
gboolean
coquill_room_lock_check_supersedes (const CoquillRoomLock *self,
                                    const CoquillRoomLock *current,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_room_lock_equal:
 *
 * Returns: whether two locks are the same, signature included
 */
gboolean
coquill_room_lock_equal (const CoquillRoomLock *a, const CoquillRoomLock *b);

/**
 * coquill_room_lock_get_key:
 * @self: a lock
 * @role: a role
 *
 * Returns: (transfer none) (nullable): 32 bytes, the key that proves @role; %NULL for a number that is no
 * role
 */
const guint8 *
coquill_room_lock_get_key (const CoquillRoomLock *self, CoquillRoomRole role);

/**
 * coquill_room_lock_encode:
 *
 * Returns: (transfer full): %COQUILL_ROOM_LOCK_SIZE bytes
 */
GBytes *
coquill_room_lock_encode (const CoquillRoomLock *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_room_lock_decode:
 * @bytes: from outside
 * @self: (out caller-allocates): the lock; its signature is not checked
 * @error: return location of a %COQUILL_TRUST_ERROR
 *
 * Returns: whether @bytes have a lock's shape
 */
gboolean
coquill_room_lock_decode (GBytes *bytes, CoquillRoomLock *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
