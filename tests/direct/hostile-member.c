/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostile-member.c: an admitted member who abuses the signals of the direct road. */

/*
 *   coquill-hostile-member DATA DOCUMENT…
 *
 * Opens the documents as any program would and is present in them, but its own direct roads never start: what
 * it says to others is what it was told on standard input, one command a line, each answered with "done", or
 * "failed" and why. COUNT candidates have the same address and ascending ports.
 *
 *   who                              answers "person NAME DEVICE RUN" first, for each person with a run
 *   offer NAME COUNT ADDRESS PORT    a new attempt, with so many candidates in as many signals as it takes
 *   more NAME COUNT ADDRESS PORT     more candidates of the last attempt
 *   again NAME                       the first offer, newly sealed
 *   envelope                         the last envelope, byte for byte
 *   stale NAME                       an offer that is meant for another run
 *   noise NAME COUNT                 so many signals of random bytes
 *   foreign NAME                     an offer sealed in the last document, posted into the first one's room
 *
 * What others signal is told as "signal KIND ATTEMPT ADDRESS PORT …", with all candidates.
 *
 * It reaches inside a replica, past what the façade would refuse. The two functions of the road that it
 * replaces are wrapped by the linker.
 */

#include "replica/replica-private.h"
#include "trust/random.h"
#include "wire/signal.h"

#include <arpa/inet.h>
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <unistd.h>

static GPtrArray *replicas; /* of CoquillReplica, not owned */
static CoquillLibrary *library;
static GBytes *last_envelope, *first_offer;
static guint64 last_attempt;

void
__wrap_coquill_direct_road_start (CoquillDirectRoad *self);
void
__wrap_coquill_direct_road_take_signal (CoquillDirectRoad *self, GBytes *encoded);

void
__wrap_coquill_direct_road_start (G_GNUC_UNUSED CoquillDirectRoad *self)
{
}

void
__wrap_coquill_direct_road_take_signal (G_GNUC_UNUSED CoquillDirectRoad *self, GBytes *encoded)
{
  g_autoptr (CoquillSignal) signal = coquill_signal_decode (encoded, NULL);

  if (signal == NULL)
    return;
  printf ("signal %d %" G_GUINT64_FORMAT, signal->kind, signal->attempt);
  for (guint i = 0; i < signal->n_candidates; i++)
    {
      const CoquillCandidate *candidate = &signal->candidates[i];
      char address[INET6_ADDRSTRLEN] = "?";

      inet_ntop (candidate->address_size == 4 ? AF_INET : AF_INET6, candidate->address, address,
                 sizeof address);
      printf (" %s %u", address, candidate->port);
    }
  printf ("\n");
}

static CoquillReplicaPeer *
find_person (const char *name)
{
  CoquillReplica *replica = g_ptr_array_index (replicas, 0);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, replica->people.by_device);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CoquillReplicaPeer *person = value;

      if (person->run != 0 && g_str_equal (coquill_participant_get_name (person->participant), name))
        return person;
    }
  return NULL;
}

static void
tell_who (void)
{
  CoquillReplica *replica = g_ptr_array_index (replicas, 0);
  GHashTableIter iter;
  gpointer device, value;

  g_hash_table_iter_init (&iter, replica->people.by_device);
  while (g_hash_table_iter_next (&iter, &device, &value))
    {
      CoquillReplicaPeer *person = value;

      if (person->run != 0)
        printf ("person %s %s %" G_GUINT64_FORMAT "\n", coquill_participant_get_name (person->participant),
                (const char *)device, person->run);
    }
}

/* Posts into the first document's room what is sealed in @replica. */
static gboolean
post (CoquillReplica *replica, const CoquillReplicaPeer *person, GBytes *body)
{
  CoquillReplica *first = g_ptr_array_index (replicas, 0);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&last_envelope, g_bytes_unref);
  last_envelope = coquill_document_seal (replica->document, COQUILL_PAYLOAD_SIGNAL, body, person->device,
                                         g_get_real_time (), &error);
  if (last_envelope == NULL)
    {
      fprintf (stderr, "%s\n", error->message);
      return FALSE;
    }
  return coquill_relay_road_post (first->traffic.road, last_envelope, 0);
}

static GBytes *
make_signal (CoquillSignalKind kind, guint64 run, guint first, guint count, const char *address, guint port)
{
  g_autoptr (CoquillSignal) signal = coquill_signal_new (kind);
  g_autoptr (CoquillSignal) decoded = NULL;
  g_autoptr (GBytes) encoded = NULL;
  g_autoptr (GError) error = NULL;

  signal->run = run;
  signal->attempt = last_attempt;
  signal->user = g_strdup ("hostile");
  signal->password = g_strdup ("a password of ICE needs 22");
  g_strdelimit (signal->password, " ", '+');
  for (guint i = 0; i < count; i++)
    {
      CoquillCandidate *candidate = &signal->candidates[signal->n_candidates++];
      gboolean is_4 = inet_pton (AF_INET, address, candidate->address) == 1;

      if (!is_4 && inet_pton (AF_INET6, address, candidate->address) != 1)
        g_error ("%s is no address", address);
      candidate->kind = COQUILL_CANDIDATE_HOST;
      candidate->address_size = is_4 ? 4 : 16;
      candidate->port = (guint16)(port + first + i);
      candidate->priority = 2130706431 - first - i;
      g_snprintf (candidate->foundation, sizeof candidate->foundation, "%u", first + i + 1);
    }
  encoded = coquill_signal_encode (signal);
  /* What can't be read would test the reader only. */
  decoded = coquill_signal_decode (encoded, &error);
  if (decoded == NULL)
    g_error ("A signal makes no sense: %s", error->message);
  return g_steal_pointer (&encoded);
}

static gboolean
send_candidates (
    const CoquillReplicaPeer *person, gboolean is_offer, guint count, const char *address, guint port)
{
  CoquillReplica *replica = g_ptr_array_index (replicas, 0);

  if (is_offer)
    coquill_random_fill ((guint8 *)&last_attempt, sizeof last_attempt);
  for (guint first = 0; first < count || is_offer; first += COQUILL_SIGNAL_MAX_CANDIDATES)
    {
      g_autoptr (GBytes) body
          = make_signal (is_offer ? COQUILL_SIGNAL_OFFER : COQUILL_SIGNAL_CANDIDATES, person->run, first,
                         MIN (COQUILL_SIGNAL_MAX_CANDIDATES, count - first), address, port);

      if (is_offer)
        {
          if (first_offer == NULL)
            first_offer = g_bytes_ref (body);
        }
      is_offer = FALSE;
      if (!post (replica, person, body))
        return FALSE;
    }
  return TRUE;
}

static gboolean
send_noise (const CoquillReplicaPeer *person, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      guint8 noise[200];
      g_autoptr (GBytes) body = NULL;

      coquill_random_fill (noise, sizeof noise);
      body = g_bytes_new (noise, sizeof noise);
      if (!post (g_ptr_array_index (replicas, 0), person, body))
        return FALSE;
    }
  return TRUE;
}

static gboolean
obey (char **words, guint n_words)
{
  CoquillReplica *first = g_ptr_array_index (replicas, 0);
  const CoquillReplicaPeer *person = n_words > 1 ? find_person (words[1]) : NULL;

  if (g_str_equal (words[0], "who"))
    {
      tell_who ();
      return TRUE;
    }
  if (g_str_equal (words[0], "envelope") && last_envelope != NULL)
    return coquill_relay_road_post (first->traffic.road, last_envelope, 0);
  if (person == NULL)
    return FALSE;
  if ((g_str_equal (words[0], "offer") || g_str_equal (words[0], "more")) && n_words == 5)
    return send_candidates (person, words[0][0] == 'o', (guint)atoi (words[2]), words[3],
                            (guint)atoi (words[4]));
  if (g_str_equal (words[0], "again") && first_offer != NULL)
    return post (first, person, first_offer);
  if (g_str_equal (words[0], "stale"))
    {
      g_autoptr (GBytes) body = make_signal (COQUILL_SIGNAL_OFFER, person->run + 1, 0, 0, NULL, 0);

      return post (first, person, body);
    }
  if (g_str_equal (words[0], "noise") && n_words == 3)
    return send_noise (person, (guint)atoi (words[2]));
  if (g_str_equal (words[0], "foreign") && first_offer != NULL)
    return post (g_ptr_array_index (replicas, replicas->len - 1), person, first_offer);
  return FALSE;
}

static void
line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GMainLoop *loop = user_data;
  g_autofree char *line
      = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  g_auto (GStrv) words = line != NULL ? g_strsplit (line, " ", 6) : NULL;

  if (words == NULL || words[0] == NULL)
    {
      g_main_loop_quit (loop);
      return;
    }
  printf ("%s\n", obey (words, g_strv_length (words)) ? "done" : "failed");
  g_data_input_stream_read_line_async (G_DATA_INPUT_STREAM (source), G_PRIORITY_DEFAULT, NULL, line_cb, loop);
}

static void
done_cb (G_GNUC_UNUSED GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GInputStream) standard = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (standard);
  g_autoptr (GAsyncResult) opened = NULL;
  g_autoptr (GAsyncResult) closed = NULL;
  g_autoptr (GError) error = NULL;

  if (argc < 3)
    {
      fprintf (stderr, "Usage: coquill-hostile-member DATA DOCUMENT…\n");
      return 2;
    }
  setvbuf (stdout, NULL, _IOLBF, 0);
  coquill_library_open_async (argv[1], COQUILL_LIBRARY_WRITE, NULL, done_cb, &opened);
  library = coquill_library_open_finish (wait_for (&opened), &error);
  if (library == NULL)
    g_error ("%s", error->message);
  replicas = g_ptr_array_new ();
  for (int i = 2; i < argc; i++)
    {
      CoquillReplica *replica = coquill_library_find (library, argv[i], &error);
      g_autoptr (GAsyncResult) result = NULL;

      if (replica == NULL)
        g_error ("%s", error->message);
      coquill_replica_open_async (replica, NULL, done_cb, &result);
      if (!coquill_replica_open_finish (replica, wait_for (&result), &error))
        g_error ("%s", error->message);
      g_ptr_array_add (replicas, replica);
    }
  printf ("ready %s\n", coquill_participant_get_device (((CoquillReplica *)replicas->pdata[0])->people.self));
  g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, NULL, line_cb, loop);
  g_main_loop_run (loop);

  coquill_library_close_async (library, NULL, done_cb, &closed);
  (void)coquill_library_close_finish (library, wait_for (&closed), NULL);
  g_clear_pointer (&last_envelope, g_bytes_unref);
  g_clear_pointer (&first_offer, g_bytes_unref);
  g_ptr_array_unref (replicas);
  g_clear_object (&library);
  return 0;
}
