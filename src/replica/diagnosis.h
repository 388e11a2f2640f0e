/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diagnosis.h: what works between this device and the others, in plain words. */
#pragma once

#include "replica/library.h"

G_BEGIN_DECLS

/**
 * CoquillCheckState:
 * @COQUILL_CHECK_OK: works
 * @COQUILL_CHECK_WARNING: documents can be shared, but something is slower or needs the relay
 * @COQUILL_CHECK_FAILED: doesn't work
 * @COQUILL_CHECK_UNKNOWN: could not be found out
 */
typedef enum
{
  COQUILL_CHECK_OK,
  COQUILL_CHECK_WARNING,
  COQUILL_CHECK_FAILED,
  COQUILL_CHECK_UNKNOWN,
} CoquillCheckState;

/** "ok", "warning", "failed", "unknown" */
const char *
coquill_check_state_to_string (CoquillCheckState state);

/**
 * CoquillCheck:
 * @id: "relay", "clock", "network", "udp", "nat", "ipv6", "turn": these, each at most once, in this order
 * @state: how it is
 * @words: what it is and what it means for the text, translated
 * @advice: (nullable): what to do, translated
 */
typedef struct
{
  const char *id;
  CoquillCheckState state;
  char *words;
  char *advice;
} CoquillCheck;

/**
 * coquill_diagnosis_run_async:
 * @library: (nullable): tells the default relay, and an open shared document of it whose room's services can
 * be asked for
 * @relay: (nullable): an origin as a person typed it; %NULL for the library's default or that of its most
 * recent shared document. If there is none either, the check "relay" says so.
 * @cancellable: (nullable):
 *
 * Asks the relay, its STUN service and this machine what works. Takes at most %COQUILL_DIAGNOSIS_SECONDS, and
 * never fails but by @cancellable: what can't be found out is %COQUILL_CHECK_UNKNOWN. Main thread.
 */
void
coquill_diagnosis_run_async (CoquillLibrary *library,
                             const char *relay,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/** Returns: (transfer full) (element-type CoquillCheck): frees its elements */
GPtrArray *
coquill_diagnosis_run_finish (GAsyncResult *result, GError **error);

/** The longest that a diagnosis takes, in seconds. */
#define COQUILL_DIAGNOSIS_SECONDS 15

/**
 * coquill_diagnosis_can_share:
 * @checks: (element-type CoquillCheck):
 *
 * Returns: whether documents can be shared: the relay answers
 */
gboolean
coquill_diagnosis_can_share (GPtrArray *checks);

/**
 * coquill_diagnosis_count_to_words:
 * @name: a key of coquill_replica_dup_road_counts()
 *
 * Returns: (transfer none) (nullable): what is counted, translated ("candidates at this device’s own
 * addresses, refused"); %NULL for an unknown name
 */
const char *
coquill_diagnosis_count_to_words (const char *name);

G_END_DECLS
