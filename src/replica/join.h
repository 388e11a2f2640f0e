/* SPDX-License-Identifier: GPL-3.0-or-later */
/* join.h: the progress of joining a document by its link. */
#pragma once

#include "replica/replica.h"

G_BEGIN_DECLS

/**
 * CoquillJoinState:
 * @COQUILL_JOIN_CONNECTING: reaching the relay
 * @COQUILL_JOIN_ENTERING: the invite opens the bulletin, this device signs in
 * @COQUILL_JOIN_GETTING: "Getting the document…"
 * @COQUILL_JOIN_WAITING: signed in, but nobody who has it is on line; it goes on by itself
 * @COQUILL_JOIN_DONE: the text is here and on disk
 * @COQUILL_JOIN_FAILED: it can't be done, see the error
 */
typedef enum
{
  COQUILL_JOIN_CONNECTING,
  COQUILL_JOIN_ENTERING,
  COQUILL_JOIN_GETTING,
  COQUILL_JOIN_WAITING,
  COQUILL_JOIN_DONE,
  COQUILL_JOIN_FAILED,
} CoquillJoinState;

#define COQUILL_TYPE_JOIN (coquill_join_get_type ())
/**
 * CoquillJoin:
 *
 * Properties: `state`, `error` (GError, nullable), `relay` (string), `replica` (CoquillReplica, nullable:
 * from %COQUILL_JOIN_GETTING on; it is in the library's list and stays there as %COQUILL_REPLICA_WAITING if
 * nothing comes). The join keeps the replica open as long as it lives: who wants it longer opens it too. A
 * relay that is out of reach is tried again until it is cancelled.
 */
G_DECLARE_FINAL_TYPE (CoquillJoin, coquill_join, COQUILL, JOIN, GObject)

CoquillJoinState
coquill_join_get_state (CoquillJoin *self);
const GError *
coquill_join_get_error (CoquillJoin *self);
CoquillReplica *
coquill_join_get_replica (CoquillJoin *self);
/** Stops trying. A document that is in the list already stays there. */
void
coquill_join_cancel (CoquillJoin *self);

/**
 * coquill_join_peek_link:
 * @link: what a person pasted
 * @relay: (out) (transfer full) (optional): the relay's origin, to ask "which meeting point"
 *
 * Checks a link without using it. Returns: %FALSE with %COQUILL_REPLICA_ERROR_LINK and what is wrong
 */
gboolean
coquill_join_peek_link (const char *link, char **relay, GError **error);

G_END_DECLS
