/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-track.c: rows of what runs knew, and lists of what agents did. */

#include "text/walker-track.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"

#define ROW(run) ((run) & (COQUILL_WALKER_ROWS - 1))

void
coquill_walker_tracks_clear (CoquillWalkerTracks *self)
{
  for (unsigned i = 0; i < COQUILL_WALKER_TRACKS; i++)
    free (self->tracks[i].deeds);
}

void
coquill_walker_tracks_open (CoquillWalkerTracks *self, size_t run)
{
  self->exact = true;
  self->n_tracks = 0;
  self->first_run = run;
  self->end_run = run;
}

static size_t
oldest_row (const CoquillWalkerTracks *self)
{
  if (self->end_run - self->first_run > COQUILL_WALKER_ROWS)
    return self->end_run - COQUILL_WALKER_ROWS;
  return self->first_run;
}

/* All versions so far have the agent's items below the window and no others. */
static int
add_track (CoquillWalkerTracks *self, uint32_t agent, uint32_t base)
{
  unsigned track = self->n_tracks;
  CoquillWalkerTrack *added = &self->tracks[track];

  if (track == COQUILL_WALKER_TRACKS)
    {
      self->exact = false;
      return -1;
    }
  self->n_tracks++;
  added->agent = agent;
  added->base = added->length = base;
  added->first = added->n_deeds = 0;
  for (size_t run = oldest_row (self); run < self->end_run; run++)
    self->rows[ROW (run)].n[track] = base;
  return (int)track;
}

static int
find_track (const CoquillWalkerTracks *self, uint32_t agent)
{
  for (unsigned i = 0; i < self->n_tracks; i++)
    if (self->tracks[i].agent == agent)
      return (int)i;
  return -1;
}

/* The run that holds a parent, which is one of the newest. */
static bool
find_parent (const CoquillWalkerTracks *self, const CoquillGraph *graph, uint64_t parent, size_t *run)
{
  size_t oldest = oldest_row (self);

  for (size_t i = self->end_run; i > oldest; i--)
    if (graph->runs[i - 1].first <= parent)
      {
        *run = i - 1;
        return self->has_row[ROW (i - 1)];
      }
  return false;
}

static bool
join_parents (const CoquillWalkerTracks *self,
              const CoquillGraph *graph,
              size_t run,
              uint64_t window_start,
              CoquillWalkerVector *vector)
{
  size_t first = graph->runs[run].first_parent;
  size_t end = run + 1 < graph->n_runs ? graph->runs[run + 1].first_parent : graph->n_parents;

  for (size_t i = first; i < end; i++)
    {
      uint64_t parent = graph->parents[i];
      const CoquillWalkerVector *row;
      size_t parent_run;
      int own;
      uint32_t known;

      if (parent < window_start)
        continue;
      if (!find_parent (self, graph, parent, &parent_run))
        return false;
      row = &self->rows[ROW (parent_run)];
      for (unsigned track = 0; track < self->n_tracks; track++)
        vector->n[track] = row->n[track] > vector->n[track] ? row->n[track] : vector->n[track];
      own = find_track (self, graph->runs[parent_run].agent);
      known = graph->runs[parent_run].sequence + (uint32_t)(parent - graph->runs[parent_run].first) + 1;
      if (own >= 0 && vector->n[own] < known)
        vector->n[own] = known;
    }
  return true;
}

bool
coquill_walker_tracks_enter (CoquillWalkerTracks *self,
                             const CoquillGraph *graph,
                             uint64_t version,
                             size_t run,
                             uint64_t window_start,
                             bool is_linear,
                             bool is_trunk,
                             int *track,
                             CoquillWalkerVector *vector)
{
  const CoquillGraphRun *entered = &graph->runs[run];
  bool known = true;

  *track = -1;
  if (!self->exact)
    return false;
  *track = find_track (self, entered->agent);
  if (*track < 0 && !is_trunk)
    *track = add_track (
        self, entered->agent,
        entered->sequence + (entered->first < window_start ? (uint32_t)(window_start - entered->first) : 0));
  if (*track < 0 && !is_trunk)
    return false;

  if (run < self->end_run)
    {
      /* All that the run's later items know beside is the ones before. */
      *vector = self->rows[ROW (run)];
      if (*track >= 0)
        vector->n[*track] = entered->sequence + (uint32_t)(version - entered->first);
      return self->has_row[ROW (run)];
    }
  for (unsigned i = 0; i < self->n_tracks; i++)
    vector->n[i] = is_linear ? self->tracks[i].length : self->tracks[i].base;
  if (!is_linear)
    known = join_parents (self, graph, run, window_start, vector);
  self->rows[ROW (run)] = *vector;
  self->has_row[ROW (run)] = known;
  self->end_run = run + 1;
  return known;
}

void
coquill_walker_tracks_add (CoquillWalkerTracks *self, unsigned number, CoquillWalkerDeed deed)
{
  CoquillWalkerTrack *track = &self->tracks[number];
  CoquillWalkerDeed *last = track->n_deeds > track->first ? &track->deeds[track->n_deeds - 1] : NULL;

  track->length = deed.sequence + deed.length;
  if (deed.kind == COQUILL_OPERATION_INSERT && last != NULL && last->kind == COQUILL_OPERATION_INSERT
      && last->sequence + last->length == deed.sequence && last->version + last->length == deed.version)
    {
      last->length += deed.length;
      return;
    }
  if (track->n_deeds == track->capacity && track->first > track->n_deeds / 2)
    {
      track->n_deeds -= track->first;
      memmove (track->deeds, &track->deeds[track->first], track->n_deeds * sizeof *track->deeds);
      track->first = 0;
    }
  if (track->n_deeds == track->capacity)
    track->deeds = coquill_grow (track->deeds, &track->capacity, track->n_deeds + 1, sizeof *track->deeds);
  track->deeds[track->n_deeds++] = deed;
}

size_t
coquill_walker_tracks_find (const CoquillWalkerTracks *self, unsigned number, uint32_t sequence)
{
  const CoquillWalkerTrack *track = &self->tracks[number];
  size_t low = track->first, high = track->n_deeds;

  /* Mostly it is one of the last few. */
  for (unsigned i = 0; i < 4 && high > low; i++)
    {
      const CoquillWalkerDeed *deed = &track->deeds[high - 1];

      if (deed->sequence + deed->length <= sequence)
        return high;
      high--;
    }
  while (low < high)
    {
      size_t middle = low + (high - low) / 2;
      const CoquillWalkerDeed *deed = &track->deeds[middle];

      if (deed->sequence + deed->length <= sequence)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

uint64_t
coquill_walker_tracks_lowest_lacking (const CoquillWalkerTracks *self, const CoquillWalkerVector *vector)
{
  uint64_t lowest = UINT64_MAX;

  for (unsigned i = 0; i < self->n_tracks; i++)
    {
      const CoquillWalkerTrack *track = &self->tracks[i];
      size_t index = coquill_walker_tracks_find (self, i, vector->n[i]);
      const CoquillWalkerDeed *deed;
      uint64_t version;

      if (index == track->n_deeds)
        continue;
      deed = &track->deeds[index];
      version = deed->version + (vector->n[i] > deed->sequence ? vector->n[i] - deed->sequence : 0);
      if (version < lowest)
        lowest = version;
    }
  return lowest;
}

void
coquill_walker_tracks_collapse (CoquillWalkerTracks *self, uint64_t version)
{
  for (unsigned i = 0; i < self->n_tracks; i++)
    {
      CoquillWalkerTrack *track = &self->tracks[i];

      while (track->first < track->n_deeds
             && track->deeds[track->first].version + track->deeds[track->first].length <= version)
        track->first++;
      if (track->first == track->n_deeds)
        {
          track->first = track->n_deeds = 0;
          track->base = track->length;
        }
      else
        {
          const CoquillWalkerDeed *deed = &track->deeds[track->first];

          track->base = deed->sequence;
          if (deed->version < version)
            track->base += (uint32_t)(version - deed->version);
        }
    }
}
