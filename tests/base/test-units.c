/* test-units.c: sizes, rates, durations and the table of retries
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-retry.h"
#include "shoal-units.h"

#include <gio/gio.h>
#include <math.h>

static void
test_size (void)
{
  static const struct
  {
    const char *text;
    guint64 bytes;
  } good[] = {
    { "0", 0 },
    { "1048576", 1048576 },
    { "1M", 1048576 },
    { "1m", 1048576 },
    { "1.5 GiB", 1610612736 },
    { "10MB", 10000000 },
    { "10 kB", 10000 },
    { "512 B", 512 },
    { "0.5k", 512 },
    { " 7 ", 7 },
    { "2TiB", G_GUINT64_CONSTANT (2199023255552) },
    { "1.1T", G_GUINT64_CONSTANT (1209462790554) },
    { "9007199254740991", G_GUINT64_CONSTANT (9007199254740991) },
    { "8191 TiB", G_GUINT64_CONSTANT (8191) << 40 },
  };
  static const char *const bad[] = {
    "",
    "M",
    "-1",
    "+1",
    "1e5",
    "0x10",
    "inf",
    "nan",
    "1.5",
    "1.M",
    ".5M",
    "1 M B",
    "1MM",
    "1  M",
    "1,5M",
    "1P",
    "1/s",
    "9007199254740992",
    "8192 TiB",
    "8191.9999999999999999 TiB",
    "99999999999999999999",
    "18446744073709551617",
    "1\n2",
    "1M\xff",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      guint64 bytes = 1;
      shoal_parse_size (good[i].text, &bytes, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (bytes, ==, good[i].bytes);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      guint64 bytes;
      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_false (shoal_parse_size (bad[i], &bytes, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

static void
test_rate (void)
{
  guint64 rate = 1;
  g_assert_true (shoal_parse_rate ("off", &rate, NULL));
  g_assert_cmpuint (rate, ==, 0);
  g_assert_true (shoal_parse_rate ("Unlimited", &rate, NULL));
  g_assert_cmpuint (rate, ==, 0);
  g_assert_true (shoal_parse_rate ("2.5 MB/s", &rate, NULL));
  g_assert_cmpuint (rate, ==, 2500000);
  g_assert_true (shoal_parse_rate ("100K", &rate, NULL));
  g_assert_cmpuint (rate, ==, 102400);
  g_assert_false (shoal_parse_rate ("/s", &rate, NULL));
  g_assert_false (shoal_parse_rate ("fast", &rate, NULL));
  g_assert_false (shoal_parse_rate ("1M/s/s", &rate, NULL));
}

static void
test_format (void)
{
  static const struct
  {
    gint64 ms;
    const char *text;
  } cases[] = {
    { -5, "0.0 s" },          { 0, "0.0 s" },          { 800, "0.8 s" },
    { 9949, "9.9 s" },        { 9950, "10 s" },        { 42000, "42 s" },
    { 59999, "59 s" },        { 60000, "1 min 0 s" },  { 200000, "3 min 20 s" },
    { 7500000, "2 h 5 min" }, { 86400000, "1 d 0 h" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = shoal_format_duration (cases[i].ms);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
  g_autofree char *longest = shoal_format_duration (G_MAXINT64);
  g_assert_nonnull (longest);

  static const double odd[] = { NAN, INFINITY, -INFINITY, -1, 1e300, 0, 12300000 };
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autofree char *text = shoal_format_rate (odd[i]);
      g_assert_true (g_str_has_suffix (text, "/s"));
    }
  g_autofree char *size = shoal_format_size (1200000000);
  g_assert_nonnull (strstr (size, "GB"));
}

static void
test_retry (void)
{
  static const gint64 steps[] = { 1000, 1000, 3000, 10000, 30000, 60000, 60000 };
  g_autoptr (GError) refused
             = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "no");
  g_autoptr (GError) gone = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, "no");

  for (guint attempt = 0; attempt < G_N_ELEMENTS (steps); attempt++)
    {
      g_assert_cmpint (shoal_retry_delay_ms (refused, attempt, 0), ==, steps[attempt]);
      for (guint32 random = 1; random != 0 && random < G_MAXUINT32 / 2; random = random * 3 + 1)
        {
          gint64 delay = shoal_retry_delay_ms (gone, attempt, random);
          g_assert_cmpint (delay, >=, steps[attempt]);
          g_assert_cmpint (delay, <=, steps[attempt] + steps[attempt] / 5);
        }
    }
  g_assert_cmpint (shoal_retry_delay_ms (refused, G_MAXUINT, 0), ==, 60000);
  g_assert_cmpint (shoal_retry_delay_ms (NULL, 1, 0), ==, -1);
}

static void
test_retry_busy (void)
{
  g_autoptr (GError) shortly = shoal_error_new_retry (SHOAL_ERROR_BUSY, 10, "busy");
  g_autoptr (GError) later = shoal_error_new_retry (SHOAL_ERROR_BUSY, 20000, "busy");
  g_autoptr (GError) never = shoal_error_new_retry (SHOAL_ERROR_BUSY, G_MAXINT64, "busy");
  g_autoptr (GError) plain = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_BUSY, "busy");

  g_assert_cmpint (shoal_retry_delay_ms (shortly, 1, 0), ==, 1000);
  g_assert_cmpint (shoal_retry_delay_ms (later, 1, 0), ==, 20000);
  g_assert_cmpint (shoal_retry_delay_ms (later, 5, 0), ==, 60000);
  g_assert_cmpint (shoal_retry_delay_ms (never, 1, 0), ==, SHOAL_MAX_RETRY_MS);
  g_assert_cmpint (shoal_retry_delay_ms (plain, 2, 0), ==, 3000);

  static const int final[] = {
    SHOAL_ERROR_INTERNAL,  SHOAL_ERROR_VERSION,   SHOAL_ERROR_INVALID,   SHOAL_ERROR_AUTH,
    SHOAL_ERROR_BLOCKED,   SHOAL_ERROR_REPLACED,  SHOAL_ERROR_DENIED,    SHOAL_ERROR_NOT_FOUND,
    SHOAL_ERROR_EXISTS,    SHOAL_ERROR_LIMIT,     SHOAL_ERROR_CORRUPT,   SHOAL_ERROR_CHANGED,
    SHOAL_ERROR_UNTRUSTED, SHOAL_ERROR_AMBIGUOUS, SHOAL_ERROR_CANCELLED, SHOAL_ERROR_IO,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (final); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (SHOAL_ERROR, final[i], "no");
      g_assert_cmpint (shoal_retry_delay_ms (error, 1, 0), ==, -1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/units/size", test_size);
  g_test_add_func ("/units/rate", test_rate);
  g_test_add_func ("/units/format", test_format);
  g_test_add_func ("/retry/table", test_retry);
  g_test_add_func ("/retry/busy", test_retry_busy);
  return g_test_run ();
}
