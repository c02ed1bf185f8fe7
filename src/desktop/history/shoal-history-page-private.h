/* shoal-history-page-private.h: what the page shares with its actions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-growing-model.h"
#include "shoal-history-item.h"
#include "shoal-history-page.h"
#include "shoal-toaster.h"

G_BEGIN_DECLS

struct _ShoalHistoryPage
{
  ShoalWindowPage parent_instance;

  AdwToastOverlay *toasts;
  ShoalToaster *toaster; /* of them */
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
  ShoalGrowingModel *growing; /* owned by the selection */
  GtkSingleSelection *selection;
  GSimpleActionGroup *actions;
  GPtrArray *part; /* (nullable): entries that are not in the list yet */
  guint n_filled;  /* of the part */
  guint n_read;    /* entries, with those of the part */
  guint fill_id;
  guint update_id;
  guint sums_id;
  /* Sums on the way: the next row, and those of the rows before it. */
  guint sums_at;
  guint sums_n;
  guint64 sums_down;
  guint64 sums_up;
  guint64 sums_elapsed_ms;
  gboolean loading; /* parts of it are not here yet */
  gint64 last_ms;   /* when the last one ended */

  /* While it can be undone, only the list is another. */
  GListStore *cleared; /* (nullable): what was the list */
  gint64 cleared_until_ms;
  AdwToast *undo_toast;
};

/* shoal-history-page.c */
/* shoal_history_page_set_items: shows @items (transfer full) in place of those that are shown.
 * Returns: (transfer full): those */
GListStore *shoal_history_page_set_items (ShoalHistoryPage *self, GListStore *items);

/* shoal-history-page-actions.c */
void shoal_history_page_add_actions (ShoalHistoryPage *self);
void shoal_history_page_update_actions (ShoalHistoryPage *self);
/* shoal_history_page_drop: lets go of @items (transfer full), which nobody shows any more, in
 * slices */
void shoal_history_page_drop (GListStore *items);
/* shoal_history_page_finish_clear: what was cleared is gone from the disk, too */
void shoal_history_page_finish_clear (ShoalHistoryPage *self);

G_END_DECLS
