/* chain-set.c: the item chains of all agents of a document */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/chain-set.h"

#include <string.h>

struct CoquillChainSet
{
  guint8 document[32];
  CoquillText *text;
  GPtrArray *chains; /* (element-type CoquillItemChain) (nullable elements): by agent */
};

static void
chain_free_cb (gpointer chain)
{
  if (chain != NULL)
    coquill_item_chain_free (chain);
}

CoquillChainSet *
coquill_chain_set_new (const guint8 *document, CoquillText *text)
{
  CoquillChainSet *self = g_new0 (CoquillChainSet, 1);

  memcpy (self->document, document, 32);
  self->text = text;
  self->chains = g_ptr_array_new_with_free_func (chain_free_cb);

  return self;
}

void
coquill_chain_set_free (CoquillChainSet *self)
{
  g_ptr_array_unref (self->chains);
  g_free (self);
}

const guint8 *
coquill_chain_set_get_document (CoquillChainSet *self)
{
  return self->document;
}

CoquillText *
coquill_chain_set_get_text (CoquillChainSet *self)
{
  return self->text;
}

void
coquill_chain_set_take (CoquillChainSet *self, guint32 agent, CoquillItemChain *chain)
{
  if (agent >= self->chains->len)
    g_ptr_array_set_size (self->chains, (gint)agent + 1);
  g_assert (g_ptr_array_index (self->chains, agent) == NULL);
  g_ptr_array_index (self->chains, agent) = chain;
}

CoquillItemChain *
coquill_chain_set_get (CoquillChainSet *self, guint32 agent)
{
  if (agent >= self->chains->len || g_ptr_array_index (self->chains, agent) == NULL)
    coquill_chain_set_take (self, agent,
                            coquill_item_chain_new (self->document, coquill_text_agent (self->text, agent),
                                                    coquill_text_agent_previous (self->text, agent)));

  return g_ptr_array_index (self->chains, agent);
}

typedef struct
{
  CoquillChainSet *set;
  CoquillItemChain *chain;
  guint32 agent;
  gboolean failed;
} Again;

static bool
again_cb (const CoquillOperation *operation,
          const CoquillChangeId *parents,
          const uint8_t *content,
          void *data)
{
  Again *again = data;
  gboolean follows = operation->n_parents == 1 && parents[0].agent == again->agent
                     && parents[0].sequence + 1 == operation->sequence;
  g_autofree CoquillDigest *digests = NULL;

  if (!follows)
    {
      digests = g_new (CoquillDigest, MAX (operation->n_parents, 1));
      for (guint32 i = 0; i < operation->n_parents; i++)
        {
          const CoquillItemMark *mark;

          if (parents[i].agent == again->agent && parents[i].sequence + 1 == again->chain->length)
            {
              coquill_item_chain_digest (again->chain, digests[i].bytes);
              continue;
            }
          mark = coquill_item_chain_find (coquill_chain_set_get (again->set, parents[i].agent),
                                          parents[i].sequence + 1);
          if (mark == NULL)
            {
              again->failed = TRUE;
              return false;
            }
          memcpy (digests[i].bytes, mark->digest, 32);
        }
    }
  coquill_item_chain_add (again->chain, operation, 0, operation->length, content,
                          operation->kind == COQUILL_OPERATION_RESTORE
                              ? coquill_text_agent (again->set->text, operation->target.agent)
                              : NULL,
                          digests, operation->n_parents, follows);

  return true;
}

gboolean
coquill_chain_set_digest (CoquillChainSet *self, guint32 agent, guint64 length, guint8 *digest)
{
  CoquillItemChain *chain = coquill_chain_set_get (self, agent);
  const CoquillItemMark *mark = coquill_item_chain_find (chain, length);
  guint64 start = length - length % COQUILL_ITEM_CHAIN_RESTART;
  g_autoptr (CoquillItemChain) piece = NULL;
  Again again;

  if (mark != NULL)
    {
      memcpy (digest, mark->digest, 32);
      return TRUE;
    }
  if (length > chain->length)
    return FALSE;
  if (length == chain->length)
    {
      coquill_item_chain_digest (chain, digest);
      return TRUE;
    }

  if (start == 0)
    piece = coquill_item_chain_new (self->document, coquill_text_agent (self->text, agent),
                                    coquill_text_agent_previous (self->text, agent));
  else
    {
      mark = coquill_item_chain_find (chain, start);
      g_assert (mark != NULL);
      piece = coquill_item_chain_new_at (mark);
    }
  again = (Again){ .set = self, .chain = piece, .agent = agent };
  if (!coquill_text_foreach_operation (self->text, agent, start, length, again_cb, &again) || again.failed
      || piece->length != length)
    return FALSE;
  coquill_item_chain_digest (piece, digest);

  return TRUE;
}
