/* SPDX-License-Identifier: GPL-3.0-or-later */
/* box.h: a sealed box for one recipient */

#pragma once

#include "trust/error.h"

G_BEGIN_DECLS

/* Bytes that a box adds to its content, and the greatest content. */
#define COQUILL_BOX_OVERHEAD 48
#define COQUILL_BOX_PLAIN_MAX (64 * 1024)

/**
 * coquill_box_seal:
 * @recipient: 32 bytes, an X25519 key
 * @plain: (array length=length): the content
 * @length: bytes, 1 to %COQUILL_BOX_PLAIN_MAX
 * @error: return location of a %COQUILL_TRUST_ERROR
 *
 * crypto_box_seal: only @recipient can open it (coquill_device_keys_open(), coquill_invite_keys_open()), and
 * nobody can tell who made it. Also for the sealed requests at a room's door.
 *
 * Returns: (transfer full): the box; %NULL if @recipient is no usable key or @length out of range
 */
GBytes *
coquill_box_seal (const guint8 *recipient, const guint8 *plain, gsize length, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
