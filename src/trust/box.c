/* SPDX-License-Identifier: GPL-3.0-or-later */
/* box.c: a sealed box for one recipient */

#include "trust/box.h"

#include "trust/sodium-private.h"

GBytes *
coquill_box_seal (const guint8 *recipient, const guint8 *plain, gsize length, GError **error)
{
  g_autofree guint8 *sealed = NULL;

  coquill_sodium_start ();

  if (length == 0 || length > COQUILL_BOX_PLAIN_MAX)
    {
      g_set_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_TOO_LARGE,
                   "a sealed box can't hold %" G_GSIZE_FORMAT " bytes", length);
      return NULL;
    }

  sealed = g_malloc (length + COQUILL_BOX_OVERHEAD);
  if (crypto_box_seal (sealed, plain, length, recipient) != 0)
    {
      g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_MALFORMED,
                           "the recipient's key is no usable X25519 key");
      return NULL;
    }

  return g_bytes_new_take (g_steal_pointer (&sealed), length + COQUILL_BOX_OVERHEAD);
}
