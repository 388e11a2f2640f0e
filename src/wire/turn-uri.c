/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turn-uri.c: where a TURN server is, as SERVICES names it */

#include "wire/turn-uri.h"

#include "wire/relay-frame.h"

#include <string.h>

#define SCHEME "turn:"

static gboolean
refuse (const char *text, GError **error)
{
  g_set_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_MALFORMED,
               "“%s” is not turn:HOST[:PORT][?transport=udp|tcp]", text);
  return FALSE;
}

/* Letters, digits, hyphens and dots; colons too in an IPv6 address. */
static gboolean
is_host (const char *host, gboolean is_ipv6)
{
  if (host[0] == '\0' || host[0] == '-')
    return FALSE;
  for (const char *c = host; *c != '\0'; c++)
    if (is_ipv6 ? !g_ascii_isxdigit (*c) && *c != ':' && *c != '.'
                : !g_ascii_isalnum (*c) && *c != '-' && *c != '.')
      return FALSE;
  return TRUE;
}

gboolean
coquill_turn_uri_parse (const char *text, CoquillTurnUri *uri, GError **error)
{
  g_autofree char *host = NULL;
  const char *rest, *query;
  guint64 port = COQUILL_TURN_URI_PORT;
  gboolean is_ipv6, is_tcp = FALSE;
  gsize length;

  if (strlen (text) > COQUILL_RELAY_TURN_URI_MAX)
    {
      g_set_error_literal (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_TOO_LARGE, "a TURN URI is too long");
      return FALSE;
    }
  if (!g_str_has_prefix (text, SCHEME))
    return refuse (text, error);
  rest = text + strlen (SCHEME);
  is_ipv6 = rest[0] == '[';
  if (is_ipv6)
    rest++;
  length = strcspn (rest, is_ipv6 ? "]" : ":?");
  host = g_strndup (rest, length);
  rest += length;
  if (!is_host (host, is_ipv6) || (is_ipv6 && *rest++ != ']'))
    return refuse (text, error);

  query = rest + strcspn (rest, "?");
  if (*rest == ':')
    {
      g_autofree char *digits = g_strndup (rest + 1, query - rest - 1);

      if (!g_ascii_string_to_unsigned (digits, 10, 1, G_MAXUINT16, &port, NULL))
        return refuse (text, error);
    }
  else if (rest != query)
    return refuse (text, error);
  if (strcmp (query, "?transport=tcp") == 0)
    is_tcp = TRUE;
  else if (*query != '\0' && strcmp (query, "?transport=udp") != 0)
    return refuse (text, error);

  *uri = (CoquillTurnUri){ g_steal_pointer (&host), port, is_tcp };
  return TRUE;
}

void
coquill_turn_uri_clear (CoquillTurnUri *self)
{
  g_clear_pointer (&self->host, g_free);
}
