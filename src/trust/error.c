/* SPDX-License-Identifier: GPL-3.0-or-later */
/* error.c: why a key, a signature, an envelope or a link was refused */

#include "trust/error.h"

G_DEFINE_QUARK (coquill - trust - error - quark, coquill_trust_error)
