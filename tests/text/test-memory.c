/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-memory.c: every single allocation fails once: what strangers decide the size of is refused, and
 * nothing is half done. */

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "small-text.h"
#include "text/codec.h"

/* The linker calls these from the engine in place of the C library's, see meson.build. */
void *
__real_malloc (size_t size);
void *
__real_calloc (size_t n, size_t size);
void *
__real_realloc (void *old, size_t size);
void *
__wrap_malloc (size_t size);
void *
__wrap_calloc (size_t n, size_t size);
void *
__wrap_realloc (void *old, size_t size);

static gint64 allocations_left = -1; /* before one fails; below 0: none does */

static gboolean
fails (void)
{
  return allocations_left >= 0 && allocations_left-- == 0;
}

void *
__wrap_malloc (size_t size)
{
  return fails () ? NULL : __real_malloc (size);
}

void *
__wrap_calloc (size_t n, size_t size)
{
  return fails () ? NULL : __real_calloc (n, size);
}

void *
__wrap_realloc (void *old, size_t size)
{
  return fails () ? NULL : __real_realloc (old, size);
}

typedef enum
{
  DONE,
  REFUSED,
  WRONG,
  ENDED, /* by coquill_out_of_memory(), for small structures */
} Outcome;

#define N_OTHERS 8

/* A history with all that a change can hold, of more agents and parents than need no memory of their own. */
static CoquillText *
sample_text (void)
{
  guint32 a;
  CoquillText *text = new_text (1, &a);

  insert (text, a, 0,
          "some text that zstd can pack: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < N_OTHERS; i++)
      {
        guint32 b;
        CoquillText *other = new_text ((guint8)(2 + round * N_OTHERS + i), &b);

        insert (other, b, 0, "concurrent");
        merge (text, other);
        coquill_text_free (other);
        if (i + 1 == N_OTHERS)
          restore (text, a, a, delete (text, a, 3, 9), 4);
      }
  coquill_text_record (text, a, (const uint8_t *)"record", 6, NULL, NULL);
  return text;
}

static Outcome
outcome_of (gboolean done, const CoquillTextError *error)
{
  if (done)
    return DONE;
  return error->code == COQUILL_TEXT_ERROR_NO_MEMORY ? REFUSED : WRONG;
}

static Outcome
decode (gint64 n)
{
  CoquillText *text = sample_text ();
  CoquillChange *change = everything (text), *decoded;
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillTextError error = { 0 };
  Outcome outcome;

  g_assert_true (coquill_change_encode_compact (change, &bytes));
  allocations_left = n;
  decoded = coquill_change_decode (bytes.data, bytes.length, &error);
  allocations_left = -1;
  outcome = outcome_of (decoded != NULL, &error);
  coquill_change_free (decoded);
  coquill_change_free (change);
  coquill_buffer_clear (&bytes);
  coquill_text_free (text);
  return outcome;
}

static Outcome
encode (gint64 n)
{
  CoquillText *text = sample_text ();
  CoquillChange *change = everything (text);
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  gboolean done;

  g_assert_true (coquill_buffer_append (&bytes, "kept", 4));
  allocations_left = n;
  done = coquill_change_encode (change, &bytes);
  allocations_left = -1;
  if (!done)
    g_assert_cmpmem (bytes.data, bytes.length, "kept", 4);
  coquill_change_free (change);
  coquill_buffer_clear (&bytes);
  coquill_text_free (text);
  return done ? DONE : REFUSED;
}

static Outcome
save (gint64 n)
{
  CoquillText *text = sample_text ();
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  gboolean done;

  allocations_left = n;
  done = coquill_text_save_snapshot (text, &bytes);
  allocations_left = -1;
  coquill_buffer_clear (&bytes);
  coquill_text_free (text);
  return done ? DONE : REFUSED;
}

static Outcome
load (gint64 n)
{
  CoquillText *text = sample_text (), *loaded;
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillTextError error = { 0 };
  Outcome outcome;

  g_assert_true (coquill_text_save_snapshot (text, &bytes));
  allocations_left = n;
  loaded = coquill_text_load_snapshot (bytes.data, bytes.length, &error);
  allocations_left = -1;
  outcome = outcome_of (loaded != NULL, &error);
  coquill_text_free (loaded);
  coquill_buffer_clear (&bytes);
  coquill_text_free (text);
  return outcome;
}

static Outcome
take (gint64 n)
{
  CoquillText *text = sample_text (), *to;
  CoquillChange *change = everything (text);
  CoquillTextError error = { 0 };
  guint32 c;
  gboolean done;

  to = new_text (99, &c);
  insert (to, c, 0, "own text");
  allocations_left = n;
  done = coquill_text_merge (to, change, NULL, NULL, &error);
  allocations_left = -1;
  if (!done)
    assert_text (to, "own text");
  coquill_change_free (change);
  coquill_text_free (to);
  coquill_text_free (text);
  return outcome_of (done, &error);
}

/* In a process of its own, which may end for want of memory, and in no other way. */
static Outcome
in_a_process (Outcome (*what) (gint64), gint64 n)
{
  FILE *said = tmpfile ();
  char line[80] = "";
  int status;
  pid_t child;

  g_assert_nonnull (said);
  fflush (NULL);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      dup2 (fileno (said), STDERR_FILENO);
      exit ((int)what (n));
    }
  while (waitpid (child, &status, 0) < 0)
    ;
  rewind (said);
  if (fgets (line, sizeof line, said) == NULL)
    line[0] = '\0';
  fclose (said);
  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGABRT && g_str_equal (line, "coquill: out of memory\n"))
    return ENDED;
  return WIFEXITED (status) ? (Outcome)WEXITSTATUS (status) : WRONG;
}

static void
test_each_allocation_may_fail (gconstpointer data)
{
  Outcome (*what) (gint64) = (Outcome (*) (gint64))data;
  guint counts[4] = { 0 };

  for (gint64 n = 0; counts[DONE] == 0; n++)
    {
      Outcome outcome = in_a_process (what, n);

      if (outcome > ENDED || outcome == WRONG)
        g_error ("with allocation %d failing: outcome %d", (int)n, (int)outcome);
      counts[outcome]++;
      g_assert_cmpint (n, <, 2000);
    }
  g_test_message ("%u refused, %u ended", counts[REFUSED], counts[ENDED]);
  g_assert_cmpuint (counts[REFUSED] + counts[ENDED], >, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/memory/decoding-refuses", (gconstpointer)decode, test_each_allocation_may_fail);
  g_test_add_data_func ("/memory/encoding-refuses", (gconstpointer)encode, test_each_allocation_may_fail);
  g_test_add_data_func ("/memory/saving-refuses", (gconstpointer)save, test_each_allocation_may_fail);
  g_test_add_data_func ("/memory/loading-refuses", (gconstpointer)load, test_each_allocation_may_fail);
  g_test_add_data_func ("/memory/merging-refuses-or-ends", (gconstpointer)take,
                        test_each_allocation_may_fail);
  return g_test_run ();
}
