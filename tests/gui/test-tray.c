/* test-tray.c: the tray icon and its menu, as a tray sees and works them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "gui-bus.h"
#include "gui-fixture.h"
#include "shoal-resources.h"
#include "shoal-tray-menu.h"
#include "shoal-tray.h"

#define WATCHER "org.kde.StatusNotifierWatcher"
#define ITEM "org.kde.StatusNotifierItem"
#define MENU "com.canonical.dbusmenu"
#define MENU_PATH SHOAL_TRAY_MENU_PATH
#define BIG (40 << 20)

/* Ids of the menu's items. */
enum
{
  SHOW = 1,
  PAUSE,
  RESUME,
  SEPARATOR,
  QUIT
};

static const char watcher_xml[]
    = "<node><interface name='" WATCHER "'><method name='RegisterStatusNotifierItem'>"
      "<arg type='s' direction='in'/></method></interface></node>";

typedef struct
{
  GuiApp *app;
  char *name; /* the app's unique name */
  GuiSignals *item;
  GuiSignals *menu;
  ShoalTransferManager *transfers;
} Tray;

static GuiService *
new_watcher (void)
{
  return gui_service_new (WATCHER, "/StatusNotifierWatcher", watcher_xml, NULL, NULL);
}

static GVariant *
get_property (Tray *tray, const char *interface, const char *path, const char *property)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gui_call (tray->name, path, "org.freedesktop.DBus.Properties", "Get",
                                         g_variant_new ("(ss)", interface, property), &error);
  GVariant *value = NULL;

  g_assert_no_error (error);
  g_variant_get (reply, "(v)", &value);
  return value;
}

static char *
dup_text (Tray *tray, const char *property)
{
  g_autoptr (GVariant) value = get_property (tray, ITEM, SHOAL_TRAY_ITEM_PATH, property);

  return g_variant_dup_string (value, NULL);
}

static char *
dup_tooltip (Tray *tray)
{
  g_autoptr (GVariant) value = get_property (tray, ITEM, SHOAL_TRAY_ITEM_PATH, "ToolTip");
  char *text = NULL;

  g_variant_get (value, "(&s@a(iiay)&ss)", NULL, NULL, NULL, &text);
  return text;
}

static gboolean
has_tooltip (Tray *tray, const char *start)
{
  g_autofree char *text = dup_tooltip (tray);

  return g_str_has_prefix (text, start);
}

static gboolean
has_icon (Tray *tray, const char *name)
{
  g_autofree char *shown = dup_text (tray, "IconName");

  return g_str_equal (shown, name);
}

/* The ids in the menu, "1 2 4 5"; @revision: (out). */
static char *
dup_layout_at (const char *name, const char *path, guint32 *revision)
{
  const char *const names[] = { "label", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gui_call (name, path, MENU, "GetLayout",
                                         g_variant_new ("(ii^as)", 0, -1, names), &error);
  g_autoptr (GVariantIter) children = NULL;
  g_autoptr (GString) ids = g_string_new (NULL);
  GVariant *child;
  gint32 id;

  g_assert_no_error (error);
  g_variant_get (reply, "(u(i@a{sv}av))", revision, &id, NULL, &children);
  g_assert_cmpint (id, ==, 0);
  while (g_variant_iter_next (children, "v", &child))
    {
      g_variant_get (child, "(i@a{sv}av)", &id, NULL, NULL);
      g_string_append_printf (ids, "%s%d", ids->len > 0 ? " " : "", id);
      g_variant_unref (child);
    }
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

static char *
dup_layout (Tray *tray, guint32 *revision)
{
  return dup_layout_at (tray->name, MENU_PATH, revision);
}

static void
assert_layout (Tray *tray, const char *expected)
{
  guint32 revision;
  g_autofree char *ids = dup_layout (tray, &revision);

  g_assert_cmpstr (ids, ==, expected);
}

static gboolean
has_layout (Tray *tray, const char *expected)
{
  guint32 revision;
  g_autofree char *ids = dup_layout (tray, &revision);

  return g_str_equal (ids, expected);
}

static guint32
get_revision (Tray *tray)
{
  guint32 revision;

  g_free (dup_layout (tray, &revision));
  return revision;
}

static GVariant *
get_item_property (Tray *tray, int id, const char *property)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gui_call (tray->name, MENU_PATH, MENU, "GetProperty",
                                         g_variant_new ("(is)", id, property), &error);
  GVariant *value = NULL;

  g_assert_no_error (error);
  g_variant_get (reply, "(v)", &value);
  return value;
}

static gboolean
is_enabled (Tray *tray, int id)
{
  g_autoptr (GVariant) value = get_item_property (tray, id, "enabled");

  return g_variant_get_boolean (value);
}

static void
click (Tray *tray, int id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gui_call (
      tray->name, MENU_PATH, MENU, "Event",
      g_variant_new ("(isvu)", id, "clicked", g_variant_new_int32 (0), 0), &error);

  g_assert_no_error (error);
}

/* ---- Steps ---- */

static void
test_registration (Tray *tray)
{
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (GuiService) watcher = new_watcher ();
      g_autoptr (GVariant) call = NULL;
      const char *name;

      gui_wait_until (gui_service_count (watcher, "RegisterStatusNotifierItem") == 1);
      call = gui_service_dup_call (watcher, "RegisterStatusNotifierItem", 0);
      g_variant_get (call, "(&s)", &name);
      g_assert_cmpstr (name, ==, tray->name);
      if (round == 0)
        {
          g_autofree char *caller
              = gui_service_dup_caller (watcher, "RegisterStatusNotifierItem", 0);

          g_assert_cmpstr (caller, ==, tray->name);
        }
    }
}

static void
test_idle (Tray *tray)
{
  g_autofree char *id = dup_text (tray, "Id");
  g_autofree char *status = dup_text (tray, "Status");
  g_autoptr (GVariant) pixmaps = get_property (tray, ITEM, SHOAL_TRAY_ITEM_PATH, "IconPixmap");
  g_autoptr (GVariant) label = get_item_property (tray, SHOW, "label");

  g_assert_cmpstr (id, ==, SHOAL_APP_ID);
  g_assert_cmpstr (status, ==, "Active");
  g_assert_true (has_icon (tray, SHOAL_APP_ID "-symbolic"));
  g_assert_true (has_tooltip (tray, "No transfers"));
  g_assert_cmpuint (g_variant_n_children (pixmaps), ==, 4);
  for (gsize i = 0; i < 4; i++)
    {
      g_autoptr (GVariant) data = NULL;
      gint32 width, height;
      gsize n = 0, n_seen = 0;

      g_variant_get_child (pixmaps, i, "(ii@ay)", &width, &height, &data);

      const guint8 *bytes = g_variant_get_fixed_array (data, &n, 1);

      g_assert_cmpuint (n, ==, (gsize) (width * height * 4));
      for (gsize at = 0; at < n; at += 4)
        n_seen += bytes[at] > 128;
      /* Something is drawn, and not a full square. */
      g_assert_cmpuint (n_seen, >, (gsize) (width * height) / 20);
      g_assert_cmpuint (n_seen, <, (gsize) (width * height) * 9 / 10);
    }
  assert_layout (tray, "1 2 4 5");
  g_assert_cmpstr (g_variant_get_string (label, NULL), ==, "_Open Shoal");
  g_assert_false (is_enabled (tray, PAUSE));
  g_assert_true (is_enabled (tray, QUIT));
}

static ShoalTransfer *
get_transfer (Tray *tray)
{
  gui_wait_until (g_list_model_get_n_items (G_LIST_MODEL (tray->transfers)) == 1);
  return g_list_model_get_item (G_LIST_MODEL (tray->transfers), 0);
}

static void
resume_with_a_stranger (Tray *tray)
{
  g_autoptr (GError) error = NULL;
  GVariantBuilder events;
  g_autoptr (GVariant) reply = NULL;
  g_autofree char *text = NULL;

  g_variant_builder_init (&events, G_VARIANT_TYPE ("a(isvu)"));
  g_variant_builder_add (&events, "(isvu)", RESUME, "clicked", g_variant_new_string (""), 0);
  g_variant_builder_add (&events, "(isvu)", 99, "clicked", g_variant_new_string (""), 0);
  reply = gui_call (tray->name, MENU_PATH, MENU, "EventGroup", g_variant_new ("(a(isvu))", &events),
                    &error);
  g_assert_no_error (error);
  text = g_variant_print (reply, FALSE);
  g_assert_cmpstr (text, ==, "([99],)");
}

static void
test_transfer (Tray *tray)
{
  GSettings *settings = shoal_application_get_settings (tray->app->application);
  g_autofree char *profile = g_build_filename (g_get_user_data_dir (), "shoal", "default", NULL);
  g_autoptr (GSubprocess) command = NULL;
  g_autoptr (ShoalTransfer) transfer = NULL;
  g_autoptr (GVariant) updated = NULL;
  g_autofree char *text = NULL;
  guint32 revision = get_revision (tray);
  gint64 began = g_get_monotonic_time ();

  g_settings_set_uint (settings, "download-limit", 1000);
  command = gui_spawn (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                       g_getenv ("SHOAL_CLI"), "--profile", profile, "get", "big.bin", NULL);
  transfer = get_transfer (tray);
  gui_wait_until (has_icon (tray, SHOAL_APP_ID "-active-symbolic"));
  gui_wait_until (has_tooltip (tray, "Download ") && !has_tooltip (tray, "Download 0"));
  g_assert_true (is_enabled (tray, PAUSE));
  g_assert_cmpuint (gui_signals_count (tray->item, "NewIcon"), >, 0);
  /* Only a property of an item is another one, not the items. */
  updated = gui_signals_dup_last (tray->menu, "ItemsPropertiesUpdated");
  text = g_variant_print (updated, FALSE);
  g_assert_cmpstr (text, ==, "([(2, {'enabled': <true>})], [])");
  g_assert_cmpuint (get_revision (tray), ==, revision);

  click (tray, PAUSE);
  gui_wait_until (shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_PAUSED);
  gui_wait_until (has_layout (tray, "1 3 4 5"));
  g_assert_cmpuint (get_revision (tray), >, revision);
  g_assert_cmpuint (gui_signals_count (tray->menu, "LayoutUpdated"), >, 0);
  gui_wait_until (has_tooltip (tray, "1 download is paused"));
  gui_wait_until (has_icon (tray, SHOAL_APP_ID "-symbolic"));
  /* What is not shown cannot be clicked. */
  g_assert_null (gui_call (tray->name, MENU_PATH, MENU, "Event",
                           g_variant_new ("(isvu)", PAUSE, "clicked", g_variant_new_int32 (0), 0),
                           NULL));

  g_settings_set_uint (settings, "download-limit", 0);
  resume_with_a_stranger (tray);
  gui_wait_until (shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_FINISHED);
  gui_wait_until (has_tooltip (tray, "No transfers"));
  assert_layout (tray, "1 2 4 5");
  /* The timer's grain aside, once a second. */
  g_assert_cmpint (gui_signals_count (tray->item, "NewToolTip"), <=,
                   (g_get_monotonic_time () - began) / (990 * 1000) + 1);
}

static void
expect_error (Tray *tray,
              const char *path,
              const char *interface,
              const char *method,
              GVariant *parameters,
              int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gui_call (tray->name, path, interface, method, parameters, &error);

  g_assert_null (reply);
  g_assert_error (error, G_DBUS_ERROR, code);
}

static GVariant *
make_ids (guint n)
{
  GVariantBuilder ids;

  g_variant_builder_init (&ids, G_VARIANT_TYPE ("ai"));
  for (guint i = 0; i < n; i++)
    g_variant_builder_add (&ids, "i", (gint32) i - 3);
  return g_variant_builder_end (&ids);
}

static void
test_hostile (Tray *tray)
{
  const char *const none[] = { NULL };
  g_autofree char *endless = g_strnfill (100000, 'x');
  g_autoptr (GVariant) reply = NULL;
  g_autofree char *text = NULL;

  expect_error (tray, MENU_PATH, MENU, "GetLayout", g_variant_new ("(ii^as)", 77, -1, none),
                G_DBUS_ERROR_INVALID_ARGS);
  expect_error (tray, MENU_PATH, MENU, "GetLayout", g_variant_new ("(s)", "x"),
                G_DBUS_ERROR_INVALID_ARGS);
  expect_error (tray, MENU_PATH, MENU, "GetProperty", g_variant_new ("(is)", SHOW, "no-such"),
                G_DBUS_ERROR_INVALID_ARGS);
  expect_error (tray, MENU_PATH, MENU, "GetProperty", g_variant_new ("(is)", G_MININT32, "label"),
                G_DBUS_ERROR_INVALID_ARGS);
  expect_error (tray, MENU_PATH, MENU, "Event",
                g_variant_new ("(isvu)", -5, "clicked", g_variant_new_int32 (0), 0),
                G_DBUS_ERROR_INVALID_ARGS);
  expect_error (tray, MENU_PATH, MENU, "EventGroup",
                g_variant_new_parsed ("([(%i, 'clicked', <0>, uint32 0)],)", 42),
                G_DBUS_ERROR_INVALID_ARGS);
  expect_error (tray, MENU_PATH, MENU, "AboutToShow", g_variant_new ("(i)", 1000000),
                G_DBUS_ERROR_INVALID_ARGS);
  expect_error (tray, MENU_PATH, MENU, "GetGroupProperties",
                g_variant_new ("(@ai^as)", make_ids (2000), none), G_DBUS_ERROR_LIMITS_EXCEEDED);
  expect_error (tray, MENU_PATH, MENU, "Explode", NULL, G_DBUS_ERROR_UNKNOWN_METHOD);
  expect_error (tray, SHOAL_TRAY_ITEM_PATH, ITEM, "Activate", g_variant_new ("(ss)", "a", "b"),
                G_DBUS_ERROR_INVALID_ARGS);
  expect_error (tray, SHOAL_TRAY_ITEM_PATH, ITEM, "ProvideXdgActivationToken",
                g_variant_new ("(s)", "two words"), G_DBUS_ERROR_INVALID_ARGS);
  expect_error (tray, SHOAL_TRAY_ITEM_PATH, ITEM, "ProvideXdgActivationToken",
                g_variant_new ("(s)", endless), G_DBUS_ERROR_INVALID_ARGS);
  reply = gui_call (tray->name, MENU_PATH, MENU, "GetGroupProperties",
                    g_variant_new ("(@ai^as)", make_ids (5), none), NULL);
  text = g_variant_print (reply, FALSE);
  g_assert_true (g_str_has_prefix (text, "([(0, {'children-display': <'submenu'>}), (1, {"));
}

static void
call_item (Tray *tray, const char *method, GVariant *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
             = gui_call (tray->name, SHOAL_TRAY_ITEM_PATH, ITEM, method, parameters, &error);

  g_assert_no_error (error);
}

static void
test_window (Tray *tray)
{
  GtkWidget *window = GTK_WIDGET (tray->app->window);

  gtk_window_close (GTK_WINDOW (window));
  gui_wait_until (!gtk_widget_get_visible (window));
  call_item (tray, "ProvideXdgActivationToken", g_variant_new ("(s)", "token-1_TIME0"));
  call_item (tray, "Activate", g_variant_new ("(ii)", 10, 10));
  gui_wait_until (gtk_widget_get_mapped (window));
  gtk_window_close (GTK_WINDOW (window));
  gui_wait_until (!gtk_widget_get_visible (window));
  click (tray, SHOW);
  gui_wait_until (gtk_widget_get_mapped (window));
  shoal_window_show_page (tray->app->window, "files");
  call_item (tray, "SecondaryActivate", g_variant_new ("(ii)", 10, 10));
  gui_wait_until (g_str_equal (shoal_window_get_visible_page (tray->app->window), "transfers"));
  call_item (tray, "Scroll", g_variant_new ("(is)", 1, "vertical"));
}

static void
body (GuiApp *app, gpointer user_data)
{
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (app->application));
  g_autofree char *downloads = NULL;
  Tray tray = { .app = app, .name = g_strdup (g_dbus_connection_get_unique_name (bus)) };

  gui_join (app, gui_tracker_get_link (user_data), "ben", "secret of ben");
  downloads = gui_dup_downloads (app);
  tray.transfers = shoal_engine_get_transfers (
      shoal_session_get_engine (shoal_application_get_session (app->application)));
  tray.item = gui_signals_new (tray.name, SHOAL_TRAY_ITEM_PATH);
  tray.menu = gui_signals_new (tray.name, MENU_PATH);
  test_registration (&tray);
  test_idle (&tray);
  test_transfer (&tray);
  test_hostile (&tray);
  test_window (&tray);
  click (&tray, QUIT);
  gui_wait_until (app->window == NULL);
  gui_signals_free (tray.item);
  gui_signals_free (tray.menu);
  g_free (tray.name);
}

/* Which items are there, for all that the actions may be. */
static void
test_items (void)
{
  static const struct
  {
    gboolean pause;
    gboolean resume;
    const char *ids;
    guint32 revision;
  } cases[] = {
    { FALSE, FALSE, "1 2 4 5", 1 }, { TRUE, FALSE, "1 2 4 5", 1 },  { TRUE, TRUE, "1 2 3 4 5", 2 },
    { FALSE, TRUE, "1 3 4 5", 3 },  { FALSE, FALSE, "1 2 4 5", 4 },
  };
  static const char *const names[] = { "show", "pause-all", "resume-all", "quit" };
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr (ShoalTrayMenu) menu = NULL;
  g_autoptr (ShoalTrayMenu) second = NULL;
  g_autoptr (GError) error = NULL;

  g_resources_register (shoal_get_resource ());
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GSimpleAction) action = g_simple_action_new (names[i], NULL);

      g_action_map_add_action (G_ACTION_MAP (actions), G_ACTION (action));
      g_simple_action_set_enabled (action, g_str_equal (names[i], "show"));
    }
  menu = shoal_tray_menu_new (bus, "/menu", G_ACTION_GROUP (actions), &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GAction *pause = g_action_map_lookup_action (G_ACTION_MAP (actions), "pause-all");
      GAction *resume = g_action_map_lookup_action (G_ACTION_MAP (actions), "resume-all");
      g_autofree char *ids = NULL;
      guint32 revision = 0;

      g_simple_action_set_enabled (G_SIMPLE_ACTION (resume), cases[i].resume);
      g_simple_action_set_enabled (G_SIMPLE_ACTION (pause), cases[i].pause);
      ids = dup_layout_at (g_dbus_connection_get_unique_name (bus), "/menu", &revision);
      g_assert_cmpstr (ids, ==, cases[i].ids);
      g_assert_cmpuint (revision, >=, cases[i].revision);
    }
  second = shoal_tray_menu_new (bus, "/menu", G_ACTION_GROUP (actions), &error);
  g_assert_null (second);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_finalize_object (g_steal_pointer (&menu));
}

static void
test_tray (void)
{
  g_autofree char *files = gui_dup_path ("files");
  g_autofree char *path = gui_make_file (files, "big.bin", BIG);
  g_autoptr (GuiTracker) tracker = gui_tracker_new ("open", NULL);
  g_autoptr (GuiPeer) ada = gui_peer_new (gui_tracker_get_link (tracker), "ada");

  g_free (gui_peer_run (ada, "share", path, NULL));
  gui_peer_serve (ada);
  gui_run (NULL, body, tracker);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/tray/items", test_items);
  g_test_add_func ("/tray/icon", test_tray);
  return g_test_run ();
}
