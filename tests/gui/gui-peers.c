/* gui-peers.c: for tests: a real tracker and real members beside the app, each a process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-peers.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "gui-widgets.h"

/* What shoal-cli says of a search without a hit. */
#define STATUS_NOT_FOUND (4)

struct _GuiTracker
{
  char *data;
  char *sign_up;
  char **more;
  char *link;
  guint16 port;
  GSubprocess *process;
};

struct _GuiPeer
{
  char *user;
  char *profile;
  GSubprocess *process;
};

/* ---- Files ---- */

char *
gui_dup_path (const char *name)
{
  const char *folder = g_getenv ("SHOAL_TEST_DIR");

  g_assert_nonnull (folder); /* run-gui.sh makes it */
  return g_build_filename (folder, name, NULL);
}

char *
gui_make_file (const char *folder, const char *name, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree guint32 *words = g_new (guint32, size / sizeof (guint32) + 1);
  g_autoptr (GError) error = NULL;
  guint32 state = g_str_hash (name) | 1;

  for (gsize i = 0; i <= size / sizeof (guint32); i++)
    {
      state ^= state << 13;
      state ^= state >> 17;
      state ^= state << 5;
      words[i] = state;
    }
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents_full (path, (const char *) words, (gssize) size, G_FILE_SET_CONTENTS_NONE,
                            0600, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&path);
}

void
gui_assert_same_file (const char *expected, const char *actual)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMappedFile) a = g_mapped_file_new (expected, FALSE, &error);

  g_assert_no_error (error);

  g_autoptr (GMappedFile) b = g_mapped_file_new (actual, FALSE, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_mapped_file_get_contents (a), g_mapped_file_get_length (a),
                   g_mapped_file_get_contents (b), g_mapped_file_get_length (b));
}

/* ---- Processes ---- */

/* After fork, before exec: nothing is left over if the test is killed. */
static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
spawn (GSubprocessFlags flags, gboolean on_desktop, const char *const *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_autoptr (GError) error = NULL;
  GSubprocess *process = NULL;

  /* The others are on computers of their own: their keys are in their profiles. */
  if (!on_desktop)
    {
      static const char *const of_the_desktop[]
          = { "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "SECRET_BACKEND", "XDG_RUNTIME_DIR" };

      for (gsize i = 0; i < G_N_ELEMENTS (of_the_desktop); i++)
        g_subprocess_launcher_unsetenv (launcher, of_the_desktop[i]);
    }
  g_subprocess_launcher_setenv (launcher, "G_DEBUG", "fatal-criticals", TRUE);
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  g_assert_no_error (error);
  return process;
}

static GPtrArray *
collect (const char *const *before, const char *first, va_list rest)
{
  GPtrArray *arguments = g_ptr_array_new ();

  for (guint i = 0; before[i] != NULL; i++)
    g_ptr_array_add (arguments, (char *) before[i]);
  for (const char *at = first; at != NULL; at = va_arg (rest, const char *))
    g_ptr_array_add (arguments, (char *) at);
  g_ptr_array_add (arguments, NULL);
  return arguments;
}

GSubprocess *
gui_spawnv (GSubprocessFlags flags, const char *const *arguments)
{
  return spawn (flags, TRUE, arguments);
}

GSubprocess *
gui_spawn (GSubprocessFlags flags, const char *first, ...)
{
  static const char *const nothing[] = { NULL };
  va_list rest;

  va_start (rest, first);

  g_autoptr (GPtrArray) arguments = collect (nothing, first, rest);

  va_end (rest);
  return spawn (flags, TRUE, (const char *const *) arguments->pdata);
}

static void
on_result_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Runs to the end, which must be success. Returns: what it wrote; NULL if it ended with the status
 * @other (0: none) */
static char *
run (GPtrArray *arguments, int other)
{
  g_autoptr (GSubprocess) process
             = spawn (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, FALSE,
                      (const char *const *) arguments->pdata);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *errors = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_result_cb, &result);
  gui_wait_until (result != NULL);
  g_subprocess_communicate_utf8_finish (process, result, &output, &errors, &error);
  g_assert_no_error (error);
  if (g_subprocess_get_if_exited (process) && g_subprocess_get_exit_status (process) == other
      && other != 0)
    g_clear_pointer (&output, g_free);
  else if (!g_subprocess_get_successful (process))
    {
      g_ptr_array_set_size (arguments, (int) arguments->len - 1);
      for (guint i = 0; i < arguments->len; i++)
        g_printerr ("# %s\n", (char *) g_ptr_array_index (arguments, i));
      g_error ("failed: %s%s", output, errors);
    }
  return output;
}

static char *
read_line (GDataInputStream *stream)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *line = NULL;

  g_data_input_stream_read_line_async (stream, G_PRIORITY_DEFAULT, NULL, on_result_cb, &result);
  gui_wait_until (result != NULL);
  line = g_data_input_stream_read_line_finish (stream, result, NULL, &error);
  g_assert_no_error (error);
  return line;
}

char *
gui_wait_for_line (GSubprocess *process, const char *start)
{
  g_autoptr (GDataInputStream) stream
             = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  char *line = read_line (stream);

  while (line != NULL && !g_str_has_prefix (line, start))
    {
      g_free (line);
      line = read_line (stream);
    }
  g_assert_nonnull (line); /* it ended without that line */
  return line;
}

static void
wait_for_end (GSubprocess *process)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_subprocess_wait_async (process, NULL, on_result_cb, &result);
  gui_wait_until (result != NULL);
  g_subprocess_wait_finish (process, result, NULL);
}

/* ---- Tracker ---- */

void
gui_tracker_start (GuiTracker *self)
{
  g_autofree char *listen = g_strdup_printf ("127.0.0.1:%u", (guint) self->port);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  const char *const first[] = {
    g_getenv ("SHOAL_TRACKER"), "--data", self->data, "--listen", listen, "--sign-up", self->sign_up
  };

  g_assert_null (self->process);
  for (gsize i = 0; i < G_N_ELEMENTS (first); i++)
    g_ptr_array_add (arguments, (char *) first[i]);
  for (guint i = 0; self->more != NULL && self->more[i] != NULL; i++)
    g_ptr_array_add (arguments, self->more[i]);
  g_ptr_array_add (arguments, NULL);
  self->process = spawn (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, FALSE,
                         (const char *const *) arguments->pdata);

  g_autofree char *line = gui_wait_for_line (self->process, "ready shoal://127.0.0.1:");

  self->port = (guint16) g_ascii_strtoull (line + strlen ("ready shoal://127.0.0.1:"), NULL, 10);
  g_free (self->link);
  self->link = g_strdup (line + strlen ("ready "));
}

GuiTracker *
gui_tracker_new (const char *sign_up, const char *const *more)
{
  static guint n_trackers = 0;
  GuiTracker *self = g_new0 (GuiTracker, 1);
  g_autofree char *name = g_strdup_printf ("tracker-%u", ++n_trackers);

  self->data = gui_dup_path (name);
  self->sign_up = g_strdup (sign_up);
  self->more = g_strdupv ((char **) more);
  gui_tracker_start (self);
  return self;
}

const char *
gui_tracker_get_link (GuiTracker *self)
{
  return self->link;
}

void
gui_tracker_signal (GuiTracker *self, int number)
{
  g_subprocess_send_signal (self->process, number);
}

void
gui_tracker_stop (GuiTracker *self)
{
  gui_tracker_signal (self, SIGTERM);
  wait_for_end (self->process);
  g_clear_object (&self->process);
}

char *
gui_tracker_run (GuiTracker *self, const char *first, ...)
{
  const char *const before[] = { g_getenv ("SHOAL_TRACKER"), first, "--data", self->data, NULL };
  va_list rest;

  va_start (rest, first);

  g_autoptr (GPtrArray) arguments = collect (before, va_arg (rest, const char *), rest);

  va_end (rest);
  return g_strchomp (run (arguments, 0));
}

void
gui_tracker_free (GuiTracker *self)
{
  if (self->process != NULL)
    gui_tracker_stop (self);
  g_free (self->data);
  g_free (self->sign_up);
  g_strfreev (self->more);
  g_free (self->link);
  g_free (self);
}

/* ---- Members ---- */

GuiPeer *
gui_peer_new (const char *link, const char *user)
{
  GuiPeer *self = g_new0 (GuiPeer, 1);
  g_autofree char *name = g_strdup_printf ("profile-%s-%08x", user, g_random_int ());
  g_autofree char *password = g_strdup_printf ("secret of %s\n", user);
  g_autoptr (GError) error = NULL;

  self->user = g_strdup (user);
  self->profile = gui_dup_path (name);

  g_autofree char *password_file = g_strconcat (self->profile, ".password", NULL);

  g_file_set_contents_full (password_file, password, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
  g_free (gui_peer_run (self, "sign-up", "--password-file", password_file, link, user, NULL));
  return self;
}

char *
gui_peer_run (GuiPeer *self, const char *first, ...)
{
  const char *const before[] = { g_getenv ("SHOAL_CLI"), "--profile", self->profile, NULL };
  va_list rest;

  va_start (rest, first);

  g_autoptr (GPtrArray) arguments = collect (before, first, rest);

  va_end (rest);
  return run (arguments, 0);
}

gboolean
gui_peer_sees (GuiPeer *self, const char *words)
{
  const char *const arguments[] = {
    g_getenv ("SHOAL_CLI"), "--profile", self->profile, "search", words, NULL,
  };
  g_autoptr (GPtrArray) array = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    g_ptr_array_add (array, (char *) arguments[i]);

  g_autofree char *output = run (array, STATUS_NOT_FOUND);

  return output != NULL;
}

GSubprocess *
gui_peer_start (GuiPeer *self, const char *first, ...)
{
  const char *const before[] = { g_getenv ("SHOAL_CLI"), "--profile", self->profile, NULL };
  va_list rest;

  va_start (rest, first);

  g_autoptr (GPtrArray) arguments = collect (before, first, rest);

  va_end (rest);
  return gui_spawnv (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                     (const char *const *) arguments->pdata);
}

void
gui_peer_serve (GuiPeer *self)
{
  const char *const arguments[] = {
    g_getenv ("SHOAL_CLI"), "--profile", self->profile, "serve", NULL,
  };

  g_assert_null (self->process);
  self->process = spawn (G_SUBPROCESS_FLAGS_STDOUT_PIPE, FALSE, arguments);
  g_free (gui_wait_for_line (self->process, "Online"));
}

void
gui_peer_stop (GuiPeer *self)
{
  g_subprocess_send_signal (self->process, SIGTERM);
  wait_for_end (self->process);
  g_clear_object (&self->process);
}

void
gui_peer_free (GuiPeer *self)
{
  if (self->process != NULL)
    gui_peer_stop (self);
  g_free (self->user);
  g_free (self->profile);
  g_free (self);
}
