/* SPDX-License-Identifier: GPL-3.0-or-later */
/* moment.c: see the header. */

#include "editor/moment.h"

#include <glib/gi18n.h>

char *
coquill_moment_to_words (gint64 moment, gint64 now)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (moment / G_USEC_PER_SEC);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now / G_USEC_PER_SEC);
  gint64 minutes = (now - moment) / (60 * G_USEC_PER_SEC);
  GDate day;
  GDate this_day;
  int days;

  if (then == NULL || today == NULL)
    return g_strdup ("");
  if (minutes < 1)
    return g_strdup (_ ("Just now"));
  if (minutes < 60)
    return g_strdup_printf (ngettext ("%d minute ago", "%d minutes ago", (gulong)minutes), (int)minutes);

  g_date_clear (&day, 1);
  g_date_clear (&this_day, 1);
  g_date_set_dmy (&day, (GDateDay)g_date_time_get_day_of_month (then),
                  (GDateMonth)g_date_time_get_month (then), (GDateYear)g_date_time_get_year (then));
  g_date_set_dmy (&this_day, (GDateDay)g_date_time_get_day_of_month (today),
                  (GDateMonth)g_date_time_get_month (today), (GDateYear)g_date_time_get_year (today));
  days = g_date_days_between (&day, &this_day);

  if (days == 0)
    return g_date_time_format (then, "%H:%M");
  if (days == 1)
    return g_strdup (_ ("Yesterday"));
  if (days < 7)
    return g_date_time_format (then, "%A");
  if (g_date_time_get_year (then) == g_date_time_get_year (today))
    /* Translators: a day of this year, for g_date_time_format() */
    return g_date_time_format (then, _ ("%-d %B"));
  /* Translators: a day of another year, for g_date_time_format() */
  return g_date_time_format (then, _ ("%-d %B %Y"));
}
