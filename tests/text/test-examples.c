/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-examples.c: the bytes that src/text/README.md writes down. */

#include "small-text.h"
#include "text/codec.h"

/* Ends with a checksum, which isn't written down. */
static void
assert_written (const CoquillBuffer *bytes, const char *hexadecimal)
{
  g_autoptr (GString) string = g_string_new (NULL);

  for (gsize i = 0; i + 4 < bytes->length; i++)
    g_string_append_printf (string, "%02X", bytes->data[i]);
  g_assert_cmpstr (string->str, ==, hexadecimal);
}

static CoquillAgent
writer (guint8 byte, guint32 ordinal)
{
  CoquillAgent agent = { .ordinal = ordinal, .nonce = G_GUINT64_CONSTANT (0x0807060504030201) };

  memset (agent.device, byte, sizeof agent.device);
  return agent;
}

#define DEVICE_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define DEVICE_B "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define NONCE "0102030405060708"

static void
test_key_press (void)
{
  CoquillAgent ada_id = writer (0xAA, 3), bob_id = writer (0xBB, 0);
  CoquillText *text = coquill_text_new ();
  guint32 ada = coquill_text_add_agent (text, &ada_id, NULL), bob;
  g_autofree char *long_text = g_strnfill (1000, 'a');
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillChange *change;
  guint64 end;

  bob = coquill_text_add_agent (text, &bob_id, NULL);
  insert (text, bob, 0, long_text);
  long_text[42] = '\0';
  insert (text, ada, 0, long_text);
  end = coquill_text_n_items (text);
  insert (text, ada, 713, "x");
  change = coquill_text_extract (text, end, end + 1);

  g_assert_true (coquill_change_encode (change, &bytes));
  assert_written (&bytes, "C7010101"
                          "00" DEVICE_A "03" NONCE "00"
                          "6F020202020202"
                          "B0"
                          "78"
                          "910B"
                          "29"
                          "02");
  g_assert_cmpuint (bytes.length, ==, 64);
  coquill_buffer_clear (&bytes);
  coquill_change_free (change);
  coquill_text_free (text);
}

static void
test_snapshot (void)
{
  CoquillAgent ada_id = writer (0xAA, 0), bob_id = writer (0xBB, 0);
  CoquillText *text = coquill_text_new ();
  guint32 ada = coquill_text_add_agent (text, &ada_id, NULL);
  guint32 bob = coquill_text_add_agent (text, &bob_id, NULL);
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;

  insert (text, ada, 0, "Hallo");
  insert (text, bob, 2, "y");
  delete (text, ada, 4, 1);

  g_assert_true (coquill_text_save_snapshot (text, &bytes));
  assert_written (&bytes, "C801020401"
                          "00" DEVICE_A "00" NONCE "0106"
                          "01" DEVICE_B "00" NONCE "0101"
                          "000507"
                          "1F0A08020204"
                          "4861796C6F"
                          "01404008"
                          "01"
                          "02"
                          "0101");
  g_assert_cmpuint (bytes.length, ==, 119);
  coquill_buffer_clear (&bytes);
  coquill_text_free (text);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/examples/a-key-press-is-what-is-written-down", test_key_press);
  g_test_add_func ("/examples/a-snapshot-is-what-is-written-down", test_snapshot);
  return g_test_run ();
}
