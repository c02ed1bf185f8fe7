/* test-transfer-ends.c: downloads that fail at their last step, when all has come
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "transfer-fixture.h"

#include <unistd.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-manifest.h"
#include "shoal-partial.h"
#include "shoal-tls.h"

/* Whoever deletes the unfinished file makes the last step fail: there is nothing to give the final
 * name to. */
static void
delete_part (const char *folder, const char *name)
{
  g_autofree char *part = g_strconcat (name, SHOAL_PART_SUFFIX, NULL);
  g_autofree char *path = g_build_filename (folder, part, NULL);

  g_assert_no_errno (unlink (path));
}

static void
wait_for_failure (TransferFixture *fixture, ShoalTransfer *transfer)
{
  wait_for_state (transfer, SHOAL_TRANSFER_FAILED);
  g_assert_error (shoal_transfer_get_error (transfer), SHOAL_ERROR, SHOAL_ERROR_CHANGED);
  /* What has failed is not served any more, and the group is not told that it is. */
  g_assert_cmpuint (g_hash_table_size (fixture->serving), ==, 0);
  g_assert_cmpuint (g_hash_table_size (fixture->pulling), ==, 0);
}

/* A manifest of @n_files empty files and, if @bytes is not NULL, one that has them. */
static GBytes *
make_manifest (guint n_files, GBytes *bytes)
{
  g_autoptr (ShoalManifestBuilder) builder = shoal_manifest_builder_new ();
  ShoalDigest nothing = { { 0 } };

  for (guint i = 0; i < n_files; i++)
    {
      g_autofree char *name = g_strdup_printf ("%0200u", i);

      g_assert_true (shoal_manifest_builder_add_file (builder, name, FALSE, 0, &nothing, NULL));
    }
  if (bytes != NULL)
    {
      g_autoptr (ShoalContent) content = shoal_hash_bytes (bytes);

      g_assert_true (shoal_manifest_builder_add_file (
          builder, "file", FALSE, g_bytes_get_size (bytes), &content->id, NULL));
    }
  return shoal_manifest_builder_end (builder, NULL);
}

static void
test_file (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (3 * SHOAL_PIECE_SIZE, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);

  g_atomic_int_set (&peer->hold, TRUE);

  g_autoptr (ShoalTransfer) transfer = start_download (fixture, "file", &id, 3 * SHOAL_PIECE_SIZE);

  wait_until (g_atomic_int_get (&peer->n_held) > 0);
  wait_until (g_hash_table_size (fixture->pulling) == 1);
  delete_part (fixture->downloads, "file");
  g_atomic_int_set (&peer->hold, FALSE);
  wait_for_failure (fixture, transfer);

  /* It can be tried again. */
  shoal_transfer_manager_resume (fixture->manager, transfer);
  wait_until (shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "file", bytes);
  g_assert_cmpuint (g_hash_table_size (fixture->pulling), ==, 0);
}

static void
test_file_of_folder (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *lister = fake_peer_new (fixture, "ada");
  FakePeer *holder = fake_peer_new (fixture, "ben");
  g_autoptr (GBytes) bytes = make_bytes (3 * SHOAL_PIECE_SIZE, 1);
  g_autoptr (GBytes) manifest = make_manifest (0, bytes);
  ShoalDigest id = fake_peer_add (lister, manifest);
  g_autofree char *made = g_build_filename (fixture->downloads, "photos", NULL);

  fake_peer_add (holder, bytes);
  g_atomic_int_set (&holder->hold, TRUE);

  g_autoptr (ShoalTransfer) transfer
             = start_folder (fixture, "photos", &id, g_bytes_get_size (manifest));

  wait_until (g_atomic_int_get (&holder->n_held) > 0);
  /* The list of files and the file. */
  wait_until (g_hash_table_size (fixture->pulling) == 2);
  delete_part (made, "file");
  g_atomic_int_set (&holder->hold, FALSE);
  wait_for_failure (fixture, transfer);
}

/* One source has delivered the rest of the list of files while another still holds a piece of it:
 * it works on what the failure takes away. */
static void
test_manifest (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *quick = fake_peer_new (fixture, "ada");
  FakePeer *slow = fake_peer_new (fixture, "ben");
  g_autoptr (GBytes) manifest = make_manifest (20000, NULL);
  ShoalDigest id = fake_peer_add (quick, manifest);

  fake_peer_add (slow, manifest);
  g_atomic_int_set (&quick->hold, TRUE);
  g_atomic_int_set (&slow->hold, TRUE);

  g_autoptr (ShoalTransfer) transfer
             = start_folder (fixture, "photos", &id, g_bytes_get_size (manifest));
  g_autofree char *name = g_strconcat (shoal_transfer_get_uuid (transfer), ".manifest", NULL);

  wait_until (g_atomic_int_get (&quick->n_held) > 0 && g_atomic_int_get (&slow->n_held) > 0);
  wait_until (g_hash_table_size (fixture->pulling) == 1);
  delete_part (fixture->journals, name);
  g_atomic_int_set (&quick->hold, FALSE);
  wait_for_failure (fixture, transfer);
}

#define ADD(path, func)                                                                            \
  g_test_add (path, TransferFixture, NULL, transfer_fixture_set_up, func,                          \
              transfer_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  ADD ("/transfer-ends/file", test_file);
  ADD ("/transfer-ends/file-of-folder", test_file_of_folder);
  ADD ("/transfer-ends/manifest", test_manifest);
  return g_test_run ();
}
