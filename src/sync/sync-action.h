/* sync-action.h: what sync asks its conductor to do, or tells it */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/payload.h"

G_BEGIN_DECLS

/* The relay's road. */
#define COQUILL_SYNC_ROAD_RELAY 0

/* Direct roads are 1 … this: far more than a full mesh of 8 needs, and all fit in a mask. */
#define COQUILL_SYNC_MAX_DIRECT 32

/* A road in a mask. */
#define COQUILL_SYNC_ROAD_BIT(road) (G_GUINT64_CONSTANT (1) << (road))

/**
 * CoquillSyncActionKind:
 * @COQUILL_SYNC_POST: seal @body as @payload_kind (for @recipient, if it isn't zero), once, and post that
 *   envelope on each of @roads with @reference. For each road that doesn't take it (all of them, if sealing
 *   fails): coquill_sync_unposted(). On a direct road a presence goes as live, which may be lost; all others
 * go on the stream, and those with a reference come back in coquill_sync_acknowledged()
 * @COQUILL_SYNC_FETCH: fetch from the mailbox after @position
 * @COQUILL_SYNC_PUT_BULLETIN: put the document's bulletin up; on success nothing, on failure
 * coquill_sync_bulletin_failed()
 * @COQUILL_SYNC_GET_BULLETIN: get the room's bulletin and give it to coquill_document_open_bulletin(); if
 * that brought keys: coquill_sync_keys_came()
 * @COQUILL_SYNC_ACCEPT: give @body to coquill_document_accept(), now or at the next frame, in the order of
 * the actions, and tell coquill_sync_accepted() with @reference
 * @COQUILL_SYNC_SENT: the local body with this @reference is on the mailbox's disk: it is unsent no more
 * @COQUILL_SYNC_PRESENCE: @sender says @body (a #CoquillPresence)
 * @COQUILL_SYNC_SIGNAL: @sender says @body about a direct road
 * @COQUILL_SYNC_PEER_CAME: @sender is on line
 * @COQUILL_SYNC_PEER_LEFT: @sender said goodbye or was silent for %COQUILL_SYNC_PEER_SILENCE
 * @COQUILL_SYNC_CAUGHT_UP: what the mailbox held at the last fetch was given out by ACCEPT, and accepted
 * @COQUILL_SYNC_STATUS: coquill_sync_get_status() gives something else now
 */
typedef enum
{
  COQUILL_SYNC_POST,
  COQUILL_SYNC_FETCH,
  COQUILL_SYNC_PUT_BULLETIN,
  COQUILL_SYNC_GET_BULLETIN,
  COQUILL_SYNC_ACCEPT,
  COQUILL_SYNC_SENT,
  COQUILL_SYNC_PRESENCE,
  COQUILL_SYNC_SIGNAL,
  COQUILL_SYNC_PEER_CAME,
  COQUILL_SYNC_PEER_LEFT,
  COQUILL_SYNC_CAUGHT_UP,
  COQUILL_SYNC_STATUS,
} CoquillSyncActionKind;

/**
 * CoquillSyncAction:
 * @kind: what to do; says which of the others are set
 * @roads: POST: a mask of COQUILL_SYNC_ROAD_BIT(); all others are for the relay's road
 * @payload_kind: POST, ACCEPT
 * @body: (owned) (nullable):
 * @recipient: POST: device id, zero for everyone
 * @sender: what a peer says or does: its device id
 * @reference: POST: comes back in coquill_sync_stored() or coquill_sync_acknowledged(), 0 for live ones;
 * ACCEPT; SENT: the caller's own
 * @position: FETCH
 */
typedef struct
{
  CoquillSyncActionKind kind;
  guint64 roads;
  CoquillPayloadKind payload_kind;
  GBytes *body;
  guint8 recipient[32];
  guint8 sender[32];
  guint64 reference;
  guint64 position;
} CoquillSyncAction;

void
coquill_sync_action_free (CoquillSyncAction *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillSyncAction, coquill_sync_action_free)

G_END_DECLS
