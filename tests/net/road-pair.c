/* road-pair.c: two direct roads in one process, and a bad relay for their signals */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "road-pair.h"

#include <string.h>

#define LIVE_NUMBER G_MAXUINT64

/* So many times as long as it takes on a quiet machine is waited on a busy one. */
#define PATIENCE 8

typedef struct
{
  RoadPair *pair;
  guint to;
  GBytes *bytes;
} Parcel;

static RoadSide *
other (RoadSide *side)
{
  return &side->pair->sides[1 - side->index];
}

static gboolean
deliver_cb (gpointer data)
{
  Parcel *parcel = data;

  parcel->pair->n_under_way--;
  coquill_direct_road_take_signal (parcel->pair->sides[parcel->to].road, parcel->bytes);
  g_bytes_unref (parcel->bytes);
  g_free (parcel);
  return G_SOURCE_REMOVE;
}

static void
carry (RoadPair *pair, guint to, GBytes *bytes)
{
  gboolean is_late = g_rand_int_range (pair->random, 0, 1000) < (int)pair->bad.late;
  Parcel *parcel = g_new (Parcel, 1);

  *parcel = (Parcel){ pair, to, g_bytes_ref (bytes) };
  pair->n_under_way++;
  g_timeout_add_full (G_PRIORITY_DEFAULT, is_late ? (guint)g_rand_int_range (pair->random, 10, 400) : 1,
                      deliver_cb, parcel, NULL);
}

static void
signal_cb (CoquillDirectRoad *road, GBytes *bytes, gpointer data)
{
  RoadSide *side = data;
  RoadPair *pair = side->pair;

  g_assert_cmpuint (g_bytes_get_size (bytes), <=, COQUILL_SIGNAL_MAX);
  g_ptr_array_add (side->said, g_bytes_ref (bytes));
  if (g_rand_int_range (pair->random, 0, 1000) >= (int)pair->bad.lost)
    carry (pair, 1 - side->index, bytes);
  if (g_rand_int_range (pair->random, 0, 1000) < (int)pair->bad.doubled)
    carry (pair, 1 - side->index, bytes);
  if (g_rand_int_range (pair->random, 0, 1000) < (int)pair->bad.replayed)
    carry (pair, 1 - side->index,
           g_ptr_array_index (side->said, (guint)g_rand_int_range (pair->random, 0, (int)side->said->len)));
}

static void
greet_cb (CoquillDirectRoad *road, gpointer data)
{
  RoadSide *side = data;
  g_autoptr (GBytes) greeting = g_bytes_new (&side->greeting, sizeof side->greeting);

  if (!side->is_mute)
    coquill_direct_road_greet (road, greeting);
}

static void
greeted_cb (CoquillDirectRoad *road, GBytes *envelope, gpointer data)
{
  RoadSide *side = data;
  gsize size;
  const guint32 *word = g_bytes_get_data (envelope, &size);

  coquill_direct_road_approve (road, size == sizeof *word && *word == side->wants);
}

static void
up_cb (CoquillDirectRoad *road, gpointer data)
{
  g_assert_cmpint (coquill_direct_road_get_state (road), ==, COQUILL_DIRECT_DIRECT);
  g_assert_cmpint (coquill_direct_road_get_why (road), ==, COQUILL_DIRECT_WHY_NONE);
  ((RoadSide *)data)->ups++;
}

static void
down_cb (CoquillDirectRoad *road, GError *error, gpointer data)
{
  g_assert_nonnull (error);
  g_assert_cmpint (coquill_direct_road_get_state (road), ==, COQUILL_DIRECT_RELAY);
  ((RoadSide *)data)->downs++;
}

static void
received_cb (CoquillDirectRoad *road, GBytes *envelope, gpointer data)
{
  RoadSide *side = data;
  guint64 number;

  g_assert_cmpint (coquill_direct_road_get_state (road), >=, COQUILL_DIRECT_DIRECT);
  g_assert_cmpuint (g_bytes_get_size (envelope), >=, sizeof number);
  memcpy (&number, g_bytes_get_data (envelope, NULL), sizeof number);
  if (number == LIVE_NUMBER)
    side->n_live++;
  else
    {
      g_assert_cmpuint (number, ==, side->next);
      side->next++;
      side->n_received++;
    }
  side->bytes += g_bytes_get_size (envelope);
  if (!side->holds)
    coquill_direct_road_consumed (road, g_bytes_get_size (envelope));
}

static void
acknowledged_cb (CoquillDirectRoad *road, guint64 reference, gpointer data)
{
  RoadSide *side = data;

  g_assert_true (side->n_acknowledged == 0 || reference > side->last_acknowledged);
  side->n_acknowledged++;
  side->last_acknowledged = reference;
}

static void
room_cb (CoquillDirectRoad *road, gpointer data)
{
  ((RoadSide *)data)->rooms++;
}

static void
state_cb (CoquillDirectRoad *road, GParamSpec *pspec, gpointer data)
{
  g_string_append_c (((RoadSide *)data)->states, "rcpds"[coquill_direct_road_get_state (road)]);
}

void
road_pair_renew (RoadPair *self, guint index)
{
  RoadSide *side = &self->sides[index];

  if (side->road != NULL)
    {
      g_signal_handlers_disconnect_by_data (side->road, side);
      g_object_unref (side->road);
    }
  side->run = (guint64)g_rand_int (self->random) << 32 | index | 2;
  side->road = coquill_direct_road_new (index == 0, side->run);
  side->next = 0;
  side->n_acknowledged = 0;
  g_signal_connect (side->road, "signal", G_CALLBACK (signal_cb), side);
  g_signal_connect (side->road, "greet", G_CALLBACK (greet_cb), side);
  g_signal_connect (side->road, "greeted", G_CALLBACK (greeted_cb), side);
  g_signal_connect (side->road, "up", G_CALLBACK (up_cb), side);
  g_signal_connect (side->road, "down", G_CALLBACK (down_cb), side);
  g_signal_connect (side->road, "received", G_CALLBACK (received_cb), side);
  g_signal_connect (side->road, "acknowledged", G_CALLBACK (acknowledged_cb), side);
  g_signal_connect (side->road, "room", G_CALLBACK (room_cb), side);
  g_signal_connect (side->road, "notify::state", G_CALLBACK (state_cb), side);
}

RoadPair *
road_pair_new (guint32 seed)
{
  RoadPair *self = g_new0 (RoadPair, 1);

  g_test_message ("seed %u", seed);
  self->random = g_rand_new_with_seed (seed);
  for (guint i = 0; i < 2; i++)
    {
      RoadSide *side = &self->sides[i];

      side->pair = self;
      side->index = i;
      side->greeting = 100 + i;
      side->wants = 101 - i;
      side->states = g_string_new (NULL);
      side->said = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
      road_pair_renew (self, i);
    }
  return self;
}

void
road_pair_free (RoadPair *self)
{
  self->bad = (BadRelay){ 1000, 0, 0, 0 };
  while (self->n_under_way > 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < 2; i++)
    {
      RoadSide *side = &self->sides[i];

      g_signal_handlers_disconnect_by_data (side->road, side);
      g_object_unref (side->road);
      g_string_free (side->states, TRUE);
      g_ptr_array_unref (side->said);
    }
  g_rand_free (self->random);
  g_free (self);
}

void
road_pair_start (RoadPair *self)
{
  for (guint i = 0; i < 2; i++)
    {
      RoadSide *side = &self->sides[i];

      coquill_direct_road_set_peer_run (side->road, other (side)->run);
      coquill_direct_road_set_servers (side->road, NULL);
      coquill_direct_road_start (side->road);
    }
}

guint
road_pair_post (RoadPair *self, guint from, guint64 *number, guint n, gsize size)
{
  for (guint i = 0; i < n; i++)
    {
      guint8 *data = g_malloc0 (size);
      g_autoptr (GBytes) envelope = NULL;

      memcpy (data, number, sizeof *number);
      envelope = g_bytes_new_take (data, size);
      if (!coquill_direct_road_post (self->sides[from].road, envelope, *number, *number == LIVE_NUMBER))
        return i;
      if (*number != LIVE_NUMBER)
        ++*number;
    }
  return n;
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

gboolean
road_pair_wait (gboolean (*is_so) (gpointer data), gpointer data, guint seconds)
{
  gint64 end = g_get_monotonic_time () + (gint64)seconds * PATIENCE * G_USEC_PER_SEC;
  guint waker = g_timeout_add (20, wake_cb, NULL);
  gboolean result;

  while (!(result = is_so (data)) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (waker);
  return result;
}

typedef struct
{
  RoadPair *pair;
  CoquillDirectState states[2];
  guint side;
  guint64 n;
} Wish;

static gboolean
has_states (gpointer data)
{
  Wish *wish = data;

  return coquill_direct_road_get_state (wish->pair->sides[0].road) == wish->states[0]
         && coquill_direct_road_get_state (wish->pair->sides[1].road) == wish->states[1];
}

static gboolean
has_received (gpointer data)
{
  Wish *wish = data;

  return wish->pair->sides[wish->side].n_received >= wish->n;
}

gboolean
road_pair_wait_state (RoadPair *self, CoquillDirectState one, CoquillDirectState two, guint seconds)
{
  Wish wish = { self, { one, two }, 0, 0 };
  gboolean result = road_pair_wait (has_states, &wish, seconds);

  if (!result)
    g_test_message ("waited in vain: %s, why %d; %s, why %d", self->sides[0].states->str,
                    coquill_direct_road_get_why (self->sides[0].road), self->sides[1].states->str,
                    coquill_direct_road_get_why (self->sides[1].road));
  return result;
}

gboolean
road_pair_wait_received (RoadPair *self, guint side, guint64 n, guint seconds)
{
  Wish wish = { self, { 0, 0 }, side, n };

  return road_pair_wait (has_received, &wish, seconds);
}

void
road_pair_idle (guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  guint waker = g_timeout_add (5, wake_cb, NULL);

  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (waker);
}
