/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stun-limiter.c: how often whom a relay answers STUN, in memory of a fixed size */

#include "relay/stun-limiter.h"

#include "trust/random.h"

#include <netinet/in.h>
#include <string.h>

typedef struct
{
  double tokens;
  gint64 at; /* when tokens was right; 0: never used, full */
} Bucket;

struct _CoquillStunLimiter
{
  guint rate;
  guint rate_all;
  guint64 key[2];
  Bucket all;
  Bucket buckets[COQUILL_STUN_LIMITER_BUCKETS];
};

CoquillStunLimiter *
coquill_stun_limiter_new (guint rate, guint rate_all)
{
  CoquillStunLimiter *self = g_new0 (CoquillStunLimiter, 1);

  self->rate = rate;
  self->rate_all = rate_all;
  coquill_random_fill ((guint8 *)self->key, sizeof self->key);
  return self;
}

void
coquill_stun_limiter_free (CoquillStunLimiter *self)
{
  g_free (self);
}

/* The finalizer of MurmurHash3. */
static guint64
mix (guint64 value)
{
  value ^= value >> 33;
  value *= G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
  value ^= value >> 33;
  value *= G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);
  return value ^ value >> 33;
}

static Bucket *
find (CoquillStunLimiter *self, const struct sockaddr_storage *source)
{
  guint64 network = 0;

  if (source->ss_family == AF_INET)
    memcpy (&network, &((const struct sockaddr_in *)source)->sin_addr, 3);
  else
    memcpy (&network, &((const struct sockaddr_in6 *)source)->sin6_addr, 6);
  network ^= (guint64)source->ss_family << 56;
  return &self->buckets[mix (mix (network ^ self->key[0]) ^ self->key[1]) % COQUILL_STUN_LIMITER_BUCKETS];
}

static void
refill (Bucket *bucket, guint rate, gint64 now)
{
  double most = (double)rate * COQUILL_STUN_LIMITER_BURST;

  if (bucket->at == 0)
    bucket->tokens = most;
  else
    bucket->tokens = MIN (most, bucket->tokens + (double)(now - bucket->at) / G_USEC_PER_SEC * rate);
  bucket->at = now;
}

gboolean
coquill_stun_limiter_take (CoquillStunLimiter *self, const struct sockaddr_storage *source, gint64 now)
{
  Bucket *bucket = find (self, source);

  refill (bucket, self->rate, now);
  refill (&self->all, self->rate_all, now);
  if (bucket->tokens < 1 || self->all.tokens < 1)
    return FALSE;
  bucket->tokens--;
  self->all.tokens--;
  return TRUE;
}
