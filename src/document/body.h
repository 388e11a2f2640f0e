/* body.h: a piece of a document as it is stored and sent: signed items or log entries */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/payload.h"

G_BEGIN_DECLS

/* Bytes of one body: well below what an envelope holds, so that no envelope ever has to be split. */
#define COQUILL_BODY_MAX (768 * 1024)

/**
 * CoquillBody:
 * @kind: %COQUILL_PAYLOAD_CHANGE or %COQUILL_PAYLOAD_LOG
 * @bytes: (owned): the encoded #CoquillSignedChange or log batch. The same bytes go to the store, into
 * envelopes and from hand to hand
 *
 * Bodies are idempotent: accepting one twice changes nothing.
 */
typedef struct
{
  CoquillPayloadKind kind;
  GBytes *bytes;
} CoquillBody;

/**
 * coquill_body_new:
 * @bytes: referenced
 *
 * Returns: (transfer full): a body
 */
CoquillBody *
coquill_body_new (CoquillPayloadKind kind, GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_body_free (CoquillBody *self);

/** coquill_body_array_new: (transfer full) (element-type CoquillBody): an empty array that owns its bodies */
GPtrArray *
coquill_body_array_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillBody, coquill_body_free)

G_END_DECLS
