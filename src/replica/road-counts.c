/* SPDX-License-Identifier: GPL-3.0-or-later */
/* road-counts.c: how often what was refused on direct roads, by name. */

#include "config.h"

#include <string.h>

#include "replica/replica-private.h"

GHashTable *
coquill_road_counts_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
coquill_road_counts_add (GHashTable *counts, const char *name, guint64 count)
{
  guint64 *sum = g_hash_table_lookup (counts, name);

  if (count == 0)
    return;
  if (sum == NULL)
    {
      if (g_hash_table_size (counts) >= COQUILL_REPLICA_MAX_COUNTS
          || strlen (name) > COQUILL_REPLICA_COUNT_NAME_MAX)
        return;
      sum = g_new0 (guint64, 1);
      g_hash_table_insert (counts, g_strdup (name), sum);
    }
  *sum = count > G_MAXUINT64 - *sum ? G_MAXUINT64 : *sum + count;
}

void
coquill_road_counts_add_road (GHashTable *counts, CoquillDirectRoad *road)
{
  const CoquillDirectCounts *of_road = coquill_direct_road_get_counts (road);

  coquill_road_counts_add (counts, "attempts", of_road->attempts);
  coquill_road_counts_add (counts, "signals", of_road->signals);
  coquill_road_counts_add (counts, "signals-malformed", of_road->malformed);
  coquill_road_counts_add (counts, "signals-stale", of_road->stale);
  coquill_road_counts_add (counts, "signals-replayed", of_road->replayed);
  coquill_road_counts_add (counts, "signals-too-fast", of_road->too_fast);
  coquill_road_counts_add (counts, "packets-junk", of_road->junk);
  coquill_road_counts_add (counts, "greetings-refused", of_road->refused);
  for (guint i = 0; i < COQUILL_CANDIDATE_N_VERDICTS; i++)
    {
      g_autofree char *name = g_strconcat ("candidates-", coquill_candidate_verdict_get_name (i), NULL);

      coquill_road_counts_add (counts, name, of_road->candidates.by_verdict[i]);
    }
}

void
coquill_road_counts_add_variant (GHashTable *counts, GVariant *variant)
{
  GVariantIter iter;
  const char *name;
  guint64 count;

  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "{&st}", &name, &count))
    coquill_road_counts_add (counts, name, count);
}

GVariant *
coquill_road_counts_to_variant (GHashTable *counts)
{
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (counts), (GCompareFunc)strcmp);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{st}"));

  for (GList *link = names; link != NULL; link = link->next)
    g_variant_builder_add (&builder, "{st}", link->data,
                           *(const guint64 *)g_hash_table_lookup (counts, link->data));
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}
