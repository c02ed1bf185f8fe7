/* test-search.c: what a search finds, in which order, page by page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-search"

#include "config.h"

#include <string.h>

#include "catalogue-fixture.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "test-device.h"

/* Files with the sizes 1, 2, 3 … and contents of their own. */
static void
offer_names (TestDevice *device, guint first, const char *const *names)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; names[i] != NULL; i++)
    json_array_add_object_element (array, file_offer (first + i, names[i], first + i, i + 1));

  g_autoptr (JsonObject) answer = catalogue_test_call (device, SHOAL_METHOD_OFFER,
                                                       shoal_json_new ("offers", "a", array, NULL));
  JsonArray *results = json_object_get_array_member (answer, "results");

  for (guint i = 0; i < json_array_get_length (results); i++)
    g_assert_false (json_object_has_member (json_array_get_object_element (results, i), "error"));
}

/* Of the files that offer_names() has made of @all from 1 on, those called @names. */
static void
offer_same (TestDevice *device, const char *const *names, const char *const *all)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; names[i] != NULL; i++)
    for (guint k = 0; all[k] != NULL; k++)
      if (g_str_equal (names[i], all[k]))
        json_array_add_object_element (array, file_offer (1 + k, names[i], 1 + k, k + 1));
  drop (catalogue_test_call (device, SHOAL_METHOD_OFFER,
                             shoal_json_new ("offers", "a", array, NULL)));
}

static void
test_words (void)
{
  static const char *const names[]
      = { "Holiday plan.pdf", "holidays in Rome.jpg", "The plan B.txt", "x-ray_02.png", NULL };
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");

  offer_names (ada, 1, names);
  /* Parts of words, in any order, all of them. */
  assert_found (ada, "{\"words\": \"HOLI\"}", "holidays in Rome.jpg,Holiday plan.pdf");
  assert_found (ada, "{\"words\": \"lan lid\"}", "Holiday plan.pdf");
  assert_found (ada, "{\"words\": \"  plan   holiday  \"}", "Holiday plan.pdf");
  assert_found (ada, "{\"words\": \"iday\"}", "holidays in Rome.jpg,Holiday plan.pdf");
  assert_found (ada, "{\"words\": \"plan.pdf\"}", "Holiday plan.pdf");
  assert_found (ada, "{\"words\": \"holiday nothing\"}", "");
  /* The first and the last characters, and the whole. */
  assert_found (ada, "{\"words\": \"Hol png\"}", "");
  assert_found (ada, "{\"words\": \"png\"}", "x-ray_02.png");
  assert_found (ada, "{\"words\": \"x-ray_02.png\"}", "x-ray_02.png");
  assert_found (ada, "{\"words\": \"x-ray_02.pngs\"}", "");
  /* Three of three here and there do not make four in a row. */
  assert_found (ada, "{\"words\": \"holidayplan\"}", "");
  assert_found (ada, "{\"words\": \"\"}",
                "x-ray_02.png,The plan B.txt,holidays in Rome.jpg,Holiday plan.pdf");
}

static void
test_short_words (void)
{
  static const char *const names[]
      = { "Holiday plan.pdf", "a b.txt", "track07.mp3", "C++ notes.md", "東京旅行.jpg", NULL };
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");

  offer_names (ada, 1, names);
  /* One or two letters are beginnings of words. */
  assert_found (ada, "{\"words\": \"h\"}", "Holiday plan.pdf");
  assert_found (ada, "{\"words\": \"pl\"}", "Holiday plan.pdf");
  assert_found (ada, "{\"words\": \"ol\"}", "");
  assert_found (ada, "{\"words\": \"a\"}", "a b.txt");
  assert_found (ada, "{\"words\": \"a b\"}", "a b.txt");
  assert_found (ada, "{\"words\": \"ho pdf\"}", "Holiday plan.pdf");
  assert_found (ada, "{\"words\": \"ol pdf\"}", "");
  /* Digits after letters begin a word, and so does each character of a script without spaces. */
  assert_found (ada, "{\"words\": \"07\"}", "track07.mp3");
  assert_found (ada, "{\"words\": \"c+\"}", "C++ notes.md");
  assert_found (ada, "{\"words\": \"京\"}", "東京旅行.jpg");
  assert_found (ada, "{\"words\": \"京旅\"}", "東京旅行.jpg");
  assert_found (ada, "{\"words\": \"東京旅行\"}", "東京旅行.jpg");
  /* Nothing begins with a sign. */
  assert_found (ada, "{\"words\": \"+\"}", "");
  assert_found (ada, "{\"words\": \".\"}", "");
}

static void
test_fold (void)
{
  static const char *const names[] = { "Straße.txt",
                                       "Ångström.txt",
                                       "ＦＵＬＬ　ｗｉｄｔｈ.txt",
                                       "Привет МИР.txt",
                                       "İstanbul.txt",
                                       "ﬁle.txt",
                                       NULL };
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");

  offer_names (ada, 1, names);
  assert_found (ada, "{\"words\": \"STRASSE\"}", "Straße.txt");
  assert_found (ada, "{\"words\": \"straße\"}", "Straße.txt");
  /* Composed, decomposed, the sign of the unit. */
  assert_found (ada, "{\"words\": \"ångström\"}", "Ångström.txt");
  assert_found (ada, "{\"words\": \"A\\u030angstro\\u0308m\"}", "Ångström.txt");
  assert_found (ada, "{\"words\": \"\\u212bngström\"}", "Ångström.txt");
  assert_found (ada, "{\"words\": \"full width\"}", "ＦＵＬＬ　ｗｉｄｔｈ.txt");
  assert_found (ada, "{\"words\": \"ｆｕｌｌ\"}", "ＦＵＬＬ　ｗｉｄｔｈ.txt");
  assert_found (ada, "{\"words\": \"ПРИВЕТ мир\"}", "Привет МИР.txt");
  assert_found (ada, "{\"words\": \"ми\"}", "Привет МИР.txt");
  assert_found (ada, "{\"words\": \"file\"}", "ﬁle.txt");
}

/* What is an operator to SQL or to its index is a character to us. */
static void
test_hostile_words (void)
{
  static const char *const names[] = { "100% \"sure\".txt",
                                       "under_score's.txt",
                                       "a AND b OR (c*).txt",
                                       "NEAR^{x}: -y.txt",
                                       "back\\slash.txt",
                                       "tab\there.txt",
                                       NULL };
  static const struct
  {
    const char *words;
    const char *names;
  } cases[] = {
    { "100%", "100% \"sure\".txt" },
    { "\"sure\"", "100% \"sure\".txt" },
    { "\"\"\"", "" },
    { "%%%", "" },
    { "___", "" },
    { "r_score", "under_score's.txt" },
    { "e's", "under_score's.txt" },
    { "'; DROP TABLE items; --", "" },
    { "AND OR", "a AND b OR (c*).txt" },
    { "(c*)", "a AND b OR (c*).txt" },
    { "and*", "" },
    { "NEAR^{x}:", "NEAR^{x}: -y.txt" },
    { "-y.txt", "NEAR^{x}: -y.txt" },
    { "back\\slash", "back\\slash.txt" },
    { "type5", "" },
    { "words:txt", "" },
    { "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "" },
    { "\xee\x80\xa5\xee\x80\xa5\xee\x80\xa5", "" },
  };
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");

  offer_names (ada, 1, names);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) answer = catalogue_test_call (
          ada, SHOAL_METHOD_SEARCH, shoal_json_new ("words", "s", cases[i].words, NULL));
      g_autofree char *got = names_of (answer);

      g_assert_cmpstr (got, ==, cases[i].names);
    }
}

static void
test_filters (void)
{
  static const char *const names[]
      = { "a.MP3", "b.mkv", "c.jpg", "d.pdf", "e.zip", "f.py", "g.unknown", "h", NULL };
  static const char *const queries[][2] = {
    { "{\"type\": \"audio\"}", "a.MP3" },
    { "{\"type\": \"video\"}", "b.mkv" },
    { "{\"type\": \"image\"}", "c.jpg" },
    { "{\"type\": \"document\"}", "d.pdf" },
    { "{\"type\": \"archive\"}", "e.zip" },
    { "{\"type\": \"program\"}", "f.py" },
    { "{\"type\": \"other\"}", "h,g.unknown" },
    { "{\"type\": \"folder\"}", "" },
    { "{\"type\": \"audio\", \"words\": \"mkv\"}", "" },
    { "{\"min_size\": 7}", "h,g.unknown" },
    { "{\"max_size\": 2}", "b.mkv,a.MP3" },
    { "{\"min_size\": 3, \"max_size\": 4}", "d.pdf,c.jpg" },
    { "{\"min_size\": 5, \"max_size\": 4}", "" },
    { "{\"min_size\": 4, \"words\": \"jpg\"}", "" },
    { "{\"user\": \"ADA\"}", "h,g.unknown,f.py,e.zip,d.pdf,c.jpg,b.mkv,a.MP3" },
    { "{\"user\": \"ben\"}", "" },
    { "{\"user\": \"nobody\"}", "" },
    { "{\"folder\": \"0000000000000000000000000000000000000000000000000000000000000001\"}", "" },
  };
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (TestDevice) ben = test_device_new (catalogue, "ben");

  offer_names (ada, 1, names);
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    assert_found (ben, queries[i][0], queries[i][1]);
}

static void
test_available (void)
{
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (TestDevice) ben = test_device_new (catalogue, "ben");
  g_autoptr (TestDevice) cem = test_device_new (catalogue, "cem");

  drop (offer_one (ada, 1, "only ada.txt", 1, 10));
  drop (offer_one (ada, 2, "both.txt", 2, 10));
  drop (offer_one (ada, 3, "same bytes.txt", 3, 10));
  drop (offer_one (ben, 1, "both.txt", 2, 10));
  drop (offer_one (ben, 2, "other name.txt", 3, 10));
  drop (offer_folder (ada, 4, "ada's folder", 4, 1));
  drop (send_entries (ada, 4, 0, entry ("entry.txt", 5)));
  assert_found (cem, "{\"available\": true}",
                "entry.txt,ada's folder,other name.txt,same bytes.txt,both.txt,only ada.txt");
  test_device_set_online (ada, FALSE);
  /* The content of "same bytes" can still be had. */
  assert_found (cem, "{\"available\": true}", "other name.txt,same bytes.txt,both.txt");
  assert_found (cem, "{}",
                "entry.txt,ada's folder,other name.txt,same bytes.txt,both.txt,only ada.txt");

  g_autoptr (JsonObject) answer = search (cem, "{\"words\": \"only\"}");
  JsonObject *row
      = json_array_get_object_element (json_object_get_array_member (answer, "rows"), 0);

  g_assert_cmpint (json_object_get_int_member (row, "sources"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (row, "online"), ==, 0);
  test_device_set_online (ada, TRUE);
  assert_found (cem, "{\"available\": true, \"words\": \"only\"}", "only ada.txt");
}

static void
test_sort (void)
{
  static const char *const names[]
      = { "Bravo.txt", "alpha.txt", "Ångström.txt", "charlie.txt", "ALPHA.txt", NULL };
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");

  offer_names (ada, 1, names);
  assert_found (ada, "{\"sort\": \"name\"}",
                "alpha.txt,ALPHA.txt,Bravo.txt,charlie.txt,Ångström.txt");
  assert_found (ada, "{\"sort\": \"name\", \"descending\": true}",
                "Ångström.txt,charlie.txt,Bravo.txt,ALPHA.txt,alpha.txt");
  assert_found (ada, "{\"sort\": \"size\"}",
                "Bravo.txt,alpha.txt,Ångström.txt,charlie.txt,ALPHA.txt");
  assert_found (ada, "{\"sort\": \"size\", \"descending\": true, \"limit\": 2}",
                "ALPHA.txt,charlie.txt");
}

/* Folders first, then by name in each type; by how many offer it. */
static void
test_sort_type_and_who (void)
{
  static const char *const some[]
      = { "b.pdf", "z.flac", "a.pdf", "noext", "m.mkv", "a.flac", NULL };
  static const char *const common[] = { "z.flac", "m.mkv", NULL };
  static const char *const most[] = { "z.flac", NULL };
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (TestDevice) ben = test_device_new (catalogue, "ben");
  g_autoptr (TestDevice) cem = test_device_new (catalogue, "cem");

  offer_names (ada, 1, some);
  assert_found (ada, "{\"sort\": \"type\"}", "a.flac,z.flac,m.mkv,a.pdf,b.pdf,noext");
  assert_found (ada, "{\"sort\": \"type\", \"descending\": true}",
                "noext,b.pdf,a.pdf,m.mkv,z.flac,a.flac");
  assert_found (ada, "{\"sort\": \"type\", \"type\": \"document\"}", "a.pdf,b.pdf");

  offer_same (ben, common, some);
  offer_same (cem, most, some);
  assert_found (ada, "{\"sort\": \"who\", \"descending\": true, \"limit\": 2}", "z.flac,m.mkv");
  assert_found (ada, "{\"sort\": \"who\", \"top\": true}", "b.pdf,a.pdf,noext,a.flac,m.mkv,z.flac");
}

/* More than are sorted at once: by the index, bucket by bucket or along it. */
static void
test_sort_many (void)
{
  static const char *const kinds[] = { "txt", "mp3", "png" };
  const guint n = SHOAL_SEARCH_TOTAL_CEILING + 2;
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (TestDevice) ben = test_device_new (catalogue, "ben");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, g_strdup_printf ("%c %05u.%s", 'a' + (char) (i % 20), i, kinds[i % 3]));
  for (guint i = 0; i < n; i += 1000)
    {
      g_autoptr (GPtrArray) some = g_ptr_array_new ();

      for (guint k = i; k < MIN (i + 1000, n); k++)
        g_ptr_array_add (some, g_ptr_array_index (names, k));
      g_ptr_array_add (some, NULL);
      offer_names (ada, 1 + i, (const char *const *) some->pdata);
    }
  const char *const both[] = { g_ptr_array_index (names, 5), g_ptr_array_index (names, 700), NULL };
  g_ptr_array_add (names, NULL);
  offer_same (ben, both, (const char *const *) names->pdata);

  assert_found (ada, "{\"sort\": \"who\", \"descending\": true, \"top\": true, \"limit\": 3}",
                "a 00700.mp3,f 00005.png,b 10001.png");
  assert_found (ada, "{\"sort\": \"who\", \"descending\": true, \"limit\": 2}",
                "a 00700.mp3,f 00005.png");
  assert_found (ada, "{\"sort\": \"who\", \"top\": true, \"limit\": 2}", "a 00000.txt,b 00001.mp3");
  assert_found (ada, "{\"sort\": \"type\", \"limit\": 3}", "a 00040.mp3,a 00100.mp3,a 00160.mp3");
  assert_found (ada, "{\"sort\": \"type\", \"descending\": true, \"limit\": 2}",
                "t 09999.txt,t 09939.txt");
  for (int down = 0; down < 2; down++)
    {
      g_autofree char *by_type = search_all (ada, NULL, "type", down, 500);
      g_autofree char *by_who = search_all (ada, NULL, "who", down, 500);
      g_auto (GStrv) typed = g_strsplit (by_type, ",", -1);
      g_auto (GStrv) counted = g_strsplit (by_who, ",", -1);

      /* Each once. */
      g_assert_cmpuint (g_strv_length (typed), ==, n);
      g_assert_cmpuint (g_strv_length (counted), ==, n);
      for (guint i = 1; i < n; i++)
        g_assert_cmpstr (typed[i - 1], !=, typed[i]);
    }
}

/* More of one type than are sorted at once, behind a few of another: name by name, over the end of
 * a page too. */
static void
test_sort_one_type (void)
{
  const guint n = SHOAL_SEARCH_TOTAL_CEILING + 60;
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const guint n_songs = 30;

  /* In the order by type and name. */
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, g_strdup_printf ("%c plan %05u.%s", 'a' + (char) (i * 25 / n), i,
                                             i < n_songs ? "mp3" : "txt"));
  for (guint i = 0; i < n; i += 1000)
    {
      g_autoptr (GPtrArray) some = g_ptr_array_new ();

      /* Offered in another order. */
      for (guint k = MIN (i + 1000, n); k > i; k--)
        g_ptr_array_add (some, g_ptr_array_index (names, k - 1));
      g_ptr_array_add (some, NULL);
      offer_names (ada, 1 + i, (const char *const *) some->pdata);
    }
  for (int down = 0; down < 2; down++)
    {
      g_autofree char *by_type = search_all (ada, "plan", "type", down, 500);
      g_auto (GStrv) typed = g_strsplit (by_type, ",", -1);

      g_assert_cmpuint (g_strv_length (typed), ==, n);
      for (guint i = 0; i < n; i++)
        g_assert_cmpstr (typed[i], ==, g_ptr_array_index (names, down ? n - 1 - i : i));
    }
}

static char *
expected_names (int n, gboolean descending)
{
  GString *out = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append_printf (out, "%spage %03d.txt", i > 0 ? "," : "", descending ? n - 1 - i : i);
  return g_string_free (out, FALSE);
}

/* Every page size, every order: each row once, in its place. */
static void
test_pages (void)
{
  const int n = 57;
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *ascending = expected_names (n, FALSE);
  g_autofree char *descending = expected_names (n, TRUE);

  for (int i = 0; i < n; i++)
    g_ptr_array_add (names, g_strdup_printf ("page %03d.txt", i));
  g_ptr_array_add (names, NULL);
  offer_names (ada, 1, (const char *const *) names->pdata);
  for (int limit = 1; limit < 70; limit += 7)
    {
      g_autofree char *newest = search_all (ada, "page", "newest", FALSE, limit);
      g_autofree char *by_name = search_all (ada, "page", "name", FALSE, limit);
      g_autofree char *by_name_down = search_all (ada, "page", "name", TRUE, limit);
      g_autofree char *by_size = search_all (ada, "txt", "size", FALSE, limit);
      g_autofree char *by_size_down = search_all (ada, NULL, "size", TRUE, limit);

      g_assert_cmpstr (newest, ==, descending);
      g_assert_cmpstr (by_name, ==, ascending);
      g_assert_cmpstr (by_name_down, ==, descending);
      g_assert_cmpstr (by_size, ==, ascending);
      g_assert_cmpstr (by_size_down, ==, descending);
    }
}

/* An emoji is found wherever it stands, other signs alone still find nothing. */
static void
test_emoji (void)
{
  static const char *const names[]
      = { "👍 done.md", "party 🎉", "so👍so.txt", "❤️", "100% sure.txt", NULL };
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");

  offer_names (ada, 1, names);
  assert_found (ada, "{\"words\": \"👍\"}", "so👍so.txt,👍 done.md");
  assert_found (ada, "{\"words\": \"👍 done\"}", "👍 done.md");
  assert_found (ada, "{\"words\": \"🎉\"}", "party 🎉");
  assert_found (ada, "{\"words\": \"❤️\"}", "❤️");
  assert_found (ada, "{\"words\": \"👍\", \"sort\": \"name\"}", "so👍so.txt,👍 done.md");
  assert_found (ada, "{\"words\": \"👍\", \"top\": true}", "so👍so.txt,👍 done.md");
  assert_found (ada, "{\"words\": \"%\"}", "");
}

/* What has exactly the name, then what is offered itself, then what lies in folders. */
static void
test_ranks (void)
{
  static const char *const ranked
      = "Perl,PERL,old/perl,my perl.txt,perl book.pdf,perl/b.pm,perl/a.pm,lib/perl.so";
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");

  drop (offer_one (ada, 1, "PERL", 1, 1));
  drop (offer_one (ada, 2, "perl book.pdf", 2, 1));
  drop (offer_one (ada, 3, "Perl", 3, 1));
  drop (offer_one (ada, 4, "my perl.txt", 4, 1));
  drop (offer_folder (ada, 5, "tools", 5, 5));
  drop (send_entries (ada, 5, 0, entry ("lib/nothing", 10), entry ("lib/perl.so", 11),
                      entry ("old/perl", 12), entry ("perl/a.pm", 13), entry ("perl/b.pm", 14)));

  g_autofree char *first = found (ada, "{\"words\": \" perl \"}");

  g_assert_cmpstr (first, ==, ranked);
  for (int limit = 1; limit < 10; limit++)
    {
      g_autofree char *paged = search_all (ada, "perl", "newest", FALSE, limit);

      g_assert_cmpstr (paged, ==, ranked);
    }
  assert_found (ada, "{\"words\": \"perl\", \"top\": true}", "Perl,PERL,my perl.txt,perl book.pdf");
  assert_found (ada, "{\"words\": \"perl\", \"sort\": \"name\", \"limit\": 1}", "perl/a.pm");

  /* A cursor of a version without ranks has no key, and goes on as that version would. */
  g_autoptr (JsonObject) answer = search (ada, "{\"words\": \"perl\", \"limit\": 3}");
  g_autofree char *cursor = g_strdup (json_object_get_string_member (answer, "cursor"));

  g_assert_cmpint (json_object_get_int_member (answer, "total"), ==, 8);
  *(strrchr (cursor, '-') + 1) = '\0';

  g_autofree char *json = g_strdup_printf ("{\"words\": \"perl\", \"cursor\": \"%s\"}", cursor);

  assert_found (ada, json, "lib/perl.so,my perl.txt,Perl,perl book.pdf,PERL");
}

/* What comes or goes while somebody turns pages moves nothing that he has seen. */
static void
test_pages_while_offering (void)
{
  static const char *const names[]
      = { "page 1", "page 2", "page 3", "page 4", "page 5", "page 6", NULL };
  static const char *const later[] = { "page 0", "page 9", NULL };
  static const char *const sorts[] = { "newest", "name" };
  static const char *const expected[] = { "page 3,page 1", "page 4,page 6,page 9" };

  for (gsize i = 0; i < G_N_ELEMENTS (sorts); i++)
    {
      g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
      g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
      g_autofree char *first
          = g_strdup_printf ("{\"words\": \"page\", \"sort\": \"%s\", \"limit\": 3}", sorts[i]);

      offer_names (ada, 1, names);

      g_autoptr (JsonObject) answer = search (ada, first);

      offer_names (ada, 100, later);
      g_assert_cmpint (withdraw_one (ada, i == 0 ? 2 : 5), ==, 1);

      g_autofree char *second
          = g_strdup_printf ("{\"words\": \"page\", \"sort\": \"%s\", \"cursor\": \"%s\"}",
                             sorts[i], json_object_get_string_member (answer, "cursor"));

      assert_found (ada, second, expected[i]);
    }
}

static void
test_total (void)
{
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  const int n = SHOAL_SEARCH_TOTAL_CEILING + 1;

  drop (offer_folder (ada, 1, "many", 1, n));
  for (int first = 0; first < n; first += 1000)
    {
      JsonArray *array = json_array_new ();
      g_autofree char *uuid = make_offer_id (1);

      for (int i = first; i < MIN (first + 1000, n); i++)
        {
          g_autofree char *path = g_strdup_printf ("number %06d.dat", i);

          json_array_add_object_element (array, entry (path, (guint) i + 10));
        }
      drop (catalogue_test_call (ada, SHOAL_METHOD_OFFER_ENTRIES,
                                 shoal_json_new ("offer", "s", uuid, "first", "i", (gint64) first,
                                                 "entries", "a", array, NULL)));
    }

  static const char *const sorts[] = { "newest", "name", "size", "type", "who" };

  for (gsize i = 0; i < G_N_ELEMENTS (sorts); i++)
    {
      g_autofree char *query
          = g_strdup_printf ("{\"words\": \"number\", \"sort\": \"%s\", \"limit\": 1}", sorts[i]);
      g_autoptr (JsonObject) answer = search (ada, query);

      g_assert_cmpint (json_object_get_int_member (answer, "total"), ==,
                       SHOAL_SEARCH_TOTAL_CEILING);
      g_assert_true (json_object_get_boolean_member (answer, "total_is_minimum"));
    }
  g_autoptr (JsonObject) answer
             = search (ada, "{\"words\": \"number 0\", \"min_size\": 10, \"limit\": 1}");

  g_assert_true (json_object_get_boolean_member (answer, "total_is_minimum"));
  assert_found (ada, "{\"words\": \"number 000123\"}", "number 000123.dat");
  /* One less is told exactly. */
  g_autoptr (JsonObject) exact = search (ada, "{\"words\": \"number 00\", \"limit\": 1}");

  g_assert_cmpint (json_object_get_int_member (exact, "total"), ==, SHOAL_SEARCH_TOTAL_CEILING);
  g_assert_false (json_object_get_boolean_member (exact, "total_is_minimum"));
}

static char *
find (TestDevice *device, const char *name, const char *user)
{
  g_autoptr (JsonObject) answer = catalogue_test_call (
      device, SHOAL_METHOD_FIND, shoal_json_new ("name", "s", name, "user", "s", user, NULL));

  return names_of (answer);
}

static void
test_find (void)
{
  static const struct
  {
    const char *name;
    const char *user;
    const char *rows;
  } cases[] = {
    { "plan.pdf", NULL, "plan.pdf,plan.pdf" },
    { "plan.pdf", "ada", "plan.pdf" },
    { "plan.pdf", "nobody", "" },
    { "Plan.pdf", NULL, "" },
    { "plan", NULL, "" },
    { "lan.pdf", NULL, "" },
    { "deep.txt", NULL, "docs/deep.txt" },
    { "docs/deep.txt", NULL, "docs/deep.txt" },
    { "papers", NULL, "papers" },
    { "a", NULL, "a" },
    { "%", NULL, "" },
    { "\"*\" OR \"", NULL, "" },
    { "/", NULL, "" },
  };
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autoptr (TestDevice) ben = test_device_new (catalogue, "ben");

  drop (offer_one (ada, 1, "plan.pdf", 1, 10));
  drop (offer_one (ben, 1, "plan.pdf", 1, 10));
  drop (offer_one (ben, 2, "plan.pdf", 2, 10));
  drop (offer_one (ben, 3, "myplan.pdf", 3, 10));
  drop (offer_one (ben, 4, "a", 4, 10));
  drop (offer_folder (ada, 2, "papers", 5, 2));
  drop (send_entries (ada, 2, 0, entry ("docs/deep.txt", 6), entry ("plan.pdf", 7)));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *rows = find (ben, cases[i].name, cases[i].user);

      g_assert_cmpstr (rows, ==, cases[i].rows);
    }
}

/* As much as an answer may hold: names and paths of full length. */
static void
test_long_names (void)
{
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autofree char *name = g_strnfill (SHOAL_MAX_NAME_BYTES, 'n');
  /* Six bytes each as JSON. */
  g_autofree char *long_path = g_strnfill (SHOAL_MAX_PATH_BYTES, '\001');
  g_autofree char *word = g_strnfill (SHOAL_MAX_SEARCH_CHARS, 'n');
  const guint n_entries = 500;
  g_autofree char *uuid = make_offer_id (2);

  drop (offer_one (ada, 1, name, 1, 10));

  g_autofree char *query = g_strdup_printf ("{\"words\": \"%.200s\"}", word);

  assert_found (ada, query, name);
  drop (offer_folder (ada, 2, "paths", 2, n_entries));
  for (guint first = 0; first < n_entries; first += 100)
    {
      JsonArray *array = json_array_new ();

      for (guint i = first; i < first + 100; i++)
        {
          g_autofree char *path
              = g_strdup_printf ("%.*s%06u", SHOAL_MAX_PATH_BYTES - 6, long_path, i);

          json_array_add_object_element (array, entry (path, i + 10));
        }
      drop (catalogue_test_call (ada, SHOAL_METHOD_OFFER_ENTRIES,
                                 shoal_json_new ("offer", "s", uuid, "first", "i", (gint64) first,
                                                 "entries", "a", array, NULL)));
    }

  /* An answer fits into a line, whatever it has to hold. */
  g_autofree char *all = search_all (ada, "\001\001\001", "name", FALSE, 500);

  g_assert_cmpuint (strlen (all), ==, n_entries * (SHOAL_MAX_PATH_BYTES + 1) - 1);

  g_autofree char *newest = search_all (ada, "\001\001\001", "newest", FALSE, 500);

  g_assert_cmpuint (strlen (newest), ==, strlen (all));
}

static void
refuse_search (TestDevice *device, const char *json, int code, const char *field)
{
  g_autoptr (GError) error = NULL;
  JsonObject *params = shoal_json_parse (json, strlen (json), &error);

  g_assert_no_error (error);
  error = test_device_refused (device, SHOAL_METHOD_SEARCH, params, code);
  g_assert_cmpstr (shoal_error_get_field (error), ==, field);
}

static void
test_refused (void)
{
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");
  g_autofree char *long_words = g_strnfill (SHOAL_MAX_SEARCH_CHARS + 1, 'x');
  g_autofree char *too_long = g_strdup_printf ("{\"words\": \"%s\"}", long_words);

  refuse_search (ada, too_long, SHOAL_ERROR_INVALID, "words");
  refuse_search (ada, "{\"words\": \"a b c d e f g h i j k l m n o p q\"}", SHOAL_ERROR_LIMIT,
                 "words");
  refuse_search (ada, "{\"words\": 7}", SHOAL_ERROR_INVALID, "words");
  refuse_search (ada, "{\"type\": \"music\"}", SHOAL_ERROR_INVALID, "type");
  refuse_search (ada, "{\"sort\": \"oldest\"}", SHOAL_ERROR_INVALID, "sort");
  refuse_search (ada, "{\"min_size\": -1}", SHOAL_ERROR_INVALID, "min_size");
  refuse_search (ada, "{\"max_size\": \"9\"}", SHOAL_ERROR_INVALID, "max_size");
  refuse_search (ada, "{\"limit\": 0}", SHOAL_ERROR_INVALID, "limit");
  refuse_search (ada, "{\"limit\": 501}", SHOAL_ERROR_INVALID, "limit");
  refuse_search (ada, "{\"folder\": \"abc\"}", SHOAL_ERROR_INVALID, "folder");
  refuse_search (ada, "{\"available\": 1}", SHOAL_ERROR_INVALID, "available");
  refuse_search (ada, "{\"cursor\": \"\"}", SHOAL_ERROR_INVALID, "cursor");
  refuse_search (ada, "{\"cursor\": \"---\"}", SHOAL_ERROR_INVALID, "cursor");
  refuse_search (ada, "{\"cursor\": \"0000000000000000-1-1-\"}", SHOAL_ERROR_INVALID, "cursor");
}

/* A cursor belongs to its query. */
static void
test_foreign_cursor (void)
{
  static const char *const names[] = { "page 1", "page 2", "page 3", NULL };
  g_autoptr (TestCatalogue) catalogue = test_catalogue_new ();
  g_autoptr (TestDevice) ada = test_device_new (catalogue, "ada");

  offer_names (ada, 1, names);

  g_autoptr (JsonObject) answer = search (ada, "{\"words\": \"page\", \"limit\": 1}");
  const char *cursor = json_object_get_string_member (answer, "cursor");
  static const char *const others[] = {
    "{\"words\": \"pages\", \"cursor\": \"%s\"}",
    "{\"words\": \"page\", \"sort\": \"name\", \"cursor\": \"%s\"}",
    "{\"words\": \"page\", \"type\": \"other\", \"cursor\": \"%s\"}",
    "{\"words\": \"page\", \"min_size\": 1, \"cursor\": \"%s\"}",
    "{\"words\": \"page\", \"user\": \"ada\", \"cursor\": \"%s\"}",
    "{\"words\": \"page\", \"cursor\": \"%sx\"}",
    "{\"words\": \"page\", \"cursor\": \"-%s\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_auto (GStrv) parts = g_strsplit (others[i], "%s", 2);
      g_autofree char *json = g_strjoin (cursor, parts[0], parts[1], NULL);

      refuse_search (ada, json, SHOAL_ERROR_INVALID, "cursor");
    }
  /* Another limit is another page of the same. */
  g_autofree char *same
      = g_strdup_printf ("{\"words\": \"page\", \"limit\": 5, \"cursor\": \"%s\"}", cursor);

  assert_found (ada, same, "page 2,page 1");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/search/words", test_words);
  g_test_add_func ("/search/short-words", test_short_words);
  g_test_add_func ("/search/fold", test_fold);
  g_test_add_func ("/search/hostile-words", test_hostile_words);
  g_test_add_func ("/search/filters", test_filters);
  g_test_add_func ("/search/available", test_available);
  g_test_add_func ("/search/sort", test_sort);
  g_test_add_func ("/search/sort-type-and-who", test_sort_type_and_who);
  g_test_add_func ("/search/sort-many", test_sort_many);
  g_test_add_func ("/search/sort-one-type", test_sort_one_type);
  g_test_add_func ("/search/pages", test_pages);
  g_test_add_func ("/search/pages-while-offering", test_pages_while_offering);
  g_test_add_func ("/search/total", test_total);
  g_test_add_func ("/search/find", test_find);
  g_test_add_func ("/search/long-names", test_long_names);
  g_test_add_func ("/search/refused", test_refused);
  g_test_add_func ("/search/emoji", test_emoji);
  g_test_add_func ("/search/ranks", test_ranks);
  g_test_add_func ("/search/foreign-cursor", test_foreign_cursor);
  return g_test_run ();
}
