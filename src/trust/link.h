/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link.h: an invite link */

#pragma once

#include "trust/error.h"
#include "trust/secret.h"
#include "wire/log-entry.h"

G_BEGIN_DECLS

/* The version that this program writes and reads. */
#define COQUILL_LINK_VERSION 1

/* Characters of text that are looked at: the longest link, in its https form, with room to spare. */
#define COQUILL_LINK_TEXT_MAX 2048

/**
 * CoquillLink:
 * @relay: (owned): the relay's origin, as coquill_relay_origin_normalize() gives it
 * @room: the relay room's id
 * @document: the document's id
 * @kind: whether one is in at once or has to ask
 * @seed: (owned): the invite's seed
 *
 * What a joiner needs. The document's key is not in it. The text of a link is a secret: never log it.
 *
 * Format: `coquill:` and then, in unpadded base64url (RFC 4648):
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 1 |
 * | 1 | kind, a #CoquillInviteKind |
 * | 1 | length of the relay's origin |
 * | … | the origin, UTF-8 |
 * | 32 | room |
 * | 32 | document |
 * | 32 | seed |
 * | 4 | checksum: the first bytes of the BLAKE2b-256, domain "coquill link", of all before |
 *
 * Later versions keep the first byte and the last four, so that this one can tell a newer link from a damaged
 * one. The https form has `ORIGIN/j/#` in place of `coquill:`.
 */
typedef struct
{
  char *relay;
  guint8 room[32];
  guint8 document[32];
  CoquillInviteKind kind;
  CoquillSecret *seed;
} CoquillLink;

/**
 * coquill_link_new:
 * @relay: an address that coquill_relay_origin_normalize() takes
 * @room: 32 bytes
 * @document: 32 bytes
 * @kind: the kind
 * @seed: 32 bytes, referenced
 * @error: return location of %COQUILL_TRUST_ERROR_RELAY_ADDRESS
 *
 * Returns: (transfer full): a link, or %NULL
 */
CoquillLink *
coquill_link_new (const char *relay,
                  const guint8 *room,
                  const guint8 *document,
                  CoquillInviteKind kind,
                  CoquillSecret *seed,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_link_parse:
 * @text: what somebody pasted
 * @error: return location of a %COQUILL_TRUST_ERROR with words for people
 *
 * Reads both forms, with white space and one pair of angle brackets around it. Every changed character and
 * every missing end is noticed.
 *
 * Returns: (transfer full): a link, or %NULL
 */
CoquillLink *
coquill_link_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_link_to_text:
 *
 * Returns: (transfer full): `coquill:…`; free with coquill_link_text_free()
 */
char *
coquill_link_to_text (const CoquillLink *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_link_to_https:
 *
 * Returns: (transfer full): `ORIGIN/j/#…`; free with coquill_link_text_free()
 */
char *
coquill_link_to_https (const CoquillLink *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_link_text_free:
 * @text: (nullable) (transfer full): a link's text
 *
 * Wipes and frees it.
 */
void
coquill_link_text_free (char *text);

CoquillLink *
coquill_link_copy (const CoquillLink *self) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_link_free (CoquillLink *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillLink, coquill_link_free)

G_END_DECLS
