/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history.h: a trace as the changes that its authors would have sent. */

#pragma once

#include "packed-trace.h"
#include "text/change.h"
#include "text/text-version.h"

/**
 * History:
 * @lives: per transaction, its change encoded by itself
 * @ends: where each one's bytes end in @lives; @n_lives of them
 * @blocks: the whole history, encoded compactly, in as few blocks as the codec's limits allow
 * @snapshot: of its end
 */
typedef struct
{
  CoquillBuffer lives;
  gsize *ends;
  guint n_lives;
  CoquillBuffer *blocks;
  guint n_blocks;
  CoquillBuffer snapshot;
} History;

/**
 * history_new:
 * @message: (out): (transfer full): why it failed
 *
 * A sequential trace has one author, whose edits are made as they are played. The transactions of a
 * concurrent one are merged one by one. One without patches is a record of no bytes, so that it can be a
 * parent; an author who was in two places at once becomes two.
 *
 * Returns: (transfer full) (nullable): %NULL if the engine refused something, or the text isn't as the trace
 * ends
 */
History *
history_new (const PackedTrace *trace, char **message);

void
history_free (History *self);

/**
 * history_play:
 *
 * Makes a sequential trace's edits in @text, by @agent.
 *
 * Returns: false if one was refused
 */
gboolean
history_play (const PackedTrace *trace, CoquillText *text, guint32 agent);

/**
 * history_agent:
 *
 * Returns: the agent that stands for a number; agents are ordered as their numbers
 */
CoquillAgent
history_agent (guint32 number);

/**
 * history_encode:
 *
 * Encodes all of @text compactly. A history beyond the limits of one change is cut into blocks.
 *
 * Returns: (transfer full): @n_blocks buffers
 */
CoquillBuffer *
history_encode (CoquillText *text, guint *n_blocks);

/**
 * history_size:
 *
 * Returns: bytes of all blocks
 */
gsize
history_size (const CoquillBuffer *blocks, guint n_blocks);

void
history_free_blocks (CoquillBuffer *blocks, guint n_blocks);

/**
 * history_text_is:
 *
 * Returns: whether @text is exactly those bytes, @times times one after another
 */
gboolean
history_text_is (CoquillText *text, const char *bytes, gsize n_bytes, guint times);
