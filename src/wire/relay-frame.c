/* relay-frame.c: what a client and a relay say to each other */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "wire/relay-frame.h"

#include "wire/relay.pb-c.h"
#include "wire/unpack.h"

#include <string.h>

static ProtobufCBinaryData
view (GBytes *bytes)
{
  ProtobufCBinaryData data = { 0, NULL };

  if (bytes != NULL)
    data.data = (guint8 *)g_bytes_get_data (bytes, &data.len);
  return data;
}

static ProtobufCBinaryData
view_fixed (const guint8 *bytes, gsize length)
{
  return (ProtobufCBinaryData){ length, (guint8 *)bytes };
}

/* Packs one kind: a message of its own type inside a Frame, both on the stack. */
#define PACK(Type, type, CASE, ...)                                                                          \
  {                                                                                                          \
    Coquill__Relay__##Type inner = COQUILL__RELAY__##CASE##__INIT;                                           \
    Coquill__Relay__Frame outer = COQUILL__RELAY__FRAME__INIT;                                               \
    outer.frame_case = COQUILL__RELAY__FRAME__FRAME_##CASE;                                                  \
    outer.type = &inner;                                                                                     \
    __VA_ARGS__;                                                                                             \
    return coquill_pack (&outer.base);                                                                       \
  }

GBytes *
coquill_relay_frame_encode (const CoquillRelayFrame *self)
{
  char *text = self->text != NULL ? self->text : (char *)"";

  switch (self->kind)
    {
    case COQUILL_RELAY_FRAME_CHALLENGE:
      PACK (Challenge, challenge, CHALLENGE, inner.version = self->version; inner.features = self->features;
            inner.nonce = view_fixed (self->nonce, sizeof self->nonce); inner.server = text;
            inner.message_bytes = self->limit; inner.rooms = self->count)
    case COQUILL_RELAY_FRAME_ENTER:
      PACK (Enter, enter, ENTER, inner.version = self->version; inner.features = self->features;
            inner.handle = self->handle; inner.room = view_fixed (self->room, sizeof self->room);
            inner.role = self->role; inner.lock = view (self->data);
            inner.proof = view_fixed (self->proof, sizeof self->proof))
    case COQUILL_RELAY_FRAME_ENTERED:
      PACK (Entered, entered, ENTERED, inner.handle = self->handle;
            inner.mailbox = view_fixed (self->mailbox, sizeof self->mailbox); inner.last = self->position;
            inner.members = self->count)
    case COQUILL_RELAY_FRAME_LEAVE:
      PACK (Leave, leave, LEAVE, inner.handle = self->handle)
    case COQUILL_RELAY_FRAME_POST:
      PACK (Post, post, POST, inner.handle = self->handle; inner.reference = self->reference;
            inner.envelope = view (self->data))
    case COQUILL_RELAY_FRAME_STORED:
      PACK (Stored, stored, STORED, inner.handle = self->handle; inner.reference = self->reference;
            inner.position = self->position)
    case COQUILL_RELAY_FRAME_ENVELOPE:
      PACK (Envelope, envelope, ENVELOPE, inner.handle = self->handle; inner.position = self->position;
            inner.envelope = view (self->data))
    case COQUILL_RELAY_FRAME_FETCH:
      PACK (Fetch, fetch, FETCH, inner.handle = self->handle; inner.after = self->position;
            inner.budget = self->limit)
    case COQUILL_RELAY_FRAME_FETCH_END:
      PACK (FetchEnd, fetch_end, FETCH_END, inner.handle = self->handle; inner.last = self->position;
            inner.complete = self->complete)
    case COQUILL_RELAY_FRAME_COMMITTED:
      PACK (Committed, committed, COMMITTED, inner.handle = self->handle; inner.last = self->position)
    case COQUILL_RELAY_FRAME_MEMBERS:
      PACK (Members, members, MEMBERS, inner.handle = self->handle; inner.members = self->count)
    case COQUILL_RELAY_FRAME_PUT_BULLETIN:
      PACK (PutBulletin, put_bulletin, PUT_BULLETIN, inner.handle = self->handle;
            inner.reference = self->reference; inner.bulletin = view (self->data))
    case COQUILL_RELAY_FRAME_GET_BULLETIN:
      PACK (GetBulletin, get_bulletin, GET_BULLETIN, inner.reference = self->reference;
            inner.room = view_fixed (self->room, sizeof self->room))
    case COQUILL_RELAY_FRAME_BULLETIN:
      PACK (Bulletin, bulletin, BULLETIN, inner.reference = self->reference;
            inner.bulletin = view (self->data))
    case COQUILL_RELAY_FRAME_KNOCK:
      PACK (Knock, knock, KNOCK, inner.reference = self->reference;
            inner.room = view_fixed (self->room, sizeof self->room); inner.request = view (self->data))
    case COQUILL_RELAY_FRAME_KNOCKED:
      PACK (Knocked, knocked, KNOCKED, inner.handle = self->handle; inner.knock = self->position;
            inner.request = view (self->data))
    case COQUILL_RELAY_FRAME_ANSWER:
      PACK (Answer, answer, ANSWER, inner.handle = self->handle; inner.knock = self->position)
    case COQUILL_RELAY_FRAME_ERASE:
      PACK (Erase, erase, ERASE, inner.handle = self->handle; inner.reference = self->reference)
    case COQUILL_RELAY_FRAME_PING:
      PACK (Ping, ping, PING, inner.reference = self->reference)
    case COQUILL_RELAY_FRAME_PONG:
      PACK (Pong, pong, PONG, inner.reference = self->reference)
    case COQUILL_RELAY_FRAME_REFUSAL:
      PACK (Refusal, refusal, REFUSAL, inner.code = self->code; inner.message = text;
            inner.handle = self->handle; inner.reference = self->reference)
    case COQUILL_RELAY_FRAME_GET_SERVICES:
      PACK (GetServices, get_services, GET_SERVICES, inner.reference = self->reference;
            inner.handle = self->handle)
    case COQUILL_RELAY_FRAME_SERVICES:
      PACK (Services, services, SERVICES, inner.reference = self->reference; inner.stun_port = self->port;
            inner.turn = self->turn; inner.n_turn = self->turn != NULL ? g_strv_length (self->turn) : 0;
            inner.user = text; inner.password = self->password != NULL ? self->password : (char *)"";
            inner.lifetime = self->lifetime)
    default:
      g_assert_not_reached ();
    }
}

#undef PACK

static gboolean
take_data (const ProtobufCBinaryData *from, gsize limit, const char *what, GBytes **to, GError **error)
{
  if (from->len > limit)
    {
      g_set_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_TOO_LARGE,
                   "%s of %" G_GSIZE_FORMAT " bytes is over the limit of %" G_GSIZE_FORMAT, what,
                   (gsize)from->len, limit);
      return FALSE;
    }
  *to = g_bytes_new (from->data, from->len);
  return TRUE;
}

static gboolean
take_text (const char *from, char **to, GError **error)
{
  *to = coquill_unpack_text (from, COQUILL_RELAY_TEXT_MAX, "text", error);
  return *to != NULL;
}

static gboolean
take_challenge (const Coquill__Relay__Challenge *from, CoquillRelayFrame *to, GError **error)
{
  to->kind = COQUILL_RELAY_FRAME_CHALLENGE;
  to->version = from->version;
  to->features = from->features;
  to->limit = from->message_bytes;
  to->count = from->rooms;
  return coquill_unpack_copy (&from->nonce, to->nonce, sizeof to->nonce, "nonce", error)
         && take_text (from->server, &to->text, error);
}

static gboolean
take_enter (const Coquill__Relay__Enter *from, CoquillRelayFrame *to, GError **error)
{
  to->kind = COQUILL_RELAY_FRAME_ENTER;
  to->version = from->version;
  to->features = from->features;
  to->handle = from->handle;
  to->role = from->role;
  if (from->lock.len > 0 && !take_data (&from->lock, COQUILL_RELAY_TEXT_MAX, "lock", &to->data, error))
    return FALSE;
  return coquill_unpack_copy (&from->room, to->room, sizeof to->room, "room", error)
         && coquill_unpack_copy (&from->proof, to->proof, sizeof to->proof, "proof", error);
}

/* The frames that carry an envelope, a bulletin or a request. */
static gboolean
take_carrier (const Coquill__Relay__Frame *from, CoquillRelayFrame *to, GError **error)
{
  const gsize bulletin = COQUILL_RELAY_BULLETIN_MAX;
  const gsize request = COQUILL_RELAY_REQUEST_MAX;

  if (from->frame_case == COQUILL__RELAY__FRAME__FRAME_POST)
    {
      to->kind = COQUILL_RELAY_FRAME_POST;
      to->handle = from->post->handle;
      to->reference = from->post->reference;
      return take_data (&from->post->envelope, COQUILL_RELAY_FRAME_MAX, "envelope", &to->data, error);
    }
  if (from->frame_case == COQUILL__RELAY__FRAME__FRAME_ENVELOPE)
    {
      to->kind = COQUILL_RELAY_FRAME_ENVELOPE;
      to->handle = from->envelope->handle;
      to->position = from->envelope->position;
      return take_data (&from->envelope->envelope, COQUILL_RELAY_FRAME_MAX, "envelope", &to->data, error);
    }
  if (from->frame_case == COQUILL__RELAY__FRAME__FRAME_PUT_BULLETIN)
    {
      to->kind = COQUILL_RELAY_FRAME_PUT_BULLETIN;
      to->handle = from->put_bulletin->handle;
      to->reference = from->put_bulletin->reference;
      return take_data (&from->put_bulletin->bulletin, bulletin, "bulletin", &to->data, error);
    }
  if (from->frame_case == COQUILL__RELAY__FRAME__FRAME_BULLETIN)
    {
      to->kind = COQUILL_RELAY_FRAME_BULLETIN;
      to->reference = from->bulletin->reference;
      return take_data (&from->bulletin->bulletin, bulletin, "bulletin", &to->data, error);
    }
  if (from->frame_case == COQUILL__RELAY__FRAME__FRAME_KNOCK)
    {
      to->kind = COQUILL_RELAY_FRAME_KNOCK;
      to->reference = from->knock->reference;
      return coquill_unpack_copy (&from->knock->room, to->room, sizeof to->room, "room", error)
             && take_data (&from->knock->request, request, "request", &to->data, error);
    }
  if (from->frame_case == COQUILL__RELAY__FRAME__FRAME_KNOCKED)
    {
      to->kind = COQUILL_RELAY_FRAME_KNOCKED;
      to->handle = from->knocked->handle;
      to->position = from->knocked->knock;
      return take_data (&from->knocked->request, request, "request", &to->data, error);
    }
  g_set_error_literal (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_MALFORMED, "a frame of no known kind");
  return FALSE;
}

static gboolean
take_services (const Coquill__Relay__Services *from, CoquillRelayFrame *to, GError **error)
{
  to->kind = COQUILL_RELAY_FRAME_SERVICES;
  to->reference = from->reference;
  to->port = from->stun_port;
  to->lifetime = from->lifetime;
  if (from->stun_port > G_MAXUINT16)
    {
      g_set_error_literal (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_MALFORMED, "a port that is none");
      return FALSE;
    }
  if (from->n_turn > COQUILL_RELAY_TURN_MAX)
    {
      g_set_error_literal (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_TOO_LARGE, "too many TURN servers");
      return FALSE;
    }
  to->turn = g_new0 (char *, from->n_turn + 1);
  for (gsize i = 0; i < from->n_turn; i++)
    if ((to->turn[i] = coquill_unpack_text (from->turn[i], COQUILL_RELAY_TURN_URI_MAX, "turn", error))
        == NULL)
      return FALSE;
  to->text = coquill_unpack_text (from->user, COQUILL_RELAY_TURN_WORD_MAX, "user", error);
  if (to->text != NULL)
    to->password = coquill_unpack_text (from->password, COQUILL_RELAY_TURN_WORD_MAX, "password", error);
  return to->password != NULL;
}

static gboolean
take (const Coquill__Relay__Frame *from, CoquillRelayFrame *to, GError **error)
{
  switch ((int)from->frame_case)
    {
    case COQUILL__RELAY__FRAME__FRAME_CHALLENGE:
      return take_challenge (from->challenge, to, error);
    case COQUILL__RELAY__FRAME__FRAME_ENTER:
      return take_enter (from->enter, to, error);
    case COQUILL__RELAY__FRAME__FRAME_ENTERED:
      to->kind = COQUILL_RELAY_FRAME_ENTERED;
      to->handle = from->entered->handle;
      to->position = from->entered->last;
      to->count = from->entered->members;
      return coquill_unpack_copy (&from->entered->mailbox, to->mailbox, sizeof to->mailbox, "mailbox", error);
    case COQUILL__RELAY__FRAME__FRAME_LEAVE:
      to->kind = COQUILL_RELAY_FRAME_LEAVE;
      to->handle = from->leave->handle;
      return TRUE;
    case COQUILL__RELAY__FRAME__FRAME_STORED:
      to->kind = COQUILL_RELAY_FRAME_STORED;
      to->handle = from->stored->handle;
      to->reference = from->stored->reference;
      to->position = from->stored->position;
      return TRUE;
    case COQUILL__RELAY__FRAME__FRAME_FETCH:
      to->kind = COQUILL_RELAY_FRAME_FETCH;
      to->handle = from->fetch->handle;
      to->position = from->fetch->after;
      to->limit = from->fetch->budget;
      return TRUE;
    case COQUILL__RELAY__FRAME__FRAME_FETCH_END:
      to->kind = COQUILL_RELAY_FRAME_FETCH_END;
      to->handle = from->fetch_end->handle;
      to->position = from->fetch_end->last;
      to->complete = from->fetch_end->complete;
      return TRUE;
    case COQUILL__RELAY__FRAME__FRAME_COMMITTED:
      to->kind = COQUILL_RELAY_FRAME_COMMITTED;
      to->handle = from->committed->handle;
      to->position = from->committed->last;
      return TRUE;
    case COQUILL__RELAY__FRAME__FRAME_MEMBERS:
      to->kind = COQUILL_RELAY_FRAME_MEMBERS;
      to->handle = from->members->handle;
      to->count = from->members->members;
      return TRUE;
    case COQUILL__RELAY__FRAME__FRAME_GET_BULLETIN:
      to->kind = COQUILL_RELAY_FRAME_GET_BULLETIN;
      to->reference = from->get_bulletin->reference;
      return coquill_unpack_copy (&from->get_bulletin->room, to->room, sizeof to->room, "room", error);
    case COQUILL__RELAY__FRAME__FRAME_ANSWER:
      to->kind = COQUILL_RELAY_FRAME_ANSWER;
      to->handle = from->answer->handle;
      to->position = from->answer->knock;
      return TRUE;
    case COQUILL__RELAY__FRAME__FRAME_ERASE:
      to->kind = COQUILL_RELAY_FRAME_ERASE;
      to->handle = from->erase->handle;
      to->reference = from->erase->reference;
      return TRUE;
    case COQUILL__RELAY__FRAME__FRAME_PING:
      to->kind = COQUILL_RELAY_FRAME_PING;
      to->reference = from->ping->reference;
      return TRUE;
    case COQUILL__RELAY__FRAME__FRAME_PONG:
      to->kind = COQUILL_RELAY_FRAME_PONG;
      to->reference = from->pong->reference;
      return TRUE;
    case COQUILL__RELAY__FRAME__FRAME_REFUSAL:
      to->kind = COQUILL_RELAY_FRAME_REFUSAL;
      to->code = from->refusal->code;
      to->handle = from->refusal->handle;
      to->reference = from->refusal->reference;
      return take_text (from->refusal->message, &to->text, error);
    case COQUILL__RELAY__FRAME__FRAME_GET_SERVICES:
      to->kind = COQUILL_RELAY_FRAME_GET_SERVICES;
      to->reference = from->get_services->reference;
      to->handle = from->get_services->handle;
      return TRUE;
    case COQUILL__RELAY__FRAME__FRAME_SERVICES:
      return take_services (from->services, to, error);
    default:
      return take_carrier (from, to, error);
    }
}

gboolean
coquill_relay_frame_decode (GBytes *bytes, CoquillRelayFrame *frame, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Coquill__Relay__Frame *message;
  gboolean taken;

  *frame = (CoquillRelayFrame){ 0 };
  message = coquill_unpack (&coquill__relay__frame__descriptor, data, length, COQUILL_RELAY_FRAME_MAX, error);
  if (message == NULL)
    return FALSE;
  taken = take (message, frame, error);
  coquill_unpack_free (message);
  if (!taken)
    coquill_relay_frame_clear (frame);
  return taken;
}

void
coquill_relay_frame_clear (CoquillRelayFrame *self)
{
  g_clear_pointer (&self->data, g_bytes_unref);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->turn, g_strfreev);
  if (self->password != NULL)
    explicit_bzero (self->password, strlen (self->password));
  g_clear_pointer (&self->password, g_free);
}
