/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-log-entry.c: entries of the membership log to bytes and back */

#include "wire/log-entry.h"

#include <string.h>

static const guint8 document[32] = { 1 };
static const guint8 signer[32] = { 2 };
static const CoquillDigest parents[2] = { { { 3 } }, { { 4 } } };

static CoquillLogEntry *
make_entry (CoquillLogAction action)
{
  gboolean founds = action == COQUILL_LOG_FOUND;

  return coquill_log_entry_new (action, founds ? NULL : document, signer, parents, founds ? 0 : 2);
}

static CoquillLogEntry *
there_and_back (const CoquillLogEntry *entry)
{
  g_autoptr (GBytes) bytes = coquill_log_entry_encode (entry);
  g_autoptr (GError) error = NULL;
  CoquillLogEntry *back = coquill_log_entry_decode (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpint (back->action, ==, entry->action);
  g_assert_cmpmem (back->document, 32, entry->document, 32);
  g_assert_cmpmem (back->signer, 32, entry->signer, 32);
  g_assert_cmpmem (back->parents, back->n_parents * 32, entry->parents, entry->n_parents * 32);

  for (gsize length = 0; length < g_bytes_get_size (bytes); length++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (bytes, 0, length);
      g_autoptr (CoquillLogEntry) read = coquill_log_entry_decode (cut, NULL);
    }
  return back;
}

static void
assert_refused (CoquillLogEntry *entry, CoquillWireError code)
{
  g_autoptr (GBytes) bytes = coquill_log_entry_encode (entry);
  g_autoptr (GError) error = NULL;

  g_assert_null (coquill_log_entry_decode (bytes, &error));
  g_assert_error (error, COQUILL_WIRE_ERROR, (gint)code);
  coquill_log_entry_free (entry);
}

static void
every_action_comes_back (void)
{
  g_autoptr (CoquillLogEntry) found = make_entry (COQUILL_LOG_FOUND), found_back = NULL;
  g_autoptr (CoquillLogEntry) grant = make_entry (COQUILL_LOG_GRANT), grant_back = NULL;
  g_autoptr (CoquillLogEntry) invite = make_entry (COQUILL_LOG_INVITE), invite_back = NULL;
  g_autoptr (CoquillLogEntry) redeem = make_entry (COQUILL_LOG_REDEEM), redeem_back = NULL;
  g_autoptr (CoquillLogEntry) admit = make_entry (COQUILL_LOG_ADMIT), admit_back = NULL;
  g_autoptr (CoquillLogEntry) revoke = make_entry (COQUILL_LOG_REVOKE), revoke_back = NULL;
  g_autoptr (CoquillLogEntry) leave = make_entry (COQUILL_LOG_LEAVE), leave_back = NULL;
  const CoquillVectorEntry cut = { .ordinal = 1, .nonce = 2, .length = 3 };

  memcpy (found->found.device.sign, signer, 32);
  found->found.device.box[0] = 9;
  found->found.name = g_strdup ("Laptop");
  found->found.random[0] = 8;
  found_back = there_and_back (found);
  g_assert_cmpmem (&found_back->found.device, 64, &found->found.device, 64);
  g_assert_cmpstr (found_back->found.name, ==, "Laptop");
  g_assert_cmpmem (found_back->found.random, 32, found->found.random, 32);

  grant->grant.device[0] = 7;
  grant->grant.role = COQUILL_ROLE_OWNER;
  grant_back = there_and_back (grant);
  g_assert_cmpmem (grant_back->grant.device, 32, grant->grant.device, 32);
  g_assert_cmpint (grant_back->grant.role, ==, COQUILL_ROLE_OWNER);

  invite->invite.keys.sign[0] = 6;
  invite->invite.role = COQUILL_ROLE_EDITOR;
  invite->invite.kind = COQUILL_INVITE_OPEN;
  invite->invite.expires = 1234567890;
  invite->invite.uses = 5;
  invite_back = there_and_back (invite);
  g_assert_cmpmem (&invite_back->invite.keys, 64, &invite->invite.keys, 64);
  g_assert_cmpint (invite_back->invite.role, ==, COQUILL_ROLE_EDITOR);
  g_assert_cmpint (invite_back->invite.kind, ==, COQUILL_INVITE_OPEN);
  g_assert_cmpuint (invite_back->invite.expires, ==, 1234567890);
  g_assert_cmpuint (invite_back->invite.uses, ==, 5);

  memcpy (redeem->redeem.device.sign, signer, 32);
  redeem->redeem.invite[0] = 4;
  redeem->redeem.signature[63] = 3;
  redeem_back = there_and_back (redeem);
  g_assert_cmpmem (redeem_back->redeem.invite, 32, redeem->redeem.invite, 32);
  g_assert_cmpmem (redeem_back->redeem.signature, 64, redeem->redeem.signature, 64);
  g_assert_null (redeem_back->redeem.name);

  admit->admit.redeem[5] = 1;
  admit_back = there_and_back (admit);
  g_assert_cmpmem (admit_back->admit.redeem, 32, admit->admit.redeem, 32);

  revoke->revoke.device[5] = 1;
  coquill_wire_vector_set (&revoke->revoke.cut, &cut, 1);
  revoke_back = there_and_back (revoke);
  g_assert_cmpmem (revoke_back->revoke.device, 32, revoke->revoke.device, 32);
  g_assert_cmpuint (revoke_back->revoke.cut.n_entries, ==, 1);
  g_assert_cmpuint (revoke_back->revoke.cut.entries[0].length, ==, 3);

  leave_back = there_and_back (leave);
}

static void
epochs_come_back (void)
{
  g_autoptr (CoquillLogEntry) epoch = make_entry (COQUILL_LOG_EPOCH), back = NULL;
  const guint8 salt[COQUILL_EPOCH_SALT_SIZE] = { 1 };
  const guint8 tag[COQUILL_EPOCH_TAG_SIZE] = { 2 };
  g_autoptr (GBytes) sealed = g_bytes_new_static ("sealed", 6);

  epoch->epoch.boxes = coquill_epoch_boxes_new (salt);
  coquill_epoch_boxes_add (epoch->epoch.boxes, tag, sealed);
  epoch->epoch.boxes->earlier = g_bytes_new_static ("earlier", 7);
  epoch->epoch.previous = g_memdup2 (parents, sizeof parents);
  epoch->epoch.n_previous = 2;
  epoch->epoch.lock = g_bytes_new_static ("lock", 4);

  back = there_and_back (epoch);
  g_assert_cmpuint (back->epoch.boxes->n_boxes, ==, 1);
  g_assert_true (g_bytes_equal (back->epoch.boxes->boxes[0].sealed, sealed));
  g_assert_true (g_bytes_equal (back->epoch.boxes->earlier, epoch->epoch.boxes->earlier));
  g_assert_cmpmem (back->epoch.previous, back->epoch.n_previous * 32, parents, sizeof parents);
  g_assert_true (g_bytes_equal (back->epoch.lock, epoch->epoch.lock));
}

static void
the_greatest_epoch_fits (void)
{
  g_autoptr (CoquillLogEntry) epoch = make_entry (COQUILL_LOG_EPOCH), back = NULL;
  const guint8 salt[COQUILL_EPOCH_SALT_SIZE] = { 1 };
  const guint8 tag[COQUILL_EPOCH_TAG_SIZE] = { 2 };
  g_autoptr (GBytes) sealed = g_bytes_new_take (g_malloc0 (130), 130);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  epoch->epoch.boxes = coquill_epoch_boxes_new (salt);
  for (guint i = 0; i < COQUILL_EPOCH_MAX_BOXES; i++)
    coquill_epoch_boxes_add (epoch->epoch.boxes, tag, sealed);
  epoch->epoch.boxes->earlier = g_bytes_new_take (g_malloc0 (COQUILL_EPOCH_MAX_EARLIER * 64 + 40),
                                                  COQUILL_EPOCH_MAX_EARLIER * 64 + 40);

  bytes = coquill_log_entry_encode (epoch);
  g_assert_cmpuint (g_bytes_get_size (bytes), <=, COQUILL_LOG_ENTRY_MAX);
  back = coquill_log_entry_decode (bytes, &error);
  g_assert_no_error (error);
}

static void
impossible_entries_are_refused (void)
{
  CoquillLogEntry *entry;

  /* A founding entry with a document, with parents; another one without. */
  entry = coquill_log_entry_new (COQUILL_LOG_FOUND, document, signer, NULL, 0);
  memcpy (entry->found.device.sign, signer, 32);
  assert_refused (entry, COQUILL_WIRE_ERROR_MALFORMED);
  entry = coquill_log_entry_new (COQUILL_LOG_FOUND, NULL, signer, parents, 1);
  memcpy (entry->found.device.sign, signer, 32);
  assert_refused (entry, COQUILL_WIRE_ERROR_MALFORMED);
  assert_refused (coquill_log_entry_new (COQUILL_LOG_LEAVE, document, signer, NULL, 0),
                  COQUILL_WIRE_ERROR_MALFORMED);
  assert_refused (coquill_log_entry_new (COQUILL_LOG_LEAVE, NULL, signer, parents, 1),
                  COQUILL_WIRE_ERROR_MALFORMED);

  /* Somebody else's keys. */
  assert_refused (make_entry (COQUILL_LOG_FOUND), COQUILL_WIRE_ERROR_MALFORMED);
  assert_refused (make_entry (COQUILL_LOG_REDEEM), COQUILL_WIRE_ERROR_MALFORMED);

  /* Roles and kinds. */
  assert_refused (make_entry (COQUILL_LOG_GRANT), COQUILL_WIRE_ERROR_MALFORMED);
  entry = make_entry (COQUILL_LOG_GRANT);
  entry->grant.role = COQUILL_ROLE_OWNER + 1;
  assert_refused (entry, COQUILL_WIRE_ERROR_MALFORMED);
  entry = make_entry (COQUILL_LOG_INVITE);
  entry->invite.kind = COQUILL_INVITE_OPEN;
  entry->invite.role = COQUILL_ROLE_OWNER;
  assert_refused (entry, COQUILL_WIRE_ERROR_MALFORMED);
  entry = make_entry (COQUILL_LOG_INVITE);
  entry->invite.kind = COQUILL_INVITE_REQUEST + 1;
  entry->invite.role = COQUILL_ROLE_EDITOR;
  assert_refused (entry, COQUILL_WIRE_ERROR_MALFORMED);

  /* A name without end. */
  entry = make_entry (COQUILL_LOG_FOUND);
  memcpy (entry->found.device.sign, signer, 32);
  entry->found.name = g_strnfill (COQUILL_LOG_ENTRY_NAME_MAX + 1, 'x');
  assert_refused (entry, COQUILL_WIRE_ERROR_TOO_LARGE);
}

static void
entries_of_later_versions_are_told_apart (void)
{
  g_autoptr (CoquillLogEntry) entry = make_entry (COQUILL_LOG_LEAVE);
  g_autoptr (GBytes) bytes = coquill_log_entry_encode (entry);
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  gsize length = g_bytes_get_size (bytes);
  g_autoptr (GBytes) newer = NULL, unknown_action = NULL;
  g_autoptr (GError) error = NULL;

  /* The version comes first: its tag, then its value. */
  copy[1] = 2;
  newer = g_bytes_new (copy, length);
  g_assert_null (coquill_log_entry_decode (newer, &error));
  g_assert_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION);
  g_clear_error (&error);

  /* The action, an empty leave, comes last: its tag, then its length; field 13 is nobody's. */
  copy[1] = 1;
  g_assert_cmpuint (copy[length - 2], ==, 11 << 3 | 2);
  copy[length - 2] = 13 << 3 | 2;
  unknown_action = g_bytes_new (copy, length);
  g_assert_null (coquill_log_entry_decode (unknown_action, &error));
  g_assert_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/log-entry/every-action-comes-back", every_action_comes_back);
  g_test_add_func ("/log-entry/epochs-come-back", epochs_come_back);
  g_test_add_func ("/log-entry/the-greatest-epoch-fits", the_greatest_epoch_fits);
  g_test_add_func ("/log-entry/impossible-ones-are-refused", impossible_entries_are_refused);
  g_test_add_func ("/log-entry/later-versions-are-told-apart", entries_of_later_versions_are_told_apart);

  return g_test_run ();
}
