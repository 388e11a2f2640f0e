/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page-private.h: what the files of CoquillPage share. */
#pragma once

#include "editor/announcer.h"
#include "editor/edge-pill.h"
#include "editor/faces.h"
#include "editor/page.h"
#include "editor/people-pane.h"
#include "editor/search-bar.h"
#include "editor/text-view.h"

G_BEGIN_DECLS

struct _CoquillPage
{
  AdwNavigationPage parent_instance;

  /* Template widgets */
  GtkMenuButton *title_button;
  GtkLabel *title_label;
  GtkLabel *status_label;
  GtkPopover *rename_popover;
  GtkEntry *rename_entry;
  GtkButton *share_button;
  GtkToggleButton *people_button;
  CoquillFaces *faces;
  AdwBanner *disk_banner;
  AdwBanner *offline_banner;
  CoquillSearchBar *search_bar;
  GtkStack *stack;
  AdwStatusPage *loading_page;
  AdwStatusPage *notice_page;
  AdwBottomSheet *people_sheet;
  AdwOverlaySplitView *people_split;
  CoquillPeoplePane *people_in_sheet;
  CoquillPeoplePane *people_in_sidebar;
  AdwClampScrollable *clamp;
  GtkScrolledWindow *scroller;
  CoquillTextView *view;
  CoquillEdgePill *pill_above;
  CoquillEdgePill *pill_below;
  GtkRevealer *plain_revealer;
  GtkLabel *plain_label;

  /* Owned references */
  CoquillLibrary *library;
  CoquillReplica *replica;
  CoquillJoin *join;
  CoquillAnnouncer *announcer;
  GCancellable *cancellable;

  guint offline_timeout; /* until the banner */
  guint waiting_timeout; /* until "Nobody who has it is on line" */
  gboolean opened;       /* the replica is to be closed again */
  gboolean narrow;
  gboolean compact;
  gboolean show_people;
  gboolean connect_directly; /* bound to the replica */
};

/** Adds the page's actions and keys to its class; page-actions.c. */
void
coquill_page_class_install_actions (GtkWidgetClass *klass);

/** Says which actions can be used now; page-actions.c. */
void
coquill_page_update_actions (CoquillPage *self);

/** The rename popover's entry was confirmed; page-actions.c. */
void
coquill_page_rename (CoquillPage *self);

/** Shows @toast in the window, if the page is in one; page-actions.c. */
void
coquill_page_toast (CoquillPage *self, AdwToast *toast);

/** Follows status, connection and disk; page-status.c. */
void
coquill_page_update_status (CoquillPage *self);

/** Chooses language, style, and whether to highlight at all; page-style.c. */
void
coquill_page_update_style (CoquillPage *self);

/** One's own edit, at the caret, may have made a line too long to highlight; page-style.c. */
void
coquill_page_text_changed (CoquillPage *self);

/** Ends highlighting if the line at @iter is too long; page-style.c. */
void
coquill_page_judge_line (CoquillPage *self, const GtkTextIter *iter);

/** Shows the document, opening it; page-life.c. */
void
coquill_page_set_replica (CoquillPage *self, CoquillReplica *replica);

/** Shows the progress of joining, then the document; page-life.c. */
void
coquill_page_set_join (CoquillPage *self, CoquillJoin *join);

G_END_DECLS
