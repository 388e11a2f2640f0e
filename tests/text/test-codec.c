/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-codec.c: changes to bytes and back. */

#include <glib.h>
#include <string.h>

#include "random-change.h"
#include "seed.h"
#include "text/change-ahead.h"
#include "text/codec.h"
#include "text/columns.h"
#include "text/crc32c.h"
#include "text/varint.h"

static void
assert_changes_equal (const CoquillChange *a, const CoquillChange *b)
{
  CoquillChangeReader reader_a, reader_b;
  CoquillOperation x, y;

  g_assert_cmpuint (a->n_agents, ==, b->n_agents);
  g_assert_cmpuint (a->n_operations, ==, b->n_operations);
  g_assert_cmpuint (a->n_runs, ==, b->n_runs);
  g_assert_cmpuint (a->content_length, ==, b->content_length);

  for (gsize i = 0; i < a->n_agents; i++)
    {
      g_assert_cmpint (coquill_agent_compare (&a->agents[i].id, &b->agents[i].id), ==, 0);
      g_assert_cmpint (a->agents[i].starts, ==, b->agents[i].starts);
      g_assert_true (coquill_agent_previous_equal (&a->agents[i].previous, &b->agents[i].previous));
    }
  coquill_change_reader_init (&reader_a, a);
  coquill_change_reader_init (&reader_b, b);
  while (coquill_change_reader_next (&reader_a, &x))
    {
      g_assert_true (coquill_change_reader_next (&reader_b, &y));
      g_assert_cmpint (x.kind, ==, y.kind);
      g_assert_cmpint (x.backward, ==, y.backward);
      g_assert_cmpuint (x.agent, ==, y.agent);
      g_assert_cmpuint (x.sequence, ==, y.sequence);
      g_assert_cmpuint (x.length, ==, y.length);
      g_assert_cmpuint (x.position, ==, y.position);
      g_assert_cmpmem (x.content, x.content_length, y.content, y.content_length);
      g_assert_cmpuint (x.target.agent, ==, y.target.agent);
      g_assert_cmpuint (x.target.sequence, ==, y.target.sequence);
      g_assert_cmpuint (x.n_parents, ==, y.n_parents);
      for (guint i = 0; i < x.n_parents; i++)
        {
          g_assert_cmpuint (x.parents[i].agent, ==, y.parents[i].agent);
          g_assert_cmpuint (x.parents[i].sequence, ==, y.parents[i].sequence);
        }
    }
  g_assert_false (coquill_change_reader_next (&reader_b, &y));
}

static void
test_varints_are_short_and_have_one_form (void)
{
  static const guint64 numbers[] = { 0, 1, 127, 128, 16383, 16384, G_MAXUINT32, G_MAXINT64, G_MAXUINT64 };
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  CoquillReader reader;

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      coquill_buffer_append_varint (&buffer, numbers[i]);
      coquill_buffer_append_varint (&buffer, coquill_varint_fold (numbers[i]));
      coquill_buffer_append_fixed64 (&buffer, numbers[i]);
    }
  coquill_reader_init (&reader, buffer.data, buffer.length);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_assert_cmpuint (coquill_reader_varint (&reader), ==, numbers[i]);
      g_assert_cmpuint (coquill_varint_unfold (coquill_reader_varint (&reader)), ==, numbers[i]);
      g_assert_cmpuint (coquill_reader_fixed64 (&reader), ==, numbers[i]);
    }
  g_assert_false (reader.failed);
  g_assert_cmpuint (coquill_reader_left (&reader), ==, 0);
  coquill_reader_varint (&reader);
  g_assert_true (reader.failed);
  coquill_buffer_clear (&buffer);

  static const struct
  {
    const char *bytes;
    gsize length;
  } refused[] = {
    { "\x80", 1 },
    { "\x80\x00", 2 },
    { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10 },
    { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      coquill_reader_init (&reader, (const guint8 *)refused[i].bytes, refused[i].length);
      g_assert_cmpuint (coquill_reader_varint (&reader), ==, 0);
      g_assert_true (reader.failed);

      /* Also with more behind it. */
      guint8 longer[24] = { 0 };

      memcpy (longer, refused[i].bytes, refused[i].length);
      coquill_reader_init (&reader, longer, sizeof longer);
      g_assert_cmpuint (coquill_reader_varint (&reader), ==, 0);
      g_assert_true (reader.failed);
    }
}

static void
test_checksum_is_the_standard_one (void)
{
  g_assert_cmphex (coquill_crc32c ((const guint8 *)"123456789", 9), ==, 0xe3069283);
  g_assert_cmphex (coquill_crc32c (NULL, 0), ==, 0);

  /* Whichever way it is computed, at any length and alignment. */
  guint8 bytes[64];

  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8)(i * i + 7 * i);
  for (gsize from = 0; from < 9; from++)
    for (gsize length = 0; from + length <= sizeof bytes; length++)
      g_assert_cmphex (coquill_crc32c (bytes + from, length), ==,
                       coquill_crc32c_portable (bytes + from, length));

  gsize n_many = 100000;
  g_autofree guint8 *many = g_malloc (n_many);

  for (gsize i = 0; i < n_many; i++)
    many[i] = (guint8)(i * i / 7 + i / 256);
  for (gsize length = n_many - 20; length > 100; length = length * 2 / 3)
    g_assert_cmphex (coquill_crc32c (many + length % 9, length), ==,
                     coquill_crc32c_portable (many + length % 9, length));
}

static void
test_random_changes_come_back (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());

  for (guint round = 0; round < 400; round++)
    {
      guint n_agents = (guint)g_rand_int_range (rand, 1, 20);
      guint n_operations = (guint)g_rand_int_range (rand, 0, round % 20 == 0 ? 3000 : 40);
      CoquillChange *change = random_change (rand, n_agents, n_operations);
      CoquillBuffer fast = COQUILL_BUFFER_INIT, compact = COQUILL_BUFFER_INIT, again = COQUILL_BUFFER_INIT;
      CoquillTextError error = { 0 };

      g_assert_true (coquill_change_encode (change, &fast));
      g_assert_true (coquill_change_encode_compact (change, &compact));

      CoquillChange *from_fast = coquill_change_decode (fast.data, fast.length, &error);
      CoquillChange *from_compact = coquill_change_decode (compact.data, compact.length, &error);

      g_assert_cmpstr (error.message, ==, "");
      g_assert_nonnull (from_fast);
      g_assert_nonnull (from_compact);
      assert_changes_equal (change, from_fast);
      assert_changes_equal (change, from_compact);

      g_assert_true (coquill_change_encode (from_compact, &again));
      g_assert_cmpmem (again.data, again.length, fast.data, fast.length);

      coquill_buffer_clear (&fast);
      coquill_buffer_clear (&compact);
      coquill_buffer_clear (&again);
      coquill_change_free (change);
      coquill_change_free (from_fast);
      coquill_change_free (from_compact);
    }
}

/* Mostly of one byte, and of any number of bytes. */
static guint64
random_number (GRand *rand)
{
  static const guint64 limits[] = { 2, 60, 120, 130, 1 << 13, 1 << 15, 1 << 21, 1 << 29, 1 << 30 };

  return g_rand_int (rand) % limits[g_rand_int_range (rand, 0, 3) > 0 ? 1 : g_rand_int_range (rand, 0, 9)];
}

/* One agent types and deletes, here and there. */
static CoquillChange *
random_stretch (GRand *rand, guint n_operations)
{
  CoquillChange *change = coquill_change_new ();
  CoquillAgent agent = { .ordinal = 1 };
  CoquillAgentPrevious previous = { 0 };
  guint64 caret = UINT64_C (1) << 40, sequence = 0;
  guint8 content[500];

  memset (content, 'x', sizeof content);
  coquill_change_add_agent (change, &agent, &previous);
  for (guint i = 0; i < n_operations; i++)
    {
      CoquillOperation operation = { .sequence = sequence, .n_parents = sequence > 0 };
      CoquillChangeId parent = { 0, sequence - 1 };
      guint64 move = g_rand_int_range (rand, 0, 3) > 0 ? random_number (rand) : 0;

      operation.kind = g_rand_boolean (rand) ? COQUILL_OPERATION_INSERT : COQUILL_OPERATION_DELETE;
      operation.length = 1 + (g_rand_boolean (rand) ? random_number (rand) : 0);
      operation.position = g_rand_boolean (rand) ? caret + move : caret - move;
      operation.backward = operation.kind == COQUILL_OPERATION_DELETE && g_rand_boolean (rand);
      if (operation.kind == COQUILL_OPERATION_INSERT)
        operation.content_length = operation.length = MIN (operation.length, sizeof content);

      coquill_change_add_operation (change, &operation, &parent, content);
      caret = coquill_change_caret_after (&operation);
      sequence += operation.length;
    }
  return change;
}

static void
assert_read_ahead (const CoquillAhead *ahead,
                   const CoquillChangeReader *columns,
                   CoquillChangeReader *reader,
                   guint64 caret)
{
  CoquillOperation operation;

  for (gsize i = 0; i < ahead->n; i++)
    {
      guint64 position = caret + (guint64)(gint64)(gint32)ahead->rows[i].place;
      guint32 n_inserted = ahead->rows[i + 1].content_offset - ahead->rows[i].content_offset;
      gboolean inserts;

      g_assert_true (coquill_change_reader_next (reader, &operation));
      inserts = operation.kind == COQUILL_OPERATION_INSERT;
      g_assert_cmpuint (operation.position, ==, position);
      g_assert_cmpuint (operation.length, ==, ahead->rows[i + 1].first - ahead->rows[i].first);
      g_assert_cmpint (operation.kind, ==, (CoquillOperationKind)ahead->rows[i].kind);
      g_assert_cmpint (operation.backward && operation.length > 1, ==, ahead->rows[i].backward);
      g_assert_cmpuint (inserts ? operation.length : 0, ==, n_inserted);
      g_assert_cmpuint (coquill_change_caret_after (&operation), ==,
                        caret + (guint64)(gint64)ahead->carets[i + 1]);
      for (guint j = 0; j < COQUILL_AHEAD_COLUMNS; j++)
        g_assert_true (reader->next[coquill_ahead_columns[j]] == ahead->starts[j] + ahead->n_bytes[j][i]);
    }
  for (guint j = 0; j < COQUILL_AHEAD_COLUMNS; j++)
    g_assert_true (columns->next[coquill_ahead_columns[j]] == reader->next[coquill_ahead_columns[j]]);
}

static void
test_what_is_read_ahead_is_what_is_read (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());
  guint n_ahead = 0;

  for (guint round = 0; round < 200; round++)
    {
      CoquillChange *change = random_stretch (rand, 1 + round), *decoded;
      CoquillBuffer bytes = COQUILL_BUFFER_INIT;
      CoquillTextError error = { 0 };
      CoquillChangeReader reader;
      CoquillOperation operation;
      guint64 caret;

      g_assert_true (coquill_change_encode (change, &bytes));
      decoded = coquill_change_decode (bytes.data, bytes.length, &error);
      g_assert_cmpstr (error.message, ==, "");
      assert_changes_equal (change, decoded);
      coquill_change_reader_init (&reader, round % 2 == 0 ? decoded : change);
      while (coquill_change_reader_next (&reader, &operation))
        {
          CoquillChangeReader one = reader, other = reader;
          const guint8 *heads = reader.next[COQUILL_COLUMN_HEADS];
          CoquillAhead ahead, portably;

          caret = coquill_change_caret_after (&operation);
          coquill_ahead_read (&ahead, &one, heads, HEAD_SEQUENCE | HEAD_OTHER_KINDS, NULL);
          coquill_ahead_read_portably (&portably, &other, heads, HEAD_SEQUENCE | HEAD_OTHER_KINDS, NULL);
          g_assert_cmpuint (ahead.n, ==, portably.n);
          n_ahead += ahead.n;
          for (gsize i = 0; i < ahead.n; i++)
            {
              gint32 before = (gint32)ahead.rows[i].place - ahead.carets[i];
              gboolean deletes = (heads[i] & HEAD_KIND) + 1 == COQUILL_OPERATION_DELETE;

              g_assert_cmpint (ahead.carets[i + 1], ==, portably.carets[i + 1]);
              for (guint j = 0; j < COQUILL_AHEAD_COLUMNS; j++)
                g_assert_cmpuint (ahead.n_bytes[j][i], ==, portably.n_bytes[j][i]);
              g_assert_cmpint (ahead.turns >> i & 1, ==, (heads[i] & (HEAD_AGENT | HEAD_PARENTS)) != 0);
              g_assert_cmpint (ahead.joins >> i & 1, ==,
                               (ahead.turns >> i & 1) == 0
                                   && ((heads[i] ^ heads[(gssize)i - 1]) & HEAD_KIND) == 0
                                   && (before == 0 || (deletes && before == -1)));
            }
          g_assert_cmpuint (ahead.turns, ==, portably.turns);
          g_assert_cmpuint (ahead.joins, ==, portably.joins);
          assert_read_ahead (&ahead, &one, &reader, caret);
        }
      coquill_buffer_clear (&bytes);
      coquill_change_free (change);
      coquill_change_free (decoded);
    }
  g_assert_cmpuint (n_ahead, >, 10000);
}

static void
test_broken_changes_are_not_written (void)
{
  CoquillAgent agent = { .ordinal = 1 };
  CoquillAgentPrevious previous = { 0 };
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillOperation good = { .kind = COQUILL_OPERATION_INSERT, .length = 2, .content_length = 2 };
  CoquillOperation bad[7];

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    bad[i] = good;
  bad[0].length = 3;
  bad[1].agent = 1;
  bad[2].length = 0;
  bad[3].backward = true;
  bad[4].sequence = COQUILL_MAX_SEQUENCE;
  bad[5].position = UINT64_C (1) << 60;
  bad[6].kind = COQUILL_OPERATION_RECORD;

  coquill_buffer_append (&bytes, "kept", 4);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      CoquillChange *change = coquill_change_new ();

      coquill_change_add_agent (change, &agent, &previous);
      coquill_change_add_operation (change, &bad[i], NULL, (const guint8 *)"xy");
      g_assert_false (coquill_change_encode (change, &bytes));
      g_assert_cmpmem (bytes.data, bytes.length, "kept", 4);
      coquill_change_free (change);
    }
  coquill_buffer_clear (&bytes);
}

/* Noise, and then zeros. */
static CoquillBuffer
random_column (GRand *random, gsize n_noise, gsize n_zeros)
{
  CoquillBuffer column = COQUILL_BUFFER_INIT;

  for (gsize i = 0; i < n_noise + n_zeros; i++)
    coquill_buffer_append_byte (&column, i < n_noise ? (guint8)g_rand_int (random) : 0);
  return column;
}

/* Of columns of noise and zeros, as many as are packed; bits for each. */
static guint
packed_columns (const CoquillBuffer *columns, guint n)
{
  static const size_t limits[] = { G_MAXINT, G_MAXINT, G_MAXINT, G_MAXINT };
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillColumns read;
  CoquillReader reader;
  CoquillTextError error = { 0 };
  guint packed = 0;

  g_assert_cmpuint (n, <=, G_N_ELEMENTS (limits));
  g_assert_true (coquill_columns_append (columns, n, 0, COQUILL_PACKING_COMPACT, &bytes));
  coquill_reader_init (&reader, bytes.data, bytes.length);
  g_assert_true (coquill_columns_read (&read, n, limits, G_MAXINT, &reader, &error));
  for (guint i = 0; i < n; i++)
    {
      g_autofree guint8 *plain = g_malloc (columns[i].length);

      g_assert_cmpuint (read.columns[i].size, ==, columns[i].length);
      g_assert_true (coquill_columns_unpack (&read, i, plain, &error));
      g_assert_cmpmem (plain, columns[i].length, columns[i].data, columns[i].length);
      packed |= (read.columns[i].packed_size > 0 ? 1u : 0) << i;
    }
  coquill_columns_clear (&read);
  coquill_buffer_clear (&bytes);
  return packed;
}

/* A fortieth of some 4,000 bytes is about 100: so much may be lost. */
static void
test_columns_that_save_little_stay_plain (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());
  CoquillBuffer columns[] = {
    random_column (random, 4000, 4000),
    random_column (random, 50, 200),
    random_column (random, 50, 70),
    random_column (random, 50, 100),
  };

  g_assert_cmphex (packed_columns (columns, 1), ==, 1);
  g_assert_cmphex (packed_columns (columns, 2), ==, 3);     /* it saves too much */
  g_assert_cmphex (packed_columns (columns, 3), ==, 3);     /* the last one doesn't */
  g_assert_cmphex (packed_columns (columns, 4), ==, 8 + 3); /* nor does this one, but both together do */
  g_assert_cmphex (packed_columns (&columns[2], 2), ==, 3); /* nor is this little of what there is */
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    coquill_buffer_clear (&columns[i]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/varint/numbers-are-short-and-have-one-form", test_varints_are_short_and_have_one_form);
  g_test_add_func ("/crc32c/checksum-is-the-standard-one", test_checksum_is_the_standard_one);
  g_test_add_func ("/codec/columns-that-save-little-stay-plain", test_columns_that_save_little_stay_plain);
  g_test_add_func ("/codec/random-changes-come-back", test_random_changes_come_back);
  g_test_add_func ("/codec/what-is-read-ahead-is-what-is-read", test_what_is_read_ahead_is_what_is_read);
  g_test_add_func ("/codec/broken-changes-are-not-written", test_broken_changes_are_not_written);
  return g_test_run ();
}
