/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page-style.c: language, colours and highlighting of a page's text. */

#include <glib/gi18n.h>

#include "editor/highlighting.h"
#include "editor/page-private.h"

/* Text is set in a column of about this width, in pixels; code takes all there is. */
#define COLUMN_WIDTH 768

static void
set_highlight (CoquillPage *self, CoquillHighlighting highlighting)
{
  GtkSourceBuffer *buffer = GTK_SOURCE_BUFFER (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view)));
  gboolean on = highlighting == COQUILL_HIGHLIGHTING_ON;

  if (highlighting == COQUILL_HIGHLIGHTING_OFF_FOR_SIZE)
    gtk_label_set_label (self->plain_label, _ ("Highlighting is off, because this document is very large."));
  else if (highlighting == COQUILL_HIGHLIGHTING_OFF_FOR_LINE)
    gtk_label_set_label (self->plain_label,
                         _ ("Highlighting is off, because this document has very long lines."));
  gtk_revealer_set_reveal_child (self->plain_revealer, !on);
  if (gtk_source_buffer_get_highlight_syntax (buffer) != on)
    {
      gtk_source_buffer_set_highlight_syntax (buffer, on);
      gtk_source_buffer_set_highlight_matching_brackets (buffer, on);
    }
}

void
coquill_page_judge_line (CoquillPage *self, const GtkTextIter *iter)
{
  GtkSourceBuffer *buffer = GTK_SOURCE_BUFFER (gtk_text_iter_get_buffer (iter));

  /* Once off it stays off until the document is opened again: a line at the limit would make it flicker. */
  if (gtk_source_buffer_get_highlight_syntax (buffer))
    set_highlight (self, coquill_highlighting_judge_line (iter));
}

void
coquill_page_text_changed (CoquillPage *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  GtkTextIter caret;

  gtk_text_buffer_get_iter_at_mark (buffer, &caret, gtk_text_buffer_get_insert (buffer));
  coquill_page_judge_line (self, &caret);
}

void
coquill_page_update_style (CoquillPage *self)
{
  GtkSourceBuffer *buffer = GTK_SOURCE_BUFFER (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view)));
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleSchemeManager *schemes = gtk_source_style_scheme_manager_get_default ();
  GtkSourceLanguage *language;
  gboolean prose;

  gtk_source_buffer_set_style_scheme (
      buffer, gtk_source_style_scheme_manager_get_scheme (schemes, dark ? "Adwaita-dark" : "Adwaita"));
  if (self->replica == NULL || coquill_replica_get_state (self->replica) != COQUILL_REPLICA_OPEN)
    return;

  language = coquill_highlighting_choose_language (self->replica);
  if (gtk_source_buffer_get_language (buffer) == language && language != NULL)
    return;
  prose = coquill_highlighting_is_prose (language);
  coquill_text_view_set_prose (self->view, prose);
  adw_clamp_scrollable_set_maximum_size (self->clamp, prose ? COLUMN_WIDTH : G_MAXINT);
  set_highlight (self, coquill_highlighting_judge (GTK_TEXT_BUFFER (buffer)));
  gtk_source_buffer_set_language (buffer, language);
}
