/* mailbox.h: the relay's memory, behind a thread of its own */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "relay/mailbox-file.h"

G_BEGIN_DECLS

/** Jobs of one transaction at most: bounds the time to an answer, and the cost of starting again. */
#define COQUILL_MAILBOX_BATCH 512

/**
 * CoquillMailbox:
 *
 * Takes jobs from the main thread, does all that wait in one transaction (group commit: one sync for many
 * posts), and answers on the main thread when it is on the disk. Jobs are done in the order they were given.
 * If one of a batch fails, each is done again in a transaction of its own, so that only the guilty one fails.
 */
typedef struct _CoquillMailbox CoquillMailbox;

/**
 * CoquillMailboxWork:
 * @COQUILL_MAILBOX_ENTER: look the room up, and give it @data as its lock if there is one → @found
 * @COQUILL_MAILBOX_APPEND: @data → @position
 * @COQUILL_MAILBOX_READ: after @position, up to @budget → @items, @complete
 * @COQUILL_MAILBOX_PUT_BULLETIN: @data
 * @COQUILL_MAILBOX_GET_BULLETIN: → @data
 * @COQUILL_MAILBOX_ADD_KNOCK: @data → @position
 * @COQUILL_MAILBOX_READ_KNOCKS: → @items
 * @COQUILL_MAILBOX_REMOVE_KNOCK: @position
 * @COQUILL_MAILBOX_ERASE: delete the room
 */
typedef enum
{
  COQUILL_MAILBOX_ENTER,
  COQUILL_MAILBOX_APPEND,
  COQUILL_MAILBOX_READ,
  COQUILL_MAILBOX_PUT_BULLETIN,
  COQUILL_MAILBOX_GET_BULLETIN,
  COQUILL_MAILBOX_ADD_KNOCK,
  COQUILL_MAILBOX_READ_KNOCKS,
  COQUILL_MAILBOX_REMOVE_KNOCK,
  COQUILL_MAILBOX_ERASE,
} CoquillMailboxWork;

typedef struct _CoquillMailboxJob CoquillMailboxJob;

/**
 * CoquillMailboxDone:
 * @job: valid during the call
 * @server: what coquill_mailbox_new() was given
 *
 * Runs on the main thread when @job is on the disk, or failed.
 */
typedef void (*CoquillMailboxDone) (CoquillMailboxJob *job, gpointer server);

/**
 * CoquillMailboxJob:
 * @done: (nullable): what to call at the end
 * @session, @handle, @reference, @serial: the asker's, to find its way back: not looked at here
 * @context: (nullable): the asker's; freed with @free_context
 * @budget: bytes that it may bring into memory
 * @result: how it ended
 * @error: (nullable): if FAILED
 *
 * One job: the input fields its work names, then the output.
 */
struct _CoquillMailboxJob
{
  CoquillMailboxWork work;
  CoquillMailboxDone done;
  guint64 session;
  guint32 handle;
  guint64 reference;
  guint64 serial;
  gpointer context;
  GDestroyNotify free_context;

  guint8 room[COQUILL_RELAY_ROOM_SIZE];
  guint8 mailbox[COQUILL_RELAY_MAILBOX_SIZE];
  guint32 lock_number;
  GBytes *data;
  gsize budget;
  guint64 position;

  CoquillMailboxResult result;
  GError *error;
  CoquillMailboxRoom found;
  GArray *items;
  gboolean complete;
};

/**
 * coquill_mailbox_new:
 * @file: (transfer full): an open file
 * @server: for the done callbacks
 *
 * Starts the thread.
 */
CoquillMailbox *
coquill_mailbox_new (CoquillMailboxFile *file, gpointer server) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_mailbox_free:
 *
 * Does what waits, ends the thread and closes the file. Blocks; done callbacks that haven't run do not run.
 */
void
coquill_mailbox_free (CoquillMailbox *self);

/**
 * coquill_mailbox_job_new:
 *
 * Returns: (transfer full): an empty job about @room
 */
CoquillMailboxJob *
coquill_mailbox_job_new (CoquillMailboxWork work,
                         const guint8 *room,
                         CoquillMailboxDone done) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_mailbox_push:
 * @job: (transfer full): what to do
 */
void
coquill_mailbox_push (CoquillMailbox *self, CoquillMailboxJob *job);

/**
 * coquill_mailbox_get_queued:
 *
 * Returns: bytes given to the mailbox and not answered; readers are paused by it
 */
gsize
coquill_mailbox_get_queued (CoquillMailbox *self);

/** Returns: jobs given to the mailbox and not answered */
guint
coquill_mailbox_get_pending (CoquillMailbox *self);

G_END_DECLS
