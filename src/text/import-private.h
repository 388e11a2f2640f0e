/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-private.h: what the files behind import.h share. */

#pragma once

#include "text/graph-private.h"
#include "text/import.h"

static inline bool
coquill_import_refuse (CoquillImport *self, CoquillTextErrorCode code, const char *message)
{
  return coquill_text_error_set (self->error, code, "%s", message);
}

/* Copies the content that is pending. */
void
coquill_import_flush (CoquillImport *self);

/* The id that the change names by its own agent table; COQUILL_ID_NONE if the agent isn't known. */
CoquillId
coquill_import_translate (const CoquillImport *self, CoquillChangeId id);

/* Takes items off the front of an operation, or all but so many off its end. */
void
coquill_import_trim (CoquillOperation *operation, uint64_t skip, uint64_t length);

/* The first items of an operation are known: they have to be the same. */
bool
coquill_import_check_known (CoquillImport *self,
                            const CoquillOperation *operation,
                            uint32_t agent,
                            uint64_t n_known);

/* Finds the place of new items after these parents, and checks that they are heads and follow what the agent
 * did before. */
bool
coquill_import_find_place (CoquillImport *self,
                           const CoquillChangeId *parents,
                           size_t n_parents,
                           uint32_t agent,
                           CoquillGraphPlace *place);
