/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-signal.c: signals and their candidates to bytes and back, and their bounds */

#include "wire/signal.h"

#include "wire/document.pb-c.h"
#include "wire/unpack.h"

#include <string.h>

static void
set_candidate (CoquillCandidate *candidate, guint number, guint8 size, guint8 base_size)
{
  *candidate = (CoquillCandidate){ .kind = 1 + number % 3,
                                   .address_size = size,
                                   .port = 65535 - number,
                                   .priority = 0x7fffffff - number,
                                   .base_size = base_size,
                                   .base_port = base_size != 0 ? 40000 + number : 0 };
  memset (candidate->address, 10 + number, size);
  memset (candidate->base_address, 100 + number, base_size);
  g_snprintf (candidate->foundation, sizeof candidate->foundation, "f+/%u", number);
}

/* The largest of its kind. */
static CoquillSignal *
make_signal (CoquillSignalKind kind)
{
  CoquillSignal *self = coquill_signal_new (kind);

  self->run = G_MAXUINT64;
  self->attempt = G_MAXUINT64 - 1;
  self->user = g_strnfill (COQUILL_SIGNAL_USER_MAX, 'u');
  self->password = g_strnfill (COQUILL_SIGNAL_PASSWORD_MAX, 'P');
  memset (self->certificate, 7, sizeof self->certificate);
  for (guint i = 0; i < COQUILL_SIGNAL_MAX_CANDIDATES; i++)
    {
      set_candidate (&self->candidates[i], i, i % 2 == 0 ? 4 : 16, i % 3 == 0 ? 0 : 16);
      memset (self->candidates[i].foundation, 'f', COQUILL_CANDIDATE_FOUNDATION_MAX);
      self->candidates[i].foundation[COQUILL_CANDIDATE_FOUNDATION_MAX] = '\0';
    }
  self->n_candidates = COQUILL_SIGNAL_MAX_CANDIDATES;
  self->last = TRUE;
  self->reason = COQUILL_DECLINE_BUSY;
  return self;
}

static void
assert_same_candidate (const CoquillCandidate *a, const CoquillCandidate *b)
{
  g_assert_cmpint (a->kind, ==, b->kind);
  g_assert_cmpmem (a->address, a->address_size, b->address, b->address_size);
  g_assert_cmpuint (a->port, ==, b->port);
  g_assert_cmpuint (a->priority, ==, b->priority);
  g_assert_cmpstr (a->foundation, ==, b->foundation);
  g_assert_cmpmem (a->base_address, a->base_size, b->base_address, b->base_size);
  g_assert_cmpuint (a->base_port, ==, b->base_port);
}

static void
every_kind_comes_back (void)
{
  for (int kind = COQUILL_SIGNAL_OFFER; kind <= COQUILL_SIGNAL_INVITE; kind++)
    {
      g_autoptr (CoquillSignal) signal = make_signal (kind);
      g_autoptr (GBytes) bytes = coquill_signal_encode (signal);
      g_autoptr (GError) error = NULL;
      g_autoptr (CoquillSignal) back = coquill_signal_decode (bytes, &error);
      gboolean has_credentials = kind <= COQUILL_SIGNAL_ANSWER;
      gboolean has_candidates = kind <= COQUILL_SIGNAL_CANDIDATES;

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (bytes), <=, COQUILL_SIGNAL_MAX);
      g_assert_cmpint (back->kind, ==, kind);
      g_assert_cmpuint (back->run, ==, signal->run);
      g_assert_cmpuint (back->attempt, ==, signal->attempt);
      g_assert_cmpstr (back->user, ==, has_credentials ? signal->user : NULL);
      g_assert_cmpstr (back->password, ==, has_credentials ? signal->password : NULL);
      g_assert_cmpuint (back->certificate[31], ==, has_credentials ? 7 : 0);
      g_assert_cmpuint (back->n_candidates, ==, has_candidates ? COQUILL_SIGNAL_MAX_CANDIDATES : 0);
      g_assert_cmpint (back->last, ==, has_candidates);
      g_assert_cmpuint (back->reason, ==, kind == COQUILL_SIGNAL_DECLINE ? COQUILL_DECLINE_BUSY : 0);
      for (guint i = 0; i < back->n_candidates; i++)
        assert_same_candidate (&back->candidates[i], &signal->candidates[i]);
    }
}

static void
cuts_are_refused_or_other_signals (void)
{
  g_autoptr (CoquillSignal) signal = make_signal (COQUILL_SIGNAL_ANSWER);
  g_autoptr (GBytes) bytes = coquill_signal_encode (signal);

  for (gsize length = 0; length < g_bytes_get_size (bytes); length++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (bytes, 0, length);
      g_autoptr (GError) error = NULL;
      g_autoptr (CoquillSignal) back = coquill_signal_decode (cut, &error);

      if (back == NULL)
        g_assert_cmpuint (error->domain, ==, COQUILL_WIRE_ERROR);
    }
}

static void
assert_refused (const Coquill__Document__Signal *message, CoquillWireError code)
{
  g_autoptr (GBytes) bytes = coquill_pack (&message->base);
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillSignal) signal = coquill_signal_decode (bytes, &error);

  g_assert_null (signal);
  g_assert_error (error, COQUILL_WIRE_ERROR, (int)code);
}

static void
assert_accepted (const Coquill__Document__Signal *message, guint n_candidates)
{
  g_autoptr (GBytes) bytes = coquill_pack (&message->base);
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillSignal) signal = coquill_signal_decode (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (signal->n_candidates, ==, n_candidates);
}

static void
impossible_signals_are_refused (void)
{
  guint8 digest[COQUILL_SIGNAL_CERTIFICATE_SIZE] = { 0 };
  Coquill__Document__Signal good = COQUILL__DOCUMENT__SIGNAL__INIT;
  Coquill__Document__Signal bad;
  g_autofree char *long_user = g_strnfill (COQUILL_SIGNAL_USER_MAX + 1, 'u');
  g_autofree char *long_password = g_strnfill (COQUILL_SIGNAL_PASSWORD_MAX + 1, 'p');
  char *users[] = { "", "abc", "ab\ncd", "abcd ", "äbcd", long_user };
  char *passwords[] = { "", "123456789012345678901", "1234567890123456789012\r", long_password };

  good.kind = COQUILL_SIGNAL_OFFER;
  good.attempt = 1;
  good.user = "abcd";
  good.password = "1234567890123456789012";
  good.certificate = (ProtobufCBinaryData){ sizeof digest, digest };
  assert_accepted (&good, 0);

  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    {
      bad = good;
      bad.user = users[i];
      assert_refused (&bad, COQUILL_WIRE_ERROR_MALFORMED);
    }
  for (guint i = 0; i < G_N_ELEMENTS (passwords); i++)
    {
      bad = good;
      bad.password = passwords[i];
      assert_refused (&bad, COQUILL_WIRE_ERROR_MALFORMED);
    }
  bad = good;
  bad.certificate.len = 31;
  assert_refused (&bad, COQUILL_WIRE_ERROR_MALFORMED);
  bad = good;
  bad.attempt = 0;
  assert_refused (&bad, COQUILL_WIRE_ERROR_MALFORMED);
  bad = good;
  bad.kind = 0;
  assert_refused (&bad, COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION);
  bad.kind = COQUILL_SIGNAL_INVITE + 1;
  assert_refused (&bad, COQUILL_WIRE_ERROR_UNSUPPORTED_VERSION);
  bad.kind = COQUILL_SIGNAL_INVITE;
  assert_accepted (&bad, 0);
  bad.kind = COQUILL_SIGNAL_DECLINE;
  assert_refused (&bad, COQUILL_WIRE_ERROR_MALFORMED);
  bad.reason = 1000;
  assert_accepted (&bad, 0);

  g_autoptr (GBytes) huge = g_bytes_new_take (g_malloc0 (COQUILL_SIGNAL_MAX + 1), COQUILL_SIGNAL_MAX + 1);
  g_autoptr (GError) error = NULL;
  g_assert_null (coquill_signal_decode (huge, &error));
  g_assert_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_TOO_LARGE);
}

static void
impossible_candidates_are_refused (void)
{
  guint8 address[17] = { 1, 2, 3, 4 };
  Coquill__Document__Signal signal = COQUILL__DOCUMENT__SIGNAL__INIT;
  Coquill__Document__Candidate good = COQUILL__DOCUMENT__CANDIDATE__INIT;
  Coquill__Document__Candidate bad;
  Coquill__Document__Candidate *list[65];
  g_autofree char *long_foundation = g_strnfill (COQUILL_CANDIDATE_FOUNDATION_MAX + 1, '1');
  char *foundations[] = { "", "a b", "a\n", long_foundation };

  good.kind = COQUILL_CANDIDATE_HOST;
  good.address = (ProtobufCBinaryData){ 4, address };
  good.port = 1;
  good.priority = 1;
  good.foundation = "1";
  signal.kind = COQUILL_SIGNAL_CANDIDATES;
  signal.attempt = 1;
  signal.candidates = list;
  signal.n_candidates = 1;
  list[0] = &good;
  assert_accepted (&signal, 1);

  list[0] = &bad;
  for (guint i = 0; i < G_N_ELEMENTS (foundations); i++)
    {
      bad = good;
      bad.foundation = foundations[i];
      assert_refused (&signal, COQUILL_WIRE_ERROR_MALFORMED);
    }
  bad = good, bad.port = 0;
  assert_refused (&signal, COQUILL_WIRE_ERROR_MALFORMED);
  bad = good, bad.port = 65536;
  assert_refused (&signal, COQUILL_WIRE_ERROR_MALFORMED);
  bad = good, bad.priority = 0;
  assert_refused (&signal, COQUILL_WIRE_ERROR_MALFORMED);
  bad = good, bad.priority = 0x80000000;
  assert_refused (&signal, COQUILL_WIRE_ERROR_MALFORMED);
  bad = good, bad.base_address = (ProtobufCBinaryData){ 5, address };
  assert_refused (&signal, COQUILL_WIRE_ERROR_MALFORMED);
  bad = good, bad.base_port = 7;
  assert_refused (&signal, COQUILL_WIRE_ERROR_MALFORMED);
  bad = good, bad.base_address = (ProtobufCBinaryData){ 4, address }, bad.base_port = 65536;
  assert_refused (&signal, COQUILL_WIRE_ERROR_MALFORMED);

  /* Those of later versions are passed over. */
  bad = good, bad.kind = 4;
  assert_accepted (&signal, 0);
  bad = good, bad.address.len = 17;
  assert_accepted (&signal, 0);

  for (guint i = 0; i < G_N_ELEMENTS (list); i++)
    list[i] = &good;
  signal.n_candidates = COQUILL_SIGNAL_MAX_CANDIDATES;
  assert_accepted (&signal, COQUILL_SIGNAL_MAX_CANDIDATES);
  signal.n_candidates = COQUILL_SIGNAL_MAX_CANDIDATES + 1;
  assert_refused (&signal, COQUILL_WIRE_ERROR_TOO_LARGE);
  bad = good, bad.kind = 4;
  for (guint i = 0; i < G_N_ELEMENTS (list); i++)
    list[i] = &bad;
  signal.n_candidates = G_N_ELEMENTS (list);
  assert_refused (&signal, COQUILL_WIRE_ERROR_TOO_LARGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/signal/every-kind-comes-back", every_kind_comes_back);
  g_test_add_func ("/signal/cuts-are-refused-or-other-signals", cuts_are_refused_or_other_signals);
  g_test_add_func ("/signal/impossible-is-refused", impossible_signals_are_refused);
  g_test_add_func ("/signal/impossible-candidates-are-refused", impossible_candidates_are_refused);

  return g_test_run ();
}
