/* body.c: a piece of a document as it is stored and sent */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/body.h"

CoquillBody *
coquill_body_new (CoquillPayloadKind kind, GBytes *bytes)
{
  CoquillBody *self = g_new (CoquillBody, 1);

  self->kind = kind;
  self->bytes = g_bytes_ref (bytes);

  return self;
}

void
coquill_body_free (CoquillBody *self)
{
  g_bytes_unref (self->bytes);
  g_free (self);
}

static void
body_free_cb (gpointer body)
{
  coquill_body_free (body);
}

GPtrArray *
coquill_body_array_new (void)
{
  return g_ptr_array_new_with_free_func (body_free_cb);
}
