/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-flat-window.c: the flat window, compared with a list of characters. */

#include <glib.h>

#include "seed.h"
#include "text/flat-window.h"

#define N_TRACKS 3
#define N_STEPS 60
#define N_ROUNDS 300
#define WIDTH 30 /* characters that everybody has at first */

typedef struct
{
  CoquillId id;
  guint8 track;
  guint32 sequence;
  guint n_deletions;
  CoquillFlatDeletion deletions[COQUILL_FLAT_MAX_DELETIONS];
} Character;

typedef struct
{
  GRand *random;
  CoquillFlatWindow window;
  GArray *characters;
  guint32 known[N_TRACKS]; /* what every version has */
  guint32 next[N_TRACKS];
} World;

static gint
up_to (World *self, gint most)
{
  return g_rand_int_range (self->random, 0, most + 1);
}

static CoquillFlatVersion
any_version (World *self)
{
  CoquillFlatVersion version = { .n[COQUILL_FLAT_EVERYBODY] = UINT32_MAX };

  for (guint i = 0; i < N_TRACKS; i++)
    version.n[i] = self->known[i] + (guint32)up_to (self, (gint)(self->next[i] - self->known[i]));
  coquill_flat_window_rewind (&self->window);
  return version;
}

static gboolean
is_visible (const Character *character, const CoquillFlatVersion *version)
{
  if (version->n[character->track] <= character->sequence)
    return FALSE;
  for (guint i = 0; i < character->n_deletions; i++)
    if (version->n[character->deletions[i].track] > character->deletions[i].sequence)
      return FALSE;
  return TRUE;
}

/* The index of the character at a position in a version, or how many characters there are. */
static guint
model_find (World *self, const CoquillFlatVersion *version, guint position, guint *effect)
{
  *effect = 0;
  for (guint i = 0; i < self->characters->len; i++)
    {
      const Character *character = &g_array_index (self->characters, Character, i);

      if (is_visible (character, version) && position-- == 0)
        return i;
      *effect += character->n_deletions == 0;
    }
  return self->characters->len;
}

static guint
model_width (World *self, const CoquillFlatVersion *version)
{
  guint width = 0;

  for (guint i = 0; i < self->characters->len; i++)
    width += is_visible (&g_array_index (self->characters, Character, i), version);
  return width;
}

/* Some entry whose last characters the order hasn't been given; %COQUILL_ID_NONE for none. */
static CoquillId
keep_back (World *self)
{
  CoquillFlatEntry *entry;

  if (self->window.n_entries == 0)
    return COQUILL_ID_NONE;
  entry = &self->window.entries[up_to (self, (gint)self->window.n_entries - 1)];
  if (entry->n_deletions > 0)
    return COQUILL_ID_NONE;
  entry->pending = (guint32)up_to (self, (gint)entry->length - 1);
  return entry->id;
}

static CoquillFlatEntry *
find_entry (World *self, CoquillId id)
{
  for (guint i = 0; i < self->window.n_entries; i++)
    if (self->window.entries[i].id == id)
      return &self->window.entries[i];
  return NULL;
}

/* Every character of a version is where the list says. */
static void
check (World *self)
{
  CoquillFlatVersion version = any_version (self);
  guint width = model_width (self, &version);
  CoquillId kept_back = keep_back (self);
  CoquillFlatEntry *entry;

  for (guint position = 0; position < width; position++)
    {
      guint effect;
      const Character *character
          = &g_array_index (self->characters, Character, model_find (self, &version, position, &effect));
      CoquillFlatPlace place = coquill_flat_window_find (&self->window, &version, position);

      entry = find_entry (self, kept_back);
      if (entry != NULL && &self->window.entries[place.index] > entry)
        effect -= entry->pending;
      g_assert_cmpuint (place.effect, ==, effect);
      if (place.in_gap)
        g_assert_cmpuint (character->n_deletions, ==, 0);
      else
        g_assert_cmpuint (self->window.entries[place.index].id + place.offset, ==, character->id);
    }
  entry = find_entry (self, kept_back);
  if (entry != NULL)
    entry->pending = 0;
}

static void
insert (World *self, guint track, guint32 local_version)
{
  CoquillFlatVersion version = any_version (self);
  CoquillFlatEntry entry = { .left = COQUILL_ID_NONE, .right = COQUILL_ID_NONE, .track = (guint8)track };
  guint width, position, effect, at = 0, index = 0;
  guint length = 1 + (guint)up_to (self, 3);

  version.n[track] = self->next[track];
  width = model_width (self, &version);
  position = (guint)up_to (self, (gint)width);
  if (position > 0)
    {
      CoquillFlatPlace place = coquill_flat_window_find (&self->window, &version, position - 1);

      at = model_find (self, &version, position - 1, &effect) + 1;
      entry.left = g_array_index (self->characters, Character, at - 1).id;
      index = place.index;
      if (place.in_gap)
        entry.gap = (guint32)place.offset + 1;
      else
        coquill_flat_window_cut (&self->window, index++, (guint32)place.offset + 1);
    }
  entry.id = coquill_id (track, self->next[track]);
  entry.length = length;
  entry.newest = local_version;
  coquill_flat_window_insert (&self->window, index, &entry);
  for (guint i = 0; i < length; i++)
    {
      Character character = { entry.id + i, (guint8)track, self->next[track]++, 0, { { 0, 0, FALSE } } };

      g_array_insert_val (self->characters, at + i, character);
    }
}

/* Deletes one or two characters, as the walker does: what is in a gap gets an entry. */
static void delete (World *self, guint track, guint32 local_version)
{
  CoquillFlatVersion version = any_version (self);
  gboolean backward = up_to (self, 1) == 1;
  guint width, position;

  version.n[track] = self->next[track];
  width = model_width (self, &version);
  if (width < 2)
    return;
  position = 1 + (guint)up_to (self, (gint)width - 2);
  for (guint i = 0; i < 2; i++)
    {
      guint effect, at = model_find (self, &version, position - (backward ? i : 1 - i), &effect);
      Character *character = &g_array_index (self->characters, Character, at);
      CoquillFlatPlace place
          = coquill_flat_window_find (&self->window, &version, position - (backward ? i : 1 - i));
      CoquillFlatDeletion deletion = { self->next[track], (guint8)track, FALSE };
      guint index = place.index;

      if (character->n_deletions == COQUILL_FLAT_MAX_DELETIONS)
        return;
      if (place.in_gap)
        {
          CoquillFlatEntry entry = { .id = character->id,
                                     .gap = (guint32)place.offset,
                                     .length = 1,
                                     .newest = local_version,
                                     .track = COQUILL_FLAT_EVERYBODY,
                                     .n_deletions = 1,
                                     .deletions = { deletion } };

          self->window.entries[index].gap--;
          index = coquill_flat_window_insert (&self->window, index, &entry);
        }
      else
        {
          CoquillFlatEntry *entry;

          if (place.offset > 0)
            coquill_flat_window_cut (&self->window, index++, (guint32)place.offset);
          coquill_flat_window_cut (&self->window, index, 1);
          entry = &self->window.entries[index];
          entry->newest = local_version;
          entry->deletions[entry->n_deletions++] = deletion;
        }
      coquill_flat_window_join (&self->window, index + 1);
      coquill_flat_window_join (&self->window, index);
      character->deletions[character->n_deletions++] = deletion;
      self->next[track]++;
    }
}

static void
test_against_list (void)
{
  World world = { .random = g_rand_new_with_seed (test_seed ()) };

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      guint32 reached[N_STEPS][N_TRACKS];

      world.characters = g_array_new (FALSE, TRUE, sizeof (Character));
      for (guint i = 0; i < WIDTH; i++)
        {
          Character character
              = { coquill_id (N_TRACKS, i), COQUILL_FLAT_EVERYBODY, i, 0, { { 0, 0, FALSE } } };

          g_array_append_val (world.characters, character);
        }
      for (guint i = 0; i < N_TRACKS; i++)
        world.known[i] = world.next[i] = 0;
      coquill_flat_window_clear (&world.window);
      for (guint step = 0; step < N_STEPS; step++)
        {
          memcpy (reached[step], world.next, sizeof world.next);
          if (up_to (&world, 2) > 0)
            insert (&world, (guint)up_to (&world, N_TRACKS - 1), step);
          else
            delete (&world, (guint)up_to (&world, N_TRACKS - 1), step);
          check (&world);
          if (step > 10 && up_to (&world, 4) == 0)
            {
              guint version = step - (guint)up_to (&world, 10);

              /* From now on, all versions have what came before. */
              for (guint i = 0; i < N_TRACKS; i++)
                world.known[i] = MAX (world.known[i], reached[version][i]);
              coquill_flat_window_collapse (&world.window, version, NULL, NULL);
              check (&world);
            }
        }
      g_array_unref (world.characters);
    }
  free (world.window.entries);
  g_rand_free (world.random);
}

/* Tells the entries as "gap[agent:sequence+length, …". */
static char *
describe (const CoquillFlatWindow *window)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < window->n_entries; i++)
    g_string_append_printf (text, "%s%u[%u:%u+%u%s", i > 0 ? " " : "", window->entries[i].gap,
                            coquill_id_agent (window->entries[i].id),
                            (guint)coquill_id_sequence (window->entries[i].id), window->entries[i].length,
                            window->entries[i].n_deletions > 0 ? " deleted" : "");
  return g_string_free (text, FALSE);
}

static void
put (CoquillFlatWindow *window, guint index, guint32 gap, guint sequence, CoquillId right, guint32 newest)
{
  CoquillFlatEntry entry = { .id = coquill_id (0, sequence),
                             .left = coquill_id (0, sequence) - 1,
                             .right = right,
                             .gap = gap,
                             .length = 1,
                             .newest = newest };

  coquill_flat_window_insert (window, index, &entry);
}

static void
test_joins (void)
{
  CoquillFlatWindow window = { 0 };
  g_autofree char *text = NULL;

  coquill_flat_window_clear (&window);
  put (&window, 0, 7, 4, 99, 0);
  put (&window, 1, 0, 5, 99, 1);
  put (&window, 1, 0, 6, 98, 2); /* something came between it and its origin right */
  put (&window, 2, 3, 7, 98, 3);
  text = describe (&window);
  g_assert_cmpstr (text, ==, "7[0:4+2 0[0:6+1 3[0:7+1");
  free (window.entries);
}

/* What is deleted in all versions parts what stands in front of an entry that stays from what only looks as
 * if it stood there. */
static void
test_keeps_what_parts (void)
{
  CoquillFlatWindow window = { 0 };
  g_autofree char *text = NULL;

  coquill_flat_window_clear (&window);
  for (guint i = 0; i < 4; i++)
    {
      put (&window, i, i == 0 ? 5 : 0, 10 * i, 99, i);
      window.entries[i].n_deletions = i < 3;
    }
  put (&window, 4, 6, 50, 99, 2);
  coquill_flat_window_collapse (&window, 3, NULL, NULL);
  text = describe (&window);
  g_assert_cmpstr (text, ==, "5[0:20+1 deleted 0[0:30+1");
  free (window.entries);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/flat-window/any-version-finds-its-characters", test_against_list);
  g_test_add_func ("/flat-window/what-goes-on-is-joined", test_joins);
  g_test_add_func ("/flat-window/what-parts-two-entries-is-kept", test_keeps_what_parts);
  return g_test_run ();
}
