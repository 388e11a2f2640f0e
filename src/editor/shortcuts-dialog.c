/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shortcuts-dialog.c: see the header. */

#include "editor/shortcuts-dialog.h"

#include <glib/gi18n.h>

struct _CoquillShortcutsDialog
{
  AdwDialog parent_instance;
};

G_DEFINE_FINAL_TYPE (CoquillShortcutsDialog, coquill_shortcuts_dialog, ADW_TYPE_DIALOG)

static const struct
{
  const char *group; /* starts a group, else NULL */
  const char *title;
  const char *accelerator;
} shortcuts[] = {
  { N_ ("Documents"), N_ ("New Document"), "<Control>n" },
  { NULL, N_ ("Open File"), "<Control>o" },
  { NULL, N_ ("Join with a Link"), "<Control>j" },
  { NULL, N_ ("Search Documents"), "<Control>k" },
  { NULL, N_ ("Save a Copy"), "<Control><Shift>s" },
  { NULL, N_ ("Rename"), "F2" },
  { N_ ("Text"), N_ ("Undo Your Last Change"), "<Control>z" },
  { NULL, N_ ("Redo"), "<Control><Shift>z" },
  { NULL, N_ ("Find"), "<Control>f" },
  { NULL, N_ ("Find and Replace"), "<Control>h" },
  { NULL, N_ ("Insert Emoji"), "<Control>period" },
  { N_ ("Window"), N_ ("People"), "F9" },
  { NULL, N_ ("New Window"), "<Control><Shift>n" },
  { NULL, N_ ("Preferences"), "<Control>comma" },
  { NULL, N_ ("Help"), "F1" },
  { NULL, N_ ("Keyboard Shortcuts"), "<Control>question" },
  { NULL, N_ ("Close Window"), "<Control>w" },
  { NULL, N_ ("Quit"), "<Control>q" },
};

/* One key cap for each key of @accelerator. */
static GtkWidget *
key_caps (const char *accelerator)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autofree char *label = NULL;
  g_auto (GStrv) keys = NULL;
  GdkModifierType modifiers;
  guint key;

  gtk_accelerator_parse (accelerator, &key, &modifiers);
  label = gtk_accelerator_get_label (key, modifiers);
  keys = g_strsplit (label, "+", -1);
  for (char **cap = keys; *cap != NULL; cap++)
    {
      GtkWidget *widget = gtk_label_new (*cap);

      gtk_widget_add_css_class (widget, "keycap");
      gtk_box_append (GTK_BOX (box), widget);
    }
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static void
coquill_shortcuts_dialog_class_init (CoquillShortcutsDialogClass *klass)
{
}

static void
coquill_shortcuts_dialog_init (CoquillShortcutsDialog *self)
{
  GtkWidget *toolbar = adw_toolbar_view_new ();
  GtkWidget *page = adw_preferences_page_new ();
  AdwPreferencesGroup *group = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      GtkWidget *row = adw_action_row_new ();

      if (shortcuts[i].group != NULL)
        {
          group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
          adw_preferences_group_set_title (group, _ (shortcuts[i].group));
          adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), group);
        }
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (shortcuts[i].title));
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), key_caps (shortcuts[i].accelerator));
      adw_preferences_group_add (group, row);
    }

  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (toolbar), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (toolbar), page);
  adw_dialog_set_title (ADW_DIALOG (self), _ ("Keyboard Shortcuts"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 460);
  adw_dialog_set_content_height (ADW_DIALOG (self), 600);
  adw_dialog_set_child (ADW_DIALOG (self), toolbar);
}

CoquillShortcutsDialog *
coquill_shortcuts_dialog_new (void)
{
  return g_object_new (COQUILL_TYPE_SHORTCUTS_DIALOG, NULL);
}
