/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-road-traffic.c: what goes over a relay road, and the answers to it */

#include "config.h"

#include "net/relay-road-private.h"

#include "trust/envelope.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Bytes of one fetch. */
#define FETCH_BYTES (512 * 1024)

/* A frame that waits for its answer. */
typedef struct
{
  guint64 reference; /* the caller's, of a post */
  GTask *task;       /* (owned) (nullable) of a bulletin or of services */
} Pending;

void
coquill_relay_road_pending_free (gpointer data)
{
  Pending *pending = data;

  g_clear_object (&pending->task);
  g_free (pending);
}

static guint64
add_pending (CoquillRelayRoad *self, guint64 reference, GTask *task)
{
  Pending *pending = g_new (Pending, 1);

  pending->reference = reference;
  pending->task = task;
  self->last_reference++;
  g_hash_table_insert (self->pending, g_memdup2 (&self->last_reference, sizeof self->last_reference),
                       pending);
  return self->last_reference;
}

static Pending *
steal_pending (CoquillRelayRoad *self, guint64 reference)
{
  gpointer key = NULL, pending = NULL;

  g_hash_table_steal_extended (self->pending, &reference, &key, &pending);
  g_free (key);
  return pending;
}

void
coquill_relay_road_fail_pending (CoquillRelayRoad *self)
{
  /* The array frees them. */
  g_autoptr (GPtrArray) waiting = g_hash_table_steal_all_values (self->pending);

  for (guint i = 0; i < waiting->len; i++)
    {
      Pending *pending = waiting->pdata[i];
      if (pending->task != NULL)
        g_task_return_new_error (pending->task, COQUILL_NET_ERROR, COQUILL_NET_ERROR_LOST, "%s",
                                 _ ("The connection to the relay was lost."));
    }
}

/* Ends a question with its answer, or with the wrong one. */
static void
return_answer (GTask *task, const CoquillRelayFrame *frame)
{
  gboolean wants_services = g_task_get_source_tag (task) == coquill_relay_road_get_services_async;

  if (wants_services != (frame->kind == COQUILL_RELAY_FRAME_SERVICES))
    g_task_return_new_error (task, COQUILL_NET_ERROR, COQUILL_NET_ERROR_PROTOCOL, "%s",
                             _ ("The relay’s answer makes no sense."));
  else if (wants_services)
    g_task_return_pointer (task, coquill_relay_services_new (frame, g_get_real_time ()),
                           (GDestroyNotify)coquill_relay_services_free);
  else if (frame->kind == COQUILL_RELAY_FRAME_BULLETIN)
    g_task_return_pointer (task, g_bytes_ref (frame->data), (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_pointer (task, g_bytes_new (NULL, 0), (GDestroyNotify)g_bytes_unref);
}

void
coquill_relay_road_take_answer (CoquillRelayRoad *self, const CoquillRelayFrame *frame)
{
  Pending *pending = steal_pending (self, frame->reference);
  g_autoptr (GError) error
      = frame->kind == COQUILL_RELAY_FRAME_REFUSAL ? coquill_relay_client_error_new (frame) : NULL;

  /* An answer to nothing is no harm: a relay can't make a caller believe what it didn't ask for. */
  if (pending == NULL)
    return;
  if (pending->task != NULL && error != NULL)
    g_task_return_error (pending->task, g_steal_pointer (&error));
  else if (pending->task != NULL)
    return_answer (pending->task, frame);
  else if (error != NULL)
    g_signal_emit (self, coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_REJECTED], 0,
                   pending->reference, error);
  else if (frame->kind == COQUILL_RELAY_FRAME_STORED)
    g_signal_emit (self, coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_STORED], 0, pending->reference,
                   frame->position);
  coquill_relay_road_pending_free (pending);
}

gboolean
coquill_relay_road_post (CoquillRelayRoad *self, GBytes *envelope, guint64 reference)
{
  CoquillEnvelopeClass envelope_class;
  CoquillRelayFrame frame
      = { .kind = COQUILL_RELAY_FRAME_POST, .handle = COQUILL_RELAY_ROAD_HANDLE, .data = envelope };

  g_return_val_if_fail (COQUILL_IS_RELAY_ROAD (self) && envelope != NULL, FALSE);

  /* 64 bytes are more than the frame around an envelope ever takes. */
  if (self->state != COQUILL_RELAY_ROAD_UP || g_bytes_get_size (envelope) + 64 > self->message_max
      || coquill_relay_client_get_queued (self->client) + g_bytes_get_size (envelope)
             > COQUILL_RELAY_ROAD_QUEUE_BYTES
      || !coquill_envelope_peek (envelope, &envelope_class, NULL))
    return FALSE;
  if (envelope_class == COQUILL_ENVELOPE_STORED)
    frame.reference = add_pending (self, reference, NULL);
  coquill_relay_client_send (self->client, &frame);
  return TRUE;
}

gsize
coquill_relay_road_get_queued (CoquillRelayRoad *self)
{
  return self->client != NULL ? coquill_relay_client_get_queued (self->client) : 0;
}

gboolean
coquill_relay_road_fetch (CoquillRelayRoad *self, guint64 after)
{
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_FETCH,
                              .handle = COQUILL_RELAY_ROAD_HANDLE,
                              .position = after,
                              .limit = FETCH_BYTES };

  if (self->state != COQUILL_RELAY_ROAD_UP || self->is_fetching)
    return FALSE;
  self->is_fetching = TRUE;
  coquill_relay_client_send (self->client, &frame);
  return TRUE;
}

void
coquill_relay_road_answer (CoquillRelayRoad *self, guint64 knock)
{
  CoquillRelayFrame frame
      = { .kind = COQUILL_RELAY_FRAME_ANSWER, .handle = COQUILL_RELAY_ROAD_HANDLE, .position = knock };

  if (self->state == COQUILL_RELAY_ROAD_UP)
    coquill_relay_client_send (self->client, &frame);
}

/* Sends a frame whose answer ends @task. */
static void
ask (CoquillRelayRoad *self, CoquillRelayFrame *frame, GTask *task)
{
  if (self->state != COQUILL_RELAY_ROAD_UP)
    {
      g_task_return_new_error (task, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NOT_UP, "%s",
                               _ ("There is no connection to the relay."));
      g_object_unref (task);
      return;
    }
  frame->reference = add_pending (self, 0, task);
  coquill_relay_client_send (self->client, frame);
}

void
coquill_relay_road_put_bulletin_async (CoquillRelayRoad *self,
                                       GBytes *bulletin,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  CoquillRelayFrame frame
      = { .kind = COQUILL_RELAY_FRAME_PUT_BULLETIN, .handle = COQUILL_RELAY_ROAD_HANDLE, .data = bulletin };

  g_task_set_source_tag (task, coquill_relay_road_put_bulletin_async);
  if (g_bytes_get_size (bulletin) <= COQUILL_RELAY_BULLETIN_MAX)
    {
      ask (self, &frame, task);
      return;
    }
  g_task_return_new_error (task, COQUILL_NET_ERROR, COQUILL_NET_ERROR_LIMIT, "%s",
                           _ ("The document has more members than a relay’s bulletin can hold."));
  g_object_unref (task);
}

gboolean
coquill_relay_road_put_bulletin_finish (CoquillRelayRoad *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GBytes) nothing = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  nothing = g_task_propagate_pointer (G_TASK (result), error);
  return nothing != NULL;
}

void
coquill_relay_road_get_bulletin_async (CoquillRelayRoad *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_GET_BULLETIN };

  g_task_set_source_tag (task, coquill_relay_road_get_bulletin_async);
  memcpy (frame.room, self->room, sizeof frame.room);
  ask (self, &frame, task);
}

GBytes *
coquill_relay_road_get_bulletin_finish (CoquillRelayRoad *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
coquill_relay_road_get_services_async (CoquillRelayRoad *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_GET_SERVICES, .handle = COQUILL_RELAY_ROAD_HANDLE };

  g_task_set_source_tag (task, coquill_relay_road_get_services_async);
  if (self->state != COQUILL_RELAY_ROAD_UP || (self->features & COQUILL_RELAY_FEATURE_SERVICES) != 0)
    {
      ask (self, &frame, task);
      return;
    }
  g_task_return_new_error (task, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NOT_FOUND, "%s",
                           _ ("The relay is too old to help with direct connections."));
  g_object_unref (task);
}

CoquillRelayServices *
coquill_relay_road_get_services_finish (CoquillRelayRoad *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

GSocketAddress *
coquill_relay_road_get_remote_address (CoquillRelayRoad *self)
{
  g_return_val_if_fail (COQUILL_IS_RELAY_ROAD (self), NULL);

  return self->client != NULL ? coquill_relay_client_get_remote_address (self->client) : NULL;
}
