/* membership-evaluate.c: what follows from the log: who is in, with which role, which epoch is in force */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/membership-private.h"

#include <string.h>

#include "trust/epoch-sealing.h"

typedef struct
{
  CoquillMembership *log;
  guint *order;   /* nodes by (depth, id) */
  guint *place;   /* of each node in the order */
  guint *visited; /* stamps of walks */
  guint *stack;
  guint stamp;
} Evaluation;

static CoquillMembershipNode *
node_at (const Evaluation *self, guint index)
{
  return g_ptr_array_index (self->log->nodes, index);
}

static int
compare_nodes (gconstpointer a, gconstpointer b, gpointer data)
{
  const Evaluation *self = data;
  const CoquillMembershipNode *left = node_at (self, *(const guint *)a);
  const CoquillMembershipNode *right = node_at (self, *(const guint *)b);

  if (left->depth != right->depth)
    return left->depth < right->depth ? -1 : 1;

  return memcmp (left->id, right->id, 32);
}

/* Whether @ancestor is @node or comes before it: a walk upwards, no deeper than the ancestor. */
static gboolean
is_ancestor (Evaluation *self, guint ancestor, guint node)
{
  guint64 depth = node_at (self, ancestor)->depth;
  guint n_stack = 0;

  if (ancestor == node)
    return TRUE;
  self->stamp++;
  self->stack[n_stack++] = node;
  while (n_stack > 0)
    {
      const CoquillMembershipNode *current = node_at (self, self->stack[--n_stack]);

      for (gsize i = 0; i < current->n_parents; i++)
        {
          guint parent = current->parents[i];

          if (parent == ancestor)
            return TRUE;
          if (self->visited[parent] == self->stamp || node_at (self, parent)->depth <= depth)
            continue;
          self->visited[parent] = self->stamp;
          self->stack[n_stack++] = parent;
        }
    }

  return FALSE;
}

static const guint8 *
removal_target (const CoquillMembershipNode *node)
{
  return node->entry->action == COQUILL_LOG_REVOKE ? node->entry->revoke.device : node->entry->signer;
}

/* The role of a node's signer by the counting entries among the node's ancestors; 0 if it had none. */
static CoquillRole
role_at (Evaluation *self, const CoquillMembershipNode *node)
{
  const CoquillMembershipDevice *device = g_hash_table_lookup (self->log->devices, node->entry->signer);

  if (device == NULL)
    return 0;
  for (guint i = device->grants->len; i > 0; i--)
    {
      const CoquillMembershipGrant *grant = &g_array_index (device->grants, CoquillMembershipGrant, i - 1);

      if (is_ancestor (self, grant->node, node->index))
        return grant->role;
    }

  return 0;
}

/* No counting removal of the signer lacks the node as an ancestor. */
static gboolean
before_removals (Evaluation *self, const CoquillMembershipNode *node)
{
  for (guint i = 0; i < self->log->removals->len; i++)
    {
      guint removal = g_array_index (self->log->removals, guint, i);

      if (memcmp (removal_target (node_at (self, removal)), node->entry->signer, 32) == 0
          && !is_ancestor (self, node->index, removal))
        return FALSE;
    }

  return TRUE;
}

static void
grant (Evaluation *self,
       const CoquillMembershipNode *node,
       const CoquillDevicePublic *keys,
       CoquillRole role,
       const char *name)
{
  CoquillMembershipDevice *device = g_hash_table_lookup (self->log->devices, keys->sign);
  CoquillMembershipGrant entry = { node->index, role };

  if (device == NULL)
    {
      device = g_new0 (CoquillMembershipDevice, 1);
      device->member = coquill_member_new (keys, role, name);
      device->grants = g_array_new (FALSE, FALSE, sizeof (CoquillMembershipGrant));
      g_hash_table_insert (self->log->devices, device->member->device.sign, device);
    }
  g_array_append_val (device->grants, entry);
  device->member->role = role;
}

/* The counting invite that a redeem entry names, among the entry's ancestors. */
static const CoquillMembershipNode *
find_invite (Evaluation *self, const CoquillMembershipNode *redeem, CoquillInviteKind kind)
{
  for (guint i = 0; i < self->place[redeem->index]; i++)
    {
      const CoquillMembershipNode *node = node_at (self, self->order[i]);

      if (node->counts && node->entry->action == COQUILL_LOG_INVITE && node->entry->invite.kind == kind
          && memcmp (node->entry->invite.keys.sign, redeem->entry->redeem.invite, 32) == 0
          && is_ancestor (self, node->index, redeem->index))
        return node;
    }

  return NULL;
}

static gboolean
judge_redeem (Evaluation *self, const CoquillMembershipNode *node)
{
  const CoquillLogEntry *entry = node->entry;
  const CoquillMembershipNode *invite = find_invite (self, node, COQUILL_INVITE_OPEN);

  if (invite == NULL)
    return find_invite (self, node, COQUILL_INVITE_REQUEST) != NULL;
  /* A link never takes a right away from whoever is in. */
  if (!g_hash_table_contains (self->log->devices, entry->redeem.device.sign))
    grant (self, node, &entry->redeem.device, invite->entry->invite.role, entry->redeem.name);

  return TRUE;
}

static gboolean
judge_admit (Evaluation *self, const CoquillMembershipNode *node)
{
  const CoquillMembershipNode *redeem = coquill_membership_find (self->log, node->entry->admit.redeem);
  const CoquillMembershipNode *invite;

  if (redeem == NULL || redeem->entry->action != COQUILL_LOG_REDEEM || !redeem->counts
      || !is_ancestor (self, redeem->index, node->index))
    return FALSE;
  invite = find_invite (self, redeem, COQUILL_INVITE_REQUEST);
  if (invite == NULL)
    return FALSE;
  if (!g_hash_table_contains (self->log->devices, redeem->entry->redeem.device.sign))
    grant (self, node, &redeem->entry->redeem.device, invite->entry->invite.role, redeem->entry->redeem.name);

  return TRUE;
}

static gboolean
judge_grant (Evaluation *self, const CoquillMembershipNode *node)
{
  const CoquillMembershipDevice *device = g_hash_table_lookup (self->log->devices, node->entry->grant.device);

  if (device == NULL)
    return FALSE;
  grant (self, node, &device->member->device, node->entry->grant.role, device->member->name);

  return TRUE;
}

static gboolean
judge (Evaluation *self, const CoquillMembershipNode *node)
{
  const CoquillLogEntry *entry = node->entry;
  CoquillRole role;

  if (entry->action == COQUILL_LOG_FOUND)
    {
      grant (self, node, &entry->found.device, COQUILL_ROLE_OWNER, entry->found.name);
      return TRUE;
    }
  if (!before_removals (self, node))
    return FALSE;
  if (entry->action == COQUILL_LOG_REDEEM)
    return judge_redeem (self, node);

  role = role_at (self, node);
  switch (entry->action)
    {
    case COQUILL_LOG_GRANT:
      return role == COQUILL_ROLE_OWNER && judge_grant (self, node);
    case COQUILL_LOG_INVITE:
      return role >= COQUILL_ROLE_EDITOR && entry->invite.role <= role;
    case COQUILL_LOG_ADMIT:
      return role >= COQUILL_ROLE_EDITOR && judge_admit (self, node);
    case COQUILL_LOG_REVOKE:
      return role == COQUILL_ROLE_OWNER;
    case COQUILL_LOG_LEAVE:
      return role > 0;
    case COQUILL_LOG_EPOCH:
      return role >= COQUILL_ROLE_EDITOR;
    case COQUILL_LOG_FOUND:
    case COQUILL_LOG_REDEEM:
    default:
      return FALSE;
    }
}

/* An owner's rank: the place of the grant that made it one; lower is senior. %G_MAXUINT for others. */
static guint
rank_of (Evaluation *self, const guint8 *id)
{
  const CoquillMembershipDevice *device = g_hash_table_lookup (self->log->devices, id);

  for (guint i = 0; device != NULL && i < device->grants->len; i++)
    {
      const CoquillMembershipGrant *entry = &g_array_index (device->grants, CoquillMembershipGrant, i);

      if (entry->role == COQUILL_ROLE_OWNER)
        return self->place[entry->node];
    }

  return G_MAXUINT;
}

static gboolean
is_settled (Evaluation *self, guint index)
{
  for (guint i = 0; i < self->log->removals->len; i++)
    if (g_array_index (self->log->removals, guint, i) == index)
      return TRUE;

  return FALSE;
}

/* Whether an owner would be left if @leaver went. */
static gboolean
owner_remains (Evaluation *self, const guint8 *leaver)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->log->devices);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const CoquillMembershipDevice *device = value;
      gboolean removed = FALSE;

      for (guint i = 0; i < self->log->removals->len; i++)
        removed |= memcmp (removal_target (node_at (self, g_array_index (self->log->removals, guint, i))),
                           device->member->device.sign, 32)
                   == 0;
      if (!removed && device->member->role == COQUILL_ROLE_OWNER
          && memcmp (device->member->device.sign, leaver, 32) != 0)
        return TRUE;
    }

  return FALSE;
}

/* The next removal to settle: revocations, the most senior owner's first; then leaves, the most junior
 * leaver's first, so that the most senior one stays if nobody else would. */
static gboolean
next_removal (Evaluation *self, guint *chosen)
{
  gboolean found = FALSE;
  guint best = 0;

  for (guint i = 0; i < self->log->nodes->len; i++)
    {
      const CoquillMembershipNode *node = node_at (self, self->order[i]);
      guint rank = rank_of (self, node->entry->signer);

      if (!node->counts || node->entry->action != COQUILL_LOG_REVOKE || is_settled (self, node->index)
          || rank_of (self, node->entry->revoke.device) <= rank || (found && best <= rank))
        continue;
      found = TRUE;
      best = rank;
      *chosen = node->index;
    }
  for (guint i = 0; !found && i < self->log->nodes->len; i++)
    {
      const CoquillMembershipNode *node = node_at (self, self->order[self->log->nodes->len - 1 - i]);

      if (!node->counts || node->entry->action != COQUILL_LOG_LEAVE || is_settled (self, node->index)
          || !owner_remains (self, node->entry->signer))
        continue;
      found = TRUE;
      *chosen = node->index;
    }

  return found;
}

/* The greatest epoch that is for live members and open invites only. */
static const CoquillMembershipNode *
greatest_clean_epoch (Evaluation *self)
{
  g_autoptr (GPtrArray) members = coquill_membership_list_members (self->log);
  g_autoptr (GPtrArray) invites = coquill_membership_list_invites (self->log);

  for (guint i = self->log->nodes->len; i > 0; i--)
    {
      const CoquillMembershipNode *node = node_at (self, self->order[i - 1]);
      const CoquillEpochBoxes *boxes;
      gsize n_live = 0;

      if (!node->counts || node->entry->action != COQUILL_LOG_EPOCH)
        continue;
      boxes = node->entry->epoch.boxes;
      for (guint j = 0; j < members->len; j++)
        n_live += coquill_epoch_has_box (boxes,
                                         ((const CoquillMember *)g_ptr_array_index (members, j))->device.box);
      for (guint j = 0; j < invites->len; j++)
        n_live += coquill_epoch_has_box (
            boxes, ((const CoquillMembershipNode *)g_ptr_array_index (invites, j))->entry->invite.keys.box);
      if (n_live == boxes->n_boxes)
        return node;
    }

  return NULL;
}

static void
judge_all (Evaluation *self)
{
  g_hash_table_remove_all (self->log->devices);
  for (guint i = 0; i < self->log->nodes->len; i++)
    node_at (self, i)->counts = FALSE;
  for (guint i = 0; i < self->log->nodes->len; i++)
    {
      CoquillMembershipNode *node = node_at (self, self->order[i]);

      node->counts = judge (self, node);
    }
}

void
coquill_membership_evaluate (CoquillMembership *self)
{
  guint n_nodes = self->nodes->len;
  Evaluation evaluation;
  guint removal;

  if (!self->dirty)
    return;
  self->dirty = FALSE;
  evaluation = (Evaluation){ .log = self };
  evaluation.order = g_new (guint, n_nodes);
  evaluation.place = g_new (guint, n_nodes);
  evaluation.visited = g_new0 (guint, n_nodes);
  evaluation.stack = g_new (guint, n_nodes + 1);
  for (guint i = 0; i < n_nodes; i++)
    evaluation.order[i] = i;
  g_sort_array (evaluation.order, n_nodes, sizeof (guint), compare_nodes, &evaluation);
  for (guint i = 0; i < n_nodes; i++)
    evaluation.place[evaluation.order[i]] = i;

  g_array_set_size (self->removals, 0);
  judge_all (&evaluation);
  while (next_removal (&evaluation, &removal))
    {
      g_array_append_val (self->removals, removal);
      judge_all (&evaluation);
    }
  for (guint i = 0; i < n_nodes; i++)
    {
      CoquillMembershipNode *node = node_at (&evaluation, i);
      gboolean removes
          = node->entry->action == COQUILL_LOG_REVOKE || node->entry->action == COQUILL_LOG_LEAVE;

      node->counts = node->counts && (!removes || is_settled (&evaluation, i));
    }
  for (guint i = 0; i < self->removals->len; i++)
    {
      CoquillMembershipDevice *device = g_hash_table_lookup (
          self->devices, removal_target (node_at (&evaluation, g_array_index (self->removals, guint, i))));

      if (device != NULL)
        device->removed = TRUE;
    }
  self->epoch = greatest_clean_epoch (&evaluation);

  g_free (evaluation.order);
  g_free (evaluation.place);
  g_free (evaluation.visited);
  g_free (evaluation.stack);
}
