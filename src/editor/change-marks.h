/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change-marks.h: remembers where others changed the text lately, to show it when one asks. */
#pragma once

#include <gtk/gtk.h>

#include "replica/participant.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_CHANGE_MARKS (coquill_change_marks_get_type ())
/**
 * CoquillChangeMarks:
 *
 * The latest changes of others as pairs of text marks, bounded: the oldest goes when the 64th comes. Changes
 * that touch are one place. Those shown are tinted for two seconds.
 */
G_DECLARE_FINAL_TYPE (CoquillChangeMarks, coquill_change_marks, COQUILL, CHANGE_MARKS, GObject)

CoquillChangeMarks *
coquill_change_marks_new (GtkTextBuffer *buffer);

/** @author wrote what is now in [@start, @end), in code points. */
void
coquill_change_marks_add (CoquillChangeMarks *self, CoquillParticipant *author, guint start, guint end);

/** Shows the last @count places of @author from now on. Returns: whether there is one; @first is the first in
 * the text */
gboolean
coquill_change_marks_show (CoquillChangeMarks *self,
                           CoquillParticipant *author,
                           guint count,
                           GtkTextIter *first);

/** Returns: how strong the tint of what is shown is now, from 1 to 0; without @fade it ends at once */
double
coquill_change_marks_get_tint (CoquillChangeMarks *self, gboolean fade);

guint
coquill_change_marks_get_n_shown (CoquillChangeMarks *self);
void
coquill_change_marks_get_shown (
    CoquillChangeMarks *self, guint index, GtkTextIter *start, GtkTextIter *end, GdkRGBA *color);

G_END_DECLS
