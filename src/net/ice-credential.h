/* ice-credential.h: user names and passwords of the checks of ICE */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Characters of 6 random bits each: RFC 8445, 5.3, asks for 24 and 128 bits. */
#define COQUILL_ICE_USER_LENGTH 8
#define COQUILL_ICE_PASSWORD_LENGTH 24
/** The longest that RFC 8839, 5.4, allows. */
#define COQUILL_ICE_CREDENTIAL_MAX 256

/**
 * coquill_ice_credential_new:
 * @length: characters
 *
 * Returns: (transfer full): random ones
 */
char *
coquill_ice_credential_new (gsize length);

/**
 * coquill_ice_credential_check:
 * @credential: (nullable): from a peer
 * @shortest: characters
 *
 * Returns: whether it has the characters and the length that RFC 8839 allows
 */
gboolean
coquill_ice_credential_check (const char *credential, gsize shortest);

G_END_DECLS
