/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-envelope.c: envelopes, epochs and what is signed in them */

#include "trust/entry-signature.h"
#include "trust/envelope.h"
#include "trust/epoch-sealing.h"
#include "trust/live-signature.h"
#include "trust/random.h"
#include "trust/seal-signature.h"

#include <string.h>

static CoquillEpochKey *
make_epoch (void)
{
  g_autoptr (CoquillSecret) key = coquill_secret_new_random (COQUILL_EPOCH_KEY_SIZE);
  guint8 id[32];

  coquill_random_fill (id, sizeof id);
  return coquill_epoch_key_new (id, key);
}

static GBytes *
make_plain (gsize length)
{
  guint8 *bytes = g_malloc (length + 1);

  /* Ends in what padding looks like. */
  coquill_random_fill (bytes, length);
  if (length > 1)
    memcpy (bytes + length - 2, (guint8[]){ 0x80, 0 }, 2);
  return g_bytes_new_take (bytes, length);
}

static GBytes *
flip (GBytes *bytes, gsize bit)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  guint8 *copy = g_memdup2 (data, length);

  copy[bit / 8] ^= 1 << bit % 8;
  return g_bytes_new_take (copy, length);
}

static void
envelopes_have_few_sizes_and_open_again (void)
{
  const struct
  {
    gsize plain, padded;
  } cases[] = {
    { 0, 256 },         { 1, 256 },
    { 255, 256 },       { 256, 1024 },
    { 1023, 1024 },     { 1024, 4096 },
    { 4096, 16384 },    { 16383, 16384 },
    { 16384, 65536 },   { 65535, 65536 },
    { 65536, 131072 },  { 131071, 131072 },
    { 131072, 196608 }, { COQUILL_ENVELOPE_PLAIN_MAX, COQUILL_ENVELOPE_PADDED_MAX },
  };
  g_autoptr (CoquillEpochKey) epoch = make_epoch ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint class = COQUILL_ENVELOPE_STORED; class <= COQUILL_ENVELOPE_LIVE; class ++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (GBytes) plain = make_plain (cases[i].plain);
        g_autoptr (GBytes) sealed = coquill_envelope_seal (class, epoch, plain, &error);
        g_autoptr (GBytes) opened = NULL;
        CoquillEnvelopeClass peeked;
        guint8 id[32];

        g_assert_no_error (error);
        g_assert_cmpuint (g_bytes_get_size (sealed), ==, cases[i].padded + COQUILL_ENVELOPE_OVERHEAD);
        g_assert_true (coquill_envelope_peek (sealed, &peeked, id));
        g_assert_cmpint (peeked, ==, class);
        g_assert_cmpmem (id, 32, epoch->id, 32);

        opened = coquill_envelope_open (sealed, epoch, &error);
        g_assert_no_error (error);
        g_assert_true (g_bytes_equal (plain, opened));
      }
}

static void
too_much_for_an_envelope_is_refused (void)
{
  g_autoptr (CoquillEpochKey) epoch = make_epoch ();
  g_autoptr (GBytes) plain = make_plain (COQUILL_ENVELOPE_PLAIN_MAX + 1);
  g_autoptr (GBytes) huge = make_plain (COQUILL_ENVELOPE_MAX + 65536);
  g_autoptr (GError) error = NULL;

  g_assert_null (coquill_envelope_seal (COQUILL_ENVELOPE_STORED, epoch, plain, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_TOO_LARGE);
  g_assert_false (coquill_envelope_peek (huge, NULL, NULL));
  g_assert_null (coquill_envelope_open (huge, epoch, NULL));
}

static void
every_flipped_bit_and_cut_of_an_envelope_is_refused (void)
{
  g_autoptr (CoquillEpochKey) epoch = make_epoch ();
  g_autoptr (GBytes) plain = make_plain (100);
  g_autoptr (GBytes) sealed = coquill_envelope_seal (COQUILL_ENVELOPE_STORED, epoch, plain, NULL);
  g_autoptr (GBytes) longer = NULL;
  g_autofree guint8 *longer_bytes = NULL;
  gsize size = g_bytes_get_size (sealed);

  for (gsize bit = 0; bit < size * 8; bit++)
    {
      g_autoptr (GBytes) flipped = flip (sealed, bit);

      g_assert_null (coquill_envelope_open (flipped, epoch, NULL));
    }

  for (gsize length = 0; length < size; length++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (sealed, 0, length);

      g_assert_null (coquill_envelope_open (cut, epoch, NULL));
      g_assert_false (coquill_envelope_peek (cut, NULL, NULL));
    }

  longer_bytes = g_malloc0 (size + 1);
  memcpy (longer_bytes, g_bytes_get_data (sealed, NULL), size);
  longer = g_bytes_new_take (g_steal_pointer (&longer_bytes), size + 1);
  g_assert_null (coquill_envelope_open (longer, epoch, NULL));
}

static void
another_epochs_key_opens_nothing (void)
{
  g_autoptr (CoquillEpochKey) epoch = make_epoch ();
  g_autoptr (CoquillEpochKey) other = make_epoch ();
  g_autoptr (CoquillEpochKey) pretender = coquill_epoch_key_new (epoch->id, other->key);
  g_autoptr (GBytes) plain = make_plain (100);
  g_autoptr (GBytes) sealed = coquill_envelope_seal (COQUILL_ENVELOPE_LIVE, epoch, plain, NULL);
  g_autoptr (GBytes) newer = flip (sealed, 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (coquill_envelope_open (sealed, other, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_WRONG_KEY);
  g_clear_error (&error);
  g_assert_null (coquill_envelope_open (sealed, pretender, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_WRONG_KEY);
  g_clear_error (&error);
  g_assert_null (coquill_envelope_open (newer, epoch, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_UNSUPPORTED_VERSION);
}

static void
an_epoch_is_for_its_recipients_only (void)
{
  g_autoptr (CoquillDeviceKeys) owner = coquill_device_keys_new ();
  g_autoptr (CoquillDeviceKeys) stranger = coquill_device_keys_new ();
  g_autoptr (CoquillInviteKeys) invite = coquill_invite_keys_new ();
  g_autoptr (CoquillRoomKeys) room = coquill_room_keys_new ();
  g_autoptr (CoquillSecret) key = coquill_secret_new_random (COQUILL_EPOCH_KEY_SIZE);
  g_autoptr (CoquillSecret) owner_key = NULL, invite_key = NULL, no_key = NULL;
  g_autoptr (CoquillRoomKeys) owner_room = NULL, invite_room = NULL, no_room = NULL;
  g_autoptr (CoquillEpochBoxes) boxes = coquill_epoch_seal_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) sealed = NULL;

  g_assert_true (coquill_epoch_seal_add (boxes, coquill_device_keys_get_public (owner)->box, key, room,
                                         COQUILL_ROOM_ADMIN, &error));
  g_assert_true (coquill_epoch_seal_add (boxes, coquill_invite_keys_get_public (invite)->box, key, room,
                                         COQUILL_ROOM_WRITE, &error));

  g_assert_true (coquill_epoch_open_as_device (boxes, owner, &owner_key, &owner_room, &error));
  g_assert_true (coquill_secret_equal (owner_key, key));
  g_assert_cmpint (coquill_room_keys_get_role (owner_room), ==, COQUILL_ROOM_ADMIN);

  g_assert_true (coquill_epoch_open_as_invite (boxes, invite, &invite_key, &invite_room, &error));
  g_assert_true (coquill_secret_equal (invite_key, key));
  g_assert_cmpint (coquill_room_keys_get_role (invite_room), ==, COQUILL_ROOM_WRITE);
  g_assert_cmpmem (coquill_room_keys_get_public (invite_room, COQUILL_ROOM_READ), 32,
                   coquill_room_keys_get_public (room, COQUILL_ROOM_READ), 32);

  g_assert_false (coquill_epoch_open_as_device (boxes, stranger, &no_key, &no_room, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_WRONG_KEY);
  g_clear_error (&error);

  /* Somebody else's box under one's own tag. */
  sealed = g_bytes_ref (boxes->boxes[1].sealed);
  g_bytes_unref (boxes->boxes[0].sealed);
  boxes->boxes[0].sealed = g_bytes_ref (sealed);
  g_assert_false (coquill_epoch_open_as_device (boxes, owner, &no_key, &no_room, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_WRONG_KEY);
  g_assert_null (no_key);
}

static void
tags_dont_follow_a_recipient (void)
{
  g_autoptr (CoquillDeviceKeys) keys = coquill_device_keys_new ();
  g_autoptr (CoquillRoomKeys) room = coquill_room_keys_new ();
  g_autoptr (CoquillSecret) key = coquill_secret_new_random (COQUILL_EPOCH_KEY_SIZE);
  g_autoptr (CoquillEpochBoxes) one = coquill_epoch_seal_new ();
  g_autoptr (CoquillEpochBoxes) two = coquill_epoch_seal_new ();
  const guint8 *recipient = coquill_device_keys_get_public (keys)->box;

  g_assert_true (coquill_epoch_seal_add (one, recipient, key, room, COQUILL_ROOM_READ, NULL));
  g_assert_true (coquill_epoch_seal_add (two, recipient, key, room, COQUILL_ROOM_READ, NULL));
  g_assert_cmpint (memcmp (one->boxes[0].tag, two->boxes[0].tag, COQUILL_EPOCH_TAG_SIZE), !=, 0);
}

static void
an_epoch_encloses_the_earlier_ones (void)
{
  g_autoptr (CoquillEpochKey) epoch = make_epoch ();
  g_autoptr (CoquillEpochKey) other = make_epoch ();
  g_autoptr (CoquillEpochBoxes) boxes = coquill_epoch_seal_new ();
  g_autoptr (GPtrArray) earlier = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_epoch_key_free);
  g_autoptr (GPtrArray) none = NULL, opened = NULL;
  g_autoptr (GError) error = NULL;

  none = coquill_epoch_open_earlier (boxes, epoch->key, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);

  for (guint i = 0; i < COQUILL_EPOCH_MAX_EARLIER + 3; i++)
    g_ptr_array_add (earlier, make_epoch ());
  coquill_epoch_seal_earlier (boxes, epoch->key, earlier);

  opened = coquill_epoch_open_earlier (boxes, epoch->key, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (opened->len, ==, COQUILL_EPOCH_MAX_EARLIER);
  for (guint i = 0; i < opened->len; i++)
    {
      const CoquillEpochKey *put = earlier->pdata[i], *got = opened->pdata[i];

      g_assert_cmpmem (put->id, 32, got->id, 32);
      g_assert_true (coquill_secret_equal (put->key, got->key));
    }

  g_assert_null (coquill_epoch_open_earlier (boxes, other->key, &error));
  g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_WRONG_KEY);
  g_clear_error (&error);

  for (gsize length = 0; length < 200; length++)
    {
      g_autoptr (GBytes) whole = g_bytes_ref (boxes->earlier);

      g_bytes_unref (boxes->earlier);
      boxes->earlier = g_bytes_new_from_bytes (whole, 0, length);
      g_assert_null (coquill_epoch_open_earlier (boxes, epoch->key, NULL));
      g_bytes_unref (boxes->earlier);
      boxes->earlier = g_steal_pointer (&whole);
    }
}

static void
a_log_entry_is_its_signers (void)
{
  g_autoptr (CoquillDeviceKeys) keys = coquill_device_keys_new ();
  const CoquillDevicePublic *public = coquill_device_keys_get_public (keys);
  g_autoptr (CoquillLogEntry) entry = coquill_log_entry_new (COQUILL_LOG_FOUND, NULL, public->sign, NULL, 0);
  g_autoptr (CoquillSignedEntry) entry_signed = NULL;
  g_autoptr (CoquillLogEntry) opened = NULL;
  g_autoptr (GError) error = NULL;
  guint8 id[32], other_id[32];

  entry->found.device = *public;
  coquill_random_fill (entry->found.random, sizeof entry->found.random);
  entry_signed = coquill_entry_sign (entry, keys);
  coquill_entry_id (entry_signed->entry, id);

  opened = coquill_entry_open (entry_signed, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (opened->signer, 32, public->sign, 32);

  for (gsize bit = 0; bit < g_bytes_get_size (entry_signed->entry) * 8; bit++)
    {
      g_autoptr (GBytes) bytes = flip (entry_signed->entry, bit);
      g_autoptr (CoquillSignedEntry) flipped = coquill_signed_entry_new (bytes, entry_signed->signature);

      g_assert_null (coquill_entry_open (flipped, NULL));
      coquill_entry_id (bytes, other_id);
      g_assert_cmpint (memcmp (id, other_id, 32), !=, 0);
    }

  for (gsize bit = 0; bit < 64 * 8; bit++)
    {
      g_autoptr (CoquillSignedEntry) flipped = coquill_signed_entry_copy (entry_signed);

      flipped->signature[bit / 8] ^= 1 << bit % 8;
      g_assert_null (coquill_entry_open (flipped, NULL));
    }
}

static void
only_the_links_holder_redeems_an_invite (void)
{
  g_autoptr (CoquillDeviceKeys) keys = coquill_device_keys_new ();
  g_autoptr (CoquillInviteKeys) invite = coquill_invite_keys_new ();
  g_autoptr (CoquillInviteKeys) other = coquill_invite_keys_new ();
  const CoquillDevicePublic *public = coquill_device_keys_get_public (keys);
  CoquillDigest parent = { { 9 } };
  guint8 document[32] = { 7 }, other_document[32] = { 8 };
  struct
  {
    CoquillInviteKeys *signer;
    const guint8 *document;
    gboolean right;
  } cases[] = { { invite, document, TRUE }, { other, document, FALSE }, { invite, other_document, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CoquillLogEntry) entry
          = coquill_log_entry_new (COQUILL_LOG_REDEEM, document, public->sign, &parent, 1);
      g_autoptr (CoquillSignedEntry) entry_signed = NULL;
      g_autoptr (CoquillLogEntry) opened = NULL;
      g_autoptr (GError) error = NULL;

      memcpy (entry->redeem.invite, coquill_invite_keys_get_public (invite)->sign, 32);
      entry->redeem.device = *public;
      coquill_redeem_sign (cases[i].signer, cases[i].document, public, entry->redeem.signature);
      entry_signed = coquill_entry_sign (entry, keys);

      opened = coquill_entry_open (entry_signed, &error);
      if (cases[i].right)
        g_assert_no_error (error);
      else
        g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_SIGNATURE);
    }
}

static void
a_seal_covers_every_field (void)
{
  g_autoptr (CoquillDeviceKeys) keys = coquill_device_keys_new ();
  CoquillSeal seal = { .ordinal = 3, .nonce = 0x1122334455667788, .sequence = 99, .digest = { 1, 2, 3 } };
  guint8 document[32] = { 5 };

  coquill_seal_sign (&seal, document, keys);
  g_assert_cmpmem (seal.device, 32, coquill_device_keys_get_public (keys)->sign, 32);
  g_assert_true (coquill_seal_verify (&seal, document));

#define CHECK_FIELD(change, undo)                                                                            \
  change;                                                                                                    \
  g_assert_false (coquill_seal_verify (&seal, document));                                                    \
  undo

  CHECK_FIELD (seal.ordinal++, seal.ordinal--);
  CHECK_FIELD (seal.nonce ^= 1, seal.nonce ^= 1);
  CHECK_FIELD (seal.sequence++, seal.sequence--);
  CHECK_FIELD (seal.digest[31] ^= 1, seal.digest[31] ^= 1);
  CHECK_FIELD (seal.device[0] ^= 1, seal.device[0] ^= 1);
  CHECK_FIELD (seal.signature[0] ^= 1, seal.signature[0] ^= 1);
  CHECK_FIELD (document[0] ^= 1, document[0] ^= 1);
  g_assert_true (coquill_seal_verify (&seal, document));
}

static void
a_live_payload_cant_be_passed_on_as_new (void)
{
  g_autoptr (CoquillDeviceKeys) keys = coquill_device_keys_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("hello", 5);
  g_autoptr (GBytes) other_body = g_bytes_new_static ("hullo", 5);
  guint8 document[32] = { 5 }, epoch[32] = { 6 }, sender[32] = { 0 };
  g_autoptr (CoquillPayload) payload = coquill_payload_new (COQUILL_PAYLOAD_HELLO, document, sender, body);

  payload->counter = 17;
  coquill_live_sign (payload, epoch, keys);
  g_assert_cmpmem (payload->sender, 32, coquill_device_keys_get_public (keys)->sign, 32);
  g_assert_true (coquill_live_verify (payload, epoch));

#define CHECK_LIVE(change, undo)                                                                             \
  change;                                                                                                    \
  g_assert_false (coquill_live_verify (payload, epoch));                                                     \
  undo

  CHECK_LIVE (payload->kind = COQUILL_PAYLOAD_WANT, payload->kind = COQUILL_PAYLOAD_HELLO);
  CHECK_LIVE (payload->kind = COQUILL_PAYLOAD_CHANGE, payload->kind = COQUILL_PAYLOAD_HELLO);
  CHECK_LIVE (payload->counter++, payload->counter--);
  CHECK_LIVE (payload->document[0] ^= 1, payload->document[0] ^= 1);
  CHECK_LIVE (payload->sender[0] ^= 1, payload->sender[0] ^= 1);
  CHECK_LIVE (payload->recipient[0] ^= 1, payload->recipient[0] ^= 1);
  CHECK_LIVE (epoch[0] ^= 1, epoch[0] ^= 1);
  CHECK_LIVE (payload->signature[63] ^= 1, payload->signature[63] ^= 1);
  CHECK_LIVE (payload->body = other_body, payload->body = body);
  g_assert_true (coquill_live_verify (payload, epoch));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/envelope/has-few-sizes-and-opens-again", envelopes_have_few_sizes_and_open_again);
  g_test_add_func ("/envelope/too-much-is-refused", too_much_for_an_envelope_is_refused);
  g_test_add_func ("/envelope/every-flipped-bit-and-cut-is-refused",
                   every_flipped_bit_and_cut_of_an_envelope_is_refused);
  g_test_add_func ("/envelope/another-epochs-key-opens-nothing", another_epochs_key_opens_nothing);
  g_test_add_func ("/epoch/is-for-its-recipients-only", an_epoch_is_for_its_recipients_only);
  g_test_add_func ("/epoch/tags-dont-follow-a-recipient", tags_dont_follow_a_recipient);
  g_test_add_func ("/epoch/encloses-the-earlier-ones", an_epoch_encloses_the_earlier_ones);
  g_test_add_func ("/entry/is-its-signers", a_log_entry_is_its_signers);
  g_test_add_func ("/entry/only-the-links-holder-redeems-an-invite", only_the_links_holder_redeems_an_invite);
  g_test_add_func ("/seal/covers-every-field", a_seal_covers_every_field);
  g_test_add_func ("/live/cant-be-passed-on-as-new", a_live_payload_cant_be_passed_on_as_new);

  return g_test_run ();
}
