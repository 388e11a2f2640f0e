/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst-merge.c: the worst cases of merging: much that is concurrent arrives at once. */

#include "worst.h"

#include <string.h>

#define SHORT_BASE 1000
#define LONG_BASE 10000
#define WORD "word "
#define WORD_LENGTH 5

/* What is merged.
 * @here: all items that the replica has, encoded
 * @there: what comes, encoded
 * @place: where the work is, to type there afterwards */
typedef struct
{
  Worst *worst;
  CoquillBuffer *here;
  CoquillBuffer *there;
  guint64 place;
} Batch;

/* From bytes to a text whose characters and authors are known, down to the bytes. */
static double
merge_batch (gpointer data)
{
  Batch *self = data;
  Worst *worst = self->worst;
  CoquillText *text = coquill_text_new ();
  CoquillChangeId id;

  worst_decode_and_merge (worst, text, self->here);

  gint64 start = clock_now ();

  worst_decode_and_merge (worst, text, self->there);
  coquill_text_id_at (text, coquill_text_length (text) / 2, &id);

  double took = clock_since (start);

  if (!worst->failed)
    worst_press_keys (worst, text, self->place);
  coquill_text_free (text);
  return took;
}

/* Measures a batch, and compares with a replica to which all came in the other order. */
static double
take_batch (
    Worst *worst, const CoquillChange *here, const CoquillChange *there, CoquillText *other, guint64 place)
{
  Batch batch = { worst, worst_encode (worst, here), worst_encode (worst, there), place };
  double took = worst_take (worst, merge_batch, &batch);

  if (!worst->failed)
    {
      CoquillText *text = coquill_text_new ();

      worst_merge (worst, text, here);
      worst_merge (worst, text, there);
      worst_compare (worst, text, other);
      coquill_text_free (text);
    }
  worst_free_bytes (batch.here);
  worst_free_bytes (batch.there);
  return took;
}

/* Edits of someone who types a little here and a little there, and deletes now and then; with one seed at the
 * same places. */
static void
edit_apart (Worst *worst, CoquillText *text, guint32 agent, guint n)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  guint64 caret = 0;

  for (guint i = 0; i < n && !worst->failed; i++)
    {
      guint64 length = coquill_text_length (text);

      if (g_rand_int_range (random, 0, 4) == 0)
        caret = (guint64)g_rand_int_range (random, 0, (gint)length);
      if (length > SHORT_BASE / 2 && caret < length && g_rand_int_range (random, 0, 3) == 0)
        {
          if (!coquill_text_delete (text, agent, caret, 1, NULL, NULL))
            worst_fail (worst, "a deletion was refused");
        }
      else if (!coquill_text_insert (text, agent, caret++, "x", 1, NULL, NULL))
        worst_fail (worst, "an insertion was refused");
    }
}

/* Two people have been apart for n edits each, at the same places. */
static double
measure_apart (Worst *worst, guint n)
{
  g_autofree char *words = worst_words (SHORT_BASE);
  CoquillText *one = worst_base (worst, words), *two = worst_copy (worst, one);
  guint64 base = coquill_text_n_items (one);
  CoquillAgent ids[] = { worst_agent (1), worst_agent (2) };

  edit_apart (worst, one, coquill_text_add_agent (one, &ids[0], NULL), n);
  edit_apart (worst, two, coquill_text_add_agent (two, &ids[1], NULL), n);

  CoquillChange *here = coquill_text_extract (one, 0, coquill_text_n_items (one));
  CoquillChange *there = coquill_text_extract (two, base, coquill_text_n_items (two));
  CoquillChange *back = coquill_text_extract (one, base, coquill_text_n_items (one));

  worst_merge (worst, two, back);

  double took = take_batch (worst, here, there, two, SHORT_BASE / 2);

  coquill_change_free (here);
  coquill_change_free (there);
  coquill_change_free (back);
  coquill_text_free (one);
  coquill_text_free (two);
  return took;
}

/* A change to which operations of many agents are added, all from what agent 0 has written. */
typedef struct
{
  CoquillChange *change;
  guint32 writer;    /* agent 0 */
  guint64 length;    /* its items */
  guint n_fragments; /* that each writes who does so */
} Branches;

static void
branches_init (Branches *self, guint64 length)
{
  CoquillAgent id = worst_agent (0);

  self->change = coquill_change_new ();
  self->writer = coquill_change_add_agent (self->change, &id, NULL);
  self->length = length;
}

static CoquillOperation
branches_new_agent (Branches *self, guint32 number, CoquillChangeId *parent)
{
  CoquillAgentPrevious none = { 0 };
  CoquillAgent id = worst_agent (number);

  *parent = (CoquillChangeId){ self->writer, self->length - 1 };
  return (CoquillOperation){ .agent = coquill_change_add_agent (self->change, &id, &none), .n_parents = 1 };
}

static void
branches_add (Branches *self,
              CoquillOperation *operation,
              CoquillChangeId *parent,
              guint64 position,
              guint64 n_deleted,
              const char *utf8)
{
  operation->kind = n_deleted > 0 ? COQUILL_OPERATION_DELETE : COQUILL_OPERATION_INSERT;
  operation->position = position;
  operation->length = n_deleted > 0 ? n_deleted : strlen (utf8);
  operation->content_length = n_deleted > 0 ? 0 : strlen (utf8);
  coquill_change_add_operation (self->change, operation, parent, (const guint8 *)utf8);
  operation->sequence += operation->length;
  *parent = (CoquillChangeId){ operation->agent, operation->sequence - 1 };
}

/* Measures many branches, each of its own agent, of which @add adds number i with a random number of its own.
 * @n_fragments: for add_fragments() */
static double
take_branches (Worst *worst,
               guint n,
               guint n_fragments,
               gsize base_length,
               guint64 place,
               void (*add) (Branches *branches, guint32 number, guint32 random))
{
  g_autofree char *words = worst_words (base_length);
  CoquillText *base = worst_base (worst, words), *other = worst_copy (worst, base);
  CoquillChange *here = coquill_text_extract (base, 0, coquill_text_n_items (base));
  Branches forwards, backwards;

  branches_init (&forwards, base_length);
  branches_init (&backwards, base_length);
  forwards.n_fragments = backwards.n_fragments = n_fragments;
  for (guint32 i = 0; i < n; i++)
    {
      guint32 last = n - 1 - i;

      add (&forwards, i + 1, (i + 1) * UINT32_C (2246822519));
      add (&backwards, last + 1, (last + 1) * UINT32_C (2246822519));
    }
  worst_merge (worst, other, backwards.change);

  double took = take_batch (worst, here, forwards.change, other, place);

  coquill_change_free (here);
  coquill_change_free (forwards.change);
  coquill_change_free (backwards.change);
  coquill_text_free (base);
  coquill_text_free (other);
  return took;
}

static void
add_in_crowd (Branches *branches, guint32 number, guint32 random)
{
  CoquillChangeId parent;
  CoquillOperation operation = branches_new_agent (branches, number, &parent);

  branches_add (branches, &operation, &parent, SHORT_BASE / 2, 0, WORD);
}

/* n agents who know nothing of each other insert at one position. */
static double
measure_crowd (Worst *worst, guint n)
{
  return take_branches (worst, n, 1, SHORT_BASE, SHORT_BASE / 2, add_in_crowd);
}

static void
add_backwards_in_crowd (Branches *branches, guint32 number, guint32 random)
{
  CoquillChangeId parent;
  CoquillOperation operation = branches_new_agent (branches, number, &parent);

  for (guint i = 0; i < 3; i++)
    branches_add (branches, &operation, &parent, SHORT_BASE / 2, 0, "<");
  branches_add (branches, &operation, &parent, SHORT_BASE / 2 + 2, 1, NULL);
}

/* The same, but each types backwards, and deletes one of the characters. */
static double
measure_crowd_backwards (Worst *worst, guint n)
{
  return take_branches (worst, n, 1, SHORT_BASE, SHORT_BASE / 2, add_backwards_in_crowd);
}

#define N_WRITERS 2

/* Writes n characters at one place: in fragments, one behind the other, between which the writer types at the
 * end; or, every other writer, backwards. */
static void
add_fragments (Branches *branches, guint32 number, guint32 random)
{
  CoquillChangeId parent;
  CoquillOperation operation = branches_new_agent (branches, number, &parent);

  for (guint i = 0; i < branches->n_fragments; i++)
    {
      branches_add (branches, &operation, &parent, SHORT_BASE / 2 + (number % 2 == 0 ? i : 0), 0, "f");
      if (number % 2 == 0)
        branches_add (branches, &operation, &parent, SHORT_BASE + 2 * (guint64)i + 1, 0, "e");
    }
}

/* Two people who know nothing of each other write n fragments each at one place, and at the end. */
static double
measure_fragments (Worst *worst, guint n)
{
  return take_branches (worst, N_WRITERS, n, SHORT_BASE, SHORT_BASE / 2, add_fragments);
}

static void
add_branch (Branches *branches, guint32 number, guint32 random)
{
  CoquillChangeId parent;
  CoquillOperation operation = branches_new_agent (branches, number, &parent);
  guint64 place = random % (LONG_BASE - 20);

  branches_add (branches, &operation, &parent, place, 0, WORD);
  branches_add (branches, &operation, &parent, place + WORD_LENGTH + 3, 4, NULL);
  branches_add (branches, &operation, &parent, place + WORD_LENGTH + 5, 0, WORD);
}

/* n branches of three operations each, anywhere in the text. */
static double
measure_branches (Worst *worst, guint n)
{
  return take_branches (worst, n, 1, LONG_BASE, LONG_BASE / 2, add_branch);
}

/* Adds n items of two people who both write at once, from all that there is, and then meet: one inserts in
 * the front half, the other one deletes in the back half. */
static void
add_busy_pair (Branches *self, guint n)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  CoquillChangeId heads[2];
  CoquillOperation one = branches_new_agent (self, 2, &heads[0]),
                   two = branches_new_agent (self, 3, &heads[0]);
  gint length = (gint)self->length;

  for (guint done = 0; done < n; done += 2 * WORD_LENGTH - 1)
    {
      CoquillChangeId of_one[2] = { heads[0], heads[1] }, of_two[2] = { heads[0], heads[1] };

      branches_add (self, &one, of_one, (guint64)g_rand_int_range (random, 0, length / 2), 0, WORD);
      branches_add (self, &two, of_two, (guint64)g_rand_int_range (random, length / 2, length - WORD_LENGTH),
                    WORD_LENGTH - 1, NULL);
      heads[0] = of_one[0];
      heads[1] = of_two[0];
      one.n_parents = two.n_parents = 2;
      length++;
    }
}

/* One agent has been silent for n edits; meanwhile two others have done n, and met after every other one. */
static double
measure_month (Worst *worst, guint n)
{
  g_autofree char *words = worst_words (LONG_BASE);
  CoquillText *silent = worst_base (worst, words), *others = worst_copy (worst, silent);
  guint64 base = coquill_text_n_items (silent);
  CoquillAgent id = worst_agent (1);
  Branches pair;

  branches_init (&pair, base);
  add_busy_pair (&pair, n);
  edit_apart (worst, silent, coquill_text_add_agent (silent, &id, NULL), n);
  worst_merge (worst, others, pair.change);

  CoquillChange *here = coquill_text_extract (others, 0, coquill_text_n_items (others));
  CoquillChange *there = coquill_text_extract (silent, base, coquill_text_n_items (silent));

  worst_merge (worst, silent, pair.change);

  double took = take_batch (worst, here, there, silent, LONG_BASE / 2);

  coquill_change_free (pair.change);
  coquill_change_free (here);
  coquill_change_free (there);
  coquill_text_free (silent);
  coquill_text_free (others);
  return took;
}

#define N_PUPILS 20
#define TURNS_APART 25

/* Those who write, what each has written last, and what it was when all met. */
typedef struct
{
  Branches branches;
  CoquillOperation pupils[N_PUPILS];
  CoquillChangeId heads[N_PUPILS];
  CoquillChangeId met[N_PUPILS];
} Class;

static void
class_init (Class *self)
{
  branches_init (&self->branches, LONG_BASE);
  for (guint i = 0; i < N_PUPILS; i++)
    self->pupils[i] = branches_new_agent (&self->branches, i + 1, &self->heads[i]);
}

/* A pupil writes three operations, anywhere. */
static void
class_write (Class *self, guint pupil, guint turn)
{
  CoquillOperation *operation = &self->pupils[pupil];
  guint64 place = (turn * N_PUPILS + pupil) * UINT32_C (2246822519) % (LONG_BASE - 20);
  gboolean knows_all = turn > 0 && turn % TURNS_APART == 0;
  CoquillChangeId parents[N_PUPILS];

  memcpy (parents, knows_all ? self->met : &self->heads[pupil], (knows_all ? N_PUPILS : 1) * sizeof *parents);
  operation->n_parents = knows_all ? N_PUPILS : 1;
  branches_add (&self->branches, operation, parents, place, 0, WORD);
  operation->n_parents = 1;
  branches_add (&self->branches, operation, parents, place + WORD_LENGTH + 3, 4, NULL);
  branches_add (&self->branches, operation, parents, place + WORD_LENGTH + 5, 0, WORD);
  self->heads[pupil] = parents[0];
}

/* A class writes in @n turns; all meet when each has had some. What they write in between comes in turns, or
 * all of one pupil after the other's. */
static void
class_write_all (Class *self, guint n, gboolean in_turns)
{
  class_init (self);
  for (guint first = 0; first < n / N_PUPILS; first += TURNS_APART)
    {
      memcpy (self->met, self->heads, sizeof self->met);
      for (guint i = 0; i < N_PUPILS * TURNS_APART; i++)
        if (in_turns)
          class_write (self, i % N_PUPILS, first + i / N_PUPILS);
        else
          class_write (self, N_PUPILS - 1 - i / TURNS_APART, first + i % TURNS_APART);
    }
}

static double
measure_class (Worst *worst, guint n)
{
  g_autofree char *words = worst_words (LONG_BASE);
  CoquillText *base = worst_base (worst, words), *other = worst_copy (worst, base);
  CoquillChange *here = coquill_text_extract (base, 0, coquill_text_n_items (base));
  Class in_turns, by_pupil;

  class_write_all (&in_turns, n, TRUE);
  class_write_all (&by_pupil, n, FALSE);
  worst_merge (worst, other, by_pupil.branches.change);

  double took = take_batch (worst, here, in_turns.branches.change, other, LONG_BASE / 2);

  coquill_change_free (here);
  coquill_change_free (in_turns.branches.change);
  coquill_change_free (by_pupil.branches.change);
  coquill_text_free (base);
  coquill_text_free (other);
  return took;
}

const WorstCase WORST_MERGES[] = {
  { "apart", 10000, 2, measure_apart },
  { "crowd", 100, 3, measure_crowd },
  { "crowd-backwards", 100, 2, measure_crowd_backwards },
  { "fragments", 1000, 2, measure_fragments },
  { "branches", 1000, 2, measure_branches },
  { "month", 10000, 2, measure_month },
  { "class", 1000, 2, measure_class },
  { 0 },
};
