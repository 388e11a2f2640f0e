/* net-error.h: what can go wrong on a road */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillNetError:
 * @COQUILL_NET_ERROR_ADDRESS: the relay's address can't be used
 * @COQUILL_NET_ERROR_UNREACHABLE: nobody answers at the address
 * @COQUILL_NET_ERROR_NO_RELAY: something answers, but it is no Coquill relay
 * @COQUILL_NET_ERROR_LOST: the connection was lost, or was silent too long
 * @COQUILL_NET_ERROR_VERSION: the relay speaks another version
 * @COQUILL_NET_ERROR_REFUSED: the relay doesn't accept this device's proof
 * @COQUILL_NET_ERROR_NO_ROOM: the relay doesn't have this room
 * @COQUILL_NET_ERROR_LOCK_CHANGED: the room has a new lock and this device's keys don't fit
 * @COQUILL_NET_ERROR_FULL: the relay's disk or the room's mailbox is full
 * @COQUILL_NET_ERROR_LIMIT: too big, too many, too fast for the relay, or read too slowly
 * @COQUILL_NET_ERROR_NOT_FOUND: there is no bulletin
 * @COQUILL_NET_ERROR_NOT_UP: the road isn't up
 * @COQUILL_NET_ERROR_PROOF: the other end of a direct road didn't prove that it is the one expected
 * @COQUILL_NET_ERROR_CLOSED: the other end of a direct road closed it
 * @COQUILL_NET_ERROR_PROTOCOL: the relay, or the other end, sent something that makes no sense
 * @COQUILL_NET_ERROR_NO_ADDRESS: this machine has no address that others could reach
 * @COQUILL_NET_ERROR_NO_WAY: no datagram gets through to the peer, or from it
 */
typedef enum
{
  COQUILL_NET_ERROR_ADDRESS,
  COQUILL_NET_ERROR_UNREACHABLE,
  COQUILL_NET_ERROR_NO_RELAY,
  COQUILL_NET_ERROR_LOST,
  COQUILL_NET_ERROR_VERSION,
  COQUILL_NET_ERROR_REFUSED,
  COQUILL_NET_ERROR_NO_ROOM,
  COQUILL_NET_ERROR_LOCK_CHANGED,
  COQUILL_NET_ERROR_FULL,
  COQUILL_NET_ERROR_LIMIT,
  COQUILL_NET_ERROR_NOT_FOUND,
  COQUILL_NET_ERROR_NOT_UP,
  COQUILL_NET_ERROR_PROOF,
  COQUILL_NET_ERROR_CLOSED,
  COQUILL_NET_ERROR_PROTOCOL,
  COQUILL_NET_ERROR_NO_ADDRESS,
  COQUILL_NET_ERROR_NO_WAY,
} CoquillNetError;

#define COQUILL_NET_ERROR (coquill_net_error_quark ())
GQuark
coquill_net_error_quark (void);

G_END_DECLS
