/* SPDX-License-Identifier: GPL-3.0-or-later */
/* join-private.h: how the library begins a join. */
#pragma once

#include "replica/library.h"

G_BEGIN_DECLS

/** coquill_join_new: (transfer full): begins to join; fails later, on its own, if @link is no good. */
CoquillJoin *
coquill_join_new (CoquillLibrary *library, const char *link) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
