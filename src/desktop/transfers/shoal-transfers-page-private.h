/* shoal-transfers-page-private.h: what the page shares with its actions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-growing-model.h"
#include "shoal-transfer-details.h"
#include "shoal-transfers-page.h"

G_BEGIN_DECLS

struct _ShoalTransfersPage
{
  ShoalWindowPage parent_instance;

  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkToggleButton *downloads_button;
  GtkToggleButton *uploads_button;
  GtkLabel *totals;
  GtkMenuButton *menu_button;
  GtkStack *stack;
  GtkListView *list;
  AdwStatusPage *empty;
  GtkRevealer *details_revealer;
  ShoalTransferDetails *details;

  ShoalEngine *engine;
  ShoalTransferManager *watched; /* (nullable): the engine's */
  char *needle;                  /* folded; nullable */
  GtkCustomFilter *filter;
  GtkCustomSorter *sorter;
  guint n_ended;                /* when they were put in order */
  GListModel *sorted;           /* what the items are made of, in their order; nullable */
  GtkFilterListModel *filtered; /* those of the selection; owned by it */
  ShoalGrowingModel *growing;   /* of the selection; owned by it */
  GtkMultiSelection *selection; /* of #ShoalTransferItem; nullable */
  GSimpleActionGroup *actions;
  gboolean show_details;
  guint tick_id;
  guint update_id;
};

/* shoal-transfers-page-actions.c */
void shoal_transfers_page_add_actions (ShoalTransfersPage *self);
/* shoal_transfers_page_update_actions: which can do something with what is selected */
void shoal_transfers_page_update_actions (ShoalTransfersPage *self);
void shoal_transfers_page_add_keys (GtkWidgetClass *widget_class);

/* shoal-transfers-page.c */
/* shoal_transfers_page_dup_selected: (element-type ShoalTransfer): downloads only, in order */
GPtrArray *shoal_transfers_page_dup_selected (ShoalTransfersPage *self);
/* shoal_transfers_page_select: selects exactly these again after the list changed */
void shoal_transfers_page_select (ShoalTransfersPage *self, GPtrArray *transfers);
void shoal_transfers_page_show_details (ShoalTransfersPage *self, gboolean show);

G_END_DECLS
