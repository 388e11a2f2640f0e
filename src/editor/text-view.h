/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text-view.h: the text of a document, with the others in it. */
#pragma once

#include <gtksourceview/gtksource.h>

#include "replica/replica.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_TEXT_VIEW (coquill_text_view_get_type ())
/**
 * CoquillTextView:
 *
 * A source view whose text is a replica's: see [class@BufferBridge] for how they are kept the same and
 * [class@CaretLayer] for how the others are drawn. Undo and redo are the replica's, so they take back one's
 * own edits only; the actions `text.undo` and `text.redo` with their usual keys lead there.
 *
 * CSS: `textview.coquill`, with `.prose` unless it shows code.
 *
 * Signals:
 *  - `remote-edit (CoquillParticipant *author, guint start, guint end)`: as the bridge's.
 *  - `refused (GError *error)`: as the bridge's.
 */
G_DECLARE_FINAL_TYPE (CoquillTextView, coquill_text_view, COQUILL, TEXT_VIEW, GtkSourceView)

/** Shows @replica (nullable), which is open. */
void
coquill_text_view_set_replica (CoquillTextView *self, CoquillReplica *replica);

void
coquill_text_view_undo (CoquillTextView *self);
void
coquill_text_view_redo (CoquillTextView *self);

/** Prose is set in the document font with wide spacing, code in the monospace font. */
void
coquill_text_view_set_prose (CoquillTextView *self, gboolean prose);

/** Tints the last @places changes of @author for a moment and scrolls to the first. */
void
coquill_text_view_show_changes (CoquillTextView *self, CoquillParticipant *author, guint places);

G_END_DECLS
