/* bench-members.c: what a tracker with many members online takes
 *
 * Usage: bench-members [N]. Starts shoal-tracker ($SHOAL_TRACKER) with a fresh folder, signs N
 * members up, waits until the last has seen everybody online, and prints what the tracker's process
 * took.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "bench-members"

#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "shoal-tls.h"
#include "test-client.h"

static void
print_status (const char *pid, const char *when)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/status", pid);
  g_autofree char *stat_path = g_strdup_printf ("/proc/%s/stat", pid);
  g_autofree char *status = NULL;
  g_autofree char *stat = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &status, NULL, NULL));
  g_assert_true (g_file_get_contents (stat_path, &stat, NULL, NULL));
  lines = g_strsplit (status, "\n", -1);
  printf ("%s:", when);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "VmRSS:") || g_str_has_prefix (lines[i], "VmHWM:"))
      printf (" %s", g_strdelimit (lines[i], "\t", ' '));

  g_auto (GStrv) words = g_strsplit (strrchr (stat, ')') + 2, " ", -1);

  printf (" cpu %.2f s\n",
          (g_ascii_strtod (words[11], NULL) + g_ascii_strtod (words[12], NULL)) / 100);
}

static guint
count_online (JsonObject *roster)
{
  JsonArray *members = json_object_get_array_member (roster, "members");
  guint online = 0;

  for (guint i = 0; i < json_array_get_length (members); i++)
    online += json_object_get_boolean_member (json_array_get_object_element (members, i), "online");
  return online;
}

int
main (int argc, char *argv[])
{
  guint n = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 1000;
  g_autofree char *folder = g_dir_make_tmp ("shoal-bench-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) clients
             = g_ptr_array_new_with_free_func ((GDestroyNotify) test_client_free);

  shoal_tls_init (&error);
  g_assert_no_error (error);

  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, g_getenv ("SHOAL_TRACKER"), "--data", folder,
      "--listen", "127.0.0.1:0", "--sign-up", "open", NULL);

  g_assert_no_error (error);

  g_autoptr (GDataInputStream) output
             = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *line = g_data_input_stream_read_line (output, NULL, NULL, NULL);
  const char *pid = g_subprocess_get_identifier (process);
  gint64 start = g_get_monotonic_time ();

  print_status (pid, "empty");
  for (guint i = 0; i < n; i++)
    {
      TestClient *client = test_client_new ();
      g_autofree char *user = g_strdup_printf ("member%u", i);

      test_client_connect (client, line + strlen ("ready "));
      shoal_channel_set_ping_interval (client->channel, 10000);
      json_object_unref (test_client_sign_up (client, user, NULL));
      g_ptr_array_add (clients, client);
    }
  printf ("%u sign-ups one after the other: %.1f s\n", n,
          (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  print_status (pid, "all online");

  TestClient *last = g_ptr_array_index (clients, n - 1);
  g_autoptr (JsonObject) roster = test_client_call (last, SHOAL_METHOD_ROSTER, NULL);

  g_assert_cmpuint (count_online (roster), ==, n);
  start = g_get_monotonic_time ();
  while (g_get_monotonic_time () - start < 5 * G_USEC_PER_SEC)
    g_main_context_iteration (NULL, FALSE);
  print_status (pid, "5 s later");
  for (guint i = 0; i < n; i++)
    g_assert_false (((TestClient *) g_ptr_array_index (clients, i))->gap);
  g_subprocess_send_signal (process, SIGTERM);
  g_subprocess_wait (process, NULL, NULL);
  g_ptr_array_set_size (clients, 0);
  test_remove_folder (folder);
  return 0;
}
