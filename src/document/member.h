/* member.h: a device that is in */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/device-public.h"
#include "wire/role.h"

G_BEGIN_DECLS

/**
 * CoquillMember:
 * @device: public keys; @device.sign is its id
 * @role: what it may do
 * @name: (owned) (nullable): the name it came in with
 *
 * A live member, as the membership log has it.
 */
typedef struct
{
  CoquillDevicePublic device;
  CoquillRole role;
  char *name;
} CoquillMember;

CoquillMember *
coquill_member_new (const CoquillDevicePublic *device,
                    CoquillRole role,
                    const char *name) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_member_free (CoquillMember *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillMember, coquill_member_free)

G_END_DECLS
