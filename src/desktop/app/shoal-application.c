/* shoal-application.c: the program as the desktop sees it: one instance, its actions, its windows
 *
 * Arguments are files to be shared and shoal: links; they come by the command line of a second
 * start or by D-Bus. A link is only shown: nothing connects before the user has confirmed it.
 *
 * The application holds itself while a group is open, because stopping an engine takes time: the
 * end is always shoal_application_quit(). What happens when the window is closed is in
 * shoal-application-background.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-application"

#include "config.h"

#include "shoal-application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "shoal-application-actions.h"
#include "shoal-application-background.h"
#include "shoal-application-notices.h"
#include "shoal-dialogs.h"
#include "shoal-resources.h"
#include "shoal-window.h"

struct _ShoalApplication
{
  AdwApplication parent_instance;

  ShoalSession *session;
  GSettings *settings;
  ShoalSettingsSync *sync;
  ShoalApplicationNotices *notices;       /* (nullable): before the startup */
  ShoalApplicationBackground *background; /* the same */
  gboolean started;                       /* the session has been told to */
  gboolean quitting;                      /* the session is being closed */
};

G_DEFINE_FINAL_TYPE (ShoalApplication, shoal_application, ADW_TYPE_APPLICATION)

static const GOptionEntry options[] = {
  { "background", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Start without a window"), NULL },
  { "add-files", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Choose files to share"), NULL },
  { "preferences", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Open the preferences"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Show the version"), NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL, NULL, N_ ("[FILE|LINK…]") },
  { NULL },
};

/* ---- Windows ---- */

static gboolean
on_closing_cb (ShoalApplication *self, GtkWindow *window)
{
  return !self->quitting && shoal_application_background_close (self->background, window);
}

/* Returns: (transfer none): the main window, made if there is none */
static ShoalWindow *
ensure_window (ShoalApplication *self)
{
  ShoalWindow *window;

  for (GList *at = gtk_application_get_windows (GTK_APPLICATION (self)); at != NULL; at = at->next)
    if (SHOAL_IS_WINDOW (at->data))
      return at->data;
  window = shoal_window_new (GTK_APPLICATION (self), self->session, self->settings);
  g_signal_connect_object (window, "closing", G_CALLBACK (on_closing_cb), self, G_CONNECT_SWAPPED);
  shoal_application_notices_watch_window (self->notices, GTK_WINDOW (window));
  return window;
}

static void
start_session (ShoalApplication *self)
{
  g_autofree char *last = g_settings_get_string (self->settings, "last-group");

  if (self->started)
    return;
  self->started = TRUE;
  g_application_hold (G_APPLICATION (self));
  shoal_session_start (self->session, last);
}

/* Without a group there is nothing to do unseen. */
static void
start_hidden (ShoalApplication *self)
{
  start_session (self);
  if (shoal_session_get_state (self->session) == SHOAL_SESSION_EMPTY
      && gtk_application_get_windows (GTK_APPLICATION (self)) == NULL)
    shoal_application_quit (self);
}

static void
activate (GApplication *application)
{
  ShoalApplication *self = SHOAL_APPLICATION (application);
  GtkWidget *window;

  if (self->quitting)
    return;
  start_session (self);
  window = GTK_WIDGET (ensure_window (self));
  if (!gtk_widget_get_visible (window))
    shoal_application_background_note_shown (self->background);
  gtk_window_present (GTK_WINDOW (window));
}

static ShoalWindow *
present (GtkApplication *application)
{
  ShoalApplication *self = SHOAL_APPLICATION (application);

  activate (G_APPLICATION (self));
  return self->quitting ? NULL : ensure_window (self);
}

/* ---- Files and links ---- */

static gboolean
is_link (const char *text)
{
  return g_ascii_strncasecmp (text, "shoal:", 6) == 0;
}

/* @files: of GFile; may be empty. @link: (nullable) */
static void
take (ShoalApplication *self, GListModel *files, const char *link)
{
  ShoalWindow *window = present (GTK_APPLICATION (self));

  if (window == NULL)
    return;
  if (link != NULL)
    shoal_window_join (window, link);
  if (g_list_model_get_n_items (files) > 0)
    shoal_window_share (window, files);
}

static void
open_files (GApplication *application, GFile **files, int n_files, const char *hint)
{
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_FILE);
  g_autofree char *link = NULL;

  for (int i = 0; i < n_files; i++)
    if (g_file_has_uri_scheme (files[i], "shoal"))
      {
        g_free (link);
        link = g_file_get_uri (files[i]);
      }
    else
      g_list_store_append (store, files[i]);
  take (SHOAL_APPLICATION (application), G_LIST_MODEL (store), link);
}

static int
command_line (GApplication *application, GApplicationCommandLine *line)
{
  ShoalApplication *self = SHOAL_APPLICATION (application);
  GVariantDict *dict = g_application_command_line_get_options_dict (line);
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_FILE);
  g_autofree const char **arguments = NULL;
  const char *link = NULL;

  g_variant_dict_lookup (dict, G_OPTION_REMAINING, "^a&ay", &arguments);
  for (guint i = 0; arguments != NULL && arguments[i] != NULL; i++)
    if (is_link (arguments[i]))
      link = arguments[i];
    else
      {
        g_autoptr (GFile) file
                   = g_application_command_line_create_file_for_arg (line, arguments[i]);

        g_list_store_append (store, file);
      }
  if (arguments == NULL && g_variant_dict_contains (dict, "background"))
    start_hidden (self);
  else if (g_variant_dict_contains (dict, "add-files"))
    g_action_group_activate_action (G_ACTION_GROUP (self), "add-files", NULL);
  else if (g_variant_dict_contains (dict, "preferences"))
    g_action_group_activate_action (G_ACTION_GROUP (self), "preferences", NULL);
  else
    take (self, G_LIST_MODEL (store), link);
  return 0;
}

static int
handle_local_options (GApplication *application, GVariantDict *dict)
{
  if (!g_variant_dict_contains (dict, "version"))
    return -1;
  g_print ("shoal %s\n", SHOAL_VERSION);
  return 0;
}

/* ---- The end ---- */

static void
on_closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalApplication) self = user_data;

  shoal_session_close_finish (SHOAL_SESSION (object), result, NULL);
  g_application_quit (G_APPLICATION (self));
}

void
shoal_application_quit (ShoalApplication *self)
{
  g_autoptr (GList) windows = NULL;

  g_return_if_fail (SHOAL_IS_APPLICATION (self));

  if (self->quitting)
    return;
  self->quitting = TRUE;
  shoal_application_notices_stop (self->notices);
  shoal_application_background_stop (self->background);
  windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (self)));
  for (GList *at = windows; at != NULL; at = at->next)
    gtk_window_destroy (at->data);
  shoal_session_close_async (self->session, on_closed_cb, g_object_ref (self));
}

static void
window_removed (GtkApplication *application, GtkWindow *window)
{
  ShoalApplication *self = SHOAL_APPLICATION (application);

  GTK_APPLICATION_CLASS (shoal_application_parent_class)->window_removed (application, window);
  if (SHOAL_IS_WINDOW (window) && !self->quitting
      && !g_settings_get_boolean (self->settings, "run-in-background"))
    shoal_application_quit (self);
}

static gboolean
on_signal_cb (gpointer user_data)
{
  shoal_application_quit (user_data);
  return G_SOURCE_CONTINUE;
}

/* ---- Class ---- */

static void
on_current_changed_cb (ShoalApplication *self)
{
  ShoalGroupItem *group = shoal_session_get_current (self->session);

  if (group == NULL)
    return;

  g_autofree char *name = g_path_get_basename (shoal_group_item_get_folder (group));

  g_settings_set_string (self->settings, "last-group", name);
}

static void
on_setting_failed_cb (ShoalApplication *self, const char *message)
{
  shoal_dialogs_report (GTK_APPLICATION (self), _ ("The Setting Was Not Changed"), message);
}

static void
on_engine_changed_cb (ShoalApplication *self)
{
  ShoalEngine *engine = shoal_session_get_engine (self->session);

  shoal_settings_sync_set_engine (self->sync, engine);
  shoal_application_notices_set_engine (self->notices, engine);
}

static void
on_tray_activated_cb (ShoalApplication *self, const char *page, const char *token)
{
  ShoalWindow *window;

  if (self->quitting)
    return;
  window = ensure_window (self);
  if (page != NULL)
    shoal_window_show_page (window, page);
  if (token != NULL)
    gtk_window_set_startup_id (GTK_WINDOW (window), token);
  g_application_activate (G_APPLICATION (self));
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  shoal_application_quit (SHOAL_APPLICATION (user_data));
}

/* What the program does beside its window; the actions are there before the tray shows them. */
static void
start_parts (ShoalApplication *self)
{
  static const GActionEntry quit = { .name = "quit", .activate = quit_cb };

  self->notices = shoal_application_notices_new (GTK_APPLICATION (self), self->settings);
  g_signal_connect_object (self->notices, "activate", G_CALLBACK (on_tray_activated_cb), self,
                           G_CONNECT_SWAPPED);
  shoal_application_actions_add (&(ShoalApplicationParts){
      GTK_APPLICATION (self), self->session, self->settings, self->notices, present });
  g_action_map_add_action_entries (G_ACTION_MAP (self), &quit, 1, self);
  shoal_application_notices_start (self->notices);
  self->background = shoal_application_background_new (GTK_APPLICATION (self), self->settings,
                                                       self->session, self->notices);
}

static void
startup (GApplication *application)
{
  ShoalApplication *self = SHOAL_APPLICATION (application);

  G_APPLICATION_CLASS (shoal_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name (SHOAL_APP_ID);
  self->settings = shoal_settings_sync_open_settings ();
  self->sync = shoal_settings_sync_new (self->settings);
  g_signal_connect_object (self->sync, "failed", G_CALLBACK (on_setting_failed_cb), self,
                           G_CONNECT_SWAPPED);
  self->session = shoal_session_new ();
  g_signal_connect_object (self->session, "notify::engine", G_CALLBACK (on_engine_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::current", G_CALLBACK (on_current_changed_cb),
                           self, G_CONNECT_SWAPPED);
  start_parts (self);
  g_unix_signal_add (SIGTERM, on_signal_cb, self);
  g_unix_signal_add (SIGINT, on_signal_cb, self);
}

static void
dispose (GObject *object)
{
  ShoalApplication *self = SHOAL_APPLICATION (object);

  if (self->notices != NULL)
    shoal_application_notices_stop (self->notices);
  if (self->background != NULL)
    shoal_application_background_stop (self->background);
  g_clear_object (&self->background);
  g_clear_object (&self->notices);
  g_clear_object (&self->sync);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (shoal_application_parent_class)->dispose (object);
}

static void
shoal_application_class_init (ShoalApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  application_class->activate = activate;
  application_class->open = open_files;
  application_class->command_line = command_line;
  application_class->handle_local_options = handle_local_options;
  application_class->startup = startup;
  GTK_APPLICATION_CLASS (klass)->window_removed = window_removed;
}

static void
shoal_application_init (ShoalApplication *self)
{
  g_resources_register (shoal_get_resource ());
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

ShoalApplication *
shoal_application_new (void)
{
  return g_object_new (SHOAL_TYPE_APPLICATION, "application-id", SHOAL_APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN | G_APPLICATION_HANDLES_COMMAND_LINE,
                       "resource-base-path", "/io/github/shoal_app/Shoal", NULL);
}

ShoalSession *
shoal_application_get_session (ShoalApplication *self)
{
  g_return_val_if_fail (SHOAL_IS_APPLICATION (self), NULL);
  return self->session;
}

GSettings *
shoal_application_get_settings (ShoalApplication *self)
{
  g_return_val_if_fail (SHOAL_IS_APPLICATION (self), NULL);
  return self->settings;
}

ShoalApplicationBackground *
shoal_application_get_background (ShoalApplication *self)
{
  g_return_val_if_fail (SHOAL_IS_APPLICATION (self), NULL);
  return self->background;
}

gboolean
shoal_application_is_quitting (ShoalApplication *self)
{
  g_return_val_if_fail (SHOAL_IS_APPLICATION (self), FALSE);
  return self->quitting;
}
