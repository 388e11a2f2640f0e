/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random.c: random bytes for ids, seeds and nonces */

#include "trust/random.h"

#include <string.h>

#include "trust/sodium-private.h"

static guint8 seed_key[crypto_stream_chacha20_KEYBYTES];
static guint64 seed_counter;
static GMutex seed_lock;

void
coquill_sodium_start (void)
{
  static gsize started;

  if (g_once_init_enter (&started))
    {
      if (sodium_init () < 0)
        g_error ("libsodium could not start: the system gives no random bytes");
      g_once_init_leave (&started, 1);
    }
}

void
coquill_random_fill (guint8 *out, gsize length)
{
  coquill_sodium_start ();
  randombytes_buf (out, length);
}

static const char *
seeded_name (void)
{
  return "seeded";
}

/* Each request is the key stream under its own number. */
static void
seeded_buf (void *const out, const size_t length)
{
  guint8 nonce[crypto_stream_chacha20_NONCEBYTES] = { 0 };
  guint64 number;

  g_mutex_lock (&seed_lock);
  number = GUINT64_TO_LE (seed_counter++);
  g_mutex_unlock (&seed_lock);

  G_STATIC_ASSERT (sizeof nonce == sizeof number);
  memcpy (nonce, &number, sizeof nonce);
  crypto_stream_chacha20 (out, length, nonce, seed_key);
}

static uint32_t
seeded_random (void)
{
  uint32_t value;

  seeded_buf (&value, sizeof value);
  return value;
}

void
coquill_random_use_seed (const guint8 *seed)
{
  static randombytes_implementation seeded = {
    .implementation_name = seeded_name,
    .random = seeded_random,
    .buf = seeded_buf,
  };

  coquill_sodium_start ();
  memcpy (seed_key, seed, sizeof seed_key);
  seed_counter = 0;
  randombytes_set_implementation (&seeded);
}
