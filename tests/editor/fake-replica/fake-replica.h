/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake-replica.h: a replica in memory, without disk or network, whose people a test plays. */
#pragma once

#include "replica/library.h"

G_BEGIN_DECLS

/** Makes a library that is open already. Returns: (transfer full): */
CoquillLibrary *
coquill_fake_library_new (void);

/** Lets the next coquill_library_open_async() fail. */
void
coquill_fake_library_fail_next_open (const GError *error);

/** Adds a document that holds @text. Returns: (transfer none): */
CoquillReplica *
coquill_fake_library_add (CoquillLibrary *self, const char *title, const char *text);

/** Returns: (transfer none): somebody who is on line in @replica */
CoquillParticipant *
coquill_fake_replica_add_person (CoquillReplica *self, const char *name, const char *color);

/** Queues an insertion or a deletion of @author's, to be merged as changes from the network are. Positions
 * count in the text after all that was queued before. */
void
coquill_fake_replica_remote_insert (CoquillReplica *self,
                                    CoquillParticipant *author,
                                    guint64 position,
                                    const char *text);
void
coquill_fake_replica_remote_delete (CoquillReplica *self,
                                    CoquillParticipant *author,
                                    guint64 position,
                                    guint64 count);

/** Moves the caret of @person, who is in @self. */
void
coquill_fake_replica_move_caret (CoquillReplica *self,
                                 CoquillParticipant *person,
                                 guint64 caret,
                                 guint64 selection_bound);

void
coquill_fake_replica_set_state (CoquillReplica *self, CoquillReplicaState state, const GError *error);
void
coquill_fake_replica_set_status (CoquillReplica *self, CoquillReplicaStatus status, const GError *error);

/** What the library and the join doubles use among themselves. */
CoquillReplica *
coquill_fake_replica_new (const char *title, const char *text);
void
coquill_fake_replica_share (CoquillReplica *self, const char *relay);
CoquillParticipant *
coquill_fake_participant_new (const char *name, const char *color, gboolean is_self);
CoquillJoin *
coquill_fake_join_new (const char *link);
void
coquill_fake_join_set_state (CoquillJoin *self,
                             CoquillJoinState state,
                             CoquillReplica *replica,
                             const GError *error);

G_END_DECLS
