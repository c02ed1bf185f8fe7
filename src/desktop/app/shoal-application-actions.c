/* shoal-application-actions.c: what can be done without a window, also from notifications
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-application"

#include "config.h"

#include "shoal-application-actions.h"

#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-notified.h"
#include "shoal-open.h"
#include "shoal-preferences-window.h"

static void
share_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const ShoalApplicationParts *parts = user_data;
  g_autofree const char **paths = g_variant_get_strv (parameter, NULL);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  ShoalWindow *window = parts->present (parts->application);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (GFile) file = g_file_new_for_path (paths[i]);

      g_list_store_append (files, file);
    }
  if (window != NULL)
    shoal_window_share (window, G_LIST_MODEL (files));
}

static void
add_files_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const ShoalApplicationParts *parts = user_data;
  ShoalWindow *window = parts->present (parts->application);

  if (window != NULL)
    shoal_window_choose_files (window);
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const ShoalApplicationParts *parts = user_data;
  ShoalWindow *window = parts->present (parts->application);

  if (window != NULL)
    shoal_preferences_window_present (GTK_WINDOW (window), parts->session, parts->settings);
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const ShoalApplicationParts *parts = user_data;

  shoal_dialogs_show_about (gtk_application_get_active_window (parts->application));
}

static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const ShoalApplicationParts *parts = user_data;

  parts->present (parts->application);
}

static void
show_page_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const ShoalApplicationParts *parts = user_data;
  const char *page = g_variant_get_string (parameter, NULL);
  ShoalWindow *window = parts->present (parts->application);

  if (window != NULL && shoal_window_has_page (page))
    shoal_window_show_page (window, page);
}

/* ---- What a notification's buttons do ---- */

typedef struct
{
  const ShoalApplicationParts *parts; /* its application is held */
  gboolean in_folder;
} OpenDownload;

static void
open_download_free (OpenDownload *open)
{
  g_autoptr (GApplication) application = G_APPLICATION (open->parts->application);

  g_application_release (application);
  g_free (open);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpenDownload, open_download_free)

static void
tell (OpenDownload *open, const GError *error)
{
  ShoalWindow *window = open->parts->present (open->parts->application);
  g_autofree char *text = g_markup_escape_text (error->message, -1);
  AdwToast *toast;

  if (window == NULL)
    return;
  toast = adw_toast_new (text);
  /* Somebody has just pressed a button and waits. */
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  shoal_toaster_add (shoal_window_get_toaster (window), toast);
}

static void
on_opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (OpenDownload) open = user_data;
  g_autoptr (GError) error = NULL;
  gboolean opened = open->in_folder ? shoal_open_folder_finish (result, &error)
                                    : shoal_open_path_finish (result, &error);

  if (!opened)
    tell (open, error);
}

static void
on_looked_up_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (OpenDownload) open = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalHistoryEntry) entry = shoal_notified_look_up_finish (result, &error);
  GdkDisplay *display = gdk_display_get_default ();
  g_autoptr (GdkAppLaunchContext) context
             = display != NULL ? gdk_display_get_app_launch_context (display) : NULL;

  if (entry == NULL)
    {
      tell (open, error);
      return;
    }
  shoal_application_notices_forget (open->parts->notices, entry->uuid);
  if (open->in_folder)
    shoal_open_folder_async (entry->destination, G_APP_LAUNCH_CONTEXT (context), on_opened_cb,
                             g_steal_pointer (&open));
  else
    shoal_open_path_async (entry->destination, G_APP_LAUNCH_CONTEXT (context), on_opened_cb,
                           g_steal_pointer (&open));
}

/* No group need be open for it: the program may have been started only for this. */
static void
open_download_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  OpenDownload *open = g_new0 (OpenDownload, 1);

  open->parts = user_data;
  open->in_folder = g_str_equal (g_action_get_name (G_ACTION (action)), "show-download");
  g_application_hold (g_object_ref (G_APPLICATION (open->parts->application)));
  shoal_notified_look_up_async (parameter, NULL, on_looked_up_cb, open);
}

/* ---- All transfers ---- */

static void
all_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalEngine *engine
      = shoal_session_get_engine (((const ShoalApplicationParts *) user_data)->session);

  if (engine == NULL)
    return;
  if (g_str_equal (g_action_get_name (G_ACTION (action)), "pause-all"))
    shoal_transfer_manager_pause_all (shoal_engine_get_transfers (engine));
  else
    shoal_transfer_manager_resume_all (shoal_engine_get_transfers (engine));
}

static void
parts_free (gpointer data)
{
  ShoalApplicationParts *parts = data;

  g_object_unref (parts->session);
  g_object_unref (parts->settings);
  g_object_unref (parts->notices);
  g_free (parts);
}

void
shoal_application_actions_add (const ShoalApplicationParts *parts)
{
  static const GActionEntry entries[] = {
    { .name = "share", .activate = share_cb, .parameter_type = "as" },
    { .name = "add-files", .activate = add_files_cb },
    { .name = "preferences", .activate = preferences_cb },
    { .name = "about", .activate = about_cb },
    { .name = "show", .activate = show_cb },
    { .name = "show-page", .activate = show_page_cb, .parameter_type = "s" },
    { .name = "open-download", .activate = open_download_cb, .parameter_type = "(ss)" },
    { .name = "show-download", .activate = open_download_cb, .parameter_type = "(ss)" },
    { .name = "pause-all", .activate = all_cb },
    { .name = "resume-all", .activate = all_cb },
  };
  static const struct
  {
    const char *action;
    const char *keys[3];
  } accels[] = {
    { "app.preferences", { "<Control>comma" } },
    { "app.quit", { "<Control>q" } },
    { "win.show-help-overlay", { "<Control>question", "<Control>F1" } },
  };

  ShoalApplicationParts *kept = g_memdup2 (parts, sizeof *parts);

  g_object_ref (kept->session);
  g_object_ref (kept->settings);
  g_object_ref (kept->notices);
  g_object_set_data_full (G_OBJECT (kept->application), "shoal-application-parts", kept,
                          parts_free);
  g_action_map_add_action_entries (G_ACTION_MAP (kept->application), entries,
                                   G_N_ELEMENTS (entries), kept);
  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (kept->application, accels[i].action, accels[i].keys);
}
