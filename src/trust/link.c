/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link.c: an invite link */

#include "config.h"

#include "trust/link.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "trust/hash.h"
#include "trust/relay-origin.h"
#include "trust/sodium-private.h"

#define SCHEME "coquill:"
#define PAGE "/j/#"

#define HEAD_SIZE 3 /* version, kind, length of the origin */
#define IDS_SIZE (32 + 32 + 32)
#define CHECKSUM_SIZE 4
#define FIXED_SIZE (HEAD_SIZE + IDS_SIZE + CHECKSUM_SIZE)
#define BYTES_MAX (FIXED_SIZE + COQUILL_RELAY_ORIGIN_MAX)

#define CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

/* A link's bytes while they are made or read; wiped, since they hold the seed. */
typedef struct
{
  guint8 bytes[BYTES_MAX];
  gsize length;
} Buffer;

static void
checksum (const guint8 *bytes, gsize length, guint8 *out)
{
  guint8 digest[COQUILL_DIGEST_SIZE];

  coquill_hash_bytes ("coquill link", bytes, length, digest);
  memcpy (out, digest, CHECKSUM_SIZE);
}

static gboolean
checksum_fits (const guint8 *bytes, gsize length)
{
  guint8 expected[CHECKSUM_SIZE];

  if (length < CHECKSUM_SIZE)
    return FALSE;

  checksum (bytes, length - CHECKSUM_SIZE, expected);
  return memcmp (expected, bytes + length - CHECKSUM_SIZE, CHECKSUM_SIZE) == 0;
}

static void
append (Buffer *buffer, gconstpointer bytes, gsize length)
{
  g_assert (buffer->length + length <= sizeof buffer->bytes);
  memcpy (buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
}

static char *
to_text (const CoquillLink *self, const char *before, const char *between)
{
  gsize relay_length = strlen (self->relay);
  guint8 head[HEAD_SIZE] = { COQUILL_LINK_VERSION, self->kind, relay_length };
  guint8 sum[CHECKSUM_SIZE];
  Buffer buffer = { .length = 0 };
  gsize prefix_length = strlen (before) + strlen (between);
  gsize payload_size;
  char *text;

  append (&buffer, head, sizeof head);
  append (&buffer, self->relay, relay_length);
  append (&buffer, self->room, sizeof self->room);
  append (&buffer, self->document, sizeof self->document);
  append (&buffer, coquill_secret_peek (self->seed, NULL), 32);
  checksum (buffer.bytes, buffer.length, sum);
  append (&buffer, sum, sizeof sum);

  payload_size = sodium_base64_ENCODED_LEN (buffer.length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text = g_malloc (prefix_length + payload_size);
  memcpy (text, before, strlen (before));
  memcpy (text + strlen (before), between, strlen (between));
  sodium_bin2base64 (text + prefix_length, payload_size, buffer.bytes, buffer.length,
                     sodium_base64_VARIANT_URLSAFE_NO_PADDING);

  coquill_wipe (&buffer, sizeof buffer);
  return text;
}

char *
coquill_link_to_text (const CoquillLink *self)
{
  return to_text (self, SCHEME, "");
}

char *
coquill_link_to_https (const CoquillLink *self)
{
  return to_text (self, self->relay, PAGE);
}

void
coquill_link_text_free (char *text)
{
  if (text != NULL)
    coquill_wipe (text, strlen (text));
  g_free (text);
}

CoquillLink *
coquill_link_new (const char *relay,
                  const guint8 *room,
                  const guint8 *document,
                  CoquillInviteKind kind,
                  CoquillSecret *seed,
                  GError **error)
{
  CoquillLink *self;
  g_autofree char *origin = NULL;

  g_return_val_if_fail (coquill_secret_get_length (seed) == 32, NULL);

  origin = coquill_relay_origin_normalize (relay, error);
  if (origin == NULL)
    return NULL;

  self = g_new0 (CoquillLink, 1);
  self->relay = g_steal_pointer (&origin);
  memcpy (self->room, room, sizeof self->room);
  memcpy (self->document, document, sizeof self->document);
  self->kind = kind;
  self->seed = coquill_secret_ref (seed);
  return self;
}

CoquillLink *
coquill_link_copy (const CoquillLink *self)
{
  CoquillLink *copy = g_new0 (CoquillLink, 1);

  *copy = *self;
  copy->relay = g_strdup (self->relay);
  copy->seed = coquill_secret_ref (self->seed);
  return copy;
}

void
coquill_link_free (CoquillLink *self)
{
  g_free (self->relay);
  g_clear_pointer (&self->seed, coquill_secret_unref);
  g_free (self);
}

static CoquillLink *
refuse (GError **error, CoquillTrustError code)
{
  const char *words = NULL;

  switch ((guint)code)
    {
    case COQUILL_TRUST_ERROR_NOT_A_LINK:
      words = _ ("This is not a Coquill link. Ask for the link again, and copy it whole: it starts with "
                 "“coquill:”.");
      break;
    case COQUILL_TRUST_ERROR_LINK_CUT_SHORT:
      words = _ ("This link is cut short: its end is missing. Copy it again, up to the last character.");
      break;
    case COQUILL_TRUST_ERROR_LINK_CHANGED:
      words = _ (
          "A character of this link was changed on the way. Copy it again from where it was sent to you.");
      break;
    case COQUILL_TRUST_ERROR_LINK_NEWER:
      words = _ ("A newer version of Coquill made this link. Update Coquill to open it.");
      break;
    case COQUILL_TRUST_ERROR_RELAY_ADDRESS:
      words = _ ("The relay’s address in this link can’t be used. Ask for a new link.");
      break;
    default:
      g_assert_not_reached ();
    }

  g_set_error_literal (error, COQUILL_TRUST_ERROR, code, words);
  return NULL;
}

/* Decodes as many characters as are whole bytes. Characters are known to be of the alphabet; bits left over
 * at the end are not looked at. */
static void
decode_roughly (const char *payload, gsize length, Buffer *buffer)
{
  gsize whole = length - length % 4;

  buffer->length = 0;
  sodium_base642bin (buffer->bytes, sizeof buffer->bytes, payload, whole, NULL, &buffer->length, NULL,
                     sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* What happened to a link whose checksum doesn't fit. It says itself how long it is, but that byte, too, may
 * be the one that was changed: then the checksum fits as soon as the byte is put right. */
static CoquillTrustError
diagnose (const char *payload, gsize length)
{
  Buffer buffer;
  gsize expected_bytes, expected_characters;
  gboolean length_changed = FALSE;

  decode_roughly (payload, length, &buffer);
  if (buffer.length < HEAD_SIZE)
    return COQUILL_TRUST_ERROR_LINK_CUT_SHORT;

  expected_bytes = FIXED_SIZE + buffer.bytes[2];
  expected_characters = (expected_bytes * 4 + 2) / 3;

  if (length < expected_characters && length * 3 / 4 >= FIXED_SIZE)
    {
      gsize real_bytes;

      if (sodium_base642bin (buffer.bytes, sizeof buffer.bytes, payload, length, NULL, &real_bytes, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING)
              == 0
          && real_bytes >= FIXED_SIZE)
        {
          /* One character spans at most two bytes, so the kind may have changed along with the length. */
          for (guint kind = COQUILL_INVITE_OPEN; kind <= COQUILL_INVITE_REQUEST && !length_changed; kind++)
            {
              buffer.bytes[1] = kind;
              buffer.bytes[2] = real_bytes - FIXED_SIZE;
              length_changed = checksum_fits (buffer.bytes, real_bytes);
            }
        }
    }

  coquill_wipe (&buffer, sizeof buffer);
  return length < expected_characters && !length_changed ? COQUILL_TRUST_ERROR_LINK_CUT_SHORT
                                                         : COQUILL_TRUST_ERROR_LINK_CHANGED;
}

/* The checksum fits: what is unknown is new, not damaged. */
static CoquillLink *
parse_bytes (const Buffer *buffer, GError **error)
{
  const guint8 *bytes = buffer->bytes;
  gsize relay_length;
  g_autofree char *relay = NULL;
  g_autofree char *origin = NULL;
  g_autoptr (CoquillSecret) seed = NULL;
  const guint8 *ids;

  if (bytes[0] != COQUILL_LINK_VERSION || buffer->length < FIXED_SIZE)
    return refuse (error, COQUILL_TRUST_ERROR_LINK_NEWER);

  relay_length = bytes[2];
  if (buffer->length != FIXED_SIZE + relay_length
      || (bytes[1] != COQUILL_INVITE_OPEN && bytes[1] != COQUILL_INVITE_REQUEST))
    return refuse (error, COQUILL_TRUST_ERROR_LINK_NEWER);

  relay = g_strndup ((const char *)bytes + HEAD_SIZE, relay_length);
  if (g_utf8_validate (relay, -1, NULL))
    origin = coquill_relay_origin_normalize (relay, NULL);
  if (origin == NULL || strcmp (relay, origin) != 0 || strlen (relay) != relay_length)
    return refuse (error, COQUILL_TRUST_ERROR_RELAY_ADDRESS);

  ids = bytes + HEAD_SIZE + relay_length;
  seed = coquill_secret_new (ids + 64, 32);
  return coquill_link_new (origin, ids, ids + 32, bytes[1], seed, error);
}

/* @page_origin: what stood before the payload, or %NULL for a coquill: link. */
static CoquillLink *
parse_payload (const char *payload, gsize length, const char *page_origin, GError **error)
{
  Buffer buffer = { .length = 0 };
  g_autoptr (CoquillLink) link = NULL;

  if (length == 0)
    return refuse (error, COQUILL_TRUST_ERROR_LINK_CUT_SHORT);
  if (strspn (payload, CHARACTERS) < length)
    return refuse (error, COQUILL_TRUST_ERROR_LINK_CHANGED);

  if (sodium_base642bin (buffer.bytes, sizeof buffer.bytes, payload, length, NULL, &buffer.length, NULL,
                         sodium_base64_VARIANT_URLSAFE_NO_PADDING)
          != 0
      || !checksum_fits (buffer.bytes, buffer.length))
    {
      coquill_wipe (&buffer, sizeof buffer);
      return refuse (error, diagnose (payload, length));
    }

  link = parse_bytes (&buffer, error);
  coquill_wipe (&buffer, sizeof buffer);

  if (link != NULL && page_origin != NULL && strcmp (page_origin, link->relay) != 0)
    return refuse (error, COQUILL_TRUST_ERROR_LINK_CHANGED);
  return g_steal_pointer (&link);
}

static gboolean
starts_with_fold (const char *text, const char *prefix)
{
  return g_ascii_strncasecmp (text, prefix, strlen (prefix)) == 0;
}

/* @text is a copy that is wiped afterwards. */
static CoquillLink *
parse_trimmed (char *text, GError **error)
{
  gsize length;
  char *page;

  g_strstrip (text);
  length = strlen (text);
  if (length >= 2 && text[0] == '<' && text[length - 1] == '>')
    {
      text[length - 1] = '\0';
      text++;
      length -= 2;
    }

  if (starts_with_fold (text, SCHEME))
    return parse_payload (text + strlen (SCHEME), length - strlen (SCHEME), NULL, error);

  page = strstr (text, PAGE);
  if (page != NULL && (starts_with_fold (text, "https://") || starts_with_fold (text, "http://")))
    {
      const char *payload = page + strlen (PAGE);

      *page = '\0';
      return parse_payload (payload, strlen (payload), text, error);
    }

  return refuse (error, COQUILL_TRUST_ERROR_NOT_A_LINK);
}

CoquillLink *
coquill_link_parse (const char *text, GError **error)
{
  CoquillLink *link;
  char *copy;
  gsize length;

  g_return_val_if_fail (text != NULL, NULL);

  length = strnlen (text, COQUILL_LINK_TEXT_MAX + 1);
  if (length > COQUILL_LINK_TEXT_MAX)
    return refuse (error, COQUILL_TRUST_ERROR_NOT_A_LINK);

  copy = g_strndup (text, length);
  link = parse_trimmed (copy, error);
  coquill_wipe (copy, length);
  g_free (copy);
  return link;
}
