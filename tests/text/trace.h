/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace.h: recorded editing histories, read from JSON, gzipped or plain. */

#pragma once

#include <glib.h>

/**
 * TracePatch:
 * @position: code points, in the text that the patch before left
 * @deleted: code points that go away there
 * @inserted: UTF-8 that then comes in there
 */
typedef struct
{
  guint64 position;
  guint64 deleted;
  char *inserted;
} TracePatch;

/**
 * TraceTransaction:
 * @agent: who; 0 in a sequential trace
 * @parents: (nullable): indices of earlier transactions; %NULL in a sequential trace
 * @patches: applied one after another to the text as the parents left it
 */
typedef struct
{
  guint agent;
  guint *parents;
  guint n_parents;
  TracePatch *patches;
  guint n_patches;
} TraceTransaction;

/**
 * Trace:
 * @concurrent: transactions have parents; otherwise each follows the one before it
 * @transactions: in a topological order; text that a sequential trace starts with is typed by the first one
 */
typedef struct
{
  gboolean concurrent;
  guint n_agents;
  char *end_content;
  TraceTransaction *transactions;
  guint n_transactions;
} Trace;

/**
 * trace_path:
 *
 * Looks in the folder that COQUILL_TRACES names, else beside the source folder, in ../shared/traces.
 *
 * Returns: (transfer full) (nullable): the file, %NULL if it isn't there
 */
char *
trace_path (const char *name);

/**
 * trace_load:
 *
 * Fails the test if the file can't be read.
 */
Trace *
trace_load (const char *path);

/**
 * trace_read:
 *
 * Returns: (transfer full) (nullable): %NULL if the file can't be read or is no trace
 */
Trace *
trace_read (const char *path, GError **error);

void
trace_free (Trace *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Trace, trace_free)
