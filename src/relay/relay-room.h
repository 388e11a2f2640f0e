/* relay-room.h: a room with members at this moment */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "relay/relay-hub.h"
#include "trust/room-lock.h"

G_BEGIN_DECLS

/**
 * CoquillRelayMember:
 * @session: (unowned): whose
 * @room: (unowned): where
 * @handle: the session's name for the room
 * @role: what it proved
 * @serial: the hub's serial when it entered: of posts with a smaller one it got no copy when they were fanned
 * out
 * @wants: whether a fetch waits to be done
 * @after, @budget: that fetch
 *
 * One connection in one room.
 */
typedef struct
{
  CoquillRelaySession *session;
  CoquillRelayRoom *room;
  guint32 handle;
  CoquillRoomRole role;
  guint64 serial;
  gboolean wants;
  guint64 after;
  guint32 budget;
} CoquillRelayMember;

/**
 * CoquillRelayRoom:
 * @id: the room's id
 * @lock: the lock in force
 * @mailbox: the mailbox's name
 * @last: the greatest position on the disk
 * @members: (element-type CoquillRelayMember) (unowned): the sessions own them
 * @grew: news: @last
 * @changed: news: the number of members
 *
 * Made when the first member enters, gone with the last.
 */
struct _CoquillRelayRoom
{
  guint8 id[COQUILL_RELAY_ROOM_SIZE];
  CoquillRoomLock lock;
  guint8 mailbox[COQUILL_RELAY_MAILBOX_SIZE];
  guint64 last;
  GPtrArray *members;
  gboolean grew;
  gboolean changed;
};

/**
 * coquill_relay_room_get:
 * @found: the stored room
 * @lock: its lock, decoded
 *
 * Returns: (transfer none): the room, made if it isn't there
 */
CoquillRelayRoom *
coquill_relay_room_get (CoquillRelayHub *hub,
                        const guint8 *id,
                        const CoquillMailboxRoom *found,
                        const CoquillRoomLock *lock);
void
coquill_relay_room_free (CoquillRelayRoom *self);

/** Ids are hashes already. */
guint
coquill_relay_room_hash (gconstpointer id);
gboolean
coquill_relay_room_equal (gconstpointer a, gconstpointer b);

/**
 * coquill_relay_room_add:
 * @member: (unowned): of a session, which has proved its role
 */
void
coquill_relay_room_add (CoquillRelayRoom *self, CoquillRelayHub *hub, CoquillRelayMember *member);

/**
 * coquill_relay_room_remove:
 *
 * Takes a member out, and frees the room if it was the last.
 */
void
coquill_relay_room_remove (CoquillRelayRoom *self, CoquillRelayHub *hub, CoquillRelayMember *member);

/**
 * coquill_relay_room_pass_on:
 * @sender: (nullable): gets no copy
 * @envelope: what to send
 * @position: 0, or where it is in the mailbox
 * @is_live: may be dropped for members that are behind
 * @entered_after: only to those who entered after this serial; 0 for all
 */
void
coquill_relay_room_pass_on (CoquillRelayRoom *self,
                            CoquillRelaySession *sender,
                            GBytes *envelope,
                            guint64 position,
                            gboolean is_live,
                            guint64 entered_after);

/**
 * coquill_relay_room_tell_knock:
 *
 * Sends a request at the door to all who may write.
 */
void
coquill_relay_room_tell_knock (CoquillRelayRoom *self, guint64 knock, GBytes *request);

/**
 * coquill_relay_room_set_lock:
 *
 * Puts a new lock in force and shows those out whose keys don't fit it.
 */
void
coquill_relay_room_set_lock (CoquillRelayRoom *self, const CoquillRoomLock *lock);

/**
 * coquill_relay_room_empty:
 *
 * Shows everybody out, and is gone then.
 */
void
coquill_relay_room_empty (CoquillRelayRoom *self, guint32 code, const char *message);

/** Sends COMMITTED and MEMBERS if there is something to tell. */
void
coquill_relay_room_tell_news (CoquillRelayRoom *self, CoquillRelayHub *hub);

G_END_DECLS
