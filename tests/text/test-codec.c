/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-codec.c: changes to bytes and back, and what is refused. */

#include <glib.h>
#include <string.h>

#include "seed.h"
#include "text/codec.h"
#include "text/crc32c.h"
#include "text/varint.h"

static const gunichar alphabet[] = { 'a', 'e', ' ', '\n', 0xe4, 0x20ac, 0x1f600 };

static guint64
random_below (GRand *rand, guint64 limit)
{
  guint64 number = (guint64)g_rand_int (rand) << 32 | g_rand_int (rand);

  return g_rand_int_range (rand, 0, 3) > 0 ? number % MIN (limit, 300) : number % limit;
}

static CoquillAgent
random_agent (GRand *rand, guint device)
{
  CoquillAgent agent = { .ordinal = g_rand_int (rand), .nonce = random_below (rand, G_MAXUINT64) };

  memset (agent.device, (int)device, sizeof agent.device);
  return agent;
}

static void
add_random_agents (CoquillChange *change, GRand *rand, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      CoquillAgent agent = random_agent (rand, i / 3 * 7 % 5);
      CoquillAgentPrevious previous = { .present = i % 2 == 0 };

      if (previous.present)
        {
          previous.ordinal = g_rand_int (rand);
          previous.nonce = random_below (rand, G_MAXUINT64);
          previous.length = random_below (rand, G_MAXUINT64);
          memset (previous.digest, (int)i, sizeof previous.digest);
        }
      coquill_change_add_agent (change, &agent, i % 4 < 2 ? &previous : NULL);
    }
}

static void
append_random_text (GString *text, GRand *rand, guint64 code_points)
{
  for (guint64 i = 0; i < code_points; i++)
    g_string_append_unichar (text, alphabet[g_rand_int_range (rand, 0, G_N_ELEMENTS (alphabet))]);
}

/* A change that keeps every rule of the format; whether it makes sense in a document is nothing to the codec.
 */
static CoquillChange *
random_change (GRand *rand, guint n_agents, guint n_operations)
{
  CoquillChange *change = coquill_change_new ();
  g_autofree guint64 *next = g_new0 (guint64, n_agents + 1);
  CoquillChangeId last = { 0 };

  add_random_agents (change, rand, n_agents);
  for (guint i = 0; i < n_operations || i < n_agents; i++)
    {
      g_autoptr (GString) content = g_string_new (NULL);
      CoquillChangeId parents[4];
      CoquillOperation operation = {
        .kind = (CoquillOperationKind)g_rand_int_range (rand, 1, 5),
        .agent = i < n_agents ? i : (guint32)g_rand_int_range (rand, 0, (gint32)n_agents),
        .length = 1 + random_below (rand, 5),
      };

      /* Agents that start do so with their first operation. */
      operation.sequence = next[operation.agent];
      if (i < n_agents ? !change->agents[i].starts : g_rand_int_range (rand, 0, 5) == 0)
        operation.sequence += 1 + random_below (rand, 1 << 20);

      switch (operation.kind)
        {
        case COQUILL_OPERATION_INSERT:
          operation.position = random_below (rand, UINT64_C (1) << 40);
          append_random_text (content, rand, operation.length);
          break;
        case COQUILL_OPERATION_DELETE:
          operation.length = 1 + random_below (rand, COQUILL_CHANGE_MAX_RUN);
          operation.position = operation.length + random_below (rand, UINT64_C (1) << 40);
          operation.backward = g_rand_boolean (rand);
          break;
        case COQUILL_OPERATION_RESTORE:
          operation.target.agent = (guint32)g_rand_int_range (rand, 0, (gint32)n_agents);
          operation.target.sequence = random_below (rand, UINT64_C (1) << 39);
          break;
        case COQUILL_OPERATION_RECORD:
          operation.length = 1;
          /* Any bytes, so also such as would go on with the text before them. */
          for (guint64 n = random_below (rand, 100); n > 0; n--)
            g_string_append_c (content, (char)g_rand_int_range (rand, 0, 0x100));
          break;
        default:
          g_assert_not_reached ();
        }
      operation.content_length = content->len;

      if (g_rand_boolean (rand) && i > 0)
        {
          operation.n_parents = 1;
          parents[0] = last;
        }
      else
        {
          operation.n_parents = (guint32)g_rand_int_range (rand, 0, 4);
          for (guint j = 0; j < operation.n_parents; j++)
            {
              guint32 agent = (guint32)g_rand_int_range (rand, 0, (gint32)n_agents);

              parents[j] = (CoquillChangeId){ agent, random_below (rand, UINT64_C (1) << 39) };
              if (agent == operation.agent && parents[j].sequence >= operation.sequence)
                {
                  operation.n_parents = j;
                  break;
                }
            }
        }

      next[operation.agent] = operation.sequence + operation.length;
      last = (CoquillChangeId){ operation.agent, next[operation.agent] - 1 };
      coquill_change_add_operation (change, &operation, parents, (guint8 *)content->str);
    }
  return change;
}

static void
assert_changes_equal (const CoquillChange *a, const CoquillChange *b)
{
  CoquillChangeReader reader_a, reader_b;
  CoquillOperation x, y;

  g_assert_cmpuint (a->n_agents, ==, b->n_agents);
  g_assert_cmpuint (a->n_operations, ==, b->n_operations);
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
      coquill_buffer_append_signed (&buffer, (gint64)numbers[i]);
      coquill_buffer_append_fixed64 (&buffer, numbers[i]);
    }
  coquill_reader_init (&reader, buffer.data, buffer.length);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_assert_cmpuint (coquill_reader_varint (&reader), ==, numbers[i]);
      g_assert_cmpint (coquill_reader_signed (&reader), ==, (gint64)numbers[i]);
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
    }
}

static void
test_checksum_is_the_standard_one (void)
{
  g_assert_cmphex (coquill_crc32c ((const guint8 *)"123456789", 9), ==, 0xe3069283);
  g_assert_cmphex (coquill_crc32c (NULL, 0), ==, 0);
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

static void
assert_refused (const guint8 *bytes, gsize length, CoquillTextErrorCode code)
{
  CoquillTextError error = { 0 };
  /* A copy of the exact size, so that the sanitizer sees a read behind its end. */
  g_autofree guint8 *copy = g_memdup2 (bytes, length);

  g_assert_null (coquill_change_decode (copy, length, &error));
  g_assert_cmpint (error.code, ==, code);
  g_assert_cmpuint (strlen (error.message), >, 0);
  g_assert_null (coquill_change_decode (copy, length, NULL));
}

static void
put_checksum (CoquillBuffer *bytes)
{
  guint32 crc = coquill_crc32c (bytes->data, bytes->length - 4);

  bytes->length -= 4;
  coquill_buffer_append_fixed32 (bytes, crc);
}

static void
test_damage_is_found (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());
  CoquillChange *change = random_change (rand, 3, 30);
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;

  g_assert_true (coquill_change_encode (change, &bytes));
  for (gsize i = 0; i < bytes.length; i++)
    for (int bit = 0; bit < 8; bit++)
      {
        CoquillTextErrorCode code = i == 0   ? COQUILL_TEXT_ERROR_MALFORMED
                                    : i == 1 ? COQUILL_TEXT_ERROR_UNSUPPORTED_VERSION
                                             : COQUILL_TEXT_ERROR_CHECKSUM;

        bytes.data[i] ^= (guint8)(1 << bit);
        assert_refused (bytes.data, bytes.length, code);
        bytes.data[i] ^= (guint8)(1 << bit);
      }
  for (gsize length = 0; length < bytes.length; length++)
    assert_refused (bytes.data, length,
                    length < 6 ? COQUILL_TEXT_ERROR_MALFORMED : COQUILL_TEXT_ERROR_CHECKSUM);

  coquill_buffer_clear (&bytes);
  coquill_change_free (change);
}

/* With a checksum that agrees: every byte set to every value is refused, or is a change that can be written
 * again. */
static void
test_forged_bytes_are_refused_or_sound (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());
  CoquillChange *change = random_change (rand, 2, 12);
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  guint n_sound = 0, n_refused = 0;

  g_assert_true (coquill_change_encode (change, &bytes));
  for (gsize i = 2; i < bytes.length - 4; i++)
    for (guint value = 0; value < 256; value++)
      {
        guint8 before = bytes.data[i];

        bytes.data[i] = (guint8)value;
        put_checksum (&bytes);

        g_autofree guint8 *copy = g_memdup2 (bytes.data, bytes.length);
        CoquillTextError error = { 0 };
        CoquillChange *forged = coquill_change_decode (copy, bytes.length, &error);

        if (forged != NULL)
          {
            CoquillBuffer again = COQUILL_BUFFER_INIT;

            g_assert_true (coquill_change_encode (forged, &again));
            coquill_buffer_clear (&again);
            coquill_change_free (forged);
            n_sound++;
          }
        else
          {
            g_assert_cmpint (error.code, !=, COQUILL_TEXT_ERROR_CHECKSUM);
            g_assert_cmpint (error.code, !=, COQUILL_TEXT_ERROR_NONE);
            n_refused++;
          }
        bytes.data[i] = before;
      }
  g_test_message ("%u sound, %u refused", n_sound, n_refused);
  g_assert_cmpuint (n_sound, >, 1000);
  g_assert_cmpuint (n_refused, >, 1000);

  coquill_buffer_clear (&bytes);
  coquill_change_free (change);
}

/* One agent that starts, then columns as told. */
static void
append_frame_head (CoquillBuffer *bytes, guint64 n_operations)
{
  static const guint8 device[32] = { 7 };

  coquill_buffer_append (bytes, "\xc7\x01\x01", 3);
  coquill_buffer_append_varint (bytes, n_operations);
  coquill_buffer_append_varint (bytes, 0);
  coquill_buffer_append (bytes, device, sizeof device);
  coquill_buffer_append_varint (bytes, 0);
  coquill_buffer_append_fixed64 (bytes, 1);
  coquill_buffer_append_byte (bytes, 1);
}

static void
assert_frame_refused (CoquillBuffer *bytes, CoquillTextErrorCode code)
{
  coquill_buffer_append_fixed32 (bytes, 0);
  put_checksum (bytes);
  assert_refused (bytes->data, bytes->length, code);
  coquill_buffer_clear (bytes);
}

static void
test_budgets_hold (void)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;

  /* 2^60 operations. */
  append_frame_head (&bytes, UINT64_C (1) << 60);
  coquill_buffer_append_varint (&bytes, 0);
  assert_frame_refused (&bytes, COQUILL_TEXT_ERROR_TOO_LARGE);

  /* One deletion of 2^60 code points: head, position, length. */
  append_frame_head (&bytes, 1);
  coquill_buffer_append_varint (&bytes, 1 << 0 | 1 << 2 | 1 << 7);
  coquill_buffer_append_varint (&bytes, 1 << 1);
  coquill_buffer_append_varint (&bytes, 1 << 1);
  coquill_buffer_append_varint (&bytes, 9 << 1);
  coquill_buffer_append_byte (&bytes, 1 | 1 << 6);
  coquill_buffer_append_signed (&bytes, 0);
  coquill_buffer_append_varint (&bytes, UINT64_C (1) << 60);
  assert_frame_refused (&bytes, COQUILL_TEXT_ERROR_TOO_LARGE);

  /* Heads that claim to unpack to 2^60 bytes. */
  append_frame_head (&bytes, 1);
  coquill_buffer_append_varint (&bytes, 1);
  coquill_buffer_append_varint (&bytes, UINT64_C (1) << 61 | 1);
  coquill_buffer_append_varint (&bytes, 4);
  coquill_buffer_append (&bytes, "abcd", 4);
  assert_frame_refused (&bytes, COQUILL_TEXT_ERROR_TOO_LARGE);

  /* Content, positions and parents that are within their own limits and too many together. */
  append_frame_head (&bytes, 1);
  coquill_buffer_append_varint (&bytes, 1 << 1 | 1 << 2 | 1 << 5 | 1 << 6);
  for (int i = 0; i < 4; i++)
    {
      static const guint64 sizes[] = { COQUILL_CHANGE_MAX_CONTENT, COQUILL_CHANGE_MAX_OPERATIONS * 10,
                                       COQUILL_CHANGE_MAX_PARENTS * 10, COQUILL_CHANGE_MAX_PARENTS * 10 };

      coquill_buffer_append_varint (&bytes, sizes[i] << 1 | 1);
      coquill_buffer_append_varint (&bytes, 1);
    }
  coquill_buffer_append (&bytes, "abcd", 4);
  assert_frame_refused (&bytes, COQUILL_TEXT_ERROR_TOO_LARGE);

  /* Four thousand million agents. */
  coquill_buffer_append (&bytes, "\xc7\x01", 2);
  coquill_buffer_append_varint (&bytes, UINT32_MAX);
  coquill_buffer_append_varint (&bytes, 0);
  assert_frame_refused (&bytes, COQUILL_TEXT_ERROR_TOO_LARGE);

  /* Too long altogether: refused before a byte is read. */
  CoquillTextError error = { 0 };

  g_assert_null (coquill_change_decode ((const guint8 *)"", COQUILL_CHANGE_MAX_BYTES + 1, &error));
  g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_TOO_LARGE);
}

static void
test_text_that_is_none_is_refused (void)
{
  static const char *const texts[]
      = { "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80", "" };

  for (gsize i = 0; i <= G_N_ELEMENTS (texts); i++)
    {
      /* The last one is U+0000 as one byte. */
      const char *text = i < G_N_ELEMENTS (texts) ? texts[i] : "\0";
      gsize length = i < G_N_ELEMENTS (texts) ? strlen (text) : 1;
      CoquillBuffer bytes = COQUILL_BUFFER_INIT;

      append_frame_head (&bytes, 1);
      coquill_buffer_append_varint (&bytes, 1 << 0 | (length > 0) << 1 | 1 << 2);
      coquill_buffer_append_varint (&bytes, 1 << 1);
      if (length > 0)
        coquill_buffer_append_varint (&bytes, length << 1);
      coquill_buffer_append_varint (&bytes, 1 << 1);
      coquill_buffer_append_byte (&bytes, 0);
      coquill_buffer_append (&bytes, text, length);
      coquill_buffer_append_signed (&bytes, 0);
      assert_frame_refused (&bytes, COQUILL_TEXT_ERROR_MALFORMED);
    }
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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/varint/numbers-are-short-and-have-one-form", test_varints_are_short_and_have_one_form);
  g_test_add_func ("/crc32c/checksum-is-the-standard-one", test_checksum_is_the_standard_one);
  g_test_add_func ("/codec/random-changes-come-back", test_random_changes_come_back);
  g_test_add_func ("/codec/damage-is-found", test_damage_is_found);
  g_test_add_func ("/codec/forged-bytes-are-refused-or-sound", test_forged_bytes_are_refused_or_sound);
  g_test_add_func ("/codec/budgets-hold", test_budgets_hold);
  g_test_add_func ("/codec/text-that-is-none-is-refused", test_text_that_is_none_is_refused);
  g_test_add_func ("/codec/broken-changes-are-not-written", test_broken_changes_are_not_written);

  return g_test_run ();
}
