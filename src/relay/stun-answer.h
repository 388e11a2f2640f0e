/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stun-answer.h: what a relay answers to one STUN question */
#pragma once

#include <glib.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/** The longest question looked at; a client's is 20 bytes and perhaps the name of its software. */
#define COQUILL_STUN_QUESTION_MAX 512
/** The longest answer: a header of 20 bytes and two IPv6 addresses of 24. The smallest question has 20: with
 * the headers of IPv6 and UDP around both, an answer is not twice as long. */
#define COQUILL_STUN_ANSWER_MAX 68

/**
 * coquill_stun_is_source:
 * @source: where a datagram says that it comes from
 *
 * Returns: whether it may be answered: not port 0, multicast, broadcast or unspecified addresses
 */
gboolean
coquill_stun_is_source (const struct sockaddr_storage *source);

/**
 * coquill_stun_unmap:
 * @address: an address; an IPv6 one that maps an IPv4 one becomes that
 *
 * A socket for both families knows IPv4 as mapped, and its client doesn't.
 */
void
coquill_stun_unmap (struct sockaddr_storage *address);

/**
 * coquill_stun_answer:
 * @question: from outside
 * @length: its bytes
 * @source: where it comes from, not mapped
 * @other: (nullable): the address to name as OTHER-ADDRESS (RFC 5780), not mapped
 * @answer: (out caller-allocates): %COQUILL_STUN_ANSWER_MAX bytes
 *
 * Answers a binding request of RFC 5389 with XOR-MAPPED-ADDRESS, and one of RFC 3489, which has no cookie and
 * which libnice 0.1.22 still asks, with MAPPED-ADDRESS. Everything else has no answer, not even an error:
 * other methods and classes, attributes that must be understood and aren't (CHANGE-REQUEST).
 *
 * Returns: the answer's length; 0 for none
 */
gsize
coquill_stun_answer (const guint8 *question,
                     gsize length,
                     const struct sockaddr_storage *source,
                     const struct sockaddr_storage *other,
                     guint8 *answer);

G_END_DECLS
