/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-lock.c: one writer per data folder, and the others are told who it is. */

#include "store/store-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/store-error.h"

/* A holder's line is cut here: the file may hold anything. */
#define LONGEST_LINE 200

static char *
read_holder (int descriptor)
{
  char line[LONGEST_LINE + 1];
  ssize_t length = pread (descriptor, line, LONGEST_LINE, 0);

  if (length <= 0)
    return g_strdup ("?");
  line[length] = '\0';
  line[strcspn (line, "\n")] = '\0';
  return g_utf8_make_valid (line, -1);
}

int
coquill_store_lock_take (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "lock", NULL);
  g_autofree char *line = NULL;
  int descriptor, number;

  descriptor = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    {
      coquill_store_error_from_errno (error, errno, "opening", path);
      return -1;
    }
  if (flock (descriptor, LOCK_EX | LOCK_NB) != 0)
    {
      number = errno;
      if (number == EWOULDBLOCK)
        {
          line = read_holder (descriptor);
          g_set_error_literal (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_BUSY, line);
        }
      else
        coquill_store_error_from_errno (error, number, "locking", path);
      close (descriptor);
      return -1;
    }

  line = g_strdup_printf ("%s %d %s\n", g_get_prgname () != NULL ? g_get_prgname () : "coquill",
                          (int)getpid (), g_get_host_name ());
  if (ftruncate (descriptor, 0) != 0 || pwrite (descriptor, line, strlen (line), 0) < 0)
    {
      coquill_store_error_from_errno (error, errno, "writing", path);
      close (descriptor);
      return -1;
    }
  return descriptor;
}
