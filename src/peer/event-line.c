/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event-line.c: what happened, as one line. */

#include "config.h"

#include "peer/event-line.h"

JsonBuilder *
coquill_event_line_begin (const char *event)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "time");
  json_builder_add_int_value (builder, g_get_real_time ());
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, event);
  return builder;
}

void
coquill_event_line_add_string (JsonBuilder *self, const char *name, const char *value)
{
  json_builder_set_member_name (self, name);
  json_builder_add_string_value (self, value);
}

void
coquill_event_line_add_number (JsonBuilder *self, const char *name, gint64 value)
{
  json_builder_set_member_name (self, name);
  json_builder_add_int_value (self, value);
}

void
coquill_event_line_add_double (JsonBuilder *self, const char *name, double value)
{
  json_builder_set_member_name (self, name);
  json_builder_add_double_value (self, value);
}

void
coquill_event_line_add_boolean (JsonBuilder *self, const char *name, gboolean value)
{
  json_builder_set_member_name (self, name);
  json_builder_add_boolean_value (self, value);
}

void
coquill_event_line_add_counts (JsonBuilder *self, const char *name, GVariant *counts)
{
  GVariantIter iter;
  const char *key;
  guint64 count;

  json_builder_set_member_name (self, name);
  json_builder_begin_object (self);
  g_variant_iter_init (&iter, counts);
  while (g_variant_iter_next (&iter, "{&st}", &key, &count))
    coquill_event_line_add_number (self, key, (gint64)MIN (count, G_MAXINT64));
  json_builder_end_object (self);
}

/* For people: the time of day, the event, and whom it is about in the event's own words; without such words
 * its values as they stand in the JSON. */
static char *
to_words (JsonNode *root)
{
  JsonObject *object = json_node_get_object (root);
  g_autoptr (GDateTime) time
      = g_date_time_new_from_unix_local_usec (json_object_get_int_member (object, "time"));
  g_autofree char *clock = g_date_time_format (time, "%H:%M:%S");
  GString *line = g_string_new (clock);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  g_string_append_printf (line, "  %-8s", json_object_get_string_member (object, "event"));
  if (json_object_has_member (object, "words"))
    {
      if (json_object_has_member (object, "name"))
        g_string_append_printf (line, "  %s", json_object_get_string_member (object, "name"));
      g_string_append_printf (line, "  %s", json_object_get_string_member (object, "words"));
      return g_string_free (line, FALSE);
    }
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      g_autofree char *text = json_to_string (value, FALSE);

      if (!g_str_equal (name, "time") && !g_str_equal (name, "event"))
        g_string_append_printf (line, "  %s %s", name, text);
    }
  return g_string_free (line, FALSE);
}

char *
coquill_event_line_end (JsonBuilder *self, gboolean as_json)
{
  g_autoptr (JsonBuilder) event = self;
  g_autoptr (JsonNode) root = NULL;

  json_builder_end_object (event);
  root = json_builder_get_root (event);
  return as_json ? json_to_string (root, FALSE) : to_words (root);
}
