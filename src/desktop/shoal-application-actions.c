/* shoal-application-actions.c: what can be done without a window, also from notifications
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-application"

#include "config.h"

#include "shoal-application-private.h"

#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-preferences-window.h"

static void
share_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalApplication *self = user_data;
  g_autofree const char **paths = g_variant_get_strv (parameter, NULL);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (GFile) file = g_file_new_for_path (paths[i]);

      g_list_store_append (files, file);
    }
  g_application_activate (G_APPLICATION (self));
  shoal_window_share (shoal_application_ensure_window (self), G_LIST_MODEL (files));
}

static void
add_files_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalApplication *self = user_data;

  g_application_activate (G_APPLICATION (self));
  shoal_window_choose_files (shoal_application_ensure_window (self));
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalApplication *self = user_data;

  g_application_activate (G_APPLICATION (self));
  shoal_preferences_window_present (self, GTK_WINDOW (shoal_application_ensure_window (self)));
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  shoal_dialogs_show_about (gtk_application_get_active_window (GTK_APPLICATION (user_data)));
}

static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_application_activate (G_APPLICATION (user_data));
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  shoal_application_quit (SHOAL_APPLICATION (user_data));
}

void
shoal_application_add_actions (ShoalApplication *self)
{
  static const GActionEntry entries[] = {
    { .name = "share", .activate = share_cb, .parameter_type = "as" },
    { .name = "add-files", .activate = add_files_cb },
    { .name = "preferences", .activate = preferences_cb },
    { .name = "about", .activate = about_cb },
    { .name = "show", .activate = show_cb },
    { .name = "quit", .activate = quit_cb },
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

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action,
                                           accels[i].keys);
}
