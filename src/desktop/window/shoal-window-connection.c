/* shoal-window-connection.c: which group, and how it is connected: in the header, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-window"

#include "config.h"

#include "shoal-window-private.h"

#include <glib/gi18n.h>

/* What the user reads about a state; the banner's text is for states that need more than a word. */
typedef struct
{
  const char *words;
  const char *icon;
  const char *css_class;
  const char *button; /* (nullable): of the banner */
} Look;

static const Look looks[] = {
  [SHOAL_DIRECTORY_OFFLINE] = { N_ ("Not connected"), "network-offline-symbolic", "warning", NULL },
  [SHOAL_DIRECTORY_CONNECTING]
  = { N_ ("Connecting…"), "network-wired-acquiring-symbolic", NULL, NULL },
  [SHOAL_DIRECTORY_ONLINE] = { N_ ("Connected"), "network-wired-symbolic", "success", NULL },
  [SHOAL_DIRECTORY_SIGNED_OUT]
  = { N_ ("Signed out"), "network-offline-symbolic", "warning", N_ ("_Sign In") },
  [SHOAL_DIRECTORY_REPLACED]
  = { N_ ("Connected elsewhere"), "network-error-symbolic", "warning", N_ ("_Connect Here") },
  [SHOAL_DIRECTORY_UNTRUSTED]
  = { N_ ("Not connected: wrong key"), "dialog-warning-symbolic", "error", N_ ("_Try Again") },
};

static char *
make_banner_text (ShoalDirectory *directory, ShoalDirectoryState state)
{
  const GError *error = shoal_directory_get_error (directory);

  switch (state)
    {
    case SHOAL_DIRECTORY_OFFLINE:
      if (error == NULL)
        return NULL;
      return g_strdup_printf (
          /* Translators: %s is a whole sentence that says why */
          _ ("Not connected to the group’s tracker. You see what was known last; Shoal connects "
             "again "
             "by itself. (%s)"),
          error->message);
    case SHOAL_DIRECTORY_SIGNED_OUT:
      return g_strdup (_ ("You are signed out of this group. Sign in to share and download."));
    case SHOAL_DIRECTORY_REPLACED:
      return g_strdup (
          _ ("Another program with this device’s key has connected. Only one can at a time."));
    case SHOAL_DIRECTORY_UNTRUSTED:
      return g_strdup (_ (
          "The tracker shows another key than before. Somebody may be in between: ask the group’s "
          "owner before you do anything else."));
    case SHOAL_DIRECTORY_CONNECTING:
    case SHOAL_DIRECTORY_ONLINE:
    default:
      return NULL;
    }
}

static void
show_state (ShoalWindow *self, ShoalDirectory *directory)
{
  ShoalDirectoryState state = shoal_directory_get_state (directory);
  const Look *look = &looks[state];
  g_autofree char *text = make_banner_text (directory, state);
  static const char *const classes[] = { "warning", "success", "error" };

  gtk_label_set_label (self->state_label, _ (look->words));
  gtk_image_set_from_icon_name (self->state_icon, look->icon);
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_strcmp0 (classes[i], look->css_class) == 0)
      gtk_widget_add_css_class (GTK_WIDGET (self->state_icon), classes[i]);
    else
      gtk_widget_remove_css_class (GTK_WIDGET (self->state_icon), classes[i]);
  /* While it tries again the text stays, so that the page does not jump. */
  if (text != NULL)
    gtk_label_set_label (self->banner_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->banner_button), look->button != NULL);
  if (look->button != NULL)
    gtk_button_set_label (self->banner_button, _ (look->button));
  if (text != NULL || state != SHOAL_DIRECTORY_CONNECTING)
    gtk_revealer_set_reveal_child (self->banner, text != NULL);
}

static void
on_state_changed_cb (ShoalWindow *self, ShoalDirectory *directory)
{
  show_state (self, directory);
  shoal_window_update_actions (self);
}

void
shoal_window_banner_clicked (ShoalWindow *self)
{
  ShoalEngine *engine = shoal_session_get_engine (self->session);

  if (engine == NULL)
    return;

  if (shoal_directory_get_state (shoal_engine_get_directory (engine)) == SHOAL_DIRECTORY_SIGNED_OUT)
    {
      shoal_window_set_up (self, TRUE);
      shoal_setup_view_sign_in (self->setup);
    }
  else
    shoal_tracker_link_start (shoal_engine_get_link (engine));
}

static GMenuItem *
make_group_item (ShoalGroupItem *group)
{
  g_autofree char *label = g_strdup_printf ("%s (%s)", shoal_group_item_get_title (group),
                                            shoal_group_item_get_subtitle (group));
  g_auto (GStrv) parts = g_strsplit (label, "_", -1);
  g_autofree char *escaped = g_strjoinv ("__", parts);
  GMenuItem *item = g_menu_item_new (escaped, NULL);

  g_menu_item_set_action_and_target (item, "win.switch-group", "s",
                                     shoal_group_item_get_folder (group));
  return item;
}

static GMenuModel *
make_menu (ShoalWindow *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) groups = g_menu_new ();
  g_autoptr (GMenu) ways = g_menu_new ();
  g_autoptr (GMenu) account = g_menu_new ();
  GListModel *model = shoal_session_get_groups (self->session);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (ShoalGroupItem) group = g_list_model_get_item (model, i);
      g_autoptr (GMenuItem) item = make_group_item (group);

      g_menu_append_item (groups, item);
    }
  g_menu_append_section (menu, NULL, G_MENU_MODEL (groups));
  g_menu_append (ways, _ ("_Invite People…"), "win.invite");
  g_menu_append (ways, _ ("_Join Another Group…"), "win.join");
  g_menu_append (ways, _ ("_Start a Group Here…"), "win.start-group");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (ways));
  g_menu_append (account, _ ("Sign _Out…"), "win.sign-out");
  g_menu_append (account, _ ("_Forget This Group…"), "win.forget-group");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (account));
  return G_MENU_MODEL (g_steal_pointer (&menu));
}

/* Made anew each time it opens: a menu that is open is not pulled away. */
static void
on_create_menu_cb (GtkMenuButton *button, gpointer user_data)
{
  g_autoptr (GMenuModel) menu = make_menu (user_data);

  gtk_menu_button_set_menu_model (button, menu);
}

void
shoal_window_init_group_menus (ShoalWindow *self)
{
  gtk_menu_button_set_create_popup_func (self->group_button, on_create_menu_cb, self, NULL);
  gtk_menu_button_set_create_popup_func (shoal_setup_view_get_groups_button (self->setup),
                                         on_create_menu_cb, self, NULL);
}

void
shoal_window_update_group (ShoalWindow *self)
{
  ShoalGroupItem *group = shoal_session_get_current (self->session);
  ShoalEngine *engine = shoal_session_get_engine (self->session);
  const char *title = group != NULL ? shoal_group_item_get_title (group) : _ ("Shoal");

  gtk_label_set_label (self->group_label, title);
  gtk_window_set_title (GTK_WINDOW (self), title);
  if (engine != NULL)
    show_state (self, shoal_engine_get_directory (engine));
  else
    gtk_revealer_set_reveal_child (self->banner, FALSE);
}

void
shoal_window_watch_engine (ShoalWindow *self, ShoalEngine *engine)
{
  if (engine != NULL)
    {
      g_signal_connect_object (shoal_engine_get_directory (engine), "state-changed",
                               G_CALLBACK (on_state_changed_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (shoal_engine_get_account (engine), "account-changed",
                               G_CALLBACK (shoal_window_update_actions), self, G_CONNECT_SWAPPED);
    }
  shoal_window_update_group (self);
}
