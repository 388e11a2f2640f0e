/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-direct.c: the direct roads of a document: to whom, and whether at all. */

#include "config.h"

#include "replica/replica-private.h"

void
coquill_replica_set_hide_address (CoquillReplica *self, gboolean hide)
{
  self->hide_address = hide;
  coquill_replica_disk_save_hide_address (self);
}

GVariant *
coquill_replica_dup_road_counts (CoquillReplica *self)
{
  g_return_val_if_fail (COQUILL_IS_REPLICA (self), NULL);
  return g_variant_ref_sink (g_variant_new ("a{st}", NULL));
}
