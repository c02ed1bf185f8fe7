/* shoal-window.c: the main window: its pages and the way between them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-window"

#include "config.h"

#include "shoal-window-private.h"

#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-sharing.h"

G_DEFINE_FINAL_TYPE (ShoalWindow, shoal_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_0,
  PROP_VISIBLE_PAGE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  SIGNAL_CLOSING,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- Pages ---- */

static GtkWidget *
make_sidebar_row (AdwViewStackPage *page)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *image = gtk_image_new_from_icon_name (adw_view_stack_page_get_icon_name (page));
  GtkWidget *label = gtk_label_new_with_mnemonic (adw_view_stack_page_get_title (page));
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_use_underline (GTK_LABEL (label), TRUE);
  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_RELATION_LABELLED_BY, label,
                                  NULL, -1);
  return row;
}

static void
fill_sidebar (ShoalWindow *self)
{
  g_autoptr (GtkSelectionModel) pages = adw_view_stack_get_pages (self->pages);
  guint n_pages = g_list_model_get_n_items (G_LIST_MODEL (pages));

  for (guint i = 0; i < n_pages; i++)
    {
      g_autoptr (AdwViewStackPage) page = g_list_model_get_item (G_LIST_MODEL (pages), i);

      gtk_list_box_append (self->sidebar_list, make_sidebar_row (page));
    }
}

static void
on_sidebar_row_activated_cb (ShoalWindow *self, GtkListBoxRow *row)
{
  g_autoptr (GtkSelectionModel) pages = adw_view_stack_get_pages (self->pages);
  g_autoptr (AdwViewStackPage) page = g_list_model_get_item (
      G_LIST_MODEL (pages), (guint) gtk_list_box_row_get_index (row));

  if (page == NULL)
    return;
  adw_view_stack_set_visible_child (self->pages, adw_view_stack_page_get_child (page));
  shoal_window_show_content (self);
}

static void
on_visible_page_changed_cb (ShoalWindow *self)
{
  g_autoptr (GtkSelectionModel) pages = adw_view_stack_get_pages (self->pages);
  GtkWidget *visible = adw_view_stack_get_visible_child (self->pages);
  guint n_pages = g_list_model_get_n_items (G_LIST_MODEL (pages));

  for (guint i = 0; i < n_pages; i++)
    if (gtk_selection_model_is_selected (pages, i))
      gtk_list_box_select_row (self->sidebar_list,
                               gtk_list_box_get_row_at_index (self->sidebar_list, (int) i));

  adw_window_title_set_title (self->page_title, visible != NULL ? adw_view_stack_page_get_title (
                                                    adw_view_stack_get_page (self->pages, visible))
                                                                : "");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VISIBLE_PAGE]);
  /* To let go of it would leave it in place. */
  if (self->search_binding != NULL)
    g_binding_unbind (self->search_binding);
  g_clear_object (&self->search_binding);
  if (visible != NULL)
    self->search_binding = g_object_ref (
        g_object_bind_property (visible, "search-mode", self->search_button, "active",
                                G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL));
}

/* The group is in the header of the page, or of the list where a page's header has its own title.
 */
static void
place_group_button (ShoalWindow *self, gboolean collapsed)
{
  AdwHeaderBar *from = collapsed ? self->header : self->sidebar_header;
  AdwHeaderBar *to = collapsed ? self->sidebar_header : self->header;
  GtkWidget *button = GTK_WIDGET (self->group_button);

  if (adw_header_bar_get_title_widget (to) == button)
    return;
  gtk_menu_button_popdown (self->group_button);
  adw_header_bar_set_title_widget (from,
                                   GTK_WIDGET (collapsed ? self->page_title : self->app_title));
  adw_header_bar_set_title_widget (to, button);
}

/* In a narrow window one of both is seen, and each has what a window's header has. */
static void
on_layout_changed_cb (ShoalWindow *self)
{
  gboolean collapsed = shoal_sidebar_layout_get_collapsed (self->layout);
  gboolean on_page = shoal_sidebar_layout_get_show_content (self->layout);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.back", collapsed && on_page);
  gtk_widget_set_visible (GTK_WIDGET (self->back_button), collapsed);
  place_group_button (self, collapsed);
  /* The page's title needs the room; the menu has the same. */
  gtk_widget_set_visible (GTK_WIDGET (self->add_button), !collapsed);
  gtk_widget_set_visible (GTK_WIDGET (self->sidebar_menu_button), collapsed);
  adw_header_bar_set_show_end_title_buttons (self->sidebar_header, collapsed);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VISIBLE_PAGE]);
}

void
shoal_window_show_content (ShoalWindow *self)
{
  GtkWidget *page = adw_view_stack_get_visible_child (self->pages);

  if (shoal_sidebar_layout_get_show_content (self->layout))
    return;
  shoal_dialogs_release_focus (GTK_WIDGET (self->layout));
  shoal_sidebar_layout_set_show_content (self->layout, TRUE);
  if (page != NULL)
    gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}

gboolean
shoal_window_back (ShoalWindow *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->sidebar_list);

  if (!shoal_sidebar_layout_get_collapsed (self->layout)
      || !shoal_sidebar_layout_get_show_content (self->layout))
    return FALSE;
  shoal_dialogs_release_focus (GTK_WIDGET (self->layout));
  shoal_sidebar_layout_set_show_content (self->layout, FALSE);
  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
  return TRUE;
}

void
shoal_window_show_page (ShoalWindow *self, const char *name)
{
  g_return_if_fail (SHOAL_IS_WINDOW (self));

  if (adw_view_stack_get_child_by_name (self->pages, name) != NULL)
    {
      adw_view_stack_set_visible_child_name (self->pages, name);
      shoal_window_show_content (self);
    }
  else
    g_warning ("There is no page “%s”", name);
}

const char *
shoal_window_get_visible_page (ShoalWindow *self)
{
  g_return_val_if_fail (SHOAL_IS_WINDOW (self), NULL);
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->views), "main") != 0)
    return NULL;
  if (shoal_sidebar_layout_get_collapsed (self->layout)
      && !shoal_sidebar_layout_get_show_content (self->layout))
    return NULL;
  return adw_view_stack_get_visible_child_name (self->pages);
}

ShoalToaster *
shoal_window_get_toaster (ShoalWindow *self)
{
  g_return_val_if_fail (SHOAL_IS_WINDOW (self), NULL);
  return self->toaster;
}

/* ---- Session ---- */

static const char *
choose_view (ShoalWindow *self)
{
  ShoalEngine *engine = shoal_session_get_engine (self->session);

  if (self->setting_up || shoal_setup_view_is_showing_invite (self->setup))
    return "setup";
  switch (shoal_session_get_state (self->session))
    {
    case SHOAL_SESSION_EMPTY:
      return "setup";
    case SHOAL_SESSION_OPEN:
      return engine != NULL && shoal_engine_get_signed_in (engine) ? "main" : "setup";
    case SHOAL_SESSION_FAILED:
      return "failed";
    case SHOAL_SESSION_OPENING:
    case SHOAL_SESSION_CLOSED:
    default:
      return "opening";
    }
}

static void
update_view (ShoalWindow *self)
{
  const char *view = choose_view (self);
  ShoalSessionState state = shoal_session_get_state (self->session);
  const char *message = shoal_session_get_message (self->session);

  if (g_str_equal (view, "setup") && !self->setting_up
      && !shoal_setup_view_is_showing_invite (self->setup))
    {
      /* A group that is being forgotten is gone before its engine has stopped. */
      if (state == SHOAL_SESSION_EMPTY || shoal_session_get_current (self->session) == NULL)
        shoal_setup_view_welcome (self->setup);
      else
        shoal_setup_view_sign_in (self->setup);
    }
  if (g_str_equal (view, "failed"))
    {
      g_autofree char *escaped = g_markup_escape_text (message != NULL ? message : "", -1);
      adw_status_page_set_description (self->failed_status, escaped);
    }
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->views), view) != 0)
    shoal_dialogs_release_focus (GTK_WIDGET (self->views));
  gtk_stack_set_visible_child_name (self->views, view);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VISIBLE_PAGE]);
  shoal_window_update_group (self);
  shoal_window_update_actions (self);
}

void
shoal_window_set_up (ShoalWindow *self, gboolean setting_up)
{
  self->setting_up = setting_up;
  update_view (self);
}

static void
on_setup_done_cb (ShoalWindow *self)
{
  shoal_window_set_up (self, FALSE);
}

static void
on_engine_changed_cb (ShoalWindow *self)
{
  ShoalEngine *engine = shoal_session_get_engine (self->session);

  shoal_browse_page_set_engine (self->browse, engine);
  shoal_transfers_page_set_engine (self->transfers, engine);
  shoal_files_page_set_engine (self->files, engine);
  shoal_people_page_set_engine (self->people, engine);
  shoal_history_page_set_engine (self->history, engine);
  shoal_window_watch_engine (self, engine);
  update_view (self);
}

/* Whoever comes back from the file manager sees what is there now. */
static void
on_active_changed_cb (ShoalWindow *self)
{
  ShoalEngine *engine = shoal_session_get_engine (self->session);

  if (gtk_window_is_active (GTK_WINDOW (self)) && engine != NULL
      && shoal_engine_get_shares (engine) != NULL)
    shoal_shares_refresh (shoal_engine_get_shares (engine));
}

static void
on_problem_cb (ShoalWindow *self, const char *message)
{
  shoal_toaster_say (self->toaster, message);
}

/* What was given while the group was being opened. */
static void
share_waiting (ShoalWindow *self)
{
  g_autoptr (GListStore) files = NULL;

  if (g_list_model_get_n_items (G_LIST_MODEL (self->waiting)) == 0
      || shoal_session_get_state (self->session) == SHOAL_SESSION_OPENING)
    return;
  files = g_steal_pointer (&self->waiting);
  self->waiting = g_list_store_new (G_TYPE_FILE);
  shoal_window_share (self, G_LIST_MODEL (files));
}

void
shoal_window_share (ShoalWindow *self, GListModel *files)
{
  g_return_if_fail (SHOAL_IS_WINDOW (self));

  ShoalEngine *engine = shoal_session_get_engine (self->session);

  if (engine == NULL && shoal_session_get_state (self->session) == SHOAL_SESSION_OPENING)
    {
      for (guint i = 0; i < g_list_model_get_n_items (files); i++)
        {
          g_autoptr (GFile) file = g_list_model_get_item (files, i);

          g_list_store_append (self->waiting, file);
        }
      return;
    }
  if (engine == NULL)
    {
      shoal_toaster_say (self->toaster, _ ("Join a group first, then share files in it"));
      return;
    }
  shoal_sharing_begin (self->toaster, engine, files);
}

void
shoal_window_join (ShoalWindow *self, const char *text)
{
  g_return_if_fail (SHOAL_IS_WINDOW (self));

  shoal_window_set_up (self, TRUE);
  shoal_setup_view_join (self->setup, text);
}

/* Size and page are as they were left. */
static void
remember (ShoalWindow *self, GSettings *settings)
{
  g_settings_bind (settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);

  g_autofree char *page = g_settings_get_string (settings, "last-page");

  if (adw_view_stack_get_child_by_name (self->pages, page) != NULL)
    adw_view_stack_set_visible_child_name (self->pages, page);
  g_settings_bind (settings, "last-page", self->pages, "visible-child-name", G_SETTINGS_BIND_SET);
}

/* ---- Class ---- */

static gboolean
close_request (GtkWindow *window)
{
  gboolean kept = FALSE;

  g_signal_emit (window, signals[SIGNAL_CLOSING], 0, &kept);
  return kept || GTK_WINDOW_CLASS (shoal_window_parent_class)->close_request (window);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_VISIBLE_PAGE)
    g_value_set_string (value, shoal_window_get_visible_page (SHOAL_WINDOW (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
dispose (GObject *object)
{
  ShoalWindow *self = SHOAL_WINDOW (object);

  g_clear_object (&self->search_binding);
  g_clear_object (&self->waiting);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (shoal_window_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  /* Not earlier: a file that is being opened may tell how it went when the window has gone. */
  g_object_unref (SHOAL_WINDOW (object)->toaster);
  G_OBJECT_CLASS (shoal_window_parent_class)->finalize (object);
}

static void
shoal_window_class_init (ShoalWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = dispose;
  object_class->finalize = finalize;
  object_class->get_property = get_property;
  GTK_WINDOW_CLASS (klass)->close_request = close_request;
  properties[PROP_VISIBLE_PAGE]
      = g_param_spec_string ("visible-page", NULL, NULL, NULL,
                             G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_CLOSING]
      = g_signal_new ("closing", SHOAL_TYPE_WINDOW, G_SIGNAL_RUN_LAST, 0,
                      g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 0);

  g_type_ensure (SHOAL_TYPE_SETUP_VIEW);
  g_type_ensure (SHOAL_TYPE_SIDEBAR_LAYOUT);
  g_type_ensure (SHOAL_TYPE_BROWSE_PAGE);
  g_type_ensure (SHOAL_TYPE_TRANSFERS_PAGE);
  g_type_ensure (SHOAL_TYPE_FILES_PAGE);
  g_type_ensure (SHOAL_TYPE_PEOPLE_PAGE);
  g_type_ensure (SHOAL_TYPE_HISTORY_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/shoal_app/Shoal/ui/shoal-window.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, app_title);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, page_title);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, views);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, setup);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, failed_status);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, layout);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, sidebar_header);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, sidebar_menu_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, sidebar_list);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, header);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, search_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, back_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, add_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, group_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, group_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, state_icon);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, state_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, banner_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, banner_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, drop_overlay);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, browse);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, transfers);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, files);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, people);
  gtk_widget_class_bind_template_child (widget_class, ShoalWindow, history);
  gtk_widget_class_bind_template_callback (widget_class, on_setup_done_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_sidebar_row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_visible_page_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_layout_changed_cb);
  shoal_window_install_actions (widget_class);
}

static void
shoal_window_init (ShoalWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->toaster = shoal_toaster_new (self->toasts);
  self->waiting = g_list_store_new (G_TYPE_FILE);
  fill_sidebar (self);
  on_visible_page_changed_cb (self);
  on_layout_changed_cb (self);
  shoal_window_init_drop (self);
  shoal_window_init_group_menus (self);
}

ShoalWindow *
shoal_window_new (GtkApplication *application, ShoalSession *session, GSettings *settings)
{
  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (SHOAL_IS_SESSION (session), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  ShoalWindow *self = g_object_new (SHOAL_TYPE_WINDOW, "application", application, NULL);

  self->session = g_object_ref (session);
  shoal_setup_view_set_session (self->setup, session);
  g_signal_connect_object (session, "notify::engine", G_CALLBACK (on_engine_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (update_view), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (share_waiting), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::current", G_CALLBACK (update_view), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (on_active_changed_cb), NULL);
  g_signal_connect_object (session, "problem", G_CALLBACK (on_problem_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (shoal_session_get_groups (session), "items-changed",
                           G_CALLBACK (shoal_window_update_group), self, G_CONNECT_SWAPPED);
  remember (self, settings);
  on_engine_changed_cb (self);
  return self;
}
