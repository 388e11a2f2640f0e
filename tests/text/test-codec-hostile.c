/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-codec-hostile.c: bytes that are no change are refused. */

#include <glib.h>
#include <string.h>

#include "random-change.h"
#include "seed.h"
#include "text/codec.h"
#include "text/crc32c.h"
#include "text/varint.h"

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

  /* One deletion of 2^60 code points: head, length. */
  append_frame_head (&bytes, 1);
  coquill_buffer_append_varint (&bytes, 1 << COQUILL_COLUMN_HEADS | 1 << COQUILL_COLUMN_LENGTHS);
  coquill_buffer_append_varint (&bytes, 1 << 1);
  coquill_buffer_append_varint (&bytes, 9 << 1);
  coquill_buffer_append_byte (&bytes, 1 | 1 << 6);
  coquill_buffer_append_varint (&bytes, UINT64_C (1) << 60);
  assert_frame_refused (&bytes, COQUILL_TEXT_ERROR_TOO_LARGE);

  /* Heads that claim to unpack to 2^60 bytes. */
  append_frame_head (&bytes, 1);
  coquill_buffer_append_varint (&bytes, 1);
  coquill_buffer_append_varint (&bytes, UINT64_C (1) << 61 | 1);
  coquill_buffer_append_varint (&bytes, 4);
  coquill_buffer_append (&bytes, "abcd", 4);
  assert_frame_refused (&bytes, COQUILL_TEXT_ERROR_TOO_LARGE);

  /* Content, lengths and parents that are within their own limits and too many together. */
  append_frame_head (&bytes, 1);
  coquill_buffer_append_varint (&bytes, 1 << COQUILL_COLUMN_TEXT | 1 << COQUILL_COLUMN_LENGTHS
                                            | 1 << COQUILL_COLUMN_PARENT_AGENTS
                                            | 1 << COQUILL_COLUMN_PARENT_ITEMS);
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
      coquill_buffer_append_varint (&bytes, 1 << COQUILL_COLUMN_HEADS | (length > 0) << COQUILL_COLUMN_TEXT);
      coquill_buffer_append_varint (&bytes, 1 << 1);
      if (length > 0)
        coquill_buffer_append_varint (&bytes, length << 1);
      coquill_buffer_append_byte (&bytes, 0);
      coquill_buffer_append (&bytes, text, length);
      assert_frame_refused (&bytes, COQUILL_TEXT_ERROR_MALFORMED);
    }
}

/* Columns of a change: bytes as hexadecimal digits. */
typedef struct
{
  const char *heads;
  const char *text;
  const char *positions;
  const char *far;
  const char *lengths;
  CoquillTextErrorCode code;
} Columns;

static void
append_columns (CoquillBuffer *bytes, const Columns *columns)
{
  const char *const hex[]
      = { columns->heads, columns->text, columns->positions, columns->far, columns->lengths };
  guint mask = 0;

  for (guint i = 0; i < G_N_ELEMENTS (hex); i++)
    mask |= (guint)(*hex[i] != '\0') << i;
  append_frame_head (bytes, strlen (columns->heads) / 2);
  coquill_buffer_append_varint (bytes, mask);
  for (guint i = 0; i < G_N_ELEMENTS (hex); i++)
    if (*hex[i] != '\0')
      coquill_buffer_append_varint (bytes, strlen (hex[i]));
  for (guint i = 0; i < G_N_ELEMENTS (hex); i++)
    for (const char *digits = hex[i]; *digits != '\0'; digits += 2)
      coquill_buffer_append_byte (
          bytes, (guint8)(g_ascii_xdigit_value (digits[0]) << 4 | g_ascii_xdigit_value (digits[1])));
}

/* The first operation is read in another loop than those that go on from it. */
static void
test_faults_behind_the_first_operation_are_found (void)
{
  static const Columns faults[] = {
    { "0004", "6162", "", "", "", COQUILL_TEXT_ERROR_MALFORMED },       /* an insertion that runs backward */
    { "0000", "61", "", "", "", COQUILL_TEXT_ERROR_MALFORMED },         /* too little text */
    { "0001", "6162", "", "", "", COQUILL_TEXT_ERROR_MALFORMED },       /* too much of it */
    { "0040", "616263", "", "", "", COQUILL_TEXT_ERROR_MALFORMED },     /* no length */
    { "0000", "6162", "", "", "00", COQUILL_TEXT_ERROR_MALFORMED },     /* one that nobody wants */
    { "0040", "616263", "", "", "80", COQUILL_TEXT_ERROR_MALFORMED },   /* half of one */
    { "0040", "616263", "", "", "8000", COQUILL_TEXT_ERROR_MALFORMED }, /* one that is longer than need be */
    { "0041", "61", "", "", "808080808001", COQUILL_TEXT_ERROR_TOO_LARGE },
    { "0041", "61", "", "", "ffffffffffffffffff01", COQUILL_TEXT_ERROR_TOO_LARGE },
    { "0081", "61", "", "", "", COQUILL_TEXT_ERROR_MALFORMED },     /* no position */
    { "0081", "61", "02", "", "", COQUILL_TEXT_ERROR_MALFORMED },   /* one before the text */
    { "0081", "61", "80", "", "", COQUILL_TEXT_ERROR_MALFORMED },   /* half of one */
    { "0081", "61", "80", "00", "", COQUILL_TEXT_ERROR_MALFORMED }, /* one that is longer than need be */
    { "0081", "61", "80", "80808080808004", "", COQUILL_TEXT_ERROR_MALFORMED }, /* too far */
    { "0001", "61", "00", "", "", COQUILL_TEXT_ERROR_MALFORMED },               /* one that nobody wants */
    { "0045", "61", "", "", "05", COQUILL_TEXT_ERROR_MALFORMED }, /* backward to before the text */
  };
  const Columns right = { "0080", "6162", "81", "01", "", COQUILL_TEXT_ERROR_NONE };
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillChange *change;

  append_columns (&bytes, &right);
  coquill_buffer_append_fixed32 (&bytes, 0);
  put_checksum (&bytes);
  change = coquill_change_decode (bytes.data, bytes.length, NULL);
  g_assert_nonnull (change);
  coquill_change_free (change);
  coquill_buffer_clear (&bytes);

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      append_columns (&bytes, &faults[i]);
      assert_frame_refused (&bytes, faults[i].code);
    }
}

/* Two who take turns, each after the other's last item and the own one: as such they are read in a loop. */
static CoquillChange *
take_turns (guint n_turns)
{
  CoquillChange *change = coquill_change_new ();
  CoquillAgentPrevious first = { 0 };

  for (guint i = 0; i < 2; i++)
    {
      CoquillAgent agent = { .ordinal = i, .nonce = i + 1 };

      coquill_change_add_agent (change, &agent, &first);
    }
  for (guint i = 0; i < n_turns; i++)
    {
      CoquillChangeId parents[] = { { i % 2, i / 2 - 1 }, { (i + 1) % 2, (i - 1) / 2 } };
      CoquillOperation operation = { .kind = COQUILL_OPERATION_INSERT,
                                     .agent = i % 2,
                                     .n_parents = MIN (i, 2),
                                     .sequence = i / 2,
                                     .length = 1,
                                     .position = 200 * i,
                                     .content_length = 1 };

      if (i == 1)
        operation.n_parents = 1;
      coquill_change_add_operation (change, &operation, i == 1 ? &parents[1] : parents, (const guint8 *)"a");
    }
  return change;
}

static void
assert_encoded_is (const CoquillChange *change, CoquillTextErrorCode code)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;

  g_assert_true (coquill_change_encode (change, &bytes));
  if (code == COQUILL_TEXT_ERROR_NONE)
    {
      CoquillChange *decoded = coquill_change_decode (bytes.data, bytes.length, NULL);

      g_assert_nonnull (decoded);
      coquill_change_free (decoded);
    }
  else
    assert_refused (bytes.data, bytes.length, code);
  coquill_buffer_clear (&bytes);
}

static void
test_faults_in_turns_are_found (void)
{
  static const struct
  {
    CoquillChangeColumn column;
    guint index;
    guint8 byte;
  } faults[] = {
    { COQUILL_COLUMN_AGENTS, 1, 1 },           /* the same as before */
    { COQUILL_COLUMN_AGENTS, 3, 2 },           /* nobody */
    { COQUILL_COLUMN_AGENTS, 3, 0x80 },        /* one that is longer than need be */
    { COQUILL_COLUMN_JOINS, 2, 0xff },         /* too many parents, or half of a number */
    { COQUILL_COLUMN_PARENT_AGENTS, 0, 2 },    /* nobody */
    { COQUILL_COLUMN_PARENT_ITEMS, 2, 0x7e },  /* before the first */
    { COQUILL_COLUMN_PARENT_ITEMS, 2, 0x80 },  /* one that is longer than need be */
    { COQUILL_COLUMN_FAR_POSITIONS, 4, 0x00 }, /* the same */
  };
  CoquillChange *change = take_turns (100);

  assert_encoded_is (change, COQUILL_TEXT_ERROR_NONE);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      guint8 *byte = &change->columns[faults[i].column].data[faults[i].index];
      guint8 before = *byte;

      g_assert_cmpuint (faults[i].index, <, change->columns[faults[i].column].length);
      *byte = faults[i].byte;
      assert_encoded_is (change, COQUILL_TEXT_ERROR_MALFORMED);
      *byte = before;
    }
  /* Columns that end early, or late. There is room for one more. */
  for (guint i = COQUILL_COLUMN_TEXT; i < COQUILL_CHANGE_COLUMNS; i++)
    if (change->columns[i].length > 0)
      {
        change->columns[i].length--;
        assert_encoded_is (change, COQUILL_TEXT_ERROR_MALFORMED);
        change->columns[i].length += 2;
        change->columns[i].data[change->columns[i].length - 1] = 1;
        assert_encoded_is (change, COQUILL_TEXT_ERROR_MALFORMED);
        change->columns[i].length--;
      }
  coquill_change_free (change);
}

/* A change that is packed: it unpacks as it should whatever was unpacked before, or is in another thread. */
static gpointer
unpack_good_and_bad (gpointer data)
{
  const CoquillBuffer *good = data;
  CoquillBuffer again = COQUILL_BUFFER_INIT, bad = COQUILL_BUFFER_INIT;

  for (gsize i = 2; i < good->length - 4; i++)
    {
      CoquillChange *change;

      coquill_buffer_append (&bad, good->data, good->length);
      bad.data[i] ^= 0x55;
      put_checksum (&bad);
      coquill_change_free (coquill_change_decode (bad.data, bad.length, NULL));

      change = coquill_change_decode (good->data, good->length, NULL);
      g_assert_nonnull (change);
      g_assert_true (coquill_change_encode (change, &again));
      g_assert_cmpmem (again.data, again.length, good->data, good->length);
      coquill_change_free (change);
      bad.length = again.length = 0;
    }
  coquill_buffer_clear (&bad);
  coquill_buffer_clear (&again);
  return NULL;
}

static void
test_unpacking_leaves_nothing_behind (void)
{
  CoquillChange *change = take_turns (2000);
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  GThread *threads[4];

  g_assert_true (coquill_change_encode (change, &bytes));
  g_assert_cmpuint (bytes.length, <, 1000);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("unpack", unpack_good_and_bad, &bytes);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  coquill_buffer_clear (&bytes);
  coquill_change_free (change);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/damage-is-found", test_damage_is_found);
  g_test_add_func ("/codec/forged-bytes-are-refused-or-sound", test_forged_bytes_are_refused_or_sound);
  g_test_add_func ("/codec/budgets-hold", test_budgets_hold);
  g_test_add_func ("/codec/text-that-is-none-is-refused", test_text_that_is_none_is_refused);
  g_test_add_func ("/codec/faults-behind-the-first-operation-are-found",
                   test_faults_behind_the_first_operation_are_found);
  g_test_add_func ("/codec/faults-in-turns-are-found", test_faults_in_turns_are_found);
  g_test_add_func ("/codec/unpacking-leaves-nothing-behind", test_unpacking_leaves_nothing_behind);
  return g_test_run ();
}
