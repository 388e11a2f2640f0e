/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-private.h: the numbers of the encoded change, see codec.h; for its two halves. */

#pragma once

#include "text/change.h"
#include "text/columns.h"

#define COQUILL_CHANGE_MAGIC 0xc7
#define COQUILL_CHANGE_VERSION 1

enum
{
  COLUMN_HEADS,
  COLUMN_CONTENT,
  COLUMN_POSITIONS,
  COLUMN_SEQUENCES,
  COLUMN_PARENT_COUNTS,
  COLUMN_PARENT_AGENTS,
  COLUMN_PARENT_ITEMS,
  COLUMN_LENGTHS,
  COLUMN_AGENTS,
  COLUMN_TARGETS,
  COLUMN_PAYLOADS,
  N_COLUMNS
};

enum
{
  HEAD_KIND = 3,
  HEAD_BACKWARD = 1 << 2,
  HEAD_AGENT = 1 << 3,
  HEAD_SEQUENCE = 1 << 4,
  HEAD_PARENTS = 1 << 5,
  HEAD_LENGTH = 1 << 6,
  HEAD_UNKNOWN = 1 << 7,
};

/**
 * CoquillChangeTrack:
 * @next: the item behind the agent's last operation
 * @caret: where its caret was left
 * @started: its item 0 was met
 *
 * What an agent did so far in a change, and so what is expected of its next operation.
 */
typedef struct
{
  uint64_t next;
  uint64_t caret;
  bool started;
} CoquillChangeTrack;

/* Moves the caret to where an insertion or deletion leaves it. */
static inline void
coquill_change_track_caret (CoquillChangeTrack *self, const CoquillOperation *operation)
{
  self->caret = operation->position;
  if (operation->kind == COQUILL_OPERATION_INSERT)
    self->caret += operation->length;
  else if (operation->backward)
    self->caret -= operation->length - 1;
}
