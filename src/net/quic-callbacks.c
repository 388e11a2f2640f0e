/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quic-callbacks.c: what ngtcp2 asks and tells a connection */

#include "net/quic-connection-private.h"

#include <gnutls/crypto.h>
#include <ngtcp2/ngtcp2_crypto.h>

/* ngtcp2 drops what it can't decrypt without a word, and gives its decryption no context: hence a variable of
 * the thread, which receive compares before and after. */
static _Thread_local guint64 n_opened;

guint64
coquill_quic_callbacks_get_opened (void)
{
  return n_opened;
}

static int
decrypt_cb (guint8 *plain,
            const ngtcp2_crypto_aead *aead,
            const ngtcp2_crypto_aead_ctx *context,
            const guint8 *sealed,
            size_t sealed_size,
            const guint8 *nonce,
            size_t nonce_size,
            const guint8 *additional,
            size_t additional_size)
{
  int result = ngtcp2_crypto_decrypt_cb (plain, aead, context, sealed, sealed_size, nonce, nonce_size,
                                         additional, additional_size);

  n_opened += result == 0;
  return result;
}

static int
recv_client_initial_cb (ngtcp2_conn *conn, const ngtcp2_cid *id, void *user_data)
{
  ngtcp2_cid secret;

  coquill_quic_connection_make_initial_secret (user_data, &secret);
  return ngtcp2_crypto_recv_client_initial_cb (conn, &secret, user_data);
}

/* As ngtcp2_crypto_client_initial_cb(), but for the keys, which it makes of the id that is sent. */
static int
client_initial_cb (ngtcp2_conn *conn, void *user_data)
{
  if (recv_client_initial_cb (conn, NULL, user_data) != 0
      || ngtcp2_crypto_read_write_crypto_data (conn, NGTCP2_ENCRYPTION_LEVEL_INITIAL, NULL, 0) != 0)
    return NGTCP2_ERR_CALLBACK_FAILURE;
  return 0;
}

static void
rand_cb (guint8 *bytes, size_t size, const ngtcp2_rand_ctx *context)
{
  gnutls_rnd (GNUTLS_RND_NONCE, bytes, size);
}

static int
get_new_connection_id_cb (ngtcp2_conn *conn, ngtcp2_cid *id, guint8 *token, size_t size, void *user_data)
{
  guint8 bytes[NGTCP2_MAX_CIDLEN];

  if (size > sizeof bytes || gnutls_rnd (GNUTLS_RND_NONCE, bytes, size) != 0
      || gnutls_rnd (GNUTLS_RND_KEY, token, NGTCP2_STATELESS_RESET_TOKENLEN) != 0)
    return NGTCP2_ERR_CALLBACK_FAILURE;
  ngtcp2_cid_init (id, bytes, size);
  return 0;
}

static int
establish (CoquillQuicConnection *self)
{
  if (self->established || self->is_closed)
    return 0;
  if (ngtcp2_conn_open_uni_stream (self->conn, &self->stream_id, NULL) != 0)
    return NGTCP2_ERR_CALLBACK_FAILURE;
  self->established = TRUE;
  if (self->events != NULL)
    self->events->established (self->owner);
  return 0;
}

/* The server has checked the client's certificate now. */
static int
handshake_completed_cb (ngtcp2_conn *conn, void *user_data)
{
  CoquillQuicConnection *self = user_data;

  return self->is_client ? 0 : establish (self);
}

/* The client knows now that the server has accepted it: a completed handshake alone doesn't tell. What the
 * server sends afterwards tells it as well, and may come earlier. */
static int
handshake_confirmed_cb (ngtcp2_conn *conn, void *user_data)
{
  return establish (user_data);
}

static int
recv_stream_data_cb (ngtcp2_conn *conn,
                     guint32 flags,
                     gint64 stream_id,
                     guint64 offset,
                     const guint8 *data,
                     size_t size,
                     void *user_data,
                     void *stream_user_data)
{
  CoquillQuicConnection *self = user_data;

  /* There is one stream, and it doesn't end. */
  if (establish (self) != 0 || (flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0)
    return NGTCP2_ERR_CALLBACK_FAILURE;
  self->peer_stream_id = stream_id;
  coquill_quic_connection_give_credit (self);
  if (self->events != NULL)
    self->events->stream (self->owner, data, size);
  return 0;
}

static int
stream_reset_cb (ngtcp2_conn *conn,
                 gint64 stream_id,
                 guint64 final_size,
                 guint64 code,
                 void *user_data,
                 void *stream_user_data)
{
  return NGTCP2_ERR_CALLBACK_FAILURE;
}

static int
stream_stop_sending_cb (
    ngtcp2_conn *conn, gint64 stream_id, guint64 code, void *user_data, void *stream_user_data)
{
  return NGTCP2_ERR_CALLBACK_FAILURE;
}

static int
acked_stream_data_offset_cb (ngtcp2_conn *conn,
                             gint64 stream_id,
                             guint64 offset,
                             guint64 size,
                             void *user_data,
                             void *stream_user_data)
{
  CoquillQuicConnection *self = user_data;

  coquill_quic_outbox_acknowledged (&self->stream, size);
  if (self->events != NULL && size > 0)
    self->events->acknowledged (self->owner, self->stream.acknowledged);
  return 0;
}

static int
recv_datagram_cb (ngtcp2_conn *conn, guint32 flags, const guint8 *data, size_t size, void *user_data)
{
  CoquillQuicConnection *self = user_data;

  if (establish (self) != 0)
    return NGTCP2_ERR_CALLBACK_FAILURE;
  if (self->events != NULL)
    self->events->datagram (self->owner, data, size);
  return 0;
}

void
coquill_quic_callbacks_init (ngtcp2_callbacks *callbacks, gboolean is_client)
{
  *callbacks = (ngtcp2_callbacks){
    .client_initial = is_client ? client_initial_cb : NULL,
    .recv_client_initial = is_client ? NULL : recv_client_initial_cb,
    .recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb,
    .handshake_completed = handshake_completed_cb,
    .handshake_confirmed = handshake_confirmed_cb,
    .encrypt = ngtcp2_crypto_encrypt_cb,
    .decrypt = decrypt_cb,
    .hp_mask = ngtcp2_crypto_hp_mask_cb,
    .recv_stream_data = recv_stream_data_cb,
    .acked_stream_data_offset = acked_stream_data_offset_cb,
    .stream_reset = stream_reset_cb,
    .stream_stop_sending = stream_stop_sending_cb,
    .recv_retry = is_client ? ngtcp2_crypto_recv_retry_cb : NULL,
    .rand = rand_cb,
    .get_new_connection_id = get_new_connection_id_cb,
    .update_key = ngtcp2_crypto_update_key_cb,
    .delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb,
    .delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb,
    .recv_datagram = recv_datagram_cb,
    .get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb,
    .version_negotiation = ngtcp2_crypto_version_negotiation_cb,
  };
}
