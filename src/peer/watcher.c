/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watcher.c: tells what happens in a document, one line at a time. */

#include "config.h"

#include "peer/watcher.h"

#include <glib/gi18n.h>

#include "peer/event-line.h"

/* What may wait for a slow reader: a document or two of the largest kind. */
#define MAX_WAITING_BYTES (64 * 1024 * 1024)

/* How often the bytes of a road are told while they move, in seconds. */
#define ROAD_SECONDS 5

/* What was last told of somebody: what changes together is notified one by one. */
typedef struct
{
  char *name; /* NULL: that somebody is here has not been told */
  char *color;

  gboolean caret_told;
  guint64 caret;
  guint64 anchor;

  CoquillRoadKind road;
  CoquillRoadWhy why;
  guint64 bytes; /* sent and received */
} Told;

static void
told_free (gpointer data)
{
  Told *told = data;

  g_free (told->name);
  g_free (told->color);
  g_free (told);
}

struct _CoquillWatcher
{
  GObject parent_instance;

  CoquillReplica *replica;
  GListModel *people;
  GOutputStream *stream;
  GCancellable *broken;
  gboolean as_json;

  GHashTable *followed; /* participants whose notifications are connected, to what was Told of them */
  GString *waiting;     /* lines not yet handed to the stream */
  GBytes *in_flight;    /* lines that the stream is writing */
  GTask *flush;
  guint road_timer;   /* for the bytes that move */
  guint changed_idle; /* somebody's name, color or road has changed */
};

G_DEFINE_FINAL_TYPE (CoquillWatcher, coquill_watcher, G_TYPE_OBJECT)

static void
write_waiting (CoquillWatcher *self);

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CoquillWatcher) self = user_data;
  GError *error = NULL;

  g_clear_pointer (&self->in_flight, g_bytes_unref);
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    {
      g_string_truncate (self->waiting, 0);
      g_cancellable_cancel (self->broken);
      if (self->flush != NULL)
        g_task_return_error (self->flush, g_steal_pointer (&error));
      g_clear_object (&self->flush);
      g_clear_error (&error);
      return;
    }
  write_waiting (self);
}

static void
write_waiting (CoquillWatcher *self)
{
  if (self->in_flight != NULL)
    return;
  if (self->waiting->len == 0)
    {
      if (self->flush != NULL)
        g_task_return_boolean (self->flush, TRUE);
      g_clear_object (&self->flush);
      return;
    }
  self->in_flight = g_string_free_to_bytes (self->waiting);
  self->waiting = g_string_new (NULL);
  g_output_stream_write_all_async (self->stream, g_bytes_get_data (self->in_flight, NULL),
                                   g_bytes_get_size (self->in_flight), G_PRIORITY_DEFAULT, NULL, written_cb,
                                   g_object_ref (self));
}

static void
end_event (CoquillWatcher *self, JsonBuilder *event)
{
  g_autofree char *line = coquill_event_line_end (event, self->as_json);

  if (g_cancellable_is_cancelled (self->broken))
    return;
  if (self->waiting->len > MAX_WAITING_BYTES)
    {
      g_cancellable_cancel (self->broken);
      return;
    }
  g_string_append (self->waiting, line);
  g_string_append_c (self->waiting, '\n');
  write_waiting (self);
}

static void
tell_open (CoquillWatcher *self)
{
  JsonBuilder *builder = coquill_event_line_begin ("open");
  g_autofree char *text = coquill_replica_dup_text (self->replica, NULL);

  coquill_event_line_add_string (builder, "id", coquill_replica_get_id (self->replica));
  coquill_event_line_add_string (builder, "title", coquill_replica_get_title (self->replica));
  coquill_event_line_add_string (builder, "text", text);
  coquill_event_line_add_number (builder, "length", coquill_replica_get_length (self->replica));
  end_event (self, builder);
}

static void
text_changed_cb (CoquillReplica *replica, const CoquillTextChange *change, CoquillWatcher *self)
{
  JsonBuilder *builder = coquill_event_line_begin ("text");
  g_autofree char *inserted
      = g_strndup (change->inserted != NULL ? change->inserted : "", change->inserted_bytes);

  coquill_event_line_add_number (builder, "position", change->position);
  coquill_event_line_add_number (builder, "deleted", change->deleted);
  coquill_event_line_add_string (builder, "inserted", inserted);
  coquill_event_line_add_boolean (builder, "local", change->local);
  json_builder_set_member_name (builder, "author");
  if (change->author != NULL)
    {
      json_builder_begin_object (builder);
      coquill_event_line_add_string (builder, "device", coquill_participant_get_device (change->author));
      coquill_event_line_add_string (builder, "name", coquill_participant_get_name (change->author));
      json_builder_end_object (builder);
    }
  else
    json_builder_add_null_value (builder);
  end_event (self, builder);
}

static void
status_changed_cb (CoquillReplica *replica, GParamSpec *pspec, CoquillWatcher *self)
{
  CoquillReplicaStatus status = coquill_replica_get_status (replica);
  JsonBuilder *builder = coquill_event_line_begin ("status");

  coquill_event_line_add_string (builder, "status", coquill_replica_status_to_string (status));
  coquill_event_line_add_string (builder, "words", coquill_replica_status_to_words (status));
  end_event (self, builder);
}

static void
title_changed_cb (CoquillReplica *replica, GParamSpec *pspec, CoquillWatcher *self)
{
  JsonBuilder *builder = coquill_event_line_begin ("title");

  coquill_event_line_add_string (builder, "title", coquill_replica_get_title (replica));
  end_event (self, builder);
}

static JsonBuilder *
begin_person (CoquillParticipant *person, const char *event)
{
  JsonBuilder *builder = coquill_event_line_begin (event);

  coquill_event_line_add_string (builder, "device", coquill_participant_get_device (person));
  coquill_event_line_add_string (builder, "name", coquill_participant_get_name (person));
  return builder;
}

static void
tell_presence (CoquillWatcher *self, CoquillParticipant *person)
{
  gboolean present = coquill_participant_is_present (person);
  JsonBuilder *builder = begin_person (person, present ? "present" : "absent");
  Told *last = g_hash_table_lookup (self->followed, person);

  g_set_str (&last->name, present ? coquill_participant_get_name (person) : NULL);
  g_set_str (&last->color, present ? coquill_participant_get_color (person) : NULL);
  if (present)
    {
      coquill_event_line_add_string (builder, "color", coquill_participant_get_color (person));
      coquill_event_line_add_boolean (builder, "self", coquill_participant_is_self (person));
    }
  end_event (self, builder);
}

static guint64
moved_bytes (CoquillParticipant *person)
{
  return coquill_participant_get_road_sent (person) + coquill_participant_get_road_received (person);
}

/* (transfer full): how somebody is reached and, if not directly, why. */
static char *
road_to_words (CoquillParticipant *person)
{
  g_autofree char *words = coquill_participant_dup_road_words (person);
  const char *why = coquill_road_why_to_words (coquill_participant_get_road_why (person));

  if (words == NULL)
    return g_strdup (_ ("Away"));
  if (why == NULL)
    return g_steal_pointer (&words);
  /* Translators: how somebody is reached, and why not directly, as in “Through the meeting point: the routers
   * between you let nothing through” */
  return g_strdup_printf (_ ("%s: %s"), words, why);
}

static void
tell_road (CoquillWatcher *self, CoquillParticipant *person, Told *last)
{
  static const char *const roads[]
      = { [COQUILL_ROAD_NONE] = "none", [COQUILL_ROAD_RELAY] = "relay", [COQUILL_ROAD_DIRECT] = "direct" };
  g_autoptr (GVariant) counts = coquill_replica_dup_road_counts (self->replica);
  g_autofree char *words = road_to_words (person);
  gint64 round_trip = coquill_participant_get_round_trip (person);
  gint64 since = coquill_participant_get_road_since (person);
  JsonBuilder *builder = begin_person (person, "road");

  last->road = coquill_participant_get_road (person);
  last->why = coquill_participant_get_road_why (person);
  last->bytes = moved_bytes (person);
  coquill_event_line_add_string (builder, "road", roads[last->road]);
  coquill_event_line_add_double (builder, "round_trip", round_trip >= 0 ? (double)round_trip / 1000 : -1);
  coquill_event_line_add_number (builder, "sent", (gint64)coquill_participant_get_road_sent (person));
  coquill_event_line_add_number (builder, "received", (gint64)coquill_participant_get_road_received (person));
  coquill_event_line_add_double (
      builder, "age", since > 0 ? (double)MAX (g_get_real_time () - since, 0) / G_USEC_PER_SEC : -1);
  coquill_event_line_add_string (builder, "why", coquill_road_why_to_string (last->why));
  coquill_event_line_add_string (builder, "words", words);
  coquill_event_line_add_counts (builder, "refused", counts);
  end_event (self, builder);
}

/* Tells the roads that are others than was told, and with @moving those on which bytes have moved. */
static void
tell_roads (CoquillWatcher *self, gboolean moving)
{
  GHashTableIter iter;
  gpointer person, value;

  g_hash_table_iter_init (&iter, self->followed);
  while (g_hash_table_iter_next (&iter, &person, &value))
    {
      Told *last = value;

      if (coquill_participant_is_self (person))
        continue;
      if (last->road != coquill_participant_get_road (person)
          || last->why != coquill_participant_get_road_why (person)
          || (moving && last->bytes != moved_bytes (person)))
        tell_road (self, person, last);
    }
}

static gboolean
road_timer_cb (gpointer user_data)
{
  tell_roads (user_data, TRUE);
  return G_SOURCE_CONTINUE;
}

/* Who has just come may be somebody without a name until it is heard. */
static void
tell_names (CoquillWatcher *self)
{
  GHashTableIter iter;
  gpointer person, value;

  g_hash_table_iter_init (&iter, self->followed);
  while (g_hash_table_iter_next (&iter, &person, &value))
    {
      Told *last = value;

      if (last->name != NULL
          && (!g_str_equal (last->name, coquill_participant_get_name (person))
              || !g_str_equal (last->color, coquill_participant_get_color (person))))
        tell_presence (self, person);
    }
}

/* Once name and color, or road, reason, time and words have all changed. */
static void
changed_cb (gpointer user_data)
{
  CoquillWatcher *self = user_data;

  self->changed_idle = 0;
  tell_names (self);
  tell_roads (self, FALSE);
}

static void
tell_caret (CoquillWatcher *self, CoquillParticipant *person)
{
  Told *last = g_hash_table_lookup (self->followed, person);
  guint64 caret, anchor;
  JsonBuilder *builder;

  if (coquill_participant_is_self (person) || !coquill_participant_get_caret (person, &caret, &anchor))
    return;
  if (last->caret_told && last->caret == caret && last->anchor == anchor)
    return;
  last->caret_told = TRUE;
  last->caret = caret;
  last->anchor = anchor;
  builder = begin_person (person, "caret");
  coquill_event_line_add_number (builder, "caret", caret);
  coquill_event_line_add_number (builder, "anchor", anchor);
  end_event (self, builder);
}

static void
person_changed_cb (CoquillParticipant *person, GParamSpec *pspec, CoquillWatcher *self)
{
  const char *name = g_param_spec_get_name (pspec);

  if (g_str_equal (name, "present"))
    tell_presence (self, person);
  else if (g_str_equal (name, "name") || g_str_equal (name, "color") || g_str_equal (name, "road")
           || g_str_equal (name, "road-why"))
    {
      if (self->changed_idle == 0)
        self->changed_idle = g_idle_add_once (changed_cb, self);
    }
  else if (g_str_equal (name, "caret") || g_str_equal (name, "selection-bound"))
    tell_caret (self, person);
}

static void
people_changed_cb (GListModel *people, guint position, guint removed, guint added, CoquillWatcher *self)
{
  guint n_people = g_list_model_get_n_items (people);

  /* The model sorts itself as people come and go, so an addition may be somebody who only moved. */
  for (guint i = 0; i < n_people; i++)
    {
      g_autoptr (CoquillParticipant) person = g_list_model_get_item (people, i);

      if (g_hash_table_contains (self->followed, person))
        continue;
      g_signal_connect (person, "notify", G_CALLBACK (person_changed_cb), self);
      g_hash_table_insert (self->followed, g_object_ref (person), g_new0 (Told, 1));
      if (coquill_participant_is_present (person))
        tell_presence (self, person);
    }
  tell_roads (self, FALSE);
}

static void
coquill_watcher_dispose (GObject *object)
{
  CoquillWatcher *self = COQUILL_WATCHER (object);
  GHashTableIter iter;
  gpointer person;

  g_clear_handle_id (&self->road_timer, g_source_remove);
  g_clear_handle_id (&self->changed_idle, g_source_remove);
  if (self->replica != NULL)
    g_signal_handlers_disconnect_by_data (self->replica, self);
  if (self->people != NULL)
    g_signal_handlers_disconnect_by_data (self->people, self);
  g_hash_table_iter_init (&iter, self->followed);
  while (g_hash_table_iter_next (&iter, &person, NULL))
    g_signal_handlers_disconnect_by_data (person, self);
  g_hash_table_remove_all (self->followed);
  g_clear_object (&self->people);
  g_clear_object (&self->replica);
  g_clear_object (&self->broken);
  g_clear_object (&self->stream);
  G_OBJECT_CLASS (coquill_watcher_parent_class)->dispose (object);
}

static void
coquill_watcher_finalize (GObject *object)
{
  CoquillWatcher *self = COQUILL_WATCHER (object);

  g_hash_table_unref (self->followed);
  g_string_free (self->waiting, TRUE);
  G_OBJECT_CLASS (coquill_watcher_parent_class)->finalize (object);
}

static void
coquill_watcher_class_init (CoquillWatcherClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = coquill_watcher_dispose;
  G_OBJECT_CLASS (klass)->finalize = coquill_watcher_finalize;
}

static void
coquill_watcher_init (CoquillWatcher *self)
{
  self->followed = g_hash_table_new_full (NULL, NULL, g_object_unref, told_free);
  self->waiting = g_string_new (NULL);
}

CoquillWatcher *
coquill_watcher_new (CoquillReplica *replica, GOutputStream *stream, gboolean as_json, GCancellable *broken)
{
  CoquillWatcher *self = g_object_new (COQUILL_TYPE_WATCHER, NULL);

  self->replica = g_object_ref (replica);
  self->people = g_object_ref (coquill_replica_get_people (replica));
  self->stream = g_object_ref (stream);
  self->broken = g_object_ref (broken);
  self->as_json = as_json;

  tell_open (self);
  /* People read that it is direct, not each time how many bytes more. */
  if (as_json)
    self->road_timer = g_timeout_add_seconds (ROAD_SECONDS, road_timer_cb, self);
  g_signal_connect (replica, "text-changed", G_CALLBACK (text_changed_cb), self);
  g_signal_connect (replica, "notify::status", G_CALLBACK (status_changed_cb), self);
  g_signal_connect (replica, "notify::title", G_CALLBACK (title_changed_cb), self);
  g_signal_connect (self->people, "items-changed", G_CALLBACK (people_changed_cb), self);
  status_changed_cb (replica, NULL, self);
  people_changed_cb (self->people, 0, 0, 0, self);
  return self;
}

void
coquill_watcher_tell_saved (CoquillWatcher *self, guint64 lines)
{
  JsonBuilder *builder = coquill_event_line_begin ("saved");

  coquill_event_line_add_number (builder, "lines", lines);
  end_event (self, builder);
}

void
coquill_watcher_tell_error (CoquillWatcher *self, guint64 line, const char *message)
{
  JsonBuilder *builder = coquill_event_line_begin ("error");

  coquill_event_line_add_number (builder, "line", line);
  coquill_event_line_add_string (builder, "message", message);
  end_event (self, builder);
}

void
coquill_watcher_flush_async (CoquillWatcher *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_assert (self->flush == NULL);
  self->flush = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->flush, coquill_watcher_flush_async);
  write_waiting (self);
}

gboolean
coquill_watcher_flush_finish (CoquillWatcher *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
