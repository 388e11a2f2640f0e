/* SPDX-License-Identifier: GPL-3.0-or-later */
/* announcer.h: tells screen readers who joins and who leaves, without flooding them. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define COQUILL_TYPE_ANNOUNCER (coquill_announcer_get_type ())
/**
 * CoquillAnnouncer:
 *
 * Collects comings and goings and says them at most every few seconds; of many at once it says how many.
 * Somebody who left and came back within that time is not mentioned.
 *
 * Signals:
 *  - `said (const char *words)`: something was announced.
 */
G_DECLARE_FINAL_TYPE (CoquillAnnouncer, coquill_announcer, COQUILL, ANNOUNCER, GObject)

/** @widget: on whose behalf it speaks; not kept alive */
CoquillAnnouncer *
coquill_announcer_new (GtkWidget *widget);

/** @people: (nullable): a list of #CoquillParticipant. Those who are present at first are not announced. */
void
coquill_announcer_set_people (CoquillAnnouncer *self, GListModel *people);

/** Says @words at once. */
void
coquill_announcer_say (CoquillAnnouncer *self, const char *words);

G_END_DECLS
