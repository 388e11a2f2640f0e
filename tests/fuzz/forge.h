/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forge.h: changes that nobody made, put together from a fuzzer's bytes. */

#pragma once

#include "programme.h"
#include "replica.h"

/**
 * forge_change:
 *
 * By the replica's forger, whose items no other replica makes, or in the name of others: then only what they
 * have long written, or what can't follow. So what is accepted is a part of the document like any other.
 *
 * Returns: (transfer full): a change, sound or not
 */
CoquillChange *
forge_change (const Replica *replica, Programme *programme);

/* Returns: (transfer full): the same items, with one of the operations changed a little */
CoquillChange *
forge_history (const CoquillChange *history, Programme *programme);
