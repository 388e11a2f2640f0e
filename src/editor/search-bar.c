/* SPDX-License-Identifier: GPL-3.0-or-later */
/* search-bar.c: see the header. */

#include "editor/search-bar.h"

#include <glib/gi18n.h>

/* A selection longer than this, or over several lines, is no search text; in characters. */
#define MAX_SELECTION 120

struct _CoquillSearchBar
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkSearchBar *bar;
  GtkSearchEntry *entry;
  GtkLabel *count;
  GtkButton *previous;
  GtkButton *next;
  GtkWidget *replace_row;
  GtkEntry *replacement;
  GtkButton *replace;
  GtkButton *replace_all;

  GtkSourceView *view; /* weak */
  GtkSourceSearchSettings *settings;
  GtkSourceSearchContext *context;
};

G_DEFINE_FINAL_TYPE (CoquillSearchBar, coquill_search_bar, ADW_TYPE_BIN)

static GtkTextBuffer *
get_buffer (CoquillSearchBar *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
}

static void
update_count (CoquillSearchBar *self)
{
  int matches = self->context != NULL ? gtk_source_search_context_get_occurrences_count (self->context) : 0;
  gboolean searching = *gtk_editable_get_text (GTK_EDITABLE (self->entry)) != '\0';
  g_autofree char *label = NULL;
  GtkTextIter start;
  GtkTextIter end;
  int position = 0;

  if (self->view == NULL)
    return;
  if (self->context != NULL && gtk_text_buffer_get_selection_bounds (get_buffer (self), &start, &end))
    position = gtk_source_search_context_get_occurrence_position (self->context, &start, &end);
  if (matches > 0 && position > 0)
    /* Translators: the place of the match among all matches, as in "2 of 7" */
    label = g_strdup_printf (_ ("%d of %d"), position, matches);
  else if (matches > 0)
    label = g_strdup_printf ("%d", matches);
  else if (matches == 0 && searching)
    label = g_strdup (_ ("None"));
  gtk_label_set_label (self->count, label != NULL ? label : "");
  gtk_widget_set_sensitive (GTK_WIDGET (self->previous), matches > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next), matches > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->replace), matches > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->replace_all), matches > 0);
  if (matches == 0 && searching)
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
}

static void
select_match (CoquillSearchBar *self, const GtkTextIter *start, const GtkTextIter *end)
{
  gtk_text_buffer_select_range (get_buffer (self), start, end);
  gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (self->view),
                                      gtk_text_buffer_get_insert (get_buffer (self)));
  update_count (self);
}

static void
find (CoquillSearchBar *self, gboolean forward, gboolean from_selection_start)
{
  GtkTextIter start;
  GtkTextIter end;
  GtkTextIter match_start;
  GtkTextIter match_end;
  gboolean found;

  if (self->view == NULL || self->context == NULL)
    return;
  gtk_text_buffer_get_selection_bounds (get_buffer (self), &start, &end);
  if (forward)
    found = gtk_source_search_context_forward (self->context, from_selection_start ? &start : &end,
                                               &match_start, &match_end, NULL);
  else
    found = gtk_source_search_context_backward (self->context, &start, &match_start, &match_end, NULL);
  if (found)
    select_match (self, &match_start, &match_end);
  else
    update_count (self);
}

static void
search_changed_cb (CoquillSearchBar *self)
{
  gtk_source_search_settings_set_search_text (self->settings,
                                              gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  find (self, TRUE, TRUE);
}

static void
next_cb (CoquillSearchBar *self)
{
  find (self, TRUE, FALSE);
}

static void
previous_cb (CoquillSearchBar *self)
{
  find (self, FALSE, FALSE);
}

static void
stop_cb (CoquillSearchBar *self)
{
  coquill_search_bar_close (self);
}

static void
replace_cb (CoquillSearchBar *self)
{
  GtkTextIter start;
  GtkTextIter end;
  const char *replacement = gtk_editable_get_text (GTK_EDITABLE (self->replacement));

  if (self->view == NULL || self->context == NULL)
    return;
  if (gtk_text_buffer_get_selection_bounds (get_buffer (self), &start, &end))
    gtk_source_search_context_replace (self->context, &start, &end, replacement, -1, NULL);
  find (self, TRUE, FALSE);
}

static void
replace_all_cb (CoquillSearchBar *self)
{
  if (self->context != NULL)
    gtk_source_search_context_replace_all (
        self->context, gtk_editable_get_text (GTK_EDITABLE (self->replacement)), -1, NULL);
}

static void
open_changed_cb (CoquillSearchBar *self)
{
  gboolean open = gtk_search_bar_get_search_mode (self->bar);

  if (self->context != NULL)
    gtk_source_search_context_set_highlight (self->context, open);
  if (!open && self->view != NULL && gtk_widget_get_mapped (GTK_WIDGET (self->view)))
    gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

void
coquill_search_bar_set_view (CoquillSearchBar *self, GtkSourceView *view)
{
  g_return_if_fail (COQUILL_IS_SEARCH_BAR (self));

  g_clear_object (&self->context);
  g_set_weak_pointer (&self->view, view);
}

void
coquill_search_bar_open (CoquillSearchBar *self, gboolean replace)
{
  GtkTextIter start;
  GtkTextIter end;

  g_return_if_fail (COQUILL_IS_SEARCH_BAR (self));
  if (self->view == NULL)
    return;
  /* The search scans the whole text in idle time and again after edits, so it is made on first use. */
  if (self->context == NULL)
    {
      self->context = gtk_source_search_context_new (GTK_SOURCE_BUFFER (get_buffer (self)), self->settings);
      g_signal_connect_object (self->context, "notify::occurrences-count", G_CALLBACK (update_count), self,
                               G_CONNECT_SWAPPED);
    }
  if (gtk_text_buffer_get_selection_bounds (get_buffer (self), &start, &end)
      && gtk_text_iter_get_line (&start) == gtk_text_iter_get_line (&end)
      && gtk_text_iter_get_offset (&end) - gtk_text_iter_get_offset (&start) <= MAX_SELECTION)
    {
      g_autofree char *selected = gtk_text_buffer_get_text (get_buffer (self), &start, &end, FALSE);

      gtk_editable_set_text (GTK_EDITABLE (self->entry), selected);
    }
  gtk_widget_set_visible (self->replace_row, replace);
  gtk_search_bar_set_search_mode (self->bar, TRUE);
  gtk_source_search_context_set_highlight (self->context, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
  update_count (self);
}

void
coquill_search_bar_close (CoquillSearchBar *self)
{
  g_return_if_fail (COQUILL_IS_SEARCH_BAR (self));
  gtk_search_bar_set_search_mode (self->bar, FALSE);
}

static void
coquill_search_bar_dispose (GObject *object)
{
  CoquillSearchBar *self = COQUILL_SEARCH_BAR (object);

  coquill_search_bar_set_view (self, NULL);
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), COQUILL_TYPE_SEARCH_BAR);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (coquill_search_bar_parent_class)->dispose (object);
}

static void
coquill_search_bar_class_init (CoquillSearchBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = coquill_search_bar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/coquill/Coquill/ui/search-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, CoquillSearchBar, bar);
  gtk_widget_class_bind_template_child (widget_class, CoquillSearchBar, entry);
  gtk_widget_class_bind_template_child (widget_class, CoquillSearchBar, count);
  gtk_widget_class_bind_template_child (widget_class, CoquillSearchBar, previous);
  gtk_widget_class_bind_template_child (widget_class, CoquillSearchBar, next);
  gtk_widget_class_bind_template_child (widget_class, CoquillSearchBar, replace_row);
  gtk_widget_class_bind_template_child (widget_class, CoquillSearchBar, replacement);
  gtk_widget_class_bind_template_child (widget_class, CoquillSearchBar, replace);
  gtk_widget_class_bind_template_child (widget_class, CoquillSearchBar, replace_all);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_cb);
  gtk_widget_class_bind_template_callback (widget_class, previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, replace_cb);
  gtk_widget_class_bind_template_callback (widget_class, replace_all_cb);
}

static void
coquill_search_bar_init (CoquillSearchBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = gtk_source_search_settings_new ();
  gtk_source_search_settings_set_wrap_around (self->settings, TRUE);
  gtk_search_bar_connect_entry (self->bar, GTK_EDITABLE (self->entry));
  g_signal_connect_object (self->bar, "notify::search-mode-enabled", G_CALLBACK (open_changed_cb), self,
                           G_CONNECT_SWAPPED);
}
