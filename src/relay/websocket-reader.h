/* websocket-reader.h: the receiving side of a WebSocket server (RFC 6455), without any I/O */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Bytes of a control frame's payload at most (RFC 6455, 5.5). */
#define COQUILL_WEBSOCKET_CONTROL_MAX 125
/** Bytes of the longest header a server sends. */
#define COQUILL_WEBSOCKET_HEADER_MAX 10

/** Close codes (RFC 6455, 7.4.1). */
#define COQUILL_WEBSOCKET_NORMAL 1000
#define COQUILL_WEBSOCKET_GOING_AWAY 1001
#define COQUILL_WEBSOCKET_PROTOCOL_ERROR 1002
#define COQUILL_WEBSOCKET_UNSUPPORTED 1003
#define COQUILL_WEBSOCKET_POLICY 1008
#define COQUILL_WEBSOCKET_TOO_LARGE 1009
#define COQUILL_WEBSOCKET_TRY_LATER 1013

/** Opcodes (RFC 6455, 5.2). */
typedef enum
{
  COQUILL_WEBSOCKET_CONTINUATION = 0,
  COQUILL_WEBSOCKET_TEXT = 1,
  COQUILL_WEBSOCKET_BINARY = 2,
  COQUILL_WEBSOCKET_CLOSE = 8,
  COQUILL_WEBSOCKET_PING = 9,
  COQUILL_WEBSOCKET_PONG = 10,
} CoquillWebsocketOpcode;

/**
 * CoquillWebsocketEvent:
 * @COQUILL_WEBSOCKET_EVENT_MORE: all bytes are used up; nothing new
 * @COQUILL_WEBSOCKET_EVENT_MESSAGE: a whole binary message
 * @COQUILL_WEBSOCKET_EVENT_PING: to be answered with a pong of the same payload
 * @COQUILL_WEBSOCKET_EVENT_PONG: an answer, or unasked
 * @COQUILL_WEBSOCKET_EVENT_CLOSE: the peer closes; nothing after it counts
 * @COQUILL_WEBSOCKET_EVENT_FAILED: the peer broke the rules; close with the reader's code
 */
typedef enum
{
  COQUILL_WEBSOCKET_EVENT_MORE,
  COQUILL_WEBSOCKET_EVENT_MESSAGE,
  COQUILL_WEBSOCKET_EVENT_PING,
  COQUILL_WEBSOCKET_EVENT_PONG,
  COQUILL_WEBSOCKET_EVENT_CLOSE,
  COQUILL_WEBSOCKET_EVENT_FAILED,
} CoquillWebsocketEvent;

/**
 * CoquillWebsocketReader:
 *
 * Takes a masked byte stream apart. It holds one message at most, never more than @message_max bytes, and
 * grows with what has arrived, not with what a header claims. Idle, it owns no memory.
 */
typedef struct
{
  gsize message_max;
  guint8 header[14];
  guint header_length;
  guint64 payload_left; /* of the frame under way; its header is complete */
  guint64 payload_done;
  gboolean in_payload;
  gboolean in_message; /* a first fragment came, its last not yet */
  gboolean done;
  GByteArray *message; /* (owned) (nullable) */
  GByteArray *control; /* (owned) (nullable) */
  guint16 close_code;
} CoquillWebsocketReader;

/**
 * coquill_websocket_reader_init:
 * @message_max: bytes of a message, over all its fragments
 */
void
coquill_websocket_reader_init (CoquillWebsocketReader *self, gsize message_max);

/**
 * coquill_websocket_reader_clear:
 *
 * Frees what the reader owns.
 */
void
coquill_websocket_reader_clear (CoquillWebsocketReader *self);

/**
 * coquill_websocket_reader_next:
 * @data: (inout): bytes that arrived; moved forward
 * @length: (inout): how many
 * @payload: (out) (transfer full) (nullable): of MESSAGE, PING and PONG
 *
 * Goes on until the next event. Call it until it says MORE. After CLOSE and FAILED it says MORE for ever.
 */
CoquillWebsocketEvent
coquill_websocket_reader_next (CoquillWebsocketReader *self,
                               const guint8 **data,
                               gsize *length,
                               GBytes **payload);

/**
 * coquill_websocket_write_header:
 * @header: (out caller-allocates): %COQUILL_WEBSOCKET_HEADER_MAX bytes
 * @payload_length: bytes that follow
 *
 * Writes the header of a whole, unmasked frame, as a server sends it.
 *
 * Returns: the header's length
 */
guint
coquill_websocket_write_header (guint8 *header, CoquillWebsocketOpcode opcode, guint64 payload_length);

G_END_DECLS
