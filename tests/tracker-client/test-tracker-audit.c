/* test-tracker-audit.c: the audit log of a tracker that says what the test wants, and reports for
 * it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "shoal-audit-chain.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-tls.h"
#include "shoal-tracker-audit.h"
#include "shoal-tracker-reports.h"
#include "tracker-fixture.h"

typedef struct
{
  TrackerFixture base;
  ShoalTrackerAudit *audit;
  ShoalTrackerReports *reports;
  /* what the tracker's function is to do */
  guint busy_reports;
  guint lose_reports;
  gint64 n_entries; /* of the audit log */
  gint64 tampered;  /* the entry that was changed; 0: none */
} Fixture;

/* ---- What the tracker answers ---- */

static char *
make_head (gint64 n, JsonArray *entries, gint64 after, gint64 limit, gint64 tampered)
{
  char *head = g_strdup (SHOAL_AUDIT_NO_HASH);

  for (gint64 i = 1; i <= n; i++)
    {
      ShoalAuditEntry entry = {
        .n = i,
        .time_ms = 1000 * i,
        .event = "offer",
        .user = "ada",
        .device = "",
        .address = "",
        .text = i == tampered ? "changed “it”" : "as “it” was\n",
      };
      g_autofree char *before = head;

      head = shoal_audit_entry_hash (&entry, before);
      if (entries != NULL && i > after && i <= after + limit)
        json_array_add_object_element (
            entries,
            shoal_json_new ("n", "i", i, "time_ms", "i", entry.time_ms, "event", "s", entry.event,
                            "user", "s", entry.user, "device", "s", "", "address", "s", "", "text",
                            "s", entry.text, "hash", "s", head, NULL));
    }
  return head;
}

static JsonObject *
answer_audit (Fixture *fixture, JsonObject *params)
{
  JsonArray *entries = json_array_new ();
  g_autofree char *head
      = make_head (fixture->n_entries, entries, json_object_get_int_member (params, "after"),
                   json_object_get_int_member (params, "limit"), fixture->tampered);

  return shoal_json_new ("entries", "a", entries, "count", "i", fixture->n_entries, "head", "s",
                         head, NULL);
}

static JsonObject *
answer (FakeTracker *tracker,
        const char *method,
        JsonObject *params,
        gpointer user_data,
        GError **error)
{
  Fixture *fixture = user_data;

  if (g_str_equal (method, "report") && fixture->busy_reports > 0)
    {
      fixture->busy_reports--;
      g_propagate_error (error, shoal_error_new_retry (SHOAL_ERROR_BUSY, 300, "Not now."));
    }
  else if (g_str_equal (method, "report") && fixture->lose_reports > 0)
    {
      fixture->lose_reports--;
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, "lost");
    }
  else if (g_str_equal (method, "audit"))
    return answer_audit (fixture, params);
  return NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  tracker_fixture_set_up (&fixture->base, answer, fixture);
  fixture->audit = shoal_tracker_audit_new (fixture->base.link);
  fixture->reports = shoal_tracker_reports_new (fixture->base.link);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->audit);
  g_clear_object (&fixture->reports);
  tracker_fixture_tear_down (&fixture->base);
}

/* ---- The log ---- */

static void
set_audit (Fixture *fixture, gint64 n)
{
  g_autofree char *head = make_head (n, NULL, 0, 0, fixture->tampered);

  fixture->n_entries = n;
  fake_tracker_set_audit (fixture->base.tracker, n, head);
}

static void
set_mark (Fixture *fixture, gint64 n)
{
  g_autofree char *head = make_head (n, NULL, 0, 0, 0);

  shoal_tracker_audit_set_mark (fixture->audit, n, head);
}

static gint64
mark (Fixture *fixture)
{
  gint64 count;

  shoal_tracker_audit_get_mark (fixture->audit, &count);
  return count;
}

static void
test_audit_grows (Fixture *fixture, gconstpointer data)
{
  set_mark (fixture, 3);
  set_audit (fixture, 2500); /* three pages */
  tracker_fixture_go_online (&fixture->base);
  WAIT_UNTIL (mark (fixture) == 2500);
  g_assert_null (shoal_tracker_audit_get_warning (fixture->audit));
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "audit"), ==, 3);
}

static void
expect_audit_warning (Fixture *fixture)
{
  tracker_fixture_go_online (&fixture->base);
  WAIT_UNTIL (shoal_tracker_audit_get_warning (fixture->audit) != NULL);
}

static void
test_audit_shrinks (Fixture *fixture, gconstpointer data)
{
  set_mark (fixture, 30);
  set_audit (fixture, 20);
  expect_audit_warning (fixture);
  /* What was seen stays until the user gives it up. */
  g_assert_cmpint (mark (fixture), ==, 30);
  shoal_tracker_audit_accept (fixture->audit);
  g_assert_cmpint (mark (fixture), ==, 20);
  g_assert_null (shoal_tracker_audit_get_warning (fixture->audit));
}

static void
test_audit_forked (Fixture *fixture, gconstpointer data)
{
  set_mark (fixture, 5);
  fixture->tampered = 4;
  set_audit (fixture, 9);
  expect_audit_warning (fixture);
  g_assert_cmpint (mark (fixture), ==, 5);
}

static void
test_audit_same_count (Fixture *fixture, gconstpointer data)
{
  set_mark (fixture, 9);
  fixture->tampered = 9;
  set_audit (fixture, 9);
  expect_audit_warning (fixture);
}

static gint64
verify (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  shoal_tracker_audit_verify_async (fixture->audit, NULL, keep_result, &result);
  WAIT_UNTIL (result != NULL);
  return shoal_tracker_audit_verify_finish (fixture->audit, result, NULL, error);
}

static void
test_audit_verify (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  set_mark (fixture, 1200);
  set_audit (fixture, 1200);
  tracker_fixture_go_online (&fixture->base);
  g_assert_cmpint (verify (fixture, &error), ==, 1200);
  g_assert_no_error (error);
  /* A chain that is sound in itself, but another one. */
  fixture->tampered = 1;
  g_assert_cmpint (verify (fixture, &error), ==, -1);
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
  g_clear_error (&error);
  /* A log that has lost its end. */
  fixture->tampered = 0;
  fixture->n_entries = 1100;
  g_assert_cmpint (verify (fixture, &error), ==, -1);
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
}

/* ---- Reports ---- */

static void
add_report (Fixture *fixture, const char *uuid)
{
  const ShoalReport report = {
    .uuid = uuid,
    .event = "download-finished",
    .id = { { 1 } },
    .name = "name",
    .bytes = 5,
    .elapsed_ms = 6,
  };

  shoal_tracker_reports_add (fixture->reports, &report);
}

/* What was to be told while the tracker was away is told when it is there, once and in order. */
static void
test_report_kept (Fixture *fixture, gconstpointer data)
{
  add_report (fixture, "uuid-1");
  fixture->lose_reports = 1;
  tracker_fixture_go_online (&fixture->base);
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "report") == 1);
  WAIT_UNTIL (link_state (&fixture->base) == SHOAL_DIRECTORY_OFFLINE);
  add_report (fixture, "uuid-2");
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "report") == 2);
  g_assert_nonnull (strstr (fake_tracker_last (fixture->base.tracker, "report"), "uuid-1"));
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "report") == 3);
  g_assert_nonnull (strstr (fake_tracker_last (fixture->base.tracker, "report"), "uuid-2"));
}

/* A tracker that is busy is asked again when it said, not at once and for ever. */
static void
test_report_busy (Fixture *fixture, gconstpointer data)
{
  tracker_fixture_go_online (&fixture->base);
  fixture->busy_reports = 2;
  gint64 begun_us = g_get_monotonic_time ();
  add_report (fixture, "uuid-1");
  add_report (fixture, "uuid-2");
  WAIT_UNTIL (fake_tracker_count (fixture->base.tracker, "report") == 4);
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, 600 * 1000);
  g_assert_nonnull (strstr (fake_tracker_last (fixture->base.tracker, "report"), "uuid-2"));
}

static gboolean
flush (Fixture *fixture, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  shoal_tracker_reports_flush_async (fixture->reports, cancellable, keep_result, &result);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
  WAIT_UNTIL (result != NULL);
  return shoal_tracker_reports_flush_finish (fixture->reports, result, error);
}

static void
test_report_flush (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  /* Nobody can be asked: there is nothing to wait for. */
  add_report (fixture, "uuid-1");
  g_assert_true (flush (fixture, NULL, &error));
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "report"), ==, 0);
  tracker_fixture_go_online (&fixture->base);
  add_report (fixture, "uuid-2");
  g_assert_true (flush (fixture, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_tracker_count (fixture->base.tracker, "report"), ==, 2);
  fixture->busy_reports = 1000;
  add_report (fixture, "uuid-3");
  g_assert_false (flush (fixture, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define ADD(path, func) g_test_add ("/tracker-audit/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_assert_true (shoal_tls_init (NULL));
  g_test_init (&argc, &argv, NULL);
  ADD ("grows", test_audit_grows);
  ADD ("shrinks", test_audit_shrinks);
  ADD ("forked", test_audit_forked);
  ADD ("same-count", test_audit_same_count);
  ADD ("verify", test_audit_verify);
  ADD ("report-kept", test_report_kept);
  ADD ("report-busy", test_report_busy);
  ADD ("report-flush", test_report_flush);
  return g_test_run ();
}
