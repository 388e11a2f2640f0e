/* token-list.c: a stretch of text cut into tokens: lines, pieces, words, grapheme clusters */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/token-list.h"

#include <string.h>
#include <unigbrk.h>
#include <uniwbrk.h>

#include "document/segmentation.h"
#include "trust/random.h"

/* Odd, with ones and zeros all over: the golden ratio's fraction. */
#define GOLDEN G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

/* A cut waits so many bytes for a blank. */
#define PIECE_PATIENCE 16

/* Bytes, at least, that say where to cut: the shifts push what is older out of the bits that are looked at.
 * Few, so that soon behind a change the cuts are the same again. */
#define WINDOW 12

static CoquillTokenList *
list_new (const guint8 *text, GArray *ends)
{
  CoquillTokenList *self = g_new0 (CoquillTokenList, 1);

  self->text = text;
  self->length = ends->len;
  self->ends = (guint32 *)(gpointer)g_array_free (ends, FALSE);
  self->ids = g_new (guint32, self->length);

  return self;
}

void
coquill_token_list_free (CoquillTokenList *self)
{
  g_free (self->ends);
  g_free (self->ids);
  g_free (self);
}

CoquillTokenList *
coquill_token_list_new_lines (const guint8 *text, guint32 bytes)
{
  GArray *ends = g_array_new (FALSE, FALSE, sizeof (guint32));
  gboolean has_returns = memchr (text, '\r', bytes) != NULL;
  guint32 end = 0;

  while (end < bytes)
    {
      if (has_returns)
        {
          while (end < bytes && text[end] != '\n' && text[end] != '\r')
            end++;
          end += end < bytes;
          end += end < bytes && text[end - 1] == '\r' && text[end] == '\n';
        }
      else
        {
          const guint8 *found = memchr (text + end, '\n', bytes - end);

          end = found != NULL ? (guint32)(found - text) + 1 : bytes;
        }
      if (ends->len == COQUILL_TOKEN_LIST_MAX)
        {
          g_array_unref (ends);
          return NULL;
        }
      g_array_append_val (ends, end);
    }

  return list_new (text, ends);
}

CoquillTokenList *
coquill_token_list_new_pieces (const guint8 *text, guint32 bytes, guint32 average)
{
  GArray *ends = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 least = average / 4, most = average * 8;
  guint32 start = 0, due = 0; /* a cut is due since there, if that is behind start */
  guint64 hash = 0;

  for (guint32 at = 0; at < bytes; at++)
    {
      if (due <= start && at - start >= least
          && ((hash >> WINDOW & (average - 1)) == 0 || at - start >= most))
        due = at;
      if (due > start && at > start
          && (text[at - 1] == ' ' || text[at - 1] == '\n' || at - due >= PIECE_PATIENCE)
          && coquill_segmentation_is_cut (text, bytes, at))
        {
          g_array_append_val (ends, at);
          start = at;
        }
      hash = (hash << 1) + (text[at] + 1) * GOLDEN;
    }
  if (start < bytes)
    g_array_append_val (ends, bytes);

  return list_new (text, ends);
}

/* Marks where grapheme clusters begin. Not u8_grapheme_next(), which looks at two characters only and cuts
 * flags and emoji apart. */
static char *
mark_graphemes (const guint8 *text, guint32 bytes)
{
  char *marks = g_malloc ((gsize)bytes + 1);
  guint32 i = 0;

  while (i < bytes && text[i] < 0x80 && text[i] != '\r')
    i++;
  if (i == bytes)
    memset (marks, 1, bytes);
  else
    u8_grapheme_breaks (text, bytes, marks);

  return marks;
}

CoquillTokenList *
coquill_token_list_new_words (const guint8 *text, guint32 bytes)
{
  GArray *ends = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree char *words = g_malloc ((gsize)bytes + 1);
  g_autofree char *graphemes = mark_graphemes (text, bytes);

  u8_wordbreaks (text, bytes, words);
  for (guint32 at = 1; at <= bytes; at++)
    if (at == bytes || (words[at] && graphemes[at]))
      g_array_append_val (ends, at);

  return list_new (text, ends);
}

CoquillTokenList *
coquill_token_list_new_graphemes (const guint8 *text, guint32 bytes)
{
  GArray *ends = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree char *graphemes = mark_graphemes (text, bytes);

  for (guint32 at = 1; at <= bytes; at++)
    if (at == bytes || graphemes[at])
      g_array_append_val (ends, at);

  return list_new (text, ends);
}

/* Numbering */

typedef struct
{
  guint64 hash;
  const guint8 *token; /* the first one with the id */
  guint32 bytes;
  guint32 id;
} Slot;

typedef struct
{
  Slot *slots;
  gsize mask;
  guint64 key;
  guint32 n_ids;
} Numbering;

static guint64
fold (guint64 a, guint64 b)
{
  unsigned __int128 product = (unsigned __int128)a * b;

  return (guint64)product ^ (guint64)(product >> 64);
}

static guint64
hash_token (const guint8 *token, guint32 bytes, guint64 key)
{
  guint64 hash = key ^ bytes, word;

  for (; bytes >= 8; token += 8, bytes -= 8)
    {
      memcpy (&word, token, 8);
      hash = fold (hash ^ word, key ^ GOLDEN);
    }
  word = 0;
  memcpy (&word, token, bytes);

  return fold (fold (hash ^ word, key ^ GOLDEN), GOLDEN ^ key);
}

static guint32
number_token (Numbering *self, const guint8 *token, guint32 bytes)
{
  guint64 hash = hash_token (token, bytes, self->key);

  for (gsize at = hash & self->mask;; at = (at + 1) & self->mask)
    {
      Slot *slot = &self->slots[at];

      if (slot->token == NULL)
        {
          *slot = (Slot){ hash, token, bytes, self->n_ids++ };
          return slot->id;
        }
      if (slot->hash == hash && slot->bytes == bytes && memcmp (slot->token, token, bytes) == 0)
        return slot->id;
    }
}

static void
number_list (Numbering *self, CoquillTokenList *list)
{
  for (guint32 i = 0; i < list->length; i++)
    {
      guint32 start = coquill_token_list_start (list, i);

      list->ids[i] = number_token (self, list->text + start, list->ends[i] - start);
    }
}

guint32
coquill_token_list_number (CoquillTokenList *a, CoquillTokenList *b)
{
  gsize tokens = (gsize)a->length + b->length;
  Numbering self = { .mask = ((gsize)1 << g_bit_storage (MAX (tokens, 4) * 3 / 2)) - 1 };

  coquill_random_fill ((guint8 *)&self.key, sizeof self.key);
  self.slots = g_new0 (Slot, self.mask + 1);
  number_list (&self, a);
  number_list (&self, b);
  g_free (self.slots);

  return self.n_ids;
}
