/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random.h: random bytes for ids, seeds and nonces */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * coquill_random_fill:
 * @out: (out caller-allocates) (array length=length): where to
 * @length: bytes
 *
 * Fills @out from the kernel's generator. All randomness of src/trust comes from here. Any thread.
 */
void
coquill_random_fill (guint8 *out, gsize length);

/**
 * coquill_random_use_seed:
 * @seed: 32 bytes
 *
 * For simulators: from now on, in the whole process, random bytes follow from @seed (ChaCha20), so that a run
 * can be played again. Never called by a program that people use.
 */
void
coquill_random_use_seed (const guint8 *seed);

G_END_DECLS
