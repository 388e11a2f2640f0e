/* SPDX-License-Identifier: GPL-3.0-or-later */
/* anchor.h: a place in the text that survives edits, as it crosses the wire */

#pragma once

#include "wire/digest.h"
#include "wire/error.h"

G_BEGIN_DECLS

/**
 * CoquillWireAnchorPlace:
 * @COQUILL_WIRE_ANCHOR_NONE: no place; other fields are zero
 * @COQUILL_WIRE_ANCHOR_START: the document's start
 * @COQUILL_WIRE_ANCHOR_END: the document's end
 * @COQUILL_WIRE_ANCHOR_BEFORE: before the named character
 * @COQUILL_WIRE_ANCHOR_AFTER: after it
 */
typedef enum
{
  COQUILL_WIRE_ANCHOR_NONE = 0,
  COQUILL_WIRE_ANCHOR_START = 1,
  COQUILL_WIRE_ANCHOR_END = 2,
  COQUILL_WIRE_ANCHOR_BEFORE = 3,
  COQUILL_WIRE_ANCHOR_AFTER = 4,
} CoquillWireAnchorPlace;

/**
 * CoquillWireAnchor:
 * @place: where
 * @device: of the character's agent
 * @ordinal: of the agent
 * @nonce: of the agent
 * @sequence: the insertion's number among the agent's items
 *
 * An anchor that names the agent in full. The text engine's own anchor names it by a local index.
 */
typedef struct
{
  CoquillWireAnchorPlace place;
  guint8 device[32];
  guint32 ordinal;
  guint64 nonce;
  guint64 sequence;
} CoquillWireAnchor;

G_END_DECLS
