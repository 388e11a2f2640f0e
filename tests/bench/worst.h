/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst.h: the worst cases: how their time grows, and how long a key press takes after them. */

#pragma once

#include "history.h"
#include "samples.h"

/**
 * Worst:
 * @name: of the case
 * @quick: each time is that of one run
 * @slowest_key: of all key presses so far, in milliseconds
 * @failed: something was refused, or replicas differ
 *
 * A case that is being measured.
 */
typedef struct
{
  const char *name;
  gboolean quick;
  double slowest_key;
  gboolean failed;
} Worst;

/**
 * WorstCase:
 * @name: as in the rows
 * @n: the smaller of its sizes; the other ones are ten times the one before
 * @n_sizes: how many there are
 * @measure: prepares the case in a size, and measures it. Returns: milliseconds
 */
typedef struct
{
  const char *name;
  guint n;
  guint n_sizes;
  double (*measure) (Worst *self, guint n);
} WorstCase;

/**
 * WORST_MERGES:
 * WORST_TURNS:
 * WORST_EDITS:
 *
 * The cases, by the file that they are in; the last one is all zeros.
 */
extern const WorstCase WORST_MERGES[];
extern const WorstCase WORST_TURNS[];
extern const WorstCase WORST_EDITS[];

/**
 * worst_fail:
 *
 * Tells that something went wrong. The case is not printed, and the program fails.
 */
void
worst_fail (Worst *self, const char *message);

/**
 * worst_take:
 *
 * Returns: the median of several runs, in milliseconds
 */
double
worst_take (Worst *self, SampleFunc func, gpointer data);

/**
 * worst_press_key:
 *
 * Types one character, then reads it and asks who wrote it and its neighbour, and takes the time of all that.
 * Its author must be known to @text.
 */
void
worst_press_key (Worst *self, CoquillText *text, guint32 agent, guint64 position, const char *utf8);

/**
 * worst_press_keys:
 * @place: where the case did its work
 *
 * Someone new types at that place, and then elsewhere.
 */
void
worst_press_keys (Worst *self, CoquillText *text, guint64 place);

/**
 * worst_agent:
 *
 * Returns: the agent that stands for a number. Their order has nothing to do with their numbers
 */
CoquillAgent
worst_agent (guint32 number);

/**
 * worst_words:
 * @length: code points
 *
 * Returns: (transfer full): ASCII words in lines
 */
char *
worst_words (gsize length);

/**
 * worst_compare:
 *
 * Fails unless both texts are equal.
 */
void
worst_compare (Worst *self, CoquillText *one, CoquillText *other);

/**
 * worst_merge:
 *
 * Merges, and fails if that is refused.
 */
void
worst_merge (Worst *self, CoquillText *text, const CoquillChange *change);

/**
 * worst_encode:
 *
 * Returns: (transfer full): the bytes of a change
 */
CoquillBuffer *
worst_encode (Worst *self, const CoquillChange *change);

void
worst_free_bytes (CoquillBuffer *bytes);

/**
 * worst_decode_and_merge:
 *
 * What a replica does with bytes that arrive.
 */
void
worst_decode_and_merge (Worst *self, CoquillText *text, const CoquillBuffer *bytes);

/**
 * worst_base:
 *
 * Returns: (transfer full): a text that one agent, number 0, has written, as all others have it
 */
CoquillText *
worst_base (Worst *self, const char *utf8);

/**
 * worst_copy:
 *
 * Returns: (transfer full): another replica, with all items of @text
 */
CoquillText *
worst_copy (Worst *self, CoquillText *text);
