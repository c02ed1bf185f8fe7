/* test-uploads-parts.c: the parts of uploads that need no network: routes, slots, the log, holdings
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-holdings.h"
#include "shoal-limits.h"
#include "shoal-upload.h"
#include "shoal-uploads-log.h"
#include "shoal-uploads-route.h"
#include "shoal-uploads-slots.h"

#include <string.h>

#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
test_routes (void)
{
  const struct
  {
    const char *path;
    ShoalRouteKind kind;
    guint32 first;
    guint32 count;
  } good[] = {
    { "/v1/layer/" ID, SHOAL_ROUTE_LAYER, 0, 0 },
    { "/v1/have/" ID, SHOAL_ROUTE_HAVE, 0, 0 },
    { "/v1/pieces/" ID "/0-1", SHOAL_ROUTE_PIECES, 0, 1 },
    { "/v1/pieces/" ID "/10-64", SHOAL_ROUTE_PIECES, 10, 64 },
    { "/v1/pieces/" ID "/0-0", SHOAL_ROUTE_PIECES, 0, 0 },
    { "/v1/entries/" ID "/4294967295-4294967295", SHOAL_ROUTE_ENTRIES, G_MAXUINT32, G_MAXUINT32 },
  };
  const char *const bad[] = {
    "",
    "/",
    "/v1/",
    "/v1/layer",
    "/v1/layer/",
    "/v1/layer/" ID "/",
    "/v1/layer/" ID "0",
    "/v1/layer/0011",
    "/v1/layer//" ID,
    "/v2/layer/" ID,
    "v1/layer/" ID,
    "/v1/LAYER/" ID,
    "/v1/layer/00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff",
    "/v1/layer/0011223344556677-899aabbccddeeff00112233445566778899aabbccddeeff",
    "/v1/layer/" ID "/0-1",
    "/v1/pieces/" ID,
    "/v1/pieces/" ID "/",
    "/v1/pieces/" ID "/0",
    "/v1/pieces/" ID "/0-",
    "/v1/pieces/" ID "/-1",
    "/v1/pieces/" ID "/0-1/",
    "/v1/pieces/" ID "/0-1-2",
    "/v1/pieces/" ID "/00-1",
    "/v1/pieces/" ID "/0-01",
    "/v1/pieces/" ID "/+0-1",
    "/v1/pieces/" ID "/0--1",
    "/v1/pieces/" ID "/ 0-1",
    "/v1/pieces/" ID "/0x0-1",
    "/v1/pieces/" ID "/4294967296-1",
    "/v1/pieces/" ID "/99999999999999999999999999-1",
    "/v1/pieces/" ID "/0-18446744073709551617",
    "/v1/entries/" ID "/a-1",
    "/v1/have/" ID "/0-1",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      ShoalRoute route;
      char hex[SHOAL_DIGEST_HEX_SIZE];
      g_assert_true (shoal_route_parse (&route, good[i].path));
      g_assert_cmpint (route.kind, ==, good[i].kind);
      g_assert_cmpuint (route.first, ==, good[i].first);
      g_assert_cmpuint (route.count, ==, good[i].count);
      shoal_digest_to_hex (&route.id, hex);
      g_assert_cmpstr (hex, ==, ID);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      ShoalRoute route;
      if (shoal_route_parse (&route, bad[i]))
        g_error ("accepted: %s", bad[i]);
    }
}

/* ---- Slots ---- */

static GString *decisions;

static void
on_slot (gpointer data, gboolean granted)
{
  g_string_append_printf (decisions, "%s%s ", granted ? "" : "!", (const char *) data);
}

static void
assert_decisions (const char *wanted)
{
  g_assert_cmpstr (decisions->str, ==, wanted);
  g_string_truncate (decisions, 0);
}

static void
test_slots (void)
{
  ShoalSlots *slots = shoal_slots_new (2);

  decisions = g_string_new (NULL);
  g_assert_false (shoal_slots_ask (slots, "ada", 100, on_slot, (gpointer) "ada1"));
  g_assert_false (shoal_slots_ask (slots, "ada", 100, on_slot, (gpointer) "ada2"));
  g_assert_true (shoal_slots_ask (slots, "ada", 100, on_slot, (gpointer) "ada3"));
  g_assert_true (shoal_slots_ask (slots, "ben", 200, on_slot, (gpointer) "ben1"));
  g_assert_true (shoal_slots_ask (slots, "cyn", 200, on_slot, (gpointer) "cyn1"));
  assert_decisions ("ada1 ada2 ");

  /* Ada has one running when a slot is free: the others have none and go first, in their order. */
  shoal_slots_release (slots, "ada");
  assert_decisions ("ben1 ");
  shoal_slots_release (slots, "ben");
  assert_decisions ("cyn1 ");
  g_assert_cmpuint (shoal_slots_get_n_running (slots), ==, 2);

  g_assert_true (shoal_slots_expire (slots, 99));
  assert_decisions ("");
  g_assert_true (shoal_slots_ask (slots, "ben", 200, on_slot, (gpointer) "ben2"));
  g_assert_true (shoal_slots_expire (slots, 100));
  assert_decisions ("!ada3 ");
  shoal_slots_set_size (slots, 3);
  assert_decisions ("ben2 ");

  /* Fewer slots: nobody is cut, nobody new is let in until there is room. */
  shoal_slots_set_size (slots, 1);
  g_assert_true (shoal_slots_ask (slots, "dan", 300, on_slot, (gpointer) "dan1"));
  shoal_slots_release (slots, "ada");
  shoal_slots_release (slots, "ben");
  assert_decisions ("");
  shoal_slots_release (slots, "cyn");
  assert_decisions ("dan1 ");
  shoal_slots_release (slots, "dan");
  g_assert_cmpuint (shoal_slots_get_n_running (slots), ==, 0);
  g_assert_false (shoal_slots_expire (slots, G_MAXINT64));
  shoal_slots_free (slots);
  g_string_free (decisions, TRUE);
}

/* ---- The log ---- */

static void
on_fetched (gpointer data, gint64 share)
{
  *(gint64 *) data += share;
}

static void
test_log (void)
{
  gint64 fetched = 0;
  ShoalUploadsLog *log = shoal_uploads_log_new (NULL, on_fetched, &fetched);
  GListModel *running = shoal_uploads_log_get_running (log);
  gint64 now_us = g_get_monotonic_time ();
  const gint64 quiet_us = SHOAL_UPLOAD_QUIET_MS * G_GINT64_CONSTANT (1000);
  ShoalDigest folder = { .bytes = { 1 } };
  ShoalDigest file = { .bytes = { 2 } };
  ShoalUploadSubject about_folder = { .device = "d1",
                                      .user = "ada",
                                      .name = "album",
                                      .folder = TRUE,
                                      .id = folder,
                                      .size = 1000,
                                      .share = 5 };
  ShoalUploadSubject about_file = {
    .device = "d1", .user = "ada", .name = "a.jpg", .id = file, .size = 400, .inside = &folder
  };

  g_assert_false (shoal_uploads_log_tick (log, now_us));

  /* The manifest first, then a file in it: one upload. */
  ShoalUploadSession *first = shoal_uploads_log_begin (log, &about_folder);
  shoal_upload_session_add (first, 100);
  g_assert_true (shoal_uploads_log_tick (log, now_us));
  g_assert_cmpuint (g_list_model_get_n_items (running), ==, 1);
  g_autoptr (ShoalUpload) upload = g_list_model_get_item (running, 0);
  g_assert_cmpstr (shoal_upload_get_user (upload), ==, "ada");
  g_assert_cmpstr (shoal_upload_get_name (upload), ==, "album");
  g_assert_cmpuint (shoal_upload_get_bytes (upload), ==, 100);
  g_assert_true (shoal_upload_get_active (upload));
  shoal_uploads_log_end (log, first, 100, 100, FALSE, TRUE, NULL);
  ShoalUploadSession *second = shoal_uploads_log_begin (log, &about_file);
  g_assert_true (second == first);
  shoal_upload_session_add (second, 400);
  /* Cut after 300 of the 400 that were read. */
  shoal_uploads_log_end (log, second, 400, 300, TRUE, FALSE, NULL);
  g_assert_true (shoal_uploads_log_tick (log, now_us));
  g_assert_cmpuint (shoal_upload_get_bytes (upload), ==, 400);
  g_assert_false (shoal_upload_get_active (upload));

  /* Another device with the file alone is another upload. */
  about_file.device = "d2";
  ShoalUploadSession *other = shoal_uploads_log_begin (log, &about_file);
  g_assert_true (other != first);
  shoal_upload_session_add (other, 400);
  shoal_uploads_log_end (log, other, 400, 400, TRUE, TRUE, NULL);
  g_assert_true (shoal_uploads_log_tick (log, now_us)); /* whole: over at once */
  g_assert_cmpuint (g_list_model_get_n_items (running), ==, 1);
  g_assert_cmpint (fetched, ==, 0); /* a file of a folder is not the share */

  /* The rest of the folder: the files' bytes are 300 + 700, the manifest's do not count. */
  ShoalUploadSession *third = shoal_uploads_log_begin (log, &about_folder);
  shoal_upload_session_add (third, 700);
  shoal_uploads_log_end (log, third, 700, 700, TRUE, TRUE, NULL);
  g_assert_false (shoal_uploads_log_tick (log, now_us));
  g_assert_cmpint (fetched, ==, 5);
  g_assert_cmpuint (g_list_model_get_n_items (running), ==, 0);

  /* Quiet for long. */
  ShoalUploadSession *last = shoal_uploads_log_begin (log, &about_folder);
  shoal_uploads_log_end (log, last, 0, 0, TRUE, TRUE, NULL);
  now_us = g_get_monotonic_time ();
  g_assert_true (shoal_uploads_log_tick (log, now_us + quiet_us / 2));
  g_assert_false (shoal_uploads_log_tick (log, now_us + quiet_us + 1));
  g_assert_cmpuint (g_list_model_get_n_items (running), ==, 0);
  shoal_uploads_log_free (log);
}

/* ---- Holdings ---- */

static ShoalDigest
digest (guint8 number)
{
  ShoalDigest id = { .bytes = { number } };

  return id;
}

static ShoalHoldingSet *
make_set (gint64 share, const char *path, gboolean folder, const char *names, guint8 manifest)
{
  ShoalHoldingSet *set = shoal_holding_set_new (share, path, folder);
  ShoalDigest manifest_id = digest (manifest);

  for (const char *name = names; *name != '\0'; name++)
    {
      const char entry[] = { *name, '\0' };
      ShoalDigest id = digest ((guint8) g_ascii_toupper (*name));
      ShoalFileStamp stamp = { .size = 10 + (guint64) *name, .inode = (guint64) *name };
      shoal_holding_set_add (set, SHOAL_ENTRY_FILE, entry, &id, &stamp);
    }
  shoal_holding_set_end (set, folder ? &manifest_id : NULL, folder ? 100 : 0);
  return set;
}

static void
test_holdings (void)
{
  /* "a" and "A" have the same content. */
  g_autoptr (ShoalHoldingSet) one = make_set (1, "/one", TRUE, "ABab", 200);
  g_autoptr (ShoalHoldingSet) two = make_set (2, "/two", TRUE, "bc", 201);
  g_autoptr (ShoalHoldingSet) single = make_set (3, "/one/b", FALSE, "b", 0);
  g_autoptr (ShoalAudience) everyone = shoal_audience_new_everyone ();
  g_autoptr (ShoalAudience) members = shoal_audience_new_members ();
  const ShoalHeld held[] = { { one, everyone }, { two, members }, { single, everyone } };
  g_autoptr (ShoalHoldings) holdings = shoal_holdings_new (held, G_N_ELEMENTS (held));
  const struct
  {
    guint8 id;
    guint n;
  } wanted[] = { { 'A', 2 }, { 'B', 4 }, { 'C', 1 }, { 'D', 0 }, { 200, 1 }, { 0, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      ShoalDigest id = digest (wanted[i].id);
      g_autoptr (GArray) matches = shoal_holdings_lookup (holdings, &id);
      g_assert_cmpuint (matches->len, ==, wanted[i].n);
      for (guint k = 0; k < matches->len; k++)
        {
          const ShoalHoldingMatch *match = &g_array_index (matches, ShoalHoldingMatch, k);
          g_assert_true (match->audience == (match->set == two ? members : everyone));
        }
    }
  g_assert_cmpstr (shoal_holding_set_get_root (single), ==, "/one");
  g_assert_cmpstr (shoal_holding_set_get_name (single), ==, "b");
  g_assert_nonnull (shoal_holdings_find_file (holdings, "/two/c"));
  g_assert_nonnull (shoal_holdings_find_file (holdings, "/one/b"));
  g_assert_null (shoal_holdings_find_file (holdings, "/two/x"));
  g_assert_null (shoal_holdings_find_file (holdings, "/twoc"));
  g_assert_null (shoal_holdings_find_file (holdings, "/two"));

  g_autoptr (ShoalHoldingSet) same = make_set (2, "/two", TRUE, "bc", 201);
  g_autoptr (ShoalHoldingSet) other = make_set (2, "/two", TRUE, "bd", 201);
  g_assert_true (shoal_holding_set_equal (two, same));
  g_assert_false (shoal_holding_set_equal (two, other));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uploads/routes", test_routes);
  g_test_add_func ("/uploads/slots", test_slots);
  g_test_add_func ("/uploads/log", test_log);
  g_test_add_func ("/uploads/holdings", test_holdings);
  return g_test_run ();
}
