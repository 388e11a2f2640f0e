/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net-error.c: what can go wrong on a road */

#include "net/net-error.h"

G_DEFINE_QUARK (coquill_net_error, coquill_net_error)
