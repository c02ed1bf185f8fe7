/* transfer-fixture.c: peers that serve from memory, a directory that names them, and an observer
 * that only writes down what it is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "transfer-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"
#include "shoal-peer-server.h"
#include "shoal-tls.h"
#include "shoal-transfer-store.h"
#include "test-folder.h"

/* ---- The directory ------------------------------------------------------------------------- */

#define FAKE_TYPE_DIRECTORY (fake_directory_get_type ())
G_DECLARE_FINAL_TYPE (FakeDirectory, fake_directory, FAKE, DIRECTORY, GObject)

struct _FakeDirectory
{
  GObject parent_instance;
  TransferFixture *fixture;
};

static ShoalDirectoryState
get_state (ShoalDirectory *directory)
{
  return SHOAL_DIRECTORY_ONLINE;
}

static gboolean
peer_has (FakePeer *peer, const ShoalDigest *id)
{
  g_autofree char *hex = shoal_digest_dup_hex (id);

  return g_hash_table_contains (peer->contents, hex);
}

static guint64
content_size (FakePeer *peer, const ShoalDigest *id)
{
  g_autofree char *hex = shoal_digest_dup_hex (id);

  return g_bytes_get_size (g_hash_table_lookup (peer->contents, hex));
}

static void
sources_async (ShoalDirectory *directory,
               const ShoalDigest *id,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  FakeDirectory *self = FAKE_DIRECTORY (directory);
  GPtrArray *sources = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_source_unref);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  for (guint i = 0; i < self->fixture->peers->len; i++)
    {
      FakePeer *peer = g_ptr_array_index (self->fixture->peers, i);
      ShoalSource *source;

      if (!peer_has (peer, id))
        continue;
      source = shoal_source_new ();
      source->device = g_strdup (shoal_device_key_get_fingerprint (peer->key));
      source->account = g_strdup (peer->user);
      source->user = g_strdup (peer->user);
      source->size = content_size (peer, id) + peer->size_off;
      source->online = g_atomic_int_get (&peer->online);
      source->addresses = g_new0 (char *, 2);
      source->addresses[0] = g_strdup_printf ("127.0.0.1:%u", peer->port);
      g_ptr_array_add (sources, source);
    }
  g_task_return_pointer (task, sources, (GDestroyNotify) g_ptr_array_unref);
}

static GPtrArray *
sources_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
note_pulling (TransferFixture *fixture, const ShoalDigest *id, gboolean active)
{
  g_autofree char *hex = shoal_digest_dup_hex (id);

  if (active)
    g_hash_table_add (fixture->pulling, g_steal_pointer (&hex));
  else
    g_hash_table_remove (fixture->pulling, hex);
}

static void
set_pulling (ShoalDirectory *directory,
             const ShoalDigest *id,
             guint64 size,
             gboolean manifest,
             gboolean active)
{
  note_pulling (FAKE_DIRECTORY (directory)->fixture, id, active);
}

static void
directory_init (ShoalDirectoryInterface *iface)
{
  iface->get_state = get_state;
  iface->sources_async = sources_async;
  iface->sources_finish = sources_finish;
  iface->set_pulling = set_pulling;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeDirectory,
                               fake_directory,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHOAL_TYPE_DIRECTORY, directory_init))

static void
fake_directory_class_init (FakeDirectoryClass *klass)
{
}

static void
fake_directory_init (FakeDirectory *self)
{
}

/* ---- Peers ---------------------------------------------------------------------------------- */

/* What one answer reads from. */
typedef struct
{
  FakePeer *peer;
  GBytes *bytes;
} Body;

static void
body_free (gpointer data)
{
  Body *body = data;

  g_bytes_unref (body->bytes);
  g_free (body);
}

static gboolean
read_body (gpointer data, guint64 offset, guint8 *buffer, gsize length, GError **error)
{
  Body *body = data;
  const guint8 *bytes = g_bytes_get_data (body->bytes, NULL);
  gint64 limit = __atomic_load_n (&body->peer->cut_after, __ATOMIC_SEQ_CST);

  g_atomic_int_inc (&body->peer->n_held);
  while (g_atomic_int_get (&body->peer->hold))
    g_usleep (1000);
  g_atomic_int_add (&body->peer->n_held, -1);
  if (limit > 0
      && __atomic_load_n (&body->peer->served, __ATOMIC_SEQ_CST) + (gint64) length > limit)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_IO, "cut");
      return FALSE;
    }
  memcpy (buffer, bytes + offset, length);
  if (g_atomic_int_get (&body->peer->corrupt))
    buffer[length / 2] ^= 1;
  __atomic_fetch_add (&body->peer->served, (gint64) length, __ATOMIC_SEQ_CST);
  return TRUE;
}

static void
respond_with (FakePeer *peer, ShoalPeerRequest *request, GBytes *bytes)
{
  Body *body = g_new0 (Body, 1);

  body->peer = peer;
  body->bytes = bytes;
  shoal_peer_request_respond_stream (request, g_bytes_get_size (bytes), read_body, NULL, NULL, body,
                                     body_free);
}

static void
respond_pieces (
    FakePeer *peer, ShoalPeerRequest *request, GBytes *content, guint64 first, guint64 count)
{
  guint64 start = first * SHOAL_PIECE_SIZE;
  guint64 end = MIN ((first + count) * SHOAL_PIECE_SIZE, g_bytes_get_size (content));

  if (count == 0 || start >= end)
    shoal_peer_request_respond (request, 416, NULL);
  else
    respond_with (peer, request, g_bytes_new_from_bytes (content, start, end - start));
}

static void
respond_entries (
    FakePeer *peer, ShoalPeerRequest *request, GPtrArray *entries, guint64 first, guint64 count)
{
  GByteArray *body = g_byte_array_new ();

  for (guint64 i = first; i < first + count && i < entries->len; i++)
    {
      GBytes *bytes = g_ptr_array_index (entries, i);

      if (bytes != NULL && g_bytes_get_size (bytes) <= SHOAL_PIECE_SIZE)
        g_byte_array_append (body, g_bytes_get_data (bytes, NULL),
                             (guint) g_bytes_get_size (bytes));
    }
  respond_with (peer, request, g_byte_array_free_to_bytes (body));
}

static void
on_request_cb (ShoalPeerServer *server, ShoalPeerRequest *request, gpointer user_data)
{
  FakePeer *peer = user_data;
  g_auto (GStrv) parts = g_strsplit (shoal_peer_request_get_path (request), "/", -1);
  GBytes *content
      = g_strv_length (parts) >= 4 ? g_hash_table_lookup (peer->contents, parts[3]) : NULL;
  guint64 first = 0, count = 0;

  if (content == NULL || g_atomic_int_get (&peer->refuse))
    {
      shoal_peer_request_respond (request, 404, NULL);
      return;
    }
  if (parts[4] != NULL)
    {
      char *end;

      first = g_ascii_strtoull (parts[4], &end, 10);
      count = g_ascii_strtoull (end + 1, NULL, 10);
    }
  if (g_str_equal (parts[2], "layer"))
    {
      g_autoptr (ShoalContent) hashed = shoal_hash_bytes (content);

      shoal_peer_request_respond (request, 200, hashed->layer);
    }
  else if (g_str_equal (parts[2], "pieces"))
    respond_pieces (peer, request, content, first, count);
  else if (g_str_equal (parts[2], "entries") && g_hash_table_contains (peer->manifests, parts[3]))
    respond_entries (peer, request, g_hash_table_lookup (peer->manifests, parts[3]), first, count);
  else
    shoal_peer_request_respond (request, 404, NULL);
}

/* Where nobody listens. */
#define NOBODYS_PORT 1

FakePeer *
fake_peer_new_silent (TransferFixture *fixture, const char *user)
{
  FakePeer *peer = g_new0 (FakePeer, 1);

  peer->key = shoal_device_key_generate (NULL);
  peer->user = g_strdup (user);
  peer->online = TRUE;
  peer->contents
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  peer->manifests
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  peer->port = NOBODYS_PORT;
  g_ptr_array_add (fixture->peers, peer);
  return peer;
}

FakePeer *
fake_peer_new (TransferFixture *fixture, const char *user)
{
  FakePeer *peer = fake_peer_new_silent (fixture, user);
  GHashTable *known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  peer->server = shoal_peer_server_new (peer->key, on_request_cb, peer);
  g_hash_table_add (known, g_strdup (shoal_device_key_get_fingerprint (fixture->key)));
  shoal_peer_server_set_known (peer->server, known, NULL);
  g_hash_table_unref (known);
  g_assert_true (shoal_peer_server_start (peer->server, "127.0.0.1", 0, &peer->port, NULL));
  return peer;
}

ShoalDigest
fake_peer_add (FakePeer *peer, GBytes *bytes)
{
  g_autoptr (ShoalContent) content = shoal_hash_bytes (bytes);

  g_hash_table_insert (peer->contents, shoal_digest_dup_hex (&content->id), g_bytes_ref (bytes));
  return content->id;
}

void
fake_peer_add_folder (FakePeer *peer,
                      const ShoalDigest *manifest_id,
                      GBytes *manifest,
                      GPtrArray *entries)
{
  fake_peer_add (peer, manifest);
  for (guint i = 0; i < entries->len; i++)
    if (g_ptr_array_index (entries, i) != NULL)
      fake_peer_add (peer, g_ptr_array_index (entries, i));
  g_hash_table_insert (peer->manifests, shoal_digest_dup_hex (manifest_id),
                       g_ptr_array_ref (entries));
}

void
fake_peer_clear (FakePeer *peer)
{
  g_hash_table_remove_all (peer->contents);
  g_hash_table_remove_all (peer->manifests);
}

void
fake_peer_stop (FakePeer *peer)
{
  g_atomic_int_set (&peer->online, FALSE);
  g_atomic_int_set (&peer->hold, FALSE);
  if (peer->server != NULL)
    shoal_peer_server_stop (peer->server);
  g_clear_object (&peer->server);
}

static void
fake_peer_free (gpointer data)
{
  FakePeer *peer = data;

  fake_peer_stop (peer);
  shoal_device_key_unref (peer->key);
  g_hash_table_unref (peer->contents);
  g_hash_table_unref (peer->manifests);
  g_free (peer->user);
  g_free (peer);
}

/* ---- The fixture ----------------------------------------------------------------------------- */

static void
on_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *loaded = user_data;

  g_assert_true (
      shoal_transfer_manager_load_finish (SHOAL_TRANSFER_MANAGER (source), result, NULL));
  *loaded = TRUE;
}

void
transfer_fixture_load (TransferFixture *fixture)
{
  gboolean loaded = FALSE;

  shoal_transfer_manager_load_async (fixture->manager, NULL, on_loaded_cb, &loaded);
  wait_until (loaded);
}

static void
count_serving (TransferFixture *fixture, const ShoalDigest *id, int change)
{
  g_autofree char *hex = shoal_digest_dup_hex (id);
  int n = GPOINTER_TO_INT (g_hash_table_lookup (fixture->serving, hex)) + change;

  g_assert_cmpint (n, >=, 0);
  if (n > 0)
    g_hash_table_replace (fixture->serving, g_steal_pointer (&hex), GINT_TO_POINTER (n));
  else
    g_hash_table_remove (fixture->serving, hex);
}

static void
observe_serve (
    const ShoalDigest *id, guint64 size, GBytes *layer, ShoalPartial *partial, gpointer user_data)
{
  g_assert_true (SHOAL_IS_PARTIAL (partial));
  count_serving (user_data, id, 1);
}

static void
observe_unserve (const ShoalDigest *id, gpointer user_data)
{
  count_serving (user_data, id, -1);
}

static void
observe_pulling (
    const ShoalDigest *id, guint64 size, gboolean manifest, gboolean active, gpointer user_data)
{
  note_pulling (user_data, id, active);
}

static void
observe_bad_source (ShoalTransfer *transfer, ShoalSource *source, gpointer user_data)
{
  TransferFixture *fixture = user_data;

  g_ptr_array_add (fixture->bad, g_strdup (source->user));
}

static void
observe_ended (ShoalTransfer *transfer, gpointer user_data)
{
  TransferFixture *fixture = user_data;

  g_assert_true (shoal_transfer_state_is_ended (shoal_transfer_get_state (transfer)));
  g_ptr_array_add (fixture->ended, g_object_ref (transfer));
}

static void
start_manager (TransferFixture *fixture)
{
  static const ShoalTransferObserver observer = {
    .serve = observe_serve,
    .unserve = observe_unserve,
    .pulling = observe_pulling,
    .bad_source = observe_bad_source,
    .ended = observe_ended,
  };
  g_autofree char *path = g_build_filename (fixture->folder, "profile.db", NULL);
  const char *const migrations[]
      = { shoal_transfer_store_schema, shoal_transfer_store_entries_schema };

  fixture->database = shoal_database_open (path, migrations, G_N_ELEMENTS (migrations), NULL);
  g_assert_nonnull (fixture->database);
  fixture->manager
      = shoal_transfer_manager_new (fixture->database, fixture->directory, fixture->key,
                                    fixture->journals, &observer, fixture, NULL);
  transfer_fixture_load (fixture);
}

void
transfer_fixture_stop (TransferFixture *fixture)
{
  shoal_transfer_manager_stop (fixture->manager);
  g_clear_object (&fixture->manager);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  shoal_database_close (fixture->database);
  g_clear_object (&fixture->database);
}

void
transfer_fixture_prepare (TransferFixture *fixture)
{
  fixture->folder = g_dir_make_tmp ("shoal-transfers-XXXXXX", NULL);
  fixture->downloads = g_build_filename (fixture->folder, "downloads", NULL);
  fixture->journals = g_build_filename (fixture->folder, "journals", NULL);
  g_assert_cmpint (g_mkdir_with_parents (fixture->journals, 0700), ==, 0);
  fixture->key = shoal_device_key_generate (NULL);
  fixture->serving = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fixture->pulling = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fixture->bad = g_ptr_array_new_with_free_func (g_free);
  fixture->ended = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->peers = g_ptr_array_new_with_free_func (fake_peer_free);

  FakeDirectory *directory = g_object_new (FAKE_TYPE_DIRECTORY, NULL);

  directory->fixture = fixture;
  fixture->directory = SHOAL_DIRECTORY (directory);
}

void
transfer_fixture_set_up (TransferFixture *fixture, gconstpointer data)
{
  transfer_fixture_prepare (fixture);
  start_manager (fixture);
}

void
transfer_fixture_tear_down (TransferFixture *fixture, gconstpointer data)
{
  if (fixture->manager != NULL)
    transfer_fixture_stop (fixture);
  g_clear_pointer (&fixture->peers, g_ptr_array_unref);
  g_clear_pointer (&fixture->ended, g_ptr_array_unref);
  g_clear_pointer (&fixture->bad, g_ptr_array_unref);
  g_clear_pointer (&fixture->pulling, g_hash_table_unref);
  g_clear_pointer (&fixture->serving, g_hash_table_unref);
  g_clear_object (&fixture->directory);
  g_clear_pointer (&fixture->key, shoal_device_key_unref);
  test_remove_tree (fixture->folder);
  g_clear_pointer (&fixture->journals, g_free);
  g_clear_pointer (&fixture->downloads, g_free);
  g_clear_pointer (&fixture->folder, g_free);
}

void
transfer_fixture_restart (TransferFixture *fixture)
{
  transfer_fixture_stop (fixture);
  start_manager (fixture);
}

/* ---- Helpers ----------------------------------------------------------------------------------
 */

static gboolean
on_wake_cb (gpointer data)
{
  return G_SOURCE_REMOVE;
}

void
wake_soon (void)
{
  g_timeout_add (5, on_wake_cb, NULL);
}

GBytes *
make_bytes (gsize size, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  guint8 *data = g_malloc (size + 4);

  for (gsize i = 0; i < size; i += 4)
    {
      guint32 word = g_rand_int (random);

      memcpy (data + i, &word, 4);
    }
  return g_bytes_new_take (data, size);
}

static void
on_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ShoalTransfer **transfer = user_data;
  g_autoptr (GError) error = NULL;

  *transfer = shoal_transfer_manager_add_finish (SHOAL_TRANSFER_MANAGER (source), result, &error);
  g_assert_no_error (error);
}

static ShoalTransfer *
start (TransferFixture *fixture,
       const char *name,
       const ShoalDigest *id,
       guint64 size,
       gboolean folder)
{
  ShoalTransfer *transfer = NULL;
  ShoalTransferRequest request = {
    .name = name,
    .id = *id,
    .size = size,
    .total_size = size,
    .folder = folder,
    .folder_path = fixture->downloads,
    .mtime_ms = -1,
  };

  shoal_transfer_manager_add_async (fixture->manager, &request, NULL, on_added_cb, &transfer);
  wait_until (transfer != NULL);
  return transfer;
}

ShoalTransfer *
start_download (TransferFixture *fixture, const char *name, const ShoalDigest *id, guint64 size)
{
  return start (fixture, name, id, size, FALSE);
}

ShoalTransfer *
start_folder (TransferFixture *fixture, const char *name, const ShoalDigest *id, guint64 size)
{
  return start (fixture, name, id, size, TRUE);
}

void
wait_for_state (ShoalTransfer *transfer, ShoalTransferState state)
{
  gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (shoal_transfer_get_state (transfer) != state)
    {
      if (g_get_monotonic_time () > deadline
          || (shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_FAILED
              && state != SHOAL_TRANSFER_FAILED))
        g_error ("%s is %s (%s), not %s", shoal_transfer_get_name (transfer),
                 shoal_transfer_state_to_string (shoal_transfer_get_state (transfer)),
                 shoal_transfer_get_message (transfer), shoal_transfer_state_to_string (state));
      wake_soon ();
      g_main_context_iteration (NULL, TRUE);
    }
}

void
assert_file (const char *folder, const char *name, GBytes *expected)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  g_assert_cmpmem (data, size, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
}
