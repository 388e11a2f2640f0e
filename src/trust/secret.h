/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret.h: a few secret bytes in locked memory */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The greatest secret in bytes: keys and small messages that hold keys. Locked memory is scarce. */
#define COQUILL_SECRET_MAX (256 * 1024)

/**
 * CoquillSecret:
 *
 * Bytes that are never swapped out, never changed and wiped when the last reference goes (sodium_malloc:
 * guard pages, locked where the system's limit allows, read-only once filled). References may be taken and
 * dropped in any thread.
 */
typedef struct _CoquillSecret CoquillSecret;

/**
 * coquill_secret_new_random:
 * @length: bytes, 1 to %COQUILL_SECRET_MAX
 *
 * Returns: (transfer full): a new secret
 */
CoquillSecret *
coquill_secret_new_random (gsize length) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_secret_new:
 * @bytes: (array length=length): copied; the caller wipes its own
 * @length: bytes, 1 to %COQUILL_SECRET_MAX
 *
 * Returns: (transfer full): a new secret
 */
CoquillSecret *
coquill_secret_new (const guint8 *bytes, gsize length) G_GNUC_WARN_UNUSED_RESULT;

/**
 * CoquillSecretFill:
 * @out: @length bytes to write
 * @length: bytes
 * @data: user data
 *
 * Writes a secret's bytes in place. It may look at other secrets, but not make or free any.
 */
typedef void (*CoquillSecretFill) (guint8 *out, gsize length, gpointer data);

/**
 * coquill_secret_new_filled:
 * @length: bytes, 1 to %COQUILL_SECRET_MAX
 * @fill: writes them
 * @data: for @fill
 *
 * For bytes that shall never stand anywhere else.
 *
 * Returns: (transfer full): a new secret
 */
CoquillSecret *
coquill_secret_new_filled (gsize length, CoquillSecretFill fill, gpointer data) G_GNUC_WARN_UNUSED_RESULT;

CoquillSecret *
coquill_secret_ref (CoquillSecret *self);
void
coquill_secret_unref (CoquillSecret *self);

/**
 * coquill_secret_peek:
 * @self: a secret
 * @length: (out) (optional): its bytes
 *
 * Returns: (transfer none): the bytes, for as long as a reference is held
 */
const guint8 *
coquill_secret_peek (const CoquillSecret *self, gsize *length);

gsize
coquill_secret_get_length (const CoquillSecret *self);

/**
 * coquill_secret_equal:
 *
 * Returns: whether two secrets are equal, in a time that tells nothing of the bytes
 */
gboolean
coquill_secret_equal (const CoquillSecret *a, const CoquillSecret *b);

/**
 * coquill_wipe:
 * @bytes: (array length=length): memory
 * @length: bytes
 *
 * Overwrites memory in a way that no compiler removes.
 */
void
coquill_wipe (gpointer bytes, gsize length);

/**
 * coquill_equal:
 *
 * Returns: whether @length bytes are equal, in a time that tells nothing of them
 */
gboolean
coquill_equal (gconstpointer a, gconstpointer b, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillSecret, coquill_secret_unref)

G_END_DECLS
