/* test-program.c: shoal-tracker as a process: its one line, its signals, its subcommands, its
 * sudden death
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-program"

#include "config.h"

#include <signal.h>
#include <string.h>

#include <glib/gstdio.h>

#include "shoal-limits.h"
#include "shoal-tls.h"
#include "test-tracker.h"

/* A running server. */
typedef struct
{
  char *folder;
  GSubprocess *process;
  GDataInputStream *output;
  GDataInputStream *errors;
  char *link;
  char *owner_link; /* (nullable) */
} Server;

static char *
find_program (void)
{
  const char *path = g_getenv ("SHOAL_TRACKER");

  g_assert_nonnull (path);
  return g_strdup (path);
}

static GSubprocess *
run (GSubprocessFlags flags, const char *folder, const char *const *more)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (argv, find_program ());
  g_ptr_array_add (argv, g_strdup ("--data"));
  g_ptr_array_add (argv, g_strdup (folder));
  for (guint i = 0; more[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (more[i]));
  g_ptr_array_add (argv, NULL);

  GSubprocess *process = g_subprocess_newv ((const char *const *) argv->pdata, flags, &error);

  g_assert_no_error (error);
  return process;
}

/* Runs to the end. Returns: the exit code */
static int
run_to_end (const char *folder, const char *const *more, char **output, char **errors)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
             = run (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, folder, more);

  g_subprocess_communicate_utf8 (process, NULL, NULL, output, errors, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  return g_subprocess_get_exit_status (process);
}

static char *
read_line (GDataInputStream *stream)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (stream, NULL, NULL, &error);

  g_assert_no_error (error);
  return line;
}

static void
server_start (Server *self, const char *sign_up, gboolean first)
{
  const char *const more[] = { "--listen", "127.0.0.1:0", "--sign-up", sign_up, NULL };

  self->process
      = run (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, self->folder, more);
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  self->errors = g_data_input_stream_new (g_subprocess_get_stderr_pipe (self->process));

  g_autofree char *line = read_line (self->output);

  g_assert_nonnull (line);
  g_assert_true (g_str_has_prefix (line, "ready shoal://127.0.0.1:"));
  g_assert_nonnull (strstr (line, "/?key="));
  g_assert_null (strstr (line, "invite"));
  g_assert_null (strstr (line, ":0/"));
  self->link = g_strdup (line + strlen ("ready "));
  if (!first)
    return;

  g_autofree char *sentence = read_line (self->errors);

  self->owner_link = read_line (self->errors);
  g_assert_nonnull (strstr (self->owner_link, "&invite="));
}

static Server *
server_new (const char *sign_up)
{
  Server *self = g_new0 (Server, 1);

  self->folder = g_dir_make_tmp ("shoal-program-XXXXXX", NULL);
  server_start (self, sign_up, TRUE);
  return self;
}

/* Returns: what else it has written to standard output */
static char *
server_end (Server *self, int signal)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (self->process, signal);
  g_subprocess_wait (self->process, NULL, &error);
  g_assert_no_error (error);
  if (signal != SIGKILL)
    {
      g_assert_true (g_subprocess_get_if_exited (self->process));
      g_assert_cmpint (g_subprocess_get_exit_status (self->process), ==, 0);
    }

  char *rest = read_line (self->output);

  g_clear_object (&self->output);
  g_clear_object (&self->errors);
  g_clear_object (&self->process);
  g_clear_pointer (&self->link, g_free);
  return rest;
}

static void
server_free (Server *self)
{
  if (self->process != NULL)
    g_free (server_end (self, SIGKILL));
  test_remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->owner_link);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)

static const char *
code_of (const char *link)
{
  const char *code = strstr (link, "invite=");

  g_assert_nonnull (code);
  return code + strlen ("invite=");
}

static void
test_life (void)
{
  g_autoptr (Server) server = server_new ("invite");
  g_autoptr (TestClient) olga = test_client_new ();

  test_client_connect (olga, server->link);

  g_autoptr (JsonObject) owner = test_client_sign_up (olga, "olga", code_of (server->owner_link));

  g_assert_true (json_object_get_boolean_member (owner, "owner"));

  g_autoptr (JsonObject) announced = test_client_call (
      olga, SHOAL_METHOD_ANNOUNCE,
      shoal_json_new ("port", "i", (gint64) 0, "addresses", "a", json_array_new (), NULL));

  g_assert_cmpstr (json_object_get_string_member (announced, "seen"), ==, "127.0.0.1");

  g_autoptr (JsonObject) invite = test_client_call (olga, SHOAL_METHOD_INVITE, NULL);

  g_assert_true (g_str_has_prefix (json_object_get_string_member (invite, "link"), server->link));

  /* SIGTERM: the connection is closed properly, and there was only one line. */
  g_autofree char *rest = server_end (server, SIGTERM);

  g_assert_null (rest);
  test_client_wait_closed (olga);
  g_assert_error (olga->closed, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);

  /* The next start is the same tracker, has the account, and no owner link. */
  server_start (server, "invite", FALSE);
  test_client_disconnect (olga);
  test_client_connect (olga, server->link);

  g_autoptr (JsonObject) again = test_client_sign_in (olga, "olga", TEST_PASSWORD);
  g_autofree char *end = server_end (server, SIGINT);

  g_assert_null (end);
}

/* Strangers who finish the handshake and stay fill the places of their address; a device that is
 * bound to an account there is no stranger, before and after they came, and new ones come in too.
 */
static void
test_strangers (void)
{
  g_autoptr (Server) server = server_new ("open");
  g_autoptr (TestClient) ada = test_client_new ();
  TestClient *strangers[SHOAL_MAX_STRANGERS_PER_ADDRESS + 4] = { NULL };

  test_client_connect (ada, server->link);

  g_autoptr (JsonObject) joined = test_client_sign_up (ada, "ada", NULL);

  test_client_disconnect (ada);
  test_client_connect (ada, server->link);
  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      strangers[i] = test_client_new ();
      test_client_connect (strangers[i], server->link);
    }
  test_client_wait_closed (strangers[0]);

  g_autoptr (JsonObject) back = test_client_sign_in (ada, "ada", TEST_PASSWORD);
  g_autoptr (JsonObject) new_one
             = test_client_sign_up (strangers[G_N_ELEMENTS (strangers) - 1], "ben", NULL);

  g_assert_null (ada->closed);
  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++)
    test_client_free (strangers[i]);
  g_free (server_end (server, SIGTERM));
}

static void
test_second_server (void)
{
  g_autoptr (Server) server = server_new ("invite");
  static const char *const more[] = { "--listen", "127.0.0.1:0", NULL };
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;

  g_assert_cmpint (run_to_end (server->folder, more, &output, &errors), ==, 1);
  g_assert_cmpstr (output, ==, "");
  g_assert_nonnull (strstr (errors, "Another tracker is running"));
}

static void
test_wrong_options (void)
{
  static const char *const more[] = { "--sign-up", "maybe", NULL };
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;

  g_assert_cmpint (run_to_end ("/nonexistent", more, &output, &errors), ==, 2);
  g_assert_cmpstr (output, ==, "");
  g_assert_nonnull (strstr (errors, "open, invite or closed"));
}

static void
test_folder_that_cannot_be (void)
{
  static const char *const more[] = { "--listen", "127.0.0.1:0", NULL };
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;

  g_assert_cmpint (run_to_end ("/dev/null/tracker", more, &output, &errors), ==, 1);
  g_assert_cmpstr (output, ==, "");
}

static void
test_port_taken (void)
{
  g_autoptr (Server) server = server_new ("invite");
  g_autofree char *folder = g_dir_make_tmp ("shoal-program-XXXXXX", NULL);
  g_autofree char *address = g_strndup (server->link + strlen ("shoal://"),
                                        strcspn (server->link + strlen ("shoal://"), "/"));
  const char *const more[] = { "--listen", address, NULL };
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;

  g_assert_cmpint (run_to_end (folder, more, &output, &errors), ==, 1);
  g_assert_cmpstr (output, ==, "");
  test_remove_folder (folder);
}

/* While the server runs: it takes what the subcommands write. */
static void
test_subcommands (void)
{
  g_autoptr (Server) server = server_new ("invite");
  static const char *const invite_args[] = { "invite", "--uses", "1", NULL };
  static const char *const link_args[] = { "link", NULL };
  static const char *const owner_args[] = { "link", "--owner", NULL };
  static const char *const verify_args[] = { "audit", "verify", NULL };
  g_autofree char *invite = NULL;
  g_autofree char *link = NULL;
  g_autofree char *owner = NULL;
  g_autofree char *verify = NULL;
  g_autofree char *refused = NULL;
  g_autoptr (TestClient) olga = test_client_new ();
  g_autoptr (TestClient) ben = test_client_new ();

  g_assert_cmpint (run_to_end (server->folder, invite_args, &invite, NULL), ==, 0);
  g_assert_true (g_str_has_prefix (invite, server->link));
  g_strchomp (invite);
  g_assert_cmpint (run_to_end (server->folder, link_args, &link, NULL), ==, 0);
  g_assert_cmpstr (g_strchomp (link), ==, server->link);

  /* A new owner link ends the first. */
  g_assert_cmpint (run_to_end (server->folder, owner_args, &owner, NULL), ==, 0);
  g_strchomp (owner);
  test_client_connect (olga, server->link);

  g_autoptr (GError) ended = test_client_refused (
      olga, SHOAL_METHOD_SIGN_UP,
      shoal_json_new ("uuid", "s", "u", "user", "s", "olga", "password", "s", TEST_PASSWORD,
                      "invite", "s", code_of (server->owner_link), NULL),
      SHOAL_ERROR_DENIED);
  g_autoptr (JsonObject) as_owner = test_client_sign_up (olga, "olga", code_of (owner));

  g_assert_true (json_object_get_boolean_member (as_owner, "owner"));
  test_client_connect (ben, server->link);

  g_autoptr (JsonObject) as_ben = test_client_sign_up (ben, "ben", code_of (invite));

  /* Once there is an owner there is no owner link. */
  g_assert_cmpint (run_to_end (server->folder, owner_args, NULL, &refused), ==, 1);
  g_assert_nonnull (strstr (refused, "has an owner already"));
  g_assert_cmpint (run_to_end (server->folder, verify_args, &verify, NULL), ==, 0);

  /* The head that a member remembers is in the log; another is not. */
  const char *head
      = json_object_get_string_member (json_object_get_object_member (as_ben, "audit"), "head");
  const char *const head_args[] = { "audit", "verify", "--head", head, NULL };
  g_autofree char *wrong = g_strnfill (64, 'a');
  const char *const wrong_args[] = { "audit", "verify", "--head", wrong, NULL };

  g_assert_cmpint (run_to_end (server->folder, head_args, NULL, NULL), ==, 0);
  g_assert_cmpint (run_to_end (server->folder, wrong_args, NULL, NULL), ==, 1);
}

/* A database that is away, or was emptied, is no first start: nothing is made in its place. */
static void
test_no_database (void)
{
  g_autoptr (Server) server = server_new ("invite");
  g_autofree char *path = g_build_filename (server->folder, "tracker.db", NULL);
  g_autofree char *away = g_build_filename (server->folder, "away.db", NULL);
  static const char *const more[] = { "--listen", "127.0.0.1:0", NULL };
  static const char *const invite[] = { "invite", NULL };
  g_autofree char *missing = NULL;
  g_autofree char *empty = NULL;

  g_free (server_end (server, SIGTERM));
  g_assert_no_errno (g_rename (path, away));
  g_assert_cmpint (run_to_end (server->folder, more, NULL, &missing), ==, 1);
  g_assert_nonnull (strstr (missing, "is missing or empty"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_cmpint (run_to_end (server->folder, more, NULL, &empty), ==, 1);
  g_assert_nonnull (strstr (empty, "is missing or empty"));
  g_assert_cmpint (run_to_end (server->folder, invite, NULL, NULL), ==, 1);

  g_assert_no_errno (g_rename (away, path));
  server_start (server, "invite", FALSE);
}

/* Without its key a tracker is another one, which members would refuse: it does not start. */
static void
test_key (void)
{
  g_autoptr (Server) server = server_new ("invite");
  g_autofree char *path = g_build_filename (server->folder, "key", NULL);
  g_autofree char *link = g_strdup (server->link);
  static const char *const more[] = { "--listen", "127.0.0.1:0", NULL };
  g_autofree char *seed = NULL;
  gsize length = 0;
  GStatBuf st;

  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpuint (st.st_mode & 0777, ==, 0600);
  g_assert_true (g_file_get_contents (path, &seed, &length, NULL));
  g_free (server_end (server, SIGTERM));

  g_autofree char *missing = NULL;
  g_autofree char *open_to_all = NULL;
  g_autofree char *cut = NULL;

  g_unlink (path);
  g_assert_cmpint (run_to_end (server->folder, more, NULL, &missing), ==, 1);
  g_assert_nonnull (strstr (missing, "is missing"));
  g_assert_true (g_file_set_contents (path, seed, (gssize) length, NULL));
  g_chmod (path, 0644);
  g_assert_cmpint (run_to_end (server->folder, more, NULL, &open_to_all), ==, 1);
  g_assert_nonnull (strstr (open_to_all, "chmod 600"));
  g_assert_true (g_file_set_contents (path, seed, 31, NULL));
  g_chmod (path, 0600);
  g_assert_cmpint (run_to_end (server->folder, more, NULL, &cut), ==, 1);
  g_assert_nonnull (strstr (cut, "is not a key"));
  g_assert_true (g_file_set_contents (path, seed, (gssize) length, NULL));
  g_chmod (path, 0600);
  server_start (server, "invite", FALSE);
  g_assert_cmpstr (strstr (server->link, "key="), ==, strstr (link, "key="));
}

static void
test_nothing_there (void)
{
  g_autofree char *folder = g_dir_make_tmp ("shoal-program-XXXXXX", NULL);
  static const char *const commands[][3]
      = { { "invite", NULL }, { "link", NULL }, { "audit", "verify", NULL } };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *errors = NULL;

      g_assert_cmpint (run_to_end (folder, commands[i], NULL, &errors), ==, 1);
      g_assert_nonnull (strstr (errors, "No tracker has run"));
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Killed in the middle of sign-ups: whoever was told yes has an account. */
static void
test_killed_during_sign_ups (void)
{
  g_autoptr (Server) server = server_new ("open");
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);
  static const char *const verify_args[] = { "audit", "verify", NULL };
  guint number = 0;

  for (guint round = 0; round < 3; round++)
    {
      TestClient *clients[6];
      guint before = told->len;

      for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
        {
          g_autofree char *user = g_strdup_printf ("user%u", number++);

          clients[i] = test_client_new ();
          test_client_connect (clients[i], server->link);
          test_client_send (clients[i], SHOAL_METHOD_SIGN_UP,
                            shoal_json_new ("uuid", "s", user, "user", "s", user, "password", "s",
                                            TEST_PASSWORD, NULL));
        }
      /* As soon as some of them have their answer. */
      for (guint i = 0; i < 1 + round; i++)
        test_wait_until (clients[i]->result != NULL);
      g_free (server_end (server, SIGKILL));
      for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (JsonObject) result = test_client_receive (clients[i], &error);

          if (result != NULL)
            g_ptr_array_add (told, g_strdup (json_object_get_string_member (result, "user")));
          else
            g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
          test_client_free (clients[i]);
        }
      g_assert_cmpuint (told->len, >, before);
      server_start (server, "open", FALSE);
    }
  for (guint i = 0; i < told->len; i++)
    {
      g_autoptr (TestClient) client = test_client_new ();

      test_client_connect (client, server->link);

      g_autoptr (JsonObject) result
                 = test_client_sign_in (client, g_ptr_array_index (told, i), TEST_PASSWORD);
    }
  g_assert_cmpint (run_to_end (server->folder, verify_args, NULL, NULL), ==, 0);
}

/* ---- Killed while a folder is offered ---- */

#define N_ENTRIES (3000)
#define N_AT_ONCE (100)
#define FOLDER_ID "f00d"

/* The same content each time: entry @i has an id of its own. */
static char *
make_id (const char *head, guint i)
{
  g_autofree char *tail = g_strdup_printf ("%08x", i);

  return g_strdup_printf ("%s%0*d%s", head, (int) (64 - strlen (head) - strlen (tail)), 0, tail);
}

static JsonObject *
make_entries (const char *offer, guint first)
{
  JsonArray *entries = json_array_new ();

  for (guint i = first; i < MIN (first + N_AT_ONCE, N_ENTRIES); i++)
    {
      g_autofree char *path = g_strdup_printf ("entry%05u.txt", i);
      g_autofree char *id = make_id ("e", i);

      json_array_add_object_element (entries,
                                     shoal_json_new ("path", "s", path, "kind", "s", "f", "id", "s",
                                                     id, "size", "i", (gint64) i + 1, NULL));
    }
  return shoal_json_new ("offer", "s", offer, "first", "i", (gint64) first, "entries", "a", entries,
                         NULL);
}

static void
offer_folder (TestClient *client, const char *offer)
{
  g_autofree char *id = make_id (FOLDER_ID, 0);
  JsonArray *offers = json_array_new ();

  json_array_add_object_element (
      offers,
      shoal_json_new ("offer", "s", offer, "kind", "s", "folder", "name", "s", "album", "id", "s",
                      id, "size", "i", (gint64) N_ENTRIES, "manifest_size", "i", (gint64) 100000,
                      "entries", "i", (gint64) N_ENTRIES, "mtime_ms", "i", (gint64) 1, NULL));
  g_autoptr (JsonObject) reply = test_client_call (client, SHOAL_METHOD_OFFER,
                                                   shoal_json_new ("offers", "a", offers, NULL));
  JsonArray *results = json_object_get_array_member (reply, "results");
  g_assert_false (json_object_has_member (json_array_get_object_element (results, 0), "error"));
}

/* Where the tracker says that it stands: asked with no entry to add. */
static gint64
get_next (TestClient *client, const char *offer, gint64 told)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply
             = test_client_try (client, SHOAL_METHOD_OFFER_ENTRIES,
                                shoal_json_new ("offer", "s", offer, "first", "i", told, "entries",
                                                "a", json_array_new (), NULL),
                                &error);

  g_assert_no_error (error);
  return json_object_get_int_member (reply, "next");
}

static void
expect_sources (TestClient *client, guint first, guint end)
{
  for (guint i = first; i < end; i++)
    {
      g_autofree char *id = make_id ("e", i);
      g_autoptr (JsonObject) reply = test_client_call (
          client, SHOAL_METHOD_SOURCES,
          shoal_json_new ("id", "s", id, "size", "i", (gint64) i + 1, NULL));

      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (reply, "sources")), ==,
                        1);
    }
}

/* Each entry that was acknowledged is there after the kill; the offer goes on behind it, and then
 * the folder is whole: every entry is found, by its name and by its content. */
static void
test_killed_during_offers (void)
{
  g_autoptr (Server) server = server_new ("open");
  static const char *const verify_args[] = { "audit", "verify", NULL };
  const char *offer = "0123456789abcdef0123456789abcdef";
  g_autoptr (TestClient) client = test_client_new ();
  gint64 acknowledged = 0, lost_at[5];
  guint n_kills = 0;

  test_client_connect (client, server->link);
  g_autoptr (JsonObject) account = test_client_sign_up (client, "ada", NULL);
  offer_folder (client, offer);
  while (acknowledged < N_ENTRIES)
    {
      g_autoptr (GError) error = NULL;
      gboolean kill = n_kills < G_N_ELEMENTS (lost_at)
                      && acknowledged >= (gint64) (n_kills + 1) * N_ENTRIES / 7;

      test_client_send (client, SHOAL_METHOD_OFFER_ENTRIES,
                        make_entries (offer, (guint) acknowledged));
      /* With the request on its way, at another moment each time. */
      if (kill)
        {
          g_usleep (n_kills * 700);
          g_free (server_end (server, SIGKILL));
        }
      g_autoptr (JsonObject) reply = test_client_receive (client, &error);
      if (reply != NULL)
        acknowledged = json_object_get_int_member (reply, "next");
      else
        g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED);
      g_assert_true (kill || reply != NULL);
      if (!kill)
        continue;

      server_start (server, "open", FALSE);
      test_client_disconnect (client);
      test_client_connect (client, server->link);
      g_autoptr (JsonObject) again = test_client_sign_in (client, "ada", TEST_PASSWORD);
      gint64 next = get_next (client, offer, acknowledged);
      g_assert_cmpint (next, >=, acknowledged);
      lost_at[n_kills++] = acknowledged;
      acknowledged = next;
    }
  g_assert_cmpuint (n_kills, ==, G_N_ELEMENTS (lost_at));

  g_autoptr (JsonObject) mine = test_client_call (client, SHOAL_METHOD_OFFERS, NULL);
  JsonObject *row
      = json_array_get_object_element (json_object_get_array_member (mine, "offers"), 0);
  g_assert_true (json_object_get_boolean_member (row, "complete"));
  g_assert_cmpint (json_object_get_int_member (row, "entries"), ==, N_ENTRIES);
  for (guint i = 0; i < n_kills; i++)
    expect_sources (client, (guint) lost_at[i] - 20, (guint) lost_at[i] + N_AT_ONCE + 20);
  g_autoptr (JsonObject) found = test_client_call (client, SHOAL_METHOD_SEARCH,
                                                   shoal_json_new ("words", "s", "entry", NULL));
  g_assert_cmpint (json_object_get_int_member (found, "total"), ==, N_ENTRIES);
  g_assert_cmpint (run_to_end (server->folder, verify_args, NULL, NULL), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  shoal_tls_init (&error);
  g_assert_no_error (error);
  g_test_add_func ("/program/life", test_life);
  g_test_add_func ("/program/strangers", test_strangers);
  g_test_add_func ("/program/second-server", test_second_server);
  g_test_add_func ("/program/wrong-options", test_wrong_options);
  g_test_add_func ("/program/folder-that-cannot-be", test_folder_that_cannot_be);
  g_test_add_func ("/program/port-taken", test_port_taken);
  g_test_add_func ("/program/subcommands", test_subcommands);
  g_test_add_func ("/program/key", test_key);
  g_test_add_func ("/program/no-database", test_no_database);
  g_test_add_func ("/program/nothing-there", test_nothing_there);
  g_test_add_func ("/program/killed-during-sign-ups", test_killed_during_sign_ups);
  g_test_add_func ("/program/killed-during-offers", test_killed_during_offers);
  return g_test_run ();
}
