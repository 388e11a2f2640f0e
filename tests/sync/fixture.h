/* fixture.h: one sync of somebody's, and somebody else */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/person.h"
#include "sync/sync.h"

G_BEGIN_DECLS

#define ROAD COQUILL_SYNC_ROAD_RELAY
#define SECOND G_TIME_SPAN_SECOND
#define MILLISECOND G_TIME_SPAN_MILLISECOND

extern const guint8 fixture_mailbox[COQUILL_SYNC_MAILBOX_SIZE];

/**
 * Fixture:
 * @sync: Ana's
 * @counter: of Ben's last live payload
 */
typedef struct
{
  Person *ana;
  Person *ben;
  CoquillSync *sync;
  gint64 now;
  guint64 counter;
} Fixture;

void
fixture_set_up (Fixture *self, gconstpointer data);
void
fixture_tear_down (Fixture *self, gconstpointer data);
/** Takes all actions. Returns: how many were of @kind; @last: (out) (transfer full) (optional): the last of
 * them
 */
guint
fixture_count (Fixture *self, CoquillSyncActionKind kind, CoquillSyncAction **last);
/** Until the relay's session is live, with everything in the mailbox. */
void
fixture_go_live (Fixture *self);
GBytes *
fixture_body (gsize size);
/** Gives sync a body of its own. */
void
fixture_local (Fixture *self, guint64 reference);
/** Ben says something. */
void
fixture_receive (Fixture *self, guint road, CoquillPayloadKind kind, GBytes *body);
GBytes *
fixture_presence (const char *name, gboolean leaving);

G_END_DECLS
