/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-reader.h: cuts the bytes of a stream, which may come twice, into envelopes */
#pragma once

#include <glib.h>

#include "net/direct-frame.h"

G_BEGIN_DECLS

/**
 * CoquillDirectReader:
 * @position: stream bytes taken so far
 *
 * Format: see net/direct-frame.h. Holds at most one unfinished envelope, whose size the other side has named.
 */
typedef struct
{
  guint64 position;
  /*< private >*/
  guint8 length[COQUILL_DIRECT_LENGTH_MAX];
  gsize length_size;
  guint8 *envelope;
  gsize envelope_size, filled;
} CoquillDirectReader;

/**
 * CoquillDirectReaderFunc:
 * @owner: as given
 * @envelope: (transfer none): the next one
 * @overhead: bytes of stream that it took beside its own
 */
typedef void (*CoquillDirectReaderFunc) (gpointer owner, GBytes *envelope, gsize overhead);

/**
 * coquill_direct_reader_take:
 * @offset: the stream offset of @data
 * @func: called for each envelope that is now whole
 * @error: return location of %COQUILL_NET_ERROR_PROTOCOL
 *
 * Takes what is new of bytes that have come once or twice. Bytes behind a gap, and all bytes after an error,
 * are left; nothing is said about them.
 *
 * Returns: %FALSE if it is no stream of envelopes
 */
gboolean
coquill_direct_reader_take (CoquillDirectReader *self,
                            guint64 offset,
                            const guint8 *data,
                            gsize size,
                            CoquillDirectReaderFunc func,
                            gpointer owner,
                            GError **error);

void
coquill_direct_reader_clear (CoquillDirectReader *self);

G_END_DECLS
