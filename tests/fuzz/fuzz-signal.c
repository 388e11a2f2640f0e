/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-signal.c: signals of the direct road, and TURN's URIs: what is decoded is encoded, and decoded again
 * the same */

#include "wire/signal.h"
#include "wire/turn-uri.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
try_uri (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_auto (CoquillTurnUri) uri = { 0 };
  g_autoptr (GError) error = NULL;

  if (coquill_turn_uri_parse (text, &uri, &error) != (error == NULL))
    abort ();
  if (error == NULL && (uri.port == 0 || uri.host[0] == '\0'))
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GBytes) once = NULL;
  g_autoptr (GBytes) twice = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillSignal) signal = NULL;
  g_autoptr (CoquillSignal) back = NULL;

  try_uri (data, size);
  signal = coquill_signal_decode (bytes, &error);
  if ((signal == NULL) != (error != NULL))
    abort ();
  if (signal == NULL)
    return 0;
  once = coquill_signal_encode (signal);
  if (g_bytes_get_size (once) > COQUILL_SIGNAL_MAX)
    abort ();
  back = coquill_signal_decode (once, NULL);
  if (back == NULL)
    abort ();
  twice = coquill_signal_encode (back);
  if (!g_bytes_equal (once, twice))
    abort ();
  return 0;
}
