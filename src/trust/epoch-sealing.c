/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch-sealing.c: handing out an epoch: boxes for its recipients, the earlier keys for all of them */

#include "trust/epoch-sealing.h"

#include <string.h>

#include "trust/box.h"
#include "trust/epoch-subkey-private.h"
#include "trust/hash.h"
#include "trust/random.h"
#include "trust/sodium-private.h"
#include "wire/epoch-secrets.h"

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES

/* One earlier epoch: its id, then its key. */
#define PAIR_SIZE (COQUILL_DIGEST_SIZE + COQUILL_EPOCH_KEY_SIZE)

G_STATIC_ASSERT (COQUILL_EPOCH_MAX_EARLIER *PAIR_SIZE <= COQUILL_SECRET_MAX);

static void
box_tag (const guint8 *salt, const guint8 *recipient, guint8 *tag)
{
  guint8 digest[COQUILL_DIGEST_SIZE];
  CoquillHash hash;

  coquill_hash_begin (&hash, "coquill epoch box 1");
  coquill_hash_update (&hash, salt, COQUILL_EPOCH_SALT_SIZE);
  coquill_hash_update (&hash, recipient, COQUILL_DIGEST_SIZE);
  coquill_hash_finish (&hash, digest);
  memcpy (tag, digest, COQUILL_EPOCH_TAG_SIZE);
}

CoquillEpochBoxes *
coquill_epoch_seal_new (void)
{
  guint8 salt[COQUILL_EPOCH_SALT_SIZE];

  coquill_random_fill (salt, sizeof salt);
  return coquill_epoch_boxes_new (salt);
}

gboolean
coquill_epoch_seal_add (CoquillEpochBoxes *boxes,
                        const guint8 *recipient,
                        CoquillSecret *key,
                        const CoquillRoomKeys *room_keys,
                        CoquillRoomRole room_role,
                        GError **error)
{
  CoquillEpochSecrets secrets;
  guint8 plain[COQUILL_EPOCH_SECRETS_MAX];
  guint8 tag[COQUILL_EPOCH_TAG_SIZE];
  g_autoptr (GBytes) sealed = NULL;
  gsize length;

  g_return_val_if_fail (coquill_secret_get_length (key) == COQUILL_EPOCH_KEY_SIZE, FALSE);
  g_return_val_if_fail (room_role >= COQUILL_ROOM_READ && room_role <= coquill_room_keys_get_role (room_keys),
                        FALSE);

  memcpy (secrets.key, coquill_secret_peek (key, NULL), sizeof secrets.key);
  secrets.room_role = room_role;
  memcpy (secrets.room_seed, coquill_secret_peek (coquill_room_keys_get_seed (room_keys, room_role), NULL),
          sizeof secrets.room_seed);

  length = coquill_epoch_secrets_encode (&secrets, plain);
  sealed = coquill_box_seal (recipient, plain, length, error);
  coquill_wipe (&secrets, sizeof secrets);
  coquill_wipe (plain, sizeof plain);
  if (sealed == NULL)
    return FALSE;

  box_tag (boxes->salt, recipient, tag);
  coquill_epoch_boxes_add (boxes, tag, sealed);
  return TRUE;
}

void
coquill_epoch_seal_earlier (CoquillEpochBoxes *boxes, CoquillSecret *key, GPtrArray *earlier)
{
  guint n_earlier = MIN (earlier->len, COQUILL_EPOCH_MAX_EARLIER);
  gsize plain_size = n_earlier * PAIR_SIZE;
  guint8 subkey[COQUILL_EPOCH_SUBKEY_SIZE];
  guint8 *sealed;

  g_clear_pointer (&boxes->earlier, g_bytes_unref);
  if (n_earlier == 0)
    return;

  /* The pairs are written where the ciphertext is to stand, and sealed in place: nothing is left to wipe. */
  sealed = g_malloc (NONCE_SIZE + plain_size + TAG_SIZE);
  coquill_random_fill (sealed, NONCE_SIZE);
  for (guint i = 0; i < n_earlier; i++)
    {
      const CoquillEpochKey *epoch = earlier->pdata[i];
      guint8 *pair = sealed + NONCE_SIZE + i * PAIR_SIZE;

      memcpy (pair, epoch->id, sizeof epoch->id);
      memcpy (pair + sizeof epoch->id, coquill_secret_peek (epoch->key, NULL), COQUILL_EPOCH_KEY_SIZE);
    }

  coquill_epoch_subkey (key, COQUILL_EPOCH_SUBKEY_EARLIER, subkey);
  crypto_aead_xchacha20poly1305_ietf_encrypt (sealed + NONCE_SIZE, NULL, sealed + NONCE_SIZE, plain_size,
                                              boxes->salt, sizeof boxes->salt, NULL, sealed, subkey);
  coquill_wipe (subkey, sizeof subkey);
  boxes->earlier = g_bytes_new_take (sealed, NONCE_SIZE + plain_size + TAG_SIZE);
}

static gboolean
take_secrets (CoquillSecret *plain, CoquillSecret **key, CoquillRoomKeys **room_keys, GError **error)
{
  CoquillEpochSecrets secrets;
  g_autoptr (CoquillSecret) seed = NULL;
  gsize length;
  const guint8 *bytes = coquill_secret_peek (plain, &length);

  if (!coquill_epoch_secrets_decode (bytes, length, &secrets, error))
    return FALSE;

  seed = coquill_secret_new (secrets.room_seed, sizeof secrets.room_seed);
  *room_keys = coquill_room_keys_new_from_seed (secrets.room_role, seed);
  *key = coquill_secret_new (secrets.key, sizeof secrets.key);
  coquill_wipe (&secrets, sizeof secrets);
  return TRUE;
}

/* Opens with whatever keys one has. */
typedef CoquillSecret *(*OpenFunc) (gconstpointer keys, GBytes *sealed, GError **error);

static gboolean
open_own_box (const CoquillEpochBoxes *boxes,
              const guint8 *recipient,
              OpenFunc open,
              gconstpointer keys,
              CoquillSecret **key,
              CoquillRoomKeys **room_keys,
              GError **error)
{
  guint8 tag[COQUILL_EPOCH_TAG_SIZE];

  box_tag (boxes->salt, recipient, tag);
  for (gsize i = 0; i < boxes->n_boxes; i++)
    {
      g_autoptr (CoquillSecret) plain = NULL;

      if (memcmp (boxes->boxes[i].tag, tag, sizeof tag) != 0)
        continue;

      plain = open (keys, boxes->boxes[i].sealed, error);
      return plain != NULL && take_secrets (plain, key, room_keys, error);
    }

  g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_WRONG_KEY,
                       "the epoch has no box for this key");
  return FALSE;
}

static CoquillSecret *
open_as_device (gconstpointer keys, GBytes *sealed, GError **error)
{
  return coquill_device_keys_open (keys, sealed, error);
}

static CoquillSecret *
open_as_invite (gconstpointer keys, GBytes *sealed, GError **error)
{
  return coquill_invite_keys_open (keys, sealed, error);
}

gboolean
coquill_epoch_open_as_device (const CoquillEpochBoxes *boxes,
                              const CoquillDeviceKeys *keys,
                              CoquillSecret **key,
                              CoquillRoomKeys **room_keys,
                              GError **error)
{
  return open_own_box (boxes, coquill_device_keys_get_public (keys)->box, open_as_device, keys, key,
                       room_keys, error);
}

gboolean
coquill_epoch_open_as_invite (const CoquillEpochBoxes *boxes,
                              const CoquillInviteKeys *keys,
                              CoquillSecret **key,
                              CoquillRoomKeys **room_keys,
                              GError **error)
{
  return open_own_box (boxes, coquill_invite_keys_get_public (keys)->box, open_as_invite, keys, key,
                       room_keys, error);
}

typedef struct
{
  const CoquillEpochBoxes *boxes;
  const guint8 *sealed;
  gsize length;
  guint8 subkey[COQUILL_EPOCH_SUBKEY_SIZE];
  gboolean opened;
} Opening;

static void
fill_earlier (guint8 *out, gsize length, gpointer data)
{
  Opening *opening = data;

  opening->opened = crypto_aead_xchacha20poly1305_ietf_decrypt (
                        out, NULL, NULL, opening->sealed + NONCE_SIZE, opening->length - NONCE_SIZE,
                        opening->boxes->salt, sizeof opening->boxes->salt, opening->sealed, opening->subkey)
                    == 0;
}

gboolean
coquill_epoch_has_box (const CoquillEpochBoxes *boxes, const guint8 *recipient)
{
  guint8 tag[COQUILL_EPOCH_TAG_SIZE];

  box_tag (boxes->salt, recipient, tag);
  for (gsize i = 0; i < boxes->n_boxes; i++)
    if (memcmp (boxes->boxes[i].tag, tag, sizeof tag) == 0)
      return TRUE;

  return FALSE;
}

GPtrArray *
coquill_epoch_open_earlier (const CoquillEpochBoxes *boxes, CoquillSecret *key, GError **error)
{
  g_autoptr (GPtrArray) earlier = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_epoch_key_free);
  g_autoptr (CoquillSecret) plain = NULL;
  Opening opening = { .boxes = boxes };
  gsize plain_size;

  if (boxes->earlier == NULL)
    return g_steal_pointer (&earlier);

  opening.sealed = g_bytes_get_data (boxes->earlier, &opening.length);
  plain_size = opening.length - MIN (opening.length, NONCE_SIZE + TAG_SIZE);
  if (plain_size == 0 || plain_size % PAIR_SIZE != 0 || plain_size / PAIR_SIZE > COQUILL_EPOCH_MAX_EARLIER)
    {
      g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_MALFORMED,
                           "the enclosed earlier epochs have an impossible length");
      return NULL;
    }

  coquill_epoch_subkey (key, COQUILL_EPOCH_SUBKEY_EARLIER, opening.subkey);
  plain = coquill_secret_new_filled (plain_size, fill_earlier, &opening);
  coquill_wipe (opening.subkey, sizeof opening.subkey);
  if (!opening.opened)
    {
      g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_WRONG_KEY,
                           "the enclosed earlier epochs are not sealed under this epoch's key");
      return NULL;
    }

  for (gsize at = 0; at < plain_size; at += PAIR_SIZE)
    {
      const guint8 *pair = coquill_secret_peek (plain, NULL) + at;
      g_autoptr (CoquillSecret) secret
          = coquill_secret_new (pair + COQUILL_DIGEST_SIZE, COQUILL_EPOCH_KEY_SIZE);

      g_ptr_array_add (earlier, coquill_epoch_key_new (pair, secret));
    }

  return g_steal_pointer (&earlier);
}
