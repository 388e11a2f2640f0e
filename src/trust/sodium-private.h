/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sodium-private.h: one place that starts libsodium; only for the files of this folder */

#pragma once

#include <glib.h>
#include <sodium.h>

G_BEGIN_DECLS

/* Starts libsodium once. Every public function that no other one of this folder comes before calls it. Any
 * thread. */
void
coquill_sodium_start (void);

G_END_DECLS
