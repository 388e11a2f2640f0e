/* relay-entry.c: who may enter a room: lock, proof, then the room */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/relay-log.h"
#include "relay/relay-requests.h"
#include "trust/random.h"
#include "trust/room-proof.h"

#include <string.h>

/* What a client asked for, while the mailbox is being asked. */
typedef struct
{
  guint8 room[COQUILL_RELAY_ROOM_SIZE];
  CoquillRoomRole role;
  guint8 proof[COQUILL_RELAY_PROOF_SIZE];
  gboolean has_lock; /* and it was not tried yet */
  CoquillRoomLock lock;
} Entry;

static void
refuse (CoquillRelaySession *session, guint32 handle, guint32 code, const char *message)
{
  if (code == COQUILL_RELAY_CODE_PROOF || code == COQUILL_RELAY_CODE_LOCK)
    coquill_relay_log (COQUILL_RELAY_LOG_WARNING, "refused",
                       "connection=%" G_GUINT64_FORMAT " address=%s reason=\"%s\"", session->id,
                       session->address, message);
  coquill_relay_session_refuse (session, code, handle, 0, message);
}

static gboolean
is_inside (CoquillRelaySession *session, const guint8 *room)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, session->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (memcmp (((CoquillRelayMember *)value)->room->id, room, COQUILL_RELAY_ROOM_SIZE) == 0)
      return TRUE;
  return FALSE;
}

static void
knocks_cb (CoquillMailboxJob *job, gpointer server)
{
  CoquillRelaySession *session = coquill_relay_session_find (server, job->session);
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_KNOCKED, .handle = job->handle };

  if (session == NULL || job->result != COQUILL_MAILBOX_DONE
      || !g_hash_table_contains (session->members, GUINT_TO_POINTER (job->handle)))
    return;
  for (guint i = 0; i < job->items->len; i++)
    {
      CoquillMailboxItem *item = &g_array_index (job->items, CoquillMailboxItem, i);
      frame.position = item->position;
      frame.data = item->bytes;
      coquill_relay_session_send (session, &frame);
    }
}

static void
let_in (CoquillRelaySession *session, guint32 handle, const Entry *entry, CoquillRelayRoom *room)
{
  CoquillRelayMember *member = g_new0 (CoquillRelayMember, 1);
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_ENTERED, .handle = handle, .position = room->last };

  member->session = session;
  member->handle = handle;
  member->role = entry->role;
  coquill_relay_room_add (room, session->hub, member);
  g_hash_table_insert (session->members, GUINT_TO_POINTER (handle), member);
  coquill_relay_log (COQUILL_RELAY_LOG_DETAIL, "enter",
                     "connection=%" G_GUINT64_FORMAT " room=%02x%02x%02x%02x role=%d members=%u", session->id,
                     room->id[0], room->id[1], room->id[2], room->id[3], (int)entry->role,
                     room->members->len);
  frame.count = room->members->len;
  memcpy (frame.mailbox, room->mailbox, sizeof frame.mailbox);
  coquill_relay_session_send (session, &frame);

  if (entry->role >= COQUILL_ROOM_WRITE)
    {
      CoquillMailboxJob *job = coquill_mailbox_job_new (COQUILL_MAILBOX_READ_KNOCKS, entry->room, knocks_cb);
      job->session = session->id;
      job->handle = handle;
      job->budget = (gsize)session->hub->options->door_requests * COQUILL_RELAY_REQUEST_MAX;
      coquill_mailbox_push (session->hub->mailbox, job);
    }
}

static void
looked_up_cb (CoquillMailboxJob *job, gpointer server);

/* Asks the mailbox for the room, after giving it the entry's lock if @with_lock. */
static void
look_up (CoquillRelaySession *session, guint32 handle, Entry *entry, gboolean with_lock)
{
  CoquillMailboxJob *job = coquill_mailbox_job_new (COQUILL_MAILBOX_ENTER, entry->room, looked_up_cb);

  job->session = session->id;
  job->handle = handle;
  job->context = entry;
  job->free_context = g_free;
  if (with_lock)
    {
      /* Once: whatever the mailbox then says is the room's lock. */
      entry->has_lock = FALSE;
      job->data = coquill_room_lock_encode (&entry->lock);
      job->lock_number = entry->lock.number;
      coquill_random_fill (job->mailbox, sizeof job->mailbox);
    }
  g_hash_table_add (session->entering, GUINT_TO_POINTER (handle));
  coquill_mailbox_push (session->hub->mailbox, job);
}

/* Whether the lock that the client brought takes the place of @current (NULL: there is no room yet). */
static gboolean
is_lock_next (const Entry *entry, const CoquillRoomLock *current)
{
  if (!entry->has_lock)
    return FALSE;
  if (current == NULL)
    return coquill_room_lock_check_first (&entry->lock, NULL);
  return entry->lock.number > current->number
         && coquill_room_lock_check_supersedes (&entry->lock, current, NULL);
}

/* Decides. @found is the stored room; @room the one with members, if there is one; @entry is taken. */
static void
judge (CoquillRelaySession *session,
       guint32 handle,
       Entry *entry,
       const CoquillMailboxRoom *found,
       CoquillRelayRoom *room)
{
  g_autofree Entry *owned = entry;
  const CoquillRoomLock *current = NULL;
  CoquillRoomLock stored;

  if (room != NULL && (found == NULL || room->lock.number >= found->lock_number))
    current = &room->lock;
  else if (found != NULL && found->found)
    {
      if (!coquill_room_lock_decode (found->lock, &stored, NULL))
        {
          refuse (session, handle, COQUILL_RELAY_CODE_STORAGE, "The relay can't read the room's lock.");
          return;
        }
      current = &stored;
    }

  gboolean is_next = is_lock_next (entry, current);
  const CoquillRoomLock *lock = is_next ? &entry->lock : current;
  if (lock == NULL)
    {
      if (entry->has_lock)
        refuse (session, handle, COQUILL_RELAY_CODE_LOCK, "The lock does not belong to this room.");
      else
        refuse (session, handle, COQUILL_RELAY_CODE_NO_ROOM, "The relay has no such room.");
      return;
    }
  if (!coquill_room_proof_check (lock, entry->role, session->authority, session->nonce, entry->proof))
    {
      refuse (session, handle, COQUILL_RELAY_CODE_PROOF, "The proof does not open this room.");
      return;
    }
  if (is_next)
    {
      look_up (session, handle, g_steal_pointer (&owned), TRUE);
      return;
    }
  if (is_inside (session, entry->room))
    {
      refuse (session, handle, COQUILL_RELAY_CODE_TOO_MANY, "This connection is in that room already.");
      return;
    }
  if (room != NULL && current != &room->lock)
    {
      coquill_relay_room_set_lock (room, current);
      room = NULL;
    }
  /* Showing members out may have ended the room: found is there in that case. */
  if (room == NULL)
    room = coquill_relay_room_get (session->hub, entry->room, found, current);
  let_in (session, handle, entry, room);
}

static void
looked_up_cb (CoquillMailboxJob *job, gpointer server)
{
  CoquillRelayHub *hub = server;
  CoquillRelaySession *session = coquill_relay_session_find (hub, job->session);

  if (session == NULL || !g_hash_table_remove (session->entering, GUINT_TO_POINTER (job->handle)))
    return;
  if (job->result == COQUILL_MAILBOX_FAILED || job->result == COQUILL_MAILBOX_OVER_LIMIT)
    {
      coquill_relay_session_refuse_job (session, job);
      return;
    }
  judge (session, job->handle, g_steal_pointer (&job->context), &job->found,
         g_hash_table_lookup (hub->rooms, job->room));
}

void
coquill_relay_request_enter (CoquillRelaySession *session, const CoquillRelayFrame *frame)
{
  guint rooms = g_hash_table_size (session->members) + g_hash_table_size (session->entering);
  g_autofree Entry *entry = NULL;
  CoquillRelayRoom *room;

  if (frame->version < 1 || frame->handle == 0 || frame->role < COQUILL_ROOM_READ
      || frame->role > COQUILL_ROOM_ADMIN)
    {
      if (frame->version < 1)
        refuse (session, frame->handle, COQUILL_RELAY_CODE_VERSION, "This relay speaks version 1.");
      else
        coquill_relay_session_end (session, COQUILL_RELAY_CODE_MALFORMED, "No such role or handle.");
      return;
    }
  if (g_hash_table_contains (session->members, GUINT_TO_POINTER (frame->handle))
      || g_hash_table_contains (session->entering, GUINT_TO_POINTER (frame->handle)))
    {
      coquill_relay_session_end (session, COQUILL_RELAY_CODE_MALFORMED, "That handle is in use.");
      return;
    }
  if (rooms >= (guint)session->hub->options->rooms_per_connection)
    {
      refuse (session, frame->handle, COQUILL_RELAY_CODE_TOO_MANY,
              "One connection can't enter more rooms here.");
      return;
    }

  entry = g_new0 (Entry, 1);
  memcpy (entry->room, frame->room, sizeof entry->room);
  memcpy (entry->proof, frame->proof, sizeof entry->proof);
  entry->role = frame->role;
  if (frame->data != NULL)
    {
      if (!coquill_room_lock_decode (frame->data, &entry->lock, NULL)
          || memcmp (entry->lock.room, entry->room, sizeof entry->room) != 0)
        {
          refuse (session, frame->handle, COQUILL_RELAY_CODE_LOCK, "The lock does not belong to this room.");
          return;
        }
      entry->has_lock = TRUE;
    }
  room = g_hash_table_lookup (session->hub->rooms, entry->room);
  if (room != NULL)
    judge (session, frame->handle, g_steal_pointer (&entry), NULL, room);
  else
    look_up (session, frame->handle, g_steal_pointer (&entry), FALSE);
}
