/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turn-offer.c: TURN servers that a relay names to its clients, with credentials that it makes for them */

#include "relay/turn-offer.h"

#include "relay/relay-log.h"
#include "trust/random.h"
#include "trust/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHA1_SIZE 20
#define RANDOM_SIZE 9

struct _CoquillTurnOffer
{
  char **uris;           /* (unowned) (nullable) */
  CoquillSecret *secret; /* (owned) (nullable) */
};

/* Reads up to the first line's end. */
static CoquillSecret *
read_secret (const char *path, GError **error)
{
  guint8 bytes[COQUILL_TURN_OFFER_SECRET_MAX + 1];
  gsize length = 0;
  gssize got = -1;
  struct stat status;
  CoquillSecret *secret = NULL;
  int descriptor = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

  if (descriptor >= 0 && fstat (descriptor, &status) == 0)
    while (length < sizeof bytes
           && (got = TEMP_FAILURE_RETRY (read (descriptor, bytes + length, sizeof bytes - length))) > 0)
      length += got;
  if (got < 0)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "The secret in %s can't be read: %s",
                 path, g_strerror (errno));
  else
    {
      gsize line = 0;

      while (line < length && bytes[line] != '\n' && bytes[line] != '\r')
        line++;
      if (line == 0 || line == sizeof bytes)
        g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                     "The first line of %s must be a secret of 1 to %d bytes.", path,
                     COQUILL_TURN_OFFER_SECRET_MAX);
      else
        secret = coquill_secret_new (bytes, line);
    }
  if (secret != NULL && (status.st_mode & S_IROTH) != 0)
    coquill_relay_log (COQUILL_RELAY_LOG_WARNING, "secret",
                       "file=\"%s\" reason=\"everybody on this system can read it: chmod o= it\"", path);
  if (descriptor >= 0)
    close (descriptor);
  coquill_wipe (bytes, sizeof bytes);
  return secret;
}

CoquillTurnOffer *
coquill_turn_offer_new (const CoquillRelayOptions *options, GError **error)
{
  CoquillSecret *secret = NULL;
  CoquillTurnOffer *self;

  if (options->turn != NULL)
    {
      secret = read_secret (options->turn_secret_file, error);
      if (secret == NULL)
        return NULL;
    }
  self = g_new0 (CoquillTurnOffer, 1);
  self->uris = options->turn;
  self->secret = secret;
  return self;
}

void
coquill_turn_offer_free (CoquillTurnOffer *self)
{
  g_clear_pointer (&self->secret, coquill_secret_unref);
  g_free (self);
}

void
coquill_turn_offer_tell (CoquillTurnOffer *self, gint64 now, CoquillRelayFrame *frame)
{
  guint8 random[RANDOM_SIZE];
  guint8 digest[SHA1_SIZE];
  gsize digest_length = sizeof digest;
  g_autofree char *name = NULL;
  const guint8 *key;
  gsize key_length;
  GHmac *hmac;

  if (self->secret == NULL)
    return;
  coquill_random_fill (random, sizeof random);
  name = g_base64_encode (random, sizeof random);
  frame->turn = g_strdupv (self->uris);
  frame->lifetime = COQUILL_TURN_OFFER_LIFETIME;
  frame->text = g_strdup_printf ("%" G_GINT64_FORMAT ":%s", now + COQUILL_TURN_OFFER_LIFETIME, name);

  key = coquill_secret_peek (self->secret, &key_length);
  hmac = g_hmac_new (G_CHECKSUM_SHA1, key, key_length);
  g_hmac_update (hmac, (const guchar *)frame->text, strlen (frame->text));
  g_hmac_get_digest (hmac, digest, &digest_length);
  g_hmac_unref (hmac);
  frame->password = g_base64_encode (digest, digest_length);
  coquill_wipe (digest, sizeof digest);
}
