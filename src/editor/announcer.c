/* SPDX-License-Identifier: GPL-3.0-or-later */
/* announcer.c: see the header. */

#include "editor/announcer.h"

#include <glib/gi18n.h>

#include "replica/participant.h"

/* Comings and goings are said at most this often, in seconds. */
#define INTERVAL_SECONDS 4

/* More than this many at once are counted instead of named. */
#define MAX_NAMES 3

struct _CoquillAnnouncer
{
  GObject parent_instance;

  GtkWidget *widget; /* weak */
  GListModel *people;
  GHashTable *present; /* set of CoquillParticipant: who was here when last spoken */
  guint timeout;
};

G_DEFINE_FINAL_TYPE (CoquillAnnouncer, coquill_announcer, G_TYPE_OBJECT)

static guint said_signal;

static GHashTable *
set_new (void)
{
  return g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

static GHashTable *
collect_present (CoquillAnnouncer *self)
{
  GHashTable *present = set_new ();
  guint n_people = self->people != NULL ? g_list_model_get_n_items (self->people) : 0;

  for (guint i = 0; i < n_people; i++)
    {
      g_autoptr (CoquillParticipant) person = g_list_model_get_item (self->people, i);

      if (!coquill_participant_is_self (person) && coquill_participant_is_present (person))
        g_hash_table_add (present, g_steal_pointer (&person));
    }
  return present;
}

void
coquill_announcer_say (CoquillAnnouncer *self, const char *words)
{
  g_return_if_fail (COQUILL_IS_ANNOUNCER (self));

  if (self->widget != NULL)
    gtk_accessible_announce (GTK_ACCESSIBLE (self->widget), words, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_LOW);
  g_signal_emit (self, said_signal, 0, words);
}

/* Says who is in @these but not in @those. */
static void
say_difference (CoquillAnnouncer *self, GHashTable *these, GHashTable *those, gboolean joined)
{
  guint count = 0;
  GHashTableIter iter;
  gpointer person;

  g_hash_table_iter_init (&iter, these);
  while (g_hash_table_iter_next (&iter, &person, NULL))
    count += !g_hash_table_contains (those, person);

  if (count > MAX_NAMES)
    {
      g_autofree char *words
          = joined ? g_strdup_printf (ngettext ("%u person joined", "%u people joined", count), count)
                   : g_strdup_printf (ngettext ("%u person left", "%u people left", count), count);

      coquill_announcer_say (self, words);
      return;
    }
  g_hash_table_iter_init (&iter, these);
  while (g_hash_table_iter_next (&iter, &person, NULL))
    if (!g_hash_table_contains (those, person))
      {
        g_autofree char *words
            /* Translators: %s is a person's name */
            = g_strdup_printf (joined ? _ ("%s joined") : _ ("%s left"),
                               coquill_participant_get_name (person));

        coquill_announcer_say (self, words);
      }
}

static void
speak_cb (gpointer data)
{
  g_autoptr (CoquillAnnouncer) self = g_object_ref (data);
  g_autoptr (GHashTable) before = g_steal_pointer (&self->present);

  self->timeout = 0;
  self->present = collect_present (self);
  say_difference (self, self->present, before, TRUE);
  say_difference (self, before, self->present, FALSE);
}

static void
changed_cb (CoquillAnnouncer *self)
{
  if (self->timeout == 0)
    self->timeout = g_timeout_add_seconds_once (INTERVAL_SECONDS, speak_cb, self);
}

static void
forget_people (CoquillAnnouncer *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  if (self->people == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->people, self);
  for (guint i = 0; i < g_list_model_get_n_items (self->people); i++)
    {
      g_autoptr (GObject) person = g_list_model_get_item (self->people, i);

      g_signal_handlers_disconnect_by_data (person, self);
    }
  g_clear_object (&self->people);
}

static void
people_changed_cb (CoquillAnnouncer *self, guint position, guint removed, guint added)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (GObject) person = g_list_model_get_item (self->people, position + i);

      g_signal_handlers_disconnect_by_data (person, self);
      g_signal_connect_object (person, "notify::present", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
    }
  changed_cb (self);
}

void
coquill_announcer_set_people (CoquillAnnouncer *self, GListModel *people)
{
  g_return_if_fail (COQUILL_IS_ANNOUNCER (self));

  forget_people (self);
  g_set_object (&self->people, people);
  g_clear_pointer (&self->present, g_hash_table_unref);
  self->present = collect_present (self);
  if (people != NULL)
    {
      g_signal_connect_object (people, "items-changed", G_CALLBACK (people_changed_cb), self,
                               G_CONNECT_SWAPPED);
      people_changed_cb (self, 0, 0, g_list_model_get_n_items (people));
    }
}

static void
coquill_announcer_dispose (GObject *object)
{
  CoquillAnnouncer *self = COQUILL_ANNOUNCER (object);

  forget_people (self);
  g_clear_pointer (&self->present, g_hash_table_unref);
  g_clear_weak_pointer (&self->widget);
  G_OBJECT_CLASS (coquill_announcer_parent_class)->dispose (object);
}

static void
coquill_announcer_class_init (CoquillAnnouncerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = coquill_announcer_dispose;
  said_signal = g_signal_new ("said", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
coquill_announcer_init (CoquillAnnouncer *self)
{
  self->present = set_new ();
}

CoquillAnnouncer *
coquill_announcer_new (GtkWidget *widget)
{
  CoquillAnnouncer *self;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);
  self = g_object_new (COQUILL_TYPE_ANNOUNCER, NULL);
  g_set_weak_pointer (&self->widget, widget);
  return self;
}
