/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signature-private.h: signing with a bare Ed25519 key; only for the files of this folder */

#pragma once

#include "trust/signature.h"

G_BEGIN_DECLS

/* Signs as trust/signature.h says, with a 64-byte Ed25519 secret key of libsodium's form. */
void
coquill_signature_make (
    const guint8 *secret_key, const char *domain, const CoquillPart *parts, gsize n_parts, guint8 *signature);

G_END_DECLS
