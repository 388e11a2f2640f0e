/* SPDX-License-Identifier: GPL-3.0-or-later */
/* application.h: the editor: its windows, the library they show, the links and files it is asked to open. */
#pragma once

#include <adwaita.h>

#include "editor/relay-host.h"
#include "replica/library.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_APPLICATION (coquill_application_get_type ())
/**
 * CoquillApplication:
 *
 * One process per session and data folder. Windows appear at once; the library opens meanwhile, and what was
 * asked for is carried out when it is open. With `--data-dir` it is an instance of its own.
 *
 * Actions: app.new-window, app.open-library, app.offline (boolean state), app.preferences, app.shortcuts,
 * app.about, app.quit.
 */
G_DECLARE_FINAL_TYPE (CoquillApplication, coquill_application, COQUILL, APPLICATION, AdwApplication)

CoquillApplication *
coquill_application_new (void);

/** Returns: (transfer none) (nullable): the library, once it is open */
CoquillLibrary *
coquill_application_get_library (CoquillApplication *self);

/** Returns: (transfer none): the relay that this computer can host */
CoquillRelayHost *
coquill_application_get_relay_host (CoquillApplication *self);

G_END_DECLS
