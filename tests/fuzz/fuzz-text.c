/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-text.c: the input is a programme for up to four replicas, which edit, exchange what they have in any
 * order and in pieces, are saved and loaded, and get changes that nobody made. What is refused leaves no
 * trace, and in the end all are equal. */

#include <string.h>

#include "forge.h"
#include "programme.h"
#include "replica.h"

#define MAX_REPLICAS 4
#define MAX_STEPS 200
#define MAX_LENGTH 4096 /* of a text, so that one input takes no seconds */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct
{
  Programme programme;
  Replica replicas[MAX_REPLICAS];
  size_t n_replicas;
  Replica *here;
  uint64_t caret;
} Run;

typedef void (*Step) (Run *self);

/* Who does nothing, and of whom nobody asks anything, costs nothing. */
static Replica *
use_replica (Run *self, size_t which)
{
  Replica *replica = &self->replicas[which % self->n_replicas];

  if (replica->text == NULL)
    replica_init (replica, (unsigned)(which % self->n_replicas));
  return replica;
}

static uint64_t
choose_place (Run *self)
{
  return programme_below (&self->programme, coquill_text_length (self->here->text) + 1);
}

static void
insert (Run *self, uint64_t position, const char *utf8, size_t n_bytes)
{
  CoquillText *text = self->here->text;

  if (coquill_text_length (text) < MAX_LENGTH)
    require (coquill_text_insert (text, self->here->agent, position, utf8, n_bytes, NULL, NULL));
}

static void
step_type (Run *self)
{
  static const char *const pieces[] = { "a", "b", "xyz", "ä", "\xf0\x9f\x98\x80", "hello world", "\n", "é" };
  const char *piece = pieces[programme_below (&self->programme, 8)];

  self->caret = choose_place (self);
  insert (self, self->caret, piece, strlen (piece));
}

/* Goes on behind what was typed last, or before it. */
static void
step_go_on (Run *self)
{
  uint8_t byte = programme_byte (&self->programme);
  bool back = byte % 2 == 1;

  if (self->caret > coquill_text_length (self->here->text))
    self->caret = 0;
  for (unsigned i = 0; i < byte / 2 % 32; i++)
    {
      insert (self, self->caret, &"typing on"[i % 9], 1);
      if (!back && self->caret < coquill_text_length (self->here->text))
        self->caret++;
    }
}

static void
step_delete (Run *self)
{
  uint64_t position = choose_place (self);
  uint64_t left = coquill_text_length (self->here->text) - position;
  uint64_t count = programme_number (&self->programme);
  bool possible = count > 0 && count <= left;

  require (coquill_text_delete (self->here->text, self->here->agent, position, count, NULL, NULL)
           == possible);
}

static void
step_backspace (Run *self)
{
  uint64_t position = choose_place (self);

  for (unsigned n = programme_byte (&self->programme) % 16; n > 0 && position > 0; n--)
    require (coquill_text_delete (self->here->text, self->here->agent, --position, 1, NULL, NULL));
}

/* Many small spans. */
static void
step_scatter (Run *self)
{
  uint8_t byte = programme_byte (&self->programme);
  uint64_t position = choose_place (self);

  for (unsigned n = byte % 64; n > 0 && position < coquill_text_length (self->here->text); n--)
    {
      if (byte % 2 == 0)
        insert (self, position, ".", 1);
      else
        require (coquill_text_delete (self->here->text, self->here->agent, position, 1, NULL, NULL));
      position += 2;
    }
}

static void
step_restore (Run *self)
{
  CoquillTextRange ranges[3];
  size_t n_ranges = 1 + programme_byte (&self->programme) % 3;

  for (size_t i = 0; i < n_ranges; i++)
    {
      ranges[i].agent
          = (uint32_t)programme_byte (&self->programme) % (coquill_text_n_agents (self->here->text) + 1);
      ranges[i].sequence = programme_number (&self->programme);
      ranges[i].length = programme_number (&self->programme);
    }
  replica_restore (self->here, ranges, n_ranges);
}

static bool
restore_operation (const CoquillOperation *operation,
                   const CoquillChangeId *parents,
                   const uint8_t *content,
                   void *data)
{
  if (operation->kind == COQUILL_OPERATION_DELETE)
    *(CoquillTextRange *)data
        = (CoquillTextRange){ operation->agent, operation->sequence, operation->length };
  return true;
}

/* Undo of somebody's last deletion. */
static void
step_undo (Run *self)
{
  CoquillText *text = self->here->text;
  uint32_t agent = (uint32_t)programme_below (&self->programme, coquill_text_n_agents (text));
  CoquillTextRange range = { 0 };

  coquill_text_foreach_operation (text, agent, 0, coquill_text_agent_length (text, agent), restore_operation,
                                  &range);
  if (range.length > 0)
    require (replica_restore (self->here, &range, 1));
}

static void
step_record (Run *self)
{
  require (coquill_text_record (self->here->text, self->here->agent, (const uint8_t *)"note",
                                programme_below (&self->programme, 5), NULL, NULL));
}

static Replica *
choose_other (Run *self)
{
  return use_replica (self, programme_byte (&self->programme));
}

static void
step_fetch (Run *self)
{
  Replica *from = choose_other (self);
  uint8_t byte = programme_byte (&self->programme);
  CoquillChange *change = replica_missing (self->here, from, UINT64_MAX, byte % 2 == 1);
  bool done;

  if (change == NULL)
    return;
  done = replica_take (self->here, change, byte / 2 % 2 == 1);
  require (done || !coquill_text_has_history (self->here->text));
  coquill_change_free (change);
}

/* The start of what is missing. */
static void
step_fetch_some (Run *self)
{
  Replica *from = choose_other (self);
  uint8_t byte = programme_byte (&self->programme);
  uint64_t n_items = coquill_text_n_items (from->text), limit = programme_byte (&self->programme);
  CoquillChange *change = replica_missing (self->here, from, limit % (n_items + 1), byte % 2 == 1);
  bool done;

  if (change == NULL)
    return;
  done = replica_take (self->here, change, byte / 2 % 2 == 1);
  require (done || !coquill_text_has_history (self->here->text));
  coquill_change_free (change);
}

/* One by one, item by item. */
static void
step_follow (Run *self)
{
  Replica *from = choose_other (self);
  uint64_t step = 1 + programme_byte (&self->programme) % 8;
  uint64_t n_items = coquill_text_n_items (from->text);
  bool done = coquill_text_has_history (self->here->text);

  for (uint64_t limit = coquill_text_first_item (from->text); done && n_items < 512 && limit < n_items;
       limit += step)
    {
      CoquillChange *change = replica_missing (self->here, from, limit + step, false);

      if (change != NULL && change->n_operations > 0)
        done = replica_take (self->here, change, limit % 2 == 1);
      coquill_change_free (change);
    }
  require (done || !coquill_text_has_history (self->here->text));
}

/* A piece from the middle: what it builds on may be missing, what it has may be known. */
static void
step_fetch_piece (Run *self)
{
  Replica *from = choose_other (self);
  uint64_t n_items = coquill_text_n_items (from->text);
  uint64_t start = programme_byte (&self->programme), end = programme_byte (&self->programme);
  CoquillChange *change;

  start %= n_items + 1;
  end = start + end % (n_items - start + 1);
  change = coquill_text_extract (from->text, start, end);
  if (change != NULL)
    replica_take (self->here, change, true);
  coquill_change_free (change);
}

static void
step_forge (Run *self)
{
  CoquillChange *change = forge_change (self->here, &self->programme);

  if (replica_take (self->here, change, true))
    require (replica_take (self->here, change, true));
  coquill_change_free (change);
}

static void
step_reload (Run *self)
{
  replica_reload (self->here);
}

static void
step_give_block (Run *self)
{
  replica_give_block (self->here);
}

/* A history that isn't the snapshot's is refused, at the latest when it is needed. */
static void
step_forge_history (Run *self)
{
  CoquillText *text = self->here->text;
  CoquillBuffer bytes = COQUILL_BUFFER_INIT, before = COQUILL_BUFFER_INIT, after = COQUILL_BUFFER_INIT;
  CoquillChange *history, *forged, *missing;
  Replica loaded = { .number = self->here->number, .agent = self->here->agent };
  Replica *from = choose_other (self);

  if (coquill_text_n_items (text) == 0 || !coquill_text_has_history (text))
    return;
  history = coquill_text_extract (text, 0, coquill_text_n_items (text));
  require (coquill_text_save_snapshot (text, &bytes));
  loaded.text = coquill_text_load_snapshot (bytes.data, bytes.length, NULL);
  require (loaded.text != NULL);
  if (coquill_text_length (loaded.text) > 1)
    require (coquill_text_delete (loaded.text, loaded.agent, 0, 1, NULL, NULL));
  forged = forge_history (history, &self->programme);
  replica_look (loaded.text, false, &before);
  coquill_text_add_history (loaded.text, forged, NULL);
  replica_look (loaded.text, true, &after);
  coquill_buffer_clear (&after);
  replica_look (loaded.text, false, &after);
  require (before.length == after.length && memcmp (before.data, after.data, before.length) == 0);

  missing = replica_missing (&loaded, from, UINT64_MAX, false);
  if (missing != NULL)
    replica_take (&loaded, missing, true);
  coquill_change_free (missing);
  missing = forge_change (&loaded, &self->programme);
  replica_take (&loaded, missing, true);
  coquill_change_free (missing);
  replica_check (&loaded);
  replica_clear (&loaded);
  coquill_change_free (history);
  coquill_change_free (forged);
  coquill_buffer_clear (&bytes);
  coquill_buffer_clear (&before);
  coquill_buffer_clear (&after);
}

/* An anchor at a place is there, and stays with its character over edits and their undoing. */
static void
step_anchor (Run *self)
{
  CoquillText *text = self->here->text;
  uint64_t position = choose_place (self), resolved, length = coquill_text_length (text);
  CoquillAnchor before = coquill_text_anchor (text, position, COQUILL_ANCHOR_BEFORE);
  CoquillAnchor after = coquill_text_anchor (text, position, COQUILL_ANCHOR_AFTER);
  uint64_t sequence;

  require (coquill_text_resolve (text, &before, &resolved) && resolved == position);
  require (coquill_text_resolve (text, &after, &resolved) && resolved == position);
  if (position > 0 && position < length)
    {
      CoquillTextRange deletion = { self->here->agent, 0, 2 };

      require (coquill_text_delete (text, self->here->agent, position - 1, 2, &sequence, NULL));
      require (coquill_text_resolve (text, &before, &resolved) && resolved == position - 1);
      require (coquill_text_resolve (text, &after, &resolved) && resolved == position - 1);
      deletion.sequence = sequence;
      require (replica_restore (self->here, &deletion, 1) && coquill_text_length (text) == length);
      require (coquill_text_resolve (text, &before, &resolved) && resolved == position);
      require (coquill_text_resolve (text, &after, &resolved) && resolved == position);
    }
}

static bool
range_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  const CoquillText *text = data;

  require (range->length > 0 && range->agent < coquill_text_n_agents (text)
           && range->sequence + range->length <= coquill_text_agent_length (text, range->agent));
  return true;
}

/* Whatever is asked for, there is an answer. */
static void
step_ask (Run *self)
{
  CoquillText *text = self->here->text;
  CoquillTextRange range;
  CoquillAnchor anchor;
  CoquillChangeId other;
  uint64_t ignored;

  range.agent = (uint32_t)programme_number (&self->programme);
  range.sequence = programme_number (&self->programme);
  range.length = programme_number (&self->programme);
  other = (CoquillChangeId){ range.agent, range.length };
  anchor = (CoquillAnchor){ programme_byte (&self->programme) % 4, range.agent, range.sequence };
  coquill_text_ranges_alive (text, &range, range_cb, text);
  coquill_text_deletion_targets (text, &range, range_cb, text);
  coquill_text_deletions_of (text, other, range_cb, text);
  coquill_text_resolve (text, &anchor, &ignored);
  coquill_text_has (text, other);
  coquill_text_is_ancestor (text, (CoquillChangeId){ range.agent, range.sequence }, other);
  coquill_text_depth (text, other, &ignored);
  coquill_text_local_version (text, other, &ignored);
  coquill_text_id_of (text, range.sequence, &other);
}

static void
step_check (Run *self)
{
  replica_check (self->here);
}

static const Step steps[] = {
  step_type,          step_go_on,  step_delete, step_backspace, step_scatter,    step_restore,
  step_undo,          step_record, step_fetch,  step_fetch,     step_fetch_some, step_follow,
  step_fetch_piece,   step_forge,  step_forge,  step_forge,     step_reload,     step_give_block,
  step_forge_history, step_anchor, step_ask,    step_check,
};

#define N_STEPS (sizeof steps / sizeof *steps)

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Run self = { .programme = { data, data + size } };

  if (size == 0)
    return 0;
  self.n_replicas = 1 + programme_byte (&self.programme) % MAX_REPLICAS;
  for (size_t n = 0; n < MAX_STEPS && self.programme.data < self.programme.end; n++)
    {
      uint8_t byte = programme_byte (&self.programme);

      self.here = use_replica (&self, byte / N_STEPS);
      steps[byte % N_STEPS](&self);
    }

  size_t n_used = 0;

  for (size_t i = 0; i < self.n_replicas; i++)
    if (self.replicas[i].text != NULL)
      self.replicas[n_used++] = self.replicas[i];
  replicas_settle (self.replicas, n_used);
  for (size_t i = 0; i < n_used; i++)
    replica_clear (&self.replicas[i]);
  return 0;
}
