/* own-network.h: a network of a test's own, where there is nobody else */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/**
 * own_network_enter:
 * @arguments: those of main ()
 *
 * Starts the program again in a network namespace that has the addresses below on an interface that leads nowhere, or,
 * where the system refuses that, goes on in the machine's network.
 *
 * Returns: %NULL, or why there is no address to test with
 */
const char *
own_network_enter (char **arguments);

/** Whether the program runs in a namespace of its own, with these addresses. */
gboolean
own_network_is_own (void);

#define OWN_NETWORK_ADDRESS_4 "192.0.2.1"
#define OWN_NETWORK_ADDRESS_6 "2001:db8::1"
/* Routed to where nobody is. */
#define OWN_NETWORK_NOBODY_4 "192.0.2.99"
