/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quic-connection.c: QUIC with one stream each way and datagrams; pure */

#include "net/quic-connection-private.h"

#include <string.h>

#include <gnutls/crypto.h>
#include <ngtcp2/ngtcp2_crypto.h>

/* Ids of 8 bytes are enough to tell this connection's packets from junk. */
#define ID_SIZE 8

/* The path never changes for QUIC: ICE looks after it. */
static ngtcp2_sockaddr_in dummy_address = { .sin_family = AF_INET };
static const ngtcp2_path dummy_path = {
  .local = { (ngtcp2_sockaddr *)&dummy_address, sizeof dummy_address },
  .remote = { (ngtcp2_sockaddr *)&dummy_address, sizeof dummy_address },
};

static ngtcp2_tstamp
stamp (CoquillQuicConnection *self, gint64 now)
{
  self->now = MAX (self->now, now);
  /* ngtcp2's time starts at a second, so that none is 0 or below. */
  return (guint64)(self->now - self->start + G_USEC_PER_SEC) * NGTCP2_MICROSECONDS;
}

static void
clear_session (CoquillQuicConnection *self)
{
  g_clear_pointer (&self->conn, ngtcp2_conn_del);
  coquill_quic_session_clear (&self->session);
}

static void
clear (CoquillQuicConnection *self)
{
  clear_session (self);
  coquill_quic_outbox_clear (&self->stream);
  g_queue_clear_full (&self->datagrams, (GDestroyNotify)g_bytes_unref);
  coquill_quic_certificate_unref (self->own);
}

static CoquillQuicConnection *
hold (CoquillQuicConnection *self)
{
  return g_rc_box_acquire (self);
}

static void
release (CoquillQuicConnection *self)
{
  g_rc_box_release_full (self, (GDestroyNotify)clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillQuicConnection, release)

/* What only the two can know, for a purpose: there is nothing in it but the digests. */
static void
make_id (CoquillQuicConnection *self, const char *purpose, ngtcp2_cid *id)
{
  const guint8 *own = coquill_quic_certificate_get_digest (self->own);
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize size = sizeof digest;

  g_checksum_update (checksum, (const guint8 *)purpose, (gssize)strlen (purpose) + 1);
  g_checksum_update (checksum, self->is_client ? own : self->peer_digest, COQUILL_QUIC_DIGEST_SIZE);
  g_checksum_update (checksum, self->is_client ? self->peer_digest : own, COQUILL_QUIC_DIGEST_SIZE);
  g_checksum_get_digest (checksum, digest, &size);
  g_checksum_free (checksum);
  ngtcp2_cid_init (id, digest, NGTCP2_MAX_CIDLEN);
}

/* The first one of the client's choice. Everybody on the way sees it; nobody could send it earlier. */
static void
make_first_id (CoquillQuicConnection *self, ngtcp2_cid *id)
{
  make_id (self, "coquill direct road, first connection id", id);
}

void
coquill_quic_connection_make_initial_secret (CoquillQuicConnection *self, ngtcp2_cid *id)
{
  make_id (self, "coquill direct road, initial secret", id);
}

static void
make_random_id (ngtcp2_cid *id)
{
  guint8 bytes[ID_SIZE];

  gnutls_rnd (GNUTLS_RND_NONCE, bytes, sizeof bytes);
  ngtcp2_cid_init (id, bytes, sizeof bytes);
}

static void
end (CoquillQuicConnection *self, CoquillNetError code, const char *reason)
{
  g_autoptr (GError) error = g_error_new_literal (COQUILL_NET_ERROR, code, reason);
  const CoquillQuicEvents *events = g_steal_pointer (&self->events);

  self->is_closed = TRUE;
  if (events != NULL)
    events->closed (self->owner, error);
}

static void
end_by_peer (CoquillQuicConnection *self)
{
  const ngtcp2_ccerr *reason = ngtcp2_conn_get_ccerr (self->conn);

  if (!self->established)
    end (self, COQUILL_NET_ERROR_PROOF, "the other side refused the handshake");
  else if (reason->type == NGTCP2_CCERR_TYPE_APPLICATION)
    end (self, COQUILL_NET_ERROR_CLOSED, "the other side closed the direct road");
  else
    end (self, COQUILL_NET_ERROR_PROTOCOL, "the other side could not go on");
}

/* @result: negative, of an ngtcp2 call after which nothing goes on */
static void
fail (CoquillQuicConnection *self, int result)
{
  if (self->is_closed)
    return;
  if (result == NGTCP2_ERR_DRAINING)
    {
      end_by_peer (self);
      return;
    }
  if (result == NGTCP2_ERR_IDLE_CLOSE)
    {
      end (self, COQUILL_NET_ERROR_LOST, "the other side is silent");
      return;
    }
  if (result == NGTCP2_ERR_HANDSHAKE_TIMEOUT)
    {
      end (self, COQUILL_NET_ERROR_LOST, "the other side doesn’t answer");
      return;
    }

  if (result == NGTCP2_ERR_CRYPTO)
    ngtcp2_ccerr_set_tls_alert (&self->reason, ngtcp2_conn_get_tls_alert (self->conn), NULL, 0);
  else
    ngtcp2_ccerr_set_liberr (&self->reason, result, NULL, 0);
  self->owes_farewell = TRUE;
  if (self->established)
    end (self, COQUILL_NET_ERROR_PROTOCOL, ngtcp2_strerror (result));
  else
    end (self, COQUILL_NET_ERROR_PROOF, "the other side didn’t prove that it is the one expected");
}

static ngtcp2_conn *
get_conn (ngtcp2_crypto_conn_ref *reference)
{
  CoquillQuicConnection *self = reference->user_data;

  return self->conn;
}

static gboolean
begin_session (CoquillQuicConnection *self, const ngtcp2_cid *peer_id, const ngtcp2_cid *first_id)
{
  const ngtcp2_crypto_conn_ref reference = { get_conn, self };
  ngtcp2_callbacks callbacks;
  ngtcp2_settings settings;
  ngtcp2_transport_params params;
  ngtcp2_cid own_id;
  int result;

  make_random_id (&own_id);
  coquill_quic_callbacks_init (&callbacks, self->is_client);
  ngtcp2_settings_default (&settings);
  settings.initial_ts = stamp (self, self->now);
  settings.cc_algo = NGTCP2_CC_ALGO_BBR;
  settings.initial_rtt = 100 * NGTCP2_MILLISECONDS;
  settings.max_tx_udp_payload_size = COQUILL_QUIC_PACKET_MAX;
  settings.no_pmtud = 1;
  settings.handshake_timeout
      = (guint64)(self->start + COQUILL_QUIC_HANDSHAKE_TIME - self->now) * NGTCP2_MICROSECONDS;

  ngtcp2_transport_params_default (&params);
  params.initial_max_streams_uni = 1;
  params.initial_max_stream_data_uni = COQUILL_QUIC_WINDOW;
  params.initial_max_data = 2 * COQUILL_QUIC_WINDOW;
  params.max_idle_timeout = COQUILL_QUIC_IDLE_TIME * NGTCP2_MICROSECONDS;
  params.max_ack_delay = COQUILL_QUIC_MAX_ACK_DELAY;
  params.max_datagram_frame_size = COQUILL_QUIC_PACKET_MAX;
  params.disable_active_migration = 1;
  if (!self->is_client)
    {
      params.original_dcid = *first_id;
      params.original_dcid_present = 1;
    }

  if (!coquill_quic_session_init (&self->session, &reference, self->is_client, self->own, self->peer_digest))
    return FALSE;
  result = self->is_client
               ? ngtcp2_conn_client_new (&self->conn, first_id, &own_id, &dummy_path, NGTCP2_PROTO_VER_V1,
                                         &callbacks, &settings, &params, NULL, self)
               : ngtcp2_conn_server_new (&self->conn, peer_id, &own_id, &dummy_path, NGTCP2_PROTO_VER_V1,
                                         &callbacks, &settings, &params, NULL, self);
  if (result != 0)
    return FALSE;
  ngtcp2_conn_set_tls_native_handle (self->conn, self->session.tls);
  return TRUE;
}

CoquillQuicConnection *
coquill_quic_connection_new (gboolean is_client,
                             CoquillQuicCertificate *own,
                             const guint8 peer_digest[COQUILL_QUIC_DIGEST_SIZE],
                             const CoquillQuicEvents *events,
                             gpointer owner,
                             gint64 now)
{
  CoquillQuicConnection *self = g_rc_box_new0 (CoquillQuicConnection);
  ngtcp2_cid first_id;

  self->is_client = is_client;
  self->own = coquill_quic_certificate_ref (own);
  memcpy (self->peer_digest, peer_digest, sizeof self->peer_digest);
  self->events = events;
  self->owner = owner;
  self->start = self->now = now;
  self->stream_id = self->peer_stream_id = -1;
  ngtcp2_ccerr_default (&self->reason);
  g_queue_init (&self->datagrams);
  make_first_id (self, &first_id);
  /* The server begins with the first packet of the right client; a client that can't begin ends by its timer.
   */
  if (is_client && !begin_session (self, NULL, &first_id))
    clear_session (self);
  return self;
}

void
coquill_quic_connection_drop (CoquillQuicConnection *self)
{
  self->events = NULL;
  self->is_closed = TRUE;
  release (self);
}

/* What the other side never sends and ngtcp2 would act upon without a proof: other versions, and retries.
 * Behind another packet in one datagram it doesn't. */
static gboolean
is_foreign (const guint8 *data, gsize size)
{
  if (size == 0)
    return TRUE;
  if ((data[0] & 0x80) == 0)
    return FALSE;
  return size < 5 || data[1] != 0 || data[2] != 0 || data[3] != 0 || data[4] != 1 || (data[0] & 0x30) == 0x30;
}

/* Begins a server's session if this is the first packet of the right client. */
static gboolean
meet (CoquillQuicConnection *self, const guint8 *data, gsize size)
{
  ngtcp2_pkt_hd header;
  ngtcp2_cid first_id;

  make_first_id (self, &first_id);
  if (self->is_client || ngtcp2_accept (&header, data, size) != 0 || !ngtcp2_cid_eq (&header.dcid, &first_id))
    return FALSE;
  if (begin_session (self, &header.scid, &first_id))
    return TRUE;
  clear_session (self);
  return FALSE;
}

void
coquill_quic_connection_receive (CoquillQuicConnection *connection,
                                 const guint8 *data,
                                 gsize size,
                                 gint64 now)
{
  g_autoptr (CoquillQuicConnection) self = hold (connection);
  ngtcp2_tstamp time = stamp (self, now);
  guint64 opened;
  int result;

  self->statistics.received_bytes += size;
  self->statistics.received_packets++;
  if (self->is_closed)
    return;
  if (is_foreign (data, size) || (self->conn == NULL && !meet (self, data, size)))
    {
      self->statistics.junk_packets++;
      return;
    }

  opened = coquill_quic_callbacks_get_opened ();
  result = ngtcp2_conn_read_pkt (self->conn, &dummy_path, NULL, data, size, time);
  if (coquill_quic_callbacks_get_opened () == opened)
    self->statistics.junk_packets++;
  /* A first packet that was damaged on its way begins nothing: the client sends another. */
  if (result == NGTCP2_ERR_DROP_CONN || result == NGTCP2_ERR_RETRY)
    clear_session (self);
  else if (result < 0)
    fail (self, result);
}

/* Not made before it is asked for: a callback of ngtcp2 may have closed. */
static gsize
say_farewell (CoquillQuicConnection *self, guint8 *buffer, ngtcp2_tstamp time)
{
  if (self->owes_farewell && self->conn != NULL)
    {
      ngtcp2_ssize size = ngtcp2_conn_write_connection_close (self->conn, NULL, NULL, self->farewell,
                                                              sizeof self->farewell, &self->reason, time);

      self->farewell_size = size > 0 ? (gsize)size : 0;
      self->n_farewells = size > 0 ? COQUILL_QUIC_FAREWELLS : 0;
    }
  self->owes_farewell = FALSE;
  if (self->n_farewells == 0)
    return 0;
  self->n_farewells--;
  memcpy (buffer, self->farewell, self->farewell_size);
  return self->farewell_size;
}

static ngtcp2_ssize
add_datagram (CoquillQuicConnection *self, guint8 *buffer, ngtcp2_tstamp time)
{
  GBytes *bytes = g_queue_peek_head (&self->datagrams);
  int accepted = 0;
  ngtcp2_vec piece;
  ngtcp2_ssize result;

  piece.base = (guint8 *)g_bytes_get_data (bytes, &piece.len);
  result = ngtcp2_conn_writev_datagram (self->conn, NULL, NULL, buffer, COQUILL_QUIC_PACKET_MAX, &accepted,
                                        NGTCP2_WRITE_DATAGRAM_FLAG_MORE, 0, &piece, 1, time);
  /* What the other side doesn't take at all is dropped like one lost. */
  if (accepted || result == NGTCP2_ERR_INVALID_STATE || result == NGTCP2_ERR_INVALID_ARGUMENT)
    g_bytes_unref (g_queue_pop_head (&self->datagrams));
  if (result == NGTCP2_ERR_INVALID_STATE || result == NGTCP2_ERR_INVALID_ARGUMENT)
    return NGTCP2_ERR_WRITE_MORE;
  return result;
}

/* @blocked: the other side gives no credit */
static ngtcp2_ssize
add_stream (CoquillQuicConnection *self, guint8 *buffer, gboolean *blocked, ngtcp2_tstamp time)
{
  gboolean some = self->stream_id != -1 && coquill_quic_outbox_has_unsent (&self->stream) && !*blocked;
  ngtcp2_vec pieces[COQUILL_QUIC_OUTBOX_PIECES];
  ngtcp2_ssize taken = -1, result;

  result = ngtcp2_conn_writev_stream (self->conn, NULL, NULL, buffer, COQUILL_QUIC_PACKET_MAX, &taken,
                                      some ? NGTCP2_WRITE_STREAM_FLAG_MORE : 0, some ? self->stream_id : -1,
                                      pieces, some ? coquill_quic_outbox_collect (&self->stream, pieces) : 0,
                                      time);
  if (taken > 0)
    coquill_quic_outbox_sent (&self->stream, (gsize)taken);
  if (result != NGTCP2_ERR_STREAM_DATA_BLOCKED)
    return result;
  *blocked = TRUE;
  return NGTCP2_ERR_WRITE_MORE;
}

/* A packet is filled as long as there is something and ngtcp2 says that it takes more. */
static ngtcp2_ssize
fill_packet (CoquillQuicConnection *self, guint8 *buffer, ngtcp2_tstamp time)
{
  gboolean blocked = FALSE;
  ngtcp2_ssize result;

  do
    result = self->established && !g_queue_is_empty (&self->datagrams)
                 ? add_datagram (self, buffer, time)
                 : add_stream (self, buffer, &blocked, time);
  while (result == NGTCP2_ERR_WRITE_MORE);
  return result;
}

gsize
coquill_quic_connection_next_datagram (CoquillQuicConnection *connection,
                                       guint8 *buffer,
                                       gsize size,
                                       gint64 now)
{
  g_autoptr (CoquillQuicConnection) self = hold (connection);
  ngtcp2_tstamp time = stamp (self, now);
  ngtcp2_ssize result;

  g_return_val_if_fail (size >= COQUILL_QUIC_PACKET_MAX, 0);
  if (self->is_closed)
    return say_farewell (self, buffer, time);
  if (self->conn == NULL)
    return 0;

  result = fill_packet (self, buffer, time);
  if (result < 0)
    fail (self, (int)result);
  /* Pacing counts bursts, which may be as long as the congestion control says. */
  self->burst += result > 0 ? (gsize)result : 0;
  if (!self->is_closed && (result == 0 || self->burst >= ngtcp2_conn_get_send_quantum (self->conn)))
    {
      ngtcp2_conn_update_pkt_tx_time (self->conn, time);
      self->burst = 0;
    }
  if (result <= 0)
    return 0;
  self->statistics.sent_bytes += (guint64)result;
  self->statistics.sent_packets++;
  return (gsize)result;
}

gint64
coquill_quic_connection_get_expiry (CoquillQuicConnection *self)
{
  gint64 first = self->start - G_USEC_PER_SEC;
  ngtcp2_tstamp expiry;

  if (self->is_closed)
    return G_MAXINT64;
  if (self->conn == NULL)
    return self->start + COQUILL_QUIC_HANDSHAKE_TIME;
  expiry = ngtcp2_conn_get_expiry (self->conn);
  if (expiry == UINT64_MAX)
    return G_MAXINT64;
  /* Rounded up, so that it is over when it is called. */
  return first + (gint64)((expiry + NGTCP2_MICROSECONDS - 1) / NGTCP2_MICROSECONDS);
}

void
coquill_quic_connection_expire (CoquillQuicConnection *connection, gint64 now)
{
  g_autoptr (CoquillQuicConnection) self = hold (connection);
  ngtcp2_tstamp time = stamp (self, now);
  int result;

  if (self->now < coquill_quic_connection_get_expiry (self))
    return;
  result = self->conn != NULL ? ngtcp2_conn_handle_expiry (self->conn, time) : NGTCP2_ERR_HANDSHAKE_TIMEOUT;
  if (result < 0)
    fail (self, result);
}

guint64
coquill_quic_connection_write (CoquillQuicConnection *self, const guint8 *data, gsize size, gint64 now)
{
  if (!self->is_closed)
    coquill_quic_outbox_append (&self->stream, data, size);
  return self->stream.written;
}

gboolean
coquill_quic_connection_write_datagram (CoquillQuicConnection *self, GBytes *bytes, gint64 now)
{
  gsize size = g_bytes_get_size (bytes);

  if (!self->established || self->is_closed || size == 0 || size > COQUILL_QUIC_DATAGRAM_MAX)
    return FALSE;
  if (g_queue_get_length (&self->datagrams) == COQUILL_QUIC_DATAGRAMS_MAX)
    g_bytes_unref (g_queue_pop_head (&self->datagrams));
  g_queue_push_tail (&self->datagrams, g_bytes_ref (bytes));
  return TRUE;
}

void
coquill_quic_connection_give_credit (CoquillQuicConnection *self)
{
  if (self->peer_stream_id == -1 || self->credit == 0)
    return;
  ngtcp2_conn_extend_max_stream_offset (self->conn, self->peer_stream_id, self->credit);
  ngtcp2_conn_extend_max_offset (self->conn, self->credit);
  self->credit = 0;
}

void
coquill_quic_connection_consume (CoquillQuicConnection *self, gsize size, gint64 now)
{
  if (self->is_closed)
    return;
  self->credit += size;
  coquill_quic_connection_give_credit (self);
}

void
coquill_quic_connection_close (CoquillQuicConnection *self, gint64 now)
{
  self->events = NULL;
  if (self->is_closed)
    return;
  ngtcp2_ccerr_set_application_error (&self->reason, 0, NULL, 0);
  self->owes_farewell = TRUE;
  self->is_closed = TRUE;
}

gsize
coquill_quic_connection_get_unacknowledged (CoquillQuicConnection *self)
{
  return self->stream.written - self->stream.acknowledged;
}

void
coquill_quic_connection_get_statistics (CoquillQuicConnection *self, CoquillQuicStatistics *statistics)
{
  ngtcp2_conn_info info;

  *statistics = self->statistics;
  statistics->round_trip = -1;
  if (!self->established)
    return;
  ngtcp2_conn_get_conn_info (self->conn, &info);
  statistics->round_trip = (gint64)(info.smoothed_rtt / NGTCP2_MICROSECONDS);
}
