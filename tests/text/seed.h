/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seed.h: the seed of a random test: the same each time, unless the environment names another. */

#pragma once

#include <glib.h>

/* Prints what COQUILL_SEED has to be for this run to come again. */
static inline guint32
test_seed (void)
{
  const char *text = g_getenv ("COQUILL_SEED");
  guint32 seed = text != NULL ? (guint32)g_ascii_strtoull (text, NULL, 10) : 20261;

  g_test_message ("COQUILL_SEED=%u", seed);
  return seed;
}
