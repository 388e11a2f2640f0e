/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c: the program coquill. */

#include <locale.h>

#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>

#include "config.h"
#include "editor/application.h"
#include "replica/library.h"

int
main (int argc, char *argv[])
{
  g_autoptr (CoquillApplication) application = NULL;
  int status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  gtk_source_init ();
  application = coquill_application_new ();
  status = g_application_run (G_APPLICATION (application), argc, argv);
  g_clear_object (&application);
  coquill_library_wait_for_roads (COQUILL_LIBRARY_GOODBYE);
  gtk_source_finalize ();
  return status;
}
