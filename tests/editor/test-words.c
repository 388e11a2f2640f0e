/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-words.c: moments in words, languages by name and first line, files as text. */

#include <glib/gstdio.h>
#include <gtksourceview/gtksource.h>

#include "editor/highlighting.h"
#include "editor/moment.h"
#include "editor/text-file.h"
#include "fake-replica.h"
#include "wait.h"

#define assert_moment(year, month, day, hour, words)                                                         \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autoptr (GDateTime) then = g_date_time_new_local (year, month, day, hour, 0, 0);                       \
    g_autoptr (GDateTime) now = g_date_time_new_local (2025, 3, 12, 15, 30, 0);                              \
    g_autofree char *said = coquill_moment_to_words (g_date_time_to_unix (then) * G_USEC_PER_SEC,            \
                                                     g_date_time_to_unix (now) * G_USEC_PER_SEC);            \
    g_assert_cmpstr (said, ==, words);                                                                       \
  }                                                                                                          \
  G_STMT_END

static void
test_moments_are_said_as_people_do (void)
{
  g_autofree char *just_now = coquill_moment_to_words (1000, 2000);

  g_assert_cmpstr (just_now, ==, "Just now");
  assert_moment (2025, 3, 12, 15, "30 minutes ago");
  assert_moment (2025, 3, 12, 9, "09:00");
  assert_moment (2025, 3, 11, 23, "Yesterday");
  assert_moment (2025, 3, 9, 9, "Sunday");
  assert_moment (2025, 1, 2, 9, "2 January");
  assert_moment (2024, 12, 31, 9, "31 December 2024");
}

static void
assert_language (const char *title, const char *text, const char *language)
{
  g_autoptr (CoquillReplica) replica = coquill_fake_replica_new (title, text);
  GtkSourceLanguage *chosen = coquill_highlighting_choose_language (replica);

  g_assert_cmpstr (gtk_source_language_get_id (chosen), ==, language);
}

static void
test_the_language_comes_from_name_or_first_line (void)
{
  g_autoptr (CoquillReplica) replica = coquill_fake_replica_new ("main.c", "");

  assert_language (NULL, "Hello", "markdown");
  assert_language ("main.c", "", "c");
  assert_language ("notes.md", "", "markdown");
  assert_language ("setup.py", "", "python3");
  assert_language (NULL, "#!/bin/sh\necho", "sh");
  assert_language (NULL, "see main.c", "markdown");
  coquill_replica_set_language (replica, "rust");
  g_assert_cmpstr (gtk_source_language_get_id (coquill_highlighting_choose_language (replica)), ==, "rust");
}

static void
test_long_lines_and_large_texts_are_plain (void)
{
  g_autoptr (GtkTextBuffer) buffer = gtk_text_buffer_new (NULL);
  g_autofree char *line = g_strnfill (COQUILL_HIGHLIGHTING_MAX_LINE + 1, 'x');
  GString *large;

  gtk_text_buffer_set_text (buffer, "short\nlines\n", -1);
  g_assert_cmpint (coquill_highlighting_judge (buffer), ==, COQUILL_HIGHLIGHTING_ON);
  gtk_text_buffer_set_text (buffer, "short\n", -1);
  gtk_text_buffer_insert_at_cursor (buffer, line, -1);
  g_assert_cmpint (coquill_highlighting_judge (buffer), ==, COQUILL_HIGHLIGHTING_OFF_FOR_LINE);

  large = g_string_new (NULL);
  while (large->len <= COQUILL_HIGHLIGHTING_MAX_CHARS)
    g_string_append (large, "A line like any other, many times over and over again.\n");
  gtk_text_buffer_set_text (buffer, large->str, (int)large->len);
  g_assert_cmpint (coquill_highlighting_judge (buffer), ==, COQUILL_HIGHLIGHTING_OFF_FOR_SIZE);
  g_string_free (large, TRUE);
}

static void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static void
test_a_file_is_read_byte_for_byte (void)
{
  static const char contents[] = "a\r\nb\0c";
  g_autofree char *folder = g_dir_make_tmp ("coquill-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "näme.txt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  g_assert_true (g_file_set_contents (path, contents, sizeof contents - 1, NULL));
  coquill_text_file_read_async (file, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  bytes = coquill_text_file_read_finish (file, result, &name, NULL);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), contents, sizeof contents - 1);
  g_assert_cmpstr (name, ==, "näme.txt");

  g_unlink (path);
  g_clear_pointer (&name, g_free);
  coquill_text_file_read_async (file, NULL, keep_result_cb, &second);
  wait_until (second != NULL);
  g_assert_null (coquill_text_file_read_finish (file, second, &name, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "näme.txt"));
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  gtk_source_init ();

  g_test_add_func ("/words/moments-are-said-as-people-do", test_moments_are_said_as_people_do);
  g_test_add_func ("/words/the-language-comes-from-name-or-first-line",
                   test_the_language_comes_from_name_or_first_line);
  g_test_add_func ("/words/long-lines-and-large-texts-are-plain", test_long_lines_and_large_texts_are_plain);
  g_test_add_func ("/words/a-file-is-read-byte-for-byte", test_a_file_is_read_byte_for_byte);
  return g_test_run ();
}
