/* SPDX-License-Identifier: GPL-3.0-or-later */
/* payload.h: what is inside an envelope: kind, document, sender, body */

#pragma once

#include "wire/digest.h"
#include "wire/error.h"

G_BEGIN_DECLS

/* The greatest encoded payload in bytes: what fits in one envelope (trust/envelope.h) with its padding. */
#define COQUILL_PAYLOAD_MAX (1024 * 1024 - 1)

/* The greatest body in bytes; the rest is left for the fields around it. */
#define COQUILL_PAYLOAD_BODY_MAX (COQUILL_PAYLOAD_MAX - 1024)

/**
 * CoquillPayloadKind:
 * @COQUILL_PAYLOAD_CHANGE: stored; body is a #CoquillSignedChange
 * @COQUILL_PAYLOAD_LOG: stored; body is a #CoquillLogBatch
 * @COQUILL_PAYLOAD_HELLO: live; body is a #CoquillHello
 * @COQUILL_PAYLOAD_WANT: live; body is a #CoquillWant
 * @COQUILL_PAYLOAD_PRESENCE: live; body is a #CoquillPresence
 * @COQUILL_PAYLOAD_SIGNAL: live; body is opaque here, for the direct road
 *
 * Kinds below 16 are stored, idempotent and unsigned as a whole (what they carry bears its author's
 * signature); kinds from 16 on are live and signed by the sender. A decoder passes kinds on that it doesn't
 * know, their readers ignore them.
 */
typedef enum
{
  COQUILL_PAYLOAD_CHANGE = 1,
  COQUILL_PAYLOAD_LOG = 2,
  COQUILL_PAYLOAD_HELLO = 16,
  COQUILL_PAYLOAD_WANT = 17,
  COQUILL_PAYLOAD_PRESENCE = 18,
  COQUILL_PAYLOAD_SIGNAL = 19,
} CoquillPayloadKind;

/**
 * CoquillPayload:
 * @kind: a #CoquillPayloadKind, perhaps one of a later version
 * @document: the document's id
 * @sender: device id of whoever sealed this; of a stored kind only a hint, since anyone may pass it on
 * @body: (owned): the kind's own message
 * @counter: live only: ascends per agent; receivers remember the newest ones
 * @recipient: live only: device id, all zero for everyone
 * @signature: live only: see trust/live-signature.h
 *
 * The plaintext of an envelope.
 */
typedef struct
{
  guint32 kind;
  guint8 document[32];
  guint8 sender[32];
  GBytes *body;
  guint64 counter;
  guint8 recipient[32];
  guint8 signature[64];
} CoquillPayload;

/**
 * coquill_payload_kind_is_live:
 * @kind: a kind, known or not
 *
 * Returns: whether payloads of @kind are live: signed, never stored
 */
gboolean
coquill_payload_kind_is_live (guint32 kind);

/**
 * coquill_payload_new:
 * @kind: the kind
 * @document: 32 bytes
 * @sender: 32 bytes
 * @body: its body, referenced
 *
 * Returns: (transfer full): a payload with counter, recipient and signature zero
 */
CoquillPayload *
coquill_payload_new (guint32 kind, const guint8 *document, const guint8 *sender, GBytes *body)
    G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_payload_encode:
 * @self: a payload whose body has at most %COQUILL_PAYLOAD_BODY_MAX bytes
 *
 * Returns: (transfer full): its bytes, to be sealed
 */
GBytes *
coquill_payload_encode (const CoquillPayload *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_payload_decode:
 * @bytes: an opened envelope
 * @error: return location of a %COQUILL_WIRE_ERROR
 *
 * Says nothing of signatures: see trust/live-signature.h.
 *
 * Returns: (transfer full): a payload, or %NULL
 */
CoquillPayload *
coquill_payload_decode (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void
coquill_payload_free (CoquillPayload *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillPayload, coquill_payload_free)

G_END_DECLS
