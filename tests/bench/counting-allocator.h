/* SPDX-License-Identifier: GPL-3.0-or-later */
/* counting-allocator.h: malloc() and its kin, with all bytes that they give out in this process counted. */

#pragma once

#include <glib.h>

/**
 * counting_start:
 *
 * From now on all memory is counted, of libraries as well (zstd's contexts, say), as what malloc() really
 * gave: its rounding is in it. What was allocated before and is freed now counts negative.
 */
void
counting_start (void);

/**
 * counting_stop:
 * @peak: (out) (optional): the most bytes that were alive at once
 *
 * Returns: bytes alive now that were not at the start
 */
gssize
counting_stop (gssize *peak);
