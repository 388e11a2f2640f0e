/* SPDX-License-Identifier: GPL-3.0-or-later */
/* document-row.c: see the header. */

#include "editor/document-row.h"

#include <glib/gi18n.h>

#include "editor/faces.h"
#include "editor/moment.h"

struct _CoquillDocumentRow
{
  GtkListBoxRow parent_instance;

  /* Template widgets */
  GtkLabel *title;
  GtkLabel *subtitle;
  CoquillFaces *faces;

  CoquillReplica *replica;
};

G_DEFINE_FINAL_TYPE (CoquillDocumentRow, coquill_document_row, GTK_TYPE_LIST_BOX_ROW)

static void
update (CoquillDocumentRow *self)
{
  const char *title = coquill_replica_get_title (self->replica);
  g_autofree char *words = NULL;

  if (coquill_replica_get_state (self->replica) == COQUILL_REPLICA_WAITING)
    words = g_strdup (_ ("Waiting"));
  else if (coquill_replica_get_status (self->replica) == COQUILL_STATUS_NOT_SAVED)
    words = g_strdup (coquill_replica_status_to_words (COQUILL_STATUS_NOT_SAVED));
  else
    words = coquill_moment_to_words (coquill_replica_get_last_change (self->replica), g_get_real_time ());
  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->subtitle, words);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
}

static void
coquill_document_row_dispose (GObject *object)
{
  CoquillDocumentRow *self = COQUILL_DOCUMENT_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), COQUILL_TYPE_DOCUMENT_ROW);
  g_clear_object (&self->replica);
  G_OBJECT_CLASS (coquill_document_row_parent_class)->dispose (object);
}

static void
coquill_document_row_class_init (CoquillDocumentRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = coquill_document_row_dispose;
  g_type_ensure (COQUILL_TYPE_FACES);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/coquill/Coquill/ui/document-row.ui");
  gtk_widget_class_bind_template_child (widget_class, CoquillDocumentRow, title);
  gtk_widget_class_bind_template_child (widget_class, CoquillDocumentRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, CoquillDocumentRow, faces);
}

static void
coquill_document_row_init (CoquillDocumentRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
coquill_document_row_new (CoquillReplica *replica)
{
  CoquillDocumentRow *self;

  g_return_val_if_fail (COQUILL_IS_REPLICA (replica), NULL);

  self = g_object_new (COQUILL_TYPE_DOCUMENT_ROW, NULL);
  self->replica = g_object_ref (replica);
  coquill_faces_set_people (self->faces, coquill_replica_get_people (replica));
  g_signal_connect_object (replica, "notify::title", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::last-change", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::status", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

CoquillReplica *
coquill_document_row_get_replica (CoquillDocumentRow *self)
{
  g_return_val_if_fail (COQUILL_IS_DOCUMENT_ROW (self), NULL);
  return self->replica;
}

void
coquill_document_row_update_time (CoquillDocumentRow *self)
{
  g_return_if_fail (COQUILL_IS_DOCUMENT_ROW (self));
  update (self);
}
