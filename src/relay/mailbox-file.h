/* mailbox-file.h: the relay's one file: rooms, their sealed envelopes, bulletins and doors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "relay/relay-options.h"
#include "sql/database.h"
#include "wire/relay-frame.h"

G_BEGIN_DECLS

/**
 * CoquillMailboxFile:
 *
 * What the relay keeps, in SQLite (application id "CqRl"):
 *
 * - `room`: room (32 bytes); mailbox (16 random bytes: another one means another history); lock and its
 * number; last (the position given out last); bytes (stored); used (the day of its last use); bulletin
 * - `envelope`: room; position (from 1, without gaps); bytes
 * - `knock`: room; id; request; expires (seconds since 1970)
 *
 * Synchronous; used by the mailbox's thread. Nothing counts before the transaction around it is committed.
 */
typedef struct _CoquillMailboxFile CoquillMailboxFile;

/**
 * CoquillMailboxRoom:
 * @found: whether the room exists; nothing else counts if not
 * @lock: (nullable): its encoded lock; owned
 * @last: the position given out last
 * @mailbox: the mailbox's name
 *
 * A room as it is stored.
 */
typedef struct
{
  gboolean found;
  GBytes *lock;
  guint32 lock_number;
  guint64 last;
  guint8 mailbox[COQUILL_RELAY_MAILBOX_SIZE];
} CoquillMailboxRoom;

/**
 * CoquillMailboxItem:
 * @position: of an envelope, or a knock's id
 * @bytes: owned
 */
typedef struct
{
  guint64 position;
  GBytes *bytes;
} CoquillMailboxItem;

/**
 * CoquillMailboxResult:
 * @COQUILL_MAILBOX_FAILED: an error was set; the transaction must be rolled back
 * @COQUILL_MAILBOX_DONE: done
 * @COQUILL_MAILBOX_NO_ROOM: there is no such room
 * @COQUILL_MAILBOX_NOTHING: there is no bulletin
 * @COQUILL_MAILBOX_OVER_LIMIT: the room's or the relay's limit doesn't allow it
 */
typedef enum
{
  COQUILL_MAILBOX_FAILED,
  COQUILL_MAILBOX_DONE,
  COQUILL_MAILBOX_NO_ROOM,
  COQUILL_MAILBOX_NOTHING,
  COQUILL_MAILBOX_OVER_LIMIT,
} CoquillMailboxResult;

/**
 * coquill_mailbox_file_open:
 * @options: outlives the file
 *
 * Opens or makes `mailbox.db` in the data folder.
 *
 * Returns: (transfer full) (nullable): the file, or %NULL with a #CoquillSqlError
 */
CoquillMailboxFile *
coquill_mailbox_file_open (const CoquillRelayOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void
coquill_mailbox_file_close (CoquillMailboxFile *self);

/** Returns: (transfer none): for transactions */
CoquillDatabase *
coquill_mailbox_file_get_database (CoquillMailboxFile *self);

/**
 * coquill_mailbox_file_forget:
 *
 * Forgets what was counted in a transaction that was rolled back.
 */
void
coquill_mailbox_file_forget (CoquillMailboxFile *self);

/**
 * coquill_mailbox_file_read_room:
 * @found: (out caller-allocates): to be cleared with coquill_mailbox_room_clear()
 *
 * Looks a room up, and notes that it is in use.
 */
CoquillMailboxResult
coquill_mailbox_file_read_room (CoquillMailboxFile *self,
                                const guint8 *room,
                                CoquillMailboxRoom *found,
                                GError **error);

/**
 * coquill_mailbox_file_put_lock:
 * @lock: an encoded lock whose signature was checked
 * @number: its number
 * @mailbox: 16 random bytes, for a new room
 *
 * Makes the room, or gives it @lock if that has a greater number than the one it has.
 */
CoquillMailboxResult
coquill_mailbox_file_put_lock (CoquillMailboxFile *self,
                               const guint8 *room,
                               GBytes *lock,
                               guint32 number,
                               const guint8 *mailbox,
                               GError **error);

/**
 * coquill_mailbox_file_append:
 * @position: (out): the envelope's
 */
CoquillMailboxResult
coquill_mailbox_file_append (
    CoquillMailboxFile *self, const guint8 *room, GBytes *envelope, guint64 *position, GError **error);

/**
 * coquill_mailbox_file_read:
 * @after: the position to start after
 * @budget: bytes after which to stop; at least one envelope is given
 * @items: (element-type CoquillMailboxItem): to append to
 * @complete: (out): whether nothing lies beyond
 */
CoquillMailboxResult
coquill_mailbox_file_read (CoquillMailboxFile *self,
                           const guint8 *room,
                           guint64 after,
                           gsize budget,
                           GArray *items,
                           gboolean *complete,
                           GError **error);

CoquillMailboxResult
coquill_mailbox_file_put_bulletin (CoquillMailboxFile *self,
                                   const guint8 *room,
                                   GBytes *bulletin,
                                   GError **error);

/** @bulletin: (out) (transfer full): if DONE */
CoquillMailboxResult
coquill_mailbox_file_get_bulletin (CoquillMailboxFile *self,
                                   const guint8 *room,
                                   GBytes **bulletin,
                                   GError **error);

/** @knock: (out): the request's id */
CoquillMailboxResult
coquill_mailbox_file_add_knock (
    CoquillMailboxFile *self, const guint8 *room, GBytes *request, guint64 *knock, GError **error);

/** @items: (element-type CoquillMailboxItem): to append to */
CoquillMailboxResult
coquill_mailbox_file_read_knocks (CoquillMailboxFile *self,
                                  const guint8 *room,
                                  GArray *items,
                                  GError **error);

CoquillMailboxResult
coquill_mailbox_file_remove_knock (CoquillMailboxFile *self,
                                   const guint8 *room,
                                   guint64 knock,
                                   GError **error);

/** Deletes a room with all that is in it. */
CoquillMailboxResult
coquill_mailbox_file_erase (CoquillMailboxFile *self, const guint8 *room, GError **error);

void
coquill_mailbox_room_clear (CoquillMailboxRoom *self);
void
coquill_mailbox_item_clear (CoquillMailboxItem *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillMailboxFile, coquill_mailbox_file_close)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CoquillMailboxRoom, coquill_mailbox_room_clear)

G_END_DECLS
