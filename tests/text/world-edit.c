/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world-edit.c: what people do at one replica, there and in the oracle. */

#include "world.h"

#define MAX_RANGES 4

/* Of all planes: letters, a combining accent, a joiner, right to left, surrogates' neighbours, the last one.
 */
static gunichar
character (guint32 detail, guint index)
{
  static const gunichar some[] = { 0x01,   '\n',    '\r',    '\t',    ' ',     0xe9,    0x301,    0x308,
                                   0x5d0,  0x200d,  0x20ac,  0x4e2d,  0xd7ff,  0xe000,  0xfeff,   0xfffd,
                                   0xffff, 0x10000, 0x1f1e9, 0x1f600, 0x1f469, 0xe0100, 0x10ffff, 0x7f };
  guint32 random = (detail + index) * 2654435761u >> 8;

  return random % 4 > 0 ? 'a' + random / 4 % 26 : some[random / 4 % G_N_ELEMENTS (some)];
}

static guint64
place_of (const Step *step, const Replica *replica, guint64 length)
{
  switch ((StepPlace)step->where)
    {
    case STEP_AT_NUMBER:
      return step->place <= length ? step->place : step->place % (length + 1);
    case STEP_AT_END:
      return length;
    case STEP_AT_CARET:
    default:
      return MIN (replica->caret, length);
    }
}

static void
insert_at (World *self, Replica *replica, guint64 position, const char *utf8, gsize n_bytes)
{
  CoquillTextError error;
  uint64_t sequence;
  guint64 expected = coquill_text_agent_length (replica->text, replica->local);

  world_expect (
      self, coquill_text_insert (replica->text, replica->local, position, utf8, n_bytes, &sequence, &error),
      &error, "an insertion");
  if (sequence != expected)
    world_fail (self, "an insertion has number %" G_GUINT64_FORMAT " in place of %" G_GUINT64_FORMAT,
                sequence, expected);
}

static void
type (World *self, Replica *replica, const Step *step)
{
  guint64 position = place_of (step, replica, replica->version->length);
  gboolean backward = step->kind == STEP_TYPE_BACKWARD;
  g_autoptr (GString) run = g_string_new (NULL);

  world_tell (self, "%c types %u characters %s at %" G_GUINT64_FORMAT "\n", world_name (self, replica),
              step->length, backward ? "backward" : "forward", position);
  for (guint i = 0; i < step->length; i++)
    {
      gunichar typed = character (step->detail, i);
      guint64 at = backward ? position : position + i;
      gsize before = run->len;

      g_string_append_unichar (run, typed);
      oracle_insert (self->oracle, replica->version, replica->agent, at, typed);
      g_array_insert_val (replica->mirror, (guint)at, typed);
      if (backward)
        insert_at (self, replica, position, run->str + before, run->len - before);
    }
  if (!backward)
    insert_at (self, replica, position, run->str, run->len);
  replica->caret = backward ? position : position + step->length;
}

/* One character, in the oracle and the mirror; the text is told elsewhere. */
static void
delete_expected (World *self, Replica *replica, guint64 position)
{
  oracle_delete (self->oracle, replica->version, replica->agent, position);
  g_array_remove_index (replica->mirror, (guint)position);
}

static void
delete_at (World *self, Replica *replica, guint64 position, guint64 count)
{
  CoquillTextError error;

  world_expect (self, coquill_text_delete (replica->text, replica->local, position, count, NULL, &error),
                &error, "a deletion");
}

static void
delete_range (World *self, Replica *replica, const Step *step)
{
  guint64 length = replica->version->length, position, count;
  gboolean backward = step->kind == STEP_BACKSPACE;

  if (length == 0)
    return;
  position = MIN (place_of (step, replica, length), length - 1);
  count = MIN (step->length, backward ? position + 1 : length - position);
  world_tell (self, "%c deletes %" G_GUINT64_FORMAT " %s at %" G_GUINT64_FORMAT "\n",
              world_name (self, replica), count, backward ? "backward" : "characters", position);
  for (guint64 i = 0; i < count; i++)
    {
      delete_expected (self, replica, backward ? position - i : position);
      if (backward)
        delete_at (self, replica, position - i, 1);
    }
  if (!backward)
    delete_at (self, replica, position, count);
  replica->caret = backward ? position + 1 - count : position;
}

static void
restore_ranges (World *self, Replica *replica, CoquillTextRange *ranges, guint n_ranges)
{
  CoquillTextError error;

  for (guint i = 0; i < n_ranges; i++)
    {
      world_tell (self, "%c restores %" G_GUINT64_FORMAT " deletions from %u:%" G_GUINT64_FORMAT " on\n",
                  world_name (self, replica), ranges[i].length, ranges[i].agent, ranges[i].sequence);
      for (guint64 j = 0; j < ranges[i].length; j++)
        oracle_restore (self->oracle, replica->version, replica->agent,
                        oracle_find (self->oracle, ranges[i].agent, ranges[i].sequence + j));
      ranges[i].agent = world_local_agent (self, replica, ranges[i].agent);
    }
  if (coquill_text_restore (replica->text, replica->local, ranges, n_ranges, world_mirror_cb, replica->mirror,
                            NULL, &error))
    return;
  if (error.code != COQUILL_TEXT_ERROR_HISTORY_NEEDED || replica->history->len == 0)
    world_expect (self, FALSE, &error, "a restoration");
  world_give_history (self, replica);
  world_expect (self,
                coquill_text_restore (replica->text, replica->local, ranges, n_ranges, world_mirror_cb,
                                      replica->mirror, NULL, &error),
                &error, "a restoration with history");
}

/* Items of one kind that follow an item and that the replica knows, itself the first. */
static guint64
run_length (World *self, const Replica *replica, guint agent, guint64 sequence, guint64 most)
{
  CoquillOperationKind kind = oracle_item (self->oracle, oracle_find (self->oracle, agent, sequence))->kind;
  guint64 length = 0;

  while (length < most)
    {
      gint next = oracle_find (self->oracle, agent, sequence + length);

      if (next < 0 || !oracle_knows (replica->version, next)
          || oracle_item (self->oracle, next)->kind != kind)
        break;
      length++;
    }
  return length;
}

/* Any deletions that the replica knows, whoever made them, cancelled or not, with those that follow. */
static void
restore (World *self, Replica *replica, const Step *step)
{
  CoquillTextRange ranges[MAX_RANGES];
  guint n_ranges = 0;
  guint32 random = step->detail;

  for (guint i = 0; i < 20 && n_ranges < 1 + step->detail % MAX_RANGES; i++)
    {
      gint number = (gint)(random % self->oracle->items->len);
      const OracleItem *item = oracle_item (self->oracle, number);

      random = random * 1664525u + 1013904223u;
      if (number > 0 && item->kind == COQUILL_OPERATION_DELETE && oracle_knows (replica->version, number))
        ranges[n_ranges++]
            = (CoquillTextRange){ item->agent, item->sequence,
                                  run_length (self, replica, item->agent, item->sequence, step->length) };
    }
  if (n_ranges > 0)
    restore_ranges (self, replica, ranges, n_ranges);
}

typedef struct
{
  World *world;
  Replica *replica;
  GArray *items;  /* gint: expected, in the order in which they are told */
  GArray *places; /* guint64: of each character that was told */
  guint at;
  gboolean all_visible; /* then a range is in one piece in the text as well */
} Told;

static bool
told_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  Told *told = data;
  World *self = told->world;
  guint agent = world_agent (self, told->replica, range->agent);

  for (guint64 i = 0; i < range->length; i++, told->at++)
    {
      gint number = oracle_find (self->oracle, agent, range->sequence + i);
      guint64 place;

      if (number < 0 || told->at >= told->items->len || g_array_index (told->items, gint, told->at) != number)
        world_fail (self, "%c is told of other characters than asked for", world_name (self, told->replica));
      place = oracle_place (self->oracle, told->replica->version, number);
      if (told->all_visible && place != position + i)
        world_fail (self, "%c is told of a character at %" G_GUINT64_FORMAT " that is at %" G_GUINT64_FORMAT,
                    world_name (self, told->replica), position + i, place);
      if (i == 0 && place != position)
        world_fail (self, "%c is told of a place %" G_GUINT64_FORMAT " that is %" G_GUINT64_FORMAT,
                    world_name (self, told->replica), position, place);
      if (oracle_shows (told->replica->version, number))
        g_array_append_val (told->places, place);
    }
  return true;
}

static gint
compare_places (gconstpointer a, gconstpointer b)
{
  guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;

  return x < y ? 1 : x > y ? -1 : 0;
}

/* From the last to the first, so that no place changes before its turn. */
static void
delete_places (World *self, Replica *replica, GArray *places)
{
  g_array_sort (places, compare_places);
  for (guint i = 0; i < places->len; i++)
    {
      guint64 place = g_array_index (places, guint64, i);

      if (i > 0 && g_array_index (places, guint64, i - 1) == place)
        continue;
      delete_expected (self, replica, place);
      delete_at (self, replica, place, 1);
      replica->caret = place;
    }
  world_tell (self, "%c takes back what is left of it: %u characters\n", world_name (self, replica),
              places->len);
}

static void
undo_insertion (World *self, Replica *replica, CoquillTextRange range)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (gint));
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint64));
  Told told = { self, replica, items, places, 0, TRUE };

  for (guint64 i = 0; i < range.length; i++)
    {
      gint number = oracle_find (self->oracle, range.agent, range.sequence + i);

      if (oracle_shows (replica->version, number))
        g_array_append_val (items, number);
    }
  range.agent = replica->local;
  coquill_text_ranges_alive (replica->text, &range, told_cb, &told);
  if (told.at != items->len)
    world_fail (self, "%c is told of %u characters alive in place of %u", world_name (self, replica), told.at,
                items->len);
  delete_places (self, replica, places);
}

/* What the deletions took away is asked for before they are cancelled. */
static void
undo_deletion (World *self, Replica *replica, CoquillTextRange range)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (gint));
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint64));
  Told told = { self, replica, items, places, 0, FALSE };
  CoquillTextRange local = { replica->local, range.sequence, range.length };

  for (guint64 i = 0; i < range.length; i++)
    g_array_append_val (
        items,
        oracle_item (self->oracle, oracle_find (self->oracle, range.agent, range.sequence + i))->target);
  if (!coquill_text_deletion_targets (replica->text, &local, told_cb, &told))
    {
      world_give_history (self, replica);
      told.at = 0;
      coquill_text_deletion_targets (replica->text, &local, told_cb, &told);
    }
  if (told.at != items->len)
    world_fail (self, "%c is told of %u deleted characters in place of %u", world_name (self, replica),
                told.at, items->len);
  restore_ranges (self, replica, &range, 1);
}

/* Undo of undo: what had come back goes away again. */
static void
undo_restoration (World *self, Replica *replica, CoquillTextRange range)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint64 i = 0; i < range.length; i++)
    {
      gint restoration = oracle_find (self->oracle, range.agent, range.sequence + i);
      gint insertion = oracle_item (self->oracle, oracle_item (self->oracle, restoration)->target)->target;

      if (oracle_shows (replica->version, insertion))
        {
          guint64 place = oracle_place (self->oracle, replica->version, insertion);

          g_array_append_val (places, place);
        }
    }
  delete_places (self, replica, places);
}

static void
undo (World *self, Replica *replica, const Step *step)
{
  const GArray *items = oracle_agent (self->oracle, replica->agent)->items;
  CoquillTextRange range = { .agent = replica->agent };

  if (items->len == 0)
    return;
  /* Mostly something recent. */
  range.sequence = items->len - 1 - step->detail % MIN (items->len, step->detail % 3 > 0 ? 20 : items->len);
  range.length = run_length (self, replica, range.agent, range.sequence, step->length);
  switch (oracle_item (self->oracle, oracle_find (self->oracle, range.agent, range.sequence))->kind)
    {
    case COQUILL_OPERATION_INSERT:
      undo_insertion (self, replica, range);
      break;
    case COQUILL_OPERATION_DELETE:
      undo_deletion (self, replica, range);
      break;
    case COQUILL_OPERATION_RESTORE:
      undo_restoration (self, replica, range);
      break;
    case COQUILL_OPERATION_RECORD:
    default:
      break;
    }
}

static void
record (World *self, Replica *replica, const Step *step)
{
  char bytes[3] = { 1, 0, (char)step->detail };
  CoquillTextError error;

  oracle_record (self->oracle, replica->version, replica->agent, bytes, step->length % 4);
  world_expect (
      self,
      coquill_text_record (replica->text, replica->local, (guint8 *)bytes, step->length % 4, NULL, &error),
      &error, "a record");
  world_tell (self, "%c adds a record\n", world_name (self, replica));
}

void
world_edit (World *self, Replica *replica, const Step *step)
{
  switch ((StepKind)step->kind)
    {
    case STEP_TYPE:
    case STEP_TYPE_BACKWARD:
      type (self, replica, step);
      break;
    case STEP_DELETE:
    case STEP_BACKSPACE:
      delete_range (self, replica, step);
      break;
    case STEP_RESTORE:
      restore (self, replica, step);
      break;
    case STEP_UNDO:
      undo (self, replica, step);
      break;
    case STEP_RECORD:
      record (self, replica, step);
      break;
    case STEP_TAKE:
    case STEP_GATHER:
    case STEP_RELOAD:
    case STEP_READ_HISTORY:
    case STEP_CHECK:
    default:
      g_assert_not_reached ();
    }
}
