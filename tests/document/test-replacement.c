/* test-replacement.c: the few replacements that turn one text into another are those of a person */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/replacement.h"

#include <string.h>

#include "document/replacement-check.h"

/* What a person would have done, as the old text with [deleted|inserted] where something is done. */
static const char *const by_a_person[] = {
  /* Words */
  "Hello [|big ]world",
  "The [quick brown|slow red] fox",
  "The cat [|cat ]sat.",
  "aaa [bbb |]ccc",
  "the cat[|s and dogs]",
  "He walk[ed|ing] [slowly|quickly] home.",
  "[Moved sentence. |]Rest of it stays here.[| Moved sentence.]",
  "[I went to the market and bought some apples|Yesterday nobody saw the dog or fed three cats].",
  "The price is [100|250] dollars[|, and no more].",
  "Send it to [Ana|Benedikt] and then [wait|leave].",
  "A. [|X. ]B.",
  "One sentence. [|A new sentence stands here. ]And the last one.",

  /* Letters in a word */
  "colo[u|]r favo[u|]rite",
  "rec[ei|ie]ve",
  "t[eh|he] quick",
  "[|c]re[l|]ation",
  "[hound|cat]",
  "The [house|garden] is old.",
  "version 1.2.[3|4]",
  "under_score[d|s]_name",

  /* Punctuation and blanks */
  "foo([a, b|x, y])",
  "foo(a[|, b])",
  "[ |] a [ |]b",
  "wait[|,] what[|?]",
  "one[ |\n]two three four",
  "\"quoted[|\"]",

  /* Lines */
  "one\ntwo\n[|two and a half\n]three\n",
  "Item 1\n[Item 2\n|]Item 3\n",
  "A\n\n[|X\n\n]B\n",
  "x[|\nnew]",
  "x\n[|new\n]",
  "[|new\n]x\n",
  "[first\n|]x\ny\n",
  "line one\nline t[w|o]o\nline three\n",
  "A long paragraph on[ |\n]one line that goes on.\n",
  "A paragraph that was[\n| ]wrapped becomes one[\n| ]line again.\n",
  "same\nsame\nsame\n[|same\n]",
  "P one text [is|was] here.\n\n[|Another comes.\n\n]P three is far away.\n",
  "| one | [the road's signals into the road|its own actions |\n| two | the relay's road into the rest |\n| "
  "three | signals of the others] |\n| last | end |\n",
  "A line that is broken[ |\n]goes on.\n",
  "title\n\n[all of this paragraph goes\nand so does this line\n\n|]the end\n",
  "windows\r\nline[|s]\r\n",
  "made for windows[\r\n|\n]and then for others[\r\n|\n]",

  /* Source code */
  "int f() {\n  return 1;\n}\n\n[|int h() {\n  return 3;\n}\n\n]int g() {\n  return 2;\n}\n",
  "if (x)[ {|]\n  a();\n[}\n|]",
  "  a ();\n  [|if (y)\n    ]b ();\n",
  "#include <a.h>\n[|#include <b.h>\n]#include <c.h>\n",
  "{\n  \"a\": 1[|,\n  \"b\": 2]\n}\n",

  /* Characters as people see them */
  "[👨‍👩‍👧|👨‍👩‍👦] hi",
  "🇩🇪[🇫🇷|]🇮🇹",
  "[🇩🇪🇫🇷|🇪🇩🇪🇫🇷]",
  "[👍🏽|👍] ok",
  "Caf[é|e] bar",
  "Caf[e\xcc\x81|e] bar",
  "[e\xcc\x81\xcc\x82|e\xcc\x81]",
  "한국[어|말]",
  "[\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab|\xe1\x84\x92\xe1\x85\xa1]",
  "今日は天気が[い|悪]いです",
  "[क्षि|क्ष]",
  "שלום [|ל]עולם",
  "naïve[|té]",

  /* Nothing, all */
  "",
  "same text\n",
  "[|all]",
  "[all|]",
  "[a|b]",
  "[\n|]",
  "[\r|\r\n]",
};

/* Where in "[deleted|inserted]" one is. */
typedef enum
{
  OUTSIDE,
  IN_DELETED,
  IN_INSERTED,
} Place;

static void
read_case (const char *text, GString *old_text, GString *new_text)
{
  Place place = OUTSIDE;

  for (; *text != '\0'; text++)
    if (*text == '[')
      place = IN_DELETED;
    else if (*text == '|' && place == IN_DELETED)
      place = IN_INSERTED;
    else if (*text == ']')
      place = OUTSIDE;
    else
      {
        if (place != IN_INSERTED)
          g_string_append_c (old_text, *text);
        if (place != IN_DELETED)
          g_string_append_c (new_text, *text);
      }
}

/* Shows replacements as the cases are written. */
static char *
show (const GString *old_text, GArray *list)
{
  GString *shown = g_string_new (NULL);
  gsize old_at = 0;
  guint64 position = 0;

  for (guint i = 0; i < list->len; i++)
    {
      const CoquillReplacement *one = &g_array_index (list, CoquillReplacement, i);
      gsize start = replacement_offset (old_text, old_at, one->position - position);
      gsize end = replacement_offset (old_text, start, one->deleted);

      g_string_append_len (shown, old_text->str + old_at, (gssize)(start - old_at));
      g_string_append_c (shown, '[');
      g_string_append_len (shown, old_text->str + start, (gssize)(end - start));
      g_string_append_c (shown, '|');
      g_string_append_len (shown, one->inserted, (gssize)one->inserted_bytes);
      g_string_append_c (shown, ']');
      old_at = end;
      position = one->position + one->inserted_length;
    }
  g_string_append_len (shown, old_text->str + old_at, (gssize)(old_text->len - old_at));

  return g_string_free (shown, FALSE);
}

static void
test_by_a_person (void)
{
  guint different = 0;

  for (guint i = 0; i < G_N_ELEMENTS (by_a_person); i++)
    {
      GString *old_text = g_string_new (NULL), *new_text = g_string_new (NULL);
      g_autoptr (GArray) list = NULL;
      g_autofree char *shown = NULL;

      read_case (by_a_person[i], old_text, new_text);
      list = coquill_replacements_between (old_text->str, old_text->len, new_text->str, new_text->len, NULL);
      shown = show (old_text, list);
      if (!g_str_equal (shown, by_a_person[i]))
        {
          g_test_message ("wanted %s\nmade   %s", by_a_person[i], shown);
          different++;
        }
      g_string_free (old_text, TRUE);
      g_string_free (new_text, TRUE);
    }
  g_assert_cmpuint (different, ==, 0);
}

/* Random texts */

static const char *const bits[] = {
  "a",
  "b",
  "e\xcc\x81",
  "\xcc\x81",
  "ö",
  " ",
  " ",
  "\n",
  "\n",
  "\r\n",
  "\r",
  ". ",
  ", ",
  "word",
  "other ",
  "the ",
  "👨‍👩‍👧",
  "👍🏽",
  "🇩🇪",
  "🇫",
  "漢",
  "字",
  "한",
  "\xe1\x84\x92",
  "\xe1\x85\xa1",
  "\xe1\x86\xab",
  "क्षि",
  "\xe0\xa5\x8d",
  "\xe2\x80\x8d",
  "}\n",
  "{\n",
  "  ",
  "x\n",
  "same line\n",
  "\t",
  "ß",
  "ﷺ",
  "\xe2\x80\xa8",
  "\xf4\x8f\xbf\xbf",
  "\x01",
};

static GString *
random_text (GRand *random, guint n_bits, guint n_kinds)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_bits; i++)
    g_string_append (text, bits[g_rand_int_range (random, 0, (gint32)n_kinds)]);

  return text;
}

/* Changes @text at @n_edits random places, which may be inside of a cluster. */
static GString *
random_edits (GRand *random, const GString *text, guint n_edits, guint n_kinds)
{
  GString *edited = g_string_new_len (text->str, (gssize)text->len);

  for (guint i = 0; i < n_edits; i++)
    {
      glong length = g_utf8_strlen (edited->str, (gssize)edited->len);
      gint32 from = g_rand_int_range (random, 0, (gint32)length + 1);
      gint32 count = g_rand_int_range (random, 0, 6);
      gsize start = replacement_offset (edited, 0, (guint64)from);
      gsize end = replacement_offset (edited, start, (guint64)MIN ((gint32)length - from, count));

      if (g_rand_int_range (random, 0, 3) > 0)
        g_string_erase (edited, (gssize)start, (gssize)(end - start));
      if (g_rand_int_range (random, 0, 3) > 0)
        {
          GString *inserted = random_text (random, (guint)g_rand_int_range (random, 1, 5), n_kinds);

          g_string_insert_len (edited, (gssize)start, inserted->str, (gssize)inserted->len);
          g_string_free (inserted, TRUE);
        }
    }

  return edited;
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());

  for (guint round = 0; round < 6000; round++)
    {
      guint n_kinds = (guint)g_rand_int_range (random, 2, G_N_ELEMENTS (bits) + 1);
      GString *old_text = random_text (random, (guint)g_rand_int_range (random, 0, 120), n_kinds);
      GString *new_text
          = round % 4 == 0 ? random_text (random, (guint)g_rand_int_range (random, 0, 120), n_kinds)
                           : random_edits (random, old_text, (guint)g_rand_int_range (random, 0, 8), n_kinds);

      replacement_check (old_text->str, old_text->len, new_text->str, new_text->len, NULL);
      g_string_free (old_text, TRUE);
      g_string_free (new_text, TRUE);
    }
}

/* The least cost */

/* Fewest grapheme clusters deleted and inserted, by the textbook's table. */
static guint
least_cost (const GString *old_text, const GString *new_text)
{
  g_autofree guint *row = g_new (guint, new_text->len + 1);

  for (guint j = 0; j <= new_text->len; j++)
    row[j] = j;
  for (guint i = 1; i <= old_text->len; i++)
    {
      guint diagonal = row[0];

      row[0] = i;
      for (guint j = 1; j <= new_text->len; j++)
        {
          guint above = row[j];

          row[j] = old_text->str[i - 1] == new_text->str[j - 1] ? diagonal : 1 + MIN (above, row[j - 1]);
          diagonal = above;
        }
    }

  return row[new_text->len];
}

/* Edits as people make: words come, go and are replaced, a letter is mended. */
static GString *
edit_as_people (GRand *random, const GString *text)
{
  GString *edited = g_string_new (NULL);

  for (gsize at = 0; at < text->len;)
    {
      gsize end = at + strcspn (text->str + at, " \n") + 1;

      switch (g_rand_int_range (random, 0, 24))
        {
        case 0:
          break;
        case 1:
          replacement_append_word (edited, random);
          break;
        case 2:
          replacement_append_word (edited, random);
          g_string_append_len (edited, text->str + at, (gssize)(end - at));
          break;
        case 3:
          g_string_append_c (edited, 'x');
          g_string_append_len (edited, text->str + at + 1, (gssize)(end - at - 1));
          break;
        case 4:
          g_string_append_len (edited, text->str + at, (gssize)(end - at - 1));
          g_string_append (edited, "ed ");
          break;
        default:
          g_string_append_len (edited, text->str + at, (gssize)(end - at));
          break;
        }
      at = end;
    }

  return edited;
}

static void
test_cost (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  guint64 sum = 0, least_sum = 0;
  double worst = 0;

  for (guint round = 0; round < 3000; round++)
    {
      GString *old_text = g_string_new (NULL), *new_text;
      guint least;
      guint64 cost;

      for (guint i = (guint)g_rand_int_range (random, 1, 40); i > 0; i--)
        replacement_append_word (old_text, random);
      new_text = edit_as_people (random, old_text);
      cost = replacement_check (old_text->str, old_text->len, new_text->str, new_text->len, NULL);
      least = least_cost (old_text, new_text);
      g_assert_cmpuint (cost, >=, least);
      g_assert_cmpuint (cost, <=, 6 * least);
      if (least > 0)
        worst = MAX (worst, (double)cost / least);
      sum += cost;
      least_sum += least;
      g_string_free (old_text, TRUE);
      g_string_free (new_text, TRUE);
    }
  g_test_message ("cost %.3f times the least in all, %.2f at worst", (double)sum / least_sum, worst);
  g_assert_cmpfloat ((double)sum, <=, 1.35 * least_sum);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replacement/as-a-person-would", test_by_a_person);
  g_test_add_func ("/replacement/random-edits-come-out-exactly-and-cut-no-cluster", test_random);
  g_test_add_func ("/replacement/cost-is-near-the-least", test_cost);

  return g_test_run ();
}
