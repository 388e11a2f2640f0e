/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch-subkey-private.h: what is derived from an epoch's key; only for the files of this folder */

#pragma once

#include "trust/secret.h"

G_BEGIN_DECLS

/* Numbers in the context "cq-epoch". */
#define COQUILL_EPOCH_SUBKEY_ENVELOPE 1
#define COQUILL_EPOCH_SUBKEY_EARLIER 2

#define COQUILL_EPOCH_SUBKEY_SIZE 32

/* Writes a subkey of 32 bytes that the caller wipes. */
void
coquill_epoch_subkey (CoquillSecret *key, guint number, guint8 *subkey);

G_END_DECLS
