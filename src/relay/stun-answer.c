/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stun-answer.c: what a relay answers to one STUN question */

#include "relay/stun-answer.h"

#include <netinet/in.h>
#include <string.h>
#include <stun/stunagent.h>

/* RFC 5780, 7.4; libnice has no name for it. */
#define OTHER_ADDRESS ((StunAttribute)0x802c)

static socklen_t
get_length (const struct sockaddr_storage *address)
{
  return address->ss_family == AF_INET ? sizeof (struct sockaddr_in) : sizeof (struct sockaddr_in6);
}

gboolean
coquill_stun_is_source (const struct sockaddr_storage *source)
{
  struct sockaddr_storage plain = *source;

  coquill_stun_unmap (&plain);
  if (plain.ss_family == AF_INET)
    {
      const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&plain;
      guint32 address = ntohl (ipv4->sin_addr.s_addr);

      return ipv4->sin_port != 0 && address != INADDR_ANY && address != INADDR_BROADCAST
             && !IN_MULTICAST (address);
    }
  if (plain.ss_family == AF_INET6)
    {
      const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)&plain;

      return ipv6->sin6_port != 0 && !IN6_IS_ADDR_UNSPECIFIED (&ipv6->sin6_addr)
             && !IN6_IS_ADDR_MULTICAST (&ipv6->sin6_addr);
    }
  return FALSE;
}

void
coquill_stun_unmap (struct sockaddr_storage *address)
{
  struct sockaddr_in6 mapped;
  struct sockaddr_in *plain = (struct sockaddr_in *)address;

  if (address->ss_family != AF_INET6)
    return;
  memcpy (&mapped, address, sizeof mapped);
  if (!IN6_IS_ADDR_V4MAPPED (&mapped.sin6_addr))
    return;
  memset (address, 0, sizeof *address);
  plain->sin_family = AF_INET;
  plain->sin_port = mapped.sin6_port;
  memcpy (&plain->sin_addr, &mapped.sin6_addr.s6_addr[12], sizeof plain->sin_addr);
}

/* Without the cookie it is a question of RFC 3489, which is what libnice 0.1.22 asks for its own address
 * with. */
static gboolean
has_cookie (const guint8 *question, gsize length)
{
  guint32 cookie = g_htonl (STUN_MAGIC_COOKIE);

  return length >= STUN_MESSAGE_HEADER_LENGTH
         && memcmp (question + STUN_MESSAGE_TRANS_ID_POS, &cookie, sizeof cookie) == 0;
}

static StunMessageReturn
append_mapped (StunMessage *response, const struct sockaddr_storage *source, gboolean is_new)
{
  if (is_new)
    return stun_message_append_xor_addr (response, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, source,
                                         get_length (source));
  return stun_message_append_addr (response, STUN_ATTRIBUTE_MAPPED_ADDRESS, (const struct sockaddr *)source,
                                   get_length (source));
}

gsize
coquill_stun_answer (const guint8 *question,
                     gsize length,
                     const struct sockaddr_storage *source,
                     const struct sockaddr_storage *other,
                     guint8 *answer)
{
  /* No attribute must be understood in a binding request. */
  static const uint16_t known[] = { 0 };
  StunAgent agent;
  StunMessage request, response;
  gboolean is_new = has_cookie (question, length);

  if (length > COQUILL_STUN_QUESTION_MAX)
    return 0;
  stun_agent_init (&agent, known, is_new ? STUN_COMPATIBILITY_RFC5389 : STUN_COMPATIBILITY_RFC3489,
                   STUN_AGENT_USAGE_IGNORE_CREDENTIALS);
  if (stun_agent_validate (&agent, &request, question, length, NULL, NULL) != STUN_VALIDATION_SUCCESS
      || stun_message_get_class (&request) != STUN_REQUEST
      || stun_message_get_method (&request) != STUN_BINDING)
    return 0;

  if (!stun_agent_init_response (&agent, &response, answer, COQUILL_STUN_ANSWER_MAX, &request)
      || append_mapped (&response, source, is_new) != STUN_MESSAGE_RETURN_SUCCESS
      || (other != NULL
          && stun_message_append_addr (&response, OTHER_ADDRESS, (const struct sockaddr *)other,
                                       get_length (other))
                 != STUN_MESSAGE_RETURN_SUCCESS))
    return 0;
  return stun_agent_finish_message (&agent, &response, NULL, 0);
}
