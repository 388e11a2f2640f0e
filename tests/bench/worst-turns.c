/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst-turns.c: the worst cases of what arrives edit by edit. */

#include "worst.h"

#include "text/codec.h"

#define BASE 1000

/* Edits as they arrive.
 * @base: what the replica has before
 * @edits: each one's bytes, as a GPtrArray of CoquillBuffer
 * @heard: after each, the text at its place is read and its author asked */
typedef struct
{
  Worst *worst;
  CoquillBuffer *base;
  GPtrArray *edits;
} Arrivals;

static void
note_place_cb (const CoquillTextDelta *delta, void *data)
{
  *(guint64 *)data = delta->position;
}

/* Merges an edit, and looks at where it changed the text, as a window does. */
static void
merge_and_look (Worst *worst, CoquillText *text, const CoquillBuffer *bytes)
{
  CoquillChange *change = coquill_change_decode (bytes->data, bytes->length, NULL);
  guint64 place = 0;
  CoquillTextError error = { 0 };
  CoquillChangeId id;
  char read[4];

  if (change == NULL || !coquill_text_merge (text, change, note_place_cb, &place, &error))
    worst_fail (worst, error.message);
  coquill_change_free (change);
  if (place < coquill_text_length (text))
    coquill_text_read (text, place, 1, read);
  coquill_text_id_at (text, place, &id);
}

static double
receive (gpointer data)
{
  Arrivals *self = data;
  Worst *worst = self->worst;
  CoquillText *text = coquill_text_new ();

  worst_decode_and_merge (worst, text, self->base);

  gint64 start = clock_now ();

  for (guint i = 0; i < self->edits->len && !worst->failed; i++)
    merge_and_look (worst, text, self->edits->pdata[i]);

  double took = clock_since (start);

  if (!worst->failed)
    worst_press_keys (worst, text, BASE / 2);
  coquill_text_free (text);
  return took;
}

/* Measures, and compares with a replica that has all edits in the opposite order of two halves: @other. */
static double
take_arrivals (Worst *worst, CoquillText *base, GPtrArray *edits, CoquillText *other)
{
  CoquillText *text = worst_copy (worst, base);
  CoquillChange *change = coquill_text_extract (base, 0, coquill_text_n_items (base));
  Arrivals arrivals = { worst, worst_encode (worst, change), edits };

  for (guint i = 0; i < edits->len && !worst->failed; i++)
    worst_decode_and_merge (worst, text, edits->pdata[i]);
  worst_compare (worst, text, other);

  double took = worst_take (worst, receive, &arrivals);

  coquill_change_free (change);
  worst_free_bytes (arrivals.base);
  coquill_text_free (text);
  return took;
}

/* One edit of someone who types here and there, in the way of worst-merge.c, as bytes. */
static CoquillBuffer *
edit (Worst *worst, CoquillText *text, guint32 agent, GRand *random, guint64 *caret)
{
  guint64 before = coquill_text_n_items (text), length = coquill_text_length (text);
  gboolean done;

  if (g_rand_int_range (random, 0, 4) == 0)
    *caret = (guint64)g_rand_int_range (random, 0, (gint)length);
  if (length > BASE / 2 && *caret < length && g_rand_int_range (random, 0, 3) == 0)
    done = coquill_text_delete (text, agent, *caret, 1, NULL, NULL);
  else
    done = coquill_text_insert (text, agent, (*caret)++, "x", 1, NULL, NULL);
  if (!done)
    worst_fail (worst, "an edit was refused");

  CoquillChange *change = coquill_text_extract (text, before, coquill_text_n_items (text));
  CoquillBuffer *bytes = worst_encode (worst, change);

  coquill_change_free (change);
  return bytes;
}

/* Two people who are apart write n edits each at the same places; a third one gets them in turns, edit by
 * edit. */
static double
measure_turns (Worst *worst, guint n)
{
  g_autofree char *words = worst_words (BASE);
  CoquillText *base = worst_base (worst, words);
  CoquillText *texts[] = { worst_copy (worst, base), worst_copy (worst, base) };
  g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)worst_free_bytes);
  GRand *randoms[] = { g_rand_new_with_seed (7), g_rand_new_with_seed (7) };
  guint64 carets[] = { 0, 0 };
  guint32 agents[2];

  for (guint i = 0; i < 2; i++)
    {
      CoquillAgent id = worst_agent (1 + i);

      agents[i] = coquill_text_add_agent (texts[i], &id, NULL);
    }
  for (guint i = 0; i < 2 * n && !worst->failed; i++)
    g_ptr_array_add (edits, edit (worst, texts[i % 2], agents[i % 2], randoms[i % 2], &carets[i % 2]));

  /* The first one gets the other's one after another. */
  for (guint i = 1; i < edits->len && !worst->failed; i += 2)
    worst_decode_and_merge (worst, texts[0], edits->pdata[i]);

  double took = take_arrivals (worst, base, edits, texts[0]);

  for (guint i = 0; i < 2; i++)
    {
      coquill_text_free (texts[i]);
      g_rand_free (randoms[i]);
    }
  coquill_text_free (base);
  return took;
}

/* n agents who know nothing of each other insert a word at one position; each arrives by itself. */
static double
measure_crowd_in_turns (Worst *worst, guint n)
{
  g_autofree char *words = worst_words (BASE);
  CoquillText *base = worst_base (worst, words), *other = worst_copy (worst, base);
  g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)worst_free_bytes);

  for (guint i = 0; i < n && !worst->failed; i++)
    {
      CoquillText *text = worst_copy (worst, base);
      CoquillAgent id = worst_agent (1 + i);
      guint64 before = coquill_text_n_items (text);

      if (!coquill_text_insert (text, coquill_text_add_agent (text, &id, NULL), BASE / 2, "word ", 5, NULL,
                                NULL))
        worst_fail (worst, "an insertion was refused");

      CoquillChange *change = coquill_text_extract (text, before, coquill_text_n_items (text));

      g_ptr_array_add (edits, worst_encode (worst, change));
      coquill_change_free (change);
      coquill_text_free (text);
    }
  for (guint i = n; i > 0 && !worst->failed; i--)
    worst_decode_and_merge (worst, other, edits->pdata[i - 1]);

  double took = take_arrivals (worst, base, edits, other);

  coquill_text_free (base);
  coquill_text_free (other);
  return took;
}

const WorstCase WORST_TURNS[] = {
  { "turns", 1000, 2, measure_turns },
  { "crowd-in-turns", 100, 2, measure_crowd_in_turns },
  { 0 },
};
