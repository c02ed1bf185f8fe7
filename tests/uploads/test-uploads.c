/* test-uploads.c: real requests to a real server: what is served, to whom, and what is not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shares-fixture.h"
#include "shoal-error.h"
#include "shoal-hasher.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"
#include "shoal-peer-client.h"
#include "shoal-tls.h"
#include "shoal-uploads.h"

#include <string.h>
#include <sys/stat.h>

typedef struct
{
  SharesFixture shares;
  ShoalHistory *history;
  ShoalUploads *uploads;
  ShoalDeviceKey *key;
  ShoalDeviceKey *ada;
  ShoalDeviceKey *ben;
  guint n_changed;
  guint n_fetched;
} Fixture;

static void
on_holdings_changed_cb (ShoalShares *shares, Fixture *self)
{
  g_autoptr (ShoalHoldings) holdings = shoal_shares_dup_holdings (shares);

  shoal_uploads_set_shared (self->uploads, holdings);
}

static void
on_file_changed_cb (ShoalUploads *uploads, gint64 share, Fixture *self)
{
  self->n_changed++;
  shoal_shares_note_changed (self->shares.shares, share);
}

static void
on_fetched_cb (ShoalUploads *uploads, gint64 share, Fixture *self)
{
  self->n_fetched++;
  shoal_shares_note_fetched (self->shares.shares, share);
}

static void
set_known (Fixture *self, gboolean with_ben)
{
  g_autoptr (GHashTable) accounts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) users = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (accounts, g_strdup (shoal_device_key_get_fingerprint (self->ada)),
                       (gpointer) "account-a");
  g_hash_table_insert (users, (gpointer) "account-a", (gpointer) "Ada");
  if (with_ben)
    {
      g_hash_table_insert (accounts, g_strdup (shoal_device_key_get_fingerprint (self->ben)),
                           (gpointer) "account-b");
      g_hash_table_insert (users, (gpointer) "account-b", (gpointer) "Ben");
    }
  shoal_uploads_set_known (self->uploads, accounts, users, NULL);
}

static void
set_up (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  shares_fixture_set_up (&self->shares, shoal_history_schema);
  self->key = shoal_device_key_generate (&error);
  g_assert_no_error (error);
  self->ada = shoal_device_key_generate (&error);
  g_assert_no_error (error);
  self->ben = shoal_device_key_generate (&error);
  g_assert_no_error (error);
  self->history = shoal_history_new (self->shares.database);
  self->uploads
      = shoal_uploads_new (self->key, self->shares.database, self->history, self->shares.manifests);
  g_signal_connect (self->shares.shares, "holdings-changed", G_CALLBACK (on_holdings_changed_cb),
                    self);
  g_signal_connect (self->uploads, "file-changed", G_CALLBACK (on_file_changed_cb), self);
  g_signal_connect (self->uploads, "fetched", G_CALLBACK (on_fetched_cb), self);
  set_known (self, TRUE);
  g_assert_true (shoal_uploads_start (self->uploads, "127.0.0.1", 0, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (shoal_uploads_get_port (self->uploads), !=, 0);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  shoal_uploads_stop (self->uploads);
  g_assert_cmpuint (shoal_uploads_get_port (self->uploads), ==, 0);
  g_signal_handlers_disconnect_by_data (self->shares.shares, self);
  g_signal_handlers_disconnect_by_data (self->uploads, self);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_finalize_object (self->uploads);
  g_clear_object (&self->history);
  shares_fixture_tear_down (&self->shares, NULL);
  shoal_device_key_unref (self->key);
  shoal_device_key_unref (self->ada);
  shoal_device_key_unref (self->ben);
}

static ShoalPeerClient *
client (Fixture *self, ShoalDeviceKey *key)
{
  g_autofree char *address
      = g_strdup_printf ("127.0.0.1:%u", shoal_uploads_get_port (self->uploads));
  const char *const addresses[] = { address, NULL };

  return shoal_peer_client_new (key, shoal_device_key_get_fingerprint (self->key), addresses);
}

static GBytes *
get (ShoalPeerClient *client,
     const char *route,
     const ShoalDigest *id,
     const char *span,
     GError **error)
{
  char hex[SHOAL_DIGEST_HEX_SIZE];

  shoal_digest_to_hex (id, hex);
  g_autofree char *path
      = g_strconcat ("/v1/", route, "/", hex, span != NULL ? "/" : "", span, NULL);
  return shoal_peer_client_get (client, path, -1, 256 * SHOAL_MIB, NULL, error);
}

static void
assert_get (ShoalPeerClient *client,
            const char *route,
            const ShoalDigest *id,
            const char *span,
            GBytes *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) got = get (client, route, id, span, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (got), ==, g_bytes_get_size (wanted));
  g_assert_true (g_bytes_equal (got, wanted));
}

static void
assert_refused (
    ShoalPeerClient *client, const char *route, const ShoalDigest *id, const char *span, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (get (client, route, id, span, &error));
  g_assert_error (error, SHOAL_ERROR, code);
}

static GBytes *
read_file (Fixture *self, const char *path)
{
  g_autofree char *full = shares_fixture_path (&self->shares, path);
  char *data = NULL;
  gsize size = 0;

  g_assert_true (g_file_get_contents (full, &data, &size, NULL));
  return g_bytes_new_take (data, size);
}

static void
test_file (Fixture *self, gconstpointer unused)
{
  const guint8 all_of_3[] = { 0xe0 };

  shares_fixture_write_random (&self->shares, "movie", 2 * SHOAL_PIECE_SIZE + 77, 5);
  g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, "movie");
  const ShoalDigest *id = shoal_share_get_id (share);
  g_autoptr (ShoalPeerClient) ada = client (self, self->ada);
  g_autoptr (GBytes) data = read_file (self, "movie");
  g_autoptr (ShoalContent) content = shoal_hash_bytes (data);

  assert_get (ada, "layer", id, NULL, content->layer);
  assert_get (ada, "layer", id, NULL, content->layer); /* from memory now */
  g_autoptr (GBytes) bitmap = g_bytes_new_static (all_of_3, 1);
  assert_get (ada, "have", id, NULL, bitmap);
  assert_get (ada, "pieces", id, "0-3", data);
  g_autoptr (GBytes) middle = g_bytes_new_from_bytes (data, SHOAL_PIECE_SIZE, SHOAL_PIECE_SIZE);
  assert_get (ada, "pieces", id, "1-1", middle);
  g_autoptr (GBytes) last = g_bytes_new_from_bytes (data, 2 * SHOAL_PIECE_SIZE, 77);
  assert_get (ada, "pieces", id, "2-1", last);

  const char *const bad_spans[]
      = { "3-1", "0-4", "2-2", "0-0", "0-65", "4294967295-4294967295", "1-4294967295" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad_spans); i++)
    assert_refused (ada, "pieces", id, bad_spans[i], SHOAL_ERROR_INVALID);
  assert_refused (ada, "entries", id, "0-1", SHOAL_ERROR_NOT_FOUND);
  /* What is no route at all ends the connection; the next request makes another. */
  g_autoptr (GError) error = NULL;
  g_assert_null (get (ada, "pieces", id, "00-1", &error));
  g_assert_nonnull (error);
  assert_get (ada, "layer", id, NULL, content->layer);

  /* The three spans were the whole file, and more. */
  wait_until (self->n_fetched == 1);
  wait_until (shoal_share_get_n_fetched (share) == 1);
}

/* What is for some looks to all others like what is not there. */
static void
test_audience (Fixture *self, gconstpointer unused)
{
  static const char *const names_ada[] = { "account-a", NULL };

  shares_fixture_write (&self->shares, "letter", "for Ada");
  g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, "letter");
  const ShoalDigest *id = shoal_share_get_id (share);
  g_autoptr (ShoalPeerClient) ada = client (self, self->ada);
  g_autoptr (ShoalPeerClient) ben = client (self, self->ben);
  g_autoptr (GBytes) data = read_file (self, "letter");
  assert_get (ben, "pieces", id, "0-1", data);

  g_autoptr (ShoalHoldings) all = shoal_shares_dup_holdings (self->shares.shares);
  g_autoptr (GArray) matches = shoal_holdings_lookup (all, id);
  g_autoptr (ShoalAudience) audience = shoal_audience_new_accounts (names_ada);
  const ShoalHeld held = { g_array_index (matches, ShoalHoldingMatch, 0).set, audience };
  g_autoptr (ShoalHoldings) holdings = shoal_holdings_new (&held, 1);
  shoal_uploads_set_shared (self->uploads, holdings);
  assert_get (ada, "pieces", id, "0-1", data);
  assert_refused (ben, "pieces", id, "0-1", SHOAL_ERROR_NOT_FOUND);
  assert_refused (ben, "have", id, NULL, SHOAL_ERROR_NOT_FOUND);
  assert_refused (ben, "layer", id, NULL, SHOAL_ERROR_NOT_FOUND);

  /* The same content is in another share, for everyone. */
  g_autoptr (ShoalAudience) everyone = shoal_audience_new_everyone ();
  const ShoalHeld both[] = { held, { held.set, everyone } };
  g_autoptr (ShoalHoldings) more = shoal_holdings_new (both, G_N_ELEMENTS (both));
  shoal_uploads_set_shared (self->uploads, more);
  assert_get (ben, "pieces", id, "0-1", data);
}

static void
test_not_here (Fixture *self, gconstpointer unused)
{
  ShoalDigest unknown = { .bytes = { 1, 2, 3 } };
  ShoalDigest zero = { 0 };

  shares_fixture_write (&self->shares, "file", "file");
  shares_fixture_write (&self->shares, "empty", "");
  g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, "file");
  g_autoptr (ShoalShare) empty = shares_fixture_add (&self->shares, "empty");
  ShoalDigest id = *shoal_share_get_id (share);
  g_autoptr (ShoalPeerClient) ada = client (self, self->ada);
  g_autoptr (GBytes) data = read_file (self, "file");
  const char *const routes[] = { "layer", "have", "pieces", "entries" };

  assert_get (ada, "pieces", &id, "0-1", data);
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      const char *span = i >= 2 ? "0-1" : NULL;
      assert_refused (ada, routes[i], &unknown, span, SHOAL_ERROR_NOT_FOUND);
      assert_refused (ada, routes[i], &zero, span, SHOAL_ERROR_NOT_FOUND);
    }
  /* Switched off, then gone. */
  shoal_shares_set_offered (self->shares.shares, share, FALSE);
  assert_refused (ada, "pieces", &id, "0-1", SHOAL_ERROR_NOT_FOUND);
  shoal_shares_set_offered (self->shares.shares, share, TRUE);
  shares_fixture_wait (&self->shares);
  assert_get (ada, "pieces", &id, "0-1", data);
  shares_fixture_remove (&self->shares, share);
  assert_refused (ada, "pieces", &id, "0-1", SHOAL_ERROR_NOT_FOUND);

  /* Off the roster: not even a connection. */
  g_autoptr (ShoalPeerClient) ben = client (self, self->ben);
  assert_refused (ben, "pieces", &id, "0-1", SHOAL_ERROR_NOT_FOUND);
  set_known (self, FALSE);
  assert_refused (ben, "pieces", &id, "0-1", SHOAL_ERROR_DISCONNECTED);
}

static void
test_folder (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  shares_fixture_write (&self->shares, "dir/a", "first");
  shares_fixture_write (&self->shares, "dir/b/c", "second");
  shares_fixture_write (&self->shares, "dir/b/d", "");
  shares_fixture_write_random (&self->shares, "dir/big", SHOAL_PIECE_SIZE + 1, 9);
  shares_fixture_write_random (&self->shares, "dir/piece", SHOAL_PIECE_SIZE, 10);
  shares_fixture_write (&self->shares, "dir/z", "third");
  g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, "dir");
  const ShoalDigest *id = shoal_share_get_id (share);
  g_autoptr (ShoalPeerClient) ada = client (self, self->ada);

  /* The manifest as any content. */
  g_autoptr (GBytes) root = g_bytes_new (id->bytes, SHOAL_DIGEST_SIZE);
  assert_get (ada, "layer", id, NULL, root);
  g_autoptr (GBytes) text = get (ada, "pieces", id, "0-1", &error);
  g_assert_no_error (error);
  g_autoptr (ShoalManifest) manifest = shoal_manifest_parse (text, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (shoal_manifest_get_n_entries (manifest), ==, 7);

  /* a, b/, b/c, b/d, big, piece, z: all but the big one. */
  g_autoptr (GBytes) piece = read_file (self, "dir/piece");
  g_autoptr (GByteArray) wanted = g_byte_array_new ();
  g_byte_array_append (wanted, (const guint8 *) "firstsecond", 11);
  g_byte_array_append (wanted, g_bytes_get_data (piece, NULL), SHOAL_PIECE_SIZE);
  g_byte_array_append (wanted, (const guint8 *) "third", 5);
  g_autoptr (GBytes) all = g_byte_array_free_to_bytes (g_steal_pointer (&wanted));
  assert_get (ada, "entries", id, "0-7", all);
  g_autoptr (GBytes) second = g_bytes_new_static ("second", 6);
  assert_get (ada, "entries", id, "1-3", second);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  assert_get (ada, "entries", id, "3-2", nothing);
  const char *const bad_spans[] = { "7-1", "0-8", "0-0", "0-1001", "6-4294967295" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad_spans); i++)
    assert_refused (ada, "entries", id, bad_spans[i], SHOAL_ERROR_INVALID);

  /* A file in it by its own id. */
  g_autoptr (GBytes) big = read_file (self, "dir/big");
  assert_get (ada, "pieces", &shoal_manifest_get_entry (manifest, 4)->id, "0-2", big);

  /* All that together was the folder, once. */
  wait_until (self->n_fetched == 1);
  wait_until (g_list_model_get_n_items (shoal_uploads_get_running (self->uploads)) == 0);
}

static void
test_batch_too_large (Fixture *self, gconstpointer unused)
{
  for (guint i = 0; i < 17; i++)
    {
      g_autofree char *name = g_strdup_printf ("dir/%02u", i);
      shares_fixture_write_random (&self->shares, name, SHOAL_PIECE_SIZE, i);
    }
  g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, "dir");
  g_autoptr (ShoalPeerClient) ada = client (self, self->ada);
  g_autoptr (GError) error = NULL;

  assert_refused (ada, "entries", shoal_share_get_id (share), "0-17", SHOAL_ERROR_INVALID);
  g_autoptr (GBytes) most = get (ada, "entries", shoal_share_get_id (share), "1-16", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (most), ==, 16 * SHOAL_PIECE_SIZE);
}

static void
test_many (Fixture *self, gconstpointer unused)
{
  const guint n_folders = 20;
  const guint n_files = 10000;
  guint64 wanted = 0;
  guint64 got = 0;

  for (guint i = 0; i < n_files; i++)
    {
      g_autofree char *name = g_strdup_printf ("dir/%02u/%u", i % n_folders, i);
      gsize size = 1 + i % 3000;
      shares_fixture_write_random (&self->shares, name, size, i);
      wanted += size;
    }
  g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, "dir");
  g_autoptr (ShoalPeerClient) ada = client (self, self->ada);
  guint n_entries = n_files + n_folders;
  gint64 start_us = g_get_monotonic_time ();
  for (guint first = 0; first < n_entries; first += 1000)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *span = g_strdup_printf ("%u-%u", first, MIN (1000, n_entries - first));
      g_autoptr (GBytes) bytes = get (ada, "entries", shoal_share_get_id (share), span, &error);
      g_assert_no_error (error);
      got += g_bytes_get_size (bytes);
    }
  g_test_message ("%u small files fetched in %" G_GINT64_FORMAT " ms", n_files,
                  (g_get_monotonic_time () - start_us) / 1000);
  g_assert_cmpuint (got, ==, wanted);
  wait_until (self->n_fetched == 1);
}

/* What can happen to a file between the offer and the request. */
static void
append_to (const char *path)
{
  int fd = open (path, O_WRONLY | O_APPEND | O_CLOEXEC);

  g_assert_cmpint (write (fd, "more", 4), ==, 4);
  close (fd);
}

static void
truncate_it (const char *path)
{
  g_assert_no_errno (truncate (path, 1));
}

static void
delete_it (const char *path)
{
  g_assert_no_errno (unlink (path));
}

static void
link_it (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *moved = g_build_filename (folder, "..", "moved", NULL);

  g_assert_no_errno (rename (path, moved));
  g_assert_no_errno (symlink (moved, path));
}

static void
pipe_it (const char *path)
{
  g_assert_no_errno (unlink (path));
  g_assert_no_errno (mkfifo (path, 0644));
}

static void
replace_it (const char *path)
{
  g_autofree char *other = g_strconcat (path, ".new", NULL);

  g_assert_true (g_file_set_contents (other, "x", 1, NULL));
  g_assert_no_errno (rename (other, path));
}

static void (*const changes[]) (const char *)
    = { append_to, truncate_it, delete_it, link_it, pipe_it, replace_it };

static void
test_changed_before (Fixture *self, gconstpointer unused)
{
  g_autoptr (ShoalPeerClient) ada = client (self, self->ada);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *dir = g_strdup_printf ("dir%u", i);
      g_autofree char *name = g_strdup_printf ("dir%u/file", i);
      g_autofree char *last = g_strdup_printf ("dir%u/zzz", i);
      g_autofree char *path = shares_fixture_path (&self->shares, name);
      shares_fixture_write_random (&self->shares, name, 1000, i);
      shares_fixture_write (&self->shares, last, "last");
      g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, dir);
      ShoalDigest id = *shoal_share_get_id (share);
      g_autoptr (GBytes) data = read_file (self, name);
      g_autoptr (ShoalContent) content = shoal_hash_bytes (data);
      guint before = self->n_changed;

      assert_get (ada, "pieces", &content->id, "0-1", data);
      changes[i](path);
      assert_refused (ada, "pieces", &content->id, "0-1", SHOAL_ERROR_CHANGED);
      assert_refused (ada, "entries", &id, "0-2", SHOAL_ERROR_CHANGED);
      g_autoptr (GBytes) rest = g_bytes_new_static ("last", 4);
      assert_get (ada, "entries", &id, "1-1", rest);

      /* It is hashed again by itself; then it is another folder. */
      wait_until (self->n_changed > before);
      wait_until (!shoal_digest_equal (shoal_share_get_id (share), &id));
      wait_until (shoal_share_get_state (share) == SHOAL_SHARE_WAITING);
      assert_refused (ada, "pieces", &content->id, "0-1", SHOAL_ERROR_NOT_FOUND);
    }
}

static void
test_folder_replaced_by_link (Fixture *self, gconstpointer unused)
{
  shares_fixture_write (&self->shares, "dir/sub/file", "inside");
  g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, "dir");
  g_autoptr (ShoalPeerClient) ada = client (self, self->ada);
  g_autofree char *sub = shares_fixture_path (&self->shares, "dir/sub");
  g_autofree char *moved = shares_fixture_path (&self->shares, "moved");

  /* The very same file, but the way to it leads over a link now. */
  g_assert_no_errno (rename (sub, moved));
  g_assert_no_errno (symlink (moved, sub));
  assert_refused (ada, "entries", shoal_share_get_id (share), "0-2", SHOAL_ERROR_CHANGED);
}

static void
make_sparse (Fixture *self, const char *name, gint64 size)
{
  g_autofree char *path = shares_fixture_path (&self->shares, name);

  shares_fixture_write (&self->shares, name, "sparse");
  g_assert_no_errno (truncate (path, size));
}

static void
test_changed_while_served (Fixture *self, gconstpointer unused)
{
  void (*const during[]) (const char *) = { append_to, truncate_it };

  for (guint i = 0; i < G_N_ELEMENTS (during); i++)
    {
      g_autofree char *name = g_strdup_printf ("file%u", i);
      g_autofree char *path = shares_fixture_path (&self->shares, name);
      make_sparse (self, name, 64 * SHOAL_PIECE_SIZE);
      g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, name);
      g_autofree char *hex = shoal_digest_dup_hex (shoal_share_get_id (share));
      g_autofree char *route = g_strdup_printf ("/v1/pieces/%s/0-64", hex);
      g_autoptr (ShoalPeerClient) ada = client (self, self->ada);
      g_autoptr (GError) error = NULL;
      g_autofree guint8 *buffer = g_malloc (64 * SHOAL_PIECE_SIZE);
      guint64 length = 0;
      guint before = self->n_changed;

      g_assert_true (shoal_peer_client_open (ada, route, 64 * SHOAL_PIECE_SIZE,
                                             64 * SHOAL_PIECE_SIZE, NULL, &length, &error));
      g_assert_no_error (error);
      g_assert_true (shoal_peer_client_read (ada, buffer, SHOAL_PIECE_SIZE, NULL, &error));
      during[i](path);
      /* Never more than what was in flight, and never called complete. */
      g_assert_false (shoal_peer_client_read (ada, buffer, 63 * SHOAL_PIECE_SIZE, NULL, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
      shoal_peer_client_close_body (ada);
      wait_until (self->n_changed > before);
    }
}

/* ---- Partial files ---- */

static void
test_partial (Fixture *self, gconstpointer unused)
{
  const gsize size = 3 * SHOAL_PIECE_SIZE + 5;
  const guint8 first_and_last[] = { 0x90 };
  g_autoptr (GError) error = NULL;

  shares_fixture_write_random (&self->shares, "original", size, 21);
  g_autoptr (GBytes) data = read_file (self, "original");
  g_autoptr (ShoalContent) content = shoal_hash_bytes (data);
  g_autofree char *journal_path = g_build_filename (self->shares.folder->path, "j", NULL);
  g_autoptr (ShoalJournal) journal = shoal_journal_open (journal_path, &content->id, size, &error);
  g_assert_no_error (error);
  g_autoptr (ShoalPartial) partial
             = shoal_partial_open (self->shares.folder->fd, "copy", &content->id, size,
                                   content->layer, journal, 0, NULL, NULL, &error);
  g_assert_no_error (error);
  const guint8 *bytes = g_bytes_get_data (data, NULL);
  g_assert_true (shoal_partial_write_piece (partial, 0, bytes, SHOAL_PIECE_SIZE, &error));
  g_assert_true (shoal_partial_write_piece (partial, 3, bytes + 3 * SHOAL_PIECE_SIZE, 5, &error));
  g_assert_no_error (error);

  g_autoptr (ShoalPeerClient) ada = client (self, self->ada);
  assert_refused (ada, "have", &content->id, NULL, SHOAL_ERROR_NOT_FOUND);
  shoal_uploads_add_partial (self->uploads, &content->id, size, content->layer, partial);
  shoal_uploads_add_partial (self->uploads, &content->id, size, content->layer, partial);
  g_autoptr (GBytes) bitmap = g_bytes_new_static (first_and_last, 1);
  assert_get (ada, "have", &content->id, NULL, bitmap);
  assert_get (ada, "layer", &content->id, NULL, content->layer);
  g_autoptr (GBytes) first = g_bytes_new_from_bytes (data, 0, SHOAL_PIECE_SIZE);
  assert_get (ada, "pieces", &content->id, "0-1", first);
  g_autoptr (GBytes) last = g_bytes_new_from_bytes (data, 3 * SHOAL_PIECE_SIZE, 5);
  assert_get (ada, "pieces", &content->id, "3-1", last);
  assert_refused (ada, "pieces", &content->id, "1-1", SHOAL_ERROR_NOT_FOUND);
  assert_refused (ada, "pieces", &content->id, "0-2", SHOAL_ERROR_NOT_FOUND);
  assert_refused (ada, "pieces", &content->id, "0-5", SHOAL_ERROR_INVALID);

  shoal_uploads_remove_partial (self->uploads, &content->id);
  assert_get (ada, "have", &content->id, NULL, bitmap);
  shoal_uploads_remove_partial (self->uploads, &content->id);
  assert_refused (ada, "have", &content->id, NULL, SHOAL_ERROR_NOT_FOUND);
  shoal_partial_discard (partial);
  shoal_journal_remove (journal);
}

/* ---- Slots ---- */

typedef struct
{
  Fixture *fixture;
  const ShoalDigest *id;
  GError *error;
  gint done;
} Waiting;

static gpointer
ask_in_thread (gpointer data)
{
  Waiting *waiting = data;
  g_autoptr (ShoalPeerClient) ben = client (waiting->fixture, waiting->fixture->ben);
  g_autoptr (GBytes) bytes = get (ben, "pieces", waiting->id, "0-1", &waiting->error);

  g_atomic_int_set (&waiting->done, TRUE);
  return NULL;
}

static void
test_slots (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  make_sparse (self, "file", 64 * SHOAL_PIECE_SIZE);
  g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, "file");
  g_autofree char *hex = shoal_digest_dup_hex (shoal_share_get_id (share));
  g_autofree char *route = g_strdup_printf ("/v1/pieces/%s/0-64", hex);
  shoal_uploads_set_slots (self->uploads, 1);

  /* Ada takes the one slot and does not read on. */
  ShoalPeerClient *ada = client (self, self->ada);
  guint8 start[1000];
  guint64 length = 0;
  g_assert_true (shoal_peer_client_open (ada, route, 64 * SHOAL_PIECE_SIZE, 64 * SHOAL_PIECE_SIZE,
                                         NULL, &length, &error));
  g_assert_true (shoal_peer_client_read (ada, start, sizeof start, NULL, &error));
  g_assert_no_error (error);
  wait_until (g_list_model_get_n_items (shoal_uploads_get_running (self->uploads)) == 1);
  g_autoptr (ShoalUpload) upload
             = g_list_model_get_item (shoal_uploads_get_running (self->uploads), 0);
  g_assert_cmpstr (shoal_upload_get_user (upload), ==, "Ada");
  g_assert_cmpstr (shoal_upload_get_name (upload), ==, "file");

  /* Ben waits, and is told to come again. */
  Waiting waiting = { .fixture = self, .id = shoal_share_get_id (share) };
  GThread *thread = g_thread_new ("ben", ask_in_thread, &waiting);
  wait_until (g_atomic_int_get (&waiting.done));
  g_thread_join (thread);
  g_assert_error (waiting.error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
  g_assert_cmpint (shoal_error_get_retry_ms (waiting.error), >, 0);
  g_clear_error (&waiting.error);

  /* What needs no slot is answered all the same. */
  g_autoptr (ShoalPeerClient) ben = client (self, self->ben);
  g_autoptr (GBytes) have = get (ben, "have", waiting.id, NULL, &error);
  g_assert_no_error (error);

  /* Ada goes away in the middle: the slot is free. */
  shoal_peer_client_free (ada);
  waiting.done = FALSE;
  thread = g_thread_new ("ben", ask_in_thread, &waiting);
  wait_until (g_atomic_int_get (&waiting.done));
  g_thread_join (thread);
  g_assert_no_error (waiting.error);
}

/* ---- History ---- */

static void
on_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GPtrArray *
list_history (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_history_list_async (self->history, 100, NULL, on_result_cb, &result);
  wait_until (result != NULL);
  GPtrArray *entries = shoal_history_list_finish (self->history, result, &error);
  g_assert_no_error (error);
  return entries;
}

static void
on_added_cb (ShoalHistory *history, ShoalHistoryEntry *entry, guint *n)
{
  (*n)++;
}

static void
test_history (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  guint n_added = 0;

  g_signal_connect (self->history, "added", G_CALLBACK (on_added_cb), &n_added);
  shares_fixture_write_random (&self->shares, "file", 3 * SHOAL_PIECE_SIZE, 2);
  g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, "file");
  const ShoalDigest *id = shoal_share_get_id (share);
  g_autoptr (ShoalPeerClient) ada = client (self, self->ada);
  g_autoptr (ShoalPeerClient) ben = client (self, self->ben);

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *span = g_strdup_printf ("%u-1", i);
      g_autoptr (GBytes) bytes = get (ada, "pieces", id, span, &error);
      g_assert_no_error (error);
    }
  g_autoptr (GBytes) part = get (ben, "pieces", id, "0-1", &error);
  g_assert_no_error (error);

  /* Ada’s is whole, Ben’s is still open and ends with the server. */
  wait_until (self->n_fetched == 1);
  g_assert_cmpuint (g_list_model_get_n_items (shoal_uploads_get_running (self->uploads)), ==, 1);
  shoal_uploads_stop (self->uploads);
  g_assert_cmpuint (g_list_model_get_n_items (shoal_uploads_get_running (self->uploads)), ==, 0);
  wait_until (n_added == 2);
  g_autoptr (GPtrArray) entries = list_history (self);
  g_assert_cmpuint (entries->len, ==, 2);
  for (guint i = 0; i < entries->len; i++)
    {
      const ShoalHistoryEntry *entry = g_ptr_array_index (entries, i);
      gboolean whole = g_str_equal (entry->users, "Ada");
      g_assert_true (entry->upload);
      g_assert_cmpstr (entry->name, ==, "file");
      g_assert_cmpstr (entry->outcome, ==, "finished");
      g_assert_cmpint (entry->elapsed_ms, >, 0);
      g_assert_cmpuint (entry->size, ==, 3 * SHOAL_PIECE_SIZE);
      g_assert_cmpuint (entry->bytes, ==, (whole ? 3 : 1) * SHOAL_PIECE_SIZE);
      g_assert_true (shoal_digest_equal (&entry->id, id));
    }
}

/* ---- Fairness ---- */

#define FAIR_RATE (4 * SHOAL_MIB)
#define FAIR_BYTES (8 * SHOAL_MIB)

/* A connection that reads as much as it is given. */
typedef struct
{
  ShoalDeviceKey *key;
  const char *server;
  const char *const *addresses;
  const char *path;
  GCancellable *cancellable;
  GThread *thread;
  gint bytes; /* atomic */
} Puller;

static gpointer
pull (gpointer data)
{
  Puller *self = data;
  g_autofree guint8 *buffer = g_malloc (16 * SHOAL_KIB);
  g_autoptr (ShoalPeerClient) client
             = shoal_peer_client_new (self->key, self->server, self->addresses);

  while (!g_cancellable_is_cancelled (self->cancellable))
    {
      guint64 length = 0;
      gboolean ok = shoal_peer_client_open (client, self->path, -1, G_MAXINT64, self->cancellable,
                                            &length, NULL);

      for (guint64 done = 0; ok && done < length; done += 16 * SHOAL_KIB)
        {
          ok = shoal_peer_client_read (client, buffer, 16 * SHOAL_KIB, self->cancellable, NULL);
          if (ok)
            g_atomic_int_add (&self->bytes, 16 * SHOAL_KIB);
        }
      shoal_peer_client_close_body (client);
    }
  return NULL;
}

static gint
pulled (Puller *pullers, guint first, guint count)
{
  gint bytes = 0;

  for (guint i = first; i < first + count; i++)
    bytes += g_atomic_int_get (&pullers[i].bytes);
  return bytes;
}

static gboolean
all_pull (Puller *pullers, guint count)
{
  for (guint i = 0; i < count; i++)
    if (g_atomic_int_get (&pullers[i].bytes) == 0)
      return FALSE;
  return TRUE;
}

/* Four connections of one member get as much as the one of another. */
static void
test_fair (Fixture *self, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  char hex[SHOAL_DIGEST_HEX_SIZE];
  Puller pullers[5] = { 0 };
  const guint n_ada = 4;
  g_autofree char *address
      = g_strdup_printf ("127.0.0.1:%u", shoal_uploads_get_port (self->uploads));
  const char *const addresses[] = { address, NULL };

  shares_fixture_write_random (&self->shares, "film", 32 * SHOAL_PIECE_SIZE, 5);
  g_autoptr (ShoalShare) share = shares_fixture_add (&self->shares, "film");
  shoal_digest_to_hex (shoal_share_get_id (share), hex);
  g_autofree char *path = g_strconcat ("/v1/pieces/", hex, "/0-32", NULL);
  shoal_token_bucket_set_rate (shoal_uploads_get_limit (self->uploads), FAIR_RATE);
  for (guint i = 0; i < G_N_ELEMENTS (pullers); i++)
    {
      pullers[i].key = i < n_ada ? self->ada : self->ben;
      pullers[i].server = shoal_device_key_get_fingerprint (self->key);
      pullers[i].addresses = addresses;
      pullers[i].path = path;
      pullers[i].cancellable = cancellable;
      pullers[i].thread = g_thread_new ("pull", pull, &pullers[i]);
    }
  wait_until (all_pull (pullers, G_N_ELEMENTS (pullers)));
  gint ada = pulled (pullers, 0, n_ada), ben = pulled (pullers, n_ada, 1);
  wait_until (pulled (pullers, 0, 5) - ada - ben >= (gint) FAIR_BYTES);
  ada = pulled (pullers, 0, n_ada) - ada;
  ben = pulled (pullers, n_ada, 1) - ben;
  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (pullers); i++)
    g_thread_join (pullers[i].thread);
  g_test_message ("Ada: %d bytes on four connections, Ben: %d on one", ada, ben);
  /* Connection by connection Ben would get a fifth. */
  g_assert_cmpint (ben, >, (ada + ben) * 7 / 20);
  g_assert_cmpint (ben, <, (ada + ben) * 13 / 20);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (!shoal_tls_init (&error))
    g_error ("%s", error->message);
  g_unsetenv ("XDG_RUNTIME_DIR");
  g_test_init (&argc, &argv, NULL);
#define add(name, func) g_test_add ("/uploads/" name, Fixture, NULL, set_up, func, tear_down)
  add ("file", test_file);
  add ("audience", test_audience);
  add ("not-here", test_not_here);
  add ("folder", test_folder);
  add ("batch-too-large", test_batch_too_large);
  add ("many", test_many);
  add ("changed-before", test_changed_before);
  add ("folder-replaced-by-link", test_folder_replaced_by_link);
  add ("changed-while-served", test_changed_while_served);
  add ("partial", test_partial);
  add ("slots", test_slots);
  add ("history", test_history);
  add ("fair", test_fair);
#undef add
  return g_test_run ();
}
