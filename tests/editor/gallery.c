/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gallery.c: draws the editor's windows, filled with people and text by the replica in memory, into pictures.
 *
 * gallery FOLDER [SCENE…] writes FOLDER/SCENE.png. Under Xvfb, with GSK_RENDERER=cairo. */

#include <stdlib.h>

#include <gtksourceview/gtksource.h>

#include "editor/join-dialog.h"
#include "editor/preferences-dialog.h"
#include "editor/share-dialog.h"
#include "editor/shortcuts-dialog.h"
#include "editor/window.h"
#include "fake-replica.h"

typedef struct
{
  CoquillLibrary *library;
  CoquillReplica *replica;
  CoquillWindow *window;
  CoquillParticipant *ana;
  CoquillParticipant *bo;
} Stage;

static const char essay[] = "# A Letter to the Garden\n\n"
                            "The first frost came **early** this year, and with it the silence of birds. We "
                            "had planned to cover the roses; "
                            "nobody remembered where the sacking was kept.\n\n"
                            "## What to do before winter\n\n"
                            "- Cover the roses and the *young* fig tree\n"
                            "- Bring the lemon inside\n"
                            "- Empty the water barrel, see [the list](https://example.org/list)\n\n"
                            "> “A garden is a grand teacher.” (Gertrude Jekyll)\n\n"
                            "Some of this can wait. The fig can't: `frost < -5` is its end. We could ask the "
                            "neighbours for straw, as we did "
                            "two years ago, when the whole street helped and nobody slept.\n\n"
                            "שלום עולם, the bidirectional line stands here for its own sake.\n";

static const char code[]
    = "/* answer.c: the question is left to the reader. */\n#include <stdio.h>\n\nint\nmain (void)\n{\n"
      "  int answer = 6 * 7;\n\n  printf (\"%d\\n\", answer);\n  return 0;\n}\n";

static void
wait_ms (guint ms)
{
  for (gint64 end = g_get_monotonic_time () + ms * 1000; g_get_monotonic_time () < end;)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
}

static void
fill (Stage *stage, const char *title, const char *text)
{
  coquill_fake_library_add (stage->library, NULL, "Minutes of the meeting\n");
  coquill_fake_library_add (stage->library, "shopping.txt", "milk\n");
  coquill_fake_library_add (stage->library,
                            "A document with a title so long that no sidebar could ever show it whole", "x");
  stage->replica = coquill_fake_library_add (stage->library, title, text);
  stage->ana = coquill_fake_replica_add_person (stage->replica, "Ana Lovelace", "#e62d42");
  stage->bo = coquill_fake_replica_add_person (stage->replica, "Bo", "#3a944a");
  g_object_set (stage->ana, "round-trip", (gint64)34000, "typing", TRUE, NULL);
  g_object_set (stage->bo, "road", COQUILL_ROAD_DIRECT, "round-trip", (gint64)2100, NULL);
  coquill_fake_replica_share (stage->replica, "https://relay.example");
}

static void
show_people_at_work (Stage *stage)
{
  coquill_window_show_document (stage->window, stage->replica);
  wait_ms (100);
  coquill_fake_replica_move_caret (stage->replica, stage->ana, 60, 60);
  coquill_fake_replica_move_caret (stage->replica, stage->bo, 140, 230);
}

static CoquillPage *
get_page (Stage *stage)
{
  return COQUILL_PAGE (
      gtk_widget_get_ancestor (gtk_window_get_focus (GTK_WINDOW (stage->window)), COQUILL_TYPE_PAGE));
}

static void
scene_welcome (Stage *stage)
{
}

static void
scene_document (Stage *stage)
{
  fill (stage, NULL, essay);
  show_people_at_work (stage);
}

static void
scene_code (Stage *stage)
{
  fill (stage, "answer.c", code);
  show_people_at_work (stage);
}

static void
scene_people (Stage *stage)
{
  scene_document (stage);
  coquill_fake_replica_add_person (stage->replica, "Cleo", "#9141ac");
  coquill_fake_replica_add_person (stage->replica, "Dilip", "#c88800");
  coquill_fake_replica_add_person (stage->replica, "Émile", "#2190a4");
  g_object_set (
      coquill_fake_replica_add_person (stage->replica, "Someone whose name is longer than a row", "#d56199"),
      "present", FALSE, "last-seen", g_get_real_time () - G_TIME_SPAN_HOUR * 2, NULL);
  g_object_set (get_page (stage), "show-people", TRUE, NULL);
}

static void
open_rows (GtkWidget *widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    open_rows (child);
  if (ADW_IS_EXPANDER_ROW (widget))
    adw_expander_row_set_expanded (ADW_EXPANDER_ROW (widget), TRUE);
}

static void
scene_roads (Stage *stage)
{
  CoquillParticipant *cleo;

  scene_document (stage);
  g_object_set (stage->ana, "road-why", COQUILL_ROAD_WHY_NO_WAY, "road-since",
                g_get_real_time () - G_TIME_SPAN_MINUTE * 7, NULL);
  g_object_set (stage->bo, "road-since", g_get_real_time () - G_TIME_SPAN_HOUR * 2, "road-sent",
                (guint64)123456, "road-received", (guint64)7654321, NULL);
  cleo = coquill_fake_replica_add_person (stage->replica, "Someone whose name is longer than a row",
                                          "#9141ac");
  g_object_set (cleo, "road", COQUILL_ROAD_DIRECT, "road-forwarded", TRUE, "round-trip", (gint64)400, NULL);
  g_object_set (get_page (stage), "show-people", TRUE, NULL);
  wait_ms (300);
  open_rows (GTK_WIDGET (get_page (stage)));
}

static void
scene_offline (Stage *stage)
{
  scene_document (stage);
  coquill_fake_replica_set_status (stage->replica, COQUILL_STATUS_OFFLINE, NULL);
  wait_ms (10500);
}

static void
scene_disk (Stage *stage)
{
  g_autoptr (GError) error = g_error_new (COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_FULL,
                                          "The disk is full. Your text is in memory; free some space.");

  scene_document (stage);
  coquill_fake_replica_set_status (stage->replica, COQUILL_STATUS_NOT_SAVED, error);
}

static void
scene_find (Stage *stage)
{
  scene_document (stage);
  gtk_widget_activate_action (GTK_WIDGET (get_page (stage)), "page.replace", NULL);
  wait_ms (200);
  gtk_editable_set_text (GTK_EDITABLE (gtk_widget_get_ancestor (
                             gtk_window_get_focus (GTK_WINDOW (stage->window)), GTK_TYPE_EDITABLE)),
                         "the");
  wait_ms (300);
}

static void
scene_pill (Stage *stage)
{
  g_autoptr (GString) text = g_string_new (essay);

  for (int i = 0; i < 60; i++)
    g_string_append_printf (text, "Line %d of the tail.\n", i);
  fill (stage, NULL, text->str);
  show_people_at_work (stage);
  coquill_fake_replica_remote_insert (stage->replica, stage->ana, text->len - 300, "Down here!");
}

static void
scene_waiting (Stage *stage)
{
  fill (stage, NULL, essay);
  coquill_fake_replica_set_state (stage->replica, COQUILL_REPLICA_WAITING, NULL);
  coquill_window_show_document (stage->window, stage->replica);
}

static void
scene_getting (Stage *stage)
{
  fill (stage, NULL, essay);
  coquill_window_join (stage->window, "coquill:something");
  wait_ms (300);
  g_signal_emit_by_name (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (stage->window)),
                         "join", "coquill:something");
  adw_dialog_force_close (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (stage->window)));
}

static void
scene_share (Stage *stage)
{
  CoquillReplica *private;

  scene_document (stage);
  private = coquill_fake_library_add (stage->library, "Private", "x");
  g_object_set (stage->library, "relay", "https://relay.example", NULL);
  adw_dialog_present (ADW_DIALOG (coquill_share_dialog_new (stage->library, private)),
                      GTK_WIDGET (stage->window));
  wait_ms (900);
}

static void
scene_link (Stage *stage)
{
  scene_document (stage);
  adw_dialog_present (ADW_DIALOG (coquill_share_dialog_new (stage->library, stage->replica)),
                      GTK_WIDGET (stage->window));
}

static void
scene_join (Stage *stage)
{
  scene_document (stage);
  coquill_window_join (stage->window, "coquill:AAEfaHR0cHM6Ly9yZWxheS5leGFtcGxl");
}

static void
scene_bad_link (Stage *stage)
{
  coquill_window_join (stage->window, "http:nonsense");
}

static void
scene_preferences (Stage *stage)
{
  scene_document (stage);
  adw_dialog_present (ADW_DIALOG (coquill_preferences_dialog_new (stage->library)),
                      GTK_WIDGET (stage->window));
}

static void
scene_shortcuts (Stage *stage)
{
  scene_document (stage);
  adw_dialog_present (ADW_DIALOG (coquill_shortcuts_dialog_new ()), GTK_WIDGET (stage->window));
}

static void
scene_long_lines (Stage *stage)
{
  g_autofree char *line = g_strnfill (6000, 'x');

  fill (stage, "data.json", line);
  coquill_window_show_document (stage->window, stage->replica);
}

static void
scene_toast (Stage *stage)
{
  scene_document (stage);
  coquill_fake_replica_remote_insert (stage->replica, stage->ana, 300, "A whole new sentence. ");
  wait_ms (200);
  g_signal_emit_by_name (stage->replica, "others-changed", stage->ana, 3);
}

static const struct
{
  const char *name;
  void (*play) (Stage *stage);
} scenes[] = {
  { "welcome", scene_welcome },     { "document", scene_document },
  { "code", scene_code },           { "people", scene_people },
  { "roads", scene_roads },         { "offline", scene_offline },
  { "disk", scene_disk },           { "find", scene_find },
  { "pill", scene_pill },           { "waiting", scene_waiting },
  { "getting", scene_getting },     { "share", scene_share },
  { "link", scene_link },           { "join", scene_join },
  { "bad-link", scene_bad_link },   { "preferences", scene_preferences },
  { "shortcuts", scene_shortcuts }, { "long-lines", scene_long_lines },
  { "toast", scene_toast },
};

static void
save (GtkWidget *window, const char *path)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  gdk_paintable_snapshot (paintable, snapshot, gdk_paintable_get_intrinsic_width (paintable),
                          gdk_paintable_get_intrinsic_height (paintable));
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  gdk_texture_save_to_png (texture, path);
}

static void
play (const char *folder, const char *name, void (*scene) (Stage *), int width, int height)
{
  g_autofree char *path = g_strdup_printf ("%s/%s-%d.png", folder, name, width);
  Stage stage = { .library = coquill_fake_library_new () };

  stage.window = coquill_window_new (NULL);
  gtk_window_set_default_size (GTK_WINDOW (stage.window), width, height);
  coquill_window_set_library (stage.window, stage.library, NULL);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_ms (250);
  scene (&stage);
  wait_ms (800);
  save (GTK_WIDGET (stage.window), path);
  g_print ("%s\n", path);
  gtk_window_destroy (GTK_WINDOW (stage.window));
  wait_ms (50);
  g_object_unref (stage.library);
}

int
main (int argc, char *argv[])
{
  int width = g_getenv ("GALLERY_WIDTH") != NULL ? atoi (g_getenv ("GALLERY_WIDTH")) : 1000;
  int height = g_getenv ("GALLERY_HEIGHT") != NULL ? atoi (g_getenv ("GALLERY_HEIGHT")) : 720;
  g_autoptr (GtkCssProvider) style = NULL;

  adw_init ();
  gtk_source_init ();
  style = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (style, "/io/github/coquill/Coquill/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_mkdir_with_parents (argv[1], 0755);
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    if (argc < 3 || g_strv_contains ((const char *const *)argv + 2, scenes[i].name))
      play (argv[1], scenes[i].name, scenes[i].play, width, height);
  return 0;
}
