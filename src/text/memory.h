/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory.h: allocation of the engine's own small structures. */

#pragma once

#include <stddef.h>

/*
 * What the bytes of a stranger ask for is bounded by a budget, or refused with COQUILL_TEXT_ERROR_NO_MEMORY.
 * The structures that follow from accepted items (tree nodes, runs) are small and many; when the system
 * cannot give one of those, the program ends, as it does with GLib. What was acknowledged is on disk.
 */

/**
 * coquill_out_of_memory:
 *
 * Ends the program.
 */
_Noreturn void
coquill_out_of_memory (void);

/**
 * coquill_allocate:
 *
 * Returns: (transfer full): @size bytes of zeros, to be freed with free(); never %NULL
 */
void *
coquill_allocate (size_t size);

/**
 * coquill_resize:
 * @array: (nullable) (transfer full): from malloc()
 * @size: bytes, not 0
 *
 * realloc() that doesn't fail, and prefers large pages for what is large.
 *
 * Returns: (transfer full): the array, perhaps moved; never %NULL
 */
void *
coquill_resize (void *array, size_t size);

/* Of most machines; elsewhere it is all the same. */
#define COQUILL_LARGE_PAGE ((size_t)2 << 20)

/**
 * coquill_enlarge:
 * @array: (nullable) (transfer full): from malloc()
 * @size: (inout): its bytes
 * @wanted: bytes, more than @size
 *
 * coquill_resize() for what grows step by step: from half a large page on it gets whole ones, and begins with
 * one. To get and to clear as many small pages takes ten times as long, and they are not to be had again for
 * the next step.
 *
 * Returns: (transfer full): the array, perhaps moved; never %NULL
 */
void *
coquill_enlarge (void *array, size_t *size, size_t wanted);

/**
 * coquill_grow:
 * @array: (nullable) (transfer full): the array so far
 * @capacity: (inout): its capacity in elements
 * @needed: elements that must fit
 * @element_size: bytes
 *
 * Makes an array large enough, by half as much again at least, so that appending is O(1) amortised.
 *
 * Returns: (transfer full): the array, perhaps moved; never %NULL if @needed is not 0
 */
void *
coquill_grow (void *array, size_t *capacity, size_t needed, size_t element_size);

/**
 * coquill_trim:
 * @array: (nullable) (transfer full): the array so far
 * @capacity: (inout): its capacity in elements
 * @used: elements of it
 * @element_size: bytes
 *
 * Gives back what of an array isn't used, but for room to grow by a quarter.
 *
 * Returns: (transfer full): the array, perhaps moved
 */
void *
coquill_trim (void *array, size_t *capacity, size_t used, size_t element_size);
