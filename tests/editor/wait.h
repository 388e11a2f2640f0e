/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wait.h: waits for what the main loop brings. */
#pragma once

#include <glib-object.h>

/** The longest that anything may take, in seconds; longer is a failure. */
#define WAIT_SECONDS 60

/** Turns the main loop until @condition is true; fails the test if it never is. */
#define wait_until(condition)                                                                                \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gint64 wait_end = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;                               \
    guint wait_wake = g_timeout_add (10, wait_tick, NULL);                                                   \
    while (!(condition) && g_get_monotonic_time () < wait_end)                                               \
      g_main_context_iteration (NULL, TRUE);                                                                 \
    g_source_remove (wait_wake);                                                                             \
    g_assert_true (condition);                                                                               \
  }                                                                                                          \
  G_STMT_END

static inline gboolean
wait_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/** Drops the last reference to @object; what is under way may keep it a little longer. */
#define wait_until_finalized(object)                                                                         \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    GObject *wait_object = G_OBJECT (object);                                                                \
    g_object_add_weak_pointer (wait_object, (gpointer *)&wait_object);                                       \
    g_object_unref (object);                                                                                 \
    wait_until (wait_object == NULL);                                                                        \
  }                                                                                                          \
  G_STMT_END
