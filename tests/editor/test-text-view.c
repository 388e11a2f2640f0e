/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-text-view.c: the buffer and the replica stay the same text, and one's own place in it stays where it
 * is. */

#include <adwaita.h>

#include "editor/buffer-bridge.h"
#include "editor/remote-caret.h"
#include "editor/text-view.h"
#include "fake-replica.h"
#include "wait.h"

typedef struct
{
  CoquillReplica *replica;
  CoquillParticipant *ana;
  GtkWidget *window;
  CoquillTextView *view;
  GtkTextBuffer *buffer;
} Desk;

static void
desk_set_up (Desk *desk, const char *text)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GError *error = NULL;

  g_clear_error (&error);
  desk->replica = coquill_fake_replica_new (NULL, text);
  coquill_replica_open_async (desk->replica, NULL, NULL, NULL);
  desk->ana = coquill_fake_replica_add_person (desk->replica, "Ana", "#e62d42");
  desk->view = g_object_new (COQUILL_TYPE_TEXT_VIEW, NULL);
  desk->buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (desk->view));
  coquill_text_view_set_replica (desk->view, desk->replica);
  desk->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (desk->window), 400, 300);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (desk->view));
  gtk_window_set_child (GTK_WINDOW (desk->window), scroller);
}

static void
show (Desk *desk)
{
  gtk_window_present (GTK_WINDOW (desk->window));
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (desk->view)));
  gtk_widget_grab_focus (GTK_WIDGET (desk->view));
}

static void
desk_clear (Desk *desk)
{
  CoquillTextView *view = desk->view;

  g_object_add_weak_pointer (G_OBJECT (view), (gpointer *)&view);
  gtk_window_destroy (GTK_WINDOW (desk->window));
  wait_until (view == NULL);
  wait_until_finalized (desk->replica);
}

static char *
buffer_text (Desk *desk)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (desk->buffer, &start, &end);
  return gtk_text_buffer_get_slice (desk->buffer, &start, &end, TRUE);
}

static void
assert_same (Desk *desk)
{
  g_autofree char *shown = buffer_text (desk);
  g_autofree char *kept = coquill_replica_dup_text (desk->replica, NULL);

  g_assert_cmpstr (shown, ==, kept);
}

static gboolean
is_pending (Desk *desk)
{
  gboolean pending;

  g_object_get (desk->replica, "pending", &pending, NULL);
  return pending;
}

static void
place_caret (Desk *desk, int caret, int bound)
{
  GtkTextIter a;
  GtkTextIter b;

  gtk_text_buffer_get_iter_at_offset (desk->buffer, &a, caret);
  gtk_text_buffer_get_iter_at_offset (desk->buffer, &b, bound);
  /* People can't get between the two characters of a line's end. */
  for (int i = 0; i < 2; i++)
    {
      GtkTextIter *iter = i == 0 ? &a : &b;
      GtkTextIter before = *iter;

      if (gtk_text_iter_get_char (iter) == '\n' && gtk_text_iter_backward_char (&before)
          && gtk_text_iter_get_char (&before) == '\r')
        *iter = before;
    }
  gtk_text_buffer_select_range (desk->buffer, &a, &b);
}

static int
caret_of (Desk *desk, GtkTextMark *mark)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (desk->buffer, &iter, mark);
  return gtk_text_iter_get_offset (&iter);
}

#define assert_caret(desk, caret, bound)                                                                     \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_assert_cmpint (caret_of (desk, gtk_text_buffer_get_insert ((desk)->buffer)), ==, caret);               \
    g_assert_cmpint (caret_of (desk, gtk_text_buffer_get_selection_bound ((desk)->buffer)), ==, bound);      \
  }                                                                                                          \
  G_STMT_END

static void
type (Desk *desk, const char *text)
{
  g_signal_emit_by_name (desk->view, "insert-at-cursor", text);
}

static void
test_typing_reaches_the_replica (void)
{
  Desk desk;

  desk_set_up (&desk, "Hello");
  assert_same (&desk);
  place_caret (&desk, 5, 5);
  type (&desk, ", wörld 👩‍🚀");
  assert_same (&desk);
  g_signal_emit_by_name (desk.view, "backspace");
  assert_same (&desk);
  g_signal_emit_by_name (desk.view, "select-all", TRUE);
  type (&desk, "all new");
  assert_same (&desk);
  desk_clear (&desk);
}

/* GtkTextBuffer leaves the carriage return within a line then, and GTK complains of a caret behind it. */
static void
test_a_caret_behind_half_a_line_end_can_be_drawn (void)
{
  static const char *const texts[] = { "abc\r\n", "abc\r\n\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      Desk desk;
      GdkRectangle strong;

      desk_set_up (&desk, texts[i]);
      place_caret (&desk, 5, 5);
      coquill_fake_replica_remote_delete (desk.replica, desk.ana, 4, 1);
      coquill_replica_merge_pending (desk.replica);
      assert_caret (&desk, 4, 4);
      gtk_text_view_get_cursor_locations (GTK_TEXT_VIEW (desk.view), NULL, &strong, NULL);
      assert_same (&desk);
      desk_clear (&desk);
    }
}

static void
test_random_edits_of_both_sides_stay_the_same (void)
{
  static const char *const words[]
      = { "a", "ö", "wörter ", "\n", "🙂", "\t", "\r\n", "\r", "日本", "e\u0301" };
  Desk desk;

  desk_set_up (&desk, "The start.\nAnd a second line.\n");
  for (int i = 0; i < 600; i++)
    {
      guint64 length = coquill_replica_get_length (desk.replica);
      int place = g_test_rand_int_range (0, (int)length + 1);
      const char *word = words[g_test_rand_int_range (0, G_N_ELEMENTS (words))];

      switch (g_test_rand_int_range (0, 6))
        {
        case 0:
        case 1:
          place_caret (&desk, place, g_test_rand_int_range (0, (int)length + 1));
          type (&desk, word);
          break;
        case 2:
          place_caret (&desk, place, place);
          g_signal_emit_by_name (desk.view, "backspace");
          break;
        case 3:
          coquill_fake_replica_remote_insert (desk.replica, desk.ana, (guint64)place, word);
          coquill_replica_merge_pending (desk.replica);
          break;
        case 4:
          coquill_fake_replica_remote_delete (desk.replica, desk.ana, (guint64)place,
                                              (guint64)g_test_rand_int_range (0, 5));
          coquill_replica_merge_pending (desk.replica);
          break;
        default:
          coquill_text_view_undo (desk.view);
          if (g_test_rand_bit ())
            coquill_text_view_redo (desk.view);
          break;
        }
      assert_same (&desk);
    }
  desk_clear (&desk);
}

static void
test_remote_edits_leave_caret_and_selection (void)
{
  Desk desk;

  desk_set_up (&desk, "one two three");
  place_caret (&desk, 7, 4);

  coquill_fake_replica_remote_insert (desk.replica, desk.ana, 0, "zero ");
  coquill_replica_merge_pending (desk.replica);
  assert_caret (&desk, 12, 9);

  /* Exactly at the caret: it comes after it. */
  coquill_fake_replica_remote_insert (desk.replica, desk.ana, 12, "!!");
  coquill_replica_merge_pending (desk.replica);
  assert_caret (&desk, 12, 9);

  coquill_fake_replica_remote_delete (desk.replica, desk.ana, 0, 5);
  coquill_replica_merge_pending (desk.replica);
  assert_caret (&desk, 7, 4);
  assert_same (&desk);
  desk_clear (&desk);
}

static void
count_caret_moves_cb (GtkTextBuffer *buffer, const GtkTextIter *iter, GtkTextMark *mark, int *count)
{
  *count += mark == gtk_text_buffer_get_insert (buffer);
}

static void
test_remote_edits_leave_a_composition (void)
{
  Desk desk;
  int resets = 0;

  desk_set_up (&desk, "one two three");
  place_caret (&desk, 7, 7);
  g_signal_emit_by_name (desk.view, "preedit-changed", "に");
  g_signal_connect (desk.buffer, "mark-set", G_CALLBACK (count_caret_moves_cb), &resets);
  coquill_fake_replica_remote_insert (desk.replica, desk.ana, 7, "!!");
  coquill_replica_merge_pending (desk.replica);
  /* Setting the caret's mark would make the view reset its input method. */
  g_assert_cmpint (resets, ==, 0);
  g_signal_handlers_disconnect_by_data (desk.buffer, &resets);
  assert_same (&desk);
  desk_clear (&desk);
}

static void
test_remote_edits_wait_for_a_frame (void)
{
  Desk desk;

  desk_set_up (&desk, "one");
  show (&desk);
  coquill_fake_replica_remote_insert (desk.replica, desk.ana, 3, " two");
  g_assert_true (is_pending (&desk));
  wait_until (!is_pending (&desk));
  assert_same (&desk);
  desk_clear (&desk);
}

static void
test_remote_edits_come_without_frames (void)
{
  Desk desk;

  desk_set_up (&desk, "one");
  coquill_fake_replica_remote_insert (desk.replica, desk.ana, 3, " two");
  g_assert_true (is_pending (&desk));
  wait_until (!is_pending (&desk));
  assert_same (&desk);
  desk_clear (&desk);
}

static void
test_remote_edits_above_do_not_scroll (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GtkTextIter before;
  GtkTextIter after;
  GdkRectangle sight;
  GtkAdjustment *adjustment;
  Desk desk;
  g_autofree char *line_before = NULL;
  g_autofree char *line_after = NULL;
  GtkTextIter end;

  for (int i = 0; i < 400; i++)
    g_string_append_printf (text, "This is line number %d\n", i);
  desk_set_up (&desk, text->str);
  show (&desk);
  adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (desk.view));
  wait_until (gtk_adjustment_get_upper (adjustment) > 4000);
  gtk_adjustment_set_value (adjustment, 2000);
  wait_until ((gtk_text_view_get_visible_rect (GTK_TEXT_VIEW (desk.view), &sight), sight.y > 1000));

  gtk_text_view_get_line_at_y (GTK_TEXT_VIEW (desk.view), &before, sight.y + sight.height / 2, NULL);
  end = before;
  gtk_text_iter_forward_to_line_end (&end);
  line_before = gtk_text_buffer_get_text (desk.buffer, &before, &end, FALSE);

  for (int i = 0; i < 20; i++)
    coquill_fake_replica_remote_insert (desk.replica, desk.ana, 0, "A line from far away\n");
  wait_until (!is_pending (&desk));
  /* The view validates the new lines' heights in idle time. */
  for (int i = 0; i < 30; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
    }

  gtk_text_view_get_visible_rect (GTK_TEXT_VIEW (desk.view), &sight);
  gtk_text_view_get_line_at_y (GTK_TEXT_VIEW (desk.view), &after, sight.y + sight.height / 2, NULL);
  end = after;
  gtk_text_iter_forward_to_line_end (&end);
  line_after = gtk_text_buffer_get_text (desk.buffer, &after, &end, FALSE);
  g_assert_cmpstr (line_after, ==, line_before);
  desk_clear (&desk);
}

static void
test_undo_takes_back_only_ones_own (void)
{
  g_autofree char *text = NULL;
  Desk desk;

  desk_set_up (&desk, "base");
  place_caret (&desk, 4, 4);
  type (&desk, "X");
  coquill_fake_replica_remote_insert (desk.replica, desk.ana, 0, "Ana ");
  coquill_replica_merge_pending (desk.replica);

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (desk.view), "text.undo", NULL));
  text = buffer_text (&desk);
  g_assert_cmpstr (text, ==, "Ana base");
  assert_same (&desk);
  assert_caret (&desk, 8, 8);

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (desk.view), "text.redo", NULL));
  assert_same (&desk);
  assert_caret (&desk, 9, 9);
  desk_clear (&desk);
}

/* GtkTextView turns its actions off after each edit when the buffer has no undo of its own. */
static void
test_undo_stays_enabled_after_typing (void)
{
  Desk desk;

  desk_set_up (&desk, "");
  type (&desk, "a");
  type (&desk, "b");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (desk.view), "text.undo", NULL));
  assert_same (&desk);
  g_assert_cmpint (gtk_text_buffer_get_char_count (desk.buffer), ==, 1);
  desk_clear (&desk);
}

static void
test_a_remote_caret_follows_the_text (void)
{
  g_autoptr (CoquillRemoteCaret) caret = NULL;
  GtkTextIter iter;
  GtkTextIter bound;
  Desk desk;
  gint64 moved;

  desk_set_up (&desk, "one two three");
  caret = coquill_remote_caret_new (desk.ana, desk.buffer);
  g_assert_false (coquill_remote_caret_get_iters (caret, &iter, &bound));

  coquill_fake_replica_move_caret (desk.replica, desk.ana, 4, 7);
  g_assert_true (coquill_remote_caret_get_iters (caret, &iter, &bound));
  g_assert_cmpint (gtk_text_iter_get_offset (&iter), ==, 4);
  g_assert_cmpint (gtk_text_iter_get_offset (&bound), ==, 7);
  moved = coquill_remote_caret_get_moved (caret);

  /* One's own text before it pushes it, which is no movement of theirs. */
  place_caret (&desk, 0, 0);
  type (&desk, "zero ");
  coquill_fake_replica_move_caret (desk.replica, desk.ana, 9, 12);
  coquill_remote_caret_get_iters (caret, &iter, &bound);
  g_assert_cmpint (gtk_text_iter_get_offset (&iter), ==, 9);
  g_assert_cmpint (coquill_remote_caret_get_moved (caret), ==, moved);

  /* One's own text exactly there comes after it. */
  place_caret (&desk, 9, 9);
  type (&desk, "!");
  coquill_remote_caret_get_iters (caret, &iter, &bound);
  g_assert_cmpint (gtk_text_iter_get_offset (&iter), ==, 9);

  /* Beyond the end is the end. */
  coquill_fake_replica_move_caret (desk.replica, desk.ana, 1000, 1000);
  coquill_remote_caret_get_iters (caret, &iter, &bound);
  g_assert_true (gtk_text_iter_is_end (&iter));

  g_object_set (desk.ana, "present", FALSE, NULL);
  g_assert_false (coquill_remote_caret_get_iters (caret, &iter, &bound));
  g_assert_finalize_object (g_steal_pointer (&caret));
  desk_clear (&desk);
}

static void
test_a_hundred_carets_draw (void)
{
  Desk desk;

  desk_set_up (&desk, "one two three\n\nfour שלום five\n");
  show (&desk);
  for (guint i = 0; i < 100; i++)
    {
      CoquillParticipant *person = coquill_fake_replica_add_person (desk.replica, "Somebody", "nonsense");

      coquill_fake_replica_move_caret (desk.replica, person, i % 40, (i * 7) % 40);
    }
  for (int i = 0; i < 20; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
    }
  g_signal_emit_by_name (desk.view, "select-all", TRUE);
  type (&desk, "");
  g_signal_emit_by_name (desk.view, "backspace");
  assert_same (&desk);
  desk_clear (&desk);
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  gtk_source_init ();

  g_test_add_func ("/text-view/typing-reaches-the-replica", test_typing_reaches_the_replica);
  g_test_add_func ("/text-view/a-caret-behind-half-a-line-end-can-be-drawn",
                   test_a_caret_behind_half_a_line_end_can_be_drawn);
  g_test_add_func ("/text-view/random-edits-of-both-sides-stay-the-same",
                   test_random_edits_of_both_sides_stay_the_same);
  g_test_add_func ("/text-view/remote-edits-leave-caret-and-selection",
                   test_remote_edits_leave_caret_and_selection);
  g_test_add_func ("/text-view/remote-edits-leave-a-composition", test_remote_edits_leave_a_composition);
  g_test_add_func ("/text-view/remote-edits-wait-for-a-frame", test_remote_edits_wait_for_a_frame);
  g_test_add_func ("/text-view/remote-edits-come-without-frames", test_remote_edits_come_without_frames);
  g_test_add_func ("/text-view/remote-edits-above-do-not-scroll", test_remote_edits_above_do_not_scroll);
  g_test_add_func ("/text-view/undo-takes-back-only-ones-own", test_undo_takes_back_only_ones_own);
  g_test_add_func ("/text-view/undo-stays-enabled-after-typing", test_undo_stays_enabled_after_typing);
  g_test_add_func ("/text-view/a-remote-caret-follows-the-text", test_a_remote_caret_follows_the_text);
  g_test_add_func ("/text-view/a-hundred-carets-draw", test_a_hundred_carets_draw);
  return g_test_run ();
}
