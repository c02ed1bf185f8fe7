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

#define ADD(path, func)                                                                            \
  g_test_add (path, TransferFixture, NULL, transfer_fixture_set_up, func,                          \
              transfer_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  ADD ("/transfer-sources/other-size", test_other_size);
  return g_test_run ();
}
