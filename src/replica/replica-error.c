/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-error.c: what can go wrong with a library or a replica, in the words of who uses it. */

#include "config.h"

#include "replica/replica-error-private.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "document/error.h"
#include "net/net-error.h"
#include "store/store-error.h"
#include "trust/error.h"

G_DEFINE_QUARK (coquill_replica_error, coquill_replica_error)

static GError *
make (CoquillReplicaError code, const char *message)
{
  return g_error_new_literal (COQUILL_REPLICA_ERROR, (int)code, message);
}

static GError *
translate_store (const GError *error)
{
  switch ((CoquillStoreError)error->code)
    {
    case COQUILL_STORE_ERROR_BUSY:
      return g_error_new (COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_BUSY,
                          /* Translators: %s is the program's name, its process number and its computer */
                          _ ("Another program is using your documents: %s. Close it and try again."),
                          error->message);
    case COQUILL_STORE_ERROR_READ_ONLY:
      return make (COQUILL_REPLICA_ERROR_READ_ONLY,
                   _ ("The folder of your documents can’t be written to. Nothing in it was changed; check "
                      "its permissions, or whether the disk is read-only."));
    case COQUILL_STORE_ERROR_FULL:
      return make (COQUILL_REPLICA_ERROR_FULL,
                   _ ("The disk is full. What you wrote is kept in memory for now; make room on the disk, or "
                      "save a copy elsewhere."));
    case COQUILL_STORE_ERROR_DAMAGED:
      return g_error_new (COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_DAMAGED,
                          /* Translators: %s are technical details */
                          _ ("A file of your documents is damaged and was left as it is. Restore it from a "
                             "backup or, if the document is shared, remove it here and join it again. (%s)"),
                          error->message);
    case COQUILL_STORE_ERROR_NEWER:
      return make (COQUILL_REPLICA_ERROR_NEWER,
                   _ ("A later version of Coquill wrote this. Update Coquill to open it."));
    case COQUILL_STORE_ERROR_NOT_FOUND:
      return make (COQUILL_REPLICA_ERROR_NOT_FOUND, _ ("There is no such document here."));
    case COQUILL_STORE_ERROR_DISK:
    case COQUILL_STORE_ERROR_LIMIT:
    case COQUILL_STORE_ERROR_CLOSED:
    default:
      return g_error_new (COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_DISK,
                          /* Translators: %s are technical details */
                          _ ("The disk can’t be used. What you wrote is kept in memory for now; save a copy "
                             "elsewhere. (%s)"),
                          error->message);
    }
}

static GError *
translate_net (const GError *error)
{
  switch ((CoquillNetError)error->code)
    {
    case COQUILL_NET_ERROR_NO_ROOM:
    case COQUILL_NET_ERROR_NOT_FOUND:
      return make (COQUILL_REPLICA_ERROR_RELAY,
                   _ ("The meeting point doesn’t know this document. It was never shared there, or was "
                      "removed; ask for a new link."));
    case COQUILL_NET_ERROR_REFUSED:
    case COQUILL_NET_ERROR_LOCK_CHANGED:
      return make (COQUILL_REPLICA_ERROR_NOT_ALLOWED,
                   _ ("The meeting point doesn’t let this device in. Your text is kept here; ask for a new "
                      "link."));
    case COQUILL_NET_ERROR_ADDRESS:
    case COQUILL_NET_ERROR_UNREACHABLE:
    case COQUILL_NET_ERROR_NO_RELAY:
    case COQUILL_NET_ERROR_LOST:
    case COQUILL_NET_ERROR_VERSION:
    case COQUILL_NET_ERROR_FULL:
    case COQUILL_NET_ERROR_LIMIT:
    case COQUILL_NET_ERROR_NOT_UP:
    case COQUILL_NET_ERROR_PROOF:
    case COQUILL_NET_ERROR_CLOSED:
    case COQUILL_NET_ERROR_PROTOCOL:
    case COQUILL_NET_ERROR_NO_ADDRESS:
    case COQUILL_NET_ERROR_NO_WAY:
    default:
      return g_error_new (COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_RELAY,
                          /* Translators: %s says why */
                          _ ("The meeting point can’t be reached; your text is kept here. (%s)"),
                          error->message);
    }
}

static GError *
translate_document (const GError *error)
{
  switch ((CoquillDocumentError)error->code)
    {
    case COQUILL_DOCUMENT_ERROR_TEXT:
      return make (COQUILL_REPLICA_ERROR_TEXT,
                   _ ("This is no text that a document can hold: it isn’t valid UTF-8, or has a character "
                      "with the number zero."));
    case COQUILL_DOCUMENT_ERROR_NOT_ALLOWED:
      return make (COQUILL_REPLICA_ERROR_NOT_ALLOWED, _ ("You may not do this in this document."));
    case COQUILL_DOCUMENT_ERROR_UNSUPPORTED_VERSION:
      return make (COQUILL_REPLICA_ERROR_NEWER,
                   _ ("A later version of Coquill wrote this. Update Coquill to open it."));
    case COQUILL_DOCUMENT_ERROR_TOO_LARGE:
      return make (COQUILL_REPLICA_ERROR_FAILED, _ ("This is too large for one document."));
    case COQUILL_DOCUMENT_ERROR_MALFORMED:
    case COQUILL_DOCUMENT_ERROR_SIGNATURE:
    case COQUILL_DOCUMENT_ERROR_IMPOSSIBLE:
    case COQUILL_DOCUMENT_ERROR_OTHER_DOCUMENT:
    case COQUILL_DOCUMENT_ERROR_UNKNOWN_EPOCH:
    case COQUILL_DOCUMENT_ERROR_REPLAY:
    case COQUILL_DOCUMENT_ERROR_NOT_HERE:
    default:
      return g_error_new (COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_DAMAGED,
                          /* Translators: %s are technical details */
                          _ ("The document is damaged and was left as it is. Restore it from a backup or, if "
                             "it is shared, remove it here and join it again. (%s)"),
                          error->message);
    }
}

GError *
coquill_replica_error_translate (GError *error)
{
  GError *translated;

  if (error->domain == COQUILL_REPLICA_ERROR || error->domain == G_IO_ERROR)
    return error;

  g_debug ("%s", error->message);
  if (error->domain == COQUILL_STORE_ERROR)
    translated = translate_store (error);
  else if (error->domain == COQUILL_NET_ERROR)
    translated = translate_net (error);
  else if (error->domain == COQUILL_DOCUMENT_ERROR)
    translated = translate_document (error);
  else if (error->domain == COQUILL_TRUST_ERROR && error->code >= COQUILL_TRUST_ERROR_NOT_A_LINK
           && error->code <= COQUILL_TRUST_ERROR_LINK_NEWER)
    translated = make (COQUILL_REPLICA_ERROR_LINK, error->message);
  else if (error->domain == COQUILL_TRUST_ERROR && error->code == COQUILL_TRUST_ERROR_RELAY_ADDRESS)
    translated = make (COQUILL_REPLICA_ERROR_RELAY, error->message);
  else
    translated = make (COQUILL_REPLICA_ERROR_FAILED, error->message);
  g_error_free (error);
  return translated;
}
