/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quic-certificate.c: a fresh self-signed certificate and its key, for one attempt at a direct road */

#include "net/quic-certificate-private.h"

#include <gnutls/crypto.h>

static void
clear (CoquillQuicCertificate *self)
{
  g_clear_pointer (&self->credentials, gnutls_certificate_free_credentials);
}

/* Nobody looks at anything but the digest, so the rest is the same in all of them: a serial number, and a
 * life from 1970 without an end, which tells nothing of this machine's clock. */
static int
sign (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
  int result = gnutls_x509_privkey_generate (key, GNUTLS_PK_EDDSA_ED25519, 0, 0);

  if (result >= 0)
    result = gnutls_x509_crt_set_version (certificate, 3);
  if (result >= 0)
    result = gnutls_x509_crt_set_serial (certificate, "\1", 1);
  if (result >= 0)
    result = gnutls_x509_crt_set_activation_time (certificate, 0);
  if (result >= 0)
    result = gnutls_x509_crt_set_expiration_time (certificate, GNUTLS_X509_NO_WELL_DEFINED_EXPIRATION);
  if (result >= 0)
    result = gnutls_x509_crt_set_key (certificate, key);
  if (result >= 0)
    result = gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA512, 0);
  return result;
}

static int
make (CoquillQuicCertificate *self, gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
  gnutls_datum_t der = { NULL, 0 };
  int result = sign (certificate, key);

  if (result >= 0)
    result = gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der);
  if (result >= 0)
    result = gnutls_hash_fast (GNUTLS_DIG_SHA256, der.data, der.size, self->digest);
  if (result >= 0)
    result = gnutls_certificate_allocate_credentials (&self->credentials);
  if (result >= 0)
    result = gnutls_certificate_set_x509_key (self->credentials, &certificate, 1, key);
  gnutls_free (der.data);
  return result;
}

CoquillQuicCertificate *
coquill_quic_certificate_new (GError **error)
{
  CoquillQuicCertificate *self = g_atomic_rc_box_new0 (CoquillQuicCertificate);
  gnutls_x509_crt_t certificate = NULL;
  gnutls_x509_privkey_t key = NULL;
  int result = gnutls_x509_crt_init (&certificate);

  if (result >= 0)
    result = gnutls_x509_privkey_init (&key);
  if (result >= 0)
    result = make (self, certificate, key);
  if (key != NULL)
    gnutls_x509_privkey_deinit (key);
  if (certificate != NULL)
    gnutls_x509_crt_deinit (certificate);
  if (result >= 0)
    return self;

  g_set_error (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_PROOF, "no certificate could be made: %s",
               gnutls_strerror (result));
  coquill_quic_certificate_unref (self);
  return NULL;
}

CoquillQuicCertificate *
coquill_quic_certificate_ref (CoquillQuicCertificate *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
coquill_quic_certificate_unref (CoquillQuicCertificate *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify)clear);
}

const guint8 *
coquill_quic_certificate_get_digest (CoquillQuicCertificate *self)
{
  return self->digest;
}
