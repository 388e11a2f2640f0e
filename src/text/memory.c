/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory.c: allocation that succeeds or ends the program. */

#include "text/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

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
  array = realloc (array, wanted * element_size);
  if (array == NULL)
    coquill_out_of_memory ();
  *capacity = wanted;
  return array;
}
