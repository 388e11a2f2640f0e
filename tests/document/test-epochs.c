/* test-epochs.c: whoever is in can read and write, whatever others do at the same moment or out of malice */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/person.h"

#include <string.h>

#include "trust/entry-signature.h"
#include "trust/epoch-sealing.h"
#include "wire/bulletin.h"

typedef struct
{
  Person *ana;
  Person *ben;
  Person *cid;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->ana = person_new_founder ();
  self->ben = person_new_guest (self->ana);
  self->cid = person_new_guest (self->ana);
  person_exchange (self->ana, self->ben);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  person_free (self->ana);
  person_free (self->ben);
  person_free (self->cid);
}

static CoquillLink *
invite (Person *host)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillSecret) seed = coquill_document_invite (host->document, &error);
  CoquillLink *link;

  g_assert_no_error (error);
  link = coquill_link_new ("https://relay.example", coquill_document_get_room (host->document),
                           coquill_document_get_id (host->document), COQUILL_INVITE_OPEN, seed, &error);
  g_assert_no_error (error);

  return link;
}

static Person *
join (const CoquillLink *link, Person *host)
{
  g_autoptr (GBytes) bulletin = coquill_document_dup_bulletin (host->document);
  g_autoptr (GError) error = NULL;
  Person *self = person_new ();

  self->document = coquill_document_join (self->keys, link, bulletin, "Guest", &error);
  g_assert_no_error (error);

  return self;
}

/* What @from says now can be read by @to. */
static void
assert_hears (Person *to, Person *from)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("hello", 5);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) envelope
      = coquill_document_seal (from->document, COQUILL_PAYLOAD_PRESENCE, body, NULL, from->now++, &error);
  g_autoptr (CoquillPayload) payload = NULL;

  g_assert_no_error (error);
  payload = coquill_document_open_envelope (to->document, envelope, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (payload);
}

static void
exchange_all (Person **persons, guint n_persons)
{
  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < n_persons; i++)
      for (guint j = 0; j < n_persons; j++)
        if (i != j)
          person_give_missing (persons[i], persons[j]);
}

static void
test_two_who_invite_at_once (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillLink) bens = invite (self->ben);
  g_autoptr (CoquillLink) cids = invite (self->cid);
  Person *dan = join (bens, self->ben);
  Person *members[] = { self->ana, self->ben, self->cid, dan };
  Person *eva, *fin;

  person_give_missing (self->ben, dan);
  exchange_all (members, G_N_ELEMENTS (members));
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    for (guint j = 0; j < G_N_ELEMENTS (members); j++)
      if (i != j)
        assert_hears (members[i], members[j]);

  /* Both links are good. */
  eva = join (bens, self->ana);
  fin = join (cids, self->ana);
  person_exchange (self->ana, eva);
  person_exchange (self->ana, fin);
  g_assert_true (coquill_document_can_edit (eva->document));
  g_assert_true (coquill_document_can_edit (fin->document));

  person_free (dan);
  person_free (eva);
  person_free (fin);
}

/* Ben invites while Dan comes in by Ana's link: Ben's epoch knows Ana's invite, but not Dan. */
static void
test_joining_while_another_invites (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillLink) anas = invite (self->ana);
  Person *dan = join (anas, self->ana);
  Person *members[] = { self->ana, self->ben, self->cid, dan };
  g_autoptr (CoquillLink) bens = NULL;

  person_give_missing (self->ana, dan);
  g_assert_true (coquill_document_can_edit (dan->document));
  bens = invite (self->ben);
  exchange_all (members, G_N_ELEMENTS (members));
  assert_hears (self->ana, dan);
  assert_hears (self->ben, dan);
  assert_hears (dan, self->ben);

  person_free (dan);
}

/* Signs an epoch as @person would and gives it to @to. */
static void
give_epoch (Person *person, CoquillEpochBoxes *boxes, GBytes *lock, Person *to)
{
  g_autoptr (CoquillHello) hello = coquill_hello_new ();
  g_autoptr (CoquillLogEntry) entry = NULL;
  g_autoptr (CoquillSignedEntry) carried = NULL;
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  CoquillBody body = { COQUILL_PAYLOAD_LOG, NULL };

  coquill_document_get_vector (to->document, hello);
  entry = coquill_log_entry_new (COQUILL_LOG_EPOCH, coquill_document_get_id (to->document),
                                 coquill_device_keys_get_public (person->keys)->sign, hello->heads,
                                 hello->n_heads);
  entry->epoch.boxes = boxes;
  entry->epoch.lock = lock;
  carried = coquill_entry_sign (entry, person->keys);
  g_ptr_array_add (batch, carried);
  body.bytes = bytes = coquill_log_batch_encode (batch);
  g_assert_cmpint (person_accept (to, &body), ==, COQUILL_ACCEPT_ACCEPTED);
}

static CoquillEpochBoxes *
boxes_for (Person *person, CoquillRoomKeys *room_keys)
{
  CoquillEpochBoxes *boxes = coquill_epoch_seal_new ();
  g_autoptr (CoquillSecret) key = coquill_secret_new_random (COQUILL_EPOCH_KEY_SIZE);

  g_assert_true (coquill_epoch_seal_add (boxes, coquill_device_keys_get_public (person->keys)->box, key,
                                         room_keys, COQUILL_ROOM_ADMIN, NULL));

  return boxes;
}

static void
test_an_epoch_that_shuts_others_out (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillRoomKeys) room_keys = coquill_room_keys_new ();

  give_epoch (self->cid, boxes_for (self->cid, room_keys), NULL, self->ana);
  person_exchange (self->ana, self->ben);
  assert_hears (self->ben, self->ana);
  assert_hears (self->ana, self->ben);
}

static void
test_made_up_room_keys (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillRoomKeys) room_keys = coquill_room_keys_new ();
  g_autoptr (CoquillBulletin) bulletin = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint8 epoch[32] = { 7 };
  g_autoptr (CoquillEpochBoxes) boxes = boxes_for (self->ben, room_keys);
  CoquillRoomLock good, lock;

  g_assert_true (coquill_document_get_room_lock (self->ben->document, &good));
  coquill_room_lock_init_first (&lock, room_keys);
  give_epoch (self->cid, boxes_for (self->ben, room_keys), coquill_room_lock_encode (&lock), self->ben);
  bulletin = coquill_bulletin_new (epoch, boxes);
  bytes = coquill_bulletin_encode (bulletin, NULL);
  coquill_document_open_bulletin (self->ben->document, bytes, NULL);

  g_assert_cmpint (coquill_room_keys_get_role (coquill_document_get_room_keys (self->ben->document)), ==,
                   COQUILL_ROOM_WRITE);
  g_assert_true (coquill_document_get_room_lock (self->ben->document, &lock));
  g_assert_true (coquill_room_lock_equal (&lock, &good));
}

/* Whoever is not a member holds perhaps a key, but says nothing about keys. */
static void
test_a_strangers_epoch (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillRoomKeys) room_keys = coquill_room_keys_new ();
  Person *stranger = person_new ();

  coquill_document_take_news (self->ben->document);
  give_epoch (stranger, boxes_for (self->ben, room_keys), NULL, self->ben);
  g_assert_false (coquill_document_take_news (self->ben->document) & COQUILL_DOCUMENT_NEWS_KEYS);

  person_free (stranger);
}

/* A stranger's entries with so many boxes, until no more go in. */
static void
fill_log (Person *self, Person *stranger, guint n_boxes)
{
  static const guint8 noise[COQUILL_EPOCH_BOX_MAX];
  g_autoptr (GBytes) sealed = g_bytes_new_static (noise, sizeof noise);
  CoquillAccept result = COQUILL_ACCEPT_ACCEPTED;

  while (result == COQUILL_ACCEPT_ACCEPTED)
    {
      g_autoptr (CoquillHello) hello = coquill_hello_new ();
      g_autoptr (CoquillLogEntry) entry = NULL;
      g_autoptr (CoquillSignedEntry) carried = NULL;
      g_autoptr (GPtrArray) batch = g_ptr_array_new ();
      g_autoptr (GBytes) bytes = NULL;

      coquill_document_get_vector (self->document, hello);
      entry = coquill_log_entry_new (COQUILL_LOG_EPOCH, coquill_document_get_id (self->document),
                                     coquill_device_keys_get_public (stranger->keys)->sign, hello->heads,
                                     hello->n_heads);
      entry->epoch.boxes = coquill_epoch_seal_new ();
      while (entry->epoch.boxes->n_boxes < n_boxes)
        coquill_epoch_boxes_add (entry->epoch.boxes, noise, sealed);
      carried = coquill_entry_sign (entry, stranger->keys);
      g_ptr_array_add (batch, carried);
      bytes = coquill_log_batch_encode (batch);
      result = coquill_document_accept (self->document, COQUILL_PAYLOAD_LOG, bytes, NULL, NULL, NULL, NULL);
    }
  g_assert_cmpint (result, ==, COQUILL_ACCEPT_REFUSED);
}

static void
test_a_full_log (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Person *stranger = person_new ();

  fill_log (self->ana, stranger, 800);
  fill_log (self->ana, stranger, 1);
  for (guint i = 0; i < 10 && coquill_document_mint_epoch (self->ana->document, &error); i++)
    ;
  g_assert_error (error, COQUILL_DOCUMENT_ERROR, (gint)COQUILL_DOCUMENT_ERROR_TOO_LARGE);

  person_free (stranger);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  person_use_seed ();

#define ADD(name, func) g_test_add ("/epochs/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("two-who-invite-at-once-shut-nobody-out", test_two_who_invite_at_once);
  ADD ("who-joins-while-another-invites-is-in", test_joining_while_another_invites);
  ADD ("one-that-shuts-others-out-is-replaced", test_an_epoch_that_shuts_others_out);
  ADD ("made-up-room-keys-replace-none", test_made_up_room_keys);
  ADD ("a-strangers-is-not-opened", test_a_strangers_epoch);
  ADD ("a-full-log-ends-nothing", test_a_full_log);

  return g_test_run ();
}
