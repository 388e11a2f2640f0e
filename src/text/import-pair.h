/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-pair.h: the runs of two who write at once. */

#pragma once

#include "text/import-private.h"

/**
 * coquill_pair_import:
 *
 * What coquill_turns_import() does. Two whom the clock counts, and nobody else: what one of them knows of the
 * other is a number.
 */
const CoquillChangeTurn *
coquill_pair_import (CoquillImport *import,
                     const CoquillChangeTurn *turn,
                     const CoquillChangeTurn *end_turn,
                     uint32_t first,
                     uint32_t end);
