/* document.c: a document: making it, and what it can be asked */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-private.h"

#include <string.h>

#include "trust/entry-signature.h"
#include "trust/random.h"

CoquillDocument *
coquill_document_new (CoquillDeviceKeys *keys, const guint8 *id, CoquillText *text)
{
  CoquillDocument *self = g_new0 (CoquillDocument, 1);

  memcpy (self->id, id, 32);
  self->keys = coquill_device_keys_ref (keys);
  self->device = *coquill_device_keys_get_public (keys);
  self->text = text;
  self->records = coquill_record_table_new ();
  self->undo = coquill_undo_stack_new ();
  self->log = coquill_membership_new (id);
  self->ring = coquill_epoch_ring_new ();
  self->invite_seeds = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_secret_unref);
  self->chains = coquill_chain_set_new (id, text);
  self->seals = coquill_seal_list_new ();
  self->outgoing = coquill_body_array_new ();
  self->agent = COQUILL_NO_AGENT;
  self->under = g_array_new (FALSE, FALSE, sizeof (CoquillDigest));
  self->pending = coquill_pending_changes_new ();
  self->history = g_array_new (FALSE, FALSE, sizeof (CoquillStoredBody));
  self->later = g_array_new (FALSE, FALSE, sizeof (CoquillStoredBody));
  self->history_lengths = g_array_new (FALSE, TRUE, sizeof (guint64));
  self->stored_seals = g_array_new (FALSE, FALSE, sizeof (CoquillSeal));
  self->tail = coquill_body_array_new ();
  self->counters = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
  self->flushed = coquill_text_n_items (text);
  self->complete = TRUE;

  return self;
}

void
coquill_document_free (CoquillDocument *self)
{
  coquill_record_table_free (self->records);
  coquill_undo_stack_free (self->undo);
  coquill_membership_free (self->log);
  coquill_epoch_ring_free (self->ring);
  g_ptr_array_unref (self->invite_seeds);
  g_clear_pointer (&self->invite, coquill_invite_keys_unref);
  coquill_chain_set_free (self->chains);
  coquill_seal_list_free (self->seals);
  g_ptr_array_unref (self->outgoing);
  g_array_unref (self->under);
  coquill_pending_changes_free (self->pending);
  g_array_unref (self->history);
  g_array_unref (self->later);
  g_array_unref (self->history_lengths);
  g_array_unref (self->stored_seals);
  g_ptr_array_unref (self->tail);
  g_hash_table_unref (self->counters);
  coquill_text_free (self->text);
  coquill_device_keys_unref (self->keys);
  g_free (self->name);
  g_free (self);
}

CoquillDocument *
coquill_document_found (CoquillDeviceKeys *keys, const char *name, gint64 now)
{
  g_autoptr (CoquillLogEntry) entry
      = coquill_log_entry_new (COQUILL_LOG_FOUND, NULL, coquill_device_keys_get_public (keys)->sign, NULL, 0);
  g_autoptr (CoquillSignedEntry) carried = NULL;
  g_autoptr (CoquillRoomKeys) room_keys = coquill_room_keys_new ();
  CoquillDocument *self;
  guint8 id[32];

  entry->found.device = *coquill_device_keys_get_public (keys);
  entry->found.name = g_strdup (name);
  coquill_random_fill (entry->found.random, sizeof entry->found.random);
  carried = coquill_entry_sign (entry, keys);
  coquill_entry_id (carried->entry, id);

  self = coquill_document_new (keys, id, coquill_text_new ());
  coquill_epoch_ring_set_room_keys (self->ring, room_keys);
  if (!coquill_document_add_own_entry (self, entry, NULL) || !coquill_document_mint_epoch (self, NULL))
    g_assert_not_reached ();

  return self;
}

const guint8 *
coquill_document_get_id (CoquillDocument *self)
{
  return self->id;
}

const guint8 *
coquill_document_get_device (CoquillDocument *self)
{
  return self->device.sign;
}

CoquillText *
coquill_document_get_text (CoquillDocument *self)
{
  return self->text;
}

CoquillDocumentNews
coquill_document_take_news (CoquillDocument *self)
{
  CoquillDocumentNews news = self->news;

  if (self->outgoing->len > 0 || self->flushed < coquill_text_n_items (self->text))
    news |= COQUILL_DOCUMENT_NEWS_OUTGOING;
  self->news = 0;

  return news;
}

CoquillRole
coquill_document_get_role (CoquillDocument *self, const guint8 *device)
{
  const CoquillMember *member = coquill_membership_get_member (self->log, device);

  return member != NULL ? member->role : 0;
}

gboolean
coquill_document_can_edit (CoquillDocument *self)
{
  return coquill_document_get_role (self, self->device.sign) >= COQUILL_ROLE_EDITOR;
}

gboolean
coquill_document_is_joining (CoquillDocument *self)
{
  return self->invite != NULL && coquill_document_get_role (self, self->device.sign) == 0;
}

static void
member_free_cb (gpointer member)
{
  coquill_member_free (member);
}

GPtrArray *
coquill_document_list_members (CoquillDocument *self)
{
  g_autoptr (GPtrArray) members = coquill_membership_list_members (self->log);
  GPtrArray *copies = g_ptr_array_new_with_free_func (member_free_cb);

  for (guint i = 0; i < members->len; i++)
    {
      const CoquillMember *member = g_ptr_array_index (members, i);

      g_ptr_array_add (copies, coquill_member_new (&member->device, member->role, member->name));
    }

  return copies;
}

char *
coquill_document_dup_name (CoquillDocument *self, const guint8 *device)
{
  char hexadecimal[65];
  const CoquillMember *member;
  const char *record;

  for (guint i = 0; i < 32; i++)
    g_snprintf (hexadecimal + 2 * i, 3, "%02x", device[i]);
  record = coquill_document_get_record (self, "people", hexadecimal, "name");
  if (record != NULL && *record != '\0')
    return g_strdup (record);
  member = coquill_membership_get_member (self->log, device);

  return member != NULL ? g_strdup (member->name) : NULL;
}

const guint8 *
coquill_document_get_author (CoquillDocument *self, guint32 agent)
{
  return coquill_text_agent (self->text, agent)->device;
}

void
coquill_document_anchor (CoquillDocument *self,
                         guint64 position,
                         CoquillAnchorKind kind,
                         CoquillWireAnchor *anchor)
{
  static const CoquillWireAnchorPlace places[] = {
    [COQUILL_ANCHOR_START] = COQUILL_WIRE_ANCHOR_START,
    [COQUILL_ANCHOR_END] = COQUILL_WIRE_ANCHOR_END,
    [COQUILL_ANCHOR_BEFORE] = COQUILL_WIRE_ANCHOR_BEFORE,
    [COQUILL_ANCHOR_AFTER] = COQUILL_WIRE_ANCHOR_AFTER,
  };
  CoquillAnchor place = coquill_text_anchor (self->text, position, kind);

  memset (anchor, 0, sizeof *anchor);
  anchor->place = places[place.kind];
  if (place.kind == COQUILL_ANCHOR_BEFORE || place.kind == COQUILL_ANCHOR_AFTER)
    {
      const CoquillAgent *agent = coquill_text_agent (self->text, place.agent);

      memcpy (anchor->device, agent->device, 32);
      anchor->ordinal = agent->ordinal;
      anchor->nonce = agent->nonce;
      anchor->sequence = place.sequence;
    }
}

gboolean
coquill_document_resolve (CoquillDocument *self, const CoquillWireAnchor *anchor, guint64 *position)
{
  CoquillAnchor place = { 0 };

  switch (anchor->place)
    {
    case COQUILL_WIRE_ANCHOR_START:
      place.kind = COQUILL_ANCHOR_START;
      break;
    case COQUILL_WIRE_ANCHOR_END:
      place.kind = COQUILL_ANCHOR_END;
      break;
    case COQUILL_WIRE_ANCHOR_BEFORE:
    case COQUILL_WIRE_ANCHOR_AFTER:
      {
        CoquillAgent agent = { .ordinal = anchor->ordinal, .nonce = anchor->nonce };

        memcpy (agent.device, anchor->device, 32);
        place.kind
            = anchor->place == COQUILL_WIRE_ANCHOR_BEFORE ? COQUILL_ANCHOR_BEFORE : COQUILL_ANCHOR_AFTER;
        place.agent = coquill_text_find_agent (self->text, &agent);
        place.sequence = anchor->sequence;
        if (place.agent == COQUILL_NO_AGENT)
          return FALSE;
        break;
      }
    case COQUILL_WIRE_ANCHOR_NONE:
    default:
      return FALSE;
    }

  return coquill_text_resolve (self->text, &place, position);
}
