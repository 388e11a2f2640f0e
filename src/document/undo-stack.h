/* undo-stack.h: what this device did in this run, in steps that can be taken back */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/text.h"
#include <glib.h>

G_BEGIN_DECLS

/* Steps that can be undone; the oldest goes first. */
#define COQUILL_UNDO_MAX_STEPS 1000

/* A longer pause than this between two edits, in microseconds, ends a step. */
#define COQUILL_UNDO_PAUSE G_TIME_SPAN_SECOND

/**
 * CoquillUndoAction:
 * @COQUILL_UNDO_REMOVE: delete what is left of insertions
 * @COQUILL_UNDO_RESTORE: cancel deletions
 *
 * How one edit is taken back. Doing a REMOVE makes deletions, which a RESTORE takes back; doing a RESTORE
 * brings characters, which a REMOVE takes back. So redo is undo of an undo, and needs nothing of its own.
 */
typedef enum
{
  COQUILL_UNDO_REMOVE,
  COQUILL_UNDO_RESTORE,
} CoquillUndoAction;

/**
 * CoquillUndoEdit:
 * @action: how to take it back
 * @range: the insertions or deletions
 */
typedef struct
{
  CoquillUndoAction action;
  CoquillTextRange range;
} CoquillUndoEdit;

/**
 * CoquillUndoStack:
 *
 * Typing is grouped: a pause, a change of kind, a jump of the caret or the start of a word begins a new step.
 */
typedef struct CoquillUndoStack CoquillUndoStack;

CoquillUndoStack *
coquill_undo_stack_new (void) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_undo_stack_free (CoquillUndoStack *self);

/** An insertion of @length items happened at @position. @text: its UTF-8, for words. Forgets what could be
 * redone. */
void
coquill_undo_stack_inserted (CoquillUndoStack *self,
                             const CoquillTextRange *range,
                             guint64 position,
                             const char *text,
                             gsize bytes,
                             gint64 now);
void
coquill_undo_stack_deleted (CoquillUndoStack *self,
                            const CoquillTextRange *range,
                            guint64 position,
                            gint64 now);
/** Characters that had been deleted came back. Only inside a group: it isn't at one place. */
void
coquill_undo_stack_restored (CoquillUndoStack *self, const CoquillTextRange *characters);
/** Somebody else's change: the place where this device edited last moves with the text around it. */
void
coquill_undo_stack_moved (CoquillUndoStack *self, guint64 position, guint64 deleted, guint64 inserted);
void
coquill_undo_stack_begin_group (CoquillUndoStack *self);
void
coquill_undo_stack_end_group (CoquillUndoStack *self);

gboolean
coquill_undo_stack_can_undo (const CoquillUndoStack *self);
gboolean
coquill_undo_stack_can_redo (const CoquillUndoStack *self);

/** Returns: (transfer full) (nullable) (element-type CoquillUndoEdit): the newest step's edits, in the order
 * in which they happened: take them back from the last to the first */
GArray *
coquill_undo_stack_take_undo (CoquillUndoStack *self) G_GNUC_WARN_UNUSED_RESULT;
GArray *
coquill_undo_stack_take_redo (CoquillUndoStack *self) G_GNUC_WARN_UNUSED_RESULT;
/** @edits: (transfer full): what an undo did, to be redone */
void
coquill_undo_stack_push_redo (CoquillUndoStack *self, GArray *edits);
/** @edits: (transfer full): what a redo did, to be undone */
void
coquill_undo_stack_push_undo (CoquillUndoStack *self, GArray *edits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillUndoStack, coquill_undo_stack_free)

G_END_DECLS
