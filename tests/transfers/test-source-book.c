/* test-source-book.c: whom a download keeps in mind, and for what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-limits.h"
#include "shoal-transfer-sources.h"

#define NOW (100 * G_USEC_PER_SEC)
#define SIZE 1000

static const ShoalDigest file = { { 1 } }, folder = { { 2 } }, other = { { 3 } };

static ShoalSource *
make_source (guint device, gboolean online, gboolean partial)
{
  ShoalSource *source = shoal_source_new ();

  source->device = g_strdup_printf ("device %u", device);
  source->account = g_strdup_printf ("account %u", device);
  source->user = g_strdup_printf ("user %u", device);
  source->size = SIZE;
  source->online = online;
  source->partial = partial;
  source->addresses = g_strsplit ("127.0.0.1:1", ",", -1);
  return source;
}

static GPtrArray *
make_sources (guint first, guint count)
{
  GPtrArray *sources = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_source_unref);

  for (guint i = first; i < first + count; i++)
    g_ptr_array_add (sources, make_source (i, TRUE, FALSE));
  return sources;
}

/* Returns: how many places changed hands */
static guint
list (ShoalSourceBook *book, const ShoalDigest *id, guint first, guint count)
{
  g_autoptr (GPtrArray) sources = make_sources (first, count);
  g_autoptr (GArray) renamed = shoal_source_book_list (book, id, SIZE, sources, NOW);

  g_assert_cmpuint (shoal_source_book_get_n_peers (book), <=, SHOAL_MAX_SOURCES);
  for (guint i = 0; i < shoal_source_book_get_n_peers (book); i++)
    g_assert_cmpuint (shoal_source_book_get_peer (book, i)->number, ==, i);
  return renamed != NULL ? renamed->len : 0;
}

static ShoalRunPeer *
find (ShoalSourceBook *book, guint device)
{
  g_autofree char *name = g_strdup_printf ("device %u", device);

  for (guint i = 0; i < shoal_source_book_get_n_peers (book); i++)
    if (g_str_equal (shoal_source_book_get_peer (book, i)->source->device, name))
      return shoal_source_book_get_peer (book, i);
  return NULL;
}

static void
test_full (void)
{
  g_autoptr (ShoalSourceBook) book = shoal_source_book_new (NULL, NULL);

  g_assert_cmpuint (list (book, &file, 0, SHOAL_MAX_SOURCES), ==, 0);
  /* All are named, can be reached and have not failed: that is enough. */
  g_assert_cmpuint (list (book, &file, 0, SHOAL_MAX_SOURCES + 10), ==, 0);

  /* Who fails makes room, one for one, and not for each other for ever. */
  for (guint i = 0; i < 3; i++)
    {
      find (book, i)->retry_us = NOW + 1;
      find (book, i)->n_failures = 1 + i;
    }
  g_assert_cmpuint (list (book, &file, 0, SHOAL_MAX_SOURCES + 2), ==, 2);
  g_assert_nonnull (find (book, 0));
  g_assert_null (find (book, 1));
  g_assert_null (find (book, 2));
  /* Two come in, one goes out. */
  g_assert_cmpuint (list (book, &file, 0, SHOAL_MAX_SOURCES + 2), ==, 1);
  g_assert_cmpuint (list (book, &file, 0, SHOAL_MAX_SOURCES + 2), ==, 0);

  /* Who is not named any more goes first, but not while somebody works there. */
  find (book, 10)->n_workers = 1;
  g_assert_cmpuint (list (book, &file, 100, SHOAL_MAX_SOURCES), ==, SHOAL_MAX_SOURCES - 1);
  g_assert_nonnull (find (book, 10));
}

static void
test_away (void)
{
  g_autoptr (ShoalSourceBook) book = shoal_source_book_new (NULL, NULL);
  g_autoptr (GPtrArray) sources = make_sources (0, SHOAL_MAX_SOURCES);

  list (book, &file, 0, SHOAL_MAX_SOURCES);
  find (book, 5)->bytes = 1;
  ((ShoalSource *) g_ptr_array_index (sources, 5))->online = FALSE;
  ((ShoalSource *) g_ptr_array_index (sources, 6))->online = FALSE;
  g_assert_null (shoal_source_book_list (book, &file, SIZE, sources, NOW));
  /* Of two that are away, the one that delivered stays. */
  g_ptr_array_add (sources, make_source (100, TRUE, FALSE));
  g_autoptr (GArray) renamed = shoal_source_book_list (book, &file, SIZE, sources, NOW);
  g_assert_cmpuint (renamed->len, ==, 1);
  g_assert_cmpuint (g_array_index (renamed, guint, 0), ==, 6);
  g_assert_cmpstr (shoal_source_book_get_peer (book, 6)->source->device, ==, "device 100");
}

/* A place may go to another; what was done in it does not. */
static void
test_outlives (void)
{
  g_autoptr (ShoalSourceBook) book = shoal_source_book_new (NULL, NULL);
  guint n_active, n_reachable, n_bad;
  g_auto (GStrv) devices = NULL;

  list (book, &file, 0, SHOAL_MAX_SOURCES);
  find (book, 3)->bytes = 1;
  find (book, 4)->bad = TRUE;
  g_assert_cmpuint (list (book, &file, 100, SHOAL_MAX_SOURCES), ==, SHOAL_MAX_SOURCES);
  find (book, 100)->bytes = 1;

  g_autofree char *users = shoal_source_book_dup_users (book, &devices);

  g_assert_cmpstr (users, ==, "user 3, user 100");
  g_assert_cmpuint (g_strv_length (devices), ==, 2);
  g_assert_cmpstr (devices[0], ==, "device 3");

  /* Who sent wrong bytes does not come back. */
  list (book, &file, 0, SHOAL_MAX_SOURCES);
  g_assert_null (find (book, 4));
  g_assert_nonnull (find (book, 5));
  shoal_source_book_count (book, &n_active, &n_reachable, &n_bad);
  g_assert_cmpuint (n_bad, ==, 1);
  g_assert_cmpuint (n_active, ==, 0);
}

static void
test_only_device (void)
{
  g_autoptr (ShoalSourceBook) book = shoal_source_book_new (NULL, "device 7");

  list (book, &file, 0, 20);
  g_assert_cmpuint (shoal_source_book_get_n_peers (book), ==, 1);
  g_assert_nonnull (find (book, 7));
  /* Nor do others count as offering it. */
  list (book, &file, 0, 5);
  g_assert_true (shoal_source_book_is_gone (book, &file, 0, NOW));
}

static void
test_may_have (void)
{
  g_autoptr (ShoalSourceBook) book = shoal_source_book_new (&folder, NULL);
  g_autoptr (GPtrArray) sources = make_sources (0, 1);

  g_ptr_array_add (sources, make_source (1, TRUE, TRUE));
  g_assert_null (shoal_source_book_list (book, &folder, SIZE, sources, NOW));

  ShoalRunPeer *whole = find (book, 0), *partial = find (book, 1);

  /* Who has the whole folder has its files, who still fetches it may have none. */
  g_assert_true (shoal_source_book_may_have (book, whole, &other, NOW));
  g_assert_true (shoal_source_book_may_have (book, partial, &folder, NOW));
  g_assert_false (shoal_source_book_may_have (book, partial, &other, NOW));
  g_assert_true (shoal_run_peer_is_partial (partial, &folder));
  g_assert_false (shoal_run_peer_is_partial (whole, &folder));

  shoal_run_peer_lacks (whole, &other, NOW + 1);
  g_assert_false (shoal_source_book_may_have (book, whole, &other, NOW));
  g_assert_true (shoal_source_book_may_have (book, whole, &other, NOW + 1));

  /* When nobody offers the folder any more, who did still has most of it. */
  list (book, &folder, 0, 0);
  g_assert_false (shoal_source_book_may_have (book, whole, &file, NOW));
  g_assert_true (shoal_source_book_is_gone (book, &folder, 0, NOW));
  shoal_source_book_set_apart (book);
  g_assert_true (shoal_source_book_may_have (book, whole, &file, NOW));
}

static void
test_unlisted (void)
{
  g_autoptr (ShoalSourceBook) book = shoal_source_book_new (NULL, NULL);

  g_assert_false (shoal_source_book_is_unlisted (book));
  shoal_source_book_want (book, &file);
  shoal_source_book_want (book, &other);
  shoal_source_book_want (book, &other);
  g_assert_false (shoal_source_book_is_unlisted (book));
  list (book, &file, 0, 0);
  g_assert_false (shoal_source_book_is_unlisted (book));
  list (book, &other, 0, 0);
  g_assert_true (shoal_source_book_is_unlisted (book));
  g_assert_false (shoal_source_book_is_gone (book, &file, 1, NOW));
  g_assert_true (shoal_source_book_is_gone (book, &file, 1, NOW + 1));
  list (book, &other, 0, 1);
  g_assert_false (shoal_source_book_is_unlisted (book));

  /* What is wanted twice is asked for until nobody wants it. */
  shoal_source_book_forget (book, &other);
  g_autoptr (GPtrArray) both = shoal_source_book_dup_wanted (book);
  g_assert_cmpuint (both->len, ==, 2);
  shoal_source_book_forget (book, &other);
  g_autoptr (GPtrArray) one = shoal_source_book_dup_wanted (book);
  g_assert_cmpuint (one->len, ==, 1);
}

/* Content is an id and a size. */
static void
test_other_size (void)
{
  g_autoptr (ShoalSourceBook) book = shoal_source_book_new (NULL, NULL);
  g_autoptr (GPtrArray) sources = make_sources (0, 1);

  g_assert_null (shoal_source_book_list (book, &file, SIZE + 1, sources, NOW));
  g_assert_cmpuint (shoal_source_book_get_n_peers (book), ==, 0);
  g_assert_null (shoal_source_book_list (book, &file, -1, sources, NOW));
  g_assert_cmpuint (shoal_source_book_get_n_peers (book), ==, 1);
}

/* A slow one is asked while there is nobody better, and only then. */
static void
test_late (void)
{
  g_autoptr (ShoalSourceBook) book = shoal_source_book_new (NULL, NULL);

  list (book, &file, 0, 2);
  ShoalRunPeer *slow = find (book, 0), *good = find (book, 1);
  slow->late_us = NOW + 10;
  g_assert_false (shoal_source_book_may_have (book, slow, &file, NOW));
  g_assert_true (shoal_source_book_may_have (book, good, &file, NOW));
  g_assert_true (shoal_source_book_may_have (book, slow, &file, NOW + 10));

  good->retry_us = NOW + 5;
  g_assert_true (shoal_source_book_may_have (book, slow, &file, NOW));
  g_assert_false (shoal_source_book_may_have (book, slow, &file, NOW + 5));
  shoal_run_peer_lacks (good, &file, NOW + 8);
  g_assert_true (shoal_source_book_may_have (book, slow, &file, NOW + 5));
  good->late_us = NOW + 10;
  g_assert_true (shoal_source_book_may_have (book, good, &file, NOW + 8));
  g_assert_true (shoal_source_book_may_have (book, slow, &file, NOW + 8));
  good->late_us = 0;
  good->bad = TRUE;
  g_assert_true (shoal_source_book_may_have (book, slow, &file, NOW + 9));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source-book/full", test_full);
  g_test_add_func ("/source-book/away", test_away);
  g_test_add_func ("/source-book/outlives", test_outlives);
  g_test_add_func ("/source-book/only-device", test_only_device);
  g_test_add_func ("/source-book/may-have", test_may_have);
  g_test_add_func ("/source-book/unlisted", test_unlisted);
  g_test_add_func ("/source-book/other-size", test_other_size);
  g_test_add_func ("/source-book/late", test_late);
  return g_test_run ();
}
