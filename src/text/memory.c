/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory.c: allocation that succeeds or ends the program. */

#include "text/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

/* For an array of this size the system is asked for large pages: to get and to clear small ones takes longer
 * than to fill them. */
#define LARGE_ARRAY ((size_t)4 << 20)

/* Beyond this malloc() gives an array a mapping of its own, and moves it without copying. */
#define MAPPED_ARRAY ((size_t)32 << 20)

void
coquill_out_of_memory (void)
{
  fputs ("coquill: out of memory\n", stderr);
  abort ();
}

void *
coquill_allocate (size_t size)
{
  void *memory = calloc (1, size);

  if (memory == NULL)
    coquill_out_of_memory ();
  return memory;
}

static void
prefer_large_pages (void *array, size_t size)
{
#ifdef MADV_HUGEPAGE
  uintptr_t start = (uintptr_t)array & -(uintptr_t)sysconf (_SC_PAGESIZE);

  /* A wish: without them it is all the same. */
  (void)madvise ((void *)start, (uintptr_t)array + size - start, MADV_HUGEPAGE);
#endif
}

void *
coquill_resize (void *array, size_t size)
{
  array = realloc (array, size);
  if (array == NULL)
    coquill_out_of_memory ();
  if (size >= LARGE_ARRAY)
    prefer_large_pages (array, size);
  return array;
}

void *
coquill_enlarge (void *array, size_t *size, size_t wanted)
{
  size_t n_pages = (wanted + COQUILL_LARGE_PAGE - 1) / COQUILL_LARGE_PAGE;
  void *enlarged;

  if (wanted <= COQUILL_LARGE_PAGE / 2 || wanted > MAPPED_ARRAY)
    {
      *size = wanted;
      return coquill_resize (array, wanted);
    }
  enlarged = aligned_alloc (COQUILL_LARGE_PAGE, n_pages * COQUILL_LARGE_PAGE);
  if (enlarged == NULL)
    coquill_out_of_memory ();
  prefer_large_pages (enlarged, n_pages * COQUILL_LARGE_PAGE);
  if (*size > 0)
    memcpy (enlarged, array, *size);
  free (array);
  *size = n_pages * COQUILL_LARGE_PAGE;
  return enlarged;
}

void *
coquill_grow (void *array, size_t *capacity, size_t needed, size_t element_size)
{
  size_t wanted = *capacity + *capacity / 2 + 8;

  if (needed <= *capacity)
    return array;
  if (wanted < needed)
    wanted = needed;
  if (wanted > SIZE_MAX / element_size)
    coquill_out_of_memory ();
  *capacity = wanted;
  return coquill_resize (array, wanted * element_size);
}

void *
coquill_trim (void *array, size_t *capacity, size_t used, size_t element_size)
{
  size_t wanted = used + used / 4 + 8;

  if (wanted >= *capacity)
    return array;
  *capacity = wanted;
  return coquill_resize (array, wanted * element_size);
}
