/* test-direct-states.c: every cell of the direct road's table, each transition by name */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/direct-states.h"

/* Each way out of a state, once more, in words: what the table must say, and nothing else. */
static const struct
{
  const char *name;
  CoquillDirectState from;
  CoquillDirectEvent event;
  CoquillDirectState to;
} transitions[] = {
  { "stopping-what-is-stopped", COQUILL_DIRECT_RELAY, COQUILL_DIRECT_STOPPED, COQUILL_DIRECT_RELAY },
  { "an-attempt-begins", COQUILL_DIRECT_RELAY, COQUILL_DIRECT_STARTED, COQUILL_DIRECT_CHECKING },
  { "ice-finds-a-way", COQUILL_DIRECT_CHECKING, COQUILL_DIRECT_CONNECTED, COQUILL_DIRECT_PROBING },
  { "ice-takes-too-long", COQUILL_DIRECT_CHECKING, COQUILL_DIRECT_EXPIRED, COQUILL_DIRECT_RELAY },
  { "ice-finds-no-way", COQUILL_DIRECT_CHECKING, COQUILL_DIRECT_FAILED, COQUILL_DIRECT_RELAY },
  { "stopped-while-checking", COQUILL_DIRECT_CHECKING, COQUILL_DIRECT_STOPPED, COQUILL_DIRECT_RELAY },
  { "the-proof-passes", COQUILL_DIRECT_PROBING, COQUILL_DIRECT_PASSED, COQUILL_DIRECT_DIRECT },
  { "the-proof-takes-too-long", COQUILL_DIRECT_PROBING, COQUILL_DIRECT_EXPIRED, COQUILL_DIRECT_RELAY },
  { "the-proof-fails", COQUILL_DIRECT_PROBING, COQUILL_DIRECT_FAILED, COQUILL_DIRECT_RELAY },
  { "stopped-while-probing", COQUILL_DIRECT_PROBING, COQUILL_DIRECT_STOPPED, COQUILL_DIRECT_RELAY },
  { "an-echo-keeps-it-direct", COQUILL_DIRECT_DIRECT, COQUILL_DIRECT_ALIVE, COQUILL_DIRECT_DIRECT },
  { "silence-makes-it-suspect", COQUILL_DIRECT_DIRECT, COQUILL_DIRECT_SILENT, COQUILL_DIRECT_SUSPECT },
  { "it-breaks-while-direct", COQUILL_DIRECT_DIRECT, COQUILL_DIRECT_FAILED, COQUILL_DIRECT_RELAY },
  { "stopped-while-direct", COQUILL_DIRECT_DIRECT, COQUILL_DIRECT_STOPPED, COQUILL_DIRECT_RELAY },
  { "an-echo-clears-the-suspicion", COQUILL_DIRECT_SUSPECT, COQUILL_DIRECT_ALIVE, COQUILL_DIRECT_DIRECT },
  { "silence-goes-on", COQUILL_DIRECT_SUSPECT, COQUILL_DIRECT_EXPIRED, COQUILL_DIRECT_RELAY },
  { "it-breaks-while-suspect", COQUILL_DIRECT_SUSPECT, COQUILL_DIRECT_FAILED, COQUILL_DIRECT_RELAY },
  { "stopped-while-suspect", COQUILL_DIRECT_SUSPECT, COQUILL_DIRECT_STOPPED, COQUILL_DIRECT_RELAY },
};

static void
test_transition (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  g_assert_cmpint (coquill_direct_states_next (transitions[i].from, transitions[i].event), ==,
                   transitions[i].to);
}

static void
test_all_other_cells_lead_nowhere (void)
{
  guint walked = 0;

  for (int state = 0; state < COQUILL_DIRECT_N_STATES; state++)
    for (int event = 0; event < COQUILL_DIRECT_N_EVENTS; event++)
      {
        gboolean is_named = FALSE;

        for (guint i = 0; i < G_N_ELEMENTS (transitions); i++)
          if ((int)transitions[i].from == state && (int)transitions[i].event == event)
            {
              g_assert_false (is_named);
              is_named = TRUE;
            }
        if (!is_named)
          g_assert_cmpint (coquill_direct_states_next (state, event), ==, COQUILL_DIRECT_NOWHERE);
        walked++;
      }
  g_assert_cmpuint (walked, ==, 40);
}

/* Whatever happens, a road that fell back to the relay can try again, and one that can fall does. */
static void
test_every_state_can_be_reached_and_left (void)
{
  gboolean is_reached[COQUILL_DIRECT_N_STATES] = { [COQUILL_DIRECT_RELAY] = TRUE };

  for (int round = 0; round < COQUILL_DIRECT_N_STATES; round++)
    for (int state = 0; state < COQUILL_DIRECT_N_STATES; state++)
      for (int event = 0; is_reached[state] && event < COQUILL_DIRECT_N_EVENTS; event++)
        {
          int next = coquill_direct_states_next (state, event);

          if (next != COQUILL_DIRECT_NOWHERE)
            is_reached[next] = TRUE;
        }
  for (int state = 0; state < COQUILL_DIRECT_N_STATES; state++)
    {
      g_assert_true (is_reached[state]);
      g_assert_cmpint (coquill_direct_states_next (state, COQUILL_DIRECT_STOPPED), ==, COQUILL_DIRECT_RELAY);
    }
}

static void
test_pauses_grow_to_five_minutes (void)
{
  static const int seconds[] = { 1, 5, 15, 60, 300, 300, 300 };

  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    {
      gint64 middle = seconds[i] * G_USEC_PER_SEC;

      g_assert_cmpint (coquill_direct_states_pause (i + 1, 0.5), ==, middle);
      g_assert_cmpint (coquill_direct_states_pause (i + 1, 0), ==, middle * 3 / 4);
      g_assert_cmpint (coquill_direct_states_pause (i + 1, 1), ==, middle * 5 / 4);
    }
  g_assert_cmpint (coquill_direct_states_pause (G_MAXUINT, 1), ==, 375 * G_USEC_PER_SEC);
}

static void
test_only_a_first_silence_is_tried_again_soon (void)
{
  guint failures = coquill_direct_states_count_failure (0, TRUE);

  g_assert_cmpuint (failures, ==, 1);
  for (guint i = 2; i < 10; i++)
    {
      failures = coquill_direct_states_count_failure (failures, TRUE);
      g_assert_cmpuint (failures, ==, i);
    }
  failures = coquill_direct_states_count_failure (0, FALSE);
  g_assert_cmpint (coquill_direct_states_pause (failures, 0.5), ==, 5 * G_USEC_PER_SEC);
  failures = coquill_direct_states_count_failure (failures, TRUE);
  g_assert_cmpint (coquill_direct_states_pause (failures, 0.5), ==, 15 * G_USEC_PER_SEC);
}

static void
test_names_are_the_tables (void)
{
  g_assert_cmpstr (coquill_direct_states_get_name (COQUILL_DIRECT_RELAY), ==, "relay");
  g_assert_cmpstr (coquill_direct_states_get_name (COQUILL_DIRECT_SUSPECT), ==, "suspect");
  g_assert_cmpstr (coquill_direct_states_get_event_name (COQUILL_DIRECT_STARTED), ==, "started");
  g_assert_cmpstr (coquill_direct_states_get_event_name (COQUILL_DIRECT_STOPPED), ==, "stopped");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (transitions); i++)
    {
      g_autofree char *path = g_strdup_printf ("/direct-states/%s", transitions[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_transition);
    }
  g_test_add_func ("/direct-states/all-other-cells-lead-nowhere", test_all_other_cells_lead_nowhere);
  g_test_add_func ("/direct-states/every-state-can-be-reached-and-left",
                   test_every_state_can_be_reached_and_left);
  g_test_add_func ("/direct-states/pauses-grow-to-five-minutes", test_pauses_grow_to_five_minutes);
  g_test_add_func ("/direct-states/only-a-first-silence-is-tried-again-soon",
                   test_only_a_first_silence_is_tried_again_soon);
  g_test_add_func ("/direct-states/names-are-the-tables", test_names_are_the_tables);
  return g_test_run ();
}
