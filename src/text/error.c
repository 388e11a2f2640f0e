/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* error.c: filling in an error. */

#include "text/error.h"

#include <stdarg.h>
#include <stdio.h>

bool
coquill_text_error_set (CoquillTextError *self, CoquillTextErrorCode code, const char *format, ...)
{
  va_list arguments;

  if (self == NULL)
    return false;

  self->code = code;
  va_start (arguments, format);
  vsnprintf (self->message, sizeof self->message, format, arguments);
  va_end (arguments);
  return false;
}
