/* member.c: a device that is in */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/member.h"

CoquillMember *
coquill_member_new (const CoquillDevicePublic *device, CoquillRole role, const char *name)
{
  CoquillMember *self = g_new (CoquillMember, 1);

  self->device = *device;
  self->role = role;
  self->name = g_strdup (name);

  return self;
}

void
coquill_member_free (CoquillMember *self)
{
  g_free (self->name);
  g_free (self);
}
