/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-room.c: room keys, locks and proofs */

#include "trust/hash.h"
#include "trust/random.h"
#include "trust/room-proof.h"

#include <string.h>

static void
each_seed_gives_the_roles_below (void)
{
  g_autoptr (CoquillRoomKeys) admin = coquill_room_keys_new ();
  g_autoptr (CoquillRoomKeys) write = coquill_room_keys_new_from_seed (
      COQUILL_ROOM_WRITE, coquill_room_keys_get_seed (admin, COQUILL_ROOM_WRITE));
  g_autoptr (CoquillRoomKeys) read = coquill_room_keys_new_from_seed (
      COQUILL_ROOM_READ, coquill_room_keys_get_seed (write, COQUILL_ROOM_READ));
  g_autoptr (CoquillSecret) short_seed = coquill_secret_new_random (COQUILL_ROOM_SEED_SIZE - 1);

  g_assert_cmpint (coquill_room_keys_get_role (write), ==, COQUILL_ROOM_WRITE);
  g_assert_cmpmem (coquill_room_keys_get_public (admin, COQUILL_ROOM_WRITE), 32,
                   coquill_room_keys_get_public (write, COQUILL_ROOM_WRITE), 32);
  g_assert_cmpmem (coquill_room_keys_get_public (admin, COQUILL_ROOM_READ), 32,
                   coquill_room_keys_get_public (read, COQUILL_ROOM_READ), 32);
  g_assert_false (coquill_secret_equal (coquill_room_keys_get_seed (admin, COQUILL_ROOM_ADMIN),
                                        coquill_room_keys_get_seed (admin, COQUILL_ROOM_WRITE)));
  g_assert_cmpint (memcmp (coquill_room_keys_get_public (admin, COQUILL_ROOM_ADMIN),
                           coquill_room_keys_get_public (admin, COQUILL_ROOM_WRITE), 32),
                   !=, 0);
  g_assert_null (coquill_room_keys_new_from_seed (COQUILL_ROOM_READ, short_seed));
}

static void
the_first_lock_makes_its_room_only (void)
{
  g_autoptr (CoquillRoomKeys) keys = coquill_room_keys_new ();
  g_autoptr (CoquillRoomKeys) other = coquill_room_keys_new ();
  g_autoptr (GError) error = NULL;
  CoquillRoomLock lock, forged;

  coquill_room_lock_init_first (&lock, keys);
  g_assert_true (coquill_room_lock_check_first (&lock, &error));
  g_assert_no_error (error);

  /* A stranger's lock for this room. */
  coquill_room_lock_init_first (&forged, other);
  memcpy (forged.room, lock.room, 32);
  g_assert_false (coquill_room_lock_check_first (&forged, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_LOCK);
  g_clear_error (&error);

  forged = lock;
  memcpy (forged.write, coquill_room_keys_get_public (other, COQUILL_ROOM_WRITE), 32);
  g_assert_false (coquill_room_lock_check_first (&forged, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_SIGNATURE);
}

static void
every_flipped_bit_of_a_lock_is_refused (void)
{
  g_autoptr (CoquillRoomKeys) keys = coquill_room_keys_new ();
  g_autoptr (GBytes) bytes = NULL;
  CoquillRoomLock lock, back;

  coquill_room_lock_init_first (&lock, keys);
  bytes = coquill_room_lock_encode (&lock);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, COQUILL_ROOM_LOCK_SIZE);
  g_assert_true (coquill_room_lock_decode (bytes, &back, NULL));
  g_assert_true (coquill_room_lock_equal (&lock, &back));

  for (gsize bit = 0; bit < COQUILL_ROOM_LOCK_SIZE * 8; bit++)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), COQUILL_ROOM_LOCK_SIZE);
      g_autoptr (GBytes) flipped = NULL;

      copy[bit / 8] ^= 1 << bit % 8;
      flipped = g_bytes_new_take (g_steal_pointer (&copy), COQUILL_ROOM_LOCK_SIZE);
      g_assert_false (coquill_room_lock_decode (flipped, &back, NULL)
                      && coquill_room_lock_check_first (&back, NULL));
    }

  for (gsize length = 0; length < COQUILL_ROOM_LOCK_SIZE; length++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (bytes, 0, length);

      g_assert_false (coquill_room_lock_decode (cut, &back, NULL));
    }
}

static void
only_the_current_admin_changes_the_lock (void)
{
  g_autoptr (CoquillRoomKeys) first_keys = coquill_room_keys_new ();
  g_autoptr (CoquillRoomKeys) second_keys = coquill_room_keys_new ();
  g_autoptr (CoquillRoomKeys) third_keys = coquill_room_keys_new ();
  g_autoptr (GError) error = NULL;
  CoquillRoomLock first, second, third, other;

  coquill_room_lock_init_first (&first, first_keys);
  coquill_room_lock_init_next (&second, &first, first_keys, second_keys);
  coquill_room_lock_init_next (&third, &second, second_keys, third_keys);

  g_assert_true (coquill_room_lock_check_supersedes (&second, &first, &error));
  g_assert_no_error (error);
  g_assert_true (coquill_room_lock_check_supersedes (&third, &second, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (third.room, 32, first.room, 32);

  /* The key before the current one is worth nothing any more, whatever the number. */
  coquill_room_lock_init_next (&other, &second, first_keys, first_keys);
  g_assert_false (coquill_room_lock_check_supersedes (&other, &second, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_SIGNATURE);
  g_clear_error (&error);

  /* An old lock can't come back. */
  g_assert_false (coquill_room_lock_check_supersedes (&first, &second, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_LOCK);
  g_clear_error (&error);
  g_assert_false (coquill_room_lock_check_supersedes (&second, &second, NULL));

  /* A lock of another room. */
  coquill_room_lock_init_first (&other, third_keys);
  g_assert_false (coquill_room_lock_check_supersedes (&third, &other, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_LOCK);

  /* It doesn't make a room either. */
  g_assert_false (coquill_room_lock_check_first (&second, NULL));
}

static void
a_proof_holds_for_its_relay_room_role_and_nonce (void)
{
  g_autoptr (CoquillRoomKeys) keys = coquill_room_keys_new ();
  g_autoptr (CoquillRoomKeys) other_keys = coquill_room_keys_new ();
  g_autoptr (CoquillRoomKeys) reader = coquill_room_keys_new_from_seed (
      COQUILL_ROOM_READ, coquill_room_keys_get_seed (keys, COQUILL_ROOM_READ));
  CoquillRoomLock lock, other_lock;
  guint8 nonce[COQUILL_ROOM_NONCE_SIZE], proof[COQUILL_ROOM_PROOF_SIZE];

  coquill_room_lock_init_first (&lock, keys);
  coquill_room_lock_init_first (&other_lock, other_keys);
  coquill_random_fill (nonce, sizeof nonce);

  for (guint role = COQUILL_ROOM_READ; role <= COQUILL_ROOM_ADMIN; role++)
    {
      coquill_room_proof_make (keys, role, "relay.example:8080", lock.room, nonce, proof);
      g_assert_true (coquill_room_proof_check (&lock, role, "Relay.Example:8080", nonce, proof));
      g_assert_false (coquill_room_proof_check (&lock, role, "relay.example", nonce, proof));
      g_assert_false (coquill_room_proof_check (&other_lock, role, "relay.example:8080", nonce, proof));

      for (guint claimed = 0; claimed < 6; claimed++)
        if (claimed != role)
          g_assert_false (coquill_room_proof_check (&lock, claimed, "relay.example:8080", nonce, proof));

      nonce[0] ^= 1;
      g_assert_false (coquill_room_proof_check (&lock, role, "relay.example:8080", nonce, proof));
      nonce[0] ^= 1;

      for (gsize i = 0; i < sizeof proof; i++)
        {
          proof[i] ^= 0x40;
          g_assert_false (coquill_room_proof_check (&lock, role, "relay.example:8080", nonce, proof));
          proof[i] ^= 0x40;
        }
    }

  /* Same role, another room's key. */
  coquill_room_proof_make (other_keys, COQUILL_ROOM_READ, "relay.example", lock.room, nonce, proof);
  g_assert_false (coquill_room_proof_check (&lock, COQUILL_ROOM_READ, "relay.example", nonce, proof));

  coquill_room_proof_make (reader, COQUILL_ROOM_READ, "relay.example", lock.room, nonce, proof);
  g_assert_true (coquill_room_proof_check (&lock, COQUILL_ROOM_READ, "relay.example", nonce, proof));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/room/keys/each-seed-gives-the-roles-below", each_seed_gives_the_roles_below);
  g_test_add_func ("/room/lock/the-first-makes-its-room-only", the_first_lock_makes_its_room_only);
  g_test_add_func ("/room/lock/every-flipped-bit-is-refused", every_flipped_bit_of_a_lock_is_refused);
  g_test_add_func ("/room/lock/only-the-current-admin-changes-it", only_the_current_admin_changes_the_lock);
  g_test_add_func ("/room/proof/holds-for-its-relay-room-role-and-nonce",
                   a_proof_holds_for_its_relay_room_role_and_nonce);

  return g_test_run ();
}
