/* document-format.h: the two things of a document that are stored beside its bodies */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Both are GVariants in little-endian order. The first byte is the version; a reader that doesn't know it
 * refuses the keys, and does without the snapshot, which can always be made again from the bodies. */
#define COQUILL_DOCUMENT_FORMAT 1

/**
 * COQUILL_DOCUMENT_KEYS_TYPE:
 *
 * | part | what |
 * |---|---|
 * | y | version |
 * | ay | document id, 32 bytes |
 * | a(ayay) | epochs: id 32, key 32; oldest first |
 * | y | room role, 0 if there are no room keys |
 * | ay | room seed of that role |
 * | aay | seeds of invites made here |
 * | ay | seed of the invite that this device is joining by, or empty |
 * | ms | this device's name for the log, while joining |
 * | ay | room id 32, or empty |
 */
#define COQUILL_DOCUMENT_KEYS_TYPE "(yaya(ayay)yayaayaymsay)"

/**
 * COQUILL_DOCUMENT_SNAPSHOT_TYPE:
 *
 * | part | what |
 * |---|---|
 * | y | version |
 * | ay | document id, 32 bytes |
 * | ay | text: text/snapshot.h |
 * | a(ayay) | log: entry, signature 64; parents first |
 * | a(sssbaytay) | records: collection, item, field, whether set, value, depth, digest 32 |
 * | a(ayuttay) | agents: device 32, ordinal, nonce, items, digest of them 32 |
 */
#define COQUILL_DOCUMENT_SNAPSHOT_TYPE "(yayaya(ayay)a(sssbaytay)a(ayuttay))"

G_END_DECLS
