/* notification-recorder.c: an org.freedesktop.Notifications that remembers what it is given
 *
 * Without one on the bus GNotification logs a warning, and in tests warnings are fatal. A test asks
 * on the same object, through the interface below, what is shown now, and presses what a user would
 * press. Writes a line when it has the name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"
#define REASON_CLOSED (3)

static const char description[]
    = "<node><interface name='" NAME "'>"
      "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
      "<method name='GetServerInformation'><arg type='s' direction='out'/>"
      "<arg type='s' direction='out'/><arg type='s' direction='out'/>"
      "<arg type='s' direction='out'/></method>"
      "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
      "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/>"
      "<arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
      "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
      "<signal name='NotificationClosed'><arg type='u'/><arg type='u'/></signal>"
      "<signal name='ActionInvoked'><arg type='u'/><arg type='s'/></signal>"
      "</interface><interface name='io.github.shoal_app.Shoal.Recorder'>"
      /* What is shown: identifier, title, text, and actions by pairs of key and label. */
      "<method name='List'><arg type='a(ussas)' direction='out'/></method>"
      /* As if the user had pressed the action with this key. */
      "<method name='Press'><arg type='u' direction='in'/><arg type='s' direction='in'/></method>"
      "</interface></node>";

typedef struct
{
  guint32 id;
  char *title;
  char *text;
  char **actions;
} Note;

static GPtrArray *notes;
static guint32 last_id;
static GMainLoop *loop;

static void
note_free (gpointer data)
{
  Note *note = data;

  g_free (note->title);
  g_free (note->text);
  g_strfreev (note->actions);
  g_free (note);
}

static void
forget (GDBusConnection *bus, guint32 id)
{
  for (guint i = 0; i < notes->len; i++)
    if (((Note *) g_ptr_array_index (notes, i))->id == id)
      {
        g_ptr_array_remove_index (notes, i);
        g_dbus_connection_emit_signal (bus, NULL, PATH, NAME, "NotificationClosed",
                                       g_variant_new ("(uu)", id, REASON_CLOSED), NULL);
        return;
      }
}

static GVariant *
add (GVariant *parameters)
{
  guint32 replaces = 0;
  Note *note = NULL;

  g_variant_get_child (parameters, 1, "u", &replaces);
  for (guint i = 0; replaces != 0 && i < notes->len; i++)
    if (((Note *) g_ptr_array_index (notes, i))->id == replaces)
      g_ptr_array_remove_index (notes, i--);
  note = g_new0 (Note, 1);
  note->id = replaces != 0 ? replaces : ++last_id;
  g_variant_get_child (parameters, 3, "s", &note->title);
  g_variant_get_child (parameters, 4, "s", &note->text);
  g_variant_get_child (parameters, 5, "^as", &note->actions);
  g_ptr_array_add (notes, note);
  return g_variant_new ("(u)", note->id);
}

static GVariant *
list (void)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ussas)"));
  for (guint i = 0; i < notes->len; i++)
    {
      const Note *note = g_ptr_array_index (notes, i);

      g_variant_builder_add (&builder, "(uss^as)", note->id, note->title, note->text,
                             note->actions);
    }
  return g_variant_new ("(a(ussas))", &builder);
}

static void
call_cb (GDBusConnection *bus,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  static const char *const capabilities[] = { "actions", "body", "persistence", NULL };
  GVariant *answer = NULL;
  const char *key = NULL;
  guint32 id = 0;

  if (g_str_equal (method, "GetCapabilities"))
    answer = g_variant_new ("(^as)", capabilities);
  else if (g_str_equal (method, "GetServerInformation"))
    answer = g_variant_new ("(ssss)", "recorder", "Shoal", SHOAL_VERSION, "1.2");
  else if (g_str_equal (method, "Notify"))
    answer = add (parameters);
  else if (g_str_equal (method, "List"))
    answer = list ();
  else if (g_str_equal (method, "Press"))
    {
      g_variant_get (parameters, "(u&s)", &id, &key);
      g_dbus_connection_emit_signal (bus, NULL, PATH, NAME, "ActionInvoked", parameters, NULL);
      forget (bus, id);
    }
  else
    {
      g_variant_get (parameters, "(u)", &id);
      forget (bus, id);
    }
  g_dbus_method_invocation_return_value (invocation, answer);
}

static void
on_acquired_cb (GDBusConnection *bus, const char *name, gpointer user_data)
{
  puts ("ready");
  fflush (stdout);
}

static void
on_lost_cb (GDBusConnection *bus, const char *name, gpointer user_data)
{
  g_main_loop_quit (loop);
}

static gboolean
on_signal_cb (gpointer user_data)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

int
main (void)
{
  static const GDBusInterfaceVTable vtable = { .method_call = call_cb };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (description, &error);
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);

  g_assert_no_error (error);
  notes = g_ptr_array_new_with_free_func (note_free);
  loop = g_main_loop_new (NULL, FALSE);
  for (guint i = 0; node->interfaces[i] != NULL; i++)
    {
      g_dbus_connection_register_object (bus, PATH, node->interfaces[i], &vtable, NULL, NULL,
                                         &error);
      g_assert_no_error (error);
    }
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  g_unix_signal_add (SIGTERM, on_signal_cb, NULL);
  g_bus_own_name_on_connection (bus, NAME, G_BUS_NAME_OWNER_FLAGS_NONE, on_acquired_cb, on_lost_cb,
                                NULL, NULL);
  g_main_loop_run (loop);
  g_main_loop_unref (loop);
  g_ptr_array_unref (notes);
  return EXIT_SUCCESS;
}
