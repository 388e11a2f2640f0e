/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-origin.c: a relay's address, as people type it and as links carry it */

#include "config.h"

#include "trust/relay-origin.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const struct
{
  const char *typed;
  const char *scheme;
  int port;
} schemes[] = {
  { "http", "http", 80 },
  { "https", "https", 443 },
  { "ws", "http", 80 },
  { "wss", "https", 443 },
};

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_RELAY_ADDRESS, why);
  return FALSE;
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

/* Names and addresses only: what is in a Host header can't hold spaces or signs. */
static gboolean
is_host (const char *host)
{
  if (is_empty (host))
    return FALSE;

  for (const char *at = host; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("-._:", *at) == NULL)
      return FALSE;
  return strchr (host, ':') == NULL || g_hostname_is_ip_address (host);
}

static char *
origin_of (GUri *uri, GError **error)
{
  const char *typed_scheme = g_uri_get_scheme (uri);
  const char *path = g_uri_get_path (uri);
  const char *host = g_uri_get_host (uri);
  int port = g_uri_get_port (uri);
  g_autoptr (GString) origin = NULL;
  g_autofree char *ascii_host = NULL;
  g_autofree char *small_host = NULL;
  guint scheme;

  for (scheme = 0; scheme < G_N_ELEMENTS (schemes); scheme++)
    if (strcmp (typed_scheme, schemes[scheme].typed) == 0)
      break;
  if (scheme == G_N_ELEMENTS (schemes))
    {
      refuse (error, _ ("The relay’s address has to start with https:// or http://."));
      return NULL;
    }

  if (g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL
      || (!is_empty (path) && strcmp (path, "/") != 0))
    {
      refuse (error, _ ("The relay’s address has to end after the name and the port."));
      return NULL;
    }

  ascii_host = host != NULL ? g_hostname_to_ascii (host) : NULL;
  if (!is_host (ascii_host) || port == 0)
    {
      refuse (error, _ ("The relay’s address names no computer."));
      return NULL;
    }

  small_host = g_ascii_strdown (ascii_host, -1);
  origin = g_string_new (NULL);
  g_string_printf (origin, strchr (small_host, ':') != NULL ? "%s://[%s]" : "%s://%s", schemes[scheme].scheme,
                   small_host);
  if (port != -1 && port != schemes[scheme].port)
    g_string_append_printf (origin, ":%d", port);

  if (origin->len > COQUILL_RELAY_ORIGIN_MAX)
    {
      refuse (error, _ ("The relay’s address is too long."));
      return NULL;
    }

  return g_string_free (g_steal_pointer (&origin), FALSE);
}

char *
coquill_relay_origin_normalize (const char *text, GError **error)
{
  g_autofree char *trimmed = NULL;
  g_autoptr (GUri) uri = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  /* Twice the length, since what is typed may be longer than its one form. */
  if (strlen (text) > 2 * COQUILL_RELAY_ORIGIN_MAX)
    {
      refuse (error, _ ("The relay’s address is too long."));
      return NULL;
    }

  trimmed = g_strstrip (g_strdup (text));
  if (strstr (trimmed, "://") == NULL)
    {
      refuse (error, _ ("The relay’s address has to start with https:// or http://."));
      return NULL;
    }

  uri = g_uri_parse (trimmed, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL)
    {
      refuse (error, _ ("The relay’s address is no web address."));
      return NULL;
    }

  return origin_of (uri, error);
}

const char *
coquill_relay_origin_name (const char *origin)
{
  const char *mark = strstr (origin, "://");

  g_return_val_if_fail (mark != NULL, origin);

  return mark + strlen ("://");
}
