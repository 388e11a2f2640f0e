/* own-addresses.h: what kinds of addresses this machine has */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillOwnAddresses:
 * @ipv4: IPv4 addresses that others may reach: neither loopback nor link-local
 * @ipv6: IPv6 ones, the same
 * @global_ipv6: those of them that are the whole internet's (2000::/3)
 */
typedef struct
{
  guint ipv4;
  guint ipv6;
  guint global_ipv6;
} CoquillOwnAddresses;

/**
 * coquill_own_addresses_get:
 * @self: (out caller-allocates): zero if the system doesn't tell
 *
 * Counts the addresses of the interfaces that are up. Doesn't block; some system calls.
 */
void
coquill_own_addresses_get (CoquillOwnAddresses *self);

/**
 * coquill_own_addresses_read:
 *
 * Which addresses those are. Doesn't block; some system calls.
 *
 * Returns: (transfer full): in the system's order, empty if there are none or the system doesn't tell: only
 * to be compared
 */
GBytes *
coquill_own_addresses_read (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
