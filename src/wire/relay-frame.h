/* relay-frame.h: what a client and a relay say to each other */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "wire/error.h"
#include "wire/room-role.h"

G_BEGIN_DECLS

/* The protocol that this program speaks; in Challenge and Enter. */
#define COQUILL_RELAY_VERSION 1
/* The WebSocket's subprotocol and path. */
#define COQUILL_RELAY_SUBPROTOCOL "coquill.1"
#define COQUILL_RELAY_PATH "/v1"

/* The greatest frame: an envelope of 1 MiB with its own header, and room for the frame around it. */
#define COQUILL_RELAY_FRAME_MAX (1024 * 1024 + 4096)
/* A bulletin: the sealed boxes of an epoch for some hundreds of devices. */
#define COQUILL_RELAY_BULLETIN_MAX (256 * 1024)
/* A sealed request to join. */
#define COQUILL_RELAY_REQUEST_MAX 4096
/* Text in a frame: the server's name, a refusal's reason. */
#define COQUILL_RELAY_TEXT_MAX 1024
/* A fetch gives at most so many bytes of envelopes (but always one envelope). */
#define COQUILL_RELAY_FETCH_MAX (1024 * 1024)

/* SERVICES: as many TURN servers as a client would ever try, their addresses, and what their users are
 * called. */
#define COQUILL_RELAY_TURN_MAX 8
#define COQUILL_RELAY_TURN_URI_MAX 300
#define COQUILL_RELAY_TURN_WORD_MAX 256

/* Bits of a CHALLENGE's features: frames that an older relay would take for nonsense. */
#define COQUILL_RELAY_FEATURE_SERVICES (1 << 0)

/* Lengths of the fixed fields. */
#define COQUILL_RELAY_ROOM_SIZE 32
#define COQUILL_RELAY_MAILBOX_SIZE 16
#define COQUILL_RELAY_NONCE_SIZE 32
#define COQUILL_RELAY_PROOF_SIZE 64

/* clang-format off */
/**
 * CoquillRelayFrameKind:
 *
 * C: the client sends it, R: the relay. A handle is a number by which the client calls a room that it enters; it
 * is the client's choice and its connection's only. A reference is the client's too and comes back in the answer,
 * which is the frame named here or a REFUSAL.
 *
 * | kind         | by | fields                            | meaning                                              |
 * |--------------|----|-----------------------------------|------------------------------------------------------|
 * | CHALLENGE    | R  | version, features, nonce, text,   | first frame of a connection: text names the server,  |
 * |              |    | limit, count                      | limit is bytes of a message, count rooms             |
 * | ENTER        | C  | version, features, handle, room,  | enter a room; data, if there, is a lock: number 0    |
 * |              |    | role, proof, data                 | makes the room, a later one changes it → ENTERED     |
 * | ENTERED      | R  | handle, mailbox, position, count  | in; position is the last stored, count the members   |
 * | LEAVE        | C  | handle                            | out                                                  |
 * | POST         | C  | handle, reference, data           | an envelope to all others, and into the mailbox if   |
 * |              |    |                                   | its clear header says stored → then STORED           |
 * | STORED       | R  | handle, reference, position       | on the disk; position 0: a bulletin or a request     |
 * | ENVELOPE     | R  | handle, position, data            | from another member (0), or out of the mailbox       |
 * | FETCH        | C  | handle, position, limit           | the mailbox after position, up to limit bytes        |
 * |              |    |                                   | → ENVELOPE…, FETCH_END                               |
 * | FETCH_END    | R  | handle, position, complete        | the last one given; complete: nothing lies beyond    |
 * | COMMITTED    | R  | handle, position                  | all stored from ENTERED up to here was sent to this  |
 * |              |    |                                   | connection, or by it                                 |
 * | MEMBERS      | R  | handle, count                     | connections in the room now                          |
 * | PUT_BULLETIN | C  | handle, reference, data           | replace the bulletin → STORED                        |
 * | GET_BULLETIN | C  | reference, room                   | without proof → BULLETIN                             |
 * | BULLETIN     | R  | reference, data                   |                                                      |
 * | KNOCK        | C  | reference, room, data             | without proof: leave a sealed request at the door    |
 * |              |    |                                   | → STORED                                             |
 * | KNOCKED      | R  | handle, position, data            | to those who may write: request number position      |
 * | ANSWER       | C  | handle, position                  | take that request off the door                       |
 * | ERASE        | C  | handle, reference                 | admin: delete the room and its mailbox → STORED;     |
 * |              |    |                                   | all members get REFUSAL with NO_ROOM                 |
 * | PING         | CR | reference                         | → PONG, after all that came before                   |
 * | PONG         | CR | reference                         |                                                      |
 * | REFUSAL      | R  | code, text, handle, reference     | an answer; with reference 0 the end of the room, and |
 * |              |    |                                   | with handle 0 as well that of the connection         |
 * | GET_SERVICES | C  | handle, reference                 | what helps to find direct roads; only if a feature   |
 * |              |    |                                   | says that the relay knows this → SERVICES            |
 * | SERVICES     | R  | reference, port, turn, text,      | port: where this relay answers STUN, 0: nowhere;     |
 * |              |    | password, lifetime                | turn: URIs, with user (text), password and how many  |
 * |              |    |                                   | seconds they are good for; none: all empty           |
 */
/* clang-format on */
typedef enum
{
  COQUILL_RELAY_FRAME_CHALLENGE = 1,
  COQUILL_RELAY_FRAME_ENTER,
  COQUILL_RELAY_FRAME_ENTERED,
  COQUILL_RELAY_FRAME_LEAVE,
  COQUILL_RELAY_FRAME_POST,
  COQUILL_RELAY_FRAME_STORED,
  COQUILL_RELAY_FRAME_ENVELOPE,
  COQUILL_RELAY_FRAME_FETCH,
  COQUILL_RELAY_FRAME_FETCH_END,
  COQUILL_RELAY_FRAME_COMMITTED,
  COQUILL_RELAY_FRAME_MEMBERS,
  COQUILL_RELAY_FRAME_PUT_BULLETIN,
  COQUILL_RELAY_FRAME_GET_BULLETIN,
  COQUILL_RELAY_FRAME_BULLETIN,
  COQUILL_RELAY_FRAME_KNOCK,
  COQUILL_RELAY_FRAME_KNOCKED,
  COQUILL_RELAY_FRAME_ANSWER,
  COQUILL_RELAY_FRAME_ERASE,
  COQUILL_RELAY_FRAME_PING,
  COQUILL_RELAY_FRAME_PONG,
  COQUILL_RELAY_FRAME_REFUSAL,
  COQUILL_RELAY_FRAME_GET_SERVICES,
  COQUILL_RELAY_FRAME_SERVICES,
} CoquillRelayFrameKind;

/**
 * CoquillRelayCode:
 * @COQUILL_RELAY_CODE_MALFORMED: a frame that makes no sense, or comes from the wrong side; the connection
 * ends
 * @COQUILL_RELAY_CODE_VERSION: the client's version is not spoken here
 * @COQUILL_RELAY_CODE_NO_ROOM: there is no such room
 * @COQUILL_RELAY_CODE_PROOF: the proof doesn't fit the room's lock
 * @COQUILL_RELAY_CODE_LOCK: the lock is not valid for the room
 * @COQUILL_RELAY_CODE_LOCK_CHANGED: the room has a new lock, which this connection's key doesn't open
 * @COQUILL_RELAY_CODE_RIGHTS: the role doesn't allow this
 * @COQUILL_RELAY_CODE_ENVELOPE: not an envelope, or its header is wrong
 * @COQUILL_RELAY_CODE_TOO_LARGE: over a limit of size
 * @COQUILL_RELAY_CODE_TOO_MANY: over a limit of number: rooms, requests, connections
 * @COQUILL_RELAY_CODE_FULL: the room's mailbox or the relay's disk is full; nothing was stored
 * @COQUILL_RELAY_CODE_SLOW: the client doesn't read what it is sent; the connection ends
 * @COQUILL_RELAY_CODE_IDLE: the client was silent too long; the connection ends
 * @COQUILL_RELAY_CODE_NOT_FOUND: there is no bulletin
 * @COQUILL_RELAY_CODE_NOT_IN: the handle names no room that this connection is in
 * @COQUILL_RELAY_CODE_STORAGE: the relay's disk fails; nothing was stored
 * @COQUILL_RELAY_CODE_STOPPING: the relay stops; come again
 *
 * Why a relay refused. The numbers are those on the wire.
 */
typedef enum
{
  COQUILL_RELAY_CODE_MALFORMED = 1,
  COQUILL_RELAY_CODE_VERSION,
  COQUILL_RELAY_CODE_NO_ROOM,
  COQUILL_RELAY_CODE_PROOF,
  COQUILL_RELAY_CODE_LOCK,
  COQUILL_RELAY_CODE_LOCK_CHANGED,
  COQUILL_RELAY_CODE_RIGHTS,
  COQUILL_RELAY_CODE_ENVELOPE,
  COQUILL_RELAY_CODE_TOO_LARGE,
  COQUILL_RELAY_CODE_TOO_MANY,
  COQUILL_RELAY_CODE_FULL,
  COQUILL_RELAY_CODE_SLOW,
  COQUILL_RELAY_CODE_IDLE,
  COQUILL_RELAY_CODE_NOT_FOUND,
  COQUILL_RELAY_CODE_NOT_IN,
  COQUILL_RELAY_CODE_STORAGE,
  COQUILL_RELAY_CODE_STOPPING,
} CoquillRelayCode;

/**
 * CoquillRelayFrame:
 * @kind: which fields count: see the table above
 * @data: (nullable): owned
 * @text: (nullable): owned; UTF-8
 * @turn: (nullable): owned; at most %COQUILL_RELAY_TURN_MAX
 * @password: (nullable): owned; wiped when it is freed
 *
 * Any frame. Initialize with a designated initializer; coquill_relay_frame_clear() frees what one owns.
 */
typedef struct
{
  CoquillRelayFrameKind kind;
  guint32 version;
  guint32 handle;
  guint32 role;
  guint32 code;
  guint32 limit;
  guint32 count;
  guint32 port;
  guint32 lifetime;
  gboolean complete;
  guint64 features;
  guint64 reference;
  guint64 position;
  guint8 room[COQUILL_RELAY_ROOM_SIZE];
  guint8 mailbox[COQUILL_RELAY_MAILBOX_SIZE];
  guint8 nonce[COQUILL_RELAY_NONCE_SIZE];
  guint8 proof[COQUILL_RELAY_PROOF_SIZE];
  GBytes *data;
  char *text;
  char **turn;
  char *password;
} CoquillRelayFrame;

/**
 * coquill_relay_frame_encode:
 *
 * Returns: (transfer full): the frame's bytes
 */
GBytes *
coquill_relay_frame_encode (const CoquillRelayFrame *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_relay_frame_decode:
 * @bytes: from outside, at most %COQUILL_RELAY_FRAME_MAX bytes
 * @frame: (out caller-allocates): the frame; to be cleared if the result is %TRUE
 * @error: return location for a #CoquillWireError
 *
 * Checks lengths and limits, not whether the sender may say this.
 */
gboolean
coquill_relay_frame_decode (GBytes *bytes,
                            CoquillRelayFrame *frame,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_relay_frame_clear:
 *
 * Frees what the frame owns.
 */
void
coquill_relay_frame_clear (CoquillRelayFrame *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CoquillRelayFrame, coquill_relay_frame_clear)

G_END_DECLS
