/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buffer-bridge.h: keeps the buffer of a text view and a replica the same text. */
#pragma once

#include <gtksourceview/gtksource.h>

#include "replica/replica.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_BUFFER_BRIDGE (coquill_buffer_bridge_get_type ())
/**
 * CoquillBufferBridge:
 *
 * What one types goes to the replica when the buffer's user action ends, so that a replaced selection or a
 * paste is one step of undo, while single keys are left to the replica's grouping by word and pause. What
 * others type is merged once per frame of the view, and by a timer when the view draws no frames.
 *
 * Invariant: outside of a user action the buffer's text and the replica's are equal. Incoming changes are
 * merged between main loop turns, never within a user action.
 *
 * The caret, the selection, an input method's preedit and the scroll position stay where they are: text that
 * others insert exactly at the caret comes after it.
 *
 * Signals:
 *  - `remote-edit (CoquillParticipant *author, guint start, guint end)`: a change of somebody else's was
 * written into the buffer and now fills [start, end), in code points; @author may be %NULL.
 *  - `refused (GError *error)`: the replica did not take an edit; the buffer holds the replica's text again.
 */
G_DECLARE_FINAL_TYPE (CoquillBufferBridge, coquill_buffer_bridge, COQUILL, BUFFER_BRIDGE, GObject)

/**
 * coquill_buffer_bridge_new:
 * @view: the view whose buffer gets the replica's text; not kept alive
 * @replica: an open replica
 *
 * Loads the text and keeps both the same until the bridge is disposed. Cost O(n).
 */
CoquillBufferBridge *
coquill_buffer_bridge_new (GtkSourceView *view, CoquillReplica *replica);

/** Undoes this device's last step and puts the caret there. Returns: whether there was one */
gboolean
coquill_buffer_bridge_undo (CoquillBufferBridge *self);
gboolean
coquill_buffer_bridge_redo (CoquillBufferBridge *self);

G_END_DECLS
