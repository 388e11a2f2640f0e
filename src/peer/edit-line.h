/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit-line.h: one line of the editing language that `edit` and `attach` read. */
#pragma once

#include "replica/replica.h"

G_BEGIN_DECLS

/*
 * A line is one JSON object with one member; positions and counts are code points, those past the end are
 * clamped:
 *
 *   {"insert": [POSITION, "text"]}     each line is one step of undo
 *   {"delete": [POSITION, COUNT]}
 *   {"undo": STEPS}                    takes back this run's last steps; what is not there is no error
 *   {"redo": STEPS}
 *   {"caret": [POSITION, ANCHOR]}      attach only: the caret, and the other end of the selection
 */

/**
 * CoquillEditLineError:
 * @COQUILL_EDIT_LINE_ERROR_SYNTAX: not one of the forms above; the message says what is wrong
 */
typedef enum
{
  COQUILL_EDIT_LINE_ERROR_SYNTAX,
} CoquillEditLineError;

#define COQUILL_EDIT_LINE_ERROR (coquill_edit_line_error_quark ())
GQuark
coquill_edit_line_error_quark (void);

/**
 * coquill_edit_line_apply:
 * @line: UTF-8 without its line end
 * @length: bytes
 * @live: whether carets are allowed
 *
 * Returns: %FALSE with @error set, and the replica as it was, if the line makes no sense or the replica
 * refuses
 */
gboolean
coquill_edit_line_apply (
    CoquillReplica *replica, const char *line, gsize length, gboolean live, GError **error);

G_END_DECLS
