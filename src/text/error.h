/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* error.h: how the text engine says that it refused something. */

#pragma once

#include <stdbool.h>

/**
 * CoquillTextErrorCode:
 * @COQUILL_TEXT_ERROR_MALFORMED: bytes, or a change, that break the format
 * @COQUILL_TEXT_ERROR_UNSUPPORTED_VERSION: a format version of a later program
 * @COQUILL_TEXT_ERROR_CHECKSUM: bytes were damaged
 * @COQUILL_TEXT_ERROR_TOO_LARGE: above a named limit
 * @COQUILL_TEXT_ERROR_MISSING: a change builds on items that are not here yet
 * @COQUILL_TEXT_ERROR_IMPOSSIBLE: well formed, but nobody can have written it: a position outside the text, a
 * forged parent, a second item under one id, a restoration of what was never deleted
 * @COQUILL_TEXT_ERROR_HISTORY_NEEDED: the text was loaded from a snapshot, and this reaches below it: give
 * the history with coquill_text_add_history() and try again
 * @COQUILL_TEXT_ERROR_NO_MEMORY: memory ran out
 */
typedef enum
{
  COQUILL_TEXT_ERROR_NONE,
  COQUILL_TEXT_ERROR_MALFORMED,
  COQUILL_TEXT_ERROR_UNSUPPORTED_VERSION,
  COQUILL_TEXT_ERROR_CHECKSUM,
  COQUILL_TEXT_ERROR_TOO_LARGE,
  COQUILL_TEXT_ERROR_MISSING,
  COQUILL_TEXT_ERROR_IMPOSSIBLE,
  COQUILL_TEXT_ERROR_HISTORY_NEEDED,
  COQUILL_TEXT_ERROR_NO_MEMORY,
} CoquillTextErrorCode;

/**
 * CoquillTextError:
 * @code: what kind
 * @message: for the log, in English, without any of the document's text
 *
 * Owned by the caller. Written only by a function that fails; every `error` argument may be %NULL.
 */
typedef struct
{
  CoquillTextErrorCode code;
  char message[160];
} CoquillTextError;

/**
 * coquill_text_error_set:
 * @self: (nullable):
 * @format: as printf; cut to the room in @message
 *
 * Returns: false, so that a failing function can end with `return coquill_text_error_set (…)`
 */
bool
coquill_text_error_set (CoquillTextError *self, CoquillTextErrorCode code, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));
