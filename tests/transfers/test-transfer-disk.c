/* test-transfer-disk.c: what the disk here refuses is told as that, and ends as that
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "transfer-fixture.h"

#include <unistd.h>

#include "shoal-error.h"
#include "shoal-manifest.h"
#include "test-folder.h"

#define N_FILES 5
#define FILE_SIZE 5000

static const char *const paths[N_FILES] = { "a", "sub/b", "sub/c", "sub/empty", "z" };

typedef struct
{
  FakePeer *lister; /* only of the list of files */
  FakePeer *holder;
  GBytes *bytes[N_FILES];
  ShoalDigest id;
  gsize size;
  char *made;
  char *sub;
} Folder;

static void
folder_clear (Folder *self)
{
  for (guint i = 0; i < N_FILES; i++)
    g_bytes_unref (self->bytes[i]);
  g_free (self->made);
  g_free (self->sub);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Folder, folder_clear)

static void
folder_init (Folder *self, TransferFixture *fixture)
{
  g_autoptr (ShoalManifestBuilder) builder = shoal_manifest_builder_new ();
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < N_FILES; i++)
    {
      self->bytes[i]
          = g_str_equal (paths[i], "sub/empty") ? g_bytes_new (NULL, 0) : make_bytes (FILE_SIZE, i);

      g_autoptr (ShoalContent) content = shoal_hash_bytes (self->bytes[i]);

      g_assert_true (shoal_manifest_builder_add_file (
          builder, paths[i], FALSE, g_bytes_get_size (self->bytes[i]), &content->id, NULL));
    }
  g_assert_true (shoal_manifest_builder_add_folder (builder, "sub", NULL));
  g_assert_true (shoal_manifest_builder_add_link (builder, "sub/link", "../a", NULL));

  g_autoptr (GBytes) text = shoal_manifest_builder_end (builder, NULL);
  g_autoptr (ShoalManifest) manifest = shoal_manifest_parse (text, NULL);

  for (guint i = 0; i < shoal_manifest_get_n_entries (manifest); i++)
    {
      GBytes *bytes = NULL;

      for (guint k = 0; k < N_FILES; k++)
        if (g_str_equal (paths[k], shoal_manifest_get_entry (manifest, i)->path))
          bytes = self->bytes[k];
      g_ptr_array_add (entries, bytes != NULL ? g_bytes_ref (bytes) : g_bytes_new (NULL, 0));
    }
  self->lister = fake_peer_new (fixture, "ada");
  self->holder = fake_peer_new (fixture, "ben");
  self->id = fake_peer_add (self->lister, text);
  self->size = g_bytes_get_size (text);
  fake_peer_add_folder (self->holder, &self->id, text, entries);
  self->made = g_build_filename (fixture->downloads, "set", NULL);
  self->sub = g_build_filename (self->made, "sub", NULL);
}

/* All that is made before the files come is there, and somebody holds back what he was asked for:
 * a file, or the list, that another one gave then. */
static ShoalTransfer *
start_and_hold (TransferFixture *fixture, Folder *folder)
{
  g_atomic_int_set (&folder->holder->hold, TRUE);

  ShoalTransfer *transfer = start_folder (fixture, "set", &folder->id, folder->size);

  g_autofree char *empty = g_build_filename (folder->sub, "empty", NULL);

  wait_until (g_file_test (empty, G_FILE_TEST_IS_REGULAR)
              && g_atomic_int_get (&folder->holder->n_held) > 0);
  return transfer;
}

static void
assert_whole (const Folder *folder)
{
  g_autofree char *link = g_build_filename (folder->sub, "link", NULL);
  g_autofree char *target = g_file_read_link (link, NULL);

  for (guint i = 0; i < N_FILES; i++)
    assert_file (folder->made, paths[i], folder->bytes[i]);
  g_assert_cmpstr (target, ==, "../a");
}

/* A folder in which nothing can be made is left out with all that belongs into it; the rest comes.
 * Getting it again tries only what is missing, in the same folder. */
static void
test_left_out (TransferFixture *fixture, gconstpointer data)
{
  g_auto (Folder) folder = { 0 };

  folder_init (&folder, fixture);

  g_autoptr (ShoalTransfer) transfer = start_and_hold (fixture, &folder);
  g_autofree char *away = g_build_filename (fixture->downloads, "away", NULL);

  g_assert_no_errno (rename (folder.sub, away));
  g_assert_no_errno (symlink ("..", folder.sub));
  g_atomic_int_set (&folder.holder->hold, FALSE);
  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);

  const char *const *left_out = shoal_transfer_get_left_out (transfer);

  g_assert_cmpuint (shoal_transfer_get_n_left_out (transfer), ==, 3);
  g_assert_cmpuint (g_strv_length ((char **) left_out), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_true (g_str_has_prefix (left_out[i], "sub/"));
  g_assert_nonnull (strstr (shoal_transfer_get_message (transfer), left_out[0]));
  g_assert_cmpuint (fixture->bad->len, ==, 0);
  assert_file (folder.made, "a", folder.bytes[0]);
  assert_file (folder.made, "z", folder.bytes[4]);

  g_assert_no_errno (unlink (folder.sub));
  transfer_fixture_restart (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->manager)), ==, 0);

  gint64 served = __atomic_load_n (&folder.holder->served, __ATOMIC_RELAXED);
  g_autoptr (ShoalTransfer) again = start_folder (fixture, "set", &folder.id, folder.size);

  wait_for_state (again, SHOAL_TRANSFER_FINISHED);
  g_assert_cmpuint (shoal_transfer_get_n_left_out (again), ==, 0);
  g_assert_cmpstr (shoal_transfer_get_destination (again), ==, folder.made);
  assert_whole (&folder);
  served = __atomic_load_n (&folder.holder->served, __ATOMIC_RELAXED) - served;
  /* Either of the two peers may have served the list of the folder. */
  if (served != 2 * FILE_SIZE)
    g_assert_cmpint (served, ==, 2 * FILE_SIZE + (gint64) folder.size);

  /* Nothing is left of it: the next one finds the folder as it is. */
  g_autoptr (ShoalTransfer) third = start_folder (fixture, "set", &folder.id, folder.size);

  wait_for_state (third, SHOAL_TRANSFER_FINISHED);
  g_assert_cmpstr (shoal_transfer_get_destination (third), ==, folder.made);
}

/* Who deletes the folder that is being filled is told so; nobody else has refused anything. */
static void
test_deleted (TransferFixture *fixture, gconstpointer data)
{
  g_auto (Folder) folder = { 0 };

  folder_init (&folder, fixture);

  g_autoptr (ShoalTransfer) transfer = start_and_hold (fixture, &folder);

  test_remove_tree (folder.made);
  g_atomic_int_set (&folder.holder->hold, FALSE);
  wait_for_state (transfer, SHOAL_TRANSFER_FAILED);
  g_assert_true (shoal_error_is_local (shoal_transfer_get_error (transfer)));
  g_assert_error (shoal_transfer_get_error (transfer), SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);

  shoal_transfer_manager_resume (fixture->manager, transfer);
  wait_until (shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_FINISHED);
  assert_whole (&folder);
}

#define ADD(path, func)                                                                            \
  g_test_add (path, TransferFixture, NULL, transfer_fixture_set_up, func,                          \
              transfer_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/transfer-disk/left-out", test_left_out);
  ADD ("/transfer-disk/deleted", test_deleted);
  return g_test_run ();
}
