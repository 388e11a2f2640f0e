/* SPDX-License-Identifier: GPL-3.0-or-later */
/* room-lock.c: which keys open a relay's room */

#include "trust/room-lock.h"

#include <string.h>

#define LOCK_VERSION 1
#define LOCK_DOMAIN "coquill room lock 1"

#define SIGNED_SIZE (COQUILL_ROOM_LOCK_SIZE - COQUILL_SIGNATURE_SIZE)

static void
put (guint8 **at, const guint8 *bytes, gsize length)
{
  memcpy (*at, bytes, length);
  *at += length;
}

static void
take (const guint8 **at, guint8 *bytes, gsize length)
{
  memcpy (bytes, *at, length);
  *at += length;
}

static void
write_signed (const CoquillRoomLock *self, guint8 *out)
{
  guint32 number = GUINT32_TO_BE (self->number);
  guint8 *at = out;

  *at++ = LOCK_VERSION;
  put (&at, self->room, sizeof self->room);
  put (&at, (const guint8 *)&number, sizeof number);
  put (&at, self->first_admin, sizeof self->first_admin);
  put (&at, self->read, sizeof self->read);
  put (&at, self->write, sizeof self->write);
  put (&at, self->admin, sizeof self->admin);
  g_assert (at == out + SIGNED_SIZE);
}

static void
set_keys (CoquillRoomLock *self, const CoquillRoomKeys *keys)
{
  memcpy (self->read, coquill_room_keys_get_public (keys, COQUILL_ROOM_READ), sizeof self->read);
  memcpy (self->write, coquill_room_keys_get_public (keys, COQUILL_ROOM_WRITE), sizeof self->write);
  memcpy (self->admin, coquill_room_keys_get_public (keys, COQUILL_ROOM_ADMIN), sizeof self->admin);
}

static void
sign (CoquillRoomLock *self, const CoquillRoomKeys *keys)
{
  guint8 bytes[SIGNED_SIZE];
  CoquillPart part = { bytes, sizeof bytes };

  write_signed (self, bytes);
  coquill_room_keys_sign (keys, COQUILL_ROOM_ADMIN, LOCK_DOMAIN, &part, 1, self->signature);
}

static gboolean
verify (const CoquillRoomLock *self, const guint8 *admin, GError **error)
{
  guint8 bytes[SIGNED_SIZE];
  CoquillPart part = { bytes, sizeof bytes };

  write_signed (self, bytes);
  if (coquill_signature_verify (admin, LOCK_DOMAIN, &part, 1, self->signature))
    return TRUE;

  g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_SIGNATURE,
                       "the lock is not signed by the admin key before it");
  return FALSE;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_LOCK, why);
  return FALSE;
}

void
coquill_room_lock_init_first (CoquillRoomLock *self, const CoquillRoomKeys *keys)
{
  g_return_if_fail (coquill_room_keys_get_role (keys) == COQUILL_ROOM_ADMIN);

  memset (self, 0, sizeof *self);
  set_keys (self, keys);
  memcpy (self->first_admin, self->admin, sizeof self->first_admin);
  coquill_room_id (self->first_admin, self->room);
  sign (self, keys);
}

void
coquill_room_lock_init_next (CoquillRoomLock *self,
                             const CoquillRoomLock *current,
                             const CoquillRoomKeys *current_keys,
                             const CoquillRoomKeys *next_keys)
{
  g_return_if_fail (coquill_room_keys_get_role (current_keys) == COQUILL_ROOM_ADMIN);
  g_return_if_fail (coquill_room_keys_get_role (next_keys) == COQUILL_ROOM_ADMIN);
  g_return_if_fail (current->number < G_MAXUINT32);

  memset (self, 0, sizeof *self);
  memcpy (self->room, current->room, sizeof self->room);
  memcpy (self->first_admin, current->first_admin, sizeof self->first_admin);
  self->number = current->number + 1;
  set_keys (self, next_keys);
  sign (self, current_keys);
}

gboolean
coquill_room_lock_check_first (const CoquillRoomLock *self, GError **error)
{
  guint8 room[COQUILL_DIGEST_SIZE];

  coquill_room_id (self->first_admin, room);
  if (self->number != 0)
    return refuse (error, "a room is made with lock 0");
  if (memcmp (room, self->room, sizeof room) != 0)
    return refuse (error, "the room's id is not that of its first admin key");
  if (memcmp (self->admin, self->first_admin, sizeof self->admin) != 0)
    return refuse (error, "the admin key of lock 0 is not the first one");

  return verify (self, self->first_admin, error);
}

gboolean
coquill_room_lock_check_supersedes (const CoquillRoomLock *self,
                                    const CoquillRoomLock *current,
                                    GError **error)
{
  if (memcmp (self->room, current->room, sizeof self->room) != 0
      || memcmp (self->first_admin, current->first_admin, sizeof self->first_admin) != 0)
    return refuse (error, "the lock is for another room");
  if (self->number <= current->number)
    return refuse (error, "the lock is not newer than the one in force");

  return verify (self, current->admin, error);
}

gboolean
coquill_room_lock_equal (const CoquillRoomLock *a, const CoquillRoomLock *b)
{
  guint8 a_bytes[SIGNED_SIZE], b_bytes[SIGNED_SIZE];

  write_signed (a, a_bytes);
  write_signed (b, b_bytes);
  return memcmp (a_bytes, b_bytes, SIGNED_SIZE) == 0
         && memcmp (a->signature, b->signature, sizeof a->signature) == 0;
}

const guint8 *
coquill_room_lock_get_key (const CoquillRoomLock *self, CoquillRoomRole role)
{
  switch (role)
    {
    case COQUILL_ROOM_READ:
      return self->read;
    case COQUILL_ROOM_WRITE:
      return self->write;
    case COQUILL_ROOM_ADMIN:
      return self->admin;
    default:
      return NULL;
    }
}

GBytes *
coquill_room_lock_encode (const CoquillRoomLock *self)
{
  guint8 bytes[COQUILL_ROOM_LOCK_SIZE];

  write_signed (self, bytes);
  memcpy (bytes + SIGNED_SIZE, self->signature, sizeof self->signature);
  return g_bytes_new (bytes, sizeof bytes);
}

gboolean
coquill_room_lock_decode (GBytes *bytes, CoquillRoomLock *self, GError **error)
{
  gsize length;
  const guint8 *at = g_bytes_get_data (bytes, &length);
  guint32 number;

  if (length > 0 && *at > LOCK_VERSION)
    {
      g_set_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_UNSUPPORTED_VERSION,
                   "a room lock has version %u, this program reads %u", *at, LOCK_VERSION);
      return FALSE;
    }
  if (length != COQUILL_ROOM_LOCK_SIZE || *at != LOCK_VERSION)
    {
      g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_MALFORMED,
                           "bytes are no room lock");
      return FALSE;
    }

  at++;
  take (&at, self->room, sizeof self->room);
  take (&at, (guint8 *)&number, sizeof number);
  self->number = GUINT32_FROM_BE (number);
  take (&at, self->first_admin, sizeof self->first_admin);
  take (&at, self->read, sizeof self->read);
  take (&at, self->write, sizeof self->write);
  take (&at, self->admin, sizeof self->admin);
  take (&at, self->signature, sizeof self->signature);
  return TRUE;
}
