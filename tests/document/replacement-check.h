/* replacement-check.h: whether replacements are right, for tests of them */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * replacement_check:
 * @steps: (out) (optional): that the comparison took
 *
 * Compares two texts, applies what comes out, and asserts that the second one comes of it and that no end of
 * an edit is inside of a grapheme cluster of its text.
 *
 * Returns: code points deleted and inserted
 */
guint64
replacement_check (
    const char *old_text, gsize old_bytes, const char *new_text, gsize new_bytes, guint64 *steps);

/** The byte offset @count code points behind @from. */
gsize
replacement_offset (const GString *text, gsize from, guint64 count);

/** A word of up to 8 letters, and a blank or now and then a line end. */
void
replacement_append_word (GString *text, GRand *random);

G_END_DECLS
