/* shoal-tracker-process.c: a group's tracker, run by the app as a child process
 *
 * What it was set up with lies in PROFILE/hosting.ini, its state in PROFILE/tracker. The kernel
 * ends it with this process (PR_SET_PDEATHSIG), so that a crash leaves nothing behind that holds
 * the data. What it writes is logged here, and is the reason if it ends by itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-process"

#include "config.h"

#include "shoal-tracker-process.h"

#include <signal.h>
#include <string.h>
#include <glib/gi18n.h>

#include "shoal-child-output.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-tracker-launch.h"

#define GROUP "hosting"
/* How long a tracker that was asked to stop may take for its last words, in seconds. */
#define STOP_TIMEOUT_S 5
/* How long to wait for what one that has ended has written: somebody else may hold the pipe. */
#define LAST_WORDS_MS 1000
/* One that ends for the same reason again and again is told of once, unless it has run so long. */
#define LONG_RUN_US (60 * G_USEC_PER_SEC)

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

  /* Of the process that runs. */
  char *last_words;
  gint64 ready_us; /* 0: it never was */
  gboolean pipe_open;
  gboolean ended;
  guint late_id;

  char *told; /* (nullable): the last "ended" */
};

G_DEFINE_FINAL_TYPE (ShoalTrackerProcess, shoal_tracker_process, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_ENDED,
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

static ShoalTrackerSetup
make_setup (ShoalTrackerProcess *self)
{
  return (ShoalTrackerSetup){
    .profile = self->profile,
    .name = self->name,
    .port = self->port,
    .public_host = self->public_host,
  };
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

static char *
dup_reason (ShoalTrackerProcess *self)
{
  if (self->message != NULL)
    return g_strdup (self->message);
  if (self->last_words == NULL)
    return g_strdup (_ ("The tracker ended unexpectedly."));
  /* Translators: %s is what the program wrote, in English */
  return g_strdup_printf (_ ("The tracker ended unexpectedly. It wrote last: %s"),
                          self->last_words);
}

/* When it has ended, and what it has written has been read. */
static void
end_if_over (ShoalTrackerProcess *self)
{
  gint64 ready_us = self->ready_us;

  if (!self->ended || self->pipe_open || self->process == NULL)
    return;
  g_clear_handle_id (&self->late_id, g_source_remove);

  g_autofree char *reason = dup_reason (self);

  fail (self, reason);
  if (ready_us == 0
      || (g_strcmp0 (reason, self->told) == 0 && g_get_monotonic_time () - ready_us < LONG_RUN_US))
    return;
  g_free (self->told);
  self->told = g_strdup (reason);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0, reason);
}

static gboolean
on_late_cb (gpointer user_data)
{
  g_autoptr (ShoalTrackerProcess) self = g_object_ref (user_data);

  self->late_id = 0;
  self->pipe_open = FALSE;
  end_if_over (self);
  return G_SOURCE_REMOVE;
}

static void
on_ended_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalTrackerProcess) self = user_data;
  GSubprocess *process = G_SUBPROCESS (object);
  g_autoptr (GError) error = NULL;

  if (!g_subprocess_wait_finish (process, result, &error) || self->process != process)
    return;
  self->ended = TRUE;
  if (self->pipe_open)
    self->late_id = g_timeout_add (LAST_WORDS_MS, on_late_cb, self);
  end_if_over (self);
}

/* The pipe of a process: when a line comes, another one may run. */
typedef struct
{
  ShoalTrackerProcess *tracker;
  GSubprocess *process;
} Pipe;

static Pipe *
pipe_new (ShoalTrackerProcess *self)
{
  Pipe *pipe = g_new0 (Pipe, 1);

  pipe->tracker = g_object_ref (self);
  pipe->process = g_object_ref (self->process);
  return pipe;
}

static void
pipe_free (gpointer data)
{
  Pipe *pipe = data;

  g_object_unref (pipe->tracker);
  g_object_unref (pipe->process);
  g_free (pipe);
}

static void
note_ready (ShoalTrackerProcess *self)
{
  self->n_failures = 0;
  self->ready_us = g_get_monotonic_time ();
  /* What it said on the way there was no reason to end. */
  g_clear_pointer (&self->message, g_free);
  g_clear_pointer (&self->last_words, g_free);
  set_state (self, SHOAL_TRACKER_READY);
}

static void
note_words (ShoalTrackerProcess *self, const char *line)
{
  char *words = shoal_child_output_dup_words (line);

  g_message ("Tracker of “%s”: %s", self->name, line);
  if (g_str_has_prefix (line, "shoal-tracker: "))
    {
      g_free (self->message);
      self->message = g_strdup (line + strlen ("shoal-tracker: "));
    }
  if (words == NULL)
    return;
  g_free (self->last_words);
  self->last_words = words;
}

static void
on_line (const char *line, gpointer user_data)
{
  const Pipe *pipe = user_data;
  ShoalTrackerProcess *self = pipe->tracker;

  if (self->process != pipe->process)
    return;
  if (line == NULL)
    {
      self->pipe_open = FALSE;
      end_if_over (self);
    }
  else if (g_str_has_prefix (line, "ready "))
    note_ready (self);
  else
    note_words (self, line);
}

static void
launch (ShoalTrackerProcess *self)
{
  const ShoalTrackerSetup setup = make_setup (self);
  g_autoptr (GError) error = NULL;

  self->process = shoal_tracker_launch (&setup, FALSE, &error);
  if (self->process == NULL)
    {
      fail (self, error->message);
      return;
    }
  g_clear_pointer (&self->message, g_free);
  g_clear_pointer (&self->last_words, g_free);
  self->ready_us = 0;
  self->ended = FALSE;
  self->pipe_open = TRUE;
  shoal_child_output_read (g_subprocess_get_stdout_pipe (self->process), self->cancellable, on_line,
                           pipe_new (self), pipe_free);
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
  g_clear_handle_id (&self->late_id, g_source_remove);
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

  const ShoalTrackerSetup setup = make_setup (self);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GSubprocess) process = shoal_tracker_launch (&setup, TRUE, &error);

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
  g_free (self->last_words);
  g_free (self->told);
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
  signals[SIGNAL_ENDED] = g_signal_new ("ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
shoal_tracker_process_init (ShoalTrackerProcess *self)
{
}
