/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-manuscripts.c: the text of any ids, and ropes made anew from it. */

#include "seed.h"
#include "small-text.h"
#include "text/manuscripts.h"
#include "text/text-private.h"

#define N_AGENTS 3

/* How long pieces are, and who writes what isn't ASCII. Where operations are long, or most is deleted and
 * turns are few, a rope is made by searching, else by copying. */
typedef struct
{
  const char *name;
  gint max_length;
  guint wide_agents; /* bits */
  gint deletions;    /* of a hundred edits */
  gint same_agent;   /* the same: by who did the one before */
} Kind;

static const Kind kinds[] = {
  { "/manuscripts/short-ascii", 8, 0, 20, 33 },
  { "/manuscripts/long-ascii", 300, 0, 20, 33 },
  { "/manuscripts/one-writes-wide", 12, 1, 20, 33 },
  { "/manuscripts/all-write-wide", 12, 7, 20, 33 },
  { "/manuscripts/long-and-wide", 300, 5, 20, 33 },
  { "/manuscripts/mostly-deleted", 12, 0, 48, 33 },
  { "/manuscripts/mostly-deleted-wide", 12, 7, 48, 33 },
  { "/manuscripts/mostly-deleted-few-turns", 12, 0, 52, 98 },
  { "/manuscripts/mostly-deleted-few-turns-wide", 12, 7, 52, 98 },
  { "/manuscripts/long-deleted-wide", 3000, 7, 48, 33 },
};

static char *
random_words (GRand *rand, const Kind *kind, guint32 agent)
{
  static const char *const letters[] = { "a", "b", "c", "d", "\u00e9", "\u20ac", "\U0001f600", "z" };
  gint n = g_rand_int_range (rand, 1, kind->max_length + 1);
  gboolean wide = (kind->wide_agents >> agent & 1) && g_rand_int_range (rand, 0, 3) == 0;
  GString *words = g_string_new (NULL);

  while (n-- > 0)
    g_string_append (words, letters[g_rand_int_range (rand, 0, wide ? 8 : 4)]);
  return g_string_free (words, FALSE);
}

/* People who write in one place and another, in turns. */
static CoquillText *
random_text (GRand *rand, const Kind *kind, guint n_edits)
{
  CoquillText *text = coquill_text_new ();
  guint32 agents[N_AGENTS], agent;
  guint64 behind[N_AGENTS] = { 0 }; /* what each of them wrote last */

  for (guint32 i = 0; i < N_AGENTS; i++)
    {
      CoquillAgent id = agent_id ((guint8)(i + 1));

      agents[i] = coquill_text_add_agent (text, &id, NULL);
    }
  agent = agents[0];
  for (guint i = 0; i < n_edits; i++)
    {
      guint64 length = coquill_text_length (text),
              position = (guint64)(g_rand_double (rand) * (gdouble)length);
      gint what = g_rand_int_range (rand, 0, 100);

      if (g_rand_int_range (rand, 0, 100) >= kind->same_agent)
        agent = agents[g_rand_int_range (rand, 0, N_AGENTS)];

      if (what < kind->deletions && position < length)
        {
          guint64 most = MIN (length - position, 2 * (guint64)kind->max_length);

          delete (text, agent, position, 1 + (guint64)(g_rand_double (rand) * (gdouble)most) % most);
        }
      else if (what == 99)
        {
          CoquillTextError error;
          guint8 payload[200] = { 0xff };

          g_assert_true (coquill_text_record (text, agent, payload, (gsize)g_rand_int_range (rand, 0, 200),
                                              NULL, &error));
        }
      else
        {
          g_autofree char *words = random_words (rand, kind, agent);

          if (g_rand_boolean (rand) && behind[agent] <= length)
            position = behind[agent];
          insert (text, agent, position, words);
          behind[agent] = position + coquill_text_length (text) - length;
        }
    }
  return text;
}

static void
check_piece (const CoquillManuscripts *manuscripts,
             GRand *rand,
             const CoquillGraph *graph,
             const CoquillGraphPiece *piece)
{
  const char *content = (const char *)&graph->content[piece->content_offset];

  for (guint i = 0; i < 4; i++)
    {
      guint32 first = (guint32)g_rand_int_range (rand, 0, (gint32)piece->length);
      guint32 length = (guint32)g_rand_int_range (rand, 1, (gint32)(piece->length - first) + 1);
      const char *start = g_utf8_offset_to_pointer (content, first);
      gsize expected = (gsize)(g_utf8_offset_to_pointer (start, length) - start);
      CoquillId id = piece->id + first;
      const char *found = coquill_manuscripts_find (manuscripts, id, manuscripts->ascii),
                 *end = coquill_manuscripts_find (manuscripts, id + length, manuscripts->ascii);

      g_assert_cmpmem (found, (gsize)(end - found), start, expected);
    }
}

static void
test_each_character_is_found_and_the_text_is_the_same (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());

  for (guint round = 0; round < 24; round++)
    {
      CoquillText *text = random_text (rand, kind, round < 20 ? 1 + round * 7 : 1000),
                  *copy = coquill_text_new ();
      const CoquillGraph *graph = text->graph;
      g_autofree char *expected = NULL, *got = NULL;
      CoquillManuscripts manuscripts;
      CoquillGraphCursor cursor;
      CoquillGraphPiece piece;

      coquill_manuscripts_init (&manuscripts, graph);
      coquill_graph_cursor_init (&cursor, graph, 0);
      while (coquill_graph_cursor_next (&cursor, UINT64_MAX, &piece))
        if (piece.kind == COQUILL_OPERATION_INSERT)
          check_piece (&manuscripts, rand, graph, &piece);
      coquill_manuscripts_clear (&manuscripts);

      merge (copy, text);
      expected = coquill_text_to_string (text, NULL);
      got = coquill_text_to_string (copy, NULL);
      g_assert_cmpstr (got, ==, expected);
      coquill_text_free (text);
      coquill_text_free (copy);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_test_add_data_func (kinds[i].name, &kinds[i], test_each_character_is_found_and_the_text_is_the_same);
  return g_test_run ();
}
