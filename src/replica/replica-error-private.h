/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-error-private.h: errors from below, put into the words of who uses it. */
#pragma once

#include "replica/replica-error.h"

G_BEGIN_DECLS

/**
 * coquill_replica_error_translate:
 * @error: (transfer full): from store, document, sync, net or trust
 *
 * The details of what happened below go to the debug log, without secrets: messages from below never hold
 * any.
 *
 * Returns: (transfer full): a #CoquillReplicaError that says what happened, what it means for the text and
 * what to do; @error itself if it is one or a cancellation
 */
GError *
coquill_replica_error_translate (GError *error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
