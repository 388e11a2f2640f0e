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

/* (transfer full) (nullable): %NULL if nobody else can reach it. */
static GInetAddress *
get_host (const struct sockaddr *native)
{
  gsize size = get_size (native);
  g_autoptr (GSocketAddress) address
      = size > 0 ? g_socket_address_new_from_native ((gpointer)native, size) : NULL;
  GInetAddress *host;

  if (address == NULL)
    return NULL;
  host = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  if (g_inet_address_get_is_loopback (host) || g_inet_address_get_is_link_local (host)
      || g_inet_address_get_is_any (host))
    return NULL;
  return g_object_ref (host);
}

static void
visit (void (*found) (gpointer data, GInetAddress *host), gpointer data)
{
  struct ifaddrs *all;

  if (getifaddrs (&all) != 0)
    return;
  for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next)
    {
      g_autoptr (GInetAddress) host = NULL;

      if (one->ifa_addr == NULL || (one->ifa_flags & IFF_UP) == 0)
        continue;
      host = get_host (one->ifa_addr);
      if (host != NULL)
        found (data, host);
    }
  freeifaddrs (all);
}

static void
count (gpointer data, GInetAddress *host)
{
  CoquillOwnAddresses *self = data;

  if (g_inet_address_get_family (host) == G_SOCKET_FAMILY_IPV4)
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
  *self = (CoquillOwnAddresses){ 0 };
  visit (count, self);
}

static void
append (gpointer data, GInetAddress *host)
{
  g_byte_array_append (data, g_inet_address_to_bytes (host), (guint)g_inet_address_get_native_size (host));
}

GBytes *
coquill_own_addresses_read (void)
{
  GByteArray *bytes = g_byte_array_new ();

  visit (append, bytes);
  return g_byte_array_free_to_bytes (bytes);
}
