/* screenshots.c: draws every page and dialog of the app while it is used, into SHOAL_PICTURES
 *
 * A group with real processes: the tracker, and members who serve. The app is the real one. Each
 * picture comes in four: wide and narrow, light and dark. Nothing is asserted about how it looks:
 * that is for the eye.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "gui-fixture.h"
#include "shoal-preferences-window.h"
#include "shoal-browse-row.h"
#include "shoal-sources-window.h"

#define MIB (1024 * 1024)
#define GRAPH_SECONDS (20)

typedef struct
{
  const char *folder;
  GuiTracker *tracker;
  GuiPeer *jonas;
  GuiPeer *aylin;
  GuiPeer *tomas;
} Pictures;

/* ---- Drawing ---- */

static GskRenderNode *
draw (GtkWidget *widget)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (widget),
                          gtk_widget_get_height (widget));
  return gtk_snapshot_free_to_node (snapshot);
}

static gboolean
is_popover (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_POPOVER (widget);
}

/* A popover is a surface of its own, drawn above the window's. */
static void
add_popover (GtkSnapshot *snapshot, GtkWidget *window)
{
  GtkWidget *popover = gui_find_match (window, is_popover, NULL);
  double window_x = 0, window_y = 0, x = 0, y = 0;

  if (popover == NULL)
    return;

  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (popover));
  GskRenderNode *node = draw (popover);

  gtk_native_get_surface_transform (GTK_NATIVE (window), &window_x, &window_y);
  gtk_native_get_surface_transform (GTK_NATIVE (popover), &x, &y);
  graphene_point_t at = GRAPHENE_POINT_INIT (
      (float) (gdk_popup_get_position_x (GDK_POPUP (surface)) + x - window_x),
      (float) (gdk_popup_get_position_y (GDK_POPUP (surface)) + y - window_y));

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &at);
  gtk_snapshot_append_node (snapshot, node);
  gtk_snapshot_restore (snapshot);
  gsk_render_node_unref (node);
}

static void
save (GtkWindow *window, const char *path)
{
  GtkWidget *widget = GTK_WIDGET (window);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node = draw (widget);
  graphene_rect_t area = GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                             (float) gtk_widget_get_height (widget));

  gtk_snapshot_append_node (snapshot, node);
  gsk_render_node_unref (node);
  add_popover (snapshot, widget);
  node = gtk_snapshot_free_to_node (snapshot);

  g_autoptr (GdkTexture) texture = gsk_renderer_render_texture (
      gtk_native_get_renderer (GTK_NATIVE (window)), node, &area);

  gsk_render_node_unref (node);
  g_assert_true (gdk_texture_save_to_png (texture, path));
  g_print ("%s\t%d×%d\n", path, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
}

static void
wait_seconds (double seconds)
{
  gint64 until = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);

  gui_wait_until (g_get_monotonic_time () >= until);
}

/* @name, @size and the style make the file's name. */
static void
shoot_styles (Pictures *self, GtkWindow *window, const char *name, const char *size)
{
  static const struct
  {
    AdwColorScheme scheme;
    const char *name;
  } styles[]
      = { { ADW_COLOR_SCHEME_FORCE_DARK, "dark" }, { ADW_COLOR_SCHEME_FORCE_LIGHT, "light" } };

  for (gsize i = 0; i < G_N_ELEMENTS (styles); i++)
    {
      g_autofree char *file = g_strdup_printf ("%s-%s-%s.png", name, size, styles[i].name);
      g_autofree char *path = g_build_filename (self->folder, file, NULL);

      adw_style_manager_set_color_scheme (adw_style_manager_get_default (), styles[i].scheme);
      gui_settle (GTK_WIDGET (window));
      save (window, path);
    }
}

/* As on a desktop: GNOME's font, and no frame instead of the shadow that Xvfb cannot have. */
static void
dress (void)
{
  g_autoptr (GtkCssProvider) css = gtk_css_provider_new ();

  g_object_set (gtk_settings_get_default (), "gtk-font-name", "Cantarell 11", NULL);
  gtk_css_provider_load_from_data (
      css, "window.solid-csd { margin: 0; padding: 0; border: none; box-shadow: none; }", -1);
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

/* Who keeps the window from being as narrow as a phone. */
static void
tell_who_is_wide (GtkWidget *widget, int width)
{
  int minimum = 0;

  if (!gtk_widget_get_child_visible (widget) || !gtk_widget_get_visible (widget))
    return;
  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  if (minimum <= width)
    return;
  g_print ("# too wide: %d\t%s\t%s\n", minimum, G_OBJECT_TYPE_NAME (widget),
           gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    tell_who_is_wide (child, width);
}

static void
resize (GtkWindow *window, int width, int height)
{
  gtk_window_set_default_size (window, width, height);
  gui_settle (GTK_WIDGET (window));
  wait_seconds (0.3);
  gtk_widget_queue_resize (GTK_WIDGET (window));
  gui_settle (GTK_WIDGET (window));
  tell_who_is_wide (GTK_WIDGET (window), width);
}

static void
shoot (Pictures *self, GuiApp *app, const char *name)
{
  resize (GTK_WINDOW (app->window), 360, 720);
  shoot_styles (self, GTK_WINDOW (app->window), name, "narrow");
  resize (GTK_WINDOW (app->window), 1000, 680);
  shoot_styles (self, GTK_WINDOW (app->window), name, "wide");
}

static void
shoot_dialog (Pictures *self, GtkWindow *window, const char *name)
{
  wait_seconds (0.3);
  shoot_styles (self, window, name, "wide");
  resize (window, 360, 720);
  shoot_styles (self, window, name, "narrow");
}

/* ---- The group ---- */

static void
share_file (GuiPeer *peer, const char *owner, const char *name, gsize size)
{
  g_autofree char *folder = gui_dup_path (owner);
  g_autofree char *path = gui_make_file (folder, name, size);

  g_free (gui_peer_run (peer, "share", path, NULL));
}

static void
share_folder (
    GuiPeer *peer, const char *owner, const char *name, const char *const *files, gsize size)
{
  g_autofree char *top = gui_dup_path (owner);
  g_autofree char *folder = g_build_filename (top, name, NULL);

  for (guint i = 0; files[i] != NULL; i++)
    g_free (gui_make_file (folder, files[i], size + i * 37111));
  g_free (gui_peer_run (peer, "share", folder, NULL));
}

static void
add_members (Pictures *self)
{
  static const char *const photos[] = { "At the start.jpg",
                                        "Before the bridge.jpg",
                                        "Eight, last 100 m.jpg",
                                        "Everybody in the rain.jpg",
                                        "Medals.jpg",
                                        "The new boat.jpg",
                                        NULL };
  static const char *const songs[]
      = { "01 Morning mist.ogg", "02 Upstream.ogg", "03 Bow side.ogg", "04 Home again.ogg", NULL };
  const char *link = gui_tracker_get_link (self->tracker);

  self->jonas = gui_peer_new (link, "Jonas");
  self->aylin = gui_peer_new (link, "Aylin");
  self->tomas = gui_peer_new (link, "Tomás");
  share_folder (self->jonas, "jonas", "Autumn regatta photos", photos, 2 * MIB);
  share_file (self->jonas, "jonas", "Training plan winter.ods", 84 * 1024);
  share_file (self->jonas, "jonas", "Autumn regatta film.mkv", 72 * MIB);
  share_file (self->jonas, "jonas", "Boat house plan.pdf", 3 * MIB);
  share_file (self->aylin, "aylin", "Autumn regatta film.mkv", 72 * MIB);
  share_file (self->aylin, "aylin", "Minutes of the October meeting.odt", 46 * 1024);
  share_file (self->aylin, "aylin", "Boat house plan.pdf", 3 * MIB);
  share_folder (self->aylin, "aylin", "Songs for the annual dinner", songs, 4 * MIB);
  share_file (self->tomas, "tomas", "Oar repair, step by step.mp4", 38 * MIB);
  share_file (self->tomas, "tomas", "Members 2026.ods", 31 * 1024);
  share_file (self->tomas, "tomas", "River map.svg", 640 * 1024);
  gui_peer_serve (self->jonas);
  gui_peer_serve (self->aylin);
  gui_peer_serve (self->tomas);
}

/* What the app's own user offers. */
static void
share_own (GuiApp *app)
{
  static const struct
  {
    const char *name;
    gsize size;
  } files[] = { { "Race calendar 2027.pdf", 420 * 1024 },
                { "Blade colours.svg", 96 * 1024 },
                { "Spring camp film.mkv", 24 * MIB },
                { "Invitation to the annual dinner.odt", 58 * 1024 } };
  g_autofree char *folder = gui_dup_path ("mara");
  g_autoptr (GListStore) list = g_list_store_new (G_TYPE_FILE);

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = gui_make_file (folder, files[i].name, files[i].size);
      g_autoptr (GFile) file = g_file_new_for_path (path);

      g_list_store_append (list, file);
    }
  shoal_window_share (app->window, G_LIST_MODEL (list));
}

/* ---- Browse ---- */

static GtkSelectionModel *
get_rows (GtkWidget *page)
{
  return gtk_column_view_get_model (GTK_COLUMN_VIEW (gui_get (page, "view")));
}

/* The row called @name, or -1 while there is none. */
static int
find_row (GtkWidget *page, const char *name)
{
  GtkWidget *view = gui_find (page, "view");
  GListModel *rows
      = view != NULL ? G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (view))) : NULL;

  for (guint i = 0; rows != NULL && i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (rows, i);
      g_autofree char *text = NULL;

      g_object_get (row, "name", &text, NULL);
      if (g_strcmp0 (text, name) == 0)
        return (int) i;
    }
  return -1;
}

static void
select_row (GtkWidget *page, const char *name)
{
  gui_wait_until (find_row (page, name) >= 0);
  gtk_selection_model_select_item (get_rows (page), (guint) find_row (page, name), TRUE);
}

static void
download (GuiApp *app, const char *name)
{
  GtkWidget *page = gui_get_page (app, "browse");

  select_row (page, name);
  gui_act (gui_get (page, "view"), "browse.download", NULL);
}

static void
wait_for_history (GuiApp *app, const char *name)
{
  GtkWidget *page = gui_get_page (app, "history");

  gui_wait_until (gui_find_text (page, name) != NULL);
}

static void
browse (Pictures *self, GuiApp *app)
{
  GtkWidget *page = gui_get_page (app, "browse");

  gui_wait_until (find_row (page, "Members 2026.ods") >= 0);
  shoot (self, app, "browse");

  select_row (page, "Autumn regatta film.mkv");
  gui_act (gui_get (page, "view"), "browse.who-has", NULL);

  GtkWidget *sources = gui_get_window (SHOAL_TYPE_SOURCES_WINDOW);

  gui_wait_until (gui_find_text (sources, "Aylin") != NULL);
  shoot_dialog (self, GTK_WINDOW (sources), "sources");
  gtk_window_destroy (GTK_WINDOW (sources));

  select_row (page, "Autumn regatta photos");
  gui_act (gui_get (page, "view"), "browse.open-folder", NULL);
  gui_wait_until (find_row (page, "Medals.jpg") >= 0);
  shoot (self, app, "browse-folder");
  gui_act (gui_get (page, "view"), "browse.back", NULL);
  gui_wait_until (find_row (page, "Members 2026.ods") >= 0);

  if (gui_find (page, "search_entry") == NULL)
    gui_act (app->view, "win.search", NULL);
  gui_type (gui_get (page, "search_entry"), "regatta");
  gui_wait_until (find_row (page, "Members 2026.ods") < 0
                  && find_row (page, "Autumn regatta film.mkv") >= 0);
  shoot (self, app, "browse-search");
  gtk_menu_button_popup (GTK_MENU_BUTTON (gui_get (page, "filter_button")));
  wait_seconds (0.3);
  shoot_styles (self, GTK_WINDOW (app->window), "browse-filters", "wide");
  gtk_menu_button_popdown (GTK_MENU_BUTTON (gui_get (page, "filter_button")));
  gui_type (gui_get (page, "search_entry"), "keys of the trailer");
  gui_wait_until (gui_find (page, "message") != NULL);
  shoot (self, app, "browse-nothing-found");
  gui_type (gui_get (page, "search_entry"), "");
  gui_wait_until (find_row (page, "Members 2026.ods") >= 0);
}

/* ---- The way into a group ---- */

static void
set_up (Pictures *self, GuiApp *app)
{
  gui_get (app->view, "join_row");
  shoot (self, app, "welcome");
  gui_press (gui_get (app->view, "start_row"));
  gui_get (app->view, "submit_button");
  shoot (self, app, "start-group");
  gui_act (gui_get (app->view, "submit_button"), "setup.back", NULL);

  gui_press (gui_get (app->view, "join_row"));
  gui_get (app->view, "link_row");
  shoot (self, app, "join");
  gui_type (gui_get (app->view, "link_row"), "shoal://clubhouse.example:7707/?key=12");
  gui_press (gui_get (app->view, "continue_button"));
  gui_get (app->view, "link_error");
  shoot (self, app, "join-wrong-link");
  gui_type (gui_get (app->view, "link_row"), gui_tracker_get_link (self->tracker));
  gui_press (gui_get (app->view, "continue_button"));
  gui_get (app->view, "confirm_button");
  shoot (self, app, "join-confirm");
  gui_press (gui_get (app->view, "confirm_button"));

  GtkWidget *page = gui_get (app->view, "sign_in");

  gui_get (page, "user_row");
  if (gui_find_control (page, "Sign Up") != NULL)
    gui_press (gui_get (page, "switch_button"));
  gui_type (gui_get (page, "user_row"), "Mara");
  gui_type (gui_get (page, "password_row"), "not the right one");
  gui_enter (gui_get (page, "password_row"));
  gui_get (page, "error_label");
  shoot (self, app, "sign-in");
  gui_press (gui_get (page, "switch_button"));
  shoot (self, app, "sign-up");
  while (gui_find (app->view, "join_row") == NULL)
    {
      gui_act (gui_get_type (app->view, ADW_TYPE_HEADER_BAR), "setup.back", NULL);
      wait_seconds (0.2);
    }
}

static void
empty_pages (Pictures *self, GuiApp *app)
{
  static const char *const pages[] = { "browse", "transfers", "files", "people", "history" };

  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *name = g_strconcat (pages[i], "-empty", NULL);

      gui_get_page (app, pages[i]);
      wait_seconds (0.5);
      shoot (self, app, name);
    }
}

/* What a narrow window starts from, with the group and its menu. */
static void
list_of_pages (Pictures *self, GuiApp *app)
{
  GtkWindow *window = GTK_WINDOW (app->window);

  gui_get_page (app, "browse");
  resize (window, 360, 720);
  gui_press (gui_get (app->view, "back_button"));
  gui_wait_until (gui_find (app->view, "back_button") == NULL);
  wait_seconds (0.3);
  shoot_styles (self, window, "pages", "narrow");
  gtk_menu_button_popup (GTK_MENU_BUTTON (gui_get (app->view, "group_button")));
  wait_seconds (0.3);
  shoot_styles (self, window, "group-menu", "narrow");
  gtk_menu_button_popdown (GTK_MENU_BUTTON (gui_get (app->view, "group_button")));
  resize (window, 1000, 680);
}

/* ---- Windows ---- */

static void
dialogs (Pictures *self, GuiApp *app)
{
  GtkWindow *window;
  GtkWidget *scrolled;

  gui_act (app->view, "win.invite", NULL);
  window = GTK_WINDOW (gui_get_window (ADW_TYPE_WINDOW));
  gui_get (GTK_WIDGET (window), "qr_code");
  shoot_dialog (self, window, "invite");
  gtk_window_destroy (window);

  gui_act (app->view, "app.preferences", NULL);
  window = GTK_WINDOW (gui_get_window (SHOAL_TYPE_PREFERENCES_WINDOW));
  shoot_dialog (self, window, "preferences");
  scrolled = gui_get_type (GTK_WIDGET (window), GTK_TYPE_SCROLLED_WINDOW);
  for (guint i = 2; i <= 3; i++)
    {
      GtkAdjustment *at = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
      g_autofree char *name = g_strdup_printf ("preferences-%u", i);

      gtk_adjustment_set_value (at,
                                gtk_adjustment_get_value (at) + gtk_adjustment_get_page_size (at));
      shoot_dialog (self, window, name);
    }
  gtk_window_destroy (window);

  gui_act (app->view, "win.show-help-overlay", NULL);
  window = GTK_WINDOW (gui_get_window (GTK_TYPE_SHORTCUTS_WINDOW));
  shoot_dialog (self, window, "shortcuts");
  gtk_window_close (window);

  gui_act (app->view, "app.about", NULL);
  window = GTK_WINDOW (gui_get_window (ADW_TYPE_ABOUT_WINDOW));
  shoot_dialog (self, window, "about");
  gtk_window_destroy (window);

  gui_get_page (app, "browse");
  gtk_menu_button_popup (GTK_MENU_BUTTON (gui_get (app->view, "group_button")));
  wait_seconds (0.3);
  shoot_styles (self, GTK_WINDOW (app->window), "group-menu", "wide");
  gtk_menu_button_popdown (GTK_MENU_BUTTON (gui_get (app->view, "group_button")));
}

/* ---- All of it ---- */

static guint
find_transfer (GtkWidget *page, const char *name)
{
  GListModel *rows
      = G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (gui_get (page, "list"))));

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (rows, i);
      g_autofree char *text = NULL;

      g_object_get (row, "name", &text, NULL);
      if (g_strcmp0 (text, name) == 0)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

static void
transfers (Pictures *self, GuiApp *app)
{
  GSettings *settings = shoal_application_get_settings (app->application);
  g_autofree char *to = gui_dup_path ("tomas-downloads");
  g_autoptr (GSubprocess) upload = NULL;
  GtkWidget *page;

  g_settings_set_uint (settings, "download-limit", 1100);
  g_settings_set_uint (settings, "upload-limit", 400);
  g_settings_set_uint (settings, "parallel-downloads", 2);
  download (app, "Autumn regatta film.mkv");
  download (app, "Oar repair, step by step.mp4");
  download (app, "Songs for the annual dinner");
  upload = gui_peer_start (self->tomas, "get", "Spring camp film.mkv", "--to", to, NULL);
  page = gui_get_page (app, "transfers");
  gui_wait_until (gui_find_text (page, "Autumn regatta film.mkv") != NULL);
  wait_seconds (1);
  gui_act (gui_get (page, "list"), "transfers.clear-finished", NULL);
  wait_seconds (GRAPH_SECONDS);
  gtk_selection_model_select_item (gtk_list_view_get_model (GTK_LIST_VIEW (gui_get (page, "list"))),
                                   find_transfer (page, "Autumn regatta film.mkv"), TRUE);
  shoot (self, app, "transfers");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (gui_get (page, "uploads_button")), TRUE);
  wait_seconds (1);
  gui_wait_until (gui_find_text (page, "Spring camp film.mkv") != NULL);
  shoot (self, app, "transfers-uploads");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (gui_get (page, "downloads_button")), TRUE);
}

static void
pictures (GuiApp *app, gpointer user_data)
{
  Pictures *self = user_data;
  g_autofree char *owner_link = NULL;
  g_autofree char *downloads = gui_dup_downloads (app);

  dress ();
  set_up (self, app);
  owner_link = gui_tracker_run (self->tracker, "link", "--owner", NULL);
  gui_join (app, owner_link, "Mara", "secret of Mara");
  empty_pages (self, app);

  add_members (self);
  share_own (app);
  browse (self, app);

  download (app, "River map.svg");
  download (app, "Minutes of the October meeting.odt");
  download (app, "Autumn regatta photos");
  download (app, "Boat house plan.pdf");
  wait_for_history (app, "Autumn regatta photos");
  wait_for_history (app, "Boat house plan.pdf");
  gtk_selection_model_unselect_all (get_rows (gui_get_page (app, "browse")));
  gtk_root_set_focus (GTK_ROOT (app->window), NULL);
  wait_seconds (6); /* until the toast has gone */
  shoot (self, app, "browse-here");
  transfers (self, app);

  gui_get_page (app, "files");
  wait_seconds (0.5);
  shoot (self, app, "files");
  gui_get_page (app, "history");
  shoot (self, app, "history");
  list_of_pages (self, app);

  GtkWidget *people = gui_get_page (app, "people");

  gui_wait_until (gui_find_text (people, "Jonas") != NULL);
  shoot (self, app, "people");
  gui_act (gui_get (people, "list"), "list.activate-item", "u", 1);
  gui_get (people, "person");
  wait_seconds (0.5);
  shoot (self, app, "person");
  gui_act (gui_get (people, "person"), "people.back", NULL);

  dialogs (self, app);

  gui_tracker_stop (self->tracker);
  gui_get_page (app, "browse");
  wait_seconds (2);
  shoot (self, app, "not-connected");
}

int
main (int argc, char *argv[])
{
  static const char *const options[] = { "--name", "Rowing Club", NULL };
  Pictures self = { .folder = g_getenv ("SHOAL_PICTURES") };

  gui_init (&argc, &argv);
  /* A warning is for the tests to find; here it would only end the pictures. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  if (self.folder == NULL || g_mkdir_with_parents (self.folder, 0777) != 0)
    {
      g_printerr ("screenshots: SHOAL_PICTURES is not a folder that can be written\n");
      return 1;
    }
  self.tracker = gui_tracker_new ("open", options);
  gui_run (NULL, pictures, &self);
  g_clear_pointer (&self.jonas, gui_peer_free);
  g_clear_pointer (&self.aylin, gui_peer_free);
  g_clear_pointer (&self.tomas, gui_peer_free);
  g_clear_pointer (&self.tracker, gui_tracker_free);
  return 0;
}
