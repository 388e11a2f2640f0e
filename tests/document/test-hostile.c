/* test-hostile.c: what nobody honest sends is refused, and changes nothing */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/person.h"

#include <string.h>

#include "document/counter-window.h"
#include "document/document-private.h"
#include "document/item-chain.h"
#include "text/codec.h"
#include "trust/random.h"
#include "trust/seal-signature.h"
#include "wire/record.h"
#include "wire/signed-change.h"

typedef struct
{
  Person *ana;
  Person *ben;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->ana = person_new_founder ();
  person_insert (self->ana, 0, "what Ana wrote");
  self->ben = person_new_guest (self->ana);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  person_free (self->ana);
  person_free (self->ben);
}

static void
assert_refused (Person *person, GBytes *bytes, CoquillDocumentError code)
{
  g_autofree char *before = person_text (person);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (
      coquill_document_accept (person->document, COQUILL_PAYLOAD_CHANGE, bytes, NULL, NULL, NULL, &error), ==,
      COQUILL_ACCEPT_REFUSED);
  g_assert_error (error, COQUILL_DOCUMENT_ERROR, (gint)code);
  person_assert_text (person, before);
}

/* The last CHANGE body that Ben wrote. */
static CoquillSignedChange *
bens_change (Fixture *self)
{
  g_autoptr (GPtrArray) bodies = NULL;
  const CoquillBody *body;

  person_insert (self->ben, 0, "Ben ");
  bodies = person_flush (self->ben);
  body = g_ptr_array_index (bodies, bodies->len - 1);

  return coquill_signed_change_decode (body->bytes, NULL);
}

static void
test_forged_signature (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillSignedChange) change = bens_change (self);
  g_autoptr (GBytes) forged = NULL;
  g_autoptr (GBytes) unsigned_bytes = NULL;
  g_autoptr (CoquillSignedChange) naked = coquill_signed_change_new (change->change, NULL, 0);

  change->seals[0].signature[0] ^= 1;
  forged = coquill_signed_change_encode (change);
  assert_refused (self->ana, forged, COQUILL_DOCUMENT_ERROR_SIGNATURE);
  unsigned_bytes = coquill_signed_change_encode (naked);
  assert_refused (self->ana, unsigned_bytes, COQUILL_DOCUMENT_ERROR_SIGNATURE);
  change->seals[0].signature[0] ^= 1;
  {
    g_autoptr (GBytes) honest = coquill_signed_change_encode (change);

    g_assert_cmpint (
        coquill_document_accept (self->ana->document, COQUILL_PAYLOAD_CHANGE, honest, NULL, NULL, NULL, NULL),
        ==, COQUILL_ACCEPT_ACCEPTED);
  }
}

static void
test_changed_text (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillSignedChange) honest = bens_change (self);
  CoquillChange *change = coquill_change_decode (g_bytes_get_data (honest->change, NULL),
                                                 g_bytes_get_size (honest->change), NULL);
  CoquillChange *forged = coquill_change_new ();
  CoquillChangeReader reader;
  CoquillOperation operation;
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  guint n_forged = 0;
  g_autoptr (GBytes) inner = NULL;
  g_autoptr (CoquillSignedChange) changed = NULL;
  g_autoptr (GBytes) bytes = NULL;

  for (gsize i = 0; i < change->n_agents; i++)
    coquill_change_add_agent (forged, &change->agents[i].id,
                              change->agents[i].starts ? &change->agents[i].previous : NULL);
  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      g_autofree guint8 *content = g_memdup2 (operation.content, operation.content_length);

      if (operation.kind == COQUILL_OPERATION_INSERT && content[operation.content_length - 1] == ' ')
        {
          content[operation.content_length - 1] = '!';
          n_forged++;
        }
      coquill_change_add_operation (forged, &operation, operation.parents, content);
    }
  g_assert_cmpuint (n_forged, >, 0);
  g_assert_true (coquill_change_encode (forged, &buffer));
  coquill_change_free (change);
  coquill_change_free (forged);
  inner = g_bytes_new (buffer.data, buffer.length);
  coquill_buffer_clear (&buffer);
  changed = coquill_signed_change_new (inner, honest->seals, honest->n_seals);
  bytes = coquill_signed_change_encode (changed);
  assert_refused (self->ana, bytes, COQUILL_DOCUMENT_ERROR_SIGNATURE);
}

/* What a program of Mallory's own making sends: an agent's first items, hashed and signed as they should be.
 */
static GBytes *
forge (Person *signer,
       const guint8 *device,
       const guint8 *document,
       guint64 position,
       gboolean under,
       CoquillDocument *log)
{
  CoquillChange *change = coquill_change_new ();
  CoquillAgent agent = { .ordinal = 7, .nonce = 99 };
  g_autoptr (CoquillHello) hello = coquill_hello_new ();
  g_autoptr (CoquillRecord) record = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (CoquillItemChain) chain = NULL;
  CoquillSeal seal = { .ordinal = agent.ordinal, .nonce = agent.nonce };
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  CoquillOperation record_operation = { .kind = COQUILL_OPERATION_RECORD, .length = 1 };
  CoquillOperation insert = { .kind = COQUILL_OPERATION_INSERT,
                              .sequence = under ? 1 : 0,
                              .length = 3,
                              .position = position,
                              .content_length = 3,
                              .n_parents = under ? 1 : 0 };
  CoquillChangeId parent = { 0, 0 };
  g_autoptr (GBytes) inner = NULL;
  g_autoptr (CoquillSignedChange) signed_change = NULL;

  coquill_document_get_vector (log, hello);
  record = coquill_record_new_under (hello->heads, hello->n_heads);
  payload = coquill_record_encode (record);
  record_operation.content_length = g_bytes_get_size (payload);
  memcpy (agent.device, device, 32);
  coquill_change_add_agent (change, &agent, &(CoquillAgentPrevious){ 0 });
  chain = coquill_item_chain_new (document, &agent, NULL);
  if (under)
    {
      coquill_change_add_operation (change, &record_operation, NULL, g_bytes_get_data (payload, NULL));
      coquill_item_chain_add (chain, &record_operation, 0, 1, g_bytes_get_data (payload, NULL), NULL, NULL, 0,
                              FALSE);
    }
  coquill_change_add_operation (change, &insert, &parent, (const guint8 *)"bad");
  coquill_item_chain_add (chain, &insert, 0, 3, (const guint8 *)"bad", NULL, NULL, 0, under);
  seal.sequence = chain->length - 1;
  coquill_item_chain_digest (chain, seal.digest);
  coquill_seal_sign (&seal, document, signer->keys);
  memcpy (seal.device, device, 32);
  g_assert_true (coquill_change_encode (change, &buffer));
  coquill_change_free (change);
  inner = g_bytes_new (buffer.data, buffer.length);
  coquill_buffer_clear (&buffer);
  signed_change = coquill_signed_change_new (inner, &seal, 1);

  return coquill_signed_change_encode (signed_change);
}

static void
test_forged_agent_and_position (Fixture *self, gconstpointer data)
{
  CoquillDocument *document = self->ana->document;
  const guint8 *id = coquill_document_get_id (document);
  const guint8 *ana = coquill_document_get_device (document);
  const guint8 *ben = coquill_document_get_device (self->ben->document);
  g_autoptr (GBytes) stolen = forge (self->ben, ana, id, 0, TRUE, document);
  g_autoptr (GBytes) outside = forge (self->ben, ben, id, 1000, TRUE, document);
  g_autoptr (GBytes) silent = forge (self->ben, ben, id, 0, FALSE, document);
  g_autoptr (GBytes) honest = forge (self->ben, ben, id, 0, TRUE, document);

  assert_refused (self->ana, stolen, COQUILL_DOCUMENT_ERROR_SIGNATURE);
  assert_refused (self->ana, outside, COQUILL_DOCUMENT_ERROR_IMPOSSIBLE);
  assert_refused (self->ana, silent, COQUILL_DOCUMENT_ERROR_IMPOSSIBLE);
  /* The same way of making it, without the lie, is taken: so the refusals were for the lies. */
  g_assert_cmpint (coquill_document_accept (document, COQUILL_PAYLOAD_CHANGE, honest, NULL, NULL, NULL, NULL),
                   ==, COQUILL_ACCEPT_ACCEPTED);
}

static void
test_other_document (Fixture *self, gconstpointer data)
{
  g_autofree char *before = person_text (self->ana);
  g_autoptr (GPtrArray) bodies = NULL;
  Person other = { .keys = self->ana->keys, .stored = coquill_body_array_new (), .now = 1 };
  g_autoptr (GError) error = NULL;

  /* Even by the same device. */
  other.document = coquill_document_found (self->ana->keys, NULL, 1);
  person_insert (&other, 0, "another document");
  bodies = person_flush (&other);
  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *body = g_ptr_array_index (bodies, i);
      g_autoptr (GBytes) envelope
          = coquill_document_seal (other.document, body->kind, body->bytes, NULL, 0, NULL);

      g_assert_cmpint (person_accept (self->ana, body), ==,
                       body->kind == COQUILL_PAYLOAD_LOG ? COQUILL_ACCEPT_REFUSED : COQUILL_ACCEPT_HELD);
      g_assert_null (coquill_document_open_envelope (self->ana->document, envelope, NULL, &error));
      g_assert_error (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_UNKNOWN_EPOCH);
      g_clear_error (&error);
    }
  person_assert_text (self->ana, before);
  coquill_document_free (other.document);
  g_ptr_array_unref (other.stored);
}

/* Bytes flipped, cut and repeated: nothing crashes, nothing wrong gets in. */
static void
test_damaged (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) bodies = NULL;
  g_autofree char *before = person_text (self->ana);
  g_autofree char *after = NULL;

  person_insert (self->ben, 4, "damage");
  person_delete (self->ben, 2, 4);
  g_assert_true (coquill_document_undo (self->ben->document, 0, NULL, NULL, NULL));
  coquill_document_set_record (self->ben->document, "document", "", "title", "T", NULL);
  g_assert_true (coquill_document_mint_epoch (self->ben->document, NULL));
  bodies = person_flush (self->ben);
  after = person_text (self->ben);
  for (guint round = 0; round < 3000; round++)
    {
      const CoquillBody *body
          = g_ptr_array_index (bodies, (guint)g_test_rand_int_range (0, (gint32)bodies->len));
      gsize size = g_bytes_get_size (body->bytes);
      g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (body->bytes, NULL), size);
      g_autoptr (GBytes) damaged = NULL;
      g_autofree char *text = NULL;

      for (gint i = g_test_rand_int_range (0, 3); i >= 0; i--)
        bytes[g_test_rand_int_range (0, (gint32)size)] ^= (guint8)g_test_rand_int_range (1, 256);
      if (g_test_rand_int_range (0, 4) == 0)
        size = (gsize)g_test_rand_int_range (0, (gint32)size);
      damaged = g_bytes_new (bytes, size);
      coquill_document_accept (self->ana->document, body->kind, damaged, NULL, NULL, NULL, NULL);
      text = person_text (self->ana);
      g_assert_true (g_str_equal (text, before) || g_str_equal (text, after));
    }
  person_exchange (self->ben, self->ana);
  persons_assert_equal (self->ben, self->ana);
}

static void
test_envelopes (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("hm", 2);
  g_autoptr (GBytes) for_all = NULL;
  g_autoptr (GBytes) for_ana = NULL;
  g_autoptr (GBytes) for_nobody = NULL;
  g_autoptr (CoquillPayload) payload = NULL;
  g_autoptr (GError) error = NULL;
  guint8 nobody[32] = { 9 };

  for_all = coquill_document_seal (self->ben->document, COQUILL_PAYLOAD_SIGNAL, body, NULL, 1, &error);
  g_assert_no_error (error);
  for_ana = coquill_document_seal (self->ben->document, COQUILL_PAYLOAD_SIGNAL, body,
                                   coquill_document_get_device (self->ana->document), 1, &error);
  for_nobody = coquill_document_seal (self->ben->document, COQUILL_PAYLOAD_SIGNAL, body, nobody, 1, &error);

  payload = coquill_document_open_envelope (self->ana->document, for_all, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (payload->body, body));
  g_assert_cmpmem (payload->sender, 32, coquill_document_get_device (self->ben->document), 32);
  g_assert_null (coquill_document_open_envelope (self->ana->document, for_all, NULL, &error));
  g_assert_error (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_REPLAY);
  g_clear_error (&error);
  coquill_payload_free (payload);
  payload = coquill_document_open_envelope (self->ana->document, for_ana, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (coquill_document_open_envelope (self->ana->document, for_nobody, NULL, &error));
  g_assert_error (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED);
  g_clear_error (&error);
  /* One's own does not come back. */
  g_assert_null (coquill_document_open_envelope (self->ben->document, for_all, NULL, &error));
  g_assert_error (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED);
}

/* Two roads: what was sent first may come last. */
static void
test_live_payloads_overtake (Fixture *self, gconstpointer data)
{
  enum
  {
    N_PAYLOADS = COQUILL_COUNTER_WINDOW_SIZE + 2
  };
  g_autoptr (GBytes) body = g_bytes_new_static ("hm", 2);
  g_autoptr (GPtrArray) sealed = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);

  for (guint i = 0; i < N_PAYLOADS; i++)
    g_ptr_array_add (
        sealed, coquill_document_seal (self->ben->document, COQUILL_PAYLOAD_PRESENCE, body, NULL, 1, NULL));
  /* All but two of them, the last ones first. */
  for (guint i = N_PAYLOADS - 1; i > 1; i--)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CoquillPayload) payload
          = coquill_document_open_envelope (self->ana->document, sealed->pdata[i], NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (payload);
    }
  /* The remembered, and those below all that are remembered. */
  for (guint i = 0; i < N_PAYLOADS; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (coquill_document_open_envelope (self->ana->document, sealed->pdata[i], NULL, &error));
      g_assert_error (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_REPLAY);
    }
}

/* Against a plain list of all that was ever accepted. */
static void
test_counter_window (void)
{
  CoquillCounterWindow window = { 0 };
  g_autoptr (GHashTable) accepted = g_hash_table_new (NULL, NULL);
  guint n_old = 0, n_late = 0;
  guint64 highest = 0;

  g_assert_false (coquill_counter_window_take (&window, 0));
  for (guint round = 0; round < 20000; round++)
    {
      guint64 counter = 1 + round / 3 + (guint64)g_test_rand_int_range (0, 120);
      guint above = 0;
      gboolean is_new;

      for (guint i = 0; i < window.n_counters; i++)
        above += window.counters[i] > counter;
      is_new = !g_hash_table_contains (accepted, GUINT_TO_POINTER ((guint)counter))
               && above < COQUILL_COUNTER_WINDOW_SIZE;
      g_assert_cmpint (coquill_counter_window_take (&window, counter), ==, is_new);
      g_hash_table_add (accepted, GUINT_TO_POINTER ((guint)counter));
      n_old += above == COQUILL_COUNTER_WINDOW_SIZE;
      n_late += is_new && counter < highest;
      highest = MAX (highest, counter);
      g_assert_cmpuint (window.n_counters, <=, COQUILL_COUNTER_WINDOW_SIZE);
      for (guint i = 1; i < window.n_counters; i++)
        g_assert_cmpuint (window.counters[i - 1], <, window.counters[i]);
    }
  g_assert_cmpuint (n_old, >, 100);
  g_assert_cmpuint (n_late, >, 100);
  g_assert_true (coquill_counter_window_take (&window, G_MAXUINT64));
  g_assert_false (coquill_counter_window_take (&window, G_MAXUINT64));
}

/* The digest knows nothing of batches, and can be found again at any place. */
static void
test_canonical (void)
{
  static const guint8 document[32] = { 1, 2, 3 };
  const guint n_items = 40000;
  CoquillAgent agent = { .ordinal = 1, .nonce = 2 };
  CoquillOperation operation
      = { .kind = COQUILL_OPERATION_INSERT, .length = n_items, .position = 5, .content_length = n_items };
  g_autofree guint8 *content = g_malloc (n_items);
  g_autoptr (CoquillItemChain) whole = NULL;
  guint8 digest[32];

  memset (content, 'a', n_items);
  for (guint i = 0; i < n_items; i += 7)
    content[i] = 'b';
  whole = coquill_item_chain_new (document, &agent, NULL);
  coquill_item_chain_add (whole, &operation, 0, n_items, content, NULL, NULL, 0, FALSE);
  coquill_item_chain_digest (whole, digest);
  g_assert_nonnull (coquill_item_chain_find (whole, COQUILL_ITEM_CHAIN_RESTART));
  for (guint round = 0; round < 5; round++)
    {
      g_autoptr (CoquillItemChain) pieces = coquill_item_chain_new (document, &agent, NULL);
      guint8 other[32];
      guint done = 0;

      while (done < n_items)
        {
          guint count = (guint)g_test_rand_int_range (1, 9000);
          CoquillOperation piece
              = { .kind = COQUILL_OPERATION_INSERT, .sequence = done, .position = 5 + done };

          count = MIN (count, n_items - done);
          piece.length = count;
          piece.content_length = count;
          coquill_item_chain_add (pieces, &piece, 0, count, content + done, NULL, NULL, 0, done > 0);
          done += count;
        }
      coquill_item_chain_digest (pieces, other);
      g_assert_cmpmem (digest, 32, other, 32);
    }
  /* One character more or less is another digest. */
  content[n_items - 1] ^= 1;
  {
    g_autoptr (CoquillItemChain) changed = coquill_item_chain_new (document, &agent, NULL);
    guint8 other[32];

    coquill_item_chain_add (changed, &operation, 0, n_items, content, NULL, NULL, 0, FALSE);
    coquill_item_chain_digest (changed, other);
    g_assert_cmpint (memcmp (digest, other, 32), !=, 0);
  }
}

/* @n agents of one device, one after the other, which wrote an item each. */
static void
add_agents (CoquillText *text, guint n)
{
  g_autoptr (CoquillChange) change = coquill_change_new ();
  CoquillAgentPrevious previous = { .present = FALSE };
  CoquillTextError error = { 0 };

  for (guint i = 0; i < n; i++)
    {
      CoquillAgent agent = { .device = { 1 }, .ordinal = i, .nonce = i };
      CoquillOperation operation = { .kind = COQUILL_OPERATION_RECORD, .length = 1, .content_length = 1 };
      CoquillChangeId parent = { .agent = i - 1, .sequence = 0 };

      operation.agent = coquill_change_add_agent (change, &agent, &previous);
      operation.n_parents = i > 0;
      coquill_change_add_operation (change, &operation, i > 0 ? &parent : NULL, (const guint8 *)"r");
      previous = (CoquillAgentPrevious){ .present = TRUE, .ordinal = i, .nonce = i, .length = 1 };
    }
  g_assert_true (coquill_text_merge (text, change, NULL, NULL, &error));
}

/* Returns: microseconds, the best of ten: a busy machine is slow */
static gint64
time_to_cover (Person *person, CoquillVectorEntry *entries)
{
  CoquillWireVector vector = { .entries = entries, .n_entries = COQUILL_WIRE_VECTOR_MAX };
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (CoquillCoverage) coverage = coquill_coverage_new ();
      gint64 start = g_get_monotonic_time ();

      coquill_document_cover (person->document, &vector, coverage);
      best = MIN (best, g_get_monotonic_time () - start);
    }

  return best;
}

/* All of it is one pass over the entries and one over the agents, so it costs little more than the entries
 * alone. */
static void
test_vector_costs (Fixture *self, gconstpointer data)
{
  const guint n_agents = 2000;
  g_autofree CoquillVectorEntry *unknown = g_new0 (CoquillVectorEntry, COQUILL_WIRE_VECTOR_MAX);
  g_autofree CoquillVectorEntry *known = g_new0 (CoquillVectorEntry, COQUILL_WIRE_VECTOR_MAX);
  gint64 alone;

  for (guint i = 0; i < COQUILL_WIRE_VECTOR_MAX; i++)
    {
      /* Other devices, later agents of the same device, and numbers that a simple hash would put together. */
      memcpy (unknown[i].device, i % 2 == 0 ? &i : &(guint){ 1 }, sizeof i);
      unknown[i].ordinal = n_agents + i;
      unknown[i].nonce = n_agents + i;
      unknown[i].length = 7;
      known[i] = (CoquillVectorEntry){
        .device = { 1 }, .ordinal = n_agents - 1, .nonce = n_agents - 1, .length = 1
      };
    }
  alone = time_to_cover (self->ana, unknown);
  add_agents (self->ben->document->text, n_agents);
  g_assert_cmpint (time_to_cover (self->ben, unknown), <, 6 * alone + 2000);
  g_assert_cmpint (time_to_cover (self->ben, known), <, 6 * alone + 2000);
}

/* A later agent covers what its device wrote before it, also when it isn't known here. */
static void
test_vector_covers (Fixture *self, gconstpointer data)
{
  const guint n_agents = 50;
  CoquillVectorEntry entries[] = { { .device = { 1 }, .ordinal = 20, .nonce = 99, .length = 3 },
                                   { .device = { 1 }, .ordinal = 30, .nonce = 98, .length = 3 },
                                   { .device = { 2 }, .ordinal = 60, .nonce = 97, .length = 3 } };

  add_agents (self->ana->document->text, n_agents);
  for (guint known = 0; known < 2; known++)
    {
      g_autoptr (CoquillCoverage) coverage = coquill_coverage_new ();
      CoquillVectorEntry newest = { .device = { 1 }, .ordinal = 30, .nonce = 30, .length = 1 };
      CoquillWireVector vector = { .entries = known ? &newest : entries, .n_entries = known ? 1 : 3 };

      g_assert_cmpint (coquill_document_cover (self->ana->document, &vector, coverage), ==, !known);
      for (guint i = 0; i < n_agents; i++)
        {
          CoquillAgent agent = { .device = { 1 }, .ordinal = i, .nonce = i };

          g_assert_cmpuint (coquill_coverage_get_length (coverage, &agent), ==, i < 30 + known);
        }
    }
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  person_use_seed ();
  ADD ("/hostile/a-forged-signature", test_forged_signature);
  ADD ("/hostile/another-text-under-the-signature", test_changed_text);
  ADD ("/hostile/a-forged-agent-or-position", test_forged_agent_and_position);
  ADD ("/hostile/another-document", test_other_document);
  ADD ("/hostile/damaged-bodies", test_damaged);
  ADD ("/hostile/envelopes-again-or-for-others", test_envelopes);
  ADD ("/hostile/live-payloads-overtake-each-other", test_live_payloads_overtake);
  ADD ("/hostile/a-vector-costs-one-pass", test_vector_costs);
  ADD ("/hostile/a-vector-covers-earlier-agents", test_vector_covers);
  g_test_add_func ("/hostile/a-window-of-counters", test_counter_window);
  g_test_add_func ("/hostile/the-canonical-form-knows-no-batches", test_canonical);

  return g_test_run ();
}
