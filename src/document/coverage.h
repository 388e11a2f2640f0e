/* coverage.h: which items and log entries somebody else has: a peer, or a mailbox */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/body.h"
#include "text/agent.h"
#include "wire/vector.h"

G_BEGIN_DECLS

/* Agents and log entries that a coverage counts; what is beyond is taken as not covered, which costs a second
 * transfer. */
#define COQUILL_COVERAGE_MAX (1 << 20)

/**
 * CoquillCoverage:
 *
 * Per agent, how many of its items from the first on are covered, and the ids of the log entries. Filled from
 * bodies that were seen (what a mailbox gave) or from a vector (what a peer says), read by
 * coquill_document_missing().
 */
typedef struct CoquillCoverage CoquillCoverage;

CoquillCoverage *
coquill_coverage_new (void) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_coverage_free (CoquillCoverage *self);

/**
 * coquill_coverage_add_body:
 * @kind: of the body
 * @bytes: from anybody; broken ones are passed over, signatures are not looked at
 *
 * Counts a body as covered. Items behind a gap do not count until the gap is closed by a body that comes
 * later. O(runs).
 */
void
coquill_coverage_add_body (CoquillCoverage *self, CoquillPayloadKind kind, GBytes *bytes);

/** Raises an agent's covered length to @length, if it is lower. */
void
coquill_coverage_add_agent (CoquillCoverage *self, const CoquillAgent *agent, guint64 length);
void
coquill_coverage_add_entry (CoquillCoverage *self, const guint8 *id);

guint64
coquill_coverage_get_length (CoquillCoverage *self, const CoquillAgent *agent);
gboolean
coquill_coverage_has_entry (CoquillCoverage *self, const guint8 *id);
/** Whether everything in a body is covered, in whatever pieces it came. A body that can't be decoded has
 * nothing that could lack. O(operations). */
gboolean
coquill_coverage_has_body (CoquillCoverage *self, CoquillPayloadKind kind, GBytes *bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillCoverage, coquill_coverage_free)

G_END_DECLS
