/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-lock.h: one writer per data folder, and the others are told who it is. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * coquill_store_lock_take:
 * @folder: (type filename): the data folder
 *
 * Takes the folder's lock file with flock(2) and writes "PROGRAM PID HOST" into it. The kernel lets go when
 * the process ends, however it ends, so a lock is never stale. Doesn't wait.
 *
 * Returns: a descriptor that holds the lock until it is closed, or -1 with %COQUILL_STORE_ERROR_BUSY (the
 * message is the holder's line), _READ_ONLY, _FULL or _DISK
 */
int
coquill_store_lock_take (const char *folder, GError **error);

G_END_DECLS
