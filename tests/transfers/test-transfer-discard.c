/* test-transfer-discard.c: what is given up leaves nothing behind, and takes nothing else along
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "transfer-fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shoal-limits.h"
#include "shoal-manifest.h"
#include "shoal-tls.h"

#define N_LARGE 4
#define LARGE (5 * SHOAL_PIECE_SIZE + 1)

/* How many names below @path end in @suffix. */
static guint
count_below (const char *path, const char *suffix)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      n += g_str_has_suffix (name, suffix);
      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        n += count_below (child, suffix);
    }
  return n;
}

static guint
count_journals (TransferFixture *fixture)
{
  return count_below (fixture->journals, "");
}

static guint
count_parts (TransferFixture *fixture)
{
  return count_below (fixture->downloads, ".part");
}

static guint
count_rows (TransferFixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->manager));
}

/* A folder of large files, one of them in a folder of its own. */
static ShoalDigest
make_folder (FakePeer *peer, gsize *manifest_size)
{
  g_autoptr (ShoalManifestBuilder) builder = shoal_manifest_builder_new ();
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < N_LARGE; i++)
    {
      g_autoptr (GBytes) bytes = make_bytes (LARGE, i);
      ShoalDigest id = fake_peer_add (peer, bytes);
      g_autofree char *path = g_strdup_printf ("%slarge %u.bin", i == 0 ? "deep/" : "", i);

      g_assert_true (shoal_manifest_builder_add_file (builder, path, FALSE, LARGE, &id, NULL));
    }
  g_assert_true (shoal_manifest_builder_add_folder (builder, "deep", NULL));

  g_autoptr (GBytes) text = shoal_manifest_builder_end (builder, NULL);
  ShoalDigest id = fake_peer_add (peer, text);

  fake_peer_add_folder (peer, &id, text, entries);
  *manifest_size = g_bytes_get_size (text);
  return id;
}

static void
set_rate (TransferFixture *fixture, guint64 rate)
{
  shoal_token_bucket_set_rate (shoal_transfer_manager_get_limit (fixture->manager), rate);
}

static void
pause_and_wait (TransferFixture *fixture, ShoalTransfer *transfer)
{
  shoal_transfer_manager_pause (fixture->manager, transfer);
  wait_for_state (transfer, SHOAL_TRANSFER_PAUSED);
}

/* A folder of which some has come. */
static ShoalTransfer *
pause_folder (TransferFixture *fixture)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  gsize size;
  ShoalDigest id = make_folder (peer, &size);

  set_rate (fixture, 8 * SHOAL_PIECE_SIZE);

  ShoalTransfer *transfer = start_folder (fixture, "photos", &id, size);

  wait_until (count_parts (fixture) > 0 && shoal_transfer_get_bytes_done (transfer) > 0);
  pause_and_wait (fixture, transfer);
  g_assert_cmpuint (count_parts (fixture), >, 0);
  return transfer;
}

/* A file of which some has come. */
static ShoalTransfer *
pause_file (TransferFixture *fixture)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (10 * SHOAL_PIECE_SIZE, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);

  set_rate (fixture, 4 * SHOAL_PIECE_SIZE);

  ShoalTransfer *transfer = start_download (fixture, "file", &id, 10 * SHOAL_PIECE_SIZE);

  wait_until (shoal_transfer_get_bytes_done (transfer) > 0);
  pause_and_wait (fixture, transfer);
  g_assert_cmpuint (count_parts (fixture), ==, 1);
  return transfer;
}

/* It is the same folder that goes on. */
static void
test_resumed_folder (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (ShoalTransfer) transfer = pause_folder (fixture);

  set_rate (fixture, 0);
  shoal_transfer_manager_resume (fixture->manager, transfer);
  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  g_assert_cmpuint (count_below (fixture->downloads, ".bin"), ==, N_LARGE);
  g_assert_cmpuint (count_parts (fixture), ==, 0);
  g_assert_cmpuint (count_journals (fixture), ==, 0);
}

static void
test_paused_folder (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (ShoalTransfer) transfer = pause_folder (fixture);
  guint n_whole = count_below (fixture->downloads, ".bin");

  shoal_transfer_manager_cancel (fixture->manager, transfer);
  /* Too late to think better of it. */
  shoal_transfer_manager_resume (fixture->manager, transfer);
  wait_for_state (transfer, SHOAL_TRANSFER_CANCELLED);
  g_assert_cmpuint (count_parts (fixture), ==, 0);
  g_assert_cmpuint (count_journals (fixture), ==, 0);
  g_assert_cmpuint (count_below (fixture->downloads, ".bin"), ==, n_whole);
  g_assert_cmpuint (fixture->ended->len, ==, 1);
  transfer_fixture_restart (fixture);
  g_assert_cmpuint (count_rows (fixture), ==, 0);
}

/* Also what earlier runs left there and this one has not come to. */
static void
test_running_folder (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (ShoalTransfer) transfer = pause_folder (fixture);

  shoal_transfer_manager_resume (fixture->manager, transfer);
  wait_until (shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_ACTIVE);
  shoal_transfer_manager_cancel (fixture->manager, transfer);
  shoal_transfer_manager_pause (fixture->manager, transfer);
  wait_for_state (transfer, SHOAL_TRANSFER_CANCELLED);
  g_assert_cmpuint (count_parts (fixture), ==, 0);
  g_assert_cmpuint (count_journals (fixture), ==, 0);
}

/* The place of the downloads cannot be used for a while. */
static void
fail (TransferFixture *fixture, ShoalTransfer *transfer)
{
  g_autofree char *away = g_strconcat (fixture->downloads, " away", NULL);

  g_assert_no_errno (rename (fixture->downloads, away));
  g_assert_true (g_file_set_contents (fixture->downloads, "", 0, NULL));
  shoal_transfer_manager_resume (fixture->manager, transfer);
  wait_for_state (transfer, SHOAL_TRANSFER_FAILED);
  /* In one step, as a disk comes: a missing folder would be one that was deleted. */
  g_assert_no_errno (renameat2 (AT_FDCWD, away, AT_FDCWD, fixture->downloads, RENAME_EXCHANGE));
  g_assert_no_errno (unlink (away));
}

static void
test_remove_failed (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (ShoalTransfer) file = pause_file (fixture);
  g_autoptr (ShoalTransfer) folder = pause_folder (fixture);

  fail (fixture, file);
  fail (fixture, folder);
  g_assert_cmpuint (count_parts (fixture), >=, 2);
  shoal_transfer_manager_remove (fixture->manager, file);
  shoal_transfer_manager_remove (fixture->manager, folder);
  g_assert_cmpuint (count_rows (fixture), ==, 0);
  wait_until (count_journals (fixture) == 0);
  g_assert_cmpuint (count_parts (fixture), ==, 0);
  transfer_fixture_restart (fixture);
  g_assert_cmpuint (count_rows (fixture), ==, 0);
  /* Once each, when they failed. */
  g_assert_cmpuint (fixture->ended->len, ==, 2);
}

/* What lies on a disk that is away is given up when it is back. */
static void
test_disk_away (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (ShoalTransfer) transfer = pause_file (fixture);
  g_autofree char *away = g_strconcat (fixture->downloads, " away", NULL);

  g_assert_no_errno (rename (fixture->downloads, away));
  g_assert_no_errno (symlink ("/nowhere/at all", fixture->downloads));
  shoal_transfer_manager_cancel (fixture->manager, transfer);
  wait_for_state (transfer, SHOAL_TRANSFER_CANCELLED);
  g_assert_cmpuint (count_journals (fixture), >, 0);
  transfer_fixture_restart (fixture);
  g_assert_cmpuint (count_rows (fixture), ==, 0);
  g_assert_cmpuint (count_journals (fixture), >, 0);
  g_assert_cmpuint (count_below (away, ".part"), ==, 1);
  g_assert_no_errno (renameat2 (AT_FDCWD, away, AT_FDCWD, fixture->downloads, RENAME_EXCHANGE));
  g_assert_no_errno (unlink (away));
  transfer_fixture_restart (fixture);
  wait_until (count_journals (fixture) == 0);
  g_assert_cmpuint (count_parts (fixture), ==, 0);
  g_assert_cmpuint (fixture->ended->len, ==, 1);
}

/* Who deletes the folder leaves nothing to wait for. */
static void
test_folder_deleted (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (ShoalTransfer) transfer = pause_file (fixture);
  g_autofree char *part = g_build_filename (fixture->downloads, "file.part", NULL);

  g_assert_no_errno (unlink (part));
  g_assert_no_errno (rmdir (fixture->downloads));
  shoal_transfer_manager_cancel (fixture->manager, transfer);
  wait_for_state (transfer, SHOAL_TRANSFER_CANCELLED);
  g_assert_cmpuint (count_journals (fixture), ==, 0);
}

/* Only the file that the journal names, and only while it is unfinished. */
static void
test_foreign_part (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (ShoalTransfer) transfer = pause_file (fixture);
  g_autofree char *part = g_build_filename (fixture->downloads, "file.part", NULL);
  g_autoptr (GBytes) mine = g_bytes_new_static ("mine", 4);

  g_assert_true (g_file_set_contents (part, "mine", 4, NULL));
  shoal_transfer_manager_cancel (fixture->manager, transfer);
  wait_for_state (transfer, SHOAL_TRANSFER_CANCELLED);
  assert_file (fixture->downloads, "file.part", mine);
  g_assert_cmpuint (count_journals (fixture), ==, 0);
}

/* The same again while the first is being given up is another download. */
static void
test_again (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (ShoalTransfer) first = pause_file (fixture);

  set_rate (fixture, 0);
  shoal_transfer_manager_cancel (fixture->manager, first);

  g_autoptr (ShoalTransfer) second = start_download (fixture, "file", shoal_transfer_get_id (first),
                                                     shoal_transfer_get_size (first));

  g_assert_true (first != second);
  wait_for_state (first, SHOAL_TRANSFER_CANCELLED);
  wait_for_state (second, SHOAL_TRANSFER_FINISHED);
  g_assert_cmpuint (count_below (fixture->downloads, ""), ==, 1);
  g_assert_cmpuint (count_journals (fixture), ==, 0);
}

/* @form: "@" stands for @uuid */
static char *
journal_path (TransferFixture *fixture, const char *form, const char *uuid)
{
  g_auto (GStrv) parts = g_strsplit (form, "@", 2);
  g_autofree char *name = g_strjoinv (uuid, parts);

  return g_build_filename (fixture->journals, name, NULL);
}

static void
plant (TransferFixture *fixture, const char *form, const char *uuid)
{
  g_autofree char *path = journal_path (fixture, form, uuid);

  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
}

/* What nobody knows any more goes at the start; what a row needs, and what is not ours, stays. */
static void
test_sweep (TransferFixture *fixture, gconstpointer data)
{
  static const char *const ours[]
      = { "@.journal",           "@.journal.new",        "@.layer",
          "@.12.layer",          "@.manifest",           "@.manifest.part",
          "@ (2).manifest.part", ".@.layer-0a1b2c3d.tmp" };
  static const char *const foreign[]
      = { "@.txt", "@", "@.layer.bak", "x@.layer", "@.x1.layer", "@.journal.new.part" };
  g_autoptr (ShoalTransfer) transfer = pause_file (fixture);
  g_autofree char *kept = g_strdup (shoal_transfer_get_uuid (transfer));
  guint n_kept = count_journals (fixture);
  g_autofree char *orphan = g_uuid_string_random ();
  g_autofree char *link_uuid = g_uuid_string_random ();
  g_autofree char *link_name = g_strconcat (link_uuid, ".journal", NULL);
  g_autofree char *link = g_build_filename (fixture->journals, link_name, NULL);
  g_autofree char *target = g_build_filename (fixture->folder, "target", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    plant (fixture, ours[i], orphan);
  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    plant (fixture, foreign[i], orphan);
  g_assert_true (g_file_set_contents (target, "x", 1, NULL));
  g_assert_no_errno (symlink (target, link));
  transfer_fixture_restart (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    {
      g_autofree char *path = journal_path (fixture, ours[i], orphan);

      wait_until (!g_file_test (path, G_FILE_TEST_EXISTS));
    }
  g_assert_cmpuint (count_journals (fixture), ==, n_kept + G_N_ELEMENTS (foreign) + 1);
  g_assert_true (g_file_test (target, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));

  /* Nothing that the paused one has is fetched again. */
  FakePeer *peer = g_ptr_array_index (fixture->peers, 0);
  gint64 served = peer->served;
  ShoalTransfer *again = shoal_transfer_manager_lookup (fixture->manager, kept);

  shoal_transfer_manager_resume (fixture->manager, again);
  wait_for_state (again, SHOAL_TRANSFER_FINISHED);
  g_assert_cmpint (peer->served - served, <, 10 * SHOAL_PIECE_SIZE);
}

#define ADD(path, func)                                                                            \
  g_test_add (path, TransferFixture, NULL, transfer_fixture_set_up, func,                          \
              transfer_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  ADD ("/transfer-discard/resumed-folder", test_resumed_folder);
  ADD ("/transfer-discard/paused-folder", test_paused_folder);
  ADD ("/transfer-discard/running-folder", test_running_folder);
  ADD ("/transfer-discard/remove-failed", test_remove_failed);
  ADD ("/transfer-discard/disk-away", test_disk_away);
  ADD ("/transfer-discard/folder-deleted", test_folder_deleted);
  ADD ("/transfer-discard/foreign-part", test_foreign_part);
  ADD ("/transfer-discard/again", test_again);
  ADD ("/transfer-discard/sweep", test_sweep);
  return g_test_run ();
}
