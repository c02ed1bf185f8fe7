/* test-presence.c: the roster, its deltas, who is online, what is announced
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-presence"

#include "config.h"

#include <string.h>

#include "shoal-limits.h"
#include "test-tracker.h"

#define ADDRESS "192.0.2.1"

static JsonObject *
find_member (JsonObject *roster, const char *user)
{
  JsonArray *members = json_object_get_array_member (roster, "members");

  for (guint i = 0; i < json_array_get_length (members); i++)
    {
      JsonObject *member = json_array_get_object_element (members, i);

      if (g_str_equal (json_object_get_string_member (member, "user"), user))
        return member;
    }
  return NULL;
}

static JsonObject *
only_device (JsonObject *member)
{
  JsonArray *devices = json_object_get_array_member (member, "devices");

  g_assert_cmpuint (json_array_get_length (devices), ==, 1);
  return json_array_get_object_element (devices, 0);
}

/* Waits for a delta in which @user is @online. */
static JsonObject *
wait_for_online (TestClient *client, const char *user, gboolean online)
{
  for (;;)
    {
      g_autoptr (JsonObject) delta = test_client_wait (client, SHOAL_NOTIFICATION_ROSTER_DELTA);
      JsonObject *member = find_member (delta, user);

      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (delta, "removed")), ==,
                        0);
      if (member != NULL && json_object_get_boolean_member (member, "online") == online)
        return json_object_ref (member);
    }
}

static void
test_roster (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();

  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (JsonObject) roster = test_client_wait (ada, SHOAL_NOTIFICATION_ROSTER);
  JsonObject *member = find_member (roster, "ada");
  JsonObject *device = only_device (member);

  g_assert_true (json_object_get_boolean_member (member, "online"));
  g_assert_cmpint (json_object_get_int_member (member, "files"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (member, "bytes"), ==, 0);
  g_assert_cmpuint (strlen (json_object_get_string_member (member, "account")), ==, 32);
  g_assert_cmpstr (json_object_get_string_member (device, "device"), ==, ada->device);
  g_assert_cmpstr (json_object_get_string_member (device, "name"), ==, "test device");
  g_assert_cmpstr (json_object_get_string_member (device, "seen"), ==, ADDRESS);
  g_assert_cmpint (json_object_get_int_member (device, "port"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (device, "since_ms"), >, 0);
  g_assert_true (json_object_get_null_member (device, "signed_by"));

  /* Somebody comes, serves, and goes without a word. */
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");
  g_autoptr (JsonObject) came = wait_for_online (ada, "ben", TRUE);
  gint64 since_ms = json_object_get_int_member (only_device (came), "since_ms");

  g_assert_cmpint (since_ms, >, 0);
  test_client_disconnect (ben);

  g_autoptr (JsonObject) gone = wait_for_online (ada, "ben", FALSE);

  g_assert_cmpint (json_object_get_int_member (only_device (gone), "last_seen_ms"), >=, since_ms);
  g_assert_cmpint (json_object_get_int_member (gone, "last_seen_ms"), >=, since_ms);
  g_assert_false (ada->gap);

  /* He stays listed, also after a restart. */
  test_client_disconnect (ada);
  test_tracker_close (tracker);
  test_tracker_open (tracker);
  test_client_attach (ada, tracker, ADDRESS);

  g_autoptr (JsonObject) signed_in = test_client_sign_in (ada, "ada", TEST_PASSWORD);
  g_autoptr (JsonObject) later = test_client_wait (ada, SHOAL_NOTIFICATION_ROSTER);
  JsonObject *offline = find_member (later, "ben");

  g_assert_false (json_object_get_boolean_member (offline, "online"));
  g_assert_cmpint (json_object_get_int_member (only_device (offline), "since_ms"), ==, since_ms);
  g_assert_cmpint (json_object_get_int_member (only_device (offline), "last_seen_ms"), >=,
                   since_ms);
}

/* Changes within a second come in one delta, and the numbers have no gap. */
static void
test_deltas (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  TestClient *others[12];
  guint deltas = 0;
  guint seen = 0;

  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *user = g_strdup_printf ("other%c", 'a' + (char) i);

      others[i] = test_client_member (tracker, user);
    }
  while (seen < G_N_ELEMENTS (others))
    {
      g_autoptr (JsonObject) delta = test_client_wait (ada, SHOAL_NOTIFICATION_ROSTER_DELTA);
      JsonArray *members = json_object_get_array_member (delta, "members");

      deltas++;
      for (guint i = 0; i < json_array_get_length (members); i++)
        seen += g_str_has_prefix (
            json_object_get_string_member (json_array_get_object_element (members, i), "user"),
            "other");
    }
  g_assert_false (ada->gap);
  g_assert_cmpuint (deltas, <, G_N_ELEMENTS (others));

  /* Who came last has the whole roster with a number that the next delta follows. */
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_assert_false (others[i]->gap);
      test_client_free (others[i]);
    }

  g_autoptr (JsonObject) whole = test_client_call (ada, SHOAL_METHOD_ROSTER, NULL);

  g_assert_cmpint (json_object_get_int_member (whole, "seq"), ==, ada->seq);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (whole, "members")), ==,
                    13);
}

static JsonObject *
announcement (gint64 port, const char *const *addresses)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; addresses[i] != NULL; i++)
    json_array_add_string_element (array, addresses[i]);
  return shoal_json_new ("port", "i", port, "addresses", "a", array, NULL);
}

static void
test_announce (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  static const char *const addresses[] = { "10.1.2.3",  "2001:DB8::1", "127.0.0.1", "0.0.0.0",
                                           "224.0.0.1", "fe80::1",     "10.1.2.3",  NULL };

  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (JsonObject) result
             = test_client_call (ada, SHOAL_METHOD_ANNOUNCE, announcement (31337, addresses));

  g_assert_cmpstr (json_object_get_string_member (result, "seen"), ==, ADDRESS);

  g_autoptr (JsonObject) roster = test_client_call (ada, SHOAL_METHOD_ROSTER, NULL);
  JsonObject *device = only_device (find_member (roster, "ada"));
  JsonArray *listed = json_object_get_array_member (device, "addresses");

  g_assert_cmpint (json_object_get_int_member (device, "port"), ==, 31337);
  g_assert_cmpuint (json_array_get_length (listed), ==, 3);
  g_assert_cmpstr (json_array_get_string_element (listed, 0), ==, ADDRESS);
  g_assert_cmpstr (json_array_get_string_element (listed, 1), ==, "10.1.2.3");
  g_assert_cmpstr (json_array_get_string_element (listed, 2), ==, "2001:db8::1");

  /* Another name is seen at once, and stays when none is told. */
  JsonObject *renamed = announcement (31337, addresses);

  json_object_set_string_member (renamed, "device_name", "in the\nkitchen");
  g_autoptr (JsonObject) taken = test_client_call (ada, SHOAL_METHOD_ANNOUNCE, renamed);
  g_autoptr (JsonObject) after = test_client_call (ada, SHOAL_METHOD_ROSTER, NULL);
  g_autofree char *name
      = g_strdup (json_object_get_string_member (only_device (find_member (after, "ada")), "name"));

  g_assert_true (g_str_has_prefix (name, "in the"));
  g_assert_true (g_str_has_suffix (name, "kitchen"));
  g_assert_null (strchr (name, '\n'));
  g_autoptr (JsonObject) same
             = test_client_call (ada, SHOAL_METHOD_ANNOUNCE, announcement (31337, addresses));
  test_client_disconnect (ada);
  test_tracker_close (tracker);
  test_tracker_open (tracker);
  test_client_attach (ada, tracker, ADDRESS);
  g_autoptr (JsonObject) signed_in = test_client_sign_in (ada, "ada", TEST_PASSWORD);
  g_autoptr (JsonObject) later = test_client_call (ada, SHOAL_METHOD_ROSTER, NULL);

  g_assert_nonnull (only_device (find_member (later, "ada")));

  static const char *const names[] = { "example.org", NULL };
  static const char *const none[] = { NULL };
  static const char *const nine[] = { "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5",
                                      "10.0.0.6", "10.0.0.7", "10.0.0.8", "10.0.0.9", NULL };
  const struct
  {
    gint64 port;
    const char *const *addresses;
    const char *field;
  } bad[] = {
    { 31337, names, "addresses" }, { 31337, nine, "addresses" }, { 80, none, "port" },
    { 70000, none, "port" },       { -1, none, "port" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) refused = test_client_try (
          ada, SHOAL_METHOD_ANNOUNCE, announcement (bad[i].port, bad[i].addresses), &error);

      g_assert_null (refused);
      g_assert_nonnull (error);
      g_assert_cmpstr (shoal_error_get_field (error), ==, bad[i].field);
    }
}

/* A connection that goes silent: offline within --idle-seconds. */
static void
test_silence (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();

  tracker->config->idle_seconds = 1;
  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  shoal_channel_set_ping_interval (ada->channel, 300);

  g_autoptr (JsonObject) gone = wait_for_online (ada, "ben", FALSE);

  test_client_wait_closed (ben);
  g_assert_null (ada->closed);
  g_assert_true (shoal_presence_is_online (test_tracker_parts (tracker)->presence, ada->device));
}

static void
test_roster_rate (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  gboolean busy = FALSE;

  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  for (guint i = 0; i < 3 * SHOAL_ROSTERS_BURST && !busy; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) roster = test_client_try (ada, SHOAL_METHOD_ROSTER, NULL, &error);

      busy = g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
      g_assert_true (busy || error == NULL);
    }
  g_assert_true (busy);
}

static void
count_line_cb (GBytes *line, gpointer user_data)
{
  guint *lines = user_data;

  (*lines)++;
}

/* What jobs in other threads are given does not change under them. */
static void
test_online_snapshot (void)
{
  guint lines = 0;
  g_autoptr (ShoalPresence) presence = shoal_presence_new (count_line_cb, &lines);
  ShoalDeviceRecord laptop
      = { .row = 7, .account_row = 1, .device = "d7", .name = "laptop", .added_ms = 1 };
  ShoalDeviceRecord phone
      = { .row = 8, .account_row = 1, .device = "d8", .name = "phone", .added_ms = 1 };

  shoal_presence_put_member (presence, 1, "a1", "ada", TRUE);
  shoal_presence_put_device (presence, &laptop);
  shoal_presence_put_device (presence, &phone);
  shoal_presence_set_online (presence, "d7", TRUE, ADDRESS, 100);

  g_autoptr (GHashTable) before = shoal_presence_ref_online (presence);

  shoal_presence_set_online (presence, "d8", TRUE, ADDRESS, 100);
  shoal_presence_set_online (presence, "d7", FALSE, NULL, 200);

  g_autoptr (GHashTable) after = shoal_presence_ref_online (presence);

  g_assert_cmpuint (g_hash_table_size (before), ==, 1);
  g_assert_true (g_hash_table_contains (before, GINT_TO_POINTER (7)));
  g_assert_cmpuint (g_hash_table_size (after), ==, 1);
  g_assert_true (g_hash_table_contains (after, GINT_TO_POINTER (8)));
  g_assert_true (shoal_presence_has_device (presence, 1, "d8"));
  shoal_presence_remove_device (presence, "d8");
  g_assert_false (shoal_presence_has_device (presence, 1, "d8"));
  shoal_presence_set_counts (presence, 1, 12, 34567);
  test_wait_until (lines == 1);

  g_autoptr (JsonObject) roster = shoal_presence_make_roster (presence);
  JsonObject *member = find_member (roster, "ada");

  g_assert_cmpint (json_object_get_int_member (roster, "seq"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (member, "files"), ==, 12);
  g_assert_cmpint (json_object_get_int_member (member, "bytes"), ==, 34567);
  g_assert_true (json_object_get_boolean_member (member, "owner"));
}

/* Waits for the first delta that tells of @user. Returns: how many devices it has in it */
static guint
wait_for_devices (TestClient *client, const char *user)
{
  for (;;)
    {
      g_autoptr (JsonObject) delta = test_client_wait (client, SHOAL_NOTIFICATION_ROSTER_DELTA);
      JsonObject *member = find_member (delta, user);

      if (member != NULL)
        return json_array_get_length (json_object_get_array_member (member, "devices"));
    }
}

/* Who has no token is not on the roster, and so is served by nobody; also after a restart. */
static void
test_signed_out (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();

  test_tracker_open (tracker);

  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");
  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  g_assert_cmpuint (wait_for_devices (ben, "ada"), ==, 1);

  g_autoptr (JsonObject) out = test_client_call (ada, SHOAL_METHOD_SIGN_OUT,
                                                 shoal_json_new ("everywhere", "b", TRUE, NULL));

  test_client_wait_closed (ada);
  g_assert_cmpuint (wait_for_devices (ben, "ada"), ==, 0);
  test_client_disconnect (ben);
  test_tracker_close (tracker);
  test_tracker_open (tracker);
  test_client_attach (ben, tracker, ADDRESS);

  g_autoptr (JsonObject) signed_in = test_client_sign_in (ben, "ben", TEST_PASSWORD);
  g_autoptr (JsonObject) roster = test_client_wait (ben, SHOAL_NOTIFICATION_ROSTER);

  g_assert_cmpuint (
      json_array_get_length (json_object_get_array_member (find_member (roster, "ada"), "devices")),
      ==, 0);
  g_assert_nonnull (only_device (find_member (roster, "ben")));

  /* A change of password signs out all devices but the one that asks for it. */
  test_client_disconnect (ada);
  test_client_attach (ada, tracker, ADDRESS);

  g_autoptr (JsonObject) again = test_client_sign_in (ada, "ada", TEST_PASSWORD);
  g_autoptr (TestClient) phone = test_client_new ();

  test_client_attach (phone, tracker, ADDRESS);

  g_autoptr (JsonObject) on_phone = test_client_sign_in (phone, "ada", TEST_PASSWORD);

  while (wait_for_devices (ben, "ada") < 2)
    continue;

  g_autoptr (JsonObject) changed = test_client_call (
      phone, SHOAL_METHOD_PASSWORD,
      shoal_json_new ("old", "s", TEST_PASSWORD, "new", "s", "a new password", NULL));

  g_assert_cmpuint (wait_for_devices (ben, "ada"), ==, 1);
}

static void
note_time_cb (GBytes *line, gpointer user_data)
{
  gint64 now_us = g_get_monotonic_time ();

  g_array_append_val ((GArray *) user_data, now_us);
}

/* Other changes wait for a second since the last ones, this one does not. */
static void
test_sign_out_hurries (void)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (ShoalPresence) presence = shoal_presence_new (note_time_cb, times);
  ShoalDeviceRecord device
      = { .row = 1, .account_row = 1, .device = "d", .name = "name", .has_token = TRUE };

  shoal_presence_put_member (presence, 1, "a1", "ada", FALSE);
  shoal_presence_put_device (presence, &device);
  test_wait_until (times->len == 1);
  shoal_presence_set_counts (presence, 1, 2, 3);
  shoal_presence_sign_out_member (presence, 1, NULL);
  test_wait_until (times->len == 2);
  g_assert_cmpint (g_array_index (times, gint64, 1) - g_array_index (times, gint64, 0), <,
                   G_USEC_PER_SEC * 9 / 10);
}

/* The pasted line is what the object would be. */
static void
test_line_is_json (void)
{
  guint lines = 0;
  g_autoptr (ShoalPresence) presence = shoal_presence_new (count_line_cb, &lines);
  ShoalDeviceRecord device = { .row = 1,
                               .account_row = 1,
                               .device = "d",
                               .name = "\"quoted\" \\ name",
                               .added_ms = 1,
                               .has_token = TRUE };
  g_autoptr (GError) error = NULL;

  shoal_presence_put_member (presence, 1, "a1", "ada", FALSE);
  shoal_presence_put_device (presence, &device);
  shoal_presence_put_member (presence, 2, "a2", "ben", FALSE);

  GBytes *line = shoal_presence_get_roster_line (presence);
  g_autoptr (JsonObject) parsed
             = shoal_json_parse (g_bytes_get_data (line, NULL), g_bytes_get_size (line), &error);

  g_assert_no_error (error);

  g_autoptr (JsonObject) expected = shoal_presence_make_roster (presence);
  g_autofree char *one
      = shoal_json_to_line (json_object_get_object_member (parsed, "params"), NULL);
  g_autofree char *other = shoal_json_to_line (expected, NULL);

  g_assert_cmpstr (one, ==, other);
}

static void
assert_readable (const char *line, gsize length)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (length, <=, SHOAL_MAX_LINE);
  g_autoptr (JsonObject) object = shoal_json_parse (line, length, &error);
  g_assert_no_error (error);
}

/* As many devices as are let in, with as many values as they can have: every client can still read
 * the roster, also when all of them have become as long as they can be afterwards. */
static void
test_full_roster (void)
{
  static const char *const short_addresses[]
      = { "1::1", "1::2", "1::3", "1::4", "1::5", "1::6", "1::7", "1::8", NULL };
  static const char *const long_addresses[] = { "2001:db8:1111:2222:3333:4444:5555:6661",
                                                "2001:db8:1111:2222:3333:4444:5555:6662",
                                                "2001:db8:1111:2222:3333:4444:5555:6663",
                                                "2001:db8:1111:2222:3333:4444:5555:6664",
                                                "2001:db8:1111:2222:3333:4444:5555:6665",
                                                "2001:db8:1111:2222:3333:4444:5555:6666",
                                                "2001:db8:1111:2222:3333:4444:5555:6667",
                                                "2001:db8:1111:2222:3333:4444:5555:6668",
                                                NULL };
  g_autofree char *long_name = g_strnfill (SHOAL_MAX_DEVICE_NAME_CHARS, '"');
  guint lines = 0;
  gint64 n = 0;
  g_autoptr (ShoalPresence) presence = shoal_presence_new (count_line_cb, &lines);
  g_autoptr (GError) error = NULL;

  for (; shoal_presence_check_room (presence, &error); n++)
    {
      g_autofree char *account = g_strdup_printf ("%032" G_GINT64_FORMAT, n);
      g_autofree char *fingerprint = g_strdup_printf ("%064" G_GINT64_FORMAT, n);
      ShoalDeviceRecord device = { .row = n + 1,
                                   .account_row = n + 1,
                                   .device = fingerprint,
                                   .name = "",
                                   .seen = "1::9",
                                   .addresses = short_addresses,
                                   .has_token = TRUE };

      shoal_presence_put_member (presence, n + 1, account, "u", FALSE);
      shoal_presence_put_device (presence, &device);
    }
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
  g_assert_cmpint (n, >, 5000);

  GBytes *line = shoal_presence_get_roster_line (presence);
  assert_readable (g_bytes_get_data (line, NULL), g_bytes_get_size (line));

  for (gint64 i = 0; i < n; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%064" G_GINT64_FORMAT, i);

      shoal_presence_set_addresses (presence, fingerprint, 65535, long_addresses);
      shoal_presence_set_name (presence, fingerprint, long_name);
    }
  g_autoptr (JsonObject) roster = shoal_presence_make_roster (presence);
  gsize length = 0;
  g_autofree char *text = shoal_json_to_line (roster, &length);
  assert_readable (text, length);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/presence/roster", test_roster);
  g_test_add_func ("/presence/deltas", test_deltas);
  g_test_add_func ("/presence/announce", test_announce);
  g_test_add_func ("/presence/silence", test_silence);
  g_test_add_func ("/presence/roster-rate", test_roster_rate);
  g_test_add_func ("/presence/online-snapshot", test_online_snapshot);
  g_test_add_func ("/presence/signed-out", test_signed_out);
  g_test_add_func ("/presence/sign-out-hurries", test_sign_out_hurries);
  g_test_add_func ("/presence/full-roster", test_full_roster);
  g_test_add_func ("/presence/line-is-json", test_line_is_json);
  return g_test_run ();
}
