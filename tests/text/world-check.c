/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world-check.c: is a replica as the oracle says? */

#include <stdlib.h>
#include <string.h>

#include "world.h"

typedef struct
{
  GString *string;
  guint64 length;
} Chunks;

static bool
add_chunk_cb (const char *utf8, size_t bytes, uint64_t length, void *data)
{
  Chunks *chunks = data;

  g_string_append_len (chunks->string, utf8, (gssize)bytes);
  chunks->length += length;
  return true;
}

/* A part of the text, read in two ways. */
static void
check_reading (World *self, Replica *replica, const char *expected, guint64 from, guint64 count)
{
  g_autoptr (GString) told = g_string_new (NULL);
  Chunks chunks = { told, 0 };
  const char *start = g_utf8_offset_to_pointer (expected, (glong)from);
  gsize bytes = (gsize)(g_utf8_offset_to_pointer (start, (glong)count) - start);
  g_autofree char *read = g_malloc (bytes + 1);

  if (!coquill_text_foreach_chunk (replica->text, from, count, add_chunk_cb, &chunks)
      || chunks.length != count || told->len != bytes || memcmp (told->str, start, bytes) != 0)
    world_fail (self, "%c tells another part of its text", world_name (self, replica));
  if (coquill_text_measure (replica->text, from, count) != bytes
      || coquill_text_read (replica->text, from, count, read) != bytes || memcmp (read, start, bytes) != 0)
    world_fail (self, "%c reads another part of its text", world_name (self, replica));
}

void
world_check_text (World *self, Replica *replica)
{
  g_autoptr (GArray) visible = oracle_text (self->oracle, replica->version);
  char name = world_name (self, replica);
  size_t bytes;
  char *string = coquill_text_to_string (replica->text, &bytes);
  glong length;
  g_autofree gunichar *characters = g_utf8_to_ucs4_fast (string, (glong)bytes, &length);

  if ((guint64)length != visible->len || coquill_text_length (replica->text) != visible->len)
    world_fail (self, "%c has %ld characters, and says %" G_GUINT64_FORMAT ", in place of %u", name, length,
                coquill_text_length (replica->text), visible->len);
  if (coquill_text_bytes (replica->text) != bytes)
    world_fail (self, "%c counts its bytes wrong", name);
  if (replica->mirror->len != visible->len)
    world_fail (self, "%c: the deltas give %u characters in place of %u", name, replica->mirror->len,
                visible->len);
  for (guint i = 0; i < visible->len; i++)
    {
      gunichar expected = oracle_item (self->oracle, g_array_index (visible, gint, i))->character;

      if (characters[i] != expected)
        world_fail (self, "%c has U+%04X at %u in place of U+%04X", name, characters[i], i, expected);
      if (g_array_index (replica->mirror, gunichar, i) != expected)
        world_fail (self, "%c: the deltas give U+%04X at %u in place of U+%04X", name,
                    g_array_index (replica->mirror, gunichar, i), i, expected);
    }
  check_reading (self, replica, string, visible->len / 3, visible->len / 2);
  free (string);
}

typedef struct
{
  World *world;
  Replica *replica;
  GArray *visible;
  guint64 at;
} SpanCheck;

static bool
check_span_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  SpanCheck *check = data;
  World *self = check->world;
  guint agent = world_agent (self, check->replica, range->agent);

  if (position != check->at)
    world_fail (self, "%c tells of a span at %" G_GUINT64_FORMAT " in place of %" G_GUINT64_FORMAT,
                world_name (self, check->replica), position, check->at);
  for (guint64 i = 0; i < range->length; i++, check->at++)
    {
      gint number = oracle_find (self->oracle, agent, range->sequence + i);

      if (check->at >= check->visible->len
          || g_array_index (check->visible, gint, (guint)check->at) != number)
        world_fail (self, "%c has another character, or author, at %" G_GUINT64_FORMAT,
                    world_name (self, check->replica), check->at);
    }
  return true;
}

static void
check_spans (World *self, Replica *replica)
{
  g_autoptr (GArray) visible = oracle_text (self->oracle, replica->version);
  guint from = visible->len / 2;
  SpanCheck all = { self, replica, visible, 0 }, part = { self, replica, visible, visible->len / 3 };
  CoquillChangeId id;

  coquill_text_foreach_span (replica->text, 0, visible->len, check_span_cb, &all);
  coquill_text_foreach_span (replica->text, visible->len / 3, visible->len / 3, check_span_cb, &part);
  if (all.at != visible->len || part.at != visible->len / 3 * 2)
    world_fail (self, "%c tells of too few spans", world_name (self, replica));
  if (visible->len > 0)
    {
      const OracleItem *item = oracle_item (self->oracle, g_array_index (visible, gint, from));

      if (!coquill_text_id_at (replica->text, from, &id) || id.sequence != item->sequence
          || world_agent (self, replica, id.agent) != item->agent)
        world_fail (self, "%c names another character at %u", world_name (self, replica), from);
    }
}

static void
check_anchor (World *self, Replica *replica, gint number, CoquillAnchorKind kind, guint64 place)
{
  const OracleItem *item = oracle_item (self->oracle, number);
  CoquillAnchor anchor = { kind, world_local_agent (self, replica, item->agent), item->sequence };
  gboolean visible = oracle_shows (replica->version, number);
  uint64_t position;

  self->report->n_anchors++;
  if (!oracle_knows (replica->version, number))
    {
      if (coquill_text_resolve (replica->text, &anchor, &position))
        world_fail (self, "%c knows where a character is that it doesn't know", world_name (self, replica));
      return;
    }
  if (!coquill_text_resolve (replica->text, &anchor, &position))
    {
      /* Only where something was that was deleted below a snapshot. */
      if (replica->history->len == 0 || visible)
        world_fail (self, "%c doesn't find %u:%" G_GUINT64_FORMAT, world_name (self, replica), item->agent,
                    item->sequence);
      return;
    }
  if (visible && kind == COQUILL_ANCHOR_AFTER)
    place++;
  if (position != place)
    world_fail (self,
                "%c: an anchor %s %u:%" G_GUINT64_FORMAT " (%s) is at %" G_GUINT64_FORMAT
                " in place of %" G_GUINT64_FORMAT,
                world_name (self, replica), kind == COQUILL_ANCHOR_BEFORE ? "before" : "behind", item->agent,
                item->sequence, visible ? "visible" : "deleted", position, place);
}

/* All characters that anybody has written, deleted ones too. */
static void
check_anchors (World *self, Replica *replica)
{
  g_autoptr (GArray) places = oracle_places (self->oracle, replica->version);

  for (guint i = 1; i < self->oracle->order->len; i++)
    {
      gint number = g_array_index (self->oracle->order, gint, i);
      guint64 place = g_array_index (places, guint64, i);

      check_anchor (self, replica, number, COQUILL_ANCHOR_BEFORE, place);
      check_anchor (self, replica, number, COQUILL_ANCHOR_AFTER, place);
    }
}

/* Anchors that are made now hold on to the character beside the place. */
static void
check_new_anchors (World *self, Replica *replica)
{
  g_autoptr (GArray) visible = oracle_text (self->oracle, replica->version);

  for (guint i = 0; i <= visible->len; i += 1 + visible->len / 7)
    for (CoquillAnchorKind kind = COQUILL_ANCHOR_BEFORE; kind <= COQUILL_ANCHOR_AFTER; kind++)
      {
        CoquillAnchor anchor = coquill_text_anchor (replica->text, i, kind);
        guint held = kind == COQUILL_ANCHOR_BEFORE ? i : i - 1;

        if (kind == COQUILL_ANCHOR_BEFORE ? i == visible->len : i == 0)
          {
            if (anchor.kind
                != (i == 0 && kind == COQUILL_ANCHOR_AFTER ? COQUILL_ANCHOR_START : COQUILL_ANCHOR_END))
              world_fail (self, "%c: an anchor at an end isn't one", world_name (self, replica));
            continue;
          }

        const OracleItem *item = oracle_item (self->oracle, g_array_index (visible, gint, held));

        if (anchor.kind != kind || world_agent (self, replica, anchor.agent) != item->agent
            || anchor.sequence != item->sequence)
          world_fail (self, "%c: an anchor at %u holds on to something else", world_name (self, replica), i);
      }
}

static void
check_frontier (World *self, Replica *replica)
{
  size_t n_heads;
  const CoquillChangeId *heads = coquill_text_frontier (replica->text, &n_heads);
  const GArray *expected = replica->version->heads;

  if (coquill_text_n_items (replica->text) != replica->version->n_known)
    world_fail (self, "%c has %" G_GUINT64_FORMAT " items in place of %u", world_name (self, replica),
                coquill_text_n_items (replica->text), replica->version->n_known);
  if (n_heads != expected->len)
    world_fail (self, "%c has %zu heads in place of %u", world_name (self, replica), n_heads, expected->len);
  for (size_t i = 0; i < n_heads; i++)
    {
      gint number
          = oracle_find (self->oracle, world_agent (self, replica, heads[i].agent), heads[i].sequence);
      gboolean found = FALSE;

      for (guint j = 0; j < expected->len; j++)
        found = found || g_array_index (expected, gint, j) == number;
      if (!found)
        world_fail (self, "%c has another frontier", world_name (self, replica));
      if (i > 0
          && coquill_agent_compare (coquill_text_agent (replica->text, heads[i - 1].agent),
                                    coquill_text_agent (replica->text, heads[i].agent))
                 >= 0)
        world_fail (self, "%c: the frontier isn't in the agents' order", world_name (self, replica));
    }
}

void
world_check_all (World *self, Replica *replica)
{
  world_check_text (self, replica);
  check_frontier (self, replica);
  check_spans (self, replica);
  check_new_anchors (self, replica);
  check_anchors (self, replica);
  world_check_items (self, replica, replica->version->n_known);
  world_check_inside (self, replica);
}

static void
check_item (World *self, const CoquillChange *change, const CoquillOperation *operation, guint64 i)
{
  guint agent = oracle_find_agent (self->oracle, &change->agents[operation->agent].id);
  gint number = oracle_find (self->oracle, agent, operation->sequence + i);
  const OracleItem *item = number > 0 ? oracle_item (self->oracle, number) : NULL;
  guint64 position = 0;

  if (item == NULL || item->kind != operation->kind)
    world_fail (self, "an item that was sent is none, or of another kind");
  if (operation->kind == COQUILL_OPERATION_INSERT)
    position = operation->position + i;
  else if (operation->kind == COQUILL_OPERATION_DELETE)
    position = operation->backward ? operation->position - i : operation->position;
  if (item->position != position)
    world_fail (self, "an item is sent with another position");
  if (operation->kind == COQUILL_OPERATION_RESTORE)
    {
      guint author = oracle_find_agent (self->oracle, &change->agents[operation->target.agent].id);

      if (oracle_find (self->oracle, author, operation->target.sequence + i) != item->target)
        world_fail (self, "a restoration is sent with another target");
    }
  if (item->n_parents != (i > 0 ? 1 : operation->n_parents))
    world_fail (self, "an item is sent with %u parents in place of %u", i > 0 ? 1 : operation->n_parents,
                item->n_parents);
  for (guint j = 0; j < item->n_parents; j++)
    {
      gint parent = number;
      gboolean found = FALSE;

      if (i > 0)
        parent = oracle_find (self->oracle, agent, operation->sequence + i - 1);
      else
        {
          const CoquillChangeId *id = &operation->parents[j];

          parent = oracle_find (self->oracle, oracle_find_agent (self->oracle, &change->agents[id->agent].id),
                                id->sequence);
        }
      for (guint k = 0; k < item->n_parents; k++)
        found = found || item->parents[k] == parent;
      if (!found)
        world_fail (self, "an item is sent with another parent");
    }
}

void
world_check_history (World *self, Replica *replica)
{
  CoquillChange *change = coquill_text_extract (replica->text, 0, coquill_text_n_items (replica->text));
  CoquillChangeReader reader;
  CoquillOperation operation;

  if (change == NULL || coquill_change_n_items (change) != self->oracle->items->len - 1)
    world_fail (self, "%c doesn't send all", world_name (self, replica));
  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      const char *content = (const char *)operation.content;
      guint agent = oracle_find_agent (self->oracle, &change->agents[operation.agent].id);

      for (guint64 j = 0; j < operation.length; j++)
        {
          const OracleItem *item
              = oracle_item (self->oracle, oracle_find (self->oracle, agent, operation.sequence + j));

          check_item (self, change, &operation, j);
          if (operation.kind == COQUILL_OPERATION_RECORD
              && (operation.content_length != item->record_length
                  || (item->record_length > 0 && memcmp (content, item->record, item->record_length) != 0)))
            world_fail (self, "%c sends another record", world_name (self, replica));
          if (operation.kind != COQUILL_OPERATION_INSERT)
            continue;
          if (g_utf8_get_char (content) != item->character)
            world_fail (self, "%c sends another character", world_name (self, replica));
          content = g_utf8_next_char (content);
        }
    }
  coquill_change_free (change);
}
