/* SPDX-License-Identifier: GPL-3.0-or-later */
/* room-role.h: what a connection may do in a relay's room */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillRoomRole:
 * @COQUILL_ROOM_READ: fetch and receive envelopes, post live ones (viewers)
 * @COQUILL_ROOM_WRITE: also post stored envelopes and bulletins (commenters, editors)
 * @COQUILL_ROOM_ADMIN: also change the lock and delete (owners)
 *
 * Rights at the relay, ascending: each role's key implies the ones below. The numbers are those on the wire.
 */
typedef enum
{
  COQUILL_ROOM_READ = 1,
  COQUILL_ROOM_WRITE = 2,
  COQUILL_ROOM_ADMIN = 3,
} CoquillRoomRole;

G_END_DECLS
