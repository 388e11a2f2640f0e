/* SPDX-License-Identifier: GPL-3.0-or-later */
/* row.c: what was measured, one JSON object a line, for report.py. */

#include "row.h"

#include <math.h>
#include <stdio.h>

static void
print_string (const char *name, const char *value)
{
  printf ("\"%s\": \"", name);
  for (const char *p = value; *p != '\0'; p++)
    if (*p == '"' || *p == '\\' || (guchar)*p < 0x20)
      printf ("\\u%04x", *p);
    else
      putchar (*p);
  printf ("\", ");
}

void
row_print (const Row *self)
{
  putchar ('{');
  print_string ("work", self->work);
  print_string ("trace", self->trace);
  print_string ("system", self->system);
  printf ("\"value\": %.10g, ", self->value);
  print_string ("unit", self->unit);
  if (isfinite (self->ratio))
    printf ("\"ratio\": %.6g, ", self->ratio);
  else
    printf ("\"ratio\": null, ");
  printf ("\"runs\": %u}\n", self->runs);
  fflush (stdout);
}
