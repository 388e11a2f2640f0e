/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text-file.h: reads a local file to make a document of. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** A larger file is refused: every member's device would have to hold it. In bytes. */
#define COQUILL_TEXT_FILE_MAX_BYTES (64 * 1024 * 1024)

/** Reads @file off the main thread. Whether its bytes are text is for the library to judge. */
void
coquill_text_file_read_async (GFile *file,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

/** @name: (out) (transfer full): the file's name as people see it. Returns: (transfer full): the bytes, or
 * %NULL with a sentence for people in @error */
GBytes *
coquill_text_file_read_finish (GFile *file, GAsyncResult *result, char **name, GError **error);

G_END_DECLS
