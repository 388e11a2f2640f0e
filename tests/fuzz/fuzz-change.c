/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-change.c: what is decoded from any bytes can be encoded, and comes back the same. */

#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "text/codec.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What can be read can be added, operation by operation. */
static CoquillChange *
rebuild (const CoquillChange *change)
{
  CoquillChange *built = coquill_change_new ();
  CoquillChangeReader reader;
  CoquillOperation operation;

  for (size_t i = 0; i < change->n_agents; i++)
    coquill_change_add_agent (built, &change->agents[i].id,
                              change->agents[i].starts ? &change->agents[i].previous : NULL);
  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    coquill_change_add_operation (built, &operation, operation.parents, operation.content);
  if (!coquill_change_is_sound (built, NULL) || built->n_operations != change->n_operations
      || built->n_parents != change->n_parents || built->content_length != change->content_length
      || coquill_change_n_items (built) != coquill_change_n_items (change))
    abort ();
  return built;
}

static void
check (const CoquillChange *change)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT, again = COQUILL_BUFFER_INIT;

  if (!coquill_change_encode (change, &bytes))
    abort ();

  CoquillChange *second = coquill_change_decode (bytes.data, bytes.length, NULL);

  if (second == NULL || second->n_operations != change->n_operations
      || coquill_change_n_items (second) != coquill_change_n_items (change)
      || !coquill_change_encode (second, &again) || again.length != bytes.length
      || memcmp (again.data, bytes.data, bytes.length) != 0)
    abort ();
  coquill_change_free (second);
  coquill_buffer_clear (&bytes);
  coquill_buffer_clear (&again);
}

/* What was put together by us comes back as it was, and is put together again to the same bytes. */
static void
check_rebuilt (const CoquillChange *change)
{
  CoquillChange *built = rebuild (change), *again = rebuild (built);
  CoquillBuffer first = COQUILL_BUFFER_INIT, second = COQUILL_BUFFER_INIT;

  check (built);
  if (!coquill_change_encode (built, &first) || !coquill_change_encode (again, &second)
      || first.length != second.length || memcmp (first.data, second.data, first.length) != 0)
    abort ();
  coquill_buffer_clear (&first);
  coquill_buffer_clear (&second);
  coquill_change_free (built);
  coquill_change_free (again);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  coquill_change_free (coquill_change_decode (data, size, NULL));

  if (size >= 6)
    {
      uint8_t *bytes = fuzz_frame (data, size, 0xc7);
      CoquillTextError error = { 0 };
      CoquillChange *change = coquill_change_decode (bytes, size, &error);

      if ((change == NULL) != (error.code != COQUILL_TEXT_ERROR_NONE))
        abort ();
      if (change != NULL)
        {
          check (change);
          check_rebuilt (change);
        }
      coquill_change_free (change);
      free (bytes);
    }
  return 0;
}
