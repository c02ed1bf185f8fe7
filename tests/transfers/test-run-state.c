/* test-run-state.c: what a run's thread says of itself while others read it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-transfer-state.h"

#define N_ROUNDS 50000

typedef struct
{
  ShoalTransferRun *run;
  gboolean done; /* atomic */
} Naming;

static gpointer
name_again_and_again (gpointer data)
{
  Naming *naming = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    shoal_run_set_made (naming->run, i % 2 == 0 ? "one name" : "quite another name");
  g_atomic_int_set (&naming->done, TRUE);
  return NULL;
}

/* A row is drawn while the thread finds out what its folder is called. */
static void
test_made (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDeviceKey) key = shoal_device_key_generate (&error);
  g_assert_no_error (error);
  g_autoptr (ShoalTokenBucket) limit = shoal_token_bucket_new (0);
  ShoalLanes *lanes = shoal_lanes_new (1);
  const ShoalRunConfig config = {
    .uuid = "run",
    .name = "folder",
    .folder = TRUE,
    .n_entries = -1,
    .folder_path = "/downloads",
    .mtime_ms = -1,
    .journals = "/journals",
    .key = key,
    .limit = limit,
    .per_source = 1,
    .lanes = lanes,
  };
  const ShoalRunDelegate delegate = { 0 };
  Naming naming = { .run = shoal_transfer_run_new (&config, &delegate, NULL) };
  GThread *thread = g_thread_new ("naming", name_again_and_again, &naming);

  while (!g_atomic_int_get (&naming.done))
    {
      g_auto (ShoalRunProgress) progress = { 0 };

      shoal_transfer_run_get_progress (naming.run, &progress);
      if (progress.destination == NULL)
        continue;
      g_assert_true (g_str_equal (progress.destination, "/downloads/one name")
                     || g_str_equal (progress.destination, "/downloads/quite another name"));
    }
  g_thread_join (thread);
  shoal_transfer_run_unref (naming.run);
  shoal_lanes_unref (lanes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run-state/made", test_made);
  return g_test_run ();
}
