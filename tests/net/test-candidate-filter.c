/* test-candidate-filter.c: what of a peer's candidates is taken */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <arpa/inet.h>
#include <string.h>

#include "net/candidate-filter.h"

static CoquillCandidate
make (const char *address, guint16 port)
{
  CoquillCandidate candidate = { COQUILL_CANDIDATE_HOST, .port = port, .priority = 1, .foundation = "1" };

  candidate.address_size = strchr (address, ':') != NULL ? 16 : 4;
  g_assert_cmpint (inet_pton (candidate.address_size == 4 ? AF_INET : AF_INET6, address, candidate.address),
                   ==, 1);
  return candidate;
}

/* Both ends of every range, and their neighbours outside. */
static void
test_addresses (void)
{
  static const struct
  {
    const char *address;
    CoquillCandidateVerdict verdict;
  } cases[] = {
    { "0.0.0.0", COQUILL_CANDIDATE_UNSPECIFIED },
    { "0.255.255.255", COQUILL_CANDIDATE_UNSPECIFIED },
    { "1.0.0.0", COQUILL_CANDIDATE_TAKEN },
    { "10.0.0.1", COQUILL_CANDIDATE_TAKEN },
    { "100.64.0.1", COQUILL_CANDIDATE_TAKEN },
    { "126.255.255.255", COQUILL_CANDIDATE_TAKEN },
    { "127.0.0.0", COQUILL_CANDIDATE_LOOPBACK },
    { "127.0.0.1", COQUILL_CANDIDATE_LOOPBACK },
    { "127.255.255.255", COQUILL_CANDIDATE_LOOPBACK },
    { "128.0.0.0", COQUILL_CANDIDATE_TAKEN },
    { "169.253.255.255", COQUILL_CANDIDATE_TAKEN },
    { "169.254.0.0", COQUILL_CANDIDATE_LINK_LOCAL },
    { "169.254.169.254", COQUILL_CANDIDATE_LINK_LOCAL },
    { "169.254.255.255", COQUILL_CANDIDATE_LINK_LOCAL },
    { "169.255.0.0", COQUILL_CANDIDATE_TAKEN },
    { "172.16.0.1", COQUILL_CANDIDATE_TAKEN },
    { "192.168.1.1", COQUILL_CANDIDATE_TAKEN },
    { "223.255.255.255", COQUILL_CANDIDATE_TAKEN },
    { "224.0.0.0", COQUILL_CANDIDATE_MULTICAST },
    { "224.0.0.251", COQUILL_CANDIDATE_MULTICAST },
    { "239.255.255.255", COQUILL_CANDIDATE_MULTICAST },
    { "240.0.0.0", COQUILL_CANDIDATE_BROADCAST },
    { "255.255.255.255", COQUILL_CANDIDATE_BROADCAST },
    { "::", COQUILL_CANDIDATE_UNSPECIFIED },
    { "::1", COQUILL_CANDIDATE_LOOPBACK },
    { "::2", COQUILL_CANDIDATE_EMBEDDED },
    { "::127.0.0.1", COQUILL_CANDIDATE_EMBEDDED },
    { "::1:0:0", COQUILL_CANDIDATE_TAKEN },
    { "::fffe:127.0.0.1", COQUILL_CANDIDATE_TAKEN },
    { "::ffff:0.0.0.0", COQUILL_CANDIDATE_EMBEDDED },
    { "::ffff:127.0.0.1", COQUILL_CANDIDATE_EMBEDDED },
    { "::ffff:192.0.2.1", COQUILL_CANDIDATE_EMBEDDED },
    { "::ffff:255.255.255.255", COQUILL_CANDIDATE_EMBEDDED },
    { "64:ff9b::127.0.0.1", COQUILL_CANDIDATE_EMBEDDED },
    { "64:ff9b:0:0:0:1::", COQUILL_CANDIDATE_TAKEN },
    { "64:ff9b:1:ffff::1", COQUILL_CANDIDATE_EMBEDDED },
    { "64:ff9b:2::1", COQUILL_CANDIDATE_TAKEN },
    { "2001:db8::1", COQUILL_CANDIDATE_TAKEN },
    { "2001:ffff::1", COQUILL_CANDIDATE_TAKEN },
    { "2002:7f00:1::1", COQUILL_CANDIDATE_EMBEDDED },
    { "2003::1", COQUILL_CANDIDATE_TAKEN },
    { "fc00::1", COQUILL_CANDIDATE_TAKEN },
    { "fdff:ffff::1", COQUILL_CANDIDATE_TAKEN },
    { "fe7f:ffff::1", COQUILL_CANDIDATE_TAKEN },
    { "fe80::", COQUILL_CANDIDATE_LINK_LOCAL },
    { "fe80::1", COQUILL_CANDIDATE_LINK_LOCAL },
    { "febf:ffff::1", COQUILL_CANDIDATE_LINK_LOCAL },
    { "fec0::1", COQUILL_CANDIDATE_TAKEN },
    { "feff::1", COQUILL_CANDIDATE_TAKEN },
    { "ff00::", COQUILL_CANDIDATE_MULTICAST },
    { "ff02::fb", COQUILL_CANDIDATE_MULTICAST },
    { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", COQUILL_CANDIDATE_MULTICAST },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CoquillCandidate candidate = make (cases[i].address, 5000);

      g_test_message ("%s", cases[i].address);
      g_assert_cmpint (coquill_candidate_check (&candidate), ==, cases[i].verdict);
    }
}

/* All IPv4 networks, against the same rules said another way. */
static void
test_all_of_ipv4 (void)
{
  for (guint32 network = 0; network <= G_MAXUINT16; network++)
    {
      CoquillCandidate candidate = make ("0.0.9.9", 5000);
      guint8 first = network >> 8;
      CoquillCandidateVerdict expected = COQUILL_CANDIDATE_TAKEN;

      candidate.address[0] = first;
      candidate.address[1] = network & 0xff;
      if (first == 0)
        expected = COQUILL_CANDIDATE_UNSPECIFIED;
      else if (first == 127)
        expected = COQUILL_CANDIDATE_LOOPBACK;
      else if (network == 169 * 256 + 254)
        expected = COQUILL_CANDIDATE_LINK_LOCAL;
      else if (first >= 240)
        expected = COQUILL_CANDIDATE_BROADCAST;
      else if (first >= 224)
        expected = COQUILL_CANDIDATE_MULTICAST;
      g_assert_cmpint (coquill_candidate_check (&candidate), ==, expected);
    }
}

static void
test_ports (void)
{
  for (guint port = 0; port <= G_MAXUINT16; port++)
    {
      CoquillCandidate four = make ("192.0.2.1", port);
      CoquillCandidate six = make ("2001:db8::1", port);

      g_assert_cmpint (coquill_candidate_check (&four), ==,
                       port < 1024 ? COQUILL_CANDIDATE_PORT : COQUILL_CANDIDATE_TAKEN);
      g_assert_cmpint (coquill_candidate_check (&six), ==, coquill_candidate_check (&four));
    }
}

#define assert_malformed(change)                                                                             \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    CoquillCandidate candidate = make ("192.0.2.1", 5000);                                                   \
                                                                                                             \
    g_assert_cmpint (coquill_candidate_check (&candidate), ==, COQUILL_CANDIDATE_TAKEN);                     \
    change;                                                                                                  \
    g_assert_cmpint (coquill_candidate_check (&candidate), ==, COQUILL_CANDIDATE_MALFORMED);                 \
  }                                                                                                          \
  G_STMT_END

static void
test_malformed (void)
{
  for (guint size = 0; size < 256; size++)
    {
      if (size != 4 && size != 16)
        assert_malformed (candidate.address_size = size);
    }
  assert_malformed (candidate.kind = 0);
  assert_malformed (candidate.kind = 4);
  assert_malformed (candidate.kind = -1);
  assert_malformed (candidate.priority = 0);
  assert_malformed (candidate.priority = G_MAXUINT32);
  assert_malformed (candidate.priority = (guint32)G_MAXINT32 + 1);
  assert_malformed (candidate.foundation[0] = '\0');
  assert_malformed (candidate.foundation[0] = ' ');
  assert_malformed (candidate.foundation[0] = '\n');
  assert_malformed (memset (candidate.foundation, 'x', sizeof candidate.foundation));
}

static void
test_names (void)
{
  for (guint i = 0; i < COQUILL_CANDIDATE_N_VERDICTS; i++)
    {
      g_assert_cmpstr (coquill_candidate_verdict_get_name (i), !=, NULL);
      for (guint other = 0; other < i; other++)
        g_assert_cmpstr (coquill_candidate_verdict_get_name (i), !=,
                         coquill_candidate_verdict_get_name (other));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/candidate-filter/ranges-end-where-they-should", test_addresses);
  g_test_add_func ("/candidate-filter/all-of-ipv4", test_all_of_ipv4);
  g_test_add_func ("/candidate-filter/ports-of-services-are-refused", test_ports);
  g_test_add_func ("/candidate-filter/what-makes-no-sense-is-malformed", test_malformed);
  g_test_add_func ("/candidate-filter/verdicts-have-names", test_names);
  return g_test_run ();
}
