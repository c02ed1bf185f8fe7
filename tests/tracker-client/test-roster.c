/* test-roster.c: addresses, known devices, roster and rows of the catalogue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>

#include "fake-tracker.h"
#include "shoal-addresses.h"
#include "shoal-error.h"
#include "shoal-result-json.h"
#include "shoal-roster-json.h"
#include "shoal-roster.h"
#include "test-folder.h"

/* ---- Addresses ---- */

static char *
order (const char *seen, const char *announced, guint port, gboolean loopback)
{
  g_autoptr (ShoalAddresses) interfaces = shoal_addresses_new ();
  g_auto (GStrv) list = g_strsplit (announced, " ", -1);
  g_auto (GStrv) ordered
          = shoal_addresses_order (interfaces, seen, (const char *const *) list, port, loopback);

  return g_strjoinv (" ", ordered);
}

static void
test_addresses_order (void)
{
  g_autofree char *plain = order ("192.0.2.7", "192.0.2.8 2001:db8::1 192.0.2.7", 31337, FALSE);
  g_autofree char *names = order ("host.example", "localhost 1.2.3 192.0.2.8", 31337, FALSE);
  g_autofree char *low = order ("192.0.2.7", "192.0.2.8", 22, FALSE);
  g_autofree char *high = order ("192.0.2.7", "192.0.2.8", 65536, FALSE);
  g_autofree char *none = order (NULL, "", 31337, FALSE);

  g_assert_cmpstr (plain, ==, "192.0.2.7:31337 192.0.2.8:31337 [2001:db8::1]:31337");
  g_assert_cmpstr (names, ==, "192.0.2.8:31337");
  g_assert_cmpstr (low, ==, "");
  g_assert_cmpstr (high, ==, "");
  g_assert_cmpstr (none, ==, "");
}

static void
test_addresses_special (void)
{
  g_autofree char *far = order ("127.0.0.1", "127.0.0.2 ::1", 31337, FALSE);
  g_autofree char *here = order ("127.0.0.1", "127.0.0.2 ::1", 31337, TRUE);
  g_autofree char *mapped = order ("::ffff:127.0.0.1", "::ffff:192.0.2.9", 31337, FALSE);
  g_autofree char *odd
      = order ("0.0.0.0", ":: 224.0.0.1 ff02::1 169.254.1.1 fe80::1 255.255.255.255", 31337, TRUE);

  g_assert_cmpstr (far, ==, "");
  g_assert_cmpstr (here, ==, "127.0.0.1:31337");
  g_assert_cmpstr (mapped, ==, "192.0.2.9:31337");
  g_assert_cmpstr (odd, ==, "");
}

static void
test_addresses_own (void)
{
  g_autoptr (ShoalAddresses) interfaces = shoal_addresses_new ();
  g_auto (GStrv) own = shoal_addresses_dup_own (interfaces);

  g_assert_cmpuint (g_strv_length (own), <=, 8);
  for (guint i = 0; own[i] != NULL; i++)
    {
      g_autoptr (GInetAddress) address = shoal_address_parse (own[i]);

      g_assert_nonnull (address);
      g_assert_false (g_inet_address_get_is_loopback (address));
      g_assert_false (g_inet_address_get_is_link_local (address));
      g_assert_false (g_inet_address_get_is_multicast (address));
    }
}

/* ---- Known devices ---- */

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_known_devices (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = g_build_filename (folder->path, "shoal.db", NULL);
  g_autoptr (GError) error = NULL;
  const char *const first[] = { DEVICE ("1"), DEVICE ("2"), NULL };
  const char *const later[] = { DEVICE ("1"), DEVICE ("3"), NULL };
  const char *const migrations[] = { shoal_known_devices_schema };

  for (int run = 0; run < 2; run++)
    {
      g_autoptr (ShoalDatabase) database
                 = shoal_database_open (path, migrations, G_N_ELEMENTS (migrations), &error);
      g_assert_no_error (error);
      g_autoptr (ShoalKnownDevices) known = shoal_known_devices_new (database);
      g_autoptr (GAsyncResult) result = NULL;
      shoal_known_devices_load_async (known, NULL, keep_result, &result);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_true (shoal_known_devices_load_finish (known, result, &error));

      if (run == 0)
        shoal_known_devices_see (known, ADA, first);
      shoal_known_devices_see (known, ADA, later);
      g_assert_true (shoal_known_devices_is_confirmed (known, ADA, DEVICE ("1")));
      g_assert_true (shoal_known_devices_is_confirmed (known, ADA, DEVICE ("2")));
      g_assert_cmpint (shoal_known_devices_is_confirmed (known, ADA, DEVICE ("3")), ==, run == 1);
      /* Another account's device of the same key is another matter. */
      g_assert_false (shoal_known_devices_is_confirmed (known, BEN, DEVICE ("1")));
      if (run == 0)
        {
          /* Seen twice it is still new. */
          shoal_known_devices_see (known, ADA, later);
          g_assert_false (shoal_known_devices_is_confirmed (known, ADA, DEVICE ("3")));
          shoal_known_devices_confirm (known, ADA, DEVICE ("3"));
          g_assert_true (shoal_known_devices_is_confirmed (known, ADA, DEVICE ("3")));
        }
      shoal_database_close (database);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

/* ---- Roster ---- */

#define MEMBER(account, user, devices)                                                             \
  "{\"account\":\"" account "\",\"user\":\"" user                                                  \
  "\",\"owner\":false,\"online\":true,\"last_seen_ms\":5,\"files\":2,\"bytes\":3,\"devices\":"     \
  "[" devices "]}"
#define ONE_DEVICE(fingerprint)                                                                    \
  "{\"device\":\"" fingerprint                                                                     \
  "\",\"name\":\"laptop\",\"online\":true,\"since_ms\":7,\"last_seen_ms\":7,\"added_ms\":1,"       \
  "\"signed_by\":null,\"port\":31337,\"seen\":\"192.0.2.7\",\"addresses\":[\"192.0.2.8\"]}"

static gboolean
apply_whole (ShoalRoster *roster, const char *text)
{
  g_autoptr (JsonObject) message = parse_json (text);
  g_autoptr (ShoalRosterNews) news = shoal_roster_news_from_json (message, NULL);

  if (news != NULL)
    shoal_roster_apply_whole (roster, news);
  return news != NULL;
}

static gboolean
apply_delta (ShoalRoster *roster, const char *text, gboolean *gap)
{
  g_autoptr (JsonObject) message = parse_json (text);

  g_autoptr (ShoalRosterNews) news = shoal_roster_delta_from_json (message, NULL);

  *gap = news != NULL && !shoal_roster_apply_delta (roster, news);
  return news != NULL;
}

static void
test_roster_whole (void)
{
  g_autoptr (ShoalRoster) roster = shoal_roster_new (DEVICE ("f"), NULL);
  GListModel *members = shoal_roster_get_members (roster);
  ShoalMember *owner;

  g_assert_true (apply_whole (
      roster, "{\"seq\":3,\"members\":[" MEMBER (ADA, "ada", ONE_DEVICE (DEVICE ("1"))) "]}"));
  g_assert_cmpuint (g_list_model_get_n_items (members), ==, 1);
  g_autoptr (ShoalMember) ada = g_list_model_get_item (members, 0);
  g_assert_cmpstr (shoal_member_get_user (ada), ==, "ada");
  g_assert_cmpint (shoal_member_get_n_files (ada), ==, 2);
  ShoalDevice *device = shoal_roster_lookup_device (roster, DEVICE ("1"), &owner);
  g_assert_true (owner == ada);
  g_assert_cmpstr (shoal_device_get_name (device), ==, "laptop");
  g_assert_cmpstr (shoal_device_get_addresses (device)[0], ==, "192.0.2.7:31337");
  g_assert_cmpstr (shoal_device_get_addresses (device)[1], ==, "192.0.2.8:31337");
  g_assert_true (shoal_device_get_confirmed (device));

  /* The object stays over the next whole; a device moves with its account. */
  g_assert_true (
      apply_whole (roster, "{\"seq\":9,\"members\":[" MEMBER (ADA, "ada2", "") "," MEMBER (
                               BEN, "ben", ONE_DEVICE (DEVICE ("1"))) "]}"));
  g_assert_cmpuint (g_list_model_get_n_items (members), ==, 2);
  g_assert_cmpstr (shoal_member_get_user (ada), ==, "ada2");
  g_assert_nonnull (shoal_roster_lookup_device (roster, DEVICE ("1"), &owner));
  g_assert_cmpstr (shoal_member_get_account (owner), ==, BEN);
}

static void
test_roster_delta (void)
{
  g_autoptr (ShoalRoster) roster = shoal_roster_new (DEVICE ("f"), NULL);
  GListModel *members = shoal_roster_get_members (roster);
  gboolean gap;

  /* Before the whole everything is a gap. */
  g_assert_true (apply_delta (roster, "{\"seq\":1,\"members\":[],\"removed\":[]}", &gap));
  g_assert_true (gap);
  g_assert_true (apply_whole (roster, "{\"seq\":1,\"members\":[" MEMBER (ADA, "ada", "") "]}"));
  g_assert_true (apply_delta (
      roster,
      "{\"seq\":2,\"members\":[" MEMBER (BEN, "ben", ONE_DEVICE (DEVICE ("2"))) "],\"removed\":[]}",
      &gap));
  g_assert_false (gap);
  g_assert_cmpuint (g_list_model_get_n_items (members), ==, 2);
  g_assert_nonnull (shoal_roster_lookup_device (roster, DEVICE ("2"), NULL));

  /* One is missing: nothing changes. */
  g_assert_true (
      apply_delta (roster, "{\"seq\":4,\"members\":[],\"removed\":[\"" BEN "\"]}", &gap));
  g_assert_true (gap);
  g_assert_cmpuint (g_list_model_get_n_items (members), ==, 2);
  /* An old one is no gap and changes nothing. */
  g_assert_true (
      apply_delta (roster, "{\"seq\":2,\"members\":[],\"removed\":[\"" BEN "\"]}", &gap));
  g_assert_false (gap);
  g_assert_cmpuint (g_list_model_get_n_items (members), ==, 2);

  g_assert_true (
      apply_delta (roster, "{\"seq\":3,\"members\":[],\"removed\":[\"" BEN "\"]}", &gap));
  g_assert_false (gap);
  g_assert_cmpuint (g_list_model_get_n_items (members), ==, 1);
  g_assert_null (shoal_roster_lookup_device (roster, DEVICE ("2"), NULL));
}

/* The account that a device went to may stand before the one that it left. */
static void
test_roster_moved_device (void)
{
  g_autoptr (ShoalRoster) roster = shoal_roster_new (DEVICE ("f"), NULL);
  ShoalMember *owner = NULL;
  gboolean gap;

  g_assert_true (apply_whole (
      roster, "{\"seq\":1,\"members\":[" MEMBER (ADA, "ada", ONE_DEVICE (DEVICE ("1"))) "]}"));
  g_assert_true (apply_delta (
      roster,
      "{\"seq\":2,\"members\":[" MEMBER (BEN, "ben", ONE_DEVICE (DEVICE ("1"))) "," MEMBER (
          ADA, "ada", "") "],\"removed\":[]}",
      &gap));
  g_assert_nonnull (shoal_roster_lookup_device (roster, DEVICE ("1"), &owner));
  g_assert_cmpstr (shoal_member_get_account (owner), ==, BEN);
}

static void
test_roster_hostile (void)
{
  g_autoptr (ShoalRoster) roster = shoal_roster_new (DEVICE ("f"), NULL);
  GListModel *members = shoal_roster_get_members (roster);

  /* The good member counts, the others are left out; twice is once. */
  g_assert_true (apply_whole (
      roster,
      "{\"seq\":1,\"members\":[7,{},{\"account\":\"x\"}," MEMBER (
          ADA, "ada", "{\"device\":\"zz\"},3,{}") "," MEMBER (ADA, "ada",
                                                              "") "," MEMBER ("00000000000000000000"
                                                                              "00000000000G",
                                                                              "eve", "") "]}"));
  g_assert_cmpuint (g_list_model_get_n_items (members), ==, 1);
  g_autoptr (ShoalMember) ada = g_list_model_get_item (members, 0);
  g_assert_cmpuint (g_list_model_get_n_items (shoal_member_get_devices (ada)), ==, 0);
  /* As a whole it is nothing. */
  g_assert_false (apply_whole (roster, "{\"members\":[]}"));
  g_assert_false (apply_whole (roster, "{\"seq\":2,\"members\":{}}"));
  g_assert_false (apply_whole (roster, "{\"seq\":-1,\"members\":[]}"));
  g_assert_cmpuint (g_list_model_get_n_items (members), ==, 1);
}

static void
test_roster_new_device (void)
{
  g_autoptr (ShoalKnownDevices) known = shoal_known_devices_new (NULL);
  g_autoptr (ShoalRoster) roster = shoal_roster_new (DEVICE ("f"), known);

  g_assert_true (apply_whole (
      roster, "{\"seq\":1,\"members\":[" MEMBER (ADA, "ada", ONE_DEVICE (DEVICE ("1"))) "]}"));
  g_assert_true (apply_whole (
      roster, "{\"seq\":2,\"members\":[" MEMBER (ADA, "ada",
                                                 ONE_DEVICE (DEVICE ("1")) "," ONE_DEVICE (DEVICE (
                                                     "2")) "," ONE_DEVICE (DEVICE ("f"))) "]}"));
  ShoalDevice *device = shoal_roster_lookup_device (roster, DEVICE ("1"), NULL);
  g_assert_false (shoal_device_get_new (device));
  device = shoal_roster_lookup_device (roster, DEVICE ("2"), NULL);
  g_assert_true (shoal_device_get_new (device));
  g_assert_false (shoal_device_get_confirmed (device));
  /* Our own is never in doubt. */
  device = shoal_roster_lookup_device (roster, DEVICE ("f"), NULL);
  g_assert_false (shoal_device_get_new (device));

  g_assert_false (shoal_roster_confirm_device (roster, DEVICE ("9")));
  g_assert_true (shoal_roster_confirm_device (roster, DEVICE ("2")));
  device = shoal_roster_lookup_device (roster, DEVICE ("2"), NULL);
  g_assert_true (shoal_device_get_confirmed (device));
  g_assert_false (shoal_device_get_new (device));
}

/* ---- Rows ---- */

static void
test_rows (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) good = parse_json (
      "{\"name\":\"docs\",\"kind\":\"folder\",\"id\":\"" DEVICE (
          "a") "\",\"size\":10,\"manifest_size\":99,\"entries\":2,\"sources\":2,\"online\":1,"
               "\"users\":[\"ada\"],\"added_ms\":5}");
  g_autoptr (ShoalResult) result = shoal_result_new_from_json (good, &error);

  g_assert_no_error (error);
  g_assert_true (shoal_result_is_folder (result));
  g_assert_cmpuint (shoal_result_get_manifest_size (result), ==, 99);
  g_assert_cmpstr (shoal_result_get_users (result)[0], ==, "ada");
  g_assert_cmpint (shoal_result_get_mtime_ms (result), ==, -1);
  g_autoptr (JsonObject) again = shoal_result_to_json (result);
  g_autoptr (ShoalResult) copy = shoal_result_new_from_json (again, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (shoal_result_get_n_entries (copy), ==, 2);

  const char *const bad[] = {
    "{}",
    "{\"name\":\"\",\"kind\":\"file\",\"id\":\"" DEVICE ("a") "\",\"size\":1}",
    "{\"name\":\"x\",\"kind\":\"pipe\",\"id\":\"" DEVICE ("a") "\",\"size\":1}",
    "{\"name\":\"x\",\"kind\":\"file\",\"id\":\"" DEVICE ("A") "\",\"size\":1}",
    "{\"name\":\"x\",\"kind\":\"file\",\"id\":\"" DEVICE ("a") "\",\"size\":-1}",
    "{\"name\":\"x\",\"kind\":\"file\",\"id\":\"" DEVICE ("a") "\",\"size\":9007199254740991}",
    "{\"name\":\"x\",\"kind\":\"file\",\"id\":\"" DEVICE ("a") "\",\"size\":1,\"users\":[1]}",
    "{\"name\":\"x\",\"kind\":\"file\",\"id\":\"" DEVICE ("a") "\",\"size\":1,\"folder\":\"y\"}",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonObject) row = parse_json (bad[i]);

      g_assert_null (shoal_result_new_from_json (row, NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/addresses/order", test_addresses_order);
  g_test_add_func ("/addresses/special", test_addresses_special);
  g_test_add_func ("/addresses/own", test_addresses_own);
  g_test_add_func ("/known-devices", test_known_devices);
  g_test_add_func ("/roster/whole", test_roster_whole);
  g_test_add_func ("/roster/delta", test_roster_delta);
  g_test_add_func ("/roster/moved-device", test_roster_moved_device);
  g_test_add_func ("/roster/hostile", test_roster_hostile);
  g_test_add_func ("/roster/new-device", test_roster_new_device);
  g_test_add_func ("/rows", test_rows);
  return g_test_run ();
}
