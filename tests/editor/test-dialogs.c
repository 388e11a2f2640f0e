/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-dialogs.c: sharing, joining and preferences. */

#include <adwaita.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

#include "editor/join-dialog.h"
#include "editor/preferences-dialog.h"
#include "editor/relay-row.h"
#include "editor/share-dialog.h"
#include "editor/shortcuts-dialog.h"
#include "fake-replica.h"
#include "wait.h"

typedef struct
{
  CoquillLibrary *library;
  GtkWidget *window;
  AdwDialog *dialog;
} Desk;

static void
present (Desk *desk, gpointer dialog)
{
  desk->window = adw_window_new ();
  adw_window_set_content (ADW_WINDOW (desk->window), gtk_label_new (""));
  gtk_window_set_default_size (GTK_WINDOW (desk->window), 700, 700);
  gtk_window_present (GTK_WINDOW (desk->window));
  desk->dialog = dialog;
  adw_dialog_present (desk->dialog, desk->window);
}

static void
desk_clear (Desk *desk)
{
  AdwDialog *dialog = desk->dialog;

  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *)&dialog);
  adw_dialog_force_close (desk->dialog);
  wait_until (dialog == NULL);
  gtk_window_destroy (GTK_WINDOW (desk->window));
  /* Not asserted to be the last reference: libadwaita keeps the sheet of a dialog that was on screen. */
  g_object_unref (desk->library);
}

static GObject *
child (Desk *desk, const char *name)
{
  GObject *object
      = gtk_widget_get_template_child (GTK_WIDGET (desk->dialog), G_OBJECT_TYPE (desk->dialog), name);

  g_assert_nonnull (object);
  return object;
}

static const char *
visible_page (Desk *desk)
{
  return gtk_stack_get_visible_child_name (GTK_STACK (child (desk, "stack")));
}

static void
test_share_needs_a_relay_that_answers (void)
{
  g_autoptr (CoquillReplica) replica = coquill_fake_replica_new ("Letter", "Dear");
  g_autofree char *relay = NULL;
  GtkWidget *create;
  Desk desk = { .library = coquill_fake_library_new () };

  present (&desk, coquill_share_dialog_new (desk.library, replica));
  create = GTK_WIDGET (child (&desk, "create_button"));
  g_assert_cmpstr (visible_page (&desk), ==, "set-up");
  g_assert_false (gtk_widget_get_sensitive (create));

  gtk_editable_set_text (GTK_EDITABLE (child (&desk, "relay_row")), "https://nowhere.example");
  wait_until (gtk_widget_get_visible (GTK_WIDGET (child (&desk, "message"))));
  wait_until (g_strcmp0 (gtk_label_get_label (GTK_LABEL (child (&desk, "message"))),
                         "Nobody answers at this address.")
              == 0);
  g_assert_false (gtk_widget_get_sensitive (create));

  gtk_editable_set_text (GTK_EDITABLE (child (&desk, "relay_row")), "https://relay.example");
  wait_until (gtk_widget_get_sensitive (create));
  g_signal_emit_by_name (create, "clicked");
  wait_until (g_str_equal (visible_page (&desk), "link"));
  g_assert_true (g_str_has_prefix (adw_action_row_get_subtitle (ADW_ACTION_ROW (child (&desk, "link_row"))),
                                   "coquill:"));
  g_object_get (desk.library, "relay", &relay, NULL);
  g_assert_cmpstr (relay, ==, "https://relay.example");
  desk_clear (&desk);
}

static void
test_share_copies_the_link (void)
{
  g_autoptr (CoquillReplica) replica = coquill_fake_replica_new ("Letter", "Dear");
  GdkContentFormats *formats;
  Desk desk = { .library = coquill_fake_library_new () };

  coquill_fake_replica_share (replica, "https://relay.example");
  present (&desk, coquill_share_dialog_new (desk.library, replica));
  wait_until (g_str_equal (visible_page (&desk), "link"));
  g_signal_emit_by_name (child (&desk, "copy_button"), "clicked");
  formats = gdk_clipboard_get_formats (gtk_widget_get_clipboard (desk.window));
  g_assert_true (gdk_content_formats_contain_gtype (formats, G_TYPE_STRING));
  desk_clear (&desk);
}

static void
test_share_says_and_chooses_who_sees_ones_address (void)
{
  g_autoptr (CoquillReplica) replica = coquill_fake_replica_new ("Letter", "Dear");
  gboolean hidden;
  AdwSwitchRow *row;
  Desk desk = { .library = coquill_fake_library_new () };

  coquill_fake_replica_share (replica, "https://relay.example");
  present (&desk, coquill_share_dialog_new (desk.library, replica));
  wait_until (g_str_equal (visible_page (&desk), "link"));
  row = ADW_SWITCH_ROW (child (&desk, "direct_row"));
  g_assert_true (adw_switch_row_get_active (row));
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), "see your network address"));
  adw_switch_row_set_active (row, FALSE);
  g_object_get (replica, "hide-address", &hidden, NULL);
  g_assert_true (hidden);

  adw_switch_row_set_active (row, TRUE);
  g_object_set (desk.library, "hide-address", TRUE, NULL);
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (row)));
  g_assert_false (adw_switch_row_get_active (row));
  g_object_get (replica, "hide-address", &hidden, NULL);
  g_assert_false (hidden);
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), "hidden in all documents"));
  g_object_set (desk.library, "hide-address", FALSE, NULL);
  g_assert_true (adw_switch_row_get_active (row));
  desk_clear (&desk);
}

static void
note_link (char **joined, const char *link)
{
  g_set_str (joined, link);
}

static void
test_join_says_what_is_wrong_with_a_link (void)
{
  g_autofree char *joined = NULL;
  GtkWidget *button;
  Desk desk = { .library = coquill_fake_library_new () };

  present (&desk, coquill_join_dialog_new (desk.library, "nonsense"));
  g_signal_connect_swapped (desk.dialog, "join", G_CALLBACK (note_link), &joined);
  button = GTK_WIDGET (child (&desk, "join_button"));
  g_assert_false (gtk_widget_get_sensitive (button));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (child (&desk, "message"))));

  gtk_editable_set_text (GTK_EDITABLE (child (&desk, "link_row")), "coquill:abc");
  g_assert_true (gtk_widget_get_sensitive (button));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (child (&desk, "message"))));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (child (&desk, "relay_row"))), ==,
                   "https://relay.example");
  g_object_ref (desk.dialog);
  g_signal_emit_by_name (button, "clicked");
  g_assert_cmpstr (joined, ==, "coquill:abc");
  adw_dialog_present (desk.dialog, desk.window);
  g_object_unref (desk.dialog);
  desk_clear (&desk);
}

static void
test_who_one_is_goes_to_the_library (void)
{
  g_autofree char *name = NULL;
  g_autofree char *color = NULL;
  gboolean hidden;
  GObject *group;
  GtkWidget *name_row;
  GtkWidget *swatches;
  Desk desk = { .library = coquill_fake_library_new () };

  present (&desk, coquill_preferences_dialog_new (desk.library));
  group = child (&desk, "identity");
  name_row
      = GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (group), G_OBJECT_TYPE (group), "name_row"));
  swatches
      = GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (group), G_OBJECT_TYPE (group), "swatches"));

  gtk_editable_set_text (GTK_EDITABLE (name_row), " Grace ");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (gtk_widget_get_last_child (swatches)), TRUE);
  adw_switch_row_set_active (ADW_SWITCH_ROW (child (&desk, "hide_row")), TRUE);
  g_object_get (desk.library, "name", &name, "color", &color, "hide-address", &hidden, NULL);
  g_assert_cmpstr (name, ==, "Grace");
  g_assert_cmpstr (color, ==, "#6f8396");
  g_assert_true (hidden);

  /* An empty name is not taken. */
  gtk_editable_set_text (GTK_EDITABLE (name_row), "");
  g_clear_pointer (&name, g_free);
  g_object_get (desk.library, "name", &name, NULL);
  g_assert_cmpstr (name, ==, "Grace");
  desk_clear (&desk);
}

static void
test_preferences_take_only_an_answering_relay (void)
{
  g_autofree char *relay = NULL;
  CoquillRelayRow *row;
  Desk desk = { .library = coquill_fake_library_new () };

  g_object_set (desk.library, "relay", "https://relay.example", NULL);
  present (&desk, coquill_preferences_dialog_new (desk.library));
  row = COQUILL_RELAY_ROW (child (&desk, "relay_row"));
  wait_until (coquill_relay_row_get_address (row) != NULL);

  gtk_editable_set_text (GTK_EDITABLE (row), "https://nowhere.example");
  wait_until (g_str_equal (coquill_relay_row_get_message (row), "Nobody answers at this address."));
  g_object_get (desk.library, "relay", &relay, NULL);
  g_assert_cmpstr (relay, ==, "https://relay.example");

  gtk_editable_set_text (GTK_EDITABLE (row), "");
  g_clear_pointer (&relay, g_free);
  g_object_get (desk.library, "relay", &relay, NULL);
  g_assert_cmpstr (relay, ==, "");
  desk_clear (&desk);
}

static void
test_shortcuts_are_shown (void)
{
  Desk desk = { .library = coquill_fake_library_new () };

  present (&desk, coquill_shortcuts_dialog_new ());
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (desk.dialog)));
  desk_clear (&desk);
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  gtk_source_init ();
  /* Windows end while something still slides otherwise. */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);

  g_test_add_func ("/dialogs/share-needs-a-relay-that-answers", test_share_needs_a_relay_that_answers);
  g_test_add_func ("/dialogs/share-copies-the-link", test_share_copies_the_link);
  g_test_add_func ("/dialogs/share-says-and-chooses-who-sees-ones-address",
                   test_share_says_and_chooses_who_sees_ones_address);
  g_test_add_func ("/dialogs/join-says-what-is-wrong-with-a-link", test_join_says_what_is_wrong_with_a_link);
  g_test_add_func ("/dialogs/who-one-is-goes-to-the-library", test_who_one_is_goes_to_the_library);
  g_test_add_func ("/dialogs/preferences-take-only-an-answering-relay",
                   test_preferences_take_only_an_answering_relay);
  g_test_add_func ("/dialogs/shortcuts-are-shown", test_shortcuts_are_shown);
  return g_test_run ();
}
