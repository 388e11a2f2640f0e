/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-row.c: see the header. */

#include "editor/relay-row.h"

#include <glib/gi18n.h>

/* After the last key, before the relay is asked; milliseconds. */
#define PAUSE_MS 500

struct _CoquillRelayRow
{
  AdwEntryRow parent_instance;

  CoquillLibrary *library;
  GtkStack *signs;
  GCancellable *check;
  guint pause;
  char *address;
  char *message;
};

G_DEFINE_FINAL_TYPE (CoquillRelayRow, coquill_relay_row, ADW_TYPE_ENTRY_ROW)

enum
{
  PROP_0,
  PROP_ADDRESS,
  PROP_MESSAGE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
set_result (CoquillRelayRow *self, const char *sign, const char *address, const char *message)
{
  gtk_stack_set_visible_child_name (self->signs, sign);
  g_set_str (&self->address, address);
  g_set_str (&self->message, message);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->signs), *message != '\0' ? message : NULL);
  if (g_str_equal (sign, "wrong"))
    gtk_widget_add_css_class (GTK_WIDGET (self), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ADDRESS]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MESSAGE]);
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillRelayRow) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = coquill_library_check_relay_finish (COQUILL_LIBRARY (source), result, &error);

  /* A check that was cancelled was overtaken by another, or by the end of the row. */
  if (self->library == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (address != NULL)
    set_result (self, "right", address, _ ("It answers."));
  else
    set_result (self, "wrong", NULL, error->message);
}

static void
check_cb (gpointer data)
{
  CoquillRelayRow *self = data;

  self->pause = 0;
  self->check = g_cancellable_new ();
  coquill_library_check_relay_async (self->library, gtk_editable_get_text (GTK_EDITABLE (self)), self->check,
                                     checked_cb, g_object_ref (self));
}

static void
forget_check (CoquillRelayRow *self)
{
  g_clear_handle_id (&self->pause, g_source_remove);
  if (self->check != NULL)
    g_cancellable_cancel (self->check);
  g_clear_object (&self->check);
}

static void
changed_cb (CoquillRelayRow *self)
{
  forget_check (self);
  if (self->library == NULL)
    return;
  if (*gtk_editable_get_text (GTK_EDITABLE (self)) == '\0')
    {
      set_result (self, "empty", NULL, "");
      return;
    }
  set_result (self, "checking", NULL, _ ("Asking…"));
  self->pause = g_timeout_add_once (PAUSE_MS, check_cb, self);
}

void
coquill_relay_row_set_library (CoquillRelayRow *self, CoquillLibrary *library)
{
  g_return_if_fail (COQUILL_IS_RELAY_ROW (self));
  g_set_object (&self->library, library);
  changed_cb (self);
}

const char *
coquill_relay_row_get_address (CoquillRelayRow *self)
{
  g_return_val_if_fail (COQUILL_IS_RELAY_ROW (self), NULL);
  return self->address;
}

const char *
coquill_relay_row_get_message (CoquillRelayRow *self)
{
  g_return_val_if_fail (COQUILL_IS_RELAY_ROW (self), NULL);
  return self->message;
}

static void
coquill_relay_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CoquillRelayRow *self = COQUILL_RELAY_ROW (object);

  switch (id)
    {
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_relay_row_dispose (GObject *object)
{
  CoquillRelayRow *self = COQUILL_RELAY_ROW (object);

  forget_check (self);
  g_clear_object (&self->library);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->message, g_free);
  G_OBJECT_CLASS (coquill_relay_row_parent_class)->dispose (object);
}

static void
coquill_relay_row_class_init (CoquillRelayRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = coquill_relay_row_dispose;
  object_class->get_property = coquill_relay_row_get_property;
  props[PROP_ADDRESS]
      = g_param_spec_string ("address", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_MESSAGE]
      = g_param_spec_string ("message", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
coquill_relay_row_init (CoquillRelayRow *self)
{
  GtkWidget *right = gtk_image_new_from_icon_name ("object-select-symbolic");
  GtkWidget *wrong = gtk_image_new_from_icon_name ("dialog-warning-symbolic");

  gtk_widget_add_css_class (right, "success");
  gtk_widget_add_css_class (wrong, "error");
  self->message = g_strdup ("");
  self->signs = GTK_STACK (gtk_stack_new ());
  gtk_stack_add_named (self->signs, adw_bin_new (), "empty");
  gtk_stack_add_named (self->signs, adw_spinner_new (), "checking");
  gtk_stack_add_named (self->signs, right, "right");
  gtk_stack_add_named (self->signs, wrong, "wrong");
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (self), GTK_WIDGET (self->signs));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _ ("Address of the Meeting Point"));
  gtk_editable_set_enable_undo (GTK_EDITABLE (self), TRUE);
  adw_entry_row_set_input_purpose (ADW_ENTRY_ROW (self), GTK_INPUT_PURPOSE_URL);
  g_signal_connect (self, "changed", G_CALLBACK (changed_cb), NULL);
}
