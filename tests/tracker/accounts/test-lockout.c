/* test-lockout.c: the table of failed sign-ins, with a clock of our own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-lockout"

#include "config.h"

#include "shoal-address-key.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-lockout.h"
#include "shoal-password.h"
#include "shoal-tracker-schema.h"
#include "test-tracker.h"

#define NOW (G_GINT64_CONSTANT (1700000000000))
#define SECOND (1000)
#define HOUR (3600 * SECOND)
#define HERE "192.0.2.1"
#define THERE "198.51.100.1"
#define DEVICE "the owner's device"

/* One try that ends at once. Returns: how long the block is that it brings */
static gint64
try_at (ShoalLockout *lockout,
        const char *user,
        const char *address,
        const char *known,
        ShoalLockoutOutcome outcome,
        gint64 now)
{
  g_autoptr (GError) error = NULL;
  gint64 blocked_ms = -1;

  shoal_lockout_begin (lockout, user, address, known, now, &error);
  g_assert_no_error (error);

  g_autoptr (GPtrArray) rows
             = shoal_lockout_end (lockout, user, address, known, outcome, now, &blocked_ms);

  return blocked_ms;
}

static gint64
fail_at (ShoalLockout *lockout, const char *user, const char *address, gint64 now)
{
  return try_at (lockout, user, address, NULL, SHOAL_LOCKOUT_WRONG, now);
}

static gint64
refused_for (
    ShoalLockout *lockout, const char *user, const char *address, const char *known, gint64 now)
{
  g_autoptr (GError) error = NULL;

  if (!shoal_lockout_begin (lockout, user, address, known, now, &error))
    {
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_BLOCKED);
      g_assert_cmpint (shoal_error_get_retry_ms (error), >, 0);
      return shoal_error_get_retry_ms (error);
    }
  g_ptr_array_unref (
      shoal_lockout_end (lockout, user, address, known, SHOAL_LOCKOUT_ABANDONED, now, NULL));
  return 0;
}

static void
test_address_only (void)
{
  g_autoptr (ShoalLockout) lockout = shoal_lockout_new (3, 10);

  g_assert_cmpint (fail_at (lockout, "ada", HERE, NOW), ==, 0);
  g_assert_cmpint (fail_at (lockout, "Ada", HERE, NOW), ==, 0);
  g_assert_cmpint (fail_at (lockout, "ADA", HERE, NOW), ==, 10 * SECOND);
  g_assert_cmpint (refused_for (lockout, "ada", HERE, NULL, NOW), ==, 10 * SECOND);
  g_assert_cmpint (refused_for (lockout, "ada", HERE, NULL, NOW + 4 * SECOND), ==, 6 * SECOND);
  g_assert_cmpint (refused_for (lockout, "ada", THERE, NULL, NOW), ==, 0);
  g_assert_cmpint (refused_for (lockout, "ben", HERE, NULL, NOW), ==, 0);
  g_assert_cmpint (refused_for (lockout, "ada", HERE, NULL, NOW + 10 * SECOND), ==, 0);
}

/* Who guesses where the owner is does not lock out his device, which has tries of its own. */
static void
test_known_device (void)
{
  g_autoptr (ShoalLockout) lockout = shoal_lockout_new (3, 10);

  for (guint i = 0; i < 3; i++)
    fail_at (lockout, "ada", HERE, NOW);
  g_assert_cmpint (refused_for (lockout, "ada", HERE, NULL, NOW), ==, 10 * SECOND);
  g_assert_cmpint (refused_for (lockout, "ada", HERE, DEVICE, NOW), ==, 0);

  for (guint i = 0; i < 3; i++)
    try_at (lockout, "ada", HERE, DEVICE, SHOAL_LOCKOUT_WRONG, NOW);
  g_assert_cmpint (refused_for (lockout, "ada", HERE, DEVICE, NOW), ==, 10 * SECOND);
  g_assert_cmpint (refused_for (lockout, "ada", THERE, DEVICE, NOW), ==, 10 * SECOND);
  g_assert_cmpint (refused_for (lockout, "ada", THERE, NULL, NOW), ==, 0);
}

static void
test_doubling (void)
{
  g_autoptr (ShoalLockout) lockout = shoal_lockout_new (2, 10);
  gint64 now = NOW;
  gint64 expected = 10 * SECOND;

  fail_at (lockout, "ada", HERE, now);
  for (guint i = 0; i < 40; i++)
    {
      gint64 block = fail_at (lockout, "ada", HERE, now);

      g_assert_cmpint (block, ==, expected);
      /* Attempts during the block do not lengthen it. */
      for (guint j = 0; j < 5; j++)
        g_assert_cmpint (refused_for (lockout, "ada", HERE, NULL, now + block / 2), ==,
                         block - block / 2);
      g_assert_cmpint (refused_for (lockout, "ada", HERE, NULL, now + block - 1), ==, 1);
      now += block;
      expected = MIN (expected * 2, SHOAL_MAX_BLOCK_SECONDS * SECOND);
    }
}

static void
test_right_password_clears (void)
{
  g_autoptr (ShoalLockout) lockout = shoal_lockout_new (3, 10);

  for (guint i = 0; i < 5; i++)
    {
      fail_at (lockout, "ada", HERE, NOW);
      fail_at (lockout, "ada", HERE, NOW);
      try_at (lockout, "ada", HERE, NULL, SHOAL_LOCKOUT_RIGHT, NOW);
    }
  g_assert_cmpint (fail_at (lockout, "ada", HERE, NOW), ==, 0);
}

static void
test_forgotten_after_a_day (void)
{
  g_autoptr (ShoalLockout) lockout = shoal_lockout_new (2, 10);

  g_assert_cmpint (fail_at (lockout, "ada", HERE, NOW), ==, 0);
  g_assert_cmpint (fail_at (lockout, "ada", HERE, NOW + 25 * HOUR), ==, 0);
  g_assert_cmpint (fail_at (lockout, "ada", HERE, NOW + 26 * HOUR), ==, 10 * SECOND);
}

/* Many tries at once get no more guesses than one after the other. */
static void
test_at_once (void)
{
  g_autoptr (ShoalLockout) lockout = shoal_lockout_new (3, 10);

  for (guint i = 0; i < 3; i++)
    g_assert_true (shoal_lockout_begin (lockout, "ada", HERE, NULL, NOW, NULL));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (shoal_lockout_begin (lockout, "ada", HERE, NULL, NOW, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
    }
  for (guint i = 0; i < 3; i++)
    g_ptr_array_unref (
        shoal_lockout_end (lockout, "ada", HERE, NULL, SHOAL_LOCKOUT_WRONG, NOW, NULL));
  g_assert_cmpint (refused_for (lockout, "ada", HERE, NULL, NOW), ==, 10 * SECOND);
}

/* From ever new addresses a name gets so many guesses an hour; the owner's own device gets more. */
static void
test_total (void)
{
  g_autoptr (ShoalLockout) lockout = shoal_lockout_new (5, 10);

  for (guint i = 0; i < SHOAL_MAX_ACCOUNT_FAILURES_PER_HOUR; i++)
    {
      g_autofree char *address = g_strdup_printf ("10.0.%u.%u", i / 250, i % 250 + 1);

      fail_at (lockout, "ada", address, NOW + i);
    }
  g_assert_cmpint (refused_for (lockout, "ada", HERE, NULL, NOW + 1000), ==, HOUR - 1000);
  g_assert_cmpint (refused_for (lockout, "ada", HERE, DEVICE, NOW + 1000), ==, 0);
  g_assert_cmpint (refused_for (lockout, "ben", HERE, NULL, NOW + 1000), ==, 0);
  g_assert_cmpint (refused_for (lockout, "ada", HERE, NULL, NOW + HOUR), ==, 0);

  /* Devices of the account do not fill that hour with their mistakes. */
  for (guint i = 0; i < SHOAL_MAX_ACCOUNT_FAILURES_PER_HOUR; i++)
    {
      g_autofree char *device = g_strdup_printf ("device %u", i);

      try_at (lockout, "cleo", HERE, device, SHOAL_LOCKOUT_WRONG, NOW);
    }
  g_assert_cmpint (refused_for (lockout, "cleo", HERE, NULL, NOW), ==, 0);
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *address;
    const char *key;
  } cases[] = {
    { "192.0.2.1", "192.0.2.1" },
    { "::ffff:192.0.2.1", "192.0.2.1" },
    { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
    { "2001:db8:1:2::1", "2001:db8:1:2::/64" },
    { "2001:db8:1:3::1", "2001:db8:1:3::/64" },
    { "::1", "::/64" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *key = shoal_address_key (cases[i].address);

      g_assert_cmpstr (key, ==, cases[i].key);
    }
}

static gboolean
write_rows (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_lockout_write (connection, data, error);
}

static void
fail_and_write (ShoalLockout *lockout, ShoalDatabase *database, const char *address, gint64 now)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (shoal_lockout_begin (lockout, "ada", address, NULL, now, NULL));

  g_autoptr (GPtrArray) rows
             = shoal_lockout_end (lockout, "ada", address, NULL, SHOAL_LOCKOUT_WRONG, now, NULL);

  shoal_database_write (database, write_rows, rows, &error);
  g_assert_no_error (error);
}

static void
test_survives_restart (void)
{
  g_autofree char *folder = g_dir_make_tmp ("shoal-lockout-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;

  for (guint run = 0; run < 2; run++)
    {
      g_autoptr (ShoalDatabase) database = shoal_tracker_open_database (folder, &error);
      g_autoptr (ShoalLockout) lockout = shoal_lockout_new (2, 10);

      g_assert_no_error (error);
      shoal_database_read (database, shoal_lockout_load, lockout, &error);
      g_assert_no_error (error);
      if (run == 0)
        {
          fail_and_write (lockout, database, HERE, NOW);
          fail_and_write (lockout, database, HERE, NOW);
          continue;
        }
      g_assert_cmpint (refused_for (lockout, "ada", HERE, NULL, NOW + 1), ==, 10 * SECOND - 1);
      g_assert_cmpint (refused_for (lockout, "ada", THERE, NULL, NOW + 1), ==, 0);
      /* It goes on doubling where it was. */
      g_assert_cmpint (fail_at (lockout, "ada", HERE, NOW + 10 * SECOND), ==, 20 * SECOND);
      /* A clock put back by a year does not make the block a year long. */
      g_assert_cmpint (refused_for (lockout, "ada", HERE, NULL, NOW - 365 * 24 * (gint64) HOUR), <=,
                       SHOAL_MAX_BLOCK_SECONDS * SECOND);
    }
  test_remove_folder (folder);
}

static void
test_bounded (void)
{
  g_autoptr (ShoalLockout) lockout = shoal_lockout_new (1, 10);
  guint deleted = 0;

  for (guint i = 0; i < SHOAL_MAX_LOCKOUT_ROWS; i++)
    {
      g_autofree char *user = g_strdup_printf ("name%u", i);

      g_assert_true (shoal_lockout_begin (lockout, user, HERE, DEVICE, NOW + i, NULL));

      g_autoptr (GPtrArray) rows = shoal_lockout_end (lockout, user, HERE, DEVICE,
                                                      SHOAL_LOCKOUT_WRONG, NOW + i, NULL);

      g_assert_cmpuint (rows->len, ==, 1);
    }
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *user = g_strdup_printf ("other%u", i);

      g_assert_true (shoal_lockout_begin (lockout, user, HERE, DEVICE, NOW, NULL));

      g_autoptr (GPtrArray) rows
                 = shoal_lockout_end (lockout, user, HERE, DEVICE, SHOAL_LOCKOUT_WRONG, NOW, NULL);

      for (guint j = 0; j < rows->len; j++)
        deleted += ((ShoalLockoutRow *) g_ptr_array_index (rows, j))->failures == 0;
    }
  /* For each new one the oldest goes. */
  g_assert_cmpuint (deleted, ==, 10);
  g_assert_cmpint (refused_for (lockout, "name0", HERE, DEVICE, NOW + 1), ==, 0);
  g_assert_cmpint (refused_for (lockout, "other9", HERE, DEVICE, NOW + 1), >, 0);
}

/* Over the wire: the N-th wrong password blocks; unknown names are counted alike. */
static void
test_over_the_wire (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  static const char *const users[] = { "ada", "nobody" };

  tracker->config->max_failures = 3;
  tracker->config->block_seconds = 600;
  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  for (gsize i = 0; i < G_N_ELEMENTS (users); i++)
    {
      g_autoptr (TestClient) client = test_client_new ();

      test_client_attach (client, tracker, THERE);
      for (guint j = 0; j < 5; j++)
        {
          g_autoptr (GError) error = test_client_refused (
              client, SHOAL_METHOD_SIGN_IN,
              shoal_json_new ("user", "s", users[i], "password", "s", "wrong password", NULL),
              j < 3 ? SHOAL_ERROR_AUTH : SHOAL_ERROR_BLOCKED);

          if (j >= 3)
            g_assert_cmpint (shoal_error_get_retry_ms (error), >, 590 * SECOND);
        }
      /* Not even the right one is looked at. */
      g_autoptr (GError) right = test_client_refused (
          client, SHOAL_METHOD_SIGN_IN,
          shoal_json_new ("user", "s", users[i], "password", "s", TEST_PASSWORD, NULL),
          SHOAL_ERROR_BLOCKED);
    }

  /* After a restart it is the same, and from elsewhere it is open. */
  test_client_disconnect (ada);
  test_tracker_close (tracker);
  test_tracker_open (tracker);

  g_autoptr (TestClient) there = test_client_new ();
  g_autoptr (TestClient) here = test_client_new ();

  test_client_attach (there, tracker, THERE);
  test_client_attach (here, tracker, HERE);

  g_autoptr (GError) still = test_client_refused (
      there, SHOAL_METHOD_SIGN_IN,
      shoal_json_new ("user", "s", "ada", "password", "s", TEST_PASSWORD, NULL),
      SHOAL_ERROR_BLOCKED);
  g_autoptr (JsonObject) open = test_client_sign_in (here, "ada", TEST_PASSWORD);
}

/* During a block the owner gets in from the same address, and can change the password. */
static void
test_owner_is_not_locked_out (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();

  tracker->config->max_failures = 2;
  tracker->config->block_seconds = 600;
  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) guesser = test_client_new ();

  test_client_attach (guesser, tracker, HERE);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = test_client_refused (
          guesser, SHOAL_METHOD_SIGN_IN,
          shoal_json_new ("user", "s", "ada", "password", "s", "wrong password", NULL),
          i < 2 ? SHOAL_ERROR_AUTH : SHOAL_ERROR_BLOCKED);
    }
  test_client_disconnect (ada);
  test_client_attach (ada, tracker, HERE);

  g_autoptr (JsonObject) in = test_client_sign_in (ada, "ada", TEST_PASSWORD);
  g_autoptr (JsonObject) changed = test_client_call (
      ada, SHOAL_METHOD_PASSWORD,
      shoal_json_new ("old", "s", TEST_PASSWORD, "new", "s", "a new password", NULL));
}

/* Guessing the old password with a stolen session is counted too. */
static void
test_change_of_password_counts (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();

  tracker->config->max_failures = 2;
  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = test_client_refused (
          ada, SHOAL_METHOD_PASSWORD,
          shoal_json_new ("old", "s", "wrong password", "new", "s", "a new password", NULL),
          i < 2 ? SHOAL_ERROR_AUTH : SHOAL_ERROR_BLOCKED);
    }
}

static const ShoalTurn turn = { HERE, TRUE };

static void
cancelled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *done = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_null (shoal_password_hash_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  *done = TRUE;
}

static void
test_password_cancel (void)
{
  g_autoptr (ShoalPasswordPool) pool = shoal_password_pool_new (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gboolean done = FALSE;

  g_cancellable_cancel (cancellable);
  shoal_password_hash_async (pool, &turn, TEST_PASSWORD, cancellable, cancelled_cb, &done);
  test_wait_until (done);
}

static void
hash_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  *(char **) user_data = shoal_password_hash_finish (result, &error);
  g_assert_no_error (error);
}

static void
verify_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean same = FALSE;

  g_assert_true (shoal_password_verify_finish (result, &same, &error));
  *(int *) user_data = same;
}

static gboolean
is_same (ShoalPasswordPool *pool, const char *password, const char *hash)
{
  int same = -1;

  shoal_password_verify_async (pool, &turn, password, hash, NULL, verify_cb, &same);
  test_wait_until (same >= 0);
  return same;
}

/* One keyboard makes one character of an accented letter, another two. */
static void
test_password_composed (void)
{
  static const char *const composed = "pass\u00e9 compos\u00e9";
  static const char *const decomposed = "passe\u0301 compose\u0301";
  /* Of an earlier version, which did not compose: the second. */
  static const char *const old = "$argon2id$v=19$m=8,t=1,p=1$gPEXdeVmVGTakJaqRdDohw$+"
                                 "HOblKmHksXJAcbZq+WGh6ccQmA4/rSZhZlhaj8EFCQ";
  g_autoptr (ShoalPasswordPool) pool = shoal_password_pool_new (NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *hash = NULL;

      shoal_password_hash_async (pool, &turn, i == 0 ? composed : decomposed, NULL, hash_cb, &hash);
      test_wait_until (hash != NULL);
      g_assert_true (is_same (pool, composed, hash));
      g_assert_true (is_same (pool, decomposed, hash));
      g_assert_false (is_same (pool, "passe compose", hash));
    }
  g_assert_true (is_same (pool, decomposed, old));
  g_assert_false (is_same (pool, "passe compose", old));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lockout/address-only", test_address_only);
  g_test_add_func ("/lockout/known-device", test_known_device);
  g_test_add_func ("/lockout/doubling", test_doubling);
  g_test_add_func ("/lockout/right-password-clears", test_right_password_clears);
  g_test_add_func ("/lockout/forgotten-after-a-day", test_forgotten_after_a_day);
  g_test_add_func ("/lockout/at-once", test_at_once);
  g_test_add_func ("/lockout/total", test_total);
  g_test_add_func ("/lockout/addresses", test_addresses);
  g_test_add_func ("/lockout/survives-restart", test_survives_restart);
  g_test_add_func ("/lockout/bounded", test_bounded);
  g_test_add_func ("/lockout/over-the-wire", test_over_the_wire);
  g_test_add_func ("/lockout/owner-is-not-locked-out", test_owner_is_not_locked_out);
  g_test_add_func ("/lockout/change-of-password-counts", test_change_of_password_counts);
  g_test_add_func ("/password/cancel", test_password_cancel);
  g_test_add_func ("/password/composed", test_password_composed);
  return g_test_run ();
}
