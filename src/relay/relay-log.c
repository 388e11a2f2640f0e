/* relay-log.c: what the relay reports of itself, one line an event */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/relay-log.h"

#include <stdio.h>

static gboolean is_verbose;

void
coquill_relay_log_set_verbose (gboolean verbose)
{
  is_verbose = verbose;
}

void
coquill_relay_log (CoquillRelayLogLevel level, const char *event, const char *format, ...)
{
  static const char *const names[] = { "detail", "info", "warning", "error" };
  g_autoptr (GDateTime) now = NULL;
  g_autofree char *time = NULL;
  g_autofree char *fields = NULL;
  va_list arguments;

  if (level == COQUILL_RELAY_LOG_DETAIL && !is_verbose)
    return;
  now = g_date_time_new_now_utc ();
  time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");
  va_start (arguments, format);
  fields = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  for (char *c = fields; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = '?';
  fprintf (stderr, "%s %s %s %s\n", time, names[level], event, fields);
}
