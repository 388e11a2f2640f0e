/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diagnosis-private.h: what was found out, between those who ask (diagnosis.c) and those who tell
 * (diagnosis-words.c). */
#pragma once

#include "net/nat-probe.h"
#include "net/own-addresses.h"
#include "replica/diagnosis.h"

G_BEGIN_DECLS

/**
 * CoquillFinding:
 * @origin: (nullable): the relay's; %NULL: none is set
 * @name: (nullable): the relay's name and version: it answers
 * @error: (nullable): in people's words why it doesn't
 * @round_trip: until it answered, microseconds
 * @clock_known: and @ahead, microseconds, is by how much this clock is ahead of the relay's
 * @own: this machine's addresses
 * @port: the UDP port that was asked
 * @stun_known: the relay told its port: 0 if it answers no STUN
 * @turn_known: and @n_turn, how many TURN servers the relay names
 * @ipv4: (nullable): what the relay's STUN told over IPv4
 * @ipv6: (nullable): over IPv6
 */
typedef struct
{
  char *origin;
  char *name;
  GError *error;
  gint64 round_trip;
  gboolean clock_known;
  gint64 ahead;
  CoquillOwnAddresses own;
  guint16 port;
  gboolean stun_known;
  gboolean turn_known;
  guint n_turn;
  CoquillNatResult *ipv4;
  CoquillNatResult *ipv6;
} CoquillFinding;

/** Returns: (transfer full) (element-type CoquillCheck): what it means, in words */
GPtrArray *
coquill_finding_to_checks (const CoquillFinding *self);

G_END_DECLS
