/* test-database.c: opening, migrating, failing and copying SQLite files */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sql/database.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const first_version[] = { "CREATE TABLE word (id INTEGER PRIMARY KEY, text BLOB)", NULL };
static const char *const second_version[] = {
  "CREATE TABLE word (id INTEGER PRIMARY KEY, text BLOB)",
  "ALTER TABLE word ADD COLUMN author TEXT",
  NULL,
};
static const char *const broken_version[] = {
  "CREATE TABLE word (id INTEGER PRIMARY KEY, text BLOB)",
  "ALTER TABLE word ADD COLUMN author TEXT; ALTER TABLE nowhere ADD COLUMN author TEXT",
  NULL,
};
static const CoquillDatabaseSchema first = { 0x54455354, first_version };
static const CoquillDatabaseSchema second = { 0x54455354, second_version };
static const CoquillDatabaseSchema broken = { 0x54455354, broken_version };
static const CoquillDatabaseSchema stranger = { 0x12345678, first_version };

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("coquill-sql-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "a %23 file?.db", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) folder = NULL;
  const char *name;

  g_chmod (fixture->folder, 0700);
  folder = g_dir_open (fixture->folder, 0, NULL);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
      g_unlink (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static CoquillDatabase *
open_or_fail (Fixture *fixture, CoquillDatabaseFlags flags, const CoquillDatabaseSchema *schema)
{
  g_autoptr (GError) error = NULL;
  CoquillDatabase *database = coquill_database_open (fixture->path, flags, schema, &error);

  g_assert_no_error (error);
  g_assert_nonnull (database);
  return database;
}

static void
assert_refused (Fixture *fixture,
                CoquillDatabaseFlags flags,
                const CoquillDatabaseSchema *schema,
                CoquillSqlError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (coquill_database_open (fixture->path, flags, schema, &error));
  g_assert_error (error, COQUILL_SQL_ERROR, (int)code);
}

static void
add_word (CoquillDatabase *database, const char *word)
{
  g_autoptr (GBytes) bytes = g_bytes_new (word, strlen (word));
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement;

  statement = coquill_database_prepare (database, "INSERT INTO word (text) VALUES (?)", &error);
  g_assert_no_error (error);
  coquill_database_bind_bytes (statement, 1, bytes);
  g_assert_true (coquill_database_run (database, statement, &error));
  g_assert_no_error (error);
}

static int
count_words (CoquillDatabase *database)
{
  g_autoptr (GError) error = NULL;
  gboolean has_row;
  sqlite3_stmt *statement = coquill_database_prepare (database, "SELECT count (*) FROM word", &error);

  g_assert_no_error (error);
  g_assert_true (coquill_database_step (database, statement, &has_row, &error));
  g_assert_true (has_row);
  int count = sqlite3_column_int (statement, 0);
  sqlite3_reset (statement);
  return count;
}

static void
test_keeps_what_was_committed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  struct stat status;
  CoquillDatabase *database = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first);

  g_assert_true (coquill_database_begin (database, &error));
  add_word (database, "kept");
  g_assert_true (coquill_database_commit (database, &error));
  g_assert_true (coquill_database_begin (database, &error));
  add_word (database, "taken back");
  coquill_database_close (database);

  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);

  database = open_or_fail (fixture, COQUILL_DATABASE_READ_ONLY, &first);
  g_assert_cmpint (count_words (database), ==, 1);
  sqlite3_stmt *statement = coquill_database_prepare (database, "SELECT text, NULL FROM word", &error);
  gboolean has_row;
  g_assert_true (coquill_database_step (database, statement, &has_row, &error));
  g_autoptr (GBytes) text = coquill_database_column_bytes (statement, 0);
  g_assert_cmpmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text), "kept", 4);
  g_assert_null (coquill_database_column_bytes (statement, 1));
  g_assert_true (coquill_database_run (database, statement, &error));
  g_assert_true (coquill_database_check (database, &error));
  coquill_database_close (database);
}

static void
test_settings_are_in_force (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *pragma;
    const char *value;
  } settings[] = {
    { "PRAGMA journal_mode", "wal" }, { "PRAGMA synchronous", "2" },     { "PRAGMA foreign_keys", "1" },
    { "PRAGMA trusted_schema", "0" }, { "PRAGMA cell_size_check", "1" },
  };
  g_autoptr (CoquillDatabase) database = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first);

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      gboolean has_row;
      sqlite3_stmt *statement = coquill_database_prepare (database, settings[i].pragma, NULL);
      g_assert_true (coquill_database_step (database, statement, &has_row, NULL));
      g_assert_cmpstr ((const char *)sqlite3_column_text (statement, 0), ==, settings[i].value);
      sqlite3_reset (statement);
    }
}

static void
test_migrates_after_a_copy (Fixture *fixture, gconstpointer data)
{
  g_autofree char *copy = g_strconcat (fixture->path, ".1.backup", NULL);
  CoquillDatabase *database = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first);

  add_word (database, "old");
  coquill_database_close (database);
  assert_refused (fixture, COQUILL_DATABASE_READ_ONLY, &second, COQUILL_SQL_ERROR_READ_ONLY);
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));

  database = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &second);
  g_assert_true (coquill_database_execute (database, "UPDATE word SET author = 'me'", NULL));
  coquill_database_close (database);

  assert_refused (fixture, COQUILL_DATABASE_READ_WRITE, &first, COQUILL_SQL_ERROR_NEWER);
  g_autofree char *newer = g_steal_pointer (&fixture->path);
  fixture->path = g_strdup (copy);
  database = open_or_fail (fixture, COQUILL_DATABASE_READ_ONLY, &first);
  g_assert_cmpint (count_words (database), ==, 1);
  coquill_database_close (database);
}

static void
test_a_failed_migration_changes_nothing (Fixture *fixture, gconstpointer data)
{
  CoquillDatabase *database = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first);

  add_word (database, "old");
  coquill_database_close (database);
  assert_refused (fixture, COQUILL_DATABASE_READ_WRITE, &broken, COQUILL_SQL_ERROR_FAILED);
  database = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &second);
  g_assert_cmpint (count_words (database), ==, 1);
  coquill_database_close (database);
}

static void
test_refuses_what_is_not_ours (Fixture *fixture, gconstpointer data)
{
  assert_refused (fixture, COQUILL_DATABASE_READ_ONLY, &first, COQUILL_SQL_ERROR_PERMISSION);
  coquill_database_close (open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first));
  assert_refused (fixture, COQUILL_DATABASE_READ_WRITE, &stranger, COQUILL_SQL_ERROR_CORRUPT);
  g_assert_true (
      g_file_set_contents (fixture->path, "This is a letter, not a database file at all.", -1, NULL));
  assert_refused (fixture, COQUILL_DATABASE_READ_WRITE, &first, COQUILL_SQL_ERROR_CORRUPT);
}

static void
test_damage_is_found (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  CoquillDatabase *database = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first);
  g_autofree char *contents = NULL;
  gsize length;

  for (int i = 0; i < 2000; i++)
    add_word (database, "many a word fills many a page");
  coquill_database_close (database);
  g_assert_true (g_file_get_contents (fixture->path, &contents, &length, NULL));
  g_assert_cmpuint (length, >, 5 * 4096);
  memset (contents + 3 * 4096, 0xa5, 64);
  g_assert_true (g_file_set_contents (fixture->path, contents, length, NULL));

  database = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first);
  g_assert_false (coquill_database_check (database, &error));
  g_assert_error (error, COQUILL_SQL_ERROR, COQUILL_SQL_ERROR_CORRUPT);
  coquill_database_close (database);
}

static void
test_a_full_file_says_so_and_stays_whole (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillDatabase) database = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first);
  g_autoptr (GBytes) large = g_bytes_new_take (g_malloc0 (1 << 20), 1 << 20);

  g_assert_true (coquill_database_execute (database, "PRAGMA max_page_count = 16", NULL));
  add_word (database, "small");
  g_assert_true (coquill_database_begin (database, NULL));
  sqlite3_stmt *statement = coquill_database_prepare (database, "INSERT INTO word (text) VALUES (?)", &error);
  coquill_database_bind_bytes (statement, 1, large);
  g_assert_false (coquill_database_run (database, statement, &error));
  g_assert_error (error, COQUILL_SQL_ERROR, COQUILL_SQL_ERROR_FULL);
  g_assert_nonnull (strstr (error->message, "no room left"));
  coquill_database_rollback (database);
  g_assert_cmpint (count_words (database), ==, 1);
}

static void
test_a_lock_held_elsewhere_is_named (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillDatabase) holder = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first);
  g_autoptr (CoquillDatabase) waiter = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first);

  g_assert_true (coquill_database_begin (holder, NULL));
  sqlite3_busy_timeout (coquill_database_get_handle (waiter), 10);
  g_assert_false (coquill_database_begin (waiter, &error));
  g_assert_error (error, COQUILL_SQL_ERROR, COQUILL_SQL_ERROR_LOCKED);
}

static void
test_read_only_places (Fixture *fixture, gconstpointer data)
{
  if (geteuid () == 0)
    {
      g_test_skip ("root may write anywhere");
      return;
    }
  CoquillDatabase *database = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first);
  add_word (database, "kept");
  coquill_database_close (database);
  g_chmod (fixture->path, 0400);
  g_chmod (fixture->folder, 0500);
  assert_refused (fixture, COQUILL_DATABASE_READ_WRITE, &first, COQUILL_SQL_ERROR_READ_ONLY);
  database = open_or_fail (fixture, COQUILL_DATABASE_READ_ONLY, &first);
  g_assert_cmpint (count_words (database), ==, 1);
  coquill_database_close (database);
}

static void
test_a_copy_does_not_overwrite (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *copy = g_build_filename (fixture->folder, "copy.db", NULL);
  g_autoptr (CoquillDatabase) database = open_or_fail (fixture, COQUILL_DATABASE_READ_WRITE, &first);

  add_word (database, "kept");
  g_assert_true (coquill_database_backup (database, copy, &error));
  g_assert_no_error (error);
  g_assert_false (coquill_database_backup (database, copy, &error));
  g_assert_error (error, COQUILL_SQL_ERROR, COQUILL_SQL_ERROR_FAILED);
  g_autoptr (CoquillDatabase) again = coquill_database_open (copy, COQUILL_DATABASE_READ_ONLY, &first, NULL);
  g_assert_cmpint (count_words (again), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add ("/database/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("keeps-what-was-committed", test_keeps_what_was_committed);
  ADD ("settings-are-in-force", test_settings_are_in_force);
  ADD ("migrates-after-a-copy", test_migrates_after_a_copy);
  ADD ("a-failed-migration-changes-nothing", test_a_failed_migration_changes_nothing);
  ADD ("refuses-what-is-not-ours", test_refuses_what_is_not_ours);
  ADD ("damage-is-found", test_damage_is_found);
  ADD ("a-full-file-says-so-and-stays-whole", test_a_full_file_says_so_and_stays_whole);
  ADD ("a-lock-held-elsewhere-is-named", test_a_lock_held_elsewhere_is_named);
  ADD ("read-only-places", test_read_only_places);
  ADD ("a-copy-does-not-overwrite", test_a_copy_does_not_overwrite);
#undef ADD
  return g_test_run ();
}
