/* gui-bus.c: for tests: services that remember what they are asked, and calls to the app
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-bus.h"

#include "gui-widgets.h"

#define NOTIFICATIONS "org.freedesktop.Notifications"
#define NOTIFICATIONS_PATH "/org/freedesktop/Notifications"
#define RECORDER "io.github.shoal_app.Shoal.Recorder"

typedef struct
{
  char *method;
  char *sender;
  GVariant *parameters;
} Call;

struct _GuiService
{
  char *name;
  char *path;
  char *xml;
  GuiReply reply;
  gpointer user_data;

  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  GDBusConnection *connection;
  int ready;

  GMutex lock; /* for calls */
  GPtrArray *calls;
};

static void
call_free (gpointer data)
{
  Call *call = data;

  g_free (call->method);
  g_free (call->sender);
  g_variant_unref (call->parameters);
  g_free (call);
}

static GDBusConnection *
open_bus (void)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_dbus_connection_new_for_address_sync (
      g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);

  g_assert_no_error (error);
  return bus;
}

/* ---- Services ---- */

static void
on_call_cb (GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *interface,
            const char *method,
            GVariant *parameters,
            GDBusMethodInvocation *invocation,
            gpointer user_data)
{
  GuiService *self = user_data;
  Call *call = g_new0 (Call, 1);
  GVariant *answer
      = self->reply != NULL ? self->reply (self, method, parameters, self->user_data) : NULL;

  call->method = g_strdup (method);
  call->sender = g_strdup (sender);
  call->parameters = g_variant_ref (parameters);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->calls, call);
  g_mutex_unlock (&self->lock);
  g_dbus_method_invocation_return_value (invocation, answer);
}

static void
on_name_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  g_atomic_int_set (&((GuiService *) user_data)->ready, TRUE);
}

static gpointer
run_service (gpointer data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call_cb };
  GuiService *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (self->xml, &error);
  guint owner;

  g_assert_no_error (error);
  g_main_context_push_thread_default (self->context);
  self->connection = open_bus ();
  for (guint i = 0; node->interfaces[i] != NULL; i++)
    {
      g_dbus_connection_register_object (self->connection, self->path, node->interfaces[i], &vtable,
                                         self, NULL, &error);
      g_assert_no_error (error);
    }
  owner = g_bus_own_name_on_connection (self->connection, self->name, G_BUS_NAME_OWNER_FLAGS_NONE,
                                        on_name_cb, NULL, self, NULL);
  g_main_loop_run (self->loop);
  g_bus_unown_name (owner);
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
  g_object_unref (self->connection);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

GuiService *
gui_service_new (
    const char *name, const char *path, const char *xml, GuiReply reply, gpointer user_data)
{
  GuiService *self = g_new0 (GuiService, 1);

  self->name = g_strdup (name);
  self->path = g_strdup (path);
  self->xml = g_strdup (xml);
  self->reply = reply;
  self->user_data = user_data;
  self->calls = g_ptr_array_new_with_free_func (call_free);
  g_mutex_init (&self->lock);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new (name, run_service, self);
  gui_wait_until (g_atomic_int_get (&self->ready));
  return self;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

void
gui_service_free (GuiService *self)
{
  g_main_context_invoke (self->context, quit_cb, self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_ptr_array_unref (self->calls);
  g_mutex_clear (&self->lock);
  g_free (self->name);
  g_free (self->path);
  g_free (self->xml);
  g_free (self);
}

/* Under the lock. */
static Call *
find_call (GuiService *self, const char *method, guint n)
{
  for (guint i = 0; i < self->calls->len; i++)
    {
      Call *call = g_ptr_array_index (self->calls, i);

      if (g_str_equal (call->method, method) && n-- == 0)
        return call;
    }
  return NULL;
}

guint
gui_service_count (GuiService *self, const char *method)
{
  guint n = 0;

  g_mutex_lock (&self->lock);
  while (find_call (self, method, n) != NULL)
    n++;
  g_mutex_unlock (&self->lock);
  return n;
}

GVariant *
gui_service_dup_call (GuiService *self, const char *method, guint n)
{
  Call *call;
  GVariant *parameters;

  g_mutex_lock (&self->lock);
  call = find_call (self, method, n);
  parameters = call != NULL ? g_variant_ref (call->parameters) : NULL;
  g_mutex_unlock (&self->lock);
  g_assert_nonnull (parameters);
  return parameters;
}

char *
gui_service_dup_caller (GuiService *self, const char *method, guint n)
{
  Call *call;
  char *sender;

  g_mutex_lock (&self->lock);
  call = find_call (self, method, n);
  sender = call != NULL ? g_strdup (call->sender) : NULL;
  g_mutex_unlock (&self->lock);
  g_assert_nonnull (sender);
  return sender;
}

void
gui_service_emit (GuiService *self,
                  const char *path,
                  const char *interface,
                  const char *signal,
                  GVariant *parameters)
{
  g_dbus_connection_emit_signal (self->connection, NULL, path, interface, signal, parameters, NULL);
}

/* ---- Calls ---- */

/* One for all calls; it lives as long as the process. */
static GDBusConnection *
get_caller (void)
{
  static GDBusConnection *bus;

  if (bus == NULL)
    bus = open_bus ();
  return bus;
}

static void
on_result_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

GVariant *
gui_call (const char *name,
          const char *path,
          const char *interface,
          const char *method,
          GVariant *parameters,
          GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_dbus_connection_call (get_caller (), name, path, interface, method, parameters, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_result_cb, &result);
  gui_wait_until (result != NULL);
  return g_dbus_connection_call_finish (get_caller (), result, error);
}

/* ---- Signals ---- */

struct _GuiSignals
{
  guint subscription;
  GPtrArray *calls;
};

static void
on_signal_cb (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *signal,
              GVariant *parameters,
              gpointer user_data)
{
  GuiSignals *self = user_data;
  Call *call = g_new0 (Call, 1);

  call->method = g_strdup (signal);
  call->parameters = g_variant_ref (parameters);
  g_ptr_array_add (self->calls, call);
}

GuiSignals *
gui_signals_new (const char *sender, const char *path)
{
  GuiSignals *self = g_new0 (GuiSignals, 1);

  self->calls = g_ptr_array_new_with_free_func (call_free);
  self->subscription
      = g_dbus_connection_signal_subscribe (get_caller (), sender, NULL, NULL, path, NULL,
                                            G_DBUS_SIGNAL_FLAGS_NONE, on_signal_cb, self, NULL);
  /* The bus knows the rule when it has answered what came after it. */
  g_variant_unref (gui_call ("org.freedesktop.DBus", "/org/freedesktop/DBus",
                             "org.freedesktop.DBus", "GetId", NULL, NULL));
  return self;
}

void
gui_signals_free (GuiSignals *self)
{
  g_dbus_connection_signal_unsubscribe (get_caller (), self->subscription);
  g_ptr_array_unref (self->calls);
  g_free (self);
}

guint
gui_signals_count (GuiSignals *self, const char *signal)
{
  guint n = 0;

  for (guint i = 0; i < self->calls->len; i++)
    n += g_str_equal (((Call *) g_ptr_array_index (self->calls, i))->method, signal) ? 1 : 0;
  return n;
}

GVariant *
gui_signals_dup_last (GuiSignals *self, const char *signal)
{
  for (guint i = self->calls->len; i > 0; i--)
    {
      Call *call = g_ptr_array_index (self->calls, i - 1);

      if (g_str_equal (call->method, signal))
        return g_variant_ref (call->parameters);
    }
  return NULL;
}

/* ---- Notifications ---- */

void
gui_note_free (GuiNote *self)
{
  g_free (self->title);
  g_free (self->text);
  g_strfreev (self->actions);
  g_free (self);
}

GPtrArray *
gui_notes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
             = gui_call (NOTIFICATIONS, NOTIFICATIONS_PATH, RECORDER, "List", NULL, &error);
  GPtrArray *notes = g_ptr_array_new_with_free_func ((GDestroyNotify) gui_note_free);
  g_autoptr (GVariantIter) iter = NULL;
  GuiNote note;

  g_assert_no_error (error);
  g_variant_get (reply, "(a(ussas))", &iter);
  while (g_variant_iter_next (iter, "(uss^as)", &note.id, &note.title, &note.text, &note.actions))
    g_ptr_array_add (notes, g_memdup2 (&note, sizeof note));
  return notes;
}

static gboolean
take_only (const char *title, GuiNote **taken)
{
  g_autoptr (GPtrArray) notes = gui_notes ();

  if (notes->len != 1 || g_strcmp0 (((GuiNote *) notes->pdata[0])->title, title) != 0)
    return FALSE;
  *taken = g_ptr_array_steal_index (notes, 0);
  return TRUE;
}

static gboolean
has_none (void)
{
  g_autoptr (GPtrArray) notes = gui_notes ();

  return notes->len == 0;
}

GuiNote *
gui_wait_note (const char *title)
{
  GuiNote *note = NULL;
  gint64 deadline = gui_deadline ();

  while (!take_only (title, &note))
    {
      if (g_get_monotonic_time () > deadline)
        {
          g_autoptr (GPtrArray) notes = gui_notes ();

          for (guint i = 0; i < notes->len; i++)
            g_printerr ("# notified: “%s”: %s\n", ((GuiNote *) notes->pdata[i])->title,
                        ((GuiNote *) notes->pdata[i])->text);
        }
      gui_tick (deadline, title, __FILE__, __LINE__);
    }
  return note;
}

void
gui_wait_no_note (void)
{
  gui_wait_until (has_none ());
}

void
gui_press_note (const GuiNote *note, const char *label)
{
  for (guint i = 0; note->actions[i] != NULL; i += 2)
    if (g_str_equal (note->actions[i + 1], label))
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (GVariant) reply
                   = gui_call (NOTIFICATIONS, NOTIFICATIONS_PATH, RECORDER, "Press",
                               g_variant_new ("(us)", note->id, note->actions[i]), &error);

        g_assert_no_error (error);
        return;
      }
  g_error ("“%s” has no action “%s”", note->title, label);
}
