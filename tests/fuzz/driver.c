/* SPDX-License-Identifier: GPL-3.0-or-later */
/* driver.c: runs a fuzz target on its corpus and on seeded mutations of it, without a fuzzer: a normal test,
 * with any compiler. usage: driver NAME CORPUS-FOLDER MUTATIONS [SEED] */

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Corpora are small: what a mutation can reach decides, not their size. */
#define MAX_INPUTS 256
#define MAX_BYTES 4096

#define DEFAULT_SEED 20261

typedef struct
{
  uint8_t *data;
  size_t size;
} Input;

static Input inputs[MAX_INPUTS];
static size_t n_inputs;

static const char *target_name;
static uint8_t current[2 * MAX_BYTES];
static size_t current_size;

static uint64_t random_state;

/* splitmix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014). */
static uint64_t
random_next (void)
{
  uint64_t z = random_state += UINT64_C (0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C (0x94d049bb133111eb);
  return z ^ z >> 31;
}

static size_t
random_below (size_t limit)
{
  return limit > 0 ? (size_t)(random_next () % limit) : 0;
}

static void
fault_cb (int number)
{
  char name[128];

  snprintf (name, sizeof name, "fault-%s", target_name);

  FILE *file = fopen (name, "wb");

  if (file != NULL)
    {
      fwrite (current, 1, current_size, file);
      fclose (file);
      fprintf (stderr, "the input is in %s\n", name);
    }
  signal (number, SIG_DFL);
  raise (number);
}

static bool
load_input (const char *folder, const char *name)
{
  char path[4096];

  if (snprintf (path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
    return false;

  FILE *file = fopen (path, "rb");

  if (file == NULL)
    return false;

  Input *input = &inputs[n_inputs++];

  input->data = malloc (MAX_BYTES);
  input->size = input->data != NULL ? fread (input->data, 1, MAX_BYTES, file) : 0;
  fclose (file);
  return input->size > 0;
}

static int
compare_inputs (const void *a, const void *b)
{
  const Input *left = a, *right = b;

  if (left->size != right->size)
    return left->size < right->size ? -1 : 1;
  return memcmp (left->data, right->data, left->size);
}

static bool
load_corpus (const char *folder)
{
  DIR *directory = opendir (folder);
  bool good = directory != NULL;

  for (struct dirent *entry; good && n_inputs < MAX_INPUTS && (entry = readdir (directory)) != NULL;)
    if (entry->d_name[0] != '.')
      good = load_input (folder, entry->d_name);
  if (directory != NULL)
    closedir (directory);
  /* A folder has no order of its own, the mutations need one. */
  qsort (inputs, n_inputs, sizeof *inputs, compare_inputs);
  return good && n_inputs > 0;
}

static void
run (const uint8_t *data, size_t size)
{
  /* An allocation of the exact size, so that the sanitizer sees a read behind its end. */
  uint8_t *copy = malloc (size > 0 ? size : 1);

  if (copy == NULL)
    abort ();
  memcpy (copy, data, size);
  LLVMFuzzerTestOneInput (copy, size);
  free (copy);
}

static void
replace (size_t at, size_t removed, const uint8_t *inserted, size_t n)
{
  if (current_size - removed + n > MAX_BYTES)
    return;
  memmove (current + at + n, current + at + removed, current_size - at - removed);
  memcpy (current + at, inserted, n);
  current_size = current_size - removed + n;
}

static void
mutate (void)
{
  static const uint8_t edges[] = { 0x00, 0x01, 0x7f, 0x80, 0xff, 0xfe, 0x40, 0x20 };
  static const uint8_t huge[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 };
  uint8_t piece[64] = { 0 };
  size_t at = random_below (current_size);
  size_t left = current_size - at;
  size_t n = 1 + random_below (8);

  switch (random_below (8))
    {
    case 0:
      if (current_size > 0)
        current[at] ^= (uint8_t)(1 << random_below (8));
      break;
    case 1:
      if (current_size > 0)
        current[at] = edges[random_below (sizeof edges)];
      break;
    case 2:
      if (current_size > 0)
        current[at] = (uint8_t)random_next ();
      break;
    case 3:
      replace (at, n < left ? n : left, piece, 0);
      break;
    case 4:
      replace (at, 0, huge + random_below (sizeof huge), 1);
      break;
    case 5:
      replace (at, left > 0, huge, sizeof huge);
      break;
    case 6: /* a piece again, here or elsewhere */
      n = random_below (left < sizeof piece ? left + 1 : sizeof piece);
      memcpy (piece, current + at, n);
      replace (random_below (current_size + 1), 0, piece, n);
      break;
    default: /* a piece of another input */
      {
        const Input *other = &inputs[random_below (n_inputs)];
        size_t from = random_below (other->size);

        n = random_below (other->size - from + 1);
        replace (at, n < left ? n : left, other->data + from, n);
        break;
      }
    }
}

int
main (int argc, char *argv[])
{
  if (argc < 4)
    {
      fprintf (stderr, "usage: %s NAME CORPUS-FOLDER MUTATIONS [SEED]\n", argv[0]);
      return 2;
    }

  size_t n_mutations = strtoull (argv[3], NULL, 10);
  uint64_t seed = argc > 4 ? strtoull (argv[4], NULL, 10) : DEFAULT_SEED;

  target_name = argv[1];
  signal (SIGABRT, fault_cb);
  printf ("TAP version 14\n1..2\n");
  if (!load_corpus (argv[2]))
    {
      printf ("not ok 1 /fuzz/%s/corpus # %s cannot be read\n", target_name, argv[2]);
      return 1;
    }

  run (current, 0);
  for (size_t i = 0; i < n_inputs; i++)
    {
      current_size = inputs[i].size;
      memcpy (current, inputs[i].data, current_size);
      run (current, current_size);
    }
  printf ("ok 1 /fuzz/%s/corpus-of-%zu\n# seed %llu\n", target_name, n_inputs, (unsigned long long)seed);
  fflush (stdout);

  random_state = seed;
  for (size_t i = 0; i < n_mutations; i++)
    {
      const Input *input = &inputs[random_below (n_inputs)];

      current_size = input->size;
      memcpy (current, input->data, current_size);
      for (size_t n = 1 + random_below (4); n > 0; n--)
        mutate ();
      run (current, current_size);
    }
  printf ("ok 2 /fuzz/%s/%zu-mutations\n", target_name, n_mutations);

  for (size_t i = 0; i < n_inputs; i++)
    free (inputs[i].data);
  return 0;
}
