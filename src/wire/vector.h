/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vector.h: what a replica has of each device, for hello and want */

#pragma once

#include "wire/digest.h"
#include "wire/error.h"

G_BEGIN_DECLS

/* Entries of a vector. One for each device that ever wrote; some 90 bytes each, so that a vector stays below
 * three quarters of an envelope. */
#define COQUILL_WIRE_VECTOR_MAX 8192

/**
 * CoquillVectorEntry:
 * @device: device id
 * @ordinal: of the device's newest known agent
 * @nonce: of it
 * @length: its items known, thus the sequence of the next one
 * @digest: of those items, in canonical form; chains over the device's agents before it
 *
 * The known part of one device's chain of agents.
 */
typedef struct
{
  guint8 device[32];
  guint32 ordinal;
  guint64 nonce;
  guint64 length;
  guint8 digest[32];
} CoquillVectorEntry;

/**
 * CoquillWireVector:
 * @entries: (array length=n_entries): in no particular order
 *
 * A version vector with digests. Embedded by value; clear with coquill_wire_vector_clear().
 */
typedef struct
{
  CoquillVectorEntry *entries;
  gsize n_entries;
} CoquillWireVector;

void
coquill_wire_vector_set (CoquillWireVector *self, const CoquillVectorEntry *entries, gsize n_entries);
void
coquill_wire_vector_clear (CoquillWireVector *self);

G_END_DECLS
