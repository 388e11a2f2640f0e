/* relay-session.c: what one connection may do and has done */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "relay/relay-session.h"

#include "relay/relay-log.h"
#include "relay/relay-requests.h"
#include "relay/websocket-reader.h"
#include "trust/random.h"

#include <string.h>

/* Seconds of its rate that a connection may save up: a large paste, a first upload. */
#define BURST_SECONDS 4

/* Features of this relay beyond version 1. */
#define FEATURES COQUILL_RELAY_FEATURE_SERVICES

static const char server_name[] = "coquill-relay " COQUILL_VERSION;

static void
leave_all (CoquillRelaySession *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CoquillRelayMember *member = value;
      coquill_relay_room_remove (member->room, self->hub, member);
      g_hash_table_iter_remove (&iter);
    }
  g_hash_table_remove_all (self->entering);
}

static void
refill (CoquillRelaySession *self, gint64 now)
{
  const CoquillRelayOptions *options = self->hub->options;
  double seconds = (double)(now - self->credit_at) / G_USEC_PER_SEC;

  self->credit_at = now;
  self->credit_bytes
      = MIN (self->credit_bytes + seconds * options->rate_bytes, (double)BURST_SECONDS * options->rate_bytes);
  self->credit_messages = MIN (self->credit_messages + seconds * options->rate_messages,
                               (double)BURST_SECONDS * options->rate_messages);
}

static void
received_cb (gpointer owner, GBytes *message)
{
  CoquillRelaySession *self = owner;
  g_autoptr (GError) error = NULL;
  g_auto (CoquillRelayFrame) frame = { 0 };

  self->credit_bytes -= g_bytes_get_size (message);
  self->credit_messages--;
  if (!coquill_relay_frame_decode (message, &frame, &error))
    {
      coquill_relay_session_end (self,
                                 g_error_matches (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_TOO_LARGE)
                                     ? COQUILL_RELAY_CODE_TOO_LARGE
                                     : COQUILL_RELAY_CODE_MALFORMED,
                                 error->message);
      return;
    }
  coquill_relay_request (self, &frame);

  if (self->credit_bytes < 0 || self->credit_messages < 0)
    refill (self, g_get_monotonic_time ());
  if (coquill_relay_connection_is_open (self->connection)
      && (self->credit_bytes < 0 || self->credit_messages < 0
          || coquill_mailbox_get_queued (self->hub->mailbox) > COQUILL_RELAY_HUB_DISK_BYTES))
    coquill_relay_hub_pause (self->hub, self);
}

static void
drained_cb (gpointer owner)
{
  coquill_relay_request_next_fetch (owner);
}

static void
closed_cb (gpointer owner)
{
  CoquillRelaySession *self = owner;

  leave_all (self);
  coquill_relay_log (COQUILL_RELAY_LOG_DETAIL, "close", "connection=%" G_GUINT64_FORMAT, self->id);
  coquill_relay_hub_remove (self->hub, self);
}

static const CoquillRelayConnectionEvents connection_events = { received_cb, drained_cb, closed_cb };

CoquillRelaySession *
coquill_relay_session_new (CoquillRelayHub *hub,
                           CoquillRelayConnection *connection,
                           guint64 id,
                           const char *authority,
                           const char *address)
{
  CoquillRelaySession *self = g_new0 (CoquillRelaySession, 1);

  self->id = id;
  self->hub = hub;
  self->connection = connection;
  self->authority = g_strdup (authority);
  self->address = g_strdup (address);
  self->members = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->entering = g_hash_table_new (NULL, NULL);
  self->opened = self->credit_at = g_get_monotonic_time ();
  self->credit_bytes = (double)BURST_SECONDS * hub->options->rate_bytes;
  self->credit_messages = (double)BURST_SECONDS * hub->options->rate_messages;
  coquill_random_fill (self->nonce, sizeof self->nonce);
  return self;
}

void
coquill_relay_session_start (CoquillRelaySession *self)
{
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_CHALLENGE,
                              .version = COQUILL_RELAY_VERSION,
                              .features = FEATURES,
                              .limit = self->hub->options->message_bytes,
                              .count = self->hub->options->rooms_per_connection,
                              .text = (char *)server_name };

  coquill_relay_log (COQUILL_RELAY_LOG_DETAIL, "open", "connection=%" G_GUINT64_FORMAT " address=%s",
                     self->id, self->address);
  memcpy (frame.nonce, self->nonce, sizeof frame.nonce);
  coquill_relay_session_send (self, &frame);
  coquill_relay_connection_start (self->connection, &connection_events, self);
}

void
coquill_relay_session_free (CoquillRelaySession *self)
{
  leave_all (self);
  coquill_relay_connection_free (self->connection);
  g_hash_table_unref (self->members);
  g_hash_table_unref (self->entering);
  g_free (self->authority);
  g_free (self->address);
  g_free (self);
}

CoquillRelaySession *
coquill_relay_session_find (CoquillRelayHub *hub, guint64 id)
{
  CoquillRelaySession *self = g_hash_table_lookup (hub->sessions, &id);

  return self != NULL && coquill_relay_connection_is_open (self->connection) ? self : NULL;
}

void
coquill_relay_session_send_bytes (CoquillRelaySession *self, GBytes *encoded)
{
  gsize limit = self->hub->options->queue_bytes;

  if (self->hub->is_short)
    limit = MAX (limit / 16, 2 * COQUILL_RELAY_FRAME_MAX);
  coquill_relay_connection_send (self->connection, encoded);
  if (coquill_relay_connection_get_queued (self->connection) > limit)
    coquill_relay_session_end (self, COQUILL_RELAY_CODE_SLOW,
                               "This connection does not read as fast as others write.");
}

void
coquill_relay_session_send (CoquillRelaySession *self, const CoquillRelayFrame *frame)
{
  g_autoptr (GBytes) encoded = NULL;

  if (!coquill_relay_connection_is_open (self->connection))
    return;
  encoded = coquill_relay_frame_encode (frame);
  coquill_relay_session_send_bytes (self, encoded);
}

void
coquill_relay_session_refuse (
    CoquillRelaySession *self, guint32 code, guint32 handle, guint64 reference, const char *message)
{
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_REFUSAL,
                              .code = code,
                              .handle = handle,
                              .reference = reference,
                              .text = (char *)message };

  coquill_relay_session_send (self, &frame);
}

void
coquill_relay_session_refuse_job (CoquillRelaySession *self, const CoquillMailboxJob *job)
{
  guint32 code = COQUILL_RELAY_CODE_STORAGE;
  const char *message = "The relay's disk reported an error; nothing was stored.";
  gboolean is_append = job->work == COQUILL_MAILBOX_APPEND;

  if (job->result == COQUILL_MAILBOX_NO_ROOM)
    {
      code = COQUILL_RELAY_CODE_NO_ROOM;
      message = "The relay has no such room.";
    }
  else if (job->result == COQUILL_MAILBOX_NOTHING)
    {
      code = COQUILL_RELAY_CODE_NOT_FOUND;
      message = "The room has no bulletin.";
    }
  else if (job->result == COQUILL_MAILBOX_OVER_LIMIT)
    {
      code = is_append ? COQUILL_RELAY_CODE_FULL : COQUILL_RELAY_CODE_TOO_MANY;
      message = is_append                                ? "The room's mailbox is full; nothing was stored."
                : job->work == COQUILL_MAILBOX_ADD_KNOCK ? "Too many requests wait at the room's door."
                                                         : "The relay has as many rooms as it may have.";
    }
  else if (g_error_matches (job->error, COQUILL_SQL_ERROR, COQUILL_SQL_ERROR_FULL))
    {
      code = COQUILL_RELAY_CODE_FULL;
      message = "The relay's disk is full; nothing was stored.";
    }
  if (job->error != NULL)
    coquill_relay_log (COQUILL_RELAY_LOG_ERROR, "disk", "reason=\"%s\"", job->error->message);
  coquill_relay_session_refuse (self, code, job->handle, job->reference, message);
}

void
coquill_relay_session_end (CoquillRelaySession *self, guint32 code, const char *message)
{
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_REFUSAL, .code = code, .text = (char *)message };
  g_autoptr (GBytes) encoded = coquill_relay_frame_encode (&frame);
  guint16 close_code = COQUILL_WEBSOCKET_POLICY;

  if (!coquill_relay_connection_is_open (self->connection))
    return;
  if (code == COQUILL_RELAY_CODE_STOPPING)
    close_code = COQUILL_WEBSOCKET_GOING_AWAY;
  else if (code == COQUILL_RELAY_CODE_SLOW || code == COQUILL_RELAY_CODE_IDLE)
    close_code = COQUILL_WEBSOCKET_TRY_LATER;
  else if (code == COQUILL_RELAY_CODE_TOO_LARGE)
    close_code = COQUILL_WEBSOCKET_TOO_LARGE;
  coquill_relay_log (code == COQUILL_RELAY_CODE_STOPPING || code == COQUILL_RELAY_CODE_IDLE
                         ? COQUILL_RELAY_LOG_DETAIL
                         : COQUILL_RELAY_LOG_WARNING,
                     "end", "connection=%" G_GUINT64_FORMAT " address=%s code=%u reason=\"%s\"", self->id,
                     self->address, code, message);
  coquill_relay_connection_send (self->connection, encoded);
  coquill_relay_connection_close (self->connection, close_code);
  leave_all (self);
}

void
coquill_relay_session_show_out (CoquillRelaySession *self,
                                CoquillRelayMember *member,
                                guint32 code,
                                const char *message)
{
  guint32 handle = member->handle;

  coquill_relay_room_remove (member->room, self->hub, member);
  g_hash_table_remove (self->members, GUINT_TO_POINTER (handle));
  coquill_relay_session_refuse (self, code, handle, 0, message);
}

gboolean
coquill_relay_session_is_behind (CoquillRelaySession *self)
{
  return coquill_relay_connection_get_queued (self->connection) > (gsize)self->hub->options->queue_bytes / 16;
}

gsize
coquill_relay_session_tick (CoquillRelaySession *self, gint64 now)
{
  const CoquillRelayOptions *options = self->hub->options;
  gint64 silence
      = coquill_relay_connection_tick (self->connection, now, options->ping_seconds * G_USEC_PER_SEC);
  gint64 patience = options->idle_seconds * G_USEC_PER_SEC;

  if (coquill_relay_connection_is_open (self->connection))
    {
      if (silence > patience)
        coquill_relay_session_end (self, COQUILL_RELAY_CODE_IDLE, "Nothing was heard for too long.");
      else if (g_hash_table_size (self->members) == 0 && now - self->opened > patience)
        coquill_relay_session_end (self, COQUILL_RELAY_CODE_IDLE, "No room was entered for too long.");
    }
  return coquill_relay_connection_get_queued (self->connection);
}

gboolean
coquill_relay_session_resume (CoquillRelaySession *self, gint64 now)
{
  refill (self, now);
  if (self->credit_bytes < 0 || self->credit_messages < 0)
    return FALSE;
  coquill_relay_connection_set_paused (self->connection, FALSE);
  return TRUE;
}
