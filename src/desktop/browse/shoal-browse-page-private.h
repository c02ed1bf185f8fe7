/* shoal-browse-page-private.h: what the files of the page "Browse" share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-browse-page.h"
#include "shoal-growing-model.h"
#include "shoal-local-index.h"
#include "shoal-search-model.h"

G_BEGIN_DECLS

struct _ShoalBrowsePage
{
  ShoalWindowPage parent_instance;

  ShoalEngine *engine;
  ShoalDirectory *directory;
  ShoalTransferManager *transfers;
  ShoalSettings *settings;
  ShoalLocalIndex *index;
  ShoalSearchModel *model;
  ShoalGrowingModel *growing;   /* owned by the selection */
  GtkMultiSelection *selection; /* owned by the view */
  GSimpleActionGroup *actions;
  ShoalResult *folder;     /* whose entries are shown; NULL for all */
  GCancellable *following; /* (nullable): a changed folder is being looked for */
  char *words_before;      /* what was searched for before it was opened */
  gboolean setting;        /* the filters are being set by us */

  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkMenuButton *filter_button;
  GtkDropDown *type_filter;
  GtkDropDown *size_filter;
  GtkDropDown *person_filter;
  GtkSwitch *available_filter;
  GtkWidget *folder_bar;
  GtkLabel *folder_title;
  GtkLabel *folder_details;
  GtkRevealer *banner;
  GtkLabel *banner_label;
  GtkButton *banner_button;
  GtkStack *stack;
  AdwStatusPage *message;
  GtkButton *message_button;
  GtkScrolledWindow *scroller;
  GtkColumnView *view;
  GtkColumnViewColumn *name_column;
  GtkColumnViewColumn *size_column;
  GtkColumnViewColumn *type_column;
  GtkColumnViewColumn *who_column;
  GtkColumnViewColumn *when_column;
  GtkColumnViewColumn *state_column;
  GtkLabel *count_label;
  GtkSpinner *spinner;
  GMenuModel *row_menu;
};

/* ---- shoal-browse-folder.c ---- */

/* The bar above its entries. */
void shoal_browse_folder_update (ShoalBrowsePage *self);
/* After the rows have changed: if none are left, the folder may be another by now. */
void shoal_browse_folder_follow (ShoalBrowsePage *self);
/* No longer looks for it. */
void shoal_browse_folder_forget (ShoalBrowsePage *self);

/* ---- shoal-browse-filters.c ---- */

void shoal_browse_filters_init (ShoalBrowsePage *self);
/* Asks for what the controls say. */
void shoal_browse_filters_apply (ShoalBrowsePage *self);
/* Whether they leave anything out, the words included. */
gboolean shoal_browse_filters_are_set (ShoalBrowsePage *self);
void shoal_browse_filters_clear (ShoalBrowsePage *self);
/* user: NULL for everybody */
void shoal_browse_filters_set_person (ShoalBrowsePage *self, const char *user);
/* The members have changed. */
void shoal_browse_filters_update_people (ShoalBrowsePage *self);

/* ---- shoal-browse-actions.c ---- */

void shoal_browse_actions_init (ShoalBrowsePage *self);
/* After the selection or what is here has changed. */
void shoal_browse_actions_update (ShoalBrowsePage *self);
/* Enter or a double click. */
void shoal_browse_actions_activate (ShoalBrowsePage *self, ShoalBrowseRow *row);

/* ---- shoal-browse-page.c ---- */

/* folder: NULL to go back to everything */
void shoal_browse_page_open_folder (ShoalBrowsePage *self, ShoalResult *folder);

/* ---- shoal-browse-state.c ---- */

void shoal_browse_page_update (ShoalBrowsePage *self);
void shoal_browse_page_update_banner (ShoalBrowsePage *self);

G_END_DECLS
