/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record.c: the payload of a record item inside a change */

#include "wire/record.h"

#include "wire/convert-private.h"
#include "wire/unpack.h"

/* A value with its three names, or the heads, and some fields around them. */
#define RECORD_MAX (COQUILL_RECORD_VALUE_MAX + 4096)

CoquillRecord *
coquill_record_new_write (const char *collection, const char *item, const char *field, GBytes *value)
{
  CoquillRecord *self = g_new0 (CoquillRecord, 1);

  self->kind = COQUILL_RECORD_WRITE;
  self->collection = g_strdup (collection);
  self->item = g_strdup (item);
  self->field = g_strdup (field);
  self->value = value != NULL ? g_bytes_ref (value) : NULL;
  return self;
}

CoquillRecord *
coquill_record_new_under (const CoquillDigest *heads, gsize n_heads)
{
  CoquillRecord *self;

  g_return_val_if_fail (n_heads <= COQUILL_RECORD_MAX_HEADS, NULL);

  self = g_new0 (CoquillRecord, 1);
  self->kind = COQUILL_RECORD_UNDER;
  self->heads = g_memdup2 (heads, n_heads * sizeof *heads);
  self->n_heads = n_heads;
  return self;
}

GBytes *
coquill_record_encode (const CoquillRecord *self)
{
  Coquill__Document__Record message = COQUILL__DOCUMENT__RECORD__INIT;
  Coquill__Document__RecordWrite write = COQUILL__DOCUMENT__RECORD_WRITE__INIT;
  Coquill__Document__RecordUnder under = COQUILL__DOCUMENT__RECORD_UNDER__INIT;
  g_autofree ProtobufCBinaryData *heads = coquill_convert_digests_out (self->heads, self->n_heads);

  switch (self->kind)
    {
    case COQUILL_RECORD_WRITE:
      write.collection = self->collection;
      write.item = self->item;
      write.field = self->field;
      write.removed = self->value == NULL;
      if (self->value != NULL)
        write.value = coquill_convert_view_bytes (self->value);
      message.kind_case = COQUILL__DOCUMENT__RECORD__KIND_WRITE;
      message.write = &write;
      break;
    case COQUILL_RECORD_UNDER:
      under.heads = heads;
      under.n_heads = self->n_heads;
      message.kind_case = COQUILL__DOCUMENT__RECORD__KIND_UNDER;
      message.under = &under;
      break;
    default:
      g_return_val_if_reached (NULL);
    }

  return coquill_pack (&message.base);
}

static gboolean
write_in (const Coquill__Document__RecordWrite *message, CoquillRecord *self, GError **error)
{
  if (message->value.len > COQUILL_RECORD_VALUE_MAX)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE, "a record's value is too long");
  if (message->removed && message->value.len > 0)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "a removed record has a value");
  if (*message->collection == '\0' || *message->field == '\0')
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "a record has no name");

  self->kind = COQUILL_RECORD_WRITE;
  self->collection
      = coquill_unpack_text (message->collection, COQUILL_RECORD_NAME_MAX, "record.collection", error);
  if (self->collection == NULL)
    return FALSE;
  self->item = coquill_unpack_text (message->item, COQUILL_RECORD_NAME_MAX, "record.item", error);
  if (self->item == NULL)
    return FALSE;
  self->field = coquill_unpack_text (message->field, COQUILL_RECORD_NAME_MAX, "record.field", error);
  if (self->field == NULL)
    return FALSE;

  self->value = message->removed ? NULL : coquill_convert_bytes_in (&message->value);
  return TRUE;
}

static CoquillRecord *
from_message (const Coquill__Document__Record *message, GError **error)
{
  g_autoptr (CoquillRecord) self = g_new0 (CoquillRecord, 1);
  gboolean ok = FALSE;

  switch ((guint)message->kind_case)
    {
    case COQUILL__DOCUMENT__RECORD__KIND_WRITE:
      ok = write_in (message->write, self, error);
      break;
    case COQUILL__DOCUMENT__RECORD__KIND_UNDER:
      self->kind = COQUILL_RECORD_UNDER;
      ok = coquill_convert_digests_in (message->under->heads, message->under->n_heads,
                                       COQUILL_RECORD_MAX_HEADS, "record.heads", &self->heads, &self->n_heads,
                                       error);
      break;
    default:
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION,
                              "a record is of an unknown kind");
      break;
    }

  return ok ? g_steal_pointer (&self) : NULL;
}

CoquillRecord *
coquill_record_decode (GBytes *bytes, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Coquill__Document__Record *message;
  CoquillRecord *self;

  message = coquill_unpack (&coquill__document__record__descriptor, data, length, RECORD_MAX, error);
  if (message == NULL)
    return NULL;

  self = from_message (message, error);
  coquill_unpack_free (message);
  return self;
}

void
coquill_record_free (CoquillRecord *self)
{
  g_free (self->collection);
  g_free (self->item);
  g_free (self->field);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_free (self->heads);
  g_free (self);
}
