/* seal-list.c: the signatures that are kept, and the places at which a document can be cut into signed pieces
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/seal-list.h"

typedef struct
{
  guint64 end;       /* local version */
  GHashTable *seals; /* agent → CoquillSeal: of the agents that wrote in the piece */
} Piece;

struct CoquillSealList
{
  GPtrArray *pieces; /* (element-type Piece): the last one grows */
  guint64 weight;    /* of the last one */
};

static void
piece_free_cb (gpointer data)
{
  Piece *piece = data;

  g_hash_table_unref (piece->seals);
  g_free (piece);
}

static void
add_piece (CoquillSealList *self)
{
  Piece *piece = g_new (Piece, 1);

  piece->end = G_MAXUINT64;
  piece->seals = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_ptr_array_add (self->pieces, piece);
  self->weight = 0;
}

CoquillSealList *
coquill_seal_list_new (void)
{
  CoquillSealList *self = g_new0 (CoquillSealList, 1);

  self->pieces = g_ptr_array_new_with_free_func (piece_free_cb);
  add_piece (self);

  return self;
}

void
coquill_seal_list_free (CoquillSealList *self)
{
  g_ptr_array_unref (self->pieces);
  g_free (self);
}

void
coquill_seal_list_begin_body (CoquillSealList *self, guint64 version, guint64 weight)
{
  Piece *piece = g_ptr_array_index (self->pieces, self->pieces->len - 1);

  if (self->weight > 0
      && (self->weight + weight > COQUILL_SEAL_LIST_SPACING
          || g_hash_table_size (piece->seals) >= COQUILL_SEAL_LIST_AGENTS))
    {
      piece->end = version;
      add_piece (self);
    }
  self->weight += weight;
}

void
coquill_seal_list_add (CoquillSealList *self, guint32 agent, const CoquillSeal *seal)
{
  Piece *piece = g_ptr_array_index (self->pieces, self->pieces->len - 1);

  const CoquillSeal *known = g_hash_table_lookup (piece->seals, GUINT_TO_POINTER (agent));

  if (known == NULL || known->sequence < seal->sequence)
    g_hash_table_insert (piece->seals, GUINT_TO_POINTER (agent), g_memdup2 (seal, sizeof *seal));
}

guint
coquill_seal_list_get_n_pieces (const CoquillSealList *self)
{
  return self->pieces->len;
}

guint64
coquill_seal_list_get_end (const CoquillSealList *self, guint piece)
{
  const Piece *entry = g_ptr_array_index (self->pieces, piece);

  return entry->end;
}

const CoquillSeal *
coquill_seal_list_find (const CoquillSealList *self, guint piece, guint32 agent)
{
  const Piece *entry = g_ptr_array_index (self->pieces, piece);

  return g_hash_table_lookup (entry->seals, GUINT_TO_POINTER (agent));
}
