/* shoal-activity.c: what moves now, all transfers together
 *
 * Something that begins wakes a timer; the timer goes on each second while anything moves, and
 * ends with the first second in which nothing does. So an idle app is not woken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-activity"

#include "config.h"

#include "shoal-activity.h"

#include <string.h>

#define INTERVAL_MS 1000

/* A list, and its items as they are connected to: what leaves a list is not told otherwise. */
typedef struct
{
  ShoalActivity *activity; /* not owned */
  GListModel *model;
  GPtrArray *items;
  const char *signal;
} Watch;

struct _ShoalActivity
{
  GObject parent_instance;

  Watch downloads;
  Watch uploads;
  ShoalActivitySums sums;
  guint timer_id;
  gint64 last_us; /* when the timer ran last */
};

G_DEFINE_FINAL_TYPE (ShoalActivity, shoal_activity, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
shoal_activity_measure (ShoalActivity *self, ShoalActivitySums *sums)
{
  g_return_if_fail (SHOAL_IS_ACTIVITY (self));
  g_return_if_fail (sums != NULL);

  memset (sums, 0, sizeof *sums);
  for (guint i = 0; i < self->downloads.items->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (self->downloads.items, i);
      ShoalTransferState state = shoal_transfer_get_state (transfer);

      if (state == SHOAL_TRANSFER_ACTIVE)
        sums->n_downloads++;
      else if (state == SHOAL_TRANSFER_PAUSED)
        sums->n_paused++;
      else if (state < SHOAL_TRANSFER_PAUSED)
        sums->n_waiting++;
      sums->download_speed += shoal_transfer_get_speed (transfer);
    }
  for (guint i = 0; i < self->uploads.items->len; i++)
    {
      ShoalUpload *upload = g_ptr_array_index (self->uploads.items, i);

      sums->n_uploads += shoal_upload_get_active (upload) ? 1 : 0;
      sums->upload_speed += shoal_upload_get_speed (upload);
    }
}

static gboolean
is_moving (const ShoalActivitySums *sums)
{
  return sums->n_downloads > 0 || sums->n_uploads > 0 || sums->download_speed >= 1
         || sums->upload_speed >= 1;
}

static gboolean
same_sums (const ShoalActivitySums *a, const ShoalActivitySums *b)
{
  return (gint64) a->download_speed == (gint64) b->download_speed
         && (gint64) a->upload_speed == (gint64) b->upload_speed && a->n_downloads == b->n_downloads
         && a->n_uploads == b->n_uploads && a->n_waiting == b->n_waiting
         && a->n_paused == b->n_paused;
}

static gboolean
on_timer_cb (gpointer user_data)
{
  g_autoptr (ShoalActivity) self = g_object_ref (user_data);
  ShoalActivitySums sums;

  shoal_activity_measure (self, &sums);
  self->last_us = g_get_monotonic_time ();
  self->timer_id = is_moving (&sums) ? g_timeout_add (INTERVAL_MS, on_timer_cb, self) : 0;
  if (!same_sums (&sums, &self->sums))
    {
      self->sums = sums;
      g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
    }
  return G_SOURCE_REMOVE;
}

static void
wake (ShoalActivity *self)
{
  gint64 since_ms = (g_get_monotonic_time () - self->last_us) / 1000;

  if (self->timer_id == 0)
    self->timer_id
        = g_timeout_add ((guint) CLAMP (INTERVAL_MS - since_ms, 0, INTERVAL_MS), on_timer_cb, self);
}

/* ---- Lists ---- */

/* Not as an object that is connected to: those are found one after the other when they are let go
 * of. Returns: @item */
static gpointer
watch_item (Watch *watch, gpointer item)
{
  g_signal_connect_swapped (item, watch->signal, G_CALLBACK (wake), watch->activity);
  return item;
}

static void
leave_item (Watch *watch, guint position)
{
  gpointer item = g_steal_pointer (&g_ptr_array_index (watch->items, position));

  g_signal_handlers_disconnect_by_data (item, watch->activity);
  g_object_unref (item);
}

static void
clear_item (gpointer item)
{
  if (item != NULL)
    g_object_unref (item);
}

static void
on_items_changed_cb (GListModel *model, guint position, guint removed, guint added, Watch *watch)
{
  guint n = watch->items->len;
  guint after = n - position - removed;

  for (guint i = 0; i < removed; i++)
    leave_item (watch, position + i);
  /* What is behind moves once, not for each. */
  if (removed > added)
    g_ptr_array_remove_range (watch->items, position + added, removed - added);
  else if (added > removed)
    {
      g_ptr_array_set_size (watch->items, (int) (n + added - removed));
      if (after > 0)
        memmove (watch->items->pdata + position + added, watch->items->pdata + position + removed,
                 after * sizeof (gpointer));
    }
  for (guint i = 0; i < added; i++)
    watch->items->pdata[position + i]
        = watch_item (watch, g_list_model_get_item (model, position + i));
  wake (watch->activity);
}

static void
watch_list (ShoalActivity *self, Watch *watch, GListModel *model, const char *signal)
{
  watch->activity = self;
  watch->model = g_object_ref (model);
  watch->items = g_ptr_array_new_with_free_func (clear_item);
  watch->signal = signal;
  g_signal_connect (model, "items-changed", G_CALLBACK (on_items_changed_cb), watch);
  on_items_changed_cb (model, 0, 0, g_list_model_get_n_items (model), watch);
}

static void
unwatch_list (Watch *watch)
{
  if (watch->model != NULL)
    g_signal_handlers_disconnect_by_data (watch->model, watch);
  for (guint i = 0; watch->model != NULL && i < watch->items->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (watch->items, i), watch->activity);
  g_clear_object (&watch->model);
}

/* ---- Class ---- */

static void
shoal_activity_dispose (GObject *object)
{
  ShoalActivity *self = SHOAL_ACTIVITY (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  unwatch_list (&self->downloads);
  unwatch_list (&self->uploads);
  G_OBJECT_CLASS (shoal_activity_parent_class)->dispose (object);
}

static void
shoal_activity_finalize (GObject *object)
{
  ShoalActivity *self = SHOAL_ACTIVITY (object);

  g_clear_pointer (&self->downloads.items, g_ptr_array_unref);
  g_clear_pointer (&self->uploads.items, g_ptr_array_unref);
  G_OBJECT_CLASS (shoal_activity_parent_class)->finalize (object);
}

static void
shoal_activity_class_init (ShoalActivityClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = shoal_activity_dispose;
  object_class->finalize = shoal_activity_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
shoal_activity_init (ShoalActivity *self)
{
}

ShoalActivity *
shoal_activity_new (GListModel *downloads, GListModel *uploads)
{
  g_return_val_if_fail (G_IS_LIST_MODEL (downloads), NULL);
  g_return_val_if_fail (G_IS_LIST_MODEL (uploads), NULL);

  ShoalActivity *self = g_object_new (SHOAL_TYPE_ACTIVITY, NULL);

  watch_list (self, &self->downloads, downloads, "notify::state");
  watch_list (self, &self->uploads, uploads, "notify::active");
  return self;
}

const ShoalActivitySums *
shoal_activity_get_sums (ShoalActivity *self)
{
  g_return_val_if_fail (SHOAL_IS_ACTIVITY (self), NULL);
  return &self->sums;
}

gboolean
shoal_activity_is_moving (ShoalActivity *self)
{
  g_return_val_if_fail (SHOAL_IS_ACTIVITY (self), FALSE);
  return is_moving (&self->sums);
}
