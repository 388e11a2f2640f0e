/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-index.c: a sorted list of the ids from which on another leaf holds what there is. */

#include "text/order-index.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/order-private.h"

/*
 * An entry says: whatever the order holds of the ids from mine to before the next entry's, is in my leaf;
 * NULL: it holds nothing of them. So an entry may well cover ids that are nowhere; and one whose ids were all
 * taken out stays, and finds nothing in its leaf. (Leaves keep their memory while there is an index.) What
 * somebody types into one leaf is one entry, and changes the index only in that the end moves on.
 *
 * The entries lie in chunks, the chunks in an array. To put in a chunk moves what is behind in that array,
 * which is a hundredth of the entries, and happens for one of thirty new ones.
 */

#define CHUNK_ENTRIES 64

/* So full are chunks that are made at once. */
#define CHUNK_FILL 48

typedef struct
{
  unsigned n_entries; /* 1 at least */
  CoquillId ids[CHUNK_ENTRIES];
  CoquillOrderLeaf *leaves[CHUNK_ENTRIES];
} Chunk;

typedef struct
{
  CoquillId id; /* the chunk's first */
  Chunk *chunk;
} Slot;

/* The first entry's id is 0, so that each id has an entry at or before it. */
struct CoquillOrderIndex
{
  Slot *slots;
  size_t n_slots;
  size_t capacity;

  /* The entry last found: most look for the same, or for the next. */
  size_t slot;
  unsigned entry;
};

static Chunk *
add_chunk (CoquillOrderIndex *self, size_t slot, CoquillId id)
{
  Chunk *chunk = coquill_allocate (sizeof *chunk);

  self->slots = coquill_grow (self->slots, &self->capacity, self->n_slots + 1, sizeof *self->slots);
  memmove (&self->slots[slot + 1], &self->slots[slot], (self->n_slots - slot) * sizeof *self->slots);
  self->slots[slot] = (Slot){ id, chunk };
  self->n_slots++;
  return chunk;
}

typedef struct
{
  CoquillId id;
  CoquillOrderLeaf *leaf;
} Entry;

/* Radix sort from the lowest byte up; bytes that are the same in all ids are left out, and most are. Returns
 * which of the two arrays is sorted. */
static Entry *
sort_entries (Entry *entries, Entry *other, size_t n_entries)
{
  size_t (*counts)[256] = coquill_allocate (8 * sizeof *counts);

  for (size_t i = 0; i < n_entries; i++)
    for (unsigned byte = 0; byte < 8; byte++)
      counts[byte][entries[i].id >> (8 * byte) & 255]++;

  for (unsigned byte = 0; byte < 8; byte++)
    {
      size_t start = 0;
      Entry *sorted = other;

      if (counts[byte][entries[0].id >> (8 * byte) & 255] == n_entries)
        continue;
      for (unsigned i = 0; i < 256; i++)
        {
          size_t count = counts[byte][i];

          counts[byte][i] = start;
          start += count;
        }
      for (size_t i = 0; i < n_entries; i++)
        sorted[counts[byte][entries[i].id >> (8 * byte) & 255]++] = entries[i];
      other = entries;
      entries = sorted;
    }
  free (counts);
  return entries;
}

CoquillOrderIndex *
coquill_order_index_new (CoquillOrderLeaf *first, size_t n_spans)
{
  CoquillOrderIndex *self = coquill_allocate (sizeof *self);
  Chunk *chunk = add_chunk (self, 0, 0);
  CoquillOrderLeaf *last = NULL;
  Entry *entries, *sorted;
  size_t n_entries = 0;

  chunk->n_entries = 1;
  if (n_spans == 0)
    return self;
  entries = coquill_grow (NULL, &(size_t){ 0 }, 2 * n_spans, sizeof *entries);
  for (CoquillOrderLeaf *leaf = first; leaf != NULL; leaf = leaf->next)
    for (unsigned i = coquill_order_leaf_first (leaf); i < COQUILL_ORDER_LEAF_SPANS;
         i = coquill_order_leaf_next (leaf, i))
      entries[n_entries++] = (Entry){ leaf->spans[i].id, leaf };

  sorted = sort_entries (entries, entries + n_spans, n_entries);
  for (size_t i = 0; i < n_entries; i++)
    if (sorted[i].leaf != last)
      {
        if (chunk->n_entries == CHUNK_FILL)
          chunk = add_chunk (self, self->n_slots, sorted[i].id);
        chunk->ids[chunk->n_entries] = sorted[i].id;
        chunk->leaves[chunk->n_entries] = sorted[i].leaf;
        chunk->n_entries++;
        last = sorted[i].leaf;
      }
  free (entries);
  return self;
}

void
coquill_order_index_free (CoquillOrderIndex *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->n_slots; i++)
    free (self->slots[i].chunk);
  free (self->slots);
  free (self);
}

/* Where the ids of an entry end. */
static inline CoquillId
entry_end (const CoquillOrderIndex *self, size_t slot, unsigned entry)
{
  if (entry + 1 < self->slots[slot].chunk->n_entries)
    return self->slots[slot].chunk->ids[entry + 1];
  return slot + 1 < self->n_slots ? self->slots[slot + 1].id : COQUILL_ID_NONE;
}

/* Finds the entry of an id. */
static void
locate (CoquillOrderIndex *self, CoquillId id)
{
  const Chunk *chunk = self->slots[self->slot].chunk;
  size_t n = self->n_slots;
  size_t slot = 0;
  unsigned entry = 0;

  if (chunk->ids[self->entry] <= id)
    {
      if (id < entry_end (self, self->slot, self->entry))
        return;
      if (self->entry + 1 < chunk->n_entries && id < entry_end (self, self->slot, self->entry + 1))
        {
          self->entry++;
          return;
        }
    }

  /* Halving without branches: the next one can't be guessed. */
  for (; n > 1; n -= n / 2)
    slot += self->slots[slot + n / 2].id <= id ? n / 2 : 0;
  chunk = self->slots[slot].chunk;
  for (unsigned m = chunk->n_entries; m > 1; m -= m / 2)
    entry += chunk->ids[entry + m / 2] <= id ? m / 2 : 0;
  self->slot = slot;
  self->entry = entry;
}

/* Puts an entry behind the one last found, and takes that for the one last found. */
static void
add_entry (CoquillOrderIndex *self, CoquillId id, CoquillOrderLeaf *leaf)
{
  Chunk *chunk = self->slots[self->slot].chunk;
  unsigned n_behind;

  if (chunk->n_entries == CHUNK_ENTRIES)
    {
      /* At the end of all, full chunks are left behind. */
      bool at_end = self->slot + 1 == self->n_slots && self->entry + 1 == CHUNK_ENTRIES;
      unsigned cut = at_end ? CHUNK_ENTRIES - 1 : CHUNK_ENTRIES / 2;
      Chunk *right = add_chunk (self, self->slot + 1, chunk->ids[cut]);

      right->n_entries = chunk->n_entries - cut;
      memcpy (right->ids, &chunk->ids[cut], right->n_entries * sizeof right->ids[0]);
      memcpy (right->leaves, &chunk->leaves[cut], right->n_entries * sizeof right->leaves[0]);
      chunk->n_entries = cut;
      if (self->entry >= cut)
        {
          self->slot++;
          self->entry -= cut;
          chunk = right;
        }
    }
  self->entry++;
  n_behind = chunk->n_entries - self->entry;
  memmove (&chunk->ids[self->entry + 1], &chunk->ids[self->entry], n_behind * sizeof chunk->ids[0]);
  memmove (&chunk->leaves[self->entry + 1], &chunk->leaves[self->entry], n_behind * sizeof chunk->leaves[0]);
  chunk->ids[self->entry] = id;
  chunk->leaves[self->entry] = leaf;
  chunk->n_entries++;
}

/* Takes the entry last found, which isn't its chunk's first, out; the one before counts as last found. */
static void
remove_entry (CoquillOrderIndex *self)
{
  Chunk *chunk = self->slots[self->slot].chunk;
  unsigned n_behind = --chunk->n_entries - self->entry;

  memmove (&chunk->ids[self->entry], &chunk->ids[self->entry + 1], n_behind * sizeof chunk->ids[0]);
  memmove (&chunk->leaves[self->entry], &chunk->leaves[self->entry + 1], n_behind * sizeof chunk->leaves[0]);
  self->entry--;
}

/* The lowest id of a leaf from @id to before @end; @end if there is none. */
static CoquillId
lowest_in (const CoquillOrderLeaf *leaf, CoquillId id, CoquillId end)
{
  for (unsigned i = coquill_order_leaf_first (leaf); i < COQUILL_ORDER_LEAF_SPANS;
       i = coquill_order_leaf_next (leaf, i))
    {
      const CoquillOrderSpan *span = &leaf->spans[i];

      if (span->id < end && span->id + span->length > id)
        end = span->id > id ? span->id : id;
    }
  return end;
}

void
coquill_order_index_set (CoquillOrderIndex *self, CoquillId id, uint32_t length, CoquillOrderLeaf *leaf)
{
  CoquillId set_end = id + length;

  while (id < set_end)
    {
      CoquillId end, piece_end;
      CoquillOrderLeaf *old;
      Chunk *chunk;

      locate (self, id);
      chunk = self->slots[self->slot].chunk;
      old = chunk->leaves[self->entry];
      end = entry_end (self, self->slot, self->entry);
      piece_end = set_end < end ? set_end : end;
      if (old == leaf)
        {
          id = piece_end;
          continue;
        }

      if (self->entry > 0 && chunk->leaves[self->entry - 1] == leaf
          && (old == NULL || chunk->ids[self->entry] == id))
        {
          /* The entry before reaches further. */
          if (piece_end < end)
            {
              chunk->ids[self->entry] = piece_end;
              self->entry--;
            }
          else
            remove_entry (self);
        }
      else
        {
          CoquillOrderLeaf *rest
              = old != NULL && piece_end < end && lowest_in (old, piece_end, end) < end ? old : NULL;

          if (chunk->ids[self->entry] == id)
            chunk->leaves[self->entry] = leaf;
          else
            add_entry (self, id, leaf);
          if (piece_end < end)
            {
              add_entry (self, piece_end, rest);
              locate (self, id);
            }
        }
      id = piece_end;
    }
}

CoquillOrderLeaf *
coquill_order_index_get (CoquillOrderIndex *self, CoquillId id)
{
  locate (self, id);
  return self->slots[self->slot].chunk->leaves[self->entry];
}

CoquillId
coquill_order_index_next (CoquillOrderIndex *self, CoquillId id)
{
  while (id != COQUILL_ID_NONE)
    {
      const CoquillOrderLeaf *leaf = coquill_order_index_get (self, id);
      CoquillId end = entry_end (self, self->slot, self->entry);

      if (leaf != NULL)
        {
          CoquillId lowest = lowest_in (leaf, id, end);

          if (lowest < end)
            return lowest;
        }
      id = end;
    }
  return COQUILL_ID_NONE;
}
