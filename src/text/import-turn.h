/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-turn.h: the start of a run where people write at once: after an item of one's own, mostly with one
 * of another. */

#pragma once

#include "text/import-private.h"

/**
 * coquill_turns_import:
 * @turn: the first
 * @end_turn: behind the last
 * @first: local version of the change's first item
 * @end: behind what goes on from the last turn
 *
 * The graph's last run goes on up to the first turn, and each turn begins one, as long as the clock knows
 * its parents: up to that which isn't so simple, or wrong.
 *
 * Returns: that turn, up to which everything is in the graph but the operations
 */
const CoquillChangeTurn *
coquill_turns_import (CoquillImport *import,
                      const CoquillChangeTurn *turn,
                      const CoquillChangeTurn *end_turn,
                      uint32_t first,
                      uint32_t end);
