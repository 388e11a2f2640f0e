/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slow-fsync.c: a disk that takes its time: linked or preloaded, it makes each sync wait COQUILL_SLOW_FSYNC
 * milliseconds before it is done. */

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int
wait_and_call (const char *name, int descriptor)
{
  int (*real) (int) = (int (*) (int))dlsym (RTLD_NEXT, name);
  const char *milliseconds = getenv ("COQUILL_SLOW_FSYNC");

  if (milliseconds != NULL)
    usleep ((useconds_t)atoi (milliseconds) * 1000);
  return real (descriptor);
}

int
fsync (int descriptor)
{
  return wait_and_call ("fsync", descriptor);
}

int
fdatasync (int descriptor)
{
  return wait_and_call ("fdatasync", descriptor);
}
