/* own-addresses.c: what kinds of addresses this machine has */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/own-addresses.h"

#include <gio/gio.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

static gsize
get_size (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET)
    return sizeof (struct sockaddr_in);
  return address->sa_family == AF_INET6 ? sizeof (struct sockaddr_in6) : 0;
}

static void
count (CoquillOwnAddresses *self, const struct sockaddr *native)
{
  gsize size = get_size (native);
  g_autoptr (GSocketAddress) address
      = size > 0 ? g_socket_address_new_from_native ((gpointer)native, size) : NULL;
  GInetAddress *host;

  if (address == NULL)
    return;
  host = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  if (g_inet_address_get_is_loopback (host) || g_inet_address_get_is_link_local (host)
      || g_inet_address_get_is_any (host))
    return;
  if (native->sa_family == AF_INET)
    self->ipv4++;
  else
    {
      self->ipv6++;
      if ((g_inet_address_to_bytes (host)[0] & 0xe0) == 0x20)
        self->global_ipv6++;
    }
}

void
coquill_own_addresses_get (CoquillOwnAddresses *self)
{
  struct ifaddrs *all;

  *self = (CoquillOwnAddresses){ 0 };
  if (getifaddrs (&all) != 0)
    return;
  for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next)
    if (one->ifa_addr != NULL && (one->ifa_flags & IFF_UP) != 0)
      count (self, one->ifa_addr);
  freeifaddrs (all);
}
