/* sequence-alignment.h: which elements of two sequences belong together */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** No partner. */
#define COQUILL_NO_PARTNER G_MAXUINT32

/* Differences that the search for one middle looks over, to either side. Beyond, the place that was reached
 * furthest is good enough: so the time is linear in what differs, and not its square. */
#define COQUILL_ALIGNMENT_MAX_DISTANCE 128

/* How often what lies between unique elements is searched for unique ones again. */
#define COQUILL_ALIGNMENT_MAX_DEPTH 8

/**
 * coquill_sequence_align:
 * @a: the elements, as numbers below @n_ids: equal ones have equal numbers
 * @b: as @a
 * @unique_first: begin with elements that are unique in both, as a person looks for landmarks
 * @steps: (inout): how many steps it may take; what it took is subtracted
 * @partners: (out) (array length=n_a): for each of @a the index in @b that it is paired with, or
 * %COQUILL_NO_PARTNER
 *
 * Pairs equal elements in ascending order of both. Without @unique_first, and while the sequences differ in
 * less than %COQUILL_ALIGNMENT_MAX_DISTANCE, the pairs are as many as can be.
 *
 * Myers, "An O(ND) Difference Algorithm and Its Variations", 1986, in linear space, bounded; unique elements
 * as in Cohen's patience diff. O(n_ids) memory, no recursion.
 */
void
coquill_sequence_align (const guint32 *a,
                        guint32 n_a,
                        const guint32 *b,
                        guint32 n_b,
                        guint32 n_ids,
                        gboolean unique_first,
                        guint64 *steps,
                        guint32 *partners);

G_END_DECLS
