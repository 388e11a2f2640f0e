/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-queue.h: messages from one thread to another, many for one wake-up */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** So long at a stretch messages are handled, in microseconds; then what else waits in the context has its
 * turn. */
#define COQUILL_DIRECT_QUEUE_SLICE 4000

/**
 * CoquillDirectQueue:
 *
 * A direct road has two: to the road thread, and back to the main context. The first message that comes into
 * an empty queue wakes the reader up; the others ride along. A reader that was busy for
 * #COQUILL_DIRECT_QUEUE_SLICE goes on behind the frames of a window. The queue counts nothing: what waits in
 * it is bounded by those who push.
 *
 * Reference counted, from any thread.
 */
typedef struct _CoquillDirectQueue CoquillDirectQueue;

/**
 * coquill_direct_queue_new:
 * @context: the reader's
 * @func: takes (transfer full) one message on @context's thread
 * @owner: for @func
 * @free_message: for messages that nobody takes any more
 *
 * Returns: (transfer full): an empty queue
 */
CoquillDirectQueue *
coquill_direct_queue_new (GMainContext *context,
                          void (*func) (gpointer owner, gpointer message),
                          gpointer owner,
                          GDestroyNotify free_message) G_GNUC_WARN_UNUSED_RESULT;

CoquillDirectQueue *
coquill_direct_queue_ref (CoquillDirectQueue *self);
void
coquill_direct_queue_unref (CoquillDirectQueue *self);

/**
 * coquill_direct_queue_push:
 * @message: (transfer full): freed at once if the queue is closed
 *
 * Any thread; never blocks for longer than it takes to append.
 */
void
coquill_direct_queue_push (CoquillDirectQueue *self, gpointer message);

/**
 * coquill_direct_queue_close:
 *
 * On the reader's thread, also from within its function: it is not called again, and what waits is freed.
 */
void
coquill_direct_queue_close (CoquillDirectQueue *self);

G_END_DECLS
