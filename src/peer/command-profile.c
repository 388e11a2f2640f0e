/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-profile.c: what others see of one: name, colour, network address. */

#include "config.h"

#include "peer/command.h"

#include <glib/gi18n.h>
#include <stdio.h>

/* Longest name, in code points: it has to fit on a flag beside a caret. */
#define MAX_NAME_LENGTH 80

static char *name = NULL;
static char *color = NULL;
static char *hide_address = NULL;

static const GOptionEntry options[] = {
  { "name", 0, 0, G_OPTION_ARG_STRING, &name, N_ ("The name others see"), N_ ("NAME") },
  { "color", 0, 0, G_OPTION_ARG_STRING, &color, N_ ("The colour of one's caret, #rrggbb"), N_ ("COLOR") },
  { "hide-address", 0, 0, G_OPTION_ARG_STRING, &hide_address,
    N_ ("Whether never to connect directly, which shows others one's network address"), N_ ("yes|no") },
  { NULL },
};

static gboolean
is_color (const char *text)
{
  if (text[0] != '#')
    return FALSE;
  for (int i = 1; i <= 6; i++)
    if (!g_ascii_isxdigit (text[i]))
      return FALSE;
  return text[7] == '\0';
}

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  g_autofree char *current_name = NULL;
  g_autofree char *current_color = NULL;

  if (name != NULL && (*g_strstrip (name) == '\0' || g_utf8_strlen (name, -1) > MAX_NAME_LENGTH))
    {
      coquill_peer_complain (_ ("A name has 1 to %d characters."), MAX_NAME_LENGTH);
      return COQUILL_EXIT_REFUSED;
    }
  if (color != NULL && !is_color (color))
    {
      coquill_peer_complain (_ ("A colour is written #rrggbb, for example #3584e4."));
      return COQUILL_EXIT_REFUSED;
    }
  if (hide_address != NULL && !g_str_equal (hide_address, "yes") && !g_str_equal (hide_address, "no"))
    {
      coquill_peer_complain (_ ("One's address is hidden or not: yes or no."));
      return COQUILL_EXIT_REFUSED;
    }
  if (name != NULL)
    g_object_set (peer->library, "name", name, NULL);
  if (color != NULL)
    g_object_set (peer->library, "color", color, NULL);
  if (hide_address != NULL)
    g_object_set (peer->library, "hide-address", g_str_equal (hide_address, "yes"), NULL);

  g_object_get (peer->library, "name", &current_name, "color", &current_color, NULL);
  printf ("%s\t%s\n", current_color, current_name);
  return COQUILL_EXIT_DONE;
}

const CoquillCommand coquill_command_profile = {
  .name = "profile",
  .synopsis = "[--name NAME] [--color COLOR] [--hide-address yes|no]",
  .summary = N_ ("Change what others see of one; print name and colour"),
  .mode = COQUILL_LIBRARY_WRITE,
  .options = options,
  .run = run,
};
