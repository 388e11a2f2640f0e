/* document-undo.c: taking back what this device did; the law is in README.md */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-private.h"

void
coquill_document_begin_group (CoquillDocument *self)
{
  coquill_undo_stack_begin_group (self->undo);
}

void
coquill_document_end_group (CoquillDocument *self)
{
  coquill_undo_stack_end_group (self->undo);
}

gboolean
coquill_document_can_undo (CoquillDocument *self)
{
  return coquill_undo_stack_can_undo (self->undo) && coquill_document_can_edit (self);
}

gboolean
coquill_document_can_redo (CoquillDocument *self)
{
  return coquill_undo_stack_can_redo (self->undo) && coquill_document_can_edit (self);
}

void
coquill_document_forget_undo (CoquillDocument *self)
{
  coquill_undo_stack_free (self->undo);
  self->undo = coquill_undo_stack_new ();
}

typedef struct
{
  CoquillTextRange range;
  guint64 position;
} Piece;

/* One key press: what it did to the text, and what takes that back. */
typedef struct
{
  CoquillDocument *document;
  GArray *inverse; /* (element-type CoquillUndoEdit) */
  CoquillTextDeltaFunc func;
  gpointer data;
  gboolean has_caret;
  guint64 caret;
} TakeBack;

static void
report_cb (const CoquillTextDelta *delta, void *data)
{
  TakeBack *self = data;

  self->caret = delta->position + delta->inserted_length;
  self->has_caret = TRUE;
  if (self->func != NULL)
    self->func (delta, self->data);
}

static bool
collect_piece_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  Piece piece = { *range, position };

  g_array_append_val ((GArray *)data, piece);

  return true;
}

static int
compare_pieces_backward (gconstpointer a, gconstpointer b)
{
  const Piece *left = a;
  const Piece *right = b;

  return left->position > right->position ? -1 : left->position < right->position;
}

/* Deletes what is left of insertions, from the back so that positions stay. */
static void
remove_range (TakeBack *self, const CoquillTextRange *range)
{
  CoquillDocument *document = self->document;
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));

  coquill_text_ranges_alive (document->text, range, collect_piece_cb, pieces);
  g_array_sort (pieces, compare_pieces_backward);
  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);
      CoquillTextDelta delta
          = { .position = piece->position, .deleted = piece->range.length, .agent = document->agent };
      CoquillUndoEdit edit
          = { COQUILL_UNDO_RESTORE, { .agent = document->agent, .length = piece->range.length } };

      if (!coquill_text_delete (document->text, document->agent, piece->position, piece->range.length,
                                &edit.range.sequence, NULL))
        continue;
      g_array_append_val (self->inverse, edit);
      report_cb (&delta, self);
    }
}

static bool
collect_removal_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  TakeBack *self = data;
  CoquillUndoEdit edit = { COQUILL_UNDO_REMOVE, *range };

  g_array_append_val (self->inverse, edit);
  /* Where they would be, if somebody else's deletion still stands. */
  if (!self->has_caret)
    self->caret = position;
  self->has_caret = TRUE;

  return true;
}

static void
restore_range (TakeBack *self, const CoquillTextRange *range)
{
  CoquillDocument *document = self->document;

  if (coquill_text_restore (document->text, document->agent, range, 1, report_cb, self, NULL, NULL))
    coquill_text_deletion_targets (document->text, range, collect_removal_cb, self);
}

/* Takes one step from the undo or the redo stack and puts its inverse on the other. Returns: whether anything
 * was left to do */
static gboolean
take_step (TakeBack *self, gboolean redo)
{
  CoquillUndoStack *stack = self->document->undo;
  g_autoptr (GArray) edits
      = redo ? coquill_undo_stack_take_redo (stack) : coquill_undo_stack_take_undo (stack);
  gboolean done;

  self->inverse = g_array_new (FALSE, FALSE, sizeof (CoquillUndoEdit));
  for (guint i = edits->len; i > 0; i--)
    {
      const CoquillUndoEdit *edit = &g_array_index (edits, CoquillUndoEdit, i - 1);

      if (edit->action == COQUILL_UNDO_REMOVE)
        remove_range (self, &edit->range);
      else
        restore_range (self, &edit->range);
    }
  done = self->inverse->len > 0;
  if (redo)
    coquill_undo_stack_push_undo (stack, self->inverse);
  else
    coquill_undo_stack_push_redo (stack, self->inverse);

  return done;
}

/* A step of which others left nothing is passed over: a key press that does nothing would look broken. */
static gboolean
take_back (CoquillDocument *self, gboolean redo, CoquillTextDeltaFunc func, gpointer data, guint64 *caret)
{
  TakeBack take_back = { .document = self, .func = func, .data = data };
  gboolean done = FALSE;

  while (!done && (redo ? coquill_document_can_redo (self) : coquill_document_can_undo (self))
         && coquill_document_begin_edit (self, NULL))
    done = take_step (&take_back, redo);
  if (done && caret != NULL)
    *caret = MIN (take_back.caret, coquill_text_length (self->text));

  return done;
}

gboolean
coquill_document_undo (
    CoquillDocument *self, gint64 now, CoquillTextDeltaFunc func, gpointer data, guint64 *caret)
{
  return take_back (self, FALSE, func, data, caret);
}

gboolean
coquill_document_redo (
    CoquillDocument *self, gint64 now, CoquillTextDeltaFunc func, gpointer data, guint64 *caret)
{
  return take_back (self, TRUE, func, data, caret);
}
