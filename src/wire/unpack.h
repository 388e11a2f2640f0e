/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unpack.h: bounded unpacking of Protocol Buffers; only for the files of this folder */

#pragma once

#include <glib.h>
#include <protobuf-c/protobuf-c.h>

#include "wire/error.h"

G_BEGIN_DECLS

/**
 * coquill_unpack:
 * @descriptor: the generated message type
 * @bytes: (array length=length): what came from outside
 * @length: bytes
 * @limit: the greatest length that this message may have
 * @error: return location of a %COQUILL_WIRE_ERROR
 *
 * Unpacks a message. Memory is bounded by a budget of 16 times @length and 16 KiB, because an empty
 * submessage of two bytes becomes a structure of a hundred; whoever needs more is refused as
 * %COQUILL_WIRE_ERROR_TOO_LARGE or _MALFORMED. No message of ours contains itself, so the recursion is as
 * deep as the schema.
 *
 * Returns: (transfer full): free with coquill_unpack_free(), which wipes; or %NULL
 */
gpointer
coquill_unpack (const ProtobufCMessageDescriptor *descriptor,
                const guint8 *bytes,
                gsize length,
                gsize limit,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_unpack_free:
 * @message: (nullable) (transfer full): from coquill_unpack()
 *
 * Wipes and frees a message, since some hold keys.
 */
void
coquill_unpack_free (gpointer message);

/**
 * coquill_pack:
 * @message: a generated message
 *
 * Returns: (transfer full): its bytes
 */
GBytes *
coquill_pack (const ProtobufCMessage *message) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_unpack_copy:
 * @from: a bytes field
 * @to: (out caller-allocates): @length bytes
 * @length: the length that the field must have
 * @what: the field's name for the error message
 * @error: return location of a %COQUILL_WIRE_ERROR
 *
 * Copies a field of fixed length.
 *
 * Returns: %FALSE with %COQUILL_WIRE_ERROR_MALFORMED if it has another length
 */
gboolean
coquill_unpack_copy (const ProtobufCBinaryData *from,
                     guint8 *to,
                     gsize length,
                     const char *what,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_unpack_text:
 * @from: a string field
 * @limit: bytes
 * @what: the field's name for the error message
 * @error: return location of a %COQUILL_WIRE_ERROR
 *
 * Copies a string that must be UTF-8 of at most @limit bytes.
 *
 * Returns: (transfer full): the copy, or %NULL
 */
char *
coquill_unpack_text (const char *from, gsize limit, const char *what, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
