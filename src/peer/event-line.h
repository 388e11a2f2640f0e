/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event-line.h: what happened, as one line: a JSON object, or short for people. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** Returns: (transfer full): an event named @event, of this moment, to be given values and ended */
JsonBuilder *
coquill_event_line_begin (const char *event);

void
coquill_event_line_add_string (JsonBuilder *self, const char *name, const char *value);
void
coquill_event_line_add_number (JsonBuilder *self, const char *name, gint64 value);
void
coquill_event_line_add_double (JsonBuilder *self, const char *name, double value);
void
coquill_event_line_add_boolean (JsonBuilder *self, const char *name, gboolean value);
/** @counts: an `a{st}`, which becomes an object */
void
coquill_event_line_add_counts (JsonBuilder *self, const char *name, GVariant *counts);

/**
 * coquill_event_line_end:
 * @self: (transfer full): an event that has all its values
 * @as_json: as JSON; else for people: the time of day, the event, and its values, or instead of them the
 * event's own "words" after the "name" of whom it is about
 *
 * Returns: (transfer full): the line, without its end
 */
char *
coquill_event_line_end (JsonBuilder *self, gboolean as_json);

G_END_DECLS
