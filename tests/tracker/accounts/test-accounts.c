/* test-accounts.c: devices that are bound, moved and removed, and what is told of that
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-accounts"

#include "config.h"

#include "shoal-accounts.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-token-clock.h"
#include "shoal-tracker-schema.h"
#include "test-client.h"

#define NOW_MS (G_GINT64_CONSTANT (1700000000000))
#define TOO_LONG_MS ((SHOAL_TOKEN_IDLE_DAYS + 1) * G_GINT64_CONSTANT (24 * 60 * 60 * 1000))

/* What the hook was told; written in the writer's thread, read when its job is done. */
static GArray *removed_rows;
static gboolean hook_fails;

static gboolean
on_removed_in_job (ShoalConnection *connection, gint64 device_row, GError **error)
{
  g_array_append_val (removed_rows, device_row);
  if (hook_fails)
    g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL, "The hook fails.");
  return !hook_fails;
}

static const ShoalDeviceRemoved removed = { .in_job = on_removed_in_job };

typedef struct
{
  char *folder;
  ShoalDatabase *database;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  removed_rows = g_array_new (FALSE, FALSE, sizeof (gint64));
  hook_fails = FALSE;
  fixture->folder = g_dir_make_tmp ("shoal-accounts-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->database = shoal_tracker_open_database (fixture->folder, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->database);
  test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_array_unref (removed_rows);
}

typedef struct
{
  const char *user;
  const char *device;
  gint64 now_ms;
  ShoalBinding binding;
  ShoalAccount account;
} Job;

static void
job_clear (Job *job)
{
  shoal_binding_clear (&job->binding);
  shoal_account_clear (&job->account);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)

static gboolean
run_bind (ShoalConnection *connection, gpointer data, GError **error)
{
  Job *job = data;
  const ShoalBind bind = { .device = job->device,
                           .with_token = TRUE,
                           .now_ms = job->now_ms,
                           .token_ms = job->now_ms,
                           .removed = &removed };

  if (!shoal_accounts_find (connection, job->user, &job->account, error))
    return FALSE;
  if (job->account.row == 0
      && !shoal_accounts_insert (connection, job->user, job->user, "hash", FALSE, job->device,
                                 job->user, job->now_ms, &job->account, error))
    return FALSE;
  return shoal_accounts_bind (connection, &job->account, &bind, &job->binding, error);
}

static void
bind_device (Fixture *fixture, Job *job)
{
  g_autoptr (GError) error = NULL;

  shoal_database_write (fixture->database, run_bind, job, &error);
  g_assert_no_error (error);
}

static gboolean
run_owner_of (ShoalConnection *connection, gpointer data, GError **error)
{
  Job *job = data;

  return shoal_connection_query_integer (connection, 0, &job->account.row, error,
                                         "SELECT account_id FROM devices WHERE device = ?", "s",
                                         job->device);
}

/* 0: there is no such device. */
static gint64
owner_of (Fixture *fixture, const char *device)
{
  g_autoptr (GError) error = NULL;
  Job job = { .device = device };

  shoal_database_read (fixture->database, run_owner_of, &job, &error);
  g_assert_no_error (error);
  return job.account.row;
}

static void
test_again (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 2; i++)
    {
      g_auto (Job) job = { .user = "ada", .device = "desk", .now_ms = NOW_MS + i };

      bind_device (fixture, &job);
      g_assert_false (job.binding.is_removed);
      g_assert_nonnull (job.binding.token);
    }
  g_assert_cmpuint (removed_rows->len, ==, 0);
}

static void
test_moved (Fixture *fixture, gconstpointer data)
{
  g_auto (Job) first = { .user = "ada", .device = "desk", .now_ms = NOW_MS };
  g_auto (Job) second = { .user = "ben", .device = "desk", .now_ms = NOW_MS + 1 };

  bind_device (fixture, &first);
  bind_device (fixture, &second);
  g_assert_true (second.binding.is_removed);
  g_assert_null (second.binding.removed_device);
  g_assert_cmpint (second.binding.device_row, ==, first.binding.device_row);
  g_assert_cmpint (owner_of (fixture, "desk"), ==, second.account.row);
  g_assert_cmpuint (removed_rows->len, ==, 1);
  g_assert_cmpint (g_array_index (removed_rows, gint64, 0), ==, first.binding.device_row);
}

/* The one that has been away longest makes room, and it alone. */
static void
test_made_room (Fixture *fixture, gconstpointer data)
{
  gint64 oldest_row = 0;

  for (int i = 0; i < SHOAL_MAX_DEVICES_PER_ACCOUNT; i++)
    {
      g_autofree char *device = g_strdup_printf ("device %d", i);
      g_auto (Job) job = { .user = "ada", .device = device, .now_ms = NOW_MS + i };

      bind_device (fixture, &job);
      if (i == 0)
        oldest_row = job.binding.device_row;
    }
  g_assert_cmpuint (removed_rows->len, ==, 0);

  g_auto (Job) next = { .user = "ada", .device = "next", .now_ms = NOW_MS + TOO_LONG_MS };

  bind_device (fixture, &next);
  g_assert_true (next.binding.is_removed);
  g_assert_cmpstr (next.binding.removed_device, ==, "device 0");
  g_assert_cmpint (owner_of (fixture, "device 0"), ==, 0);
  g_assert_cmpint (owner_of (fixture, "next"), ==, next.account.row);
  g_assert_cmpuint (removed_rows->len, ==, 1);
  g_assert_cmpint (g_array_index (removed_rows, gint64, 0), ==, oldest_row);
}

/* Whoever is told cannot do his part: then nothing has happened. */
static void
test_hook_fails (Fixture *fixture, gconstpointer data)
{
  g_auto (Job) first = { .user = "ada", .device = "desk", .now_ms = NOW_MS };
  g_auto (Job) second = { .user = "ben", .device = "desk", .now_ms = NOW_MS + 1 };
  g_autoptr (GError) error = NULL;

  bind_device (fixture, &first);
  hook_fails = TRUE;
  g_assert_false (shoal_database_write (fixture->database, run_bind, &second, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL);
  g_assert_cmpuint (removed_rows->len, ==, 1);
  g_assert_cmpint (owner_of (fixture, "desk"), ==, first.account.row);
}

/* ---- The clock ---- */

typedef struct
{
  const Job *job;
  gint64 token_ms;
  gboolean found;
} Use;

static gboolean
run_use (ShoalConnection *connection, gpointer data, GError **error)
{
  Use *use = data;
  g_auto (Job) job = { 0 };

  if (!shoal_accounts_find_token (connection, use->job->binding.token, use->job->device,
                                  use->token_ms, &job.account, error))
    return FALSE;
  use->found = job.account.row != 0;
  return TRUE;
}

/* A start at @now_ms by this computer's clock, and after it the one who has the token of @job. */
static gboolean
is_let_in (Fixture *fixture, gint64 now_ms, const Job *job)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalTokenClock) clock = shoal_token_clock_new (now_ms);
  Use use = { .job = job };

  shoal_database_read (fixture->database, shoal_token_clock_load, clock, &error);
  g_assert_no_error (error);
  use.token_ms = shoal_token_clock_now_ms (clock);
  shoal_accounts_clean_up (fixture->database, now_ms, use.token_ms, &error);
  g_assert_no_error (error);
  shoal_database_write (fixture->database, run_use, &use, &error);
  g_assert_no_error (error);
  return use.found;
}

static void
test_wrong_clock (Fixture *fixture, gconstpointer data)
{
  g_auto (Job) ada = { .user = "ada", .device = "desk", .now_ms = NOW_MS };
  g_auto (Job) ben = { .user = "ben", .device = "lap", .now_ms = NOW_MS };

  bind_device (fixture, &ada);
  bind_device (fixture, &ben);
  /* In 1970, in a year, in ten: nobody is signed out, neither he who comes meanwhile nor she who
   * does not; nor when it is right again. */
  g_assert_true (is_let_in (fixture, 1000, &ben));
  g_assert_true (is_let_in (fixture, NOW_MS + 4 * TOO_LONG_MS, &ben));
  g_assert_true (is_let_in (fixture, NOW_MS + 40 * TOO_LONG_MS, &ben));
  g_assert_true (is_let_in (fixture, NOW_MS + 2000, &ben));
  g_assert_true (is_let_in (fixture, NOW_MS + 2000, &ada));
}

/* Of a tracker that somebody uses each day, who does not come is signed out in the end. */
static void
test_idle (Fixture *fixture, gconstpointer data)
{
  g_auto (Job) ada = { .user = "ada", .device = "desk", .now_ms = NOW_MS };
  g_auto (Job) ben = { .user = "ben", .device = "lap", .now_ms = NOW_MS };
  const gint64 day_ms = TOO_LONG_MS / (SHOAL_TOKEN_IDLE_DAYS + 1);

  bind_device (fixture, &ada);
  bind_device (fixture, &ben);
  for (gint64 day = 1; day <= SHOAL_TOKEN_IDLE_DAYS + 2; day++)
    g_assert_true (is_let_in (fixture, NOW_MS + day * day_ms, &ben));
  g_assert_false (is_let_in (fixture, NOW_MS + (SHOAL_TOKEN_IDLE_DAYS + 3) * day_ms, &ada));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/tracker/accounts/again", Fixture, NULL, set_up, test_again, tear_down);
  g_test_add ("/tracker/accounts/moved", Fixture, NULL, set_up, test_moved, tear_down);
  g_test_add ("/tracker/accounts/made-room", Fixture, NULL, set_up, test_made_room, tear_down);
  g_test_add ("/tracker/accounts/hook-fails", Fixture, NULL, set_up, test_hook_fails, tear_down);
  g_test_add ("/tracker/accounts/wrong-clock", Fixture, NULL, set_up, test_wrong_clock, tear_down);
  g_test_add ("/tracker/accounts/idle", Fixture, NULL, set_up, test_idle, tear_down);
  return g_test_run ();
}
