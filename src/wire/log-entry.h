/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log-entry.h: one entry of the membership log, the bytes that are signed */

#pragma once

#include "wire/device-public.h"
#include "wire/epoch-boxes.h"
#include "wire/role.h"
#include "wire/vector.h"

G_BEGIN_DECLS

/* The version that this program writes and reads. */
#define COQUILL_LOG_ENTRY_VERSION 1

/* Bytes of an entry: an epoch with every box and earlier key that it may have. */
#define COQUILL_LOG_ENTRY_MAX (960 * 1024)

/* Heads that one entry may name. */
#define COQUILL_LOG_ENTRY_MAX_PARENTS 1024

/* Earlier epochs that an epoch entry may name as its predecessors. */
#define COQUILL_LOG_ENTRY_MAX_PREVIOUS 1024

/* Bytes of a room lock (trust/room-lock.h). */
#define COQUILL_LOG_ENTRY_LOCK_MAX 512

/* Bytes of a device's name. */
#define COQUILL_LOG_ENTRY_NAME_MAX 256

/**
 * CoquillLogAction:
 * @COQUILL_LOG_FOUND: makes the document; its signer is the first owner
 * @COQUILL_LOG_GRANT: gives a device a role
 * @COQUILL_LOG_INVITE: makes an invite
 * @COQUILL_LOG_REDEEM: a new device comes in, or asks to, by an invite
 * @COQUILL_LOG_ADMIT: lets a device in that asked by a request link
 * @COQUILL_LOG_REVOKE: shuts a device out
 * @COQUILL_LOG_LEAVE: the signer leaves
 * @COQUILL_LOG_EPOCH: a new epoch key for exactly the live devices and open invites
 *
 * What an entry does.
 */
typedef enum
{
  COQUILL_LOG_FOUND = 1,
  COQUILL_LOG_GRANT = 2,
  COQUILL_LOG_INVITE = 3,
  COQUILL_LOG_REDEEM = 4,
  COQUILL_LOG_ADMIT = 5,
  COQUILL_LOG_REVOKE = 6,
  COQUILL_LOG_LEAVE = 7,
  COQUILL_LOG_EPOCH = 8,
} CoquillLogAction;

/**
 * CoquillInviteKind:
 * @COQUILL_INVITE_OPEN: whoever holds the link is in at once, while the invite lives
 * @COQUILL_INVITE_REQUEST: whoever holds the link may ask; a member admits
 */
typedef enum
{
  COQUILL_INVITE_OPEN = 1,
  COQUILL_INVITE_REQUEST = 2,
} CoquillInviteKind;

/**
 * CoquillLogEntry:
 * @document: the founding entry's id; all zero in the founding entry itself
 * @parents: (array length=n_parents): ids of all heads that the signer knew; none in the founding entry
 * @signer: Ed25519 public key of the device that signed
 * @action: which of the union's members is set
 *
 * A decoded entry. Its id is the BLAKE2b-256 of the encoded bytes (trust/entry-signature.h), the founding
 * entry's is the document's id. Depth is computed from parents and never sent.
 *
 * found.device: the first device; found.device.sign equals @signer
 * found.name: (nullable): the device's name
 * found.random: so that two documents never have one id
 * grant.device, grant.role: who gets what
 * invite.keys: the invite's public keys; invite.role what it gives, never owner; invite.expires in
 * microseconds since 1970, 0 for never; invite.uses 0 for any number redeem.invite: the invite's Ed25519 key;
 * redeem.device the newcomer, whose sign key equals @signer; redeem.name: (nullable); redeem.signature by the
 * invite's key over the newcomer (trust/entry-signature.h) admit.redeem: id of the redeem entry that is let
 * in revoke.device: who is shut out; revoke.cut: what of theirs stays valid epoch.boxes: (owned): what is
 * handed out; epoch.previous: ids of the epochs before, epoch.lock: (nullable): the relay room's lock of this
 * epoch, as bytes
 */
typedef struct
{
  guint8 document[32];
  CoquillDigest *parents;
  gsize n_parents;
  guint8 signer[32];
  CoquillLogAction action;
  union
  {
    struct
    {
      CoquillDevicePublic device;
      char *name;
      guint8 random[32];
    } found;
    struct
    {
      guint8 device[32];
      CoquillRole role;
    } grant;
    struct
    {
      CoquillDevicePublic keys;
      CoquillRole role;
      CoquillInviteKind kind;
      guint64 expires;
      guint32 uses;
    } invite;
    struct
    {
      guint8 invite[32];
      CoquillDevicePublic device;
      char *name;
      guint8 signature[64];
    } redeem;
    struct
    {
      guint8 redeem[32];
    } admit;
    struct
    {
      guint8 device[32];
      CoquillWireVector cut;
    } revoke;
    struct
    {
      CoquillEpochBoxes *boxes;
      CoquillDigest *previous;
      gsize n_previous;
      GBytes *lock;
    } epoch;
  };
} CoquillLogEntry;

/**
 * coquill_log_entry_new:
 * @action: what it does
 * @document: (nullable): 32 bytes; %NULL for the founding entry
 * @signer: 32 bytes
 * @parents: (array length=n_parents): the heads, copied
 * @n_parents: at most %COQUILL_LOG_ENTRY_MAX_PARENTS
 *
 * Returns: (transfer full): an entry with an empty action, whose owned fields the entry frees
 */
CoquillLogEntry *
coquill_log_entry_new (CoquillLogAction action,
                       const guint8 *document,
                       const guint8 *signer,
                       const CoquillDigest *parents,
                       gsize n_parents) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_log_entry_encode:
 * @self: an entry
 *
 * To be signed at once and kept as bytes: a decoded entry is never encoded again.
 *
 * Returns: (transfer full): the bytes that are signed
 */
GBytes *
coquill_log_entry_encode (const CoquillLogEntry *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_log_entry_decode:
 * @bytes: an entry as carried
 * @error: return location of a %COQUILL_WIRE_ERROR
 *
 * Checks shape only: lengths, counts, that a founding entry has no parents and others have some, that the
 * newcomer signs its own entry, that no invite grants owner. Signatures and rights are somebody else's work.
 *
 * Returns: (transfer full): an entry, or %NULL; an action of a later version is
 * %COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION
 */
CoquillLogEntry *
coquill_log_entry_decode (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void
coquill_log_entry_free (CoquillLogEntry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillLogEntry, coquill_log_entry_free)

G_END_DECLS
