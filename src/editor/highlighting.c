/* SPDX-License-Identifier: GPL-3.0-or-later */
/* highlighting.c: see the header. */

#include "editor/highlighting.h"

#include <string.h>

/* Enough of the text to know it by its first line, in code points. */
#define FIRST_LINE_CHARS 256

GtkSourceLanguage *
coquill_highlighting_choose_language (CoquillReplica *replica)
{
  GtkSourceLanguageManager *manager = gtk_source_language_manager_get_default ();
  g_autofree char *set = NULL;
  g_autofree char *start = NULL;
  g_autofree char *type = NULL;
  const char *title = coquill_replica_get_title (replica);
  GtkSourceLanguage *language = NULL;
  gsize length;
  gboolean title_set;

  g_object_get (replica, "language", &set, "title-set", &title_set, NULL);
  if (set != NULL)
    language = gtk_source_language_manager_get_language (manager, set);
  /* Without a set title it is the first line, which is no name of a file. */
  if (language == NULL && title_set && strchr (title, '.') != NULL)
    language = gtk_source_language_manager_guess_language (manager, title, NULL);
  if (language == NULL)
    {
      start = coquill_replica_dup_range (replica, 0, FIRST_LINE_CHARS, &length);
      if (g_str_has_prefix (start, "#!") || g_str_has_prefix (start, "<?") || g_str_has_prefix (start, "<!"))
        {
          type = g_content_type_guess (NULL, (const guchar *)start, length, NULL);
          language = gtk_source_language_manager_guess_language (manager, NULL, type);
        }
    }
  if (language == NULL)
    language = gtk_source_language_manager_get_language (manager, "markdown");
  return language;
}

gboolean
coquill_highlighting_is_prose (GtkSourceLanguage *language)
{
  static const char *const prose[] = { "markdown", "rst", "asciidoc", "t2t", "latex", NULL };

  return language == NULL || g_strv_contains (prose, gtk_source_language_get_id (language));
}

CoquillHighlighting
coquill_highlighting_judge_line (const GtkTextIter *iter)
{
  if (gtk_text_buffer_get_char_count (gtk_text_iter_get_buffer (iter)) > COQUILL_HIGHLIGHTING_MAX_CHARS)
    return COQUILL_HIGHLIGHTING_OFF_FOR_SIZE;
  if (gtk_text_iter_get_chars_in_line (iter) > COQUILL_HIGHLIGHTING_MAX_LINE)
    return COQUILL_HIGHLIGHTING_OFF_FOR_LINE;
  return COQUILL_HIGHLIGHTING_ON;
}

CoquillHighlighting
coquill_highlighting_judge (GtkTextBuffer *buffer)
{
  GtkTextIter iter;

  gtk_text_buffer_get_start_iter (buffer, &iter);
  do
    {
      CoquillHighlighting judgement = coquill_highlighting_judge_line (&iter);

      if (judgement != COQUILL_HIGHLIGHTING_ON)
        return judgement;
    }
  while (gtk_text_iter_forward_line (&iter));
  return COQUILL_HIGHLIGHTING_ON;
}
