/* candidate-filter.c: which addresses a peer may send us to */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/candidate-filter.h"

#include <string.h>

/* A range of addresses: the first @bits of @prefix. */
typedef struct
{
  guint8 prefix[16];
  guint bits;
  CoquillCandidateVerdict verdict;
} Range;

/* The first that fits counts. */
static const Range ranges_4[] = {
  { { 0 }, 8, COQUILL_CANDIDATE_UNSPECIFIED },        { { 127 }, 8, COQUILL_CANDIDATE_LOOPBACK },
  { { 169, 254 }, 16, COQUILL_CANDIDATE_LINK_LOCAL }, { { 224 }, 4, COQUILL_CANDIDATE_MULTICAST },
  { { 240 }, 4, COQUILL_CANDIDATE_BROADCAST },
};
static const Range ranges_16[] = {
  { { 0 }, 128, COQUILL_CANDIDATE_UNSPECIFIED },
  { { [15] = 1 }, 128, COQUILL_CANDIDATE_LOOPBACK },
  { { 0 }, 96, COQUILL_CANDIDATE_EMBEDDED },
  { { [10] = 0xff, 0xff }, 96, COQUILL_CANDIDATE_EMBEDDED },
  { { 0x00, 0x64, 0xff, 0x9b }, 96, COQUILL_CANDIDATE_EMBEDDED },
  { { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48, COQUILL_CANDIDATE_EMBEDDED },
  { { 0x20, 0x02 }, 16, COQUILL_CANDIDATE_EMBEDDED },
  { { 0xfe, 0x80 }, 10, COQUILL_CANDIDATE_LINK_LOCAL },
  { { 0xff }, 8, COQUILL_CANDIDATE_MULTICAST },
};
static const Range private_4[] = {
  { { 10 }, 8, COQUILL_CANDIDATE_TAKEN },
  { { 172, 16 }, 12, COQUILL_CANDIDATE_TAKEN },
  { { 192, 168 }, 16, COQUILL_CANDIDATE_TAKEN },
  { { 100, 64 }, 10, COQUILL_CANDIDATE_TAKEN },
};
static const Range private_16[] = {
  { { 0xfc }, 7, COQUILL_CANDIDATE_TAKEN },
  { { 0xfe, 0xc0 }, 10, COQUILL_CANDIDATE_TAKEN },
};

static gboolean
range_has (const Range *range, const guint8 *address)
{
  guint bytes = range->bits / 8;
  guint rest = range->bits % 8;

  return memcmp (range->prefix, address, bytes) == 0
         && (rest == 0 || (range->prefix[bytes] ^ address[bytes]) >> (8 - rest) == 0);
}

static gboolean
is_well_formed (const CoquillCandidate *candidate)
{
  const char *end = memchr (candidate->foundation, '\0', sizeof candidate->foundation);

  if (candidate->kind < COQUILL_CANDIDATE_HOST || candidate->kind > COQUILL_CANDIDATE_RELAYED)
    return FALSE;
  if (candidate->address_size != 4 && candidate->address_size != 16)
    return FALSE;
  /* libnice 0.1.22 doesn't check it. */
  if (candidate->priority == 0 || candidate->priority > G_MAXINT32)
    return FALSE;
  if (end == NULL || end == candidate->foundation)
    return FALSE;
  for (const char *at = candidate->foundation; at < end; at++)
    {
      if (!g_ascii_isalnum (*at) && *at != '+' && *at != '/')
        return FALSE;
    }
  return TRUE;
}

CoquillCandidateVerdict
coquill_candidate_check (const CoquillCandidate *candidate)
{
  const Range *ranges;
  gsize n;

  if (!is_well_formed (candidate))
    return COQUILL_CANDIDATE_MALFORMED;
  ranges = candidate->address_size == 4 ? ranges_4 : ranges_16;
  n = candidate->address_size == 4 ? G_N_ELEMENTS (ranges_4) : G_N_ELEMENTS (ranges_16);
  for (gsize i = 0; i < n; i++)
    {
      if (range_has (&ranges[i], candidate->address))
        return ranges[i].verdict;
    }
  if (candidate->port < COQUILL_CANDIDATE_LOWEST_PORT)
    return COQUILL_CANDIDATE_PORT;
  return COQUILL_CANDIDATE_TAKEN;
}

gboolean
coquill_candidate_is_private (const CoquillCandidate *candidate)
{
  const Range *ranges = candidate->address_size == 4 ? private_4 : private_16;
  gsize n = candidate->address_size == 4 ? G_N_ELEMENTS (private_4) : G_N_ELEMENTS (private_16);

  for (gsize i = 0; i < n; i++)
    {
      if (range_has (&ranges[i], candidate->address))
        return TRUE;
    }
  return FALSE;
}

const char *
coquill_candidate_verdict_get_name (CoquillCandidateVerdict verdict)
{
  static const char *const names[COQUILL_CANDIDATE_N_VERDICTS] = {
    [COQUILL_CANDIDATE_TAKEN] = "taken",
    [COQUILL_CANDIDATE_MALFORMED] = "malformed",
    [COQUILL_CANDIDATE_UNSPECIFIED] = "unspecified",
    [COQUILL_CANDIDATE_LOOPBACK] = "loopback",
    [COQUILL_CANDIDATE_LINK_LOCAL] = "link-local",
    [COQUILL_CANDIDATE_MULTICAST] = "multicast",
    [COQUILL_CANDIDATE_BROADCAST] = "broadcast",
    [COQUILL_CANDIDATE_EMBEDDED] = "embedded",
    [COQUILL_CANDIDATE_PORT] = "port",
    [COQUILL_CANDIDATE_TOO_MANY] = "too-many",
    [COQUILL_CANDIDATE_REPEATED] = "repeated",
  };

  return names[verdict];
}
