/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quic-certificate.h: a fresh self-signed certificate and its key, for one attempt at a direct road */
#pragma once

#include <glib.h>

#include "net/net-error.h"

G_BEGIN_DECLS

/** Bytes of a certificate's digest. */
#define COQUILL_QUIC_DIGEST_SIZE 32

/**
 * CoquillQuicCertificate:
 *
 * A certificate that names nobody. What it is worth comes from its digest, which the other side gets in a
 * sealed signal and compares in the handshake. Immutable; may be shared between threads.
 */
typedef struct _CoquillQuicCertificate CoquillQuicCertificate;

/**
 * coquill_quic_certificate_new:
 * @error: return location of %COQUILL_NET_ERROR_PROOF: no key could be made
 *
 * Makes an Ed25519 key and a certificate for it. Any thread; about 0.2 ms.
 *
 * Returns: (transfer full) (nullable): a new certificate
 */
CoquillQuicCertificate *
coquill_quic_certificate_new (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): @self */
CoquillQuicCertificate *
coquill_quic_certificate_ref (CoquillQuicCertificate *self);

void
coquill_quic_certificate_unref (CoquillQuicCertificate *self);

/** Returns: (transfer none): %COQUILL_QUIC_DIGEST_SIZE bytes, SHA-256 of the DER */
const guint8 *
coquill_quic_certificate_get_digest (CoquillQuicCertificate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillQuicCertificate, coquill_quic_certificate_unref)

G_END_DECLS
