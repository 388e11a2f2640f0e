/* SPDX-License-Identifier: GPL-3.0-or-later */
/* effort.h: how much a random test does: less where each step costs much, under valgrind or for coverage. */

#pragma once

#include <glib.h>

/* In percent of the normal run, as COQUILL_EFFORT says. */
static inline guint
test_effort (void)
{
  const char *text = g_getenv ("COQUILL_EFFORT");

  return text != NULL ? (guint)g_ascii_strtoull (text, NULL, 10) : 100;
}
