/* shoal-tray.c: the icon in the desktop's tray, where there is one
 *
 * The protocol is that of KDE's StatusNotifierItem, spoken over the bus directly. The item is known
 * to the watcher by this connection's unique name, so no name has to be owned (a sandbox would not
 * allow it).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tray"

#include "config.h"

#include "shoal-tray.h"

#include <glib/gi18n.h>
#include <string.h>

#include "shoal-tray-icon.h"
#include "shoal-tray-menu.h"
#include "shoal-units.h"

#define INTERFACE "org.kde.StatusNotifierItem"
#define RESOURCE "/io/github/shoal_app/Shoal/dbus/status-notifier-item.xml"
#define WATCHER "org.kde.StatusNotifierWatcher"
#define WATCHER_PATH "/StatusNotifierWatcher"
#define ICON_IDLE SHOAL_APP_ID "-symbolic"
#define ICON_MOVING SHOAL_APP_ID "-active-symbolic"
/* Longer than any compositor's, and short enough to be kept for whoever sends it. */
#define MAX_TOKEN_BYTES 512

struct _ShoalTray
{
  GObject parent_instance;

  GDBusConnection *connection;
  ShoalTrayMenu *menu;
  ShoalActivity *activity;
  guint registration;
  guint watch;
  gboolean registered;
  gboolean moving;
  char *tooltip;
  char *token;               /* (nullable): for the next activation */
  GVariant *pixmaps[2];      /* (nullable): drawn when asked for; by moving */
  GCancellable *cancellable; /* of the registration under way */
};

G_DEFINE_FINAL_TYPE (ShoalTray, shoal_tray, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_REGISTERED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  SIGNAL_ACTIVATE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- What is shown ---- */

static char *
make_tooltip (ShoalActivity *activity)
{
  const ShoalActivitySums *sums = activity != NULL ? shoal_activity_get_sums (activity) : NULL;

  if (sums == NULL)
    return g_strdup (_ ("Not connected to a group"));
  if (shoal_activity_is_moving (activity))
    {
      g_autofree char *down = shoal_format_rate (sums->download_speed);
      g_autofree char *up = shoal_format_rate (sums->upload_speed);

      /* Translators: two speeds, "1.2 MB/s" */
      return g_strdup_printf (_ ("Download %s, upload %s"), down, up);
    }
  if (sums->n_waiting > 0)
    return g_strdup_printf (ngettext ("%u download waits", "%u downloads wait", sums->n_waiting),
                            sums->n_waiting);
  if (sums->n_paused > 0)
    return g_strdup_printf (
        ngettext ("%u download is paused", "%u downloads are paused", sums->n_paused),
        sums->n_paused);
  return g_strdup (_ ("No transfers"));
}

static void
emit (ShoalTray *self, const char *signal)
{
  g_dbus_connection_emit_signal (self->connection, NULL, SHOAL_TRAY_ITEM_PATH, INTERFACE, signal,
                                 NULL, NULL);
}

static void
update (ShoalTray *self)
{
  g_autofree char *tooltip = make_tooltip (self->activity);
  gboolean moving = self->activity != NULL && shoal_activity_is_moving (self->activity);

  if (moving != self->moving)
    {
      self->moving = moving;
      emit (self, "NewIcon");
    }
  if (g_strcmp0 (tooltip, self->tooltip) != 0)
    {
      g_free (self->tooltip);
      self->tooltip = g_steal_pointer (&tooltip);
      emit (self, "NewToolTip");
    }
}

void
shoal_tray_set_activity (ShoalTray *self, ShoalActivity *activity)
{
  g_return_if_fail (SHOAL_IS_TRAY (self));

  if (self->activity == activity)
    return;
  if (self->activity != NULL)
    g_signal_handlers_disconnect_by_data (self->activity, self);
  g_set_object (&self->activity, activity);
  if (activity != NULL)
    g_signal_connect_object (activity, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static GVariant *
make_pixmap (ShoalTray *self)
{
  GVariant **pixmap = &self->pixmaps[self->moving ? 1 : 0];

  if (*pixmap == NULL)
    *pixmap = g_variant_ref_sink (shoal_tray_icon_draw (self->moving ? ICON_MOVING : ICON_IDLE));
  return g_variant_ref (*pixmap);
}

static GVariant *
on_get_property_cb (GDBusConnection *connection,
                    const char *sender,
                    const char *path,
                    const char *interface,
                    const char *name,
                    GError **error,
                    gpointer user_data)
{
  ShoalTray *self = user_data;

  if (g_str_equal (name, "Category"))
    return g_variant_new_string ("Communications");
  if (g_str_equal (name, "Id"))
    return g_variant_new_string (SHOAL_APP_ID);
  if (g_str_equal (name, "Title"))
    return g_variant_new_string (_ ("Shoal"));
  if (g_str_equal (name, "Status"))
    return g_variant_new_string ("Active");
  if (g_str_equal (name, "WindowId"))
    return g_variant_new_int32 (0);
  if (g_str_equal (name, "IconName"))
    return g_variant_new_string (self->moving ? ICON_MOVING : ICON_IDLE);
  if (g_str_equal (name, "IconPixmap"))
    return make_pixmap (self);
  if (g_str_has_suffix (name, "Pixmap"))
    return g_variant_new_array (G_VARIANT_TYPE ("(iiay)"), NULL, 0);
  if (g_str_equal (name, "ToolTip"))
    return g_variant_new ("(s@a(iiay)ss)", "",
                          g_variant_new_array (G_VARIANT_TYPE ("(iiay)"), NULL, 0), _ ("Shoal"),
                          self->tooltip);
  if (g_str_equal (name, "ItemIsMenu"))
    return g_variant_new_boolean (FALSE);
  if (g_str_equal (name, "Menu"))
    return g_variant_new_object_path (SHOAL_TRAY_MENU_PATH);
  return g_variant_new_string (""); /* IconThemePath, other icons */
}

/* ---- Calls ---- */

static void
activate (ShoalTray *self, const char *page)
{
  g_autofree char *token = g_steal_pointer (&self->token);

  g_signal_emit (self, signals[SIGNAL_ACTIVATE], 0, page, token);
}

static void
provide_token (ShoalTray *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  const char *token;

  g_variant_get (parameters, "(&s)", &token);
  for (const char *at = token; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at) || at - token >= MAX_TOKEN_BYTES)
      {
        g_dbus_method_invocation_return_error_literal (
            invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, "This is not a token");
        return;
      }
  g_free (self->token);
  self->token = *token != '\0' ? g_strdup (token) : NULL;
  g_dbus_method_invocation_return_value (invocation, NULL);
}

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
  g_autoptr (ShoalTray) self = g_object_ref (user_data);

  if (g_str_equal (method, "ProvideXdgActivationToken"))
    {
      provide_token (self, parameters, invocation);
      return;
    }
  g_dbus_method_invocation_return_value (invocation, NULL);
  if (g_str_equal (method, "SecondaryActivate"))
    activate (self, "transfers");
  else if (!g_str_equal (method, "Scroll"))
    activate (self, NULL); /* also ContextMenu: a host that cannot show our menu */
}

/* ---- The watcher ---- */

static void
set_registered (ShoalTray *self, gboolean registered)
{
  if (self->registered == registered)
    return;
  self->registered = registered;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REGISTERED]);
}

static void
on_registered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
             = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (reply == NULL)
    g_debug ("The tray does not take the icon: %s", error->message);
  set_registered (SHOAL_TRAY (user_data), reply != NULL);
}

static void
on_watcher_gone_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  ShoalTray *self = user_data;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  set_registered (self, FALSE);
}

static void
on_watcher_came_cb (GDBusConnection *connection,
                    const char *name,
                    const char *owner,
                    gpointer user_data)
{
  ShoalTray *self = user_data;

  on_watcher_gone_cb (connection, name, self);
  self->cancellable = g_cancellable_new ();
  g_dbus_connection_call (connection, owner, WATCHER_PATH, WATCHER, "RegisterStatusNotifierItem",
                          g_variant_new ("(s)", g_dbus_connection_get_unique_name (connection)),
                          NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable,
                          on_registered_cb, self);
}

/* ---- Class ---- */

static void
shoal_tray_dispose (GObject *object)
{
  ShoalTray *self = SHOAL_TRAY (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
  if (self->registration != 0)
    g_dbus_connection_unregister_object (self->connection, self->registration);
  self->registration = 0;
  g_clear_object (&self->menu);
  g_clear_object (&self->activity);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (shoal_tray_parent_class)->dispose (object);
}

static void
shoal_tray_finalize (GObject *object)
{
  ShoalTray *self = SHOAL_TRAY (object);

  g_free (self->tooltip);
  g_free (self->token);
  for (gsize i = 0; i < G_N_ELEMENTS (self->pixmaps); i++)
    g_clear_pointer (&self->pixmaps[i], g_variant_unref);
  G_OBJECT_CLASS (shoal_tray_parent_class)->finalize (object);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_REGISTERED)
    g_value_set_boolean (value, SHOAL_TRAY (object)->registered);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
shoal_tray_class_init (ShoalTrayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = shoal_tray_dispose;
  object_class->finalize = shoal_tray_finalize;
  object_class->get_property = get_property;

  properties[PROP_REGISTERED]
      = g_param_spec_boolean ("registered", NULL, NULL, FALSE,
                              G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_ACTIVATE]
      = g_signal_new ("activate", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
shoal_tray_init (ShoalTray *self)
{
  self->tooltip = make_tooltip (NULL);
}

ShoalTray *
shoal_tray_new (GDBusConnection *connection, GActionGroup *actions, GError **error)
{
  static const GDBusInterfaceVTable vtable
      = { .method_call = on_call_cb, .get_property = on_get_property_cb };

  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), NULL);
  g_return_val_if_fail (G_IS_ACTION_GROUP (actions), NULL);

  g_autoptr (GBytes) xml = g_resources_lookup_data (RESOURCE, 0, error);
  g_autoptr (GDBusNodeInfo) node
             = xml != NULL ? g_dbus_node_info_new_for_xml (g_bytes_get_data (xml, NULL), error)
                           : NULL;

  if (node == NULL)
    return NULL;

  g_autoptr (ShoalTray) self = g_object_new (SHOAL_TYPE_TRAY, NULL);

  self->connection = g_object_ref (connection);
  self->menu = shoal_tray_menu_new (connection, SHOAL_TRAY_MENU_PATH, actions, error);
  if (self->menu == NULL)
    return NULL;
  self->registration = g_dbus_connection_register_object (
      connection, SHOAL_TRAY_ITEM_PATH, node->interfaces[0], &vtable, self, NULL, error);
  if (self->registration == 0)
    return NULL;
  self->watch = g_bus_watch_name_on_connection (connection, WATCHER, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                on_watcher_came_cb, on_watcher_gone_cb, self, NULL);
  return g_steal_pointer (&self);
}

gboolean
shoal_tray_get_registered (ShoalTray *self)
{
  g_return_val_if_fail (SHOAL_IS_TRAY (self), FALSE);
  return self->registered;
}
