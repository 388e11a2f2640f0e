/* relay-session.h: what one connection may do and has done */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "relay/relay-room.h"

G_BEGIN_DECLS

/**
 * CoquillRelaySession:
 * @id: never used again
 * @connection: (owned)
 * @authority: what its client dialled, as its handshake said
 * @address: where it comes from
 * @nonce: its challenge
 * @members: (owned) (element-type CoquillRelayMember): by handle: the rooms it is in
 * @entering: (owned): handles whose room is being looked up
 * @n_reads: fetches at the mailbox, 0 or 1
 * @n_bulletins: questions for a bulletin at the mailbox
 * @credit_bytes, @credit_messages, @credit_at: what it may send still, and when that was counted
 *
 * The protocol's state for one connection. Main thread.
 */
struct _CoquillRelaySession
{
  guint64 id;
  CoquillRelayHub *hub;
  CoquillRelayConnection *connection;
  char *authority;
  char *address;
  guint8 nonce[COQUILL_RELAY_NONCE_SIZE];
  GHashTable *members;
  GHashTable *entering;
  guint n_reads;
  guint n_bulletins;
  double credit_bytes;
  double credit_messages;
  gint64 credit_at;
  gint64 opened;
};

CoquillRelaySession *
coquill_relay_session_new (CoquillRelayHub *hub,
                           CoquillRelayConnection *connection,
                           guint64 id,
                           const char *authority,
                           const char *address) G_GNUC_WARN_UNUSED_RESULT;

/** Sends the challenge and starts to listen. */
void
coquill_relay_session_start (CoquillRelaySession *self);

/** Leaves all rooms and drops the connection. Not from inside an event of it. */
void
coquill_relay_session_free (CoquillRelaySession *self);

/** Returns: (transfer none) (nullable): the session, if it is still there */
CoquillRelaySession *
coquill_relay_session_find (CoquillRelayHub *hub, guint64 id);

/**
 * coquill_relay_session_send:
 *
 * Sends a frame, or ends the session if it doesn't read what it is sent: it is out of all rooms then.
 */
void
coquill_relay_session_send (CoquillRelaySession *self, const CoquillRelayFrame *frame);
void
coquill_relay_session_send_bytes (CoquillRelaySession *self, GBytes *encoded);

/**
 * coquill_relay_session_refuse:
 * @handle, @reference: of what is refused
 * @message: for people
 *
 * Answers with a refusal; the session goes on.
 */
void
coquill_relay_session_refuse (
    CoquillRelaySession *self, guint32 code, guint32 handle, guint64 reference, const char *message);

/**
 * coquill_relay_session_refuse_job:
 * @job: a job that didn't end as DONE
 *
 * Refuses what the job was for.
 */
void
coquill_relay_session_refuse_job (CoquillRelaySession *self, const CoquillMailboxJob *job);

/** Refuses, leaves all rooms and closes. */
void
coquill_relay_session_end (CoquillRelaySession *self, guint32 code, const char *message);

/** Refuses one room, and leaves it: @member is gone then. */
void
coquill_relay_session_show_out (CoquillRelaySession *self,
                                CoquillRelayMember *member,
                                guint32 code,
                                const char *message);

/** Returns: whether so much waits for it that live envelopes had better be dropped */
gboolean
coquill_relay_session_is_behind (CoquillRelaySession *self);

/** To be called each second. Returns: bytes queued */
gsize
coquill_relay_session_tick (CoquillRelaySession *self, gint64 now);

/** Returns: whether it had credit again and reads on */
gboolean
coquill_relay_session_resume (CoquillRelaySession *self, gint64 now);

G_END_DECLS
