/* SPDX-License-Identifier: GPL-3.0-or-later */
/* line.h: two direct channels, and a line between them that loses, delays, turns round and spoils; virtual
 * time */
#pragma once

#include "net/direct-channel.h"

G_BEGIN_DECLS

/* Shares are of a million packets. */
typedef struct
{
  gint64 delay, jitter; /* one way, in microseconds; jitter turns packets round */
  guint loss, twice, cut, flipped, junk;
  guint64 rate; /* bytes a second, 0: any; what would wait longer than `patience` is lost */
  gint64 patience;
  gint64 busy[2];
  gint64 grain; /* timers are as late as this, as those of a main loop are; 0: exact */
} LineQuality;

typedef struct _Line Line;

/* One end, and what it has been told. */
typedef struct
{
  Line *line;
  CoquillDirectChannel *channel;
  CoquillQuicCertificate *certificate;
  gboolean established, hungry; /* hungry: consumes at once */
  GPtrArray *received;          /* of GBytes */
  GArray *received_at;          /* of gint64 */
  GArray *acknowledged;         /* of guint64 */
  GArray *echoes;               /* of gint64 */
  guint n_rooms;
  gsize unconsumed, received_bytes;
  gboolean forgets; /* keeps sizes and times only */
  GError *error;
} LineEnd;

struct _Line
{
  gint64 now;
  LineQuality quality;
  LineEnd ends[2]; /* the first is the client */
  GRand *rand;
  GPtrArray *heap;
  guint64 n_packets;
  GBytes *last[2]; /* the last packet that each sent, before it was spoilt */
};

Line *
line_new (guint32 seed, const LineQuality *quality);

/* What is wrong with an end: nothing; its certificate is another one; it claims the right one and hasn't its
 * key. */
typedef enum
{
  LINE_RIGHT,
  LINE_STRANGER,
  LINE_FORGER,
} LineFault;

Line *
line_new_with_fault (guint32 seed, const LineQuality *quality, guint end, LineFault fault);

void
line_free (Line *line);

/* Sends all that both have to send now. */
void
line_pump (Line *line);

/* Lets time go by until @until. */
void
line_run (Line *line, gint64 until);

/* Lets time go by until both are established, at most a time. Returns: whether they are */
gboolean
line_establish (Line *line, gint64 most);

/* Posts, and sends. */
gboolean
line_post (Line *line, guint end, GBytes *envelope, guint64 reference, gboolean live);

/* Lets bytes arrive at an end right now. */
void
line_inject (Line *line, guint end, const guint8 *data, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Line, line_free)

G_END_DECLS
