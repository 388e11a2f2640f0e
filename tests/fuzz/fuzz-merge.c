/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-merge.c: any change merged into a small history is refused without a trace, or all replicas agree on
 * it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "text/codec.h"
#include "text/rope.h"
#include "text/text-version.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
require (bool condition)
{
  if (!condition)
    abort ();
}

/* Two people, who inserted and deleted at the same place at the same time; the corpus goes on from here. */
static CoquillText *
base_text (void)
{
  static const CoquillAgent ada = { .device = { 1 } }, bob = { .device = { 2 } };
  CoquillText *text = coquill_text_new (), *other = coquill_text_new ();
  uint32_t a = coquill_text_add_agent (text, &ada, NULL);
  uint64_t start;

  require (coquill_text_insert (text, a, 0, "hello wörld", 12, NULL, NULL));
  start = coquill_text_n_items (text);

  CoquillChange *first = coquill_text_extract (text, 0, start);

  require (coquill_text_merge (other, first, NULL, NULL, NULL));

  uint32_t b = coquill_text_add_agent (other, &bob, NULL);

  require (coquill_text_insert (text, a, 5, ", dear", 6, NULL, NULL)
           && coquill_text_delete (text, a, 0, 3, NULL, NULL)
           && coquill_text_delete (other, b, 2, 5, NULL, NULL)
           && coquill_text_insert (other, b, 2, "y", 1, NULL, NULL));

  CoquillChange *second = coquill_text_extract (other, start, coquill_text_n_items (other));

  require (coquill_text_merge (text, second, NULL, NULL, NULL));
  coquill_change_free (first);
  coquill_change_free (second);
  coquill_text_free (other);
  return text;
}

static void
delta_cb (const CoquillTextDelta *delta, void *data)
{
  CoquillRope *mirror = data;

  coquill_rope_delete (mirror, delta->position, delta->deleted);
  coquill_rope_insert (mirror, delta->position, delta->inserted, delta->inserted_bytes);
}

static bool
is_same_text (CoquillText *text, CoquillRope *mirror)
{
  size_t n_bytes;
  char *content = coquill_text_to_string (text, &n_bytes);
  char *copy = malloc (n_bytes + 1);
  bool same = copy != NULL && coquill_rope_bytes (mirror) == n_bytes;

  if (same)
    {
      coquill_rope_read (mirror, 0, coquill_rope_length (mirror), copy);
      same = memcmp (copy, content, n_bytes) == 0;
    }
  free (copy);
  free (content);
  return same;
}

/* Another replica, that gets the whole history in one encoded piece, ends with the same text. */
static void
check_other_replica (CoquillText *text, CoquillRope *mirror)
{
  CoquillChange *history = coquill_text_extract (text, 0, coquill_text_n_items (text));
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;

  require (coquill_change_encode (history, &bytes));

  CoquillChange *decoded = coquill_change_decode (bytes.data, bytes.length, NULL);
  CoquillText *other = coquill_text_new ();

  require (decoded != NULL && coquill_text_merge (other, decoded, NULL, NULL, NULL));
  require (is_same_text (other, mirror));
  coquill_text_free (other);
  coquill_change_free (decoded);
  coquill_change_free (history);
  coquill_buffer_clear (&bytes);
}

static void
merge (const CoquillChange *change)
{
  CoquillText *text = base_text ();
  CoquillTextError error = { 0 };
  uint64_t n_items = coquill_text_n_items (text);
  size_t n_bytes;
  char *content = coquill_text_to_string (text, &n_bytes);
  CoquillRope *mirror = coquill_rope_new_from_utf8 (content, n_bytes);

  if (coquill_text_merge (text, change, delta_cb, mirror, &error))
    {
      require (is_same_text (text, mirror));
      n_items = coquill_text_n_items (text);
      require (coquill_text_merge (text, change, NULL, NULL, NULL));
      require (coquill_text_n_items (text) == n_items);
      check_other_replica (text, mirror);
    }
  else
    {
      require (error.code != COQUILL_TEXT_ERROR_NONE);
      require (coquill_text_n_items (text) == n_items && is_same_text (text, mirror));
      check_other_replica (text, mirror);
    }

  coquill_rope_free (mirror);
  free (content);
  coquill_text_free (text);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 6)
    return 0;

  uint8_t *bytes = fuzz_frame (data, size, 0xc7);
  CoquillChange *change = coquill_change_decode (bytes, size, NULL);

  if (change != NULL)
    merge (change);
  coquill_change_free (change);
  free (bytes);
  return 0;
}
