/* nice-candidate.h: candidates and addresses as libnice has them, and as we do */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <nice/agent.h>

#include "wire/candidate.h"

G_BEGIN_DECLS

/** Own addresses used: each one is a socket and a pair with each of the peer's. */
#define COQUILL_NICE_CANDIDATE_MAX_OWN_ADDRESSES 16
/** Addresses of this machine from which on there is no attempt: libnice 0.1.22 ends the program at 64. */
#define COQUILL_NICE_CANDIDATE_MAX_MACHINE_ADDRESSES 60

/**
 * coquill_nice_candidate_kind:
 * @kind: (out): its kind
 *
 * Returns: %FALSE if it has none: neither side tells of what is peer-reflexive
 */
gboolean
coquill_nice_candidate_kind (NiceCandidateType type, CoquillCandidateKind *kind);

/**
 * coquill_nice_candidate_read:
 * @candidate: (out): what a peer is told of it
 *
 * Returns: %FALSE if it is none to tell of
 */
gboolean
coquill_nice_candidate_read (const NiceCandidate *from, CoquillCandidate *candidate);

/**
 * coquill_nice_candidate_new:
 * @from: checked
 *
 * Returns: (transfer full): a peer's, for a component of a stream
 */
NiceCandidate *
coquill_nice_candidate_new (const CoquillCandidate *from, guint stream, guint component);

/**
 * coquill_nice_candidate_add_own:
 *
 * Has the agent use this machine's addresses that others might reach: neither loopback nor link-local, of
 * interfaces that run. Doesn't block; some system calls.
 *
 * Returns: %FALSE if there are none, or so many that libnice can't have them
 */
gboolean
coquill_nice_candidate_add_own (NiceAgent *agent);

G_END_DECLS
