/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hello.h: a replica's greeting: what it speaks and what it has, body of HELLO */

#pragma once

#include "wire/vector.h"

G_BEGIN_DECLS

/* The protocol that this version speaks; a peer of another one is told apart here. */
#define COQUILL_HELLO_PROTOCOL 1

/* Heads of the membership log. More than one are rare (concurrent entries), more than this is an attack. */
#define COQUILL_HELLO_MAX_HEADS 1024

/* Devices that somebody reaches directly. More than a room's direct roads are an attack. */
#define COQUILL_HELLO_MAX_REACHED 32

/**
 * CoquillHelloStatus:
 * @COQUILL_HELLO_GREETING: an answer is wished
 * @COQUILL_HELLO_ANSWER: answers a greeting; gets no answer, so that hellos end
 *
 * What the sender expects.
 */
typedef enum
{
  COQUILL_HELLO_GREETING = 1,
  COQUILL_HELLO_ANSWER = 2,
} CoquillHelloStatus;

/**
 * CoquillHello:
 * @protocol: %COQUILL_HELLO_PROTOCOL of the sender
 * @features: bits of optional abilities; unknown ones are ignored
 * @status: a #CoquillHelloStatus
 * @heads: (array length=n_heads): ids of the log entries that nothing known follows
 * @vector: what the sender has
 * @forks: entries of second streams of devices that signed two
 * @without_relay: the sender's relay is out of its reach now: what goes through it has to be passed on
 * @reached: (array length=n_reached): devices to which the sender has a healthy direct road, so that nobody
 *   else needs to pass on to them what it writes
 *
 * What the sender has, so that the receiver knows what to send.
 */
typedef struct
{
  guint32 protocol;
  guint64 features;
  guint32 status;
  CoquillDigest *heads;
  gsize n_heads;
  CoquillWireVector vector;
  CoquillWireVector forks;
  gboolean without_relay;
  CoquillDigest *reached;
  gsize n_reached;
} CoquillHello;

CoquillHello *
coquill_hello_new (void) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_hello_set_heads (CoquillHello *self, const CoquillDigest *heads, gsize n_heads);
void
coquill_hello_set_reached (CoquillHello *self, const CoquillDigest *devices, gsize n_devices);
GBytes *
coquill_hello_encode (const CoquillHello *self) G_GNUC_WARN_UNUSED_RESULT;
CoquillHello *
coquill_hello_decode (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_hello_free (CoquillHello *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillHello, coquill_hello_free)

G_END_DECLS
