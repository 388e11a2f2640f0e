/* SPDX-License-Identifier: GPL-3.0-or-later */
/* error.c: why bytes from outside were refused */

#include "wire/error.h"

G_DEFINE_QUARK (coquill - wire - error - quark, coquill_wire_error)
