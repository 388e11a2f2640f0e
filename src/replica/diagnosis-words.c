/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diagnosis-words.c: what was found out, what it means for the text, and what to do. */

#include "config.h"

#include "replica/diagnosis-private.h"
#include "replica/participant.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A clock that is wrong by less disturbs nobody. */
#define CLOCK_TOLERANCE (60 * G_TIME_SPAN_SECOND)

const char *
coquill_check_state_to_string (CoquillCheckState state)
{
  static const char *const names[] = { "ok", "warning", "failed", "unknown" };

  g_return_val_if_fail ((guint)state < G_N_ELEMENTS (names), NULL);
  return names[state];
}

static void
check_free (gpointer data)
{
  CoquillCheck *check = data;

  g_free (check->words);
  g_free (check->advice);
  g_free (check);
}

/* @words: (transfer full): @advice: (nullable): */
static void
add (GPtrArray *checks, const char *id, CoquillCheckState state, char *words, const char *advice)
{
  CoquillCheck *check = g_new0 (CoquillCheck, 1);

  check->id = id;
  check->state = state;
  check->words = words;
  check->advice = g_strdup (advice);
  g_ptr_array_add (checks, check);
}

static void
add_relay (const CoquillFinding *self, GPtrArray *checks)
{
  g_autofree char *time = coquill_round_trip_to_words (self->round_trip);

  if (self->name != NULL)
    add (checks, "relay", COQUILL_CHECK_OK,
         /* Translators: address, name and version of a relay, and a time such as “12 ms” */
         g_strdup_printf (_ ("The relay %s answers (%s, %s). Your text reaches the others through it, and "
                             "waits there for those who are away."),
                          self->origin, self->name, time),
         NULL);
  else if (self->error != NULL)
    add (checks, "relay", COQUILL_CHECK_FAILED, g_strdup (self->error->message),
         _ ("What you write stays on this device until a relay answers. Check the address and your network, "
            "or ask whoever runs the relay."));
  else if (self->origin == NULL)
    add (checks, "relay", COQUILL_CHECK_UNKNOWN,
         g_strdup (_ ("No relay is chosen, and no document is shared: what you write stays on this device.")),
         _ ("To share, choose a relay in the preferences or host one; or name one here."));
  else
    add (checks, "relay", COQUILL_CHECK_FAILED,
         g_strdup_printf (_ ("The relay %s did not answer in time."), self->origin),
         _ ("What you write stays on this device until a relay answers. Check the address and your network, "
            "or ask whoever runs the relay."));
}

static void
add_clock (const CoquillFinding *self, GPtrArray *checks)
{
  gint64 apart = ABS (self->ahead);
  int minutes = (int)MIN ((apart + 30 * G_TIME_SPAN_SECOND) / G_TIME_SPAN_MINUTE, G_MAXINT);

  if (!self->clock_known)
    add (checks, "clock", COQUILL_CHECK_UNKNOWN,
         g_strdup (_ ("There is no relay to compare this device’s clock with.")), NULL);
  else if (apart <= CLOCK_TOLERANCE)
    add (checks, "clock", COQUILL_CHECK_OK,
         g_strdup (_ ("This device’s clock and the relay’s tell the same time.")), NULL);
  else
    add (
        checks, "clock", COQUILL_CHECK_WARNING,
        g_strdup_printf (
            self->ahead > 0
                ? ngettext (
                      "This device’s clock is %d minute ahead of the relay’s. Your text is not affected, "
                      "but times shown are wrong.",
                      "This device’s clock is %d minutes ahead of the relay’s. Your text is not "
                      "affected, but times shown are wrong.",
                      (gulong)minutes)
                : ngettext ("This device’s clock is %d minute behind the relay’s. Your text is not affected, "
                            "but times shown are wrong.",
                            "This device’s clock is %d minutes behind the relay’s. Your text is not "
                            "affected, but times shown are wrong.",
                            (gulong)minutes),
            minutes),
        _ ("Let the system set date and time by itself. If they are right here, tell whoever runs the "
           "relay."));
}

static void
add_network (const CoquillFinding *self, GPtrArray *checks)
{
  const char *words = self->own.ipv4 > 0 && self->own.ipv6 > 0
                          ? _ ("This device is on a network, with IPv4 and IPv6.")
                      : self->own.ipv4 > 0 ? _ ("This device is on a network, with IPv4.")
                                           : _ ("This device is on a network, with IPv6.");

  if (self->own.ipv4 + self->own.ipv6 > 0)
    add (checks, "network", COQUILL_CHECK_OK, g_strdup (words), NULL);
  else if (self->name != NULL)
    add (checks, "network", COQUILL_CHECK_WARNING,
         g_strdup (_ ("This device is on no network, only a relay on this very device is reached.")),
         _ ("Connect to a network to share with other devices."));
  else
    add (checks, "network", COQUILL_CHECK_FAILED,
         g_strdup (_ ("This device is on no network: what you write stays here until it is.")),
         _ ("Connect to a network."));
}

static gboolean
works (const CoquillNatResult *result)
{
  return result != NULL && result->udp_works;
}

static void
add_udp (const CoquillFinding *self, GPtrArray *checks)
{
  const CoquillNatResult *best = works (self->ipv4) ? self->ipv4 : self->ipv6;
  g_autofree char *advice = NULL;
  g_autofree char *time = works (best) ? coquill_round_trip_to_words (best->round_trip) : NULL;

  if (works (best))
    add (checks, "udp", COQUILL_CHECK_OK,
         /* Translators: %s is a time such as “12 ms” */
         g_strdup_printf (_ ("UDP gets through to the relay and back (%s): direct connections can be "
                             "tried."),
                          time),
         NULL);
  else if (self->stun_known && self->port == 0)
    add (checks, "udp", COQUILL_CHECK_WARNING,
         g_strdup (_ ("The relay answers no STUN: routers’ addresses can’t be found out, and only people in "
                      "the same network connect directly. All else goes through the relay.")),
         _ ("Whoever runs the relay can start it without --no-stun."));
  else if (self->name == NULL || (self->ipv4 == NULL && self->ipv6 == NULL))
    add (checks, "udp", COQUILL_CHECK_UNKNOWN,
         g_strdup (_ ("Whether UDP gets through can’t be told without the relay.")), NULL);
  else
    {
      advice = g_strdup_printf (
          _ ("Ask whoever runs your network to let UDP out, and whoever runs the relay to let UDP port %d "
             "in and to start it without --no-stun."),
          self->port);
      add (
          checks, "udp", COQUILL_CHECK_WARNING,
          g_strdup (_ ("The relay does not answer by UDP: something on the way holds it back. Your text goes "
                       "through the relay, a little slower; nothing is lost.")),
          advice);
    }
}

/* What the relay sees this device as; IPv4 is what routers translate. */
static const CoquillNatResult *
get_seen (const CoquillFinding *self)
{
  if (works (self->ipv4))
    return self->ipv4;
  return works (self->ipv6) ? self->ipv6 : NULL;
}

static CoquillNatMapping
get_mapping (const CoquillFinding *self)
{
  const CoquillNatResult *seen = get_seen (self);

  return seen != NULL ? seen->mapping : COQUILL_NAT_UNKNOWN;
}

static gboolean
is_seen_at_loopback (const CoquillFinding *self)
{
  const CoquillNatResult *seen = get_seen (self);

  return seen != NULL && seen->mapped != NULL
         && g_inet_address_get_is_loopback (g_inet_socket_address_get_address (seen->mapped));
}

/* RFC 1918, fc00::/7 */
static gboolean
is_seen_inside (const CoquillFinding *self)
{
  const CoquillNatResult *seen = get_seen (self);
  GInetAddress *address
      = seen != NULL && seen->mapped != NULL ? g_inet_socket_address_get_address (seen->mapped) : NULL;

  if (address == NULL)
    return FALSE;
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    return (g_inet_address_to_bytes (address)[0] & 0xfe) == 0xfc;
  return g_inet_address_get_is_site_local (address);
}

static gboolean
is_easy (const CoquillFinding *self)
{
  CoquillNatMapping mapping = get_mapping (self);

  return (mapping == COQUILL_NAT_NONE && !is_seen_at_loopback (self)) || mapping == COQUILL_NAT_SAME;
}

static void
add_nat (const CoquillFinding *self, GPtrArray *checks)
{
  if (is_seen_at_loopback (self))
    {
      add (checks, "nat", COQUILL_CHECK_UNKNOWN,
           g_strdup (
               _ ("The relay runs on this very device: it can’t tell what a router does with addresses.")),
           NULL);
      return;
    }
  if (is_seen_inside (self) && get_mapping (self) == COQUILL_NAT_NONE)
    {
      add (
          checks, "nat", COQUILL_CHECK_OK,
          g_strdup (_ ("The relay is in the same network: direct connections work within it. What the router "
                       "does towards the internet can’t be told by this relay.")),
          NULL);
      return;
    }
  switch (get_mapping (self))
    {
    case COQUILL_NAT_NONE:
      add (checks, "nat", COQUILL_CHECK_OK,
           g_strdup (_ ("No router changes this device’s address: direct connections work with nearly "
                        "everyone.")),
           NULL);
      break;
    case COQUILL_NAT_SAME:
      add (checks, "nat", COQUILL_CHECK_OK,
           g_strdup (_ ("Your router keeps one address for this device: direct connections work with most "
                        "people.")),
           NULL);
      break;
    case COQUILL_NAT_DIFFERENT:
      add (checks, "nat", COQUILL_CHECK_WARNING,
           g_strdup (_ ("Your router takes another address for each connection (a “symmetric” NAT): direct "
                        "connections work only with people whose router doesn’t. With the others your text "
                        "goes through the relay.")),
           _ ("Nothing has to be done. For direct connections with everyone use IPv6, another router or a "
              "relay that offers TURN."));
      break;
    case COQUILL_NAT_UNKNOWN:
    default:
      add (checks, "nat", COQUILL_CHECK_UNKNOWN,
           g_strdup (_ ("What your router does with addresses can’t be told.")), NULL);
    }
}

static void
add_ipv6 (const CoquillFinding *self, GPtrArray *checks)
{
  if (works (self->ipv6))
    add (
        checks, "ipv6", COQUILL_CHECK_OK,
        g_strdup (_ ("IPv6 works as far as the relay: with people who have it too no router is in the way.")),
        NULL);
  else if (self->own.global_ipv6 > 0)
    add (checks, "ipv6", COQUILL_CHECK_OK,
         g_strdup (_ ("This device has an IPv6 address. Whether it reaches others can’t be told by this "
                      "relay.")),
         NULL);
  else if (self->own.ipv6 > 0)
    add (checks, "ipv6", is_easy (self) ? COQUILL_CHECK_OK : COQUILL_CHECK_WARNING,
         g_strdup (_ ("IPv6 works within this network only: direct connections to others depend on what the "
                      "routers do with IPv4.")),
         is_easy (self) ? NULL : _ ("If your provider offers IPv6, switch it on in the router."));
  else
    add (checks, "ipv6", is_easy (self) ? COQUILL_CHECK_OK : COQUILL_CHECK_WARNING,
         g_strdup (_ ("There is no IPv6 here: direct connections depend on what the routers do with IPv4.")),
         is_easy (self) ? NULL : _ ("If your provider offers IPv6, switch it on in the router."));
}

static void
add_turn (const CoquillFinding *self, GPtrArray *checks)
{
  if (!self->turn_known)
    add (
        checks, "turn", COQUILL_CHECK_UNKNOWN,
        g_strdup (_ ("Whether the relay offers TURN is told only to those who have a shared document open.")),
        NULL);
  else if (self->n_turn > 0)
    add (checks, "turn", COQUILL_CHECK_OK,
         g_strdup (
             _ ("The relay offers TURN: people whose routers let nothing else through are connected over "
                "it.")),
         NULL);
  else
    add (checks, "turn", is_easy (self) ? COQUILL_CHECK_OK : COQUILL_CHECK_WARNING,
         g_strdup (
             _ ("The relay offers no TURN: where routers let nothing through, your text goes through the "
                "relay itself.")),
         is_easy (self) ? NULL : _ ("Nothing has to be done. Whoever runs the relay can add a TURN server."));
}

GPtrArray *
coquill_finding_to_checks (const CoquillFinding *self)
{
  GPtrArray *checks = g_ptr_array_new_with_free_func (check_free);

  add_relay (self, checks);
  add_clock (self, checks);
  add_network (self, checks);
  add_udp (self, checks);
  add_nat (self, checks);
  add_ipv6 (self, checks);
  add_turn (self, checks);
  return checks;
}

const char *
coquill_diagnosis_count_to_words (const char *name)
{
  static const struct
  {
    const char *name;
    const char *words;
  } counts[] = {
    { "attempts", N_ ("direct connections tried") },
    { "signals", N_ ("messages about direct connections") },
    { "signals-malformed", N_ ("of them without sense, refused") },
    { "signals-stale", N_ ("of them for an earlier run or try, refused") },
    { "signals-replayed", N_ ("of them said before, refused") },
    { "signals-too-fast", N_ ("of them too many at once, refused") },
    { "packets-junk", N_ ("packets that belong to no connection, dropped") },
    { "greetings-refused", N_ ("connections to somebody else than meant, refused") },
    { "envelopes-refused", N_ ("envelopes that are broken or for another document, refused") },
    { "envelopes-repeated", N_ ("envelopes that came twice") },
    { "envelopes-unknown-epoch", N_ ("envelopes sealed with a key that was not here") },
    { "candidates-taken", N_ ("others’ addresses tried") },
    { "candidates-malformed", N_ ("addresses without sense, refused") },
    { "candidates-unspecified", N_ ("addresses of nobody, refused") },
    { "candidates-loopback", N_ ("addresses of this very device, refused") },
    { "candidates-link-local", N_ ("addresses of the local wire, refused") },
    { "candidates-multicast", N_ ("addresses of many, refused") },
    { "candidates-broadcast", N_ ("addresses of everyone, refused") },
    { "candidates-embedded", N_ ("addresses within other addresses, refused") },
    { "candidates-port", N_ ("addresses with a service’s port, refused") },
    { "candidates-too-many", N_ ("addresses beyond what one may have, refused") },
    { "candidates-repeated", N_ ("addresses said again") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (strcmp (counts[i].name, name) == 0)
      return _ (counts[i].words);
  return NULL;
}
