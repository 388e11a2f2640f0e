/* document-private.h: what the files of CoquillDocument share */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/chain-set.h"
#include "document/change-hasher.h"
#include "document/counter-window.h"
#include "document/document.h"
#include "document/epoch-ring.h"
#include "document/membership.h"
#include "document/pending-changes.h"
#include "document/record-table.h"
#include "document/seal-list.h"
#include "document/undo-stack.h"
#include "text/text-version.h"

G_BEGIN_DECLS

/* Bytes of content that one body is filled with when a large edit is split: with what the encoding adds it
 * stays far below COQUILL_BODY_MAX. */
#define COQUILL_DOCUMENT_SPLIT (384 * 1024)

/**
 * CoquillStoredBody:
 * @end: the local version behind its last item
 * @first_seal: its seals: where they start
 * @n_seals: how many
 *
 * A body that the text has and the chains don't.
 */
typedef struct
{
  guint64 end;
  guint first_seal;
  guint n_seals;
} CoquillStoredBody;

struct CoquillDocument
{
  guint8 id[32];
  CoquillDeviceKeys *keys;
  CoquillDevicePublic device;
  CoquillDocumentNews news;

  CoquillText *text;
  CoquillRecordTable *records;
  CoquillUndoStack *undo;

  CoquillMembership *log;
  CoquillEpochRing *ring;
  GPtrArray *invite_seeds; /* (element-type CoquillSecret): of invites made here */
  guint8 bulletin[32];     /* the epoch that the last bulletin was of */
  gboolean admitted;       /* as last told by news */

  /* Joining. */
  CoquillInviteKeys *invite; /* (nullable): until the epoch in force has a box for this device */
  char *name;                /* (nullable) */
  guint8 room[32];
  gboolean has_room;

  /* What is signed. Invariant: between two calls from outside, items of the text that the chains don't have
   * are this run's own and not flushed yet: local versions from flushed on. While history is missing the
   * chains also lack what the snapshot has. */
  CoquillChainSet *chains;
  CoquillSealList *seals;
  guint64 flushed;
  GPtrArray *outgoing; /* (element-type CoquillBody): signed, to be handed out by flush */
  guint32 agent;       /* this run's, COQUILL_NO_AGENT before the first edit */
  GArray *under;       /* (element-type CoquillDigest): log heads that the agent named last */
  guint under_entries; /* entries of the log then */

  CoquillPendingChanges *pending;

  /* Loading. While history is missing, bodies are only noted: they are hashed and their seals listed when it
   * is here. */
  gboolean complete;
  GArray *history;      /* (element-type CoquillStoredBody): below the snapshot's end */
  GArray *later;        /* (element-type CoquillStoredBody): above it: stored, or flushed meanwhile */
  GArray *stored_seals; /* (element-type CoquillSeal): of both */
  guint64 history_items;
  GArray *history_lengths; /* (element-type guint64): per agent, items given */
  GPtrArray *tail;         /* (element-type CoquillBody): stored, but can't be merged without history */

  guint64 counter;      /* of live payloads sent */
  GHashTable *counters; /* device → CoquillCounterWindow: counters received */
};

/** A document with nothing in it. @text: (transfer full) */
CoquillDocument *
coquill_document_new (CoquillDeviceKeys *keys, const guint8 *id, CoquillText *text) G_GNUC_WARN_UNUSED_RESULT;

/** Every edit begins here: the right to do it, an agent to do it, and the log heads that it is done under. */
gboolean
coquill_document_begin_edit (CoquillDocument *self, GError **error);
/** Signs what is not signed yet: from flushed on, into outgoing. */
void
coquill_document_seal_edits (CoquillDocument *self);
/** Looks at a change that the chains have taken: writes its records. @hasher: after run */
void
coquill_document_read_records (CoquillDocument *self,
                               const CoquillChange *change,
                               CoquillChangeHasher *hasher);
/** Signs a log entry, adds it and hands it to outgoing. Returns: %FALSE if the log is full */
gboolean
coquill_document_add_own_entry (CoquillDocument *self, const CoquillLogEntry *entry, GError **error);
/** After log entries came: opens epochs, signs in, sets news. @first: the first new one */
void
coquill_document_read_log (CoquillDocument *self, guint first);
/** Adds the batch's entries, hands the new ones to @accepted. */
CoquillAccept
coquill_document_accept_log (
    CoquillDocument *self, GBytes *bytes, gboolean trusted, GPtrArray *accepted, GError **error);
/** Notes a body's seals, while history is missing. */
void
coquill_document_note_stored (
    CoquillDocument *self, GArray *list, guint64 end, const CoquillSeal *seals, gsize n_seals);
/** Accepts a CHANGE body. @trusted: it was checked before. */
CoquillAccept
coquill_document_accept_change (CoquillDocument *self,
                                GBytes *bytes,
                                gboolean trusted,
                                CoquillTextDeltaFunc func,
                                gpointer data,
                                GPtrArray *accepted,
                                GError **error);
/** Merges held bodies whose time has come. */
void
coquill_document_release (CoquillDocument *self,
                          CoquillTextDeltaFunc func,
                          gpointer data,
                          GPtrArray *accepted);
/** The seals of a body that cover its new items' ends go into the list. */
void
coquill_document_keep_seals (CoquillDocument *self,
                             const CoquillSignedChange *signed_change,
                             const CoquillChange *change,
                             CoquillChangeHasher *hasher,
                             guint64 version);
/** Decodes both layers of a CHANGE body. Returns: (transfer full) (nullable): free with coquill_change_free()
 */
CoquillChange *
coquill_document_decode_change (GBytes *bytes, CoquillSignedChange **signed_change, GError **error);
/** Encodes and wraps a change. Returns: (transfer full) (nullable): %NULL if it breaks a limit */
GBytes *
coquill_document_encode_change (const CoquillChange *change, const CoquillSeal *seals, gsize n_seals);
/** Sets @error from the text engine's. */
void
coquill_document_set_text_error (GError **error, const CoquillTextError *text_error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillChange, coquill_change_free)

G_END_DECLS
