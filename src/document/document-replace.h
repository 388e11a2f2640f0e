/* document-replace.h: another text in place of the document's, by the few edits that lead there */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/document.h"

G_BEGIN_DECLS

/**
 * coquill_document_replace_text:
 * @text: UTF-8 without U+0000: what the text is to be
 * @bytes: its length
 * @now: for grouping
 * @func: (nullable): told what changes in the text, when all is done
 * @n_edits: (out) (optional): how many places were edited; 0 if the text was that already
 * @error: return location, set before anything is changed: also %COQUILL_DOCUMENT_ERROR_TEXT
 *
 * Makes the text another one by the few edits that a person would have made (replacement.h), as one step of
 * undo. What isn't different stays as it is, with its authors, and so does what others write there meanwhile.
 *
 * O(bytes of both) memory; the time is that of coquill_replacements_between(), and O(log n) for each edit.
 */
gboolean
coquill_document_replace_text (CoquillDocument *self,
                               const char *text,
                               gsize bytes,
                               gint64 now,
                               CoquillTextDeltaFunc func,
                               gpointer data,
                               guint *n_edits,
                               GError **error);

G_END_DECLS
