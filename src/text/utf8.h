/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* utf8.h: which bytes are text, and how many code points they are. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * coquill_utf8_check:
 * @code_points: (out) (optional): how many code points the bytes are, if they are text
 *
 * Text is UTF-8 as RFC 3629 has it (shortest forms, no surrogates, nothing above U+10FFFF), without U+0000,
 * which GTK cannot show. O(length).
 *
 * Returns: whether all of @bytes is text
 */
bool
coquill_utf8_check (const void *bytes, size_t length, uint64_t *code_points);

/**
 * coquill_utf8_ascii:
 *
 * Returns: how many bytes come before the first one that isn't ASCII. O(what is returned)
 */
size_t
coquill_utf8_ascii (const void *bytes, size_t length);

/**
 * coquill_utf8_count:
 * @text: valid UTF-8
 *
 * Returns: code points in @length bytes of @text. O(length), eight bytes at a time
 */
uint64_t
coquill_utf8_count (const char *text, size_t length);

/**
 * coquill_utf8_offset:
 * @text: valid UTF-8
 *
 * Returns: the number of bytes that the first @code_points code points take, @length if there are fewer.
 * O(length)
 */
size_t
coquill_utf8_offset (const char *text, size_t length, uint64_t code_points);

/**
 * coquill_utf8_offset_from_end:
 * @text: valid UTF-8
 *
 * Returns: the number of bytes that the last @code_points code points take, @length if there are fewer.
 * O(length)
 */
size_t
coquill_utf8_offset_from_end (const char *text, size_t length, uint64_t code_points);

/* So far it is looked for what is ASCII, where not everything is, and not to the byte. */
#define COQUILL_UTF8_NEAR 256

/**
 * coquill_utf8_ascii_before:
 * @text: valid UTF-8
 * @code_points: of it
 *
 * Returns: so many of the last bytes are ASCII, and maybe more. O(1)
 */
size_t
coquill_utf8_ascii_before (const char *text, size_t length, uint64_t code_points);

/**
 * coquill_utf8_ascii_behind:
 * @text: valid UTF-8
 * @code_points: of it
 *
 * Returns: so many of the first bytes are ASCII, and maybe more. O(1)
 */
size_t
coquill_utf8_ascii_behind (const char *text, size_t length, uint64_t code_points);
