/* test-transfers.c: downloads from real peers on loopback: right, resumed, from bad and vanishing
 * sources
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "transfer-fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shoal-limits.h"
#include "shoal-manifest.h"
#include "shoal-tls.h"

static gboolean
exists (TransferFixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->downloads, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_sizes (TransferFixture *fixture, gconstpointer data)
{
  const gsize sizes[] = { 1,
                          SHOAL_BLOCK_SIZE,
                          SHOAL_PIECE_SIZE - 1,
                          SHOAL_PIECE_SIZE,
                          SHOAL_PIECE_SIZE + 1,
                          9 * SHOAL_PIECE_SIZE + 12345 };
  FakePeer *peer = fake_peer_new (fixture, "ada");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) bytes = make_bytes (sizes[i], i);
      ShoalDigest id = fake_peer_add (peer, bytes);
      g_autofree char *name = g_strdup_printf ("file-%u.bin", i);
      g_autoptr (ShoalTransfer) transfer = start_download (fixture, name, &id, sizes[i]);
      g_autofree char *users = NULL;

      wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
      assert_file (fixture->downloads, name, bytes);
      g_assert_cmpuint (shoal_transfer_get_bytes_done (transfer), ==, sizes[i]);
      g_assert_cmpuint (shoal_transfer_get_pieces_done (transfer), ==,
                        shoal_transfer_get_pieces_total (transfer));
      users = shoal_transfer_dup_users (transfer);
      g_assert_cmpstr (users, ==, "ada");
    }
  /* Nothing unfinished is left, neither here nor among the journals. */
  g_assert_cmpuint (count_files (fixture->downloads), ==, G_N_ELEMENTS (sizes));
  g_assert_cmpuint (count_files (fixture->journals), ==, 0);
}

static void
test_empty_file (TransferFixture *fixture, gconstpointer data)
{
  ShoalDigest zero = { { 0 } };
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_autoptr (ShoalTransfer) transfer = start_download (fixture, "empty", &zero, 0);

  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "empty", nothing);
}

static void
test_never_replaces (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (100000, 1);
  g_autoptr (GBytes) mine = g_bytes_new_static ("mine", 4);
  ShoalDigest id = fake_peer_add (peer, bytes);
  g_autofree char *path = g_build_filename (fixture->downloads, "report.pdf", NULL);

  g_assert_cmpint (g_mkdir_with_parents (fixture->downloads, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "mine", 4, NULL));

  g_autoptr (ShoalTransfer) transfer = start_download (fixture, "report.pdf", &id, 100000);

  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "report.pdf", mine);
  assert_file (fixture->downloads, "report (2).pdf", bytes);
  g_assert_true (g_str_has_suffix (shoal_transfer_get_destination (transfer), "/report (2).pdf"));
}

static void
test_already_here (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (3 * SHOAL_PIECE_SIZE, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);

  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (ShoalTransfer) transfer
                 = start_download (fixture, "twice", &id, 3 * SHOAL_PIECE_SIZE);

      wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
    }
  g_assert_cmpint (peer->served, ==, 3 * SHOAL_PIECE_SIZE);
  g_assert_cmpuint (count_files (fixture->downloads), ==, 1);
}

static void
test_hostile_name (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (1000, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);
  g_autoptr (ShoalTransfer) transfer = start_download (fixture, "../../escaped", &id, 1000);
  g_autofree char *escaped = g_build_filename (fixture->folder, "escaped", NULL);

  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  g_assert_false (g_file_test (escaped, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_files (fixture->downloads), ==, 1);
}

static void
test_liar_beside_honest (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *liar = fake_peer_new (fixture, "mallory");
  FakePeer *honest = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (20 * SHOAL_PIECE_SIZE + 7, 1);
  ShoalDigest id = fake_peer_add (liar, bytes);
  g_autofree char *bad = NULL;

  fake_peer_add (honest, bytes);
  g_atomic_int_set (&liar->corrupt, TRUE);
  /* The honest one comes when the liar has been found out. */
  g_atomic_int_set (&honest->online, FALSE);

  g_autoptr (ShoalTransfer) transfer
             = start_download (fixture, "file", &id, 20 * SHOAL_PIECE_SIZE + 7);

  wait_until ((bad = shoal_transfer_dup_bad_sources (transfer)) != NULL);
  g_assert_cmpstr (bad, ==, "mallory");
  g_atomic_int_set (&honest->online, TRUE);
  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "file", bytes);
  g_autofree char *users = shoal_transfer_dup_users (transfer);
  g_assert_cmpstr (users, ==, "ada");
  /* The observer heard of it once, and of the end. */
  g_assert_cmpuint (fixture->bad->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (fixture->bad, 0), ==, "mallory");
  g_assert_cmpuint (fixture->ended->len, ==, 1);
  g_assert_true (g_ptr_array_index (fixture->ended, 0) == transfer);
}

static void
test_waits_for_a_source (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (5 * SHOAL_PIECE_SIZE, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);

  g_atomic_int_set (&peer->online, FALSE);

  g_autoptr (ShoalTransfer) transfer = start_download (fixture, "file", &id, 5 * SHOAL_PIECE_SIZE);

  wait_for_state (transfer, SHOAL_TRANSFER_WAITING);
  g_assert_nonnull (shoal_transfer_get_message (transfer));
  g_assert_false (exists (fixture, "file"));
  g_atomic_int_set (&peer->online, TRUE);
  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "file", bytes);
}

/* However many wait for somebody who is away, what can be had is fetched. */
static void
test_many_waiting (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *away = fake_peer_new (fixture, "ada");
  FakePeer *here = fake_peer_new (fixture, "ben");
  g_autoptr (GBytes) bytes = make_bytes (1000, 1000);
  ShoalDigest id = fake_peer_add (here, bytes);
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_object_unref);

  g_atomic_int_set (&away->online, FALSE);
  shoal_transfer_manager_set_parallel (fixture->manager, 100);
  for (guint i = 0; i < 64; i++)
    {
      g_autoptr (GBytes) other = make_bytes (100, i);
      ShoalDigest other_id = fake_peer_add (away, other);
      g_autofree char *name = g_strdup_printf ("waits %u", i);

      g_ptr_array_add (waiting, start_download (fixture, name, &other_id, 100));
    }
  for (guint i = 0; i < waiting->len; i++)
    wait_for_state (g_ptr_array_index (waiting, i), SHOAL_TRANSFER_WAITING);

  g_autoptr (ShoalTransfer) transfer = start_download (fixture, "file", &id, 1000);

  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "file", bytes);
  /* Nobody was lost for it. */
  g_atomic_int_set (&away->online, TRUE);
  for (guint i = 0; i < waiting->len; i++)
    wait_for_state (g_ptr_array_index (waiting, i), SHOAL_TRANSFER_FINISHED);
}

static void
test_source_breaks_off (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (40 * SHOAL_PIECE_SIZE, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);

  __atomic_store_n (&peer->cut_after, 17 * SHOAL_PIECE_SIZE, __ATOMIC_SEQ_CST);

  g_autoptr (ShoalTransfer) transfer = start_download (fixture, "file", &id, 40 * SHOAL_PIECE_SIZE);

  wait_for_state (transfer, SHOAL_TRANSFER_WAITING);
  g_assert_true (exists (fixture, "file.part"));
  g_assert_false (exists (fixture, "file"));
  __atomic_store_n (&peer->cut_after, 0, __ATOMIC_SEQ_CST);
  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "file", bytes);
}

static void
test_pause_and_restart (TransferFixture *fixture, gconstpointer data)
{
  const gsize size = 64 * SHOAL_PIECE_SIZE + 99;
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (size, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);
  g_autofree char *uuid = NULL;

  shoal_token_bucket_set_rate (shoal_transfer_manager_get_limit (fixture->manager), 20 * SHOAL_MIB);
  {
    g_autoptr (ShoalTransfer) transfer = start_download (fixture, "file", &id, size);

    wait_until (shoal_transfer_get_bytes_done (transfer) > 4 * SHOAL_PIECE_SIZE);
    shoal_transfer_manager_pause (fixture->manager, transfer);
    wait_for_state (transfer, SHOAL_TRANSFER_PAUSED);
    shoal_transfer_manager_resume (fixture->manager, transfer);
    wait_until (shoal_transfer_get_bytes_done (transfer) > 10 * SHOAL_PIECE_SIZE);
    uuid = g_strdup (shoal_transfer_get_uuid (transfer));
  }
  transfer_fixture_restart (fixture);

  ShoalTransfer *transfer = shoal_transfer_manager_lookup (fixture->manager, uuid);

  /* It is there, but goes on only when told to. */
  g_assert_nonnull (transfer);
  g_assert_cmpint (shoal_transfer_get_state (transfer), ==, SHOAL_TRANSFER_QUEUED);
  shoal_transfer_manager_set_run_all (fixture->manager, TRUE);
  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "file", bytes);
  /* Two interruptions of two connections each: a piece and what was on the way. */
  g_assert_cmpint (peer->served, <=, (gint64) size + 2 * 16 * SHOAL_MIB);
}

static void
test_cancel (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (30 * SHOAL_PIECE_SIZE, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);

  shoal_token_bucket_set_rate (shoal_transfer_manager_get_limit (fixture->manager), 5 * SHOAL_MIB);

  g_autoptr (ShoalTransfer) transfer = start_download (fixture, "file", &id, 30 * SHOAL_PIECE_SIZE);

  wait_until (shoal_transfer_get_bytes_done (transfer) > 0);
  shoal_transfer_manager_cancel (fixture->manager, transfer);
  wait_for_state (transfer, SHOAL_TRANSFER_CANCELLED);
  g_assert_cmpuint (count_files (fixture->downloads), ==, 0);
  g_assert_cmpuint (count_files (fixture->journals), ==, 0);
}

/* While the run is still on its way to the pause. */
static void
test_resume_and_cancel_at_once (TransferFixture *fixture, gconstpointer data)
{
  const gsize size = 30 * SHOAL_PIECE_SIZE;
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (size, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);

  shoal_token_bucket_set_rate (shoal_transfer_manager_get_limit (fixture->manager), 5 * SHOAL_MIB);

  g_autoptr (ShoalTransfer) transfer = start_download (fixture, "file", &id, size);

  wait_until (shoal_transfer_get_bytes_done (transfer) > 0);
  shoal_transfer_manager_pause (fixture->manager, transfer);
  shoal_transfer_manager_resume (fixture->manager, transfer);
  wait_until (shoal_transfer_get_bytes_done (transfer) > 3 * SHOAL_PIECE_SIZE);

  shoal_transfer_manager_pause (fixture->manager, transfer);
  shoal_transfer_manager_cancel (fixture->manager, transfer);
  wait_for_state (transfer, SHOAL_TRANSFER_CANCELLED);
  g_assert_cmpuint (count_files (fixture->downloads), ==, 0);
  g_assert_cmpuint (count_files (fixture->journals), ==, 0);
}

static void
test_two_sources (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *first = fake_peer_new (fixture, "ada");
  FakePeer *second = fake_peer_new (fixture, "ben");
  g_autoptr (GBytes) bytes = make_bytes (60 * SHOAL_PIECE_SIZE, 1);
  ShoalDigest id = fake_peer_add (first, bytes);

  fake_peer_add (second, bytes);
  shoal_token_bucket_set_rate (shoal_transfer_manager_get_limit (fixture->manager), 40 * SHOAL_MIB);

  g_autoptr (ShoalTransfer) transfer = start_download (fixture, "file", &id, 60 * SHOAL_PIECE_SIZE);

  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "file", bytes);
  g_assert_cmpint (first->served, >, 0);
  g_assert_cmpint (second->served, >, 0);
  g_assert_cmpint (first->served + second->served, <=,
                   60 * SHOAL_PIECE_SIZE + 8 * SHOAL_PIECE_SIZE);
}

/* A folder of @n_small small files in sub-folders, two large ones, an empty one, an executable and
 * a link. */
static ShoalDigest
make_folder (
    FakePeer **peers, guint n_peers, guint n_small, gsize *manifest_size, GHashTable *expected)
{
  g_autoptr (ShoalManifestBuilder) builder = shoal_manifest_builder_new ();
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < n_small + 4; i++)
    {
      gsize size = i < n_small        ? 1 + i % 3000
                   : i == n_small     ? 5 * SHOAL_PIECE_SIZE + 1
                   : i == n_small + 1 ? 3 * SHOAL_PIECE_SIZE
                   : i == n_small + 2 ? 0
                                      : 77;
      GBytes *bytes = make_bytes (size, i + 1000);
      g_autoptr (ShoalContent) content = shoal_hash_bytes (bytes);
      g_autofree char *path = g_strdup_printf ("d%02u/file %05u.txt", i % 7, i);

      g_assert_true (shoal_manifest_builder_add_file (builder, path, i == n_small + 3, size,
                                                      &content->id, NULL));
      g_hash_table_insert (expected, g_steal_pointer (&path), bytes);
    }
  for (guint i = 0; i < 7; i++)
    {
      g_autofree char *path = g_strdup_printf ("d%02u", i);

      g_assert_true (shoal_manifest_builder_add_folder (builder, path, NULL));
    }
  g_assert_true (shoal_manifest_builder_add_folder (builder, "empty folder", NULL));
  g_assert_true (shoal_manifest_builder_add_link (builder, "d00/link", "../d01", NULL));

  g_autoptr (GBytes) text = shoal_manifest_builder_end (builder, NULL);
  g_autoptr (ShoalContent) manifest = shoal_hash_bytes (text);
  g_autoptr (ShoalManifest) parsed = shoal_manifest_parse (text, NULL);

  g_assert_nonnull (parsed);
  g_ptr_array_set_size (entries, 0);
  for (guint i = 0; i < shoal_manifest_get_n_entries (parsed); i++)
    {
      GBytes *bytes = g_hash_table_lookup (expected, shoal_manifest_get_entry (parsed, i)->path);

      g_ptr_array_add (entries, bytes != NULL ? g_bytes_ref (bytes) : g_bytes_new (NULL, 0));
    }
  for (guint i = 0; i < n_peers; i++)
    fake_peer_add_folder (peers[i], &manifest->id, text, entries);
  *manifest_size = g_bytes_get_size (text);
  return manifest->id;
}

static void
assert_folder (const char *path, GHashTable *expected)
{
  GHashTableIter iter;
  gpointer name, bytes;
  g_autofree char *link = g_build_filename (path, "d00", "link", NULL);
  g_autofree char *target = g_file_read_link (link, NULL);
  g_autofree char *empty = g_build_filename (path, "empty folder", NULL);

  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &name, &bytes))
    assert_file (path, name, bytes);
  g_assert_cmpstr (target, ==, "../d01");
  g_assert_true (g_file_test (empty, G_FILE_TEST_IS_DIR));
}

static void
test_folder (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peers[] = { fake_peer_new (fixture, "ada"), fake_peer_new (fixture, "ben") };
  g_autoptr (GHashTable) expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                           (GDestroyNotify) g_bytes_unref);
  gsize size;
  ShoalDigest id = make_folder (peers, 2, 500, &size, expected);
  g_autofree char *made = g_build_filename (fixture->downloads, "photos v1.2", NULL);
  g_autofree char *second = g_build_filename (fixture->downloads, "photos v1.2 (2)", NULL);
  g_autofree char *second_link = g_build_filename (second, "d00", "link", NULL);
  g_autofree char *spoiled = g_build_filename (made, "d01", "file 00001.txt", NULL);
  gint64 served;

  {
    g_autoptr (ShoalTransfer) transfer = start_folder (fixture, "photos v1.2", &id, size);

    wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
    g_assert_cmpstr (shoal_transfer_get_destination (transfer), ==, made);
    g_assert_cmpuint (shoal_transfer_get_bytes_done (transfer), ==,
                      shoal_transfer_get_size (transfer));
  }
  assert_folder (made, expected);
  g_assert_cmpint (peers[0]->served, >, 0);
  g_assert_cmpint (peers[1]->served, >, 0);
  served = peers[0]->served + peers[1]->served;
  {
    /* Once more: only the list of files is fetched again, for the folder is here. */
    g_autoptr (ShoalTransfer) transfer = start_folder (fixture, "photos v1.2", &id, size);

    wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
    g_assert_cmpint (peers[0]->served + peers[1]->served - served, ==, (gint64) size);
  }
  g_assert_false (g_file_test (second, G_FILE_TEST_EXISTS));
  /* A folder with other contents is left as it is. */
  g_assert_true (g_file_set_contents (spoiled, "mine", 4, NULL));
  {
    g_autoptr (ShoalTransfer) transfer = start_folder (fixture, "photos v1.2", &id, size);

    wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
    g_assert_cmpstr (shoal_transfer_get_destination (transfer), ==, second);
  }
  assert_folder (second, expected);
  g_assert_cmpuint (count_files (fixture->downloads), ==, 2);
  /* Nor is one the same whose link leads elsewhere. */
  g_assert_no_errno (unlink (second_link));
  g_assert_no_errno (symlink ("../d02", second_link));
  {
    g_autofree char *spoiled_too = g_build_filename (fixture->folder, "spoiled", NULL);

    g_assert_no_errno (rename (made, spoiled_too));
    g_assert_no_errno (rename (second, made));
    g_autoptr (ShoalTransfer) transfer = start_folder (fixture, "photos v1.2", &id, size);

    wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
    g_assert_cmpstr (shoal_transfer_get_destination (transfer), ==, second);
  }
  assert_folder (second, expected);
  /* Nor one whose program is a plain file, and the other way round. */
  for (guint i = 502; i < 504; i++)
    {
      g_autofree char *name = g_strdup_printf ("d%02u/file %05u.txt", i % 7, i);
      g_autofree char *program = g_build_filename (second, name, NULL);
      g_autofree char *away = g_strdup_printf ("%s/away %u", fixture->folder, i);

      g_assert_no_errno (chmod (program, i == 503 ? 0600 : 0700));
      g_assert_no_errno (rename (made, away));
      g_assert_no_errno (rename (second, made));
      g_autoptr (ShoalTransfer) transfer = start_folder (fixture, "photos v1.2", &id, size);

      wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
      g_assert_cmpstr (shoal_transfer_get_destination (transfer), ==, second);
    }
  assert_folder (second, expected);
}

static void
test_folder_restart (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GHashTable) expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                           (GDestroyNotify) g_bytes_unref);
  gsize size;
  ShoalDigest id = make_folder (&peer, 1, 3000, &size, expected);
  g_autofree char *made = g_build_filename (fixture->downloads, "photos", NULL);
  g_autofree char *uuid = NULL;
  guint64 total;

  shoal_token_bucket_set_rate (shoal_transfer_manager_get_limit (fixture->manager), 4 * SHOAL_MIB);
  {
    g_autoptr (ShoalTransfer) transfer = start_folder (fixture, "photos", &id, size);

    wait_until (shoal_transfer_get_bytes_done (transfer) > 3 * SHOAL_MIB);
    uuid = g_strdup (shoal_transfer_get_uuid (transfer));
    total = shoal_transfer_get_size (transfer);
  }
  transfer_fixture_restart (fixture);
  shoal_transfer_manager_set_run_all (fixture->manager, TRUE);
  wait_for_state (shoal_transfer_manager_lookup (fixture->manager, uuid), SHOAL_TRANSFER_FINISHED);
  assert_folder (made, expected);
  g_assert_cmpuint (count_files (fixture->downloads), ==, 1);
  g_assert_cmpint (peer->served, <=, (gint64) total + (gint64) size + 16 * SHOAL_MIB);
}

static void
test_folder_liar (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peers[] = { fake_peer_new (fixture, "ada"), fake_peer_new (fixture, "mallory") };
  g_autoptr (GHashTable) expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                           (GDestroyNotify) g_bytes_unref);
  gsize size;
  ShoalDigest id = make_folder (peers, 2, 2000, &size, expected);
  g_autofree char *made = g_build_filename (fixture->downloads, "photos", NULL);

  g_atomic_int_set (&peers[1]->corrupt, TRUE);

  g_autoptr (ShoalTransfer) transfer = start_folder (fixture, "photos", &id, size);

  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_folder (made, expected);
}

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_joins_same (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (10 * SHOAL_PIECE_SIZE, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);

  g_atomic_int_set (&peer->online, FALSE);

  g_autoptr (ShoalTransfer) first = start_download (fixture, "file", &id, 10 * SHOAL_PIECE_SIZE);
  g_autoptr (ShoalTransfer) second = start_download (fixture, "file", &id, 10 * SHOAL_PIECE_SIZE);

  g_assert_true (first == second);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->manager)), ==, 1);

  /* Also while the first is still on its way into the database. */
  ShoalTransferRequest request = {
    .name = "other",
    .id = id,
    .size = 10 * SHOAL_PIECE_SIZE,
    .total_size = 10 * SHOAL_PIECE_SIZE,
    .folder_path = fixture->downloads,
    .mtime_ms = -1,
  };
  GAsyncResult *results[3] = { NULL };
  ShoalTransfer *added[3];

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    shoal_transfer_manager_add_async (fixture->manager, &request, NULL, keep_result, &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (GError) error = NULL;

      wait_until (results[i] != NULL);
      added[i] = shoal_transfer_manager_add_finish (fixture->manager, results[i], &error);
      g_assert_no_error (error);
      g_object_unref (results[i]);
    }
  g_assert_true (added[0] == added[1] && added[0] == added[2]);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->manager)), ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (added); i++)
    g_object_unref (added[i]);
}

#define ADD(path, func)                                                                            \
  g_test_add (path, TransferFixture, NULL, transfer_fixture_set_up, func,                          \
              transfer_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  ADD ("/transfers/sizes", test_sizes);
  ADD ("/transfers/empty-file", test_empty_file);
  ADD ("/transfers/never-replaces", test_never_replaces);
  ADD ("/transfers/already-here", test_already_here);
  ADD ("/transfers/hostile-name", test_hostile_name);
  ADD ("/transfers/liar-beside-honest", test_liar_beside_honest);
  ADD ("/transfers/waits-for-a-source", test_waits_for_a_source);
  ADD ("/transfers/many-waiting", test_many_waiting);
  ADD ("/transfers/source-breaks-off", test_source_breaks_off);
  ADD ("/transfers/pause-and-restart", test_pause_and_restart);
  ADD ("/transfers/cancel", test_cancel);
  ADD ("/transfers/resume-and-cancel-at-once", test_resume_and_cancel_at_once);
  ADD ("/transfers/two-sources", test_two_sources);
  ADD ("/transfers/folder", test_folder);
  ADD ("/transfers/folder-restart", test_folder_restart);
  ADD ("/transfers/folder-liar", test_folder_liar);
  ADD ("/transfers/joins-same", test_joins_same);
  return g_test_run ();
}
