/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* snapshot-private.h: what the parts of the snapshot's decoder know of each other. */

#pragma once

#include "text/columns.h"
#include "text/snapshot.h"

/* Both return: false */
static inline bool
coquill_snapshot_malformed (CoquillTextError *error, const char *what)
{
  return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED, "snapshot: %s", what);
}

static inline bool
coquill_snapshot_no_memory (CoquillTextError *error)
{
  return coquill_text_error_set (error, COQUILL_TEXT_ERROR_NO_MEMORY, "snapshot: no memory");
}

/* The columns of a snapshot, see snapshot.h. */
enum
{
  COQUILL_SNAPSHOT_TEXT,
  COQUILL_SNAPSHOT_HEADS,
  COQUILL_SNAPSHOT_LENGTHS,
  COQUILL_SNAPSHOT_SEQUENCES,
  COQUILL_SNAPSHOT_AGENTS,
  COQUILL_SNAPSHOT_COLUMNS
};

/* A head: how many bytes its span has in lengths, in sequences and in agents. */
#define COQUILL_SNAPSHOT_LENGTH_BITS 3
#define COQUILL_SNAPSHOT_SEQUENCE_BITS 3

/* Unpacks and checks the spans, when agents and text are there. */
bool
coquill_snapshot_decode_spans (CoquillSnapshot *self,
                               CoquillColumns *columns,
                               uint64_t n_spans,
                               CoquillTextError *error);
