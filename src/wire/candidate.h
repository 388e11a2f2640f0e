/* SPDX-License-Identifier: GPL-3.0-or-later */
/* candidate.h: an address at which a device may be reached, as ICE calls it */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Characters of a foundation (RFC 8445, 5.3 and RFC 8839, 5.1). */
#define COQUILL_CANDIDATE_FOUNDATION_MAX 32

/**
 * CoquillCandidateKind:
 * @COQUILL_CANDIDATE_HOST: an address of the device's own
 * @COQUILL_CANDIDATE_SERVER_REFLEXIVE: its router's, as a STUN server saw it
 * @COQUILL_CANDIDATE_RELAYED: a TURN server's, lent to the device
 *
 * Where a candidate comes from. The numbers are those on the wire. Peer reflexive ones are found by ICE's
 * checks and never travel.
 */
typedef enum
{
  COQUILL_CANDIDATE_HOST = 1,
  COQUILL_CANDIDATE_SERVER_REFLEXIVE = 2,
  COQUILL_CANDIDATE_RELAYED = 3,
} CoquillCandidateKind;

/**
 * CoquillCandidate:
 * @kind: where it comes from
 * @address: network order; the first @address_size bytes count
 * @address_size: 4 or 16
 * @port: UDP, host order, 1 to 65535
 * @priority: RFC 8445, 5.1.2; from 1 to 2³¹ − 1
 * @foundation: candidates with the same one came about alike; 1 to %COQUILL_CANDIDATE_FOUNDATION_MAX letters,
 * digits, `+`, `/`
 * @base_address: the address from which a reflexive or relayed one was asked for; the first @base_size bytes
 * @base_size: 0, 4 or 16; 0 if there is none
 * @base_port: of it; 0 if there is none
 *
 * An address and a port, UDP, component 1. What is decoded has the right form; whether one may send anything
 * there is another question (net/candidate-filter.h).
 */
typedef struct
{
  CoquillCandidateKind kind;
  guint8 address[16];
  guint8 address_size;
  guint16 port;
  guint32 priority;
  char foundation[COQUILL_CANDIDATE_FOUNDATION_MAX + 1];
  guint8 base_address[16];
  guint8 base_size;
  guint16 base_port;
} CoquillCandidate;

G_END_DECLS
