/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watcher.h: tells what happens in a document, one line at a time. */
#pragma once

#include "replica/replica.h"

G_BEGIN_DECLS

/*
 * One JSON object a line. All have "time" (microseconds of the real-time clock) and "event":
 *
 * - open: id, title, text, length. First of all: what the following changes apply to.
 * - text: position, deleted, inserted, local, author. A contiguous change, in code points; author is {device,
 *   name} or null.
 * - present: device, name, color, self. Somebody is on line; told for everyone there at the start.
 * - absent: device, name. Somebody has gone.
 * - caret: device, name, caret, anchor. Somebody's caret moved.
 * - road: device, name, road, round_trip, sent, received, age, why, words, refused. By which road somebody is
 *   reached ("none", "relay", "direct"), milliseconds there and back (-1 unknown), bytes on direct roads,
 * seconds since the road became this one (-1 unknown), why it isn't direct (see
 * coquill_road_why_to_string()), the same in words, and what this document's direct roads have counted (see
 * coquill_replica_dup_road_counts()). Told when road or why changes, and, as JSON, every 5 s while bytes
 * move.
 * - status: status, words. See CoquillReplicaStatus.
 * - title: title.
 * - saved: lines. attach only: so many lines of the input are on disk.
 * - error: line, message. attach only: a line of the input was refused.
 */

#define COQUILL_TYPE_WATCHER (coquill_watcher_get_type ())
/**
 * CoquillWatcher:
 *
 * Watches an open replica and writes to a stream. Lines wait in memory while the reader is slow; if more than
 * 64 MiB wait, it stops and cancels: silence would be a lie.
 */
G_DECLARE_FINAL_TYPE (CoquillWatcher, coquill_watcher, COQUILL, WATCHER, GObject)

/**
 * coquill_watcher_new:
 * @replica: an open replica
 * @stream: where to write
 * @as_json: JSON lines; else short lines for people
 * @broken: cancelled when nobody reads any more
 *
 * Returns: (transfer full):
 */
CoquillWatcher *
coquill_watcher_new (CoquillReplica *replica, GOutputStream *stream, gboolean as_json, GCancellable *broken);

/** Tells that the first @lines lines of the input are on disk. */
void
coquill_watcher_tell_saved (CoquillWatcher *self, guint64 lines);

/** Tells that line @line (from 1) of the input was refused. */
void
coquill_watcher_tell_error (CoquillWatcher *self, guint64 line, const char *message);

/** Writes what still waits. */
void
coquill_watcher_flush_async (CoquillWatcher *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean
coquill_watcher_flush_finish (CoquillWatcher *self, GAsyncResult *result, GError **error);

G_END_DECLS
