/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-host.c: see the header. */

#include "editor/relay-host.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include <glib/gi18n.h>

/* What the relay prints first, before the port. */
#define LISTENING "listening on http://"

struct _CoquillRelayHost
{
  GObject parent_instance;

  GSettings *settings;
  char *data_dir;
  GSubprocess *relay;
  GDataInputStream *output;
  char *address;
  GTask *task; /* the start that waits for the relay's first line */
  gboolean second_try;
};

G_DEFINE_FINAL_TYPE (CoquillRelayHost, coquill_relay_host, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ADDRESS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
start (CoquillRelayHost *self);

static char *
find_program (void)
{
  const char *named = g_getenv ("COQUILL_RELAY");
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename (folder, "coquill-relay", NULL) : NULL;

  if (named != NULL)
    return g_strdup (named);
  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);
  return g_find_program_in_path ("coquill-relay");
}

/* Returns: (transfer full): this computer's address in the local network, or the loopback address without one
 */
static char *
find_own_address (void)
{
  struct ifaddrs *all = NULL;
  char *found = NULL;

  if (getifaddrs (&all) != 0)
    all = NULL;
  for (struct ifaddrs *one = all; one != NULL && found == NULL; one = one->ifa_next)
    {
      g_autoptr (GSocketAddress) address = NULL;

      if (one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_INET || (one->ifa_flags & IFF_LOOPBACK) != 0
          || (one->ifa_flags & IFF_UP) == 0)
        continue;
      address = g_socket_address_new_from_native (one->ifa_addr, sizeof (struct sockaddr_in));
      found = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
    }
  if (all != NULL)
    freeifaddrs (all);
  return found != NULL ? found : g_strdup ("127.0.0.1");
}

static void
set_address (CoquillRelayHost *self, const char *address)
{
  if (g_set_str (&self->address, address))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ADDRESS]);
}

static void
forget_relay (CoquillRelayHost *self)
{
  g_clear_object (&self->relay);
  g_clear_object (&self->output);
  set_address (self, NULL);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillRelayHost) self = data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  if (self->relay == G_SUBPROCESS (source))
    forget_relay (self);
}

/* What the relay says later is dropped; an unread pipe would fill and stop it. */
static void
later_line_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *line
      = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (line != NULL)
    g_data_input_stream_read_line_async (G_DATA_INPUT_STREAM (source), G_PRIORITY_LOW, NULL, later_line_cb,
                                         NULL);
}

static void
started (CoquillRelayHost *self, const char *line)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  const char *colon = strrchr (line, ':');
  g_autofree char *own = find_own_address ();
  guint64 port = 0;

  if (!g_str_has_prefix (line, LISTENING)
      || !g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, &port, NULL))
    {
      g_subprocess_send_signal (self->relay, SIGTERM);
      forget_relay (self);
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED,
                               _ ("The relay on this computer did not start as expected."));
      return;
    }
  g_settings_set_int (self->settings, "host-port", (int)port);
  g_settings_set_boolean (self->settings, "host-relay", TRUE);
  {
    g_autofree char *address = g_strdup_printf ("http://%s:%u", own, (guint)port);

    set_address (self, address);
  }
  g_data_input_stream_read_line_async (self->output, G_PRIORITY_LOW, NULL, later_line_cb, NULL);
  g_task_return_pointer (task, g_strdup (self->address), g_free);
}

static void
first_line_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillRelayHost) self = data;
  g_autofree char *line
      = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (self->task == NULL || self->output != G_DATA_INPUT_STREAM (source))
    return;
  if (line != NULL)
    started (self, line);
  else if (!self->second_try && g_settings_get_int (self->settings, "host-port") != 0)
    {
      /* The port is taken by somebody else. */
      self->second_try = TRUE;
      forget_relay (self);
      start (self);
    }
  else
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->task);

      forget_relay (self);
      g_task_return_new_error (
          task, G_IO_ERROR, G_IO_ERROR_FAILED,
          _ ("The relay on this computer did not start. Your text is safe; you can use the "
             "address of another relay."));
    }
}

/* In the new process: it ends with this one, even when this one is killed. */
static void
set_up_child (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static void
start (CoquillRelayHost *self)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree char *program = find_program ();
  g_autofree char *data_dir = g_build_filename (self->data_dir, "relay", NULL);
  g_autofree char *listen = g_strdup_printf (
      "0.0.0.0:%d", self->second_try ? 0 : g_settings_get_int (self->settings, "host-port"));

  if (program != NULL)
    {
      g_subprocess_launcher_set_child_setup (launcher, set_up_child, NULL, NULL);
      self->relay = g_subprocess_launcher_spawn (launcher, NULL, program, "--listen", listen, "--data",
                                                 data_dir, NULL);
    }
  if (self->relay == NULL)
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->task);

      g_task_return_new_error (
          task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
          _ ("The program coquill-relay is not installed on this computer. Install it, or use "
             "the address of another relay."));
      return;
    }
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->relay));
  g_subprocess_wait_async (self->relay, NULL, ended_cb, g_object_ref (self));
  g_data_input_stream_read_line_async (self->output, G_PRIORITY_DEFAULT, NULL, first_line_cb,
                                       g_object_ref (self));
}

void
coquill_relay_host_start_async (CoquillRelayHost *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (COQUILL_IS_RELAY_HOST (self));
  g_return_if_fail (self->data_dir != NULL);

  task = g_task_new (self, NULL, callback, user_data);
  if (self->address != NULL)
    g_task_return_pointer (task, g_strdup (self->address), g_free);
  else if (self->task != NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, _ ("The relay is being started already."));
  else
    {
      self->task = g_steal_pointer (&task);
      self->second_try = FALSE;
      start (self);
    }
}

char *
coquill_relay_host_start_finish (CoquillRelayHost *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
coquill_relay_host_stop (CoquillRelayHost *self)
{
  g_return_if_fail (COQUILL_IS_RELAY_HOST (self));
  if (self->relay != NULL)
    g_subprocess_send_signal (self->relay, SIGTERM);
  forget_relay (self);
}

void
coquill_relay_host_set_data_dir (CoquillRelayHost *self, const char *data_dir)
{
  g_return_if_fail (COQUILL_IS_RELAY_HOST (self));
  g_set_str (&self->data_dir, data_dir);
}

const char *
coquill_relay_host_get_address (CoquillRelayHost *self)
{
  g_return_val_if_fail (COQUILL_IS_RELAY_HOST (self), NULL);
  return self->address;
}

static void
coquill_relay_host_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ADDRESS)
    g_value_set_string (value, COQUILL_RELAY_HOST (object)->address);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
coquill_relay_host_dispose (GObject *object)
{
  CoquillRelayHost *self = COQUILL_RELAY_HOST (object);

  coquill_relay_host_stop (self);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->data_dir, g_free);
  G_OBJECT_CLASS (coquill_relay_host_parent_class)->dispose (object);
}

static void
coquill_relay_host_class_init (CoquillRelayHostClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = coquill_relay_host_dispose;
  object_class->get_property = coquill_relay_host_get_property;
  props[PROP_ADDRESS]
      = g_param_spec_string ("address", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
coquill_relay_host_init (CoquillRelayHost *self)
{
}

CoquillRelayHost *
coquill_relay_host_new (GSettings *settings)
{
  CoquillRelayHost *self = g_object_new (COQUILL_TYPE_RELAY_HOST, NULL);

  self->settings = g_object_ref (settings);
  return self;
}
