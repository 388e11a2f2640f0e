/* sync-peers.c: who is on line: hello, want, presence */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

#include <string.h>

#include "wire/presence.h"
#include "wire/want.h"

void
coquill_sync_peer_free (CoquillSyncPeer *self)
{
  g_clear_pointer (&self->hello, g_bytes_unref);
  g_free (self);
}

/* Live payloads are believed from members only, so only a member can say something. */
static gboolean
can_speak (CoquillSync *self)
{
  return self->state != COQUILL_SYNC_DOWN
         && coquill_document_get_role (self->document, coquill_document_get_device (self->document)) > 0;
}

static void
say (CoquillSync *self, CoquillPayloadKind kind, GBytes *body, const guint8 *recipient)
{
  CoquillSyncAction *action = coquill_sync_push (self, COQUILL_SYNC_POST);

  action->payload_kind = kind;
  action->body = g_bytes_ref (body);
  if (recipient != NULL)
    memcpy (action->recipient, recipient, 32);
}

void
coquill_sync_say_hello (CoquillSync *self, const guint8 *recipient)
{
  g_autoptr (CoquillHello) hello = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (!can_speak (self))
    return;
  hello = coquill_hello_new ();
  hello->protocol = COQUILL_HELLO_PROTOCOL;
  hello->status = recipient != NULL ? COQUILL_HELLO_ANSWER : COQUILL_HELLO_GREETING;
  coquill_document_get_vector (self->document, hello);
  bytes = coquill_hello_encode (hello);
  say (self, COQUILL_PAYLOAD_HELLO, bytes, recipient);
}

static void
tell_peer (CoquillSync *self, CoquillSyncActionKind kind, const guint8 *id, GBytes *body)
{
  CoquillSyncAction *action = coquill_sync_push (self, kind);

  memcpy (action->sender, id, 32);
  action->body = body != NULL ? g_bytes_ref (body) : NULL;
}

/* Returns: (nullable): the peer, who was just heard; %NULL if there are too many */
static CoquillSyncPeer *
hear (CoquillSync *self, const guint8 *id, gint64 now)
{
  g_autoptr (GBytes) key = g_bytes_new (id, 32);
  CoquillSyncPeer *peer = g_hash_table_lookup (self->peers, key);

  if (peer == NULL)
    {
      if (g_hash_table_size (self->peers) >= COQUILL_SYNC_MAX_PEERS)
        return NULL;
      peer = g_new0 (CoquillSyncPeer, 1);
      memcpy (peer->id, id, 32);
      peer->want_at = COQUILL_SYNC_NEVER;
      peer->wanted = -COQUILL_SYNC_WANT_AGAIN;
      peer->answered = -COQUILL_SYNC_WANT_AGAIN;
      g_hash_table_insert (self->peers, g_bytes_ref (key), peer);
      tell_peer (self, COQUILL_SYNC_PEER_CAME, id, NULL);
    }
  peer->seen = now;

  return peer;
}

static void
lose (CoquillSync *self, const guint8 *id)
{
  g_autoptr (GBytes) key = g_bytes_new (id, 32);

  if (g_hash_table_remove (self->peers, key))
    tell_peer (self, COQUILL_SYNC_PEER_LEFT, id, NULL);
}

void
coquill_sync_forget_peers (CoquillSync *self)
{
  GHashTableIter iter;
  gpointer peer;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &peer))
    {
      tell_peer (self, COQUILL_SYNC_PEER_LEFT, ((CoquillSyncPeer *)peer)->id, NULL);
      g_hash_table_iter_remove (&iter);
    }
}

/* Whether the peer's hello tells of items or entries that are not here. */
static gboolean
has_more (CoquillSync *self, const CoquillHello *hello)
{
  g_autoptr (CoquillCoverage) ignored = coquill_coverage_new ();
  gboolean more = coquill_document_cover (self->document, &hello->vector, ignored);

  more |= coquill_document_cover (self->document, &hello->forks, ignored);
  more |= coquill_document_cover_log (self->document, hello->heads, hello->n_heads, ignored);

  return more;
}

static void
receive_hello (CoquillSync *self, CoquillSyncPeer *peer, GBytes *body, gint64 now)
{
  g_autoptr (CoquillHello) hello = coquill_hello_decode (body, NULL);

  if (hello == NULL || hello->protocol != COQUILL_HELLO_PROTOCOL)
    return;
  if (hello->status == COQUILL_HELLO_GREETING)
    {
      coquill_sync_say_hello (self, peer->id);
      if (self->presence != NULL)
        self->presence_due = MIN (self->presence_due, self->presence_sent + COQUILL_SYNC_PRESENCE_PAUSE);
    }
  g_clear_pointer (&peer->hello, g_bytes_unref);
  peer->want_at = COQUILL_SYNC_NEVER;
  if (has_more (self, hello))
    {
      peer->hello = g_bytes_ref (body);
      peer->asked = 0;
      peer->want_at = MAX (now + COQUILL_SYNC_WANT_AFTER, peer->wanted + COQUILL_SYNC_WANT_AGAIN);
    }
}

/* The mailbox had time to bring it: ask the peer. */
static void
ask (CoquillSync *self, CoquillSyncPeer *peer, gint64 now)
{
  g_autoptr (CoquillHello) theirs = coquill_hello_decode (peer->hello, NULL);
  g_autoptr (CoquillHello) own = NULL;
  g_autoptr (CoquillWant) want = NULL;
  g_autoptr (GArray) have = NULL;
  g_autoptr (GBytes) bytes = NULL;

  peer->want_at = COQUILL_SYNC_NEVER;
  if (theirs == NULL || !has_more (self, theirs) || !can_speak (self))
    return;
  peer->wanted = now;
  if (++peer->asked < COQUILL_SYNC_WANT_TRIES)
    peer->want_at = now + COQUILL_SYNC_WANT_AGAIN;
  own = coquill_hello_new ();
  coquill_document_get_vector (self->document, own);
  have = g_array_new (FALSE, FALSE, sizeof (CoquillVectorEntry));
  g_array_append_vals (have, own->vector.entries, (guint)own->vector.n_entries);
  g_array_append_vals (have, own->forks.entries,
                       (guint)MIN (own->forks.n_entries, COQUILL_WIRE_VECTOR_MAX - have->len));
  want = coquill_want_new ();
  coquill_wire_vector_set (&want->have, (const CoquillVectorEntry *)(gpointer)have->data, have->len);
  coquill_want_set_log_entries (want, theirs->heads, MIN (theirs->n_heads, COQUILL_WANT_MAX_LOG_ENTRIES));
  bytes = coquill_want_encode (want);
  say (self, COQUILL_PAYLOAD_WANT, bytes, peer->id);
}

/* What a peer lacks goes to the mailbox, where it should have been: so everyone gets it. */
static void
receive_want (CoquillSync *self, CoquillSyncPeer *peer, GBytes *body, gint64 now)
{
  g_autoptr (CoquillWant) want = coquill_want_decode (body, NULL);
  g_autoptr (CoquillCoverage) coverage = NULL;
  g_autoptr (CoquillHello) own = NULL;
  g_autoptr (GPtrArray) bodies = NULL;

  if (want == NULL || now < peer->answered + COQUILL_SYNC_WANT_AGAIN)
    return;
  peer->answered = now;
  coverage = coquill_coverage_new ();
  coquill_document_cover (self->document, &want->have, coverage);
  if (want->n_log_entries == 0)
    {
      own = coquill_hello_new ();
      coquill_document_get_vector (self->document, own);
      coquill_document_cover_log (self->document, own->heads, own->n_heads, coverage);
    }
  bodies = coquill_document_missing (self->document, coverage, NULL, COQUILL_SYNC_WANT_BYTES, NULL);
  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *one = g_ptr_array_index (bodies, i);

      coquill_sync_enqueue (self, one->kind, one->bytes, FALSE, 0, now);
    }
}

static void
receive_presence (CoquillSync *self, const CoquillPayload *payload)
{
  g_autoptr (CoquillPresence) presence = coquill_presence_decode (payload->body, NULL);

  if (presence == NULL)
    return;
  tell_peer (self, COQUILL_SYNC_PRESENCE, payload->sender, payload->body);
  if (presence->leaving)
    lose (self, payload->sender);
}

void
coquill_sync_receive_live (CoquillSync *self, const CoquillPayload *payload, gint64 now)
{
  CoquillSyncPeer *peer = hear (self, payload->sender, now);

  if (peer == NULL)
    return;
  switch ((CoquillPayloadKind)payload->kind)
    {
    case COQUILL_PAYLOAD_HELLO:
      receive_hello (self, peer, payload->body, now);
      break;
    case COQUILL_PAYLOAD_WANT:
      receive_want (self, peer, payload->body, now);
      break;
    case COQUILL_PAYLOAD_PRESENCE:
      receive_presence (self, payload);
      break;
    case COQUILL_PAYLOAD_SIGNAL:
      tell_peer (self, COQUILL_SYNC_SIGNAL, payload->sender, payload->body);
      break;
    case COQUILL_PAYLOAD_CHANGE:
    case COQUILL_PAYLOAD_LOG:
    default:
      break;
    }
}

void
coquill_sync_set_presence (CoquillSync *self, GBytes *presence, gint64 now)
{
  if (presence != NULL)
    g_bytes_ref (presence);
  g_clear_pointer (&self->presence, g_bytes_unref);
  self->presence = presence;
  self->presence_due = MAX (now, self->presence_sent + COQUILL_SYNC_PRESENCE_PAUSE);
  coquill_sync_update (self, now);
}

void
coquill_sync_leave (CoquillSync *self, GBytes *leaving, gint64 now)
{
  g_clear_pointer (&self->presence, g_bytes_unref);
  if (can_speak (self))
    say (self, COQUILL_PAYLOAD_PRESENCE, leaving, NULL);
  coquill_sync_update (self, now);
}

void
coquill_sync_signal (CoquillSync *self, const guint8 *recipient, GBytes *signal, gint64 now)
{
  if (can_speak (self))
    say (self, COQUILL_PAYLOAD_SIGNAL, signal, recipient);
  coquill_sync_update (self, now);
}

void
coquill_sync_tend_peers (CoquillSync *self, gint64 now)
{
  GHashTableIter iter;
  gpointer value;

  if (self->state == COQUILL_SYNC_DOWN)
    return;
  if (self->greeting_due && self->state == COQUILL_SYNC_LIVE && can_speak (self))
    {
      self->greeting_due = FALSE;
      coquill_sync_say_hello (self, NULL);
    }
  if (self->presence != NULL && now >= self->presence_due && self->posted_bytes < COQUILL_SYNC_PRESSURE
      && can_speak (self))
    {
      say (self, COQUILL_PAYLOAD_PRESENCE, self->presence, NULL);
      self->presence_sent = now;
      self->presence_due = now + COQUILL_SYNC_PRESENCE_KEEP_ALIVE;
    }
  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CoquillSyncPeer *peer = value;

      if (now >= peer->want_at && self->state == COQUILL_SYNC_LIVE)
        ask (self, peer, now);
      if (now - peer->seen < COQUILL_SYNC_PEER_SILENCE)
        continue;
      tell_peer (self, COQUILL_SYNC_PEER_LEFT, peer->id, NULL);
      g_hash_table_iter_remove (&iter);
    }
}

gint64
coquill_sync_get_tend_time (CoquillSync *self)
{
  gint64 next = COQUILL_SYNC_NEVER;
  GHashTableIter iter;
  gpointer value;

  if (self->state == COQUILL_SYNC_DOWN)
    return next;
  if (self->presence != NULL && self->posted_bytes < COQUILL_SYNC_PRESSURE && can_speak (self))
    next = self->presence_due;
  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const CoquillSyncPeer *peer = value;

      next = MIN (next, peer->seen + COQUILL_SYNC_PEER_SILENCE);
      if (self->state == COQUILL_SYNC_LIVE)
        next = MIN (next, peer->want_at);
    }

  return next;
}
