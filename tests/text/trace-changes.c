/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace-changes.c: a trace as changes. */

#include "trace-changes.h"

#include <string.h>

/* Of a transaction or one of its patches: its last item. */
typedef CoquillChangeId Head;

CoquillAgent
trace_agent (guint number)
{
  CoquillAgent agent = { .ordinal = 0, .nonce = number };

  memcpy (agent.device, &number, sizeof number);
  return agent;
}

static void
add_operation (CoquillChange *change, CoquillOperation *operation, Head *head, const char *content)
{
  coquill_change_add_operation (change, operation, head, (const guint8 *)content);
  *head = (Head){ operation->agent, operation->sequence + operation->length - 1 };
  operation->sequence += operation->length;
  operation->n_parents = 1;
}

/* A transaction as the change that its author would have sent. */
static CoquillChange *
transaction_to_change (const Trace *trace, guint index, Head *heads, guint64 *lengths)
{
  const TraceTransaction *transaction = &trace->transactions[index];
  CoquillChange *change = coquill_change_new ();
  CoquillAgentPrevious none = { 0 };
  guint before = index - 1;
  const guint *of_trace = trace->concurrent ? transaction->parents : &before;
  guint n_parents = trace->concurrent ? transaction->n_parents : MIN (index, 1);
  CoquillOperation operation = { .sequence = lengths[transaction->agent], .n_parents = n_parents };
  /* What an operation has as parents: the parents' last items, then the one before it. */
  g_autofree Head *last = g_new0 (Head, MAX (n_parents, 1));

  /* Agents: the author and the parents', each once. */
  CoquillAgent author = trace_agent (transaction->agent);

  coquill_change_add_agent (change, &author, operation.sequence == 0 ? &none : NULL);
  for (guint i = 0; i < n_parents; i++)
    {
      const Head *parent = &heads[of_trace[i]];
      CoquillAgent id = trace_agent (parent->agent);
      guint32 agent = 0;

      while (agent < change->n_agents && coquill_agent_compare (&change->agents[agent].id, &id) != 0)
        agent++;
      if (agent == change->n_agents)
        coquill_change_add_agent (change, &id, NULL);
      last[i] = (Head){ agent, parent->sequence };
    }

  for (guint i = 0; i < transaction->n_patches; i++)
    {
      const TracePatch *patch = &transaction->patches[i];

      operation.position = patch->position;
      if (patch->deleted > 0)
        {
          operation.kind = COQUILL_OPERATION_DELETE;
          operation.length = patch->deleted;
          operation.content_length = 0;
          add_operation (change, &operation, last, NULL);
        }
      if (patch->inserted[0] != '\0')
        {
          operation.kind = COQUILL_OPERATION_INSERT;
          operation.length = (guint64)g_utf8_strlen (patch->inserted, -1);
          operation.content_length = strlen (patch->inserted);
          add_operation (change, &operation, last, patch->inserted);
        }
    }

  g_assert_cmpuint (change->n_operations, >, 0);
  lengths[transaction->agent] = operation.sequence;
  heads[index] = (Head){ transaction->agent, operation.sequence - 1 };
  return change;
}

GPtrArray *
trace_changes (const Trace *trace)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_change_free);
  g_autofree Head *heads = g_new0 (Head, trace->n_transactions);
  g_autofree guint64 *lengths = g_new0 (guint64, trace->n_agents);

  for (guint i = 0; i < trace->n_transactions; i++)
    g_ptr_array_add (changes, transaction_to_change (trace, i, heads, lengths));
  return changes;
}
