/* relay-clock.c: how far this machine's clock is from a relay's */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/relay-clock.h"

#include <libsoup/soup.h>

/* The task's data. */
typedef struct
{
  SoupSession *session;
  SoupMessage *message;
  gint64 asked; /* real time */
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_clear_object (&self->session);
  g_clear_object (&self->message);
  g_free (self);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) body = soup_session_send_finish (self->session, result, &error);
  gint64 now = g_get_real_time ();
  const char *text;
  g_autoptr (GDateTime) date = NULL;
  gint64 *ahead;

  if (body == NULL)
    {
      g_task_return_new_error (task, COQUILL_NET_ERROR, COQUILL_NET_ERROR_UNREACHABLE, "%s", error->message);
      return;
    }
  text = soup_message_headers_get_one (soup_message_get_response_headers (self->message), "Date");
  date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;
  if (date == NULL)
    {
      g_task_return_new_error (task, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NOT_FOUND, "no date in the answer");
      return;
    }
  /* Written half-way between question and answer, with its fraction of a second cut off. */
  ahead = g_new (gint64, 1);
  *ahead = self->asked + (now - self->asked) / 2 - g_date_time_to_unix (date) * G_USEC_PER_SEC
           - G_USEC_PER_SEC / 2;
  g_task_return_pointer (task, ahead, g_free);
}

void
coquill_relay_clock_async (const char *origin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *address = g_strconcat (origin, "/healthz", NULL);
  Question *self = g_new0 (Question, 1);

  g_task_set_source_tag (task, coquill_relay_clock_async);
  g_task_set_task_data (task, self, question_free);
  self->message = soup_message_new (SOUP_METHOD_GET, address);
  if (self->message == NULL)
    {
      g_task_return_new_error (task, COQUILL_NET_ERROR, COQUILL_NET_ERROR_ADDRESS, "no address: %s", origin);
      g_object_unref (task);
      return;
    }
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  self->session
      = soup_session_new_with_options ("timeout", COQUILL_RELAY_CLOCK_SECONDS, "user-agent", "coquill", NULL);
  self->asked = g_get_real_time ();
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, cancellable, answered_cb, task);
}

gboolean
coquill_relay_clock_finish (GAsyncResult *result, gint64 *ahead, GError **error)
{
  g_autofree gint64 *found = g_task_propagate_pointer (G_TASK (result), error);

  if (found == NULL)
    return FALSE;
  *ahead = *found;
  return TRUE;
}
