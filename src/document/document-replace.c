/* document-replace.c: another text in place of the document's, by the few edits that lead there */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-replace.h"

#include "document/document-private.h"
#include "document/replacement.h"

static gboolean
replace (CoquillDocument *self, const CoquillReplacement *one, gint64 now, GError **error)
{
  return coquill_document_delete (self, one->position, one->deleted, now, error)
         && coquill_document_insert (self, one->position, one->inserted, one->inserted_bytes, now, error);
}

gboolean
coquill_document_replace_text (CoquillDocument *self,
                               const char *text,
                               gsize bytes,
                               gint64 now,
                               CoquillTextDeltaFunc func,
                               gpointer data,
                               guint *n_edits,
                               GError **error)
{
  g_autoptr (GArray) replacements = NULL;
  gboolean good = TRUE;
  size_t old_bytes;
  char *old_text;

  if (n_edits != NULL)
    *n_edits = 0;
  if (!coquill_document_can_edit (self))
    {
      g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED,
                           "this device may not edit the document");
      return FALSE;
    }
  if (!g_utf8_validate_len (text, bytes, NULL))
    {
      g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_TEXT,
                           "the text is not UTF-8, or has U+0000");
      return FALSE;
    }

  old_text = coquill_text_to_string (self->text, &old_bytes);
  replacements = coquill_replacements_between (old_text, old_bytes, text, bytes, NULL);
  free (old_text);
  coquill_document_begin_group (self);
  for (guint i = 0; good && i < replacements->len; i++)
    good = replace (self, &g_array_index (replacements, CoquillReplacement, i), now, error);
  coquill_document_end_group (self);
  for (guint i = 0; good && func != NULL && i < replacements->len; i++)
    {
      const CoquillReplacement *one = &g_array_index (replacements, CoquillReplacement, i);
      CoquillTextDelta delta = { one->position,       one->deleted,         one->inserted,
                                 one->inserted_bytes, one->inserted_length, self->agent };

      func (&delta, data);
    }
  if (n_edits != NULL)
    *n_edits = replacements->len;

  return good;
}
