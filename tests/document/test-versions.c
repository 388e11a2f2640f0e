/* test-versions.c: an older version of the text, or a part of it, comes back as a new edit */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-version.h"
#include "document/person.h"

#include <string.h>

#include "text/text-version.h"

typedef struct
{
  CoquillChangeId *heads;
  gsize n_heads;
} Version;

static void
version_free (Version *self)
{
  g_free (self->heads);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Version, version_free)

static Version *
version_new (Person *person)
{
  Version *self = g_new0 (Version, 1);
  size_t n_heads;
  const CoquillChangeId *heads
      = coquill_text_frontier (coquill_document_get_text (person->document), &n_heads);

  self->heads = g_memdup2 (heads, n_heads * sizeof *heads);
  self->n_heads = n_heads;

  return self;
}

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

static GArray *
version_list_ids (const Version *self, Person *person)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (CoquillChangeId));
  CoquillText *text = coquill_text_checkout (coquill_document_get_text (person->document), self->heads,
                                             self->n_heads, NULL);

  coquill_text_foreach_span (text, 0, coquill_text_length (text), collect_ids_cb, list);
  coquill_text_free (text);

  return list;
}

/* A mirror that is told what changes. */
static void
mirror_cb (const CoquillTextDelta *delta, void *data)
{
  GString *mirror = data;
  gsize at = (gsize)(g_utf8_offset_to_pointer (mirror->str, (glong)delta->position) - mirror->str);
  gsize end = (gsize)(g_utf8_offset_to_pointer (mirror->str + at, (glong)delta->deleted) - mirror->str);

  g_string_erase (mirror, (gssize)at, (gssize)(end - at));
  g_string_insert_len (mirror, (gssize)at, delta->inserted, (gssize)delta->inserted_bytes);
}

/* Restores a range of a version, or all with @count G_MAXUINT64. Returns: whether anything changed */
static gboolean
restore (Person *person, const Version *version, guint64 position, guint64 count)
{
  g_autofree char *before = person_text (person);
  g_autoptr (GString) mirror = g_string_new (before);
  g_autoptr (GError) error = NULL;
  gboolean changed = TRUE;

  if (count == G_MAXUINT64)
    coquill_document_restore_version (person->document, version->heads, version->n_heads, person->now,
                                      mirror_cb, mirror, &changed, &error);
  else
    coquill_document_restore_range (person->document, version->heads, version->n_heads, position, count,
                                    person->now, mirror_cb, mirror, &changed, &error);
  g_assert_no_error (error);
  person_assert_text (person, mirror->str);

  return changed;
}

static gboolean
undo (Person *person)
{
  return coquill_document_undo (person->document, person->now, NULL, NULL, NULL);
}

/* An edit that is a step of its own. */
static void
type (Person *person, guint64 position, const char *text)
{
  person->now += 2 * G_TIME_SPAN_SECOND;
  person_insert (person, position, text);
}

static void
test_version_comes_back (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (Person) ben = NULL;
  g_autoptr (Version) version = NULL;
  g_autoptr (GArray) then = NULL;
  g_autoptr (GArray) now = NULL;
  CoquillWireAnchor anchor;
  guint64 position;

  type (ana, 0, "one two three");
  ben = person_new_guest (ana);
  person_exchange (ana, ben);
  version = version_new (ana);
  then = person_list_ids (ana);
  coquill_document_anchor (ana->document, 4, COQUILL_ANCHOR_BEFORE, &anchor);

  person_delete (ben, 3, 4);
  person_exchange (ana, ben);
  type (ana, 3, ", two and a half,");
  person_delete (ana, 0, 1);
  person_assert_text (ana, "ne, two and a half, three");

  g_assert_true (restore (ana, version, 0, G_MAXUINT64));
  person_assert_text (ana, "one two three");
  now = person_list_ids (ana);
  ids_assert_same (then, now);
  g_assert_true (coquill_document_resolve (ana->document, &anchor, &position));
  g_assert_cmpuint (position, ==, 4);
  g_assert_false (restore (ana, version, 0, G_MAXUINT64));
  person_exchange (ana, ben);
  type (ben, 7, "!");
  person_exchange (ana, ben);
  person_assert_text (ben, "one two! three");

  /* One step; Ben's word stays. */
  g_assert_true (undo (ana));
  person_assert_text (ana, "ne, two and a half,! three");
  g_assert_true (coquill_document_redo (ana->document, ana->now, NULL, NULL, NULL));
  person_assert_text (ana, "one two! three");
}

static void
test_range_comes_back (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (Version) version = NULL;

  type (ana, 0, "[one] [two] [three]");
  version = version_new (ana);
  person_delete (ana, 7, 3);
  type (ana, 7, "2");
  person_delete (ana, 1, 3);
  type (ana, 0, ">");
  person_assert_text (ana, ">[] [2] [three]");

  g_assert_false (restore (ana, version, 13, 6));
  g_assert_true (restore (ana, version, 7, 3));
  person_assert_text (ana, ">[] [two] [three]");
  g_assert_true (restore (ana, version, 2, 1));
  person_assert_text (ana, ">[n] [two] [three]");
  g_assert_true (restore (ana, version, 0, 0));
  person_assert_text (ana, "[n] [two] [three]");
  g_assert_true (restore (ana, version, 0, 19));
  person_assert_text (ana, "[one] [two] [three]");
  for (guint i = 0; i < 4; i++)
    g_assert_true (undo (ana));
  person_assert_text (ana, ">[] [2] [three]");
}

static void
test_nothing_comes_back (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  Version empty = { NULL, 0 };

  g_assert_false (restore (ana, &empty, 0, G_MAXUINT64));
  type (ana, 0, "all of it");
  g_assert_true (restore (ana, &empty, 0, G_MAXUINT64));
  person_assert_text (ana, "");
  g_assert_true (undo (ana));
  person_assert_text (ana, "all of it");
}

static void
test_refusals (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (Version) version = NULL;
  g_autoptr (GError) error = NULL;
  CoquillChangeId unknown = { 0, 1000 };
  const struct
  {
    guint64 position;
    guint64 count;
  } outside[] = { { 0, 4 }, { 4, 0 }, { 1, 3 }, { 2, G_MAXUINT64 }, { G_MAXUINT64, G_MAXUINT64 } };

  type (ana, 0, "abc");
  version = version_new (ana);
  type (ana, 3, "def");
  for (guint i = 0; i < G_N_ELEMENTS (outside); i++)
    {
      g_assert_false (coquill_document_restore_range (ana->document, version->heads, version->n_heads,
                                                      outside[i].position, outside[i].count, ana->now, NULL,
                                                      NULL, NULL, &error));
      g_assert_error (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_TEXT);
      g_clear_error (&error);
    }
  g_assert_false (
      coquill_document_restore_version (ana->document, &unknown, 1, ana->now, NULL, NULL, NULL, &error));
  g_assert_error (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_HERE);
  person_assert_text (ana, "abcdef");
}

static void
test_history_is_needed (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (GPtrArray) bodies = NULL;
  g_autoptr (Version) version = NULL;
  g_autoptr (GBytes) snapshot = NULL;
  g_autoptr (GBytes) keys = NULL;
  g_autoptr (GError) error = NULL;
  CoquillDocument *loaded;

  type (ana, 0, "before");
  version = version_new (ana);
  person_delete (ana, 0, 3);
  bodies = person_flush (ana);
  snapshot = coquill_document_save_snapshot (ana->document);
  keys = coquill_document_save_keys (ana->document);
  g_assert_nonnull (snapshot);

  loaded = coquill_document_load (ana->keys, coquill_document_get_id (ana->document), keys, snapshot, &error);
  g_assert_no_error (error);
  g_assert_false (coquill_document_restore_version (loaded, version->heads, version->n_heads, ana->now, NULL,
                                                    NULL, NULL, &error));
  g_assert_error (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_HERE);
  coquill_document_free (loaded);

  person_restart (ana, keys, snapshot, ana->stored->len, ana->stored->len);
  g_assert_true (coquill_document_end_history (ana->document, NULL, NULL, NULL, NULL));
  g_assert_true (restore (ana, version, 0, G_MAXUINT64));
  person_assert_text (ana, "before");
}

/* What a range's restoration has to give: the present text up to the place of the character in front of the
 * range, the range, and the present text from the place of the character behind it. */
static GArray *
expect_range (Person *person, const Version *version, guint64 position, guint64 count)
{
  CoquillText *text = coquill_document_get_text (person->document);
  CoquillText *old = coquill_text_checkout (text, version->heads, version->n_heads, NULL);
  CoquillAnchor front = coquill_text_anchor (old, position, COQUILL_ANCHOR_AFTER);
  CoquillAnchor behind = coquill_text_anchor (old, position + count, COQUILL_ANCHOR_BEFORE);
  g_autoptr (GArray) then = version_list_ids (version, person);
  GArray *list = person_list_ids (person);
  uint64_t start, end;

  /* Agents have the same indices in both. */
  g_assert_true (coquill_text_resolve (text, &front, &start));
  g_assert_true (coquill_text_resolve (text, &behind, &end));
  g_array_remove_range (list, (guint)start, (guint)(end - start));
  if (count > 0)
    g_array_insert_vals (list, (guint)start, &g_array_index (then, CoquillChangeId, position), (guint)count);
  coquill_text_free (old);

  return list;
}

static void
check_restoration (Person *person, GRand *random, const Version *version)
{
  g_autoptr (GArray) then = version_list_ids (version, person);
  g_autoptr (GArray) expected = NULL;
  g_autoptr (GArray) now = NULL;
  g_autofree char *before = person_text (person);
  gboolean whole = g_rand_boolean (random);
  guint64 position = (guint64)g_rand_int_range (random, 0, (gint32)then->len + 1);
  guint64 count = (guint64)g_rand_int_range (random, 0, (gint32)(then->len - position) + 1);
  gboolean changed;

  expected = whole ? g_array_ref (then) : expect_range (person, version, position, count);
  changed = restore (person, version, whole ? 0 : position, whole ? G_MAXUINT64 : count);
  now = person_list_ids (person);
  ids_assert_same (now, expected);
  if (changed && g_rand_boolean (random))
    {
      g_assert_true (undo (person));
      person_assert_text (person, before);
      g_assert_true (coquill_document_redo (person->document, person->now, NULL, NULL, NULL));
      g_array_unref (now);
      now = person_list_ids (person);
      ids_assert_same (now, expected);
    }
}

static void
test_random (void)
{
  for (guint round = 0; round < 25; round++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
      g_autoptr (Person) ana = person_new_founder ();
      g_autoptr (Person) ben = person_new_guest (ana);
      g_autoptr (GPtrArray) versions = g_ptr_array_new_with_free_func ((GDestroyNotify)version_free);

      for (guint step = 0; step < 120; step++)
        {
          person_edit_randomly (g_rand_boolean (random) ? ana : ben, random);
          if (g_rand_int_range (random, 0, 6) == 0)
            person_exchange (ana, ben);
          if (g_rand_int_range (random, 0, 4) == 0)
            g_ptr_array_add (versions, version_new (ana));
          if (versions->len > 0 && g_rand_int_range (random, 0, 5) == 0)
            check_restoration (ana, random,
                               versions->pdata[g_rand_int_range (random, 0, (gint32)versions->len)]);
        }
      person_exchange (ana, ben);
      person_exchange (ana, ben);
      persons_assert_equal (ana, ben);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  person_use_seed ();
  g_test_add_func ("/versions/a-version-comes-back-as-the-same-characters", test_version_comes_back);
  g_test_add_func ("/versions/a-range-comes-back-between-its-neighbours", test_range_comes_back);
  g_test_add_func ("/versions/the-empty-version-comes-back", test_nothing_comes_back);
  g_test_add_func ("/versions/what-is-not-here-is-refused", test_refusals);
  g_test_add_func ("/versions/history-is-needed", test_history_is_needed);
  g_test_add_func ("/versions/random-ones-come-back-and-go-again", test_random);
  return g_test_run ();
}
