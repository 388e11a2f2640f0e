/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-stretch.h: checking insertions and deletions that follow one another, and leaving rows of them. */

#pragma once

#include "text/change-ahead.h"
#include "text/change-rows.h"

/**
 * CoquillStretchRows:
 * @kept: (nullable): what is left for the import
 * @row: the next one; there is one before it
 * @turn: the next one
 * @stretch: the one that goes on
 * @open: there is one
 * @first_agent: who wrote before the first turn of it
 * @few_rows: for those that nobody wants
 * @few_turns: the same
 *
 * What is written while operations are checked.
 */
typedef struct
{
  CoquillChangeRows *kept;
  CoquillGraphOperation *row;
  CoquillChangeTurn *turn;
  CoquillChangeStretch stretch;
  bool open;
  uint32_t first_agent;
  CoquillGraphOperation few_rows[COQUILL_AHEAD + 1];
  CoquillChangeTurn few_turns[COQUILL_AHEAD];
} CoquillStretchRows;

/* Begins a change of so many operations. */
void
coquill_stretch_rows_init (CoquillStretchRows *self, const CoquillChange *change);

/**
 * coquill_stretch_rows_close:
 * @reader: in front of what isn't in a stretch, or at the end
 */
void
coquill_stretch_rows_close (CoquillStretchRows *self, const CoquillChangeReader *reader);

/* An operation that isn't in a stretch. @first: items before. @text: where its text would begin */
void
coquill_stretch_rows_append (CoquillStretchRows *self,
                             const CoquillOperation *operation,
                             uint64_t first,
                             size_t text);

/**
 * coquill_stretch_rows_finish:
 * @n_items: of the change
 *
 * Returns: (nullable) (transfer full): what is left for the import
 */
CoquillChangeRows *
coquill_stretch_rows_finish (CoquillStretchRows *self, const CoquillChangeReader *reader, uint64_t n_items);

/**
 * coquill_stretch_check:
 *
 * Takes operations behind another while they are in a stretch; some, it may be none. Which heads there are,
 * and that no far position is 0, was checked before.
 *
 * Returns: false if @check found something
 */
bool
coquill_stretch_check (CoquillChangeReader *reader, CoquillChangeCheck *check, CoquillStretchRows *rows);
