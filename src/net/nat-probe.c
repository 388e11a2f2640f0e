/* nat-probe.c: what stands between this machine and the internet, asked of a relay's STUN (RFC 8489, RFC
 * 5780) */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/nat-probe.h"

#include <string.h>
#include <stun/stunagent.h>
#include <stun/usages/bind.h>
#include <sys/socket.h>

/* RFC 5780, 7.4; libnice has no name for it. */
#define OTHER_ADDRESS ((StunAttribute)0x802c)
#define ANSWER_MAX 1500
/* Datagrams looked at in one go: what a stranger throws at the port doesn't hold up the thread. */
#define BATCH 16

/* Two questions, one after another, each asked several times with one transaction: at the port that is known,
 * then at the other one that the first answer names. */
typedef struct
{
  GSocket *socket;
  GInetSocketAddress *asked;
  GInetSocketAddress *second_mapped;
  StunAgent agent;
  guint8 question[64];
  gsize question_size;
  guint n_asked;
  gint64 asked_at;
  GSource *incoming;
  GSource *again;
  GSource *deadline;
  CoquillNatResult *result;
} Probe;

static void
ask (GTask *task);

void
coquill_nat_result_free (CoquillNatResult *self)
{
  g_clear_object (&self->mapped);
  g_clear_object (&self->own);
  g_free (self);
}

static void
stop (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
free_probe (gpointer data)
{
  Probe *self = data;

  stop (&self->incoming);
  stop (&self->again);
  stop (&self->deadline);
  g_clear_object (&self->asked);
  g_clear_object (&self->second_mapped);
  g_clear_object (&self->socket);
  g_clear_pointer (&self->result, coquill_nat_result_free);
  g_free (self);
}

static gboolean
is_same (GInetSocketAddress *a, GInetSocketAddress *b)
{
  return g_inet_socket_address_get_port (a) == g_inet_socket_address_get_port (b)
         && g_inet_address_equal (g_inet_socket_address_get_address (a),
                                  g_inet_socket_address_get_address (b));
}

/* The sources hold no reference on the task; it is let go of here and nowhere else. */
static void
finish (GTask *task, GError *error)
{
  Probe *self = g_task_get_task_data (task);
  CoquillNatResult *result = self->result;

  stop (&self->incoming);
  stop (&self->again);
  stop (&self->deadline);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    {
      if (result->mapped != NULL && is_same (result->mapped, result->own))
        result->mapping = COQUILL_NAT_NONE;
      else if (result->mapped != NULL && self->second_mapped != NULL)
        result->mapping
            = is_same (result->mapped, self->second_mapped) ? COQUILL_NAT_SAME : COQUILL_NAT_DIFFERENT;
      g_task_return_pointer (task, g_steal_pointer (&self->result), (GDestroyNotify)coquill_nat_result_free);
    }
  g_object_unref (task);
}

static void
start (GTask *task, GSource **place, GSource *source, GSourceFunc func)
{
  *place = source;
  g_source_set_callback (source, func, task, NULL);
  g_source_attach (source, g_task_get_context (task));
}

static gboolean
again_cb (gpointer data)
{
  ask (data);
  return G_SOURCE_REMOVE;
}

static gboolean
deadline_cb (gpointer data)
{
  finish (data, NULL);
  return G_SOURCE_REMOVE;
}

static void
ask (GTask *task)
{
  Probe *self = g_task_get_task_data (task);

  /* What can't be sent now may be later, and counts as lost until the deadline. */
  g_socket_send_to (self->socket, G_SOCKET_ADDRESS (self->asked), (char *)self->question, self->question_size,
                    NULL, NULL);
  self->asked_at = g_get_monotonic_time ();
  stop (&self->again);
  if (self->n_asked < COQUILL_NAT_PROBE_QUESTIONS - 1)
    start (task, &self->again, g_timeout_source_new (COQUILL_NAT_PROBE_FIRST_WAIT_MS << self->n_asked),
           again_cb);
  self->n_asked++;
}

static void
begin (GTask *task, GInetSocketAddress *server)
{
  Probe *self = g_task_get_task_data (task);
  StunMessage message;

  g_set_object (&self->asked, server);
  self->n_asked = 0;
  stun_agent_init (&self->agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389, 0);
  self->question_size
      = stun_usage_bind_create (&self->agent, &message, self->question, sizeof self->question);
  ask (task);
}

static GInetSocketAddress *
make_address (const struct sockaddr_storage *native, socklen_t size)
{
  GSocketAddress *address = g_socket_address_new_from_native ((gpointer)native, size);

  if (G_IS_INET_SOCKET_ADDRESS (address))
    return G_INET_SOCKET_ADDRESS (address);
  g_clear_object (&address);
  return NULL;
}

/* What @message, which answers the question that was asked, tells. Returns whether it tells an address. */
static gboolean
read_answer (StunMessage *message, GInetSocketAddress **mapped, guint16 *other_port)
{
  struct sockaddr_storage native = { 0 };
  socklen_t size = sizeof native;
  g_autoptr (GInetSocketAddress) other = NULL;

  if (stun_message_get_class (message) != STUN_RESPONSE
      || stun_message_find_xor_addr (message, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &native, &size)
             != STUN_MESSAGE_RETURN_SUCCESS)
    return FALSE;
  *mapped = make_address (&native, size);
  *other_port = 0;
  size = sizeof native;
  if (stun_message_find_addr (message, OTHER_ADDRESS, &native, &size) == STUN_MESSAGE_RETURN_SUCCESS)
    other = make_address (&native, size);
  if (other != NULL)
    *other_port = g_inet_socket_address_get_port (other);
  return *mapped != NULL;
}

/* Returns whether the probe is over, and @task gone. */
static gboolean
take_answer (GTask *task, GSocketAddress *from, guint8 *data, gsize size)
{
  Probe *self = g_task_get_task_data (task);
  g_autoptr (GInetSocketAddress) mapped = NULL;
  StunMessage message;
  guint16 port;

  if (!G_IS_INET_SOCKET_ADDRESS (from) || !is_same (G_INET_SOCKET_ADDRESS (from), self->asked)
      || stun_agent_validate (&self->agent, &message, data, size, NULL, NULL) != STUN_VALIDATION_SUCCESS
      || !read_answer (&message, &mapped, &port))
    return FALSE;

  if (self->result->udp_works)
    {
      self->second_mapped = g_steal_pointer (&mapped);
      finish (task, NULL);
      return TRUE;
    }
  self->result->udp_works = TRUE;
  self->result->mapped = g_steal_pointer (&mapped);
  self->result->round_trip = g_get_monotonic_time () - self->asked_at;
  self->result->answered_after = self->n_asked;
  if (port == 0 || port == g_inet_socket_address_get_port (self->asked)
      || is_same (self->result->mapped, self->result->own))
    {
      finish (task, NULL);
      return TRUE;
    }
  {
    g_autoptr (GSocketAddress) second
        = g_inet_socket_address_new (g_inet_socket_address_get_address (self->asked), port);

    begin (task, G_INET_SOCKET_ADDRESS (second));
  }
  return FALSE;
}

static gboolean
incoming_cb (GSocket *socket, GIOCondition condition, gpointer data)
{
  GTask *task = data;
  GError *error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      finish (task, error);
      return G_SOURCE_REMOVE;
    }
  for (guint i = 0; i < BATCH; i++)
    {
      g_autoptr (GSocketAddress) from = NULL;
      guint8 answer[ANSWER_MAX];
      gssize size = g_socket_receive_from (socket, &from, (char *)answer, sizeof answer, NULL, NULL);

      if (size <= 0)
        break;
      if (take_answer (task, from, answer, size))
        return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

/* The address that this machine would talk to @server with: the kernel tells a connected socket, and sends
 * nothing. */
static GInetSocketAddress *
find_own (GInetSocketAddress *server, GError **error)
{
  GSocketFamily family = g_socket_address_get_family (G_SOCKET_ADDRESS (server));
  g_autoptr (GSocket) socket = g_socket_new (family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
  g_autoptr (GSocketAddress) own = NULL;
  GInetAddress *address;

  if (socket == NULL || !g_socket_connect (socket, G_SOCKET_ADDRESS (server), NULL, error))
    return NULL;
  own = g_socket_get_local_address (socket, error);
  if (own == NULL)
    return NULL;
  address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (own));
  return G_INET_SOCKET_ADDRESS (g_inet_socket_address_new (address, 0));
}

static GSocket *
make_socket (GInetSocketAddress *server, GInetSocketAddress **own, GError **error)
{
  GSocketFamily family = g_socket_address_get_family (G_SOCKET_ADDRESS (server));
  g_autoptr (GInetSocketAddress) wanted = find_own (server, error);
  g_autoptr (GSocket) socket = NULL;

  if (wanted == NULL)
    return NULL;
  socket = g_socket_new (family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
  if (socket == NULL || !g_socket_bind (socket, G_SOCKET_ADDRESS (wanted), FALSE, error))
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  *own = G_INET_SOCKET_ADDRESS (g_socket_get_local_address (socket, error));
  return *own == NULL ? NULL : g_steal_pointer (&socket);
}

void
coquill_nat_probe_async (GInetSocketAddress *server,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Probe *self = g_new0 (Probe, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, coquill_nat_probe_async);
  g_task_set_task_data (task, self, free_probe);
  self->result = g_new0 (CoquillNatResult, 1);
  self->result->round_trip = -1;
  self->socket = make_socket (server, &self->result->own, &error);
  if (self->socket == NULL)
    {
      finish (task, error);
      return;
    }
  /* With the cancellable the source is ready as soon as that is cancelled. */
  start (task, &self->incoming, g_socket_create_source (self->socket, G_IO_IN, cancellable),
         G_SOURCE_FUNC (incoming_cb));
  start (task, &self->deadline, g_timeout_source_new (COQUILL_NAT_PROBE_DEADLINE_MS), deadline_cb);
  begin (task, server);
}

CoquillNatResult *
coquill_nat_probe_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
