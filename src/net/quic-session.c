/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quic-session.c: the TLS 1.3 session below a QUIC connection */

#include "net/quic-session.h"

#include <string.h>

#include <gnutls/crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>

#include "net/quic-certificate-private.h"

#define PRIORITIES                                                                                           \
  "NONE:+VERS-TLS1.3:+AEAD:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+ECDHE-ECDSA:+GROUP-X25519:"         \
  "+GROUP-SECP256R1:+SIGN-EDDSA-ED25519:+SIGN-ECDSA-SECP256R1-SHA256:+CTYPE-X509:"                           \
  "%DISABLE_TLS13_COMPAT_MODE"

/* The direct road's own protocol; another version of it has another name. */
static const char protocol[] = "coquill-direct/1";

/* A chain, a name, a validity are worth nothing here: the certificate is the one of this attempt, or not. */
static int
verify_cb (gnutls_session_t tls)
{
  const CoquillQuicSession *self = gnutls_session_get_ptr (tls);
  unsigned n = 0;
  const gnutls_datum_t *certificates = gnutls_certificate_get_peers (tls, &n);
  guint8 digest[COQUILL_QUIC_DIGEST_SIZE];

  if (n != 1 || gnutls_certificate_type_get2 (tls, GNUTLS_CTYPE_PEERS) != GNUTLS_CRT_X509
      || gnutls_hash_fast (GNUTLS_DIG_SHA256, certificates[0].data, certificates[0].size, digest) != 0
      || gnutls_memcmp (digest, self->peer_digest, sizeof digest) != 0)
    return GNUTLS_E_CERTIFICATE_ERROR;
  return 0;
}

gboolean
coquill_quic_session_init (CoquillQuicSession *self,
                           const ngtcp2_crypto_conn_ref *reference,
                           gboolean is_client,
                           CoquillQuicCertificate *own,
                           const guint8 peer_digest[COQUILL_QUIC_DIGEST_SIZE])
{
  gnutls_datum_t name = { (unsigned char *)protocol, sizeof protocol - 1 };

  self->reference = *reference;
  memcpy (self->peer_digest, peer_digest, sizeof self->peer_digest);
  if (gnutls_init (&self->tls, (is_client ? GNUTLS_CLIENT : GNUTLS_SERVER) | GNUTLS_NO_TICKETS
                                   | GNUTLS_NO_AUTO_SEND_TICKET | GNUTLS_NO_STATUS_REQUEST
                                   | GNUTLS_NO_END_OF_EARLY_DATA | GNUTLS_NO_SIGNAL)
      != 0)
    return FALSE;

  gnutls_session_set_ptr (self->tls, self);
  gnutls_session_set_verify_function (self->tls, verify_cb);
  if (!is_client)
    gnutls_certificate_server_set_request (self->tls, GNUTLS_CERT_REQUIRE);
  return gnutls_priority_set_direct (self->tls, PRIORITIES, NULL) == 0
         && gnutls_credentials_set (self->tls, GNUTLS_CRD_CERTIFICATE, own->credentials) == 0
         && gnutls_alpn_set_protocols (self->tls, &name, 1, GNUTLS_ALPN_MANDATORY) == 0
         && (is_client ? ngtcp2_crypto_gnutls_configure_client_session (self->tls)
                       : ngtcp2_crypto_gnutls_configure_server_session (self->tls))
                == 0;
}

void
coquill_quic_session_clear (CoquillQuicSession *self)
{
  g_clear_pointer (&self->tls, gnutls_deinit);
}
