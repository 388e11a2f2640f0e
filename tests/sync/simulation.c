/* simulation.c: replicas, a relay and a bad network in one process, under a seed */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/simulation.h"

#include <string.h>

#include "trust/random.h"

#define STEP (10 * G_TIME_SPAN_MILLISECOND)
#define FETCH_PART 8
#define QUIET_LIMIT (120 * G_TIME_SPAN_SECOND)

typedef struct
{
  CoquillBody *body;
  gboolean own;
  gboolean sent;
} Block;

typedef struct
{
  CoquillDeviceKeys *keys;
  CoquillDocument *document; /* NULL before it joined */
  CoquillSync *sync;
  gint64 born; /* of this run of its program */
  guint marks; /* written so far */

  GPtrArray *blocks; /* as in its store; the first n_committed are on disk */
  guint n_committed;
  GBytes *saved_keys;
  gboolean saved_has_cursor;
  guint8 saved_mailbox[COQUILL_SYNC_MAILBOX_SIZE];
  guint64 saved_position;
  GBytes *snapshot;
  guint n_before_snapshot;
  guint history_next; /* next body of history to give; n_before_snapshot when done */

  GQueue accepting;           /* (element-type CoquillSyncAction) */
  GPtrArray *committed_marks; /* texts that were on disk */
  GPtrArray *new_marks;

  gboolean connected;
  guint connection; /* events of older ones are void */
  gboolean fetched_all;
} Node;

typedef enum
{
  EVENT_POST,
  EVENT_FETCH,
  EVENT_UP,
  EVENT_RECEIVED,
  EVENT_FETCHED,
  EVENT_STORED,
} EventKind;

typedef struct
{
  EventKind kind;
  gint64 at;
  guint node;
  guint connection;
  GBytes *bytes;
  guint64 number;
  gboolean flag;
} Event;

struct Simulation
{
  GRand *random;
  SimulationFaults faults;
  gboolean calm;
  gint64 now;
  Node *nodes;
  guint n_nodes;
  CoquillLink *link;
  GQueue events; /* in the order of their times */

  guint8 mailbox[COQUILL_SYNC_MAILBOX_SIZE];
  GPtrArray *envelopes;
  GBytes *bulletin;
};

static void
block_free_cb (gpointer data)
{
  Block *block = data;

  coquill_body_free (block->body);
  g_free (block);
}

static gboolean
chance (Simulation *self, guint of_ten_thousand)
{
  return (guint)g_rand_int_range (self->random, 0, 10000) < of_ten_thousand;
}

static void
add_event (Simulation *self, EventKind kind, guint node, GBytes *bytes, guint64 number, gboolean flag)
{
  Event *event = g_new0 (Event, 1);
  const Event *last = g_queue_peek_tail (&self->events);

  /* Streams keep their order: no event overtakes another. */
  event->kind = kind;
  event->at = self->now + g_rand_int_range (self->random, 1, 30) * G_TIME_SPAN_MILLISECOND;
  if (last != NULL)
    event->at = MAX (event->at, last->at);
  event->node = node;
  event->connection = self->nodes[node].connection;
  event->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  event->number = number;
  event->flag = flag;
  g_queue_push_tail (&self->events, event);
}

static void
event_free_cb (gpointer data)
{
  Event *event = data;

  g_clear_pointer (&event->bytes, g_bytes_unref);
  g_free (event);
}

static void
store (Node *node, const CoquillBody *body, gboolean own)
{
  Block *block = g_new0 (Block, 1);

  block->body = coquill_body_new (body->kind, body->bytes);
  block->own = own;
  g_ptr_array_add (node->blocks, block);
}

static void
flush (Simulation *self, Node *node)
{
  g_autoptr (GPtrArray) bodies = coquill_document_flush (node->document);

  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *body = g_ptr_array_index (bodies, i);

      store (node, body, TRUE);
      coquill_sync_local (node->sync, body->kind, body->bytes, node->blocks->len - 1, self->now);
    }
}

static void
commit (Simulation *self, Node *node)
{
  flush (self, node);
  node->n_committed = node->blocks->len;
  g_clear_pointer (&node->saved_keys, g_bytes_unref);
  node->saved_keys = coquill_document_save_keys (node->document);
  node->saved_has_cursor = coquill_sync_get_cursor (node->sync, node->saved_mailbox, &node->saved_position);
  g_ptr_array_extend_and_steal (node->committed_marks, g_steal_pointer (&node->new_marks));
  node->new_marks = g_ptr_array_new_with_free_func (g_free);
  if (coquill_document_has_history (node->document) && chance (self, 1000))
    {
      g_clear_pointer (&node->snapshot, g_bytes_unref);
      node->snapshot = coquill_document_save_snapshot (node->document);
      g_assert_nonnull (node->snapshot);
      node->n_before_snapshot = node->blocks->len;
      node->history_next = node->n_before_snapshot;
    }
}

static void
disconnect (Simulation *self, Node *node)
{
  node->connection++;
  node->fetched_all = FALSE;
  if (!node->connected)
    return;
  node->connected = FALSE;
  if (node->sync != NULL)
    coquill_sync_road_down (node->sync, COQUILL_SYNC_ROAD_RELAY, self->now);
}

static void
connect_node (Simulation *self, guint index)
{
  self->nodes[index].connected = TRUE;
  self->nodes[index].connection++;
  add_event (self, EVENT_UP, index, NULL, 0, FALSE);
}

static void
add_history (Node *node, guint n_bodies)
{
  for (; n_bodies > 0 && node->history_next < node->n_before_snapshot; n_bodies--)
    {
      const Block *block = g_ptr_array_index (node->blocks, node->history_next++);
      g_autoptr (GError) error = NULL;

      coquill_document_add_history (node->document, block->body->kind, block->body->bytes, &error);
      g_assert_no_error (error);
    }
}

static void
end_history (Node *node)
{
  g_autoptr (GPtrArray) accepted = coquill_body_array_new ();
  g_autoptr (GError) error = NULL;

  if (coquill_document_has_history (node->document) || node->history_next < node->n_before_snapshot)
    return;
  coquill_document_end_history (node->document, NULL, NULL, accepted, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < accepted->len; i++)
    store (node, g_ptr_array_index (accepted, i), FALSE);
  coquill_sync_accepted (node->sync, 0, COQUILL_ACCEPT_ACCEPTED, accepted, 0);
}

/* The program is killed and started again: what was not committed is gone. */
static void
crash (Simulation *self, Node *node)
{
  g_autoptr (GError) error = NULL;
  guint8 id[32];

  disconnect (self, node);
  memcpy (id, coquill_document_get_id (node->document), 32);
  g_queue_clear_full (&node->accepting, (GDestroyNotify)coquill_sync_action_free);
  coquill_sync_free (node->sync);
  coquill_document_free (node->document);
  g_ptr_array_set_size (node->new_marks, 0);
  g_ptr_array_set_size (node->blocks, (gint)node->n_committed);
  node->born = self->now;

  node->document = coquill_document_load (node->keys, id, node->saved_keys, node->snapshot, &error);
  g_assert_no_error (error);
  node->sync = coquill_sync_new (node->document);
  coquill_sync_set_shared (node->sync, TRUE);
  node->history_next = 0;
  if (node->snapshot == NULL)
    node->n_before_snapshot = 0;
  for (guint i = node->n_before_snapshot; i < node->blocks->len; i++)
    {
      const Block *block = g_ptr_array_index (node->blocks, i);

      coquill_document_load_tail (node->document, block->body->kind, block->body->bytes, &error);
      g_assert_no_error (error);
    }
  if (node->saved_has_cursor)
    coquill_sync_restore_cursor (node->sync, node->saved_mailbox, node->saved_position);
  for (guint i = 0; i < node->blocks->len; i++)
    {
      const Block *block = g_ptr_array_index (node->blocks, i);

      if (block->own && !block->sent)
        coquill_sync_local (node->sync, block->body->kind, block->body->bytes, i, self->now);
    }
}

/* Relay */

static void
drop_all (Simulation *self)
{
  for (guint i = 0; i < self->n_nodes; i++)
    disconnect (self, &self->nodes[i]);
}

static void
relay_reset (Simulation *self)
{
  drop_all (self);
  for (guint i = 0; i < sizeof self->mailbox; i++)
    self->mailbox[i] = (guint8)g_rand_int_range (self->random, 0, 256);
  g_ptr_array_set_size (self->envelopes, 0);
}

static void
relay_truncate (Simulation *self)
{
  drop_all (self);
  if (self->envelopes->len > 0)
    g_ptr_array_set_size (self->envelopes, g_rand_int_range (self->random, 0, (gint32)self->envelopes->len));
}

static void
relay_post (Simulation *self, guint from, GBytes *envelope, guint64 reference)
{
  CoquillEnvelopeClass envelope_class;

  g_assert_true (coquill_envelope_peek (envelope, &envelope_class, NULL));
  if (envelope_class == COQUILL_ENVELOPE_STORED)
    {
      g_ptr_array_add (self->envelopes, g_bytes_ref (envelope));
      add_event (self, EVENT_STORED, from, NULL, reference, FALSE);
    }
  for (guint i = 0; i < self->n_nodes; i++)
    {
      Node *node = &self->nodes[i];

      if (!node->connected || (envelope_class == COQUILL_ENVELOPE_STORED && !node->fetched_all))
        continue;
      if (i != from)
        add_event (self, EVENT_RECEIVED, i, envelope, 0, FALSE);
      if (envelope_class == COQUILL_ENVELOPE_STORED)
        add_event (self, EVENT_FETCHED, i, NULL, self->envelopes->len, TRUE);
    }
}

static void
relay_fetch (Simulation *self, guint to, guint64 after)
{
  guint64 end = MIN (after + FETCH_PART, self->envelopes->len);

  for (guint64 i = after; i < end; i++)
    add_event (self, EVENT_RECEIVED, to, g_ptr_array_index (self->envelopes, i), i + 1, FALSE);
  if (end >= self->envelopes->len)
    self->nodes[to].fetched_all = TRUE;
  add_event (self, EVENT_FETCHED, to, NULL, MAX (end, after), end >= self->envelopes->len);
}

/* Nodes */

static void
receive (Simulation *self, Node *node, GBytes *envelope, guint64 position)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillPayload) payload = coquill_document_open_envelope (node->document, envelope, &error);

  if (payload != NULL)
    coquill_sync_received (node->sync, COQUILL_SYNC_ROAD_RELAY, payload, position, self->now);
  else if (g_error_matches (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_UNKNOWN_EPOCH))
    coquill_sync_unopened (node->sync, COQUILL_SYNC_ROAD_RELAY, position, self->now);
  else if (!g_error_matches (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED))
    g_error ("An honest envelope was refused: %s", error->message);
}

static void
handle_event (Simulation *self, const Event *event)
{
  Node *node = &self->nodes[event->node];

  if (event->connection != node->connection || !node->connected)
    return;
  switch (event->kind)
    {
    case EVENT_POST:
      relay_post (self, event->node, event->bytes, event->number);
      break;
    case EVENT_FETCH:
      relay_fetch (self, event->node, event->number);
      break;
    case EVENT_UP:
      coquill_sync_road_up (node->sync, COQUILL_SYNC_ROAD_RELAY, self->mailbox, self->envelopes->len,
                            self->now);
      break;
    case EVENT_RECEIVED:
      receive (self, node, event->bytes, event->number);
      break;
    case EVENT_FETCHED:
      coquill_sync_fetched (node->sync, COQUILL_SYNC_ROAD_RELAY, event->number, event->flag, self->now);
      break;
    case EVENT_STORED:
      coquill_sync_stored (node->sync, COQUILL_SYNC_ROAD_RELAY, event->number, self->now);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
post (Simulation *self, guint index, const CoquillSyncAction *action)
{
  Node *node = &self->nodes[index];
  g_autoptr (GBytes) envelope = coquill_document_seal (node->document, action->payload_kind, action->body,
                                                       action->recipient, self->now, NULL);

  if (envelope != NULL && node->connected)
    add_event (self, EVENT_POST, index, envelope, action->reference, FALSE);
  else
    coquill_sync_unposted (node->sync, COQUILL_SYNC_ROAD_RELAY, action->reference, self->now);
}

static void
take_actions (Simulation *self, guint index)
{
  Node *node = &self->nodes[index];
  CoquillSyncAction *next;

  while ((next = coquill_sync_next (node->sync)) != NULL)
    {
      g_autoptr (CoquillSyncAction) action = next;

      switch (action->kind)
        {
        case COQUILL_SYNC_POST:
          post (self, index, action);
          break;
        case COQUILL_SYNC_FETCH:
          if (node->connected)
            add_event (self, EVENT_FETCH, index, NULL, action->position, FALSE);
          break;
        case COQUILL_SYNC_PUT_BULLETIN:
          g_clear_pointer (&self->bulletin, g_bytes_unref);
          self->bulletin = coquill_document_dup_bulletin (node->document);
          break;
        case COQUILL_SYNC_GET_BULLETIN:
          if (self->bulletin != NULL && coquill_document_open_bulletin (node->document, self->bulletin, NULL))
            coquill_sync_keys_came (node->sync, self->now);
          break;
        case COQUILL_SYNC_ACCEPT:
          g_queue_push_tail (&node->accepting, g_steal_pointer (&action));
          break;
        case COQUILL_SYNC_SENT:
          ((Block *)g_ptr_array_index (node->blocks, action->reference))->sent = TRUE;
          break;
        case COQUILL_SYNC_PRESENCE:
        case COQUILL_SYNC_SIGNAL:
        case COQUILL_SYNC_PEER_CAME:
        case COQUILL_SYNC_PEER_LEFT:
        case COQUILL_SYNC_CAUGHT_UP:
        case COQUILL_SYNC_STATUS:
        default:
          break;
        }
    }
}

static void
accept_bodies (Simulation *self, Node *node)
{
  CoquillSyncAction *next;

  while ((next = g_queue_pop_head (&node->accepting)) != NULL)
    {
      g_autoptr (CoquillSyncAction) action = next;
      g_autoptr (GPtrArray) accepted = coquill_body_array_new ();
      g_autoptr (GError) error = NULL;
      CoquillAccept result;

      flush (self, node);
      result = coquill_document_accept (node->document, action->payload_kind, action->body, NULL, NULL,
                                        accepted, &error);
      g_assert_no_error (error);
      for (guint i = 0; i < accepted->len; i++)
        store (node, g_ptr_array_index (accepted, i), FALSE);
      coquill_sync_accepted (node->sync, action->reference, result, accepted, self->now);
      if (coquill_document_take_news (node->document) & COQUILL_DOCUMENT_NEWS_BULLETIN)
        coquill_sync_bulletin_changed (node->sync, self->now);
    }
}

static void
edit (Simulation *self, guint index)
{
  Node *node = &self->nodes[index];
  guint64 length = coquill_text_length (coquill_document_get_text (node->document));
  guint64 position = (guint64)g_rand_int_range (self->random, 0, (gint32)length + 1);
  g_autoptr (GError) error = NULL;

  if (!coquill_document_can_edit (node->document))
    return;
  switch (g_rand_int_range (self->random, 0, 8))
    {
    case 0:
      coquill_document_undo (node->document, self->now, NULL, NULL, NULL);
      break;
    case 1:
      coquill_document_redo (node->document, self->now, NULL, NULL, NULL);
      break;
    case 2:
      {
        g_autofree char *title = g_strdup_printf ("%d", g_rand_int_range (self->random, 0, 1000));

        coquill_document_set_record (node->document, "document", "", "title", title, &error);
        break;
      }
    default:
      {
        /* Nobody deletes, and a record keeps count, so that every committed mark can be looked for. */
        g_autofree char *item = g_strdup_printf ("%u-%u", index, node->marks++);
        g_autofree char *text = g_strdup_printf ("[%s]", item);

        coquill_document_insert (node->document, position, text, strlen (text), self->now, &error);
        if (error == NULL)
          coquill_document_set_record (node->document, "mark", item, "kept", "1", &error);
        g_ptr_array_add (node->new_marks, g_steal_pointer (&item));
        break;
      }
    }
  g_assert_no_error (error);
}

static void
try_to_join (Simulation *self, Node *node)
{
  g_autoptr (GError) error = NULL;

  if (self->bulletin == NULL)
    return;
  node->document = coquill_document_join (node->keys, self->link, self->bulletin, NULL, &error);
  g_assert_no_error (error);
  node->sync = coquill_sync_new (node->document);
  coquill_sync_set_shared (node->sync, TRUE);
  node->born = self->now;
  commit (self, node);
}

static void
step_node (Simulation *self, guint index)
{
  Node *node = &self->nodes[index];

  if (node->document == NULL)
    {
      try_to_join (self, node);
      return;
    }
  if (!self->calm && chance (self, self->faults.crash))
    crash (self, node);
  if (!self->calm && node->connected && chance (self, self->faults.disconnect))
    disconnect (self, node);
  if (!node->connected && chance (self, self->calm ? 10000 : 500))
    connect_node (self, index);
  if (!self->calm && chance (self, self->faults.edit))
    edit (self, index);
  if (self->calm || chance (self, 500))
    {
      add_history (node, 10);
      end_history (node);
    }
  if (self->now >= coquill_sync_get_flush_time (node->sync, self->now))
    flush (self, node);
  if (self->now >= coquill_sync_get_next_tick (node->sync))
    coquill_sync_tick (node->sync, self->now);
  take_actions (self, index);
  if (self->calm || chance (self, 5000))
    accept_bodies (self, node);
  take_actions (self, index);
  if (self->calm || chance (self, 2000))
    commit (self, node);
  take_actions (self, index);
}

static void
step (Simulation *self)
{
  self->now += STEP;
  if (!self->calm && chance (self, self->faults.reset))
    relay_reset (self);
  if (!self->calm && chance (self, self->faults.truncate))
    relay_truncate (self);
  while (self->events.length > 0 && ((const Event *)g_queue_peek_head (&self->events))->at <= self->now)
    {
      Event *event = g_queue_pop_head (&self->events);

      handle_event (self, event);
      event_free_cb (event);
    }
  for (guint i = 0; i < self->n_nodes; i++)
    step_node (self, i);
}

static gboolean
has_marks (Node *node, GPtrArray *marks)
{
  for (guint i = 0; i < marks->len; i++)
    if (coquill_document_get_record (node->document, "mark", g_ptr_array_index (marks, i), "kept") == NULL)
      return FALSE;

  return TRUE;
}

static char *
text_of (Node *node)
{
  char *text = coquill_text_to_string (coquill_document_get_text (node->document), NULL);
  char *copy = g_strdup (text);

  free (text);

  return copy;
}

static gboolean
is_quiet (Simulation *self)
{
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->n_nodes; i++)
    {
      Node *node = &self->nodes[i];
      g_autofree char *other = NULL;

      if (node->document == NULL || !coquill_sync_is_delivered (node->sync)
          || !coquill_document_can_edit (node->document) || node->accepting.length > 0)
        return FALSE;
      other = text_of (node);
      if (g_strcmp0 (coquill_document_get_record (self->nodes[0].document, "document", "", "title"),
                     coquill_document_get_record (node->document, "document", "", "title"))
          != 0)
        return FALSE;
      if (text != NULL && !g_str_equal (text, other))
        return FALSE;
      g_free (text);
      text = g_steal_pointer (&other);
      if (!has_marks (&self->nodes[0], node->committed_marks))
        return FALSE;
    }

  return TRUE;
}

void
simulation_run (Simulation *self, guint n_steps)
{
  gint64 limit;

  for (guint i = 0; i < n_steps; i++)
    step (self);
  self->calm = TRUE;
  limit = self->now + QUIET_LIMIT;
  while (!is_quiet (self) && self->now < limit)
    step (self);
}

void
simulation_assert_equal (Simulation *self)
{
  g_autofree char *text = text_of (&self->nodes[0]);
  const char *title = coquill_document_get_record (self->nodes[0].document, "document", "", "title");

  for (guint i = 0; i < self->n_nodes; i++)
    {
      Node *node = &self->nodes[i];
      g_autofree char *other = NULL;

      g_assert_nonnull (node->document);
      other = text_of (node);
      g_assert_cmpstr (text, ==, other);
      g_assert_cmpstr (title, ==, coquill_document_get_record (node->document, "document", "", "title"));
      g_assert_true (coquill_sync_is_delivered (node->sync));
      g_assert_true (has_marks (&self->nodes[0], node->committed_marks));
    }
}

Simulation *
simulation_new (guint32 seed, guint n_nodes, const SimulationFaults *faults)
{
  static const guint8 room[32] = { 1 };
  Simulation *self = g_new0 (Simulation, 1);
  g_autoptr (CoquillSecret) invite = NULL;
  g_autoptr (GError) error = NULL;
  guint8 random_seed[32] = { 0 };
  Node *founder;

  memcpy (random_seed, &seed, sizeof seed);
  coquill_random_use_seed (random_seed);
  self->random = g_rand_new_with_seed (seed);
  self->faults = *faults;
  self->now = G_TIME_SPAN_DAY;
  self->n_nodes = n_nodes;
  self->nodes = g_new0 (Node, n_nodes);
  g_queue_init (&self->events);
  self->envelopes = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < n_nodes; i++)
    {
      Node *node = &self->nodes[i];

      node->keys = coquill_device_keys_new ();
      node->blocks = g_ptr_array_new_with_free_func (block_free_cb);
      node->committed_marks = g_ptr_array_new_with_free_func (g_free);
      node->new_marks = g_ptr_array_new_with_free_func (g_free);
      g_queue_init (&node->accepting);
    }
  relay_reset (self);

  founder = &self->nodes[0];
  founder->document = coquill_document_found (founder->keys, NULL, self->now);
  founder->sync = coquill_sync_new (founder->document);
  invite = coquill_document_invite (founder->document, &error);
  g_assert_no_error (error);
  self->link = coquill_link_new ("https://relay.example", room, coquill_document_get_id (founder->document),
                                 COQUILL_INVITE_OPEN, invite, &error);
  g_assert_no_error (error);
  commit (self, founder);
  coquill_sync_set_shared (founder->sync, TRUE);

  return self;
}

void
simulation_free (Simulation *self)
{
  for (guint i = 0; i < self->n_nodes; i++)
    {
      Node *node = &self->nodes[i];

      g_queue_clear_full (&node->accepting, (GDestroyNotify)coquill_sync_action_free);
      g_clear_pointer (&node->sync, coquill_sync_free);
      g_clear_pointer (&node->document, coquill_document_free);
      coquill_device_keys_unref (node->keys);
      g_ptr_array_unref (node->blocks);
      g_ptr_array_unref (node->committed_marks);
      g_ptr_array_unref (node->new_marks);
      g_clear_pointer (&node->saved_keys, g_bytes_unref);
      g_clear_pointer (&node->snapshot, g_bytes_unref);
    }
  g_queue_clear_full (&self->events, event_free_cb);
  g_ptr_array_unref (self->envelopes);
  g_clear_pointer (&self->bulletin, g_bytes_unref);
  coquill_link_free (self->link);
  g_rand_free (self->random);
  g_free (self->nodes);
  g_free (self);
}
