/* SPDX-License-Identifier: GPL-3.0-or-later */
/* error.h: why bytes from outside were refused */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define COQUILL_WIRE_ERROR (coquill_wire_error_quark ())

/**
 * CoquillWireError:
 * @COQUILL_WIRE_ERROR_MALFORMED: not a message of this kind, or a field has an impossible value
 * @COQUILL_WIRE_ERROR_TOO_LARGE: over a named limit
 * @COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION: made by a later version of Coquill
 *
 * Every decoder of this folder fails with one of these. The messages are for logs, not for people.
 */
typedef enum
{
  COQUILL_WIRE_ERROR_MALFORMED,
  COQUILL_WIRE_ERROR_TOO_LARGE,
  COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION,
} CoquillWireError;

GQuark
coquill_wire_error_quark (void);

G_END_DECLS
