/* test-tracker-process.c: a hosted tracker's words and its end, with a program in its place
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-tracker-process"

#include "config.h"

#include <string.h>
#include <glib/gstdio.h>

#include "shoal-child-output.h"
#include "shoal-tracker-process.h"

#define DEADLINE_US (30 * G_USEC_PER_SEC)

/* A folder that is a profile, and the place of the program. */
typedef struct
{
  char *folder;
  char *path; /* the environment's, before */
  ShoalTrackerProcess *tracker;
  GString *ended; /* the reasons that were told */
} Fixture;

static char *logged; /* what was written into the log */

static GLogWriterOutput
keep_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && (level & G_LOG_LEVEL_DEBUG) == 0)
      {
        char *before = logged;

        logged = g_strconcat (before != NULL ? before : "", fields[i].value, "\n", NULL);
        g_free (before);
      }
  return G_LOG_WRITER_HANDLED;
}

static void
on_ended_cb (ShoalTrackerProcess *tracker, const char *message, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->ended, "%s\n", message);
}

static void
set_up (Fixture *fixture, gconstpointer script)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("shoal-hosted-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_strdup (g_getenv ("PATH"));
  fixture->ended = g_string_new (NULL);

  g_autofree char *program = g_build_filename (fixture->folder, "shoal-tracker", NULL);
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", script, NULL);
  g_autofree char *path = g_strconcat (fixture->folder, ":", fixture->path, NULL);

  g_file_set_contents_full (program, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, &error);
  g_assert_no_error (error);
  g_setenv ("PATH", path, TRUE);
  fixture->tracker
      = shoal_tracker_process_create (fixture->folder, "Friends", 0, "192.0.2.1", &error);
  g_assert_no_error (error);
  g_signal_connect (fixture->tracker, "ended", G_CALLBACK (on_ended_cb), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer script)
{
  static const char *const files[] = { "shoal-tracker", "hosting.ini" };

  shoal_tracker_process_stop (fixture->tracker);
  g_clear_object (&fixture->tracker);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *file = g_build_filename (fixture->folder, files[i], NULL);

      g_unlink (file);
    }
  g_rmdir (fixture->folder);
  g_setenv ("PATH", fixture->path, TRUE);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_string_free (fixture->ended, TRUE);
  g_clear_pointer (&logged, g_free);
}

static gboolean
on_tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

#define wait_until(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 end_us = g_get_monotonic_time () + DEADLINE_US;                                         \
    guint tick_id = g_timeout_add (50, on_tick_cb, NULL);                                          \
    while (!(condition) && g_get_monotonic_time () < end_us)                                       \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (tick_id);                                                                     \
    g_assert_true (condition);                                                                     \
  }                                                                                                \
  G_STMT_END

static void
on_waited_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

/* Returns: why it did not become ready; NULL: it did. */
static GError *
start (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  shoal_tracker_process_start (fixture->tracker);
  shoal_tracker_process_wait_async (fixture->tracker, NULL, on_waited_cb, &result);
  wait_until (result != NULL);
  shoal_tracker_process_wait_finish (fixture->tracker, result, &error);
  return error;
}

/* What is no text before the ready line, and more of it than a pipe holds. */
#define NO_TEXT                                                                                    \
  "printf '\\377\\376\\n' >&2\n"                                                                   \
  "printf '\\377 no text\\n'\n"                                                                    \
  "i=0\n"                                                                                          \
  "while [ $i -lt 4000 ]; do echo \"line $i: 0123456789 0123456789 0123456789\" >&2; "             \
  "i=$((i + 1)); done\n"                                                                           \
  "echo 'ready shoal://here'\n"                                                                    \
  "exec sleep 100\n"

static void
test_no_text (Fixture *fixture, gconstpointer script)
{
  g_autoptr (GError) error = start (fixture);

  g_assert_no_error (error);
  wait_until (logged != NULL && strstr (logged, "line 3999") != NULL);
  g_assert_nonnull (strstr (logged, "Tracker of “Friends”: ��"));
}

#define LAST_WORDS                                                                                 \
  "echo 'ready shoal://here'\n"                                                                    \
  "echo 'shoal-tracker-Message: 12:00:00.000: Somebody signed in' >&2\n"                           \
  "printf '(process:7): shoal-database-CRITICAL **: 12:00:01.000: The disk \\377 is full\\n' "     \
  ">&2\n"                                                                                          \
  "echo 'shoal-tracker-Message: 12:00:02.000: Stopping' >&2\n"                                     \
  "exit 1\n"

static void
test_last_words (Fixture *fixture, gconstpointer script)
{
  g_autoptr (GError) error = start (fixture);

  g_assert_no_error (error);
  wait_until (fixture->ended->len > 0);
  g_assert_cmpstr (fixture->ended->str, ==,
                   "The tracker ended unexpectedly. It wrote last: The disk � is full\n");
  g_assert_cmpstr (shoal_tracker_process_get_message (fixture->tracker), ==,
                   "The tracker ended unexpectedly. It wrote last: The disk � is full");
  g_assert_nonnull (strstr (logged, "Somebody signed in"));
  g_assert_nonnull (strstr (logged, "Stopping"));
}

/* It is started again and ends in the same way: no need to say so twice. */
static void
test_again (Fixture *fixture, gconstpointer script)
{
  g_autoptr (GError) error = start (fixture);
  g_autoptr (GError) again = NULL;

  g_assert_no_error (error);
  wait_until (fixture->ended->len > 0);
  g_clear_pointer (&logged, g_free);
  wait_until (logged != NULL && strstr (logged, "Stopping") != NULL);
  shoal_tracker_process_stop (fixture->tracker);
  g_assert_cmpstr (fixture->ended->str, ==,
                   "The tracker ended unexpectedly. It wrote last: The disk � is full\n");
}

#define SAYS_WHY                                                                                   \
  "echo 'ready shoal://here'\n"                                                                    \
  "echo 'shoal-tracker: The data folder is gone.' >&2\n"                                           \
  "exit 1\n"

static void
test_says_why (Fixture *fixture, gconstpointer script)
{
  g_autoptr (GError) error = start (fixture);

  g_assert_no_error (error);
  wait_until (fixture->ended->len > 0);
  g_assert_cmpstr (fixture->ended->str, ==, "The data folder is gone.\n");
}

#define NEVER_READY                                                                                \
  "echo 'shoal-tracker: The port is taken.' >&2\n"                                                 \
  "exit 1\n"

/* Who waits for it is told, and nobody else. */
static void
test_never_ready (Fixture *fixture, gconstpointer script)
{
  g_autoptr (GError) error = start (fixture);

  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, "The port is taken.");
  g_assert_cmpstr (fixture->ended->str, ==, "");
}

#define SECRET                                                                                     \
  "echo 'Sign up with shoal://192.0.2.1:7707/?key=ab&invite=secret, once' >&2\n"                   \
  "echo 'ready shoal://here'\n"                                                                    \
  "exit 1\n"

static void
test_secret (Fixture *fixture, gconstpointer script)
{
  g_autoptr (GError) error = start (fixture);

  g_assert_no_error (error);
  wait_until (fixture->ended->len > 0);
  g_assert_nonnull (strstr (logged, "Sign up with shoal://… once"));
  g_assert_null (strstr (logged, "secret"));
  g_assert_cmpstr (fixture->ended->str, ==, "The tracker ended unexpectedly.\n");
}

static void
test_words (void)
{
  static const struct
  {
    const char *line;
    const char *words;
  } cases[] = {
    { "", NULL },
    { "   ", NULL },
    { "Segmentation fault", "Segmentation fault" },
    { "shoal-tracker-Message: 12:00:00.123: Stopping", NULL },
    { "** Message: 12:00:00.123: Stopping", NULL },
    { "(shoal-tracker:12): shoal-tracker-DEBUG: 12:00:00.123: on", NULL },
    { "(shoal-tracker:12): GLib-GIO-WARNING **: 12:00:00.123: no: way", "no: way" },
    { "** (process:12): CRITICAL **: 12:00:00.123: failed", "failed" },
    { "shoal-database-ERROR: broken", "broken" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = shoal_child_output_dup_words (cases[i].line);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

#define add(name, script, func)                                                                    \
  g_test_add ("/tracker-process/" name, Fixture, script, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (keep_log, NULL, NULL);
  add ("no-text", NO_TEXT, test_no_text);
  add ("last-words", LAST_WORDS, test_last_words);
  add ("again", LAST_WORDS, test_again);
  add ("says-why", SAYS_WHY, test_says_why);
  add ("never-ready", NEVER_READY, test_never_ready);
  add ("secret", SECRET, test_secret);
  g_test_add_func ("/tracker-process/words", test_words);
  return g_test_run ();
}
