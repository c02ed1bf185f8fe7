/* shoal-shares-watch.c: notices when what is shared changes on the disk
 *
 * The folders of a share are watched, as many as the limit allows, and a change in one makes its
 * share be looked through again. Since no watch sees everything (too many folders, network drives,
 * changes while nobody watched), all is looked through once in a while, too, and when somebody
 * comes to look at it. Looking costs little: only what changed is hashed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-shares"

#include "config.h"

#include "shoal-shares-private.h"

#include "shoal-limits.h"

static void
on_changed_cb (
    GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer user_data)
{
  ShoalShareEntry *entry = user_data;

  if (event == G_FILE_MONITOR_EVENT_PRE_UNMOUNT || entry->removed || entry->shares->stopped)
    return;
  if (entry->target != NULL)
    entry->again = TRUE;
  else if (!entry->queued)
    shoal_shares_queue_later (entry->shares, entry);
}

static void
monitor_free (gpointer monitor)
{
  g_file_monitor_cancel (monitor);
  g_object_unref (monitor);
}

static void
watch_path (ShoalShares *self, ShoalShareEntry *entry, const char *path)
{
  if (self->n_watched >= SHOAL_MAX_WATCHED_PATHS)
    return;

  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GFileMonitor *monitor = g_file_monitor (file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);

  if (monitor == NULL)
    {
      g_debug ("Cannot watch “%s”: %s", path, error->message);
      return;
    }
  g_signal_connect (monitor, "changed", G_CALLBACK (on_changed_cb), entry);
  g_ptr_array_add (entry->monitors, monitor);
  self->n_watched++;
}

static void
watch_folders (ShoalShares *self, ShoalShareEntry *entry, ShoalHoldingSet *set)
{
  guint n = set != NULL ? shoal_holding_set_get_n_entries (set) : 0;

  for (guint i = 0; i < n && self->n_watched < SHOAL_MAX_WATCHED_PATHS; i++)
    {
      const ShoalHolding *holding = shoal_holding_set_get_entry (set, i);

      if (holding->kind != SHOAL_ENTRY_FOLDER)
        continue;
      g_autofree char *path = g_build_filename (shoal_share_get_path (entry->share),
                                                shoal_holding_set_get_path (set, holding), NULL);
      watch_path (self, entry, path);
    }
}

void
shoal_shares_unwatch (ShoalShares *self, ShoalShareEntry *entry)
{
  if (entry->monitors == NULL)
    return;
  self->n_watched -= entry->monitors->len;
  g_clear_pointer (&entry->monitors, g_ptr_array_unref);
}

void
shoal_shares_watch (ShoalShares *self, ShoalShareEntry *entry)
{
  if (!self->watching || self->stopped || entry->removed)
    return;
  shoal_shares_unwatch (self, entry);
  entry->monitors = g_ptr_array_new_with_free_func (monitor_free);
  watch_path (self, entry, shoal_share_get_path (entry->share));
  if (!shoal_share_is_folder (entry->share))
    return;
  watch_folders (self, entry, shoal_share_get_set (entry->share));
  watch_folders (self, entry, shoal_share_get_hidden (entry->share));
}

static gboolean
on_interval_cb (gpointer user_data)
{
  shoal_shares_recheck_all (user_data);
  return G_SOURCE_CONTINUE;
}

void
shoal_shares_start_watching (ShoalShares *self)
{
  if (self->watching || self->stopped)
    return;
  self->watching = TRUE;
  self->interval = g_timeout_add (SHOAL_RECHECK_MS, on_interval_cb, self);
}

void
shoal_shares_stop_watching (ShoalShares *self)
{
  g_clear_handle_id (&self->interval, g_source_remove);
  self->watching = FALSE;
  for (guint i = 0; i < self->entries->len; i++)
    shoal_shares_unwatch (self, g_ptr_array_index (self->entries, i));
}

void
shoal_shares_refresh (ShoalShares *self)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));

  if (self->watching
      && g_get_monotonic_time () - self->checked_us >= SHOAL_REFRESH_MS * G_GINT64_CONSTANT (1000))
    shoal_shares_recheck_all (self);
}
