/* relay-hub.h: all rooms and sessions of a relay, without its sockets */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "relay/mailbox.h"
#include "relay/relay-connection.h"
#include "relay/relay-options.h"
#include "relay/turn-offer.h"

G_BEGIN_DECLS

typedef struct _CoquillRelayRoom CoquillRelayRoom;
typedef struct _CoquillRelaySession CoquillRelaySession;

/** Bytes under way to the disk, above which those who post are paused. */
#define COQUILL_RELAY_HUB_DISK_BYTES (64 * 1024 * 1024)
/** How often members are told of the room's growth and number, in milliseconds: often enough for people,
 * rarely enough for large rooms. */
#define COQUILL_RELAY_HUB_NEWS_INTERVAL 200
/** How often paused sessions are looked at, in milliseconds. */
#define COQUILL_RELAY_HUB_RESUME_INTERVAL 20
/** A stopping relay waits so long for the disk, and then for its clients to go, in seconds. */
#define COQUILL_RELAY_HUB_STOP_SECONDS 10
#define COQUILL_RELAY_HUB_GOODBYE_SECONDS 1

/**
 * CoquillRelayHub:
 * @options: the limits
 * @mailbox: (owned): the disk
 * @rooms: (owned) (element-type CoquillRelayRoom): by id; those with members
 * @sessions: (owned) (element-type CoquillRelaySession): by id
 * @news: (owned): rooms with something to tell their members
 * @paused: (owned): sessions whose reading is paused
 * @turn: (owned): TURN servers for those who look for direct roads
 * @stun_port: the UDP port that answers STUN; 0 if none does
 * @serial: counts posts and entries, to tell which came first
 * @is_short: whether all queues together are over the limit
 *
 * What room and session share. Main thread.
 */
typedef struct
{
  const CoquillRelayOptions *options;
  CoquillMailbox *mailbox;
  GHashTable *rooms;
  GHashTable *sessions;
  GHashTable *news;
  GHashTable *paused;
  CoquillTurnOffer *turn;
  guint16 stun_port;
  guint64 serial;
  guint64 last_session;
  gboolean is_short;

  guint tick_source;
  guint news_source;
  guint resume_source;
  guint stop_source;
  gint64 stop_by;
  gboolean is_stopping;
  gboolean said_goodbye;
  GSourceFunc stopped;
  gpointer stopped_data;
} CoquillRelayHub;

/**
 * coquill_relay_hub_new:
 * @options: outlives the hub
 * @error: return location for a #CoquillSqlError, or why the TURN servers' secret can't be read
 *
 * Opens the mailbox. Blocks on the disk.
 */
CoquillRelayHub *
coquill_relay_hub_new (const CoquillRelayOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_relay_hub_free:
 *
 * Drops all connections and closes the mailbox; what was given to it is written.
 */
void
coquill_relay_hub_free (CoquillRelayHub *self);

/**
 * coquill_relay_hub_add:
 * @connection: (transfer full): after its handshake
 * @authority: the Host header that its client sent
 * @address: where it comes from, for the log
 */
void
coquill_relay_hub_add (CoquillRelayHub *self,
                       CoquillRelayConnection *connection,
                       const char *authority,
                       const char *address);

/**
 * coquill_relay_hub_stop:
 * @stopped: called once, when all is on the disk and everybody was told, or time is up
 */
void
coquill_relay_hub_stop (CoquillRelayHub *self, GSourceFunc stopped, gpointer data);

/**
 * coquill_relay_hub_pause:
 *
 * Pauses the reading of a session until it has credit again and the disk keeps up.
 */
void
coquill_relay_hub_pause (CoquillRelayHub *self, CoquillRelaySession *session);

/**
 * coquill_relay_hub_add_news:
 *
 * Has coquill_relay_room_tell_news() called soon.
 */
void
coquill_relay_hub_add_news (CoquillRelayHub *self, CoquillRelayRoom *room);

/** Forgets a session that closed; it is freed later. */
void
coquill_relay_hub_remove (CoquillRelayHub *self, CoquillRelaySession *session);

G_END_DECLS
