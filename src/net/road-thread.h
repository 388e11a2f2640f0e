/* road-thread.h: the thread on which direct roads live, with a main context of its own */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillRoadThread:
 *
 * libnice and QUIC of all direct roads run on one thread per process, away from the window: a burst of
 * datagrams costs no frame, and a slow frame costs no acknowledgement. Work goes over with
 * coquill_road_thread_run() and comes back with coquill_road_thread_reply(); nothing is shared but what is
 * handed over.
 */
typedef struct _CoquillRoadThread CoquillRoadThread;

/**
 * coquill_road_thread_ref_default:
 *
 * The first reference starts the thread. Any thread but the road thread's own functions may call it; it never
 * blocks for longer than starting a thread takes.
 *
 * Returns: (transfer full): the process's road thread; coquill_road_thread_unref()
 */
CoquillRoadThread *
coquill_road_thread_ref_default (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_road_thread_unref:
 * @self: (transfer full): a road thread
 *
 * The last reference ends the thread once it has done all that was given to coquill_road_thread_run() before,
 * and what that gave in turn. Returns at once; the thread ends by itself and leaves nothing behind. May be
 * called on any thread, the road thread too.
 */
void
coquill_road_thread_unref (CoquillRoadThread *self);

/**
 * coquill_road_thread_get_context:
 *
 * Returns: (transfer none): the thread's context, which is also its thread-default one. Sources may be
 * attached from any thread; whoever attaches one holds a reference on the thread while it is there.
 */
GMainContext *
coquill_road_thread_get_context (CoquillRoadThread *self);

/**
 * coquill_road_thread_is_current:
 *
 * Returns: whether the caller runs on the road thread
 */
gboolean
coquill_road_thread_is_current (CoquillRoadThread *self);

/**
 * coquill_road_thread_run:
 * @func: called once on the road thread; its result means nothing
 * @data: for @func
 * @destroy: (nullable): called on the road thread after @func
 *
 * Runs functions on the road thread, one after another, in the order in which they were given (by one
 * thread). Never called from within this call, also on the road thread itself. The queue has no bound of its
 * own: those who give work bound what they have under way (envelopes by the channel's queue, signals by the
 * relay's rate).
 */
void
coquill_road_thread_run (CoquillRoadThread *self, GSourceFunc func, gpointer data, GDestroyNotify destroy);

/**
 * coquill_road_thread_reply:
 * @context: (nullable): where to call it: the main context that asked; %NULL for the global default
 * @func: called once in @context; its result means nothing
 * @data: for @func
 * @destroy: (nullable): called in @context after @func
 *
 * The way back: runs functions in @context, in the order given, at the default priority, so that neither a
 * flood of envelopes starves the window's frames nor frames starve the road. Never called from within this
 * call. What waits there is bounded by QUIC's credit: a peer may have sent at most 8 MiB that the main thread
 * hasn't taken.
 */
void
coquill_road_thread_reply (GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify destroy);

/**
 * coquill_road_thread_ref_current:
 *
 * For what must end in peace on the road thread after its owner has let go of it.
 *
 * Returns: (transfer full) (nullable): the road thread that the caller runs on, %NULL on any other thread
 */
CoquillRoadThread *
coquill_road_thread_ref_current (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_road_thread_wait_ended:
 * @patience: microseconds at most
 *
 * Blocks until no road thread runs in this process: for the end of a program, so that peers and TURN servers
 * hear its last words, and for tests. Let go of all references before.
 *
 * Returns: %FALSE if one still runs
 */
gboolean
coquill_road_thread_wait_ended (gint64 patience);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillRoadThread, coquill_road_thread_unref)

G_END_DECLS
