/* pending-changes.c: what came before what it builds on, held in bounded space */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/pending-changes.h"

typedef struct
{
  CoquillBody *body;
  CoquillNeed need;
} Held;

struct CoquillPendingChanges
{
  GQueue held; /* (element-type Held): oldest first */
  gsize bytes;
};

CoquillPendingChanges *
coquill_pending_changes_new (void)
{
  CoquillPendingChanges *self = g_new0 (CoquillPendingChanges, 1);

  g_queue_init (&self->held);

  return self;
}

static void
held_free_cb (gpointer data)
{
  Held *held = data;

  coquill_body_free (held->body);
  g_free (held);
}

void
coquill_pending_changes_free (CoquillPendingChanges *self)
{
  g_queue_clear_full (&self->held, held_free_cb);
  g_free (self);
}

gboolean
coquill_pending_changes_is_empty (const CoquillPendingChanges *self)
{
  return self->held.length == 0;
}

gboolean
coquill_pending_changes_add (CoquillPendingChanges *self, const CoquillBody *body, const CoquillNeed *need)
{
  gsize size = g_bytes_get_size (body->bytes);
  Held *held;

  for (GList *link = self->held.head; link != NULL; link = link->next)
    {
      const Held *other = link->data;

      if (g_bytes_get_size (other->body->bytes) == size && g_bytes_equal (other->body->bytes, body->bytes))
        return TRUE;
    }
  if (self->held.length >= COQUILL_PENDING_MAX_BODIES || size > COQUILL_PENDING_MAX_BYTES - self->bytes)
    return FALSE;

  held = g_new (Held, 1);
  held->body = coquill_body_new (body->kind, body->bytes);
  held->need = *need;
  g_queue_push_tail (&self->held, held);
  self->bytes += size;

  return TRUE;
}

CoquillBody *
coquill_pending_changes_take (CoquillPendingChanges *self, CoquillNeedFunc is_met, gpointer data)
{
  for (GList *link = self->held.head; link != NULL; link = link->next)
    {
      Held *held = link->data;
      CoquillBody *body;

      if (!is_met (&held->need, data))
        continue;
      body = g_steal_pointer (&held->body);
      self->bytes -= g_bytes_get_size (body->bytes);
      g_free (held);
      g_queue_delete_link (&self->held, link);
      return body;
    }

  return NULL;
}
