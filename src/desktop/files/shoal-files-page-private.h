/* shoal-files-page-private.h: what the page shares with its actions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-files-page.h"
#include "shoal-growing-model.h"
#include "shoal-map-model.h"
#include "shoal-share-view.h"

G_BEGIN_DECLS

struct _ShoalFilesPage
{
  ShoalWindowPage parent_instance;

  ShoalEngine *engine;
  ShoalShares *shares;
  GtkFilterListModel *found;  /* of the shares */
  GtkSortListModel *sorted;   /* what the rows are made of, in their order */
  ShoalGrowingModel *growing; /* owned by the selection */
  GtkMultiSelection *selection;
  GSimpleActionGroup *actions;
  char *awaited; /* (nullable): the path of a share that is to be opened when it is there */

  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkStack *stack;
  GtkWidget *buttons;
  GtkScrolledWindow *scroller;
  GtkColumnView *view;
  GtkColumnViewColumn *name_column;
  GtkColumnViewColumn *size_column;
  GtkColumnViewColumn *when_column;
  GtkColumnViewColumn *fetched_column;
  GtkColumnViewColumn *state_column;
  GtkLabel *count_label;
  ShoalShareView *share_view;
  GMenuModel *row_menu;
};

/* shoal-files-page-actions.c */
void shoal_files_page_add_actions (ShoalFilesPage *self);
/* After the selection or the list has changed. */
void shoal_files_page_update_actions (ShoalFilesPage *self);

/* shoal-files-page.c */
/* share: NULL to go back to the list */
void shoal_files_page_open_share (ShoalFilesPage *self, ShoalShare *share);

G_END_DECLS
