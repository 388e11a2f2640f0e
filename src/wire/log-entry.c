/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log-entry.c: one entry of the membership log, the bytes that are signed */

#include "wire/log-entry.h"

#include <string.h>

#include "wire/convert-private.h"
#include "wire/unpack.h"

/* The field of the action's oneof and its number in the schema differ by a constant. */
#define ACTION_FIELD_OFFSET (COQUILL__DOCUMENT__LOG_ENTRY__ACTION_FOUND - COQUILL_LOG_FOUND)

static const guint8 no_document[32];

CoquillLogEntry *
coquill_log_entry_new (CoquillLogAction action,
                       const guint8 *document,
                       const guint8 *signer,
                       const CoquillDigest *parents,
                       gsize n_parents)
{
  CoquillLogEntry *self;

  g_return_val_if_fail (n_parents <= COQUILL_LOG_ENTRY_MAX_PARENTS, NULL);

  self = g_new0 (CoquillLogEntry, 1);
  self->action = action;
  if (document != NULL)
    memcpy (self->document, document, sizeof self->document);
  memcpy (self->signer, signer, sizeof self->signer);
  self->parents = g_memdup2 (parents, n_parents * sizeof *parents);
  self->n_parents = n_parents;
  return self;
}

static void
keys_out (const CoquillDevicePublic *keys, Coquill__Document__PublicKeys *message)
{
  coquill__document__public_keys__init (message);
  message->sign = coquill_convert_view (keys->sign, sizeof keys->sign);
  message->box = coquill_convert_view (keys->box, sizeof keys->box);
}

/* One of each, so that the message can point to what its action needs. */
typedef struct
{
  Coquill__Document__PublicKeys keys;
  Coquill__Document__LogFound found;
  Coquill__Document__LogGrant grant;
  Coquill__Document__LogInvite invite;
  Coquill__Document__LogRedeem redeem;
  Coquill__Document__LogAdmit admit;
  Coquill__Document__LogRevoke revoke;
  Coquill__Document__LogLeave leave;
  Coquill__Document__LogEpoch epoch;
} ActionMessages;

static void
action_out (const CoquillLogEntry *self, ActionMessages *actions, Coquill__Document__LogEntry *message)
{
  message->action_case = self->action + ACTION_FIELD_OFFSET;

  switch (self->action)
    {
    case COQUILL_LOG_FOUND:
      coquill__document__log_found__init (&actions->found);
      keys_out (&self->found.device, &actions->keys);
      actions->found.device = &actions->keys;
      if (self->found.name != NULL)
        actions->found.name = self->found.name;
      actions->found.random = coquill_convert_view (self->found.random, sizeof self->found.random);
      message->found = &actions->found;
      break;

    case COQUILL_LOG_GRANT:
      coquill__document__log_grant__init (&actions->grant);
      actions->grant.device = coquill_convert_view (self->grant.device, sizeof self->grant.device);
      actions->grant.role = self->grant.role;
      message->grant = &actions->grant;
      break;

    case COQUILL_LOG_INVITE:
      coquill__document__log_invite__init (&actions->invite);
      keys_out (&self->invite.keys, &actions->keys);
      actions->invite.keys = &actions->keys;
      actions->invite.role = self->invite.role;
      actions->invite.kind = self->invite.kind;
      actions->invite.expires = self->invite.expires;
      actions->invite.uses = self->invite.uses;
      message->invite = &actions->invite;
      break;

    case COQUILL_LOG_REDEEM:
      coquill__document__log_redeem__init (&actions->redeem);
      keys_out (&self->redeem.device, &actions->keys);
      actions->redeem.invite = coquill_convert_view (self->redeem.invite, sizeof self->redeem.invite);
      actions->redeem.device = &actions->keys;
      if (self->redeem.name != NULL)
        actions->redeem.name = self->redeem.name;
      actions->redeem.signature
          = coquill_convert_view (self->redeem.signature, sizeof self->redeem.signature);
      message->redeem = &actions->redeem;
      break;

    case COQUILL_LOG_ADMIT:
      coquill__document__log_admit__init (&actions->admit);
      actions->admit.redeem = coquill_convert_view (self->admit.redeem, sizeof self->admit.redeem);
      message->admit = &actions->admit;
      break;

    case COQUILL_LOG_REVOKE:
      coquill__document__log_revoke__init (&actions->revoke);
      actions->revoke.device = coquill_convert_view (self->revoke.device, sizeof self->revoke.device);
      actions->revoke.cut = coquill_convert_vector_out (&self->revoke.cut);
      actions->revoke.n_cut = self->revoke.cut.n_entries;
      message->revoke = &actions->revoke;
      break;

    case COQUILL_LOG_LEAVE:
      coquill__document__log_leave__init (&actions->leave);
      message->leave = &actions->leave;
      break;

    case COQUILL_LOG_EPOCH:
      coquill__document__log_epoch__init (&actions->epoch);
      actions->epoch.boxes = coquill_convert_boxes_out (self->epoch.boxes);
      actions->epoch.previous = coquill_convert_digests_out (self->epoch.previous, self->epoch.n_previous);
      actions->epoch.n_previous = self->epoch.n_previous;
      if (self->epoch.lock != NULL)
        actions->epoch.lock = coquill_convert_view_bytes (self->epoch.lock);
      message->epoch = &actions->epoch;
      break;

    default:
      g_assert_not_reached ();
    }
}

static void
action_out_clear (const CoquillLogEntry *self, ActionMessages *actions)
{
  if (self->action == COQUILL_LOG_REVOKE)
    {
      coquill_convert_vector_out_free (actions->revoke.cut);
    }
  else if (self->action == COQUILL_LOG_EPOCH)
    {
      coquill_convert_boxes_out_free (actions->epoch.boxes);
      g_free (actions->epoch.previous);
    }
}

GBytes *
coquill_log_entry_encode (const CoquillLogEntry *self)
{
  Coquill__Document__LogEntry message = COQUILL__DOCUMENT__LOG_ENTRY__INIT;
  g_autofree ProtobufCBinaryData *parents = coquill_convert_digests_out (self->parents, self->n_parents);
  ActionMessages actions;
  GBytes *bytes;

  message.version = COQUILL_LOG_ENTRY_VERSION;
  message.document = coquill_convert_view (self->document, sizeof self->document);
  message.parents = parents;
  message.n_parents = self->n_parents;
  message.signer = coquill_convert_view (self->signer, sizeof self->signer);
  action_out (self, &actions, &message);

  bytes = coquill_pack (&message.base);
  action_out_clear (self, &actions);
  return bytes;
}

static gboolean
keys_in (const Coquill__Document__PublicKeys *message, CoquillDevicePublic *keys, GError **error)
{
  if (message == NULL)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "a log entry names no keys");

  return coquill_unpack_copy (&message->sign, keys->sign, sizeof keys->sign, "keys.sign", error)
         && coquill_unpack_copy (&message->box, keys->box, sizeof keys->box, "keys.box", error);
}

/* A newcomer's own keys: the entry that brings them in is signed by the very device. */
static gboolean
own_keys_in (const Coquill__Document__PublicKeys *message,
             const CoquillLogEntry *self,
             CoquillDevicePublic *keys,
             GError **error)
{
  if (!keys_in (message, keys, error))
    return FALSE;
  if (memcmp (keys->sign, self->signer, sizeof keys->sign) != 0)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED,
                                   "a newcomer's entry is signed by another");
  return TRUE;
}

static gboolean
name_in (const char *from, char **name, GError **error)
{
  if (*from == '\0')
    return TRUE;

  *name = coquill_unpack_text (from, COQUILL_LOG_ENTRY_NAME_MAX, "entry.name", error);
  return *name != NULL;
}

static gboolean
role_in (guint32 from, CoquillRole greatest, CoquillRole *role, GError **error)
{
  if (from < COQUILL_ROLE_VIEWER || from > greatest)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED,
                                   "a log entry gives a role that it can't give");

  *role = from;
  return TRUE;
}

static gboolean
invite_in (const Coquill__Document__LogInvite *message, CoquillLogEntry *self, GError **error)
{
  if (message->kind != COQUILL_INVITE_OPEN && message->kind != COQUILL_INVITE_REQUEST)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "an invite is of no known kind");

  self->invite.kind = message->kind;
  self->invite.expires = message->expires;
  self->invite.uses = message->uses;
  return keys_in (message->keys, &self->invite.keys, error)
         && role_in (message->role, COQUILL_ROLE_EDITOR, &self->invite.role, error);
}

static gboolean
epoch_in (const Coquill__Document__LogEpoch *message, CoquillLogEntry *self, GError **error)
{
  if (message->lock.len > COQUILL_LOG_ENTRY_LOCK_MAX)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE, "a room lock is too long");

  self->epoch.boxes = coquill_convert_boxes_in (message->boxes, error);
  if (self->epoch.boxes == NULL)
    return FALSE;
  if (message->lock.len > 0)
    self->epoch.lock = coquill_convert_bytes_in (&message->lock);
  return coquill_convert_digests_in (message->previous, message->n_previous, COQUILL_LOG_ENTRY_MAX_PREVIOUS,
                                     "epoch.previous", &self->epoch.previous, &self->epoch.n_previous, error);
}

static gboolean
action_in (const Coquill__Document__LogEntry *message, CoquillLogEntry *self, GError **error)
{
  switch (self->action)
    {
    case COQUILL_LOG_FOUND:
      return own_keys_in (message->found->device, self, &self->found.device, error)
             && name_in (message->found->name, &self->found.name, error)
             && coquill_unpack_copy (&message->found->random, self->found.random, sizeof self->found.random,
                                     "found.random", error);
    case COQUILL_LOG_GRANT:
      return coquill_unpack_copy (&message->grant->device, self->grant.device, sizeof self->grant.device,
                                  "grant.device", error)
             && role_in (message->grant->role, COQUILL_ROLE_OWNER, &self->grant.role, error);
    case COQUILL_LOG_INVITE:
      return invite_in (message->invite, self, error);
    case COQUILL_LOG_REDEEM:
      return coquill_unpack_copy (&message->redeem->invite, self->redeem.invite, sizeof self->redeem.invite,
                                  "redeem.invite", error)
             && own_keys_in (message->redeem->device, self, &self->redeem.device, error)
             && name_in (message->redeem->name, &self->redeem.name, error)
             && coquill_unpack_copy (&message->redeem->signature, self->redeem.signature,
                                     sizeof self->redeem.signature, "redeem.signature", error);
    case COQUILL_LOG_ADMIT:
      return coquill_unpack_copy (&message->admit->redeem, self->admit.redeem, sizeof self->admit.redeem,
                                  "admit.redeem", error);
    case COQUILL_LOG_REVOKE:
      return coquill_unpack_copy (&message->revoke->device, self->revoke.device, sizeof self->revoke.device,
                                  "revoke.device", error)
             && coquill_convert_vector_in (message->revoke->cut, message->revoke->n_cut, &self->revoke.cut,
                                           error);
    case COQUILL_LOG_LEAVE:
      return TRUE;
    case COQUILL_LOG_EPOCH:
      return epoch_in (message->epoch, self, error);
    default:
      g_assert_not_reached ();
    }
}

static CoquillLogEntry *
from_message (const Coquill__Document__LogEntry *message, GError **error)
{
  g_autoptr (CoquillLogEntry) self = g_new0 (CoquillLogEntry, 1);
  gboolean founds, without_document;

  if (message->version > COQUILL_LOG_ENTRY_VERSION
      || message->action_case == COQUILL__DOCUMENT__LOG_ENTRY__ACTION__NOT_SET)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION,
                              "a log entry is of a later version");
      return NULL;
    }
  if (message->version != COQUILL_LOG_ENTRY_VERSION)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "a log entry has no version");
      return NULL;
    }

  /* What coquill_log_entry_free() looks at has to be right from here on. */
  self->action = message->action_case - ACTION_FIELD_OFFSET;
  if (!coquill_unpack_copy (&message->document, self->document, sizeof self->document, "entry.document",
                            error)
      || !coquill_unpack_copy (&message->signer, self->signer, sizeof self->signer, "entry.signer", error)
      || !coquill_convert_digests_in (message->parents, message->n_parents, COQUILL_LOG_ENTRY_MAX_PARENTS,
                                      "entry.parents", &self->parents, &self->n_parents, error))
    return NULL;

  founds = self->action == COQUILL_LOG_FOUND;
  without_document = memcmp (self->document, no_document, sizeof no_document) == 0;
  if (founds != without_document || founds != (self->n_parents == 0))
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED,
                              "a log entry needs a document and parents, and a founding entry has neither");
      return NULL;
    }

  return action_in (message, self, error) ? g_steal_pointer (&self) : NULL;
}

CoquillLogEntry *
coquill_log_entry_decode (GBytes *bytes, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Coquill__Document__LogEntry *message;
  CoquillLogEntry *self;

  message = coquill_unpack (&coquill__document__log_entry__descriptor, data, length, COQUILL_LOG_ENTRY_MAX,
                            error);
  if (message == NULL)
    return NULL;

  self = from_message (message, error);
  coquill_unpack_free (message);
  return self;
}

void
coquill_log_entry_free (CoquillLogEntry *self)
{
  switch (self->action)
    {
    case COQUILL_LOG_FOUND:
      g_free (self->found.name);
      break;
    case COQUILL_LOG_REDEEM:
      g_free (self->redeem.name);
      break;
    case COQUILL_LOG_REVOKE:
      coquill_wire_vector_clear (&self->revoke.cut);
      break;
    case COQUILL_LOG_EPOCH:
      g_clear_pointer (&self->epoch.boxes, coquill_epoch_boxes_free);
      g_clear_pointer (&self->epoch.lock, g_bytes_unref);
      g_free (self->epoch.previous);
      break;
    case COQUILL_LOG_GRANT:
    case COQUILL_LOG_INVITE:
    case COQUILL_LOG_ADMIT:
    case COQUILL_LOG_LEAVE:
    default:
      break;
    }

  g_free (self->parents);
  g_free (self);
}
