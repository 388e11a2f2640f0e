/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-keys.c: secrets, hashes, signatures, device and invite keys, sealed boxes */

#include "trust/box.h"
#include "trust/device-keys.h"
#include "trust/hash.h"
#include "trust/invite-keys.h"
#include "trust/random.h"

#include <string.h>

static void
secrets_hold_what_they_were_given (void)
{
  const guint8 bytes[] = { 1, 2, 3, 4, 5 };
  g_autoptr (CoquillSecret) secret = coquill_secret_new (bytes, sizeof bytes);
  g_autoptr (CoquillSecret) same = coquill_secret_new (bytes, sizeof bytes);
  g_autoptr (CoquillSecret) shorter = coquill_secret_new (bytes, sizeof bytes - 1);
  g_autoptr (CoquillSecret) random = coquill_secret_new_random (sizeof bytes);
  gsize length;

  g_assert_cmpmem (coquill_secret_peek (secret, &length), sizeof bytes, bytes, sizeof bytes);
  g_assert_cmpuint (length, ==, sizeof bytes);
  g_assert_true (coquill_secret_equal (secret, same));
  g_assert_false (coquill_secret_equal (secret, shorter));
  g_assert_false (coquill_secret_equal (secret, random));
}

/* As many as the epochs of some long-lived documents: with four mappings each the system would refuse. */
static void
secrets_may_be_many (void)
{
  const guint n_secrets = 40000;
  g_autoptr (GPtrArray) secrets = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_secret_unref);

  for (guint i = 0; i < n_secrets; i++)
    g_ptr_array_add (secrets, coquill_secret_new ((const guint8 *)&i, sizeof i));
  /* Others come where some have gone. */
  for (guint i = 0; i < n_secrets; i += 3)
    {
      coquill_secret_unref (secrets->pdata[i]);
      secrets->pdata[i] = coquill_secret_new ((const guint8 *)&i, sizeof i);
    }
  for (guint i = 0; i < n_secrets; i++)
    g_assert_cmpmem (coquill_secret_peek (secrets->pdata[i], NULL), sizeof i, &i, sizeof i);
}

static void
secrets_are_read_only (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (CoquillSecret) secret = coquill_secret_new_random (32);

      ((guint8 *)coquill_secret_peek (secret, NULL))[0] ^= 1;
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
}

static void
hashes_depend_on_domain_and_lengths (void)
{
  guint8 one[32], two[32], again[32];
  CoquillHash hash, copy;

  coquill_hash_bytes ("a", "xy", 2, one);
  coquill_hash_bytes ("b", "xy", 2, two);
  g_assert_cmpint (memcmp (one, two, 32), !=, 0);

  coquill_hash_begin (&hash, "a");
  coquill_hash_update_part (&hash, "x", 1);
  copy = hash;
  coquill_hash_update_part (&hash, "y", 1);
  coquill_hash_finish (&hash, two);
  g_assert_cmpint (memcmp (one, two, 32), !=, 0);

  coquill_hash_update_part (&copy, "y", 1);
  coquill_hash_finish (&copy, again);
  g_assert_cmpmem (two, 32, again, 32);
}

static void
a_seed_gives_the_same_keys_again (void)
{
  g_autoptr (CoquillDeviceKeys) keys = coquill_device_keys_new ();
  CoquillSecret *seed = coquill_device_keys_get_seed (keys);
  g_autoptr (CoquillDeviceKeys) again = coquill_device_keys_new_from_seed (seed);
  g_autoptr (CoquillInviteKeys) invite = coquill_invite_keys_new_from_seed (seed);
  g_autoptr (CoquillSecret) wrong = coquill_secret_new_random (31);

  g_assert_cmpmem (coquill_device_keys_get_public (keys), sizeof (CoquillDevicePublic),
                   coquill_device_keys_get_public (again), sizeof (CoquillDevicePublic));
  g_assert_cmpint (
      memcmp (coquill_device_keys_get_public (keys)->sign, coquill_invite_keys_get_public (invite)->sign, 32),
      !=, 0);
  g_assert_null (coquill_device_keys_new_from_seed (wrong));
  g_assert_null (coquill_invite_keys_new_from_seed (wrong));
}

/* Keys and ids on disk depend on these derivations: they may never change. */
static void
known_seed_gives_known_keys (void)
{
  guint8 bytes[32];
  g_autoptr (CoquillSecret) seed = NULL;
  g_autoptr (CoquillDeviceKeys) device = NULL;
  g_autoptr (CoquillInviteKeys) invite = NULL;
  guint8 digest[32];
  CoquillHash hash;
  g_autoptr (GString) hex = g_string_new (NULL);

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = i;
  seed = coquill_secret_new (bytes, sizeof bytes);
  device = coquill_device_keys_new_from_seed (seed);
  invite = coquill_invite_keys_new_from_seed (seed);

  coquill_hash_begin (&hash, "known keys");
  coquill_hash_update (&hash, coquill_device_keys_get_public (device), sizeof (CoquillDevicePublic));
  coquill_hash_update (&hash, coquill_invite_keys_get_public (invite), sizeof (CoquillDevicePublic));
  coquill_hash_finish (&hash, digest);
  for (guint i = 0; i < sizeof digest; i++)
    g_string_append_printf (hex, "%02x", digest[i]);
  g_assert_cmpstr (hex->str, ==, "78a1c3b870934ec7b4be73339ba037d9cb6c67c5170427ced0cfe6945c85aec0");
}

static void
a_signature_covers_domain_and_every_part (void)
{
  g_autoptr (CoquillDeviceKeys) keys = coquill_device_keys_new ();
  g_autoptr (CoquillDeviceKeys) other = coquill_device_keys_new ();
  const guint8 *public = coquill_device_keys_get_public (keys)->sign;
  const CoquillPart parts[] = { { "one", 3 }, { "two", 3 } };
  const CoquillPart moved[] = { { "onet", 4 }, { "wo", 2 } };
  guint8 signature[64];
  guint8 zero[32] = { 0 };

  coquill_device_keys_sign (keys, "test", parts, 2, signature);
  g_assert_true (coquill_signature_verify (public, "test", parts, 2, signature));
  g_assert_false (coquill_signature_verify (public, "tess", parts, 2, signature));
  g_assert_false (coquill_signature_verify (public, "test", parts, 1, signature));
  g_assert_false (coquill_signature_verify (public, "test", moved, 2, signature));
  g_assert_false (
      coquill_signature_verify (coquill_device_keys_get_public (other)->sign, "test", parts, 2, signature));
  g_assert_false (coquill_signature_verify (zero, "test", parts, 2, signature));

  for (gsize bit = 0; bit < sizeof signature * 8; bit++)
    {
      signature[bit / 8] ^= 1 << bit % 8;
      g_assert_false (coquill_signature_verify (public, "test", parts, 2, signature));
      signature[bit / 8] ^= 1 << bit % 8;
    }
}

static void
only_its_recipient_opens_a_box (void)
{
  g_autoptr (CoquillDeviceKeys) keys = coquill_device_keys_new ();
  g_autoptr (CoquillDeviceKeys) other = coquill_device_keys_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (CoquillSecret) opened = NULL;
  const guint8 zero[32] = { 0 };
  gsize length;

  sealed = coquill_box_seal (coquill_device_keys_get_public (keys)->box, (const guint8 *)"hello", 5, &error);
  g_assert_no_error (error);

  opened = coquill_device_keys_open (keys, sealed, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (coquill_secret_peek (opened, &length), 5, "hello", 5);
  g_assert_cmpuint (length, ==, 5);

  g_assert_null (coquill_device_keys_open (other, sealed, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_WRONG_KEY);
  g_clear_error (&error);

  for (gsize i = 0; i < g_bytes_get_size (sealed); i++)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
      g_autoptr (GBytes) flipped = NULL;
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (sealed, 0, i);

      copy[i] ^= 0x10;
      flipped = g_bytes_new_take (g_steal_pointer (&copy), g_bytes_get_size (sealed));
      g_assert_null (coquill_device_keys_open (keys, flipped, NULL));
      g_assert_null (coquill_device_keys_open (keys, cut, NULL));
    }

  g_assert_null (coquill_box_seal (zero, (const guint8 *)"hello", 5, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_MALFORMED);
  g_clear_error (&error);
  g_assert_null (coquill_box_seal (zero, zero, COQUILL_BOX_PLAIN_MAX + 1, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_TOO_LARGE);
}

static void
a_seeded_run_can_be_played_again (void)
{
  guint8 seed[32] = { 7 };
  guint8 one[100], two[100], three[100];

  /* In a process of its own: the seed stays. */
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }

  coquill_random_use_seed (seed);
  coquill_random_fill (one, sizeof one);
  coquill_random_fill (two, sizeof two);
  coquill_random_use_seed (seed);
  coquill_random_fill (three, sizeof three);
  g_assert_cmpmem (one, sizeof one, three, sizeof three);
  g_assert_cmpint (memcmp (one, two, sizeof one), !=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/secret/holds-what-it-was-given", secrets_hold_what_they_were_given);
  g_test_add_func ("/secret/may-be-many", secrets_may_be_many);
  g_test_add_func ("/secret/is-read-only", secrets_are_read_only);
  g_test_add_func ("/random/a-seeded-run-can-be-played-again", a_seeded_run_can_be_played_again);
  g_test_add_func ("/hash/depends-on-domain-and-lengths", hashes_depend_on_domain_and_lengths);
  g_test_add_func ("/keys/a-seed-gives-the-same-again", a_seed_gives_the_same_keys_again);
  g_test_add_func ("/keys/known-seed-gives-known-keys", known_seed_gives_known_keys);
  g_test_add_func ("/signature/covers-domain-and-every-part", a_signature_covers_domain_and_every_part);
  g_test_add_func ("/box/only-its-recipient-opens-it", only_its_recipient_opens_a_box);

  return g_test_run ();
}
