/* SPDX-License-Identifier: GPL-3.0-or-later */
/* library-private.h: a library's inside, shared by the files that play its roles. */
#pragma once

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
};

/** (transfer full) (nullable): a setting as UTF-8 */
char *
coquill_library_load_setting (CoquillStore *store, const char *key);

/** Whether @color is "#rrggbb". */
gboolean
coquill_library_is_color (const char *color);

G_END_DECLS
