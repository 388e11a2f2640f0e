/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-duet.c: what two wrote at once is the same text when it comes as a whole and when it comes in pieces,
 * whether they kept apart or met. */

#include "seed.h"
#include "small-text.h"
#include "text/text-private.h"

#define LENGTH 300 /* of the text that both begin with */
#define N_ROUNDS 5
#define PIECE 5         /* items that come at once */
#define MANY_EDITS 2048 /* between two moments at which both know all: more are no duet */

/**
 * Plan:
 * @n_steps: edits
 * @meeting: of a hundred jumps, how many lead to where the other may write
 * @deleting: of a hundred edits, how many delete
 * @learning: of a hundred steps, how many tell one what the other wrote
 * @resting: and how many tell both
 */
typedef struct
{
  const char *name;
  guint n_steps;
  gint meeting;
  gint deleting;
  gint learning;
  gint resting;
} Plan;

typedef struct
{
  CoquillText *text;
  guint32 agent;
  guint64 caret;
  guint64 told; /* items that the other was told of */
} Writer;

static gboolean
happens (GRand *random, gint percent)
{
  return g_rand_int_range (random, 0, 100) < percent;
}

/* The one writes in the first half, the other in the second. */
static void
edit (GRand *random, const Plan *plan, Writer *self, gboolean is_second)
{
  gint32 length = (gint32)coquill_text_length (self->text);
  guint64 count = (guint64)g_rand_int_range (random, 1, 5);
  gint jump = g_rand_int_range (random, 0, 4);

  if (jump == 0 && happens (random, plan->meeting))
    self->caret = (guint64)g_rand_int_range (random, length / 2 - 3, length / 2 + 4);
  else if (jump == 0)
    self->caret = (guint64)(g_rand_int_range (random, 0, length / 2 - 20) + is_second * (length / 2 + 10));
  self->caret = MIN (self->caret, (guint64)length);
  if (!happens (random, plan->deleting))
    {
      insert (self->text, self->agent, self->caret, &"abcd"[count - 1]);
      self->caret += 5 - count;
    }
  else if (happens (random, 50))
    {
      /* Backspace, key by key. */
      for (; count > 0 && self->caret > 0; count--)
        delete (self->text, self->agent, --self->caret, 1);
    }
  else if (self->caret + count <= (guint64)length)
    delete (self->text, self->agent, self->caret, count);
}

/* One is told what the other had before @end. */
static void
learn_before (Writer *self, Writer *other, guint64 end)
{
  CoquillChange *change = coquill_text_extract (other->text, other->told, end);
  CoquillTextError error;

  if (!coquill_text_merge (self->text, change, NULL, NULL, &error))
    g_error ("%s", error.message);
  coquill_change_free (change);
  other->told = end;
}

/* Where somebody writes moves with what the other wrote; about so much. */
static void
learn (Writer *self, Writer *other)
{
  guint64 before = coquill_text_length (self->text);

  learn_before (self, other, coquill_text_n_items (other->text));
  if (self->caret > before / 2)
    self->caret += coquill_text_length (self->text) - before;
}

static void
begin (Writer *writers)
{
  g_autofree char *words = g_strnfill (LENGTH, '.');

  for (guint i = 0; i < 2; i++)
    {
      writers[i].text = new_text ((guint8)(i + 1), &writers[i].agent);
      writers[i].caret = i * LENGTH * 3 / 4;
      writers[i].told = 0;
    }
  insert (writers[0].text, writers[0].agent, 0, words);
  learn (&writers[1], &writers[0]);
}

static void
play (GRand *random, const Plan *plan, Writer *writers)
{
  for (guint step = 0; step < plan->n_steps; step++)
    {
      gint i = g_rand_int_range (random, 0, 2);

      edit (random, plan, &writers[i], i == 1);
      if (happens (random, plan->learning))
        learn (&writers[i], &writers[i ^ 1]);
      if (happens (random, plan->resting))
        for (gint j = 0; j < 2; j++)
          learn (&writers[j], &writers[j ^ 1]);
    }
}

/* A text that somebody was given as a whole. */
static CoquillText *
load (CoquillText *from)
{
  CoquillText *self = coquill_text_new ();

  merge (self, from);
  return self;
}

/* Restores every deletion of an agent that is some while back, one by one. */
static void
restore_all (CoquillText *text, guint32 agent, const CoquillAgent *whose)
{
  CoquillChange *change = everything (text);
  CoquillChangeReader reader;
  CoquillOperation operation;

  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    if (operation.kind == COQUILL_OPERATION_DELETE
        && coquill_agent_compare (&change->agents[operation.agent].id, whose) == 0)
      for (guint32 i = 0; i < coquill_text_n_agents (text); i++)
        if (coquill_agent_compare (coquill_text_agent (text, i), whose) == 0)
          restore (text, agent, i, operation.sequence, operation.length);
  coquill_change_free (change);
}

static void
test_duet (gconstpointer data)
{
  const Plan *plan = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());
  guint n_played = 0;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      CoquillText *whole, *pieces = coquill_text_new (), *later;
      guint32 reader;
      const CoquillAgent whose = agent_id ((guint8)g_rand_int_range (random, 1, 3)), mine = agent_id (7);
      Writer writers[2];

      begin (writers);
      play (random, plan, writers);
      later = load (writers[1].text);
      edit (random, plan, &writers[1], TRUE);
      merge (writers[0].text, later);

      whole = load (writers[0].text);
      merge_in_pieces (pieces, writers[0].text, PIECE);
      n_played += whole->walker->duet_end != UINT64_MAX
                  && (plan->resting == 0 || whole->walker->duet_end > LENGTH);
      assert_same_characters (whole, pieces);
      assert_same_characters (whole, writers[0].text);

      /* One goes on who doesn't know the last. */
      merge_in_pieces (whole, writers[1].text, PIECE);
      merge (pieces, writers[1].text);
      assert_same_characters (whole, pieces);

      /* What each deletion took away. */
      coquill_text_free (pieces);
      pieces = coquill_text_new ();
      merge_in_pieces (pieces, writers[1].text, PIECE);
      coquill_text_free (whole);
      whole = load (writers[1].text);
      reader = coquill_text_add_agent (whole, &mine, NULL);
      restore_all (whole, reader, &whose);
      merge (pieces, whole);
      assert_same_characters (whole, pieces);

      for (guint i = 0; i < 2; i++)
        coquill_text_free (writers[i].text);
      coquill_text_free (later);
      coquill_text_free (whole);
      coquill_text_free (pieces);
    }
  g_test_message ("%u of %u histories began as duets", n_played, N_ROUNDS);
  g_assert_cmpuint (n_played, >, N_ROUNDS / 2);
}

/* Both write so often at the same time, one character here, one there, of which none goes on from the one
 * before, and neither ever knows the other's last one. */
static void
write_apart (GRand *random, Writer *writers, guint n_times)
{
  for (guint time = 0; time < n_times; time++)
    {
      guint64 ends[] = { coquill_text_n_items (writers[0].text), coquill_text_n_items (writers[1].text) };
      guint64 length = coquill_text_length (writers[1].text);
      guint64 places[] = { (guint64)g_rand_int_range (random, 1, LENGTH / 6) * 2,
                           length - (guint64)g_rand_int_range (random, 1, LENGTH / 6) * 2 - time % 2 };

      for (guint i = 0; i < 2; i++)
        insert (writers[i].text, writers[i].agent, places[i], "a");
      learn_before (&writers[0], &writers[1], ends[1]);
      learn_before (&writers[1], &writers[0], ends[0]);
    }
}

/* What is found out about a duet is kept in an array that ends: they fill it nearly, and more than that. */
static void
test_many_edits (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());

  for (guint n_times = MANY_EDITS / 2 - 4; n_times < MANY_EDITS / 2 + 4; n_times++)
    {
      Writer writers[2];
      CoquillText *whole;

      begin (writers);
      write_apart (random, writers, n_times);
      for (guint i = 0; i < 4; i++)
        learn (&writers[i % 2], &writers[(i + 1) % 2]);
      write_apart (random, writers, LENGTH);
      for (guint i = 0; i < 4; i++)
        learn (&writers[i % 2], &writers[(i + 1) % 2]);
      whole = load (writers[0].text);
      assert_same_characters (writers[0].text, writers[1].text);
      assert_same_characters (writers[0].text, whole);
      for (guint i = 0; i < 2; i++)
        coquill_text_free (writers[i].text);
      coquill_text_free (whole);
    }
}

/* The same change, but that one operation in its middle is where the text would end if nothing had been
 * deleted. */
static CoquillChange *
spoil (const CoquillChange *change, guint which, gboolean deletes)
{
  CoquillChange *spoilt = coquill_change_new ();
  CoquillChangeReader reader;
  CoquillOperation operation;
  guint64 n_items = 0;
  guint n = 0;

  for (size_t i = 0; i < change->n_agents; i++)
    coquill_change_add_agent (spoilt, &change->agents[i].id,
                              change->agents[i].starts ? &change->agents[i].previous : NULL);
  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      if (n <= which && operation.kind == (deletes ? COQUILL_OPERATION_DELETE : COQUILL_OPERATION_INSERT)
          && n++ == which)
        operation.position = n_items;
      n_items += operation.length;
      coquill_change_add_operation (spoilt, &operation, operation.parents, operation.content);
    }
  return spoilt;
}

static void
test_nowhere (void)
{
  const Plan plan = { "", 500, 0, 20, 60, 10 };
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());
  CoquillText *text = coquill_text_new ();
  Writer writers[2];
  CoquillChange *change;
  CoquillTextError error;

  begin (writers);
  play (random, &plan, writers);
  change = everything (writers[0].text);
  for (guint i = 40; i < 130; i += 3)
    {
      CoquillChange *spoilt = i % 2 == 0 ? spoil (change, i, FALSE) : spoil (change, i / 2, TRUE);

      g_assert_false (coquill_text_merge (text, spoilt, NULL, NULL, &error));
      g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_IMPOSSIBLE);
      g_assert_cmpuint (coquill_text_n_items (text), ==, 0);
      assert_text (text, "");
      coquill_change_free (spoilt);
    }
  g_assert_true (coquill_text_merge (text, change, NULL, NULL, &error));
  assert_same_characters (text, writers[0].text);
  coquill_change_free (change);
  for (guint i = 0; i < 2; i++)
    coquill_text_free (writers[i].text);
  coquill_text_free (text);
}

int
main (int argc, char *argv[])
{
  static const Plan plans[] = {
    { "/duet/apart", 500, 0, 15, 60, 10 },
    { "/duet/far-behind", 500, 0, 10, 30, 1 },
    { "/duet/never-at-rest", 3000, 0, 10, 60, 0 },
    { "/duet/deleting", 500, 0, 40, 60, 10 },
    { "/duet/now-and-then-together", 500, 3, 20, 60, 10 },
    { "/duet/together", 500, 50, 20, 60, 20 },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    g_test_add_data_func (plans[i].name, &plans[i], test_duet);
  g_test_add_func ("/duet/as-many-edits-as-there-is-room-for", test_many_edits);
  g_test_add_func ("/duet/a-place-that-is-nowhere-is-refused-as-a-whole", test_nowhere);
  return g_test_run ();
}
