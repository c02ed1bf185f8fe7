/* test-looks.c: every page and dialog in dark, narrow, right to left and with text twice as large
 *
 * GTK's warnings are fatal here. Beyond that nothing may be wider than the narrowest window, or
 * reach out of its window: what does is cut off or cannot be reached.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <math.h>

#include "gui-tour.h"

#define NARROW_WIDTH (360)
#define NARROW_HEIGHT (640)
#define DOUBLE_DPI (2 * 96 * 1024)

typedef struct
{
  const char *name;
  gboolean dark;
  gboolean narrow;
  gboolean right_to_left;
  gboolean large;
} Look;

static const Look looks[] = {
  { "plain", FALSE, FALSE, FALSE, FALSE },
  { "dark-narrow", TRUE, TRUE, FALSE, FALSE },
  { "right-to-left-narrow", FALSE, TRUE, TRUE, FALSE },
  { "large", FALSE, FALSE, FALSE, TRUE },
};

typedef struct
{
  const Look *look;
  const char *where;
  GtkWidget *root;
  GPtrArray *complaints;
  guint n_visits;
} Check;

/* ---- What is wrong ---- */

static void
complain (Check *check, GtkWidget *widget, const char *what)
{
  GString *line = g_string_new (NULL);

  g_string_printf (line, "%s in %s: %s:", check->where, check->look->name, what);
  for (GtkWidget *at = widget; at != NULL && at != check->root; at = gtk_widget_get_parent (at))
    g_string_append_printf (line, " %s", G_OBJECT_TYPE_NAME (at));
  g_ptr_array_add (check->complaints, g_string_free (line, FALSE));
}

/* Down to the widget that needs the width. */
static GtkWidget *
find_widest (GtkWidget *widget)
{
  GtkWidget *widest = NULL;
  int most = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int minimum = 0;

      if (!gtk_widget_get_visible (child) || GTK_IS_NATIVE (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
      if (minimum > most)
        {
          most = minimum;
          widest = child;
        }
    }
  return most > NARROW_WIDTH * 4 / 5 ? find_widest (widest) : widget;
}

/* What scrolls may be wider than what is seen of it. */
static gboolean
may_be_wide (GtkWidget *widget, GtkWidget *root)
{
  for (GtkWidget *at = widget; at != NULL && at != root; at = gtk_widget_get_parent (at))
    if (GTK_IS_SCROLLED_WINDOW (at) || GTK_IS_VIEWPORT (at) || GTK_IS_POPOVER (at)
        || GTK_IS_TEXT (at))
      return TRUE;
  return FALSE;
}

static gboolean
reaches_out (GtkWidget *widget, gconstpointer data)
{
  Check *check = (Check *) data;
  graphene_rect_t bounds;

  if (widget == check->root || may_be_wide (widget, check->root)
      || !gtk_widget_compute_bounds (widget, check->root, &bounds))
    return FALSE;
  if (bounds.size.width > 0
      && (bounds.origin.x < -1
          || bounds.origin.x + bounds.size.width > (float) gtk_widget_get_width (check->root) + 1))
    complain (check, widget, "reaches out of the window");
  return FALSE;
}

static void
visit (GuiApp *app, const char *name, GtkWindow *root, gpointer user_data)
{
  Check *check = user_data;
  GtkWidget *widget = GTK_WIDGET (root);
  int minimum = 0;

  check->where = name;
  check->root = widget;
  check->n_visits++;
  /* What is inside: its frame is not the same on every desktop. */
  gtk_widget_measure (gtk_widget_get_first_child (widget), GTK_ORIENTATION_HORIZONTAL, -1, &minimum,
                      NULL, NULL, NULL);
  /* With text twice as large a small screen has twice the pixels, too. */
  if (minimum > (check->look->large ? 2 : 1) * NARROW_WIDTH && !GTK_IS_SHORTCUTS_WINDOW (root)
      && !ADW_IS_ABOUT_WINDOW (root))
    {
      g_autofree char *what = g_strdup_printf ("makes the window %d wide", minimum);

      complain (check, find_widest (widget), what);
    }
  gui_find_match (widget, reaches_out, check);
  if (g_getenv ("SHOAL_PICTURES") != NULL)
    {
      g_autofree char *file = g_strdup_printf ("%s-%s.png", name, check->look->name);
      g_autofree char *path = g_build_filename (g_getenv ("SHOAL_PICTURES"), file, NULL);

      gui_picture (root, path);
    }
}

/* ---- Looks ---- */

static void
wear (GuiApp *app, const Look *look)
{
  GtkSettings *settings = gtk_settings_get_default ();

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      look->dark ? ADW_COLOR_SCHEME_FORCE_DARK
                                                 : ADW_COLOR_SCHEME_FORCE_LIGHT);
  g_object_set (settings, "gtk-xft-dpi", look->large ? DOUBLE_DPI : DOUBLE_DPI / 2, NULL);
  gtk_widget_set_default_direction (look->right_to_left ? GTK_TEXT_DIR_RTL : GTK_TEXT_DIR_LTR);
  if (look->narrow)
    gtk_window_set_default_size (GTK_WINDOW (app->window), NARROW_WIDTH, NARROW_HEIGHT);
  else
    gtk_window_set_default_size (GTK_WINDOW (app->window), 1000, 680);
  gui_settle (app->view);
}

static void
tour_all (GuiApp *app, gpointer user_data)
{
  GuiGroup *group = user_data;
  Check check = { .complaints = g_ptr_array_new_with_free_func (g_free) };

  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      check.look = &looks[i];
      wear (app, check.look);
      gui_tour_first_start (app, gui_tracker_get_link (group->tracker), visit, &check);
    }
  gui_group_enter (group, app);
  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      check.look = &looks[i];
      wear (app, check.look);
      gui_tour_pages (app, visit, &check);
      gui_tour_dialogs (app, visit, &check);
    }
  wear (app, &looks[0]);
  for (guint i = 0; i < check.complaints->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (check.complaints, i));
  g_test_message ("%u visits", check.n_visits);
  g_assert_cmpuint (check.n_visits, >=, 20 * G_N_ELEMENTS (looks));
  g_assert_cmpuint (check.complaints->len, ==, 0);
  g_ptr_array_unref (check.complaints);
}

static void
test_looks (void)
{
  g_autoptr (GuiGroup) group = gui_group_new ();

  gui_forget ();
  gui_run (NULL, tour_all, group);
}

int
main (int argc, char *argv[])
{
  gui_init (&argc, &argv);
  g_test_add_func ("/looks/all", test_looks);
  return g_test_run ();
}
