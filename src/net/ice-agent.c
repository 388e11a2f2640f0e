/* ice-agent.c: one try to find a straight way for datagrams to one peer (ICE, RFC 8445, by libnice) */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/ice-agent.h"

#include <netinet/in.h>
#include <nice/agent.h>
#include <string.h>
#include <sys/socket.h>

#include "net/ice-credential.h"
#include "net/nice-candidate.h"
#include "net/road-thread.h"

#define COMPONENT 1
/* Rounds of the main loop until libnice has taken in its numeric STUN server: 0.1.22 looks it up in a stream
 * that must still be there. */
#define ROUNDS_BEFORE_TEARDOWN 4

typedef enum
{
  CHECKING,
  CONNECTED,
  FAILED,
  CLOSED,
} State;

typedef enum
{
  EVENT_CANDIDATE,
  EVENT_GATHERED,
  EVENT_CONNECTED,
  EVENT_FAILED,
} EventKind;

typedef struct
{
  EventKind kind;
  CoquillCandidate candidate;
  GError *error;
} Event;

/* Reference counted: the owner's reference goes with close, then the teardown has its own. */
struct _CoquillIceAgent
{
  State state;
  CoquillIceEvents events;
  gpointer owner;
  GMainContext *context;
  NiceAgent *nice;
  guint stream;
  char *user;
  char *password;

  /* Told from a source of their own, never from within a call; nothing waits if there is no source. */
  GQueue waiting;
  GSource *telling;
  gboolean connected_told;
  GQueue early;

  gboolean remote_set;
  gboolean remote_done;
  GArray *remote;
  guint n_learnt;

  gint64 burst_time;
  guint burst;
  GSource *resuming;

  CoquillIceStatistics statistics;
  CoquillRoadThread *thread;
  guint rounds;
};

static guint n_closing;

static void
receive_cb (NiceAgent *nice, guint stream, guint component, guint size, char *data, gpointer user_data);

static void
free_event (gpointer data)
{
  Event *event = data;

  g_clear_error (&event->error);
  g_free (event);
}

static void
clear (gpointer data)
{
  CoquillIceAgent *self = data;

  g_clear_object (&self->nice);
  g_clear_pointer (&self->remote, g_array_unref);
  g_free (self->user);
  g_free (self->password);
  g_main_context_unref (self->context);
}

static void
release (gpointer data)
{
  g_rc_box_release_full (data, clear);
}

/* The transitions of the table in the header. */
static void
set_state (CoquillIceAgent *self, State state)
{
  static const gboolean allowed[CLOSED + 1][CLOSED + 1] = {
    [CHECKING] = { [CONNECTED] = TRUE, [FAILED] = TRUE, [CLOSED] = TRUE },
    [CONNECTED] = { [FAILED] = TRUE, [CLOSED] = TRUE },
    [FAILED] = { [CLOSED] = TRUE },
  };

  g_assert (allowed[self->state][state]);
  self->state = state;
}

static GSource *
attach (CoquillIceAgent *self, GSourceFunc func)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, g_rc_box_acquire (self), release);
  g_source_attach (source, self->context);
  return source;
}

static void
detach (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* The first flight of the peer, which was connected before us. */
static void
tell_early (CoquillIceAgent *self)
{
  g_autoptr (GBytes) datagram = NULL;

  self->connected_told = TRUE;
  while ((datagram = g_queue_pop_head (&self->early)) != NULL)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (datagram, &size);

      if (self->events.received != NULL)
        self->events.received (self->owner, data, size);
      g_clear_pointer (&datagram, g_bytes_unref);
    }
}

/* The owner may close within: then there are neither events nor anything waiting any more. */
static void
tell (CoquillIceAgent *self, const Event *event)
{
  switch (event->kind)
    {
    case EVENT_CANDIDATE:
      if (self->events.candidate != NULL)
        self->events.candidate (self->owner, &event->candidate);
      break;
    case EVENT_GATHERED:
      if (self->events.gathered != NULL)
        self->events.gathered (self->owner);
      break;
    case EVENT_CONNECTED:
      if (self->events.connected != NULL)
        self->events.connected (self->owner);
      tell_early (self);
      break;
    case EVENT_FAILED:
      if (self->events.failed != NULL)
        self->events.failed (self->owner, event->error);
      break;
    }
}

static gboolean
tell_cb (gpointer data)
{
  CoquillIceAgent *self = data;
  Event *event;

  g_clear_pointer (&self->telling, g_source_unref);
  while ((event = g_queue_pop_head (&self->waiting)) != NULL)
    {
      tell (self, event);
      free_event (event);
    }
  return G_SOURCE_REMOVE;
}

static Event *
queue_event (CoquillIceAgent *self, EventKind kind)
{
  Event *event = g_new0 (Event, 1);

  event->kind = kind;
  g_queue_push_tail (&self->waiting, event);
  if (self->telling == NULL)
    self->telling = attach (self, tell_cb);
  return event;
}

static void
fail (CoquillIceAgent *self, CoquillNetError code, const char *words)
{
  if (self->state == FAILED || self->state == CLOSED)
    return;
  set_state (self, FAILED);
  queue_event (self, EVENT_FAILED)->error = g_error_new_literal (COQUILL_NET_ERROR, code, words);
}

/* Bursts of a fast sender are longer than what a kernel holds by default. It gives what its own limit allows.
 */
static void
raise_buffers (CoquillIceAgent *self)
{
  g_autoptr (GPtrArray) sockets = nice_agent_get_sockets (self->nice, self->stream, COMPONENT);

  for (guint i = 0; sockets != NULL && i < sockets->len; i++)
    {
      GSocket *socket = g_ptr_array_index (sockets, i);

      g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, COQUILL_ICE_SOCKET_BUFFER, NULL);
      g_socket_set_option (socket, SOL_SOCKET, SO_SNDBUF, COQUILL_ICE_SOCKET_BUFFER, NULL);
    }
}

static void
new_candidate_cb (NiceAgent *nice, NiceCandidate *from, gpointer user_data)
{
  CoquillIceAgent *self = user_data;
  CoquillCandidate candidate;

  if (self->state != CHECKING && self->state != CONNECTED)
    return;
  if (coquill_nice_candidate_read (from, &candidate)
      && coquill_candidate_check (&candidate) == COQUILL_CANDIDATE_TAKEN)
    queue_event (self, EVENT_CANDIDATE)->candidate = candidate;
}

static void
gathered_cb (NiceAgent *nice, guint stream, gpointer user_data)
{
  CoquillIceAgent *self = user_data;

  if (self->state != CHECKING && self->state != CONNECTED)
    return;
  raise_buffers (self);
  queue_event (self, EVENT_GATHERED);
}

static void
state_changed_cb (NiceAgent *nice, guint stream, guint component, guint state, gpointer user_data)
{
  CoquillIceAgent *self = user_data;

  if (state == NICE_COMPONENT_STATE_CONNECTED || state == NICE_COMPONENT_STATE_READY)
    {
      if (self->state != CHECKING)
        return;
      set_state (self, CONNECTED);
      raise_buffers (self);
      queue_event (self, EVENT_CONNECTED);
    }
  else if (state == NICE_COMPONENT_STATE_FAILED && self->state == CHECKING)
    fail (self, COQUILL_NET_ERROR_NO_WAY, "No datagram gets through.");
  else if (state == NICE_COMPONENT_STATE_FAILED)
    fail (self, COQUILL_NET_ERROR_LOST, "Datagrams don't get through any more.");
}

/* A check from where no candidate is makes one. libnice keeps all of them, so a peer that checks from
 * thousands of made-up addresses is let go. */
static void
new_remote_candidate_cb (NiceAgent *nice, NiceCandidate *candidate, gpointer user_data)
{
  CoquillIceAgent *self = user_data;

  if (candidate->type != NICE_CANDIDATE_TYPE_PEER_REFLEXIVE
      || ++self->n_learnt <= COQUILL_CANDIDATE_MAX_REMOTE)
    return;
  self->statistics.candidates.by_verdict[COQUILL_CANDIDATE_TOO_MANY]++;
  fail (self, COQUILL_NET_ERROR_LIMIT, "The peer checks from too many addresses.");
}

static gboolean
resume_cb (gpointer data)
{
  CoquillIceAgent *self = data;

  g_clear_pointer (&self->resuming, g_source_unref);
  nice_agent_attach_recv (self->nice, self->stream, COMPONENT, self->context, receive_cb, self);
  return G_SOURCE_REMOVE;
}

/* libnice reads until nothing is left, which under a flood is never. All reads of one dispatch see the same
 * time. */
static void
limit_burst (CoquillIceAgent *self)
{
  gint64 now = g_source_get_time (g_main_current_source ());

  /* Reading was taken away; what still comes was read before. */
  if (self->resuming != NULL)
    return;
  if (now != self->burst_time)
    self->burst = 0;
  self->burst_time = now;
  if (++self->burst < COQUILL_ICE_BURST)
    return;
  nice_agent_attach_recv (self->nice, self->stream, COMPONENT, self->context, NULL, NULL);
  self->resuming = attach (self, resume_cb);
}

static void
receive_cb (NiceAgent *nice, guint stream, guint component, guint size, char *data, gpointer user_data)
{
  CoquillIceAgent *self = user_data;

  if (self->state == CLOSED || self->state == FAILED || size > COQUILL_ICE_DATAGRAM_MAX)
    return;
  self->statistics.received++;
  limit_burst (self);
  if (!self->connected_told)
    {
      if (g_queue_get_length (&self->early) < COQUILL_ICE_EARLY_DATAGRAMS)
        g_queue_push_tail (&self->early, g_bytes_new (data, size));
      else
        self->statistics.early++;
      return;
    }
  if (self->events.received != NULL)
    self->events.received (self->owner, (const guint8 *)data, size);
}

static void
set_servers (CoquillIceAgent *self, const CoquillIceServers *servers)
{
  if (servers->stun_host != NULL && servers->stun_port != 0)
    g_object_set (self->nice, "stun-server", servers->stun_host, "stun-server-port", servers->stun_port,
                  NULL);
  for (guint i = 0; i < servers->n_turn; i++)
    {
      const CoquillIceTurn *turn = &servers->turn[i];

      nice_agent_set_relay_info (self->nice, self->stream, COMPONENT, turn->host, turn->port, turn->user,
                                 turn->password,
                                 turn->is_tcp ? NICE_RELAY_TYPE_TURN_TCP : NICE_RELAY_TYPE_TURN_UDP);
    }
}

CoquillIceAgent *
coquill_ice_agent_new (CoquillIceServers *servers,
                       gboolean controlling,
                       const CoquillIceEvents *events,
                       gpointer owner)
{
  CoquillIceAgent *self = g_rc_box_new0 (CoquillIceAgent);

  self->events = *events;
  self->owner = owner;
  self->context = g_main_context_ref_thread_default ();
  self->remote = g_array_new (FALSE, FALSE, sizeof (CoquillCandidate));
  self->user = coquill_ice_credential_new (COQUILL_ICE_USER_LENGTH);
  self->password = coquill_ice_credential_new (COQUILL_ICE_PASSWORD_LENGTH);
  self->nice = nice_agent_new_full (self->context, NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_ICE_TRICKLE);
  g_object_set (self->nice, "upnp", FALSE, "ice-tcp", FALSE, "controlling-mode", controlling, NULL);
  g_signal_connect (self->nice, "new-candidate-full", G_CALLBACK (new_candidate_cb), self);
  g_signal_connect (self->nice, "candidate-gathering-done", G_CALLBACK (gathered_cb), self);
  g_signal_connect (self->nice, "component-state-changed", G_CALLBACK (state_changed_cb), self);
  g_signal_connect (self->nice, "new-remote-candidate-full", G_CALLBACK (new_remote_candidate_cb), self);
  self->stream = nice_agent_add_stream (self->nice, 1);
  nice_agent_set_local_credentials (self->nice, self->stream, self->user, self->password);
  if (servers != NULL)
    set_servers (self, servers);
  nice_agent_attach_recv (self->nice, self->stream, COMPONENT, self->context, receive_cb, self);

  if (coquill_nice_candidate_add_own (self->nice) && nice_agent_gather_candidates (self->nice, self->stream))
    raise_buffers (self);
  else
    fail (self, COQUILL_NET_ERROR_NO_ADDRESS, "This machine has no address that others could reach.");
  return self;
}

const char *
coquill_ice_agent_get_user (CoquillIceAgent *self)
{
  return self->user;
}

const char *
coquill_ice_agent_get_password (CoquillIceAgent *self)
{
  return self->password;
}

static void
give_remote (CoquillIceAgent *self, const CoquillCandidate *from)
{
  NiceCandidate *candidate = coquill_nice_candidate_new (from, self->stream, COMPONENT);
  GSList list = { candidate, NULL };

  nice_agent_set_remote_candidates (self->nice, self->stream, COMPONENT, &list);
  nice_candidate_free (candidate);
}

gboolean
coquill_ice_agent_set_remote (CoquillIceAgent *self, const char *user, const char *password)
{
  if (self->remote_set || !coquill_ice_credential_check (user, 4)
      || !coquill_ice_credential_check (password, 22))
    return FALSE;
  if (self->state == FAILED)
    return TRUE;
  self->remote_set = TRUE;
  nice_agent_set_remote_credentials (self->nice, self->stream, user, password);
  for (guint i = 0; i < self->remote->len; i++)
    give_remote (self, &g_array_index (self->remote, CoquillCandidate, i));
  if (self->remote_done)
    nice_agent_peer_candidate_gathering_done (self->nice, self->stream);
  return TRUE;
}

static CoquillCandidateVerdict
judge (CoquillIceAgent *self, const CoquillCandidate *candidate)
{
  CoquillCandidateVerdict verdict = coquill_candidate_check (candidate);

  if (verdict != COQUILL_CANDIDATE_TAKEN)
    return verdict;
  for (guint i = 0; i < self->remote->len; i++)
    {
      const CoquillCandidate *other = &g_array_index (self->remote, CoquillCandidate, i);

      if (other->port == candidate->port && other->address_size == candidate->address_size
          && memcmp (other->address, candidate->address, other->address_size) == 0)
        return COQUILL_CANDIDATE_REPEATED;
    }
  return self->remote->len < COQUILL_CANDIDATE_MAX_REMOTE ? COQUILL_CANDIDATE_TAKEN
                                                          : COQUILL_CANDIDATE_TOO_MANY;
}

gboolean
coquill_ice_agent_add_remote (CoquillIceAgent *self, const CoquillCandidate *candidate)
{
  CoquillCandidateVerdict verdict = judge (self, candidate);

  self->statistics.candidates.by_verdict[verdict]++;
  if (verdict != COQUILL_CANDIDATE_TAKEN)
    return FALSE;
  g_array_append_val (self->remote, *candidate);
  if (self->remote_set && self->state != FAILED)
    give_remote (self, candidate);
  return TRUE;
}

void
coquill_ice_agent_remote_done (CoquillIceAgent *self)
{
  if (self->remote_done)
    return;
  self->remote_done = TRUE;
  if (self->remote_set && self->state != FAILED)
    nice_agent_peer_candidate_gathering_done (self->nice, self->stream);
}

gboolean
coquill_ice_agent_send (CoquillIceAgent *self, const guint8 *data, gsize size)
{
  GOutputVector vector = { data, size };
  NiceOutputMessage message = { &vector, 1 };
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (size > 0 && size <= COQUILL_ICE_DATAGRAM_MAX, FALSE);
  if (self->state != CONNECTED)
    return FALSE;
  if (nice_agent_send_messages_nonblocking (self->nice, self->stream, COMPONENT, &message, 1, NULL, &error)
      == 1)
    {
      self->statistics.sent++;
      return TRUE;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    self->statistics.would_block++;
  else
    self->statistics.unsent++;
  return FALSE;
}

gboolean
coquill_ice_agent_get_pair (CoquillIceAgent *self, CoquillIcePair *pair)
{
  NiceCandidate *local = NULL;
  NiceCandidate *remote = NULL;
  char from[INET6_ADDRSTRLEN] = "";
  char to[INET6_ADDRSTRLEN] = "";

  if (self->state != CONNECTED
      || !nice_agent_get_selected_pair (self->nice, self->stream, COMPONENT, &local, &remote))
    return FALSE;
  /* A peer-reflexive address is one that the other side's router gave it. */
  if (!coquill_nice_candidate_kind (local->type, &pair->local))
    pair->local = COQUILL_CANDIDATE_SERVER_REFLEXIVE;
  if (!coquill_nice_candidate_kind (remote->type, &pair->remote))
    pair->remote = COQUILL_CANDIDATE_SERVER_REFLEXIVE;
  nice_address_to_string (&local->addr, from);
  nice_address_to_string (&remote->addr, to);
  g_snprintf (pair->words, sizeof pair->words, "[%s]:%u to [%s]:%u", from,
              nice_address_get_port (&local->addr), to, nice_address_get_port (&remote->addr));
  return TRUE;
}

const CoquillIceStatistics *
coquill_ice_agent_get_statistics (CoquillIceAgent *self)
{
  return &self->statistics;
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CoquillIceAgent *self = data;

  g_clear_object (&self->nice);
  g_atomic_int_add (&n_closing, -1);
  g_clear_pointer (&self->thread, coquill_road_thread_unref);
  release (self);
}

/* libnice's order: the stream, then close, then a while of the main loop, then the last reference. */
static gboolean
tear_down_cb (gpointer data)
{
  CoquillIceAgent *self = data;

  if (--self->rounds > 0)
    return G_SOURCE_CONTINUE;
  g_main_context_push_thread_default (self->context);
  nice_agent_remove_stream (self->nice, self->stream);
  nice_agent_close_async (self->nice, closed_cb, g_rc_box_acquire (self));
  g_main_context_pop_thread_default (self->context);
  return G_SOURCE_REMOVE;
}

void
coquill_ice_agent_close (CoquillIceAgent *self)
{
  g_autoptr (GSource) source = NULL;

  set_state (self, CLOSED);
  self->events = (CoquillIceEvents){ 0 };
  self->owner = NULL;
  g_signal_handlers_disconnect_by_data (self->nice, self);
  nice_agent_attach_recv (self->nice, self->stream, COMPONENT, self->context, NULL, NULL);
  detach (&self->telling);
  detach (&self->resuming);
  g_queue_clear_full (&self->waiting, free_event);
  g_queue_clear_full (&self->early, (GDestroyNotify)g_bytes_unref);

  self->thread = coquill_road_thread_ref_current ();
  self->rounds = ROUNDS_BEFORE_TEARDOWN;
  g_atomic_int_inc (&n_closing);
  source = attach (self, tear_down_cb);
  release (self);
}

guint
coquill_ice_agent_count_closing (void)
{
  return g_atomic_int_get (&n_closing);
}
