/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quic-certificate-private.h: what a certificate is made of, for its session and for tests that forge one */
#pragma once

#include <gnutls/x509.h>

#include "net/quic-certificate.h"

G_BEGIN_DECLS

struct _CoquillQuicCertificate
{
  gnutls_certificate_credentials_t credentials;
  guint8 digest[COQUILL_QUIC_DIGEST_SIZE];
};

G_END_DECLS
