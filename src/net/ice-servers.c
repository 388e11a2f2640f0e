/* ice-servers.c: where an ICE agent asks for its own address, and who relays for it */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/ice-servers.h"

#include <string.h>

#include "net/candidate-filter.h"
#include "wire/turn-uri.h"

/* URIs looked at: what a relay names beyond that is not read. */
#define MAX_URIS 16

/* How near the relay is: a TURN server that it names may be no nearer. */
typedef enum
{
  ELSEWHERE,
  IN_THIS_NETWORK,
  ON_THIS_MACHINE,
} Nearness;

G_DEFINE_BOXED_TYPE (CoquillIceServers,
                     coquill_ice_servers,
                     coquill_ice_servers_ref,
                     coquill_ice_servers_unref)

/* One question to the resolver for each URI; the answers come back in any order and are sorted into their
 * places. */
typedef struct
{
  char *stun_host;
  guint16 stun_port;
  Nearness relay;
  char *user;
  char *password;
  GArray *uris;
  GPtrArray *addresses;
  guint n_unanswered;
  GCancellable *lookups;
  GSource *deadline;
} Resolution;

/* So that an answer finds its place. */
typedef struct
{
  GTask *task;
  guint place;
} Question;

static void
wipe (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

static void
free_addresses (gpointer data)
{
  g_resolver_free_addresses (data);
}

static void
free_resolution (gpointer data)
{
  Resolution *self = data;

  g_free (self->stun_host);
  wipe (self->user);
  wipe (self->password);
  g_array_unref (self->uris);
  g_ptr_array_unref (self->addresses);
  g_object_unref (self->lookups);
  g_clear_pointer (&self->deadline, g_source_unref);
  g_free (self);
}

static void
clear (gpointer data)
{
  CoquillIceServers *self = data;

  for (guint i = 0; i < self->n_turn; i++)
    {
      g_free (self->turn[i].host);
      wipe (self->turn[i].user);
      wipe (self->turn[i].password);
    }
  g_free (self->turn);
  g_free (self->stun_host);
}

CoquillIceServers *
coquill_ice_servers_ref (CoquillIceServers *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
coquill_ice_servers_unref (CoquillIceServers *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

CoquillIceServers *
coquill_ice_servers_new (const char *stun_host, guint16 stun_port)
{
  CoquillIceServers *self = g_atomic_rc_box_new0 (CoquillIceServers);

  if (stun_host != NULL && stun_port != 0 && g_hostname_is_ip_address (stun_host))
    {
      self->stun_host = g_strdup (stun_host);
      self->stun_port = stun_port;
    }
  return self;
}

/* Returns FALSE if @address is no place for a server at all. */
static gboolean
get_nearness (GInetAddress *address, Nearness *nearness)
{
  CoquillCandidate candidate
      = { COQUILL_CANDIDATE_HOST, .port = G_MAXUINT16, .priority = 1, .foundation = "1" };
  CoquillCandidateVerdict verdict;

  candidate.address_size = (guint8)g_inet_address_get_native_size (address);
  memcpy (candidate.address, g_inet_address_to_bytes (address), candidate.address_size);
  verdict = coquill_candidate_check (&candidate);
  if (verdict == COQUILL_CANDIDATE_LOOPBACK)
    *nearness = ON_THIS_MACHINE;
  else
    *nearness = coquill_candidate_is_private (&candidate) ? IN_THIS_NETWORK : ELSEWHERE;
  return verdict == COQUILL_CANDIDATE_TAKEN || verdict == COQUILL_CANDIDATE_LOOPBACK;
}

/* A relay elsewhere may send us neither to what listens on this machine only nor to what answers in this
 * network only. */
static gboolean
is_usable (const Resolution *self, GInetAddress *address)
{
  Nearness nearness;

  return get_nearness (address, &nearness) && nearness <= self->relay;
}

/* One address of each family of each name, in the relay's order. */
static CoquillIceServers *
make_servers (Resolution *self)
{
  CoquillIceServers *servers = coquill_ice_servers_new (self->stun_host, self->stun_port);

  servers->turn = g_new0 (CoquillIceTurn, COQUILL_ICE_SERVERS_MAX_TURN);
  for (guint i = 0; i < self->uris->len; i++)
    {
      const CoquillTurnUri *uri = &g_array_index (self->uris, CoquillTurnUri, i);
      gboolean has[2] = { FALSE, FALSE };

      for (GList *at = g_ptr_array_index (self->addresses, i); at != NULL; at = at->next)
        {
          gboolean is_6 = g_inet_address_get_family (at->data) == G_SOCKET_FAMILY_IPV6;

          if (servers->n_turn == COQUILL_ICE_SERVERS_MAX_TURN || has[is_6] || !is_usable (self, at->data))
            continue;
          has[is_6] = TRUE;
          servers->turn[servers->n_turn++]
              = (CoquillIceTurn){ g_inet_address_to_string (at->data), uri->port, uri->is_tcp,
                                  g_strdup (self->user), g_strdup (self->password) };
        }
    }
  return servers;
}

static void
finish (GTask *task)
{
  Resolution *self = g_task_get_task_data (task);

  if (self->deadline != NULL)
    g_source_destroy (self->deadline);
  g_task_return_pointer (task, make_servers (self), (GDestroyNotify)coquill_ice_servers_unref);
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Question *question = data;
  g_autoptr (GTask) task = question->task;
  Resolution *self = g_task_get_task_data (task);

  g_ptr_array_index (self->addresses, question->place)
      = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, NULL);
  if (--self->n_unanswered == 0)
    finish (task);
}

static gboolean
too_late_cb (gpointer data)
{
  Resolution *self = data;

  g_cancellable_cancel (self->lookups);
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

void
coquill_ice_servers_new_from_services_async (GSocketAddress *relay,
                                             guint16 stun_port,
                                             const char *const *turn,
                                             const char *user,
                                             const char *password,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  Resolution *self = g_new0 (Resolution, 1);

  g_task_set_source_tag (task, coquill_ice_servers_new_from_services_async);
  g_task_set_task_data (task, self, free_resolution);
  self->uris = g_array_new (FALSE, FALSE, sizeof (CoquillTurnUri));
  g_array_set_clear_func (self->uris, (GDestroyNotify)coquill_turn_uri_clear);
  self->addresses = g_ptr_array_new_with_free_func (free_addresses);
  self->lookups = g_cancellable_new ();
  self->user = g_strdup (user);
  self->password = g_strdup (password);
  if (G_IS_INET_SOCKET_ADDRESS (relay))
    {
      GInetAddress *address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (relay));

      self->stun_host = g_inet_address_to_string (address);
      if (!get_nearness (address, &self->relay))
        self->relay = ELSEWHERE;
    }
  self->stun_port = stun_port;

  if (user != NULL && password != NULL && strlen (user) <= COQUILL_ICE_SERVERS_CREDENTIAL_MAX
      && strlen (password) <= COQUILL_ICE_SERVERS_CREDENTIAL_MAX)
    {
      for (guint i = 0; turn != NULL && turn[i] != NULL && i < MAX_URIS; i++)
        {
          CoquillTurnUri uri;

          if (coquill_turn_uri_parse (turn[i], &uri, NULL))
            g_array_append_val (self->uris, uri);
        }
    }
  g_ptr_array_set_size (self->addresses, self->uris->len);
  if (self->uris->len == 0)
    {
      finish (task);
      return;
    }

  if (g_cancellable_is_cancelled (cancellable))
    g_cancellable_cancel (self->lookups);
  else if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (cancelled_cb), self->lookups, 0);
  self->n_unanswered = self->uris->len;
  self->deadline = g_timeout_source_new (COQUILL_ICE_SERVERS_RESOLVE_MS);
  g_source_set_callback (self->deadline, too_late_cb, self, NULL);
  g_source_attach (self->deadline, g_task_get_context (task));
  for (guint i = 0; i < self->uris->len; i++)
    {
      Question *question = g_new (Question, 1);

      *question = (Question){ g_object_ref (task), i };
      g_resolver_lookup_by_name_async (resolver, g_array_index (self->uris, CoquillTurnUri, i).host,
                                       self->lookups, looked_up_cb, question);
    }
}

CoquillIceServers *
coquill_ice_servers_new_from_services_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
