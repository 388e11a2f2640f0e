/* candidate-filter.h: which addresses a peer may send us to */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "wire/candidate.h"

G_BEGIN_DECLS

/** Remote candidates taken in one attempt: a host with 8 addresses, each with STUN and TURN, twice over. */
#define COQUILL_CANDIDATE_MAX_REMOTE 64
/** Ports below are those of services, which a peer could have us knock at. */
#define COQUILL_CANDIDATE_LOWEST_PORT 1024

/**
 * CoquillCandidateVerdict:
 * @COQUILL_CANDIDATE_TAKEN: fine
 * @COQUILL_CANDIDATE_MALFORMED: sizes, kind or foundation make no sense
 * @COQUILL_CANDIDATE_UNSPECIFIED: 0.0.0.0/8 or ::
 * @COQUILL_CANDIDATE_LOOPBACK: 127.0.0.0/8 or ::1
 * @COQUILL_CANDIDATE_LINK_LOCAL: 169.254.0.0/16 or fe80::/10
 * @COQUILL_CANDIDATE_MULTICAST: 224.0.0.0/4 or ff00::/8
 * @COQUILL_CANDIDATE_BROADCAST: 255.255.255.255, and 240.0.0.0/4 which nobody has
 * @COQUILL_CANDIDATE_EMBEDDED: IPv6 that means an IPv4 address and so gets round its verdict: v4-mapped
 * ::ffff:0:0/96, v4-compatible ::/96, translated 64:ff9b::/96 and 64:ff9b:1::/48, 6to4 2002::/16
 * @COQUILL_CANDIDATE_PORT: 0 or below %COQUILL_CANDIDATE_LOWEST_PORT
 * @COQUILL_CANDIDATE_TOO_MANY: one more than %COQUILL_CANDIDATE_MAX_REMOTE
 * @COQUILL_CANDIDATE_REPEATED: the same again
 */
typedef enum
{
  COQUILL_CANDIDATE_TAKEN,
  COQUILL_CANDIDATE_MALFORMED,
  COQUILL_CANDIDATE_UNSPECIFIED,
  COQUILL_CANDIDATE_LOOPBACK,
  COQUILL_CANDIDATE_LINK_LOCAL,
  COQUILL_CANDIDATE_MULTICAST,
  COQUILL_CANDIDATE_BROADCAST,
  COQUILL_CANDIDATE_EMBEDDED,
  COQUILL_CANDIDATE_PORT,
  COQUILL_CANDIDATE_TOO_MANY,
  COQUILL_CANDIDATE_REPEATED,
} CoquillCandidateVerdict;

#define COQUILL_CANDIDATE_N_VERDICTS (COQUILL_CANDIDATE_REPEATED + 1)

/**
 * CoquillCandidateCounts:
 * @by_verdict: how many candidates got it
 */
typedef struct
{
  guint64 by_verdict[COQUILL_CANDIDATE_N_VERDICTS];
} CoquillCandidateCounts;

/**
 * coquill_candidate_check:
 * @candidate: from a peer, any bytes
 *
 * Looks at one candidate alone. Private addresses (RFC 1918, fc00::/7) pass: the peer may be in the next
 * room. The base address is not looked at: nothing is ever sent to it.
 *
 * Returns: %COQUILL_CANDIDATE_TAKEN, or why not
 */
CoquillCandidateVerdict
coquill_candidate_check (const CoquillCandidate *candidate);

/**
 * coquill_candidate_is_private:
 * @candidate: one that coquill_candidate_check() doesn't call malformed
 *
 * Private addresses mean something else in every network: RFC 1918, RFC 6598 (100.64.0.0/10), fc00::/7 and
 * fec0::/10.
 *
 * Returns: whether its address is one
 */
gboolean
coquill_candidate_is_private (const CoquillCandidate *candidate);

/**
 * coquill_candidate_verdict_get_name:
 *
 * Returns: (transfer none): a word for logs and counters, such as `link-local`
 */
const char *
coquill_candidate_verdict_get_name (CoquillCandidateVerdict verdict);

G_END_DECLS
