/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signal.c: what two devices tell each other to find a direct road, body of SIGNAL */

#include "wire/signal.h"

#include "wire/convert-private.h"
#include "wire/unpack.h"

#include <string.h>

/* Candidates of kinds that only later versions know are skipped, but not without end. */
#define CANDIDATES_ON_WIRE_MAX 64

/* The highest priority that ICE allows (RFC 8445, 5.1.2). */
#define PRIORITY_MAX 0x7fffffff

static gboolean
has_credentials (CoquillSignalKind kind)
{
  return kind == COQUILL_SIGNAL_OFFER || kind == COQUILL_SIGNAL_ANSWER;
}

static gboolean
has_candidates (CoquillSignalKind kind)
{
  return has_credentials (kind) || kind == COQUILL_SIGNAL_CANDIDATES;
}

CoquillSignal *
coquill_signal_new (CoquillSignalKind kind)
{
  CoquillSignal *self = g_new0 (CoquillSignal, 1);

  self->kind = kind;
  return self;
}

static void
candidate_out (const CoquillCandidate *candidate, Coquill__Document__Candidate *message)
{
  coquill__document__candidate__init (message);
  message->kind = candidate->kind;
  message->address = coquill_convert_view (candidate->address, candidate->address_size);
  message->port = candidate->port;
  message->priority = candidate->priority;
  message->foundation = (char *)candidate->foundation;
  message->base_address = coquill_convert_view (candidate->base_address, candidate->base_size);
  message->base_port = candidate->base_port;
}

GBytes *
coquill_signal_encode (const CoquillSignal *self)
{
  Coquill__Document__Signal message = COQUILL__DOCUMENT__SIGNAL__INIT;
  Coquill__Document__Candidate candidates[COQUILL_SIGNAL_MAX_CANDIDATES];
  Coquill__Document__Candidate *pointers[COQUILL_SIGNAL_MAX_CANDIDATES];

  g_return_val_if_fail (self->n_candidates <= COQUILL_SIGNAL_MAX_CANDIDATES, NULL);

  message.kind = self->kind;
  message.run = self->run;
  message.attempt = self->attempt;
  if (has_credentials (self->kind))
    {
      message.user = self->user;
      message.password = self->password;
      message.certificate = coquill_convert_view (self->certificate, sizeof self->certificate);
    }
  if (has_candidates (self->kind))
    {
      for (guint i = 0; i < self->n_candidates; i++)
        {
          candidate_out (&self->candidates[i], &candidates[i]);
          pointers[i] = &candidates[i];
        }
      message.candidates = pointers;
      message.n_candidates = self->n_candidates;
      message.last = self->last;
    }
  if (self->kind == COQUILL_SIGNAL_DECLINE)
    message.reason = self->reason;

  return coquill_pack (&message.base);
}

/* Whether @text is of ICE's characters and of a length from @least to @most. */
static gboolean
is_ice_text (const char *text, gsize least, gsize most)
{
  gsize length = 0;

  for (; text[length] != '\0'; length++)
    if (length == most || (!g_ascii_isalnum (text[length]) && text[length] != '+' && text[length] != '/'))
      return FALSE;
  return length >= least;
}

static gboolean
is_address_size (gsize size)
{
  return size == 4 || size == 16;
}

static gboolean
is_known (const Coquill__Document__Candidate *message)
{
  return message->kind >= COQUILL_CANDIDATE_HOST && message->kind <= COQUILL_CANDIDATE_RELAYED
         && is_address_size (message->address.len);
}

static gboolean
candidate_in (const Coquill__Document__Candidate *message, CoquillCandidate *candidate, GError **error)
{
  gsize base_size = message->base_address.len;

  if (message->port == 0 || message->port > G_MAXUINT16 || message->priority == 0
      || message->priority > PRIORITY_MAX)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED,
                                   "signal.candidates: port or priority");
  if (!is_ice_text (message->foundation, 1, COQUILL_CANDIDATE_FOUNDATION_MAX))
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "signal.candidates: foundation");
  if ((base_size != 0 && !is_address_size (base_size)) || message->base_port > G_MAXUINT16
      || (base_size == 0 && message->base_port != 0))
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "signal.candidates: base");

  candidate->kind = message->kind;
  candidate->address_size = message->address.len;
  memcpy (candidate->address, message->address.data, message->address.len);
  candidate->port = message->port;
  candidate->priority = message->priority;
  g_strlcpy (candidate->foundation, message->foundation, sizeof candidate->foundation);
  candidate->base_size = base_size;
  if (base_size > 0)
    memcpy (candidate->base_address, message->base_address.data, base_size);
  candidate->base_port = message->base_port;
  return TRUE;
}

static gboolean
candidates_in (const Coquill__Document__Signal *message, CoquillSignal *self, GError **error)
{
  if (message->n_candidates > CANDIDATES_ON_WIRE_MAX)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE, "signal.candidates");

  for (gsize i = 0; i < message->n_candidates; i++)
    {
      if (!is_known (message->candidates[i]))
        continue;
      if (self->n_candidates == COQUILL_SIGNAL_MAX_CANDIDATES)
        return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE, "signal.candidates");
      if (!candidate_in (message->candidates[i], &self->candidates[self->n_candidates], error))
        return FALSE;
      self->n_candidates++;
    }
  self->last = message->last;
  return TRUE;
}

static gboolean
credentials_in (const Coquill__Document__Signal *message, CoquillSignal *self, GError **error)
{
  if (!is_ice_text (message->user, COQUILL_SIGNAL_USER_MIN, COQUILL_SIGNAL_USER_MAX)
      || !is_ice_text (message->password, COQUILL_SIGNAL_PASSWORD_MIN, COQUILL_SIGNAL_PASSWORD_MAX))
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "signal.user or signal.password");
  self->user = g_strdup (message->user);
  self->password = g_strdup (message->password);
  return coquill_unpack_copy (&message->certificate, self->certificate, sizeof self->certificate,
                              "signal.certificate", error);
}

static CoquillSignal *
from_message (const Coquill__Document__Signal *message, GError **error)
{
  g_autoptr (CoquillSignal) self = coquill_signal_new (message->kind);

  if (message->kind < COQUILL_SIGNAL_OFFER || message->kind > COQUILL_SIGNAL_INVITE)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION, "signal.kind");
      return NULL;
    }
  if (has_candidates (self->kind) && message->attempt == 0)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "signal.attempt");
      return NULL;
    }
  if (self->kind == COQUILL_SIGNAL_DECLINE && message->reason == 0)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "signal.reason");
      return NULL;
    }

  self->run = message->run;
  self->attempt = message->attempt;
  if (self->kind == COQUILL_SIGNAL_DECLINE)
    self->reason = message->reason;
  if (has_credentials (self->kind) && !credentials_in (message, self, error))
    return NULL;
  if (has_candidates (self->kind) && !candidates_in (message, self, error))
    return NULL;

  return g_steal_pointer (&self);
}

CoquillSignal *
coquill_signal_decode (GBytes *bytes, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Coquill__Document__Signal *message;
  CoquillSignal *self;

  message = coquill_unpack (&coquill__document__signal__descriptor, data, length, COQUILL_SIGNAL_MAX, error);
  if (message == NULL)
    return NULL;

  self = from_message (message, error);
  coquill_unpack_free (message);
  return self;
}

void
coquill_signal_free (CoquillSignal *self)
{
  if (self->password != NULL)
    explicit_bzero (self->password, strlen (self->password));
  g_free (self->password);
  g_free (self->user);
  g_free (self);
}
