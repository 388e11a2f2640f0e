/* person.h: somebody with a device and a replica, for tests */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/document.h"

G_BEGIN_DECLS

/**
 * Person:
 * @keys: of the device
 * @document: (nullable): the replica
 * @stored: bodies in the order in which they were flushed or accepted, as a store would have them
 * @now: the time
 */
typedef struct
{
  CoquillDeviceKeys *keys;
  CoquillDocument *document;
  GPtrArray *stored;
  gint64 now;
} Person;

/** The seed of all randomness, which --seed names and GLib prints. */
void
person_use_seed (void);

Person *
person_new (void);
/** Somebody who founds a document. */
Person *
person_new_founder (void);
/** Somebody who joins @host's document by a fresh link and has all that @host has. */
Person *
person_new_guest (Person *host);
void
person_free (Person *self);

/** Flushes, stores, and gives out what was flushed. Returns: (transfer full) */
GPtrArray *
person_flush (Person *self);
CoquillAccept
person_accept (Person *self, const CoquillBody *body);
/** Gives @to all that it lacks, by difference. */
void
person_give_missing (Person *self, Person *to);
/** Both ways. */
void
person_exchange (Person *self, Person *other);

void
person_insert (Person *self, guint64 position, const char *text);
void
person_delete (Person *self, guint64 position, guint64 count);
/** One random edit: insertion, deletion, undo, redo, record. */
void
person_edit_randomly (Person *self, GRand *random);
char *
person_text (Person *self);
void
person_assert_text (Person *self, const char *text);
/** person_list_some_ids: (transfer full) (element-type CoquillChangeId): which characters are at a range.
 * Agents in them are @self's local indices */
GArray *
person_list_some_ids (Person *self, guint64 position, guint64 count);
/** Those of the whole text. */
GArray *
person_list_ids (Person *self);
gboolean
id_is_same (const CoquillChangeId *a, const CoquillChangeId *b);
void
ids_assert_same (GArray *a, GArray *b);
/** Whether the item is by @author's device, in @reader's replica. */
gboolean
person_knows_author (Person *reader, const CoquillChangeId *id, Person *author);
/** Same text, same title, same log heads. */
void
persons_assert_equal (Person *a, Person *b);

/** The program ends and begins again, with a snapshot of @snapshot's time (or none) and the first @n_stored
 * bodies. */
void
person_restart (Person *self, GBytes *keys, GBytes *snapshot, guint n_before_snapshot, guint n_stored);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Person, person_free)

G_END_DECLS
