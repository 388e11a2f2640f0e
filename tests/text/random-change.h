/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random-change.h: changes at random that keep every rule of the format. */

#pragma once

#include <glib.h>

#include "text/change.h"

/* Whether it makes sense in a document is nothing to the codec. */
CoquillChange *
random_change (GRand *rand, guint n_agents, guint n_operations);
