/* test-undo.c: the law of undo, clause by clause as README.md of src/document states it */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-replace.h"
#include "document/person.h"

#include <string.h>

static gboolean
undo (Person *person)
{
  return coquill_document_undo (person->document, person->now, NULL, NULL, NULL);
}

static gboolean
redo (Person *person)
{
  return coquill_document_redo (person->document, person->now, NULL, NULL, NULL);
}

/* A step of its own. */
static void
type (Person *person, guint64 position, const char *text)
{
  person->now += 2 * G_TIME_SPAN_SECOND;
  person_insert (person, position, text);
}

static void
erase (Person *person, guint64 position, guint64 count)
{
  person->now += 2 * G_TIME_SPAN_SECOND;
  person_delete (person, position, count);
}

/* Ana has written "one two three", Ben reads it. */
static void
begin (Person **ana, Person **ben)
{
  *ana = person_new_founder ();
  type (*ana, 0, "one two three");
  *ben = person_new_guest (*ana);
  person_exchange (*ana, *ben);
}

/* Insertions */

static void
test_insertion_is_removed (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;

  begin (&ana, &ben);
  type (ana, 4, "and ");
  erase (ben, 4, 4);
  person_exchange (ana, ben);
  type (ana, 0, "Now ");
  g_assert_true (undo (ana));
  g_assert_true (undo (ana));
  g_assert_false (coquill_document_can_redo (ben->document));
  person_exchange (ana, ben);
  person_assert_text (ben, "one three");
}

static void
test_insertion_is_removed_as_far_as_left (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;

  begin (&ana, &ben);
  erase (ben, 2, 7); /* from the middle of a word to the middle of another */
  person_exchange (ana, ben);
  person_assert_text (ana, "onhree");
  g_assert_true (undo (ana));
  person_assert_text (ana, "");
  /* What Ben deleted was not Ana's to delete any more, so it is still Ben's to bring back. */
  g_assert_true (undo (ben));
  person_exchange (ana, ben);
  person_assert_text (ana, "e two t");
  g_assert_true (redo (ana));
  person_assert_text (ana, "one two three");
}

static void
test_insertion_keeps_what_others_wrote_in_it (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;

  begin (&ana, &ben);
  type (ben, 8, "BEN ");
  type (ben, 0, "ben ");
  person_exchange (ana, ben);
  g_assert_true (undo (ana));
  person_assert_text (ana, "ben BEN ");
  g_assert_true (redo (ana));
  person_assert_text (ana, "ben one two BEN three");
}

/* Deletions */

static void
test_deletion_restores_the_same_characters (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;
  g_autoptr (GArray) before = NULL;
  g_autoptr (GArray) after = NULL;

  begin (&ana, &ben);
  type (ben, 4, "BEN ");
  before = person_list_ids (ben);
  erase (ben, 2, 10); /* Ana's and Ben's own */
  person_exchange (ana, ben);
  g_assert_true (undo (ben));
  person_assert_text (ben, "one BEN two three");
  after = person_list_ids (ben);
  ids_assert_same (before, after);
  g_assert_true (person_knows_author (ben, &g_array_index (after, CoquillChangeId, 3), ana));
  g_assert_true (person_knows_author (ben, &g_array_index (after, CoquillChangeId, 4), ben));
  person_exchange (ana, ben);
  persons_assert_equal (ana, ben);
}

static void
test_deletion_restores_at_their_place (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;

  begin (&ana, &ben);
  erase (ana, 3, 5);    /* " two " */
  type (ben, 7, "BEN"); /* behind "two", not knowing of it */
  type (ben, 4, "ben");
  person_exchange (ana, ben);
  person_assert_text (ana, "onebenBENthree");
  type (ben, 0, "zero ");
  person_exchange (ana, ben);
  g_assert_true (undo (ana));
  person_assert_text (ana, "zero one bentwoBEN three");
}

static void
test_what_others_deleted_too_stays_deleted (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;

  begin (&ana, &ben);
  erase (ana, 0, 8);
  erase (ben, 4, 4);
  person_exchange (ana, ben);
  person_assert_text (ana, "three");
  g_assert_true (undo (ana));
  person_assert_text (ana, "one three");
  person_exchange (ana, ben);
  g_assert_true (undo (ben));
  person_assert_text (ben, "one two three");
  person_exchange (ana, ben);
  persons_assert_equal (ana, ben);
}

/* The order in which the two take it back makes no difference. */
static void
test_whoever_takes_back_first (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;

  begin (&ana, &ben);
  erase (ana, 0, 8);
  erase (ben, 0, 8);
  g_assert_true (undo (ben));
  person_exchange (ana, ben);
  person_assert_text (ben, "three");
  g_assert_true (undo (ana));
  person_exchange (ana, ben);
  person_assert_text (ben, "one two three");
}

static void
test_anchors_come_back (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;
  CoquillAnchor anchor;
  guint64 position;

  begin (&ana, &ben);
  anchor = coquill_text_anchor (coquill_document_get_text (ben->document), 5, COQUILL_ANCHOR_BEFORE);
  erase (ana, 3, 5);
  person_exchange (ana, ben);
  g_assert_true (coquill_text_resolve (coquill_document_get_text (ben->document), &anchor, &position));
  g_assert_cmpuint (position, ==, 3);
  g_assert_true (undo (ana));
  person_exchange (ana, ben);
  g_assert_true (coquill_text_resolve (coquill_document_get_text (ben->document), &anchor, &position));
  g_assert_cmpuint (position, ==, 5);
}

/* Redo */

static void
test_redo_is_undo_of_undo (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;
  g_autoptr (GArray) before = NULL;
  g_autoptr (GArray) after = NULL;

  begin (&ana, &ben);
  erase (ana, 0, 4);
  type (ana, 3, "!");
  before = person_list_ids (ana);
  for (guint i = 0; i < 3; i++)
    g_assert_true (undo (ana));
  person_assert_text (ana, "");
  type (ben, 13, " BEN");
  person_exchange (ana, ben);
  for (guint i = 0; i < 3; i++)
    g_assert_true (redo (ana));
  g_assert_false (redo (ana));
  person_assert_text (ana, "two! three BEN");
  after = person_list_some_ids (ana, 0, before->len);
  ids_assert_same (before, after);
}

static void
test_redo_deletes_what_is_there (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;

  begin (&ana, &ben);
  erase (ana, 3, 10); /* " two three" */
  g_assert_true (undo (ana));
  person_exchange (ana, ben);
  erase (ben, 3, 4);
  type (ben, 3, "BEN");
  person_exchange (ana, ben);
  person_assert_text (ana, "oneBEN three");
  g_assert_true (redo (ana));
  person_assert_text (ana, "oneBEN");
  /* Ben's deletion is Ben's still. */
  g_assert_true (undo (ana));
  person_assert_text (ana, "oneBEN three");
  person_exchange (ana, ben);
  g_assert_true (undo (ben));
  g_assert_true (undo (ben));
  person_assert_text (ben, "one two three");
}

static void
test_only_own_edits_end_redo (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;

  begin (&ana, &ben);
  g_assert_true (undo (ana));
  type (ben, 0, "ben");
  person_exchange (ana, ben);
  g_assert_true (coquill_document_can_redo (ana->document));
  g_assert_true (coquill_document_set_record (ana->document, "document", "", "title", "T", NULL));
  g_assert_true (coquill_document_can_redo (ana->document));
  type (ana, 0, "ana");
  g_assert_false (coquill_document_can_redo (ana->document));
  g_assert_false (redo (ana));
}

/* Steps */

static void
test_nothing_left_is_passed_over (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;

  begin (&ana, &ben);
  type (ana, 13, " four");
  person_exchange (ana, ben);
  erase (ben, 13, 5);
  person_exchange (ana, ben);
  g_assert_true (undo (ana)); /* of " four" nothing is left, so this is of what came before */
  person_assert_text (ana, "");
  g_assert_false (undo (ana));
  g_assert_true (redo (ana));
  person_assert_text (ana, "one two three");
  g_assert_false (redo (ana));

  person_exchange (ana, ben);
  erase (ben, 0, 13);
  person_exchange (ana, ben);
  g_assert_true (coquill_document_can_undo (ana->document));
  g_assert_false (undo (ana));
  g_assert_false (coquill_document_can_undo (ana->document));
}

/* Ana types a word while Ben writes in front of it. */
static void
test_others_do_not_cut_words (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;

  begin (&ana, &ben);
  type (ana, 13, " fo");
  type (ben, 0, "ben ");
  erase (ben, 5, 3);
  person_exchange (ana, ben);
  person_insert (ana, 17, "u");
  type (ben, 0, "BEN");
  person_exchange (ana, ben);
  person_insert (ana, 21, "r");
  person_assert_text (ana, "BENben otwo three four");
  g_assert_true (undo (ana));
  person_assert_text (ana, "BENben otwo three");
  g_assert_true (redo (ana));
  person_assert_text (ana, "BENben otwo three four");
}

static void
test_caret (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;
  guint64 caret = 99;

  begin (&ana, &ben);
  erase (ana, 4, 4);
  type (ben, 0, "ben ");
  person_exchange (ana, ben);
  g_assert_true (coquill_document_undo (ana->document, ana->now, NULL, NULL, &caret));
  g_assert_cmpuint (caret, ==, 12);
  person_exchange (ana, ben);
  g_assert_true (coquill_document_redo (ana->document, ana->now, NULL, NULL, &caret));
  g_assert_cmpuint (caret, ==, 8);
  /* Ben's deletion keeps it from showing: it was there all the same. */
  erase (ben, 8, 4);
  person_exchange (ana, ben);
  g_assert_true (coquill_document_undo (ana->document, ana->now, NULL, NULL, &caret));
  person_assert_text (ana, "ben one three");
  g_assert_cmpuint (caret, ==, 8);
}

static void
test_only_this_run (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;
  g_autoptr (GBytes) keys = NULL;
  g_autoptr (GPtrArray) flushed = NULL;

  begin (&ana, &ben);
  flushed = person_flush (ana);
  keys = coquill_document_save_keys (ana->document);
  person_restart (ana, keys, NULL, 0, ana->stored->len);
  g_assert_true (coquill_document_end_history (ana->document, NULL, NULL, ana->stored, NULL));
  person_assert_text (ana, "one two three");
  g_assert_false (coquill_document_can_undo (ana->document));
  g_assert_false (undo (ana));
}

static void
test_replacing_is_one_step (void)
{
  g_autoptr (Person) ana = NULL;
  g_autoptr (Person) ben = NULL;
  g_autoptr (GArray) before = NULL;
  g_autoptr (GArray) after = NULL;
  static const char other[] = "One two and a three, at last";
  guint n_edits;

  begin (&ana, &ben);
  before = person_list_ids (ben);
  g_assert_true (coquill_document_replace_text (ben->document, other, strlen (other), ben->now, NULL, NULL,
                                                &n_edits, NULL));
  g_assert_cmpuint (n_edits, ==, 3);
  person_assert_text (ben, other);
  g_assert_false (
      coquill_document_replace_text (ben->document, "\xff", 1, ben->now, NULL, NULL, &n_edits, NULL));
  g_assert_cmpuint (n_edits, ==, 0);
  type (ana, 7, " ANA");
  person_exchange (ana, ben);
  person_assert_text (ben, "One two ANA and a three, at last");
  g_assert_true (undo (ben));
  person_assert_text (ben, "one two ANA three");
  g_assert_false (undo (ben));
  g_assert_true (redo (ben));
  person_assert_text (ben, "One two ANA and a three, at last");
  g_assert_true (undo (ben));
  person_exchange (ana, ben);
  g_assert_true (undo (ana));
  person_exchange (ana, ben);
  after = person_list_ids (ben);
  ids_assert_same (before, after);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  person_use_seed ();
  g_test_add_func ("/undo/insertion-is-removed", test_insertion_is_removed);
  g_test_add_func ("/undo/insertion-removes-what-is-left-of-it", test_insertion_is_removed_as_far_as_left);
  g_test_add_func ("/undo/insertion-keeps-what-others-wrote-in-it",
                   test_insertion_keeps_what_others_wrote_in_it);
  g_test_add_func ("/undo/deletion-restores-the-same-characters", test_deletion_restores_the_same_characters);
  g_test_add_func ("/undo/deletion-restores-at-their-place", test_deletion_restores_at_their_place);
  g_test_add_func ("/undo/what-others-deleted-too-stays-deleted", test_what_others_deleted_too_stays_deleted);
  g_test_add_func ("/undo/of-two-deletions-either-may-be-taken-back-first", test_whoever_takes_back_first);
  g_test_add_func ("/undo/anchors-come-back-with-the-characters", test_anchors_come_back);
  g_test_add_func ("/undo/redo-is-undo-of-undo", test_redo_is_undo_of_undo);
  g_test_add_func ("/undo/redo-deletes-what-is-there-then", test_redo_deletes_what_is_there);
  g_test_add_func ("/undo/only-own-edits-end-redo", test_only_own_edits_end_redo);
  g_test_add_func ("/undo/a-step-that-others-left-nothing-of-is-passed-over",
                   test_nothing_left_is_passed_over);
  g_test_add_func ("/undo/others-do-not-cut-words-in-two-steps", test_others_do_not_cut_words);
  g_test_add_func ("/undo/tells-where-it-was", test_caret);
  g_test_add_func ("/undo/reaches-back-to-the-start-of-this-run", test_only_this_run);
  g_test_add_func ("/undo/replacing-the-text-is-one-step", test_replacing_is_one_step);

  return g_test_run ();
}
