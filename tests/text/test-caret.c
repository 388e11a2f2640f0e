/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-caret.c: key presses that go on from one another, and everybody who may ask between them. */

#include "effort.h"
#include "seed.h"
#include "small-text.h"

/* Bursts of key presses. */
#define N_BURSTS 1000

/* The text as an array of code points, and how it came about. */
typedef struct
{
  GArray *characters; /* gunichar */
  GArray *ids;        /* CoquillChangeId: of each */
  guint64 n_items;    /* made here */
  guint64 n_others;   /* made by the other */
  guint64 caret;
  guint32 agent;
  gboolean is_ours; /* the last item of all */
  CoquillText *text;
  CoquillText *other; /* which is sent what is made here, now and then */
  GRand *random;
} Desk;

static char *
expected_text (Desk *self)
{
  GString *string = g_string_new (NULL);

  for (guint i = 0; i < self->characters->len; i++)
    g_string_append_unichar (string, g_array_index (self->characters, gunichar, i));
  return g_string_free (string, FALSE);
}

static void
type (Desk *self, guint length)
{
  static const gunichar other[] = { 0xe9, 0x416, 0x4e2d, 0x1f600 };
  GString *string = g_string_new (NULL);
  gboolean is_foreign = g_rand_int_range (self->random, 0, 400) == 0;
  uint64_t sequence;

  for (guint i = 0; i < length; i++)
    {
      gunichar character = is_foreign ? other[g_rand_int_range (self->random, 0, G_N_ELEMENTS (other))]
                                      : (gunichar)g_rand_int_range (self->random, 'a', 'z' + 1);

      CoquillChangeId id = { self->agent, self->n_items + i };

      g_string_append_unichar (string, character);
      g_array_insert_val (self->characters, self->caret + i, character);
      g_array_insert_val (self->ids, self->caret + i, id);
    }
  g_assert_true (
      coquill_text_insert (self->text, self->agent, self->caret, string->str, string->len, &sequence, NULL));
  g_assert_cmpuint (sequence, ==, self->n_items);
  self->n_items += length;
  self->is_ours = TRUE;
  self->caret += length;
  g_string_free (string, TRUE);
}

static void
erase (Desk *self, guint64 position, guint length)
{
  uint64_t sequence;

  g_array_remove_range (self->characters, position, length);
  g_array_remove_range (self->ids, position, length);
  g_assert_true (coquill_text_delete (self->text, self->agent, position, length, &sequence, NULL));
  g_assert_cmpuint (sequence, ==, self->n_items);
  self->n_items += length;
  self->is_ours = TRUE;
  self->caret = position;
}

static void
assert_read (Desk *self, guint64 position)
{
  char buffer[6], wanted[6];
  gsize bytes = 0;

  if (position < self->characters->len)
    bytes = (gsize)g_unichar_to_utf8 (g_array_index (self->characters, gunichar, position), wanted);
  g_assert_cmpuint (coquill_text_read (self->text, position, 1, buffer), ==, bytes);
  g_assert_cmpmem (buffer, bytes, wanted, bytes);
}

static void
assert_id (Desk *self, guint64 position)
{
  CoquillChangeId id;

  g_assert_cmpint (coquill_text_id_at (self->text, position, &id), ==, position < self->ids->len);
  if (position < self->ids->len)
    {
      const CoquillChangeId *wanted = &g_array_index (self->ids, CoquillChangeId, position);

      g_assert_cmpuint (id.agent, ==, wanted->agent);
      g_assert_cmpuint (id.sequence, ==, wanted->sequence);
    }
}

/* What an editor asks after each edit: the characters around the caret, and sometimes who wrote one: mostly
 * one that was just typed, which needs no order. */
static void
look (Desk *self)
{
  g_assert_cmpuint (coquill_text_length (self->text), ==, self->characters->len);
  assert_read (self, self->caret);
  assert_read (self, self->caret - 1);
  assert_read (self, self->caret + 1);
  if (g_rand_int_range (self->random, 0, 4) == 0)
    assert_id (self, self->caret - 1);
  if (g_rand_int_range (self->random, 0, 40) == 0)
    assert_id (self, self->caret + (guint64)g_rand_int_range (self->random, -6, 3));
}

/* The other gets all that there is, and answers in front of it. */
static void
exchange (Desk *self)
{
  CoquillAgent id = agent_id (2);
  guint32 agent = coquill_text_add_agent (self->other, &id, NULL);
  CoquillChangeId answer_id;
  gunichar answer = '>';

  merge (self->other, self->text);
  g_autofree char *expected = expected_text (self);

  assert_text (self->other, expected);
  insert (self->other, agent, 0, ">");
  merge (self->text, self->other);
  answer_id = (CoquillChangeId){ coquill_text_add_agent (self->text, &id, NULL), self->n_others };
  g_array_prepend_val (self->characters, answer);
  g_array_prepend_val (self->ids, answer_id);
  self->caret++;
  self->n_others++;
  self->is_ours = FALSE;
}

/* One of those that only the graph or the rope can answer. */
static void
ask (Desk *self)
{
  guint64 length = self->characters->len;
  CoquillChangeId last = { self->agent, self->n_items - 1 }, id;
  const CoquillChangeId *heads;
  uint64_t version;
  size_t n_heads;

  switch (g_rand_int_range (self->random, 0, 9))
    {
    case 0:
      g_assert_cmpuint (coquill_text_n_items (self->text), ==, self->n_items + self->n_others);
      break;
    case 1:
      g_assert_cmpuint (coquill_text_agent_length (self->text, self->agent), ==, self->n_items);
      break;
    case 2:
      heads = coquill_text_frontier (self->text, &n_heads);
      g_assert_cmpuint (n_heads, ==, 1);
      g_assert_cmpuint (heads[0].sequence, ==, self->is_ours ? last.sequence : self->n_others - 1);
      break;
    case 3:
      g_assert_true (coquill_text_has (self->text, last));
      last.sequence++;
      g_assert_false (coquill_text_has (self->text, last));
      break;
    case 4:
      g_assert_true (coquill_text_local_version (self->text, last, &version));
      g_assert_true (coquill_text_id_of (self->text, version, &id));
      g_assert_cmpuint (id.sequence, ==, last.sequence);
      break;
    case 5:
      g_assert_cmpint (coquill_text_id_at (self->text, self->caret, &id), ==, self->caret < length);
      break;
    case 6:
      {
        g_autofree char *expected = expected_text (self);

        g_assert_cmpuint (coquill_text_bytes (self->text), ==, strlen (expected));
        g_assert_cmpuint (coquill_text_measure (self->text, 0, length), ==, strlen (expected));
        assert_text (self->text, expected);
        break;
      }
    case 7:
      g_assert_true (
          coquill_text_record (self->text, self->agent, (const uint8_t *)"note", 4, &version, NULL));
      g_assert_cmpuint (version, ==, self->n_items);
      self->n_items++;
      self->is_ours = TRUE;
      break;
    default:
      exchange (self);
    }
}

static void
edit (Desk *self)
{
  guint64 length = self->characters->len;
  int what = g_rand_int_range (self->random, 0, 100);

  if (what < 4)
    self->caret = g_rand_int_range (self->random, 0, (gint32)length + 1);
  else if (what < 10)
    self->caret -= MIN (self->caret, (guint64)g_rand_int_range (self->random, 0, 60));
  if (what >= 70 && what < 72 && length > self->caret + 40)
    erase (self, self->caret, (guint)g_rand_int_range (self->random, 2, 40));
  else if (what >= 72 && what < 86 && self->caret > 0)
    for (int i = 0; i < what - 70 && self->caret > 0; i++)
      {
        erase (self, self->caret - 1, 1);
        look (self);
      }
  else if (what >= 86 && self->caret < length)
    for (int i = 0; i < what - 84 && self->caret < self->characters->len; i++)
      {
        erase (self, self->caret, 1);
        look (self);
      }
  else if (what % 7 == 0)
    type (self, (guint)g_rand_int_range (self->random, 1, what == 7 ? 900 : 40));
  else
    for (int i = 0; i < what; i++)
      {
        type (self, 1);
        look (self);
      }
  look (self);
}

static void
test_who_asks_between_key_presses_is_told (void)
{
  Desk desk = { .characters = g_array_new (FALSE, FALSE, sizeof (gunichar)),
                .ids = g_array_new (FALSE, FALSE, sizeof (CoquillChangeId)) };

  desk.random = g_rand_new_with_seed (test_seed ());
  desk.text = new_text (1, &desk.agent);
  desk.other = coquill_text_new ();
  for (guint i = 0; i < N_BURSTS * test_effort () / 100; i++)
    {
      edit (&desk);
      if (desk.n_items > 0 && g_rand_int_range (desk.random, 0, 6) == 0)
        ask (&desk);
    }
  exchange (&desk);
  g_rand_free (desk.random);
  g_array_unref (desk.characters);
  g_array_unref (desk.ids);
  coquill_text_free (desk.text);
  coquill_text_free (desk.other);
}

/* Nothing was written, so nobody may be taken for its author. */
static void
test_nobody_writes (void)
{
  CoquillText *text = coquill_text_new ();
  char buffer[4];

  g_assert_false (coquill_text_insert (text, COQUILL_NO_AGENT, 0, "x", 1, NULL, NULL));
  g_assert_false (coquill_text_insert (text, 0, 0, "x", 1, NULL, NULL));
  g_assert_false (coquill_text_delete (text, COQUILL_NO_AGENT, 0, 1, NULL, NULL));
  g_assert_cmpuint (coquill_text_length (text), ==, 0);
  g_assert_cmpuint (coquill_text_read (text, 0, 0, buffer), ==, 0);
  coquill_text_free (text);
}

/* One byte anywhere among others that are ASCII, in a leaf where that is expected. */
static void
test_what_is_no_text_changes_nothing (void)
{
  static const guint lengths[] = { 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 1000 };
  char typed[1001], whole[1100];
  uint64_t sequence, version;
  guint32 a;

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (guint at = 0; at < lengths[i]; at += lengths[i] < 100 ? 1 : 111)
      {
        static const char bytes[] = { 0, (char)0x80, (char)0xff };
        CoquillText *text = new_text (1, &a);

        insert (text, a, 0, "some text");
        delete (text, a, 4, 1);
        for (guint j = 0; j < G_N_ELEMENTS (bytes); j++)
          {
            memset (typed, 'x', sizeof typed);
            typed[at] = bytes[j];
            g_assert_false (coquill_text_insert (text, a, 4, typed, lengths[i], &sequence, NULL));
            g_assert_cmpuint (coquill_text_length (text), ==, 8);
          }
        assert_text (text, "sometext");
        memset (typed, 'x', sizeof typed);
        typed[lengths[i]] = '\0';
        g_assert_true (coquill_text_insert (text, a, 4, typed, lengths[i], &sequence, NULL));
        g_assert_cmpuint (sequence, ==, 10);
        g_snprintf (whole, sizeof whole, "some%stext", typed);
        assert_text (text, whole);
        g_assert_true (coquill_text_local_version (text, (CoquillChangeId){ a, 9 + lengths[i] }, &version));
        coquill_text_free (text);
      }
}

/* The same edits each time. */
static CoquillText *
scribble (guint32 seed, guint32 *agent)
{
  GRand *random = g_rand_new_with_seed (seed);
  CoquillText *text = new_text (1, agent);

  for (guint i = 0; i < 60; i++)
    {
      guint64 length = coquill_text_length (text);
      guint64 position = g_rand_int_range (random, 0, (gint32)length + 1);

      if (length > 0 && g_rand_int_range (random, 0, 2) == 0)
        delete (text, *agent, position / 2, MIN (length - position / 2, (guint64)i % 5 + 1));
      else
        insert (text, *agent, position, "some");
    }
  g_rand_free (random);
  return text;
}

static bool
tell_nothing (const CoquillTextRange *range, uint64_t position, void *data)
{
  return true;
}

/* Who looks for all of a range has what was deleted put back among what is visible. */
static void
test_an_anchor_at_what_was_deleted_is_found_where_it_was (void)
{
  for (guint32 seed = 0; seed < 20; seed++)
    {
      guint32 a;
      CoquillText *open = scribble (seed, &a), *folded = scribble (seed, &a);
      CoquillTextRange all = { a, 0, coquill_text_n_items (open) };

      coquill_text_ranges_alive (open, &all, tell_nothing, NULL);
      for (guint64 i = 0; i < all.length; i++)
        {
          CoquillAnchor anchor = { .kind = COQUILL_ANCHOR_AFTER, .agent = a, .sequence = i };
          uint64_t position = 0, expected = 0;

          g_assert_cmpint (coquill_text_resolve (folded, &anchor, &position), ==,
                           coquill_text_resolve (open, &anchor, &expected));
          g_assert_cmpuint (position, ==, expected);
          if (i % 7 == 0)
            {
              coquill_text_free (folded);
              folded = scribble (seed, &a);
            }
        }
      coquill_text_free (open);
      coquill_text_free (folded);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/caret/who-asks-between-key-presses-is-told", test_who_asks_between_key_presses_is_told);
  g_test_add_func ("/caret/nobody-writes", test_nobody_writes);
  g_test_add_func ("/caret/what-is-no-text-changes-nothing", test_what_is_no_text_changes_nothing);
  g_test_add_func ("/caret/an-anchor-at-what-was-deleted-is-found-where-it-was",
                   test_an_anchor_at_what_was_deleted_is_found_where_it_was);
  return g_test_run ();
}
