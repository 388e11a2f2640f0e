/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst-edit.c: the worst cases of editing: much text, and many edits of it. */

#include "worst.h"

#include <string.h>

#define LARGE 50000000
#define SMALL 1000

/* What is done to a text. @bytes: a snapshot of it; @text: something that the case inserts */
typedef struct
{
  Worst *worst;
  CoquillBuffer snapshot;
  const char *text;
  gsize n_bytes;
  guint n;
  gboolean (*work) (gpointer self, CoquillText *text, guint32 agent);
  guint64 place;
} Edits;

/* Loads the snapshot, outside of the clock, and does the work. */
static double
edit_loaded (gpointer data)
{
  Edits *self = data;
  Worst *worst = self->worst;
  CoquillText *text = coquill_text_load_snapshot (self->snapshot.data, self->snapshot.length, NULL);
  CoquillAgent id = worst_agent (1);
  CoquillChangeId at;

  if (text == NULL)
    g_error ("a snapshot was refused");

  guint32 agent = coquill_text_add_agent (text, &id, NULL);
  gint64 start = clock_now ();

  if (!self->work (self, text, agent))
    worst_fail (worst, "an edit was refused");
  coquill_text_id_at (text, coquill_text_length (text) / 2, &at);

  double took = clock_since (start);

  if (!worst->failed)
    worst_press_keys (worst, text, self->place);
  coquill_text_free (text);
  return took;
}

/* Measures work on a text, and compares with what another replica makes of it, through bytes if they are not
 * too many for one change. */
static double
take_edits (Edits *self, const char *base)
{
  CoquillText *text = worst_base (self->worst, base), *other = worst_copy (self->worst, text);
  CoquillAgent id = worst_agent (1);
  guint64 before = coquill_text_n_items (text);

  if (!coquill_text_save_snapshot (text, &self->snapshot)
      || !self->work (self, text, coquill_text_add_agent (text, &id, NULL)))
    worst_fail (self->worst, "an edit or a snapshot was refused");

  CoquillChange *change = coquill_text_extract (text, before, coquill_text_n_items (text));
  CoquillBuffer *bytes = worst_encode (self->worst, change);

  worst_decode_and_merge (self->worst, other, bytes);
  worst_compare (self->worst, text, other);
  worst_free_bytes (bytes);
  coquill_change_free (change);
  coquill_text_free (text);
  coquill_text_free (other);

  double took = worst_take (self->worst, edit_loaded, self);

  coquill_buffer_clear (&self->snapshot);
  return took;
}

static gboolean
paste (gpointer data, CoquillText *text, guint32 agent)
{
  Edits *self = data;

  return coquill_text_insert (text, agent, coquill_text_length (text) / 2, self->text, self->n_bytes, NULL,
                              NULL);
}

/* One paste of n bytes in the middle of a text. */
static double
measure_paste (Worst *worst, guint n)
{
  g_autofree char *base = worst_words (SMALL), *words = worst_words (n);
  Edits edits = { .worst = worst, .text = words, .n_bytes = n, .work = paste, .place = SMALL / 2 + n / 2 };

  return take_edits (&edits, base);
}

/* A line of n bytes: pasted, and then typed in, anywhere, a thousand times. */
static gboolean
write_line (gpointer data, CoquillText *text, guint32 agent)
{
  Edits *self = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  if (!paste (self, text, agent))
    return FALSE;
  for (guint i = 0; i < 1000 && !self->worst->failed; i++)
    worst_press_key (self->worst, text, agent, (guint64)(g_rand_double (random) * (double)self->n_bytes),
                     "x");
  return TRUE;
}

static double
measure_line (Worst *worst, guint n)
{
  g_autofree char *line = g_strnfill (n, 'l');
  Edits edits = { .worst = worst, .text = line, .n_bytes = n, .work = write_line, .place = n / 2 };

  return take_edits (&edits, "l");
}

/* Replaces n matches, from front to end. */
static gboolean
replace (gpointer data, CoquillText *text, guint32 agent)
{
  Edits *self = data;
  gboolean done = TRUE;

  for (guint64 i = 0; i < self->n && done; i++)
    done = coquill_text_delete (text, agent, i * 22, 5, NULL, NULL)
           && coquill_text_insert (text, agent, i * 22, "replaced", 8, NULL, NULL);
  return done;
}

static double
measure_replace (Worst *worst, guint n)
{
  g_autoptr (GString) base = g_string_new (NULL);
  Edits edits = { .worst = worst, .n = n, .work = replace, .place = 22 * (guint64)n / 2 };

  for (guint i = 0; i < n; i++)
    g_string_append (base, "match, no match. \n ");
  return take_edits (&edits, base->str);
}

static gboolean
type_at_front (gpointer data, CoquillText *text, guint32 agent)
{
  Edits *self = data;

  for (guint i = 0; i < self->n && !self->worst->failed; i++)
    worst_press_key (self->worst, text, agent, 0, self->text);
  return TRUE;
}

static gboolean
type_at_back (gpointer data, CoquillText *text, guint32 agent)
{
  Edits *self = data;

  for (guint i = 0; i < self->n && !self->worst->failed; i++)
    worst_press_key (self->worst, text, agent, coquill_text_length (text), self->text);
  return TRUE;
}

static gboolean
type_anywhere (gpointer data, CoquillText *text, guint32 agent)
{
  Edits *self = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (9);

  for (guint i = 0; i < self->n && !self->worst->failed; i++)
    worst_press_key (self->worst, text, agent,
                     (guint64)(g_rand_double (random) * (double)coquill_text_length (text)), self->text);
  return TRUE;
}

/* n key presses in 50 MB. */
static double
measure_typing (Worst *worst, guint n, gboolean (*work) (gpointer, CoquillText *, guint32))
{
  g_autofree char *base = worst_words (LARGE);
  Edits edits = { .worst = worst, .text = "x", .n = n, .work = work, .place = LARGE / 2 };

  return take_edits (&edits, base);
}

static double
measure_front (Worst *worst, guint n)
{
  return measure_typing (worst, n, type_at_front);
}

static double
measure_back (Worst *worst, guint n)
{
  return measure_typing (worst, n, type_at_back);
}

static double
measure_anywhere (Worst *worst, guint n)
{
  return measure_typing (worst, n, type_anywhere);
}

/* n key presses anywhere in 50 MB of characters of a sort. */
static double
measure_characters (Worst *worst, guint n, const char *repeated, const char *typed)
{
  g_autoptr (GString) base = g_string_sized_new (LARGE);
  Edits edits = { .worst = worst, .text = typed, .n = n, .work = type_anywhere };

  while (base->len < LARGE)
    {
      g_string_append (base, repeated);
      edits.place += (guint64)g_utf8_strlen (repeated, -1);
    }
  edits.place /= 2;
  return take_edits (&edits, base->str);
}

static double
measure_wide (Worst *worst, guint n)
{
  return measure_characters (worst, n, "\U0001F600\U0001F680\U00020000", "\U0001F389");
}

/* Letters, each with nine marks, parted and given more of them. */
static double
measure_marks (Worst *worst, guint n)
{
  return measure_characters (worst, n, "e\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u0323", "\u0331");
}

const WorstCase WORST_EDITS[] = {
  { "paste", 2000000, 2, measure_paste },
  { "line", 1000000, 2, measure_line },
  { "replace", 10000, 2, measure_replace },
  { "front", 10000, 2, measure_front },
  { "back", 10000, 2, measure_back },
  { "anywhere", 10000, 2, measure_anywhere },
  { "wide", 10000, 2, measure_wide },
  { "marks", 10000, 2, measure_marks },
  { 0 },
};
