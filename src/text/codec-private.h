/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-private.h: the numbers of the encoded change, see codec.h; for its two halves. */

#pragma once

#include "text/columns.h"

#define COQUILL_CHANGE_MAGIC 0xc7
#define COQUILL_CHANGE_VERSION 1
