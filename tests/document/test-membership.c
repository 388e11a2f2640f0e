/* test-membership.c: the log's evaluation is a function of its entries */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/membership.h"

#include <string.h>

#include "trust/entry-signature.h"
#include "trust/epoch-sealing.h"

typedef struct
{
  guint8 document[32];
  CoquillMembership *log;
  GPtrArray *entries; /* (element-type CoquillSignedEntry) */
  CoquillDeviceKeys *ana;
  CoquillDeviceKeys *ben;
  CoquillDeviceKeys *cid;
  CoquillInviteKeys *invite;
} Fixture;

static const guint8 *
id_of (CoquillDeviceKeys *keys)
{
  return coquill_device_keys_get_public (keys)->sign;
}

/* Signs and adds. The parents are the heads of @log (%NULL for the whole log's). */
static CoquillSignedEntry *
add (Fixture *self, CoquillLogEntry *entry, CoquillDeviceKeys *keys, CoquillMembership *log)
{
  g_autoptr (GArray) heads = coquill_membership_get_heads (log != NULL ? log : self->log);
  CoquillSignedEntry *carried;
  g_autoptr (GError) error = NULL;

  if (entry->action != COQUILL_LOG_FOUND)
    {
      entry->parents = g_memdup2 (heads->data, heads->len * sizeof (CoquillDigest));
      entry->n_parents = heads->len;
    }
  carried = coquill_entry_sign (entry, keys);
  coquill_log_entry_free (entry);
  g_assert_cmpint (coquill_membership_add (self->log, carried, FALSE, &error), ==, COQUILL_MEMBERSHIP_ADDED);
  g_assert_no_error (error);
  g_ptr_array_add (self->entries, carried);

  return carried;
}

static CoquillLogEntry *
entry_new (Fixture *self, CoquillLogAction action, CoquillDeviceKeys *signer)
{
  return coquill_log_entry_new (action, action == COQUILL_LOG_FOUND ? NULL : self->document, id_of (signer),
                                NULL, 0);
}

static void
add_invite (Fixture *self, CoquillDeviceKeys *signer, CoquillInviteKind kind, CoquillRole role)
{
  CoquillLogEntry *entry = entry_new (self, COQUILL_LOG_INVITE, signer);

  entry->invite.keys = *coquill_invite_keys_get_public (self->invite);
  entry->invite.kind = kind;
  entry->invite.role = role;
  add (self, entry, signer, NULL);
}

static CoquillSignedEntry *
add_redeem (Fixture *self, CoquillDeviceKeys *device)
{
  CoquillLogEntry *entry = entry_new (self, COQUILL_LOG_REDEEM, device);

  memcpy (entry->redeem.invite, coquill_invite_keys_get_public (self->invite)->sign, 32);
  entry->redeem.device = *coquill_device_keys_get_public (device);
  coquill_redeem_sign (self->invite, self->document, &entry->redeem.device, entry->redeem.signature);

  return add (self, entry, device, NULL);
}

static void
add_grant (Fixture *self, CoquillDeviceKeys *signer, CoquillDeviceKeys *device, CoquillRole role)
{
  CoquillLogEntry *entry = entry_new (self, COQUILL_LOG_GRANT, signer);

  memcpy (entry->grant.device, id_of (device), 32);
  entry->grant.role = role;
  add (self, entry, signer, NULL);
}

static void
add_revoke (Fixture *self, CoquillDeviceKeys *signer, CoquillDeviceKeys *device, CoquillMembership *log)
{
  CoquillLogEntry *entry = entry_new (self, COQUILL_LOG_REVOKE, signer);

  memcpy (entry->revoke.device, id_of (device), 32);
  add (self, entry, signer, log);
}

static void
add_leave (Fixture *self, CoquillDeviceKeys *signer)
{
  add (self, entry_new (self, COQUILL_LOG_LEAVE, signer), signer, NULL);
}

static void
add_epoch (Fixture *self, CoquillDeviceKeys *signer, GPtrArray *recipients)
{
  CoquillLogEntry *entry = entry_new (self, COQUILL_LOG_EPOCH, signer);
  g_autoptr (CoquillSecret) key = coquill_secret_new_random (32);
  g_autoptr (CoquillRoomKeys) room_keys = coquill_room_keys_new ();

  entry->epoch.boxes = coquill_epoch_seal_new ();
  for (guint i = 0; i < recipients->len; i++)
    g_assert_true (coquill_epoch_seal_add (
        entry->epoch.boxes, coquill_device_keys_get_public (g_ptr_array_index (recipients, i))->box, key,
        room_keys, COQUILL_ROOM_WRITE, NULL));
  add (self, entry, signer, NULL);
}

static CoquillMembership *
copy_of_log (Fixture *self)
{
  CoquillMembership *log = coquill_membership_new (self->document);

  for (guint i = 0; i < self->entries->len; i++)
    g_assert_cmpint (coquill_membership_add (log, g_ptr_array_index (self->entries, i), TRUE, NULL), !=,
                     COQUILL_MEMBERSHIP_REFUSED);

  return log;
}

static CoquillRole
role_in (CoquillMembership *log, CoquillDeviceKeys *device)
{
  const CoquillMember *member = coquill_membership_get_member (log, id_of (device));

  return member != NULL ? member->role : 0;
}

/* Whatever order the entries come in, everyone sees the same. */
static void
assert_order_does_not_matter (Fixture *self)
{
  for (guint round = 0; round < 10; round++)
    {
      g_autoptr (CoquillMembership) log = coquill_membership_new (self->document);
      g_autoptr (GPtrArray) left = g_ptr_array_copy (self->entries, NULL, NULL);
      const CoquillMembershipNode *one = coquill_membership_get_epoch (self->log);
      const CoquillMembershipNode *other;

      while (left->len > 0)
        {
          guint pick = (guint)g_test_rand_int_range (0, (gint32)left->len);

          g_assert_cmpint (coquill_membership_add (log, g_ptr_array_index (left, pick), FALSE, NULL), !=,
                           COQUILL_MEMBERSHIP_REFUSED);
          g_ptr_array_steal_index_fast (left, pick);
          if (g_test_rand_bit ())
            coquill_membership_get_epoch (log); /* evaluations in between change nothing */
        }
      g_assert_cmpuint (coquill_membership_get_n_entries (log), ==,
                        coquill_membership_get_n_entries (self->log));
      g_assert_cmpint (role_in (log, self->ana), ==, role_in (self->log, self->ana));
      g_assert_cmpint (role_in (log, self->ben), ==, role_in (self->log, self->ben));
      g_assert_cmpint (role_in (log, self->cid), ==, role_in (self->log, self->cid));
      other = coquill_membership_get_epoch (log);
      g_assert_true ((one == NULL) == (other == NULL));
      if (one != NULL)
        g_assert_cmpmem (one->id, 32, other->id, 32);
    }
}

static void
set_up (Fixture *self, gconstpointer data)
{
  CoquillLogEntry *found;
  g_autoptr (CoquillSignedEntry) carried = NULL;

  self->ana = coquill_device_keys_new ();
  self->ben = coquill_device_keys_new ();
  self->cid = coquill_device_keys_new ();
  self->invite = coquill_invite_keys_new ();
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_signed_entry_free);
  found = entry_new (self, COQUILL_LOG_FOUND, self->ana);
  found->found.device = *coquill_device_keys_get_public (self->ana);
  carried = coquill_entry_sign (found, self->ana);
  coquill_entry_id (carried->entry, self->document);
  self->log = coquill_membership_new (self->document);
  add (self, found, self->ana, NULL);
  add_invite (self, self->ana, COQUILL_INVITE_OPEN, COQUILL_ROLE_EDITOR);
  add_redeem (self, self->ben);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  assert_order_does_not_matter (self);
  coquill_membership_free (self->log);
  g_ptr_array_unref (self->entries);
  coquill_device_keys_unref (self->ana);
  coquill_device_keys_unref (self->ben);
  coquill_device_keys_unref (self->cid);
  coquill_invite_keys_unref (self->invite);
}

static void
test_invite (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (role_in (self->log, self->ana), ==, COQUILL_ROLE_OWNER);
  g_assert_cmpint (role_in (self->log, self->ben), ==, COQUILL_ROLE_EDITOR);
  g_assert_cmpint (role_in (self->log, self->cid), ==, 0);
}

static void
test_grants (Fixture *self, gconstpointer data)
{
  /* An editor grants nothing; an owner does. */
  add_grant (self, self->ben, self->ben, COQUILL_ROLE_OWNER);
  g_assert_cmpint (role_in (self->log, self->ben), ==, COQUILL_ROLE_EDITOR);
  add_grant (self, self->ana, self->ben, COQUILL_ROLE_VIEWER);
  g_assert_cmpint (role_in (self->log, self->ben), ==, COQUILL_ROLE_VIEWER);
  add_grant (self, self->ana, self->ben, COQUILL_ROLE_OWNER);
  g_assert_cmpint (role_in (self->log, self->ben), ==, COQUILL_ROLE_OWNER);
}

static void
test_request (Fixture *self, gconstpointer data)
{
  CoquillLogEntry *admit;

  coquill_invite_keys_unref (self->invite);
  self->invite = coquill_invite_keys_new ();
  add_invite (self, self->ben, COQUILL_INVITE_REQUEST, COQUILL_ROLE_VIEWER);
  admit = entry_new (self, COQUILL_LOG_ADMIT, self->ben);
  coquill_entry_id (add_redeem (self, self->cid)->entry, admit->admit.redeem);
  g_assert_cmpint (role_in (self->log, self->cid), ==, 0);
  add (self, admit, self->ben, NULL);
  g_assert_cmpint (role_in (self->log, self->cid), ==, COQUILL_ROLE_VIEWER);
}

static void
test_revocation (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillMembership) before = copy_of_log (self);
  g_autoptr (GPtrArray) recipients = g_ptr_array_new ();
  CoquillLogEntry *invite;

  g_ptr_array_add (recipients, self->ana);
  g_ptr_array_add (recipients, self->ben);
  add_epoch (self, self->ana, recipients);
  g_assert_nonnull (coquill_membership_get_epoch (self->log));
  add_revoke (self, self->ana, self->ben, NULL);
  g_assert_cmpint (role_in (self->log, self->ben), ==, 0);
  /* The epoch has a recipient who is out: it is not clean any more. */
  g_assert_null (coquill_membership_get_epoch (self->log));
  /* What Ben says beside the revocation or after it does not count. */
  invite = entry_new (self, COQUILL_LOG_INVITE, self->ben);
  coquill_invite_keys_unref (self->invite);
  self->invite = coquill_invite_keys_new ();
  invite->invite.keys = *coquill_invite_keys_get_public (self->invite);
  invite->invite.kind = COQUILL_INVITE_OPEN;
  invite->invite.role = COQUILL_ROLE_EDITOR;
  add (self, invite, self->ben, before);
  add_redeem (self, self->cid);
  g_assert_cmpint (role_in (self->log, self->cid), ==, 0);
  g_ptr_array_set_size (recipients, 1);
  add_epoch (self, self->ana, recipients);
  g_assert_nonnull (coquill_membership_get_epoch (self->log));
}

static void
test_owners_revoke_each_other (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillMembership) before = NULL;

  add_grant (self, self->ana, self->ben, COQUILL_ROLE_OWNER);
  before = copy_of_log (self);
  add_revoke (self, self->ben, self->ana, before);
  g_assert_cmpint (role_in (self->log, self->ana), ==, COQUILL_ROLE_OWNER); /* a junior can't */
  add_revoke (self, self->ana, self->ben, before);
  g_assert_cmpint (role_in (self->log, self->ana), ==, COQUILL_ROLE_OWNER);
  g_assert_cmpint (role_in (self->log, self->ben), ==, 0);
}

static void
test_leaving (Fixture *self, gconstpointer data)
{
  add_leave (self, self->ana);
  g_assert_cmpint (role_in (self->log, self->ana), ==, COQUILL_ROLE_OWNER); /* nobody else would be owner */
  add_grant (self, self->ana, self->ben, COQUILL_ROLE_OWNER);
  add_leave (self, self->ben);
  g_assert_cmpint (role_in (self->log, self->ben), ==, 0);
  g_assert_cmpint (role_in (self->log, self->ana), ==, COQUILL_ROLE_OWNER);
}

static void
test_forged (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillLogEntry) entry = entry_new (self, COQUILL_LOG_GRANT, self->ana);
  g_autoptr (GArray) heads = coquill_membership_get_heads (self->log);
  g_autoptr (CoquillSignedEntry) carried = NULL;
  g_autoptr (GError) error = NULL;

  entry->parents = g_memdup2 (heads->data, heads->len * sizeof (CoquillDigest));
  entry->n_parents = heads->len;
  memcpy (entry->grant.device, id_of (self->ben), 32);
  entry->grant.role = COQUILL_ROLE_OWNER;
  carried = coquill_entry_sign (entry, self->ana);
  carried->signature[5] ^= 1;
  g_assert_cmpint (coquill_membership_add (self->log, carried, FALSE, &error), ==,
                   COQUILL_MEMBERSHIP_REFUSED);
  g_assert_nonnull (error);
  g_assert_cmpint (role_in (self->log, self->ben), ==, COQUILL_ROLE_EDITOR);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/membership/an-open-invite-lets-in", test_invite);
  ADD ("/membership/only-owners-grant", test_grants);
  ADD ("/membership/a-request-waits-for-a-member", test_request);
  ADD ("/membership/a-revoked-key-is-dead", test_revocation);
  ADD ("/membership/of-two-owners-the-senior-wins", test_owners_revoke_each_other);
  ADD ("/membership/the-last-owner-stays", test_leaving);
  ADD ("/membership/a-forged-entry-is-refused", test_forged);

  return g_test_run ();
}
