/* document-version.h: restoring an older version of the text, or a part of it, as a new edit */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/document.h"

G_BEGIN_DECLS

/**
 * coquill_document_restore_version:
 * @heads: (nullable): of the version: what coquill_text_frontier() gave once, in this text's local indices
 * @n_heads: 0 for the empty version
 * @now: for grouping
 * @func: (nullable): told what changes in the text, piece by piece
 * @changed: (out) (optional): whether anything was different
 * @error: return location: %COQUILL_DOCUMENT_ERROR_NOT_ALLOWED; %COQUILL_DOCUMENT_ERROR_NOT_HERE: a head is
 * unknown, or the history isn't loaded yet. Set before anything is changed
 *
 * Makes the text what it was in a version, by a new edit, which is one step of undo. Characters that were
 * deleted since come back themselves, with id, author, place and what is anchored at them: all deletions of
 * them that stand are cancelled, whosever. What came since is deleted. Others see an edit as any, and keep
 * what they write meanwhile.
 *
 * To look at a version: coquill_text_checkout(); to see what would change: coquill_text_compare().
 *
 * O(n log n), n being the runs of the document's history.
 */
gboolean
coquill_document_restore_version (CoquillDocument *self,
                                  const CoquillChangeId *heads,
                                  gsize n_heads,
                                  gint64 now,
                                  CoquillTextDeltaFunc func,
                                  gpointer data,
                                  gboolean *changed,
                                  GError **error);

/**
 * coquill_document_restore_range:
 * @position: of the range, in the version's text; code points
 * @count: its length; may be 0
 * @error: return location: also %COQUILL_DOCUMENT_ERROR_TEXT: the range is not inside the version's text
 *
 * The same for a range of a version. It has a character in front of it and one behind it in the version's
 * text, or else the start and the end. Whether these two are visible now or deleted, all that stands between
 * their places becomes the range's text, and nothing else changes: the range's characters come back, and
 * whatever else is there goes, also if it was written at the range's ends. A range of 0 takes away what was
 * written at one place since; the range of all is the whole version.
 */
gboolean
coquill_document_restore_range (CoquillDocument *self,
                                const CoquillChangeId *heads,
                                gsize n_heads,
                                guint64 position,
                                guint64 count,
                                gint64 now,
                                CoquillTextDeltaFunc func,
                                gpointer data,
                                gboolean *changed,
                                GError **error);

G_END_DECLS
