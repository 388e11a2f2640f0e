/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quic-session.h: the TLS 1.3 session below a QUIC connection; for quic-connection.c only */
#pragma once

#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>

#include "net/quic-certificate.h"

G_BEGIN_DECLS

/**
 * CoquillQuicSession:
 * @reference: how ngtcp2's GnuTLS side finds the connection; has to be the first member
 * @tls: the session
 * @peer_digest: the only certificate that the other side may have
 */
typedef struct
{
  ngtcp2_crypto_conn_ref reference;
  gnutls_session_t tls;
  guint8 peer_digest[COQUILL_QUIC_DIGEST_SIZE];
} CoquillQuicSession;

/**
 * coquill_quic_session_init:
 * @reference: the connection's; @self keeps a copy
 * @own: has to outlive @self
 *
 * Returns: %FALSE if GnuTLS refuses: no memory, or a system that forbids what is needed
 */
gboolean
coquill_quic_session_init (CoquillQuicSession *self,
                           const ngtcp2_crypto_conn_ref *reference,
                           gboolean is_client,
                           CoquillQuicCertificate *own,
                           const guint8 peer_digest[COQUILL_QUIC_DIGEST_SIZE]);

/** May be called on what is zeroed or cleared. */
void
coquill_quic_session_clear (CoquillQuicSession *self);

G_END_DECLS
