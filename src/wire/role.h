/* SPDX-License-Identifier: GPL-3.0-or-later */
/* role.h: what a member of a document may do */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillRole:
 * @COQUILL_ROLE_VIEWER: reads
 * @COQUILL_ROLE_COMMENTER: reads and comments
 * @COQUILL_ROLE_EDITOR: writes the text and everything but membership
 * @COQUILL_ROLE_OWNER: all, and grants roles
 *
 * A member's role in a document, in ascending order of rights. The numbers are those on the wire.
 */
typedef enum
{
  COQUILL_ROLE_VIEWER = 1,
  COQUILL_ROLE_COMMENTER = 2,
  COQUILL_ROLE_EDITOR = 3,
  COQUILL_ROLE_OWNER = 4,
} CoquillRole;

G_END_DECLS
