/* need.h: what a body that can't be accepted yet waits for */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/agent.h"
#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillNeedKind:
 * @COQUILL_NEED_ITEMS: the first @length items of @agent
 * @COQUILL_NEED_ENTRY: the log entry @id
 * @COQUILL_NEED_RIGHT: device @id being a member that may write
 * @COQUILL_NEED_HISTORY: this replica's own stored history
 */
typedef enum
{
  COQUILL_NEED_ITEMS,
  COQUILL_NEED_ENTRY,
  COQUILL_NEED_RIGHT,
  COQUILL_NEED_HISTORY,
} CoquillNeedKind;

/**
 * CoquillNeed:
 *
 * The first thing that was found missing; when it came, the next one may show. A value.
 */
typedef struct
{
  CoquillNeedKind kind;
  CoquillAgent agent;
  guint64 length;
  guint8 id[32];
} CoquillNeed;

G_END_DECLS
