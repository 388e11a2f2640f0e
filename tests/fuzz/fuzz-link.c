/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-link.c: any text, and any bytes behind a right checksum, are a link that reads back the same or an
 * error. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trust/hash.h"
#include "trust/link.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillLink) link = coquill_link_parse (text, &error);

  if ((link == NULL) != (error != NULL))
    abort ();
  if (link != NULL)
    {
      char *one = coquill_link_to_text (link);
      char *two = coquill_link_to_https (link);
      g_autoptr (CoquillLink) from_one = coquill_link_parse (one, NULL);
      g_autoptr (CoquillLink) from_two = coquill_link_parse (two, NULL);

      if (from_one == NULL || from_two == NULL || strcmp (from_one->relay, link->relay) != 0
          || strcmp (from_two->relay, link->relay) != 0 || !coquill_secret_equal (from_one->seed, link->seed)
          || !coquill_secret_equal (from_two->seed, link->seed))
        abort ();
      coquill_link_text_free (one);
      coquill_link_text_free (two);
    }
}

/* The input as a link's bytes, with the checksum that they need. */
static char *
with_checksum (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *text = NULL;
  guint8 digest[32];

  g_byte_array_append (bytes, data, size);
  coquill_hash_bytes ("coquill link", data, size, digest);
  g_byte_array_append (bytes, digest, 4);
  text = g_base64_encode (bytes->data, bytes->len);
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  *strchrnul (text, '=') = '\0';
  return g_strconcat ("coquill:", text, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autofree char *framed = with_checksum (data, size);

  check (text);
  check (framed);
  return 0;
}
