/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-query.c: questions to a relay that need no keys: is it there, what is a room's bulletin */

#include "config.h"

#include "net/relay-query.h"

#include "net/relay-client.h"
#include "trust/relay-origin.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Our one question on this connection. */
#define REFERENCE 1

typedef struct
{
  CoquillRelayClient *client; /* (owned) (nullable) */
  CoquillRelayFrame question; /* kind 0: the challenge is the answer; owns its data */
  GSource *deadline;          /* (owned) */
  GSource *cancelled;         /* (owned) (nullable) */
  char *origin;
} Query;

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
query_free (Query *query)
{
  g_clear_pointer (&query->client, coquill_relay_client_drop);
  clear_source (&query->deadline);
  clear_source (&query->cancelled);
  coquill_relay_frame_clear (&query->question);
  g_free (query->origin);
  g_free (query);
}

/* The task is its own owner until it returns: one of these two ends it. */
static void
finish (GTask *task, gpointer answer, GDestroyNotify free_answer)
{
  Query *query = g_task_get_task_data (task);

  g_clear_pointer (&query->client, coquill_relay_client_drop);
  clear_source (&query->deadline);
  clear_source (&query->cancelled);
  g_task_return_pointer (task, answer, free_answer);
  g_object_unref (task);
}

static void
fail (GTask *task, GError *error)
{
  Query *query = g_task_get_task_data (task);

  g_clear_pointer (&query->client, coquill_relay_client_drop);
  clear_source (&query->deadline);
  clear_source (&query->cancelled);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
challenged_cb (gpointer owner, const CoquillRelayFrame *challenge)
{
  Query *query = g_task_get_task_data (owner);

  if (query->question.kind == 0)
    finish (owner, g_strdup (challenge->text), g_free);
  else
    coquill_relay_client_send (query->client, &query->question);
}

static void
received_cb (gpointer owner, const CoquillRelayFrame *frame)
{
  if (frame->kind == COQUILL_RELAY_FRAME_REFUSAL)
    fail (owner, coquill_relay_client_error_new (frame));
  else if (frame->kind == COQUILL_RELAY_FRAME_BULLETIN && frame->reference == REFERENCE)
    finish (owner, g_bytes_ref (frame->data), (GDestroyNotify)g_bytes_unref);
  else if (frame->kind == COQUILL_RELAY_FRAME_STORED && frame->reference == REFERENCE)
    finish (owner, g_bytes_new (NULL, 0), (GDestroyNotify)g_bytes_unref);
}

static void
ponged_cb (gpointer owner, gint64 round_trip)
{
}

static void
closed_cb (gpointer owner, const GError *error)
{
  fail (owner, g_error_copy (error));
}

static const CoquillRelayClientEvents client_events = { challenged_cb, received_cb, ponged_cb, closed_cb };

static gboolean
deadline_cb (gpointer data)
{
  Query *query = g_task_get_task_data (data);

  fail (data, g_error_new (COQUILL_NET_ERROR, COQUILL_NET_ERROR_UNREACHABLE, _ ("Nobody answers at %s."),
                           query->origin));
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  fail (data, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled.")));
  return G_SOURCE_REMOVE;
}

static void
ask (const char *origin,
     const CoquillRelayFrame *question,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  g_autofree char *normalized = coquill_relay_origin_normalize (origin, &error);
  GMainContext *context = g_main_context_get_thread_default ();
  Query *query;

  g_task_set_check_cancellable (task, FALSE);
  if (normalized == NULL)
    {
      g_task_return_new_error (task, COQUILL_NET_ERROR, COQUILL_NET_ERROR_ADDRESS, "%s", error->message);
      g_object_unref (task);
      return;
    }
  query = g_new0 (Query, 1);
  query->question = *question;
  if (question->data != NULL)
    g_bytes_ref (question->data);
  query->origin = g_steal_pointer (&normalized);
  g_task_set_task_data (task, query, (GDestroyNotify)query_free);
  query->deadline = g_timeout_source_new_seconds (COQUILL_RELAY_QUERY_SECONDS);
  g_source_set_callback (query->deadline, deadline_cb, task, NULL);
  g_source_attach (query->deadline, context);
  if (cancellable != NULL)
    {
      query->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (query->cancelled, G_SOURCE_FUNC (cancelled_cb), task, NULL);
      g_source_attach (query->cancelled, context);
    }
  query->client = coquill_relay_client_new (query->origin, &client_events, task);
}

void
coquill_relay_check_async (const char *origin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  CoquillRelayFrame nothing = { 0 };

  ask (origin, &nothing, cancellable, callback, user_data);
}

char *
coquill_relay_check_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
coquill_relay_fetch_bulletin_async (const char *origin,
                                    const guint8 room[32],
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  CoquillRelayFrame question = { .kind = COQUILL_RELAY_FRAME_GET_BULLETIN, .reference = REFERENCE };

  memcpy (question.room, room, sizeof question.room);
  ask (origin, &question, cancellable, callback, user_data);
}

GBytes *
coquill_relay_fetch_bulletin_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
coquill_relay_knock_async (const char *origin,
                           const guint8 room[32],
                           GBytes *request,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  CoquillRelayFrame question = { .kind = COQUILL_RELAY_FRAME_KNOCK, .reference = REFERENCE, .data = request };

  memcpy (question.room, room, sizeof question.room);
  ask (origin, &question, cancellable, callback, user_data);
}

gboolean
coquill_relay_knock_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (GBytes) nothing = g_task_propagate_pointer (G_TASK (result), error);

  return nothing != NULL;
}
