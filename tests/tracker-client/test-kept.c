/* test-kept.c: what is known of the catalogue and of the members while the tracker is away
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>

#include "fake-tracker.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-kept-roster.h"
#include "shoal-kept-rows.h"
#include "shoal-limits.h"
#include "shoal-result-json.h"
#include "shoal-roster-json.h"
#include "shoal-roster.h"
#include "test-folder.h"

typedef struct
{
  TestFolder *folder;
  char *path;
  ShoalDatabase *database;
  ShoalKeptRows *rows;
} Fixture;

static void
open_all (Fixture *fixture)
{
  const char *const migrations[] = { shoal_kept_rows_schema, shoal_kept_roster_schema };
  g_autoptr (GError) error = NULL;

  fixture->database
      = shoal_database_open (fixture->path, migrations, G_N_ELEMENTS (migrations), &error);
  g_assert_no_error (error);
  fixture->rows = shoal_kept_rows_new (fixture->database);
}

static void
close_all (Fixture *fixture)
{
  shoal_kept_rows_flush (fixture->rows);
  shoal_database_close (fixture->database);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->rows);
  g_assert_finalize_object (fixture->database);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->folder = test_folder_new ();
  fixture->path = g_build_filename (fixture->folder->path, "shoal.db", NULL);
  open_all (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  close_all (fixture);
  g_free (fixture->path);
  g_clear_pointer (&fixture->folder, test_folder_free);
}

static ShoalResult *
make_row (const char *name, const char *type, gint64 size, gint64 added_ms, const char *user)
{
  g_autofree char *id = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  JsonArray *users = json_array_new ();
  g_autoptr (GError) error = NULL;
  gboolean folder = g_str_equal (type, "folder");

  json_array_add_string_element (users, user);
  g_autoptr (JsonObject) object = json_object_new ();
  json_object_set_string_member (object, "name", name);
  json_object_set_string_member (object, "kind", folder ? "folder" : "file");
  json_object_set_string_member (object, "type", type);
  json_object_set_string_member (object, "id", id);
  json_object_set_int_member (object, "size", size);
  json_object_set_int_member (object, "sources", 2);
  json_object_set_int_member (object, "online", 1);
  json_object_set_array_member (object, "users", users);
  json_object_set_int_member (object, "added_ms", added_ms);
  if (strchr (name, '/') != NULL)
    {
      g_autofree char *base = g_path_get_basename (name);

      json_object_set_string_member (object, "path", name);
      json_object_set_string_member (object, "name", base);
      json_object_set_string_member (object, "folder", DEVICE ("f"));
      json_object_set_string_member (object, "folder_name", "Album");
    }
  ShoalResult *row = shoal_result_new_from_json (object, &error);
  g_assert_no_error (error);
  return row;
}

static const ShoalQuery everything = { .min_size = -1, .max_size = -1, .limit = 100 };

static void
add_rows (Fixture *fixture, const ShoalQuery *query, const char *cursor, ShoalResult *row, ...)
{
  g_autoptr (ShoalPage) page = shoal_page_new ();
  va_list more;

  va_start (more, row);
  for (ShoalResult *each = row; each != NULL; each = va_arg (more, ShoalResult *))
    g_ptr_array_add (page->rows, each);
  va_end (more);
  page->cursor = g_strdup (cursor);
  shoal_kept_rows_add (fixture->rows, query, page);
}

/* Songs and a report, an album with a song. */
static void
add_some (Fixture *fixture)
{
  add_rows (fixture, &everything, NULL, make_row ("Report.pdf", "document", 300, 3, "ada"),
            make_row ("Straße.flac", "audio", 200, 2, "Ben"),
            make_row ("album", "folder", 1000, 1, "ada"),
            make_row ("one/Song.flac", "audio", 100, 1, "ada"), NULL);
}

typedef struct
{
  ShoalPage *page;
  GError *error;
  gboolean done;
} Answer;

static void
on_found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->page = shoal_kept_rows_search_finish (SHOAL_KEPT_ROWS (object), result, &answer->error);
  answer->done = TRUE;
}

static ShoalPage *
search (Fixture *fixture, const ShoalQuery *query, GError **error)
{
  Answer answer = { 0 };

  shoal_kept_rows_search_async (fixture->rows, query, NULL, on_found_cb, &answer);
  WAIT_UNTIL (answer.done);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.page;
}

/* The names of what is found, in order. */
static char *
find (Fixture *fixture, ShoalQuery query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalPage) page = search (fixture, &query, &error);
  g_autoptr (GString) names = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < page->rows->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
                            shoal_result_get_name (g_ptr_array_index (page->rows, i)));
  return g_string_free (g_steal_pointer (&names), FALSE);
}

#define assert_finds(fixture, names, ...)                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found_ = find (fixture, (ShoalQuery){ .max_size = -1, __VA_ARGS__ });         \
    g_assert_cmpstr (found_, ==, names);                                                           \
  }                                                                                                \
  G_STMT_END

/* As at the tracker: exact names first, then what is offered itself. */
static void
test_ranks (Fixture *fixture, gconstpointer unused)
{
  add_rows (fixture, &everything, NULL, make_row ("perl/b.pm", "other", 1, 1, "ada"),
            make_row ("old/perl", "other", 1, 1, "ada"),
            make_row ("my perl.txt", "document", 1, 1, "ada"),
            make_row ("Perl", "folder", 1, 1, "ada"), NULL);
  assert_finds (fixture, "Perl perl my perl.txt b.pm", .words = " perl ");
  assert_finds (fixture, "b.pm perl my perl.txt Perl", .words = NULL);
  assert_finds (fixture, "b.pm my perl.txt perl Perl", .words = "perl", .sort = SHOAL_SORT_NAME);
}

static void
test_filters (Fixture *fixture, gconstpointer unused)
{
  add_some (fixture);
  for (int run = 0; run < 2; run++)
    {
      assert_finds (fixture, "Report.pdf Straße.flac album Song.flac", .words = NULL);
      assert_finds (fixture, "Report.pdf Straße.flac album", .top = TRUE);
      assert_finds (fixture, "Song.flac", .folder = DEVICE ("f"), .top = TRUE);
      assert_finds (fixture, "Straße.flac", .words = " STRASSE  FLAC ");
      assert_finds (fixture, "Song.flac", .words = "one so");
      assert_finds (fixture, "", .words = "one report");
      assert_finds (fixture, "", .words = "%");
      assert_finds (fixture, "Straße.flac Song.flac", .type = "audio");
      assert_finds (fixture, "Straße.flac", .user = "ben");
      assert_finds (fixture, "", .user = "be");
      assert_finds (fixture, "Straße.flac", .type = "audio", .min_size = 150);
      g_autofree char *small = find (fixture, (ShoalQuery){ .min_size = -1, .max_size = 200 });
      g_assert_cmpstr (small, ==, "Straße.flac Song.flac");
      assert_finds (fixture, "", .available = TRUE);
      assert_finds (fixture, "album Report.pdf Song.flac Straße.flac", .sort = SHOAL_SORT_NAME);
      assert_finds (fixture, "album Song.flac Straße.flac Report.pdf", .sort = SHOAL_SORT_TYPE);
      assert_finds (fixture, "album Report.pdf Straße.flac Song.flac", .sort = SHOAL_SORT_SIZE,
                    .descending = TRUE);
      /* All of it is still there after a restart. */
      close_all (fixture);
      open_all (fixture);
    }
}

static void
test_rows_are_whole (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  gint64 before = shoal_now_ms ();

  add_some (fixture);
  g_autoptr (ShoalPage) page = search (fixture, &everything, &error);
  g_assert_no_error (error);
  g_assert_cmpint (page->kept_ms, >=, before);
  g_assert_cmpint (page->kept_ms, <=, shoal_now_ms ());
  g_assert_cmpint (page->total, ==, 4);
  ShoalResult *row = g_ptr_array_index (page->rows, 3);
  g_assert_cmpstr (shoal_result_get_path (row), ==, "one/Song.flac");
  g_assert_cmpstr (shoal_result_get_folder_name (row), ==, "Album");
  g_assert_cmpstr (shoal_result_get_users (row)[0], ==, "ada");
  g_assert_cmpuint (shoal_result_get_n_sources (row), ==, 2);
  /* Nobody can be known to be online. */
  g_assert_cmpuint (shoal_result_get_n_online (row), ==, 0);
}

static void
test_pages (Fixture *fixture, gconstpointer unused)
{
  ShoalQuery query = { .min_size = -1, .max_size = -1, .limit = 3, .sort = SHOAL_SORT_NAME };
  g_autoptr (GError) error = NULL;

  add_some (fixture);
  g_autoptr (ShoalPage) first = search (fixture, &query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (first->rows->len, ==, 3);
  g_assert_cmpint (first->total, ==, 4);
  g_assert_true (shoal_kept_rows_is_cursor (first->cursor));
  query.cursor = first->cursor;
  g_autoptr (ShoalPage) second = search (fixture, &query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (second->rows->len, ==, 1);
  g_assert_null (second->cursor);
  /* A list that the tracker has begun cannot be ended here. */
  query.cursor = "00-2-3-";
  g_assert_null (search (fixture, &query, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
}

static void
test_forgets_what_is_gone (Fixture *fixture, gconstpointer unused)
{
  const ShoalQuery top = { .min_size = -1, .max_size = -1, .top = TRUE };
  const ShoalQuery words = { .min_size = -1, .max_size = -1, .words = "report" };

  add_some (fixture);
  /* Neither a search for words nor the first of several pages says what is not there. */
  add_rows (fixture, &words, NULL, NULL);
  add_rows (fixture, &top, "more", make_row ("new.txt", "document", 1, 9, "ada"), NULL);
  assert_finds (fixture, "new.txt Report.pdf Straße.flac album Song.flac", .words = NULL);
  /* All offers, but not what is in folders. */
  add_rows (fixture, &top, NULL, make_row ("new.txt", "document", 1, 9, "ada"), NULL);
  assert_finds (fixture, "new.txt Song.flac", .words = NULL);
  shoal_kept_rows_clear (fixture->rows);
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalPage) page = search (fixture, &everything, &error);
  g_assert_no_error (error);
  g_assert_cmpint (page->kept_ms, ==, 0);
}

static void
test_is_bounded (Fixture *fixture, gconstpointer unused)
{
  const guint more = 500;
  ShoalQuery query = { .min_size = -1, .max_size = -1, .limit = SHOAL_MAX_SEARCH_ROWS };
  g_autoptr (GError) error = NULL;

  add_rows (fixture, &query, "more", make_row ("first.txt", "document", 1, 1, "ada"), NULL);
  for (guint i = 0; i < SHOAL_MAX_KEPT_ROWS + more; i += 500)
    {
      g_autoptr (ShoalPage) page = shoal_page_new ();

      for (guint k = i; k < i + 500; k++)
        {
          g_autofree char *name = g_strdup_printf ("file %u.txt", k);

          g_ptr_array_add (page->rows, make_row (name, "document", k, k, "ada"));
        }
      page->cursor = g_strdup ("more");
      shoal_kept_rows_add (fixture->rows, &query, page);
    }
  g_autoptr (ShoalPage) all = search (fixture, &query, &error);
  g_assert_no_error (error);
  g_assert_cmpint (all->total, ==, SHOAL_MAX_KEPT_ROWS);
  g_assert_cmpuint (all->rows->len, ==, SHOAL_MAX_SEARCH_ROWS);
  g_assert_nonnull (all->cursor);
  /* Those seen first have gone. */
  assert_finds (fixture, "", .words = "first.txt");
  g_autofree char *last = g_strdup_printf ("file %u.txt", SHOAL_MAX_KEPT_ROWS + more - 1);
  assert_finds (fixture, last, .words = last);
}

/* ---- The roster ---- */

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static const char roster[]
    = "{\"seq\":7,\"members\":[{\"account\":\"" ADA
      "\",\"user\":\"ada\",\"online\":true,\"owner\":true,\"files\":3,\"bytes\":99,\"devices\":[{"
      "\"device\":\"" DEVICE (
          "1") "\",\"name\":\"desk\",\"online\":true,\"port\":31337,\"seen\":"
               "\"192.0.2.1\",\"addresses\":[\"192.0.2.1\"]}]},{\"account\":\"" BEN
               "\",\"user\":\"ben\",\"online\":false,\"last_seen_ms\":5,"
               "\"devices\":[]}]}";

static ShoalRoster *
load_roster (Fixture *fixture)
{
  g_autoptr (ShoalKeptRoster) kept = shoal_kept_roster_new (fixture->database);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  shoal_kept_roster_load_async (kept, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_autoptr (ShoalRosterNews) news = shoal_kept_roster_load_finish (kept, result, &error);
  ShoalRoster *loaded = shoal_roster_new (DEVICE ("9"), NULL);

  g_assert_no_error (error);
  shoal_roster_apply_kept (loaded, news);
  return loaded;
}

static void
test_roster (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (JsonObject) message = parse_json (roster);
  g_autoptr (JsonObject) delta
             = parse_json ("{\"seq\":8,\"members\":[],\"removed\":[\"" BEN "\"]}");
  g_autoptr (ShoalKeptRoster) kept = shoal_kept_roster_new (fixture->database);
  g_autoptr (ShoalRoster) none = load_roster (fixture);
  gint64 before = shoal_now_ms ();

  g_assert_cmpuint (g_list_model_get_n_items (shoal_roster_get_members (none)), ==, 0);
  g_autoptr (ShoalRosterNews) all = shoal_roster_news_from_json (message, NULL);
  g_assert_nonnull (all);
  shoal_kept_roster_take_whole (kept, all);
  shoal_kept_roster_flush (kept);
  g_clear_object (&kept);
  close_all (fixture);
  open_all (fixture);

  g_autoptr (ShoalRoster) both = load_roster (fixture);
  GListModel *members = shoal_roster_get_members (both);
  g_assert_cmpuint (g_list_model_get_n_items (members), ==, 2);
  g_autoptr (ShoalMember) ada = g_list_model_get_item (members, 0);
  g_autoptr (ShoalMember) ben = g_list_model_get_item (members, 1);
  g_autoptr (ShoalDevice) device = g_list_model_get_item (shoal_member_get_devices (ada), 0);
  g_assert_cmpstr (shoal_member_get_user (ada), ==, "ada");
  g_assert_cmpint (shoal_member_get_n_files (ada), ==, 3);
  /* Whoever was online then is not known to be so now. */
  g_assert_false (shoal_member_get_online (ada));
  g_assert_cmpint (shoal_member_get_last_seen_ms (ada), >=, before);
  g_assert_false (shoal_device_get_online (device));
  g_assert_cmpstr (shoal_device_get_name (device), ==, "desk");
  g_assert_null (shoal_device_get_addresses (device)[0]);
  g_assert_cmpint (shoal_member_get_last_seen_ms (ben), ==, 5);
  /* What is kept is no base for changes. */
  g_autoptr (ShoalRosterNews) change = shoal_roster_delta_from_json (delta, NULL);
  g_assert_false (shoal_roster_apply_delta (both, change));

  g_autoptr (ShoalKeptRoster) again = shoal_kept_roster_new (fixture->database);
  shoal_kept_roster_take_delta (again, change);
  shoal_kept_roster_flush (again);
  g_clear_object (&again);
  close_all (fixture);
  open_all (fixture);
  g_autoptr (ShoalRoster) one = load_roster (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (shoal_roster_get_members (one)), ==, 1);
}

static void
test_roster_lost (void)
{
  g_autoptr (ShoalRoster) live = shoal_roster_new (DEVICE ("9"), NULL);
  g_autoptr (JsonObject) message = parse_json (roster);
  g_autoptr (GError) error = NULL;

  g_autoptr (ShoalRosterNews) news = shoal_roster_news_from_json (message, &error);
  g_assert_no_error (error);
  shoal_roster_apply_whole (live, news);
  g_autoptr (ShoalMember) ada = g_list_model_get_item (shoal_roster_get_members (live), 0);
  g_assert_true (shoal_member_get_online (ada));
  shoal_roster_lose (live, 1234);
  g_assert_false (shoal_member_get_online (ada));
  g_assert_cmpint (shoal_member_get_last_seen_ms (ada), ==, 1234);
  ShoalDevice *device = shoal_roster_lookup_device (live, DEVICE ("1"), NULL);
  g_assert_false (shoal_device_get_online (device));
  /* A download that is under way still knows where to go. */
  g_assert_cmpstr (shoal_device_get_addresses (device)[0], ==, "192.0.2.1:31337");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/kept/filters", test_filters);
  ADD ("/kept/ranks", test_ranks);
  ADD ("/kept/rows-are-whole", test_rows_are_whole);
  ADD ("/kept/pages", test_pages);
  ADD ("/kept/forgets-what-is-gone", test_forgets_what_is_gone);
  ADD ("/kept/is-bounded", test_is_bounded);
  ADD ("/kept/roster", test_roster);
#undef ADD
  g_test_add_func ("/kept/roster-lost", test_roster_lost);
  return g_test_run ();
}
