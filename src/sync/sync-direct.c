/* sync-direct.c: sessions of direct roads: hello, difference, live */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

void
coquill_sync_direct_up (CoquillSync *self, guint road, const guint8 *device, gint64 now)
{
  coquill_sync_update (self, now);
}

void
coquill_sync_direct_down (CoquillSync *self, guint road, gint64 now)
{
  coquill_sync_update (self, now);
}

void
coquill_sync_direct_suspect (CoquillSync *self, guint road, gboolean suspect, gint64 now)
{
  coquill_sync_update (self, now);
}

void
coquill_sync_direct_room (CoquillSync *self, guint road, gint64 now)
{
  coquill_sync_update (self, now);
}

void
coquill_sync_acknowledged (CoquillSync *self, guint road, guint64 reference, gint64 now)
{
  coquill_sync_update (self, now);
}
