/* shoal-tracker-process.c: a group's tracker, run by the app as a child process
 *
 * What it was set up with lies in PROFILE/hosting.ini, its state in PROFILE/tracker. The kernel
 * ends it with this process (PR_SET_PDEATHSIG), so that a crash leaves nothing behind that holds
 * the data. Its last line on standard error is the reason if it ends by itself; nothing of what it
 * writes is logged here, because links are secrets.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-process"

#include "config.h"

#include "shoal-tracker-process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-addresses.h"
#include "shoal-error.h"
#include "shoal-limits.h"

#define GROUP "hosting"
/* How long a tracker that was asked to stop may take for its last words, in seconds. */
#define STOP_TIMEOUT_S 5

struct _ShoalTrackerProcess
{
  GObject parent_instance;

  char *profile;
  char *name;
  char *public_host;
  guint16 port;

  GSubprocess *process;
  GCancellable *cancellable;
  ShoalTrackerState state;
  char *message;
  gboolean wanted;
  guint restart_id;
  guint n_failures;
};

G_DEFINE_FINAL_TYPE (ShoalTrackerProcess, shoal_tracker_process, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void launch (ShoalTrackerProcess *self);

static void
set_state (ShoalTrackerProcess *self, ShoalTrackerState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* ---- The program ---- */

/* Beside this program, beside it in the build folder, or on the PATH. */
static char *
find_program (GError **error)
{
  g_autofree char *self_path = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self_path != NULL ? g_path_get_dirname (self_path) : NULL;
  g_autofree char *beside
      = folder != NULL ? g_build_filename (folder, "shoal-tracker", NULL) : NULL;

  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);

  char *found = g_find_program_in_path ("shoal-tracker");

  if (found == NULL)
    g_set_error_literal (
        error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
        _ ("The program “shoal-tracker” is not installed. Install it, then try again."));
  return found;
}

/* After fork, before exec: only what is safe there. */
static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static char *
dup_data_folder (ShoalTrackerProcess *self)
{
  return g_build_filename (self->profile, "tracker", NULL);
}

/* What links call this computer: as the user said, else its address in the local network. */
static char *
dup_public (ShoalTrackerProcess *self)
{
  const char *host = self->public_host;
  g_autoptr (ShoalAddresses) addresses = shoal_addresses_new ();
  g_auto (GStrv) own = shoal_addresses_dup_own (addresses);

  if (host == NULL)
    host = own[0];
  if (host == NULL)
    return NULL;
  if (g_hostname_is_ip_address (host) && strchr (host, ':') != NULL)
    return g_strdup_printf ("[%s]:%u", host, (guint) self->port);
  if (strchr (host, ':') != NULL)
    return g_strdup (host);
  return g_strdup_printf ("%s:%u", host, (guint) self->port);
}

static GPtrArray *
make_arguments (ShoalTrackerProcess *self, gboolean owner_link, GError **error)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  char *program = find_program (error);

  if (program == NULL)
    return NULL;
  g_ptr_array_add (arguments, program);
  if (owner_link)
    {
      g_ptr_array_add (arguments, g_strdup ("link"));
      g_ptr_array_add (arguments, g_strdup ("--owner"));
    }
  g_ptr_array_add (arguments, g_strdup ("--data"));
  g_ptr_array_add (arguments, dup_data_folder (self));
  if (!owner_link)
    {
      char *public_address = dup_public (self);

      g_ptr_array_add (arguments, g_strdup ("--listen"));
      g_ptr_array_add (arguments, g_strdup_printf ("*:%u", (guint) self->port));
      g_ptr_array_add (arguments, g_strdup ("--sign-up"));
      g_ptr_array_add (arguments, g_strdup ("invite"));
      g_ptr_array_add (arguments, g_strdup_printf ("--name=%s", self->name));
      if (public_address != NULL)
        {
          g_ptr_array_add (arguments, g_strdup ("--public"));
          g_ptr_array_add (arguments, public_address);
        }
    }
  g_ptr_array_add (arguments, NULL);
  return g_steal_pointer (&arguments);
}

static GSubprocess *
spawn (ShoalTrackerProcess *self, gboolean owner_link, GError **error)
{
  g_autoptr (GPtrArray) arguments = make_arguments (self, owner_link, error);

  if (arguments == NULL)
    return NULL;

  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);

  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata, error);
}

/* ---- While it runs ---- */

static gboolean
on_restart_cb (gpointer user_data)
{
  ShoalTrackerProcess *self = user_data;

  self->restart_id = 0;
  launch (self);
  return G_SOURCE_REMOVE;
}

static void
fail (ShoalTrackerProcess *self, const char *message)
{
  guint delay = MIN (60, 1u << MIN (self->n_failures, 6));

  char *copy = g_strdup (message); /* it may be the old one */

  g_clear_object (&self->process);
  g_free (self->message);
  self->message = copy;
  self->n_failures++;
  if (self->wanted && self->restart_id == 0)
    self->restart_id = g_timeout_add_seconds (delay, on_restart_cb, self);
  set_state (self, SHOAL_TRACKER_FAILED);
}

static void
on_ended_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalTrackerProcess) self = user_data;
  GSubprocess *process = G_SUBPROCESS (object);
  g_autoptr (GError) error = NULL;

  if (!g_subprocess_wait_finish (process, result, &error) || self->process != process)
    return;
  if (self->wanted)
    fail (self, self->message != NULL ? self->message : _ ("The tracker ended unexpectedly."));
}

static void
on_error_line_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalTrackerProcess) self = user_data;
  GDataInputStream *lines = G_DATA_INPUT_STREAM (object);
  g_autofree char *line = g_data_input_stream_read_line_finish_utf8 (lines, result, NULL, NULL);

  if (line == NULL)
    return;
  if (g_str_has_prefix (line, "shoal-tracker: ") && self->state != SHOAL_TRACKER_READY)
    {
      g_free (self->message);
      self->message = g_strdup (line + strlen ("shoal-tracker: "));
    }
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, self->cancellable,
                                       on_error_line_cb, g_object_ref (self));
}

static void
on_output_line_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalTrackerProcess) self = user_data;
  GDataInputStream *lines = G_DATA_INPUT_STREAM (object);
  g_autofree char *line = g_data_input_stream_read_line_finish_utf8 (lines, result, NULL, NULL);

  if (line == NULL)
    return;
  if (g_str_has_prefix (line, "ready ") && self->wanted)
    {
      self->n_failures = 0;
      g_clear_pointer (&self->message, g_free);
      set_state (self, SHOAL_TRACKER_READY);
    }
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, self->cancellable,
                                       on_output_line_cb, g_object_ref (self));
}

static void
read_lines (ShoalTrackerProcess *self, GInputStream *stream, GAsyncReadyCallback callback)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (stream);

  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, self->cancellable, callback,
                                       g_object_ref (self));
}

static void
launch (ShoalTrackerProcess *self)
{
  g_autoptr (GError) error = NULL;

  self->process = spawn (self, FALSE, &error);
  if (self->process == NULL)
    {
      fail (self, error->message);
      return;
    }
  g_clear_pointer (&self->message, g_free);
  read_lines (self, g_subprocess_get_stdout_pipe (self->process), on_output_line_cb);
  read_lines (self, g_subprocess_get_stderr_pipe (self->process), on_error_line_cb);
  g_subprocess_wait_async (self->process, self->cancellable, on_ended_cb, g_object_ref (self));
  set_state (self, SHOAL_TRACKER_STARTING);
}

void
shoal_tracker_process_start (ShoalTrackerProcess *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_PROCESS (self));

  if (self->wanted)
    return;
  self->wanted = TRUE;
  self->cancellable = g_cancellable_new ();
  launch (self);
}

void
shoal_tracker_process_stop (ShoalTrackerProcess *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_PROCESS (self));

  if (!self->wanted)
    return;
  self->wanted = FALSE;
  g_clear_handle_id (&self->restart_id, g_source_remove);
  if (self->process != NULL)
    g_subprocess_send_signal (self->process, SIGTERM);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->process);
  set_state (self, SHOAL_TRACKER_STOPPED);
}

typedef struct
{
  GSubprocess *process;
  guint timeout_id;
} Stopping;

static void
stopping_free (gpointer data)
{
  Stopping *stopping = data;

  g_clear_handle_id (&stopping->timeout_id, g_source_remove);
  g_clear_object (&stopping->process);
  g_free (stopping);
}

static gboolean
on_stop_timeout_cb (gpointer user_data)
{
  Stopping *stopping = user_data;

  stopping->timeout_id = 0;
  g_subprocess_force_exit (stopping->process);
  return G_SOURCE_REMOVE;
}

static void
on_stopped_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (object), result, NULL);
  g_task_return_boolean (task, TRUE);
}

void
shoal_tracker_process_stop_async (ShoalTrackerProcess *self,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_PROCESS (self));

  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  Stopping *stopping = g_new0 (Stopping, 1);

  g_task_set_source_tag (task, shoal_tracker_process_stop_async);
  g_task_set_task_data (task, stopping, stopping_free);
  g_set_object (&stopping->process, self->process);
  shoal_tracker_process_stop (self);
  if (stopping->process == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  stopping->timeout_id = g_timeout_add_seconds (STOP_TIMEOUT_S, on_stop_timeout_cb, stopping);
  g_subprocess_wait_async (stopping->process, NULL, on_stopped_cb, g_steal_pointer (&task));
}

void
shoal_tracker_process_stop_finish (ShoalTrackerProcess *self, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, self));
  g_task_propagate_boolean (G_TASK (result), NULL);
}

/* ---- Waiting ---- */

static void
on_waited_change_cb (ShoalTrackerProcess *self, gpointer user_data)
{
  GTask *task = user_data;

  if (self->state == SHOAL_TRACKER_STARTING)
    return;
  g_signal_handlers_disconnect_by_data (self, task);
  if (self->state == SHOAL_TRACKER_READY)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, "%s",
                             self->message != NULL ? self->message
                                                   : _ ("The tracker was stopped."));
  g_object_unref (task);
}

void
shoal_tracker_process_wait_async (ShoalTrackerProcess *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_PROCESS (self));

  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, shoal_tracker_process_wait_async);
  g_signal_connect (self, "changed", G_CALLBACK (on_waited_change_cb), task);
  on_waited_change_cb (self, task);
}

gboolean
shoal_tracker_process_wait_finish (ShoalTrackerProcess *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- The owner's link ---- */

static void
on_link_output_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autofree char *output = NULL;
  g_autofree char *problem = NULL;
  GError *error = NULL;

  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (object), result, &output, &problem,
                                             &error))
    g_task_return_error (task, error);
  else if (!g_subprocess_get_successful (G_SUBPROCESS (object)))
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DENIED, "%s",
                             problem != NULL ? g_strstrip (problem)
                                             : _ ("The tracker gave no link."));
  else
    g_task_return_pointer (task, g_strstrip (g_steal_pointer (&output)), g_free);
}

void
shoal_tracker_process_owner_link_async (ShoalTrackerProcess *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (SHOAL_IS_TRACKER_PROCESS (self));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GSubprocess) process = spawn (self, TRUE, &error);

  g_task_set_source_tag (task, shoal_tracker_process_owner_link_async);
  if (process == NULL)
    g_task_return_error (task, error);
  else
    g_subprocess_communicate_utf8_async (process, NULL, cancellable, on_link_output_cb,
                                         g_steal_pointer (&task));
}

char *
shoal_tracker_process_owner_link_finish (ShoalTrackerProcess *self,
                                         GAsyncResult *result,
                                         GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- What it was set up with ---- */

static gboolean
port_is_free (guint16 port)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, port);

  return socket == NULL || g_socket_bind (socket, address, TRUE, NULL);
}

static guint16
choose_port (void)
{
  for (guint16 port = SHOAL_DEFAULT_TRACKER_PORT; port < SHOAL_DEFAULT_TRACKER_PORT + 100; port++)
    if (port_is_free (port))
      return port;
  return SHOAL_DEFAULT_TRACKER_PORT;
}

ShoalTrackerProcess *
shoal_tracker_process_create (
    const char *profile, const char *name, guint16 port, const char *public_host, GError **error)
{
  g_return_val_if_fail (profile != NULL && name != NULL, NULL);

  g_autoptr (ShoalTrackerProcess) self = g_object_new (SHOAL_TYPE_TRACKER_PROCESS, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = g_build_filename (profile, "hosting.ini", NULL);

  self->profile = g_strdup (profile);
  self->name = g_strdup (name);
  self->port = port != 0 ? port : choose_port ();
  self->public_host = g_strdup (public_host);
  g_key_file_set_string (file, GROUP, "name", name);
  g_key_file_set_integer (file, GROUP, "port", self->port);
  if (public_host != NULL)
    g_key_file_set_string (file, GROUP, "public", public_host);
  if (!g_key_file_save_to_file (file, path, error))
    return NULL;
  return g_steal_pointer (&self);
}

ShoalTrackerProcess *
shoal_tracker_process_load (const char *profile)
{
  g_return_val_if_fail (profile != NULL, NULL);

  g_autofree char *path = g_build_filename (profile, "hosting.ini", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error))
    {
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_warning ("Cannot read “%s”: %s", path, error->message);
      return NULL;
    }

  g_autoptr (ShoalTrackerProcess) self = g_object_new (SHOAL_TYPE_TRACKER_PROCESS, NULL);
  int port = g_key_file_get_integer (file, GROUP, "port", NULL);

  self->profile = g_strdup (profile);
  self->name = g_key_file_get_string (file, GROUP, "name", NULL);
  self->public_host = g_key_file_get_string (file, GROUP, "public", NULL);
  self->port = port > 0 && port <= G_MAXUINT16 ? (guint16) port : SHOAL_DEFAULT_TRACKER_PORT;
  if (self->name == NULL || *self->name == '\0')
    {
      g_free (self->name);
      self->name = g_strdup ("Shoal");
    }
  return g_steal_pointer (&self);
}

const char *
shoal_tracker_process_get_message (ShoalTrackerProcess *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_PROCESS (self), NULL);
  return self->message;
}

guint16
shoal_tracker_process_get_port (ShoalTrackerProcess *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_PROCESS (self), 0);
  return self->port;
}

/* ---- Class ---- */

static void
dispose (GObject *object)
{
  shoal_tracker_process_stop (SHOAL_TRACKER_PROCESS (object));
  G_OBJECT_CLASS (shoal_tracker_process_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  ShoalTrackerProcess *self = SHOAL_TRACKER_PROCESS (object);

  g_free (self->profile);
  g_free (self->name);
  g_free (self->public_host);
  g_free (self->message);
  G_OBJECT_CLASS (shoal_tracker_process_parent_class)->finalize (object);
}

static void
shoal_tracker_process_class_init (ShoalTrackerProcessClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = dispose;
  object_class->finalize = finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
shoal_tracker_process_init (ShoalTrackerProcess *self)
{
}
