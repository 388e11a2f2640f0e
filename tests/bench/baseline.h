/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The yardstick for text-engine benchmarks: a gap buffer and an append-only run-length log of
 * operations, the practical limit for editing and for loading a linear history. ASCII traces only, so
 * that a code point is a byte. Build what uses it with gcc -O3. Measure it in the same run as the engine,
 * median of at least 9 runs, with the trace packed in one array beforehand (not scattered on the heap).
 *
 *   local  = baseline_apply() over every patch    (gap buffer + log)
 *   linear = baseline_replay()                    (the log, already parsed, into an empty gap buffer)
 */
#pragma once

#include <stdint.h>
#include <string.h>

typedef struct { uint32_t position, deleted, inserted; const char *text; } BaselinePatch;

enum { BASELINE_INSERT, BASELINE_DELETE, BASELINE_BACKSPACE };
typedef struct { uint32_t position, length, kind; } BaselineRun;

typedef struct {
  char *bytes; size_t capacity;            /* text = bytes[0 .. gap_start) + bytes[gap_end .. capacity) */
  size_t gap_start, gap_end;
  BaselineRun *runs; uint32_t n_runs;      /* room for two per patch */
  char *inserted; size_t n_inserted;       /* room for all inserted text */
} Baseline;

static inline void
baseline_reset (Baseline *self)
{
  self->gap_start = 0; self->gap_end = self->capacity; self->n_runs = 0; self->n_inserted = 0;
}

static inline void
baseline_edit (Baseline *self, const BaselinePatch *patch)
{
  size_t position = patch->position;

  if (position < self->gap_start)
    {
      size_t n = self->gap_start - position;
      memmove (self->bytes + self->gap_end - n, self->bytes + position, n);
      self->gap_start -= n; self->gap_end -= n;
    }
  else if (position > self->gap_start)
    {
      size_t n = position - self->gap_start;
      memmove (self->bytes + self->gap_start, self->bytes + self->gap_end, n);
      self->gap_start += n; self->gap_end += n;
    }
  self->gap_end += patch->deleted;
  if (patch->inserted == 1)
    self->bytes[self->gap_start++] = *patch->text;
  else if (patch->inserted > 0)
    {
      memcpy (self->bytes + self->gap_start, patch->text, patch->inserted);
      self->gap_start += patch->inserted;
    }
}

static inline void
baseline_log (Baseline *self, const BaselinePatch *patch)
{
  BaselineRun *last = self->n_runs ? &self->runs[self->n_runs - 1] : NULL;

  if (patch->deleted)
    {
      uint32_t position = patch->position, n = patch->deleted;
      if (last && last->kind == BASELINE_DELETE && last->position == position)
        last->length += n;
      else if (last && (last->kind == BASELINE_BACKSPACE || (last->kind == BASELINE_DELETE && last->length == 1)) &&
               position + n == last->position)
        { last->position = position; last->length += n; last->kind = BASELINE_BACKSPACE; }
      else
        { self->runs[self->n_runs++] = (BaselineRun) { position, n, BASELINE_DELETE }; }
      last = &self->runs[self->n_runs - 1];
    }
  if (patch->inserted)
    {
      if (patch->inserted == 1)
        self->inserted[self->n_inserted] = *patch->text;
      else
        memcpy (self->inserted + self->n_inserted, patch->text, patch->inserted);
      self->n_inserted += patch->inserted;
      if (last && last->kind == BASELINE_INSERT && last->position + last->length == patch->position)
        last->length += patch->inserted;
      else
        self->runs[self->n_runs++] = (BaselineRun) { patch->position, patch->inserted, BASELINE_INSERT };
    }
}

static inline void
baseline_apply (Baseline *self, const BaselinePatch *patches, uint32_t n)
{
  baseline_reset (self);
  for (uint32_t i = 0; i < n; i++)
    {
      baseline_log (self, &patches[i]);
      baseline_edit (self, &patches[i]);
    }
}

/* Applies the runs and the inserted text that baseline_apply() left in @self to an empty gap buffer. */
static inline void
baseline_replay (Baseline *self)
{
  const char *text = self->inserted;

  self->gap_start = 0; self->gap_end = self->capacity;
  for (uint32_t i = 0; i < self->n_runs; i++)
    {
      const BaselineRun *run = &self->runs[i];
      BaselinePatch patch = { run->position, 0, 0, NULL };
      if (run->kind == BASELINE_INSERT)
        { patch.inserted = run->length; patch.text = text; text += run->length; }
      else
        patch.deleted = run->length;
      baseline_edit (self, &patch);
    }
}
