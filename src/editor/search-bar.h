/* SPDX-License-Identifier: GPL-3.0-or-later */
/* search-bar.h: find, and find and replace, in a source view. */
#pragma once

#include <adwaita.h>
#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

#define COQUILL_TYPE_SEARCH_BAR (coquill_search_bar_get_type ())
/**
 * CoquillSearchBar:
 *
 * Finds as one types and highlights all matches; Enter and Shift+Enter go on and back, Escape returns to the
 * text. Replace All is one step of undo.
 */
G_DECLARE_FINAL_TYPE (CoquillSearchBar, coquill_search_bar, COQUILL, SEARCH_BAR, AdwBin)

/** @view: (nullable): where to search; not kept alive */
void
coquill_search_bar_set_view (CoquillSearchBar *self, GtkSourceView *view);

/** Opens the bar with the selected text to find, @replace with the row for replacing. */
void
coquill_search_bar_open (CoquillSearchBar *self, gboolean replace);

void
coquill_search_bar_close (CoquillSearchBar *self);

G_END_DECLS
