/* SPDX-License-Identifier: GPL-3.0-or-later */
/* counting-allocator.c: malloc() and its kin, with all bytes that they give out in this process counted. */

#include "counting-allocator.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

/* The C library's own, by its names for those who replace malloc(). */
void *
__libc_malloc (size_t size);
void *
__libc_calloc (size_t n, size_t size);
void *
__libc_realloc (void *block, size_t size);
void *
__libc_memalign (size_t alignment, size_t size);
void
__libc_free (void *block);

static gboolean counting;
static gssize alive, most;

static void *
count (void *block)
{
  if (G_UNLIKELY (counting) && block != NULL)
    {
      alive += (gssize)malloc_usable_size (block);
      most = MAX (most, alive);
    }
  return block;
}

static void
uncount (void *block)
{
  if (G_UNLIKELY (counting) && block != NULL)
    alive -= (gssize)malloc_usable_size (block);
}

void
counting_start (void)
{
  alive = most = 0;
  counting = TRUE;
}

gssize
counting_stop (gssize *peak)
{
  counting = FALSE;
  if (peak != NULL)
    *peak = most;
  return alive;
}

void *
malloc (size_t size)
{
  return count (__libc_malloc (size));
}

void *
calloc (size_t n, size_t size)
{
  return count (__libc_calloc (n, size));
}

/* glibc marks a block that has its own mapping, which grows without being copied. */
static gboolean
has_own_mapping (void *block)
{
  return block != NULL && (((gsize *)block)[-1] & 2) != 0;
}

/* While a block is copied, both are there. */
void *
realloc (void *block, size_t size)
{
  gboolean mapped = counting && has_own_mapping (block);
  gssize before = counting && block != NULL ? (gssize)malloc_usable_size (block) : 0;
  void *moved = __libc_realloc (block, size);

  if (G_UNLIKELY (counting) && (moved != NULL || size == 0))
    {
      gssize after = moved != NULL ? (gssize)malloc_usable_size (moved) : 0;

      if (moved != block && !(mapped && has_own_mapping (moved)))
        most = MAX (most, alive + after);
      alive += after - before;
      most = MAX (most, alive);
    }
  return moved;
}

void *
memalign (size_t alignment, size_t size)
{
  return count (__libc_memalign (alignment, size));
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  return count (__libc_memalign (alignment, size));
}

int
posix_memalign (void **block, size_t alignment, size_t size)
{
  *block = count (__libc_memalign (alignment, size));
  return *block != NULL ? 0 : ENOMEM;
}

void
free (void *block)
{
  uncount (block);
  __libc_free (block);
}
