/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake-replica-private.h: what the files of the replica in memory share. */
#pragma once

#include "fake-replica.h"

G_BEGIN_DECLS

struct _CoquillReplica
{
  GObject parent_instance;

  char *id;
  char *title;
  char *shown_title;
  char *language;
  GString *text;
  GListStore *people;
  GQueue incoming; /* of Edit */
  GPtrArray *undo; /* of Edit: what takes back a step */
  GPtrArray *redo;
  CoquillReplicaState state;
  CoquillReplicaStatus status;
  GError *error;
  GError *relay_error;
  char *relay;
  gboolean online;
  gboolean hide_address;
  gboolean shared;
  gboolean merge_manually;
  gboolean could_undo; /* as notified last */
  gboolean could_redo;
  gint64 last_change;
  guint64 caret;
};

typedef struct
{
  guint64 position;
  guint64 deleted;
  char *inserted;
  CoquillParticipant *author;
} Edit;

/** One edit of a text; what is not given is "". */
Edit *
coquill_fake_edit_new (guint64 position, guint64 deleted, const char *inserted, CoquillParticipant *author);
void
coquill_fake_edit_free (gpointer data);

/** The title that is set, else the first line. */
char *
coquill_fake_replica_title (CoquillReplica *self);

G_END_DECLS
