/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-row.h: the address of a relay, checked while one types. */
#pragma once

#include <adwaita.h>

#include "replica/library.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_RELAY_ROW (coquill_relay_row_get_type ())
/**
 * CoquillRelayRow:
 *
 * Asks the relay half a second after the last key, and shows a sign and, on hovering, words.
 *
 * Properties: `address` (string, nullable, read-only): the origin of a relay that answered for what the row
 * holds now, else %NULL; `message` (string, read-only): what the check found, for people, or "".
 */
G_DECLARE_FINAL_TYPE (CoquillRelayRow, coquill_relay_row, COQUILL, RELAY_ROW, AdwEntryRow)

void
coquill_relay_row_set_library (CoquillRelayRow *self, CoquillLibrary *library);

/** Returns: (nullable): see the property */
const char *
coquill_relay_row_get_address (CoquillRelayRow *self);

const char *
coquill_relay_row_get_message (CoquillRelayRow *self);

G_END_DECLS
