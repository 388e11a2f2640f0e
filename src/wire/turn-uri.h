/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turn-uri.h: where a TURN server is, as SERVICES names it */

#pragma once

#include <glib.h>

#include "wire/error.h"

G_BEGIN_DECLS

/* The port of TURN where a URI names none (RFC 8656). */
#define COQUILL_TURN_URI_PORT 3478

/**
 * CoquillTurnUri:
 * @host: a name or a numeric address, without brackets
 * @port: 1 to 65535
 * @is_tcp: TCP to the server; UDP otherwise. What the server relays is UDP in both cases
 */
typedef struct
{
  char *host;
  guint16 port;
  gboolean is_tcp;
} CoquillTurnUri;

/**
 * coquill_turn_uri_parse:
 * @text: `turn:HOST[:PORT][?transport=udp|tcp]` (RFC 7065), HOST a name, an IPv4 address or an IPv6 one in
 * brackets; at most %COQUILL_RELAY_TURN_URI_MAX bytes
 * @uri: (out caller-allocates): to be cleared if the result is %TRUE
 * @error: return location of a %COQUILL_WIRE_ERROR
 *
 * `turns:` is refused: what goes through a TURN server is sealed anyway.
 */
gboolean
coquill_turn_uri_parse (const char *text, CoquillTurnUri *uri, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_turn_uri_clear:
 *
 * Frees what the URI owns.
 */
void
coquill_turn_uri_clear (CoquillTurnUri *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CoquillTurnUri, coquill_turn_uri_clear)

G_END_DECLS
