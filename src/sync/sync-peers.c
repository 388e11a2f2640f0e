/* sync-peers.c: who is on line: hello, want, signals */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

#include <string.h>

#include "wire/want.h"

void
coquill_sync_peer_free (CoquillSyncPeer *self)
{
  g_clear_pointer (&self->hello, g_bytes_unref);
  g_clear_pointer (&self->unheard, g_bytes_unref);
  g_free (self->reached);
  g_free (self);
}

gboolean
coquill_sync_can_speak (CoquillSync *self)
{
  return coquill_document_get_role (self->document, coquill_document_get_device (self->document)) > 0;
}

static gboolean
can_relay (CoquillSync *self)
{
  return self->mailbox_state != COQUILL_SYNC_DOWN && coquill_sync_can_speak (self);
}

CoquillSyncAction *
coquill_sync_say (
    CoquillSync *self, guint64 roads, CoquillPayloadKind kind, GBytes *body, const guint8 *recipient)
{
  CoquillSyncAction *action = coquill_sync_push (self, COQUILL_SYNC_POST);

  action->roads = roads;
  action->payload_kind = kind;
  action->body = g_bytes_ref (body);
  if (recipient != NULL)
    memcpy (action->recipient, recipient, 32);

  return action;
}

static void
add_reached (CoquillSync *self, CoquillHello *hello)
{
  CoquillDigest reached[COQUILL_SYNC_MAX_DIRECT];
  gsize n_reached = 0;

  for (guint road = 1; self->n_direct > 0 && road <= COQUILL_SYNC_MAX_DIRECT; road++)
    if (self->direct[road] != NULL && coquill_sync_is_reached (self->direct[road]))
      memcpy (reached[n_reached++].bytes, self->direct[road]->device, 32);
  coquill_hello_set_reached (hello, reached, n_reached);
}

CoquillSyncAction *
coquill_sync_say_hello (CoquillSync *self, guint64 roads, CoquillHelloStatus status, const guint8 *recipient)
{
  g_autoptr (CoquillHello) hello = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (roads == 0 || !coquill_sync_can_speak (self))
    return NULL;
  hello = coquill_hello_new ();
  hello->protocol = COQUILL_HELLO_PROTOCOL;
  hello->status = status;
  hello->without_relay = self->mailbox_state == COQUILL_SYNC_DOWN;
  add_reached (self, hello);
  coquill_document_get_vector (self->document, hello);
  bytes = coquill_hello_encode (hello);

  return coquill_sync_say (self, roads, COQUILL_PAYLOAD_HELLO, bytes, recipient);
}

void
coquill_sync_tell_peer (CoquillSync *self, CoquillSyncActionKind kind, const guint8 *id, GBytes *body)
{
  CoquillSyncAction *action = coquill_sync_push (self, kind);

  memcpy (action->sender, id, 32);
  action->body = body != NULL ? g_bytes_ref (body) : NULL;
}

CoquillSyncPeer *
coquill_sync_find_peer (CoquillSync *self, const guint8 *id)
{
  g_autoptr (GBytes) key = g_bytes_new_static (id, 32);

  return g_hash_table_lookup (self->peers, key);
}

CoquillSyncPeer *
coquill_sync_meet (CoquillSync *self, const guint8 *id, gint64 now)
{
  CoquillSyncPeer *peer = coquill_sync_find_peer (self, id);

  if (peer == NULL)
    {
      g_autoptr (GBytes) key = g_bytes_new (id, 32);

      if (g_hash_table_size (self->peers) >= COQUILL_SYNC_MAX_PEERS)
        return NULL;
      peer = g_new0 (CoquillSyncPeer, 1);
      memcpy (peer->id, id, 32);
      peer->heard_hello = now - COQUILL_SYNC_HELLO_PAUSE;
      peer->want_at = COQUILL_SYNC_NEVER;
      peer->wanted = -COQUILL_SYNC_WANT_AGAIN;
      peer->answered = -COQUILL_SYNC_WANT_AGAIN;
      g_hash_table_insert (self->peers, g_bytes_ref (key), peer);
      g_hash_table_remove (self->farewells, key);
      coquill_sync_tell_peer (self, COQUILL_SYNC_PEER_CAME, id, NULL);
    }
  peer->seen = now;

  return peer;
}

/* Returns: (nullable): the peer, who was just heard; %NULL if there are too many, or it left after it said
 * this */
static CoquillSyncPeer *
hear (CoquillSync *self, const CoquillPayload *payload, gint64 now)
{
  g_autoptr (GBytes) key = g_bytes_new_static (payload->sender, 32);
  const CoquillSyncFarewell *farewell = g_hash_table_lookup (self->farewells, key);

  if (farewell != NULL && payload->counter <= farewell->counter)
    return NULL;

  return coquill_sync_meet (self, payload->sender, now);
}

/* What the peer brought may be ours to take to the mailbox now. */
void
coquill_sync_lose (CoquillSync *self, const guint8 *id)
{
  g_autoptr (GBytes) key = g_bytes_new (id, 32);

  if (!g_hash_table_remove (self->peers, key))
    return;
  coquill_sync_tell_peer (self, COQUILL_SYNC_PEER_LEFT, id, NULL);
  self->lacking |= self->brought_more;
  if (self->brought.length > 0)
    self->brought_at = 0;
}

void
coquill_sync_forget_relayed (CoquillSync *self)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (coquill_sync_find_direct (self, g_bytes_get_data (key, NULL)) == NULL)
      g_ptr_array_add (gone, g_bytes_ref (key));
  for (guint i = 0; i < gone->len; i++)
    coquill_sync_lose (self, g_bytes_get_data (g_ptr_array_index (gone, i), NULL));
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

/* Of what two roads bring the newer counts. */
static void
note_roads (CoquillSync *self, CoquillSyncPeer *peer, CoquillHello *hello, guint64 counter)
{
  if (counter < peer->roads_counter)
    return;
  peer->roads_counter = counter;
  if (hello->without_relay != peer->without_relay && self->brought.length > 0)
    self->brought_at = 0;
  peer->without_relay = hello->without_relay;
  g_free (peer->reached);
  peer->reached = g_steal_pointer (&hello->reached);
  peer->n_reached = hello->n_reached;
  hello->n_reached = 0;
}

/* On the relay's road the mailbox is to bring what is lacking here; only then the peer is asked. */
static void
hear_relayed (CoquillSync *self, CoquillSyncPeer *peer, const CoquillHello *hello, GBytes *body, gint64 now)
{
  gboolean greeting = hello->status == COQUILL_HELLO_GREETING || peer->unheard_greeting;

  peer->heard_hello = now;
  peer->unheard_greeting = FALSE;
  if (greeting && self->mailbox_state != COQUILL_SYNC_DOWN)
    {
      coquill_sync_say_hello (self, COQUILL_SYNC_ROAD_BIT (COQUILL_SYNC_ROAD_RELAY), COQUILL_HELLO_ANSWER,
                              peer->id);
      if (self->presence != NULL)
        self->presence_due = MIN (self->presence_due, self->presence_sent + COQUILL_SYNC_PRESENCE_PAUSE);
      self->presence_relayed = 0;
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

/* The last one that came too soon says all that those before it said. */
static void
hear_late (CoquillSync *self, CoquillSyncPeer *peer, gint64 now)
{
  g_autoptr (GBytes) body = g_steal_pointer (&peer->unheard);
  g_autoptr (CoquillHello) hello = coquill_hello_decode (body, NULL);

  hear_relayed (self, peer, hello, body, now);
}

static void
receive_hello (
    CoquillSync *self, guint road, CoquillSyncPeer *peer, const CoquillPayload *payload, gint64 now)
{
  g_autoptr (CoquillHello) hello = coquill_hello_decode (payload->body, NULL);
  CoquillSyncDirect *direct = coquill_sync_get_direct (self, road);

  if (hello == NULL || hello->protocol != COQUILL_HELLO_PROTOCOL)
    return;
  note_roads (self, peer, hello, payload->counter);
  if (direct != NULL)
    {
      coquill_sync_direct_hello (self, direct, hello, now);
      return;
    }
  g_clear_pointer (&peer->unheard, g_bytes_unref);
  if (now - peer->heard_hello >= COQUILL_SYNC_HELLO_PAUSE)
    {
      hear_relayed (self, peer, hello, payload->body, now);
      return;
    }
  peer->unheard = g_bytes_ref (payload->body);
  peer->unheard_greeting |= hello->status == COQUILL_HELLO_GREETING;
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
  if (theirs == NULL || !has_more (self, theirs) || !can_relay (self))
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
  coquill_sync_say (self, COQUILL_SYNC_ROAD_BIT (COQUILL_SYNC_ROAD_RELAY), COQUILL_PAYLOAD_WANT, bytes,
                    peer->id);
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

      coquill_sync_enqueue (self, one->kind, one->bytes, now);
    }
}

void
coquill_sync_receive_live (CoquillSync *self, guint road, const CoquillPayload *payload, gint64 now)
{
  const CoquillSyncDirect *direct = coquill_sync_get_direct (self, road);
  CoquillSyncPeer *peer;

  /* On a direct road its peer speaks and nobody else. */
  if (road != COQUILL_SYNC_ROAD_RELAY
      && (direct == NULL || memcmp (direct->device, payload->sender, sizeof direct->device) != 0))
    return;
  peer = hear (self, payload, now);
  if (peer == NULL)
    return;
  switch ((CoquillPayloadKind)payload->kind)
    {
    case COQUILL_PAYLOAD_HELLO:
      receive_hello (self, road, peer, payload, now);
      break;
    case COQUILL_PAYLOAD_WANT:
      receive_want (self, peer, payload->body, now);
      break;
    case COQUILL_PAYLOAD_PRESENCE:
      coquill_sync_receive_presence (self, peer, payload, now);
      break;
    case COQUILL_PAYLOAD_SIGNAL:
      coquill_sync_tell_peer (self, COQUILL_SYNC_SIGNAL, payload->sender, payload->body);
      break;
    case COQUILL_PAYLOAD_CHANGE:
    case COQUILL_PAYLOAD_LOG:
    default:
      break;
    }
}

void
coquill_sync_signal (CoquillSync *self, const guint8 *recipient, GBytes *signal, gint64 now)
{
  const CoquillSyncDirect *direct = coquill_sync_find_direct (self, recipient);

  if (can_relay (self))
    coquill_sync_say (self, COQUILL_SYNC_ROAD_BIT (COQUILL_SYNC_ROAD_RELAY), COQUILL_PAYLOAD_SIGNAL, signal,
                      recipient);
  else if (direct != NULL && coquill_sync_can_speak (self))
    coquill_sync_say (self, COQUILL_SYNC_ROAD_BIT (direct->road), COQUILL_PAYLOAD_SIGNAL, signal, recipient);
  coquill_sync_update (self, now);
}

/* A direct road that stands is a sign of life by itself. Returns: whether the peer is gone */
static gboolean
is_gone (CoquillSync *self, CoquillSyncPeer *peer, gint64 now)
{
  if (now - peer->seen < COQUILL_SYNC_PEER_SILENCE)
    return FALSE;
  if (coquill_sync_find_direct (self, peer->id) == NULL)
    return TRUE;
  peer->seen = now;

  return FALSE;
}

void
coquill_sync_tend_peers (CoquillSync *self, gint64 now)
{
  g_autoptr (GPtrArray) gone = NULL;
  GHashTableIter iter;
  gpointer value;

  if (coquill_sync_all_roads (self) == 0)
    return;
  if (self->greeting_due && self->mailbox_state == COQUILL_SYNC_LIVE && can_relay (self))
    {
      self->greeting_due = FALSE;
      coquill_sync_say_hello (self, COQUILL_SYNC_ROAD_BIT (COQUILL_SYNC_ROAD_RELAY), COQUILL_HELLO_GREETING,
                              NULL);
    }
  coquill_sync_tend_presence (self, now);
  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CoquillSyncPeer *peer = value;

      if (peer->unheard != NULL && now - peer->heard_hello >= COQUILL_SYNC_HELLO_PAUSE)
        hear_late (self, peer, now);
      if (now >= peer->want_at && self->mailbox_state == COQUILL_SYNC_LIVE)
        ask (self, peer, now);
      if (!is_gone (self, peer, now))
        continue;
      if (gone == NULL)
        gone = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (gone, g_memdup2 (peer->id, sizeof peer->id));
    }
  for (guint i = 0; gone != NULL && i < gone->len; i++)
    coquill_sync_lose (self, g_ptr_array_index (gone, i));
}

gint64
coquill_sync_get_tend_time (CoquillSync *self)
{
  gint64 next = COQUILL_SYNC_NEVER;
  GHashTableIter iter;
  gpointer value;

  if (coquill_sync_all_roads (self) == 0)
    return next;
  if (self->presence != NULL && coquill_sync_can_speak (self))
    next = self->presence_due;
  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const CoquillSyncPeer *peer = value;

      next = MIN (next, peer->seen + COQUILL_SYNC_PEER_SILENCE);
      if (peer->unheard != NULL)
        next = MIN (next, peer->heard_hello + COQUILL_SYNC_HELLO_PAUSE);
      if (self->mailbox_state == COQUILL_SYNC_LIVE)
        next = MIN (next, peer->want_at);
    }

  return next;
}
