/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch-boxes.c: an epoch's key sealed to one device or invite, as it stands in log and bulletin */

#include "wire/epoch-boxes.h"

#include <string.h>

CoquillEpochBoxes *
coquill_epoch_boxes_new (const guint8 *salt)
{
  CoquillEpochBoxes *self = g_new0 (CoquillEpochBoxes, 1);

  memcpy (self->salt, salt, sizeof self->salt);
  return self;
}

void
coquill_epoch_boxes_add (CoquillEpochBoxes *self, const guint8 *tag, GBytes *sealed)
{
  CoquillEpochBox *box;

  g_return_if_fail (self->n_boxes < COQUILL_EPOCH_MAX_BOXES);

  /* The array's room is the next power of two. */
  if ((self->n_boxes & (self->n_boxes - 1)) == 0)
    self->boxes = g_renew (CoquillEpochBox, self->boxes, MAX (1, self->n_boxes * 2));

  box = &self->boxes[self->n_boxes++];
  memcpy (box->tag, tag, sizeof box->tag);
  box->sealed = g_bytes_ref (sealed);
}

CoquillEpochBoxes *
coquill_epoch_boxes_copy (const CoquillEpochBoxes *self)
{
  CoquillEpochBoxes *copy = coquill_epoch_boxes_new (self->salt);

  for (gsize i = 0; i < self->n_boxes; i++)
    coquill_epoch_boxes_add (copy, self->boxes[i].tag, self->boxes[i].sealed);
  if (self->earlier != NULL)
    copy->earlier = g_bytes_ref (self->earlier);
  return copy;
}

void
coquill_epoch_boxes_free (CoquillEpochBoxes *self)
{
  for (gsize i = 0; i < self->n_boxes; i++)
    g_bytes_unref (self->boxes[i].sealed);
  g_free (self->boxes);
  g_clear_pointer (&self->earlier, g_bytes_unref);
  g_free (self);
}
