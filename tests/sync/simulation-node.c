/* simulation-node.c: one replica with its store: what it writes, accepts, commits, and loses when it crashes
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/simulation-private.h"

#include <string.h>

#include "text/codec.h"
#include "wire/presence.h"
#include "wire/signed-change.h"

static void
block_free_cb (gpointer data)
{
  SimulationBlock *block = data;

  coquill_body_free (block->body);
  g_free (block);
}

static guint
agent_hash (gconstpointer key)
{
  return (guint)((const CoquillAgent *)key)->nonce;
}

static gboolean
agent_equal (gconstpointer a, gconstpointer b)
{
  return coquill_agent_compare (a, b) == 0;
}

void
simulation_node_init (SimulationNode *node)
{
  node->keys = coquill_device_keys_new ();
  node->blocks = g_ptr_array_new_with_free_func (block_free_cb);
  node->committed_marks = g_ptr_array_new_with_free_func (g_free);
  node->new_marks = g_ptr_array_new_with_free_func (g_free);
  node->lengths = g_hash_table_new_full (agent_hash, agent_equal, g_free, g_free);
  g_queue_init (&node->accepting);
}

void
simulation_node_clear (SimulationNode *node)
{
  g_queue_clear_full (&node->accepting, (GDestroyNotify)coquill_sync_action_free);
  g_clear_pointer (&node->sync, coquill_sync_free);
  g_clear_pointer (&node->document, coquill_document_free);
  coquill_device_keys_unref (node->keys);
  g_ptr_array_unref (node->blocks);
  g_ptr_array_unref (node->committed_marks);
  g_ptr_array_unref (node->new_marks);
  g_hash_table_unref (node->lengths);
  g_clear_pointer (&node->saved_keys, g_bytes_unref);
  g_clear_pointer (&node->snapshot, g_bytes_unref);
}

/* Within a writer nothing is accepted before what was written before it. */
static void
check_order (SimulationNode *node, const CoquillBody *body)
{
  g_autoptr (CoquillSignedChange) signed_change = NULL;
  CoquillChange *change;
  CoquillChangeReader reader;
  CoquillOperation operation;
  const guint8 *data;
  gsize size;

  if (body->kind != COQUILL_PAYLOAD_CHANGE)
    return;
  signed_change = coquill_signed_change_decode (body->bytes, NULL);
  g_assert_nonnull (signed_change);
  data = g_bytes_get_data (signed_change->change, &size);
  change = coquill_change_decode (data, size, NULL);
  g_assert_nonnull (change);
  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      const CoquillAgent *agent = &change->agents[operation.agent].id;
      guint64 *length = g_hash_table_lookup (node->lengths, agent);

      if (length == NULL)
        {
          length = g_new0 (guint64, 1);
          g_hash_table_insert (node->lengths, g_memdup2 (agent, sizeof *agent), length);
        }
      g_assert_cmpuint (operation.sequence, <=, *length);
      *length = MAX (*length, operation.sequence + operation.length);
    }
  coquill_change_free (change);
}

static void
store (SimulationNode *node, const CoquillBody *body, gboolean own)
{
  SimulationBlock *block = g_new0 (SimulationBlock, 1);

  check_order (node, body);
  block->body = coquill_body_new (body->kind, body->bytes);
  block->own = own;
  g_ptr_array_add (node->blocks, block);
}

void
simulation_node_flush (Simulation *self, SimulationNode *node)
{
  g_autoptr (GPtrArray) bodies = coquill_document_flush (node->document);

  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *body = g_ptr_array_index (bodies, i);

      store (node, body, TRUE);
      coquill_sync_local (node->sync, body->kind, body->bytes, node->blocks->len - 1, self->now);
    }
}

void
simulation_node_commit (Simulation *self, SimulationNode *node)
{
  simulation_node_flush (self, node);
  node->n_committed = node->blocks->len;
  g_clear_pointer (&node->saved_keys, g_bytes_unref);
  node->saved_keys = coquill_document_save_keys (node->document);
  node->saved_has_cursor = coquill_sync_get_cursor (node->sync, node->saved_mailbox, &node->saved_position);
  g_ptr_array_extend_and_steal (node->committed_marks, g_steal_pointer (&node->new_marks));
  node->new_marks = g_ptr_array_new_with_free_func (g_free);
  if (coquill_document_has_history (node->document) && simulation_chance (self, 1000))
    {
      g_clear_pointer (&node->snapshot, g_bytes_unref);
      node->snapshot = coquill_document_save_snapshot (node->document);
      g_assert_nonnull (node->snapshot);
      node->n_before_snapshot = node->blocks->len;
      node->history_next = node->n_before_snapshot;
    }
}

void
simulation_node_add_history (SimulationNode *node, guint n_bodies)
{
  for (; n_bodies > 0 && node->history_next < node->n_before_snapshot; n_bodies--)
    {
      const SimulationBlock *block = g_ptr_array_index (node->blocks, node->history_next++);
      g_autoptr (GError) error = NULL;

      coquill_document_add_history (node->document, block->body->kind, block->body->bytes, &error);
      g_assert_no_error (error);
    }
}

void
simulation_node_end_history (SimulationNode *node)
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

void
simulation_node_crash (Simulation *self, SimulationNode *node)
{
  g_autoptr (GError) error = NULL;
  guint8 id[32];

  memcpy (id, coquill_document_get_id (node->document), 32);
  g_queue_clear_full (&node->accepting, (GDestroyNotify)coquill_sync_action_free);
  coquill_sync_free (node->sync);
  coquill_document_free (node->document);
  g_ptr_array_set_size (node->new_marks, 0);
  g_ptr_array_set_size (node->blocks, (gint)node->n_committed);
  node->born = self->now;
  g_hash_table_remove_all (node->lengths);
  for (guint i = 0; i < node->blocks->len; i++)
    check_order (node, ((const SimulationBlock *)g_ptr_array_index (node->blocks, i))->body);

  node->document = coquill_document_load (node->keys, id, node->saved_keys, node->snapshot, &error);
  g_assert_no_error (error);
  node->sync = coquill_sync_new (node->document);
  coquill_sync_set_shared (node->sync, TRUE);
  simulation_node_show (self, node);
  node->history_next = 0;
  if (node->snapshot == NULL)
    node->n_before_snapshot = 0;
  for (guint i = node->n_before_snapshot; i < node->blocks->len; i++)
    {
      const SimulationBlock *block = g_ptr_array_index (node->blocks, i);

      coquill_document_load_tail (node->document, block->body->kind, block->body->bytes, &error);
      g_assert_no_error (error);
    }
  if (node->saved_has_cursor)
    coquill_sync_restore_cursor (node->sync, node->saved_mailbox, node->saved_position);
  for (guint i = 0; i < node->blocks->len; i++)
    {
      const SimulationBlock *block = g_ptr_array_index (node->blocks, i);

      if (block->own && !block->sent)
        coquill_sync_local (node->sync, block->body->kind, block->body->bytes, i, self->now);
    }
}

void
simulation_node_accept (Simulation *self, SimulationNode *node)
{
  CoquillSyncAction *next;

  while ((next = g_queue_pop_head (&node->accepting)) != NULL)
    {
      g_autoptr (CoquillSyncAction) action = next;
      g_autoptr (GPtrArray) accepted = coquill_body_array_new ();
      g_autoptr (GError) error = NULL;
      CoquillAccept result;

      simulation_node_flush (self, node);
      self->counts.given++;
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

/* Nobody deletes, and a record keeps count, so that every committed mark can be looked for. */
const char *
simulation_node_mark (Simulation *self, guint index)
{
  SimulationNode *node = &self->nodes[index];
  guint64 length = coquill_text_length (coquill_document_get_text (node->document));
  guint64 position = (guint64)g_rand_int_range (self->random, 0, (gint32)length + 1);
  char *item = g_strdup_printf ("%u-%u", index, node->marks++);
  g_autofree char *text = g_strdup_printf ("[%s]", item);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (node->new_marks, item);
  coquill_document_insert (node->document, position, text, strlen (text), self->now, &error);
  g_assert_no_error (error);
  coquill_document_set_record (node->document, "mark", item, "kept", "1", &error);
  g_assert_no_error (error);

  return item;
}

/* A caret moves. */
void
simulation_node_show (Simulation *self, SimulationNode *node)
{
  g_autoptr (CoquillPresence) presence = coquill_presence_new ("Somebody");
  g_autoptr (GBytes) bytes = NULL;

  presence->color = (guint32)g_rand_int_range (self->random, 0, 1 << 24);
  bytes = coquill_presence_encode (presence);
  coquill_sync_set_presence (node->sync, bytes, self->now);
}

void
simulation_node_edit (Simulation *self, guint index)
{
  SimulationNode *node = &self->nodes[index];
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
      simulation_node_mark (self, index);
      break;
    }
  g_assert_no_error (error);
}

void
simulation_node_join (Simulation *self, SimulationNode *node)
{
  g_autoptr (GError) error = NULL;

  if (self->bulletin == NULL)
    return;
  node->document = coquill_document_join (node->keys, self->link, self->bulletin, NULL, &error);
  g_assert_no_error (error);
  node->sync = coquill_sync_new (node->document);
  coquill_sync_set_shared (node->sync, TRUE);
  simulation_node_show (self, node);
  node->born = self->now;
  simulation_node_commit (self, node);
}
