/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-process.h: a real relay, started, stopped, killed and frozen by a test */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RelayProcess RelayProcess;

/* Starts a relay with a folder of its own, or @folder; @options may be NULL. The program is in the
 * environment variable COQUILL_RELAY. Waits for its first line. */
RelayProcess *
relay_process_start (const char *folder, const char *const *options);

/* Starts again, after an end, with the same folder and port. */
void
relay_process_restart (RelayProcess *self);

/* Sends a signal; SIGKILL and SIGTERM are waited for. Returns the exit status as waitpid() gives it, or 0. */
int
relay_process_signal (RelayProcess *self, int number);

const char *
relay_process_get_origin (RelayProcess *self);
const char *
relay_process_get_folder (RelayProcess *self);
guint16
relay_process_get_port (RelayProcess *self);
GPid
relay_process_get_pid (RelayProcess *self);

/* What it has written to standard error until now. */
char *
relay_process_read_log (RelayProcess *self);

/* Ends it with SIGTERM if it runs, asserts that it ended well and reported no fault, and deletes its folder
 * if it was its own. */
void
relay_process_stop (RelayProcess *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelayProcess, relay_process_stop)

G_END_DECLS
