/* shoal-tray-menu.c: the menu of the tray icon, shown by the desktop
 *
 * The menu is a table. Its revision grows whenever another set of items is shown; what changes in
 * an item that stays is told by itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tray"

#include "config.h"

#include "shoal-tray-menu.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#define INTERFACE "com.canonical.dbusmenu"
#define RESOURCE "/io/github/shoal_app/Shoal/dbus/dbusmenu.xml"
#define VERSION 3
/* Far more than a host has reason to ask for at once. */
#define MAX_IDS 1000

enum
{
  ITEM_ROOT,
  ITEM_SHOW,
  ITEM_PAUSE,
  ITEM_RESUME,
  ITEM_SEPARATOR,
  ITEM_QUIT,
  N_ITEMS
};

/* By id; a separator has no action. */
static const struct
{
  const char *label;
  const char *action;
} items[N_ITEMS] = {
  [ITEM_SHOW] = { N_ ("_Open Shoal"), "show" },
  [ITEM_PAUSE] = { N_ ("_Pause All"), "pause-all" },
  [ITEM_RESUME] = { N_ ("_Resume All"), "resume-all" },
  [ITEM_QUIT] = { N_ ("_Quit"), "quit" },
};

typedef struct
{
  gboolean shown[N_ITEMS];
  gboolean enabled[N_ITEMS];
} State;

struct _ShoalTrayMenu
{
  GObject parent_instance;

  GDBusConnection *connection;
  char *path;
  GActionGroup *actions;
  guint registration;
  guint32 revision;
  State state;
};

G_DEFINE_FINAL_TYPE (ShoalTrayMenu, shoal_tray_menu, G_TYPE_OBJECT)

/* ---- Items ---- */

static State
read_state (ShoalTrayMenu *self)
{
  State state = { { FALSE } };

  for (int id = ITEM_ROOT; id < N_ITEMS; id++)
    {
      state.shown[id] = TRUE;
      state.enabled[id] = items[id].action == NULL
                          || g_action_group_get_action_enabled (self->actions, items[id].action);
    }
  /* Both only while some are paused and some are not. */
  state.shown[ITEM_RESUME] = state.enabled[ITEM_RESUME];
  state.shown[ITEM_PAUSE] = state.enabled[ITEM_PAUSE] || !state.shown[ITEM_RESUME];
  return state;
}

static gboolean
is_item (ShoalTrayMenu *self, gint32 id)
{
  return id >= ITEM_ROOT && id < N_ITEMS && self->state.shown[id];
}

/* Returns: (transfer floating) (nullable): %NULL where the protocol's own value holds */
static GVariant *
make_property (ShoalTrayMenu *self, gint32 id, const char *name)
{
  if (id == ITEM_ROOT)
    return g_str_equal (name, "children-display") ? g_variant_new_string ("submenu") : NULL;
  if (g_str_equal (name, "type"))
    return id == ITEM_SEPARATOR ? g_variant_new_string ("separator") : NULL;
  if (id == ITEM_SEPARATOR)
    return NULL;
  if (g_str_equal (name, "label"))
    return g_variant_new_string (_ (items[id].label));
  if (g_str_equal (name, "enabled"))
    return g_variant_new_boolean (self->state.enabled[id]);
  if (g_str_equal (name, "visible"))
    return g_variant_new_boolean (TRUE);
  return NULL;
}

/* @names: those wanted; all if empty. */
static GVariant *
make_properties (ShoalTrayMenu *self, gint32 id, const char *const *names)
{
  static const char *const all[]
      = { "type", "label", "enabled", "visible", "children-display", NULL };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; all[i] != NULL; i++)
    {
      GVariant *value = names[0] == NULL || g_strv_contains (names, all[i])
                            ? make_property (self, id, all[i])
                            : NULL;

      if (value != NULL)
        g_variant_builder_add (&builder, "{sv}", all[i], value);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
make_layout (ShoalTrayMenu *self, gint32 id, gint32 depth, const char *const *names)
{
  GVariantBuilder children;

  g_variant_builder_init (&children, G_VARIANT_TYPE ("av"));
  for (int child = ITEM_ROOT + 1; id == ITEM_ROOT && depth != 0 && child < N_ITEMS; child++)
    if (self->state.shown[child])
      g_variant_builder_add (&children, "v", make_layout (self, child, 0, names));
  return g_variant_new ("(i@a{sv}av)", id, make_properties (self, id, names), &children);
}

/* ---- News ---- */

static void
emit (ShoalTrayMenu *self, const char *signal, GVariant *parameters)
{
  g_dbus_connection_emit_signal (self->connection, NULL, self->path, INTERFACE, signal, parameters,
                                 NULL);
}

static void
emit_enabled (ShoalTrayMenu *self, const State *before)
{
  GVariantBuilder updated, removed;
  const char *const names[] = { "enabled", NULL };
  guint n = 0;

  g_variant_builder_init (&updated, G_VARIANT_TYPE ("a(ia{sv})"));
  g_variant_builder_init (&removed, G_VARIANT_TYPE ("a(ias)"));
  for (int id = ITEM_ROOT + 1; id < N_ITEMS; id++)
    if (before->shown[id] && self->state.shown[id]
        && before->enabled[id] != self->state.enabled[id])
      {
        g_variant_builder_add (&updated, "(i@a{sv})", id, make_properties (self, id, names));
        n++;
      }
  if (n > 0)
    emit (self, "ItemsPropertiesUpdated", g_variant_new ("(a(ia{sv})a(ias))", &updated, &removed));
  else
    {
      g_variant_builder_clear (&updated);
      g_variant_builder_clear (&removed);
    }
}

static void
update (ShoalTrayMenu *self)
{
  const State before = self->state;
  gboolean other_items = FALSE;

  self->state = read_state (self);
  for (int id = ITEM_ROOT; id < N_ITEMS; id++)
    other_items |= before.shown[id] != self->state.shown[id];
  emit_enabled (self, &before);
  if (!other_items)
    return;
  self->revision++;
  emit (self, "LayoutUpdated", g_variant_new ("(ui)", self->revision, ITEM_ROOT));
}

/* ---- Calls ---- */

static void
return_unknown (GDBusMethodInvocation *invocation, gint32 id)
{
  g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                         "There is no menu item %d", id);
}

static gboolean
check_count (GDBusMethodInvocation *invocation, gsize n)
{
  if (n <= MAX_IDS)
    return TRUE;
  g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED,
                                         "At most %d at once", MAX_IDS);
  return FALSE;
}

static void
get_layout (ShoalTrayMenu *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  g_autofree const char **names = NULL;
  gint32 id, depth;

  g_variant_get (parameters, "(ii^a&s)", &id, &depth, &names);
  if (!is_item (self, id))
    return_unknown (invocation, id);
  else
    g_dbus_method_invocation_return_value (
        invocation, g_variant_new ("(u@(ia{sv}av))", self->revision,
                                   make_layout (self, id, depth, (const char *const *) names)));
}

static void
get_group (ShoalTrayMenu *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) ids = NULL;
  g_autofree const char **names = NULL;
  GVariantBuilder builder;

  g_variant_get (parameters, "(@ai^a&s)", &ids, &names);

  gsize n = 0;
  const gint32 *wanted = g_variant_get_fixed_array (ids, &n, sizeof (gint32));

  if (!check_count (invocation, n))
    return;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ia{sv})"));
  for (gsize i = 0; i < n; i++)
    if (is_item (self, wanted[i]))
      g_variant_builder_add (&builder, "(i@a{sv})", wanted[i],
                             make_properties (self, wanted[i], (const char *const *) names));
  /* None: all that there are. */
  for (int id = ITEM_ROOT; n == 0 && id < N_ITEMS; id++)
    if (is_item (self, id))
      g_variant_builder_add (&builder, "(i@a{sv})", id,
                             make_properties (self, id, (const char *const *) names));
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(a(ia{sv}))", &builder));
}

static void
get_one (ShoalTrayMenu *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  const char *name;
  gint32 id;

  g_variant_get (parameters, "(i&s)", &id, &name);

  GVariant *value = is_item (self, id) ? make_property (self, id, name) : NULL;

  if (!is_item (self, id))
    return_unknown (invocation, id);
  else if (value == NULL)
    g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                           "Menu item %d has no such property", id);
  else
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(v)", value));
}

/* What else may happen to an item is nothing to us. */
static void
take_event (ShoalTrayMenu *self, gint32 id, const char *event)
{
  if (g_str_equal (event, "clicked") && items[id].action != NULL && self->state.enabled[id])
    g_action_group_activate_action (self->actions, items[id].action, NULL);
}

static void
handle_event (ShoalTrayMenu *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  const char *event;
  gint32 id;

  g_variant_get (parameters, "(i&s@vu)", &id, &event, NULL, NULL);
  if (!is_item (self, id))
    {
      return_unknown (invocation, id);
      return;
    }
  g_dbus_method_invocation_return_value (invocation, NULL);
  take_event (self, id, event);
}

static void
handle_events (ShoalTrayMenu *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) events = g_variant_get_child_value (parameters, 0);
  gsize n = g_variant_n_children (events), n_wrong = 0;
  GVariantBuilder wrong;

  if (!check_count (invocation, n))
    return;
  g_variant_builder_init (&wrong, G_VARIANT_TYPE ("ai"));
  for (gsize i = 0; i < n; i++)
    {
      const char *event;
      gint32 id;

      g_variant_get_child (events, i, "(i&s@vu)", &id, &event, NULL, NULL);
      if (is_item (self, id))
        take_event (self, id, event);
      else
        {
          g_variant_builder_add (&wrong, "i", id);
          n_wrong++;
        }
    }
  if (n_wrong > 0 && n_wrong == n)
    {
      g_variant_builder_clear (&wrong);
      g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                             "There are no such menu items");
      return;
    }
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(ai)", &wrong));
}

/* The host has been told of every change: nothing is to be fetched anew. */
static void
about_to_show (ShoalTrayMenu *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  gint32 id;

  g_variant_get (parameters, "(i)", &id);
  if (is_item (self, id))
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(b)", FALSE));
  else
    return_unknown (invocation, id);
}

static void
about_to_show_group (ShoalTrayMenu *self, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) ids = g_variant_get_child_value (parameters, 0);
  gsize n = 0;
  const gint32 *wanted = g_variant_get_fixed_array (ids, &n, sizeof (gint32));
  GVariantBuilder needed, wrong;

  if (!check_count (invocation, n))
    return;
  g_variant_builder_init (&needed, G_VARIANT_TYPE ("ai"));
  g_variant_builder_init (&wrong, G_VARIANT_TYPE ("ai"));
  for (gsize i = 0; i < n; i++)
    if (!is_item (self, wanted[i]))
      g_variant_builder_add (&wrong, "i", wanted[i]);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(aiai)", &needed, &wrong));
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
  static const struct
  {
    const char *name;
    void (*func) (ShoalTrayMenu *self, GVariant *parameters, GDBusMethodInvocation *invocation);
  } methods[] = {
    { "GetLayout", get_layout },
    { "GetGroupProperties", get_group },
    { "GetProperty", get_one },
    { "Event", handle_event },
    { "EventGroup", handle_events },
    { "AboutToShow", about_to_show },
    { "AboutToShowGroup", about_to_show_group },
  };
  g_autoptr (ShoalTrayMenu) self = g_object_ref (user_data);

  /* The bus has checked the name and the types of the parameters. */
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (methods[i].name, method))
      methods[i].func (self, parameters, invocation);
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
  if (g_str_equal (name, "Version"))
    return g_variant_new_uint32 (VERSION);
  if (g_str_equal (name, "TextDirection"))
    return g_variant_new_string (gtk_widget_get_default_direction () == GTK_TEXT_DIR_RTL ? "rtl"
                                                                                         : "ltr");
  if (g_str_equal (name, "Status"))
    return g_variant_new_string ("normal");
  return g_variant_new_strv (NULL, 0); /* IconThemePath */
}

/* ---- Class ---- */

static void
shoal_tray_menu_dispose (GObject *object)
{
  ShoalTrayMenu *self = SHOAL_TRAY_MENU (object);

  if (self->registration != 0)
    g_dbus_connection_unregister_object (self->connection, self->registration);
  self->registration = 0;
  g_clear_object (&self->actions);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (shoal_tray_menu_parent_class)->dispose (object);
}

static void
shoal_tray_menu_finalize (GObject *object)
{
  g_free (SHOAL_TRAY_MENU (object)->path);
  G_OBJECT_CLASS (shoal_tray_menu_parent_class)->finalize (object);
}

static void
shoal_tray_menu_class_init (ShoalTrayMenuClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = shoal_tray_menu_dispose;
  G_OBJECT_CLASS (klass)->finalize = shoal_tray_menu_finalize;
}

static void
shoal_tray_menu_init (ShoalTrayMenu *self)
{
  self->revision = 1;
}

ShoalTrayMenu *
shoal_tray_menu_new (GDBusConnection *connection,
                     const char *path,
                     GActionGroup *actions,
                     GError **error)
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

  g_autoptr (ShoalTrayMenu) self = g_object_new (SHOAL_TYPE_TRAY_MENU, NULL);

  self->connection = g_object_ref (connection);
  self->path = g_strdup (path);
  self->actions = g_object_ref (actions);
  self->state = read_state (self);
  self->registration = g_dbus_connection_register_object (connection, path, node->interfaces[0],
                                                          &vtable, self, NULL, error);
  if (self->registration == 0)
    return NULL;
  g_signal_connect_object (actions, "action-enabled-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  return g_steal_pointer (&self);
}
