/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-people.c: who takes part in a document, who is there now, and where their carets are. */

#include "config.h"

#include <string.h>

#include "replica/participant-private.h"
#include "replica/replica-private.h"
#include "trust/random.h"
#include "wire/presence.h"

static void
peer_free (gpointer data)
{
  CoquillReplicaPeer *peer = data;

  g_clear_handle_id (&peer->typing_timer, g_source_remove);
  g_object_unref (peer->participant);
  g_free (peer);
}

static char *
device_to_string (const guint8 *device)
{
  GString *string = g_string_sized_new (64);

  for (guint i = 0; i < 32; i++)
    g_string_append_printf (string, "%02x", device[i]);
  return g_string_free (string, FALSE);
}

/* Self first, then the present, then the others, each by name. */
static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  CoquillParticipant *one = COQUILL_PARTICIPANT ((gpointer)a);
  CoquillParticipant *other = COQUILL_PARTICIPANT ((gpointer)b);
  int order = coquill_participant_is_self (other) - coquill_participant_is_self (one);

  if (order == 0)
    order = coquill_participant_is_present (other) - coquill_participant_is_present (one);
  if (order == 0)
    order = g_utf8_collate (coquill_participant_get_name (one), coquill_participant_get_name (other));
  if (order == 0)
    order = strcmp (coquill_participant_get_device (one), coquill_participant_get_device (other));
  return order;
}

/* Moves one item to where it belongs, so that the others' rows stay as they are. */
static void
reorder (CoquillReplica *self, CoquillParticipant *participant)
{
  GListStore *list = self->people.list;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (list));
  guint from, to = 0;

  if (!g_list_store_find (list, participant, &from))
    return;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (CoquillParticipant) other = g_list_model_get_item (G_LIST_MODEL (list), i);

      if (other != participant && compare (other, participant, NULL) < 0)
        to++;
    }
  if (to == from)
    return;
  g_object_ref (participant);
  g_list_store_remove (list, from);
  g_list_store_insert (list, to, participant);
  g_object_unref (participant);
}

CoquillReplicaPeer *
coquill_replica_people_get (CoquillReplica *self, const guint8 *device)
{
  g_autofree char *name = device_to_string (device);
  CoquillReplicaPeer *peer = g_hash_table_lookup (self->people.by_device, name);

  if (peer != NULL)
    return peer;
  peer = g_new0 (CoquillReplicaPeer, 1);
  memcpy (peer->device, device, sizeof peer->device);
  peer->participant = coquill_participant_new (name, FALSE);
  g_hash_table_insert (self->people.by_device, g_steal_pointer (&name), peer);
  g_list_store_insert_sorted (self->people.list, peer->participant, compare, NULL);
  return peer;
}

void
coquill_replica_people_init (CoquillReplica *self)
{
  CoquillReplicaPeople *people = &self->people;
  g_autofree char *device = device_to_string (coquill_device_keys_get_public (self->keys)->sign);
  CoquillReplicaPeer *peer = g_new0 (CoquillReplicaPeer, 1);

  people->list = g_list_store_new (COQUILL_TYPE_PARTICIPANT);
  people->by_device = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, peer_free);
  people->self = coquill_participant_new (device, TRUE);
  peer->participant = g_object_ref (people->self);
  g_hash_table_insert (people->by_device, g_steal_pointer (&device), peer);
  g_list_store_append (people->list, people->self);
  coquill_replica_people_update_self (self);
}

void
coquill_replica_people_begin_run (CoquillReplica *self)
{
  do
    coquill_random_fill ((guint8 *)&self->people.nonce, sizeof self->people.nonce);
  while (self->people.nonce == 0);
}

void
coquill_replica_people_clear (CoquillReplica *self)
{
  CoquillReplicaPeople *people = &self->people;

  g_clear_handle_id (&people->typing_timer, g_source_remove);
  g_clear_pointer (&people->by_device, g_hash_table_unref);
  g_clear_object (&people->self);
  g_clear_object (&people->list);
}

/* Names and colors */

static const char *
get_record (CoquillReplica *self, const char *device, const char *field)
{
  return coquill_document_get_record (self->document, "people", device, field);
}

/* All at once, before anybody is told anything: nobody is seen as none in between. */
static void
update_membership (CoquillReplica *self, GPtrArray *members)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->people.by_device);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((CoquillReplicaPeer *)value)->is_in_log = FALSE;
  for (guint i = 0; i < members->len; i++)
    {
      const CoquillMember *member = members->pdata[i];

      coquill_replica_people_get (self, member->device.sign)->is_in_log = TRUE;
    }
  g_hash_table_iter_init (&iter, self->people.by_device);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((CoquillReplicaPeer *)value)->is_member = ((CoquillReplicaPeer *)value)->is_in_log;
}

void
coquill_replica_people_update (CoquillReplica *self)
{
  g_autoptr (GPtrArray) members = coquill_document_list_members (self->document);

  update_membership (self, members);
  for (guint i = 0; i < members->len; i++)
    {
      const CoquillMember *member = members->pdata[i];
      CoquillReplicaPeer *peer = coquill_replica_people_get (self, member->device.sign);
      const char *device = coquill_participant_get_device (peer->participant);
      g_autofree char *name = NULL;

      if (peer->participant == self->people.self)
        continue;
      name = coquill_document_dup_name (self->document, member->device.sign);
      coquill_participant_set_name (peer->participant, name);
      coquill_participant_set_color (peer->participant, get_record (self, device, "color"));
      reorder (self, peer->participant);
    }
  coquill_replica_direct_update (self);
}

static void
write_record (CoquillReplica *self, const char *field, const char *value)
{
  const char *device = coquill_participant_get_device (self->people.self);
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (get_record (self, device, field), value) != 0
      && !coquill_document_set_record (self->document, "people", device, field, value, &error))
    g_message ("Document %.8s: the %s can't be written: %s", self->id, field, error->message);
}

void
coquill_replica_people_update_self (CoquillReplica *self)
{
  if (self->library == NULL)
    return;
  coquill_participant_set_name (self->people.self, coquill_library_get_name (self->library));
  coquill_participant_set_color (self->people.self, coquill_library_get_color (self->library));
  /* In a document that is shared with nobody the name would only be told to a later reader of the log. */
  if (self->document == NULL || self->traffic.relay == NULL || self->read_only
      || !coquill_document_can_edit (self->document))
    return;
  write_record (self, "name", coquill_participant_get_name (self->people.self));
  write_record (self, "color", coquill_participant_get_color (self->people.self));
  coquill_replica_people_announce (self);
  coquill_replica_schedule_flush (self);
}

CoquillParticipant *
coquill_replica_people_author (CoquillReplica *self, guint32 agent)
{
  const guint8 *device
      = agent != COQUILL_NO_AGENT ? coquill_document_get_author (self->document, agent) : NULL;

  return device != NULL ? coquill_replica_people_get (self, device)->participant : NULL;
}

/* Others' presence */

static gboolean
typing_over_cb (gpointer data)
{
  CoquillReplicaPeer *peer = data;

  peer->typing_timer = 0;
  coquill_participant_set_typing (peer->participant, FALSE);
  return G_SOURCE_REMOVE;
}

static void
place_caret (CoquillReplica *self, CoquillReplicaPeer *peer)
{
  guint64 caret, bound;

  if (self->document == NULL || peer->caret.place == COQUILL_WIRE_ANCHOR_NONE
      || !coquill_document_resolve (self->document, &peer->caret, &caret))
    {
      coquill_participant_clear_caret (peer->participant);
      return;
    }
  if (peer->selection.place == COQUILL_WIRE_ANCHOR_NONE
      || !coquill_document_resolve (self->document, &peer->selection, &bound))
    bound = caret;
  coquill_participant_set_caret (peer->participant, caret, bound);
}

static void
set_present (CoquillReplica *self, CoquillReplicaPeer *peer, gboolean present)
{
  CoquillParticipant *participant = peer->participant;
  gboolean changes = coquill_participant_is_present (participant) != present;

  if (!present)
    {
      memset (&peer->caret, 0, sizeof peer->caret);
      memset (&peer->selection, 0, sizeof peer->selection);
      g_clear_handle_id (&peer->typing_timer, g_source_remove);
      coquill_participant_set_typing (participant, FALSE);
      coquill_participant_clear_caret (participant);
    }
  coquill_participant_set_present (participant, present);
  coquill_replica_direct_show (self, peer);
  if (changes)
    reorder (self, participant);
}

void
coquill_replica_people_presence (CoquillReplica *self, const guint8 *sender, GBytes *body)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillPresence) presence = coquill_presence_decode (body, &error);
  char color[8];
  CoquillReplicaPeer *peer;

  if (presence == NULL)
    {
      g_debug ("Document %.8s: a presence was dropped: %s", self->id, error->message);
      return;
    }
  peer = coquill_replica_people_get (self, sender);
  if (peer->participant == self->people.self)
    return;
  if (presence->leaving)
    {
      set_present (self, peer, FALSE);
      coquill_replica_direct_update (self);
      return;
    }

  g_snprintf (color, sizeof color, "#%06x", presence->color & 0xffffffu);
  coquill_participant_set_name (peer->participant, presence->name);
  coquill_participant_set_color (peer->participant, color);
  coquill_participant_set_last_seen (peer->participant, g_get_real_time ());
  set_present (self, peer, TRUE);
  reorder (self, peer->participant);

  g_clear_handle_id (&peer->typing_timer, g_source_remove);
  if (presence->typing)
    peer->typing_timer
        = g_timeout_add ((guint)(COQUILL_REPLICA_TYPING / G_TIME_SPAN_MILLISECOND), typing_over_cb, peer);
  coquill_participant_set_typing (peer->participant, presence->typing);

  peer->caret = presence->caret;
  peer->selection = presence->selection;
  place_caret (self, peer);

  coquill_replica_direct_set_run (self, peer, presence->agent_nonce);
  coquill_replica_direct_update (self);
}

void
coquill_replica_people_came (CoquillReplica *self, const guint8 *sender)
{
  CoquillReplicaPeer *peer = coquill_replica_people_get (self, sender);

  if (peer->participant == self->people.self)
    return;
  coquill_participant_set_last_seen (peer->participant, g_get_real_time ());
  set_present (self, peer, TRUE);
  coquill_replica_direct_update (self);
}

void
coquill_replica_people_left (CoquillReplica *self, const guint8 *sender)
{
  CoquillReplicaPeer *peer = coquill_replica_people_get (self, sender);

  if (peer->participant == self->people.self)
    return;
  set_present (self, peer, FALSE);
  coquill_replica_direct_update (self);
}

void
coquill_replica_people_all_left (CoquillReplica *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->people.by_device);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CoquillReplicaPeer *peer = value;

      if (peer->participant != self->people.self && coquill_participant_is_present (peer->participant)
          && !coquill_replica_direct_is_up (self, peer))
        set_present (self, peer, FALSE);
    }
  coquill_replica_direct_update (self);
}

void
coquill_replica_people_move_carets (CoquillReplica *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->people.by_device);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((CoquillReplicaPeer *)value)->caret.place != COQUILL_WIRE_ANCHOR_NONE)
      place_caret (self, value);
}

/* This device's presence */

static CoquillPresence *
make_presence (CoquillReplica *self)
{
  CoquillReplicaPeople *people = &self->people;
  CoquillPresence *presence;
  const char *name = coquill_participant_get_name (people->self);
  g_autofree char *cut = g_strdup (name);

  if (strlen (cut) > COQUILL_PRESENCE_NAME_MAX)
    *g_utf8_find_prev_char (cut, cut + COQUILL_PRESENCE_NAME_MAX + 1) = '\0';
  presence = coquill_presence_new (cut);
  presence->color = (guint32)g_ascii_strtoull (coquill_participant_get_color (people->self) + 1, NULL, 16);
  presence->agent_nonce = people->nonce;
  presence->typing
      = people->last_key > 0 && g_get_monotonic_time () - people->last_key < COQUILL_REPLICA_TYPING;
  return presence;
}

/* A caret belongs to the character before it, so that it goes along with what is written there; at the start
 * of the text it stays. */
static void
anchor (CoquillReplica *self, guint64 position, CoquillWireAnchor *place)
{
  guint64 length = coquill_replica_get_length (self);

  position = MIN (position, length);
  if (position == 0)
    coquill_document_anchor (self->document, 0, COQUILL_ANCHOR_START, place);
  else
    coquill_document_anchor (self->document, position, COQUILL_ANCHOR_AFTER, place);
}

void
coquill_replica_people_announce (CoquillReplica *self)
{
  CoquillReplicaPeople *people = &self->people;
  g_autoptr (CoquillPresence) presence = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (self->traffic.sync == NULL || self->traffic.relay == NULL || self->read_only)
    return;
  presence = make_presence (self);
  if (people->has_caret)
    {
      anchor (self, people->caret, &presence->caret);
      if (people->selection_bound != people->caret)
        anchor (self, people->selection_bound, &presence->selection);
    }
  bytes = coquill_presence_encode (presence);
  coquill_sync_set_presence (self->traffic.sync, bytes, g_get_monotonic_time ());
}

GBytes *
coquill_replica_people_greeting (CoquillReplica *self)
{
  g_autoptr (CoquillPresence) presence = make_presence (self);

  return coquill_presence_encode (presence);
}

GBytes *
coquill_replica_people_farewell (CoquillReplica *self)
{
  g_autoptr (CoquillPresence) presence = make_presence (self);

  presence->typing = FALSE;
  presence->leaving = TRUE;
  return coquill_presence_encode (presence);
}

static gboolean
self_typing_over_cb (gpointer data)
{
  CoquillReplica *self = data;

  self->people.typing_timer = 0;
  coquill_participant_set_typing (self->people.self, FALSE);
  return G_SOURCE_REMOVE;
}

void
coquill_replica_people_typed (CoquillReplica *self)
{
  CoquillReplicaPeople *people = &self->people;

  people->last_key = g_get_monotonic_time ();
  coquill_participant_set_typing (people->self, TRUE);
  g_clear_handle_id (&people->typing_timer, g_source_remove);
  people->typing_timer
      = g_timeout_add ((guint)(COQUILL_REPLICA_TYPING / G_TIME_SPAN_MILLISECOND), self_typing_over_cb, self);
}

void
coquill_replica_set_caret (CoquillReplica *self, guint64 caret, guint64 selection_bound)
{
  CoquillReplicaPeople *people = &self->people;

  g_return_if_fail (COQUILL_IS_REPLICA (self));

  people->has_caret = TRUE;
  people->caret = caret;
  people->selection_bound = selection_bound;
  coquill_participant_set_caret (people->self, caret, selection_bound);
  coquill_replica_people_announce (self);
  coquill_replica_pump (self);
}

void
coquill_replica_clear_caret (CoquillReplica *self)
{
  g_return_if_fail (COQUILL_IS_REPLICA (self));

  self->people.has_caret = FALSE;
  coquill_participant_clear_caret (self->people.self);
  coquill_replica_people_announce (self);
  coquill_replica_pump (self);
}
