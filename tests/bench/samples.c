/* SPDX-License-Identifier: GPL-3.0-or-later */
/* samples.c: times taken in turn, and their medians. */

#include "samples.h"

#include <stdlib.h>
#include <time.h>

#define MAX_FUNCS 4
#define MAX_RUNS 101
#define ENOUGH_MS 300.0 /* of one work's rounds: then the least number of runs suffices */
#define SHORT_MS 3.0    /* what is done twice, once to warm up */

gint64
clock_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

double
clock_since (gint64 start)
{
  return (double)(clock_now () - start) / 1e6;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare);
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

guint
samples_take_in_turn (const SampleFunc *funcs, const gpointer *data, guint n, guint runs, double *medians)
{
  double values[MAX_FUNCS][MAX_RUNS];
  double total = 0, last[MAX_FUNCS] = { 0 };
  guint round = 0;

  g_assert (n <= MAX_FUNCS);
  runs = MIN (runs, MAX_RUNS);
  while (round < runs || (runs > 1 && round < MAX_RUNS && total < ENOUGH_MS))
    {
      for (guint i = 0; i < n; i++)
        {
          if (runs > 1 && last[i] < SHORT_MS)
            funcs[i](data[i]);
          values[i][round] = last[i] = funcs[i](data[i]);
          total += last[i];
        }
      round++;
    }
  for (guint i = 0; i < n; i++)
    medians[i] = median (values[i], round);
  return round;
}
