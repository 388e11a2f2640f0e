/* undo-stack.c: what this device did in this run, in steps that can be taken back */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/undo-stack.h"

struct CoquillUndoStack
{
  GQueue undo; /* (element-type GArray): newest at the head */
  GQueue redo;

  /* The step that still grows: the head of undo, if open. */
  gboolean open;
  guint groups; /* explicit groups begun and not ended */
  CoquillUndoAction last_action;
  guint64 caret; /* where the last edit left it */
  gint64 last_time;
  gboolean last_was_space;
};

CoquillUndoStack *
coquill_undo_stack_new (void)
{
  CoquillUndoStack *self = g_new0 (CoquillUndoStack, 1);

  g_queue_init (&self->undo);
  g_queue_init (&self->redo);

  return self;
}

static void
step_free_cb (gpointer step)
{
  g_array_unref (step);
}

void
coquill_undo_stack_free (CoquillUndoStack *self)
{
  g_queue_clear_full (&self->undo, step_free_cb);
  g_queue_clear_full (&self->redo, step_free_cb);
  g_free (self);
}

static void
push (GQueue *queue, GArray *edits)
{
  if (edits->len == 0)
    {
      g_array_unref (edits);
      return;
    }
  g_queue_push_head (queue, edits);
  if (queue->length > COQUILL_UNDO_MAX_STEPS)
    g_array_unref (g_queue_pop_tail (queue));
}

static void
add (CoquillUndoStack *self, CoquillUndoAction action, const CoquillTextRange *range, gboolean joins)
{
  CoquillUndoEdit edit = { action, *range };
  GArray *step;
  CoquillUndoEdit *last;

  g_queue_clear_full (&self->redo, step_free_cb);
  if (!self->open || !joins || g_queue_is_empty (&self->undo))
    {
      step = g_array_new (FALSE, FALSE, sizeof (CoquillUndoEdit));
      g_array_append_val (step, edit);
      push (&self->undo, step);
      self->open = TRUE;
      return;
    }
  step = g_queue_peek_head (&self->undo);
  last = &g_array_index (step, CoquillUndoEdit, step->len - 1);
  if (last->action == action && last->range.agent == range->agent
      && last->range.sequence + last->range.length == range->sequence)
    last->range.length += range->length;
  else
    g_array_append_val (step, edit);
}

static gboolean
joins_last (const CoquillUndoStack *self, CoquillUndoAction action, gboolean touches, gint64 now)
{
  return self->groups > 0
         || (touches && action == self->last_action && now - self->last_time <= COQUILL_UNDO_PAUSE
             && now >= self->last_time);
}

void
coquill_undo_stack_inserted (CoquillUndoStack *self,
                             const CoquillTextRange *range,
                             guint64 position,
                             const char *text,
                             gsize bytes,
                             gint64 now)
{
  gboolean starts_word = self->last_was_space && !g_unichar_isspace (g_utf8_get_char (text));
  gboolean joins = joins_last (self, COQUILL_UNDO_REMOVE, position == self->caret, now)
                   && (self->groups > 0 || !starts_word);

  add (self, COQUILL_UNDO_REMOVE, range, joins);
  self->last_action = COQUILL_UNDO_REMOVE;
  self->caret = position + range->length;
  self->last_time = now;
  self->last_was_space = g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (text + bytes)));
}

void
coquill_undo_stack_deleted (CoquillUndoStack *self,
                            const CoquillTextRange *range,
                            guint64 position,
                            gint64 now)
{
  gboolean touches = position == self->caret || position + range->length == self->caret;

  add (self, COQUILL_UNDO_RESTORE, range, joins_last (self, COQUILL_UNDO_RESTORE, touches, now));
  self->last_action = COQUILL_UNDO_RESTORE;
  self->caret = position;
  self->last_time = now;
  self->last_was_space = FALSE;
}

void
coquill_undo_stack_restored (CoquillUndoStack *self, const CoquillTextRange *characters)
{
  g_return_if_fail (self->groups > 0);

  add (self, COQUILL_UNDO_REMOVE, characters, TRUE);
}

void
coquill_undo_stack_moved (CoquillUndoStack *self, guint64 position, guint64 deleted, guint64 inserted)
{
  if (position < self->caret)
    self->caret = self->caret - MIN (deleted, self->caret - position) + inserted;
}

void
coquill_undo_stack_begin_group (CoquillUndoStack *self)
{
  if (self->groups++ == 0)
    self->open = FALSE;
}

void
coquill_undo_stack_end_group (CoquillUndoStack *self)
{
  g_return_if_fail (self->groups > 0);

  if (--self->groups == 0)
    self->open = FALSE;
}

gboolean
coquill_undo_stack_can_undo (const CoquillUndoStack *self)
{
  return self->undo.length > 0;
}

gboolean
coquill_undo_stack_can_redo (const CoquillUndoStack *self)
{
  return self->redo.length > 0;
}

GArray *
coquill_undo_stack_take_undo (CoquillUndoStack *self)
{
  self->open = FALSE;

  return g_queue_pop_head (&self->undo);
}

GArray *
coquill_undo_stack_take_redo (CoquillUndoStack *self)
{
  self->open = FALSE;

  return g_queue_pop_head (&self->redo);
}

void
coquill_undo_stack_push_redo (CoquillUndoStack *self, GArray *edits)
{
  push (&self->redo, edits);
}

void
coquill_undo_stack_push_undo (CoquillUndoStack *self, GArray *edits)
{
  push (&self->undo, edits);
}
