/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-states.c: the states of a direct road, what moves it from one to another, and its times */

#include "net/direct-states.h"

#define NO COQUILL_DIRECT_NOWHERE
#define RELAY COQUILL_DIRECT_RELAY
#define CHECKING COQUILL_DIRECT_CHECKING
#define PROBING COQUILL_DIRECT_PROBING
#define DIRECT COQUILL_DIRECT_DIRECT
#define SUSPECT COQUILL_DIRECT_SUSPECT

/* The table in the header. */
static const gint8 table[COQUILL_DIRECT_N_EVENTS][COQUILL_DIRECT_N_STATES] = {
  /* relay, checking, probing, direct, suspect */
  [COQUILL_DIRECT_STARTED] = { CHECKING, NO, NO, NO, NO },
  [COQUILL_DIRECT_CONNECTED] = { NO, PROBING, NO, NO, NO },
  [COQUILL_DIRECT_PASSED] = { NO, NO, DIRECT, NO, NO },
  [COQUILL_DIRECT_SILENT] = { NO, NO, NO, SUSPECT, NO },
  [COQUILL_DIRECT_ALIVE] = { NO, NO, NO, DIRECT, DIRECT },
  [COQUILL_DIRECT_EXPIRED] = { NO, RELAY, RELAY, NO, RELAY },
  [COQUILL_DIRECT_FAILED] = { NO, RELAY, RELAY, RELAY, RELAY },
  [COQUILL_DIRECT_STOPPED] = { RELAY, RELAY, RELAY, RELAY, RELAY },
};

static const char *const state_names[COQUILL_DIRECT_N_STATES] = {
  "relay", "checking", "probing", "direct", "suspect",
};
static const char *const event_names[COQUILL_DIRECT_N_EVENTS] = {
  "started", "connected", "passed", "silent", "alive", "expired", "failed", "stopped",
};

static const int pauses[] = { 1, 5, 15, 60, 300 };

int
coquill_direct_states_next (CoquillDirectState state, CoquillDirectEvent event)
{
  g_return_val_if_fail ((guint)state < COQUILL_DIRECT_N_STATES, NO);
  g_return_val_if_fail ((guint)event < COQUILL_DIRECT_N_EVENTS, NO);

  return table[event][state];
}

gint64
coquill_direct_states_pause (guint failures, double jitter)
{
  guint i = CLAMP (failures, 1, G_N_ELEMENTS (pauses)) - 1;

  return (gint64)(pauses[i] * (double)G_USEC_PER_SEC * (0.75 + 0.5 * CLAMP (jitter, 0, 1)));
}

guint
coquill_direct_states_count_failure (guint failures, gboolean is_silence)
{
  return MAX (failures + 1, is_silence ? 1 : 2);
}

const char *
coquill_direct_states_get_name (CoquillDirectState state)
{
  return state_names[state];
}

const char *
coquill_direct_states_get_event_name (CoquillDirectEvent event)
{
  return event_names[event];
}
