/* SPDX-License-Identifier: GPL-3.0-or-later */
/* room-proof.c: the proof that a connection holds a room's key */

#include "trust/room-proof.h"

#include <string.h>

#define PROOF_DOMAIN "coquill room proof 1"
#define N_PARTS 4

G_STATIC_ASSERT (COQUILL_ROOM_PROOF_SIZE == COQUILL_SIGNATURE_SIZE);

/* @name_folded and @role_byte have to live as long as the parts. */
static void
fill_parts (CoquillPart *parts,
            const char *name_folded,
            const guint8 *room,
            const guint8 *role_byte,
            const guint8 *nonce)
{
  parts[0] = (CoquillPart){ name_folded, strlen (name_folded) };
  parts[1] = (CoquillPart){ room, COQUILL_DIGEST_SIZE };
  parts[2] = (CoquillPart){ role_byte, 1 };
  parts[3] = (CoquillPart){ nonce, COQUILL_ROOM_NONCE_SIZE };
}

void
coquill_room_proof_make (const CoquillRoomKeys *keys,
                         CoquillRoomRole role,
                         const char *relay_name,
                         const guint8 *room,
                         const guint8 *nonce,
                         guint8 *proof)
{
  g_autofree char *folded = g_ascii_strdown (relay_name, -1);
  guint8 role_byte = role;
  CoquillPart parts[N_PARTS];

  fill_parts (parts, folded, room, &role_byte, nonce);
  coquill_room_keys_sign (keys, role, PROOF_DOMAIN, parts, N_PARTS, proof);
}

gboolean
coquill_room_proof_check (const CoquillRoomLock *lock,
                          CoquillRoomRole role,
                          const char *relay_name,
                          const guint8 *nonce,
                          const guint8 *proof)
{
  const guint8 *key = coquill_room_lock_get_key (lock, role);
  g_autofree char *folded = NULL;
  guint8 role_byte = role;
  CoquillPart parts[N_PARTS];

  if (key == NULL)
    return FALSE;

  folded = g_ascii_strdown (relay_name, -1);
  fill_parts (parts, folded, lock->room, &role_byte, nonce);
  return coquill_signature_verify (key, PROOF_DOMAIN, parts, N_PARTS, proof);
}
