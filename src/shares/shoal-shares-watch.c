/* shoal-shares-watch.c: notices when what is shared changes on the disk
 *
 * The folders of a share are watched, as many as the limit allows, and a change in one makes its
 * share be looked through again. Since no watch sees everything (too many folders, network drives,
 * changes while nobody watched), all is looked through once in a while, too, and when somebody
 * comes to look at it. Looking costs little: only what changed is hashed.
 *
 * To be watched a path is asked about, and its disk may have to wake up for it: a thread does that.
 * What the watches notice arrives on the main loop. What changed after it was looked through and
 * before its watch was there shows in the time of its last change.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-shares"

#include "config.h"

#include "shoal-shares-private.h"

#include <sys/stat.h>

#include "shoal-limits.h"

/* The clock of a file system goes in ticks. */
#define TICK_NS (G_GINT64_CONSTANT (20) * 1000 * 1000)

static void
look_again (ShoalShareEntry *entry)
{
  if (entry->target != NULL)
    entry->again = TRUE;
  else if (!entry->queued)
    shoal_shares_queue_later (entry->shares, entry);
}

static void
on_changed_cb (
    GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer user_data)
{
  ShoalShareEntry *entry = user_data;

  /* Before anything else: of what is no longer watched the shares may be gone. */
  if ((entry->watch_task == NULL && entry->monitors == NULL) || entry->removed)
    return;
  if (event != G_FILE_MONITOR_EVENT_PRE_UNMOUNT && !entry->shares->stopped)
    look_again (entry);
}

static void
monitor_free (gpointer monitor)
{
  g_file_monitor_cancel (monitor);
  g_object_unref (monitor);
}

/* What the thread works with, and what it finds. */
typedef struct
{
  ShoalShareEntry *entry; /* the task's callback keeps it, and the thread only hands it on */
  GPtrArray *paths;
  gint64 looked_ns;    /* when folders were last looked through, by the clock on the wall */
  gint64 ctime_ns;     /* of a file as it was read; 0: of a folder, or of what was not read */
  GPtrArray *monitors; /* of GFileMonitor: of those that can be watched */
  gboolean changed;    /* since then */
} Watching;

static void
watching_free (gpointer data)
{
  Watching *self = data;

  g_ptr_array_unref (self->paths);
  g_clear_pointer (&self->monitors, g_ptr_array_unref);
  g_free (self);
}

/* Connected before anybody looks whether the path has changed: what the monitor tells the main loop
 * while the thread is still at the other paths would reach nobody. */
static void
watch_path (Watching *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GFileMonitor *monitor = g_file_monitor (file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);

  if (monitor == NULL)
    {
      g_debug ("Cannot watch “%s”: %s", path, error->message);
      return;
    }
  g_signal_connect (monitor, "changed", G_CALLBACK (on_changed_cb), self->entry);
  g_ptr_array_add (self->monitors, monitor);
}

/* Returns: when it last changed, 0 if it is not there */
static gint64
get_changed_ns (const char *path)
{
  struct stat st;

  return stat (path, &st) == 0
             ? st.st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + st.st_ctim.tv_nsec
             : 0;
}

static void
watch_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Watching *self = data;

  for (guint i = 0; i < self->paths->len; i++)
    {
      const char *path = g_ptr_array_index (self->paths, i);

      watch_path (self, path);
      self->changed |= self->ctime_ns != 0 ? get_changed_ns (path) != self->ctime_ns
                                           : get_changed_ns (path) > self->looked_ns - TICK_NS;
    }
  g_task_return_boolean (task, TRUE);
}

static void
on_watched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalShareEntry) entry = user_data;
  Watching *watching = g_task_get_task_data (G_TASK (result));
  /* Theirs are the main thread's to free. */
  g_autoptr (GPtrArray) monitors = g_steal_pointer (&watching->monitors);

  if (entry->watch_task != G_TASK (result))
    return; /* removed meanwhile, or watched anew */
  entry->watch_task = NULL;
  entry->shares->n_watched -= entry->n_watched - monitors->len;
  entry->n_watched = monitors->len;
  entry->monitors = g_steal_pointer (&monitors);
  if (watching->changed)
    look_again (entry);
  shoal_shares_check_waiters (entry->shares);
}

static void
add_path (ShoalShares *self, GPtrArray *paths, char *path)
{
  if (self->n_watched + paths->len < SHOAL_MAX_WATCHED_PATHS)
    g_ptr_array_add (paths, path);
  else
    g_free (path);
}

static void
add_folders (ShoalShares *self, GPtrArray *paths, ShoalShareEntry *entry, ShoalHoldingSet *set)
{
  guint n = set != NULL ? shoal_holding_set_get_n_entries (set) : 0;

  for (guint i = 0; i < n && self->n_watched + paths->len < SHOAL_MAX_WATCHED_PATHS; i++)
    {
      const ShoalHolding *holding = shoal_holding_set_get_entry (set, i);

      if (holding->kind == SHOAL_ENTRY_FOLDER)
        add_path (self, paths,
                  g_build_filename (shoal_share_get_path (entry->share),
                                    shoal_holding_set_get_path (set, holding), NULL));
    }
}

void
shoal_shares_unwatch (ShoalShares *self, ShoalShareEntry *entry)
{
  self->n_watched -= entry->n_watched;
  entry->n_watched = 0;
  entry->watch_task = NULL;
  g_clear_pointer (&entry->monitors, g_ptr_array_unref);
}

static gint64
get_ctime_ns (ShoalShare *share)
{
  ShoalHoldingSet *set = shoal_share_get_set (share);

  return !shoal_share_is_folder (share) && set != NULL && shoal_holding_set_get_n_entries (set) > 0
             ? shoal_holding_set_get_entry (set, 0)->stamp.ctime_ns
             : 0;
}

/* A monitor tells the default main loop whatever thread has made it. */
void
shoal_shares_watch (ShoalShares *self, ShoalShareEntry *entry)
{
  if (!self->watching || self->stopped || entry->removed)
    return;
  shoal_shares_unwatch (self, entry);

  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  add_path (self, paths, g_strdup (shoal_share_get_path (entry->share)));
  if (shoal_share_is_folder (entry->share))
    {
      add_folders (self, paths, entry, shoal_share_get_set (entry->share));
      add_folders (self, paths, entry, shoal_share_get_hidden (entry->share));
    }
  if (paths->len == 0)
    return;

  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_watched_cb, shoal_share_entry_ref (entry));
  Watching *watching = g_new0 (Watching, 1);

  entry->n_watched = paths->len;
  self->n_watched += paths->len;
  entry->watch_task = task;
  watching->entry = entry;
  watching->monitors = g_ptr_array_new_with_free_func (monitor_free);
  watching->paths = g_steal_pointer (&paths);
  watching->looked_ns = entry->looked_ns;
  watching->ctime_ns = get_ctime_ns (entry->share);
  g_task_set_source_tag (task, shoal_shares_watch);
  g_task_set_task_data (task, watching, watching_free);
  g_task_run_in_thread (task, watch_in_thread);
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
