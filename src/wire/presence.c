/* SPDX-License-Identifier: GPL-3.0-or-later */
/* presence.c: where somebody is and what they do now, body of PRESENCE */

#include "wire/presence.h"

#include "wire/convert-private.h"
#include "wire/unpack.h"

/* A name, four anchors of some 60 bytes, small change; later versions may add as much again. */
#define PRESENCE_MAX 4096

#define COLOR_MAX 0xffffff

CoquillPresence *
coquill_presence_new (const char *name)
{
  CoquillPresence *self = g_new0 (CoquillPresence, 1);

  self->name = g_strdup (name);
  return self;
}

GBytes *
coquill_presence_encode (const CoquillPresence *self)
{
  Coquill__Document__Presence message = COQUILL__DOCUMENT__PRESENCE__INIT;
  const CoquillWireAnchor *anchors[]
      = { &self->caret, &self->selection, &self->viewport_top, &self->viewport_bottom };
  Coquill__Document__Anchor **fields[]
      = { &message.caret, &message.selection, &message.viewport_top, &message.viewport_bottom };
  Coquill__Document__Anchor messages[G_N_ELEMENTS (anchors)];

  message.name = self->name;
  message.color = self->color;
  message.typing = self->typing;
  message.leaving = self->leaving;
  message.agent_ordinal = self->agent_ordinal;
  message.agent_nonce = self->agent_nonce;
  for (guint i = 0; i < G_N_ELEMENTS (anchors); i++)
    {
      if (anchors[i]->place == COQUILL_WIRE_ANCHOR_NONE)
        continue;
      coquill_convert_anchor_out (anchors[i], &messages[i]);
      *fields[i] = &messages[i];
    }

  return coquill_pack (&message.base);
}

static CoquillPresence *
from_message (const Coquill__Document__Presence *message, GError **error)
{
  g_autoptr (CoquillPresence) self = g_new0 (CoquillPresence, 1);

  if (message->color > COLOR_MAX)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "presence.color is no color");
      return NULL;
    }

  self->name = coquill_unpack_text (message->name, COQUILL_PRESENCE_NAME_MAX, "presence.name", error);
  if (self->name == NULL || !coquill_convert_anchor_in (message->caret, &self->caret, error)
      || !coquill_convert_anchor_in (message->selection, &self->selection, error)
      || !coquill_convert_anchor_in (message->viewport_top, &self->viewport_top, error)
      || !coquill_convert_anchor_in (message->viewport_bottom, &self->viewport_bottom, error))
    return NULL;

  self->color = message->color;
  self->typing = message->typing;
  self->leaving = message->leaving;
  self->agent_ordinal = message->agent_ordinal;
  self->agent_nonce = message->agent_nonce;
  return g_steal_pointer (&self);
}

CoquillPresence *
coquill_presence_decode (GBytes *bytes, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Coquill__Document__Presence *message;
  CoquillPresence *self;

  message = coquill_unpack (&coquill__document__presence__descriptor, data, length, PRESENCE_MAX, error);
  if (message == NULL)
    return NULL;

  self = from_message (message, error);
  coquill_unpack_free (message);
  return self;
}

void
coquill_presence_free (CoquillPresence *self)
{
  g_free (self->name);
  g_free (self);
}
