/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret.c: a few secret bytes in locked memory */

#include "trust/secret.h"

#include <string.h>

#include "trust/sodium-private.h"

/* Short secrets share pages: each sodium_malloc() takes four mappings, of which Linux gives a process 65530,
 * and a locked page, of which it may have 8 MiB. A document may hold thousands of epoch keys. */
#define SLOT_SIZE 64
#define SLOTS_PER_PAGE 64

typedef struct
{
  guint8 *bytes; /* from sodium_malloc, read-only but while a slot is filled or wiped */
  guint64 used;  /* a bit for each slot */
} Page;

struct _CoquillSecret
{
  gatomicrefcount references;
  guint8 *bytes; /* read-only */
  gsize length;
  Page *page; /* (nullable): whose slot it is; %NULL if the memory is its own */
};

G_STATIC_ASSERT (SLOTS_PER_PAGE == 8 * sizeof ((Page *)NULL)->used);

static GMutex pages_lock;
static GQueue pages; /* (element-type Page): those with a free slot first */

static guint8 *
allocate (gsize length)
{
  guint8 *bytes = sodium_malloc (length);

  if (bytes == NULL)
    g_error ("no memory for a secret of %" G_GSIZE_FORMAT " bytes", length);
  return bytes;
}

static void
fill_slot (CoquillSecret *self, CoquillSecretFill fill, gpointer data)
{
  Page *page;
  guint slot;

  g_mutex_lock (&pages_lock);
  page = g_queue_peek_head (&pages);
  if (page == NULL || page->used == G_MAXUINT64)
    {
      page = g_new0 (Page, 1);
      page->bytes = allocate (SLOTS_PER_PAGE * SLOT_SIZE);
      g_queue_push_head (&pages, page);
    }
  for (slot = 0; page->used >> slot & 1;)
    slot++;
  page->used |= G_GUINT64_CONSTANT (1) << slot;
  if (page->used == G_MAXUINT64)
    g_queue_push_tail (&pages, g_queue_pop_head (&pages));
  self->page = page;
  self->bytes = page->bytes + slot * SLOT_SIZE;
  sodium_mprotect_readwrite (page->bytes);
  fill (self->bytes, self->length, data);
  sodium_mprotect_readonly (page->bytes);
  g_mutex_unlock (&pages_lock);
}

static void
free_slot (CoquillSecret *self)
{
  Page *page = self->page;

  g_mutex_lock (&pages_lock);
  sodium_mprotect_readwrite (page->bytes);
  sodium_memzero (self->bytes, SLOT_SIZE);
  sodium_mprotect_readonly (page->bytes);
  page->used &= ~(G_GUINT64_CONSTANT (1) << (self->bytes - page->bytes) / SLOT_SIZE);
  g_queue_remove (&pages, page);
  if (page->used != 0)
    g_queue_push_head (&pages, page);
  else
    {
      sodium_free (page->bytes);
      g_free (page);
    }
  g_mutex_unlock (&pages_lock);
}

CoquillSecret *
coquill_secret_new_filled (gsize length, CoquillSecretFill fill, gpointer data)
{
  CoquillSecret *self;

  g_return_val_if_fail (length > 0 && length <= COQUILL_SECRET_MAX, NULL);

  coquill_sodium_start ();

  self = g_new0 (CoquillSecret, 1);
  g_atomic_ref_count_init (&self->references);
  self->length = length;
  if (length <= SLOT_SIZE)
    {
      fill_slot (self, fill, data);
      return self;
    }
  self->bytes = allocate (length);
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

  if (self->page != NULL)
    free_slot (self);
  else
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
