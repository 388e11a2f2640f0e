/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bad-line.c: joins two network interfaces as a bad line does: it loses, delays and reorders frames, and can
 * be cut. */

/*
 *   coquill-bad-line A B SEED
 *
 * Whole Ethernet frames go from A to B and back. Both interfaces must be up, and nobody else's: the line
 * takes what arrives there. Checksum and segmentation offloads must be off at the far ends, or frames come
 * unfinished or larger than a wire carries.
 *
 * Standard input holds commands, one a line, each answered with "done":
 *
 *   loss PERCENT          of the frames of each direction, from now on
 *   delay MILLISECONDS    one way
 *   reorder PERCENT       of the frames are overtaken by those up to 3 ms younger
 *   cut both|there|back [udp]     all that goes both ways, from A to B, or from B to A; only UDP
 *   restore               ends a cut
 *   counts                answers "counts TAKEN LOST CUT OVERFLOWN" instead
 *
 * Address resolution is delayed and cut, but never lost: its repetitions take seconds and would hide what is
 * measured. The line ends with its standard input. Equal seeds and equal traffic lose equal frames.
 */

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX 2048 /* an Ethernet frame of 1514 bytes, and room */
#define QUEUE_MAX 8192 /* frames under way in a direction: 50 MB/s with 100 ms */
#define OVERTAKEN_MICROSECONDS 3000
#define SOCKET_BYTES (8 << 20) /* what the kernel keeps while this process is not scheduled */

typedef struct
{
  int64_t due; /* microseconds, monotonic */
  uint64_t number;
  uint16_t size;
  uint8_t bytes[FRAME_MAX];
} Frame;

/* One direction: frames wait in a heap by (due, number). */
typedef struct
{
  int from, to;
  Frame **frames;
  unsigned n_frames;
  uint64_t number;
  uint64_t random;
  bool cut;
} Direction;

static struct
{
  Direction directions[2];
  double loss, reorder;
  int64_t delay;
  bool only_udp;
  unsigned long taken, lost, cut, overflown;
} line;

static void
fail (const char *what)
{
  fprintf (stderr, "coquill-bad-line: %s: %s\n", what, strerror (errno));
  exit (1);
}

static int64_t
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C (1000000) + time.tv_nsec / 1000;
}

/* xorshift64* of Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2014. */
static double
chance (Direction *self)
{
  self->random ^= self->random >> 12;
  self->random ^= self->random << 25;
  self->random ^= self->random >> 27;
  return (double)((self->random * UINT64_C (2685821657736338717)) >> 11) / (double)(UINT64_C (1) << 53);
}

static int
open_interface (const char *name)
{
  int fd = socket (AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons (ETH_P_ALL)), bytes = SOCKET_BYTES;
  struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons (ETH_P_ALL) };
  struct packet_mreq everything = { .mr_type = PACKET_MR_PROMISC };

  address.sll_ifindex = everything.mr_ifindex = (int)if_nametoindex (name);
  if (fd < 0 || address.sll_ifindex == 0 || bind (fd, (struct sockaddr *)&address, sizeof address) != 0
      || setsockopt (fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &everything, sizeof everything) != 0)
    fail (name);
  /* Beyond the usual limit only root may go; less only means more overflow under load. */
  if (setsockopt (fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
    setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return fd;
}

static bool
is_before (const Frame *a, const Frame *b)
{
  return a->due != b->due ? a->due < b->due : a->number < b->number;
}

static void
push (Direction *self, Frame *frame)
{
  unsigned place = self->n_frames++;

  for (; place > 0 && is_before (frame, self->frames[(place - 1) / 2]); place = (place - 1) / 2)
    self->frames[place] = self->frames[(place - 1) / 2];
  self->frames[place] = frame;
}

static void
drop_first (Direction *self)
{
  Frame *last = self->frames[--self->n_frames];
  unsigned place = 0, child;

  while ((child = 2 * place + 1) < self->n_frames)
    {
      if (child + 1 < self->n_frames && is_before (self->frames[child + 1], self->frames[child]))
        child++;
      if (!is_before (self->frames[child], last))
        break;
      self->frames[place] = self->frames[child];
      place = child;
    }
  self->frames[place] = last;
}

static uint16_t
ether_type (const Frame *frame)
{
  return (uint16_t)(frame->bytes[12] << 8 | frame->bytes[13]);
}

static bool
is_udp (const Frame *frame)
{
  if (ether_type (frame) == ETHERTYPE_IP)
    return frame->bytes[ETH_HLEN + 9] == IPPROTO_UDP;
  return ether_type (frame) == ETHERTYPE_IPV6 && frame->bytes[ETH_HLEN + 6] == IPPROTO_UDP;
}

static bool
is_address_resolution (const Frame *frame)
{
  return ether_type (frame) == ETHERTYPE_ARP
         || (ether_type (frame) == ETHERTYPE_IPV6 && frame->bytes[ETH_HLEN + 6] == IPPROTO_ICMPV6);
}

/* A fate for each frame: every one draws the same random numbers, so that a cut changes no later fate. */
static void
admit (Direction *self, Frame *frame)
{
  bool lost = chance (self) < line.loss && !is_address_resolution (frame);
  bool overtaken = chance (self) < line.reorder;
  double how_long = chance (self);

  line.taken++;
  if (self->cut && (!line.only_udp || is_udp (frame)))
    line.cut++;
  else if (lost)
    line.lost++;
  else if (self->n_frames == QUEUE_MAX)
    line.overflown++;
  else
    {
      frame->number = self->number++;
      frame->due = now () + line.delay + (overtaken ? (int64_t)(how_long * OVERTAKEN_MICROSECONDS) : 0);
      push (self, frame);
      return;
    }
  free (frame);
}

static void
take (Direction *self)
{
  for (;;)
    {
      Frame *frame = malloc (sizeof *frame);
      struct sockaddr_ll from;
      socklen_t from_size = sizeof from;
      ssize_t size;

      if (frame == NULL)
        fail ("memory");
      size = recvfrom (self->from, frame->bytes, FRAME_MAX, 0, (struct sockaddr *)&from, &from_size);
      if (size < 0)
        {
          free (frame);
          /* An interface that was taken down says so once and may come back. */
          if (errno != EAGAIN && errno != EINTR && errno != ENETDOWN)
            fail ("recvfrom");
          return;
        }
      frame->size = (uint16_t)size;
      if (from.sll_pkttype == PACKET_OUTGOING || size < ETH_HLEN + 20)
        free (frame);
      else
        admit (self, frame);
    }
}

static void
deliver (Direction *self, int64_t time)
{
  while (self->n_frames > 0 && self->frames[0]->due <= time)
    {
      Frame *frame = self->frames[0];

      if (send (self->to, frame->bytes, frame->size, 0) < 0)
        {
          if (errno == EAGAIN || errno == ENOBUFS)
            return; /* the wire is full: at the next turn */
          line.overflown++;
        }
      drop_first (self);
      free (frame);
    }
}

static void
obey (char *command)
{
  char word[16] = "", which[16] = "", scope[16] = "";

  sscanf (command, "%15s %15s %15s", word, which, scope);
  if (strcmp (word, "loss") == 0)
    line.loss = atof (which) / 100;
  else if (strcmp (word, "reorder") == 0)
    line.reorder = atof (which) / 100;
  else if (strcmp (word, "delay") == 0)
    line.delay = (int64_t)(atof (which) * 1000);
  else if (strcmp (word, "cut") == 0 || strcmp (word, "restore") == 0)
    {
      line.directions[0].cut = word[0] == 'c' && strcmp (which, "back") != 0;
      line.directions[1].cut = word[0] == 'c' && strcmp (which, "there") != 0;
      line.only_udp = strcmp (scope, "udp") == 0;
    }
  else if (strcmp (word, "counts") == 0)
    {
      printf ("counts %lu %lu %lu %lu\n", line.taken, line.lost, line.cut, line.overflown);
      return;
    }
  else
    {
      printf ("unknown command\n");
      return;
    }
  printf ("done\n");
}

/* Commands come whole lines at a time: their writer flushes after each. */
static bool
read_commands (void)
{
  static char buffer[1024];
  static size_t used;
  ssize_t size = read (STDIN_FILENO, buffer + used, sizeof buffer - 1 - used);
  char *end;

  if (size <= 0)
    return false;
  used += (size_t)size;
  buffer[used] = '\0';
  while ((end = strchr (buffer, '\n')) != NULL)
    {
      *end = '\0';
      obey (buffer);
      used -= (size_t)(end + 1 - buffer);
      memmove (buffer, end + 1, used + 1);
    }
  return used < sizeof buffer - 1;
}

int
main (int argc, char **argv)
{
  int ends[2];

  if (argc != 4)
    {
      fprintf (stderr, "Usage: coquill-bad-line A B SEED\n");
      return 2;
    }
  setvbuf (stdout, NULL, _IOLBF, 0);
  for (int i = 0; i < 2; i++)
    ends[i] = open_interface (argv[1 + i]);
  for (int i = 0; i < 2; i++)
    {
      line.directions[i] = (Direction){ .from = ends[i], .to = ends[1 - i] };
      line.directions[i].random
          = (strtoull (argv[3], NULL, 10) * 2 + 1 + (uint64_t)i) * UINT64_C (0x9e3779b97f4a7c15);
      line.directions[i].frames = calloc (QUEUE_MAX, sizeof (Frame *));
      if (line.directions[i].frames == NULL)
        fail ("memory");
    }
  printf ("ready\n");

  for (;;)
    {
      struct pollfd polled[]
          = { { STDIN_FILENO, POLLIN, 0 }, { ends[0], POLLIN, 0 }, { ends[1], POLLIN, 0 } };
      struct timespec wait;
      int64_t next = INT64_MAX, time = now ();

      for (int i = 0; i < 2; i++)
        {
          deliver (&line.directions[i], time);
          if (line.directions[i].n_frames > 0 && line.directions[i].frames[0]->due < next)
            next = line.directions[i].frames[0]->due;
        }
      next = next == INT64_MAX ? 0 : next > time ? next - time : 200; /* a full wire: a moment later */
      wait = (struct timespec){ next / 1000000, next % 1000000 * 1000 };
      if (ppoll (polled, 3, next == 0 ? NULL : &wait, NULL) < 0 && errno != EINTR)
        fail ("ppoll");
      if (polled[0].revents != 0 && !read_commands ())
        return 0;
      for (int i = 0; i < 2; i++)
        take (&line.directions[i]);
    }
}
