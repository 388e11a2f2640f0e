/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-notice.c: what became different in a replica: title, length, undo, status. */

#include "config.h"

#include <string.h>

#include "replica/replica-private.h"

/* (transfer full): the first line that has something on it, cut at a sensible length. */
static char *
first_line (CoquillReplica *self)
{
  enum
  {
    /* Blank lines before the first words may take this many characters. */
    SEARCHED = 400
  };
  gsize length;
  g_autofree char *start = coquill_replica_dup_range (self, 0, SEARCHED, &length);
  char *line = start;
  char *end;

  while (g_unichar_isspace (g_utf8_get_char (line)))
    line = g_utf8_next_char (line);
  end = line + strcspn (line, "\n\r");
  *end = '\0';
  if (g_utf8_strlen (line, -1) > COQUILL_REPLICA_TITLE_LENGTH)
    *g_utf8_offset_to_pointer (line, COQUILL_REPLICA_TITLE_LENGTH) = '\0';
  /* The marks of a Markdown heading are no part of a title. */
  if (*line == '#')
    line += strspn (line, "# ");
  return g_strdup (g_strchomp (line));
}

static void
note_title (CoquillReplica *self)
{
  const char *record = coquill_document_get_record (self->document, "document", "", "title");
  gboolean title_set = record != NULL && *record != '\0';
  g_autofree char *title = title_set ? g_strdup (record) : first_line (self);

  if (self->title_set != title_set)
    {
      self->title_set = title_set;
      coquill_replica_disk_entry_changed (self);
      g_object_notify (G_OBJECT (self), "title-set");
    }
  if (g_set_str (&self->title, title))
    {
      coquill_replica_disk_entry_changed (self);
      g_object_notify (G_OBJECT (self), "title");
    }
}

void
coquill_replica_note_changes (CoquillReplica *self)
{
  if (self->document != NULL)
    {
      note_title (self);
      if (g_set_str (&self->language,
                     coquill_document_get_record (self->document, "document", "", "language")))
        g_object_notify (G_OBJECT (self), "language");
    }
  if (self->noted_length != coquill_replica_get_length (self))
    {
      self->noted_length = coquill_replica_get_length (self);
      g_object_notify (G_OBJECT (self), "length");
    }
  if (self->noted_can_undo != coquill_replica_get_can_undo (self))
    {
      self->noted_can_undo = !self->noted_can_undo;
      g_object_notify (G_OBJECT (self), "can-undo");
    }
  if (self->noted_can_redo != coquill_replica_get_can_redo (self))
    {
      self->noted_can_redo = !self->noted_can_redo;
      g_object_notify (G_OBJECT (self), "can-redo");
    }
}

static CoquillReplicaStatus
find_status (CoquillReplica *self)
{
  static const CoquillReplicaStatus by_sync[] = {
    [COQUILL_SYNC_STATUS_ON_DEVICE] = COQUILL_STATUS_ON_DEVICE,
    [COQUILL_SYNC_STATUS_SENDING] = COQUILL_STATUS_SENDING,
    [COQUILL_SYNC_STATUS_UP_TO_DATE] = COQUILL_STATUS_UP_TO_DATE,
    [COQUILL_SYNC_STATUS_CATCHING_UP] = COQUILL_STATUS_CATCHING_UP,
    [COQUILL_SYNC_STATUS_OFFLINE] = COQUILL_STATUS_OFFLINE,
  };

  if (self->disk.error != NULL)
    return COQUILL_STATUS_NOT_SAVED;
  if (self->traffic.sync != NULL)
    return by_sync[coquill_sync_get_status (self->traffic.sync)];
  return self->traffic.relay != NULL ? COQUILL_STATUS_OFFLINE : COQUILL_STATUS_ON_DEVICE;
}

void
coquill_replica_note_status (CoquillReplica *self)
{
  CoquillReplicaStatus status = find_status (self);

  if (self->status == status)
    return;
  if ((self->status == COQUILL_STATUS_NOT_SAVED) != (status == COQUILL_STATUS_NOT_SAVED))
    g_object_notify (G_OBJECT (self), "error");
  self->status = status;
  g_object_notify (G_OBJECT (self), "status");
}
