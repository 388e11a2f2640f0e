/* SPDX-License-Identifier: GPL-3.0-or-later */
/* line-reader.h: standard input, line by line, without blocking the main loop. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The longest line: a document pasted as one insertion, with its JSON escapes. */
#define COQUILL_LINE_READER_MAX_BYTES (64 * 1024 * 1024)

/**
 * CoquillLineFunc:
 * @line: (nullable): a line without its end, %NULL at the end of the input
 * @length: bytes
 *
 * Returns: whether to go on reading
 */
typedef gboolean (*CoquillLineFunc) (const char *line, gsize length, gpointer user_data);

#define COQUILL_TYPE_LINE_READER (coquill_line_reader_get_type ())
/**
 * CoquillLineReader:
 *
 * Reads a stream and hands on its lines; a last line needs no line end. Memory is bounded by
 * %COQUILL_LINE_READER_MAX_BYTES, beyond which it stops with an error.
 */
G_DECLARE_FINAL_TYPE (CoquillLineReader, coquill_line_reader, COQUILL, LINE_READER, GObject)

/** Returns: (transfer full): a reader of @stream that calls @func in the main context once started */
CoquillLineReader *
coquill_line_reader_new (GInputStream *stream, CoquillLineFunc func, gpointer user_data);

/** Reads until the end, @func's %FALSE, or @cancellable. */
void
coquill_line_reader_run_async (CoquillLineReader *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean
coquill_line_reader_run_finish (CoquillLineReader *self, GAsyncResult *result, GError **error);

G_END_DECLS
