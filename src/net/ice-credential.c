/* ice-credential.c: user names and passwords of the checks of ICE */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/ice-credential.h"

#include <string.h>

#include "trust/random.h"

char *
coquill_ice_credential_new (gsize length)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *credential = g_malloc0 (length + 1);

  coquill_random_fill ((guint8 *)credential, length);
  for (gsize i = 0; i < length; i++)
    credential[i] = letters[(guint8)credential[i] % 64];
  return credential;
}

gboolean
coquill_ice_credential_check (const char *credential, gsize shortest)
{
  gsize length = credential == NULL ? 0 : strlen (credential);

  if (length < shortest || length > COQUILL_ICE_CREDENTIAL_MAX)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalnum (credential[i]) && credential[i] != '+' && credential[i] != '/')
        return FALSE;
    }
  return TRUE;
}
