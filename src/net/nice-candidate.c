/* nice-candidate.c: candidates and addresses as libnice has them, and as we do */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/nice-candidate.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "net/candidate-filter.h"

static guint8
get_address (const NiceAddress *from, guint8 address[16])
{
  union
  {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    struct sockaddr_storage storage;
  } native = { 0 };

  if (!nice_address_is_valid (from))
    return 0;
  nice_address_copy_to_sockaddr (from, &native.any);
  if (native.any.sa_family == AF_INET)
    {
      memcpy (address, &native.four.sin_addr, 4);
      return 4;
    }
  memcpy (address, &native.six.sin6_addr, 16);
  return 16;
}

static void
set_address (NiceAddress *to, const guint8 *address, guint8 size, guint16 port)
{
  if (size == 4)
    nice_address_set_ipv4 (to, (guint32)address[0] << 24 | address[1] << 16 | address[2] << 8 | address[3]);
  else
    nice_address_set_ipv6 (to, address);
  nice_address_set_port (to, port);
}

gboolean
coquill_nice_candidate_kind (NiceCandidateType type, CoquillCandidateKind *kind)
{
  switch (type)
    {
    case NICE_CANDIDATE_TYPE_HOST:
      *kind = COQUILL_CANDIDATE_HOST;
      return TRUE;
    case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
      *kind = COQUILL_CANDIDATE_SERVER_REFLEXIVE;
      return TRUE;
    case NICE_CANDIDATE_TYPE_RELAYED:
      *kind = COQUILL_CANDIDATE_RELAYED;
      return TRUE;
    case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
    default:
      return FALSE;
    }
}

gboolean
coquill_nice_candidate_read (const NiceCandidate *from, CoquillCandidate *candidate)
{
  *candidate = (CoquillCandidate){ 0 };
  if (from->transport != NICE_CANDIDATE_TRANSPORT_UDP
      || !coquill_nice_candidate_kind (from->type, &candidate->kind))
    return FALSE;
  candidate->address_size = get_address (&from->addr, candidate->address);
  candidate->port = nice_address_get_port (&from->addr);
  candidate->priority = from->priority;
  g_strlcpy (candidate->foundation, from->foundation, sizeof candidate->foundation);
  if (candidate->kind != COQUILL_CANDIDATE_HOST)
    {
      candidate->base_size = get_address (&from->base_addr, candidate->base_address);
      candidate->base_port = candidate->base_size == 0 ? 0 : nice_address_get_port (&from->base_addr);
    }
  return TRUE;
}

NiceCandidate *
coquill_nice_candidate_new (const CoquillCandidate *from, guint stream, guint component)
{
  static const NiceCandidateType types[] = {
    [COQUILL_CANDIDATE_HOST] = NICE_CANDIDATE_TYPE_HOST,
    [COQUILL_CANDIDATE_SERVER_REFLEXIVE] = NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE,
    [COQUILL_CANDIDATE_RELAYED] = NICE_CANDIDATE_TYPE_RELAYED,
  };
  NiceCandidate *candidate = nice_candidate_new (types[from->kind]);

  candidate->transport = NICE_CANDIDATE_TRANSPORT_UDP;
  candidate->stream_id = stream;
  candidate->component_id = component;
  candidate->priority = from->priority;
  set_address (&candidate->addr, from->address, from->address_size, from->port);
  candidate->base_addr = candidate->addr;
  g_strlcpy (candidate->foundation, from->foundation, sizeof candidate->foundation);
  return candidate;
}

/* libnice would use them too, but their names mean bridges to containers and virtual machines, whose
 * addresses are the same on many hosts. */
static gboolean
is_bridge (const char *interface)
{
  static const char *const beginnings[] = { "docker", "virbr", "vnet", "lxcbr", "lxdbr" };

  for (gsize i = 0; i < G_N_ELEMENTS (beginnings); i++)
    {
      if (g_str_has_prefix (interface, beginnings[i]))
        return TRUE;
    }
  return FALSE;
}

gboolean
coquill_nice_candidate_add_own (NiceAgent *agent)
{
  struct ifaddrs *all = NULL;
  guint n_machine = 0;
  guint n_used = 0;

  if (getifaddrs (&all) != 0)
    return FALSE;
  for (struct ifaddrs *at = all; at != NULL; at = at->ifa_next)
    {
      NiceAddress address;
      CoquillCandidate candidate
          = { COQUILL_CANDIDATE_HOST, .port = G_MAXUINT16, .priority = 1, .foundation = "1" };

      if (at->ifa_addr == NULL || (at->ifa_addr->sa_family != AF_INET && at->ifa_addr->sa_family != AF_INET6))
        continue;
      n_machine++;
      if ((at->ifa_flags & (IFF_UP | IFF_RUNNING)) != (IFF_UP | IFF_RUNNING) || is_bridge (at->ifa_name)
          || n_used == COQUILL_NICE_CANDIDATE_MAX_OWN_ADDRESSES)
        continue;
      nice_address_init (&address);
      nice_address_set_from_sockaddr (&address, at->ifa_addr);
      nice_address_set_port (&address, 0);
      candidate.address_size = get_address (&address, candidate.address);
      if (coquill_candidate_check (&candidate) == COQUILL_CANDIDATE_TAKEN
          && nice_agent_add_local_address (agent, &address))
        n_used++;
    }
  freeifaddrs (all);
  return n_used > 0 && n_machine < COQUILL_NICE_CANDIDATE_MAX_MACHINE_ADDRESSES;
}
