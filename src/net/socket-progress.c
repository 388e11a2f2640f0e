/* SPDX-License-Identifier: GPL-3.0-or-later */
/* socket-progress.c: what the kernel knows of a connection's life */

#include "net/socket-progress.h"

#ifdef __linux__
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#endif

/* Wrappings looked through: libsoup's stream, a proxy's, TLS. */
#define DEPTH_MAX 8

GSocket *
coquill_socket_find (GIOStream *stream)
{
  g_autoptr (GIOStream) at = g_object_ref (stream);

  for (int depth = 0; at != NULL && depth < DEPTH_MAX; depth++)
    {
      GObjectClass *class = G_OBJECT_GET_CLASS (at);
      GIOStream *inner = NULL;

      if (G_IS_SOCKET_CONNECTION (at))
        return g_socket_connection_get_socket (G_SOCKET_CONNECTION (at));
      if (g_object_class_find_property (class, "base-iostream") != NULL)
        g_object_get (at, "base-iostream", &inner, NULL);
      else if (g_object_class_find_property (class, "base-io-stream") != NULL)
        g_object_get (at, "base-io-stream", &inner, NULL);
      g_object_unref (at);
      at = inner;
    }
  return NULL;
}

gboolean
coquill_socket_get_progress (GSocket *socket, CoquillSocketProgress *progress)
{
#ifdef __linux__
  struct tcp_info info = { 0 };
  socklen_t length = sizeof info;
  int waiting = 0;
  int descriptor = g_socket_get_fd (socket);

  if (getsockopt (descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) != 0
      || length < G_STRUCT_OFFSET (struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked
      || ioctl (descriptor, SIOCOUTQ, &waiting) != 0)
    return FALSE;
  progress->received_ago = (gint64)info.tcpi_last_data_recv * 1000;
  progress->acknowledged = info.tcpi_bytes_acked;
  progress->waiting = waiting;
  return TRUE;
#else
  return FALSE;
#endif
}
