/* SPDX-License-Identifier: GPL-3.0-or-later */
/* highlighting.h: which language a text is in, and whether it can be highlighted in time. */
#pragma once

#include <gtksourceview/gtksource.h>

#include "replica/replica.h"

G_BEGIN_DECLS

/**
 * CoquillHighlighting:
 * @COQUILL_HIGHLIGHTING_ON: the text is highlighted
 * @COQUILL_HIGHLIGHTING_OFF_FOR_SIZE: it is too large
 * @COQUILL_HIGHLIGHTING_OFF_FOR_LINE: a line is too long
 *
 * The highlighter runs between input and drawing and re-reads whole lines: measured, 20 KB lines draw under 2
 * frames a second with it, and 10 MB with scattered edits none.
 */
typedef enum
{
  COQUILL_HIGHLIGHTING_ON,
  COQUILL_HIGHLIGHTING_OFF_FOR_SIZE,
  COQUILL_HIGHLIGHTING_OFF_FOR_LINE,
} CoquillHighlighting;

/** Above this many characters a text is not highlighted. */
#define COQUILL_HIGHLIGHTING_MAX_CHARS (2 * 1024 * 1024)

/** Nor is one with a line of more characters than this. */
#define COQUILL_HIGHLIGHTING_MAX_LINE 4096

/** The language set on the document, else the one that its title as a file's name tells, else the one that
 * its first line tells ("#!…", "<?xml"), else Markdown. Returns: (transfer none) (nullable): */
GtkSourceLanguage *
coquill_highlighting_choose_language (CoquillReplica *replica);

/** Whether text in @language (nullable) is to be set as prose rather than as code. */
gboolean
coquill_highlighting_is_prose (GtkSourceLanguage *language);

/** Judges a whole text. Cost O(lines). */
CoquillHighlighting
coquill_highlighting_judge (GtkTextBuffer *buffer);

/** Judges the size and the one line that @iter is in. */
CoquillHighlighting
coquill_highlighting_judge_line (const GtkTextIter *iter);

G_END_DECLS
