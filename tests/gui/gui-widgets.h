/* gui-widgets.h: for tests: waiting, finding what is on the screen, and doing what a user does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** gui_wait_until: runs the main loop until @condition holds; fails the test when that takes longer
 * than a loaded machine needs, with a picture of each window and the words in it. It is also looked
 * at again every few milliseconds, for what threads and processes do. */
#define gui_wait_until(condition)                                                                  \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 gui_deadline_ = gui_deadline ();                                                        \
                                                                                                   \
    while (!(condition))                                                                           \
      gui_tick (gui_deadline_, G_STRINGIFY (condition), __FILE__, __LINE__);                       \
  }                                                                                                \
  G_STMT_END

gint64 gui_deadline (void);
void gui_tick (gint64 deadline, const char *what, const char *file, int line);
/** gui_settle: runs the main loop until nothing is left to be done at once and @widget is drawn as
 * it is now */
void gui_settle (GtkWidget *widget);
/** gui_picture: writes what @window shows into the PNG file @path */
void gui_picture (GtkWindow *window, const char *path);

typedef gboolean (*GuiMatch) (GtkWidget *widget, gconstpointer data);

/** gui_find_match: the first widget on the screen at or below @root that @match likes. Returns:
 * (nullable) */
GtkWidget *gui_find_match (GtkWidget *root, GuiMatch match, gconstpointer data);
/** gui_find: the widget with this id in its .ui file that is on the screen. Returns: (nullable) */
GtkWidget *gui_find (GtkWidget *root, const char *id);
GtkWidget *gui_find_type (GtkWidget *root, GType type);
/** gui_find_text: the label on the screen that has @text in it. Returns: (nullable) */
GtkWidget *gui_find_text (GtkWidget *root, const char *text);
/** gui_find_control: what can be pressed and has the name @name, mnemonics left out. Returns:
 * (nullable) */
GtkWidget *gui_find_control (GtkWidget *root, const char *name);
/** gui_find_window: the open window of this type. Returns: (nullable) */
GtkWidget *gui_find_window (GType type);
/** gui_find_other_window: an open window that @window does not belong to. Returns: (nullable) */
GtkWidget *gui_find_other_window (GtkWidget *window);
/** gui_get: waits for gui_find() */
GtkWidget *gui_get (GtkWidget *root, const char *id);
GtkWidget *gui_get_type (GtkWidget *root, GType type);
GtkWidget *gui_get_window (GType type);

/** gui_dup_name: what a screen reader calls @widget. Returns: (nullable): %NULL if it has no name
 */
char *gui_dup_name (GtkWidget *widget);

/** gui_press: presses a button, row or switch; it must be on the screen and sensitive */
void gui_press (GtkWidget *widget);
/** gui_press_control: waits for gui_find_control() and presses it */
void gui_press_control (GtkWidget *root, const char *name);
/** gui_type: replaces the text of an entry, which must be on the screen and sensitive */
void gui_type (GtkWidget *entry, const char *text);
/** gui_enter: the Enter key in an entry */
void gui_enter (GtkWidget *entry);
/** gui_act: activates an action, which must exist and be enabled. @format: (nullable): as for
 * g_variant_new() */
void gui_act (GtkWidget *widget, const char *action, const char *format, ...);

G_END_DECLS
