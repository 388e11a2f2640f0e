/* document-version.c: restoring an older version of the text, or a part of it, as a new edit */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-version.h"

#include "document/document-private.h"
#include "text/text-compare.h"

/* Visible characters, by position. */
typedef struct
{
  guint64 position;
  guint64 count;
} Stretch;

typedef struct
{
  CoquillDocument *document;
  guint64 start; /* the range, in the version's text */
  guint64 end;
  guint64 length;      /* of the version's text, as far as it was told */
  GArray *superfluous; /* (element-type Stretch): ascending; what isn't in the version */
  GArray *missing;     /* (element-type CoquillTextRange): characters that only the version has */
  GArray *deletions;   /* (element-type CoquillTextRange): of these, those that stand */
} Restoration;

static void
add_superfluous (Restoration *self, guint64 position, guint64 count)
{
  Stretch stretch = { position, count };
  Stretch *last = self->superfluous->len > 0
                      ? &g_array_index (self->superfluous, Stretch, self->superfluous->len - 1)
                      : NULL;

  if (last != NULL && last->position + last->count == position)
    last->count += count;
  else
    g_array_append_val (self->superfluous, stretch);
}

/* The differences of what is now from the version: inserted is what has to come back. */
static void
note_difference_cb (const CoquillTextDifference *run, void *data)
{
  Restoration *self = data;
  guint64 at = run->to_position, first, end;

  if (run->kind == COQUILL_TEXT_DELETED)
    {
      if (at >= self->start && at <= self->end)
        add_superfluous (self, run->from_position, run->length);
      return;
    }
  self->length = at + run->length;
  first = MAX (at, self->start);
  end = MIN (self->length, self->end);
  if (run->kind == COQUILL_TEXT_INSERTED && first < end)
    {
      CoquillTextRange range = { run->range.agent, run->range.sequence + (first - at), end - first };

      g_array_append_val (self->missing, range);
    }
}

static bool
add_deletions_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  g_array_append_val ((GArray *)data, *range);

  return true;
}

static gboolean
compare (Restoration *self, const CoquillChangeId *heads, gsize n_heads, GError **error)
{
  CoquillText *text = self->document->text;
  CoquillTextError text_error;
  size_t n_present;
  const CoquillChangeId *present = coquill_text_frontier (text, &n_present);

  if (!coquill_text_compare (text, present, n_present, heads, n_heads, note_difference_cb, self, &text_error))
    {
      g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_HERE,
                           text_error.message);
      return FALSE;
    }
  if (self->missing->len > 0)
    coquill_text_standing_deletions (text, (const CoquillTextRange *)(gpointer)self->missing->data,
                                     self->missing->len, add_deletions_cb, self->deletions);

  return TRUE;
}

/* From the back, so that positions stay. */
static gboolean
delete_superfluous (Restoration *self, gint64 now, CoquillTextDeltaFunc func, gpointer data, GError **error)
{
  for (guint i = self->superfluous->len; i > 0; i--)
    {
      const Stretch *stretch = &g_array_index (self->superfluous, Stretch, i - 1);
      CoquillTextDelta delta = { .position = stretch->position, .deleted = stretch->count };

      if (!coquill_document_delete (self->document, stretch->position, stretch->count, now, error))
        return FALSE;
      delta.agent = self->document->agent;
      if (func != NULL)
        func (&delta, data);
    }

  return TRUE;
}

static gboolean
restore_missing (Restoration *self, CoquillTextDeltaFunc func, gpointer data, GError **error)
{
  CoquillDocument *document = self->document;
  CoquillTextError text_error;

  if (self->missing->len == 0)
    return TRUE;
  if (!coquill_document_begin_edit (document, error))
    return FALSE;
  if (!coquill_text_restore (document->text, document->agent,
                             (const CoquillTextRange *)(gpointer)self->deletions->data, self->deletions->len,
                             func, data, NULL, &text_error))
    {
      coquill_document_set_text_error (error, &text_error);
      return FALSE;
    }
  for (guint i = 0; i < self->missing->len; i++)
    coquill_undo_stack_restored (document->undo, &g_array_index (self->missing, CoquillTextRange, i));

  return TRUE;
}

static gboolean
edit (Restoration *self,
      gint64 now,
      CoquillTextDeltaFunc func,
      gpointer data,
      gboolean *changed,
      GError **error)
{
  gboolean good;

  if (self->superfluous->len == 0 && self->missing->len == 0)
    return TRUE;
  coquill_document_begin_group (self->document);
  good = delete_superfluous (self, now, func, data, error) && restore_missing (self, func, data, error);
  coquill_document_end_group (self->document);
  if (good && changed != NULL)
    *changed = TRUE;

  return good;
}

/* @count: G_MAXUINT64 for all. */
static gboolean
restore (CoquillDocument *self,
         const CoquillChangeId *heads,
         gsize n_heads,
         guint64 position,
         guint64 count,
         gint64 now,
         CoquillTextDeltaFunc func,
         gpointer data,
         gboolean *changed,
         GError **error)
{
  g_autoptr (GArray) superfluous = g_array_new (FALSE, FALSE, sizeof (Stretch));
  g_autoptr (GArray) missing = g_array_new (FALSE, FALSE, sizeof (CoquillTextRange));
  g_autoptr (GArray) deletions = g_array_new (FALSE, FALSE, sizeof (CoquillTextRange));
  Restoration restoration = { .document = self,
                              .start = position,
                              .end = count > G_MAXUINT64 - position ? G_MAXUINT64 : position + count,
                              .superfluous = superfluous,
                              .missing = missing,
                              .deletions = deletions };

  if (changed != NULL)
    *changed = FALSE;
  if (!coquill_document_can_edit (self))
    {
      g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED,
                           "this device may not edit the document");
      return FALSE;
    }
  if (!compare (&restoration, heads, n_heads, error))
    return FALSE;
  if (count != G_MAXUINT64 && restoration.end > restoration.length)
    {
      g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_TEXT,
                           "the range is not inside the version's text");
      return FALSE;
    }

  return edit (&restoration, now, func, data, changed, error);
}

gboolean
coquill_document_restore_version (CoquillDocument *self,
                                  const CoquillChangeId *heads,
                                  gsize n_heads,
                                  gint64 now,
                                  CoquillTextDeltaFunc func,
                                  gpointer data,
                                  gboolean *changed,
                                  GError **error)
{
  return restore (self, heads, n_heads, 0, G_MAXUINT64, now, func, data, changed, error);
}

gboolean
coquill_document_restore_range (CoquillDocument *self,
                                const CoquillChangeId *heads,
                                gsize n_heads,
                                guint64 position,
                                guint64 count,
                                gint64 now,
                                CoquillTextDeltaFunc func,
                                gpointer data,
                                gboolean *changed,
                                GError **error)
{
  return restore (self, heads, n_heads, position, MIN (count, G_MAXUINT64 - 1), now, func, data, changed,
                  error);
}
