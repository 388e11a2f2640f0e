/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-visitor.h: a plain client of a relay that keeps to no rule its test doesn't */
#pragma once

#include "relay-process.h"
#include "trust/room-proof.h"
#include "wire/relay-frame.h"

G_BEGIN_DECLS

typedef struct
{
  int descriptor;
  char *authority;
  guint8 nonce[COQUILL_RELAY_NONCE_SIZE];
  GByteArray *input;
  guint close_code; /* once the relay closed; 0: not yet, or without a word */
} RelayVisitor;

/* Connects, and nothing more. All reads and writes give up after 20 s. */
RelayVisitor *
relay_visitor_connect (RelayProcess *relay);

/* Connects, shakes hands and reads the challenge. */
RelayVisitor *
relay_visitor_new (RelayProcess *relay);
void
relay_visitor_free (RelayVisitor *self);

/* Returns FALSE if the relay doesn't take it any more. */
gboolean
relay_visitor_write (RelayVisitor *self, gconstpointer data, gsize length);

/* Reads until the relay closes. */
char *
relay_visitor_read_all (RelayVisitor *self);

/* A WebSocket frame, masked, with any first byte. */
gboolean
relay_visitor_write_frame (RelayVisitor *self, guint8 first, gconstpointer data, gsize length);
gboolean
relay_visitor_send (RelayVisitor *self, const CoquillRelayFrame *frame);

/* The next message; FALSE if the relay closed. */
gboolean
relay_visitor_receive (RelayVisitor *self, CoquillRelayFrame *frame);

/* Reads over other frames; fails the test if @kind doesn't come. */
void
relay_visitor_expect (RelayVisitor *self, CoquillRelayFrameKind kind, CoquillRelayFrame *frame);
void
relay_visitor_expect_refusal (RelayVisitor *self, CoquillRelayCode code);
/* Reads over everything until the end, which must come with @close_code. */
void
relay_visitor_expect_close (RelayVisitor *self, guint close_code);

/* Sends ENTER with a good proof. */
void
relay_visitor_enter (RelayVisitor *self,
                     guint32 handle,
                     CoquillRoomRole role,
                     CoquillRoomKeys *keys,
                     const CoquillRoomLock *lock);
/* Posts what looks like an envelope, of 256 to 65536 bytes. */
gboolean
relay_visitor_post (RelayVisitor *self, guint32 handle, guint8 envelope_class, gsize size, guint64 reference);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RelayVisitor, relay_visitor_free)

G_END_DECLS
