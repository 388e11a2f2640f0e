/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-error.c: what can go wrong with the files of a replica. */

#include "store/store-error.h"

#include <errno.h>

#include "sql/database.h"

G_DEFINE_QUARK (coquill_store_error, coquill_store_error)

void
coquill_store_error_from_sql (GError **error)
{
  static const CoquillStoreError codes[] = {
    [COQUILL_SQL_ERROR_FULL] = COQUILL_STORE_ERROR_FULL,
    [COQUILL_SQL_ERROR_READ_ONLY] = COQUILL_STORE_ERROR_READ_ONLY,
    [COQUILL_SQL_ERROR_LOCKED] = COQUILL_STORE_ERROR_DISK,
    [COQUILL_SQL_ERROR_CORRUPT] = COQUILL_STORE_ERROR_DAMAGED,
    [COQUILL_SQL_ERROR_IO] = COQUILL_STORE_ERROR_DISK,
    [COQUILL_SQL_ERROR_PERMISSION] = COQUILL_STORE_ERROR_DISK,
    [COQUILL_SQL_ERROR_NEWER] = COQUILL_STORE_ERROR_NEWER,
    /* The statements are fixed and tested: if SQLite can't make sense of one, the tables are not ours. */
    [COQUILL_SQL_ERROR_FAILED] = COQUILL_STORE_ERROR_DAMAGED,
  };
  CoquillStoreError code = COQUILL_STORE_ERROR_DISK;
  GError *result;

  if (error == NULL || *error == NULL || (*error)->domain == COQUILL_STORE_ERROR)
    return;

  if ((*error)->domain == COQUILL_SQL_ERROR && (guint)(*error)->code < G_N_ELEMENTS (codes))
    code = codes[(*error)->code];
  result = g_error_new_literal (COQUILL_STORE_ERROR, code, (*error)->message);
  g_error_free (*error);
  *error = result;
}

void
coquill_store_error_from_errno (GError **error, int number, const char *doing, const char *path)
{
  CoquillStoreError code = COQUILL_STORE_ERROR_DISK;

  switch (number)
    {
    case EROFS:
    case EACCES:
    case EPERM:
      code = COQUILL_STORE_ERROR_READ_ONLY;
      break;
    case ENOSPC:
    case EDQUOT:
      code = COQUILL_STORE_ERROR_FULL;
      break;
    case ENOENT:
    case ENOTDIR:
      code = COQUILL_STORE_ERROR_NOT_FOUND;
      break;
    default:
      break;
    }
  g_set_error (error, COQUILL_STORE_ERROR, code, "%s %s: %s", doing, path, g_strerror (number));
}
