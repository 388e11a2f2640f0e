/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yardstick.c: the baseline, playing a sequential trace. */

#include "yardstick.h"

#include "baseline.h"
#include "samples.h"

struct Yardstick
{
  const PackedTrace *trace;
  Baseline baseline;
  BaselinePatch *patches;
  char *text;
};

/* The text with one byte for each code point. */
static char *
narrow (const char *utf8, gsize n_bytes, gsize *length)
{
  GString *narrowed = g_string_sized_new (n_bytes);

  for (const char *p = utf8; p < utf8 + n_bytes; p = g_utf8_next_char (p))
    g_string_append_c (narrowed, (guchar)*p < 0x80 ? *p : '?');
  *length = narrowed->len;
  return g_string_free (narrowed, FALSE);
}

/* The longest that the text gets, or 0 if a patch is outside of it. */
static gsize
longest_text (const PackedTrace *trace)
{
  gsize length = 0, longest = 1;

  for (guint i = 0; i < trace->n_patches; i++)
    {
      const PackedPatch *patch = &trace->patches[i];

      if ((gsize)patch->position + patch->deleted > length)
        return 0;
      length = length - patch->deleted + patch->length;
      longest = MAX (longest, length);
    }
  return longest;
}

Yardstick *
yardstick_new (const PackedTrace *trace)
{
  gsize longest = longest_text (trace), text_length;

  if (longest == 0)
    return NULL;

  Yardstick *self = g_new0 (Yardstick, 1);
  char *text = self->text = narrow (trace->text, trace->text_bytes, &text_length);

  self->trace = trace;
  self->patches = g_new (BaselinePatch, trace->n_patches);
  for (guint i = 0; i < trace->n_patches; i++)
    {
      const PackedPatch *patch = &trace->patches[i];

      self->patches[i] = (BaselinePatch){ patch->position, patch->deleted, patch->length, text };
      text += patch->length;
    }
  self->baseline.capacity = longest;
  self->baseline.bytes = g_malloc (longest);
  self->baseline.runs = g_new (BaselineRun, 2 * (gsize)trace->n_patches);
  self->baseline.inserted = g_malloc (text_length + 1);
  baseline_apply (&self->baseline, self->patches, trace->n_patches);
  return self;
}

void
yardstick_free (Yardstick *self)
{
  g_free (self->patches);
  g_free (self->baseline.bytes);
  g_free (self->baseline.runs);
  g_free (self->baseline.inserted);
  g_free (self->text);
  g_free (self);
}

double
yardstick_local (gpointer data)
{
  Yardstick *self = data;
  gint64 start = clock_now ();

  baseline_apply (&self->baseline, self->patches, self->trace->n_patches);
  return clock_since (start);
}

double
yardstick_linear (gpointer data)
{
  Yardstick *self = data;
  gint64 start = clock_now ();

  baseline_replay (&self->baseline);
  return clock_since (start);
}

gboolean
yardstick_matches (Yardstick *self)
{
  const Baseline *baseline = &self->baseline;
  gsize behind = baseline->capacity - baseline->gap_end, length;
  g_autofree char *end = narrow (self->trace->end, self->trace->end_bytes, &length);

  return length == baseline->gap_start + behind && memcmp (end, baseline->bytes, baseline->gap_start) == 0
         && memcmp (end + baseline->gap_start, baseline->bytes + baseline->gap_end, behind) == 0;
}
