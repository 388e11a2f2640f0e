/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vector.c: what a replica has of each device, for hello and want */

#include "wire/vector.h"

void
coquill_wire_vector_set (CoquillWireVector *self, const CoquillVectorEntry *entries, gsize n_entries)
{
  CoquillVectorEntry *copy;

  g_return_if_fail (n_entries <= COQUILL_WIRE_VECTOR_MAX);

  copy = g_memdup2 (entries, n_entries * sizeof *entries);
  coquill_wire_vector_clear (self);
  self->entries = copy;
  self->n_entries = n_entries;
}

void
coquill_wire_vector_clear (CoquillWireVector *self)
{
  g_clear_pointer (&self->entries, g_free);
  self->n_entries = 0;
}
