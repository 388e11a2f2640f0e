/* epoch-ring.c: the keys that this device holds: of epochs and of the room */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/epoch-ring.h"

#include <string.h>

#include "trust/epoch-sealing.h"

struct CoquillEpochRing
{
  GPtrArray *keys;   /* (element-type CoquillEpochKey): in the order in which they came */
  GHashTable *by_id; /* key → key, by the id that it begins with */
  CoquillRoomKeys *room_keys;
};

static guint
id_hash (gconstpointer key)
{
  guint value;

  memcpy (&value, key, sizeof value);

  return value;
}

static gboolean
id_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, 32) == 0;
}

static void
key_free_cb (gpointer key)
{
  coquill_epoch_key_free (key);
}

CoquillEpochRing *
coquill_epoch_ring_new (void)
{
  CoquillEpochRing *self = g_new0 (CoquillEpochRing, 1);

  self->keys = g_ptr_array_new_with_free_func (key_free_cb);
  self->by_id = g_hash_table_new (id_hash, id_equal);

  return self;
}

void
coquill_epoch_ring_free (CoquillEpochRing *self)
{
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->keys);
  g_clear_pointer (&self->room_keys, coquill_room_keys_unref);
  g_free (self);
}

gboolean
coquill_epoch_ring_add (CoquillEpochRing *self, const CoquillEpochKey *key)
{
  CoquillEpochKey *copy;

  if (g_hash_table_contains (self->by_id, key->id) || self->keys->len >= COQUILL_EPOCH_RING_MAX)
    return FALSE;
  copy = coquill_epoch_key_copy (key);
  g_ptr_array_add (self->keys, copy);
  g_hash_table_add (self->by_id, copy);

  return TRUE;
}

gboolean
coquill_epoch_ring_add_opened (CoquillEpochRing *self,
                               const guint8 *id,
                               const CoquillEpochBoxes *boxes,
                               CoquillSecret *key)
{
  g_autoptr (GPtrArray) earlier = coquill_epoch_open_earlier (boxes, key, NULL);
  g_autoptr (CoquillEpochKey) epoch = coquill_epoch_key_new (id, key);
  gboolean news = FALSE;

  /* What somebody encloses may be made up: it never takes the room of epochs that come with a box. */
  for (guint i = earlier != NULL ? earlier->len : 0; i > 0 && self->keys->len < COQUILL_EPOCH_RING_MAX / 2;
       i--)
    news |= coquill_epoch_ring_add (self, g_ptr_array_index (earlier, i - 1));

  return coquill_epoch_ring_add (self, epoch) || news;
}

const CoquillEpochKey *
coquill_epoch_ring_find (const CoquillEpochRing *self, const guint8 *id)
{
  return g_hash_table_lookup (self->by_id, id);
}

GPtrArray *
coquill_epoch_ring_list (const CoquillEpochRing *self)
{
  GPtrArray *keys = g_ptr_array_new ();

  for (guint i = self->keys->len; i > 0; i--)
    g_ptr_array_add (keys, g_ptr_array_index (self->keys, i - 1));

  return keys;
}

gboolean
coquill_epoch_ring_set_room_keys (CoquillEpochRing *self, CoquillRoomKeys *keys)
{
  if (self->room_keys != NULL
      && coquill_room_keys_get_role (self->room_keys) >= coquill_room_keys_get_role (keys))
    return FALSE;
  coquill_room_keys_ref (keys);
  g_clear_pointer (&self->room_keys, coquill_room_keys_unref);
  self->room_keys = keys;

  return TRUE;
}

CoquillRoomKeys *
coquill_epoch_ring_get_room_keys (const CoquillEpochRing *self)
{
  return self->room_keys;
}
