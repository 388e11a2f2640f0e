/* sync-action.c: what sync asks its conductor to do, or tells it */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-action.h"

void
coquill_sync_action_free (CoquillSyncAction *self)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}
