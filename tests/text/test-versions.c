/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-versions.c: versions of a text, what lies between them, and what would bring back what is gone. */

#include "effort.h"
#include "seed.h"
#include "small-text.h"
#include "text/text-compare.h"

#define N_REPLICAS 5
#define N_STEPS 60
#define N_HISTORIES 100
#define N_VERSIONS 20
#define N_COMPARISONS 30

/* A version that somebody had: all that was known, to be replayed, and its heads in the text that has all. */
typedef struct
{
  CoquillChange *changes[2];
  CoquillChangeId *heads;
  size_t n_heads;
  CoquillText *naive; /* (nullable): the changes merged into a fresh text */
} Version;

typedef struct
{
  GRand *random;
  CoquillText *replicas[N_REPLICAS];
  guint32 agents[N_REPLICAS];
  CoquillText *all;
  Version versions[N_VERSIONS];
} World;

static guint64
random_below (World *self, guint64 limit)
{
  return (guint64)g_rand_int_range (self->random, 0, (gint32)limit);
}

static void
insert_randomly (World *self, guint replica)
{
  static const char *const words[] = { "a", "bc", "déf", "漢字", "𝄞x", "lorem ipsum " };
  CoquillText *text = self->replicas[replica];

  insert (text, self->agents[replica], random_below (self, coquill_text_length (text) + 1),
          words[random_below (self, G_N_ELEMENTS (words))]);
}

static void
delete_randomly (World *self, guint replica)
{
  CoquillText *text = self->replicas[replica];
  guint64 length = coquill_text_length (text), position, count;

  if (length == 0)
    return;
  position = random_below (self, length);
  count = 1 + random_below (self, MIN (length - position, 8));
  if (random_below (self, 3) > 0)
    delete (text, self->agents[replica], position, count);
  else /* Backspace */
    for (guint64 i = 0; i < count && i <= position; i++)
      delete (text, self->agents[replica], position - i, 1);
}

typedef struct
{
  guint64 wanted;
  CoquillTextRange found;
} Pick;

static bool
pick_cb (const CoquillOperation *operation,
         const CoquillChangeId *parents,
         const uint8_t *content,
         void *data)
{
  Pick *pick = data;

  if (operation->kind == COQUILL_OPERATION_DELETE)
    {
      pick->found = (CoquillTextRange){ operation->agent, operation->sequence, operation->length };
      return pick->wanted-- > 0;
    }
  return true;
}

static void
restore_randomly (World *self, guint replica)
{
  CoquillText *text = self->replicas[replica];
  Pick pick = { random_below (self, 20), { 0 } };

  coquill_text_foreach_item (text, 0, coquill_text_n_items (text), pick_cb, &pick);
  if (pick.found.length > 0)
    restore (text, self->agents[replica], pick.found.agent, pick.found.sequence,
             1 + random_below (self, pick.found.length));
}

static void
step (World *self)
{
  guint replica = (guint)random_below (self, N_REPLICAS);

  switch (random_below (self, 10))
    {
    case 0:
      merge (self->replicas[replica], self->replicas[random_below (self, N_REPLICAS)]);
      break;
    case 1:
      restore_randomly (self, replica);
      break;
    case 2:
    case 3:
    case 4:
      delete_randomly (self, replica);
      break;
    case 5:
      coquill_text_record (self->replicas[replica], self->agents[replica], (const uint8_t *)"!", 1, NULL,
                           NULL);
      break;
    default:
      insert_randomly (self, replica);
    }
}

static CoquillChangeId
translate (const CoquillText *from, CoquillChangeId id, const CoquillText *to)
{
  return (CoquillChangeId){ coquill_text_find_agent (to, coquill_text_agent (from, id.agent)), id.sequence };
}

/* Heads of two versions together: often one is an ancestor of another. */
static void
add_heads (Version *version, const CoquillText *text, const CoquillText *all)
{
  size_t n_heads;
  const CoquillChangeId *heads = coquill_text_frontier (text, &n_heads);

  version->heads = g_renew (CoquillChangeId, version->heads, version->n_heads + n_heads);
  for (size_t i = 0; i < n_heads; i++)
    version->heads[version->n_heads++] = translate (text, heads[i], all);
}

/* What is known, in indices of a text that is told of it. */
static void
note_version (World *self, Version *version)
{
  guint n = random_below (self, 4) == 0 ? 2 : 1;

  for (guint i = 0; i < n; i++)
    {
      CoquillText *replica = self->replicas[random_below (self, N_REPLICAS)];

      merge (self->all, replica);
      version->changes[i] = everything (replica);
      add_heads (version, replica, self->all);
    }
}

static CoquillText *
replay (const Version *version)
{
  CoquillText *text = coquill_text_new ();

  for (guint i = 0; i < G_N_ELEMENTS (version->changes); i++)
    if (version->changes[i] != NULL)
      g_assert_true (coquill_text_merge (text, version->changes[i], NULL, NULL, NULL));
  return text;
}

static void
world_init (World *self, guint32 seed)
{
  *self = (World){ .random = g_rand_new_with_seed (seed), .all = coquill_text_new () };
  for (guint i = 0; i < N_REPLICAS; i++)
    self->replicas[i] = new_text ((guint8)(N_REPLICAS - i), &self->agents[i]);
  insert (self->replicas[0], self->agents[0], 0, "what all have, and delete");
  for (guint i = 1; i < N_REPLICAS; i++)
    merge (self->replicas[i], self->replicas[0]);
  for (guint i = 0; i < N_VERSIONS; i++)
    {
      for (guint j = (guint)random_below (self, 2 * N_STEPS / N_VERSIONS); j > 0; j--)
        step (self);
      note_version (self, &self->versions[i]);
      self->versions[i].naive = replay (&self->versions[i]);
    }
  for (guint i = 0; i < N_REPLICAS; i++)
    merge (self->all, self->replicas[i]);
}

static void
world_clear (World *self)
{
  for (guint i = 0; i < N_VERSIONS; i++)
    {
      Version *version = &self->versions[i];

      for (guint j = 0; j < G_N_ELEMENTS (version->changes); j++)
        coquill_change_free (version->changes[j]);
      g_free (version->heads);
      coquill_text_free (version->naive);
    }
  for (guint i = 0; i < N_REPLICAS; i++)
    coquill_text_free (self->replicas[i]);
  coquill_text_free (self->all);
  g_rand_free (self->random);
}

/* Spans of one text in the agents of another. */
typedef struct
{
  const CoquillText *text;
  const CoquillText *names;
  GString *told;
} Spans;

static bool
tell_span_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  Spans *self = data;
  CoquillChangeId id
      = translate (self->text, (CoquillChangeId){ range->agent, range->sequence }, self->names);

  g_string_append_printf (self->told, "%u:%u+%u@%u ", id.agent, (guint)id.sequence, (guint)range->length,
                          (guint)position);
  return true;
}

static char *
dup_spans (CoquillText *text, const CoquillText *names)
{
  Spans spans = { text, names, g_string_new (NULL) };

  coquill_text_foreach_span (text, 0, coquill_text_length (text), tell_span_cb, &spans);
  return g_string_free (spans.told, FALSE);
}

static void
assert_same (CoquillText *text, CoquillText *expected)
{
  g_autofree char *spans = dup_spans (text, text);
  g_autofree char *expected_spans = dup_spans (expected, text);
  char *string = coquill_text_to_string (expected, NULL);

  assert_text (text, string);
  g_assert_cmpstr (spans, ==, expected_spans);
  free (string);
}

static CoquillText *
checkout (World *self, const Version *version)
{
  CoquillTextError error;
  CoquillText *text = coquill_text_checkout (self->all, version->heads, version->n_heads, &error);

  if (text == NULL)
    g_error ("%s", error.message);
  return text;
}

static void
check_checkout (World *self, const Version *version)
{
  g_autofree char *before = dup_spans (self->all, self->all);
  g_autofree char *after = NULL;
  CoquillText *text = checkout (self, version);

  assert_same (text, version->naive);
  g_assert_cmpuint (coquill_text_n_items (text), ==, coquill_text_n_items (version->naive));
  for (guint32 i = 0; i < coquill_text_n_agents (self->all); i++)
    g_assert_cmpint (coquill_agent_compare (coquill_text_agent (text, i), coquill_text_agent (self->all, i)),
                     ==, 0);

  /* It is a text as any: it takes what came later, and what is written in it can be merged. */
  merge (text, self->all);
  assert_same (text, self->all);
  coquill_text_free (text);
  after = dup_spans (self->all, self->all);
  g_assert_cmpstr (before, ==, after);
}

/* Follows the runs, and checks who is said to have done each. */
typedef struct
{
  GString *string;
  CoquillText *from;
  CoquillText *to;
  guint64 from_position;
  guint64 to_position;
  guint n_by_others; /* inserted by another than the author: restored */
} Follower;

/* Of some agents the first by coquill_agent_compare(). */
typedef struct
{
  CoquillText *text;
  guint32 agent;
} FirstAgent;

static bool
tell_first_agent_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  FirstAgent *self = data;

  if (self->agent == COQUILL_NO_AGENT
      || coquill_agent_compare (coquill_text_agent (self->text, range->agent),
                                coquill_text_agent (self->text, self->agent))
             < 0)
    self->agent = range->agent;
  return true;
}

static void
check_deleter (CoquillText *to, const CoquillTextDifference *run)
{
  for (guint64 i = 0; i < run->length; i++)
    {
      FirstAgent first = { to, COQUILL_NO_AGENT };
      CoquillTextRange character = { run->range.agent, run->range.sequence + i, 1 };

      g_assert_true (coquill_text_standing_deletions (to, &character, 1, tell_first_agent_cb, &first));
      g_assert_cmpuint (run->by, ==, first.agent);
    }
}

static void
check_inserter (Follower *self, const CoquillTextDifference *run)
{
  CoquillChangeId first = { run->range.agent, run->range.sequence };

  if (!coquill_text_has (self->from, first))
    g_assert_cmpuint (run->by, ==, run->range.agent);
  else if (run->by != COQUILL_NO_AGENT)
    {
      /* Who restored it did something that is only in the second version. */
      g_assert_cmpuint (coquill_text_agent_length (self->to, run->by), >,
                        coquill_text_agent_length (self->from, run->by));
      self->n_by_others++;
    }
}

static void
follow_cb (const CoquillTextDifference *run, void *data)
{
  Follower *self = data;
  const char *place = g_utf8_offset_to_pointer (self->string->str, (glong)run->to_position);

  g_assert_cmpuint (run->length, >, 0);
  g_assert_cmpuint (run->from_position, ==, self->from_position);
  g_assert_cmpuint (run->to_position, ==, self->to_position);
  if (run->kind != COQUILL_TEXT_KEPT)
    {
      g_assert_cmpuint (run->range.length, ==, run->length);
      g_assert_cmpuint ((guint64)g_utf8_strlen (run->utf8, (gssize)run->n_bytes), ==, run->length);
    }
  switch (run->kind)
    {
    case COQUILL_TEXT_KEPT:
      g_assert_cmpuint (run->by, ==, COQUILL_NO_AGENT);
      break;
    case COQUILL_TEXT_INSERTED:
      g_string_insert_len (self->string, place - self->string->str, run->utf8, (gssize)run->n_bytes);
      check_inserter (self, run);
      break;
    case COQUILL_TEXT_DELETED:
      g_assert_cmpmem (place, run->n_bytes, run->utf8, run->n_bytes);
      g_string_erase (self->string, place - self->string->str, (gssize)run->n_bytes);
      check_deleter (self->to, run);
      break;
    }
  if (run->kind != COQUILL_TEXT_INSERTED)
    self->from_position += run->length;
  if (run->kind != COQUILL_TEXT_DELETED)
    self->to_position += run->length;
}

static guint
check_comparison (World *self, const Version *from, const Version *to)
{
  Follower follower = { NULL, checkout (self, from), checkout (self, to), 0, 0, 0 };
  char *string = coquill_text_to_string (follower.from, NULL);
  CoquillTextError error;

  follower.string = g_string_new (string);
  free (string);
  if (!coquill_text_compare (self->all, from->heads, from->n_heads, to->heads, to->n_heads, follow_cb,
                             &follower, &error))
    g_error ("%s", error.message);
  assert_text (follower.to, follower.string->str);
  g_assert_cmpuint (follower.from_position, ==, coquill_text_length (follower.from));
  g_string_free (follower.string, TRUE);
  coquill_text_free (follower.from);
  coquill_text_free (follower.to);
  return follower.n_by_others;
}

static void
test_random (void)
{
  guint32 seed = test_seed ();
  guint n_restored = 0;
  World world;

  for (guint i = 0; i < MAX (N_HISTORIES * test_effort () / 100, 1); i++)
    {
      world_init (&world, seed + i);
      for (guint j = 0; j < N_VERSIONS; j++)
        check_checkout (&world, &world.versions[j]);
      for (guint j = 0; j < N_COMPARISONS; j++)
        n_restored += check_comparison (&world, &world.versions[random_below (&world, N_VERSIONS)],
                                        &world.versions[random_below (&world, N_VERSIONS)]);
      check_comparison (&world, &(Version){ 0 }, &world.versions[0]);
      check_comparison (&world, &world.versions[N_VERSIONS - 1], &(Version){ 0 });
      check_comparison (&world, &world.versions[0], &world.versions[0]);
      world_clear (&world);
    }
  g_assert_cmpuint (n_restored, >, 0);
}

static void
spell_cb (const CoquillTextDifference *run, void *data)
{
  static const char kinds[] = { '=', '+', '-' };

  g_string_append_printf (data, "%c%u", kinds[run->kind], (guint)run->length);
  if (run->kind != COQUILL_TEXT_KEPT)
    g_string_append_printf (data, "(%.*s %u", (int)run->n_bytes, run->utf8, run->range.agent);
  if (run->kind != COQUILL_TEXT_KEPT && run->by != COQUILL_NO_AGENT)
    g_string_append_printf (data, " by %u", run->by);
  g_string_append (data, run->kind != COQUILL_TEXT_KEPT ? ") " : " ");
}

static void
assert_difference (CoquillText *text, const Version *from, const Version *to, const char *expected)
{
  g_autoptr (GString) told = g_string_new (NULL);

  g_assert_true (
      coquill_text_compare (text, from->heads, from->n_heads, to->heads, to->n_heads, spell_cb, told, NULL));
  g_assert_cmpstr (told->str, ==, expected);
}

/* The version as it is now. */
static Version
present (CoquillText *text)
{
  Version version = { 0 };

  add_heads (&version, text, text);
  return version;
}

static void
test_who_did_it (void)
{
  guint32 a, b, c;
  CoquillText *text = new_text (1, &a);
  CoquillAgent ben = agent_id (2), cleo = agent_id (3);
  Version empty = { 0 }, first, second, third;
  guint64 deletion;

  b = coquill_text_add_agent (text, &ben, NULL);
  c = coquill_text_add_agent (text, &cleo, NULL);
  insert (text, a, 0, "one two three");
  first = present (text);
  deletion = delete (text, b, 4, 4);
  insert (text, c, 4, "2 ");
  second = present (text);
  restore (text, c, b, deletion, 3);
  third = present (text);

  assert_text (text, "one 2 twothree");
  assert_difference (text, &empty, &first, "+13(one two three 0 by 0) ");
  assert_difference (text, &first, &first, "=13 ");
  assert_difference (text, &first, &second, "=4 +2(2  2 by 2) -4(two  0 by 1) =5 ");
  assert_difference (text, &second, &third, "=6 +3(two 0 by 2) =5 ");
  assert_difference (text, &first, &third, "=4 +2(2  2 by 2) =3 -1(  0 by 1) =5 ");
  assert_difference (text, &second, &first, "=4 -2(2  2) +4(two  0) =5 ");
  assert_difference (text, &third, &empty, "-4(one  0) -2(2  2) -3(two 0) -5(three 0) ");
  g_free (first.heads);
  g_free (second.heads);
  g_free (third.heads);
  coquill_text_free (text);
}

static void
test_beside_each_other (void)
{
  guint32 a, b;
  CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b);
  Version left, right = { 0 };

  insert (text_a, a, 0, "shared");
  merge (text_b, text_a);
  insert (text_a, a, 6, " left");
  delete (text_b, b, 0, 1);
  insert (text_b, b, 5, " right");
  left = present (text_a);
  merge (text_a, text_b);
  add_heads (&right, text_b, text_a);

  assert_difference (text_a, &left, &right, "-1(s 0 by 1) =5 -5( left 0) +6( right 1 by 1) ");
  assert_difference (text_a, &right, &left, "+1(s 0) =5 +5( left 0 by 0) -6( right 1) ");
  g_free (left.heads);
  g_free (right.heads);
  coquill_text_free (text_a);
  coquill_text_free (text_b);
}

static void
test_refusals (void)
{
  guint32 a;
  CoquillText *text = new_text (1, &a), *loaded;
  CoquillChangeId unknown[] = { { 0, 5 }, { 7, 0 }, { UINT32_MAX, UINT64_MAX } };
  CoquillChangeId head = { 0, 0 };
  CoquillTextRange range = { 0, 0, 1 };
  CoquillChange *change;
  CoquillTextError error;
  Version empty = { 0 }, whole;

  insert (text, a, 0, "abc");
  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_assert_null (coquill_text_checkout (text, &unknown[i], 1, &error));
      g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_MISSING);
      g_assert_false (coquill_text_compare (text, NULL, 0, &unknown[i], 1, spell_cb, NULL, &error));
      g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_MISSING);
      g_assert_false (coquill_text_compare (text, &unknown[i], 1, NULL, 0, spell_cb, NULL, NULL));
    }

  delete (text, a, 1, 1);
  loaded = reload (text);
  g_assert_null (coquill_text_checkout (loaded, &head, 1, &error));
  g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_HISTORY_NEEDED);
  g_assert_false (coquill_text_compare (loaded, NULL, 0, &head, 1, spell_cb, NULL, &error));
  g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_HISTORY_NEEDED);
  g_assert_false (coquill_text_standing_deletions (loaded, &range, 1, tell_first_agent_cb, NULL));
  change = everything (text);
  g_assert_true (coquill_text_add_history (loaded, change, NULL));
  whole = present (loaded);
  assert_difference (loaded, &empty, &whole, "+1(a 0 by 0) +1(c 0 by 0) ");
  coquill_change_free (change);
  g_free (whole.heads);
  coquill_text_free (loaded);
  coquill_text_free (text);
}

static void
test_what_came_from_a_snapshot (void)
{
  guint32 a;
  CoquillText *text = new_text (1, &a), *loaded, *early;
  CoquillChangeId old = { 0, 4 };
  CoquillChange *change;

  insert (text, a, 0, "early");
  delete (text, a, 0, 5);
  insert (text, a, 0, "late");
  change = everything (text);
  loaded = reload (text);
  g_assert_true (coquill_text_add_history (loaded, change, NULL));
  insert (loaded, a, 4, "r");
  early = coquill_text_checkout (loaded, &old, 1, NULL);
  assert_text (early, "early");
  assert_text (loaded, "later");
  coquill_text_free (early);
  coquill_change_free (change);
  coquill_text_free (loaded);
  coquill_text_free (text);
}

static bool
spell_range_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  g_string_append_printf (data, "%u:%u+%u ", range->agent, (guint)range->sequence, (guint)range->length);
  return true;
}

static void
test_deletions_that_stand (void)
{
  guint32 a, b;
  CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b);
  CoquillTextRange wanted[] = { { 0, 1, 1 }, { 0, 3, 2 }, { 0, 3, 1 }, { 9, 0, 1 }, { 0, 0, 0 } };
  g_autoptr (GString) told = g_string_new (NULL);
  guint64 deletion;

  insert (text_a, a, 0, "abcdef");
  merge (text_b, text_a);
  deletion = delete (text_a, a, 0, 4);
  for (guint64 i = 5; i > 1; i--) /* Backspace from f to c */
    delete (text_b, b, i, 1);
  merge (text_a, text_b);
  restore (text_a, a, a, deletion + 1, 1);
  assert_text (text_a, "b");

  g_assert_true (
      coquill_text_standing_deletions (text_a, wanted, G_N_ELEMENTS (wanted), spell_range_cb, told));
  g_assert_cmpstr (told->str, ==, "0:9+1 1:1+2 ");
  coquill_text_free (text_a);
  coquill_text_free (text_b);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/versions/random-ones-are-as-replayed-and-their-differences-lead-there", test_random);
  g_test_add_func ("/versions/a-difference-tells-who-did-it", test_who_did_it);
  g_test_add_func ("/versions/neither-need-be-the-other-s-ancestor", test_beside_each_other);
  g_test_add_func ("/versions/what-is-not-here-is-refused", test_refusals);
  g_test_add_func ("/versions/what-was-deleted-below-a-snapshot-can-be-had", test_what_came_from_a_snapshot);
  g_test_add_func ("/versions/deletions-that-stand", test_deletions_that_stand);
  return g_test_run ();
}
