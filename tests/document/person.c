/* person.c: somebody with a device and a replica, for tests */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/person.h"

#include <string.h>

#include "trust/random.h"

void
person_use_seed (void)
{
  guint8 seed[32] = { 0 };

  for (guint i = 0; i < sizeof seed; i++)
    seed[i] = (guint8)g_test_rand_int_range (0, 256);
  coquill_random_use_seed (seed);
}

Person *
person_new (void)
{
  Person *self = g_new0 (Person, 1);

  self->keys = coquill_device_keys_new ();
  self->stored = coquill_body_array_new ();
  self->now = G_TIME_SPAN_DAY;

  return self;
}

Person *
person_new_founder (void)
{
  Person *self = person_new ();

  self->document = coquill_document_found (self->keys, "Founder", self->now);

  return self;
}

Person *
person_new_guest (Person *host)
{
  Person *self = person_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillSecret) seed = coquill_document_invite (host->document, &error);
  g_autoptr (GBytes) bulletin = coquill_document_dup_bulletin (host->document);
  g_autoptr (CoquillLink) link = NULL;

  g_assert_no_error (error);
  link = coquill_link_new ("https://relay.example", coquill_document_get_room (host->document),
                           coquill_document_get_id (host->document), COQUILL_INVITE_OPEN, seed, &error);
  g_assert_no_error (error);
  self->document = coquill_document_join (self->keys, link, bulletin, "Guest", &error);
  g_assert_no_error (error);
  g_assert_true (coquill_document_is_joining (self->document));
  person_exchange (host, self);
  g_assert_false (coquill_document_is_joining (self->document));
  g_assert_true (coquill_document_can_edit (self->document));

  return self;
}

void
person_free (Person *self)
{
  g_clear_pointer (&self->document, coquill_document_free);
  coquill_device_keys_unref (self->keys);
  g_ptr_array_unref (self->stored);
  g_free (self);
}

GPtrArray *
person_flush (Person *self)
{
  GPtrArray *bodies = coquill_document_flush (self->document);

  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *body = g_ptr_array_index (bodies, i);

      g_assert_cmpuint (g_bytes_get_size (body->bytes), <=, COQUILL_BODY_MAX);
      g_ptr_array_add (self->stored, coquill_body_new (body->kind, body->bytes));
    }

  return bodies;
}

CoquillAccept
person_accept (Person *self, const CoquillBody *body)
{
  g_autoptr (GPtrArray) accepted = coquill_body_array_new ();
  g_autoptr (GPtrArray) flushed = person_flush (self);
  g_autoptr (GError) error = NULL;
  CoquillAccept result
      = coquill_document_accept (self->document, body->kind, body->bytes, NULL, NULL, accepted, &error);

  if (result == COQUILL_ACCEPT_REFUSED)
    g_assert_nonnull (error);
  else
    g_assert_no_error (error);
  for (guint i = 0; i < accepted->len; i++)
    {
      const CoquillBody *one = g_ptr_array_index (accepted, i);

      g_ptr_array_add (self->stored, coquill_body_new (one->kind, one->bytes));
    }

  return result;
}

void
person_give_missing (Person *self, Person *to)
{
  g_autoptr (CoquillHello) hello = coquill_hello_new ();
  g_autoptr (CoquillCoverage) coverage = coquill_coverage_new ();
  g_autoptr (GPtrArray) flushed = person_flush (self);
  g_autoptr (GPtrArray) missing = NULL;
  gboolean lacks;
  gboolean complete;

  coquill_document_get_vector (to->document, hello);
  coquill_document_cover (self->document, &hello->vector, coverage);
  coquill_document_cover (self->document, &hello->forks, coverage);
  lacks = coquill_document_cover_log (self->document, hello->heads, hello->n_heads, coverage);
  missing = coquill_document_missing (self->document, coverage, NULL, G_MAXSIZE, &complete);
  g_assert_true (complete);
  for (guint i = 0; i < missing->len; i++)
    {
      CoquillAccept result = person_accept (to, g_ptr_array_index (missing, i));

      /* Behind a log head that is not known here, @to may have more than it says. */
      g_assert_true (result == COQUILL_ACCEPT_ACCEPTED || (lacks && result == COQUILL_ACCEPT_KNOWN));
    }
}

void
person_exchange (Person *self, Person *other)
{
  person_give_missing (self, other);
  person_give_missing (other, self);
}

void
person_insert (Person *self, guint64 position, const char *text)
{
  g_autoptr (GError) error = NULL;

  coquill_document_insert (self->document, position, text, strlen (text), self->now, &error);
  g_assert_no_error (error);
}

void
person_delete (Person *self, guint64 position, guint64 count)
{
  g_autoptr (GError) error = NULL;

  coquill_document_delete (self->document, position, count, self->now, &error);
  g_assert_no_error (error);
}

void
person_edit_randomly (Person *self, GRand *random)
{
  static const char *const words[] = { "a", "bc ", "ö", "longer words\n", "👩‍👩‍👧", " ", "x" };
  guint64 length = coquill_text_length (coquill_document_get_text (self->document));
  guint64 position = (guint64)g_rand_int_range (random, 0, (gint32)length + 1);

  self->now += g_rand_int_range (random, 0, 1500) * G_TIME_SPAN_MILLISECOND;
  switch (g_rand_int_range (random, 0, 10))
    {
    case 0:
      coquill_document_undo (self->document, self->now, NULL, NULL, NULL);
      break;
    case 1:
      coquill_document_redo (self->document, self->now, NULL, NULL, NULL);
      break;
    case 2:
      {
        g_autofree char *title = g_strdup_printf ("Title %d", g_rand_int_range (random, 0, 100));
        g_autoptr (GError) error = NULL;

        coquill_document_set_record (self->document, "document", "", "title", title, &error);
        g_assert_no_error (error);
        break;
      }
    case 3:
    case 4:
      {
        guint64 count = (guint64)g_rand_int_range (random, 1, 6);

        if (position < length)
          person_delete (self, position, MIN (length - position, count));
        break;
      }
    default:
      person_insert (self, position, words[g_rand_int_range (random, 0, G_N_ELEMENTS (words))]);
      break;
    }
}

char *
person_text (Person *self)
{
  size_t size;
  char *text = coquill_text_to_string (coquill_document_get_text (self->document), &size);
  char *copy = g_strndup (text, size);

  free (text);

  return copy;
}

void
person_assert_text (Person *self, const char *text)
{
  g_autofree char *own = person_text (self);

  g_assert_cmpstr (own, ==, text);
}

/* Whoever the characters are by, which ones they are. */
static bool
collect_ids_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  for (guint64 i = 0; i < range->length; i++)
    {
      CoquillChangeId id = { .agent = range->agent, .sequence = range->sequence + i };

      g_array_append_val ((GArray *)data, id);
    }

  return true;
}

GArray *
person_list_some_ids (Person *person, guint64 position, guint64 count)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (CoquillChangeId));

  coquill_text_foreach_span (coquill_document_get_text (person->document), position, count, collect_ids_cb,
                             list);

  return list;
}

GArray *
person_list_ids (Person *person)
{
  return person_list_some_ids (person, 0, coquill_text_length (coquill_document_get_text (person->document)));
}

gboolean
id_is_same (const CoquillChangeId *a, const CoquillChangeId *b)
{
  return a->agent == b->agent && a->sequence == b->sequence;
}

void
ids_assert_same (GArray *a, GArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    g_assert_true (
        id_is_same (&g_array_index (a, CoquillChangeId, i), &g_array_index (b, CoquillChangeId, i)));
}

gboolean
person_knows_author (Person *reader, const CoquillChangeId *id, Person *author)
{
  return memcmp (coquill_document_get_author (reader->document, id->agent),
                 coquill_document_get_device (author->document), 32)
         == 0;
}

void
persons_assert_equal (Person *a, Person *b)
{
  g_autofree char *left = person_text (a);
  g_autofree char *right = person_text (b);
  g_autoptr (CoquillHello) left_hello = coquill_hello_new ();
  g_autoptr (CoquillHello) right_hello = coquill_hello_new ();

  g_assert_cmpstr (left, ==, right);
  g_assert_cmpstr (coquill_document_get_record (a->document, "document", "", "title"), ==,
                   coquill_document_get_record (b->document, "document", "", "title"));
  coquill_document_get_vector (a->document, left_hello);
  coquill_document_get_vector (b->document, right_hello);
  g_assert_cmpmem (left_hello->heads, left_hello->n_heads * sizeof (CoquillDigest), right_hello->heads,
                   right_hello->n_heads * sizeof (CoquillDigest));
}

void
person_restart (Person *self, GBytes *keys, GBytes *snapshot, guint n_before_snapshot, guint n_stored)
{
  g_autoptr (GError) error = NULL;
  guint8 id[32];

  memcpy (id, coquill_document_get_id (self->document), 32);
  coquill_document_free (self->document);
  self->document = coquill_document_load (self->keys, id, keys, snapshot, &error);
  g_assert_no_error (error);
  g_ptr_array_set_size (self->stored, (gint)n_stored);
  for (guint i = snapshot != NULL ? n_before_snapshot : 0; i < n_stored; i++)
    {
      const CoquillBody *body = g_ptr_array_index (self->stored, i);

      coquill_document_load_tail (self->document, body->kind, body->bytes, &error);
      g_assert_no_error (error);
    }
  for (guint i = 0; snapshot != NULL && i < n_before_snapshot; i++)
    {
      const CoquillBody *body = g_ptr_array_index (self->stored, i);

      coquill_document_add_history (self->document, body->kind, body->bytes, &error);
      g_assert_no_error (error);
    }
}
