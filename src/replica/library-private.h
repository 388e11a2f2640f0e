/* SPDX-License-Identifier: GPL-3.0-or-later */
/* library-private.h: a library's inside, shared by the files that play its roles. */
#pragma once

#include "net/network-watch.h"
#include "replica/replica-private.h"

G_BEGIN_DECLS

struct _CoquillLibrary
{
  GObject parent_instance;

  CoquillStore *store;
  CoquillDeviceKeys *keys;
  CoquillLibraryMode mode;
  GPtrArray *replicas; /* in the list's order */
  GPtrArray *removed;  /* gone from the list, their files go at the end */

  char *name;
  char *color;
  char *relay;
  gboolean hide_address;
  gboolean online;

  CoquillNetworkWatch *watch; /* (nullable) from the first road on */
  guint counts_timer;
  GHashTable *counts;     /* as when the library was opened */
  GVariant *saved_counts; /* (nullable) as saved last */
};

/** (transfer full) (nullable): a setting as UTF-8 */
char *
coquill_library_load_setting (CoquillStore *store, const char *key);

void
coquill_library_save_setting (CoquillLibrary *self, const char *key, GBytes *value);

/* library-roads.c */

void
coquill_library_roads_init (CoquillLibrary *self);
/** Takes over what the store has. */
void
coquill_library_roads_load (CoquillLibrary *self);
/** Watches no more, and saves what was counted. */
void
coquill_library_roads_end (CoquillLibrary *self);
void
coquill_library_roads_clear (CoquillLibrary *self);

/** Whether @color is "#rrggbb". */
gboolean
coquill_library_is_color (const char *color);

G_END_DECLS
