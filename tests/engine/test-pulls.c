/* test-pulls.c: downloads as the engine ties them: served while they come, recorded and reported
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "transfer-fixture.h"

#include <string.h>

#include "shoal-engine-pulls.h"
#include "shoal-engine-schema.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-peer-client.h"
#include "shoal-tls.h"
#include "tracker-fixture.h"

typedef struct
{
  TransferFixture transfers;
  TrackerFixture tracker;
  GPtrArray *reports; /* "EVENT NAME": what the tracker was told */
  ShoalUploads *uploads;
  ShoalHistory *history;
  ShoalDeviceKey *ben; /* may fetch from here */
} Fixture;

static JsonObject *
take_report (FakeTracker *tracker,
             const char *method,
             JsonObject *params,
             gpointer user_data,
             GError **error)
{
  Fixture *self = user_data;

  if (g_str_equal (method, "report"))
    g_ptr_array_add (self->reports,
                     g_strdup_printf ("%s %s", json_object_get_string_member (params, "event"),
                                      json_object_get_string_member (params, "name")));
  return NULL;
}

/* @data: (nullable): not %NULL: nothing listens for those who would fetch from here */
static void
set_up (Fixture *self, gconstpointer data)
{
  TransferFixture *transfers = &self->transfers;
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  transfer_fixture_prepare (transfers);
  g_autofree char *path = g_build_filename (transfers->folder, "profile.db", NULL);
  g_autofree char *manifests = g_build_filename (transfers->folder, "manifests", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  shoal_engine_database_open_async (path, NULL, keep_result, &result);
  wait_until (result != NULL);
  transfers->database = shoal_engine_database_open_finish (result, &error);
  g_assert_no_error (error);
  self->history = shoal_history_new (transfers->database);
  self->uploads = shoal_uploads_new (transfers->key, transfers->database, self->history, manifests);
  self->ben = shoal_device_key_generate (NULL);
  g_hash_table_insert (known, g_strdup (shoal_device_key_get_fingerprint (self->ben)),
                       (gpointer) "account-b");
  shoal_uploads_set_known (self->uploads, known, NULL, NULL);
  if (data == NULL)
    g_assert_true (shoal_uploads_start (self->uploads, "127.0.0.1", 0, NULL));
  self->reports = g_ptr_array_new_with_free_func (g_free);
  tracker_fixture_set_up (&self->tracker, take_report, self);
  g_autoptr (ShoalTrackerReports) reports = shoal_tracker_reports_new (self->tracker.link);
  tracker_fixture_go_online (&self->tracker);
  transfers->manager
      = shoal_engine_pulls_new (transfers->database, transfers->directory, transfers->key,
                                transfers->journals, self->uploads, self->history, reports);
  transfer_fixture_load (transfers);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  shoal_transfer_manager_stop (self->transfers.manager);
  shoal_uploads_stop (self->uploads);
  g_clear_object (&self->uploads);
  g_clear_object (&self->history);
  transfer_fixture_tear_down (&self->transfers, NULL);
  tracker_fixture_tear_down (&self->tracker);
  g_ptr_array_unref (self->reports);
  shoal_device_key_unref (self->ben);
}

/* A request of Ben's, from a thread of its own: the main loop goes on meanwhile. */
typedef struct
{
  Fixture *fixture;
  char *path;
  GBytes *bytes;
  GError *error;
  int done;
} Request;

static gpointer
ask_in_thread (gpointer data)
{
  Request *request = data;
  Fixture *self = request->fixture;
  g_autofree char *address
      = g_strdup_printf ("127.0.0.1:%u", shoal_uploads_get_port (self->uploads));
  const char *const addresses[] = { address, NULL };
  g_autoptr (ShoalPeerClient) client = shoal_peer_client_new (
      self->ben, shoal_device_key_get_fingerprint (self->transfers.key), addresses);

  request->bytes
      = shoal_peer_client_get (client, request->path, -1, SHOAL_MIB, NULL, &request->error);
  g_atomic_int_set (&request->done, TRUE);
  return NULL;
}

static GBytes *
ask (Fixture *self, const char *what, const ShoalDigest *id, const char *range, GError **error)
{
  g_autofree char *hex = shoal_digest_dup_hex (id);
  g_autofree char *path = g_strconcat ("/v1/", what, "/", hex, range, NULL);
  Request request = { .fixture = self, .path = path };
  GThread *thread = g_thread_new ("request", ask_in_thread, &request);

  wait_until (g_atomic_int_get (&request.done));
  g_thread_join (thread);
  if (request.error != NULL)
    g_propagate_error (error, request.error);
  return request.bytes;
}

static void
on_listed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GPtrArray **) user_data = shoal_history_list_finish (SHOAL_HISTORY (object), result, NULL);
}

/* The downloads in the history, when there are @n: it writes behind us. */
static GPtrArray *
wait_for_history (Fixture *self, guint n)
{
  g_autoptr (GPtrArray) downloads = NULL;

  do
    {
      g_autoptr (GPtrArray) entries = NULL;

      shoal_history_list_async (self->history, 10, NULL, on_listed_cb, &entries);
      wait_until (entries != NULL);
      g_clear_pointer (&downloads, g_ptr_array_unref);
      downloads = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_history_entry_free);
      while (entries->len > 0)
        {
          ShoalHistoryEntry *entry = g_ptr_array_steal_index (entries, 0);

          if (entry->upload)
            shoal_history_entry_free (entry);
          else
            g_ptr_array_add (downloads, entry);
        }
    }
  while (downloads->len < n);
  g_assert_cmpuint (downloads->len, ==, n);
  return g_steal_pointer (&downloads);
}

static gboolean
has_report (Fixture *self, const char *report)
{
  return g_ptr_array_find_with_equal_func (self->reports, report, g_str_equal, NULL);
}

static void
test_serves (Fixture *self, gconstpointer data)
{
  const gsize size = 12 * SHOAL_PIECE_SIZE + 5;
  FakePeer *peer = fake_peer_new (&self->transfers, "ada");
  g_autoptr (GBytes) bytes = make_bytes (size, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);
  g_autofree char *hex = shoal_digest_dup_hex (&id);
  ShoalTokenBucket *limit = shoal_transfer_manager_get_limit (self->transfers.manager);
  g_autoptr (GError) error = NULL;

  shoal_token_bucket_set_rate (limit, 2 * SHOAL_PIECE_SIZE);

  g_autoptr (ShoalTransfer) transfer = start_download (&self->transfers, "file", &id, size);

  wait_until (shoal_transfer_get_pieces_done (transfer) > 0);
  g_assert_true (g_hash_table_contains (self->transfers.pulling, hex));

  g_autoptr (GBytes) have = ask (self, "have", &id, "", &error);

  g_assert_no_error (error);
  const guint8 *bits = g_bytes_get_data (have, NULL);
  guint piece = 0;

  while ((bits[piece / 8] & (0x80 >> piece % 8)) == 0)
    g_assert_cmpuint (++piece, <, 13);

  g_autofree char *range = g_strdup_printf ("/%u-1", piece);
  g_autoptr (GBytes) got = ask (self, "pieces", &id, range, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (got, NULL), g_bytes_get_size (got),
                   (const guint8 *) g_bytes_get_data (bytes, NULL) + piece * SHOAL_PIECE_SIZE,
                   MIN (SHOAL_PIECE_SIZE, size - piece * SHOAL_PIECE_SIZE));

  shoal_token_bucket_set_rate (limit, 0);
  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  g_assert_cmpuint (g_hash_table_size (self->transfers.pulling), ==, 0);
  g_assert_null (ask (self, "have", &id, "", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);

  g_autoptr (GPtrArray) downloads = wait_for_history (self, 1);
  const ShoalHistoryEntry *download = g_ptr_array_index (downloads, 0);

  g_assert_cmpstr (download->uuid, ==, shoal_transfer_get_uuid (transfer));
  g_assert_cmpstr (download->outcome, ==, "finished");
  g_assert_cmpstr (download->users, ==, "ada");
  g_assert_cmpuint (download->bytes, ==, size);
  g_assert_null (download->reason);
  g_assert_true (g_str_has_suffix (download->destination, "/downloads/file"));
  wait_until (has_report (self, "download-finished file"));
}

/* Who listens to nobody does not say that it serves. */
static void
test_serves_nobody (Fixture *self, gconstpointer data)
{
  const gsize size = 4 * SHOAL_PIECE_SIZE;
  FakePeer *peer = fake_peer_new (&self->transfers, "ada");
  g_autoptr (GBytes) bytes = make_bytes (size, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);
  ShoalTokenBucket *limit = shoal_transfer_manager_get_limit (self->transfers.manager);

  shoal_token_bucket_set_rate (limit, SHOAL_PIECE_SIZE);

  g_autoptr (ShoalTransfer) transfer = start_download (&self->transfers, "file", &id, size);

  wait_until (shoal_transfer_get_bytes_done (transfer) > 0);
  g_assert_cmpuint (g_hash_table_size (self->transfers.pulling), ==, 0);
  shoal_token_bucket_set_rate (limit, 0);
  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
}

static void
test_bad_source_and_cancel (Fixture *self, gconstpointer data)
{
  FakePeer *liar = fake_peer_new (&self->transfers, "mallory");
  g_autoptr (GBytes) bytes = make_bytes (3 * SHOAL_PIECE_SIZE, 1);
  ShoalDigest id = fake_peer_add (liar, bytes);

  g_atomic_int_set (&liar->corrupt, TRUE);

  g_autoptr (ShoalTransfer) transfer
             = start_download (&self->transfers, "file", &id, 3 * SHOAL_PIECE_SIZE);

  wait_until (has_report (self, "bad-source file"));
  shoal_transfer_manager_cancel (self->transfers.manager, transfer);
  wait_for_state (transfer, SHOAL_TRANSFER_CANCELLED);

  g_autoptr (GPtrArray) entries = wait_for_history (self, 1);
  const ShoalHistoryEntry *entry = g_ptr_array_index (entries, 0);

  g_assert_cmpstr (entry->outcome, ==, "cancelled");
  g_assert_cmpstr (entry->bad_sources, ==, "mallory");
  /* The group hears of a liar, and not of what the user gave up. */
  g_assert_cmpuint (self->reports->len, ==, 1);
}

/* Each try that fails is an entry of its own. */
static void
test_fails_twice (Fixture *self, gconstpointer data)
{
  FakePeer *peer = fake_peer_new (&self->transfers, "ada");
  g_autoptr (GBytes) bytes = make_bytes (1000, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);

  g_assert_true (g_file_set_contents (self->transfers.downloads, "no folder", -1, NULL));

  g_autoptr (ShoalTransfer) transfer = start_download (&self->transfers, "file", &id, 1000);

  wait_for_state (transfer, SHOAL_TRANSFER_FAILED);
  shoal_transfer_manager_resume (self->transfers.manager, transfer);
  wait_until (self->reports->len == 2);

  g_autoptr (GPtrArray) entries = wait_for_history (self, 2);

  for (guint i = 0; i < entries->len; i++)
    {
      const ShoalHistoryEntry *entry = g_ptr_array_index (entries, i);

      g_assert_cmpstr (entry->outcome, ==, "failed");
      g_assert_cmpstr (entry->reason, ==, shoal_transfer_get_message (transfer));
      g_assert_cmpstr (g_ptr_array_index (self->reports, i), ==, "download-failed file");
    }
}

#define DEAF ((gconstpointer) TRUE)
#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  ADD ("/pulls/serves", NULL, test_serves);
  ADD ("/pulls/serves-nobody", DEAF, test_serves_nobody);
  ADD ("/pulls/bad-source-and-cancel", NULL, test_bad_source_and_cancel);
  ADD ("/pulls/fails-twice", NULL, test_fails_twice);
  return g_test_run ();
}
