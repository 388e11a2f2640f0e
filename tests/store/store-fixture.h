/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-fixture.h: a data folder for a test, and calls that wait. */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

typedef struct
{
  char *folder;
} StoreFixture;

/* A document's id for tests: @digit 64 times. Free it. */
char *
store_fixture_id (char digit);

void
store_fixture_set_up (StoreFixture *self, gconstpointer data);
void
store_fixture_tear_down (StoreFixture *self, gconstpointer data);

/* Each runs the main context until the call returns. */
CoquillStore *
store_fixture_open (const char *folder, CoquillStoreMode mode, GError **error);
void
store_fixture_close (CoquillStore *store);
gboolean
store_fixture_commit (CoquillStore *store, CoquillStoreBatch *batch, GError **error);
CoquillStoreDocument *
store_fixture_read (CoquillStore *store, const char *id, GError **error);
GArray *
store_fixture_read_history (
    CoquillStore *store, const char *id, guint64 after, guint64 until, GError **error);

/* Adds a block of text. */
void
store_fixture_add (CoquillStoreBatch *batch, const char *text);
/* The text of a block, to be freed. */
char *
store_fixture_text (GArray *blocks, guint index);

void
store_fixture_remove_folder (const char *folder);

G_END_DECLS
