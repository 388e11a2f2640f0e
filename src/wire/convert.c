/* SPDX-License-Identifier: GPL-3.0-or-later */
/* convert.c: conversions that several messages share; only for the files of this folder */

#include "wire/convert-private.h"

#include "wire/unpack.h"

gboolean
coquill_convert_refuse (GError **error, CoquillWireError code, const char *what)
{
  g_set_error_literal (error, COQUILL_WIRE_ERROR, code, what);
  return FALSE;
}

ProtobufCBinaryData
coquill_convert_view (gconstpointer bytes, gsize length)
{
  return (ProtobufCBinaryData){ length, (guint8 *)bytes };
}

ProtobufCBinaryData
coquill_convert_view_bytes (GBytes *bytes)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (bytes, &length);

  return coquill_convert_view (data, length);
}

GBytes *
coquill_convert_bytes_in (const ProtobufCBinaryData *from)
{
  return g_bytes_new (from->data, from->len);
}

ProtobufCBinaryData *
coquill_convert_digests_out (const CoquillDigest *digests, gsize n_digests)
{
  ProtobufCBinaryData *views = g_new (ProtobufCBinaryData, n_digests);

  for (gsize i = 0; i < n_digests; i++)
    views[i] = coquill_convert_view (digests[i].bytes, sizeof digests[i].bytes);
  return views;
}

gboolean
coquill_convert_digests_in (const ProtobufCBinaryData *from,
                            gsize n_from,
                            gsize limit,
                            const char *what,
                            CoquillDigest **digests,
                            gsize *n_digests,
                            GError **error)
{
  g_autofree CoquillDigest *copies = NULL;

  if (n_from > limit)
    {
      g_set_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_TOO_LARGE,
                   "%" G_GSIZE_FORMAT " of %s are over the limit of %" G_GSIZE_FORMAT, n_from, what, limit);
      return FALSE;
    }

  copies = g_new (CoquillDigest, n_from);
  for (gsize i = 0; i < n_from; i++)
    if (!coquill_unpack_copy (&from[i], copies[i].bytes, sizeof copies[i].bytes, what, error))
      return FALSE;

  *digests = g_steal_pointer (&copies);
  *n_digests = n_from;
  return TRUE;
}

/* Pointers first, the messages they point to behind them, in one block. */
Coquill__Document__VectorEntry **
coquill_convert_vector_out (const CoquillWireVector *vector)
{
  Coquill__Document__VectorEntry **pointers = g_new (Coquill__Document__VectorEntry *, vector->n_entries + 1);
  Coquill__Document__VectorEntry *messages = g_new (Coquill__Document__VectorEntry, vector->n_entries);

  pointers[0] = messages;
  for (gsize i = 0; i < vector->n_entries; i++)
    {
      const CoquillVectorEntry *entry = &vector->entries[i];
      Coquill__Document__VectorEntry *message = &messages[i];

      coquill__document__vector_entry__init (message);
      message->device = coquill_convert_view (entry->device, sizeof entry->device);
      message->ordinal = entry->ordinal;
      message->nonce = entry->nonce;
      message->length = entry->length;
      message->digest = coquill_convert_view (entry->digest, sizeof entry->digest);
      pointers[i] = message;
    }

  return pointers;
}

void
coquill_convert_vector_out_free (Coquill__Document__VectorEntry **entries)
{
  g_free (entries[0]);
  g_free (entries);
}

gboolean
coquill_convert_vector_in (Coquill__Document__VectorEntry **from,
                           gsize n_from,
                           CoquillWireVector *vector,
                           GError **error)
{
  g_autofree CoquillVectorEntry *entries = NULL;

  if (n_from > COQUILL_WIRE_VECTOR_MAX)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE, "a vector has too many entries");

  entries = g_new0 (CoquillVectorEntry, n_from);
  for (gsize i = 0; i < n_from; i++)
    {
      if (!coquill_unpack_copy (&from[i]->device, entries[i].device, sizeof entries[i].device,
                                "vector.device", error)
          || !coquill_unpack_copy (&from[i]->digest, entries[i].digest, sizeof entries[i].digest,
                                   "vector.digest", error))
        return FALSE;
      entries[i].ordinal = from[i]->ordinal;
      entries[i].nonce = from[i]->nonce;
      entries[i].length = from[i]->length;
    }

  vector->entries = g_steal_pointer (&entries);
  vector->n_entries = n_from;
  return TRUE;
}

static gboolean
names_a_character (guint32 place)
{
  return place == COQUILL_WIRE_ANCHOR_BEFORE || place == COQUILL_WIRE_ANCHOR_AFTER;
}

void
coquill_convert_anchor_out (const CoquillWireAnchor *anchor, Coquill__Document__Anchor *message)
{
  coquill__document__anchor__init (message);
  message->place = anchor->place;
  if (!names_a_character (anchor->place))
    return;

  message->device = coquill_convert_view (anchor->device, sizeof anchor->device);
  message->ordinal = anchor->ordinal;
  message->nonce = anchor->nonce;
  message->sequence = anchor->sequence;
}

gboolean
coquill_convert_anchor_in (const Coquill__Document__Anchor *message,
                           CoquillWireAnchor *anchor,
                           GError **error)
{
  *anchor = (CoquillWireAnchor){ COQUILL_WIRE_ANCHOR_NONE };
  if (message == NULL)
    return TRUE;
  if (message->place > COQUILL_WIRE_ANCHOR_AFTER)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "anchor.place is unknown");

  anchor->place = message->place;
  if (!names_a_character (anchor->place))
    return TRUE;

  anchor->ordinal = message->ordinal;
  anchor->nonce = message->nonce;
  anchor->sequence = message->sequence;
  return coquill_unpack_copy (&message->device, anchor->device, sizeof anchor->device, "anchor.device",
                              error);
}

Coquill__Document__EpochBoxes *
coquill_convert_boxes_out (const CoquillEpochBoxes *boxes)
{
  Coquill__Document__EpochBoxes *message = g_new (Coquill__Document__EpochBoxes, 1);
  Coquill__Document__EpochBox *contents = g_new (Coquill__Document__EpochBox, boxes->n_boxes);

  coquill__document__epoch_boxes__init (message);
  message->salt = coquill_convert_view (boxes->salt, sizeof boxes->salt);
  if (boxes->earlier != NULL)
    message->earlier = coquill_convert_view_bytes (boxes->earlier);

  message->boxes = g_new (Coquill__Document__EpochBox *, boxes->n_boxes + 1);
  message->boxes[0] = contents;
  message->n_boxes = boxes->n_boxes;
  for (gsize i = 0; i < boxes->n_boxes; i++)
    {
      coquill__document__epoch_box__init (&contents[i]);
      contents[i].tag = coquill_convert_view (boxes->boxes[i].tag, sizeof boxes->boxes[i].tag);
      contents[i].sealed = coquill_convert_view_bytes (boxes->boxes[i].sealed);
      message->boxes[i] = &contents[i];
    }

  return message;
}

void
coquill_convert_boxes_out_free (Coquill__Document__EpochBoxes *message)
{
  g_free (message->boxes[0]);
  g_free (message->boxes);
  g_free (message);
}

CoquillEpochBoxes *
coquill_convert_boxes_in (const Coquill__Document__EpochBoxes *message, GError **error)
{
  g_autoptr (CoquillEpochBoxes) boxes = NULL;
  guint8 salt[COQUILL_EPOCH_SALT_SIZE];

  if (message == NULL)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "an epoch has no boxes");
      return NULL;
    }
  if (message->n_boxes > COQUILL_EPOCH_MAX_BOXES)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE, "an epoch has too many boxes");
      return NULL;
    }
  if (!coquill_unpack_copy (&message->salt, salt, sizeof salt, "epoch.salt", error))
    return NULL;

  boxes = coquill_epoch_boxes_new (salt);
  for (gsize i = 0; i < message->n_boxes; i++)
    {
      const Coquill__Document__EpochBox *box = message->boxes[i];
      guint8 tag[COQUILL_EPOCH_TAG_SIZE];
      g_autoptr (GBytes) sealed = NULL;

      if (!coquill_unpack_copy (&box->tag, tag, sizeof tag, "epoch.tag", error))
        return NULL;
      if (box->sealed.len == 0 || box->sealed.len > COQUILL_EPOCH_BOX_MAX)
        {
          coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE,
                                  "a sealed box has an impossible length");
          return NULL;
        }

      sealed = coquill_convert_bytes_in (&box->sealed);
      coquill_epoch_boxes_add (boxes, tag, sealed);
    }

  if (message->earlier.len > 0)
    boxes->earlier = coquill_convert_bytes_in (&message->earlier);
  return g_steal_pointer (&boxes);
}
