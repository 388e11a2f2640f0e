/* SPDX-License-Identifier: GPL-3.0-or-later */
/* caret-layer.h: draws the others' carets, selections and names into a text view. */
#pragma once

#include <gtk/gtk.h>

#include "replica/participant.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_CARET_LAYER (coquill_caret_layer_get_type ())
/**
 * CoquillCaretLayer:
 *
 * Keeps a [class@RemoteCaret] for everybody else among the people of a document and draws them in the layers
 * of a text view: selections below the text, carets and names above it. What is off screen is skipped before
 * anything is laid out, so that the cost of a frame depends on the carets in sight only (measured beside
 * overlay widgets and text tags: a third cheaper in a frame, and 33 times per insertion).
 *
 * A name shows for three seconds after a movement and then shrinks to a dot; the pointer near a caret brings
 * it back. Where animations are off nothing fades. Besides it tints ranges that changed, for a moment.
 */
G_DECLARE_FINAL_TYPE (CoquillCaretLayer, coquill_caret_layer, COQUILL, CARET_LAYER, GObject)

/** @view: where it draws; not kept alive. @people: a list of #CoquillParticipant */
CoquillCaretLayer *
coquill_caret_layer_new (GtkTextView *view, GListModel *people);

/** Called in snapshot_layer() of the view, in buffer coordinates. */
void
coquill_caret_layer_snapshot_below (CoquillCaretLayer *self, GtkSnapshot *snapshot);
void
coquill_caret_layer_snapshot_above (CoquillCaretLayer *self, GtkSnapshot *snapshot);

/** @author wrote what is now in [@start, @end). */
void
coquill_caret_layer_typed (CoquillCaretLayer *self, CoquillParticipant *author, guint start, guint end);

/** Tints the last @count changes of @author for a moment and gives the place of the first.
 * Returns: whether there is one */
gboolean
coquill_caret_layer_show_changes (CoquillCaretLayer *self,
                                  CoquillParticipant *author,
                                  guint count,
                                  GtkTextIter *first);

/** The name flag of the caret under the pointer, at @x, @y in buffer coordinates, is shown. */
void
coquill_caret_layer_set_pointer (CoquillCaretLayer *self, gboolean inside, int x, int y);

G_END_DECLS
