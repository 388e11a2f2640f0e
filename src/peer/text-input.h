/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text-input.h: a text from a file or standard input. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** More is refused: every member's device would have to hold it. In bytes. */
#define COQUILL_TEXT_INPUT_MAX_BYTES (64 * 1024 * 1024)

/**
 * coquill_text_input_read:
 * @name: a file, `-` for standard input
 * @error: return location: a sentence for people that says what is wrong with it, and where
 *
 * Reads all of it and sees to it that it is a text: UTF-8 without U+0000. A byte order mark is left in.
 *
 * Returns: (transfer full): the bytes, or %NULL
 */
GBytes *
coquill_text_input_read (const char *name,
                         GCancellable *cancellable,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
