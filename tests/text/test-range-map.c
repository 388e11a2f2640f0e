/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-range-map.c: the map of ranges, compared with a plain array. */

#include <glib.h>

#include "seed.h"
#include "text/range-map.h"

#define N_KEYS 5000

static void
test_against_array (gconstpointer data)
{
  guint max_length = GPOINTER_TO_UINT (data);
  GRand *random = g_rand_new_with_seed (test_seed ());
  CoquillRangeMap *map = coquill_range_map_new ();
  g_autofree guint64 *values = g_new0 (guint64, N_KEYS); /* 0: none */
  CoquillRangeMapEntry entry;

  for (guint i = 0; i < 20000; i++)
    {
      guint start = (guint)g_rand_int_range (random, 0, N_KEYS);
      guint end = start + (guint)g_rand_int_range (random, 0, (gint)max_length + 1);
      guint64 value = (guint64)g_rand_int_range (random, 1, 5);
      guint key = (guint)g_rand_int_range (random, 0, N_KEYS);

      end = MIN (end, N_KEYS);
      coquill_range_map_set (map, start, end, value);
      for (guint j = start; j < end; j++)
        values[j] = value;

      g_assert_true (coquill_range_map_get (map, key, &entry) == (values[key] != 0));
      g_assert_cmpuint (entry.value, ==, values[key]);
      g_assert_cmpuint (entry.start, <=, key);
      g_assert_cmpuint (entry.end, >, key);
      for (guint64 j = entry.start; j < MIN (entry.end, N_KEYS); j++)
        g_assert_cmpuint (values[j], ==, values[key]);
    }
  for (guint key = 0; key < N_KEYS; key++)
    {
      coquill_range_map_get (map, key, &entry);
      g_assert_cmpuint (entry.value, ==, values[key]);
    }
  coquill_range_map_free (map);
  g_rand_free (random);
}

static void
test_extends (void)
{
  CoquillRangeMap *map = coquill_range_map_new ();
  CoquillRangeMapEntry entry;

  for (guint64 key = 100; key < 100000; key++)
    coquill_range_map_set (map, key, key + 1, 7);
  g_assert_true (coquill_range_map_get (map, 5000, &entry));
  g_assert_cmpuint (entry.start, ==, 100);
  g_assert_cmpuint (entry.end, ==, 100000);
  g_assert_false (coquill_range_map_get (map, 99, &entry));
  g_assert_cmpuint (entry.end, ==, 100);
  g_assert_false (coquill_range_map_get (map, 100000, &entry));
  g_assert_cmpuint (entry.end, ==, UINT64_MAX);
  coquill_range_map_free (map);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/range-map/short-ranges-as-an-array", GUINT_TO_POINTER (3), test_against_array);
  g_test_add_data_func ("/range-map/long-ranges-as-an-array", GUINT_TO_POINTER (400), test_against_array);
  g_test_add_func ("/range-map/a-run-is-one-entry", test_extends);
  return g_test_run ();
}
