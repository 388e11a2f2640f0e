/* own-network.c: a network of a test's own, where there is nobody else */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "own-network.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#define MARK "COQUILL_TEST_OWN_NETWORK"

static const char set_up[] = "ip link set lo up && ip link add wire type veth peer name far && ip link set "
                             "far up && ip link set wire up"
                             " && ip address add " OWN_NETWORK_ADDRESS_4 "/24 dev wire"
                             " && ip address add " OWN_NETWORK_ADDRESS_6 "/64 dev wire nodad";

static gboolean
has_address (void)
{
  struct ifaddrs *all = NULL;
  gboolean found = FALSE;

  if (getifaddrs (&all) != 0)
    return FALSE;
  for (struct ifaddrs *at = all; at != NULL && !found; at = at->ifa_next)
    {
      if (at->ifa_addr == NULL || at->ifa_addr->sa_family != AF_INET || (at->ifa_flags & IFF_LOOPBACK) != 0
          || (at->ifa_flags & (IFF_UP | IFF_RUNNING)) != (IFF_UP | IFF_RUNNING))
        continue;
      found = (ntohl (((struct sockaddr_in *)at->ifa_addr)->sin_addr.s_addr) >> 16) != 0xa9fe;
    }
  freeifaddrs (all);
  return found;
}

const char *
own_network_enter (char **arguments)
{
  g_autofree char *command = g_strconcat (set_up, " && exec \"$0\" \"$@\"", NULL);
  const char *const probe[] = { "unshare", "-Urnm", "sh", "-c", set_up, NULL };
  g_autoptr (GPtrArray) again = g_ptr_array_new ();
  int status = 1;

  if (own_network_is_own ())
    return NULL;
  if (g_spawn_sync (NULL, (char **)probe, NULL,
                    G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                    NULL, NULL, &status, NULL)
      && status == 0)
    {
      g_ptr_array_add (again, "unshare");
      g_ptr_array_add (again, "-Urnm");
      g_ptr_array_add (again, "sh");
      g_ptr_array_add (again, "-c");
      g_ptr_array_add (again, command);
      for (char **at = arguments; *at != NULL; at++)
        g_ptr_array_add (again, *at);
      g_ptr_array_add (again, NULL);
      g_setenv (MARK, "1", TRUE);
      execvp ("unshare", (char **)again->pdata);
      g_unsetenv (MARK);
    }
  return has_address () ? NULL : "no address but loopback here, and no network namespaces";
}

gboolean
own_network_is_own (void)
{
  return g_getenv (MARK) != NULL;
}
