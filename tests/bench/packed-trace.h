/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packed-trace.h: a recorded history in a few arrays, as it is played against the clock. */

#pragma once

#include <glib.h>

/**
 * PackedPatch:
 * @position: code points
 * @deleted: code points
 * @length: code points inserted
 * @bytes: their UTF-8
 * @offset: where these start in the trace's text
 */
typedef struct
{
  guint32 position;
  guint32 deleted;
  guint32 length;
  guint32 bytes;
  guint32 offset;
} PackedPatch;

/**
 * PackedTransaction:
 *
 * Indices into the trace's arrays.
 */
typedef struct
{
  guint32 agent;
  guint32 first_parent;
  guint32 n_parents;
  guint32 first_patch;
  guint32 n_patches;
} PackedTransaction;

/**
 * PackedTrace:
 * @text: all inserted text, in the order of the patches
 * @end: the text that the history ends with
 *
 * All arrays lie one behind another in one mapping: reading the file leaves no holes in this process's heap,
 * which would otherwise be measured with what is allocated next.
 */
typedef struct
{
  gboolean concurrent;
  guint32 n_agents;
  guint32 n_transactions;
  guint32 n_patches;
  guint32 n_parents;
  gsize text_bytes;
  gsize end_bytes;
  const PackedTransaction *transactions;
  const PackedPatch *patches;
  const guint32 *parents;
  const char *text;
  const char *end;

  /*< private >*/
  void *mapping;
  gsize mapping_size;
} PackedTrace;

/**
 * packed_trace_load:
 *
 * Reads a trace in a process of its own, and maps what that found.
 *
 * Returns: (transfer full) (nullable): %NULL if the file is no trace; the other process said why
 */
PackedTrace *
packed_trace_load (const char *path);

void
packed_trace_free (PackedTrace *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PackedTrace, packed_trace_free)
