/* relay-room.c: a room with members at this moment */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/relay-room.h"

#include "relay/relay-session.h"

#include <string.h>

/* All walks over members go from the end: sending may end a session, which takes it out of the array, and the
 * member that moves to its place was visited already. A connection is in a room once, so no more than one
 * goes. A room can vanish with its last member, so none is touched after the walk. */

guint
coquill_relay_room_hash (gconstpointer id)
{
  guint hash;

  memcpy (&hash, id, sizeof hash);
  return hash;
}

gboolean
coquill_relay_room_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, COQUILL_RELAY_ROOM_SIZE) == 0;
}

CoquillRelayRoom *
coquill_relay_room_get (CoquillRelayHub *hub,
                        const guint8 *id,
                        const CoquillMailboxRoom *found,
                        const CoquillRoomLock *lock)
{
  CoquillRelayRoom *self = g_hash_table_lookup (hub->rooms, id);

  if (self != NULL)
    return self;
  self = g_new0 (CoquillRelayRoom, 1);
  memcpy (self->id, id, sizeof self->id);
  memcpy (self->mailbox, found->mailbox, sizeof self->mailbox);
  self->last = found->last;
  self->lock = *lock;
  self->members = g_ptr_array_new ();
  g_hash_table_insert (hub->rooms, self->id, self);
  return self;
}

void
coquill_relay_room_free (CoquillRelayRoom *self)
{
  g_ptr_array_unref (self->members);
  g_free (self);
}

void
coquill_relay_room_add (CoquillRelayRoom *self, CoquillRelayHub *hub, CoquillRelayMember *member)
{
  member->room = self;
  member->serial = ++hub->serial;
  g_ptr_array_add (self->members, member);
  self->changed = TRUE;
  coquill_relay_hub_add_news (hub, self);
}

void
coquill_relay_room_remove (CoquillRelayRoom *self, CoquillRelayHub *hub, CoquillRelayMember *member)
{
  g_ptr_array_remove_fast (self->members, member);
  member->room = NULL;
  if (self->members->len == 0)
    {
      g_hash_table_remove (hub->rooms, self->id);
      return;
    }
  self->changed = TRUE;
  coquill_relay_hub_add_news (hub, self);
}

void
coquill_relay_room_pass_on (CoquillRelayRoom *self,
                            CoquillRelaySession *sender,
                            GBytes *envelope,
                            guint64 position,
                            gboolean is_live,
                            guint64 entered_after)
{
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_ENVELOPE, .position = position, .data = envelope };
  g_autoptr (GBytes) encoded = NULL;

  for (guint i = self->members->len; i-- > 0;)
    {
      CoquillRelayMember *member = self->members->pdata[i];

      if (member->session == sender || member->serial <= entered_after)
        continue;
      if (is_live && coquill_relay_session_is_behind (member->session))
        continue;
      /* Most clients call their first room 1, so one encoding serves most members. */
      if (encoded == NULL || frame.handle != member->handle)
        {
          g_clear_pointer (&encoded, g_bytes_unref);
          frame.handle = member->handle;
          encoded = coquill_relay_frame_encode (&frame);
        }
      coquill_relay_session_send_bytes (member->session, encoded);
    }
}

void
coquill_relay_room_tell_knock (CoquillRelayRoom *self, guint64 knock, GBytes *request)
{
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_KNOCKED, .position = knock, .data = request };

  for (guint i = self->members->len; i-- > 0;)
    {
      CoquillRelayMember *member = self->members->pdata[i];
      if (member->role < COQUILL_ROOM_WRITE)
        continue;
      frame.handle = member->handle;
      coquill_relay_session_send (member->session, &frame);
    }
}

void
coquill_relay_room_set_lock (CoquillRelayRoom *self, const CoquillRoomLock *lock)
{
  CoquillRoomLock old = self->lock;

  self->lock = *lock;
  for (guint i = self->members->len; i-- > 0;)
    {
      CoquillRelayMember *member = self->members->pdata[i];
      const guint8 *before = coquill_room_lock_get_key (&old, member->role);
      const guint8 *after = coquill_room_lock_get_key (lock, member->role);
      if (memcmp (before, after, 32) != 0)
        coquill_relay_session_show_out (member->session, member, COQUILL_RELAY_CODE_LOCK_CHANGED,
                                        "The room has a new lock.");
    }
}

void
coquill_relay_room_empty (CoquillRelayRoom *self, guint32 code, const char *message)
{
  for (guint i = self->members->len; i-- > 0;)
    {
      CoquillRelayMember *member = self->members->pdata[i];
      coquill_relay_session_show_out (member->session, member, code, message);
    }
}

void
coquill_relay_room_tell_news (CoquillRelayRoom *self, CoquillRelayHub *hub)
{
  CoquillRelayFrame committed = { .kind = COQUILL_RELAY_FRAME_COMMITTED, .position = self->last };
  CoquillRelayFrame members = { .kind = COQUILL_RELAY_FRAME_MEMBERS, .count = self->members->len };
  gboolean grew = self->grew;
  gboolean changed = self->changed;

  self->grew = FALSE;
  self->changed = FALSE;
  for (guint i = self->members->len; i-- > 0;)
    {
      CoquillRelayMember *member = self->members->pdata[i];
      CoquillRelaySession *session = member->session;
      committed.handle = members.handle = member->handle;
      if (grew)
        coquill_relay_session_send (session, &committed);
      if (changed)
        coquill_relay_session_send (session, &members);
    }
}
