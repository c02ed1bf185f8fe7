/* bench-catalogue.c: how fast the tracker takes in offers, and how fast it finds them
 *
 * Fills a tracker (a process of its own, over TLS) with plausible names and asks it a mix of
 * searches. Prints one JSON object for each measurement. --program runs a given shoal-tracker in
 * place of the one built in; --data keeps its folder, and a folder that is already full is not
 * filled again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "bench-catalogue"

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "catalogue-names.h"
#include "shoal-limits.h"
#include "shoal-tls.h"
#include "test-tracker.h"

#define ENTRIES_PER_FOLDER (20000)
#define BATCH (1000)
/* Batches that wait for their answer, as a client has them that does not wait for each. */
#define IN_FLIGHT (4)

static int option_entries = 1000000;
static int option_searches = 1000;
static char *option_program = NULL;
static char *option_data = NULL;

static const GOptionEntry options[] = {
  { "entries", 0, 0, G_OPTION_ARG_INT, &option_entries, "Files to offer", "N" },
  { "searches", 0, 0, G_OPTION_ARG_INT, &option_searches, "Searches to make", "N" },
  { "program", 0, 0, G_OPTION_ARG_FILENAME, &option_program, "The shoal-tracker to run", "FILE" },
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &option_data, "The tracker's folder; kept", "DIR" },
  { NULL },
};

/* ---- The tracker's process ----------------------------------------------------------------- */

static gboolean
on_term_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static int
run_tracker (const char *data, int fd)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalTrackerConfig) config = shoal_tracker_config_new (data);
  const char *const listen[] = { "127.0.0.1:0", NULL };

  if (!shoal_tls_init (&error))
    g_error ("%s", error->message);
  g_strfreev (config->listen);
  config->listen = g_strdupv ((char **) listen);
  config->sign_up = SHOAL_SIGN_UP_OPEN;

  g_autoptr (ShoalTracker) tracker = shoal_tracker_new (config);

  if (!shoal_tracker_open (tracker, &error) || !shoal_tracker_listen (tracker, &error))
    g_error ("%s", error->message);

  g_autofree char *link = shoal_tracker_dup_link (tracker);
  g_autofree char *line = g_strdup_printf ("ready %s\n", link);

  g_assert_cmpint (write (fd, line, strlen (line)), ==, (gssize) strlen (line));
  g_unix_signal_add (SIGTERM, on_term_cb, loop);
  g_main_loop_run (loop);
  shoal_tracker_stop (tracker);
  return EXIT_SUCCESS;
}

static void
exec_program (const char *data, int fd)
{
  dup2 (fd, STDOUT_FILENO);
  execl (option_program, option_program, "--data", data, "--listen", "127.0.0.1:0", "--sign-up",
         "open", NULL);
  _exit (127);
}

/* Returns: (transfer full): the link */
static char *
start_tracker (const char *data, GPid *pid)
{
  int fds[2];
  char text[4096];
  gsize length = 0;

  g_assert_cmpint (pipe (fds), ==, 0);
  *pid = fork ();
  if (*pid == 0)
    {
      close (fds[0]);
      if (option_program != NULL)
        exec_program (data, fds[1]);
      _exit (run_tracker (data, fds[1]));
    }
  close (fds[1]);
  while (length < sizeof text - 1 && memchr (text, '\n', length) == NULL)
    {
      gssize n = read (fds[0], text + length, sizeof text - 1 - length);

      if (n <= 0)
        g_error ("The tracker did not start");
      length += (gsize) n;
    }
  text[length] = '\0';
  close (fds[0]);
  g_assert_true (g_str_has_prefix (text, "ready "));
  return g_strndup (text + 6, strcspn (text + 6, "\n"));
}

/* From /proc. @name: "VmRSS:" */
static gint64
read_memory (GPid pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *text = NULL;
  const char *line = NULL;

  if (g_file_get_contents (path, &text, NULL, NULL))
    line = strstr (text, name);
  return line != NULL ? g_ascii_strtoll (line + strlen (name), NULL, 10) * SHOAL_KIB : -1;
}

/* What all threads of a process have used, in ms: on a busy machine the better measure. */
static double
read_cpu (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task", (int) pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  double ns = 0;

  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL;
       name = g_dir_read_name (dir))
    {
      g_autofree char *file = g_build_filename (path, name, "schedstat", NULL);
      g_autofree char *text = NULL;

      if (g_file_get_contents (file, &text, NULL, NULL))
        ns += g_ascii_strtod (text, NULL);
    }
  return ns / 1e6;
}

static gint64
folder_size (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gint64 size = 0;

  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf buf;

      if (g_stat (path, &buf) == 0)
        size += buf.st_size;
    }
  return size;
}

/* ---- Intake -------------------------------------------------------------------------------- */

typedef struct
{
  TestClient *client;
  CatalogueNames *names;
  guint in_flight;
  gint64 sent; /* files */
  guint counter;
} Filler;

static char *
make_hex (Filler *self, gsize chars)
{
  g_autofree char *text = g_strdup_printf ("%u", self->counter++);
  char *hex = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  hex[chars] = '\0';
  return hex;
}

static void
on_sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Filler *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer
             = shoal_channel_call_finish (SHOAL_CHANNEL (source), result, &error);

  g_assert_no_error (error);
  g_assert_nonnull (answer);
  self->in_flight--;
}

static void
send_batch (Filler *self, const char *method, JsonObject *params)
{
  self->in_flight++;
  shoal_channel_call_async (self->client->channel, method, params, NULL, on_sent_cb, self);
  while (self->in_flight >= IN_FLIGHT)
    g_main_context_iteration (NULL, TRUE);
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorted, each one once. */
static GPtrArray *
make_paths (Filler *self, guint count)
{
  GPtrArray *all = g_ptr_array_new ();
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  while (all->len < count)
    catalogue_names_add_album (self->names, all);
  g_ptr_array_sort (all, compare_paths);
  for (guint i = 0; i < all->len; i++)
    if (paths->len >= count || (i > 0 && g_str_equal (all->pdata[i], paths->pdata[paths->len - 1])))
      g_free (all->pdata[i]);
    else
      g_ptr_array_add (paths, all->pdata[i]);
  g_ptr_array_unref (all);
  return paths;
}

/* Made before the clock runs: what a client does to know its own files is not of interest here. */
static GPtrArray *
make_folder (Filler *self, guint count)
{
  g_autoptr (GPtrArray) paths = make_paths (self, count);
  g_autofree char *offer = make_hex (self, 32);
  g_autofree char *id = make_hex (self, 64);
  g_autofree char *name = catalogue_names_make_file (self->names);
  GPtrArray *requests = g_ptr_array_new ();
  JsonArray *offers = json_array_new ();

  json_array_add_object_element (
      offers, shoal_json_new ("offer", "s", offer, "kind", "s", "folder", "name", "s", name, "id",
                              "s", id, "size", "i", (gint64) 1, "manifest_size", "i", (gint64) 1000,
                              "entries", "i", (gint64) paths->len, NULL));
  g_ptr_array_add (requests, shoal_json_new ("offers", "a", offers, NULL));
  for (guint first = 0; first < paths->len; first += BATCH)
    {
      JsonArray *entries = json_array_new ();

      for (guint i = first; i < MIN (first + BATCH, paths->len); i++)
        {
          g_autofree char *content = make_hex (self, 64);

          json_array_add_object_element (
              entries,
              shoal_json_new ("path", "s", paths->pdata[i], "kind", "s", "f", "id", "s", content,
                              "size", "i", catalogue_names_make_size (self->names), "mtime_ms", "i",
                              (gint64) 1600000000000, NULL));
        }
      g_ptr_array_add (requests, shoal_json_new ("offer", "s", offer, "first", "i", (gint64) first,
                                                 "entries", "a", entries, NULL));
    }
  self->sent += paths->len;
  return requests;
}

static GPtrArray *
make_singles (Filler *self, guint count)
{
  GPtrArray *requests = g_ptr_array_new ();

  for (guint first = 0; first < count; first += BATCH)
    {
      JsonArray *offers = json_array_new ();

      for (guint i = first; i < MIN (first + BATCH, count); i++)
        {
          g_autofree char *offer = make_hex (self, 32);
          g_autofree char *id = make_hex (self, 64);
          g_autofree char *name = catalogue_names_make_file (self->names);

          json_array_add_object_element (
              offers,
              shoal_json_new ("offer", "s", offer, "kind", "s", "file", "name", "s", name, "id",
                              "s", id, "size", "i", catalogue_names_make_size (self->names), NULL));
        }
      g_ptr_array_add (requests, shoal_json_new ("offers", "a", offers, NULL));
    }
  self->sent += count;
  return requests;
}

/* Returns: seconds */
static double
send_all (Filler *self, GPtrArray *requests)
{
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < requests->len; i++)
    {
      JsonObject *params = requests->pdata[i];

      send_batch (self,
                  json_object_has_member (params, "offers") ? SHOAL_METHOD_OFFER
                                                            : SHOAL_METHOD_OFFER_ENTRIES,
                  params);
    }
  while (self->in_flight > 0)
    g_main_context_iteration (NULL, TRUE);
  g_ptr_array_unref (requests);
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

/* What it took to send something. */
typedef struct
{
  const char *what;
  gint64 files;
  double seconds;
  double cpu_ms; /* of the tracker */
} Effort;

static void
send_measured (Filler *self, Effort *effort, gint64 files, GPtrArray *requests, GPid pid)
{
  double cpu_ms = read_cpu (pid);

  effort->seconds += send_all (self, requests);
  effort->cpu_ms += read_cpu (pid) - cpu_ms;
  effort->files += files;
}

static void
print_effort (const Effort *effort, GPid pid)
{
  if (effort->files == 0)
    return;
  g_print ("{\"bench\":\"catalogue-intake\",\"what\":\"%s\",\"files\":%" G_GINT64_FORMAT
           ",\"seconds\":%.2f,\"per_second\":%.0f,\"tracker_cpu_us_each\":%.1f,\"tracker_rss_mib\":"
           "%.1f}\n",
           effort->what, effort->files, effort->seconds, (double) effort->files / effort->seconds,
           effort->cpu_ms * 1000 / (double) effort->files,
           (double) read_memory (pid, "VmRSS:") / SHOAL_MIB);
}

/* 95 in 100 files are in folders. */
static void
fill (TestClient *client, GPid pid)
{
  Filler self = { .client = client, .names = catalogue_names_new (1) };
  Effort entries = { .what = "entries" };
  Effort singles = { .what = "single files" };
  int step = MAX (option_entries / 10, ENTRIES_PER_FOLDER);
  gint64 next_print = step;

  while (self.sent < option_entries)
    {
      gint64 before = self.sent;
      GPtrArray *requests
          = make_folder (&self, (guint) MIN (ENTRIES_PER_FOLDER, option_entries - self.sent));

      send_measured (&self, &entries, self.sent - before, requests, pid);
      before = self.sent;
      requests = make_singles (&self, ENTRIES_PER_FOLDER / 20);
      send_measured (&self, &singles, self.sent - before, requests, pid);
      if (self.sent >= next_print)
        {
          g_printerr ("%" G_GINT64_FORMAT " files, %.0f entries a second so far, %.1f us each\n",
                      self.sent, (double) entries.files / entries.seconds,
                      entries.cpu_ms * 1000 / (double) entries.files);
          next_print += step;
        }
    }
  print_effort (&entries, pid);
  print_effort (&singles, pid);
  catalogue_names_free (self.names);
}

/* ---- Searches ------------------------------------------------------------------------------ */

typedef enum
{
  CLASS_RARE,   /* three letters and more, at most 1,000 matches */
  CLASS_BROAD,  /* many matches, newest first */
  CLASS_SORTED, /* many matches, by name or size */
  CLASS_SHORT,  /* one or two letters */
  N_CLASSES,
} Class;

static const char *const class_names[] = { "rare", "broad", "sorted", "short" };
/* In a thousand. */
static const int class_shares[] = { 880, 90, 20, 10 };

typedef struct
{
  CatalogueNames *names;
  GRand *rand;
  GPid pid;
  GArray *times[N_CLASSES]; /* of double, ms */
  GArray *all;
  GArray *cpu[N_CLASSES]; /* of the tracker */
  GArray *all_cpu;
} Searcher;

static const char *
pick (Searcher *self, const char *const *from, int count)
{
  return from[g_rand_int_range (self->rand, 0, count)];
}

static JsonObject *
make_search (Searcher *self, Class class)
{
  static const char *const broad[]
      = { "jpg", "mp3", "pdf", "img_", "holiday", "mkv", "1080p", "dsc", "cover", "family 19" };
  static const char *const shorts[] = { "a", "st", "0", "im", "tr 19", "h", "mk" };
  static const char *const sorts[] = { "name", "size", "type", "who" };
  guint n_words = catalogue_names_get_n_words (self->names);
  g_autofree char *two = NULL;

  switch (class)
    {
    case CLASS_RARE:
      if (g_rand_boolean (self->rand))
        return shoal_json_new (
            "words", "s",
            catalogue_names_get_word (self->names,
                                      (guint) g_rand_int_range (self->rand, 3000, (int) n_words)),
            NULL);
      two = g_strdup_printf (
          "%s %s",
          catalogue_names_get_word (self->names, (guint) g_rand_int_range (self->rand, 100, 3000)),
          catalogue_names_get_word (self->names, (guint) g_rand_int_range (self->rand, 100, 3000)));
      return shoal_json_new ("words", "s", two, NULL);
    case CLASS_BROAD:
      return shoal_json_new ("words", "s", pick (self, broad, G_N_ELEMENTS (broad)), NULL);
    case CLASS_SORTED:
      return shoal_json_new ("words", "s", pick (self, broad, G_N_ELEMENTS (broad)), "sort", "s",
                             pick (self, sorts, G_N_ELEMENTS (sorts)), "descending", "b",
                             g_rand_boolean (self->rand), NULL);
    case CLASS_SHORT:
    case N_CLASSES:
      break;
    }
  return shoal_json_new ("words", "s", pick (self, shorts, G_N_ELEMENTS (shorts)), NULL);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a;
  double other = *(const double *) b;

  return (one > other) - (one < other);
}

static void
print_times (const char *class, GArray *times, GArray *cpu)
{
  if (times->len == 0)
    return;
  g_array_sort (times, compare_doubles);
  g_array_sort (cpu, compare_doubles);
  g_print ("{\"bench\":\"catalogue-search\",\"class\":\"%s\",\"searches\":%u,\"p50_ms\":%.2f,\"p95_"
           "ms\":%.2f,"
           "\"max_ms\":%.2f,\"p95_cpu_ms\":%.2f,\"max_cpu_ms\":%.2f}\n",
           class, times->len, g_array_index (times, double, times->len / 2),
           g_array_index (times, double, times->len * 95 / 100),
           g_array_index (times, double, times->len - 1),
           g_array_index (cpu, double, times->len * 95 / 100),
           g_array_index (cpu, double, times->len - 1));
}

/* Returns: whether the search was one of its class */
static gboolean
time_search (Searcher *self, TestClient *client, Class class)
{
  JsonObject *params = make_search (self, class);
  g_autoptr (JsonObject) copy = json_object_ref (params);
  double cpu_ms = read_cpu (self->pid);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (JsonObject) answer = test_client_call (client, SHOAL_METHOD_SEARCH, params);
  double ms = (double) (g_get_monotonic_time () - start) / 1000;

  cpu_ms = read_cpu (self->pid) - cpu_ms;
  if (class == CLASS_RARE && json_object_get_int_member (answer, "total") > 1000)
    return FALSE;
  if (cpu_ms > 50 || g_getenv ("BENCH_VERBOSE") != NULL)
    g_printerr ("%.1f ms, %.1f ms CPU: %s %s: %" G_GINT64_FORMAT "\n", ms, cpu_ms,
                json_object_get_string_member (copy, "words"),
                json_object_get_string_member_with_default (copy, "sort", "newest"),
                json_object_get_int_member (answer, "total"));
  g_array_append_val (self->times[class], ms);
  g_array_append_val (self->all, ms);
  g_array_append_val (self->cpu[class], cpu_ms);
  g_array_append_val (self->all_cpu, cpu_ms);
  return TRUE;
}

static void
search (TestClient *client, GPid pid)
{
  Searcher self
      = { .pid = pid, .names = catalogue_names_new (1), .rand = g_rand_new_with_seed (2) };

  self.all = g_array_new (FALSE, FALSE, sizeof (double));
  self.all_cpu = g_array_new (FALSE, FALSE, sizeof (double));
  for (int class = 0; class < N_CLASSES; class ++)
    {
      self.times[class] = g_array_new (FALSE, FALSE, sizeof (double));
      self.cpu[class] = g_array_new (FALSE, FALSE, sizeof (double));
    }
  for (int i = 0; i < option_searches; i++)
    {
      int dice = g_rand_int_range (self.rand, 0, 1000);
      int class = 0;

      while (dice >= class_shares[class])
        dice -= class_shares[class ++];
      while (!time_search (&self, client, class))
        continue;
    }
  for (int class = 0; class < N_CLASSES; class ++)
    {
      print_times (class_names[class], self.times[class], self.cpu[class]);
      g_array_unref (self.cpu[class]);
      g_array_unref (self.times[class]);
    }
  print_times ("mix", self.all, self.all_cpu);
  g_array_unref (self.all_cpu);
  g_array_unref (self.all);
  g_rand_free (self.rand);
  catalogue_names_free (self.names);
}

/* ---- All of it ----------------------------------------------------------------------------- */

static gboolean
is_full (TestClient *client)
{
  g_autoptr (JsonObject) answer = test_client_call (client, SHOAL_METHOD_SEARCH, NULL);

  return json_object_get_int_member (answer, "total") > 0;
}

static void
sign_in (TestClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result
             = test_client_try (client, SHOAL_METHOD_SIGN_UP,
                                shoal_json_new ("uuid", "s", "bench", "user", "s", "bench",
                                                "password", "s", TEST_PASSWORD, NULL),
                                &error);

  if (error != NULL)
    result = test_client_sign_in (client, "bench", TEST_PASSWORD);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autofree char *data = NULL;
  g_autofree char *link = NULL;
  GPid pid = 0;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  data = option_data != NULL
             ? g_strdup (option_data)
             : g_build_filename (g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm"
                                                                              : g_get_tmp_dir (),
                                 "shoal-bench-XXXXXX", NULL);
  if (option_data == NULL)
    g_assert_nonnull (g_mkdtemp (data));
  link = start_tracker (data, &pid);
  if (!shoal_tls_init (&error))
    g_error ("%s", error->message);

  g_autoptr (TestClient) client = test_client_new ();

  test_client_connect (client, link);
  sign_in (client);
  if (!is_full (client))
    fill (client, pid);
  g_print ("{\"bench\":\"catalogue-database\",\"mib\":%.0f}\n",
           (double) folder_size (data) / SHOAL_MIB);
  search (client, pid);
  g_print ("{\"bench\":\"catalogue-memory\",\"tracker_rss_mib\":%.1f,\"tracker_peak_mib\":%.1f}\n",
           (double) read_memory (pid, "VmRSS:") / SHOAL_MIB,
           (double) read_memory (pid, "VmHWM:") / SHOAL_MIB);
  test_client_disconnect (client);
  kill (pid, SIGTERM);
  waitpid (pid, NULL, 0);
  if (option_data == NULL)
    test_remove_folder (data);
  return EXIT_SUCCESS;
}
