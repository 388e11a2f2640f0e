/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signal.h: what two devices tell each other to find a direct road, body of SIGNAL */

#pragma once

#include "wire/candidate.h"
#include "wire/error.h"

G_BEGIN_DECLS

/* Candidates in one signal. A host with two addresses of each family on two interfaces has 8, each with its
 * reflexive twin; whoever has more sends another signal. */
#define COQUILL_SIGNAL_MAX_CANDIDATES 16

/* Encoded bytes: 16 candidates of some 90 bytes, the credentials of ICE, and room for later fields. */
#define COQUILL_SIGNAL_MAX (8 * 1024)

/* Characters of ICE's user name fragment and password (RFC 8445, 5.3): letters, digits, `+`, `/`. */
#define COQUILL_SIGNAL_USER_MIN 4
#define COQUILL_SIGNAL_USER_MAX 256
#define COQUILL_SIGNAL_PASSWORD_MIN 22
#define COQUILL_SIGNAL_PASSWORD_MAX 256

/* The SHA-256 of the DER of the attempt's certificate. */
#define COQUILL_SIGNAL_CERTIFICATE_SIZE 32

/* clang-format off */
/**
 * CoquillSignalKind:
 *
 * The fields that count beside run and attempt, which all have. The device with the lower id (memcmp) is the
 * offerer: it controls ICE and is QUIC's client.
 *
 * | kind       | from     | fields                                          | meaning                             |
 * |------------|----------|-------------------------------------------------|-------------------------------------|
 * | OFFER      | lower    | user, password, certificate, candidates, last   | let us try; attempt is new          |
 * | ANSWER     | higher   | user, password, certificate, candidates, last   | yes; attempt is the offer's         |
 * | CANDIDATES | both     | candidates, last                                | more of the attempt's (trickle)     |
 * | DECLINE    | both     | reason                                          | no direct road; attempt 0: not now  |
 * | INVITE     | higher   |                                                 | offer now; attempt: given up, or 0  |
 */
/* clang-format on */
typedef enum
{
  COQUILL_SIGNAL_OFFER = 1,
  COQUILL_SIGNAL_ANSWER,
  COQUILL_SIGNAL_CANDIDATES,
  COQUILL_SIGNAL_DECLINE,
  COQUILL_SIGNAL_INVITE,
} CoquillSignalKind;

/**
 * CoquillDeclineReason:
 * @COQUILL_DECLINE_HIDDEN: its user wants no direct roads; don't ask again before a new presence says so
 * @COQUILL_DECLINE_FULL: it has as many direct roads as it can have
 * @COQUILL_DECLINE_BUSY: it makes too many at once; ask again later
 *
 * Why there is no direct road. Later versions may have more: an unknown one counts as BUSY.
 */
typedef enum
{
  COQUILL_DECLINE_HIDDEN = 1,
  COQUILL_DECLINE_FULL,
  COQUILL_DECLINE_BUSY,
} CoquillDeclineReason;

/**
 * CoquillSignal:
 * @kind: which fields count: see the table above
 * @run: the run of the recipient's program that the sender means (a presence's agent_nonce): a signal that is
 * replayed after a restart names another one and is stale
 * @attempt: random, not 0, chosen by the offerer, echoed in all that belongs to it; in INVITE
 * the last one that the sender had, 0 if none: an OFFER of it is no use to it any more
 * @user: (owned) (nullable): ICE's user name fragment
 * @password: (owned) (nullable): ICE's password; wiped when the signal is freed
 * @certificate: SHA-256 of the DER of the certificate that the sender will show
 * @candidates: the first @n_candidates count
 * @n_candidates: at most %COQUILL_SIGNAL_MAX_CANDIDATES
 * @last: no more candidates follow
 * @reason: a #CoquillDeclineReason, or a later version's
 *
 * Travels in a sealed and signed live payload to one recipient: relays can't read or change it.
 */
typedef struct
{
  CoquillSignalKind kind;
  guint64 run;
  guint64 attempt;
  char *user;
  char *password;
  guint8 certificate[COQUILL_SIGNAL_CERTIFICATE_SIZE];
  CoquillCandidate candidates[COQUILL_SIGNAL_MAX_CANDIDATES];
  guint n_candidates;
  gboolean last;
  guint32 reason;
} CoquillSignal;

/**
 * coquill_signal_new:
 *
 * Returns: (transfer full): a signal whose other fields are zero
 */
CoquillSignal *
coquill_signal_new (CoquillSignalKind kind) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_signal_encode:
 * @self: a signal whose fields of its kind are as coquill_signal_decode() wants them; others are left out
 *
 * Returns: (transfer full): its bytes, at most %COQUILL_SIGNAL_MAX
 */
GBytes *
coquill_signal_encode (const CoquillSignal *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_signal_decode:
 * @bytes: from outside
 * @error: return location of a %COQUILL_WIRE_ERROR
 *
 * Checks lengths, numbers and characters; fields that don't belong to the kind stay zero. An unknown kind is
 * %COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION; a candidate of an unknown kind or family is skipped, since a later
 * version may have better ones. Whether run and attempt are current is for the receiver.
 *
 * Returns: (transfer full) (nullable): the signal
 */
CoquillSignal *
coquill_signal_decode (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_signal_free:
 * @self: (transfer full): a signal
 *
 * Wipes and frees it.
 */
void
coquill_signal_free (CoquillSignal *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillSignal, coquill_signal_free)

G_END_DECLS
