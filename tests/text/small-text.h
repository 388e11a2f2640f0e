/* SPDX-License-Identifier: GPL-3.0-or-later */
/* small-text.h: what tests of a few characters do again and again; nothing is refused. */

#pragma once

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "text/text-version.h"

static inline CoquillAgent
agent_id (guint8 first)
{
  return (CoquillAgent){ .device = { first }, .nonce = first };
}

static inline CoquillText *
new_text (guint8 agent, guint32 *local)
{
  CoquillText *text = coquill_text_new ();
  CoquillAgent id = agent_id (agent);

  *local = coquill_text_add_agent (text, &id, NULL);
  return text;
}

static inline void
insert (CoquillText *text, guint32 agent, guint64 position, const char *utf8)
{
  CoquillTextError error;

  if (!coquill_text_insert (text, agent, position, utf8, strlen (utf8), NULL, &error))
    g_error ("%s", error.message);
}

static inline guint64 delete (CoquillText *text, guint32 agent, guint64 position, guint64 count)
{
  CoquillTextError error;
  uint64_t sequence;

  if (!coquill_text_delete (text, agent, position, count, &sequence, &error))
    g_error ("%s", error.message);
  return sequence;
}

static inline void
restore (CoquillText *text, guint32 agent, guint32 author, guint64 sequence, guint64 length)
{
  CoquillTextRange range = { author, sequence, length };
  CoquillTextError error;

  if (!coquill_text_restore (text, agent, &range, 1, NULL, NULL, NULL, &error))
    g_error ("%s", error.message);
}

static inline CoquillChange *
everything (CoquillText *text)
{
  return coquill_text_extract (text, 0, coquill_text_n_items (text));
}

static inline void
merge (CoquillText *to, CoquillText *from)
{
  CoquillChange *change = everything (from);
  CoquillTextError error;

  if (!coquill_text_merge (to, change, NULL, NULL, &error))
    g_error ("%s", error.message);
  coquill_change_free (change);
}

static inline void
assert_text (CoquillText *text, const char *expected)
{
  char *string = coquill_text_to_string (text, NULL);

  g_assert_cmpstr (string, ==, expected);
  g_assert_cmpuint (coquill_text_length (text), ==, (guint64)g_utf8_strlen (expected, -1));
  g_assert_cmpuint (coquill_text_bytes (text), ==, strlen (expected));
  free (string);
}

/* Merges both ways and compares. */
static inline void
assert_merged (CoquillText *a, CoquillText *b, const char *expected)
{
  merge (a, b);
  merge (b, a);
  assert_text (a, expected);
  assert_text (b, expected);
}

static inline CoquillText *
reload (CoquillText *text)
{
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  CoquillText *loaded;

  g_assert_true (coquill_text_save_snapshot (text, &buffer));
  loaded = coquill_text_load_snapshot (buffer.data, buffer.length, NULL);
  g_assert_nonnull (loaded);
  coquill_buffer_clear (&buffer);
  return loaded;
}

/* Same characters, by the same people. */
static inline void
assert_same_characters (CoquillText *a, CoquillText *b)
{
  g_autofree char *text_a = coquill_text_to_string (a, NULL);
  g_autofree char *text_b = coquill_text_to_string (b, NULL);

  g_assert_cmpstr (text_a, ==, text_b);
  for (guint64 i = 0; i < coquill_text_length (a); i++)
    {
      CoquillChangeId id_a, id_b;

      g_assert_true (coquill_text_id_at (a, i, &id_a));
      g_assert_true (coquill_text_id_at (b, i, &id_b));
      g_assert_cmpuint (id_a.sequence, ==, id_b.sequence);
      g_assert_cmpint (
          coquill_agent_compare (coquill_text_agent (a, id_a.agent), coquill_text_agent (b, id_b.agent)), ==,
          0);
    }
}

/* So many items at once: so that each piece changes the rope where it says, and none makes it anew. */
static inline void
merge_in_pieces (CoquillText *to, CoquillText *from, guint64 piece)
{
  for (guint64 first = 0, n = coquill_text_n_items (from); first < n; first += piece)
    {
      CoquillChange *change = coquill_text_extract (from, first, MIN (first + piece, n));
      CoquillTextError error;

      if (!coquill_text_merge (to, change, NULL, NULL, &error))
        g_error ("%s", error.message);
      coquill_change_free (change);
    }
}
