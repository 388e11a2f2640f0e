/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-websocket.c: a byte stream gives the same events however it is cut, and never a message over the limit
 */

#include "relay/websocket-reader.h"

#include <stdint.h>
#include <stdlib.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define MESSAGE_MAX 300

/* Feeds the stream in pieces of @step bytes; returns a hash of the events. */
static guint64
read_all (const uint8_t *data, size_t size, size_t step)
{
  CoquillWebsocketReader reader;
  guint64 hash = 14695981039346656037u;

  coquill_websocket_reader_init (&reader, MESSAGE_MAX);
  for (size_t at = 0; at < size; at += step)
    {
      const guint8 *piece = data + at;
      gsize length = MIN (step, size - at);
      CoquillWebsocketEvent event;
      do
        {
          g_autoptr (GBytes) payload = NULL;
          event = coquill_websocket_reader_next (&reader, &piece, &length, &payload);
          if (event == COQUILL_WEBSOCKET_EVENT_MORE)
            break;
          hash = (hash ^ event) * 1099511628211u;
          if (payload != NULL && g_bytes_get_size (payload) > MESSAGE_MAX)
            abort ();
          if (payload != NULL)
            hash = (hash ^ g_bytes_hash (payload)) * 1099511628211u;
        }
      while (TRUE);
      if (length != 0)
        abort ();
    }
  coquill_websocket_reader_clear (&reader);
  return hash;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  guint64 whole = read_all (data, size, size + 1);

  for (size_t step = 1; step < 8; step++)
    if (read_all (data, size, step) != whole)
      abort ();
  return 0;
}
