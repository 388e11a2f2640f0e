/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-link.c: invite links and relay addresses */

#include "trust/hash.h"
#include "trust/link.h"
#include "trust/random.h"
#include "trust/relay-origin.h"

#include <string.h>

static CoquillLink *
make_link (const char *relay, CoquillInviteKind kind)
{
  g_autoptr (CoquillSecret) seed = coquill_secret_new_random (32);
  g_autoptr (GError) error = NULL;
  CoquillLink *link;
  guint8 room[32], document[32];

  coquill_random_fill (room, sizeof room);
  coquill_random_fill (document, sizeof document);
  link = coquill_link_new (relay, room, document, kind, seed, &error);
  g_assert_no_error (error);
  return link;
}

static void
assert_links_equal (const CoquillLink *a, const CoquillLink *b)
{
  g_assert_cmpstr (a->relay, ==, b->relay);
  g_assert_cmpmem (a->room, 32, b->room, 32);
  g_assert_cmpmem (a->document, 32, b->document, 32);
  g_assert_cmpint (a->kind, ==, b->kind);
  g_assert_true (coquill_secret_equal (a->seed, b->seed));
}

static void
assert_refused (const char *text, CoquillTrustError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillLink) link = coquill_link_parse (text, &error);

  if (link != NULL || !g_error_matches (error, COQUILL_TRUST_ERROR, code))
    g_error ("“%s” should be refused with code %d, got %s", text, code,
             error != NULL ? error->message : "a link");
}

static const char *relays[]
    = { "https://relay.example", "http://192.168.1.4:8080", "http://[2001:db8::1]:8080", "https://r.io" };

/* Calls @check for every relay, kind and form. */
static void
foreach_link (void (*check) (const CoquillLink *link, const char *text))
{
  for (guint i = 0; i < G_N_ELEMENTS (relays); i++)
    for (guint kind = COQUILL_INVITE_OPEN; kind <= COQUILL_INVITE_REQUEST; kind++)
      {
        g_autoptr (CoquillLink) link = make_link (relays[i], kind);
        char *text = coquill_link_to_text (link);
        char *https = coquill_link_to_https (link);

        check (link, text);
        check (link, https);
        coquill_link_text_free (text);
        coquill_link_text_free (https);
      }
}

static void
check_reading (const CoquillLink *link, const char *text)
{
  const char *formats[] = { "%s", "  %s\n", "<%s>", "\t<%s> \r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GString) dressed = g_string_new (formats[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (CoquillLink) read = NULL;

      g_string_replace (dressed, "%s", text, 1);
      read = coquill_link_parse (dressed->str, &error);
      g_assert_no_error (error);
      assert_links_equal (link, read);
    }
}

static void
both_forms_are_read (void)
{
  g_autoptr (CoquillLink) link = make_link ("wss://Relay.Example:443/", COQUILL_INVITE_OPEN);
  g_autoptr (CoquillLink) copy = coquill_link_copy (link);
  char *https = coquill_link_to_https (link);
  char *text = coquill_link_to_text (link);

  g_assert_cmpstr (link->relay, ==, "https://relay.example");
  g_assert_true (g_str_has_prefix (https, "https://relay.example/j/#"));
  g_assert_true (g_str_has_prefix (text, "coquill:"));
  g_assert_cmpstr (strchr (https, '#') + 1, ==, strchr (text, ':') + 1);
  assert_links_equal (link, copy);
  coquill_link_text_free (https);
  coquill_link_text_free (text);

  foreach_link (check_reading);
}

static gsize
prefix_length (const char *text)
{
  const char *mark = strchr (text, '#');

  return mark != NULL ? (gsize)(mark + 1 - text) : strlen ("coquill:");
}

static void
check_changes (const CoquillLink *link, const char *text)
{
  const char *others = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/=#%~é";
  g_autofree char *changed = g_strdup (text);
  gsize prefix = prefix_length (text);

  for (gsize i = prefix; text[i] != '\0'; i++)
    {
      for (const char *other = others; *other != '\0'; other++)
        {
          if (*other == text[i])
            continue;
          changed[i] = *other;
          assert_refused (changed, COQUILL_TRUST_ERROR_LINK_CHANGED);
        }
      changed[i] = text[i];
    }

  /* Before the payload stand letters that people see; a change there makes it no link, or another relay's
   * page. */
  for (gsize i = 0; i < prefix; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CoquillLink) read = NULL;

      changed[i] = text[i] == 'x' ? 'y' : 'x';
      read = coquill_link_parse (changed, &error);
      g_assert_null (read);
      g_assert_true (g_error_matches (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_NOT_A_LINK)
                     || g_error_matches (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_LINK_CHANGED));
      changed[i] = text[i];
    }
}

static void
every_changed_character_is_noticed (void)
{
  foreach_link (check_changes);
}

static void
check_cuts (const CoquillLink *link, const char *text)
{
  gsize prefix = prefix_length (text);

  for (gsize length = 0; text[length] != '\0'; length++)
    {
      g_autofree char *cut = g_strndup (text, length);

      assert_refused (cut,
                      length < prefix ? COQUILL_TRUST_ERROR_NOT_A_LINK : COQUILL_TRUST_ERROR_LINK_CUT_SHORT);
    }
}

static void
every_missing_end_is_noticed (void)
{
  foreach_link (check_cuts);
}

static void
check_additions (const CoquillLink *link, const char *text)
{
  for (gsize i = prefix_length (text); i <= strlen (text); i++)
    {
      g_autoptr (GString) longer = g_string_new (text);
      g_autoptr (GString) shorter = g_string_new (text);

      g_string_insert_c (longer, i, 'Q');
      g_assert_null (coquill_link_parse (longer->str, NULL));
      if (i < strlen (text))
        {
          g_string_erase (shorter, i, 1);
          g_assert_null (coquill_link_parse (shorter->str, NULL));
        }
    }
}

static void
added_and_lost_characters_are_noticed (void)
{
  foreach_link (check_additions);
}

static void
scheme_may_be_in_capitals (void)
{
  g_autoptr (CoquillLink) link = make_link ("https://relay.example", COQUILL_INVITE_OPEN);
  char *text = coquill_link_to_text (link);
  g_autoptr (CoquillLink) read = NULL;

  text[0] = 'C';
  read = coquill_link_parse (text, NULL);
  assert_links_equal (link, read);
  coquill_link_text_free (text);
}

static void
other_texts_are_no_links (void)
{
  const char *texts[] = { "",
                          " ",
                          "<>",
                          "<",
                          ">",
                          "hello",
                          "https://relay.example/",
                          "https://relay.example/j/",
                          "coquill",
                          "mailto:a@b.example",
                          "/j/#AAAA",
                          "ftp://relay.example/j/#AAAA" };
  g_autofree char *long_text = g_strnfill (COQUILL_LINK_TEXT_MAX + 1, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i], COQUILL_TRUST_ERROR_NOT_A_LINK);
  assert_refused (long_text, COQUILL_TRUST_ERROR_NOT_A_LINK);
  assert_refused ("coquill:", COQUILL_TRUST_ERROR_LINK_CUT_SHORT);
  assert_refused ("coquill:A", COQUILL_TRUST_ERROR_LINK_CUT_SHORT);
}

/* A link with a right checksum around what this version can't use. */
static char *
forge (guint8 version, guint8 kind, const char *relay)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 head[3] = { version, kind, strlen (relay) };
  guint8 ids[96] = { 1, 2, 3 };
  guint8 digest[32];
  g_autofree char *text = NULL;

  g_byte_array_append (bytes, head, sizeof head);
  g_byte_array_append (bytes, (const guint8 *)relay, strlen (relay));
  g_byte_array_append (bytes, ids, sizeof ids);
  coquill_hash_bytes ("coquill link", bytes->data, bytes->len, digest);
  g_byte_array_append (bytes, digest, 4);

  text = g_base64_encode (bytes->data, bytes->len);
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  *(strchrnul (text, '=')) = '\0';
  return g_strconcat ("coquill:", text, NULL);
}

static void
newer_links_and_bad_relays_are_told_apart (void)
{
  const struct
  {
    guint8 version, kind;
    const char *relay;
    CoquillTrustError code;
  } cases[] = {
    { 2, 1, "https://x.example", COQUILL_TRUST_ERROR_LINK_NEWER },
    { 255, 1, "https://x.example", COQUILL_TRUST_ERROR_LINK_NEWER },
    { 1, 3, "https://x.example", COQUILL_TRUST_ERROR_LINK_NEWER },
    { 1, 0, "https://x.example", COQUILL_TRUST_ERROR_LINK_NEWER },
    { 1, 1, "ftp://x.example", COQUILL_TRUST_ERROR_RELAY_ADDRESS },
    { 1, 1, "https://x.example/path", COQUILL_TRUST_ERROR_RELAY_ADDRESS },
    { 1, 1, "https://X.example", COQUILL_TRUST_ERROR_RELAY_ADDRESS },
    { 1, 1, "https://\xff\xfe", COQUILL_TRUST_ERROR_RELAY_ADDRESS },
    { 1, 1, "", COQUILL_TRUST_ERROR_RELAY_ADDRESS },
  };
  g_autofree char *good = forge (1, 1, "https://x.example");
  g_autoptr (CoquillLink) link = coquill_link_parse (good, NULL);

  g_assert_nonnull (link);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = forge (cases[i].version, cases[i].kind, cases[i].relay);

      assert_refused (text, cases[i].code);
    }
}

static void
a_page_of_another_relay_is_refused (void)
{
  g_autoptr (CoquillLink) link = make_link ("https://relay.example", COQUILL_INVITE_OPEN);
  char *text = coquill_link_to_text (link);
  g_autofree char *other = g_strconcat ("https://other.example/j/#", strchr (text, ':') + 1, NULL);

  assert_refused (other, COQUILL_TRUST_ERROR_LINK_CHANGED);
  coquill_link_text_free (text);
}

static void
addresses_have_one_form (void)
{
  const struct
  {
    const char *typed, *origin, *name;
  } cases[] = {
    { "https://relay.example", "https://relay.example", "relay.example" },
    { " https://Relay.Example/ ", "https://relay.example", "relay.example" },
    { "HTTPS://relay.example:443", "https://relay.example", "relay.example" },
    { "wss://relay.example:8443", "https://relay.example:8443", "relay.example:8443" },
    { "ws://127.0.0.1:80/", "http://127.0.0.1", "127.0.0.1" },
    { "http://192.168.1.4:8080", "http://192.168.1.4:8080", "192.168.1.4:8080" },
    { "http://[2001:DB8::1]:8080", "http://[2001:db8::1]:8080", "[2001:db8::1]:8080" },
    { "http://localhost:0443", "http://localhost:443", "localhost:443" },
    { "https://büro.example", "https://xn--bro-hoa.example", "xn--bro-hoa.example" },
  };
  const char *refused[] = { "",
                            "relay.example",
                            "ftp://relay.example",
                            "https://",
                            "https:///x",
                            "https://a.example/x",
                            "https://a.example?x",
                            "https://a.example#x",
                            "https://u@a.example",
                            "https://a b.example",
                            "https://a.example:99999",
                            "https://a.example:0",
                            "https://[::1",
                            "javascript://x",
                            "https://a%2fb.example",
                            "https://a.example\n.evil" };
  g_autofree char *long_name = g_strnfill (300, 'a');
  g_autofree char *long_address = g_strconcat ("https://", long_name, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *origin = coquill_relay_origin_normalize (cases[i].typed, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (origin, ==, cases[i].origin);
      g_assert_cmpstr (coquill_relay_origin_name (origin), ==, cases[i].name);
    }

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *origin = coquill_relay_origin_normalize (refused[i], &error);

      if (origin != NULL)
        g_error ("“%s” became “%s”", refused[i], origin);
      g_assert_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_RELAY_ADDRESS);
    }
  g_assert_null (coquill_relay_origin_normalize (long_address, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/link/both-forms-are-read", both_forms_are_read);
  g_test_add_func ("/link/every-changed-character-is-noticed", every_changed_character_is_noticed);
  g_test_add_func ("/link/every-missing-end-is-noticed", every_missing_end_is_noticed);
  g_test_add_func ("/link/added-and-lost-characters-are-noticed", added_and_lost_characters_are_noticed);
  g_test_add_func ("/link/scheme-may-be-in-capitals", scheme_may_be_in_capitals);
  g_test_add_func ("/link/other-texts-are-no-links", other_texts_are_no_links);
  g_test_add_func ("/link/newer-links-and-bad-relays-are-told-apart",
                   newer_links_and_bad_relays_are_told_apart);
  g_test_add_func ("/link/a-page-of-another-relay-is-refused", a_page_of_another_relay_is_refused);
  g_test_add_func ("/relay-origin/addresses-have-one-form", addresses_have_one_form);

  return g_test_run ();
}
