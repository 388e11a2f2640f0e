/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-services.c: what a relay offers to those who look for a direct road: STUN, and TURN for a while */

#include "net/relay-services.h"

#include "trust/secret.h"

#include <string.h>

/* Services are asked for again after a day at the latest, and no more often than each minute, whatever a
 * relay says. */
#define LONGEST_SECONDS (24 * 60 * 60)
#define SHORTEST_SECONDS (2 * 60)
/* What has no credentials has no end; but a relay may be started anew with other options. */
#define WITHOUT_CREDENTIALS_SECONDS (60 * 60)

CoquillRelayServices *
coquill_relay_services_new (const CoquillRelayFrame *frame, gint64 now)
{
  CoquillRelayServices *self = g_new0 (CoquillRelayServices, 1);
  guint32 lifetime = frame->lifetime != 0 ? frame->lifetime : WITHOUT_CREDENTIALS_SECONDS;

  g_assert (frame->kind == COQUILL_RELAY_FRAME_SERVICES);
  self->stun_port = frame->port;
  self->turn = frame->turn != NULL ? g_strdupv (frame->turn) : g_new0 (char *, 1);
  self->user = g_strdup (frame->text != NULL ? frame->text : "");
  self->password = g_strdup (frame->password != NULL ? frame->password : "");
  self->fetched = now;
  self->expires = now + (gint64)CLAMP (lifetime, SHORTEST_SECONDS, LONGEST_SECONDS) * G_USEC_PER_SEC;
  return self;
}

gboolean
coquill_relay_services_is_fresh (const CoquillRelayServices *self, gint64 now)
{
  return now >= self->fetched && now < self->fetched + (self->expires - self->fetched) / 2;
}

void
coquill_relay_services_free (CoquillRelayServices *self)
{
  coquill_wipe (self->password, strlen (self->password));
  g_free (self->password);
  g_free (self->user);
  g_strfreev (self->turn);
  g_free (self);
}
