/* membership-private.h: what the graph and its evaluation share */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/membership.h"

G_BEGIN_DECLS

/**
 * CoquillMembershipGrant:
 * @node: index of the entry that gave the role
 * @role: the role
 */
typedef struct
{
  guint node;
  CoquillRole role;
} CoquillMembershipGrant;

/**
 * CoquillMembershipDevice:
 * @member: (owned): as told to others; its role is the last grant's
 * @grants: (element-type CoquillMembershipGrant): in the order of (depth, id)
 * @removed: by a removal that counts
 */
typedef struct
{
  CoquillMember *member;
  GArray *grants;
  gboolean removed;
} CoquillMembershipDevice;

struct CoquillMembership
{
  guint8 document[32];
  GPtrArray *nodes;  /* parents before children */
  GHashTable *by_id; /* node → node, by the id that it begins with */
  gsize bytes;
  GPtrArray *held; /* nodes with missing parents */
  gsize held_bytes;

  /* What follows from the nodes: valid unless dirty. */
  gboolean dirty;
  GHashTable *devices; /* id inside of the value → CoquillMembershipDevice */
  GArray *removals;    /* (element-type guint): nodes of revocations and leaves that count */
  const CoquillMembershipNode *epoch;
};

/** Brings what follows from the nodes up to date. */
void
coquill_membership_evaluate (CoquillMembership *self);

G_END_DECLS
