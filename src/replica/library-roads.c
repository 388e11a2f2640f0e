/* SPDX-License-Identifier: GPL-3.0-or-later */
/* library-roads.c: what all documents' roads share: the network is watched, what they refused is kept. */

#include "config.h"

#include "net/road-thread.h"
#include "replica/library-private.h"

void
coquill_library_roads_init (CoquillLibrary *self)
{
  self->counts = coquill_road_counts_new ();
}

void
coquill_library_roads_load (CoquillLibrary *self)
{
  GBytes *bytes = coquill_store_get_value (self->store, "road-counts");
  g_autoptr (GVariant) saved = NULL;
  g_autoptr (GVariant) own = NULL;

  if (bytes == NULL)
    return;
  saved = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("a{st}"), bytes, FALSE));
  own = G_BYTE_ORDER == G_BIG_ENDIAN ? g_variant_byteswap (saved) : g_variant_ref (saved);
  coquill_road_counts_add_variant (self->counts, own);
}

void
coquill_library_roads_clear (CoquillLibrary *self)
{
  g_clear_object (&self->watch);
  g_clear_handle_id (&self->counts_timer, g_source_remove);
  g_clear_pointer (&self->counts, g_hash_table_unref);
  g_clear_pointer (&self->saved_counts, g_variant_unref);
}

static void
add_replicas (GHashTable *counts, GPtrArray *replicas)
{
  for (guint i = 0; i < replicas->len; i++)
    {
      g_autoptr (GVariant) counted = coquill_replica_dup_road_counts (replicas->pdata[i]);

      coquill_road_counts_add_variant (counts, counted);
    }
}

GVariant *
coquill_library_dup_road_counts (CoquillLibrary *self)
{
  g_autoptr (GHashTable) sum = coquill_road_counts_new ();
  g_autoptr (GVariant) before = NULL;

  g_return_val_if_fail (COQUILL_IS_LIBRARY (self), NULL);

  before = coquill_road_counts_to_variant (self->counts);
  coquill_road_counts_add_variant (sum, before);
  add_replicas (sum, self->replicas);
  add_replicas (sum, self->removed);
  return coquill_road_counts_to_variant (sum);
}

static void
save_counts (CoquillLibrary *self)
{
  g_autoptr (GVariant) counts = coquill_library_dup_road_counts (self);
  g_autoptr (GVariant) little = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (self->saved_counts != NULL && g_variant_equal (counts, self->saved_counts))
    return;
  little = G_BYTE_ORDER == G_BIG_ENDIAN ? g_variant_byteswap (counts) : g_variant_ref (counts);
  bytes = g_variant_get_data_as_bytes (little);
  coquill_library_save_setting (self, "road-counts", bytes);
  g_clear_pointer (&self->saved_counts, g_variant_unref);
  self->saved_counts = g_steal_pointer (&counts);
}

static gboolean
counts_cb (gpointer data)
{
  save_counts (data);
  return G_SOURCE_CONTINUE;
}

static void
network_changed_cb (CoquillNetworkWatch *watch, gboolean resumed, CoquillLibrary *self)
{
  g_autoptr (GPtrArray) replicas = g_ptr_array_copy (self->replicas, (GCopyFunc)(void *)g_object_ref, NULL);

  g_ptr_array_set_free_func (replicas, g_object_unref);
  for (guint i = 0; i < replicas->len; i++)
    coquill_replica_network_changed (replicas->pdata[i]);
}

void
coquill_library_watch_roads (CoquillLibrary *self)
{
  if (self->watch != NULL)
    return;
  self->watch = coquill_network_watch_new ();
  g_signal_connect_object (self->watch, "changed", G_CALLBACK (network_changed_cb), self, 0);
  self->saved_counts = coquill_library_dup_road_counts (self);
  self->counts_timer = g_timeout_add_seconds (COQUILL_REPLICA_COUNTS_SECONDS, counts_cb, self);
}

void
coquill_library_roads_end (CoquillLibrary *self)
{
  if (self->watch == NULL)
    return;
  g_clear_object (&self->watch);
  g_clear_handle_id (&self->counts_timer, g_source_remove);
  save_counts (self);
}

gboolean
coquill_library_wait_for_roads (guint milliseconds)
{
  return coquill_road_thread_wait_ended (milliseconds * G_TIME_SPAN_MILLISECOND);
}
