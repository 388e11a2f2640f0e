/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-messages.c: every message inside an envelope to bytes and back */

#include "wire/bulletin.h"
#include "wire/epoch-secrets.h"
#include "wire/hello.h"
#include "wire/log-batch.h"
#include "wire/payload.h"
#include "wire/presence.h"
#include "wire/record.h"
#include "wire/signed-change.h"
#include "wire/want.h"

#include <string.h>

static const guint8 document[32] = { 1, 2, 3 };
static const guint8 device[32] = { 4, 5, 6 };

static GBytes *
make_bytes (gsize length)
{
  return g_bytes_new_take (g_malloc0 (MAX (length, 1)), length);
}

/* Decodes one kind of message. */
typedef gpointer (*DecodeFunc) (GBytes *bytes, GError **error);

/* Bytes that end early, or go on, are either refused or another message: never a crash, and never an error
 * that isn't ours. */
static void
check_cuts (GBytes *bytes, DecodeFunc decode, GDestroyNotify free_func)
{
  for (gsize length = 0; length < g_bytes_get_size (bytes); length++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (bytes, 0, length);
      g_autoptr (GError) error = NULL;
      gpointer message = decode (cut, &error);

      if (message != NULL)
        free_func (message);
      else
        g_assert_cmpuint (error->domain, ==, COQUILL_WIRE_ERROR);
    }
}

static void
stored_payloads_come_back (void)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("body", 4);
  g_autoptr (CoquillPayload) payload = coquill_payload_new (COQUILL_PAYLOAD_CHANGE, document, device, body);
  g_autoptr (GBytes) bytes = coquill_payload_encode (payload);
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillPayload) back = coquill_payload_decode (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (back->kind, ==, COQUILL_PAYLOAD_CHANGE);
  g_assert_cmpmem (back->document, 32, document, 32);
  g_assert_cmpmem (back->sender, 32, device, 32);
  g_assert_true (g_bytes_equal (back->body, body));
  check_cuts (bytes, (DecodeFunc)coquill_payload_decode, (GDestroyNotify)coquill_payload_free);
}

static void
live_payloads_come_back (void)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("", 0);
  g_autoptr (CoquillPayload) payload = coquill_payload_new (COQUILL_PAYLOAD_SIGNAL, document, device, body);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (CoquillPayload) back = NULL, to_all = NULL;
  g_autoptr (GError) error = NULL;

  payload->counter = G_MAXUINT64;
  memset (payload->recipient, 7, sizeof payload->recipient);
  memset (payload->signature, 8, sizeof payload->signature);
  bytes = coquill_payload_encode (payload);
  back = coquill_payload_decode (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (back->counter, ==, G_MAXUINT64);
  g_assert_cmpmem (back->recipient, 32, payload->recipient, 32);
  g_assert_cmpmem (back->signature, 64, payload->signature, 64);
  g_assert_cmpuint (g_bytes_get_size (back->body), ==, 0);

  g_clear_pointer (&bytes, g_bytes_unref);
  memset (payload->recipient, 0, sizeof payload->recipient);
  bytes = coquill_payload_encode (payload);
  to_all = coquill_payload_decode (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (to_all->recipient, 32, payload->recipient, 32);
}

static void
unknown_kinds_are_passed_on (void)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("new", 3);
  g_autoptr (CoquillPayload) payload = coquill_payload_new (15, document, device, body);
  g_autoptr (GBytes) bytes = coquill_payload_encode (payload);
  g_autoptr (CoquillPayload) back = coquill_payload_decode (bytes, NULL);

  g_assert_cmpuint (back->kind, ==, 15);
  g_assert_false (coquill_payload_kind_is_live (15));
  g_assert_true (coquill_payload_kind_is_live (16));
  g_assert_true (coquill_payload_kind_is_live (G_MAXUINT32));
}

static void
payloads_have_bounds_and_versions (void)
{
  g_autoptr (GBytes) body = make_bytes (COQUILL_PAYLOAD_BODY_MAX);
  g_autoptr (CoquillPayload) payload = coquill_payload_new (COQUILL_PAYLOAD_LOG, document, device, body);
  g_autoptr (GBytes) bytes = coquill_payload_encode (payload);
  g_autoptr (GBytes) huge = make_bytes (COQUILL_PAYLOAD_MAX + 1);
  g_autoptr (CoquillPayload) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *newer_bytes = NULL;
  g_autoptr (GBytes) newer = NULL;

  g_assert_cmpuint (g_bytes_get_size (bytes), <=, COQUILL_PAYLOAD_MAX);
  back = coquill_payload_decode (bytes, &error);
  g_assert_no_error (error);

  g_assert_null (coquill_payload_decode (huge, &error));
  g_assert_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_TOO_LARGE);
  g_clear_error (&error);

  /* The version is the first field: its tag, then its value. */
  newer_bytes = g_memdup2 (g_bytes_get_data (bytes, NULL), 200);
  newer = g_bytes_new (newer_bytes, 2);
  g_assert_null (coquill_payload_decode (newer, &error));
  g_assert_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_MALFORMED);
  g_clear_error (&error);
  g_clear_pointer (&newer, g_bytes_unref);
  newer_bytes[1] = 2;
  newer = g_bytes_new (newer_bytes, 2);
  g_assert_null (coquill_payload_decode (newer, &error));
  g_assert_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION);
}

/* Two bytes on the wire, a hundred in memory: what would fill the memory many times over is refused before.
 */
static void
amplification_is_refused (void)
{
  gsize length = 512 * 1024;
  guint8 *data = g_malloc (length);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < length; i += 2)
    {
      data[i] = 2 << 3 | 2; /* seals: an empty one */
      data[i + 1] = 0;
    }
  bytes = g_bytes_new_take (data, length);
  g_assert_null (coquill_signed_change_decode (bytes, &error));
  g_assert_cmpuint (error->domain, ==, COQUILL_WIRE_ERROR);
}

static void
signed_changes_come_back (void)
{
  g_autoptr (GBytes) change = g_bytes_new_static ("change", 6);
  CoquillSeal seals[2]
      = { { .ordinal = 1, .nonce = 2, .sequence = 3 }, { .ordinal = G_MAXUINT32, .nonce = G_MAXUINT64 } };
  g_autoptr (CoquillSignedChange) signed_change = NULL, back = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (seals[0].device, device, 32);
  memset (seals[1].signature, 9, 64);
  signed_change = coquill_signed_change_new (change, seals, G_N_ELEMENTS (seals));
  bytes = coquill_signed_change_encode (signed_change);
  back = coquill_signed_change_decode (bytes, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (back->change, change));
  g_assert_cmpuint (back->n_seals, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpmem (back->seals[i].device, 32, seals[i].device, 32);
      g_assert_cmpuint (back->seals[i].ordinal, ==, seals[i].ordinal);
      g_assert_cmpuint (back->seals[i].nonce, ==, seals[i].nonce);
      g_assert_cmpuint (back->seals[i].sequence, ==, seals[i].sequence);
      g_assert_cmpmem (back->seals[i].signature, 64, seals[i].signature, 64);
    }
  check_cuts (bytes, (DecodeFunc)coquill_signed_change_decode, (GDestroyNotify)coquill_signed_change_free);
}

static void
hellos_come_back (void)
{
  g_autoptr (CoquillHello) hello = coquill_hello_new ();
  CoquillDigest heads[3] = { { { 1 } }, { { 2 } }, { { 3 } } };
  CoquillVectorEntry entries[2]
      = { { .ordinal = 1, .nonce = 2, .length = 3 }, { .ordinal = 4, .nonce = 5, .length = 6 } };
  g_autoptr (CoquillHello) back = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  hello->features = 0x8000000000000001;
  hello->status = COQUILL_HELLO_ANSWER;
  coquill_hello_set_heads (hello, heads, G_N_ELEMENTS (heads));
  coquill_hello_set_reached (hello, heads, G_N_ELEMENTS (heads));
  hello->without_relay = TRUE;
  coquill_wire_vector_set (&hello->vector, entries, 2);
  coquill_wire_vector_set (&hello->forks, entries + 1, 1);

  bytes = coquill_hello_encode (hello);
  back = coquill_hello_decode (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (back->protocol, ==, COQUILL_HELLO_PROTOCOL);
  g_assert_cmpuint (back->features, ==, hello->features);
  g_assert_cmpuint (back->status, ==, COQUILL_HELLO_ANSWER);
  g_assert_cmpmem (back->heads, back->n_heads * sizeof *heads, heads, sizeof heads);
  g_assert_cmpuint (back->vector.n_entries, ==, 2);
  g_assert_cmpuint (back->vector.entries[1].length, ==, 6);
  g_assert_cmpuint (back->forks.n_entries, ==, 1);
  g_assert_cmpuint (back->forks.entries[0].nonce, ==, 5);
  g_assert_true (back->without_relay);
  g_assert_cmpmem (back->reached, back->n_reached * sizeof *heads, heads, sizeof heads);
  check_cuts (bytes, (DecodeFunc)coquill_hello_decode, (GDestroyNotify)coquill_hello_free);
}

static void
the_greatest_hello_fits_in_an_envelope (void)
{
  g_autoptr (CoquillHello) hello = coquill_hello_new ();
  g_autofree CoquillVectorEntry *entries = g_new (CoquillVectorEntry, COQUILL_WIRE_VECTOR_MAX);
  g_autofree CoquillDigest *heads = g_new0 (CoquillDigest, COQUILL_HELLO_MAX_HEADS);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (CoquillHello) back = NULL;
  g_autoptr (GError) error = NULL;

  memset (entries, 0xff, COQUILL_WIRE_VECTOR_MAX * sizeof *entries);
  coquill_wire_vector_set (&hello->vector, entries, COQUILL_WIRE_VECTOR_MAX);
  coquill_hello_set_heads (hello, heads, COQUILL_HELLO_MAX_HEADS);
  coquill_hello_set_reached (hello, heads, COQUILL_HELLO_MAX_REACHED);
  bytes = coquill_hello_encode (hello);
  g_assert_cmpuint (g_bytes_get_size (bytes), <=, COQUILL_PAYLOAD_BODY_MAX);
  back = coquill_hello_decode (bytes, &error);
  g_assert_no_error (error);
}

static void
wants_come_back (void)
{
  g_autoptr (CoquillWant) want = coquill_want_new ();
  CoquillDigest ids[2] = { { { 1 } }, { { 2 } } };
  CoquillVectorEntry entry = { .ordinal = 1, .nonce = 2, .length = 0 };
  g_autoptr (CoquillWant) back = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  coquill_want_set_log_entries (want, ids, 2);
  coquill_wire_vector_set (&want->have, &entry, 1);
  bytes = coquill_want_encode (want);
  back = coquill_want_decode (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (back->log_entries, back->n_log_entries * sizeof *ids, ids, sizeof ids);
  g_assert_cmpuint (back->have.n_entries, ==, 1);
  g_assert_cmpuint (back->have.entries[0].nonce, ==, 2);
  check_cuts (bytes, (DecodeFunc)coquill_want_decode, (GDestroyNotify)coquill_want_free);
}

static void
presence_comes_back (void)
{
  g_autoptr (CoquillPresence) presence = coquill_presence_new ("Zoë");
  g_autoptr (CoquillPresence) back = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  presence->color = 0xc01c28;
  presence->typing = TRUE;
  presence->agent_ordinal = 3;
  presence->agent_nonce = 4;
  presence->caret = (CoquillWireAnchor){ COQUILL_WIRE_ANCHOR_AFTER, { 1 }, 2, 3, 4 };
  presence->viewport_top.place = COQUILL_WIRE_ANCHOR_START;
  presence->viewport_bottom.place = COQUILL_WIRE_ANCHOR_END;

  bytes = coquill_presence_encode (presence);
  back = coquill_presence_decode (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (back->name, ==, "Zoë");
  g_assert_cmpuint (back->color, ==, 0xc01c28);
  g_assert_true (back->typing);
  g_assert_false (back->leaving);
  g_assert_cmpuint (back->agent_nonce, ==, 4);
  g_assert_cmpint (back->caret.place, ==, COQUILL_WIRE_ANCHOR_AFTER);
  g_assert_cmpmem (back->caret.device, 32, presence->caret.device, 32);
  g_assert_cmpuint (back->caret.sequence, ==, 4);
  g_assert_cmpint (back->selection.place, ==, COQUILL_WIRE_ANCHOR_NONE);
  g_assert_cmpint (back->viewport_bottom.place, ==, COQUILL_WIRE_ANCHOR_END);
  check_cuts (bytes, (DecodeFunc)coquill_presence_decode, (GDestroyNotify)coquill_presence_free);
}

static void
assert_presence_refused (CoquillPresence *presence, CoquillWireError code)
{
  g_autoptr (GBytes) bytes = coquill_presence_encode (presence);
  g_autoptr (GError) error = NULL;

  g_assert_null (coquill_presence_decode (bytes, &error));
  g_assert_error (error, COQUILL_WIRE_ERROR, (gint)code);
  coquill_presence_free (presence);
}

static void
impossible_presence_is_refused (void)
{
  g_autofree char *long_name = g_strnfill (COQUILL_PRESENCE_NAME_MAX + 1, 'x');
  CoquillPresence *presence;

  assert_presence_refused (coquill_presence_new (long_name), COQUILL_WIRE_ERROR_TOO_LARGE);
  assert_presence_refused (coquill_presence_new ("\xff"), COQUILL_WIRE_ERROR_MALFORMED);

  presence = coquill_presence_new ("a");
  presence->color = 0x1000000;
  assert_presence_refused (presence, COQUILL_WIRE_ERROR_MALFORMED);

  presence = coquill_presence_new ("a");
  presence->caret.place = COQUILL_WIRE_ANCHOR_AFTER + 1;
  assert_presence_refused (presence, COQUILL_WIRE_ERROR_MALFORMED);
}

static void
records_come_back (void)
{
  g_autoptr (GBytes) value = g_bytes_new_static ("A title", 7);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  GBytes *values[] = { value, empty, NULL };
  CoquillDigest heads[2] = { { { 1 } }, { { 2 } } };
  g_autoptr (CoquillRecord) under = coquill_record_new_under (heads, 2);
  g_autoptr (GBytes) under_bytes = coquill_record_encode (under);
  g_autoptr (CoquillRecord) under_back = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (CoquillRecord) record = coquill_record_new_write ("document", "", "title", values[i]);
      g_autoptr (GBytes) bytes = coquill_record_encode (record);
      g_autoptr (CoquillRecord) back = coquill_record_decode (bytes, &error);

      g_assert_no_error (error);
      g_assert_cmpint (back->kind, ==, COQUILL_RECORD_WRITE);
      g_assert_cmpstr (back->collection, ==, "document");
      g_assert_cmpstr (back->item, ==, "");
      g_assert_cmpstr (back->field, ==, "title");
      g_assert_true (values[i] == NULL ? back->value == NULL : g_bytes_equal (back->value, values[i]));
      check_cuts (bytes, (DecodeFunc)coquill_record_decode, (GDestroyNotify)coquill_record_free);
    }

  under_back = coquill_record_decode (under_bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpint (under_back->kind, ==, COQUILL_RECORD_UNDER);
  g_assert_cmpmem (under_back->heads, under_back->n_heads * sizeof *heads, heads, sizeof heads);
}

static void
impossible_records_are_refused (void)
{
  g_autofree char *long_name = g_strnfill (COQUILL_RECORD_NAME_MAX + 1, 'x');
  g_autoptr (GBytes) value = make_bytes (COQUILL_RECORD_VALUE_MAX);
  g_autoptr (GBytes) long_value = make_bytes (COQUILL_RECORD_VALUE_MAX + 1);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  const struct
  {
    const char *collection, *item, *field;
    GBytes *value;
    int code; /* -1: taken */
  } cases[] = {
    { "c", "i", "f", value, -1 },
    { "c", "i", "f", long_value, COQUILL_WIRE_ERROR_TOO_LARGE },
    { long_name, "i", "f", value, COQUILL_WIRE_ERROR_TOO_LARGE },
    { "c", long_name, "f", value, COQUILL_WIRE_ERROR_TOO_LARGE },
    { "c", "i", "\xc3", value, COQUILL_WIRE_ERROR_MALFORMED },
    { "", "i", "f", value, COQUILL_WIRE_ERROR_MALFORMED },
    { "c", "i", "", value, COQUILL_WIRE_ERROR_MALFORMED },
  };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CoquillRecord) record
          = coquill_record_new_write (cases[i].collection, cases[i].item, cases[i].field, cases[i].value);
      g_autoptr (GBytes) bytes = coquill_record_encode (record);
      g_autoptr (CoquillRecord) back = coquill_record_decode (bytes, &error);

      if (cases[i].code < 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, COQUILL_WIRE_ERROR, cases[i].code);
      g_clear_error (&error);
    }

  g_assert_null (coquill_record_decode (nothing, &error));
  g_assert_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION);
}

static void
epoch_secrets_come_back (void)
{
  CoquillEpochSecrets secrets = { .room_role = COQUILL_ROOM_WRITE };
  CoquillEpochSecrets back;
  guint8 bytes[COQUILL_EPOCH_SECRETS_MAX];
  g_autoptr (GError) error = NULL;
  gsize length;

  memset (secrets.key, 1, 32);
  memset (secrets.room_seed, 2, 32);
  length = coquill_epoch_secrets_encode (&secrets, bytes);
  g_assert_true (coquill_epoch_secrets_decode (bytes, length, &back, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (back.key, 32, secrets.key, 32);
  g_assert_cmpmem (back.room_seed, 32, secrets.room_seed, 32);
  g_assert_cmpint (back.room_role, ==, COQUILL_ROOM_WRITE);

  for (gsize cut = 0; cut < length; cut++)
    g_assert_false (coquill_epoch_secrets_decode (bytes, cut, &back, NULL));
}

static void
bulletins_come_back (void)
{
  const guint8 salt[COQUILL_EPOCH_SALT_SIZE] = { 3 };
  const guint8 tag[COQUILL_EPOCH_TAG_SIZE] = { 4 };
  const guint8 epoch[32] = { 5 };
  g_autoptr (CoquillEpochBoxes) boxes = coquill_epoch_boxes_new (salt);
  g_autoptr (GBytes) sealed = make_bytes (130);
  g_autoptr (CoquillBulletin) bulletin = NULL, back = NULL, full = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5; i++)
    coquill_epoch_boxes_add (boxes, tag, sealed);
  boxes->earlier = make_bytes (104);
  bulletin = coquill_bulletin_new (epoch, boxes);
  bytes = coquill_bulletin_encode (bulletin, &error);
  g_assert_no_error (error);

  back = coquill_bulletin_decode (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (back->epoch, 32, epoch, 32);
  g_assert_cmpmem (back->boxes->salt, sizeof salt, salt, sizeof salt);
  g_assert_cmpuint (back->boxes->n_boxes, ==, 5);
  g_assert_cmpmem (back->boxes->boxes[4].tag, sizeof tag, tag, sizeof tag);
  g_assert_true (g_bytes_equal (back->boxes->boxes[4].sealed, sealed));
  g_assert_cmpuint (g_bytes_get_size (back->boxes->earlier), ==, 104);
  check_cuts (bytes, (DecodeFunc)coquill_bulletin_decode, (GDestroyNotify)coquill_bulletin_free);

  while (boxes->n_boxes < COQUILL_EPOCH_MAX_BOXES)
    coquill_epoch_boxes_add (boxes, tag, sealed);
  full = coquill_bulletin_new (epoch, boxes);
  g_assert_null (coquill_bulletin_encode (full, &error));
  g_assert_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_TOO_LARGE);
}

static void
log_batches_come_back (void)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_signed_entry_free);
  g_autoptr (GPtrArray) back = NULL;
  g_autoptr (GBytes) entry = g_bytes_new_static ("entry", 5);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  guint8 signature[64] = { 1 };

  for (guint i = 0; i < COQUILL_LOG_BATCH_MAX; i++)
    {
      signature[1] = i;
      g_ptr_array_add (entries, coquill_signed_entry_new (entry, signature));
    }

  bytes = coquill_log_batch_encode (entries);
  back = coquill_log_batch_decode (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (back->len, ==, entries->len);
  for (guint i = 0; i < back->len; i++)
    {
      const CoquillSignedEntry *one = back->pdata[i];

      g_assert_true (g_bytes_equal (one->entry, entry));
      g_assert_cmpuint (one->signature[1], ==, i % 256);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/payload/stored-comes-back", stored_payloads_come_back);
  g_test_add_func ("/payload/live-comes-back", live_payloads_come_back);
  g_test_add_func ("/payload/unknown-kinds-are-passed-on", unknown_kinds_are_passed_on);
  g_test_add_func ("/payload/has-bounds-and-a-version", payloads_have_bounds_and_versions);
  g_test_add_func ("/unpack/amplification-is-refused", amplification_is_refused);
  g_test_add_func ("/signed-change/comes-back", signed_changes_come_back);
  g_test_add_func ("/hello/comes-back", hellos_come_back);
  g_test_add_func ("/hello/the-greatest-fits-in-an-envelope", the_greatest_hello_fits_in_an_envelope);
  g_test_add_func ("/want/comes-back", wants_come_back);
  g_test_add_func ("/presence/comes-back", presence_comes_back);
  g_test_add_func ("/presence/impossible-is-refused", impossible_presence_is_refused);
  g_test_add_func ("/record/comes-back", records_come_back);
  g_test_add_func ("/record/impossible-is-refused", impossible_records_are_refused);
  g_test_add_func ("/epoch-secrets/come-back", epoch_secrets_come_back);
  g_test_add_func ("/bulletin/comes-back", bulletins_come_back);
  g_test_add_func ("/log-batch/comes-back", log_batches_come_back);

  return g_test_run ();
}
