/* test-link.c: links and invitation codes, good and bad
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-link.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define UPPER_KEY "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"
#define INVITE "abcdefghijklmnopqrstuvwxyz"

/* What is typed, and its canonical form */
static const struct
{
  const char *text;
  const char *canonical;
} good[] = {
  { "tracker.example", "tracker.example:7707" },
  { "  tracker.example:1\n", "tracker.example:1" },
  { "Tracker.Example:65535", "tracker.example:65535" },
  { "192.0.2.1", "192.0.2.1:7707" },
  { "localhost:80", "localhost:80" },
  { "a-b.c-d", "a-b.c-d:7707" },
  { "xn--mnchen-3ya.example", "xn--mnchen-3ya.example:7707" },
  { "münchen.example", "xn--mnchen-3ya.example:7707" },
  { "[::1]:9", "[::1]:9" },
  { "[2001:DB8:0:0::1]", "[2001:db8::1]:7707" },
  { "shoal://h/?key=" KEY, "shoal://h:7707/?key=" KEY },
  { "shoal://h?key=" KEY, "shoal://h:7707/?key=" KEY },
  { "SHOAL://h:1/?key=" UPPER_KEY, "shoal://h:1/?key=" KEY },
  { "shoal://h:1/?key=" KEY "&invite=" INVITE, "shoal://h:1/?key=" KEY "&invite=" INVITE },
  { "shoal://h:1/?invite=ABCDEFGHIJKLMNOPQRSTUVWXYZ&key=" KEY,
    "shoal://h:1/?key=" KEY "&invite=" INVITE },
  { "shoal://h:1,[::1]:2,192.0.2.7:3/?key=" KEY, "shoal://h:1,[::1]:2,192.0.2.7:3/?key=" KEY },
  { "<shoal://h/?key=" KEY ">", "shoal://h:7707/?key=" KEY },
  { "\"shoal://h/?key=" KEY "\"", "shoal://h:7707/?key=" KEY },
  { " “shoal://h/?key=" KEY "”. ", "shoal://h:7707/?key=" KEY },
  { "(shoal://h/?key=" KEY "&invite=" INVITE ").", "shoal://h:7707/?key=" KEY "&invite=" INVITE },
  { "shoal://h:1,h:1,h:2/?key=" KEY, "shoal://h:1,h:2/?key=" KEY },
  { "shoal://h:1/?later=x&key=" KEY "&more", "shoal://h:1/?key=" KEY },
  { "shoal://a,b,c,d,e,f,g,h/?key=" KEY,
    "shoal://a:7707,b:7707,c:7707,d:7707,e:7707,f:7707,g:7707,h:7707/?key=" KEY },
};

/* What is refused, the field that is blamed, and a piece of the message */
static const struct
{
  const char *text;
  const char *field;
  const char *message;
} bad[] = {
  { "", "link", "empty" },
  { " \n\t ", "link", "empty" },
  { "<\".\">", "link", "empty" },
  { "\xff\xfe", "link", "UTF-8" },
  { "a b", "link", "space" },
  { "a\x01", "link", "space" },
  { "http://h/", "link", "shoal://" },
  { "h/path", "link", "neither" },
  { "h?key=" KEY, "link", "neither" },
  { "user@h", "link", "neither" },
  { "a:1,b:2", "link", "neither" },
  { ":7707", "address", "no host" },
  { "h:", "address", "port" },
  { "h:0", "address", "port" },
  { "h:65536", "address", "port" },
  { "h:99999999999999999999", "address", "port" },
  { "h:-1", "address", "port" },
  { "h:+1", "address", "port" },
  { "h:7x", "address", "port" },
  { "::1", "address", "brackets" },
  { "2001:db8::1", "address", "brackets" },
  { "[::1", "address", "without" },
  { "[::1]x", "address", "between" },
  { "[192.0.2.1]:1", "address", "IPv6" },
  { "[fe80::1%eth0]:1", "address", "IPv6" },
  { "[]:1", "address", "IPv6" },
  { "-h", "address", "host name" },
  { "h-", "address", "host name" },
  { "a..b", "address", "host name" },
  { ".a", "address", "host name" },
  { "a_b", "address", "host name" },
  { "1.2.3", "address", "host name" },
  { "1.2.3.4.5", "address", "host name" },
  { "256.1.1.1", "address", "host name" },
  { "../../etc/passwd", "link", "neither" },
  { "shoal://", "address", "no host" },
  { "shoal:///?key=" KEY, "address", "no host" },
  { "shoal://h:1,,h:2/?key=" KEY, "address", "no host" },
  { "shoal://u@h/?key=" KEY, "address", "user name" },
  { "shoal://h/x?key=" KEY, "address", "unknown" },
  { "shoal://h#key=" KEY, "address", "unknown" },
  { "shoal://h/", "key", "no key" },
  { "shoal://h/?", "key", "no key" },
  { "shoal://h/?invite=" INVITE, "key", "no key" },
  { "shoal://h/?key=", "key", "64" },
  { "shoal://h/?key=00", "key", "64" },
  { "shoal://h/?key=" KEY "0", "key", "64" },
  { "shoal://h/?key=" KEY "&key=" KEY, "key", "two" },
  { "shoal://h/?key=" KEY "&invite=", "invite", "26" },
  { "shoal://h/?key=" KEY "&invite=" INVITE "a", "invite", "26" },
  { "shoal://h/?key=" KEY "&invite=abcdefghijklmnopqrstuvwxy1", "invite", "26" },
  { "shoal://h/?key=" KEY "&invite=" INVITE "&invite=" INVITE, "invite", "two" },
  { "shoal://a,b,c,d,e,f,g,h,i/?key=" KEY, "address", "more than" },
};

static void
test_good (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ShoalLink) link = shoal_link_parse (good[i].text, &error);

      g_test_message ("%s", good[i].text);
      g_assert_no_error (error);
      g_autofree char *text = shoal_link_to_string (link);
      g_assert_cmpstr (text, ==, good[i].canonical);

      g_autoptr (ShoalLink) again = shoal_link_parse (text, &error);
      g_assert_no_error (error);
      g_autofree char *text_again = shoal_link_to_string (again);
      g_assert_cmpstr (text_again, ==, good[i].canonical);
    }
}

static void
test_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_autofree char *shown = g_strescape (bad[i].text, NULL);
      g_test_message ("%s", shown);
      g_assert_null (shoal_link_parse (bad[i].text, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_assert_cmpstr (shoal_error_get_field (error), ==, bad[i].field);
      g_test_message ("  %s", error->message);
      g_assert_nonnull (strstr (error->message, bad[i].message));
      /* A link is a secret: the message may go to a log. */
      g_assert_null (strstr (error->message, KEY));
      g_assert_null (strstr (error->message, INVITE));
    }
}

static void
test_too_long (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *huge = g_strnfill (SHOAL_MAX_LINK_BYTES + 1, 'a');
  g_autofree char *label = g_strnfill (64, 'a');

  g_assert_null (shoal_link_parse (huge, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (shoal_link_parse (label, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
}

static void
test_new (void)
{
  const char *const addresses[] = { "h:1", "[::1]:2", NULL };
  g_autoptr (ShoalLink) link = shoal_link_new (addresses, KEY, INVITE);
  g_autofree char *text = shoal_link_to_string (link);

  g_assert_cmpstr (text, ==, "shoal://h:1,[::1]:2/?key=" KEY "&invite=" INVITE);
}

static void
test_invite_codes (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 1000; i++)
    {
      char *code = shoal_invite_new_code ();

      g_assert_true (shoal_invite_is_code (code));
      g_assert_true (g_hash_table_add (seen, code));
    }
  g_assert_false (shoal_invite_is_code (NULL));
  g_assert_false (shoal_invite_is_code (""));
  g_assert_false (shoal_invite_is_code ("ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
}

static void
test_local (void)
{
  static const struct
  {
    const char *text;
    gboolean local;
  } cases[] = {
    { "127.0.0.1:7707", TRUE }, { "192.168.1.20", TRUE },   { "10.0.0.1:1", TRUE },
    { "172.31.255.1", TRUE },   { "172.32.0.1", FALSE },    { "169.254.3.4", TRUE },
    { "[::1]:7707", TRUE },     { "[fe80::1]:7707", TRUE }, { "[fd12:3456::1]", TRUE },
    { "[2001:db8::1]", FALSE }, { "203.0.113.7", FALSE },   { "tracker.example.org", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ShoalLink) link = shoal_link_parse (cases[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpint (shoal_link_is_local (link), ==, cases[i].local);
    }

  /* One way in from outside is enough. */
  const char *const both[] = { "192.168.1.20:7707", "tracker.example.org:7707", NULL };
  g_autoptr (ShoalLink) link = shoal_link_new (both, NULL, NULL);
  g_assert_false (shoal_link_is_local (link));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/good", test_good);
  g_test_add_func ("/link/bad", test_bad);
  g_test_add_func ("/link/too-long", test_too_long);
  g_test_add_func ("/link/new", test_new);
  g_test_add_func ("/link/invite-codes", test_invite_codes);
  g_test_add_func ("/link/local", test_local);
  return g_test_run ();
}
