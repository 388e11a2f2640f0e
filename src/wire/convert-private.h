/* SPDX-License-Identifier: GPL-3.0-or-later */
/* convert-private.h: conversions that several messages share; only for the files of this folder */

#pragma once

#include "wire/anchor.h"
#include "wire/digest.h"
#include "wire/document.pb-c.h"
#include "wire/epoch-boxes.h"
#include "wire/vector.h"

G_BEGIN_DECLS

/* Packing: a view on memory that the caller keeps until the message is packed. */
ProtobufCBinaryData
coquill_convert_view (gconstpointer bytes, gsize length);
ProtobufCBinaryData
coquill_convert_view_bytes (GBytes *bytes);

/* An array of views on digests; free with g_free(). */
ProtobufCBinaryData *
coquill_convert_digests_out (const CoquillDigest *digests, gsize n_digests);

/* Copies digests of exactly 32 bytes, at most @limit of them. */
gboolean
coquill_convert_digests_in (const ProtobufCBinaryData *from,
                            gsize n_from,
                            gsize limit,
                            const char *what,
                            CoquillDigest **digests,
                            gsize *n_digests,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An array of messages that point into @vector; free with coquill_convert_vector_out_free(). */
Coquill__Document__VectorEntry **
coquill_convert_vector_out (const CoquillWireVector *vector);
void
coquill_convert_vector_out_free (Coquill__Document__VectorEntry **entries);
gboolean
coquill_convert_vector_in (Coquill__Document__VectorEntry **from,
                           gsize n_from,
                           CoquillWireVector *vector,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

void
coquill_convert_anchor_out (const CoquillWireAnchor *anchor, Coquill__Document__Anchor *message);
gboolean
coquill_convert_anchor_in (const Coquill__Document__Anchor *message,
                           CoquillWireAnchor *anchor,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A message that points into @boxes; free with coquill_convert_boxes_out_free(). */
Coquill__Document__EpochBoxes *
coquill_convert_boxes_out (const CoquillEpochBoxes *boxes);
void
coquill_convert_boxes_out_free (Coquill__Document__EpochBoxes *message);
CoquillEpochBoxes *
coquill_convert_boxes_in (const Coquill__Document__EpochBoxes *message,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sets an error for @what and returns %FALSE. */
gboolean
coquill_convert_refuse (GError **error, CoquillWireError code, const char *what);

/* A copy of a bytes field; @from may be empty. */
GBytes *
coquill_convert_bytes_in (const ProtobufCBinaryData *from);

G_END_DECLS
