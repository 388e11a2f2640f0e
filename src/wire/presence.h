/* SPDX-License-Identifier: GPL-3.0-or-later */
/* presence.h: where somebody is and what they do now, body of PRESENCE */

#pragma once

#include "wire/anchor.h"

G_BEGIN_DECLS

/* Bytes of a person's name. */
#define COQUILL_PRESENCE_NAME_MAX 256

/**
 * CoquillPresence:
 * @name: (owned): UTF-8, at most %COQUILL_PRESENCE_NAME_MAX bytes
 * @color: 0xRRGGBB
 * @caret: where the caret is
 * @selection: the selection's other end; %COQUILL_WIRE_ANCHOR_NONE if nothing is selected
 * @viewport_top: the first character in view
 * @viewport_bottom: the last
 * @typing: whether a key was pressed in the last moments
 * @leaving: the sender goes now; it is to be forgotten
 * @agent_ordinal: of the sender's current agent: tells two programs of one device apart
 * @agent_nonce: of it
 *
 * Ephemeral; the next one of the same agent replaces it.
 */
typedef struct
{
  char *name;
  guint32 color;
  CoquillWireAnchor caret;
  CoquillWireAnchor selection;
  CoquillWireAnchor viewport_top;
  CoquillWireAnchor viewport_bottom;
  gboolean typing;
  gboolean leaving;
  guint32 agent_ordinal;
  guint64 agent_nonce;
} CoquillPresence;

CoquillPresence *
coquill_presence_new (const char *name) G_GNUC_WARN_UNUSED_RESULT;
GBytes *
coquill_presence_encode (const CoquillPresence *self) G_GNUC_WARN_UNUSED_RESULT;
CoquillPresence *
coquill_presence_decode (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_presence_free (CoquillPresence *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillPresence, coquill_presence_free)

G_END_DECLS
