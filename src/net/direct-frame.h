/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-frame.h: what two ends of a direct road say to each other inside QUIC */
#pragma once

#include <glib.h>

#include "net/net-error.h"

G_BEGIN_DECLS

/* The stream, each way: envelopes, one after another:
 *
 * | bytes | what |
 * |---|---|
 * | 1, 2, 4 | length of the envelope, 1 to COQUILL_ENVELOPE_MAX, as a QUIC integer (RFC 9000, 16), in any of
 * its lengths | | … | the envelope |
 *
 * A datagram:
 *
 * | bytes | what |
 * |---|---|
 * | 1 | a #CoquillDirectFrameKind |
 * | LIVE: … | an envelope that the stream doesn't have |
 * | COPY: 8, … | an offset, big endian; the bytes that the stream has from there on |
 * | PING: 8 | a number, big endian |
 * | ECHO: 8, 8 | the number of the ping; the packets that its receiver has received so far, both big endian |
 */

/** The greatest length of a frame's length in the stream. */
#define COQUILL_DIRECT_LENGTH_MAX 4
/** The greatest frame, in bytes, is %COQUILL_QUIC_DATAGRAM_MAX; beside the bytes that it carries it has at
 * most: */
#define COQUILL_DIRECT_FRAME_OVERHEAD (1 + 8)

typedef enum
{
  COQUILL_DIRECT_FRAME_LIVE = 1,
  COQUILL_DIRECT_FRAME_COPY = 2,
  COQUILL_DIRECT_FRAME_PING = 3,
  COQUILL_DIRECT_FRAME_ECHO = 4,
} CoquillDirectFrameKind;

/**
 * CoquillDirectFrame:
 * @number: COPY: the offset; PING, ECHO: the number
 * @count: ECHO: packets
 * @data: LIVE, COPY: (not owned) the bytes, at least one
 */
typedef struct
{
  CoquillDirectFrameKind kind;
  guint64 number, count;
  const guint8 *data;
  gsize size;
} CoquillDirectFrame;

/** Returns: (transfer full): the datagram */
GBytes *
coquill_direct_frame_encode (const CoquillDirectFrame *self) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: %FALSE if @data is no frame; otherwise @self points into @data */
gboolean
coquill_direct_frame_decode (CoquillDirectFrame *self,
                             const guint8 *data,
                             gsize size) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: the bytes that were written to @buffer: the length of an envelope of @length bytes */
gsize
coquill_direct_frame_write_length (guint8 buffer[COQUILL_DIRECT_LENGTH_MAX], gsize length);

G_END_DECLS
