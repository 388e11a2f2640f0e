/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device-public.h: the two public keys of a device or of an invite */

#pragma once

#include "wire/digest.h"

G_BEGIN_DECLS

/**
 * CoquillDevicePublic:
 * @sign: Ed25519 public key; the device's id everywhere
 * @box: X25519 public key that epoch keys are sealed to
 *
 * What others know of a device. An invite has a pair of the same shape.
 */
typedef struct
{
  guint8 sign[32];
  guint8 box[32];
} CoquillDevicePublic;

G_END_DECLS
