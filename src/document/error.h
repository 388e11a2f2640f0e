/* error.h: why the document refused something */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define COQUILL_DOCUMENT_ERROR (coquill_document_error_quark ())

/**
 * CoquillDocumentError:
 * @COQUILL_DOCUMENT_ERROR_MALFORMED: bytes that break the format; whoever sent them made them so
 * @COQUILL_DOCUMENT_ERROR_TOO_LARGE: over a named limit
 * @COQUILL_DOCUMENT_ERROR_UNSUPPORTED_VERSION: made by a later version of Coquill
 * @COQUILL_DOCUMENT_ERROR_SIGNATURE: a signature or a digest doesn't fit
 * @COQUILL_DOCUMENT_ERROR_IMPOSSIBLE: signed, but nobody can have written it: a position outside the text, a
 * forged parent
 * @COQUILL_DOCUMENT_ERROR_OTHER_DOCUMENT: belongs to another document
 * @COQUILL_DOCUMENT_ERROR_NOT_ALLOWED: this device, or the sender, has not the right
 * @COQUILL_DOCUMENT_ERROR_UNKNOWN_EPOCH: sealed under an epoch whose key isn't here: log or bulletin will
 * bring it
 * @COQUILL_DOCUMENT_ERROR_REPLAY: a live payload that was seen, or is older than all that are remembered
 * @COQUILL_DOCUMENT_ERROR_NOT_HERE: held or loaded data that the request needs is not here (yet)
 * @COQUILL_DOCUMENT_ERROR_TEXT: local input that no text can hold: not UTF-8, U+0000, a place outside the
 * text
 *
 * Messages are in English, for logs, and never contain the document's text.
 */
typedef enum
{
  COQUILL_DOCUMENT_ERROR_MALFORMED,
  COQUILL_DOCUMENT_ERROR_TOO_LARGE,
  COQUILL_DOCUMENT_ERROR_UNSUPPORTED_VERSION,
  COQUILL_DOCUMENT_ERROR_SIGNATURE,
  COQUILL_DOCUMENT_ERROR_IMPOSSIBLE,
  COQUILL_DOCUMENT_ERROR_OTHER_DOCUMENT,
  COQUILL_DOCUMENT_ERROR_NOT_ALLOWED,
  COQUILL_DOCUMENT_ERROR_UNKNOWN_EPOCH,
  COQUILL_DOCUMENT_ERROR_REPLAY,
  COQUILL_DOCUMENT_ERROR_NOT_HERE,
  COQUILL_DOCUMENT_ERROR_TEXT,
} CoquillDocumentError;

GQuark
coquill_document_error_quark (void);

G_END_DECLS
