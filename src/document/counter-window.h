/* SPDX-License-Identifier: GPL-3.0-or-later */
/* counter-window.h: which of a sender's live payloads came already */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Counters remembered. Two roads differ by some hundred milliseconds, in which a sender makes a dozen live
 * payloads; what is overtaken by more than this is of no use any more. */
#define COQUILL_COUNTER_WINDOW_SIZE 64

/**
 * CoquillCounterWindow:
 * @counters: (array length=n_counters): the newest ones seen, ascending
 * @n_counters: how many
 *
 * Payloads that travel on several roads overtake each other, so a lower counter than the highest may be new.
 * A set, and not a bitmap below the highest (as in RFC 4303), because counters follow the clock and leap.
 * Zeroed memory is an empty window.
 */
typedef struct
{
  guint64 counters[COQUILL_COUNTER_WINDOW_SIZE];
  guint n_counters;
} CoquillCounterWindow;

/**
 * coquill_counter_window_take:
 * @counter: of an authentic payload
 *
 * Returns: whether it is new; it is remembered then. %FALSE for 0, for what is remembered, and for what is
 * below all that a full window remembers
 */
gboolean
coquill_counter_window_take (CoquillCounterWindow *self, guint64 counter);

G_END_DECLS
