/* test-audit.c: the audit log, its chain, and reports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-audit"

#include "config.h"

#include <string.h>

#include "shoal-audit-chain.h"
#include "shoal-audit.h"
#include "shoal-limits.h"
#include "shoal-text.h"
#include "shoal-tracker-schema.h"
#include "test-tracker.h"

#define N_ENTRIES (8)
#define DEVICE "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* ---- The chain ---- */

static void
test_known_hash (void)
{
  /* printf '%064d\n[1,2,"sign-in","ada","d","::1","say \\"hi\\" \\\\"]' 0 | sha256sum */
  ShoalAuditEntry entry = {
    .n = 1,
    .time_ms = 2,
    .event = "sign-in",
    .user = "ada",
    .device = "d",
    .address = "::1",
    .text = "say \"hi\" \\",
  };
  g_autofree char *canonical
      = g_strconcat (SHOAL_AUDIT_NO_HASH,
                     "\n[1,2,\"sign-in\",\"ada\",\"d\",\"::1\",\"say \\\"hi\\\" \\\\\"]", NULL);
  g_autofree char *expected = g_compute_checksum_for_string (G_CHECKSUM_SHA256, canonical, -1);
  g_autofree char *hash = shoal_audit_entry_hash (&entry, SHOAL_AUDIT_NO_HASH);

  g_assert_cmpstr (hash, ==, expected);
}

static gboolean
append_entries (ShoalConnection *connection, gpointer data, GError **error)
{
  g_autoptr (ShoalActor) actor = shoal_actor_new (1, 1, "a", "ada", DEVICE, "192.0.2.1", FALSE);

  for (guint i = 0; i < N_ENTRIES; i++)
    {
      g_autofree char *text = g_strdup_printf ("entry %u", i);

      if (!shoal_audit_append (connection, actor, SHOAL_AUDIT_SIGN_IN, text, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_sql (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_run (connection, error, data, "");
}

typedef struct
{
  char *folder;
  ShoalDatabase *database;
} Log;

static void
set_up_log (Log *log, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  log->folder = g_dir_make_tmp ("shoal-audit-XXXXXX", &error);
  g_assert_no_error (error);
  log->database = shoal_tracker_open_database (log->folder, &error);
  g_assert_no_error (error);
  shoal_database_write (log->database, append_entries, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down_log (Log *log, gconstpointer data)
{
  g_clear_object (&log->database);
  test_remove_folder (log->folder);
  g_free (log->folder);
}

static char *
verify (Log *log, const char *head, char **found_head)
{
  ShoalAuditReport report = { .known_head = head };
  g_autoptr (GError) error = NULL;

  shoal_database_read (log->database, shoal_audit_verify, &report, &error);
  g_assert_no_error (error);
  if (found_head != NULL)
    *found_head = g_strdup (report.head);
  g_free (report.head);
  return report.problem;
}

static void
test_whole (Log *log, gconstpointer data)
{
  g_autofree char *head = NULL;
  g_autofree char *problem = verify (log, NULL, &head);
  g_autoptr (GError) error = NULL;

  g_assert_null (problem);

  /* The head of an earlier time is found in a log that goes on. */
  shoal_database_write (log->database, append_entries, NULL, &error);
  g_assert_no_error (error);

  g_autofree char *extended = verify (log, head, NULL);
  g_autofree char *from_nothing = verify (log, SHOAL_AUDIT_NO_HASH, NULL);
  g_autofree char *foreign = verify (log, DEVICE, NULL);

  g_assert_null (extended);
  g_assert_null (from_nothing);
  g_assert_nonnull (foreign);
}

static void
test_tampered (Log *log, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const char *const *scripts = data;

  for (guint i = 0; scripts[i] != NULL; i++)
    {
      shoal_database_write (log->database, run_sql, (gpointer) scripts[i], &error);
      g_assert_no_error (error);
    }

  g_autofree char *problem = verify (log, NULL, NULL);

  g_assert_nonnull (problem);
}

static const char *const changed_text[] = { "UPDATE audit SET text = 'x' WHERE n = 3", NULL };
static const char *const changed_user[] = { "UPDATE audit SET user = 'eve' WHERE n = 8", NULL };
static const char *const changed_time[]
    = { "UPDATE audit SET time_ms = time_ms + 1 WHERE n = 1", NULL };
static const char *const changed_hash[]
    = { "UPDATE audit SET hash = replace (hash, 'a', 'b') WHERE n = 5", NULL };
static const char *const missing_first[] = { "DELETE FROM audit WHERE n = 1", NULL };
static const char *const missing_middle[] = { "DELETE FROM audit WHERE n = 4", NULL };
static const char *const missing_last[] = { "DELETE FROM audit WHERE n = 8", NULL };
static const char *const missing_all[] = { "DELETE FROM audit", NULL };
static const char *const closed_gap[]
    = { "DELETE FROM audit WHERE n = 4", "UPDATE audit SET n = n - 1 WHERE n > 4", NULL };
static const char *const reordered[]
    = { "UPDATE audit SET n = 100 WHERE n = 2", "UPDATE audit SET n = 2 WHERE n = 3",
        "UPDATE audit SET n = 3 WHERE n = 100", NULL };
static const char *const nothing[] = { "UPDATE audit SET text = x'ff00' WHERE n = 3", NULL };

/* ---- Text ---- */

static void
test_text (void)
{
  static const struct
  {
    const char *text;
    gsize max;
    const char *clean;
  } cases[] = {
    { "plain", 10, "plain" },
    { "two\nlines\tand\x7f", 30, "two lines and " },
    { "right\u202eleft\u200b", 30, "right left " },
    { "bad \xff byte", 30, "bad \uFFFD byte" },
    { "exactly ten", 11, "exactly ten" },
    { "exactly ten", 10, "exactly…" },
    { "äöüäöü", 8, "äö…" },
    { "", 8, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *clean = shoal_text_clean (cases[i].text, cases[i].max);

      g_assert_cmpstr (clean, ==, cases[i].clean);
    }
}

/* ---- Over the wire ---- */

/* Recomputes the chain from the answers, as a member's program does. */
static gint64
check_entries (JsonObject *result, gint64 count, char **head)
{
  JsonArray *entries = json_object_get_array_member (result, "entries");

  for (guint i = 0; i < json_array_get_length (entries); i++)
    {
      JsonObject *object = json_array_get_object_element (entries, i);
      ShoalAuditEntry entry = {
        .n = json_object_get_int_member (object, "n"),
        .time_ms = json_object_get_int_member (object, "time_ms"),
        .event = json_object_get_string_member (object, "event"),
        .user = json_object_get_string_member (object, "user"),
        .device = json_object_get_string_member (object, "device"),
        .address = json_object_get_string_member (object, "address"),
        .text = json_object_get_string_member (object, "text"),
      };
      char *hash = shoal_audit_entry_hash (&entry, *head);

      g_assert_cmpint (entry.n, ==, ++count);
      g_assert_cmpstr (hash, ==, json_object_get_string_member (object, "hash"));
      g_free (*head);
      *head = hash;
    }
  return count;
}

static JsonObject *
report_params (const char *uuid, const char *event, const char *id, const char *name)
{
  JsonArray *sources = json_array_new ();

  json_array_add_string_element (sources, DEVICE);
  return shoal_json_new ("uuid", "s", uuid, "event", "s", event, "id", "s", id, "name", "s", name,
                         "bytes", "i", (gint64) 1234, "elapsed_ms", "i", (gint64) 56, "sources",
                         "a", sources, "reason", "s", "line\nbreak", NULL);
}

static void
test_audit_over_the_wire (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();
  g_autofree char *head = g_strdup (SHOAL_AUDIT_NO_HASH);
  gint64 count = 0;

  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (TestClient) ben = test_client_member (tracker, "ben");

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *uuid = g_strdup_printf ("r%u", i);
      g_autoptr (JsonObject) done = test_client_call (
          ben, SHOAL_METHOD_REPORT,
          report_params (uuid, "download-finished", DEVICE, "“a” \\ \"b\""));
    }

  g_autoptr (JsonObject) out = test_client_call (ben, SHOAL_METHOD_SIGN_OUT, NULL);

  /* In pages, each of which continues the one before. */
  for (;;)
    {
      g_autoptr (JsonObject) page = test_client_call (
          ada, SHOAL_METHOD_AUDIT,
          shoal_json_new ("after", "i", count, "limit", "i", (gint64) 7, NULL));
      guint n = json_array_get_length (json_object_get_array_member (page, "entries"));

      g_assert_cmpuint (n, <=, 7);
      count = check_entries (page, count, &head);
      if (count == json_object_get_int_member (page, "count"))
        {
          g_assert_cmpstr (head, ==, json_object_get_string_member (page, "head"));
          break;
        }
      g_assert_cmpuint (n, >, 0);
    }
  /* The owner link, two sign-ups, 20 reports, one sign-out. */
  g_assert_cmpint (count, ==, 24);

  static const struct
  {
    const char *member;
    gint64 value;
  } bad[]
      = { { "after", -1 }, { "limit", 0 }, { "limit", SHOAL_MAX_AUDIT_ROWS + 1 }, { "limit", -5 } };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = test_client_refused (
          ada, SHOAL_METHOD_AUDIT, shoal_json_new (bad[i].member, "i", bad[i].value, NULL),
          SHOAL_ERROR_INVALID);
    }

  g_autoptr (JsonObject) beyond = test_client_call (
      ada, SHOAL_METHOD_AUDIT, shoal_json_new ("after", "i", count + 100, NULL));

  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (beyond, "entries")), ==,
                    0);
}

static void
test_report (void)
{
  g_autoptr (TestTracker) tracker = test_tracker_new ();

  test_tracker_open (tracker);

  g_autoptr (TestClient) ada = test_client_member (tracker, "ada");
  g_autoptr (JsonObject) before = test_client_call (ada, SHOAL_METHOD_AUDIT, NULL);
  gint64 count = json_object_get_int_member (before, "count");

  /* Three times the same, once in the log. */
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (JsonObject) done = test_client_call (
          ada, SHOAL_METHOD_REPORT, report_params ("same", "bad-source", DEVICE, "plan.pdf"));
    }

  g_autoptr (JsonObject) after = test_client_call (ada, SHOAL_METHOD_AUDIT,
                                                   shoal_json_new ("after", "i", count, NULL));
  JsonArray *entries = json_object_get_array_member (after, "entries");

  g_assert_cmpuint (json_array_get_length (entries), ==, 1);

  JsonObject *entry = json_array_get_object_element (entries, 0);
  const char *text = json_object_get_string_member (entry, "text");

  g_assert_cmpstr (json_object_get_string_member (entry, "event"), ==, "bad-source");
  g_assert_cmpstr (json_object_get_string_member (entry, "user"), ==, "ada");
  g_assert_nonnull (strstr (text, "plan.pdf"));
  g_assert_nonnull (strstr (text, "1234 bytes"));
  g_assert_nonnull (strstr (text, "56 ms"));
  g_assert_nonnull (strstr (text, "line break"));

  const struct
  {
    JsonObject *params;
    const char *field;
  } bad[] = {
    { report_params ("", "bad-source", DEVICE, "x"), "uuid" },
    { report_params ("u", "sign-up", DEVICE, "x"), "event" },
    { report_params ("u", "bad-source", "short", "x"), "id" },
    { report_params ("u", "bad-source", DEVICE, NULL), "name" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = test_client_refused (ada, SHOAL_METHOD_REPORT, bad[i].params,
                                                      SHOAL_ERROR_INVALID);

      g_assert_cmpstr (shoal_error_get_field (error), ==, bad[i].field);
    }
}

#define ADD_TAMPERED(name, script)                                                                 \
  g_test_add ("/audit/tampered/" name, Log, script, set_up_log, test_tampered, tear_down_log)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audit/known-hash", test_known_hash);
  g_test_add_func ("/audit/text", test_text);
  g_test_add ("/audit/whole", Log, NULL, set_up_log, test_whole, tear_down_log);
  ADD_TAMPERED ("text", changed_text);
  ADD_TAMPERED ("user-of-the-last", changed_user);
  ADD_TAMPERED ("time-of-the-first", changed_time);
  ADD_TAMPERED ("hash", changed_hash);
  ADD_TAMPERED ("missing-first", missing_first);
  ADD_TAMPERED ("missing-middle", missing_middle);
  ADD_TAMPERED ("missing-last", missing_last);
  ADD_TAMPERED ("missing-all", missing_all);
  ADD_TAMPERED ("closed-gap", closed_gap);
  ADD_TAMPERED ("reordered", reordered);
  ADD_TAMPERED ("no-text", nothing);
  g_test_add_func ("/audit/over-the-wire", test_audit_over_the_wire);
  g_test_add_func ("/audit/report", test_report);
  return g_test_run ();
}
