/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random-change.c: changes at random. */

#include "random-change.h"

#include <string.h>

#include "text/codec.h"

static const gunichar alphabet[] = { 'a', 'e', ' ', '\n', 0xe4, 0x20ac, 0x1f600 };

static guint64
random_below (GRand *rand, guint64 limit)
{
  guint64 number = (guint64)g_rand_int (rand) << 32 | g_rand_int (rand);

  return g_rand_int_range (rand, 0, 3) > 0 ? number % MIN (limit, 300) : number % limit;
}

static CoquillAgent
random_agent (GRand *rand, guint device)
{
  CoquillAgent agent = { .ordinal = g_rand_int (rand), .nonce = random_below (rand, G_MAXUINT64) };

  memset (agent.device, (int)device, sizeof agent.device);
  return agent;
}

static void
add_random_agents (CoquillChange *change, GRand *rand, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      CoquillAgent agent = random_agent (rand, i / 3 * 7 % 5);
      CoquillAgentPrevious previous = { .present = i % 2 == 0 };

      if (previous.present)
        {
          previous.ordinal = g_rand_int (rand);
          previous.nonce = random_below (rand, G_MAXUINT64);
          previous.length = random_below (rand, G_MAXUINT64);
          memset (previous.digest, (int)i, sizeof previous.digest);
        }
      coquill_change_add_agent (change, &agent, i % 4 < 2 ? &previous : NULL);
    }
}

static void
append_random_text (GString *text, GRand *rand, guint64 code_points)
{
  for (guint64 i = 0; i < code_points; i++)
    g_string_append_unichar (text, alphabet[g_rand_int_range (rand, 0, G_N_ELEMENTS (alphabet))]);
}

CoquillChange *
random_change (GRand *rand, guint n_agents, guint n_operations)
{
  CoquillChange *change = coquill_change_new ();
  g_autofree guint64 *next = g_new0 (guint64, n_agents + 1);
  CoquillChangeId last = { 0 };

  add_random_agents (change, rand, n_agents);
  for (guint i = 0; i < n_operations || i < n_agents; i++)
    {
      g_autoptr (GString) content = g_string_new (NULL);
      CoquillChangeId parents[4];
      CoquillOperation operation = {
        .kind = (CoquillOperationKind)g_rand_int_range (rand, 1, 5),
        .agent = i < n_agents ? i : (guint32)g_rand_int_range (rand, 0, (gint32)n_agents),
        .length = 1 + random_below (rand, 5),
      };

      /* Agents that start do so with their first operation. */
      operation.sequence = next[operation.agent];
      if (i < n_agents ? !change->agents[i].starts : g_rand_int_range (rand, 0, 5) == 0)
        operation.sequence += 1 + random_below (rand, 1 << 20);

      switch (operation.kind)
        {
        case COQUILL_OPERATION_INSERT:
          operation.position = random_below (rand, UINT64_C (1) << 40);
          append_random_text (content, rand, operation.length);
          break;
        case COQUILL_OPERATION_DELETE:
          operation.length = 1 + random_below (rand, COQUILL_CHANGE_MAX_RUN);
          operation.position = operation.length + random_below (rand, UINT64_C (1) << 40);
          operation.backward = g_rand_boolean (rand);
          break;
        case COQUILL_OPERATION_RESTORE:
          operation.target.agent = (guint32)g_rand_int_range (rand, 0, (gint32)n_agents);
          operation.target.sequence = random_below (rand, UINT64_C (1) << 39);
          break;
        case COQUILL_OPERATION_RECORD:
          operation.length = 1;
          /* Any bytes, so also such as would go on with the text before them. */
          for (guint64 n = random_below (rand, 100); n > 0; n--)
            g_string_append_c (content, (char)g_rand_int_range (rand, 0, 0x100));
          break;
        default:
          g_assert_not_reached ();
        }
      operation.content_length = content->len;

      if (g_rand_boolean (rand) && i > 0)
        {
          operation.n_parents = 1;
          parents[0] = last;
        }
      else
        {
          operation.n_parents = (guint32)g_rand_int_range (rand, 0, 4);
          for (guint j = 0; j < operation.n_parents; j++)
            {
              guint32 agent = (guint32)g_rand_int_range (rand, 0, (gint32)n_agents);

              parents[j] = (CoquillChangeId){ agent, random_below (rand, UINT64_C (1) << 39) };
              if (agent == operation.agent && parents[j].sequence >= operation.sequence)
                {
                  operation.n_parents = j;
                  break;
                }
            }
        }

      next[operation.agent] = operation.sequence + operation.length;
      last = (CoquillChangeId){ operation.agent, next[operation.agent] - 1 };
      coquill_change_add_operation (change, &operation, parents, (guint8 *)content->str);
    }
  return change;
}
