/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oracle.h: a list CRDT that is plainly right, to compare the engine with. */

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
 * All items of all replicas are in one world, numbered as they are made; 0 is the root of the tree, which is
 * in every version and never visible. A character is visible in a version that holds its insertion, unless a
 * deletion of it in the version has no restoration in the version.
 *
 * What is kept beside the tree, the order of all insertions and who is visible, is compared with its
 * definition by oracle_check(). Every call is at most linear in the document.
 */

/* Marks the end as a right origin. */
#define ORACLE_END (-1)

typedef struct
{
  CoquillOperationKind kind;
  guint agent;
  guint64 sequence;
  guint64 position;   /* in the author's version */
  gunichar character; /* insert */
  gint target;        /* delete: the insertion; restore: the deletion */
  gint *parents;      /* heads of the author's version */
  guint n_parents;
  guint depth;    /* the longest path from the start of the history */
  char record[3]; /* record: its bytes */
  guint8 record_length;
  GArray *undoers; /* gint: of an insertion its deletions, of a deletion its restorations; NULL if none */

  /* The tree, of insertions. */
  gint parent, left_origin, right_origin;
  gboolean is_right_child;
  gint first_left, first_right, next_sibling; /* 0: none */
  guint index;                                /* in the order */
} OracleItem;

typedef struct
{
  CoquillAgent id;
  CoquillAgentPrevious previous;
  GArray *items; /* gint, by sequence */
} OracleAgent;

/* Faults to plant, to see that they are found. */
typedef enum
{
  ORACLE_SOUND,
  ORACLE_TIES_REVERSED,      /* siblings in descending order of their ids */
  ORACLE_NO_RIGHT_ORIGINS,   /* right siblings by id alone: Fugue, not FugueMax */
  ORACLE_RESTORES_CHARACTER, /* a restoration cancels all deletions of the character */
  ORACLE_INTERLEAVES,        /* only right children, the deepest in the event graph first: RGA */
  ORACLE_CRASHES,            /* at a restoration */
} OracleFault;

typedef struct
{
  OracleFault fault;
  GPtrArray *agents; /* OracleAgent */
  GArray *items;     /* OracleItem */
  GArray *order;     /* gint: the root and all insertions, in the order of the text */
} Oracle;

/* A set of items with all their ancestors. */
typedef struct
{
  guint8 *known;   /* by number */
  guint8 *visible; /* by number */
  guint16 *undone; /* of an insertion: deletions that stand; of a deletion: restorations */
  guint capacity;
  guint n_known;  /* without the root */
  guint64 length; /* visible characters */
  GArray *heads;  /* gint */
} OracleVersion;

Oracle *
oracle_new (OracleFault fault);
void
oracle_free (Oracle *self);
guint
oracle_add_agent (Oracle *self, const CoquillAgent *agent, const CoquillAgentPrevious *previous);

OracleVersion *
oracle_version_new (void);
void
oracle_version_free (OracleVersion *self);

static inline const OracleItem *
oracle_item (const Oracle *self, gint number)
{
  return &g_array_index (self->items, OracleItem, number);
}

static inline OracleAgent *
oracle_agent (const Oracle *self, guint agent)
{
  return g_ptr_array_index (self->agents, agent);
}

static inline gboolean
oracle_knows (const OracleVersion *version, gint number)
{
  return (guint)number < version->capacity && version->known[number] != 0;
}

static inline gboolean
oracle_shows (const OracleVersion *version, gint number)
{
  return (guint)number < version->capacity && version->visible[number] != 0;
}

/* The number of an item, -1 if there is none. */
gint
oracle_find (const Oracle *self, guint agent, guint64 sequence);

/* The number of the agent with an id, G_MAXUINT if there is none. */
guint
oracle_find_agent (const Oracle *self, const CoquillAgent *agent);

/* The version then holds an item whose parents it holds. */
void
oracle_learn (Oracle *self, OracleVersion *version, gint number);

/* One item each, made by an agent that knows a version; the version then holds it too. */
gint
oracle_insert (Oracle *self, OracleVersion *version, guint agent, guint64 position, gunichar character);
gint
oracle_delete (Oracle *self, OracleVersion *version, guint agent, guint64 position);
gint
oracle_restore (Oracle *self, OracleVersion *version, guint agent, gint deletion);
gint
oracle_record (Oracle *self, OracleVersion *version, guint agent, const char bytes[3], guint n_bytes);

/* The numbers of the visible insertions in their order. */
GArray *
oracle_text (const Oracle *self, const OracleVersion *version);

/* For each place in the order, how many visible characters stand before it. */
GArray *
oracle_places (const Oracle *self, const OracleVersion *version);

/* How many visible characters stand before an insertion. */
guint64
oracle_place (const Oracle *self, const OracleVersion *version, gint insertion);

/* Whether the order is the traversal of the tree, and what is visible is so by definition. */
gboolean
oracle_check (const Oracle *self, const OracleVersion *version);

/* oracle-interleaving.c: whether runs interleave no more than they must, by the paper's definition. */
gboolean
oracle_is_maximally_non_interleaving (const Oracle *self, const OracleVersion *version);
