/* SPDX-License-Identifier: GPL-3.0-or-later */
/* people-pane.c: see the header. */

#include "editor/people-pane.h"

#include "editor/person-row.h"

struct _CoquillPeoplePane
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (CoquillPeoplePane, coquill_people_pane, ADW_TYPE_BIN)

static GtkWidget *
create_row (gpointer item, gpointer data)
{
  return coquill_person_row_new (item);
}

void
coquill_people_pane_set_people (CoquillPeoplePane *self, GListModel *people)
{
  g_return_if_fail (COQUILL_IS_PEOPLE_PANE (self));
  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, people, create_row, NULL, NULL);
}

static void
coquill_people_pane_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), COQUILL_TYPE_PEOPLE_PANE);
  G_OBJECT_CLASS (coquill_people_pane_parent_class)->dispose (object);
}

static void
coquill_people_pane_class_init (CoquillPeoplePaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = coquill_people_pane_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/coquill/Coquill/ui/people-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, CoquillPeoplePane, list);
}

static void
coquill_people_pane_init (CoquillPeoplePane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
