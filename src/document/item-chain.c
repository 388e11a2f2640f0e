/* item-chain.c: the running digest of an agent's items, that its signatures cover */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/item-chain.h"

#include <string.h>

/* Canonical bytes are gathered here before they are hashed: BLAKE2b works in blocks of 128. */
#define WRITER_SIZE 4096

/* Bytes that one item takes at most, its payload and parents not counted: kind, two varints or a full name, a
 * count. */
#define ITEM_ROOM (1 + 32 + 4 + 8 + 10 + 10 + 10)

typedef struct
{
  CoquillItemChain *chain;
  gsize used;
  guint8 bytes[WRITER_SIZE];
} Writer;

static void
writer_flush (Writer *self)
{
  coquill_hash_update (&self->chain->hash, self->bytes, self->used);
  self->chain->weight += self->used;
  self->used = 0;
}

static void
writer_put (Writer *self, gconstpointer bytes, gsize length)
{
  if (length > WRITER_SIZE - self->used)
    writer_flush (self);
  if (length > WRITER_SIZE)
    {
      coquill_hash_update (&self->chain->hash, bytes, length);
      self->chain->weight += length;
      return;
    }
  memcpy (self->bytes + self->used, bytes, length);
  self->used += length;
}

static void
writer_put_varint (Writer *self, guint64 value)
{
  guint8 bytes[10];
  gsize used = 0;

  while (value >= 0x80)
    {
      bytes[used++] = (guint8)(value | 0x80);
      value >>= 7;
    }
  bytes[used++] = (guint8)value;
  writer_put (self, bytes, used);
}

static void
put_agent (CoquillHash *hash, guint32 ordinal, guint64 nonce)
{
  guint32 ordinal_bytes = GUINT32_TO_LE (ordinal);
  guint64 nonce_bytes = GUINT64_TO_LE (nonce);

  coquill_hash_update (hash, &ordinal_bytes, 4);
  coquill_hash_update (hash, &nonce_bytes, 8);
}

static void
restart (CoquillItemChain *self, const guint8 *digest)
{
  coquill_hash_begin (&self->hash, "coquill items on 1");
  coquill_hash_update (&self->hash, digest, COQUILL_DIGEST_SIZE);
}

CoquillItemChain *
coquill_item_chain_new (const guint8 *document,
                        const CoquillAgent *agent,
                        const CoquillAgentPrevious *previous)
{
  CoquillItemChain *self = g_new0 (CoquillItemChain, 1);
  guint8 present = previous != NULL && previous->present;

  self->marks = g_array_new (FALSE, FALSE, sizeof (CoquillItemMark));
  coquill_hash_begin (&self->hash, "coquill items 1");
  coquill_hash_update (&self->hash, document, 32);
  coquill_hash_update (&self->hash, agent->device, 32);
  put_agent (&self->hash, agent->ordinal, agent->nonce);
  coquill_hash_update (&self->hash, &present, 1);
  if (present)
    {
      guint64 length = GUINT64_TO_LE (previous->length);

      put_agent (&self->hash, previous->ordinal, previous->nonce);
      coquill_hash_update (&self->hash, &length, 8);
      coquill_hash_update (&self->hash, previous->digest, 32);
    }

  return self;
}

CoquillItemChain *
coquill_item_chain_new_at (const CoquillItemMark *mark)
{
  CoquillItemChain *self = g_new0 (CoquillItemChain, 1);

  g_assert (mark->length % COQUILL_ITEM_CHAIN_RESTART == 0);
  self->marks = g_array_new (FALSE, FALSE, sizeof (CoquillItemMark));
  self->length = mark->length;
  restart (self, mark->digest);

  return self;
}

CoquillItemChain *
coquill_item_chain_draft (const CoquillItemChain *self)
{
  CoquillItemChain *draft = g_new0 (CoquillItemChain, 1);

  draft->hash = self->hash;
  draft->length = self->length;
  draft->weight = self->weight;
  draft->marks = g_array_new (FALSE, FALSE, sizeof (CoquillItemMark));
  /* At a restart the hash is that of the items to come; the digest of those before is a mark only. */
  if (self->length > 0 && self->length % COQUILL_ITEM_CHAIN_RESTART == 0)
    coquill_item_chain_add_mark (draft, coquill_item_chain_find (self, self->length));

  return draft;
}

void
coquill_item_chain_commit (CoquillItemChain *self, const CoquillItemChain *draft)
{
  g_assert (draft->length >= self->length);

  self->hash = draft->hash;
  self->length = draft->length;
  self->weight = draft->weight;
  for (guint i = 0; i < draft->marks->len; i++)
    coquill_item_chain_add_mark (self, &g_array_index (draft->marks, CoquillItemMark, i));
}

void
coquill_item_chain_free (CoquillItemChain *self)
{
  g_array_unref (self->marks);
  g_clear_pointer (&self->recent, g_array_unref);
  g_free (self);
}

/* Index of the first mark at @length or behind it. */
static guint
lower_bound (const CoquillItemChain *self, guint64 length)
{
  guint low = 0;
  guint high = self->marks->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->marks, CoquillItemMark, middle).length < length)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

const CoquillItemMark *
coquill_item_chain_find (const CoquillItemChain *self, guint64 length)
{
  guint index = lower_bound (self, length);

  if (index < self->marks->len)
    {
      const CoquillItemMark *mark = &g_array_index (self->marks, CoquillItemMark, index);

      if (mark->length == length)
        return mark;
    }
  for (guint i = 0; self->recent != NULL && i < self->recent->len; i++)
    {
      const CoquillItemMark *mark = &g_array_index (self->recent, CoquillItemMark, i);

      if (mark->length == length)
        return mark;
    }

  return NULL;
}

void
coquill_item_chain_note (CoquillItemChain *self, const CoquillItemMark *mark)
{
  CoquillItemMark copy = *mark;

  if (self->recent == NULL)
    self->recent = g_array_new (FALSE, FALSE, sizeof (CoquillItemMark));
  if (self->recent->len < COQUILL_ITEM_CHAIN_RECENT)
    g_array_append_val (self->recent, copy);
  else
    g_array_index (self->recent, CoquillItemMark, self->next_recent) = copy;
  self->next_recent = (self->next_recent + 1) % COQUILL_ITEM_CHAIN_RECENT;
}

void
coquill_item_chain_add_mark (CoquillItemChain *self, const CoquillItemMark *mark)
{
  CoquillItemMark copy = *mark;
  guint index = lower_bound (self, mark->length);

  if (index == self->marks->len)
    g_array_append_val (self->marks, copy);
  else if (g_array_index (self->marks, CoquillItemMark, index).length != mark->length)
    g_array_insert_val (self->marks, index, copy);
}

void
coquill_item_chain_digest (const CoquillItemChain *self, guint8 *digest)
{
  const CoquillItemMark *mark = coquill_item_chain_find (self, self->length);
  CoquillHash hash;

  if (mark != NULL)
    {
      memcpy (digest, mark->digest, 32);
      return;
    }
  hash = self->hash;
  coquill_hash_finish (&hash, digest);
}

void
coquill_item_chain_mark (CoquillItemChain *self)
{
  CoquillItemMark mark = { .length = self->length };

  coquill_item_chain_digest (self, mark.digest);
  coquill_item_chain_add_mark (self, &mark);
}

static int
compare_digests (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, COQUILL_DIGEST_SIZE);
}

static void
put_parents (Writer *writer, CoquillDigest *parents, gsize n_parents)
{
  if (n_parents > 1)
    qsort (parents, n_parents, sizeof (CoquillDigest), compare_digests);
  writer_put_varint (writer, n_parents + 1);
  for (gsize i = 0; i < n_parents; i++)
    writer_put (writer, parents[i].bytes, COQUILL_DIGEST_SIZE);
}

static void
put_target (Writer *writer, const CoquillAgent *target, guint64 sequence)
{
  guint32 ordinal = GUINT32_TO_LE (target->ordinal);
  guint64 nonce = GUINT64_TO_LE (target->nonce);

  writer_put (writer, target->device, 32);
  writer_put (writer, &ordinal, 4);
  writer_put (writer, &nonce, 8);
  writer_put_varint (writer, sequence);
}

void
coquill_item_chain_add (CoquillItemChain *self,
                        const CoquillOperation *operation,
                        guint64 first,
                        guint64 count,
                        const guint8 *content,
                        const CoquillAgent *target,
                        CoquillDigest *parents,
                        gsize n_parents,
                        gboolean follows)
{
  Writer on_stack;
  Writer *writer = &on_stack;
  const char *next = (const char *)content;

  g_assert (operation->sequence + first == self->length && first + count <= operation->length);
  writer->chain = self;
  writer->used = 0;
  if (operation->kind == COQUILL_OPERATION_INSERT)
    next = g_utf8_offset_to_pointer (next, (glong)first);

  for (guint64 i = first; i < first + count; i++)
    {
      guint8 kind = (guint8)operation->kind;

      if (writer->used > WRITER_SIZE - ITEM_ROOM)
        writer_flush (writer);
      writer_put (writer, &kind, 1);
      switch (operation->kind)
        {
        case COQUILL_OPERATION_INSERT:
          writer_put_varint (writer, operation->position + i);
          writer_put_varint (writer, g_utf8_get_char (next));
          next = g_utf8_next_char (next);
          break;
        case COQUILL_OPERATION_DELETE:
          writer_put_varint (writer, operation->backward ? operation->position - i : operation->position);
          break;
        case COQUILL_OPERATION_RESTORE:
          put_target (writer, target, operation->target.sequence + i);
          break;
        case COQUILL_OPERATION_RECORD:
          writer_put_varint (writer, operation->content_length);
          writer_put (writer, content, operation->content_length);
          break;
        default:
          g_assert_not_reached ();
        }
      if (i > 0 || follows)
        writer_put_varint (writer, 0);
      else
        put_parents (writer, parents, n_parents);

      self->length++;
      if (self->length % COQUILL_ITEM_CHAIN_RESTART == 0)
        {
          CoquillItemMark mark = { .length = self->length };

          writer_flush (writer);
          coquill_hash_finish (&self->hash, mark.digest);
          restart (self, mark.digest);
          coquill_item_chain_add_mark (self, &mark);
        }
    }
  writer_flush (writer);
}
