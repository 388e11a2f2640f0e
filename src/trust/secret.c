/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret.c: a few secret bytes in locked memory */

#include "trust/secret.h"

#include <string.h>

#include "trust/sodium-private.h"

struct _CoquillSecret
{
  gatomicrefcount references;
  guint8 *bytes; /* from sodium_malloc, read-only */
  gsize length;
};

CoquillSecret *
coquill_secret_new_filled (gsize length, CoquillSecretFill fill, gpointer data)
{
  CoquillSecret *self;

  g_return_val_if_fail (length > 0 && length <= COQUILL_SECRET_MAX, NULL);

  coquill_sodium_start ();

  self = g_new0 (CoquillSecret, 1);
  g_atomic_ref_count_init (&self->references);
  self->length = length;
  self->bytes = sodium_malloc (length);
  if (self->bytes == NULL)
    g_error ("no memory for a secret of %" G_GSIZE_FORMAT " bytes", length);

  fill (self->bytes, length, data);
  sodium_mprotect_readonly (self->bytes);

  return self;
}

static void
fill_random (guint8 *out, gsize length, gpointer data)
{
  randombytes_buf (out, length);
}

CoquillSecret *
coquill_secret_new_random (gsize length)
{
  return coquill_secret_new_filled (length, fill_random, NULL);
}

static void
fill_copy (guint8 *out, gsize length, gpointer data)
{
  memcpy (out, data, length);
}

CoquillSecret *
coquill_secret_new (const guint8 *bytes, gsize length)
{
  return coquill_secret_new_filled (length, fill_copy, (gpointer)bytes);
}

CoquillSecret *
coquill_secret_ref (CoquillSecret *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
coquill_secret_unref (CoquillSecret *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;

  sodium_free (self->bytes);
  g_free (self);
}

const guint8 *
coquill_secret_peek (const CoquillSecret *self, gsize *length)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (length != NULL)
    *length = self->length;
  return self->bytes;
}

gsize
coquill_secret_get_length (const CoquillSecret *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->length;
}

gboolean
coquill_secret_equal (const CoquillSecret *a, const CoquillSecret *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return a->length == b->length && sodium_memcmp (a->bytes, b->bytes, a->length) == 0;
}

void
coquill_wipe (gpointer bytes, gsize length)
{
  sodium_memzero (bytes, length);
}

gboolean
coquill_equal (gconstpointer a, gconstpointer b, gsize length)
{
  return sodium_memcmp (a, b, length) == 0;
}
