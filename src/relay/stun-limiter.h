/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stun-limiter.h: how often whom a relay answers STUN, in memory of a fixed size */
#pragma once

#include <glib.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/** Buckets of tokens. Networks that hash to the same one share it: nothing is ever thrown out, and a flood of
 * forged sources finds no more to fill than this. 16 bytes each. */
#define COQUILL_STUN_LIMITER_BUCKETS 8192
/** Seconds of a rate that may be saved up: an office whose computers all wake up. */
#define COQUILL_STUN_LIMITER_BURST 4

/**
 * CoquillStunLimiter:
 *
 * Counts answers for each source network (IPv4 /24, IPv6 /48: the least that one customer can choose from)
 * and for all together. What is forged reflects to its victim no more than this.
 */
typedef struct _CoquillStunLimiter CoquillStunLimiter;

/**
 * coquill_stun_limiter_new:
 * @rate: answers a second for one network
 * @rate_all: answers a second in all
 *
 * Returns: (transfer full): a limiter with a hash key of its own, so that nobody can choose whose bucket to
 * empty
 */
CoquillStunLimiter *
coquill_stun_limiter_new (guint rate, guint rate_all) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_stun_limiter_free (CoquillStunLimiter *self);

/**
 * coquill_stun_limiter_take:
 * @source: IPv4 or IPv6, not mapped
 * @now: monotonic microseconds
 *
 * Returns: whether one more may be answered, which it then counts. Constant time
 */
gboolean
coquill_stun_limiter_take (CoquillStunLimiter *self, const struct sockaddr_storage *source, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillStunLimiter, coquill_stun_limiter_free)

G_END_DECLS
