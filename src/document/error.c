/* error.c: why the document refused something */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/error.h"

G_DEFINE_QUARK (coquill - document - error - quark, coquill_document_error)
