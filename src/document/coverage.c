/* coverage.c: which items and log entries somebody else has */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/coverage.h"

#include <string.h>

#include "text/codec.h"
#include "trust/entry-signature.h"
#include "wire/signed-change.h"

/* Runs behind a gap that are remembered per agent. More are taken as not covered. */
#define MAX_LATER 64

typedef struct
{
  guint64 from;
  guint64 to;
} Run;

typedef struct
{
  CoquillAgent agent;
  guint64 length;
  GArray *later; /* (element-type Run) (nullable): behind a gap, in no order */
} Covered;

struct CoquillCoverage
{
  GHashTable *agents;  /* Covered → itself; the agent is its first field */
  GHashTable *entries; /* CoquillDigest → itself */
};

/* Agents come from anybody's vector, so their hash must not be known outside: else all of them could be made
 * to collide. Multilinear, with random factors (Dietzfelbinger 1996). */
static guint
agent_hash (gconstpointer key)
{
  static guint64 factors[6];
  static gsize made = 0;
  const CoquillAgent *agent = key;
  guint64 device[4];
  guint64 sum;

  if (g_once_init_enter (&made))
    {
      for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
        factors[i] = (guint64)g_random_int () << 32 | g_random_int ();
      g_once_init_leave (&made, 1);
    }
  memcpy (device, agent->device, sizeof device);
  sum = factors[4] * agent->nonce + factors[5] * agent->ordinal;
  for (guint i = 0; i < G_N_ELEMENTS (device); i++)
    sum += factors[i] * device[i];

  return (guint)(sum >> 32);
}

static gboolean
agent_equal (gconstpointer a, gconstpointer b)
{
  return coquill_agent_compare (a, b) == 0;
}

static void
covered_free_cb (gpointer data)
{
  Covered *covered = data;

  g_clear_pointer (&covered->later, g_array_unref);
  g_free (covered);
}

static guint
digest_hash (gconstpointer key)
{
  const CoquillDigest *digest = key;
  guint value;

  memcpy (&value, digest->bytes, sizeof value);

  return value;
}

static gboolean
digest_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, COQUILL_DIGEST_SIZE) == 0;
}

CoquillCoverage *
coquill_coverage_new (void)
{
  CoquillCoverage *self = g_new0 (CoquillCoverage, 1);

  self->agents = g_hash_table_new_full (agent_hash, agent_equal, covered_free_cb, NULL);
  self->entries = g_hash_table_new_full (digest_hash, digest_equal, g_free, NULL);

  return self;
}

void
coquill_coverage_free (CoquillCoverage *self)
{
  g_hash_table_unref (self->agents);
  g_hash_table_unref (self->entries);
  g_free (self);
}

static Covered *
ensure (CoquillCoverage *self, const CoquillAgent *agent)
{
  Covered *covered = g_hash_table_lookup (self->agents, agent);

  if (covered != NULL || g_hash_table_size (self->agents) >= COQUILL_COVERAGE_MAX)
    return covered;
  covered = g_new0 (Covered, 1);
  covered->agent = *agent;
  g_hash_table_add (self->agents, covered);

  return covered;
}

static void
add_run (Covered *covered, guint64 from, guint64 to)
{
  gboolean grown = from <= covered->length && to > covered->length;

  if (to <= covered->length)
    return;
  if (!grown)
    {
      Run run = { from, to };

      if (covered->later == NULL)
        covered->later = g_array_new (FALSE, FALSE, sizeof (Run));
      if (covered->later->len < MAX_LATER)
        g_array_append_val (covered->later, run);
      return;
    }
  covered->length = to;
  while (grown && covered->later != NULL)
    {
      grown = FALSE;
      for (guint i = 0; i < covered->later->len; i++)
        {
          const Run *run = &g_array_index (covered->later, Run, i);

          if (run->from > covered->length)
            continue;
          covered->length = MAX (covered->length, run->to);
          g_array_remove_index_fast (covered->later, i);
          grown = TRUE;
          break;
        }
    }
}

static void
add_change (CoquillCoverage *self, GBytes *bytes)
{
  g_autoptr (CoquillSignedChange) signed_change = coquill_signed_change_decode (bytes, NULL);
  CoquillChange *change;
  CoquillChangeReader reader;
  CoquillOperation operation;
  gsize size;
  const guint8 *data;

  if (signed_change == NULL)
    return;
  data = g_bytes_get_data (signed_change->change, &size);
  change = coquill_change_decode (data, size, NULL);
  if (change == NULL)
    return;
  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      Covered *covered = ensure (self, &change->agents[operation.agent].id);

      if (covered != NULL)
        add_run (covered, operation.sequence, operation.sequence + operation.length);
    }
  coquill_change_free (change);
}

void
coquill_coverage_add_body (CoquillCoverage *self, CoquillPayloadKind kind, GBytes *bytes)
{
  if (kind == COQUILL_PAYLOAD_CHANGE)
    add_change (self, bytes);
  else if (kind == COQUILL_PAYLOAD_LOG)
    {
      g_autoptr (GPtrArray) entries = coquill_log_batch_decode (bytes, NULL);

      for (guint i = 0; entries != NULL && i < entries->len; i++)
        {
          const CoquillSignedEntry *entry = g_ptr_array_index (entries, i);
          guint8 id[32];

          coquill_entry_id (entry->entry, id);
          coquill_coverage_add_entry (self, id);
        }
    }
}

void
coquill_coverage_add_agent (CoquillCoverage *self, const CoquillAgent *agent, guint64 length)
{
  Covered *covered = ensure (self, agent);

  if (covered != NULL)
    add_run (covered, 0, length);
}

void
coquill_coverage_add_entry (CoquillCoverage *self, const guint8 *id)
{
  if (g_hash_table_size (self->entries) < COQUILL_COVERAGE_MAX)
    g_hash_table_add (self->entries, g_memdup2 (id, COQUILL_DIGEST_SIZE));
}

guint64
coquill_coverage_get_length (CoquillCoverage *self, const CoquillAgent *agent)
{
  const Covered *covered = g_hash_table_lookup (self->agents, agent);

  return covered != NULL ? covered->length : 0;
}

gboolean
coquill_coverage_has_entry (CoquillCoverage *self, const guint8 *id)
{
  return g_hash_table_contains (self->entries, id);
}

static gboolean
has_run (const Covered *covered, guint64 from, guint64 to)
{
  if (covered == NULL)
    return FALSE;
  if (to <= covered->length)
    return TRUE;
  for (guint i = 0; covered->later != NULL && i < covered->later->len; i++)
    {
      const Run *run = &g_array_index (covered->later, Run, i);

      if (run->from <= from && to <= run->to)
        return TRUE;
    }

  return FALSE;
}

static gboolean
has_change (CoquillCoverage *self, GBytes *bytes)
{
  g_autoptr (CoquillSignedChange) signed_change = coquill_signed_change_decode (bytes, NULL);
  CoquillChange *change;
  CoquillChangeReader reader;
  CoquillOperation operation;
  gsize size;
  const guint8 *data;
  gboolean has = TRUE;

  if (signed_change == NULL)
    return TRUE;
  data = g_bytes_get_data (signed_change->change, &size);
  change = coquill_change_decode (data, size, NULL);
  if (change == NULL)
    return TRUE;
  coquill_change_reader_init (&reader, change);
  while (has && coquill_change_reader_next (&reader, &operation))
    has = has_run (g_hash_table_lookup (self->agents, &change->agents[operation.agent].id),
                   operation.sequence, operation.sequence + operation.length);
  coquill_change_reader_clear (&reader);
  coquill_change_free (change);

  return has;
}

gboolean
coquill_coverage_has_body (CoquillCoverage *self, CoquillPayloadKind kind, GBytes *bytes)
{
  g_autoptr (GPtrArray) entries = NULL;

  if (kind == COQUILL_PAYLOAD_CHANGE)
    return has_change (self, bytes);
  entries = kind == COQUILL_PAYLOAD_LOG ? coquill_log_batch_decode (bytes, NULL) : NULL;
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      guint8 id[32];

      coquill_entry_id (((const CoquillSignedEntry *)g_ptr_array_index (entries, i))->entry, id);
      if (!coquill_coverage_has_entry (self, id))
        return FALSE;
    }

  return TRUE;
}
