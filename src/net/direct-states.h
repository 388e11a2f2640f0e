/* direct-states.h: the states of a direct road, what moves it from one to another, and its times */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillDirectState:
 * @COQUILL_DIRECT_RELAY: no direct road: all goes through the relay
 * @COQUILL_DIRECT_CHECKING: an attempt: ICE looks for a way; all goes through the relay
 * @COQUILL_DIRECT_PROBING: ICE has a way: QUIC's handshake, a sealed greeting each way, three echoes
 * @COQUILL_DIRECT_DIRECT: proven: envelopes flow
 * @COQUILL_DIRECT_SUSPECT: silent for a while: envelopes flow, and whoever posts them takes the relay as well
 */
typedef enum
{
  COQUILL_DIRECT_RELAY,
  COQUILL_DIRECT_CHECKING,
  COQUILL_DIRECT_PROBING,
  COQUILL_DIRECT_DIRECT,
  COQUILL_DIRECT_SUSPECT,
} CoquillDirectState;
#define COQUILL_DIRECT_N_STATES 5

/**
 * CoquillDirectEvent:
 * @COQUILL_DIRECT_STARTED: an attempt begins
 * @COQUILL_DIRECT_CONNECTED: ICE has a way that carries datagrams
 * @COQUILL_DIRECT_PASSED: handshake done, both greetings approved, three echoes
 * @COQUILL_DIRECT_SILENT: no sign of life for %COQUILL_DIRECT_SUSPECT_AFTER
 * @COQUILL_DIRECT_ALIVE: an echo, or an acknowledgement of what was sent
 * @COQUILL_DIRECT_EXPIRED: the state's time is over
 * @COQUILL_DIRECT_FAILED: ICE or QUIC ended, a greeting was refused, the other side declined
 * @COQUILL_DIRECT_STOPPED: stopped from here, or another attempt takes its place
 */
typedef enum
{
  COQUILL_DIRECT_STARTED,
  COQUILL_DIRECT_CONNECTED,
  COQUILL_DIRECT_PASSED,
  COQUILL_DIRECT_SILENT,
  COQUILL_DIRECT_ALIVE,
  COQUILL_DIRECT_EXPIRED,
  COQUILL_DIRECT_FAILED,
  COQUILL_DIRECT_STOPPED,
} CoquillDirectEvent;
#define COQUILL_DIRECT_N_EVENTS 8

/** What coquill_direct_states_next() says of an event that means nothing in a state. */
#define COQUILL_DIRECT_NOWHERE -1

/* Microseconds. */

/** So long an attempt may look for a way: libnice gives up by itself later than anybody wants to wait. */
#define COQUILL_DIRECT_CHECKING_LIMIT (10 * G_USEC_PER_SEC)
/** So long the proof may take: a handshake and three echoes are six round trips. */
#define COQUILL_DIRECT_PROBING_LIMIT (3 * G_USEC_PER_SEC)
/** Between two pings of a road that answers: often enough to keep a router's mapping, and to notice. */
#define COQUILL_DIRECT_PING_INTERVAL (2 * G_USEC_PER_SEC)
/** An unanswered ping is sent again so soon: a lost packet is no dead road. */
#define COQUILL_DIRECT_PING_AGAIN (500 * G_TIME_SPAN_MILLISECOND)
/** So long without a sign of life, and a direct road is suspect. */
#define COQUILL_DIRECT_SUSPECT_AFTER (3 * G_USEC_PER_SEC)
/** So long without a sign of life, and it is given up. */
#define COQUILL_DIRECT_LOST_AFTER (6 * G_USEC_PER_SEC)
/** Echoes that PROBING asks for. */
#define COQUILL_DIRECT_ECHOES 3
/** A road that stood so long starts its pauses from the first again. */
#define COQUILL_DIRECT_STEADY (60 * G_USEC_PER_SEC)

/**
 * coquill_direct_states_next:
 *
 * The whole table: (state, event) to the next state. Pure; any thread.
 *
 * |event     |relay    |checking |probing |direct  |suspect |
 * |----------|---------|---------|--------|--------|--------|
 * |started   |checking |–        |–       |–       |–       |
 * |connected |–        |probing  |–       |–       |–       |
 * |passed    |–        |–        |direct  |–       |–       |
 * |silent    |–        |–        |–       |suspect |–       |
 * |alive     |–        |–        |–       |direct  |direct  |
 * |expired   |–        |relay    |relay   |–       |relay   |
 * |failed    |–        |relay    |relay   |relay   |relay   |
 * |stopped   |relay    |relay    |relay   |relay   |relay   |
 *
 * Returns: a #CoquillDirectState, maybe the same one, or %COQUILL_DIRECT_NOWHERE: the event means nothing
 * there and changes nothing (ICE reports twice, an echo comes late)
 */
int
coquill_direct_states_next (CoquillDirectState state, CoquillDirectEvent event);

/**
 * coquill_direct_states_pause:
 * @failures: as coquill_direct_states_count_failure() counts them, at least 1
 * @jitter: anything from 0 to 1, at random: two who lost each other should not meet the same trouble in step
 *
 * |failures|until the next attempt, a quarter more or less|
 * |--------|----------------------------------------------|
 * |1       |1 s: long enough to be told why it failed     |
 * |2       |5 s                                           |
 * |3       |15 s                                          |
 * |4       |60 s                                          |
 * |5…      |300 s                                         |
 *
 * Returns: microseconds until the next attempt
 */
gint64
coquill_direct_states_pause (guint failures, double jitter);

/**
 * coquill_direct_states_count_failure:
 * @failures: so far, one after another
 * @is_silence: the peer had answered, and then packets were missing: ICE's checks, the proof, or what stood.
 *
 * A silence is most often a few lost packets or a hiccup of the network, so the first failure, if it is one,
 * is tried again after a second. Whoever gives no answer, says goodbye or proves to be somebody else is not
 * hurried.
 *
 * Returns: failures with this one
 */
guint
coquill_direct_states_count_failure (guint failures, gboolean is_silence);

/** Returns: (transfer none): the name as in the table, for logs and tests */
const char *
coquill_direct_states_get_name (CoquillDirectState state);
const char *
coquill_direct_states_get_event_name (CoquillDirectEvent event);

G_END_DECLS
