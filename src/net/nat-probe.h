/* nat-probe.h: what stands between this machine and the internet, asked of a relay's STUN (RFC 8489, RFC
 * 5780) */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "net/net-error.h"

G_BEGIN_DECLS

/** No answer within so long is none, in milliseconds. */
#define COQUILL_NAT_PROBE_DEADLINE_MS 3000
/** A question is asked again after so long, in milliseconds, and then each time after twice that. */
#define COQUILL_NAT_PROBE_FIRST_WAIT_MS 100
#define COQUILL_NAT_PROBE_QUESTIONS 5

/**
 * CoquillNatMapping:
 * @COQUILL_NAT_UNKNOWN: the relay has no second port, or that one didn't answer
 * @COQUILL_NAT_NONE: the address is this machine's own: nothing translates
 * @COQUILL_NAT_SAME: the router gives one socket one address, whomever it talks to: direct roads work
 * @COQUILL_NAT_DIFFERENT: another one for each (“symmetric”): only direct roads to those with an easy router
 */
typedef enum
{
  COQUILL_NAT_UNKNOWN,
  COQUILL_NAT_NONE,
  COQUILL_NAT_SAME,
  COQUILL_NAT_DIFFERENT,
} CoquillNatMapping;

/**
 * CoquillNatResult:
 * @udp_works: the relay answered
 * @mapping: what the router does
 * @mapped: (nullable): the address that the relay saw
 * @own: (nullable): the socket's own address
 * @round_trip: microseconds of the question that was answered, -1 if none was
 * @answered_after: how many questions were asked before one was answered; 0: none was
 */
typedef struct
{
  gboolean udp_works;
  CoquillNatMapping mapping;
  GInetSocketAddress *mapped;
  GInetSocketAddress *own;
  gint64 round_trip;
  guint answered_after;
} CoquillNatResult;

void
coquill_nat_result_free (CoquillNatResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillNatResult, coquill_nat_result_free)

/**
 * coquill_nat_probe_async:
 * @server: where a relay answers STUN: address and UDP port. IPv4 and IPv6 are asked apart, each with its
 * address.
 *
 * From one socket asks @server, then the port that its OTHER-ADDRESS names (at the same host, whatever
 * address it names: nobody else is ever sent to). At most %COQUILL_NAT_PROBE_DEADLINE_MS in all. Runs on the
 * thread-default main context.
 */
void
coquill_nat_probe_async (GInetSocketAddress *server,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);

/**
 * coquill_nat_probe_finish:
 *
 * Returns: (transfer full) (nullable): what was found; that nobody answers is a result too. %NULL if it was
 *   cancelled, or there is no socket of that family
 */
CoquillNatResult *
coquill_nat_probe_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
