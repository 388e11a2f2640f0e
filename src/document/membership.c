/* membership.c: the signed log: the graph of its entries */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/membership-private.h"

#include <string.h>

#include "trust/entry-signature.h"

static guint
id_hash (gconstpointer key)
{
  guint value;

  memcpy (&value, key, sizeof value);

  return value;
}

static gboolean
id_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, 32) == 0;
}

static void
node_free_cb (gpointer data)
{
  CoquillMembershipNode *node = data;

  coquill_signed_entry_free (node->carried);
  coquill_log_entry_free (node->entry);
  g_free (node->parents);
  g_free (node);
}

static void
device_free_cb (gpointer data)
{
  CoquillMembershipDevice *device = data;

  coquill_member_free (device->member);
  g_array_unref (device->grants);
  g_free (device);
}

CoquillMembership *
coquill_membership_new (const guint8 *document)
{
  CoquillMembership *self = g_new0 (CoquillMembership, 1);

  memcpy (self->document, document, 32);
  self->nodes = g_ptr_array_new_with_free_func (node_free_cb);
  self->by_id = g_hash_table_new (id_hash, id_equal);
  self->held = g_ptr_array_new_with_free_func (node_free_cb);
  self->devices = g_hash_table_new_full (id_hash, id_equal, NULL, device_free_cb);
  self->removals = g_array_new (FALSE, FALSE, sizeof (guint));

  return self;
}

void
coquill_membership_free (CoquillMembership *self)
{
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->devices);
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->held);
  g_array_unref (self->removals);
  g_free (self);
}

/* Puts a node in whose parents are all here. Takes it over. */
static gboolean
try_insert (CoquillMembership *self, CoquillMembershipNode *node)
{
  const CoquillLogEntry *entry = node->entry;

  g_free (node->parents);
  node->parents = g_new (guint, MAX (entry->n_parents, 1));
  node->n_parents = entry->n_parents;
  node->depth = 0;
  for (gsize i = 0; i < entry->n_parents; i++)
    {
      const CoquillMembershipNode *parent = coquill_membership_find (self, entry->parents[i].bytes);

      if (parent == NULL)
        return FALSE;
      node->parents[i] = parent->index;
      node->depth = MAX (node->depth, parent->depth + 1);
    }

  node->index = self->nodes->len;
  self->bytes += g_bytes_get_size (node->carried->entry);
  g_ptr_array_add (self->nodes, node);
  g_hash_table_add (self->by_id, node);
  self->dirty = TRUE;

  return TRUE;
}

/* What waited for the newest entries goes in, until nothing moves. */
static void
release_held (CoquillMembership *self)
{
  gboolean moved = TRUE;

  while (moved)
    {
      moved = FALSE;
      for (guint i = 0; i < self->held->len; i++)
        {
          CoquillMembershipNode *node = g_ptr_array_index (self->held, i);
          gsize size = g_bytes_get_size (node->carried->entry);

          if (!try_insert (self, node))
            continue;
          self->held_bytes -= size;
          g_ptr_array_steal_index_fast (self->held, i);
          moved = TRUE;
          break;
        }
    }
}

static CoquillMembershipAdd
refuse (GError **error, CoquillDocumentError code, const char *what)
{
  g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, code, what);

  return COQUILL_MEMBERSHIP_REFUSED;
}

static CoquillMembershipNode *
node_new (const CoquillSignedEntry *carried, CoquillLogEntry *entry, const guint8 *id)
{
  CoquillMembershipNode *node = g_new0 (CoquillMembershipNode, 1);

  memcpy (node->id, id, 32);
  node->carried = coquill_signed_entry_copy (carried);
  node->entry = entry;

  return node;
}

CoquillMembershipAdd
coquill_membership_add (CoquillMembership *self,
                        const CoquillSignedEntry *carried,
                        gboolean trusted,
                        GError **error)
{
  g_autoptr (CoquillLogEntry) entry = NULL;
  CoquillMembershipNode *node;
  gsize size = g_bytes_get_size (carried->entry);
  guint8 id[32];

  coquill_entry_id (carried->entry, id);
  if (coquill_membership_find (self, id) != NULL)
    return COQUILL_MEMBERSHIP_KNOWN;
  for (guint i = 0; i < self->held->len; i++)
    if (id_equal (((CoquillMembershipNode *)g_ptr_array_index (self->held, i))->id, id))
      return COQUILL_MEMBERSHIP_HELD;

  entry = trusted ? coquill_log_entry_decode (carried->entry, error) : coquill_entry_open (carried, error);
  if (entry == NULL)
    return COQUILL_MEMBERSHIP_REFUSED;
  if (memcmp (entry->action == COQUILL_LOG_FOUND ? id : entry->document, self->document, 32) != 0)
    return refuse (error, COQUILL_DOCUMENT_ERROR_OTHER_DOCUMENT, "a log entry belongs to another document");
  if (self->nodes->len >= COQUILL_MEMBERSHIP_MAX_ENTRIES || self->bytes + size > COQUILL_MEMBERSHIP_MAX_BYTES)
    return refuse (error, COQUILL_DOCUMENT_ERROR_TOO_LARGE, "the membership log is full");

  node = node_new (carried, g_steal_pointer (&entry), id);
  if (try_insert (self, node))
    {
      release_held (self);
      return COQUILL_MEMBERSHIP_ADDED;
    }
  if (self->held->len >= COQUILL_MEMBERSHIP_MAX_HELD
      || self->held_bytes + size > COQUILL_MEMBERSHIP_MAX_HELD_BYTES)
    {
      node_free_cb (node);
      return COQUILL_MEMBERSHIP_FULL;
    }
  self->held_bytes += size;
  g_ptr_array_add (self->held, node);

  return COQUILL_MEMBERSHIP_HELD;
}

guint
coquill_membership_get_n_entries (const CoquillMembership *self)
{
  return self->nodes->len;
}

const CoquillMembershipNode *
coquill_membership_get_entry (const CoquillMembership *self, guint index)
{
  return g_ptr_array_index (self->nodes, index);
}

const CoquillMembershipNode *
coquill_membership_find (const CoquillMembership *self, const guint8 *id)
{
  /* A node begins with its id, so that the id alone is a key. */
  return g_hash_table_lookup (self->by_id, id);
}

static int
compare_digests (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, 32);
}

GArray *
coquill_membership_get_heads (const CoquillMembership *self)
{
  GArray *heads = g_array_new (FALSE, FALSE, sizeof (CoquillDigest));
  g_autofree gboolean *is_parent = g_new0 (gboolean, MAX (self->nodes->len, 1));

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const CoquillMembershipNode *node = g_ptr_array_index (self->nodes, i);

      for (gsize j = 0; j < node->n_parents; j++)
        is_parent[node->parents[j]] = TRUE;
    }
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const CoquillMembershipNode *node = g_ptr_array_index (self->nodes, i);
      CoquillDigest digest;

      if (is_parent[i])
        continue;
      memcpy (digest.bytes, node->id, 32);
      g_array_append_val (heads, digest);
    }
  g_array_sort (heads, compare_digests);

  return heads;
}

static int
compare_members (gconstpointer a, gconstpointer b)
{
  const CoquillMember *const *left = a;
  const CoquillMember *const *right = b;

  return memcmp ((*left)->device.sign, (*right)->device.sign, 32);
}

const CoquillMember *
coquill_membership_get_member (CoquillMembership *self, const guint8 *device)
{
  const CoquillMembershipDevice *entry;

  coquill_membership_evaluate (self);
  entry = g_hash_table_lookup (self->devices, device);

  return entry != NULL && !entry->removed ? entry->member : NULL;
}

GPtrArray *
coquill_membership_list_members (CoquillMembership *self)
{
  GPtrArray *members = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  coquill_membership_evaluate (self);
  g_hash_table_iter_init (&iter, self->devices);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const CoquillMembershipDevice *device = value;

      if (!device->removed)
        g_ptr_array_add (members, device->member);
    }
  g_ptr_array_sort (members, compare_members);

  return members;
}

GPtrArray *
coquill_membership_list_invites (CoquillMembership *self)
{
  GPtrArray *invites = g_ptr_array_new ();

  coquill_membership_evaluate (self);
  for (guint i = 0; i < self->nodes->len; i++)
    {
      CoquillMembershipNode *node = g_ptr_array_index (self->nodes, i);

      if (node->counts && node->entry->action == COQUILL_LOG_INVITE
          && node->entry->invite.kind == COQUILL_INVITE_OPEN)
        g_ptr_array_add (invites, node);
    }

  return invites;
}

const CoquillMembershipNode *
coquill_membership_get_epoch (CoquillMembership *self)
{
  coquill_membership_evaluate (self);

  return self->epoch;
}
