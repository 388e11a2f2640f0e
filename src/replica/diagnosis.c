/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diagnosis.c: asks the relay, its STUN service and this machine what works. */

#include "config.h"

#include "replica/diagnosis-private.h"

#include <string.h>

#include "net/relay-clock.h"
#include "net/relay-query.h"
#include "replica/replica-error-private.h"
#include "replica/replica-private.h"
#include "trust/relay-origin.h"

/* The task's data. It goes on while something is under way, and ends with a finding whatever failed. */
typedef struct
{
  CoquillFinding found;
  GPtrArray *origins; /* what was typed may mean these */
  guint next_origin;
  gint64 asked; /* monotonic */
  guint under_way;
  GCancellable *cancellable; /* ours: by the deadline, or with the caller's */
  gulong cancelled;
  guint deadline;
} Diagnosis;

static void
diagnosis_free (gpointer data)
{
  Diagnosis *self = data;

  g_free (self->found.origin);
  g_free (self->found.name);
  g_clear_error (&self->found.error);
  g_clear_pointer (&self->found.ipv4, coquill_nat_result_free);
  g_clear_pointer (&self->found.ipv6, coquill_nat_result_free);
  g_ptr_array_unref (self->origins);
  g_clear_handle_id (&self->deadline, g_source_remove);
  g_object_unref (self->cancellable);
  g_free (self);
}

static void
begin (GTask *task)
{
  Diagnosis *self = g_task_get_task_data (task);

  self->under_way++;
}

/* @task: (transfer full): */
static void
end (GTask *task)
{
  Diagnosis *self = g_task_get_task_data (task);

  if (--self->under_way == 0)
    {
      g_cancellable_disconnect (g_task_get_cancellable (task), self->cancelled);
      g_clear_handle_id (&self->deadline, g_source_remove);
      if (!g_task_return_error_if_cancelled (task))
        g_task_return_pointer (task, coquill_finding_to_checks (&self->found),
                               (GDestroyNotify)g_ptr_array_unref);
    }
  g_object_unref (task);
}

/* STUN */

/* @data: the task; @slot: where the result belongs */
static void
take_probe (GTask *task, GAsyncResult *result, CoquillNatResult **slot)
{
  g_autoptr (GError) error = NULL;
  CoquillNatResult *probed = coquill_nat_probe_finish (result, &error);

  g_clear_pointer (slot, coquill_nat_result_free);
  *slot = probed;
  end (task);
}

static void
probed_ipv4_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  take_probe (data, result, &((Diagnosis *)g_task_get_task_data (data))->found.ipv4);
}

static void
probed_ipv6_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  take_probe (data, result, &((Diagnosis *)g_task_get_task_data (data))->found.ipv6);
}

static void
probe (GTask *task, GList *addresses, GSocketFamily family, GAsyncReadyCallback callback)
{
  Diagnosis *self = g_task_get_task_data (task);

  for (GList *link = addresses; link != NULL; link = link->next)
    if (g_inet_address_get_family (link->data) == family)
      {
        g_autoptr (GSocketAddress) server = g_inet_socket_address_new (link->data, self->found.port);

        begin (task);
        coquill_nat_probe_async (G_INET_SOCKET_ADDRESS (server), self->cancellable, callback,
                                 g_object_ref (task));
        return;
      }
}

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, NULL);

  probe (task, addresses, G_SOCKET_FAMILY_IPV4, probed_ipv4_cb);
  probe (task, addresses, G_SOCKET_FAMILY_IPV6, probed_ipv6_cb);
  g_resolver_free_addresses (addresses);
  end (task);
}

static void
ask_stun (GTask *task)
{
  Diagnosis *self = g_task_get_task_data (task);
  gboolean secure = g_str_has_prefix (self->found.origin, "https:");
  g_autoptr (GSocketConnectable) host
      = g_network_address_parse_uri (self->found.origin, secure ? 443 : 80, NULL);
  g_autoptr (GResolver) resolver = g_resolver_get_default ();

  if (host == NULL || (self->found.stun_known && self->found.port == 0))
    return;
  if (!self->found.stun_known)
    self->found.port = g_network_address_get_port (G_NETWORK_ADDRESS (host));
  begin (task);
  g_resolver_lookup_by_name_async (resolver, g_network_address_get_hostname (G_NETWORK_ADDRESS (host)),
                                   self->cancellable, resolved_cb, g_object_ref (task));
}

/* The relay */

static void
clock_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Diagnosis *self = g_task_get_task_data (data);

  self->found.clock_known = coquill_relay_clock_finish (result, &self->found.ahead, NULL);
  end (data);
}

static void
check_next (GTask *task);

static void
relay_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Diagnosis *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->found.name = coquill_relay_check_finish (result, &error);
  self->found.round_trip = g_get_monotonic_time () - self->asked;
  if (self->found.name == NULL)
    {
      g_clear_error (&self->found.error);
      self->found.error = coquill_replica_error_translate (error);
      check_next (task);
    }
  else
    {
      g_clear_error (&self->found.error);
      begin (task);
      coquill_relay_clock_async (self->found.origin, self->cancellable, clock_cb, g_object_ref (task));
      ask_stun (task);
    }
  end (task);
}

/* Asks the next address that may be meant. */
static void
check_next (GTask *task)
{
  Diagnosis *self = g_task_get_task_data (task);

  while (self->next_origin < self->origins->len)
    {
      GError *error = NULL;
      char *origin = coquill_relay_origin_normalize (self->origins->pdata[self->next_origin++], &error);

      if (origin == NULL)
        {
          g_clear_error (&self->found.error);
          self->found.error = coquill_replica_error_translate (error);
          continue;
        }
      g_free (self->found.origin);
      self->found.origin = origin;
      self->asked = g_get_monotonic_time ();
      begin (task);
      coquill_relay_check_async (origin, self->cancellable, relay_cb, g_object_ref (task));
      return;
    }
}

/* What an open document's room was told of its relay's services. */
static void
look_at_services (Diagnosis *self, CoquillLibrary *library, const char *relay)
{
  GListModel *replicas = G_LIST_MODEL (library);

  for (guint i = 0; i < g_list_model_get_n_items (replicas); i++)
    {
      g_autoptr (CoquillReplica) replica = g_list_model_get_item (replicas, i);
      const CoquillRelayServices *services = replica->direct.services;

      if (services == NULL || g_strcmp0 (coquill_replica_get_relay (replica), relay) != 0)
        continue;
      self->found.stun_known = TRUE;
      self->found.port = services->stun_port;
      self->found.turn_known = TRUE;
      self->found.n_turn = g_strv_length (services->turn);
      return;
    }
}

/* (transfer full) (nullable): */
static char *
find_relay (CoquillLibrary *library, const char *relay)
{
  if (relay != NULL || library == NULL)
    return g_strdup (relay);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (library)); i++)
    {
      g_autoptr (CoquillReplica) replica = g_list_model_get_item (G_LIST_MODEL (library), i);

      if (coquill_replica_get_relay (replica) != NULL)
        return g_strdup (coquill_replica_get_relay (replica));
    }
  return g_strdup (coquill_library_get_default_relay (library));
}

static gboolean
deadline_cb (gpointer data)
{
  Diagnosis *self = data;

  self->deadline = 0;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable, GCancellable *own)
{
  g_cancellable_cancel (own);
}

void
coquill_diagnosis_run_async (CoquillLibrary *library,
                             const char *relay,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (library, cancellable, callback, user_data);
  g_autofree char *chosen = find_relay (library, relay);
  Diagnosis *self = g_new0 (Diagnosis, 1);

  g_task_set_source_tag (task, coquill_diagnosis_run_async);
  g_task_set_task_data (task, self, diagnosis_free);
  self->cancellable = g_cancellable_new ();
  self->origins = chosen != NULL ? coquill_library_list_origins (chosen) : g_ptr_array_new ();
  self->deadline = g_timeout_add_seconds (COQUILL_DIAGNOSIS_SECONDS, deadline_cb, self);
  if (cancellable != NULL)
    self->cancelled = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                             g_object_ref (self->cancellable), g_object_unref);
  coquill_own_addresses_get (&self->found.own);
  if (library != NULL && chosen != NULL)
    look_at_services (self, library, chosen);
  begin (task);
  check_next (task);
  end (task);
}

GPtrArray *
coquill_diagnosis_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
coquill_diagnosis_can_share (GPtrArray *checks)
{
  for (guint i = 0; i < checks->len; i++)
    {
      const CoquillCheck *check = checks->pdata[i];

      if (strcmp (check->id, "relay") == 0)
        return check->state == COQUILL_CHECK_OK || check->state == COQUILL_CHECK_WARNING;
    }
  return FALSE;
}
