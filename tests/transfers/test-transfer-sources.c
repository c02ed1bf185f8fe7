/* test-transfer-sources.c: which sources a download takes, how many downloads begin at once, and
 * what the group is told of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "transfer-fixture.h"

#include "shoal-limits.h"
#include "shoal-tls.h"

/* Content is an id and a size: who tells another size offers something else. */
static void
test_other_size (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *other = fake_peer_new (fixture, "mallory");
  FakePeer *honest = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) bytes = make_bytes (5 * SHOAL_PIECE_SIZE, 1);
  ShoalDigest id = fake_peer_add (other, bytes);

  fake_peer_add (honest, bytes);
  other->size_off = 1;
  g_atomic_int_set (&honest->online, FALSE);

  g_autoptr (ShoalTransfer) transfer = start_download (fixture, "file", &id, 5 * SHOAL_PIECE_SIZE);

  wait_for_state (transfer, SHOAL_TRANSFER_WAITING);
  g_atomic_int_set (&honest->online, TRUE);
  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "file", bytes);
  g_assert_cmpint (other->served, ==, 0);
  /* Where everything is slow, the last pieces are asked for twice. */
  g_assert_cmpint (honest->served, >=, 5 * SHOAL_PIECE_SIZE);
}

/* Two downloads of one content: the group hears of it until the last one has ended. */
static void
test_twice (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peer = fake_peer_new (fixture, "ada");
  gsize size = 12 * SHOAL_PIECE_SIZE;
  g_autoptr (GBytes) bytes = make_bytes (size, 1);
  ShoalDigest id = fake_peer_add (peer, bytes);
  ShoalTokenBucket *limit = shoal_transfer_manager_get_limit (fixture->manager);
  g_autofree char *hex = shoal_digest_dup_hex (&id);

  shoal_token_bucket_set_rate (limit, 2 * SHOAL_PIECE_SIZE);

  g_autoptr (ShoalTransfer) one = start_download (fixture, "file", &id, size);

  g_free (fixture->downloads);
  fixture->downloads = g_build_filename (fixture->folder, "elsewhere", NULL);

  g_autoptr (ShoalTransfer) two = start_download (fixture, "file", &id, size);

  g_assert_true (one != two);
  wait_until (shoal_transfer_get_bytes_done (one) > 0 && shoal_transfer_get_bytes_done (two) > 0);
  g_assert_true (g_hash_table_contains (fixture->pulling, hex));
  g_assert_cmpint (GPOINTER_TO_INT (g_hash_table_lookup (fixture->serving, hex)), ==, 2);
  shoal_transfer_manager_pause (fixture->manager, one);
  wait_for_state (one, SHOAL_TRANSFER_PAUSED);
  g_assert_false (shoal_transfer_state_is_ended (shoal_transfer_get_state (two)));
  g_assert_true (g_hash_table_contains (fixture->pulling, hex));
  shoal_token_bucket_set_rate (limit, 0);
  wait_for_state (two, SHOAL_TRANSFER_FINISHED);
  g_assert_cmpuint (g_hash_table_size (fixture->pulling), ==, 0);
  g_assert_cmpuint (g_hash_table_size (fixture->serving), ==, 0);
  assert_file (fixture->downloads, "file", bytes);
}

/* Many wait for people who are away: when all are back, only so many move at once as may. */
static void
test_parallel (TransferFixture *fixture, gconstpointer data)
{
  FakePeer *peers[8];
  gsize size = 4 * SHOAL_PIECE_SIZE;
  ShoalTokenBucket *limit = shoal_transfer_manager_get_limit (fixture->manager);
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  guint n_finished = 0, most = 0;

  shoal_transfer_manager_set_parallel (fixture->manager, 2);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      peers[i] = fake_peer_new (fixture, "ada");
      g_atomic_int_set (&peers[i]->online, FALSE);

      g_autoptr (GBytes) bytes = make_bytes (size, i);
      ShoalDigest id = fake_peer_add (peers[i], bytes);
      g_autofree char *name = g_strdup_printf ("file %u", i);

      g_ptr_array_add (waiting, start_download (fixture, name, &id, size));
    }
  for (guint i = 0; i < waiting->len; i++)
    wait_for_state (g_ptr_array_index (waiting, i), SHOAL_TRANSFER_WAITING);
  shoal_token_bucket_set_rate (limit, 8 * SHOAL_PIECE_SIZE);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    g_atomic_int_set (&peers[i]->online, TRUE);
  /* All ask again at once. */
  g_signal_emit_by_name (fixture->directory, "roster-changed");
  while (n_finished < waiting->len)
    {
      guint n_begun = 0;

      n_finished = 0;
      for (guint i = 0; i < waiting->len; i++)
        {
          ShoalTransfer *transfer = g_ptr_array_index (waiting, i);
          gboolean finished = shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_FINISHED;

          n_finished += finished;
          n_begun += !finished && shoal_transfer_get_bytes_done (transfer) > 0
                     && shoal_transfer_get_bytes_done (transfer) < size;
        }
      most = MAX (most, n_begun);
      /* Two, and some room for one that has to wait in the middle of its file. */
      g_assert_cmpuint (n_begun, <=, 4);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      wake_soon ();
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (most, >, 0);
}

/* As many devices as a run keeps, and nobody answers for any of them. */
static ShoalTransfer *
start_with_silent (TransferFixture *fixture, GBytes *bytes)
{
  ShoalDigest id;

  for (guint i = 0; i < SHOAL_MAX_SOURCES; i++)
    id = fake_peer_add (fake_peer_new_silent (fixture, "ben"), bytes);

  ShoalTransfer *transfer = start_download (fixture, "file", &id, g_bytes_get_size (bytes));

  wait_for_state (transfer, SHOAL_TRANSFER_WAITING);
  return transfer;
}

/* However many devices a download has had to do with: a new one is taken. */
static void
test_after_many_left (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bytes = make_bytes (5 * SHOAL_PIECE_SIZE, 1);
  g_autoptr (ShoalTransfer) transfer = start_with_silent (fixture, bytes);

  for (guint i = 0; i < fixture->peers->len; i++)
    fake_peer_clear (g_ptr_array_index (fixture->peers, i));
  fake_peer_add (fake_peer_new (fixture, "ada"), bytes);
  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "file", bytes);
}

static void
test_beside_many_silent (TransferFixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bytes = make_bytes (5 * SHOAL_PIECE_SIZE, 1);
  g_autoptr (ShoalTransfer) transfer = start_with_silent (fixture, bytes);

  fake_peer_add (fake_peer_new (fixture, "ada"), bytes);
  wait_for_state (transfer, SHOAL_TRANSFER_FINISHED);
  assert_file (fixture->downloads, "file", bytes);
}

#define ADD(path, func)                                                                            \
  g_test_add (path, TransferFixture, NULL, transfer_fixture_set_up, func,                          \
              transfer_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  ADD ("/transfer-sources/after-many-left", test_after_many_left);
  ADD ("/transfer-sources/beside-many-silent", test_beside_many_silent);
  ADD ("/transfer-sources/other-size", test_other_size);
  ADD ("/transfer-sources/parallel", test_parallel);
  ADD ("/transfer-sources/twice", test_twice);
  return g_test_run ();
}
