/* shoal-history-page-private.h: what the page shares with its actions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-history-item.h"
#include "shoal-history-page.h"

G_BEGIN_DECLS

struct _ShoalHistoryPage
{
  ShoalWindowPage parent_instance;

  AdwToastOverlay *toasts;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkDropDown *direction;
  GtkDropDown *outcome;
  GtkStack *stack;
  GtkListView *list;
  AdwStatusPage *empty;
  GtkLabel *sums;

  ShoalEngine *engine;
  GCancellable *cancellable; /* of this engine */
  char *needle;              /* folded; nullable */
  GListStore *items;
  GtkFilter *filter;
  GtkFilterListModel *filtered;
  GtkSingleSelection *selection;
  GSimpleActionGroup *actions;
  GPtrArray *unfilled; /* entries that are not in the list yet; nullable */
  guint n_filled;
  guint fill_id;
  guint update_id;
  guint sums_id;
  /* Sums on the way: the next row, and those of the rows before it. */
  guint sums_at;
  guint sums_n;
  guint64 sums_down;
  guint64 sums_up;
  guint64 sums_elapsed_ms;
  gboolean loading;

  /* While it can be undone, only the list is empty. */
  GPtrArray *cleared; /* (element-type ShoalHistoryItem); nullable */
  gint64 cleared_until_ms;
  AdwToast *undo_toast;
};

/* shoal-history-page-actions.c */
void shoal_history_page_add_actions (ShoalHistoryPage *self);
void shoal_history_page_update_actions (ShoalHistoryPage *self);
/* shoal_history_page_finish_clear: what was cleared is gone from the disk, too */
void shoal_history_page_finish_clear (ShoalHistoryPage *self);

G_END_DECLS
