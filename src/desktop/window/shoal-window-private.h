/* shoal-window-private.h: what the files of the main window share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-browse-page.h"
#include "shoal-files-page.h"
#include "shoal-history-page.h"
#include "shoal-people-page.h"
#include "shoal-setup-view.h"
#include "shoal-sidebar-layout.h"
#include "shoal-transfers-page.h"
#include "shoal-window.h"

G_BEGIN_DECLS

struct _ShoalWindow
{
  AdwApplicationWindow parent_instance;

  AdwWindowTitle *app_title;  /* of the list of pages, where the group is not there */
  AdwWindowTitle *page_title; /* of the page, where the group is not there */
  AdwToastOverlay *toasts;
  GtkStack *views;
  ShoalSetupView *setup;
  AdwStatusPage *failed_status;

  ShoalSidebarLayout *layout;
  AdwHeaderBar *sidebar_header;
  GtkMenuButton *sidebar_menu_button;
  GtkListBox *sidebar_list;
  AdwViewStack *pages;
  AdwHeaderBar *header;
  GtkToggleButton *search_button;
  GtkButton *back_button;
  GtkMenuButton *add_button;
  GtkMenuButton *group_button;
  GtkLabel *group_label;
  GtkImage *state_icon;
  GtkLabel *state_label;
  GtkRevealer *banner;
  GtkLabel *banner_label;
  GtkButton *banner_button;
  GtkRevealer *drop_overlay;
  GtkDropTarget *drop_target;

  ShoalBrowsePage *browse;
  ShoalTransfersPage *transfers;
  ShoalFilesPage *files;
  ShoalPeoplePage *people;
  ShoalHistoryPage *history;

  ShoalSession *session;
  ShoalToaster *toaster;
  GBinding *search_binding;
  GListStore *waiting; /* of GFile: to be shared as soon as a group is open */
  gboolean setting_up; /* the user is on the way into a (further) group */
};

void shoal_window_set_up (ShoalWindow *self, gboolean setting_up);

/** shoal_window_show_content: in a narrow window the page comes over the list of pages */
void shoal_window_show_content (ShoalWindow *self);
/** shoal_window_back: in a narrow window: from the page back to the list of pages. Returns: whether
 * there was a way back */
gboolean shoal_window_back (ShoalWindow *self);

/* shoal-window-actions.c */
void shoal_window_install_actions (GtkWidgetClass *widget_class);
void shoal_window_update_actions (ShoalWindow *self);
/* shoal-window-connection.c */
/** shoal_window_watch_engine: shows the state of @engine's connection from now on; @engine:
 * (nullable) */
void shoal_window_watch_engine (ShoalWindow *self, ShoalEngine *engine);
void shoal_window_init_group_menus (ShoalWindow *self);
/** shoal_window_update_group: the name of the group, the list of groups and the state */
void shoal_window_update_group (ShoalWindow *self);
/** shoal_window_banner_clicked: what the banner offers to do */
void shoal_window_banner_clicked (ShoalWindow *self);
/* shoal-window-dnd.c */
void shoal_window_init_drop (ShoalWindow *self);
void shoal_window_paste (ShoalWindow *self);

G_END_DECLS
