/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bulletin.c: what a room shows without proof, so that an invited or returning device finds in */

#include "wire/bulletin.h"

#include <string.h>

#include "wire/convert-private.h"
#include "wire/unpack.h"

#define BULLETIN_VERSION 1

CoquillBulletin *
coquill_bulletin_new (const guint8 *epoch, const CoquillEpochBoxes *boxes)
{
  CoquillBulletin *self = g_new0 (CoquillBulletin, 1);

  memcpy (self->epoch, epoch, sizeof self->epoch);
  self->boxes = coquill_epoch_boxes_copy (boxes);
  return self;
}

GBytes *
coquill_bulletin_encode (const CoquillBulletin *self, GError **error)
{
  Coquill__Document__Bulletin message = COQUILL__DOCUMENT__BULLETIN__INIT;
  g_autoptr (GBytes) bytes = NULL;

  message.version = BULLETIN_VERSION;
  message.epoch = coquill_convert_view (self->epoch, sizeof self->epoch);
  message.boxes = coquill_convert_boxes_out (self->boxes);

  bytes = coquill_pack (&message.base);
  coquill_convert_boxes_out_free (message.boxes);

  if (g_bytes_get_size (bytes) > COQUILL_BULLETIN_MAX)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE, "a bulletin has too many recipients");
      return NULL;
    }

  return g_steal_pointer (&bytes);
}

static CoquillBulletin *
from_message (const Coquill__Document__Bulletin *message, GError **error)
{
  g_autoptr (CoquillBulletin) self = g_new0 (CoquillBulletin, 1);

  if (message->version != BULLETIN_VERSION)
    {
      coquill_convert_refuse (error,
                              message->version > BULLETIN_VERSION ? COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION
                                                                  : COQUILL_WIRE_ERROR_MALFORMED,
                              "a bulletin is of an unknown version");
      return NULL;
    }
  if (!coquill_unpack_copy (&message->epoch, self->epoch, sizeof self->epoch, "bulletin.epoch", error))
    return NULL;

  self->boxes = coquill_convert_boxes_in (message->boxes, error);
  return self->boxes != NULL ? g_steal_pointer (&self) : NULL;
}

CoquillBulletin *
coquill_bulletin_decode (GBytes *bytes, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Coquill__Document__Bulletin *message;
  CoquillBulletin *self;

  message
      = coquill_unpack (&coquill__document__bulletin__descriptor, data, length, COQUILL_BULLETIN_MAX, error);
  if (message == NULL)
    return NULL;

  self = from_message (message, error);
  coquill_unpack_free (message);
  return self;
}

void
coquill_bulletin_free (CoquillBulletin *self)
{
  g_clear_pointer (&self->boxes, coquill_epoch_boxes_free);
  g_free (self);
}
