/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-origin.h: a relay's address, as people type it and as links carry it */

#pragma once

#include "trust/error.h"

G_BEGIN_DECLS

/* Bytes of an origin: what a link's length byte can say. */
#define COQUILL_RELAY_ORIGIN_MAX 255

/**
 * coquill_relay_origin_normalize:
 * @text: an address: `https://relay.example`, `wss://relay.example/`, `http://192.168.1.4:8080`
 * @error: return location of %COQUILL_TRUST_ERROR_RELAY_ADDRESS
 *
 * The origin in its one form: scheme `http` or `https` (`ws` and `wss` mean the same), host in small letters,
 * a port only if it isn't the scheme's own, no slash at the end. White space around it is dropped. A path, a
 * user name, a query or a fragment are refused, and so is an address without a scheme.
 *
 * Returns: (transfer full): the origin, or %NULL with words for people
 */
char *
coquill_relay_origin_normalize (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_relay_origin_name:
 * @origin: from coquill_relay_origin_normalize()
 *
 * The relay's name in a room proof: the origin's authority, which is what an HTTP client sends as Host.
 *
 * Returns: (transfer none): the part of @origin after `://`
 */
const char *
coquill_relay_origin_name (const char *origin);

G_END_DECLS
