/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace-changes.h: a trace as the changes that its authors would have sent. */

#pragma once

#include "text/change.h"
#include "trace.h"

/* The agent that stands for a number. */
CoquillAgent
trace_agent (guint number);

/**
 * trace_changes:
 *
 * Returns: (transfer full) (element-type CoquillChange): one for each transaction; in a sequential trace each
 * has the one before it as its parent
 */
GPtrArray *
trace_changes (const Trace *trace);
