/* test-background.c: the window closes and transfers go on; the sandbox; starting at sign-in; sleep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "gui-bus.h"
#include "gui-fixture.h"
#include "shoal-preferences-window.h"

#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define SESSION_MANAGER "org.gnome.SessionManager"
#define BIG (24 << 20)
#define INHIBIT_SUSPEND 4

static const char portal_xml[]
    = "<node><interface name='org.freedesktop.portal.Background'>"
      "<method name='RequestBackground'><arg type='s' direction='in'/>"
      "<arg type='a{sv}' direction='in'/><arg type='o' direction='out'/></method>"
      "</interface></node>";

static const char session_manager_xml[]
    = "<node><interface name='" SESSION_MANAGER "'>"
      "<method name='Inhibit'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
      "<arg type='s' direction='in'/><arg type='u' direction='in'/>"
      "<arg type='u' direction='out'/></method>"
      "<method name='Uninhibit'><arg type='u' direction='in'/></method>"
      "</interface></node>";

static GuiTracker *tracker;
static char *downloads;

/* ---- Helpers ---- */

static char *
dup_profile (void)
{
  return g_build_filename (g_get_user_data_dir (), "shoal", "default", NULL);
}

static GSettings *
settings_of (GuiApp *app)
{
  return shoal_application_get_settings (app->application);
}

/* Asks the app for a download from outside, by its command line. */
static void
begin_download (const char *name, const char *folder)
{
  g_autofree char *profile = dup_profile ();
  g_autofree char *to = g_build_filename (downloads, folder, NULL);
  g_autoptr (GSubprocess) command = gui_spawn (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, g_getenv ("SHOAL_CLI"),
      "--profile", profile, "get", name, "--to", to, NULL);

  g_assert_nonnull (command);
}

static gboolean
has_download (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (downloads, folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static ShoalTransferManager *
transfers_of (GuiApp *app)
{
  return shoal_engine_get_transfers (
      shoal_session_get_engine (shoal_application_get_session (app->application)));
}

static ShoalTransfer *
wait_active (GuiApp *app)
{
  GListModel *list = G_LIST_MODEL (transfers_of (app));

  for (;;)
    {
      for (guint i = 0; i < g_list_model_get_n_items (list); i++)
        {
          g_autoptr (ShoalTransfer) transfer = g_list_model_get_item (list, i);

          if (shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_ACTIVE)
            return transfer; /* the list keeps it */
        }
      gui_tick (gui_deadline (), "a transfer is active", __FILE__, __LINE__);
    }
}

static void
close_window (GuiApp *app)
{
  gtk_window_close (GTK_WINDOW (app->window));
}

static void
wait_hidden (GuiApp *app)
{
  gui_wait_until (!gtk_widget_get_visible (app->view));
}

static void
show_again (GuiApp *app)
{
  g_application_activate (G_APPLICATION (app->application));
  gui_wait_until (gtk_widget_get_mapped (app->view));
}

static AdwMessageDialog *
wait_dialog (const char *heading)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (gui_get_window (ADW_TYPE_MESSAGE_DIALOG));

  g_assert_cmpstr (adw_message_dialog_get_heading (dialog), ==, heading);
  return dialog;
}

static void
answer (AdwMessageDialog *dialog, const char *label)
{
  gui_press_control (GTK_WIDGET (dialog), label);
  gui_wait_until (gui_find_window (ADW_TYPE_MESSAGE_DIALOG) == NULL);
}

/* ---- Closing, and going on ---- */

static GVariant *
reply_inhibit (GuiService *service, const char *method, GVariant *parameters, gpointer data)
{
  return g_str_equal (method, "Inhibit") ? g_variant_new ("(u)", 7) : NULL;
}

static void
check_inhibition (GuiService *manager)
{
  g_autoptr (GVariant) call = NULL;
  g_autoptr (GVariant) end = NULL;
  const char *id;
  guint32 flags = 0, cookie = 0;

  call = gui_service_dup_call (manager, "Inhibit", 0);
  g_variant_get (call, "(&su&su)", &id, NULL, NULL, &flags);
  g_assert_cmpstr (id, ==, SHOAL_APP_ID);
  g_assert_cmpuint (flags, ==, INHIBIT_SUSPEND);
  gui_wait_until (gui_service_count (manager, "Uninhibit") == 1);
  end = gui_service_dup_call (manager, "Uninhibit", 0);
  g_variant_get (end, "(u)", &cookie);
  g_assert_cmpuint (cookie, ==, 7);
}

static guint
count_notes (void)
{
  g_autoptr (GPtrArray) notes = gui_notes ();

  return notes->len;
}

static void
background_body (GuiApp *app, gpointer user_data)
{
  GuiService *manager = user_data;
  g_autoptr (GuiNote) explained = NULL;
  g_autoptr (GuiNote) finished = NULL;
  GtkWidget *window = app->view;

  gui_join (app, gui_tracker_get_link (tracker), "ben", "secret of ben");
  downloads = gui_dup_downloads (app);
  g_assert_cmpuint (gui_service_count (manager, "Inhibit"), ==, 0);
  g_settings_set_uint (settings_of (app), "download-limit", 4000);
  begin_download ("big.bin", "first");
  wait_active (app);
  gui_wait_until (gui_service_count (manager, "Inhibit") == 1);
  close_window (app);
  wait_hidden (app);
  explained = gui_wait_note ("Shoal Is Still Running");
  g_settings_set_uint (settings_of (app), "download-limit", 0);
  gui_wait_until (has_download ("first", "big.bin"));
  gui_wait_until (count_notes () == 2); /* that it runs, and that this has finished */
  show_again (app);
  g_assert_true (app->view == window);
  /* What is seen in the window need not be told any more. */
  shoal_window_show_page (app->window, "transfers");
  gui_wait_until (gtk_window_is_active (GTK_WINDOW (app->window)));
  gui_wait_no_note ();
  shoal_window_show_page (app->window, "browse");

  /* It says so once. */
  close_window (app);
  wait_hidden (app);
  begin_download ("big.bin", "second");
  finished = gui_wait_note ("Download Finished");
  /* A notification leads back. */
  gui_press_note (finished, "");
  gui_wait_until (gtk_widget_get_mapped (app->view));
  g_assert_cmpstr (shoal_window_get_visible_page (app->window), ==, "history");
  check_inhibition (manager);
  /* What stands before the window goes with it, and can come again. */
  for (guint round = 0; round < 2; round++)
    {
      gui_act (app->view, "win.show-help-overlay", NULL);
      gui_get_window (GTK_TYPE_SHORTCUTS_WINDOW);
      g_action_group_activate_action (G_ACTION_GROUP (app->application), "preferences", NULL);
      gui_get_window (SHOAL_TYPE_PREFERENCES_WINDOW);
      close_window (app);
      wait_hidden (app);
      gui_wait_until (gui_find_window (GTK_TYPE_SHORTCUTS_WINDOW) == NULL);
      gui_wait_until (gui_find_window (SHOAL_TYPE_PREFERENCES_WINDOW) == NULL);
      show_again (app);
    }
  /* Quitting is quitting, also without a window. */
  close_window (app);
  wait_hidden (app);
  g_action_group_activate_action (G_ACTION_GROUP (app->application), "quit", NULL);
  gui_wait_until (app->window == NULL);
}

static void
test_background (void)
{
  g_autoptr (GuiService) manager = gui_service_new (SESSION_MANAGER, "/org/gnome/SessionManager",
                                                    session_manager_xml, reply_inhibit, NULL);

  gui_run (NULL, background_body, manager);
}

/* ---- Without going on ---- */

static void
quiet_body (GuiApp *app, gpointer user_data)
{
  gui_wait_connected (app);
  g_settings_set_boolean (settings_of (app), "run-in-background", FALSE);
  close_window (app);
  gui_wait_until (app->window == NULL);
  g_assert_true (shoal_application_is_quitting (app->application));
}

static void
busy_body (GuiApp *app, gpointer user_data)
{
  AdwMessageDialog *dialog;

  gui_wait_connected (app);
  g_settings_set_boolean (settings_of (app), "run-in-background", FALSE);
  g_settings_set_uint (settings_of (app), "download-limit", 1000);
  begin_download ("big.bin", "third");
  wait_active (app);
  close_window (app);
  dialog = wait_dialog ("Quit Shoal?");
  g_assert_nonnull (strstr (adw_message_dialog_get_body (dialog), "1 download stops"));
  answer (dialog, "Cancel");
  g_assert_true (gtk_widget_get_visible (app->view));
  gui_wait_until (!shoal_application_background_is_asking (
      shoal_application_get_background (app->application)));
  g_assert_false (shoal_application_is_quitting (app->application));
  close_window (app);
  answer (wait_dialog ("Quit Shoal?"), "Quit");
  gui_wait_until (app->window == NULL);
}

static void
resumed_body (GuiApp *app, gpointer user_data)
{
  g_settings_reset (settings_of (app), "run-in-background");
  g_settings_set_uint (settings_of (app), "download-limit", 0);
  gui_wait_until (has_download ("third", "big.bin"));
}

static void
test_quit (void)
{
  gui_run (NULL, quiet_body, NULL);
  gui_run (NULL, busy_body, NULL);
  /* As the dialog has said. */
  gui_run (NULL, resumed_body, NULL);
}

/* ---- Starting unseen ---- */

static void
on_ended_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = g_subprocess_wait_finish (G_SUBPROCESS (object), result, NULL);
}

/* Nothing could be done there, and nobody would see it. */
static void
test_without_group (void)
{
  g_autofree char *nothing = gui_dup_path ("nothing");
  g_autofree char *variable = g_strconcat ("XDG_DATA_HOME=", nothing, NULL);
  g_autoptr (GSubprocess) process
             = gui_spawn (G_SUBPROCESS_FLAGS_NONE, "env", variable, "shoal", "--background", NULL);
  gboolean ended = FALSE;

  g_subprocess_wait_async (process, NULL, on_ended_cb, &ended);
  gui_wait_until (ended);
  g_assert_true (g_subprocess_get_successful (process));
}

/* ---- The sandbox ---- */

typedef struct
{
  char *sender; /* the app's unique name */
  gboolean background;
  gboolean autostart;
} Portal;

/* Answers before the call returns: whoever listens only then has missed it. */
static GVariant *
reply_portal (GuiService *service, const char *method, GVariant *parameters, gpointer data)
{
  Portal *portal = data;
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);
  g_autofree char *sender = g_strdup (portal->sender + 1);
  g_autofree char *handle = NULL;
  const char *token = NULL;
  GVariantBuilder results;

  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  handle = g_strdup_printf (PORTAL_PATH "/request/%s/%s", g_strdelimit (sender, ".", '_'), token);
  g_variant_builder_init (&results, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&results, "{sv}", "background",
                         g_variant_new_boolean (portal->background));
  g_variant_builder_add (&results, "{sv}", "autostart", g_variant_new_boolean (portal->autostart));
  gui_service_emit (service, handle, "org.freedesktop.portal.Request", "Response",
                    g_variant_new ("(ua{sv})", 0, &results));
  return g_variant_new ("(o)", handle);
}

static void
check_request (GuiService *service, guint n, gboolean autostart)
{
  g_autoptr (GVariant) call = gui_service_dup_call (service, "RequestBackground", n);
  g_autoptr (GVariant) options = g_variant_get_child_value (call, 1);
  g_autofree const char **command = NULL;
  const char *reason = NULL;
  gboolean wanted = FALSE;

  g_assert_true (g_variant_lookup (options, "autostart", "b", &wanted));
  g_assert_cmpint (wanted, ==, autostart);
  g_assert_true (g_variant_lookup (options, "reason", "&s", &reason));
  g_assert_cmpuint (strlen (reason), >, 10);
  g_assert_true (g_variant_lookup (options, "commandline", "^a&s", &command));
  g_assert_cmpstr (command[0], ==, "shoal");
  g_assert_cmpstr (command[1], ==, "--background");
}

static void
sandbox_body (GuiApp *app, gpointer user_data)
{
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (app->application));
  Portal portal = { g_strdup (g_dbus_connection_get_unique_name (bus)), TRUE, FALSE };
  GSettings *settings = settings_of (app);

  gui_wait_connected (app);
  shoal_application_background_set_sandboxed (shoal_application_get_background (app->application),
                                              TRUE);
  /* Nobody who could be asked, and nobody who could end it either. */
  close_window (app);
  wait_hidden (app);
  show_again (app);
  {
    g_autoptr (GuiService) service
               = gui_service_new (PORTAL, PORTAL_PATH, portal_xml, reply_portal, &portal);

    close_window (app);
    wait_hidden (app);
    check_request (service, 0, FALSE);
    show_again (app);

    /* What is refused is not done. */
    g_settings_set_boolean (settings, "start-at-sign-in", TRUE);
    answer (wait_dialog ("Shoal Will Not Start When You Sign In"), "Close");
    check_request (service, 1, TRUE);
    g_assert_false (g_settings_get_boolean (settings, "start-at-sign-in"));
    g_assert_cmpuint (gui_service_count (service, "RequestBackground"), ==, 2);
    portal.autostart = TRUE;
    g_settings_set_boolean (settings, "start-at-sign-in", TRUE);
    gui_wait_until (gui_service_count (service, "RequestBackground") == 3);

    /* Closing does not take it back. */
    portal.background = FALSE;
    close_window (app);
    answer (wait_dialog ("Quit Shoal?"), "Cancel");
    check_request (service, 3, TRUE);
    g_assert_true (gtk_widget_get_visible (app->view));

    g_settings_set_boolean (settings, "run-in-background", FALSE);
    g_settings_set_boolean (settings, "run-in-background", TRUE);
    answer (wait_dialog ("Shoal Cannot Run in the Background"), "Close");
    g_assert_false (g_settings_get_boolean (settings, "run-in-background"));
  }
  /* The settings go back to what they were, and nobody is asked. */
  shoal_application_background_set_sandboxed (shoal_application_get_background (app->application),
                                              FALSE);
  g_settings_reset (settings, "run-in-background");
  g_settings_reset (settings, "start-at-sign-in");
  g_free (portal.sender);
}

static void
test_sandbox (void)
{
  gui_run (NULL, sandbox_body, NULL);
}

/* ---- At sign-in ---- */

static char *
dup_autostart (void)
{
  return g_build_filename (g_get_user_config_dir (), "autostart", SHOAL_APP_ID ".desktop", NULL);
}

static GtkSwitch *
find_switch (GtkWidget *window)
{
  return GTK_SWITCH (gui_get (window, "start_switch"));
}

static void
sign_in_body (GuiApp *app, gpointer user_data)
{
  g_autofree char *path = dup_autostart ();
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *expected = g_strdup_printf ("\"%s\" --background", program);
  g_autofree char *command = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  GtkWidget *preferences;
  GtkSwitch *toggle;

  gui_wait_connected (app);
  g_action_group_activate_action (G_ACTION_GROUP (app->application), "preferences", NULL);
  preferences = gui_get_window (SHOAL_TYPE_PREFERENCES_WINDOW);
  toggle = find_switch (preferences);
  g_assert_false (gtk_switch_get_active (toggle));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  gtk_switch_set_active (toggle, TRUE);
  gui_wait_until (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL));
  command = g_key_file_get_string (file, G_KEY_FILE_DESKTOP_GROUP, "Exec", NULL);
  g_assert_cmpstr (command, ==, expected);
  gtk_switch_set_active (toggle, FALSE);
  gui_wait_until (!g_file_test (path, G_FILE_TEST_EXISTS));

  /* Somebody else's file stays, and the user is told where it is. */
  g_assert_true (g_file_set_contents (path, "[Desktop Entry]\nType=Application\n", -1, NULL));
  gtk_switch_set_active (toggle, TRUE);
  {
    AdwMessageDialog *dialog = wait_dialog ("Shoal Will Not Start When You Sign In");

    g_assert_nonnull (strstr (adw_message_dialog_get_body (dialog), path));
    g_assert_true (gtk_window_get_transient_for (GTK_WINDOW (dialog)) == GTK_WINDOW (preferences));
    answer (dialog, "Close");
  }
  g_assert_false (gtk_switch_get_active (toggle));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "[Desktop Entry]\nType=Application\n");
  g_assert_cmpint (g_unlink (path), ==, 0);

  gtk_switch_set_active (toggle, TRUE);
  gui_wait_until (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* The file is taken away by another tool while the app does not run. */
static void
removed_body (GuiApp *app, gpointer user_data)
{
  g_assert_false (g_settings_get_boolean (settings_of (app), "start-at-sign-in"));
}

static void
test_sign_in (void)
{
  g_autofree char *path = dup_autostart ();

  gui_run (NULL, sign_in_body, NULL);
  g_assert_cmpint (g_unlink (path), ==, 0);
  gui_run (NULL, removed_body, NULL);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* ---- Settings that the engine does not take ---- */

static gboolean
has_folder (GSettings *settings, const char *folder)
{
  g_autofree char *now = g_settings_get_string (settings, "download-folder");

  return g_str_equal (now, folder);
}

static void
settings_body (GuiApp *app, gpointer user_data)
{
  GSettings *settings = settings_of (app);

  gui_wait_connected (app);
  g_settings_set_string (settings, "download-folder", downloads);
  g_settings_set_string (settings, "download-folder", "not/absolute");
  answer (wait_dialog ("The Setting Was Not Changed"), "Close");
  gui_wait_until (has_folder (settings, downloads));
}

static void
test_settings (void)
{
  gui_run (NULL, settings_body, NULL);
}

int
main (int argc, char *argv[])
{
  g_autofree char *files = NULL;
  g_autofree char *path = NULL;
  GuiPeer *ada;
  int status;

  gui_init (&argc, &argv);
  files = gui_dup_path ("files");
  path = gui_make_file (files, "big.bin", BIG);
  tracker = gui_tracker_new ("open", NULL);
  ada = gui_peer_new (gui_tracker_get_link (tracker), "ada");
  g_free (gui_peer_run (ada, "share", path, NULL));
  gui_peer_serve (ada);
  g_test_add_func ("/background/goes-on", test_background);
  g_test_add_func ("/background/quits", test_quit);
  g_test_add_func ("/background/without-group", test_without_group);
  g_test_add_func ("/background/sandbox", test_sandbox);
  g_test_add_func ("/background/sign-in", test_sign_in);
  g_test_add_func ("/background/settings", test_settings);
  status = g_test_run ();
  gui_peer_free (ada);
  gui_tracker_free (tracker);
  g_free (downloads);
  return status;
}
