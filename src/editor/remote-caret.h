/* SPDX-License-Identifier: GPL-3.0-or-later */
/* remote-caret.h: where somebody else is in the text of a buffer. */
#pragma once

#include <gtk/gtk.h>

#include "replica/participant.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_REMOTE_CARET (coquill_remote_caret_get_type ())
/**
 * CoquillRemoteCaret:
 *
 * Two text marks that follow a participant's caret and selection. The marks move with the buffer's own edits,
 * so that they are right even between a change of the text and the participant's next word of where they are.
 *
 * Signals:
 *  - `changed`: it has to be drawn again.
 */
G_DECLARE_FINAL_TYPE (CoquillRemoteCaret, coquill_remote_caret, COQUILL, REMOTE_CARET, GObject)

CoquillRemoteCaret *
coquill_remote_caret_new (CoquillParticipant *participant, GtkTextBuffer *buffer);

CoquillParticipant *
coquill_remote_caret_get_participant (CoquillRemoteCaret *self);

/** Gives the caret's place and the other end of the selection. Returns: whether there is a caret to show */
gboolean
coquill_remote_caret_get_iters (CoquillRemoteCaret *self, GtkTextIter *caret, GtkTextIter *bound);

const GdkRGBA *
coquill_remote_caret_get_color (CoquillRemoteCaret *self);

/** Returns: when the participant moved the caret or typed last, in microseconds of the monotonic clock */
gint64
coquill_remote_caret_get_moved (CoquillRemoteCaret *self);

/** The participant's own edit now fills what ends at @end: if it was made at the caret, the caret is there.
 */
void
coquill_remote_caret_typed (CoquillRemoteCaret *self, guint start, guint end);

/** Returns: (transfer none): the name as it stands in the flag, laid out with @widget's font */
PangoLayout *
coquill_remote_caret_get_layout (CoquillRemoteCaret *self, GtkWidget *widget);

G_END_DECLS
