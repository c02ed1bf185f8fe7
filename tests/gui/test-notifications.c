/* test-notifications.c: what is told about downloads, and what the buttons do, also in a later
 * process
 *
 * A real group: a tracker, a member who shares, and the app, whose downloads are asked for from
 * outside through its control socket.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "gui-bus.h"
#include "gui-fixture.h"

#define FILE_MANAGER "org.freedesktop.FileManager1"

static const char file_manager_xml[]
    = "<node><interface name='" FILE_MANAGER "'><method name='ShowItems'>"
      "<arg type='as' direction='in'/><arg type='s' direction='in'/></method></interface></node>";

typedef struct
{
  GuiTracker *tracker;
  GuiPeer *ada;
  char *downloads;
  guint n_ended;
  char *action; /* that the last notification's button stands for */
} Group;

static const char *const names[]
    = { "one.bin", "two.bin", "three.bin", "four.bin", "five.bin", "six.bin", "<b>odd & co.txt" };

static void
on_result_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Runs a command on the app's profile; it works through the app. */
static gboolean
run_command (const char *const *more)
{
  g_autofree char *profile = g_build_filename (g_get_user_data_dir (), "shoal", "default", NULL);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_ptr_array_add (arguments, (char *) g_getenv ("SHOAL_CLI"));
  g_ptr_array_add (arguments, (char *) "--profile");
  g_ptr_array_add (arguments, profile);
  for (guint i = 0; more[i] != NULL; i++)
    g_ptr_array_add (arguments, (char *) more[i]);
  g_ptr_array_add (arguments, NULL);
  process = gui_spawnv (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                        (const char *const *) arguments->pdata);
  g_subprocess_wait_async (process, NULL, on_result_cb, &result);
  gui_wait_until (result != NULL);
  g_subprocess_wait_finish (process, result, NULL);
  return g_subprocess_get_successful (process);
}

static void
on_added_cb (ShoalHistory *history, gpointer entry, Group *group)
{
  group->n_ended++;
}

/* Runs a command that ends @n downloads, and waits until all is in the history: only then it is
 * decided whether they are told. */
static void
end_downloads (Group *group, guint n, gboolean success, const char *const *command)
{
  guint before = group->n_ended;

  g_assert_cmpint (run_command (command), ==, success);
  gui_wait_until (group->n_ended == before + n);
}

static void
get (Group *group, const char *name)
{
  const char *const command[] = { "get", name, NULL };

  end_downloads (group, 1, TRUE, command);
}

static void
assert_show_items (GuiService *files, guint n, Group *group, const char *name)
{
  g_autoptr (GVariant) call = NULL;
  g_autofree const char **uris = NULL;
  g_autofree char *path = g_build_filename (group->downloads, name, NULL);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  gui_wait_until (gui_service_count (files, "ShowItems") == n);
  call = gui_service_dup_call (files, "ShowItems", n - 1);
  g_variant_get (call, "(^a&ss)", &uris, NULL);
  g_assert_cmpstr (uris[0], ==, uri);
  g_assert_null (uris[1]);
}

static ShoalEngine *
engine_of (GuiApp *app)
{
  return shoal_session_get_engine (shoal_application_get_session (app->application));
}

static void
test_one (GuiApp *app, Group *group)
{
  g_autoptr (GuiService) files = gui_service_new (FILE_MANAGER, "/org/freedesktop/FileManager1",
                                                  file_manager_xml, NULL, NULL);
  g_autoptr (GuiNote) note = NULL;

  get (group, "one.bin");
  note = gui_wait_note ("Download Finished");
  g_assert_cmpstr (note->text, ==, "one.bin");
  g_assert_cmpuint (g_strv_length (note->actions), ==, 6);
  g_assert_cmpstr (note->actions[3], ==, "Open");
  /* Neither a path nor a name is in what comes back over the bus. */
  g_assert_true (g_str_has_prefix (note->actions[2], "app.open-download(('"));
  g_assert_null (strstr (note->actions[2], "one"));
  g_assert_null (strchr (note->actions[2], '/'));
  gui_press_note (note, "Show in Folder");
  assert_show_items (files, 1, group, "one.bin");
  gui_wait_no_note ();
}

static void
test_many (GuiApp *app, Group *group)
{
  const char *const arguments[] = { "get", "two.bin", "three.bin", "four.bin", "five.bin", NULL };
  g_autoptr (GuiNote) note = NULL;

  end_downloads (group, 4, TRUE, arguments);
  note = gui_wait_note ("4 Downloads Finished");
  g_assert_nonnull (strstr (note->text, ".bin\n"));
  g_assert_true (g_str_has_suffix (note->text, "and 1 more"));
  gui_press_note (note, "Show Downloads");
  gui_wait_until (g_strcmp0 (shoal_window_get_visible_page (app->window), "history") == 0);
}

static void
wait_active (GuiApp *app, const char *page)
{
  shoal_window_show_page (app->window, page);
  gtk_window_present (GTK_WINDOW (app->window));
  gui_wait_until (gtk_window_is_active (GTK_WINDOW (app->window)));
}

static void
test_looked_at (GuiApp *app, Group *group)
{
  g_autoptr (GuiNote) note = NULL;

  wait_active (app, "transfers");
  get (group, "six.bin");
  /* It is in the history, so it would have been told by now had it not been seen. */
  wait_active (app, "browse");
  get (group, "<b>odd & co.txt");
  note = gui_wait_note ("Download Finished");
  g_assert_cmpstr (note->text, ==, "‹b›odd & co.txt");
  /* Looked at now, it goes. */
  wait_active (app, "transfers");
  gui_wait_no_note ();
  wait_active (app, "browse");
}

static void
get_again (Group *group, const char *name, const char *to)
{
  const char *const command[] = { "get", name, "--to", to, NULL };

  end_downloads (group, 1, TRUE, command);
}

static void
test_settings (GuiApp *app, Group *group)
{
  GSettings *settings = shoal_application_get_settings (app->application);
  g_autofree char *elsewhere = g_build_filename (group->downloads, "elsewhere", NULL);
  g_autoptr (GuiNote) note = NULL;

  g_settings_set_boolean (settings, "notify-finished", FALSE);
  get_again (group, "one.bin", elsewhere);
  g_settings_set_boolean (settings, "notify-finished", TRUE);
  get_again (group, "two.bin", elsewhere);
  note = gui_wait_note ("Download Finished");
  g_assert_cmpstr (note->text, ==, "two.bin");
}

static void
test_failed (GuiApp *app, Group *group)
{
  g_autofree char *file = g_build_filename (group->downloads, "one.bin", NULL);
  const char *const arguments[] = { "get", "three.bin", "--to", file, NULL };
  const char *const again[] = { "resume", "three.bin", NULL };
  g_autoptr (GuiNote) again_failed = NULL;
  g_autoptr (GuiNote) finished = NULL;
  g_autoptr (GuiNote) note = NULL;

  wait_active (app, "history");
  gui_wait_no_note ();
  wait_active (app, "browse");
  /* No folder can be where a file is. */
  end_downloads (group, 1, FALSE, arguments);
  note = gui_wait_note ("Download Failed");
  g_assert_true (g_str_has_prefix (note->text, "three.bin: "));
  gui_press_note (note, "");
  gui_wait_until (g_strcmp0 (shoal_window_get_visible_page (app->window), "transfers") == 0);
  wait_active (app, "browse");

  /* Once more, and told once more. */
  end_downloads (group, 1, TRUE, again);
  again_failed = gui_wait_note ("Download Failed");
  /* That is not so any more when it is here after all. */
  g_assert_cmpint (g_unlink (file), ==, 0);
  end_downloads (group, 1, TRUE, again);
  finished = gui_wait_note ("Download Finished");
  g_assert_cmpstr (finished->text, ==, "three.bin");
  wait_active (app, "history");
  gui_wait_no_note ();
  wait_active (app, "browse");
}

static void
activate_action (const char *name, GVariant *target)
{
  g_autoptr (GError) error = NULL;
  GVariantBuilder parameters, platform;

  g_variant_builder_init (&parameters, G_VARIANT_TYPE ("av"));
  g_variant_builder_add (&parameters, "v", target);
  g_variant_builder_init (&platform, G_VARIANT_TYPE_VARDICT);

  g_autoptr (GVariant) reply = gui_call (
      SHOAL_APP_ID, "/io/github/shoal_app/Shoal", "org.freedesktop.Application", "ActivateAction",
      g_variant_new ("(sava{sv})", name, &parameters, &platform), &error);
  g_assert_no_error (error);
}

/* What comes over the bus may come from anybody, and files may be gone. */
static void
test_wrong_targets (GuiApp *app, Group *group)
{
  static const struct
  {
    const char *profile;
    const char *uuid;
    const char *text;
  } targets[] = {
    { "../../etc", "passwd", "This is not a download of Shoal." },
    { "0123456789abcdef0123456789abcdef", "11111111-2222-4333-8444-555555555555",
      "The group of this download has been forgotten." },
    { NULL, "11111111-2222-4333-8444-555555555555",
      "This download is not in the history any more." },
  };
  g_autofree char *folder = g_build_filename (group->downloads, "gone", NULL);
  g_autofree char *gone = g_build_filename (folder, "six.bin", NULL);
  ShoalEngine *engine = engine_of (app);
  const char *own = shoal_profile_get_id (shoal_engine_get_profile (engine));
  g_autoptr (GuiNote) note = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      activate_action ("open-download",
                       g_variant_new ("(ss)", targets[i].profile != NULL ? targets[i].profile : own,
                                      targets[i].uuid));
      gui_wait_until (gui_find_text (app->view, targets[i].text) != NULL);
    }
  activate_action ("show-page", g_variant_new_string ("no-such-page"));
  wait_active (app, "browse");
  get_again (group, "six.bin", folder);
  note = gui_wait_note ("Download Finished");
  g_assert_cmpint (g_unlink (gone), ==, 0);
  gui_press_note (note, "Open");
  gui_wait_until (gui_find_text (app->view, "is not there any more") != NULL);
}

static void
test_cleared (GuiApp *app, Group *group)
{
  ShoalEngine *engine = engine_of (app);
  g_autofree char *elsewhere = g_build_filename (group->downloads, "elsewhere", NULL);
  g_autoptr (GuiNote) note = NULL;

  get_again (group, "four.bin", elsewhere);
  note = gui_wait_note ("Download Finished");
  shoal_history_clear_async (shoal_engine_get_history (engine), NULL, NULL, NULL);
  gui_wait_no_note ();
}

static void
body (GuiApp *app, gpointer user_data)
{
  Group *group = user_data;
  g_autofree char *last = NULL;
  g_autoptr (GuiNote) note = NULL;

  gui_join (app, gui_tracker_get_link (group->tracker), "ben", "secret of ben");
  group->downloads = gui_dup_downloads (app);
  last = g_build_filename (group->downloads, "last", NULL);
  g_signal_connect (shoal_engine_get_history (engine_of (app)), "added", G_CALLBACK (on_added_cb),
                    group);
  wait_active (app, "browse");
  test_one (app, group);
  test_many (app, group);
  test_looked_at (app, group);
  test_settings (app, group);
  test_failed (app, group);
  test_wrong_targets (app, group);
  test_cleared (app, group);
  /* For the process after this one. */
  gui_wait_no_note ();
  get_again (group, "five.bin", last);
  note = gui_wait_note ("Download Finished");
  group->action = g_strdup (note->actions[2]);
}

/* ---- A later process ---- */

/* Makes a program that writes down what it opens the one for all files of the tests. */
static char *
install_opener (void)
{
  char *opened = gui_dup_path ("opened");
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "applications", NULL);
  g_autofree char *entry = g_build_filename (folder, "opener.desktop", NULL);
  g_autofree char *list = g_build_filename (g_get_user_config_dir (), "mimeapps.list", NULL);
  g_autofree char *text
      = g_strdup_printf ("[Desktop Entry]\nType=Application\nName=Opener\n"
                         "Exec=sh -c 'printf %%%%s \"$1\" >%s.new; mv %s.new %s' sh %%f\n",
                         opened, opened, opened);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (entry, text, -1, NULL));
  g_assert_true (g_file_set_contents (
      list, "[Default Applications]\napplication/octet-stream=opener.desktop\n", -1, NULL));
  return opened;
}

static gboolean
has_owner (void)
{
  g_autoptr (GVariant) reply
             = gui_call ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                         "NameHasOwner", g_variant_new ("(s)", SHOAL_APP_ID), NULL);
  gboolean owned = FALSE;

  g_variant_get (reply, "(b)", &owned);
  return owned;
}

/* The desktop keeps a notification, and starts the program for its button. */
static void
test_restart (Group *group)
{
  g_autofree char *opened = install_opener ();
  g_autofree char *expected = g_build_filename (group->downloads, "last", "five.bin", NULL);
  g_autofree char *path = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GVariant) target = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  g_assert_true (g_action_parse_detailed_name (group->action, &name, &target, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, "app.open-download");
  gui_wait_until (!has_owner ());
  process = gui_spawn (G_SUBPROCESS_FLAGS_NONE, "shoal", "--gapplication-service", NULL);
  gui_wait_until (has_owner ());
  activate_action (name + strlen ("app."), target);
  gui_wait_until (g_file_test (opened, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_get_contents (opened, &path, NULL, NULL));
  g_assert_cmpstr (path, ==, expected);
  /* It was started for this alone, so it ends again. */
  gui_wait_until (!has_owner ());
}

static Group group;

static void
test_notifications (void)
{
  g_autofree char *files = gui_dup_path ("files");

  group.tracker = gui_tracker_new ("open", NULL);
  group.ada = gui_peer_new (gui_tracker_get_link (group.tracker), "ada");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = gui_make_file (files, names[i], 100000 + i);

      g_free (gui_peer_run (group.ada, "share", path, NULL));
    }
  gui_peer_serve (group.ada);
  gui_run (NULL, body, &group);
  test_restart (&group);
  gui_peer_free (group.ada);
  gui_tracker_free (group.tracker);
  g_free (group.downloads);
  g_free (group.action);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/notifications", test_notifications);
  return g_test_run ();
}
