/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oracle.h: a list CRDT that is slow and plainly right, to compare the engine with. */

#pragma once

#include <glib.h>

#include "text/change.h"

/*
 * FugueMax as its paper defines it (Weidner and Kleppmann, "The Art of the Fugue", 2023): a tree of
 * insertions, each the left or the right child of another; the text is its traversal. A new character is a
 * right child of its left origin if that has none in the author's version, and otherwise a left child of its
 * right origin. Left siblings are ordered by id; right siblings by their right origins, the one further to
 * the right first, then by id.
 *
 * All items of all replicas are in one world. A version is a set of items, as bytes, 1 for what it holds. A
 * character is visible in a version that holds its insertion, unless a deletion of it in the version has no
 * restoration in the version.
 */

typedef struct
{
  CoquillOperationKind kind;
  guint agent;
  guint64 sequence;
  gunichar character;

  /* insert */
  gint parent; /* -1: the root */
  gboolean is_right_child;
  gint right_origin;                      /* -1: the end */
  GArray *left_children, *right_children; /* gint */
  GArray *deletions;                      /* gint */

  /* delete: the insertion; restore: the deletion */
  gint target;
  GArray *restorations; /* gint, of a deletion */
} OracleItem;

typedef struct
{
  GPtrArray *agents; /* CoquillAgent */
  GPtrArray *items;  /* OracleItem */
  GArray *order;     /* gint: all insertions, in the order of the text */
  GArray *root_children;
  GHashTable *numbers; /* agent << 40 | sequence, to the item's number + 1 */
} Oracle;

Oracle *
oracle_new (void);
void
oracle_free (Oracle *self);
guint
oracle_add_agent (Oracle *self, const CoquillAgent *agent);

/* The number of an item, -1 if there is none. */
gint
oracle_find (Oracle *self, guint agent, guint64 sequence);

/* One item each, made by an agent that knows a version; the version then holds it too. */
gint
oracle_insert (Oracle *self, GByteArray *version, guint agent, guint64 position, gunichar character);
gint
oracle_delete (Oracle *self, GByteArray *version, guint agent, guint64 position);
gint
oracle_restore (Oracle *self, GByteArray *version, guint agent, gint deletion);
gint
oracle_record (Oracle *self, GByteArray *version, guint agent);

gboolean
oracle_is_visible (Oracle *self, GByteArray *version, gint insertion);

/* The numbers of the visible insertions in their order. */
GArray *
oracle_visible (Oracle *self, GByteArray *version);

/* How many visible characters stand before an insertion. */
guint64
oracle_place (Oracle *self, GByteArray *version, gint insertion);
