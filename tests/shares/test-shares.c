/* test-shares.c: sharing, looking again, removing, and the directory's picture of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shares-fixture.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-hasher.h"
#include "shoal-merkle.h"
#include "shoal-share-store.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static const ShoalOffer *
get_offer (SharesFixture *self, ShoalShare *share)
{
  return g_hash_table_lookup (fake_directory_get_offers (self->directory),
                              shoal_share_get_offer (share));
}

static guint
count_offers (SharesFixture *self)
{
  return g_hash_table_size (fake_directory_get_offers (self->directory));
}

static gboolean
has_skipped (ShoalShare *share, const char *start)
{
  const char *const *skipped = shoal_share_get_skipped (share);

  for (guint i = 0; skipped[i] != NULL; i++)
    if (g_str_has_prefix (skipped[i], start))
      return TRUE;
  return FALSE;
}

/* The set of the share, as uploads see it. */
static ShoalHoldingSet *
get_set (SharesFixture *self, ShoalShare *share)
{
  g_autoptr (ShoalHoldings) holdings = shoal_shares_dup_holdings (self->shares);
  g_autoptr (GArray) matches = shoal_holdings_lookup (holdings, shoal_share_get_id (share));

  return matches->len > 0 ? g_array_index (matches, ShoalHoldingMatch, 0).set : NULL;
}

static void
test_file (SharesFixture *self, gconstpointer unused)
{
  ShoalDigest id;

  shares_fixture_write (self, "note.txt", "Hello");
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "note.txt");
  shoal_merkle_piece_root ("Hello", 5, 5, &id);
  g_assert_true (shoal_digest_equal (shoal_share_get_id (share), &id));
  g_assert_cmpstr (shoal_share_get_name (share), ==, "note.txt");
  g_assert_cmpuint (shoal_share_get_size (share), ==, 5);
  g_assert_cmpuint (shoal_share_get_n_files (share), ==, 1);
  g_assert_false (shoal_share_is_folder (share));
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_WAITING);

  fake_directory_set_online (self->directory, TRUE);
  wait_until (shoal_share_get_state (share) == SHOAL_SHARE_OFFERED);
  const ShoalOffer *offer = get_offer (self, share);
  g_assert_nonnull (offer);
  g_assert_cmpstr (offer->name, ==, "note.txt");
  g_assert_true (shoal_digest_equal (&offer->id, &id));
  g_assert_cmpuint (offer->size, ==, 5);
  g_assert_cmpuint (shoal_share_get_sources (share), ==, 1);
}

static void
test_sizes (SharesFixture *self, gconstpointer unused)
{
  const gsize sizes[] = {
    0, 1, SHOAL_PIECE_SIZE - 1, SHOAL_PIECE_SIZE, SHOAL_PIECE_SIZE + 1, 3 * SHOAL_PIECE_SIZE + 7
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%zu", sizes[i]);
      shares_fixture_write_random (self, name, sizes[i], (guint32) i);
      g_autoptr (ShoalShare) share = shares_fixture_add (self, name);
      g_autofree char *path = shares_fixture_path (self, name);
      g_autofree char *data = NULL;
      gsize size = 0;
      g_assert_true (g_file_get_contents (path, &data, &size, NULL));
      g_autoptr (GBytes) bytes = g_bytes_new (data, size);
      g_autoptr (ShoalContent) content = shoal_hash_bytes (bytes);
      g_assert_true (shoal_digest_equal (shoal_share_get_id (share), &content->id));
      g_assert_cmpuint (shoal_share_get_size (share), ==, size);
    }
}

static void
test_folder (SharesFixture *self, gconstpointer unused)
{
  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_write (self, "album/a.txt", "one");
  shares_fixture_write (self, "album/sub/b.txt", "two");
  shares_fixture_write (self, "album/empty.txt", "");
  shares_fixture_write_random (self, "album/big", 2 * SHOAL_PIECE_SIZE + 5, 1);
  shares_fixture_write (self, "album/run.sh", "#!/bin/sh\n");
  g_autofree char *script = shares_fixture_path (self, "album/run.sh");
  g_assert_no_errno (chmod (script, 0755));
  g_autofree char *empty = shares_fixture_path (self, "album/empty");
  g_assert_no_errno (mkdir (empty, 0755));
  g_autofree char *link = shares_fixture_path (self, "album/sub/link");
  g_assert_no_errno (symlink ("../a.txt", link));

  g_autoptr (ShoalShare) share = shares_fixture_add (self, "album");
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_OFFERED);
  g_assert_true (shoal_share_is_folder (share));
  g_assert_cmpuint (shoal_share_get_n_files (share), ==, 5);
  g_assert_null (shoal_share_get_message (share));

  /* The manifest is the content that is offered. */
  char hex[SHOAL_DIGEST_HEX_SIZE];
  shoal_digest_to_hex (shoal_share_get_id (share), hex);
  g_autofree char *path = g_build_filename (self->manifests, hex, NULL);
  g_autofree char *text = NULL;
  gsize size = 0;
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  g_autoptr (GBytes) bytes = g_bytes_new (text, size);
  g_autoptr (ShoalContent) content = shoal_hash_bytes (bytes);
  g_assert_true (shoal_digest_equal (&content->id, shoal_share_get_id (share)));
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalManifest) manifest = shoal_manifest_parse (bytes, &error);
  g_assert_no_error (error);

  const ShoalOffer *offer = get_offer (self, share);
  g_assert_cmpuint (offer->n_entries, ==, shoal_manifest_get_n_entries (manifest));
  g_assert_cmpuint (offer->size, ==, shoal_manifest_get_total_size (manifest));
  g_assert_cmpuint (offer->manifest_size, ==, size);

  /* And every entry is where the manifest has it. */
  ShoalHoldingSet *set = get_set (self, share);
  g_assert_cmpuint (shoal_holding_set_get_n_entries (set), ==, offer->n_entries);
  const struct
  {
    const char *path;
    ShoalEntryKind kind;
  } wanted[] = {
    { "a.txt", SHOAL_ENTRY_FILE },        { "big", SHOAL_ENTRY_FILE },
    { "empty", SHOAL_ENTRY_FOLDER },      { "empty.txt", SHOAL_ENTRY_FILE },
    { "run.sh", SHOAL_ENTRY_EXECUTABLE }, { "sub", SHOAL_ENTRY_FOLDER },
    { "sub/b.txt", SHOAL_ENTRY_FILE },    { "sub/link", SHOAL_ENTRY_LINK },
  };
  g_assert_cmpuint (offer->n_entries, ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      const ShoalManifestEntry *entry = shoal_manifest_get_entry (manifest, i);
      const ShoalHolding *holding = shoal_holding_set_get_entry (set, i);
      g_assert_cmpstr (entry->path, ==, wanted[i].path);
      g_assert_cmpstr (shoal_holding_set_get_path (set, holding), ==, wanted[i].path);
      g_assert_cmpint (entry->kind, ==, wanted[i].kind);
      g_assert_cmpint ((ShoalEntryKind) holding->kind, ==, wanted[i].kind);
      g_assert_true (shoal_digest_equal (&entry->id, &holding->id));
      g_assert_cmpuint (entry->size, ==, holding->stamp.size);
    }
}

static void
test_empty_folder (SharesFixture *self, gconstpointer unused)
{
  g_autofree char *path = shares_fixture_path (self, "nothing");

  fake_directory_set_online (self->directory, TRUE);
  g_assert_no_errno (mkdir (path, 0755));
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "nothing");
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_OFFERED);
  g_assert_cmpuint (get_offer (self, share)->n_entries, ==, 0);
}

static void
test_skipped (SharesFixture *self, gconstpointer unused)
{
  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_write (self, "mix/good", "good");
  shares_fixture_write (self, "mix/down.part", "unfinished");
  shares_fixture_write (self, "mix/bad-\xff\xfe-name", "x");
  shares_fixture_write (self, "mix/bad-\xff-folder/inside", "x");
  shares_fixture_write (self, "outside", "secret");
  g_autofree char *out = shares_fixture_path (self, "mix/out");
  g_assert_no_errno (symlink ("../outside", out));
  g_autofree char *absolute = shares_fixture_path (self, "mix/absolute");
  g_assert_no_errno (symlink ("/etc/passwd", absolute));
  g_autofree char *folder_link = shares_fixture_path (self, "mix/folder-link");
  g_assert_no_errno (symlink ("/etc", folder_link));
  g_autofree char *pipe_path = shares_fixture_path (self, "mix/pipe");
  g_assert_no_errno (mkfifo (pipe_path, 0644));
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *socket_path = shares_fixture_path (self, "mix/socket");
  g_strlcpy (address.sun_path, socket_path, sizeof address.sun_path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, sizeof address));
  close (fd);
  shares_fixture_write (self, "mix/locked", "x");
  g_autofree char *locked = shares_fixture_path (self, "mix/locked");
  g_assert_no_errno (chmod (locked, 0));

  g_autoptr (ShoalShare) share = shares_fixture_add (self, "mix");
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_OFFERED);
  g_assert_true (has_skipped (share, "down.part: "));
  g_assert_true (has_skipped (share, "bad-\\xff\\xfe-name: "));
  g_assert_true (has_skipped (share, "bad-\\xff-folder: "));
  g_assert_true (has_skipped (share, "out: "));
  g_assert_true (has_skipped (share, "absolute: "));
  g_assert_true (has_skipped (share, "folder-link: "));
  g_assert_true (has_skipped (share, "pipe: "));
  g_assert_true (has_skipped (share, "socket: "));
  guint n = 8;
  if (geteuid () != 0) /* who may read everything */
    {
      g_assert_true (has_skipped (share, "locked: "));
      n++;
    }
  g_assert_cmpuint (g_strv_length ((char **) shoal_share_get_skipped (share)), ==, n);
  g_assert_cmpuint (shoal_share_get_n_files (share), ==, 10 - n);
  g_autofree char *message = g_strdup_printf ("%u entries are not shared", n);
  g_assert_cmpstr (shoal_share_get_message (share), ==, message);

  /* It is remembered. */
  shares_fixture_restart (self);
  g_autoptr (ShoalShare) again = g_list_model_get_item (G_LIST_MODEL (self->shares), 0);
  g_assert_cmpstr (shoal_share_get_message (again), ==, message);
  g_assert_true (has_skipped (again, "pipe: "));
}

static void
test_refused_paths (SharesFixture *self, gconstpointer unused)
{
  g_autofree char *pipe_path = shares_fixture_path (self, "pipe");
  g_autoptr (GError) missing = shares_fixture_add_error (self, "nowhere");
  g_assert_error (missing, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
  g_assert_no_errno (mkfifo (pipe_path, 0644));
  g_autoptr (GError) pipe_error = shares_fixture_add_error (self, "pipe");
  g_assert_error (pipe_error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  shares_fixture_write (self, "bad-\xff", "x");
  g_autoptr (GError) name = shares_fixture_add_error (self, "bad-\xff");
  g_assert_error (name, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_autoptr (GError) root = shares_fixture_add_error (self, "../../../../../../../../../..");
  g_assert_error (root, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_autoptr (GError) profile = shares_fixture_add_error (self, "../profile");
  g_assert_error (profile, SHOAL_ERROR, SHOAL_ERROR_DENIED);
  g_autoptr (GError) database = shares_fixture_add_error (self, "../profile/shoal.db");
  g_assert_error (database, SHOAL_ERROR, SHOAL_ERROR_DENIED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->shares)), ==, 0);
}

static void
test_own_profile_is_left_out (SharesFixture *self, gconstpointer unused)
{
  shares_fixture_write (self, "x", "x");
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "..");
  g_assert_true (has_skipped (share, "profile: "));
  g_assert_cmpuint (shoal_share_get_n_files (share), ==, 1);
}

static void
test_same_path (SharesFixture *self, gconstpointer unused)
{
  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_write (self, "dir/a", "a");
  g_autofree char *link = shares_fixture_path (self, "other-name");
  g_assert_no_errno (symlink ("dir", link));
  g_autoptr (ShoalShare) first = shares_fixture_add (self, "dir");
  g_autoptr (ShoalShare) second = shares_fixture_add (self, "dir/../other-name/.");
  g_assert_true (first == second);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->shares)), ==, 1);

  g_autoptr (ShoalShare) inside = shares_fixture_add (self, "dir/a");
  g_assert_true (inside != first);
  g_autoptr (ShoalShare) around = shares_fixture_add (self, "dir/..");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->shares)), ==, 3);
  g_assert_cmpuint (count_offers (self), ==, 3);
}

static void
test_recheck (SharesFixture *self, gconstpointer unused)
{
  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_write (self, "dir/a", "a");
  shares_fixture_write_random (self, "dir/big", 3 * SHOAL_PIECE_SIZE, 7);
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "dir");
  ShoalDigest before = *shoal_share_get_id (share);
  g_autofree char *offer = g_strdup (shoal_share_get_offer (share));
  guint n_offered = fake_directory_get_n_offered (self->directory);

  /* Nothing changed: nothing is offered again, nor hashed: a file whose contents cannot be read
   * keeps its id. */
  shoal_shares_recheck (self->shares, share);
  shares_fixture_wait (self);
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_OFFERED);
  g_assert_true (shoal_digest_equal (shoal_share_get_id (share), &before));
  g_assert_cmpuint (fake_directory_get_n_offered (self->directory), ==, n_offered);

  shares_fixture_write (self, "dir/new", "new");
  shoal_shares_recheck (self->shares, share);
  shares_fixture_wait (self);
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_OFFERED);
  g_assert_false (shoal_digest_equal (shoal_share_get_id (share), &before));
  g_assert_cmpstr (shoal_share_get_offer (share), ==, offer);
  g_assert_cmpuint (count_offers (self), ==, 1);
  g_assert_cmpuint (get_offer (self, share)->n_entries, ==, 3);

  /* Back to what it was: the same id, and no manifest is left over. */
  g_autofree char *path = shares_fixture_path (self, "dir/new");
  g_assert_no_errno (unlink (path));
  shoal_shares_recheck (self->shares, share);
  shares_fixture_wait (self);
  g_assert_true (shoal_digest_equal (shoal_share_get_id (share), &before));
  g_autoptr (GDir) dir = g_dir_open (self->manifests, 0, NULL);
  g_assert_nonnull (g_dir_read_name (dir));
  g_assert_null (g_dir_read_name (dir));
}

/* Written again within one tick of the file system's clock: the times alone would not tell. */
static void
test_quick_change (SharesFixture *self, gconstpointer unused)
{
  shares_fixture_write (self, "file", "0000");
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "file");
  for (guint i = 1; i < 30; i++)
    {
      g_autofree char *text = g_strdup_printf ("%04u", i);
      ShoalDigest wanted;
      shoal_merkle_piece_root (text, 4, 4, &wanted);
      shares_fixture_write (self, "file", text);
      shoal_shares_recheck (self->shares, share);
      shares_fixture_wait (self);
      g_assert_true (shoal_digest_equal (shoal_share_get_id (share), &wanted));
    }
}

static void
test_odd_parent (SharesFixture *self, gconstpointer unused)
{
  shares_fixture_write (self, "odd-\xff/file", "file");
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "odd-\xff/file");
  g_autofree char *shown = NULL;

  g_object_get (share, "path", &shown, NULL);
  g_assert_true (g_utf8_validate (shown, -1, NULL));
  g_assert_nonnull (shoal_share_get_id (share));
  shares_fixture_restart (self);
  shoal_shares_recheck_all (self->shares);
  shares_fixture_wait (self);
  g_autoptr (ShoalShare) again = g_list_model_get_item (G_LIST_MODEL (self->shares), 0);
  g_assert_cmpint (shoal_share_get_state (again), ==, SHOAL_SHARE_WAITING);
}

/* Somebody tidied up in the profile. */
static void
test_manifest_deleted (SharesFixture *self, gconstpointer unused)
{
  shares_fixture_write (self, "dir/a", "a");
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "dir");
  g_autofree char *hex = shoal_digest_dup_hex (shoal_share_get_id (share));
  g_autofree char *path = g_build_filename (self->manifests, hex, NULL);

  g_assert_no_errno (unlink (path));
  shoal_shares_recheck (self->shares, share);
  shares_fixture_wait (self);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
}

/* Names that another system would not take, or make one of, are shared: the receiver sees to it. */
static void
test_colliding_names (SharesFixture *self, gconstpointer unused)
{
  shares_fixture_write (self, "dir/name_", "1");
  shares_fixture_write (self, "dir/name ", "2");
  shares_fixture_write (self, "dir/sub_/a", "3");
  shares_fixture_write (self, "dir/sub /b", "4");
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "dir");

  g_assert_nonnull (shoal_share_get_id (share));
  g_assert_cmpuint (shoal_share_get_n_files (share), ==, 4);
  g_assert_cmpuint (g_strv_length ((char **) shoal_share_get_skipped (share)), ==, 0);
  ShoalHoldingSet *set = get_set (self, share);
  g_assert_cmpuint (shoal_holding_set_get_n_entries (set), ==, 6);
}

static void
test_deep (SharesFixture *self, gconstpointer unused)
{
  g_autoptr (GString) path = g_string_new ("dir");

  for (guint i = 0; i < SHOAL_MAX_PATH_DEPTH + 5; i++)
    g_string_append (path, "/d");
  g_string_append (path, "/file");
  shares_fixture_write (self, path->str, "deep");
  shares_fixture_write (self, "dir/top", "top");
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "dir");
  g_assert_nonnull (shoal_share_get_id (share));
  g_assert_cmpuint (shoal_share_get_n_files (share), ==, 1);
  g_assert_cmpuint (g_strv_length ((char **) shoal_share_get_skipped (share)), ==, 1);
}

static void
test_restart (SharesFixture *self, gconstpointer unused)
{
  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_write (self, "dir/a", "a");
  shares_fixture_write (self, "file", "f");
  g_autoptr (ShoalShare) folder = shares_fixture_add (self, "dir");
  g_autoptr (ShoalShare) file = shares_fixture_add (self, "file");
  g_autofree char *id = shoal_digest_dup_hex (shoal_share_get_id (folder));
  g_autofree char *offer = g_strdup (shoal_share_get_offer (folder));
  guint n_offered = fake_directory_get_n_offered (self->directory);
  shoal_shares_note_fetched (self->shares, 1);
  /* Two more have it by the time that we are back. */
  ShoalOffer *there = g_hash_table_lookup (fake_directory_get_offers (self->directory), offer);
  there->sources = 3;

  shares_fixture_restart (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->shares)), ==, 2);
  g_autoptr (ShoalShare) again = g_list_model_get_item (G_LIST_MODEL (self->shares), 0);
  g_assert_cmpstr (shoal_share_get_name (again), ==, "dir");
  g_assert_cmpstr (shoal_share_get_offer (again), ==, offer);
  g_autofree char *id_again = shoal_digest_dup_hex (shoal_share_get_id (again));
  g_assert_cmpstr (id_again, ==, id);
  g_assert_cmpuint (shoal_share_get_n_fetched (again), ==, 1);
  shares_fixture_wait (self);
  g_assert_cmpint (shoal_share_get_state (again), ==, SHOAL_SHARE_OFFERED);
  g_assert_cmpuint (shoal_share_get_sources (again), ==, 3);
  shoal_shares_recheck_all (self->shares);
  shares_fixture_wait (self);
  g_assert_cmpint (shoal_share_get_state (again), ==, SHOAL_SHARE_OFFERED);
  g_assert_cmpuint (fake_directory_get_n_offered (self->directory), ==, n_offered);
}

static void
test_remove (SharesFixture *self, gconstpointer unused)
{
  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_write_random (self, "one/big", 2 * SHOAL_PIECE_SIZE, 1);
  shares_fixture_write_random (self, "two/big", 2 * SHOAL_PIECE_SIZE, 1);
  shares_fixture_write (self, "three", "3");
  g_autoptr (ShoalShare) one = shares_fixture_add (self, "one");
  g_autoptr (ShoalShare) two = shares_fixture_add (self, "two");
  g_autoptr (ShoalShare) three = shares_fixture_add (self, "three");

  /* Equal folders: the second goes on with the manifest and the layer. */
  g_assert_true (shoal_digest_equal (shoal_share_get_id (one), shoal_share_get_id (two)));
  g_assert_cmpint (shares_fixture_remove (self, one), ==, 1);
  g_assert_null (get_offer (self, one));
  g_assert_cmpuint (count_offers (self), ==, 2);
  g_autofree char *hex = shoal_digest_dup_hex (shoal_share_get_id (two));
  g_autofree char *manifest = g_build_filename (self->manifests, hex, NULL);
  g_assert_true (g_file_test (manifest, G_FILE_TEST_EXISTS));
  g_assert_nonnull (get_set (self, two));

  g_assert_cmpint (shares_fixture_remove (self, one), ==, 0);
  g_assert_cmpint (shares_fixture_remove (self, NULL), ==, 2);
  g_assert_cmpuint (count_offers (self), ==, 0);
  g_assert_false (g_file_test (manifest, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->shares)), ==, 0);
  shares_fixture_restart (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->shares)), ==, 0);
}

static void
test_repair (SharesFixture *self, gconstpointer unused)
{
  shares_fixture_write (self, "kept", "kept");
  shares_fixture_write (self, "gone", "gone");
  fake_directory_set_online (self->directory, TRUE);
  g_autoptr (ShoalShare) kept = shares_fixture_add (self, "kept");
  g_autoptr (ShoalShare) gone = shares_fixture_add (self, "gone");
  fake_directory_set_online (self->directory, FALSE);

  /* Offline: one is removed, one is added; the directory loses one and has one that we never made.
   */
  shares_fixture_write (self, "added", "added");
  g_assert_cmpint (shares_fixture_remove (self, gone), ==, 1);
  g_autoptr (ShoalShare) added = shares_fixture_add (self, "added");
  g_assert_cmpint (shoal_share_get_state (added), ==, SHOAL_SHARE_WAITING);
  fake_directory_plant (self->directory, "00000000000000000000000000000000", "stale");
  g_hash_table_remove (fake_directory_get_offers (self->directory), shoal_share_get_offer (kept));

  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_wait (self);
  wait_until (count_offers (self) == 2);
  g_assert_nonnull (get_offer (self, kept));
  g_assert_nonnull (get_offer (self, added));
  g_assert_cmpint (shoal_share_get_state (kept), ==, SHOAL_SHARE_OFFERED);
  g_assert_cmpint (shoal_share_get_state (added), ==, SHOAL_SHARE_OFFERED);

  /* The directory has another content under our offer. */
  fake_directory_set_online (self->directory, FALSE);
  fake_directory_plant (self->directory, shoal_share_get_offer (kept), "kept");
  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_wait (self);
  g_assert_cmpuint (get_offer (self, kept)->size, ==, 4);
}

static void
test_refused (SharesFixture *self, gconstpointer unused)
{
  shares_fixture_write (self, "good", "good");
  shares_fixture_write (self, "evil", "evil");
  fake_directory_refuse (self->directory, "evil", SHOAL_ERROR_LIMIT);
  fake_directory_set_online (self->directory, TRUE);
  g_autoptr (ShoalShare) good = shares_fixture_add (self, "good");
  g_autoptr (ShoalShare) evil = shares_fixture_add (self, "evil");
  g_assert_cmpint (shoal_share_get_state (good), ==, SHOAL_SHARE_OFFERED);
  g_assert_cmpint (shoal_share_get_state (evil), ==, SHOAL_SHARE_FAILED);
  g_assert_nonnull (strstr (shoal_share_get_message (evil), "limit"));

  /* A directory that is too busy does not fail the share. */
  fake_directory_set_failure (self->directory, SHOAL_ERROR_BUSY);
  shares_fixture_write (self, "later", "later");
  g_autoptr (ShoalShare) later = shares_fixture_add (self, "later");
  g_assert_cmpint (shoal_share_get_state (later), ==, SHOAL_SHARE_WAITING);
  fake_directory_set_failure (self->directory, -1);
  wait_until (shoal_share_get_state (later) == SHOAL_SHARE_OFFERED);
  fake_directory_refuse (self->directory, "busy", SHOAL_ERROR_BUSY);
  shares_fixture_write (self, "busy", "busy");
  g_autoptr (ShoalShare) busy = shares_fixture_add (self, "busy");
  g_assert_cmpint (shoal_share_get_state (busy), ==, SHOAL_SHARE_WAITING);
  fake_directory_refuse (self->directory, NULL, 0);
  wait_until (shoal_share_get_state (busy) == SHOAL_SHARE_OFFERED);
}

static void
test_switch (SharesFixture *self, gconstpointer unused)
{
  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_write (self, "file", "file");
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "file");
  shoal_shares_set_offered (self->shares, share, FALSE);
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_NOT_OFFERED);
  g_assert_null (get_set (self, share));
  wait_until (count_offers (self) == 0);

  shares_fixture_restart (self);
  g_autoptr (ShoalShare) again = g_list_model_get_item (G_LIST_MODEL (self->shares), 0);
  shares_fixture_wait (self);
  g_assert_cmpint (shoal_share_get_state (again), ==, SHOAL_SHARE_NOT_OFFERED);
  g_assert_cmpuint (count_offers (self), ==, 0);
  shoal_shares_set_offered (self->shares, again, TRUE);
  shares_fixture_wait (self);
  g_assert_cmpint (shoal_share_get_state (again), ==, SHOAL_SHARE_OFFERED);
  g_assert_nonnull (get_set (self, again));
}

static void
test_missing_and_changed (SharesFixture *self, gconstpointer unused)
{
  g_autofree char *path = shares_fixture_path (self, "file");

  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_write (self, "file", "before");
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "file");
  g_assert_no_errno (unlink (path));
  shoal_shares_recheck (self->shares, share);
  shares_fixture_wait (self);
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_MISSING);
  g_assert_null (get_set (self, share));
  wait_until (count_offers (self) == 0);

  shares_fixture_write (self, "file", "after it came back");
  shoal_shares_recheck_all (self->shares);
  shares_fixture_wait (self);
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_OFFERED);
  g_assert_cmpuint (get_offer (self, share)->size, ==, 18);

  /* As the uploads notice it. */
  shares_fixture_write (self, "file", "changed");
  shoal_shares_note_changed (self->shares, 1);
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_CHANGED);
  wait_until (shoal_share_get_state (share) == SHOAL_SHARE_OFFERED);
  g_assert_cmpuint (get_offer (self, share)->size, ==, 7);

  /* A folder takes its place. */
  g_assert_no_errno (unlink (path));
  g_assert_no_errno (mkdir (path, 0755));
  shoal_shares_recheck (self->shares, share);
  shares_fixture_wait (self);
  g_assert_true (shoal_share_is_folder (share));
  g_assert_true (get_offer (self, share)->folder);
}

static void
test_known_files (SharesFixture *self, gconstpointer unused)
{
  shares_fixture_write_random (self, "dir/sub/big", 2 * SHOAL_PIECE_SIZE + 1, 3);
  g_autoptr (ShoalShare) dir = shares_fixture_add (self, "dir");
  g_autoptr (ShoalShare) inside = shares_fixture_add (self, "dir/sub");

  /* What is known from one share must be whole in the other when the first has gone. */
  g_assert_cmpint (shares_fixture_remove (self, dir), ==, 1);
  shares_fixture_restart (self);
  g_autoptr (ShoalShare) left = g_list_model_get_item (G_LIST_MODEL (self->shares), 0);
  ShoalHoldingSet *set = get_set (self, left);
  const ShoalHolding *holding = shoal_holding_set_get_entry (set, 0);
  g_autofree char *path = shares_fixture_path (self, "dir/sub/big");
  g_autofree char *data = NULL;
  gsize size = 0;
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (ShoalContent) content = shoal_hash_bytes (bytes);
  g_assert_true (shoal_digest_equal (&content->id, &holding->id));
}

static void
test_find (SharesFixture *self, gconstpointer unused)
{
  shares_fixture_write (self, "a/same", "1");
  shares_fixture_write (self, "b/same", "2");
  g_autoptr (ShoalShare) first = shares_fixture_add (self, "a/same");
  g_autoptr (ShoalShare) second = shares_fixture_add (self, "b/same");
  g_autofree char *id = shoal_digest_dup_hex (shoal_share_get_id (second));
  const char *const one[] = { shoal_share_get_path (second), shoal_share_get_offer (second), id };

  g_autoptr (GPtrArray) both = shoal_shares_find (self->shares, "same");
  g_assert_cmpuint (both->len, ==, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (one); i++)
    {
      g_autoptr (GPtrArray) found = shoal_shares_find (self->shares, one[i]);
      g_assert_cmpuint (found->len, ==, 1);
      g_assert_true (g_ptr_array_index (found, 0) == second);
    }
  g_autoptr (GPtrArray) none = shoal_shares_find (self->shares, "sam");
  g_assert_cmpuint (none->len, ==, 0);
}

static void
on_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Removing and stopping while threads hash. */
static void
test_interrupted (SharesFixture *self, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("dir/%u", i);
      shares_fixture_write_random (self, name, 50000, i);
    }
  g_autofree char *path = shares_fixture_path (self, "dir");
  const char *const paths[] = { path, NULL };
  shoal_shares_add_async (self->shares, paths, NULL, NULL, on_result_cb, &result);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (self->shares)) == 1);
  g_autoptr (ShoalShare) share = g_list_model_get_item (G_LIST_MODEL (self->shares), 0);
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_HASHING);
  g_assert_cmpint (shares_fixture_remove (self, share), ==, 1);
  wait_until (result != NULL);
  g_autoptr (GPtrArray) shares = shoal_shares_add_finish (self->shares, result, &error);
  g_assert_no_error (error);
  g_clear_object (&result);
  shares_fixture_restart (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->shares)), ==, 0);

  /* Stopped in the middle: it is still in the list, and is hashed when asked to. */
  g_autoptr (GAsyncResult) cut = NULL;
  shoal_shares_add_async (self->shares, paths, NULL, NULL, on_result_cb, &cut);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (self->shares)) == 1);
  shoal_shares_stop (self->shares);
  wait_until (cut != NULL);
  g_clear_pointer (&shares, g_ptr_array_unref);
  shares = shoal_shares_add_finish (self->shares, cut, NULL);
  g_clear_pointer (&shares, g_ptr_array_unref);
  g_clear_object (&cut);
  shares_fixture_restart (self);
  shoal_shares_recheck_all (self->shares);
  shares_fixture_wait (self);
  g_autoptr (ShoalShare) again = g_list_model_get_item (G_LIST_MODEL (self->shares), 0);
  g_assert_cmpuint (shoal_share_get_n_files (again), ==, 200);
}

/* A file that is made while it is read says that it is empty, and must not be offered as that. */
static void
test_size_unknown (SharesFixture *self, gconstpointer unused)
{
  static const char *const paths[] = { "/proc/version", NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_shares_add_async (self->shares, paths, NULL, NULL, on_result_cb, &result);
  wait_until (result != NULL);
  g_autoptr (GPtrArray) shares = shoal_shares_add_finish (self->shares, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (shoal_share_get_state (g_ptr_array_index (shares, 0)), ==, SHOAL_SHARE_FAILED);
  g_assert_nonnull (strstr (shoal_share_get_message (g_ptr_array_index (shares, 0)), "size"));
}

static void
test_many (SharesFixture *self, gconstpointer unused)
{
  fake_directory_set_online (self->directory, TRUE);
  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *name = g_strdup_printf ("many/%02u/file-%u", i % 100, i);
      g_autofree char *text = g_strdup_printf ("contents of file %u", i);
      shares_fixture_write (self, name, text);
    }
  gint64 before_us = g_get_monotonic_time ();
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "many");
  gint64 after_us = g_get_monotonic_time ();
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_OFFERED);
  g_assert_cmpuint (shoal_share_get_n_files (share), ==, 10000);
  shoal_shares_recheck (self->shares, share);
  shares_fixture_wait (self);
  g_autofree char *status = NULL;
  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  const char *peak = strstr (status, "VmHWM:");
  g_test_message ("10,000 files: shared in %" G_GINT64_FORMAT
                  " ms, looked at again in %" G_GINT64_FORMAT " ms, peak %.*s",
                  (after_us - before_us) / 1000, (g_get_monotonic_time () - after_us) / 1000,
                  (int) strcspn (peak + 6, "\n"), peak + 6);
  shares_fixture_restart (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->shares)), ==, 1);
}

/* ---- Single files ---- */

static void
on_added_unoffered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GPtrArray **shares = user_data;
  g_autoptr (GError) error = NULL;

  *shares = shoal_shares_add_finish (SHOAL_SHARES (object), result, &error);
  g_assert_no_error (error);
}

static ShoalShare *
add_unoffered (SharesFixture *self, const char *name)
{
  g_autofree char *path = shares_fixture_path (self, name);
  const char *const paths[] = { path, NULL };
  g_autoptr (GPtrArray) shares = NULL;

  shoal_shares_add_unoffered_async (self->shares, paths, NULL, NULL, on_added_unoffered_cb,
                                    &shares);
  wait_until (shares != NULL);
  g_assert_cmpuint (shares->len, ==, 1);
  return g_object_ref (g_ptr_array_index (shares, 0));
}

/* "+a -b": the files of the share and their switches. */
static char *
list_switches (ShoalShare *share)
{
  g_autoptr (GPtrArray) files = shoal_share_list_files (share);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < files->len; i++)
    {
      const ShoalShareFile *file = g_ptr_array_index (files, i);

      g_string_append_printf (text, "%s%c%s", i > 0 ? " " : "", file->on ? '+' : '-', file->path);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_switches (ShoalShare *share, const char *expected)
{
  g_autofree char *switches = list_switches (share);

  g_assert_cmpstr (switches, ==, expected);
}

/* The paths that the directory was told of. */
static char *
list_offered (SharesFixture *self, ShoalShare *share)
{
  const ShoalOffer *offer = get_offer (self, share);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; offer != NULL && offer->entries != NULL && i < offer->entries->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            ((ShoalOfferEntry *) g_ptr_array_index (offer->entries, i))->path);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_offered (SharesFixture *self, ShoalShare *share, const char *expected)
{
  shares_fixture_wait (self);
  g_autofree char *offered = list_offered (self, share);

  g_assert_cmpstr (offered, ==, expected);
}

static gboolean
is_served (SharesFixture *self, const char *text)
{
  g_autoptr (ShoalHoldings) holdings = shoal_shares_dup_holdings (self->shares);
  ShoalDigest id;

  shoal_merkle_piece_root (text, strlen (text), strlen (text), &id);
  g_autoptr (GArray) matches = shoal_holdings_lookup (holdings, &id);
  return matches->len > 0;
}

static void
write_notes (SharesFixture *self)
{
  shares_fixture_write (self, "Notes/a.txt", "a");
  shares_fixture_write (self, "Notes/b.txt", "b");
  shares_fixture_write (self, "Notes/sub/c.txt", "c");
  shares_fixture_write (self, "Notes/sub/deep/d.txt", "d");
}

static void
test_unoffered (SharesFixture *self, gconstpointer unused)
{
  write_notes (self);
  fake_directory_set_online (self->directory, TRUE);
  g_autoptr (ShoalShare) share = add_unoffered (self, "Notes");

  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_NOT_OFFERED);
  g_assert_cmpuint (shoal_share_get_n_hidden (share), ==, 4);
  g_assert_cmpuint (shoal_share_get_n_files (share), ==, 0);
  assert_switches (share, "-a.txt -b.txt -sub -sub/c.txt -sub/deep -sub/deep/d.txt");
  g_assert_cmpuint (count_offers (self), ==, 0);
  g_assert_false (is_served (self, "a"));

  /* One file: its folders come with it, and nothing else. */
  shoal_shares_switch (self->shares, share, "sub/deep/d.txt", TRUE);
  assert_offered (self, share, "sub sub/deep sub/deep/d.txt");
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_OFFERED);
  g_assert_cmpuint (shoal_share_get_n_files (share), ==, 1);
  g_assert_cmpuint (shoal_share_get_size (share), ==, 1);
  g_assert_true (is_served (self, "d"));
  g_assert_false (is_served (self, "c"));

  /* All of it is remembered. */
  g_clear_object (&share);
  shares_fixture_restart (self);
  share = g_list_model_get_item (G_LIST_MODEL (self->shares), 0);
  assert_switches (share, "-a.txt -b.txt -sub -sub/c.txt -sub/deep +sub/deep/d.txt");
  g_assert_cmpuint (shoal_share_get_n_hidden (share), ==, 3);
  g_assert_true (is_served (self, "d"));
  g_assert_false (is_served (self, "a"));

  /* What appears later in it is not offered by itself. */
  shares_fixture_write (self, "Notes/new.txt", "n");
  shoal_shares_recheck (self->shares, share);
  assert_offered (self, share, "sub sub/deep sub/deep/d.txt");
  g_assert_cmpuint (shoal_share_get_n_hidden (share), ==, 4);

  shoal_shares_switch (self->shares, share, "sub/deep/d.txt", FALSE);
  shares_fixture_wait (self);
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_NOT_OFFERED);
  wait_until (count_offers (self) == 0);

  /* Sharing it in so many words means all of it. */
  g_autoptr (ShoalShare) again = shares_fixture_add (self, "Notes");
  g_assert_true (again == share);
  assert_offered (self, share, "a.txt b.txt new.txt sub sub/c.txt sub/deep sub/deep/d.txt");
}

static void
test_switch_off (SharesFixture *self, gconstpointer unused)
{
  write_notes (self);
  fake_directory_set_online (self->directory, TRUE);
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "Notes");
  assert_offered (self, share, "a.txt b.txt sub sub/c.txt sub/deep sub/deep/d.txt");
  g_assert_true (is_served (self, "a"));

  shoal_shares_switch (self->shares, share, "a.txt", FALSE);
  /* At once, not only when it has been looked through again. */
  g_assert_false (is_served (self, "a"));
  assert_offered (self, share, "b.txt sub sub/c.txt sub/deep sub/deep/d.txt");
  g_assert_false (is_served (self, "a"));
  g_assert_true (is_served (self, "b"));

  /* A folder with all in it; then one thing in it again. */
  shoal_shares_switch (self->shares, share, "sub", FALSE);
  assert_offered (self, share, "b.txt");
  shoal_shares_switch (self->shares, share, "sub/c.txt", TRUE);
  assert_offered (self, share, "b.txt sub sub/c.txt");
  assert_switches (share, "-a.txt +b.txt -sub +sub/c.txt -sub/deep -sub/deep/d.txt");

  /* The switch outlives the file. */
  g_autofree char *path = shares_fixture_path (self, "Notes/a.txt");
  g_assert_cmpint (unlink (path), ==, 0);
  shoal_shares_recheck (self->shares, share);
  shares_fixture_wait (self);
  shares_fixture_write (self, "Notes/a.txt", "a");
  shoal_shares_recheck (self->shares, share);
  assert_offered (self, share, "b.txt sub sub/c.txt");

  shoal_shares_switch (self->shares, share, "", TRUE);
  assert_offered (self, share, "a.txt b.txt sub sub/c.txt sub/deep sub/deep/d.txt");
}

static void
test_unoffered_file (SharesFixture *self, gconstpointer unused)
{
  shares_fixture_write (self, "one.txt", "1");
  fake_directory_set_online (self->directory, TRUE);
  g_autoptr (ShoalShare) share = add_unoffered (self, "one.txt");

  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_NOT_OFFERED);
  g_assert_false (shoal_share_is_on (share, ""));
  g_assert_cmpuint (count_offers (self), ==, 0);
  shoal_shares_switch (self->shares, share, "", TRUE);
  shares_fixture_wait (self);
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_OFFERED);
}

static void
test_watched (SharesFixture *self, gconstpointer unused)
{
  write_notes (self);
  shares_fixture_write (self, "one.txt", "first");
  fake_directory_set_online (self->directory, TRUE);
  shoal_shares_recheck_all (self->shares);
  g_autoptr (ShoalShare) notes = shares_fixture_add (self, "Notes");
  g_autoptr (ShoalShare) one = shares_fixture_add (self, "one.txt");

  /* Nobody asks for it: a file deep in a folder, a file that is shared itself. */
  shares_fixture_write (self, "Notes/sub/deep/new.txt", "new");
  wait_until (is_served (self, "new"));
  shares_fixture_write (self, "one.txt", "second");
  wait_until (is_served (self, "second"));
  g_assert_false (is_served (self, "first"));
  /* Also in a folder that was not there before. */
  shares_fixture_write (self, "Notes/later/x.txt", "in later");
  wait_until (is_served (self, "in later"));
  shares_fixture_write (self, "Notes/later/y.txt", "in later, too");
  wait_until (is_served (self, "in later, too"));
  g_autofree char *path = shares_fixture_path (self, "one.txt");
  g_assert_cmpint (unlink (path), ==, 0);
  wait_until (shoal_share_get_state (one) == SHOAL_SHARE_MISSING);
  wait_until (count_offers (self) == 1);
  shares_fixture_write (self, "one.txt", "back");
  wait_until (is_served (self, "back"));
}

/* While the watches of many folders are being made, the first of them already tell. */
static void
test_watched_at_once (SharesFixture *self, gconstpointer unused)
{
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *name = g_strdup_printf ("Many/%04u/x", i);
      shares_fixture_write (self, name, "");
    }
  fake_directory_set_online (self->directory, TRUE);
  shoal_shares_recheck_all (self->shares);
  g_autoptr (ShoalShare) share = shares_fixture_add (self, "Many");
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *text = g_strdup_printf ("at once %u", i);
      g_autofree char *name = g_strdup_printf ("Many/%u", i);
      /* Somewhere among them, with the loop running: never at the same place twice. */
      for (gint64 t = g_get_monotonic_time (); g_get_monotonic_time () < t + i * 2000;)
        g_main_context_iteration (NULL, FALSE);
      shares_fixture_write (self, name, text);
      wait_until (is_served (self, text));
    }
}

int
main (int argc, char **argv)
{
  g_unsetenv ("XDG_RUNTIME_DIR");
  g_test_init (&argc, &argv, NULL);
#define add(name, func)                                                                            \
  g_test_add ("/shares/" name, SharesFixture, NULL, shares_fixture_set_up, func,                   \
              shares_fixture_tear_down)
  add ("file", test_file);
  add ("sizes", test_sizes);
  add ("folder", test_folder);
  add ("empty-folder", test_empty_folder);
  add ("skipped", test_skipped);
  add ("refused-paths", test_refused_paths);
  add ("own-profile", test_own_profile_is_left_out);
  add ("same-path", test_same_path);
  add ("recheck", test_recheck);
  add ("quick-change", test_quick_change);
  add ("odd-parent", test_odd_parent);
  add ("manifest-deleted", test_manifest_deleted);
  add ("colliding-names", test_colliding_names);
  add ("deep", test_deep);
  add ("restart", test_restart);
  add ("remove", test_remove);
  add ("repair", test_repair);
  add ("refused", test_refused);
  add ("switch", test_switch);
  add ("missing-and-changed", test_missing_and_changed);
  add ("known-files", test_known_files);
  add ("find", test_find);
  add ("interrupted", test_interrupted);
  add ("size-unknown", test_size_unknown);
  add ("many", test_many);
  add ("unoffered", test_unoffered);
  add ("switch-off", test_switch_off);
  add ("unoffered-file", test_unoffered_file);
  add ("watched", test_watched);
  add ("watched-at-once", test_watched_at_once);
#undef add
  return g_test_run ();
}
