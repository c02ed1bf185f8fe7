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
  g_assert_cmpint (honest->served, ==, 5 * SHOAL_PIECE_SIZE);
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
  shoal_transfer_manager_pause (fixture->manager, one);
  wait_for_state (one, SHOAL_TRANSFER_PAUSED);
  g_assert_false (shoal_transfer_state_is_ended (shoal_transfer_get_state (two)));
  g_assert_true (g_hash_table_contains (fixture->pulling, hex));
  shoal_token_bucket_set_rate (limit, 0);
  wait_for_state (two, SHOAL_TRANSFER_FINISHED);
  g_assert_cmpuint (g_hash_table_size (fixture->pulling), ==, 0);
  assert_file (fixture->downloads, "file", bytes);
}

#define SERVES ((gconstpointer) TRUE)
#define ADD(path, data, func)                                                                      \
  g_test_add (path, TransferFixture, data, transfer_fixture_set_up, func,                          \
              transfer_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  ADD ("/transfer-sources/other-size", NULL, test_other_size);
  ADD ("/transfer-sources/twice", SERVES, test_twice);
  return g_test_run ();
}
