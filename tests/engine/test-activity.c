/* test-activity.c: the sums of all downloads, as they move, wait and pause
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "transfer-fixture.h"

#include "shoal-activity.h"
#include "shoal-limits.h"
#include "shoal-tls.h"

typedef struct
{
  ShoalActivity *activity;
  gint64 last_us;
  gint64 shortest_us; /* between two changes */
} Changes;

static void
on_activity_cb (ShoalActivity *activity, Changes *changes)
{
  gint64 now = g_get_monotonic_time ();

  if (changes->last_us != 0)
    changes->shortest_us = MIN (changes->shortest_us, now - changes->last_us);
  changes->last_us = now;
}

static void
test_activity (TransferFixture *fixture, gconstpointer data)
{
  const gsize size = 12 * SHOAL_PIECE_SIZE;
  FakePeer *peer = fake_peer_new (fixture, "ada");
  g_autoptr (GBytes) first = make_bytes (size, 1);
  g_autoptr (GBytes) second = make_bytes (size, 2);
  ShoalDigest first_id = fake_peer_add (peer, first), second_id = fake_peer_add (peer, second);
  g_autoptr (GListStore) uploads = g_list_store_new (SHOAL_TYPE_UPLOAD);
  g_autoptr (ShoalActivity) activity
             = shoal_activity_new (G_LIST_MODEL (fixture->manager), G_LIST_MODEL (uploads));
  const ShoalActivitySums *sums = shoal_activity_get_sums (activity);
  Changes changes = { activity, 0, G_MAXINT64 };

  g_signal_connect (activity, "changed", G_CALLBACK (on_activity_cb), &changes);
  shoal_token_bucket_set_rate (shoal_transfer_manager_get_limit (fixture->manager), 3 * SHOAL_MIB);

  g_autoptr (ShoalTransfer) one = start_download (fixture, "one", &first_id, size);
  g_autoptr (ShoalTransfer) two = start_download (fixture, "two", &second_id, size);

  wait_until (sums->n_downloads == 2 && sums->download_speed > 0);
  g_assert_true (shoal_activity_is_moving (activity));
  g_assert_cmpuint (sums->n_paused, ==, 0);
  g_assert_cmpuint (shoal_transfer_manager_pause_all (fixture->manager), ==, 2);
  wait_until (sums->n_paused == 2);
  wait_until (!shoal_activity_is_moving (activity));
  g_assert_cmpint ((int) sums->download_speed, ==, 0);
  g_assert_cmpuint (shoal_transfer_manager_pause_all (fixture->manager), ==, 0);
  shoal_token_bucket_set_rate (shoal_transfer_manager_get_limit (fixture->manager), 0);
  g_assert_cmpuint (shoal_transfer_manager_resume_all (fixture->manager), ==, 2);
  wait_for_state (one, SHOAL_TRANSFER_FINISHED);
  wait_for_state (two, SHOAL_TRANSFER_FINISHED);
  wait_until (sums->n_paused == 0 && !shoal_activity_is_moving (activity));
  g_assert_cmpuint (sums->n_waiting, ==, 0);
  /* The timer's own grain aside, a second lies between two of them. */
  g_assert_cmpint (changes.shortest_us, >, 990 * 1000);
}

int
main (int argc, char *argv[])
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/activity/downloads", TransferFixture, NULL, transfer_fixture_set_up, test_activity,
              transfer_fixture_tear_down);
  return g_test_run ();
}
