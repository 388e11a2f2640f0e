/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-change.c: what is added to a change is what is read from it, before and after it was bytes. */

#include <glib.h>
#include <string.h>

#include "seed.h"
#include "text/codec.h"

#define N_AGENTS 9

/* An operation with copies of what it points to. */
typedef struct
{
  CoquillOperation operation;
  CoquillChangeId parents[40];
  char content[200];
} Told;

typedef struct
{
  GRand *rand;
  CoquillChange *change;
  GArray *told;
  guint64 next[N_AGENTS];
  CoquillChangeId last;
  guint n_agents;
} World;

static guint
pick (World *self, guint below)
{
  return (guint)g_rand_int_range (self->rand, 0, (gint32)below);
}

static void
world_init (World *self, GRand *rand, guint n_agents)
{
  CoquillAgentPrevious none = { 0 };

  memset (self, 0, sizeof *self);
  self->rand = rand;
  self->n_agents = n_agents;
  self->change = coquill_change_new ();
  self->told = g_array_new (FALSE, TRUE, sizeof (Told));
  for (guint i = 0; i < n_agents; i++)
    {
      CoquillAgent agent = { .device = { (guint8)(i / 2) }, .ordinal = i };

      /* An odd one goes on from what isn't in the change. */
      self->next[i] = i % 2 ? 7 : 0;
      coquill_change_add_agent (self->change, &agent, i % 2 ? NULL : &none);
    }
}

static void
world_clear (World *self)
{
  coquill_change_free (self->change);
  g_array_unref (self->told);
}

static CoquillChangeId
known_item (World *self, guint agent)
{
  return (CoquillChangeId){ agent, self->next[agent] - 1 - pick (self, MIN (3, (guint)self->next[agent])) };
}

/* Parents as people have them, and such as nobody has. */
static void
choose_parents (World *self, Told *told)
{
  CoquillOperation *operation = &told->operation;
  CoquillChangeId own = { operation->agent, operation->sequence - 1 };
  guint others = pick (self, 8) == 0 ? pick (self, 38) : pick (self, 3), n = 0;
  guint place = pick (self, 3);

  if (pick (self, 3) == 0 && self->told->len > 0)
    {
      told->parents[n++] = self->last;
      others = 0;
    }
  else if (place == 1 && operation->sequence > 0)
    told->parents[n++] = own;
  for (guint i = 0; i < others; i++)
    {
      guint agent = pick (self, self->n_agents);

      if (agent != operation->agent && self->next[agent] > 0)
        told->parents[n++] = known_item (self, agent);
    }
  if (place == 2 && operation->sequence > 0 && n < 39)
    told->parents[n++] = own;
  operation->n_parents = n;
}

static void
choose_content (World *self, Told *told)
{
  static const char *const pieces[] = { "a", "b", "\n", "ä", "€", "😀" };
  CoquillOperation *operation = &told->operation;

  switch (operation->kind)
    {
    case COQUILL_OPERATION_INSERT:
      operation->length = 1 + pick (self, pick (self, 2) ? 3 : 40);
      for (guint64 i = 0; i < operation->length; i++)
        strcat (told->content, pieces[pick (self, pick (self, 3) ? 2 : G_N_ELEMENTS (pieces))]);
      operation->content_length = strlen (told->content);
      break;
    case COQUILL_OPERATION_DELETE:
      operation->backward = pick (self, 2);
      operation->length = 1 + pick (self, (guint)MIN (300, operation->position + 1));
      break;
    case COQUILL_OPERATION_RESTORE:
      operation->position = 0;
      operation->length = 1 + pick (self, 300);
      operation->target = (CoquillChangeId){ pick (self, self->n_agents), pick (self, 1 << 20) };
      break;
    case COQUILL_OPERATION_RECORD:
      operation->position = 0;
      operation->content_length = pick (self, sizeof told->content);
      memset (told->content, 0x80 + (int)pick (self, 100), operation->content_length);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
add_operation (World *self)
{
  Told told = { 0 };
  CoquillOperation *operation = &told.operation;
  guint agent = self->told->len < self->n_agents ? self->told->len : pick (self, self->n_agents);

  operation->kind = (CoquillOperationKind)(pick (self, 5) ? 1 + pick (self, 2) : 3 + pick (self, 2));
  operation->agent = agent;
  operation->length = 1;
  operation->sequence
      = self->next[agent] + (self->next[agent] > 0 && pick (self, 9) == 0 ? pick (self, 1000) : 0);
  operation->position
      = pick (self, 3) ? pick (self, 100) : (guint64)g_rand_int (self->rand) << pick (self, 16);
  choose_content (self, &told);
  choose_parents (self, &told);
  g_array_append_val (self->told, told);
  coquill_change_add_operation (self->change, operation, told.parents, (const guint8 *)told.content);
  self->next[agent] = operation->sequence + operation->length;
  self->last = (CoquillChangeId){ agent, self->next[agent] - 1 };
}

static void
assert_is_told (const World *self, const CoquillChange *change)
{
  CoquillChangeReader reader;
  CoquillOperation operation;
  guint64 n_items = 0;

  g_assert_true (coquill_change_is_sound (change, NULL));
  g_assert_cmpuint (change->n_operations, ==, self->told->len);
  coquill_change_reader_init (&reader, change);
  for (guint i = 0; i < self->told->len; i++)
    {
      const Told *told = &g_array_index (self->told, Told, i);

      g_assert_true (coquill_change_reader_next (&reader, &operation));
      g_assert_cmpint (operation.kind, ==, told->operation.kind);
      g_assert_cmpint (operation.backward, ==, told->operation.backward);
      g_assert_cmpuint (operation.agent, ==, told->operation.agent);
      g_assert_cmpuint (operation.sequence, ==, told->operation.sequence);
      g_assert_cmpuint (operation.length, ==, told->operation.length);
      g_assert_cmpuint (operation.position, ==, told->operation.position);
      g_assert_cmpuint (operation.target.agent, ==, told->operation.target.agent);
      g_assert_cmpuint (operation.target.sequence, ==, told->operation.target.sequence);
      g_assert_cmpmem (operation.content, operation.content_length, told->content,
                       told->operation.content_length);
      g_assert_cmpuint (operation.n_parents, ==, told->operation.n_parents);
      for (guint j = 0; j < operation.n_parents; j++)
        {
          g_assert_cmpuint (operation.parents[j].agent, ==, told->parents[j].agent);
          g_assert_cmpuint (operation.parents[j].sequence, ==, told->parents[j].sequence);
        }
      n_items += operation.length;
    }
  g_assert_false (coquill_change_reader_next (&reader, &operation));
  g_assert_false (coquill_change_reader_next (&reader, &operation));
  coquill_change_reader_clear (&reader);
  g_assert_cmpuint (coquill_change_n_items (change), ==, n_items);
}

static CoquillChange *
through_bytes (const CoquillChange *change)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillTextError error = { 0 };
  CoquillChange *decoded;

  g_assert_true (coquill_change_encode (change, &bytes));
  decoded = coquill_change_decode (bytes.data, bytes.length, &error);
  g_assert_cmpstr (error.message, ==, "");
  coquill_buffer_clear (&bytes);
  return decoded;
}

static void
test_what_is_added_is_read (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());

  for (guint round = 0; round < 600; round++)
    {
      World world;
      guint n_agents = 1 + round % N_AGENTS;
      guint n = n_agents + (guint)g_rand_int_range (rand, 0, round % 20 == 0 ? 2000 : 60);
      CoquillChange *decoded;

      world_init (&world, rand, n_agents);
      while (world.told->len < n)
        add_operation (&world);
      assert_is_told (&world, world.change);
      decoded = through_bytes (world.change);
      assert_is_told (&world, decoded);

      /* What was decoded can be added to. */
      coquill_change_free (world.change);
      world.change = decoded;
      for (guint i = 0; i < 20; i++)
        add_operation (&world);
      assert_is_told (&world, world.change);
      decoded = through_bytes (world.change);
      assert_is_told (&world, decoded);
      coquill_change_free (decoded);
      world_clear (&world);
    }
}

/* A reader may stop anywhere, and others go on. */
static void
test_readers_are_on_their_own (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());
  CoquillChangeReader stopped;
  CoquillOperation operation;
  World world;

  world_init (&world, rand, N_AGENTS);
  while (world.told->len < 100)
    add_operation (&world);
  coquill_change_reader_init (&stopped, world.change);
  for (guint i = 0; i < 50; i++)
    g_assert_true (coquill_change_reader_next (&stopped, &operation));
  assert_is_told (&world, world.change);
  g_assert_true (coquill_change_reader_next (&stopped, &operation));
  g_assert_cmpuint (operation.sequence, ==, g_array_index (world.told, Told, 50).operation.sequence);
  coquill_change_reader_clear (&stopped);
  coquill_change_reader_clear (&stopped);
  g_assert_false (coquill_change_reader_next (&stopped, &operation));
  world_clear (&world);
}

/* What no change can hold makes all of it unsound, and is not read. */
static void
test_what_cannot_be_is_not_added (void)
{
  static const CoquillChangeId unknown = { 5, 0 }, later = { 0, 8 };
  static const struct
  {
    CoquillOperation operation;
    const CoquillChangeId *parent;
    CoquillTextErrorCode code;
  } cases[] = {
    { { .kind = 5, .length = 1 }, NULL, COQUILL_TEXT_ERROR_MALFORMED },
    { { .kind = COQUILL_OPERATION_DELETE, .length = 1, .agent = 2 }, NULL, COQUILL_TEXT_ERROR_MALFORMED },
    { { .kind = COQUILL_OPERATION_DELETE }, NULL, COQUILL_TEXT_ERROR_MALFORMED },
    { { .kind = COQUILL_OPERATION_INSERT, .length = 1 }, NULL, COQUILL_TEXT_ERROR_MALFORMED },
    { { .kind = COQUILL_OPERATION_DELETE, .length = 1, .sequence = 1 }, NULL, COQUILL_TEXT_ERROR_MALFORMED },
    { { .kind = COQUILL_OPERATION_DELETE, .length = 1, .sequence = 8, .n_parents = 1 },
      &unknown,
      COQUILL_TEXT_ERROR_MALFORMED },
    { { .kind = COQUILL_OPERATION_DELETE, .length = 1, .sequence = 8, .n_parents = 1 },
      &later,
      COQUILL_TEXT_ERROR_MALFORMED },
    { { .kind = COQUILL_OPERATION_DELETE, .length = 1, .sequence = 8, .n_parents = 1 << 20 },
      &unknown,
      COQUILL_TEXT_ERROR_TOO_LARGE },
    { { .kind = COQUILL_OPERATION_DELETE, .length = UINT64_C (1) << 60, .sequence = 8 },
      NULL,
      COQUILL_TEXT_ERROR_TOO_LARGE },
    { { .kind = COQUILL_OPERATION_DELETE, .length = 3, .sequence = 8, .backward = true, .position = 1 },
      NULL,
      COQUILL_TEXT_ERROR_IMPOSSIBLE },
    { { .kind = COQUILL_OPERATION_RESTORE, .length = 1, .sequence = 8, .target = { 0, UINT64_MAX } },
      NULL,
      COQUILL_TEXT_ERROR_IMPOSSIBLE },
    { { .kind = COQUILL_OPERATION_RESTORE, .length = 1, .sequence = 8, .target = { 9, 0 } },
      NULL,
      COQUILL_TEXT_ERROR_MALFORMED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CoquillChange *change = coquill_change_new ();
      CoquillAgent agent = { .ordinal = 1 };
      CoquillAgentPrevious none = { 0 };
      CoquillOperation good
          = { .kind = COQUILL_OPERATION_INSERT, .length = 2, .content_length = 2, .sequence = 0 };
      CoquillTextError error = { 0 };

      coquill_change_add_agent (change, &agent, &none);
      coquill_change_add_operation (change, &good, NULL, (const guint8 *)"xy");
      g_assert_true (coquill_change_is_sound (change, &error));
      coquill_change_add_operation (change, &cases[i].operation, cases[i].parent, NULL);
      g_assert_false (coquill_change_is_sound (change, &error));
      g_assert_cmpint (error.code, ==, cases[i].code);
      good.sequence = 20;
      coquill_change_add_operation (change, &good, NULL, (const guint8 *)"xy");
      g_assert_false (coquill_change_is_sound (change, NULL));
      g_assert_cmpuint (change->n_operations, ==, 1);
      coquill_change_free (change);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/change/what-is-added-is-read", test_what_is_added_is_read);
  g_test_add_func ("/change/readers-are-on-their-own", test_readers_are_on_their_own);
  g_test_add_func ("/change/what-cannot-be-is-not-added", test_what_cannot_be_is_not_added);

  return g_test_run ();
}
