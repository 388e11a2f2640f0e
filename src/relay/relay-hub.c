/* relay-hub.c: all rooms and sessions of a relay, without its sockets */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/relay-hub.h"

#include "relay/relay-log.h"
#include "relay/relay-room.h"
#include "relay/relay-session.h"

/* The sessions of now: callbacks may remove some while one walks over them. */
static GPtrArray *
list_sessions (GHashTable *table)
{
  return g_hash_table_get_values_as_ptr_array (table);
}

static gboolean
tick_cb (gpointer data)
{
  CoquillRelayHub *self = data;
  g_autoptr (GPtrArray) sessions = list_sessions (self->sessions);
  gint64 now = g_get_monotonic_time ();
  guint64 queued = 0;
  gboolean was_short = self->is_short;

  for (guint i = 0; i < sessions->len; i++)
    queued += coquill_relay_session_tick (sessions->pdata[i], now);
  self->is_short = queued > (guint64)self->options->memory_bytes;
  if (self->is_short && !was_short)
    coquill_relay_log (COQUILL_RELAY_LOG_WARNING, "short", "queued=%" G_GUINT64_FORMAT, queued);
  return G_SOURCE_CONTINUE;
}

static gboolean
news_cb (gpointer data)
{
  CoquillRelayHub *self = data;
  g_autoptr (GHashTable) news = g_steal_pointer (&self->news);
  GHashTableIter iter;
  gpointer id;

  self->news = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  self->news_source = 0;
  g_hash_table_iter_init (&iter, news);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      /* By name: the room may be gone, or even be another one by now. */
      CoquillRelayRoom *room = g_hash_table_lookup (self->rooms, g_bytes_get_data (id, NULL));
      if (room != NULL)
        coquill_relay_room_tell_news (room, self);
    }
  return G_SOURCE_REMOVE;
}

static gboolean
resume_cb (gpointer data)
{
  CoquillRelayHub *self = data;
  g_autoptr (GPtrArray) paused = NULL;
  gint64 now = g_get_monotonic_time ();

  if (self->is_stopping || coquill_mailbox_get_queued (self->mailbox) > COQUILL_RELAY_HUB_DISK_BYTES / 2)
    return G_SOURCE_CONTINUE;
  paused = list_sessions (self->paused);
  for (guint i = 0; i < paused->len; i++)
    {
      CoquillRelaySession *session = paused->pdata[i];
      if (coquill_relay_session_resume (session, now))
        g_hash_table_remove (self->paused, &session->id);
    }
  if (g_hash_table_size (self->paused) > 0)
    return G_SOURCE_CONTINUE;
  self->resume_source = 0;
  return G_SOURCE_REMOVE;
}

CoquillRelayHub *
coquill_relay_hub_new (const CoquillRelayOptions *options, GError **error)
{
  g_autoptr (CoquillTurnOffer) turn = coquill_turn_offer_new (options, error);
  CoquillMailboxFile *file = turn != NULL ? coquill_mailbox_file_open (options, error) : NULL;
  CoquillRelayHub *self;

  if (file == NULL)
    return NULL;
  self = g_new0 (CoquillRelayHub, 1);
  self->options = options;
  self->turn = g_steal_pointer (&turn);
  self->mailbox = coquill_mailbox_new (file, self);
  self->rooms = g_hash_table_new_full (coquill_relay_room_hash, coquill_relay_room_equal, NULL,
                                       (GDestroyNotify)coquill_relay_room_free);
  self->sessions = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->paused = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->news = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  self->tick_source = g_timeout_add (1000, tick_cb, self);
  return self;
}

void
coquill_relay_hub_free (CoquillRelayHub *self)
{
  g_autoptr (GPtrArray) sessions = list_sessions (self->sessions);

  for (guint i = 0; i < sessions->len; i++)
    coquill_relay_session_free (sessions->pdata[i]);
  g_clear_handle_id (&self->tick_source, g_source_remove);
  g_clear_handle_id (&self->news_source, g_source_remove);
  g_clear_handle_id (&self->resume_source, g_source_remove);
  g_clear_handle_id (&self->stop_source, g_source_remove);
  coquill_mailbox_free (self->mailbox);
  g_hash_table_unref (self->news);
  g_hash_table_unref (self->paused);
  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->rooms);
  coquill_turn_offer_free (self->turn);
  g_free (self);
}

void
coquill_relay_hub_add (CoquillRelayHub *self,
                       CoquillRelayConnection *connection,
                       const char *authority,
                       const char *address)
{
  CoquillRelaySession *session
      = coquill_relay_session_new (self, connection, ++self->last_session, authority, address);

  g_hash_table_insert (self->sessions, &session->id, session);
  coquill_relay_session_start (session);
}

static gboolean
free_session_cb (gpointer session)
{
  coquill_relay_session_free (session);
  return G_SOURCE_REMOVE;
}

void
coquill_relay_hub_remove (CoquillRelayHub *self, CoquillRelaySession *session)
{
  g_hash_table_remove (self->paused, &session->id);
  g_hash_table_remove (self->sessions, &session->id);
  /* It calls us from inside its connection. */
  g_idle_add_full (G_PRIORITY_DEFAULT, free_session_cb, session, NULL);
}

void
coquill_relay_hub_pause (CoquillRelayHub *self, CoquillRelaySession *session)
{
  coquill_relay_connection_set_paused (session->connection, TRUE);
  g_hash_table_insert (self->paused, &session->id, session);
  if (self->resume_source == 0)
    self->resume_source = g_timeout_add (COQUILL_RELAY_HUB_RESUME_INTERVAL, resume_cb, self);
}

void
coquill_relay_hub_add_news (CoquillRelayHub *self, CoquillRelayRoom *room)
{
  g_hash_table_add (self->news, g_bytes_new (room->id, sizeof room->id));
  if (self->news_source == 0)
    self->news_source = g_timeout_add (COQUILL_RELAY_HUB_NEWS_INTERVAL, news_cb, self);
}

static gboolean
stop_cb (gpointer data)
{
  CoquillRelayHub *self = data;
  gint64 now = g_get_monotonic_time ();
  if (!self->said_goodbye && (coquill_mailbox_get_pending (self->mailbox) == 0 || now > self->stop_by))
    {
      g_autoptr (GPtrArray) sessions = list_sessions (self->sessions);

      self->said_goodbye = TRUE;
      self->stop_by = MIN (self->stop_by, now + COQUILL_RELAY_HUB_GOODBYE_SECONDS * G_USEC_PER_SEC);
      for (guint i = 0; i < sessions->len; i++)
        coquill_relay_session_end (sessions->pdata[i], COQUILL_RELAY_CODE_STOPPING,
                                   "The relay is being stopped.");
    }
  if (!self->said_goodbye || (g_hash_table_size (self->sessions) > 0 && now <= self->stop_by))
    return G_SOURCE_CONTINUE;
  self->stop_source = 0;
  self->stopped (self->stopped_data);
  return G_SOURCE_REMOVE;
}

void
coquill_relay_hub_stop (CoquillRelayHub *self, GSourceFunc stopped, gpointer data)
{
  g_autoptr (GPtrArray) sessions = NULL;

  if (self->is_stopping)
    return;
  self->is_stopping = TRUE;
  self->stopped = stopped;
  self->stopped_data = data;
  self->stop_by = g_get_monotonic_time () + COQUILL_RELAY_HUB_STOP_SECONDS * G_USEC_PER_SEC;
  sessions = list_sessions (self->sessions);
  for (guint i = 0; i < sessions->len; i++)
    coquill_relay_hub_pause (self, sessions->pdata[i]);
  self->stop_source = g_timeout_add (10, stop_cb, self);
}
