/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-message.c: bodies of payloads, records and bulletins: what is decoded is encoded, and encoded again
 * the same. */

#include <stdint.h>
#include <stdlib.h>

#include "wire/bulletin.h"
#include "wire/epoch-secrets.h"
#include "wire/hello.h"
#include "wire/log-batch.h"
#include "wire/presence.h"
#include "wire/record.h"
#include "wire/signed-change.h"
#include "wire/want.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct
{
  gpointer (*decode) (GBytes *bytes, GError **error);
  GBytes *(*encode) (gpointer message);
  void (*free) (gpointer message);
} Codec;

static gpointer
decode_secrets (GBytes *bytes, GError **error)
{
  CoquillEpochSecrets *secrets = g_new0 (CoquillEpochSecrets, 1);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  if (coquill_epoch_secrets_decode (data, length, secrets, error))
    return secrets;
  g_free (secrets);
  return NULL;
}

static GBytes *
encode_secrets (const CoquillEpochSecrets *secrets)
{
  guint8 bytes[COQUILL_EPOCH_SECRETS_MAX];

  return g_bytes_new (bytes, coquill_epoch_secrets_encode (secrets, bytes));
}

/* The functions of one message under the types of a codec, and the codec. */
#define CODEC(name, decode_call, encode_call, free_call)                                                     \
  static gpointer decode_##name##_cb (GBytes *bytes, GError **error)                                         \
  {                                                                                                          \
    return decode_call (bytes, error);                                                                       \
  }                                                                                                          \
  static GBytes *encode_##name##_cb (gpointer message)                                                       \
  {                                                                                                          \
    return encode_call;                                                                                      \
  }                                                                                                          \
  static void free_##name##_cb (gpointer message)                                                            \
  {                                                                                                          \
    free_call (message);                                                                                     \
  }                                                                                                          \
  static const Codec name##_codec = { decode_##name##_cb, encode_##name##_cb, free_##name##_cb };

CODEC (change,
       coquill_signed_change_decode,
       coquill_signed_change_encode (message),
       coquill_signed_change_free)
CODEC (log, coquill_log_batch_decode, coquill_log_batch_encode (message), g_ptr_array_unref)
CODEC (hello, coquill_hello_decode, coquill_hello_encode (message), coquill_hello_free)
CODEC (want, coquill_want_decode, coquill_want_encode (message), coquill_want_free)
CODEC (presence, coquill_presence_decode, coquill_presence_encode (message), coquill_presence_free)
CODEC (record, coquill_record_decode, coquill_record_encode (message), coquill_record_free)
CODEC (bulletin, coquill_bulletin_decode, coquill_bulletin_encode (message, NULL), coquill_bulletin_free)
CODEC (secrets, decode_secrets, encode_secrets (message), g_free)

/* The input's first byte, a digit, says which. */
static const Codec *const codecs[] = {
  &change_codec,   &log_codec,    &hello_codec,    &want_codec,
  &presence_codec, &record_codec, &bulletin_codec, &secrets_codec,
};

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const Codec *codec;
  g_autoptr (GBytes) bytes = NULL, encoded = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  gpointer message, back;

  if (size == 0)
    return 0;

  codec = codecs[data[0] % 16 % G_N_ELEMENTS (codecs)];
  bytes = g_bytes_new (data + 1, size - 1);
  message = codec->decode (bytes, &error);
  if ((message == NULL) != (error != NULL))
    abort ();
  if (message == NULL)
    return 0;

  encoded = codec->encode (message);
  back = codec->decode (encoded, NULL);
  if (back == NULL)
    abort ();
  again = codec->encode (back);
  if (!g_bytes_equal (encoded, again))
    abort ();
  codec->free (message);
  codec->free (back);
  return 0;
}
