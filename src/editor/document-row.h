/* SPDX-License-Identifier: GPL-3.0-or-later */
/* document-row.h: a document in the list: title, last change, who is there. */
#pragma once

#include <gtk/gtk.h>

#include "replica/replica.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_DOCUMENT_ROW (coquill_document_row_get_type ())
G_DECLARE_FINAL_TYPE (CoquillDocumentRow, coquill_document_row, COQUILL, DOCUMENT_ROW, GtkListBoxRow)

GtkWidget *
coquill_document_row_new (CoquillReplica *replica);

CoquillReplica *
coquill_document_row_get_replica (CoquillDocumentRow *self);

/** Says anew how long ago the last change was. */
void
coquill_document_row_update_time (CoquillDocumentRow *self);

G_END_DECLS
