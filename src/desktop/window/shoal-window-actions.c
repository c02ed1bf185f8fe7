/* shoal-window-actions.c: what can be done in the main window, with its keys
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-window"

#include "config.h"

#include "shoal-window-private.h"

#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-file-picker.h"
#include "shoal-invite-view.h"
#include "shoal-open.h"
#include "shoal-sharing.h"

static const char *const page_names[] = { "browse", "transfers", "files", "people", "history" };

/* ---- Pages ---- */

gboolean
shoal_window_has_page (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (page_names); i++)
    if (g_strcmp0 (page_names[i], name) == 0)
      return TRUE;
  return FALSE;
}

static void
show_page_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  shoal_window_show_page (SHOAL_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
back_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  shoal_window_back (SHOAL_WINDOW (widget));
}

/* The arrow that points to where the page came from. */
static gboolean
on_back_arrow_cb (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  return gtk_widget_get_direction (widget) == (GtkTextDirection) g_variant_get_int32 (arguments)
         && shoal_window_back (SHOAL_WINDOW (widget));
}

static void
step (ShoalWindow *self, int by)
{
  const char *visible = adw_view_stack_get_visible_child_name (self->pages);
  int n = (int) G_N_ELEMENTS (page_names);

  for (int i = 0; i < n; i++)
    if (g_strcmp0 (visible, page_names[i]) == 0)
      {
        shoal_window_show_page (self, page_names[(i + n + by) % n]);
        return;
      }
}

static void
next_page_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  step (SHOAL_WINDOW (widget), 1);
}

static void
previous_page_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  step (SHOAL_WINDOW (widget), -1);
}

static void
search_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GtkToggleButton *button = SHOAL_WINDOW (widget)->search_button;

  shoal_window_show_content (SHOAL_WINDOW (widget));
  gtk_toggle_button_set_active (button, !gtk_toggle_button_get_active (button));
}

static void
show_person_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ShoalWindow *self = SHOAL_WINDOW (widget);

  shoal_window_show_page (self, "people");
  gtk_widget_activate_action_variant (GTK_WIDGET (self->people), "people.show", parameter);
}

static void
show_browse_user_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ShoalWindow *self = SHOAL_WINDOW (widget);

  shoal_window_show_page (self, "browse");
  shoal_browse_page_show_user (self->browse, g_variant_get_string (parameter, NULL));
}

static void
toast_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ShoalWindow *self = SHOAL_WINDOW (widget);

  /* What was said before is of no interest any more: ten downloads are not told of for a minute. */
  shoal_toaster_dismiss (self->toaster);
  shoal_toaster_say (self->toaster, g_variant_get_string (parameter, NULL));
}

/* ---- Files ---- */

static GAppLaunchContext *
make_context (ShoalWindow *self)
{
  return G_APP_LAUNCH_CONTEXT (
      gdk_display_get_app_launch_context (gtk_widget_get_display (GTK_WIDGET (self))));
}

static void
on_opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!shoal_open_path_finish (result, &error))
    shoal_toaster_say (self->toaster, error->message);
}

static void
open_path_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (GAppLaunchContext) context = make_context (SHOAL_WINDOW (widget));

  shoal_open_path_async (g_variant_get_string (parameter, NULL), context, on_opened_cb,
                         g_object_ref (widget));
}

static void
show_in_folder_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (GAppLaunchContext) context = make_context (SHOAL_WINDOW (widget));

  shoal_open_folder_async (g_variant_get_string (parameter, NULL), context, on_opened_cb,
                           g_object_ref (widget));
}

static void
on_picked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalWindow) self = user_data;
  g_autoptr (GListModel) files = shoal_file_picker_run_finish (result);

  if (files != NULL)
    shoal_window_share (self, files);
}

void
shoal_window_choose_files (ShoalWindow *self)
{
  g_return_if_fail (SHOAL_IS_WINDOW (self));

  ShoalSessionState state = shoal_session_get_state (self->session);

  /* Without a group the welcome page says what to do first. */
  if (state != SHOAL_SESSION_OPENING && state != SHOAL_SESSION_OPEN)
    return;
  shoal_file_picker_run_async (GTK_WINDOW (self), SHOAL_PICK_FILES, _ ("Share Files"), _ ("_Share"),
                               NULL, NULL, on_picked_cb, g_object_ref (self));
}

static void
add_files_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  shoal_window_choose_files (SHOAL_WINDOW (widget));
}

static void
add_folders_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  shoal_file_picker_run_async (GTK_WINDOW (widget), SHOAL_PICK_FOLDERS, _ ("Share Folders"),
                               _ ("_Share"), NULL, NULL, on_picked_cb, g_object_ref (widget));
}

static void
on_part_added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalWindow) self = user_data;
  g_autofree char *path = shoal_sharing_look_through_finish (result);

  if (path == NULL)
    return;
  shoal_window_show_page (self, "files");
  shoal_files_page_show_path (self->files, path);
}

static void
on_part_picked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalWindow) self = user_data;
  g_autoptr (GListModel) files = shoal_file_picker_run_finish (result);
  g_autoptr (GFile) folder = files != NULL ? g_list_model_get_item (files, 0) : NULL;
  ShoalEngine *engine = shoal_session_get_engine (self->session);

  if (folder != NULL && engine != NULL)
    shoal_sharing_look_through_async (self->toaster, engine, folder, on_part_added_cb,
                                      g_object_ref (self));
}

static void
add_unoffered_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  shoal_file_picker_run_async (GTK_WINDOW (widget), SHOAL_PICK_FOLDER,
                               _ ("Choose a Folder to Share a Part Of"), _ ("_Look Through"), NULL,
                               NULL, on_part_picked_cb, g_object_ref (widget));
}

static void
paste_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  shoal_window_paste (SHOAL_WINDOW (widget));
}

/* ---- Groups ---- */

static void
switch_group (ShoalWindow *self, const char *folder)
{
  GListModel *groups = shoal_session_get_groups (self->session);

  for (guint i = 0; i < g_list_model_get_n_items (groups); i++)
    {
      g_autoptr (ShoalGroupItem) group = g_list_model_get_item (groups, i);

      if (g_str_equal (shoal_group_item_get_folder (group), folder))
        shoal_session_open (self->session, group);
    }
}

static void
switch_group_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  switch_group (SHOAL_WINDOW (user_data), g_variant_get_string (parameter, NULL));
}

static void
join_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  shoal_window_join (SHOAL_WINDOW (widget), NULL);
}

static void
start_group_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ShoalWindow *self = SHOAL_WINDOW (widget);

  shoal_window_set_up (self, TRUE);
  shoal_setup_view_start_group (self->setup);
}

static void
invite_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ShoalEngine *engine = shoal_session_get_engine (SHOAL_WINDOW (widget)->session);

  if (engine != NULL)
    shoal_invite_dialog_present (GTK_WINDOW (widget), engine);
}

static void
on_sign_out_confirmed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalWindow) self = user_data;

  if (shoal_dialogs_confirm_finish (result))
    shoal_session_sign_out (self->session, FALSE);
}

static void
sign_out_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  shoal_dialogs_confirm_async (GTK_WINDOW (widget), _ ("Sign Out of This Group?"),
                               _ ("Nothing more is shared or downloaded until you sign in again. "
                                  "What you share, your transfers "
                                  "and your history stay on this computer."),
                               _ ("Sign _Out"), FALSE, on_sign_out_confirmed_cb,
                               g_object_ref (widget));
}

static void
on_forget_confirmed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalWindow) self = user_data;

  if (shoal_dialogs_confirm_finish (result))
    shoal_session_sign_out (self->session, TRUE);
}

static void
forget_group_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ShoalGroupItem *group = shoal_session_get_current (SHOAL_WINDOW (widget)->session);
  g_autofree char *heading = NULL;

  if (group == NULL)
    return;
  heading = g_strdup_printf (_ ("Forget “%s”?"), shoal_group_item_get_title (group));
  shoal_dialogs_confirm_async (
      GTK_WINDOW (widget), heading,
      shoal_group_item_get_tracker (group) != NULL
          ? _ ("Its tracker runs on this computer and is deleted with all accounts: the group ends "
               "for "
               "everybody. Your transfers, history and what you share here are forgotten. Files "
               "stay "
               "where they are.")
          : _ (
              "Your sign-in, this device’s key, your transfers, history and what you share in this "
              "group are forgotten. Files stay where they are. To come back you need your password "
              "and the tracker’s address."),
      _ ("_Forget"), TRUE, on_forget_confirmed_cb, g_object_ref (widget));
}

/* ---- Session ---- */

static void
banner_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  shoal_window_banner_clicked (SHOAL_WINDOW (widget));
}

static void
retry_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ShoalWindow *self = SHOAL_WINDOW (widget);
  ShoalGroupItem *group = shoal_session_get_current (self->session);

  if (group != NULL)
    shoal_session_open (self->session, group);
}

void
shoal_window_update_actions (ShoalWindow *self)
{
  ShoalEngine *engine = shoal_session_get_engine (self->session);
  ShoalGroupItem *group = shoal_session_get_current (self->session);
  gboolean open = engine != NULL && !self->setting_up;
  gboolean signed_in = engine != NULL && shoal_engine_get_signed_in (engine);
  gboolean owner
      = engine != NULL && shoal_tracker_account_get_owner (shoal_engine_get_account (engine));
  GtkWidget *widget = GTK_WIDGET (self);
  const char *folder = group != NULL ? shoal_group_item_get_folder (group) : "";
  GAction *switch_action = g_action_map_lookup_action (G_ACTION_MAP (self), "switch-group");

  gtk_widget_action_set_enabled (widget, "win.add-files", open);
  gtk_widget_action_set_enabled (widget, "win.add-folders", open);
  gtk_widget_action_set_enabled (widget, "win.add-unoffered", open);
  gtk_widget_action_set_enabled (widget, "win.paste", open);
  gtk_widget_action_set_enabled (widget, "win.search", open);
  gtk_widget_action_set_enabled (widget, "win.invite", signed_in && owner);
  gtk_widget_action_set_enabled (widget, "win.sign-out", signed_in);
  gtk_widget_action_set_enabled (widget, "win.forget-group", engine != NULL);
  if (switch_action == NULL)
    {
      static const GActionEntry entry = {
        .name = "switch-group", .activate = switch_group_cb, .parameter_type = "s", .state = "''"
      };

      g_action_map_add_action_entries (G_ACTION_MAP (self), &entry, 1, self);
      switch_action = g_action_map_lookup_action (G_ACTION_MAP (self), "switch-group");
    }
  g_simple_action_set_state (G_SIMPLE_ACTION (switch_action), g_variant_new_string (folder));
}

void
shoal_window_install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc activate;
    const char *parameter;
  } actions[] = {
    { "win.show-page", show_page_cb, "s" },
    { "win.back", back_cb, NULL },
    { "win.next-page", next_page_cb, NULL },
    { "win.previous-page", previous_page_cb, NULL },
    { "win.search", search_cb, NULL },
    { "win.show-person", show_person_cb, "s" },
    { "win.show-browse-user", show_browse_user_cb, "s" },
    { "win.toast", toast_cb, "s" },
    { "win.open-path", open_path_cb, "s" },
    { "win.show-in-folder", show_in_folder_cb, "s" },
    { "win.add-files", add_files_cb, NULL },
    { "win.add-folders", add_folders_cb, NULL },
    { "win.add-unoffered", add_unoffered_cb, NULL },
    { "win.paste", paste_cb, NULL },
    { "win.join", join_cb, NULL },
    { "win.start-group", start_group_cb, NULL },
    { "win.invite", invite_cb, NULL },
    { "win.sign-out", sign_out_cb, NULL },
    { "win.forget-group", forget_group_cb, NULL },
    { "win.banner", banner_cb, NULL },
    { "win.retry", retry_cb, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].parameter,
                                     actions[i].activate);
  for (guint i = 0; i < G_N_ELEMENTS (page_names); i++)
    {
      gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_1 + i, GDK_ALT_MASK,
                                           "win.show-page", "s", page_names[i]);
      gtk_widget_class_add_binding_action (widget_class, GDK_KEY_1 + i, GDK_ALT_MASK,
                                           "win.show-page", "s", page_names[i]);
    }
  /* Whatever has the focus may want them first: a search, a folder that is open. */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "win.back", NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, GDK_ALT_MASK, on_back_arrow_cb, "i",
                                GTK_TEXT_DIR_LTR);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, GDK_ALT_MASK, on_back_arrow_cb, "i",
                                GTK_TEXT_DIR_RTL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Down, GDK_CONTROL_MASK,
                                       "win.next-page", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Up, GDK_CONTROL_MASK,
                                       "win.previous-page", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, "win.search",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_o, GDK_CONTROL_MASK, "win.add-files",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_o, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "win.add-folders", NULL);
  /* An entry with the focus takes it first. */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK, "win.paste",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_i, GDK_CONTROL_MASK, "win.invite",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close",
                                       NULL);
}
