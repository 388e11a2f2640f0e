/* document.h: a document: its text, records, people and keys, and all that may change them */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/body.h"
#include "document/coverage.h"
#include "document/error.h"
#include "document/member.h"
#include "text/text.h"
#include "trust/device-keys.h"
#include "trust/envelope.h"
#include "trust/invite-keys.h"
#include "trust/link.h"
#include "trust/room-lock.h"
#include "wire/anchor.h"
#include "wire/hello.h"
#include "wire/role.h"

G_BEGIN_DECLS

/**
 * CoquillDocument:
 *
 * Pure: bytes and the time (microseconds since 1970) come in as arguments, bodies to store and to send go out
 * as return values; it has no main loop, reads no clock and no file. Random bytes come from trust/random.h,
 * which a simulator can seed. One thread at a time; all of Coquill uses it on the main thread.
 *
 * Data flows in one way: bodies are given to coquill_document_accept(), local edits to
 * coquill_document_insert() and its kin; both are in memory at once. What was edited here comes out of
 * coquill_document_flush(), signed.
 */
typedef struct CoquillDocument CoquillDocument;

/**
 * CoquillDocumentNews:
 * @COQUILL_DOCUMENT_NEWS_RECORDS: a title, a language, a name changed
 * @COQUILL_DOCUMENT_NEWS_MEMBERS: somebody came in, or a role changed
 * @COQUILL_DOCUMENT_NEWS_KEYS: coquill_document_save_keys() gives something else now: store it
 * @COQUILL_DOCUMENT_NEWS_BULLETIN: coquill_document_dup_bulletin() gives something else now: put it up
 * @COQUILL_DOCUMENT_NEWS_OUTGOING: coquill_document_flush() has something to give
 * @COQUILL_DOCUMENT_NEWS_ADMITTED: this device became a member and may edit
 *
 * What changed since the last coquill_document_take_news().
 */
typedef enum
{
  COQUILL_DOCUMENT_NEWS_RECORDS = 1 << 0,
  COQUILL_DOCUMENT_NEWS_MEMBERS = 1 << 1,
  COQUILL_DOCUMENT_NEWS_KEYS = 1 << 2,
  COQUILL_DOCUMENT_NEWS_BULLETIN = 1 << 3,
  COQUILL_DOCUMENT_NEWS_OUTGOING = 1 << 4,
  COQUILL_DOCUMENT_NEWS_ADMITTED = 1 << 5,
} CoquillDocumentNews;

/**
 * CoquillAccept:
 * @COQUILL_ACCEPT_ACCEPTED: new and now part of the document
 * @COQUILL_ACCEPT_KNOWN: all of it was here
 * @COQUILL_ACCEPT_HELD: something that it needs is missing: ancestors, log entries, this device's own
 * history; it waits
 * @COQUILL_ACCEPT_FULL: as HELD, but too much is waiting already: it was dropped and must be given again
 * @COQUILL_ACCEPT_REFUSED: broken, forged or impossible: nothing that an honest replica passes on
 *
 * What became of a body.
 */
typedef enum
{
  COQUILL_ACCEPT_ACCEPTED,
  COQUILL_ACCEPT_KNOWN,
  COQUILL_ACCEPT_HELD,
  COQUILL_ACCEPT_FULL,
  COQUILL_ACCEPT_REFUSED,
} CoquillAccept;

/* Life */

/**
 * coquill_document_found:
 * @keys: this device's, referenced
 * @name: (nullable): the device's name in the log
 * @now: the time
 *
 * Makes a document: the founding entry, room keys and the first epoch. They are the first things flushed.
 *
 * Returns: (transfer full): an empty document owned by this device
 */
CoquillDocument *
coquill_document_found (CoquillDeviceKeys *keys, const char *name, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_document_join:
 * @link: a parsed link
 * @bulletin: the room's bulletin
 * @name: (nullable): the device's name in the log
 * @error: return location: %COQUILL_DOCUMENT_ERROR_NOT_ALLOWED if the bulletin has no box for the invite (it
 * was withdrawn), or a decoding error
 *
 * Opens the invite's box. The document knows its id, its room and the epoch keys from now on, and nothing
 * else: fetch the mailbox and accept what comes. When the log with founding entry and invite is here, the
 * entry that lets this device in is signed by itself (%COQUILL_DOCUMENT_NEWS_OUTGOING,
 * %COQUILL_DOCUMENT_NEWS_ADMITTED).
 *
 * Returns: (transfer full): a document without text, or %NULL
 */
CoquillDocument *
coquill_document_join (CoquillDeviceKeys *keys,
                       const CoquillLink *link,
                       GBytes *bulletin,
                       const char *name,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_document_load:
 * @id: 32 bytes
 * @saved_keys: from coquill_document_save_keys()
 * @snapshot: (nullable): the newest from coquill_document_save_snapshot(), or %NULL if none was ever stored
 * @error: return location; a damaged snapshot is %COQUILL_DOCUMENT_ERROR_MALFORMED: load without it and
 * replay
 *
 * The text is here at once and can be edited. Then, in this order:
 * 1. each body stored after the snapshot: coquill_document_load_tail();
 * 2. in idle time, each body stored up to the snapshot, oldest first: coquill_document_add_history();
 * 3. coquill_document_end_history().
 *
 * Until 3, what others send is held, and coquill_document_missing() has nothing to give.
 *
 * Returns: (transfer full): the document, or %NULL
 */
CoquillDocument *
coquill_document_load (CoquillDeviceKeys *keys,
                       const guint8 *id,
                       GBytes *saved_keys,
                       GBytes *snapshot,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_document_load_tail:
 *
 * Gives a body that was stored after the snapshot. What can be shown without history is shown at once, the
 * rest with coquill_document_end_history(). Signatures of stored bodies were checked when they came and
 * aren't checked again.
 */
gboolean
coquill_document_load_tail (CoquillDocument *self, CoquillPayloadKind kind, GBytes *bytes, GError **error);

/**
 * coquill_document_add_history:
 *
 * Gives a body that was stored before the snapshot, in the order in which they were stored. The text doesn't
 * change. Cost O(items).
 */
gboolean
coquill_document_add_history (CoquillDocument *self, CoquillPayloadKind kind, GBytes *bytes, GError **error);

/**
 * coquill_document_end_history:
 * @func: (nullable): told what changes in the text
 * @accepted: (nullable) (element-type CoquillBody): held bodies that were accepted now are appended
 * @error: return location of %COQUILL_DOCUMENT_ERROR_NOT_HERE: blocks are missing; the document stays as it
 * is
 *
 * Says that all stored bodies were given.
 */
gboolean
coquill_document_end_history (
    CoquillDocument *self, CoquillTextDeltaFunc func, gpointer data, GPtrArray *accepted, GError **error);

/** Whether all history is here and others' changes are merged as they come. */
gboolean
coquill_document_has_history (CoquillDocument *self);
/** Whether bodies wait for what they build on. */
gboolean
coquill_document_has_held (CoquillDocument *self);

/**
 * coquill_document_save_snapshot:
 *
 * Text, records, log and digests, to be stored in place of the last one, together with the position of the
 * last body that was stored before it: everything flushed must have been handed to the store. Undo is not
 * kept. O(text).
 *
 * Returns: (transfer full) (nullable): bytes for coquill_document_load(); %NULL if something was not flushed,
 * or stored bodies are still waiting for history
 */
GBytes *
coquill_document_save_snapshot (CoquillDocument *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_document_save_keys:
 *
 * Epoch keys, room keys and invite seeds. Secret: they belong in a file that only the user can read. To be
 * stored whenever %COQUILL_DOCUMENT_NEWS_KEYS says so, in the same commit as what was accepted or flushed.
 *
 * Returns: (transfer full): bytes for coquill_document_load()
 */
GBytes *
coquill_document_save_keys (CoquillDocument *self) G_GNUC_WARN_UNUSED_RESULT;

void
coquill_document_free (CoquillDocument *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillDocument, coquill_document_free)

/* Who and what */

/** Returns: (transfer none): 32 bytes */
const guint8 *
coquill_document_get_id (CoquillDocument *self);
/** Returns: (transfer none): this device's id, 32 bytes */
const guint8 *
coquill_document_get_device (CoquillDocument *self);
/** Returns: (transfer none): to read from; never edit it behind the document's back */
CoquillText *
coquill_document_get_text (CoquillDocument *self);
/** Returns: a mask of #CoquillDocumentNews, which is then empty */
CoquillDocumentNews
coquill_document_take_news (CoquillDocument *self);

/** Whether this device may write the text: a member with role editor or owner. */
gboolean
coquill_document_can_edit (CoquillDocument *self);
/** Whether this device joins and is not a member yet. */
gboolean
coquill_document_is_joining (CoquillDocument *self);
/** coquill_document_list_members: (transfer full) (element-type CoquillMember): live devices, by device id */
GPtrArray *
coquill_document_list_members (CoquillDocument *self);
/** coquill_document_get_role: Returns: @device's role, 0 if it is no member */
CoquillRole
coquill_document_get_role (CoquillDocument *self, const guint8 *device);
/** coquill_document_dup_name: (transfer full) (nullable): what @device is called: its record, else its name
 * in the log */
char *
coquill_document_dup_name (CoquillDocument *self, const guint8 *device);
/** coquill_document_get_author: (transfer none): 32 bytes, the device behind a text delta's agent */
const guint8 *
coquill_document_get_author (CoquillDocument *self, guint32 agent);

/* Local edits. All fail with %COQUILL_DOCUMENT_ERROR_NOT_ALLOWED unless coquill_document_can_edit(). */

/**
 * coquill_document_insert:
 * @position: code points, at most the length
 * @text: UTF-8 without U+0000
 * @bytes: its length
 * @now: for grouping
 *
 * O(log n).
 */
gboolean
coquill_document_insert (
    CoquillDocument *self, guint64 position, const char *text, gsize bytes, gint64 now, GError **error);
gboolean
coquill_document_delete (CoquillDocument *self, guint64 position, guint64 count, gint64 now, GError **error);

/** Edits until the matching end are one step of undo. They nest. */
void
coquill_document_begin_group (CoquillDocument *self);
void
coquill_document_end_group (CoquillDocument *self);

/**
 * coquill_document_undo:
 * @func: (nullable): told what changes in the text
 * @caret: (out) (optional): where the change was, code points
 *
 * Takes back this device's last step of this run that others left something of: of an insertion what is left
 * of it goes; a deletion's characters come back, the same ones at their place. What others did since stays.
 * The law is in README.md. O(edits of the step · log n).
 *
 * Returns: whether there was such a step
 */
gboolean
coquill_document_undo (
    CoquillDocument *self, gint64 now, CoquillTextDeltaFunc func, gpointer data, guint64 *caret);
gboolean
coquill_document_redo (
    CoquillDocument *self, gint64 now, CoquillTextDeltaFunc func, gpointer data, guint64 *caret);
gboolean
coquill_document_can_undo (CoquillDocument *self);
/** What was edited so far is taken back no more: what a new document starts with is nobody's step. */
void
coquill_document_forget_undo (CoquillDocument *self);
gboolean
coquill_document_can_redo (CoquillDocument *self);

/* Records: ("document", "", "title"), ("document", "", "language"), ("people", device in hexadecimal, "name"
 * or "color") */

/**
 * coquill_document_set_record:
 * @value: (nullable): UTF-8; %NULL removes it. Nothing is written if it is that already
 */
gboolean
coquill_document_set_record (CoquillDocument *self,
                             const char *collection,
                             const char *item,
                             const char *field,
                             const char *value,
                             GError **error);
/** coquill_document_get_record: (transfer none) (nullable): valid until the next change; %NULL if not set */
const char *
coquill_document_get_record (CoquillDocument *self,
                             const char *collection,
                             const char *item,
                             const char *field);

/* Bodies out and in */

/**
 * coquill_document_flush:
 *
 * Signs everything edited here since the last flush: one signature at the agent's end, more for a large
 * paste, so that each body stays below %COQUILL_BODY_MAX. To be stored and sent, in this order. O(items).
 *
 * Returns: (transfer full) (element-type CoquillBody): perhaps none
 */
GPtrArray *
coquill_document_flush (CoquillDocument *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_document_accept:
 * @bytes: a body from anybody
 * @func: (nullable): told what changes in the text
 * @accepted: (nullable) (element-type CoquillBody): what became part of the document now is appended in
 * causal order, to be stored and passed on: this body if it was accepted, and held ones that had waited for
 * it
 * @error: return location, set with %COQUILL_ACCEPT_REFUSED only
 *
 * Decodes, checks signatures and rights, merges. O(items) plus what coquill_text_merge() costs.
 */
CoquillAccept
coquill_document_accept (CoquillDocument *self,
                         CoquillPayloadKind kind,
                         GBytes *bytes,
                         CoquillTextDeltaFunc func,
                         gpointer data,
                         GPtrArray *accepted,
                         GError **error);

/**
 * coquill_document_get_vector:
 * @hello: its heads, vector and forks are set
 *
 * What this replica has: log heads, and one entry per device for its chain of agents; agents beside the chain
 * are forks.
 */
void
coquill_document_get_vector (CoquillDocument *self, CoquillHello *hello);

/**
 * coquill_document_cover:
 * @vector: from a peer's hello or want
 * @coverage: what the peer has by it is added
 *
 * Spells a vector out: an entry covers the device's earlier agents too. Whatever the entries say:
 * O(agents + entries), times a logarithm.
 *
 * Returns: whether the vector has items that this replica lacks
 */
gboolean
coquill_document_cover (CoquillDocument *self, const CoquillWireVector *vector, CoquillCoverage *coverage);

/** Adds the ancestors of @heads as far as they are known. Returns: whether a head is unknown here */
gboolean
coquill_document_cover_log (CoquillDocument *self,
                            const CoquillDigest *heads,
                            gsize n_heads,
                            CoquillCoverage *coverage);

/**
 * coquill_document_missing:
 * @coverage: what the other side has
 * @device: (nullable): only items and entries by this device, 32 bytes
 * @budget: bytes, after which it stops; at least one body is given
 * @complete: (out) (optional): whether it is all
 *
 * What the other side lacks: log entries first, then items in causal order. The bodies are not added to
 * @coverage.
 *
 * Returns: (transfer full) (element-type CoquillBody): bodies; none while history is not here
 */
GPtrArray *
coquill_document_missing (CoquillDocument *self,
                          CoquillCoverage *coverage,
                          const guint8 *device,
                          gsize budget,
                          gboolean *complete) G_GNUC_WARN_UNUSED_RESULT;

/* People and keys */

/**
 * coquill_document_invite:
 * @error: return location of %COQUILL_DOCUMENT_ERROR_NOT_ALLOWED
 *
 * Makes an open invite with the role editor, and the epoch that lets its holder read; or gives the one that
 * this device made before, if it is still good.
 *
 * Returns: (transfer full): the invite's seed, for the link
 */
CoquillSecret *
coquill_document_invite (CoquillDocument *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether this device has to mint an epoch: the greatest clean one leaves out an open invite that it made,
 * or this device itself, or there is no clean one. coquill_document_accept() mints it, too. */
gboolean
coquill_document_needs_epoch (CoquillDocument *self);
/** Mints an epoch for the live devices and open invites. */
gboolean
coquill_document_mint_epoch (CoquillDocument *self, GError **error);

/** coquill_document_dup_bulletin: (transfer full) (nullable): the greatest clean epoch's boxes, for the relay
 */
GBytes *
coquill_document_dup_bulletin (CoquillDocument *self);
/** Whether this device minted the epoch that the bulletin is of, and so is the one to put it up. */
gboolean
coquill_document_made_bulletin (CoquillDocument *self);
/**
 * coquill_document_open_bulletin:
 *
 * For a device that was away while the epoch changed: opens its box, so that envelopes of
 * %COQUILL_DOCUMENT_ERROR_UNKNOWN_EPOCH can be opened. Such a key only opens; it is written under when the
 * log has its entry.
 */
gboolean
coquill_document_open_bulletin (CoquillDocument *self, GBytes *bulletin, GError **error);

/** coquill_document_get_room_keys: (transfer none) (nullable): the strongest that this device was given */
CoquillRoomKeys *
coquill_document_get_room_keys (CoquillDocument *self);
/** Returns: whether @lock was set: the lock of the greatest clean epoch */
gboolean
coquill_document_get_room_lock (CoquillDocument *self, CoquillRoomLock *lock);
/** Returns: (transfer none) (nullable): the room's id, 32 bytes */
const guint8 *
coquill_document_get_room (CoquillDocument *self);

/* Envelopes */

/**
 * coquill_document_seal:
 * @recipient: (nullable): live kinds: a device id, 32 bytes
 * @now: live kinds: the counter follows it, so that it rises over restarts too
 *
 * Seals a body: stored kinds as stored, live kinds signed and as live. An epoch's own log entry is sealed
 * under the epoch before it, so that members can open it.
 *
 * Returns: (transfer full): the envelope, or %NULL
 */
GBytes *
coquill_document_seal (CoquillDocument *self,
                       CoquillPayloadKind kind,
                       GBytes *body,
                       const guint8 *recipient,
                       gint64 now,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_document_open_envelope:
 * @sender: (out caller-allocates) (optional): 32 bytes: with _REPLAY who said it before
 *
 * Opens an envelope and checks what only the envelope shows: the document, and of a live payload the class,
 * the sender's signature and membership, that it is for all or for this device and not from it, and that its
 * counter is new. Payloads may overtake each other: a lower counter than the last is accepted once, if it
 * isn't below the 64 highest that were seen of this sender. Who wants the newest only compares counters.
 *
 * Returns: (transfer full): the payload; or %NULL with %COQUILL_DOCUMENT_ERROR_UNKNOWN_EPOCH (try again when
 * keys came), _REPLAY or _NOT_ALLOWED (drop it), or what says that it is broken
 */
CoquillPayload *
coquill_document_open_envelope (CoquillDocument *self, GBytes *envelope, guint8 *sender, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Places */

/**
 * coquill_document_anchor:
 * @kind: see coquill_text_anchor()
 * @anchor: (out caller-allocates): names the agent in full
 */
void
coquill_document_anchor (CoquillDocument *self,
                         guint64 position,
                         CoquillAnchorKind kind,
                         CoquillWireAnchor *anchor);
/** Returns: whether @position was set: the anchor's character is known */
gboolean
coquill_document_resolve (CoquillDocument *self, const CoquillWireAnchor *anchor, guint64 *position);

G_END_DECLS
