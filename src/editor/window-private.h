/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window-private.h: what the files of CoquillWindow share. */
#pragma once

#include "editor/window.h"

G_BEGIN_DECLS

struct _CoquillWindow
{
  AdwApplicationWindow parent_instance;

  /* Template widgets */
  AdwToastOverlay *toasts;
  GtkStack *stack;
  AdwStatusPage *failed_page;
  AdwNavigationSplitView *split;
  AdwNavigationPage *empty_page;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkToggleButton *search_button;
  GtkStack *list_stack;
  GtkListBox *list;

  /* Owned references */
  GSettings *settings;
  CoquillLibrary *library;
  GtkFilterListModel *documents; /* of the library, as searched for */
  GtkStringFilter *filter;
  GCancellable *cancellable;

  CoquillPage *page; /* borrowed from the split view, NULL if no document is open */
  guint clock;       /* the rows say how long ago */
  gboolean narrow;
  gboolean compact;
};

/** Adds the window's actions to its class; window-actions.c. */
void
coquill_window_class_install_actions (GtkWidgetClass *klass);

/** Lets files be dropped on the window; window-actions.c. */
void
coquill_window_accept_files (CoquillWindow *self);

/** Shows an open document or one that is being joined; window.c. */
void
coquill_window_show_page (CoquillWindow *self, CoquillPage *page);

/** Leaves the open document; window.c. */
void
coquill_window_show_no_document (CoquillWindow *self);

/** Shows @text for a moment; window-actions.c. */
void
coquill_window_toast (CoquillWindow *self, const char *text);

G_END_DECLS
