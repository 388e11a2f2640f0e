/* relay-log.h: what the relay reports of itself, one line an event */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillRelayLogLevel:
 * @COQUILL_RELAY_LOG_DETAIL: every connection and room; with `--verbose` only
 * @COQUILL_RELAY_LOG_INFO: start and stop
 * @COQUILL_RELAY_LOG_WARNING: something to look at
 * @COQUILL_RELAY_LOG_ERROR: something to mend
 */
typedef enum
{
  COQUILL_RELAY_LOG_DETAIL,
  COQUILL_RELAY_LOG_INFO,
  COQUILL_RELAY_LOG_WARNING,
  COQUILL_RELAY_LOG_ERROR,
} CoquillRelayLogLevel;

/**
 * coquill_relay_log_set_verbose:
 *
 * Also reports details.
 */
void
coquill_relay_log_set_verbose (gboolean verbose);

/**
 * coquill_relay_log:
 * @event: a word
 * @format: `key=value` pairs: never envelopes, proofs, or more of a room's id than its start
 *
 * Writes `TIME LEVEL EVENT KEY=VALUE…` to standard error. Control characters become `?`, so that what a
 * client sent can't make a line of its own. Any thread.
 */
void
coquill_relay_log (CoquillRelayLogLevel level, const char *event, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

G_END_DECLS
