/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unpack.c: bounded unpacking of Protocol Buffers; only for the files of this folder */

#include "wire/unpack.h"

#include <stdlib.h>
#include <string.h>

/* What a message of our schemas takes in memory, over its bytes on the wire. */
#define BUDGET_FACTOR 16
#define BUDGET_BASE (16 * 1024)

/* Each block starts with its size, so that it can be wiped. */
#define PREFIX_SIZE 16

typedef struct
{
  gsize left;
} Budget;

static void *
budget_alloc (void *data, size_t size)
{
  Budget *budget = data;
  guint8 *block;

  /* The allocation's own cost counts, or a million empty ones would be free. */
  if (size > budget->left || budget->left - size < PREFIX_SIZE)
    return NULL;

  block = malloc (PREFIX_SIZE + size);
  if (block == NULL)
    return NULL;

  budget->left -= size + PREFIX_SIZE;
  memcpy (block, &size, sizeof size);
  return block + PREFIX_SIZE;
}

static void
budget_free (void *data, void *pointer)
{
  guint8 *block;
  size_t size;

  if (pointer == NULL)
    return;

  block = (guint8 *)pointer - PREFIX_SIZE;
  memcpy (&size, block, sizeof size);
  explicit_bzero (pointer, size);
  free (block);
}

gpointer
coquill_unpack (const ProtobufCMessageDescriptor *descriptor,
                const guint8 *bytes,
                gsize length,
                gsize limit,
                GError **error)
{
  Budget budget;
  ProtobufCAllocator allocator = { budget_alloc, budget_free, &budget };
  ProtobufCMessage *message;

  if (length > limit)
    {
      g_set_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_TOO_LARGE,
                   "%s of %" G_GSIZE_FORMAT " bytes is over the limit of %" G_GSIZE_FORMAT,
                   descriptor->short_name, length, limit);
      return NULL;
    }

  budget.left = length * BUDGET_FACTOR + BUDGET_BASE;
  message = protobuf_c_message_unpack (descriptor, &allocator, length, bytes);
  if (message == NULL)
    g_set_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_MALFORMED, "bytes are no %s",
                 descriptor->short_name);

  return message;
}

void
coquill_unpack_free (gpointer message)
{
  ProtobufCAllocator allocator = { budget_alloc, budget_free, NULL };

  if (message != NULL)
    protobuf_c_message_free_unpacked (message, &allocator);
}

GBytes *
coquill_pack (const ProtobufCMessage *message)
{
  gsize size = protobuf_c_message_get_packed_size (message);
  guint8 *bytes = g_malloc (MAX (size, 1));

  protobuf_c_message_pack (message, bytes);
  return g_bytes_new_take (bytes, size);
}

gboolean
coquill_unpack_copy (
    const ProtobufCBinaryData *from, guint8 *to, gsize length, const char *what, GError **error)
{
  if (from->len != length)
    {
      g_set_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_MALFORMED,
                   "%s has %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT, what, (gsize)from->len, length);
      return FALSE;
    }

  memcpy (to, from->data, length);
  return TRUE;
}

char *
coquill_unpack_text (const char *from, gsize limit, const char *what, GError **error)
{
  gsize length = strlen (from);

  if (length > limit)
    {
      g_set_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_TOO_LARGE,
                   "%s of %" G_GSIZE_FORMAT " bytes is over the limit of %" G_GSIZE_FORMAT, what, length,
                   limit);
      return NULL;
    }
  if (!g_utf8_validate_len (from, length, NULL))
    {
      g_set_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_MALFORMED, "%s is not UTF-8", what);
      return NULL;
    }

  return g_strndup (from, length);
}
