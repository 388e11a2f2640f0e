/* SPDX-License-Identifier: GPL-3.0-or-later */
/* work-size.c: bytes of the full history, and the time to make them. */

#include <zstd.h>

#include "baseline.h"
#include "subject.h"

#define ZSTD_LEVEL 19

static void
append_varint (GByteArray *bytes, guint64 value)
{
  guint8 byte;

  for (; value >= 0x80; value >>= 7)
    {
      byte = (guint8)value | 0x80;
      g_byte_array_append (bytes, &byte, 1);
    }
  byte = (guint8)value;
  g_byte_array_append (bytes, &byte, 1);
}

static gsize
compressed_size (const void *bytes, gsize length)
{
  gsize bound = ZSTD_compressBound (length);
  g_autofree void *packed = g_malloc (bound);
  gsize size = ZSTD_compress (packed, bound, bytes, length, ZSTD_LEVEL);

  if (ZSTD_isError (size))
    g_error ("zstd: %s", ZSTD_getErrorName (size));
  return size;
}

/* The operations in the order of the trace, as the baseline's log has them: each run's place, less where the
 * caret was left, and its length with its kind. Whose they are and what came before them is not counted. */
static GByteArray *
operations_as_varints (const PackedTrace *trace)
{
  Baseline log = {
    .runs = g_new (BaselineRun, 2 * (gsize)trace->n_patches + 1),
    .inserted = g_malloc (trace->text_bytes + 1),
  };
  GByteArray *bytes = g_byte_array_new ();
  gint64 caret = 0;

  for (guint i = 0; i < trace->n_patches; i++)
    {
      const PackedPatch *patch = &trace->patches[i];

      baseline_log (&log, &(BaselinePatch){ patch->position, patch->deleted, patch->length,
                                            trace->text + patch->offset });
    }
  for (guint i = 0; i < log.n_runs; i++)
    {
      const BaselineRun *run = &log.runs[i];
      gint64 moved = (gint64)run->position - caret;

      append_varint (bytes, moved < 0 ? (guint64)-moved * 2 - 1 : (guint64)moved * 2);
      append_varint (bytes, (guint64)run->length * 3 + run->kind);
      caret = (gint64)run->position + (run->kind == BASELINE_INSERT ? run->length : 0);
    }
  g_free (log.runs);
  g_free (log.inserted);
  return bytes;
}

void
measure_size (Subject *self)
{
  g_autoptr (GByteArray) operations = operations_as_varints (self->trace);
  gsize least = compressed_size (self->trace->text, self->trace->text_bytes)
                + compressed_size (operations->data, operations->len);

  if (self->baseline)
    subject_print_bytes (self, "size", "baseline", (double)least, (double)least);
  if (!self->ours || subject_history (self) == NULL)
    return;

  CoquillText *text = load_history (self->history);

  if (text == NULL)
    subject_fail (self, "size", "the history was refused");
  else
    subject_check (self, "size", text, 1);
  coquill_text_free (text);
  subject_print_bytes (self, "size", "coquill",
                       (double)history_size (self->history->blocks, self->history->n_blocks), (double)least);
}

/* What the text is encoded from, and what it was before. */
static double
encode (gpointer data)
{
  Subject *self = data;
  CoquillText *text = load_history (self->history);
  gsize expected = history_size (self->history->blocks, self->history->n_blocks);
  guint n_blocks;

  if (text == NULL)
    {
      subject_fail (self, "encode", "the history was refused");
      return 0;
    }

  gint64 start = clock_now ();
  CoquillBuffer *blocks = history_encode (text, &n_blocks);
  double took = clock_since (start);

  /* A history that is loaded at once may be numbered anew, so a few bytes may differ. */
  if (history_size (blocks, n_blocks) > expected + expected / 100)
    subject_fail (self, "encode", "the bytes are more than those whose size was measured");
  subject_check (self, "encode", text, 1);
  history_free_blocks (blocks, n_blocks);
  coquill_text_free (text);
  return took;
}

void
measure_encode (Subject *self)
{
  if (self->ours && subject_history (self) != NULL)
    subject_measure_in_units (self, "encode", encode);
}
