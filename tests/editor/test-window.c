/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-window.c: what a window shows when. */

#include <gtksourceview/gtksource.h>

#include "editor/announcer.h"
#include "editor/window.h"
#include "fake-replica.h"
#include "wait.h"

typedef struct
{
  CoquillLibrary *library;
  CoquillWindow *window;
} Desk;

static void
desk_set_up (Desk *desk)
{
  desk->library = coquill_fake_library_new ();
  desk->window = coquill_window_new (NULL);
  gtk_window_present (GTK_WINDOW (desk->window));
}

static void
desk_clear (Desk *desk)
{
  CoquillWindow *window = desk->window;

  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *)&window);
  gtk_window_destroy (GTK_WINDOW (desk->window));
  wait_until (window == NULL);
  g_object_unref (desk->library);
}

/* Finds a widget of @type below @widget for which @matches holds, depth first. */
static GtkWidget *
find (GtkWidget *widget, GType type, gboolean (*matches) (GtkWidget *, gconstpointer), gconstpointer data)
{
  if (g_type_is_a (G_OBJECT_TYPE (widget), type) && (matches == NULL || matches (widget, data)))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type, matches, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_label (GtkWidget *widget, gconstpointer data)
{
  return gtk_widget_get_mapped (widget) && g_strcmp0 (gtk_label_get_label (GTK_LABEL (widget)), data) == 0;
}

static gboolean
says (Desk *desk, const char *words)
{
  return find (GTK_WIDGET (desk->window), GTK_TYPE_LABEL, has_label, words) != NULL;
}

static gboolean
banner_says (GtkWidget *widget, gconstpointer data)
{
  return adw_banner_get_revealed (ADW_BANNER (widget))
         && g_str_has_prefix (adw_banner_get_title (ADW_BANNER (widget)), data);
}

static CoquillPage *
get_page (Desk *desk)
{
  return COQUILL_PAGE (find (GTK_WIDGET (desk->window), COQUILL_TYPE_PAGE, NULL, NULL));
}

static void
test_the_first_start_offers_three_ways (void)
{
  Desk desk;

  desk_set_up (&desk);
  g_assert_false (says (&desk, "Write, Alone or Together"));
  coquill_window_set_library (desk.window, desk.library, NULL);
  wait_until (says (&desk, "Write, Alone or Together"));
  g_assert_true (says (&desk, "_New Document"));
  g_assert_true (says (&desk, "_Open File…"));
  g_assert_true (says (&desk, "_Join with a Link…"));
  desk_clear (&desk);
}

static void
test_a_library_that_fails_to_open_is_explained (void)
{
  g_autoptr (GError) error = g_error_new (COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_BUSY,
                                          "coquill-peer (process 7 on <here>) uses these documents.");
  Desk desk;

  desk_set_up (&desk);
  coquill_window_set_library (desk.window, NULL, error);
  wait_until (says (&desk, "Your Documents Can’t Be Opened"));
  g_assert_true (says (&desk, "_Try Again"));
  coquill_window_set_library (desk.window, desk.library, NULL);
  wait_until (says (&desk, "Write, Alone or Together"));
  desk_clear (&desk);
}

static void
test_a_new_document_is_ready_to_write (void)
{
  Desk desk;

  desk_set_up (&desk);
  coquill_window_set_library (desk.window, desk.library, NULL);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (desk.window), "win.new", NULL));
  wait_until (coquill_window_get_document (desk.window) != NULL);
  wait_until (GTK_IS_TEXT_VIEW (gtk_window_get_focus (GTK_WINDOW (desk.window))));
  wait_until (says (&desk, "On this device"));
  g_assert_true (says (&desk, "Untitled"));

  g_signal_emit_by_name (gtk_window_get_focus (GTK_WINDOW (desk.window)), "insert-at-cursor",
                         "My day\nbegan");
  wait_until (g_strcmp0 (gtk_window_get_title (GTK_WINDOW (desk.window)), "My day") == 0);
  desk_clear (&desk);
}

static void
test_the_list_follows_library_and_search (void)
{
  GtkWidget *list;
  GtkWidget *entry;
  Desk desk;

  desk_set_up (&desk);
  coquill_fake_library_add (desk.library, "Apples", "");
  coquill_fake_library_add (desk.library, "Pears", "");
  coquill_window_set_library (desk.window, desk.library, NULL);
  list = find (GTK_WIDGET (desk.window), GTK_TYPE_LIST_BOX, NULL, NULL);
  g_assert_nonnull (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1));

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (desk.window), "win.search", NULL));
  entry = find (GTK_WIDGET (desk.window), GTK_TYPE_SEARCH_ENTRY, NULL, NULL);
  gtk_editable_set_text (GTK_EDITABLE (entry), "pea");
  wait_until (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1) == NULL);
  g_assert_nonnull (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0));
  gtk_editable_set_text (GTK_EDITABLE (entry), "plums");
  wait_until (says (&desk, "No Results"));
  desk_clear (&desk);
}

static void
test_the_open_document_stays_selected_when_the_order_changes (void)
{
  CoquillReplica *first;
  GtkListBox *list;
  Desk desk;

  desk_set_up (&desk);
  first = coquill_fake_library_add (desk.library, "First", "");
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, first);
  list = GTK_LIST_BOX (find (GTK_WIDGET (desk.window), GTK_TYPE_LIST_BOX, NULL, NULL));
  g_assert_cmpint (gtk_list_box_row_get_index (gtk_list_box_get_selected_row (list)), ==, 0);
  coquill_fake_library_add (desk.library, "Second", "");
  g_assert_cmpint (gtk_list_box_row_get_index (gtk_list_box_get_selected_row (list)), ==, 1);
  desk_clear (&desk);
}

static void
test_removal_is_undone_from_the_toast (void)
{
  CoquillReplica *replica;
  CoquillPage *page;
  GtkWidget *toast;
  GtkWidget *button;
  Desk desk;

  desk_set_up (&desk);
  coquill_fake_library_add (desk.library, "Other", "");
  replica = coquill_fake_library_add (desk.library, "Letter", "");
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, replica);
  wait_until (says (&desk, "Letter"));
  page = get_page (&desk);
  g_object_add_weak_pointer (G_OBJECT (page), (gpointer *)&page);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (page), "page.remove", NULL));
  wait_until (says (&desk, "“Letter” removed"));
  wait_until (page == NULL);
  g_assert_null (coquill_window_get_document (desk.window));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (desk.library)), ==, 1);

  toast = gtk_widget_get_ancestor (
      find (GTK_WIDGET (desk.window), GTK_TYPE_LABEL, has_label, "“Letter” removed"),
      g_type_from_name ("AdwToastWidget"));
  button = find (toast, GTK_TYPE_BUTTON, NULL, NULL);
  g_signal_emit_by_name (button, "clicked");
  wait_until (coquill_window_get_document (desk.window) != NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (desk.library)), ==, 2);
  wait_until (!says (&desk, "“Letter” removed"));
  desk_clear (&desk);
}

static void
test_the_status_line_uses_the_one_vocabulary (void)
{
  CoquillReplica *replica;
  Desk desk;

  desk_set_up (&desk);
  replica = coquill_fake_library_add (desk.library, "Letter", "");
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, replica);
  for (int status = COQUILL_STATUS_ON_DEVICE; status <= COQUILL_STATUS_NOT_SAVED; status++)
    {
      coquill_fake_replica_set_status (replica, (CoquillReplicaStatus)status, NULL);
      wait_until (says (&desk, coquill_replica_status_to_words ((CoquillReplicaStatus)status)));
    }
  desk_clear (&desk);
}

static void
test_the_offline_banner_comes_after_ten_seconds_and_goes_at_once (void)
{
  CoquillReplica *replica;
  gint64 start = g_get_monotonic_time ();
  Desk desk;

  desk_set_up (&desk);
  replica = coquill_fake_library_add (desk.library, "Letter", "");
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, replica);
  coquill_fake_replica_set_status (replica, COQUILL_STATUS_OFFLINE, NULL);
  wait_until (find (GTK_WIDGET (desk.window), ADW_TYPE_BANNER, banner_says, "You’re offline.") != NULL);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 9 * G_USEC_PER_SEC);
  coquill_fake_replica_set_status (replica, COQUILL_STATUS_CATCHING_UP, NULL);
  g_assert_null (find (GTK_WIDGET (desk.window), ADW_TYPE_BANNER, banner_says, "You’re offline."));
  desk_clear (&desk);
}

static void
test_a_refusing_disk_is_said_until_it_is_over (void)
{
  g_autoptr (GError) error
      = g_error_new (COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_FULL, "The disk is full. Free some space.");
  CoquillReplica *replica;
  Desk desk;

  desk_set_up (&desk);
  replica = coquill_fake_library_add (desk.library, "Letter", "");
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, replica);
  coquill_fake_replica_set_status (replica, COQUILL_STATUS_NOT_SAVED, error);
  g_assert_nonnull (
      find (GTK_WIDGET (desk.window), ADW_TYPE_BANNER, banner_says, "New changes are not saved."));
  coquill_fake_replica_set_status (replica, COQUILL_STATUS_ON_DEVICE, NULL);
  g_assert_null (find (GTK_WIDGET (desk.window), ADW_TYPE_BANNER, banner_says, "New changes are not saved."));
  desk_clear (&desk);
}

static void
test_a_document_that_waits_opens_when_it_comes (void)
{
  CoquillReplica *replica;
  Desk desk;

  desk_set_up (&desk);
  replica = coquill_fake_library_add (desk.library, "Letter", "Dear");
  coquill_fake_replica_set_state (replica, COQUILL_REPLICA_WAITING, NULL);
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, replica);
  wait_until (says (&desk, "Waiting for Someone Who Has It"));
  g_assert_true (says (&desk, "Waiting"));
  coquill_fake_replica_set_state (replica, COQUILL_REPLICA_OPEN, NULL);
  wait_until (GTK_IS_TEXT_VIEW (gtk_window_get_focus (GTK_WINDOW (desk.window))));
  desk_clear (&desk);
}

static void
test_a_damaged_document_is_explained (void)
{
  g_autoptr (GError) error
      = g_error_new (COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_DAMAGED, "A file of it is damaged.");
  CoquillReplica *replica;
  Desk desk;

  desk_set_up (&desk);
  replica = coquill_fake_library_add (desk.library, "Letter", "Dear");
  coquill_fake_replica_set_state (replica, COQUILL_REPLICA_FAILED, error);
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, replica);
  wait_until (says (&desk, "This Document Can’t Be Opened"));
  g_assert_true (says (&desk, "A file of it is damaged."));
  desk_clear (&desk);
}

static void
test_people_come_into_the_header (void)
{
  CoquillReplica *replica;
  GtkWidget *button;
  Desk desk;

  desk_set_up (&desk);
  replica = coquill_fake_library_add (desk.library, "Letter", "Dear");
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, replica);
  button = GTK_WIDGET (
      gtk_widget_get_template_child (GTK_WIDGET (get_page (&desk)), COQUILL_TYPE_PAGE, "people_button"));
  g_assert_false (gtk_widget_get_visible (button));
  coquill_fake_replica_add_person (replica, "Ana <b>", "#e62d42");
  g_assert_true (gtk_widget_get_visible (button));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  wait_until (says (&desk, "Ana <b>"));
  wait_until (says (&desk, "Through the meeting point"));
  desk_clear (&desk);
}

static gboolean
has_title (GtkWidget *widget, gconstpointer data)
{
  return g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), data);
}

static void
test_a_persons_row_opens_and_tells_the_road (void)
{
  CoquillReplica *replica;
  CoquillParticipant *ana;
  AdwExpanderRow *row;
  GtkWidget *pane;
  Desk desk;

  desk_set_up (&desk);
  replica = coquill_fake_library_add (desk.library, "Letter", "Dear");
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, replica);
  ana = coquill_fake_replica_add_person (replica, "Ana", "#e62d42");
  g_object_set (ana, "road-why", COQUILL_ROAD_WHY_NO_WAY, "round-trip", (gint64)34400, NULL);
  g_object_set (get_page (&desk), "show-people", TRUE, NULL);
  pane = GTK_WIDGET (
      gtk_widget_get_template_child (GTK_WIDGET (get_page (&desk)), COQUILL_TYPE_PAGE, "people_in_sidebar"));
  wait_until (find (pane, ADW_TYPE_EXPANDER_ROW, has_title, "Ana") != NULL);
  row = ADW_EXPANDER_ROW (find (pane, ADW_TYPE_EXPANDER_ROW, has_title, "Ana"));
  g_assert_false (adw_expander_row_get_expanded (row));
  g_assert_false (adw_expander_row_get_enable_expansion (
      ADW_EXPANDER_ROW (find (pane, ADW_TYPE_EXPANDER_ROW, has_title, "Me Myself (You)"))));

  adw_expander_row_set_expanded (row, TRUE);
  wait_until (says (&desk, "Not direct: the routers between you let nothing through"));
  wait_until (says (&desk, "34 ms"));
  wait_until (says (&desk, "To the meeting point"));

  g_object_set (ana, "road-why", COQUILL_ROAD_WHY_NONE, "road", COQUILL_ROAD_DIRECT, "round-trip",
                (gint64)400, "road-since", g_get_real_time (), "road-sent", (guint64)12000, "road-received",
                (guint64)3456000, NULL);
  wait_until (says (&desk, "Directly, less than 1 ms"));
  g_assert_true (says (&desk, "less than 1 ms"));
  g_assert_true (says (&desk, "Just now"));
  wait_until (says (&desk, "12.0\302\240kB"));
  g_assert_true (says (&desk, "3.5\302\240MB"));
  g_assert_false (says (&desk, "Not direct: the routers between you let nothing through"));

  g_object_set (ana, "present", FALSE, NULL);
  g_assert_false (adw_expander_row_get_expanded (row));
  g_assert_false (adw_expander_row_get_enable_expansion (row));
  wait_until (says (&desk, "Away"));
  desk_clear (&desk);
}

/* Chooses "Connect Directly" in the menu, whether it is there or not. */
static gboolean
hides_after_choosing (Desk *desk, CoquillReplica *replica)
{
  gboolean hidden;

  gtk_widget_activate_action (GTK_WIDGET (get_page (desk)), "page.connect-directly", NULL);
  g_object_get (replica, "hide-address", &hidden, NULL);
  return hidden;
}

static void
test_a_shared_document_can_do_without_direct_roads (void)
{
  CoquillReplica *replica;
  Desk desk;

  desk_set_up (&desk);
  replica = coquill_fake_library_add (desk.library, "Letter", "Dear");
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, replica);
  wait_until (says (&desk, "On this device"));
  /* Nothing to choose while one is alone, or hidden for all. */
  g_assert_false (hides_after_choosing (&desk, replica));
  coquill_fake_replica_share (replica, "https://relay.example");
  g_object_set (desk.library, "hide-address", TRUE, NULL);
  g_assert_false (hides_after_choosing (&desk, replica));
  g_object_set (desk.library, "hide-address", FALSE, NULL);

  g_assert_true (hides_after_choosing (&desk, replica));
  g_assert_false (hides_after_choosing (&desk, replica));
  desk_clear (&desk);
}

static void
test_who_leaves_lingers_a_moment (void)
{
  CoquillReplica *replica;
  CoquillParticipant *ana;
  GtkWidget *button;
  Desk desk;

  desk_set_up (&desk);
  replica = coquill_fake_library_add (desk.library, "Letter", "Dear");
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, replica);
  ana = coquill_fake_replica_add_person (replica, "Ana", "#e62d42");
  button = GTK_WIDGET (
      gtk_widget_get_template_child (GTK_WIDGET (get_page (&desk)), COQUILL_TYPE_PAGE, "people_button"));
  g_object_set (ana, "last-seen", g_get_real_time (), "present", FALSE, NULL);
  g_assert_true (gtk_widget_get_visible (button));
  wait_until (!gtk_widget_get_visible (button));
  desk_clear (&desk);
}

static void
count_words (int *count, const char *words)
{
  ++*count;
}

static void
test_joins_and_leaves_are_announced_throttled (void)
{
  CoquillReplica *replica = coquill_fake_replica_new (NULL, "");
  GtkWidget *label = g_object_ref_sink (gtk_label_new (NULL));
  CoquillAnnouncer *announcer = coquill_announcer_new (label);
  int count = 0;

  g_signal_connect_swapped (announcer, "said", G_CALLBACK (count_words), &count);
  coquill_announcer_set_people (announcer, coquill_replica_get_people (replica));
  for (int i = 0; i < 20; i++)
    coquill_fake_replica_add_person (replica, "Somebody", "#e62d42");
  g_assert_cmpint (count, ==, 0);
  wait_until (count > 0);
  g_assert_cmpint (count, ==, 1);

  coquill_announcer_set_people (announcer, NULL);
  wait_until_finalized (announcer);
  wait_until_finalized (label);
  wait_until_finalized (replica);
}

static void
test_a_narrow_window_keeps_to_its_width (void)
{
  CoquillReplica *replica;
  Desk desk;
  int minimum;

  desk_set_up (&desk);
  replica = coquill_fake_library_add (desk.library, "A title that is far too long for any phone", "Dear");
  for (int i = 0; i < 12; i++)
    coquill_fake_replica_add_person (replica, "Somebody", "#e62d42");
  coquill_window_set_library (desk.window, desk.library, NULL);
  coquill_window_show_document (desk.window, replica);
  g_object_set (desk.window, "narrow", TRUE, "compact", TRUE, NULL);
  wait_until (says (&desk, "On this device"));
  gtk_widget_measure (GTK_WIDGET (get_page (&desk)), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL,
                      NULL);
  g_assert_cmpint (minimum, <=, 360);
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

  g_test_add_func ("/window/the-first-start-offers-three-ways", test_the_first_start_offers_three_ways);
  g_test_add_func ("/window/a-library-that-fails-to-open-is-explained",
                   test_a_library_that_fails_to_open_is_explained);
  g_test_add_func ("/window/a-new-document-is-ready-to-write", test_a_new_document_is_ready_to_write);
  g_test_add_func ("/window/the-list-follows-library-and-search", test_the_list_follows_library_and_search);
  g_test_add_func ("/window/the-open-document-stays-selected-when-the-order-changes",
                   test_the_open_document_stays_selected_when_the_order_changes);
  g_test_add_func ("/window/removal-is-undone-from-the-toast", test_removal_is_undone_from_the_toast);
  g_test_add_func ("/window/the-status-line-uses-the-one-vocabulary",
                   test_the_status_line_uses_the_one_vocabulary);
  g_test_add_func ("/window/the-offline-banner-comes-after-ten-seconds-and-goes-at-once",
                   test_the_offline_banner_comes_after_ten_seconds_and_goes_at_once);
  g_test_add_func ("/window/a-refusing-disk-is-said-until-it-is-over",
                   test_a_refusing_disk_is_said_until_it_is_over);
  g_test_add_func ("/window/a-document-that-waits-opens-when-it-comes",
                   test_a_document_that_waits_opens_when_it_comes);
  g_test_add_func ("/window/a-damaged-document-is-explained", test_a_damaged_document_is_explained);
  g_test_add_func ("/window/people-come-into-the-header", test_people_come_into_the_header);
  g_test_add_func ("/window/a-persons-row-opens-and-tells-the-road",
                   test_a_persons_row_opens_and_tells_the_road);
  g_test_add_func ("/window/a-shared-document-can-do-without-direct-roads",
                   test_a_shared_document_can_do_without_direct_roads);
  g_test_add_func ("/window/who-leaves-lingers-a-moment", test_who_leaves_lingers_a_moment);
  g_test_add_func ("/window/joins-and-leaves-are-announced-throttled",
                   test_joins_and_leaves_are_announced_throttled);
  g_test_add_func ("/window/a-narrow-window-keeps-to-its-width", test_a_narrow_window_keeps_to_its_width);
  return g_test_run ();
}
