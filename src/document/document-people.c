/* document-people.c: joining, inviting, epochs and the bulletin */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-private.h"

#include <string.h>

#include "trust/entry-signature.h"
#include "trust/epoch-sealing.h"
#include "wire/bulletin.h"

static gboolean
fail (GError **error, CoquillDocumentError code, const char *what)
{
  g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, (gint)code, what);

  return FALSE;
}

/* Log */

gboolean
coquill_document_add_own_entry (CoquillDocument *self, const CoquillLogEntry *entry, GError **error)
{
  g_autoptr (CoquillSignedEntry) carried = coquill_entry_sign (entry, self->keys);
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  guint first = coquill_membership_get_n_entries (self->log);

  /* Refused when others have filled the log. */
  if (coquill_membership_add (self->log, carried, TRUE, error) != COQUILL_MEMBERSHIP_ADDED)
    return FALSE;
  g_ptr_array_add (batch, carried);
  bytes = coquill_log_batch_encode (batch);
  /* What was written before the entry goes out before it. */
  coquill_document_seal_edits (self);
  g_ptr_array_add (self->outgoing, coquill_body_new (COQUILL_PAYLOAD_LOG, bytes));
  coquill_document_read_log (self, first);

  return TRUE;
}

static CoquillLogEntry *
new_entry (CoquillDocument *self, CoquillLogAction action)
{
  g_autoptr (GArray) heads = coquill_membership_get_heads (self->log);

  return coquill_log_entry_new (action, self->id, self->device.sign,
                                (const CoquillDigest *)(gpointer)heads->data,
                                MIN (heads->len, COQUILL_LOG_ENTRY_MAX_PARENTS));
}

/* An editor may write any bytes into an epoch: the room's lock is one that its first admin signed. */
static gboolean
read_lock (CoquillDocument *self, const CoquillMembershipNode *epoch, CoquillRoomLock *lock)
{
  return epoch->entry->epoch.lock != NULL && coquill_room_lock_decode (epoch->entry->epoch.lock, lock, NULL)
         && coquill_room_lock_check_first (lock, NULL)
         && (!self->has_room || memcmp (lock->room, self->room, 32) == 0);
}

/* Whether keys that somebody handed out open the room. What a bulletin gives can't be checked: a joiner has
 * nothing else to begin with, and everyone else doesn't need it. */
static gboolean
are_room_keys (CoquillDocument *self, CoquillRoomKeys *keys)
{
  CoquillRoomRole role = coquill_room_keys_get_role (keys);
  CoquillRoomLock lock;

  if (coquill_epoch_ring_get_room_keys (self->ring) == NULL)
    return TRUE;

  return coquill_document_get_room_lock (self, &lock)
         && memcmp (coquill_room_lock_get_key (&lock, role), coquill_room_keys_get_public (keys, role), 32)
                == 0;
}

/* Opens an epoch's box for this device, or with the invite that it joined by. */
static gboolean
open_boxes (CoquillDocument *self, const guint8 *id, const CoquillEpochBoxes *boxes, GError **error)
{
  g_autoptr (CoquillSecret) key = NULL;
  g_autoptr (CoquillRoomKeys) room_keys = NULL;

  if (!coquill_epoch_open_as_device (boxes, self->keys, &key, &room_keys, self->invite != NULL ? NULL : error)
      && (self->invite == NULL
          || !coquill_epoch_open_as_invite (boxes, self->invite, &key, &room_keys, error)))
    return FALSE;
  if (coquill_epoch_ring_add_opened (self->ring, id, boxes, key))
    self->news |= COQUILL_DOCUMENT_NEWS_KEYS;
  if (are_room_keys (self, room_keys) && coquill_epoch_ring_set_room_keys (self->ring, room_keys))
    self->news |= COQUILL_DOCUMENT_NEWS_KEYS;

  return TRUE;
}

/* Returns: (nullable): the entry of an invite that is open */
static const CoquillMembershipNode *
find_invite (CoquillDocument *self, const CoquillInviteKeys *keys)
{
  g_autoptr (GPtrArray) invites = coquill_membership_list_invites (self->log);

  for (guint i = 0; i < invites->len; i++)
    {
      const CoquillMembershipNode *node = g_ptr_array_index (invites, i);

      if (memcmp (node->entry->invite.keys.sign, coquill_invite_keys_get_public (keys)->sign, 32) == 0)
        return node;
    }

  return NULL;
}

static gboolean
has_redeemed (CoquillDocument *self)
{
  for (guint i = coquill_membership_get_n_entries (self->log); i > 0; i--)
    {
      const CoquillLogEntry *entry = coquill_membership_get_entry (self->log, i - 1)->entry;

      if (entry->action == COQUILL_LOG_REDEEM && memcmp (entry->signer, self->device.sign, 32) == 0)
        return TRUE;
    }

  return FALSE;
}

/* The joining device signs itself in, once the log knows its invite. */
static void
redeem (CoquillDocument *self)
{
  g_autoptr (CoquillLogEntry) entry = new_entry (self, COQUILL_LOG_REDEEM);
  CoquillInviteKeys *invite = g_steal_pointer (&self->invite);

  memcpy (entry->redeem.invite, coquill_invite_keys_get_public (invite)->sign, 32);
  entry->redeem.device = self->device;
  entry->redeem.name = g_strdup (self->name);
  coquill_redeem_sign (invite, self->id, &self->device, entry->redeem.signature);
  coquill_document_add_own_entry (self, entry, NULL);
  self->invite = invite;
}

/* The invite is kept until the epoch in force has a box for this device: one that somebody made at the moment
 * of joining knows only the invite. */
static void
go_on_joining (CoquillDocument *self)
{
  const CoquillMembershipNode *epoch;

  if (self->invite == NULL)
    return;
  if (coquill_document_is_joining (self) && !has_redeemed (self))
    {
      if (find_invite (self, self->invite) == NULL)
        return;
      redeem (self);
    }
  epoch = coquill_membership_get_epoch (self->log);
  if (!coquill_document_is_joining (self)
      && (epoch == NULL || !coquill_epoch_has_box (epoch->entry->epoch.boxes, self->device.box)))
    return;
  g_clear_pointer (&self->invite, coquill_invite_keys_unref);
  self->news |= COQUILL_DOCUMENT_NEWS_KEYS;
}

/* Whether this device has the key of the epoch in force, and the invites that it made have a box in it. Two
 * who invite at once make two epochs, one of which wins. */
static gboolean
is_epoch_good (CoquillDocument *self, const CoquillMembershipNode *epoch)
{
  if (coquill_epoch_ring_find (self->ring, epoch->id) == NULL)
    return FALSE;
  for (guint i = 0; i < self->invite_seeds->len; i++)
    {
      g_autoptr (CoquillInviteKeys) keys
          = coquill_invite_keys_new_from_seed (g_ptr_array_index (self->invite_seeds, i));

      if (find_invite (self, keys) != NULL
          && !coquill_epoch_has_box (epoch->entry->epoch.boxes, coquill_invite_keys_get_public (keys)->box))
        return FALSE;
    }

  return TRUE;
}

gboolean
coquill_document_needs_epoch (CoquillDocument *self)
{
  const CoquillMembershipNode *epoch = coquill_membership_get_epoch (self->log);

  return coquill_document_can_edit (self) && (epoch == NULL || !is_epoch_good (self, epoch));
}

void
coquill_document_read_log (CoquillDocument *self, guint first)
{
  const CoquillMembershipNode *epoch;

  for (guint i = first; i < coquill_membership_get_n_entries (self->log); i++)
    {
      const CoquillMembershipNode *node = coquill_membership_get_entry (self->log, i);

      if (node->entry->action != COQUILL_LOG_EPOCH || coquill_epoch_ring_find (self->ring, node->id) != NULL)
        continue;
      /* Evaluates the log: only what a member with the right to says is listened to. */
      coquill_membership_get_epoch (self->log);
      if (node->counts)
        open_boxes (self, node->id, node->entry->epoch.boxes, NULL);
    }
  self->news |= COQUILL_DOCUMENT_NEWS_MEMBERS;
  go_on_joining (self);

  if (!self->admitted && coquill_document_can_edit (self))
    {
      self->admitted = TRUE;
      self->news |= COQUILL_DOCUMENT_NEWS_ADMITTED;
    }
  epoch = coquill_membership_get_epoch (self->log);
  if (epoch != NULL && memcmp (epoch->id, self->bulletin, 32) != 0)
    {
      memcpy (self->bulletin, epoch->id, 32);
      self->news |= COQUILL_DOCUMENT_NEWS_BULLETIN;
    }
}

/* Joining */

CoquillDocument *
coquill_document_join (
    CoquillDeviceKeys *keys, const CoquillLink *link, GBytes *bulletin, const char *name, GError **error)
{
  g_autoptr (CoquillBulletin) decoded = coquill_bulletin_decode (bulletin, error);
  g_autoptr (CoquillDocument) self = NULL;

  if (decoded == NULL)
    return NULL;
  self = coquill_document_new (keys, link->document, coquill_text_new ());
  self->invite = coquill_invite_keys_new_from_seed (link->seed);
  self->name = g_strdup (name);
  memcpy (self->room, link->room, 32);
  self->has_room = TRUE;
  if (self->invite == NULL || !open_boxes (self, decoded->epoch, decoded->boxes, NULL))
    {
      fail (error, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED,
            "the document's bulletin has nothing for this invite: it was withdrawn, or replaced");
      return NULL;
    }

  return g_steal_pointer (&self);
}

/* Inviting */

CoquillSecret *
coquill_document_invite (CoquillDocument *self, GError **error)
{
  g_autoptr (CoquillInviteKeys) invite = NULL;
  g_autoptr (CoquillLogEntry) entry = NULL;

  if (!coquill_document_can_edit (self))
    {
      fail (error, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED, "this device may not invite");
      return NULL;
    }
  for (guint i = 0; i < self->invite_seeds->len; i++)
    {
      CoquillSecret *seed = g_ptr_array_index (self->invite_seeds, i);
      g_autoptr (CoquillInviteKeys) keys = coquill_invite_keys_new_from_seed (seed);

      if (find_invite (self, keys) != NULL)
        return (!coquill_document_needs_epoch (self) || coquill_document_mint_epoch (self, error))
                   ? coquill_secret_ref (seed)
                   : NULL;
    }

  invite = coquill_invite_keys_new ();
  entry = new_entry (self, COQUILL_LOG_INVITE);
  entry->invite.keys = *coquill_invite_keys_get_public (invite);
  entry->invite.role = COQUILL_ROLE_EDITOR;
  entry->invite.kind = COQUILL_INVITE_OPEN;
  if (!coquill_document_add_own_entry (self, entry, error))
    return NULL;
  g_ptr_array_add (self->invite_seeds, coquill_secret_ref (coquill_invite_keys_get_seed (invite)));
  self->news |= COQUILL_DOCUMENT_NEWS_KEYS;
  if (!coquill_document_mint_epoch (self, error))
    return NULL;

  return coquill_secret_ref (coquill_invite_keys_get_seed (invite));
}

/* Epochs */

static gboolean
add_box (CoquillDocument *self,
         CoquillEpochBoxes *boxes,
         const CoquillDevicePublic *recipient,
         CoquillRole role,
         CoquillSecret *key,
         GError **error)
{
  CoquillRoomKeys *room_keys = coquill_epoch_ring_get_room_keys (self->ring);
  CoquillRoomRole room_role = role == COQUILL_ROLE_OWNER    ? COQUILL_ROOM_ADMIN
                              : role == COQUILL_ROLE_VIEWER ? COQUILL_ROOM_READ
                                                            : COQUILL_ROOM_WRITE;

  /* Nobody hands out more than he holds; an owner has the admin key from the founder. */
  return coquill_epoch_seal_add (boxes, recipient->box, key, room_keys,
                                 MIN (room_role, coquill_room_keys_get_role (room_keys)), error);
}

/* The lock in force; the founder's first epoch makes the room's first. */
static GBytes *
current_lock (CoquillDocument *self)
{
  CoquillRoomKeys *room_keys = coquill_epoch_ring_get_room_keys (self->ring);
  CoquillRoomLock lock;

  if (!coquill_document_get_room_lock (self, &lock))
    {
      if (coquill_room_keys_get_role (room_keys) != COQUILL_ROOM_ADMIN)
        return NULL;
      coquill_room_lock_init_first (&lock, room_keys);
    }

  return coquill_room_lock_encode (&lock);
}

gboolean
coquill_document_mint_epoch (CoquillDocument *self, GError **error)
{
  g_autoptr (GPtrArray) members = coquill_membership_list_members (self->log);
  g_autoptr (GPtrArray) invites = coquill_membership_list_invites (self->log);
  const CoquillMembershipNode *before = coquill_membership_get_epoch (self->log);
  g_autoptr (CoquillSecret) key = coquill_secret_new_random (COQUILL_EPOCH_KEY_SIZE);
  g_autoptr (CoquillEpochBoxes) boxes = coquill_epoch_seal_new ();
  g_autoptr (CoquillLogEntry) entry = NULL;
  g_autoptr (GPtrArray) earlier = NULL;

  if (!coquill_document_can_edit (self) || coquill_epoch_ring_get_room_keys (self->ring) == NULL)
    return fail (error, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED, "this device may not change the key");
  if (members->len + invites->len > COQUILL_EPOCH_MAX_BOXES)
    return fail (error, COQUILL_DOCUMENT_ERROR_TOO_LARGE, "the document has too many people");

  for (guint i = 0; i < members->len; i++)
    {
      const CoquillMember *member = g_ptr_array_index (members, i);

      if (!add_box (self, boxes, &member->device, member->role, key, error))
        return FALSE;
    }
  for (guint i = 0; i < invites->len; i++)
    {
      const CoquillMembershipNode *node = g_ptr_array_index (invites, i);

      if (!add_box (self, boxes, &node->entry->invite.keys, node->entry->invite.role, key, error))
        return FALSE;
    }
  earlier = coquill_epoch_ring_list (self->ring);
  if (earlier->len > 0)
    coquill_epoch_seal_earlier (boxes, key, earlier);

  entry = new_entry (self, COQUILL_LOG_EPOCH);
  entry->epoch.boxes = g_steal_pointer (&boxes);
  entry->epoch.lock = current_lock (self);
  if (before != NULL)
    {
      entry->epoch.previous = g_memdup2 (before->id, 32);
      entry->epoch.n_previous = 1;
    }

  return coquill_document_add_own_entry (self, entry, error);
}

/* Bulletin and room */

GBytes *
coquill_document_dup_bulletin (CoquillDocument *self)
{
  const CoquillMembershipNode *epoch = coquill_membership_get_epoch (self->log);
  g_autoptr (CoquillBulletin) bulletin = NULL;

  if (epoch == NULL)
    return NULL;
  bulletin = coquill_bulletin_new (epoch->id, epoch->entry->epoch.boxes);

  return coquill_bulletin_encode (bulletin, NULL);
}

gboolean
coquill_document_made_bulletin (CoquillDocument *self)
{
  const CoquillMembershipNode *epoch = coquill_membership_get_epoch (self->log);

  return epoch != NULL && memcmp (epoch->entry->signer, self->device.sign, 32) == 0;
}

gboolean
coquill_document_open_bulletin (CoquillDocument *self, GBytes *bulletin, GError **error)
{
  g_autoptr (CoquillBulletin) decoded = coquill_bulletin_decode (bulletin, error);

  return decoded != NULL && open_boxes (self, decoded->epoch, decoded->boxes, error);
}

CoquillRoomKeys *
coquill_document_get_room_keys (CoquillDocument *self)
{
  return coquill_epoch_ring_get_room_keys (self->ring);
}

gboolean
coquill_document_get_room_lock (CoquillDocument *self, CoquillRoomLock *lock)
{
  const CoquillMembershipNode *epoch = coquill_membership_get_epoch (self->log);

  if (epoch != NULL && read_lock (self, epoch, lock))
    return TRUE;
  for (guint i = coquill_membership_get_n_entries (self->log); i > 0; i--)
    {
      const CoquillMembershipNode *node = coquill_membership_get_entry (self->log, i - 1);

      if (node->counts && node->entry->action == COQUILL_LOG_EPOCH && read_lock (self, node, lock))
        return TRUE;
    }

  return FALSE;
}

const guint8 *
coquill_document_get_room (CoquillDocument *self)
{
  CoquillRoomLock lock;

  if (!self->has_room && coquill_document_get_room_lock (self, &lock))
    {
      memcpy (self->room, lock.room, 32);
      self->has_room = TRUE;
    }

  return self->has_room ? self->room : NULL;
}
