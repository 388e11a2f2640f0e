/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst.c: what the worst cases share. */

#include "worst.h"

#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/codec.h"

#define LEAST_RUNS 3
#define MAX_RUNS 25
#define ENOUGH_MS 60.0 /* of all runs together */
#define N_KEYS 24

void
worst_fail (Worst *self, const char *message)
{
  if (!self->failed)
    g_printerr ("FAILED: %s: %s\n", self->name, message);
  self->failed = TRUE;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

double
worst_take (Worst *self, SampleFunc func, gpointer data)
{
  double times[MAX_RUNS], total = 0;
  guint n = 0, least = self->quick ? 1 : LEAST_RUNS;

  while (!self->failed && n < MAX_RUNS && (n < least || (!self->quick && total < ENOUGH_MS)))
    {
      /* So that each run, of whatever size, gets its memory from the system and not from the one before. */
      malloc_trim (0);
      total += times[n++] = func (data);
    }
  if (n == 0)
    return NAN;
  qsort (times, n, sizeof *times, compare);
  return times[n / 2];
}

void
worst_press_key (Worst *self, CoquillText *text, guint32 agent, guint64 position, const char *utf8)
{
  char read[4];
  CoquillChangeId beside, id;
  gint64 start = clock_now ();
  gboolean inserted = coquill_text_insert (text, agent, position, utf8, strlen (utf8), NULL, NULL);
  gsize n_read = inserted ? coquill_text_read (text, position, 1, read) : 0;
  guint64 neighbour = position + 1 < coquill_text_length (text) ? position + 1 : position - 1;
  /* Who wrote what is beside it isn't told before all has caught up. */
  gboolean asked
      = inserted && coquill_text_id_at (text, neighbour, &beside) && coquill_text_id_at (text, position, &id);
  double took = clock_since (start);

  if (!asked || id.agent != agent || n_read != strlen (utf8) || memcmp (read, utf8, n_read) != 0)
    worst_fail (self, "a key press went wrong");
  self->slowest_key = MAX (self->slowest_key, took);
}

void
worst_press_keys (Worst *self, CoquillText *text, guint64 place)
{
  CoquillAgent id = worst_agent (G_MAXUINT32);
  guint32 agent = coquill_text_add_agent (text, &id, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < N_KEYS; i++)
    worst_press_key (self, text, agent, place + i, "k");
  worst_press_key (self, text, agent, 0, "k");
  worst_press_key (self, text, agent, coquill_text_length (text), "k");
  for (guint i = 0; i < N_KEYS; i++)
    worst_press_key (self, text, agent,
                     (guint64)(g_rand_double (random) * (double)coquill_text_length (text)), "k");
}

CoquillAgent
worst_agent (guint32 number)
{
  CoquillAgent agent = { .nonce = number };
  guint32 shuffled = number * UINT32_C (2654435761);

  memcpy (agent.device, &shuffled, sizeof shuffled);
  return agent;
}

char *
worst_words (gsize length)
{
  static const char words[] = "the quick brown fox jumps over the lazy dog and then sits down for a while\n";
  char *text = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    text[i] = words[i % (sizeof words - 1)];
  text[length] = '\0';
  return text;
}

void
worst_compare (Worst *self, CoquillText *one, CoquillText *other)
{
  gsize n_one, n_other;
  char *first = coquill_text_to_string (one, &n_one), *second = coquill_text_to_string (other, &n_other);

  if (n_one != n_other || memcmp (first, second, n_one) != 0)
    worst_fail (self, "two replicas differ");
  free (first);
  free (second);
}

void
worst_merge (Worst *self, CoquillText *text, const CoquillChange *change)
{
  CoquillTextError error = { 0 };

  if (change == NULL || !coquill_text_merge (text, change, NULL, NULL, &error))
    worst_fail (self, change == NULL ? "there is no change" : error.message);
}

CoquillBuffer *
worst_encode (Worst *self, const CoquillChange *change)
{
  CoquillBuffer *bytes = g_new0 (CoquillBuffer, 1);

  if (change == NULL || !coquill_change_encode (change, bytes))
    worst_fail (self, "a change can't be encoded");
  return bytes;
}

void
worst_free_bytes (CoquillBuffer *bytes)
{
  coquill_buffer_clear (bytes);
  g_free (bytes);
}

void
worst_decode_and_merge (Worst *self, CoquillText *text, const CoquillBuffer *bytes)
{
  CoquillChange *change = coquill_change_decode (bytes->data, bytes->length, NULL);

  worst_merge (self, text, change);
  coquill_change_free (change);
}

CoquillText *
worst_base (Worst *self, const char *utf8)
{
  CoquillText *text = coquill_text_new ();
  CoquillAgent id = worst_agent (0);
  guint32 agent = coquill_text_add_agent (text, &id, NULL);

  if (!coquill_text_insert (text, agent, 0, utf8, strlen (utf8), NULL, NULL))
    worst_fail (self, "an insertion was refused");
  return text;
}

CoquillText *
worst_copy (Worst *self, CoquillText *text)
{
  CoquillText *copy = coquill_text_new ();
  CoquillChange *change = coquill_text_extract (text, 0, coquill_text_n_items (text));

  worst_merge (self, copy, change);
  coquill_change_free (change);
  return copy;
}
