/* shoal-control.c: an engine, worked by others on this machine: JSON-RPC on a UNIX socket
 *
 * Only the same user may connect: the socket's mode says so, and SO_PEERCRED is checked on both
 * sides. A path that does not fit a socket address is reached through /proc/self/fd.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-control"

#include "config.h"

#include "shoal-control-private.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-limits.h"

struct _ShoalControl
{
  GObject parent_instance;

  ShoalEngine *engine;
  GPtrArray *clients; /* of ShoalControlClient, which free themselves */
  GSocket *socket;
  GSource *source;
  char *path;
};

G_DEFINE_FINAL_TYPE (ShoalControl, shoal_control, G_TYPE_OBJECT)

enum
{
  STOP_REQUESTED,
  IDLE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
shoal_control_dispose (GObject *object)
{
  shoal_control_stop (SHOAL_CONTROL (object));
  G_OBJECT_CLASS (shoal_control_parent_class)->dispose (object);
}

static void
shoal_control_finalize (GObject *object)
{
  ShoalControl *self = SHOAL_CONTROL (object);

  g_clear_object (&self->engine);
  g_clear_pointer (&self->clients, g_ptr_array_unref);
  G_OBJECT_CLASS (shoal_control_parent_class)->finalize (object);
}

static void
shoal_control_class_init (ShoalControlClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = shoal_control_dispose;
  object_class->finalize = shoal_control_finalize;

  signals[STOP_REQUESTED] = g_signal_new ("stop-requested", G_TYPE_FROM_CLASS (klass),
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[IDLE] = g_signal_new ("idle", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
}

static void
shoal_control_init (ShoalControl *self)
{
  self->clients = g_ptr_array_new ();
}

ShoalControl *
shoal_control_new (ShoalEngine *engine)
{
  g_return_val_if_fail (SHOAL_IS_ENGINE (engine), NULL);

  ShoalControl *self = g_object_new (SHOAL_TYPE_CONTROL, NULL);
  self->engine = g_object_ref (engine);
  return self;
}

/* ---- Clients ---- */

gboolean
shoal_control_is_busy (ShoalControl *self)
{
  g_return_val_if_fail (SHOAL_IS_CONTROL (self), FALSE);

  for (guint i = 0; i < self->clients->len; i++)
    if (shoal_control_client_is_busy (g_ptr_array_index (self->clients, i)))
      return TRUE;
  return FALSE;
}

void
shoal_control_call_ended (ShoalControl *self)
{
  if (!shoal_control_is_busy (self))
    g_signal_emit (self, signals[IDLE], 0);
}

void
shoal_control_client_gone (ShoalControl *self, ShoalControlClient *client)
{
  g_ptr_array_remove_fast (self->clients, client);
  if (!shoal_control_is_busy (self))
    g_signal_emit (self, signals[IDLE], 0);
}

void
shoal_control_request_stop (ShoalControl *self)
{
  g_signal_emit (self, signals[STOP_REQUESTED], 0);
}

GIOStream *
shoal_control_attach (ShoalControl *self, GError **error)
{
  int pair[2];

  g_return_val_if_fail (SHOAL_IS_CONTROL (self), NULL);

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
    {
      shoal_error_from_errno (error, errno, "Cannot make a pair of sockets");
      return NULL;
    }
  g_autoptr (GSocket) ours = g_socket_new_from_fd (pair[0], error);
  g_autoptr (GSocket) theirs = g_socket_new_from_fd (pair[1], error);
  if (ours == NULL || theirs == NULL)
    return NULL;
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (ours);
  g_ptr_array_add (self->clients,
                   shoal_control_client_new (self, self->engine, G_IO_STREAM (connection), TRUE));
  return G_IO_STREAM (g_socket_connection_factory_create_connection (theirs));
}

/* ---- The socket ---- */

static gboolean
is_own_peer (GSocket *socket, GError **error)
{
  g_autoptr (GCredentials) credentials = g_socket_get_credentials (socket, error);

  if (credentials == NULL)
    return FALSE;
  uid_t uid = g_credentials_get_unix_user (credentials, error);
  if (uid == (uid_t) -1)
    return FALSE;
  if (uid == geteuid ())
    return TRUE;
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_UNTRUSTED,
               _ ("Another user (%u) is at the other end of the control socket."), (guint) uid);
  return FALSE;
}

/* An address for @path, however long it is. @fd: (out): to be closed after use, or -1 */
static GSocketAddress *
make_address (const char *path, int *fd, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);

  *fd = -1;
  if (strlen (path) < sizeof ((struct sockaddr_un *) NULL)->sun_path)
    return g_unix_socket_address_new (path);
  *fd = shoal_dir_open (folder, FALSE, error);
  if (*fd < 0)
    return NULL;
  g_autofree char *through = g_strdup_printf ("/proc/self/fd/%d/%s", *fd, name);
  return g_unix_socket_address_new (through);
}

/* The socket takes its mode along into the file system, so that nothing is changed by its path,
 * where something else may lie by then. */
static gboolean
bind_private (GSocket *socket, GSocketAddress *address, const char *path, GError **error)
{
  if (fchmod (g_socket_get_fd (socket), 0600) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot protect “%s”"), path);
  return g_socket_bind (socket, address, FALSE, error);
}

static gboolean
on_client_waits_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  ShoalControl *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

  if (accepted == NULL)
    {
      g_debug ("Cannot accept on the control socket: %s", error->message);
      return G_SOURCE_CONTINUE;
    }
  if (!is_own_peer (accepted, &error))
    {
      g_warning ("Refused a client of the control socket: %s", error->message);
      return G_SOURCE_CONTINUE;
    }
  if (self->clients->len >= SHOAL_MAX_CONTROL_CLIENTS)
    {
      g_warning ("Refused a client of the control socket: there are too many.");
      return G_SOURCE_CONTINUE;
    }
  g_autoptr (GSocketConnection) connection
             = g_socket_connection_factory_create_connection (accepted);
  g_ptr_array_add (self->clients,
                   shoal_control_client_new (self, self->engine, G_IO_STREAM (connection), FALSE));
  return G_SOURCE_CONTINUE;
}

gboolean
shoal_control_listen (ShoalControl *self, const char *path, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  int fd;

  g_return_val_if_fail (SHOAL_IS_CONTROL (self), FALSE);
  g_return_val_if_fail (path != NULL && self->socket == NULL, FALSE);

  g_autoptr (GSocketAddress) address = make_address (path, &fd, error);
  if (address == NULL)
    return FALSE;
  g_unlink (path);
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, error);
  gboolean bound = socket != NULL && bind_private (socket, address, path, error);
  if (fd >= 0)
    close (fd);
  if (!bound || !g_socket_listen (socket, error))
    return FALSE;
  g_socket_set_blocking (socket, FALSE);
  self->path = g_strdup (path);
  self->socket = g_steal_pointer (&socket);
  self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_client_waits_cb), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return TRUE;
}

void
shoal_control_stop_listening (ShoalControl *self)
{
  g_return_if_fail (SHOAL_IS_CONTROL (self));

  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  if (self->path != NULL)
    g_unlink (self->path);
  g_clear_pointer (&self->path, g_free);
  g_clear_object (&self->socket);
}

void
shoal_control_stop (ShoalControl *self)
{
  g_return_if_fail (SHOAL_IS_CONTROL (self));

  shoal_control_stop_listening (self);
  g_autoptr (GPtrArray) clients = g_steal_pointer (&self->clients);
  self->clients = g_ptr_array_new ();
  for (guint i = 0; i < clients->len; i++)
    shoal_control_client_close (g_ptr_array_index (clients, i));
}

GIOStream *
shoal_control_connect (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  g_autoptr (GSocketAddress) address = make_address (path, &fd, error);
  if (address == NULL)
    return NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, error);
  gboolean connected = socket != NULL && g_socket_connect (socket, address, NULL, &local);
  if (fd >= 0)
    close (fd);
  if (socket == NULL)
    return NULL;
  if (!connected)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                   _ ("Cannot reach the Shoal that runs with this profile: %s"), local->message);
      return NULL;
    }
  if (!is_own_peer (socket, error))
    return NULL;
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}
