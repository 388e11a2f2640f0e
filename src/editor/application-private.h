/* SPDX-License-Identifier: GPL-3.0-or-later */
/* application-private.h: what the files of CoquillApplication share. */
#pragma once

#include "editor/application.h"
#include "editor/window.h"

G_BEGIN_DECLS

#define COQUILL_APPLICATION_ID "io.github.coquill.Coquill"

struct _CoquillApplication
{
  AdwApplication parent_instance;

  char *data_dir;
  GSettings *settings;
  CoquillLibrary *library;
  CoquillRelayHost *host;
  GCancellable *cancellable;
  GListStore *files; /* to be opened when the library is */
  GStrv links;
  gboolean opening;
  gboolean restored;
  gboolean quitting;
};

/** Returns: (transfer none) (nullable): the window that was active last; application.c */
CoquillWindow *
coquill_application_get_window (CoquillApplication *self);

/** Opens a further window; application.c */
CoquillWindow *
coquill_application_add_window (CoquillApplication *self);

/** Opens the library unless it is open; application.c */
void
coquill_application_open_library (CoquillApplication *self);

/** Keeps which documents are open, for the next start; application.c */
void
coquill_application_remember_documents (CoquillApplication *self);

/** Adds the application's actions and keys; application-actions.c */
void
coquill_application_add_actions (CoquillApplication *self);

G_END_DECLS
