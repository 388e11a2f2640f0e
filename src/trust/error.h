/* SPDX-License-Identifier: GPL-3.0-or-later */
/* error.h: why a key, a signature, an envelope or a link was refused */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define COQUILL_TRUST_ERROR (coquill_trust_error_quark ())

/**
 * CoquillTrustError:
 * @COQUILL_TRUST_ERROR_MALFORMED: the bytes have not the shape they must have
 * @COQUILL_TRUST_ERROR_TOO_LARGE: over a named limit
 * @COQUILL_TRUST_ERROR_UNSUPPORTED_VERSION: made by a later version of Coquill
 * @COQUILL_TRUST_ERROR_WRONG_KEY: not for this key, or changed on the way: the two can't be told apart
 * @COQUILL_TRUST_ERROR_SIGNATURE: a signature is not its signer's
 * @COQUILL_TRUST_ERROR_LOCK: a room lock doesn't follow the current one
 * @COQUILL_TRUST_ERROR_NOT_A_LINK: not a Coquill link at all
 * @COQUILL_TRUST_ERROR_LINK_CUT_SHORT: the end of a link is missing
 * @COQUILL_TRUST_ERROR_LINK_CHANGED: a character of a link was changed
 * @COQUILL_TRUST_ERROR_LINK_NEWER: a later version of Coquill made the link
 * @COQUILL_TRUST_ERROR_RELAY_ADDRESS: an address that can't be a relay's
 *
 * Errors of this folder. Messages of the link and relay address codes are for people (and translated), the
 * others for logs.
 */
typedef enum
{
  COQUILL_TRUST_ERROR_MALFORMED,
  COQUILL_TRUST_ERROR_TOO_LARGE,
  COQUILL_TRUST_ERROR_UNSUPPORTED_VERSION,
  COQUILL_TRUST_ERROR_WRONG_KEY,
  COQUILL_TRUST_ERROR_SIGNATURE,
  COQUILL_TRUST_ERROR_LOCK,
  COQUILL_TRUST_ERROR_NOT_A_LINK,
  COQUILL_TRUST_ERROR_LINK_CUT_SHORT,
  COQUILL_TRUST_ERROR_LINK_CHANGED,
  COQUILL_TRUST_ERROR_LINK_NEWER,
  COQUILL_TRUST_ERROR_RELAY_ADDRESS,
} CoquillTrustError;

GQuark
coquill_trust_error_quark (void);

G_END_DECLS
