/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-stun.c: STUN questions to a relay: an answer is short, and names who asked */

#include "relay/stun-answer.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <stun/stunagent.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const guint8 *question,
       gsize length,
       const struct sockaddr_storage *source,
       const struct sockaddr_storage *other)
{
  /* On the heap, so that the sanitizer sees a byte too many. */
  g_autofree guint8 *copy = g_memdup2 (question, length);
  g_autofree guint8 *answer = g_malloc (COQUILL_STUN_ANSWER_MAX);
  gsize answered = coquill_stun_answer (copy, length, source, other, answer);
  struct sockaddr_storage mapped;
  socklen_t mapped_length = sizeof mapped;
  StunMessage message = { .buffer = answer, .buffer_len = answered };
  int address_length
      = source->ss_family == AF_INET ? sizeof (struct sockaddr_in) : sizeof (struct sockaddr_in6);
  gboolean is_new = length >= 8 && memcmp (copy + 4, "\x21\x12\xa4\x42", 4) == 0;

  if (answered == 0)
    return;
  if (answered > COQUILL_STUN_ANSWER_MAX || memcmp (answer + 4, question + 4, 16) != 0
      || stun_message_get_class (&message) != STUN_RESPONSE
      || (is_new ? stun_message_find_xor_addr (&message, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &mapped,
                                               &mapped_length)
                 : stun_message_find_addr (&message, STUN_ATTRIBUTE_MAPPED_ADDRESS, &mapped, &mapped_length))
             != STUN_MESSAGE_RETURN_SUCCESS
      || mapped.ss_family != source->ss_family || mapped_length < (socklen_t)address_length)
    abort ();
  if (source->ss_family == AF_INET
          ? memcmp (&((struct sockaddr_in *)&mapped)->sin_addr, &((struct sockaddr_in *)source)->sin_addr, 4)
                != 0
          : memcmp (&((struct sockaddr_in6 *)&mapped)->sin6_addr, &((struct sockaddr_in6 *)source)->sin6_addr,
                    16)
                != 0)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct sockaddr_storage ipv4 = { .ss_family = AF_INET };
  struct sockaddr_storage ipv6 = { .ss_family = AF_INET6 };
  struct sockaddr_in *ipv4_in = (struct sockaddr_in *)&ipv4;
  struct sockaddr_in6 *ipv6_in = (struct sockaddr_in6 *)&ipv6;

  ipv4_in->sin_port = ipv6_in->sin6_port = htons (54321);
  ipv4_in->sin_addr.s_addr = htonl (0xc0000207);
  memset (&ipv6_in->sin6_addr, 0x20, 16);
  check (data, size, &ipv4, &ipv4);
  check (data, size, &ipv6, &ipv6);
  check (data, size, &ipv4, NULL);
  return 0;
}
