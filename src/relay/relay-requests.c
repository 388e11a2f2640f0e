/* relay-requests.c: what a relay does for each frame of a client */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/relay-requests.h"

#include "trust/envelope.h"

#include <string.h>

/* What a fetch gives at most while all queues together are over the limit. */
#define FETCH_WHEN_SHORT (64 * 1024)

/* Questions for a bulletin that one connection may have open: they need no proof, and one is a few bytes for
 * a quarter of a megabyte. */
#define BULLETINS_AT_ONCE 4

/* The smallest envelope: header, nonce, tag. */
#define ENVELOPE_LEAST COQUILL_ENVELOPE_OVERHEAD

static CoquillRelayMember *
find_member (CoquillRelaySession *session, guint32 handle)
{
  return g_hash_table_lookup (session->members, GUINT_TO_POINTER (handle));
}

static CoquillMailboxJob *
new_job (CoquillRelaySession *session,
         const CoquillRelayFrame *frame,
         CoquillMailboxWork work,
         const guint8 *room,
         CoquillMailboxDone done)
{
  CoquillMailboxJob *job = coquill_mailbox_job_new (work, room, done);

  job->session = session->id;
  job->handle = frame->handle;
  job->reference = frame->reference;
  return job;
}

/* The end of a bulletin, a request at the door or an erasure: STORED or a refusal. */
static void
answer_job (CoquillMailboxJob *job, CoquillRelayHub *hub, guint64 position)
{
  CoquillRelaySession *session = coquill_relay_session_find (hub, job->session);
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_STORED,
                              .handle = job->handle,
                              .reference = job->reference,
                              .position = position };

  if (session == NULL)
    return;
  if (job->result == COQUILL_MAILBOX_DONE)
    coquill_relay_session_send (session, &frame);
  else
    coquill_relay_session_refuse_job (session, job);
}

static void
stored_cb (CoquillMailboxJob *job, gpointer server)
{
  CoquillRelayHub *hub = server;
  CoquillRelayRoom *room = g_hash_table_lookup (hub->rooms, job->room);

  if (room != NULL && job->result == COQUILL_MAILBOX_DONE)
    {
      room->last = MAX (room->last, job->position);
      room->grew = TRUE;
      coquill_relay_hub_add_news (hub, room);
      coquill_relay_room_pass_on (room, coquill_relay_session_find (hub, job->session), job->data,
                                  job->position, FALSE, job->serial);
    }
  answer_job (job, hub, job->position);
}

static void
post (CoquillRelaySession *session, CoquillRelayMember *member, CoquillRelayFrame *frame)
{
  CoquillEnvelopeClass envelope_class;
  CoquillMailboxJob *job;

  if (g_bytes_get_size (frame->data) < ENVELOPE_LEAST
      || !coquill_envelope_peek (frame->data, &envelope_class, NULL))
    {
      coquill_relay_session_refuse (session, COQUILL_RELAY_CODE_ENVELOPE, frame->handle, frame->reference,
                                    "This is not an envelope.");
      return;
    }
  if (envelope_class == COQUILL_ENVELOPE_LIVE)
    {
      coquill_relay_room_pass_on (member->room, session, frame->data, 0, TRUE, 0);
      return;
    }
  if (member->role < COQUILL_ROOM_WRITE)
    {
      coquill_relay_session_refuse (session, COQUILL_RELAY_CODE_RIGHTS, frame->handle, frame->reference,
                                    "Those who may only read can't store.");
      return;
    }
  job = new_job (session, frame, COQUILL_MAILBOX_APPEND, member->room->id, stored_cb);
  job->data = g_bytes_ref (frame->data);
  job->serial = ++session->hub->serial;
  coquill_mailbox_push (session->hub->mailbox, job);
  coquill_relay_room_pass_on (member->room, session, frame->data, 0, FALSE, 0);
}

static void
fetched_cb (CoquillMailboxJob *job, gpointer server)
{
  CoquillRelaySession *session = coquill_relay_session_find (server, job->session);
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_ENVELOPE, .handle = job->handle };
  CoquillRelayFrame end
      = { .kind = COQUILL_RELAY_FRAME_FETCH_END, .handle = job->handle, .complete = job->complete };

  if (session == NULL)
    return;
  session->n_reads--;
  if (find_member (session, job->handle) != NULL)
    {
      if (job->result != COQUILL_MAILBOX_DONE)
        coquill_relay_session_refuse_job (session, job);
      else
        {
          end.position = job->position;
          for (guint i = 0; i < job->items->len; i++)
            {
              CoquillMailboxItem *item = &g_array_index (job->items, CoquillMailboxItem, i);
              frame.position = end.position = item->position;
              frame.data = item->bytes;
              coquill_relay_session_send (session, &frame);
            }
          coquill_relay_session_send (session, &end);
        }
    }
  coquill_relay_request_next_fetch (session);
}

void
coquill_relay_request_next_fetch (CoquillRelaySession *session)
{
  GHashTableIter iter;
  gpointer value;

  /* Together with what a fetch may give, this is under the least queue that the options allow. */
  if (session->n_reads > 0
      || coquill_relay_connection_get_queued (session->connection) >= COQUILL_RELAY_CONNECTION_MARK)
    return;
  g_hash_table_iter_init (&iter, session->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CoquillRelayMember *member = value;
      CoquillRelayFrame frame = { .handle = member->handle };
      CoquillMailboxJob *job;

      if (!member->wants)
        continue;
      member->wants = FALSE;
      session->n_reads++;
      job = new_job (session, &frame, COQUILL_MAILBOX_READ, member->room->id, fetched_cb);
      job->position = member->after;
      job->budget = session->hub->is_short ? MIN (member->budget, FETCH_WHEN_SHORT) : member->budget;
      coquill_mailbox_push (session->hub->mailbox, job);
      return;
    }
}

static void
bulletin_put_cb (CoquillMailboxJob *job, gpointer server)
{
  answer_job (job, server, 0);
}

static void
bulletin_got_cb (CoquillMailboxJob *job, gpointer server)
{
  CoquillRelaySession *session = coquill_relay_session_find (server, job->session);
  CoquillRelayFrame frame
      = { .kind = COQUILL_RELAY_FRAME_BULLETIN, .reference = job->reference, .data = job->data };

  if (session == NULL)
    return;
  session->n_bulletins--;
  if (job->result == COQUILL_MAILBOX_DONE)
    coquill_relay_session_send (session, &frame);
  else
    coquill_relay_session_refuse_job (session, job);
}

static void
get_bulletin (CoquillRelaySession *session, const CoquillRelayFrame *frame)
{
  CoquillMailboxJob *job;

  if (session->n_bulletins >= BULLETINS_AT_ONCE)
    {
      coquill_relay_session_refuse (session, COQUILL_RELAY_CODE_TOO_MANY, frame->handle, frame->reference,
                                    "Too many bulletins were asked for at once.");
      return;
    }
  session->n_bulletins++;
  job = new_job (session, frame, COQUILL_MAILBOX_GET_BULLETIN, frame->room, bulletin_got_cb);
  job->budget = COQUILL_RELAY_BULLETIN_MAX;
  coquill_mailbox_push (session->hub->mailbox, job);
}

static void
knocked_cb (CoquillMailboxJob *job, gpointer server)
{
  CoquillRelayHub *hub = server;
  CoquillRelayRoom *room = g_hash_table_lookup (hub->rooms, job->room);

  if (room != NULL && job->result == COQUILL_MAILBOX_DONE)
    coquill_relay_room_tell_knock (room, job->position, job->data);
  answer_job (job, hub, 0);
}

static void
erased_cb (CoquillMailboxJob *job, gpointer server)
{
  CoquillRelayHub *hub = server;
  CoquillRelayRoom *room;

  answer_job (job, hub, 0);
  room = g_hash_table_lookup (hub->rooms, job->room);
  if (room != NULL && job->result == COQUILL_MAILBOX_DONE)
    coquill_relay_room_empty (room, COQUILL_RELAY_CODE_NO_ROOM, "The room was deleted.");
}

static void
tell_services (CoquillRelaySession *session, const CoquillRelayFrame *frame)
{
  g_auto (CoquillRelayFrame) answer = { .kind = COQUILL_RELAY_FRAME_SERVICES,
                                        .reference = frame->reference,
                                        .port = session->hub->stun_port };

  coquill_turn_offer_tell (session->hub->turn, g_get_real_time () / G_USEC_PER_SEC, &answer);
  coquill_relay_session_send (session, &answer);
}

static void
leave (CoquillRelaySession *session, CoquillRelayMember *member)
{
  coquill_relay_room_remove (member->room, session->hub, member);
  g_hash_table_remove (session->members, GUINT_TO_POINTER (member->handle));
}

/* Frames about a room that the session is in. */
static void
request_inside (CoquillRelaySession *session, CoquillRelayFrame *frame)
{
  CoquillRelayMember *member = find_member (session, frame->handle);
  CoquillMailbox *mailbox = session->hub->mailbox;
  CoquillRoomRole needed = COQUILL_ROOM_READ;
  CoquillMailboxJob *job;

  if (member == NULL)
    {
      /* A room that was shut may still be spoken to for a moment. */
      if (frame->kind != COQUILL_RELAY_FRAME_LEAVE)
        coquill_relay_session_refuse (session, COQUILL_RELAY_CODE_NOT_IN, frame->handle, frame->reference,
                                      "This connection is not in that room.");
      return;
    }
  if (frame->kind == COQUILL_RELAY_FRAME_PUT_BULLETIN || frame->kind == COQUILL_RELAY_FRAME_ANSWER)
    needed = COQUILL_ROOM_WRITE;
  if (frame->kind == COQUILL_RELAY_FRAME_ERASE)
    needed = COQUILL_ROOM_ADMIN;
  if (member->role < needed)
    {
      coquill_relay_session_refuse (session, COQUILL_RELAY_CODE_RIGHTS, frame->handle, frame->reference,
                                    "The role of this connection does not allow that.");
      return;
    }

  switch ((int)frame->kind)
    {
    case COQUILL_RELAY_FRAME_LEAVE:
      leave (session, member);
      break;
    case COQUILL_RELAY_FRAME_POST:
      post (session, member, frame);
      break;
    case COQUILL_RELAY_FRAME_FETCH:
      member->wants = TRUE;
      member->after = frame->position;
      member->budget = CLAMP (frame->limit, 1, COQUILL_RELAY_FETCH_MAX);
      coquill_relay_request_next_fetch (session);
      break;
    case COQUILL_RELAY_FRAME_PUT_BULLETIN:
      job = new_job (session, frame, COQUILL_MAILBOX_PUT_BULLETIN, member->room->id, bulletin_put_cb);
      job->data = g_bytes_ref (frame->data);
      coquill_mailbox_push (mailbox, job);
      break;
    case COQUILL_RELAY_FRAME_ANSWER:
      job = new_job (session, frame, COQUILL_MAILBOX_REMOVE_KNOCK, member->room->id, NULL);
      job->position = frame->position;
      coquill_mailbox_push (mailbox, job);
      break;
    case COQUILL_RELAY_FRAME_ERASE:
      coquill_mailbox_push (mailbox,
                            new_job (session, frame, COQUILL_MAILBOX_ERASE, member->room->id, erased_cb));
      break;
    case COQUILL_RELAY_FRAME_GET_SERVICES:
      tell_services (session, frame);
      break;
    default:
      g_assert_not_reached ();
    }
}

void
coquill_relay_request (CoquillRelaySession *session, CoquillRelayFrame *frame)
{
  CoquillMailboxJob *job;
  CoquillRelayFrame pong = { .kind = COQUILL_RELAY_FRAME_PONG, .reference = frame->reference };

  switch (frame->kind)
    {
    case COQUILL_RELAY_FRAME_ENTER:
      coquill_relay_request_enter (session, frame);
      break;
    case COQUILL_RELAY_FRAME_LEAVE:
    case COQUILL_RELAY_FRAME_POST:
    case COQUILL_RELAY_FRAME_FETCH:
    case COQUILL_RELAY_FRAME_PUT_BULLETIN:
    case COQUILL_RELAY_FRAME_ANSWER:
    case COQUILL_RELAY_FRAME_ERASE:
    case COQUILL_RELAY_FRAME_GET_SERVICES:
      request_inside (session, frame);
      break;
    case COQUILL_RELAY_FRAME_GET_BULLETIN:
      get_bulletin (session, frame);
      break;
    case COQUILL_RELAY_FRAME_KNOCK:
      job = new_job (session, frame, COQUILL_MAILBOX_ADD_KNOCK, frame->room, knocked_cb);
      job->data = g_bytes_ref (frame->data);
      coquill_mailbox_push (session->hub->mailbox, job);
      break;
    case COQUILL_RELAY_FRAME_PING:
      coquill_relay_session_send (session, &pong);
      break;
    case COQUILL_RELAY_FRAME_PONG:
      break;
    case COQUILL_RELAY_FRAME_CHALLENGE:
    case COQUILL_RELAY_FRAME_ENTERED:
    case COQUILL_RELAY_FRAME_STORED:
    case COQUILL_RELAY_FRAME_ENVELOPE:
    case COQUILL_RELAY_FRAME_FETCH_END:
    case COQUILL_RELAY_FRAME_COMMITTED:
    case COQUILL_RELAY_FRAME_MEMBERS:
    case COQUILL_RELAY_FRAME_BULLETIN:
    case COQUILL_RELAY_FRAME_KNOCKED:
    case COQUILL_RELAY_FRAME_REFUSAL:
    case COQUILL_RELAY_FRAME_SERVICES:
    default:
      coquill_relay_session_end (session, COQUILL_RELAY_CODE_MALFORMED, "Only a relay says that.");
      break;
    }
}
