/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command.h: the commands of coquill-peer. */
#pragma once

#include "peer/peer.h"

G_BEGIN_DECLS

/**
 * CoquillCommand:
 * @name: as typed
 * @synopsis: what follows the name
 * @summary: one line, to be translated
 * @mode: whether it writes the data folder
 * @options: (nullable): its own options; their values are in static variables of the command's file
 * @missing_ok: runs, with a %NULL library, also before the data folder was made
 * @min_arguments: fewest operands
 * @max_arguments: most operands, -1 for any number
 * @run: does it; the library is open
 *
 * One command. Each is in a file of its own, command-NAME.c, that ends with its row.
 */
typedef struct
{
  const char *name;
  const char *synopsis;
  const char *summary;
  CoquillLibraryMode mode;
  const GOptionEntry *options;
  gboolean missing_ok;
  int min_arguments;
  int max_arguments;
  CoquillExit (*run) (CoquillPeer *peer, char **arguments);
} CoquillCommand;

extern const CoquillCommand coquill_command_attach;
extern const CoquillCommand coquill_command_cat;
extern const CoquillCommand coquill_command_doctor;
extern const CoquillCommand coquill_command_edit;
extern const CoquillCommand coquill_command_export;
extern const CoquillCommand coquill_command_invite;
extern const CoquillCommand coquill_command_join;
extern const CoquillCommand coquill_command_list;
extern const CoquillCommand coquill_command_new;
extern const CoquillCommand coquill_command_profile;
extern const CoquillCommand coquill_command_serve;
extern const CoquillCommand coquill_command_sync;
extern const CoquillCommand coquill_command_watch;

G_END_DECLS
