/* test-options.c: the command line, and addresses to listen on and to show
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-options"

#include "config.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-tracker-addresses.h"
#include "shoal-tracker-options.h"

#define HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static ShoalTrackerOptions *
parse (const char *line, GError **error)
{
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);

  return shoal_tracker_options_parse ((const char *const *) argv, error);
}

static ShoalTrackerOptions *
parse_right (const char *line)
{
  g_autoptr (GError) error = NULL;
  ShoalTrackerOptions *options = parse (line, &error);

  g_assert_no_error (error);
  g_assert_nonnull (options);
  return options;
}

static void
test_defaults (void)
{
  g_autoptr (ShoalTrackerOptions) options = parse_right ("shoal-tracker");
  const ShoalTrackerConfig *config = options->config;

  g_assert_cmpint (options->command, ==, SHOAL_TRACKER_SERVE);
  g_assert_true (g_str_has_suffix (config->data, "/shoal-tracker"));
  g_assert_cmpint (config->sign_up, ==, SHOAL_SIGN_UP_INVITE);
  g_assert_cmpuint (config->max_failures, ==, 5);
  g_assert_cmpuint (config->block_seconds, ==, 10);
  g_assert_cmpuint (config->idle_seconds, ==, 30);
  g_assert_null (config->listen[0]);

  g_setenv ("STATE_DIRECTORY", "/var/lib/one:/var/lib/two", TRUE);

  g_autoptr (ShoalTrackerOptions) managed = parse_right ("shoal-tracker");

  g_unsetenv ("STATE_DIRECTORY");
  g_assert_cmpstr (managed->config->data, ==, "/var/lib/one");
}

static void
test_everything (void)
{
  g_autoptr (ShoalTrackerOptions) options = parse_right (
      "shoal-tracker --data=/d --listen 127.0.0.1:0 --listen [::1]:7 --public h.example:9 --name "
      "Lab "
      "--sign-up closed --max-failures 3 --block-seconds=20 --idle-seconds 5 --max-connections 10 "
      "--max-connections-per-address 4 --max-entries-per-member 99");
  const ShoalTrackerConfig *config = options->config;

  g_assert_cmpstr (config->data, ==, "/d");
  g_assert_cmpuint (g_strv_length (config->listen), ==, 2);
  g_assert_cmpstr (config->listen[1], ==, "[::1]:7");
  g_assert_cmpstr (config->public_host, ==, "h.example:9");
  g_assert_cmpstr (config->name, ==, "Lab");
  g_assert_cmpint (config->sign_up, ==, SHOAL_SIGN_UP_CLOSED);
  g_assert_cmpuint (config->max_failures, ==, 3);
  g_assert_cmpuint (config->block_seconds, ==, 20);
  g_assert_cmpuint (config->idle_seconds, ==, 5);
  g_assert_cmpuint (config->max_connections, ==, 10);
  g_assert_cmpuint (config->max_connections_per_address, ==, 4);
  g_assert_cmpint (config->max_entries_per_member, ==, 99);
}

static void
test_commands (void)
{
  g_autoptr (ShoalTrackerOptions) invite
             = parse_right ("shoal-tracker --data /d invite --uses 4 --expires=30");
  g_autoptr (ShoalTrackerOptions) link = parse_right ("shoal-tracker link --owner");
  g_autoptr (ShoalTrackerOptions) audit = parse_right ("shoal-tracker audit verify --head " HASH);
  g_autoptr (ShoalTrackerOptions) help = parse_right ("shoal-tracker invite --help");
  g_autoptr (ShoalTrackerOptions) version = parse_right ("shoal-tracker --version");

  g_assert_cmpint (invite->command, ==, SHOAL_TRACKER_INVITE);
  g_assert_cmpstr (invite->config->data, ==, "/d");
  g_assert_cmpint (invite->uses, ==, 4);
  g_assert_cmpint (invite->expires_days, ==, 30);
  g_assert_cmpint (link->command, ==, SHOAL_TRACKER_LINK);
  g_assert_true (link->owner);
  g_assert_cmpint (audit->command, ==, SHOAL_TRACKER_AUDIT_VERIFY);
  g_assert_cmpstr (audit->head, ==, HASH);
  g_assert_cmpint (help->command, ==, SHOAL_TRACKER_HELP);
  g_assert_nonnull (help->help);
  g_assert_cmpint (version->command, ==, SHOAL_TRACKER_VERSION);
}

static void
test_wrong (void)
{
  static const char *const lines[] = {
    "shoal-tracker --nonsense",
    "shoal-tracker -x",
    "shoal-tracker frob",
    "shoal-tracker audit",
    "shoal-tracker audit frob",
    "shoal-tracker invite ben",
    "shoal-tracker --data",
    "shoal-tracker --data=",
    "shoal-tracker --listen example.org:1",
    "shoal-tracker --listen 127.0.0.1:65536",
    "shoal-tracker --listen 127.0.0.1:",
    "shoal-tracker --listen 127.0.0.1:x",
    "shoal-tracker --listen [::1:7",
    "shoal-tracker --public",
    "shoal-tracker --public a_b",
    "shoal-tracker --public h:0",
    "shoal-tracker --public h/../:1",
    "shoal-tracker --sign-up maybe",
    "shoal-tracker --max-failures 0",
    "shoal-tracker --max-failures -1",
    "shoal-tracker --max-failures 5x",
    "shoal-tracker --max-failures 99999999999999999999",
    "shoal-tracker --block-seconds 901",
    "shoal-tracker --idle-seconds 0",
    "shoal-tracker --max-connections 0",
    "shoal-tracker invite --uses 0",
    "shoal-tracker invite --uses 1001",
    "shoal-tracker invite --expires 366",
    "shoal-tracker invite --owner",
    "shoal-tracker link --uses 2",
    "shoal-tracker link --owner=yes",
    "shoal-tracker link --listen 127.0.0.1:1",
    "shoal-tracker audit verify --head 123",
    "shoal-tracker --uses 3",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ShoalTrackerOptions) options = parse (lines[i], &error);

      g_test_message ("%s", lines[i]);
      g_assert_null (options);
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
    }
}

static void
test_listen_addresses (void)
{
  static const struct
  {
    const char *text;
    const char *address;
    guint16 port;
  } cases[] = {
    { "192.0.2.1:7", "192.0.2.1", 7 },
    { "192.0.2.1", "192.0.2.1", SHOAL_DEFAULT_TRACKER_PORT },
    { "[::1]:0", "::1", 0 },
    { "::1", "::1", SHOAL_DEFAULT_TRACKER_PORT },
    { "[2001:db8::1]", "2001:db8::1", SHOAL_DEFAULT_TRACKER_PORT },
    { "*:9", NULL, 9 },
    { ":9", NULL, 9 },
    { "localhost:9", "127.0.0.1", 9 },
    { "0.0.0.0:65535", "0.0.0.0", 65535 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *address = NULL;
      guint16 port = 0;

      shoal_tracker_parse_listen (cases[i].text, &address, &port, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (address, ==, cases[i].address);
      g_assert_cmpuint (port, ==, cases[i].port);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options/defaults", test_defaults);
  g_test_add_func ("/options/everything", test_everything);
  g_test_add_func ("/options/commands", test_commands);
  g_test_add_func ("/options/wrong", test_wrong);
  g_test_add_func ("/options/listen-addresses", test_listen_addresses);
  return g_test_run ();
}
