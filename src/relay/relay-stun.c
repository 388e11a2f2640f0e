/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-stun.c: tells clients under which address the relay sees them (STUN, RFC 5389) */

#include "relay/relay-stun.h"

#include "relay/relay-log.h"
#include "relay/stun-answer.h"
#include "relay/stun-limiter.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>

/* For IP_PKTINFO or IPV6_PKTINFO, and alignment. */
#define CONTROL_SIZE 64

/* One of the two sockets. */
typedef struct
{
  CoquillRelayStun *stun;
  GSocket *socket; /* (owned) (nullable) */
  guint16 port;
  CoquillRelayPolled polled;
} Door;

struct _CoquillRelayStun
{
  CoquillRelayPoller *poller;
  CoquillStunLimiter *limiter; /* (owned) */
  Door doors[2];
  guint report_source;

  /* Since the last report. */
  guint64 answered;
  guint64 ignored;
  guint64 limited;

  struct mmsghdr messages[COQUILL_RELAY_STUN_BATCH];
  struct iovec parts[COQUILL_RELAY_STUN_BATCH];
  struct sockaddr_storage sources[COQUILL_RELAY_STUN_BATCH];
  guint8 questions[COQUILL_RELAY_STUN_BATCH][COQUILL_STUN_QUESTION_MAX];
  guint8 controls[COQUILL_RELAY_STUN_BATCH][CONTROL_SIZE] __attribute__ ((aligned (8)));
};

static void
set_port (struct sockaddr_storage *address, guint16 port)
{
  if (address->ss_family == AF_INET)
    ((struct sockaddr_in *)address)->sin_port = htons (port);
  else
    ((struct sockaddr_in6 *)address)->sin6_port = htons (port);
}

/* The address of ours that a question came to, port 0; the message's control bytes become those for an answer
 * that leaves from it. Returns FALSE if the kernel didn't say. */
static gboolean
take_own_address (struct msghdr *message, struct sockaddr_storage *own)
{
  struct cmsghdr *header = CMSG_FIRSTHDR (message);

  memset (own, 0, sizeof *own);
  if (header != NULL && header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO)
    {
      struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA (header);
      struct sockaddr_in *ipv4 = (struct sockaddr_in *)own;

      ipv4->sin_family = AF_INET;
      ipv4->sin_addr = info->ipi_addr;
      info->ipi_spec_dst = info->ipi_addr;
      info->ipi_ifindex = 0;
    }
  else if (header != NULL && header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO)
    {
      struct in6_pktinfo *info = (struct in6_pktinfo *)CMSG_DATA (header);
      struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)own;

      ipv6->sin6_family = AF_INET6;
      ipv6->sin6_addr = info->ipi6_addr;
      /* A link-local address needs its interface. */
      if (!IN6_IS_ADDR_LINKLOCAL (&info->ipi6_addr))
        info->ipi6_ifindex = 0;
    }
  else
    return FALSE;
  coquill_stun_unmap (own);
  message->msg_controllen = CMSG_SPACE (header->cmsg_len - CMSG_LEN (0));
  return TRUE;
}

static void
answer (CoquillRelayStun *self, Door *door, struct mmsghdr *received, gint64 now)
{
  const Door *other_door = door == &self->doors[0] ? &self->doors[1] : &self->doors[0];
  struct msghdr *message = &received->msg_hdr;
  struct sockaddr_storage source = *(struct sockaddr_storage *)message->msg_name;
  struct sockaddr_storage other;
  guint8 bytes[COQUILL_STUN_ANSWER_MAX];
  struct iovec part = { bytes, 0 };
  gboolean is_whole = (message->msg_flags & MSG_TRUNC) == 0;

  if (!is_whole || !coquill_stun_is_source (&source) || !take_own_address (message, &other))
    {
      self->ignored++;
      return;
    }
  coquill_stun_unmap (&source);
  set_port (&other, other_door->port);
  part.iov_len = coquill_stun_answer (message->msg_iov->iov_base, received->msg_len, &source,
                                      other_door->socket != NULL ? &other : NULL, bytes);
  if (part.iov_len == 0)
    {
      self->ignored++;
      return;
    }
  if (!coquill_stun_limiter_take (self->limiter, &source, now))
    {
      self->limited++;
      return;
    }
  message->msg_iov = &part;
  message->msg_flags = 0;
  /* What the kernel doesn't take now is lost, as datagrams are: clients ask again. */
  if (sendmsg (g_socket_get_fd (door->socket), message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
    self->answered++;
}

static void
ready_cb (gpointer data, guint32 events)
{
  Door *door = data;
  CoquillRelayStun *self = door->stun;
  gint64 now = g_get_monotonic_time ();
  int n_received;

  for (guint i = 0; i < COQUILL_RELAY_STUN_BATCH; i++)
    {
      self->parts[i] = (struct iovec){ self->questions[i], sizeof self->questions[i] };
      self->messages[i].msg_hdr = (struct msghdr){ .msg_name = &self->sources[i],
                                                   .msg_namelen = sizeof self->sources[i],
                                                   .msg_iov = &self->parts[i],
                                                   .msg_iovlen = 1,
                                                   .msg_control = self->controls[i],
                                                   .msg_controllen = sizeof self->controls[i] };
    }
  /* An error of an earlier answer (nobody listens there) is reported here once, and is nothing to us. */
  n_received = recvmmsg (g_socket_get_fd (door->socket), self->messages, COQUILL_RELAY_STUN_BATCH,
                         MSG_DONTWAIT, NULL);
  for (int i = 0; i < n_received; i++)
    answer (self, door, &self->messages[i], now);
}

static gboolean
report_cb (gpointer data)
{
  CoquillRelayStun *self = data;
  CoquillRelayLogLevel level = self->limited > 0 ? COQUILL_RELAY_LOG_INFO : COQUILL_RELAY_LOG_DETAIL;

  if (self->answered + self->ignored + self->limited > 0)
    coquill_relay_log (level, "stun",
                       "answered=%" G_GUINT64_FORMAT " limited=%" G_GUINT64_FORMAT
                       " ignored=%" G_GUINT64_FORMAT,
                       self->answered, self->limited, self->ignored);
  self->answered = self->limited = self->ignored = 0;
  return G_SOURCE_CONTINUE;
}

static gboolean
open_door (CoquillRelayStun *self, Door *door, GSocketAddress *address, GError **error)
{
  GSocketFamily family = g_socket_address_get_family (address);
  g_autoptr (GSocket) socket = g_socket_new (family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
  g_autoptr (GSocketAddress) local = NULL;
  gboolean is_set;

  if (socket == NULL)
    return FALSE;
  g_socket_set_blocking (socket, FALSE);
  if (family == G_SOCKET_FAMILY_IPV6)
    is_set = g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, FALSE, error)
             && g_socket_set_option (socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, TRUE, error);
  else
    is_set = g_socket_set_option (socket, IPPROTO_IP, IP_PKTINFO, TRUE, error);
  if (!is_set || !g_socket_bind (socket, address, FALSE, error)
      || (local = g_socket_get_local_address (socket, error)) == NULL)
    return FALSE;

  door->stun = self;
  door->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
  door->polled = (CoquillRelayPolled){ g_socket_get_fd (socket), EPOLLIN, ready_cb, door };
  if (!coquill_relay_poller_add (self->poller, &door->polled))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                           "The system refuses to wait for the socket.");
      return FALSE;
    }
  door->socket = g_steal_pointer (&socket);
  return TRUE;
}

CoquillRelayStun *
coquill_relay_stun_new (GSocketAddress *address,
                        const CoquillRelayOptions *options,
                        CoquillRelayPoller *poller,
                        GError **error)
{
  CoquillRelayStun *self = g_new0 (CoquillRelayStun, 1);
  g_autoptr (GSocketAddress) any_port
      = g_inet_socket_address_new (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)), 0);
  g_autoptr (GError) second_error = NULL;

  self->poller = poller;
  self->limiter = coquill_stun_limiter_new (options->stun_rate, options->stun_rate_all);
  self->report_source = g_timeout_add_seconds (COQUILL_RELAY_STUN_REPORT_SECONDS, report_cb, self);
  if (!open_door (self, &self->doors[0], address, error))
    {
      coquill_relay_stun_free (self);
      return NULL;
    }
  if (!open_door (self, &self->doors[1], any_port, &second_error))
    coquill_relay_log (COQUILL_RELAY_LOG_WARNING, "stun", "reason=\"no second socket: %s\"",
                       second_error->message);
  return self;
}

guint16
coquill_relay_stun_get_port (CoquillRelayStun *self)
{
  return self->doors[0].port;
}

void
coquill_relay_stun_free (CoquillRelayStun *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->doors); i++)
    if (self->doors[i].socket != NULL)
      {
        coquill_relay_poller_remove (self->poller, &self->doors[i].polled);
        g_object_unref (self->doors[i].socket);
      }
  g_clear_handle_id (&self->report_source, g_source_remove);
  coquill_stun_limiter_free (self->limiter);
  g_free (self);
}
