/* shoal-share-hash.c: hashes the files that a share job has found
 *
 * Threads: the job's thread hands out and waits. Files of at most one piece need one read and one
 * small tree: they are taken in batches by a pool of plain threads, for a task of GLib's for each
 * of 10,000 costs more than the hashing. Longer ones go through ShoalHashPool, two at a time, so
 * that the next one is being read while the last pieces of one are hashed. An item is written by
 * one thread, and read by the job's after it has waited.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-share-job"

#include "config.h"

#include "shoal-share-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"

/* Reads of a long file that are under way at once. */
#define LARGE_AT_ONCE 2
/* A file that is being written is given a second chance at once. */
#define TRIES 2
/* The clock of file times goes in ticks of up to 10 ms: what is written twice within one has the
 * same stamp both times. */
#define CLOCK_TICK_US (20 * 1000)

typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_open; /* batches not done */
} Waiter;

typedef struct
{
  Waiter *waiter;
  ShoalShareItem **items;
  guint n_items;
} Batch;

void
shoal_share_item_clear (ShoalShareItem *self)
{
  g_clear_pointer (&self->layer, g_bytes_unref);
  g_clear_pointer (&self->reason, g_free);
}

static void
item_failed (ShoalShareItem *item, const GError *error)
{
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED))
    {
      item->state = SHOAL_SHARE_ITEM_CHANGED;
      item->reason = g_strdup ("changes while it is being read");
      return;
    }
  item->state = SHOAL_SHARE_ITEM_FAILED;
  item->reason = g_strdup (error->message);
}

static void
item_done (ShoalShareItem *item, const ShoalFileStamp *stamp, gboolean executable)
{
  item->entry->stamp = *stamp;
  item->entry->kind = executable ? SHOAL_ENTRY_EXECUTABLE : SHOAL_ENTRY_FILE;
  item->state = SHOAL_SHARE_ITEM_DONE;
}

/* Waits until a file that was changed just now can be told from one that is changed from now on.
 * With many such files only the first waits. */
static void
wait_for_clock (const struct stat *st)
{
  gint64 changed_us
      = (gint64) st->st_ctim.tv_sec * G_USEC_PER_SEC + (gint64) st->st_ctim.tv_nsec / 1000;
  gint64 age_us = g_get_real_time () - changed_us;

  if (age_us >= 0 && age_us < CLOCK_TICK_US)
    g_usleep ((gulong) (CLOCK_TICK_US - age_us));
}

/* ---- Small files ---- */

/* The folder that the last file of a batch was in: its neighbour is mostly there too. */
typedef struct
{
  int base;
  ShoalFd fd;
  char *path;
} OpenFolder;

static void
open_folder_clear (OpenFolder *self)
{
  shoal_fd_clear (&self->fd);
  g_clear_pointer (&self->path, g_free);
}

static int
open_item (ShoalShareItem *item, OpenFolder *folder, GError **error)
{
  const char *path = item->entry->path;
  const char *slash = strrchr (path, '/');

  if (slash == NULL)
    return shoal_dir_open_file (item->dirfd, path, O_RDONLY, 0, error);
  g_autofree char *parent = g_strndup (path, (gsize) (slash - path));
  if (folder->fd < 0 || folder->base != item->dirfd || g_strcmp0 (folder->path, parent) != 0)
    {
      open_folder_clear (folder);
      folder->fd = shoal_dir_open_sub (item->dirfd, parent, FALSE, error);
      if (folder->fd < 0)
        return -1;
      folder->base = item->dirfd;
      folder->path = g_steal_pointer (&parent);
    }
  return shoal_dir_open_file (folder->fd, slash + 1, O_RDONLY, 0, error);
}

static gboolean
changed_error (GError **error)
{
  g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED, _ ("The file changes"));
  return FALSE;
}

/* What is made while it is read, as in /proc, says that it is empty: offered as that it would
 * arrive without its content. */
static gboolean
check_end (int fd, gsize size, GError **error)
{
  guint8 more;
  gssize n = pread (fd, &more, sizeof more, (off_t) size);

  if (n < 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot read the file"));
  if (n > 0)
    g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                         _ ("its size is not known before it is read; share a copy of it"));
  return n == 0;
}

static gboolean
hash_small_fd (ShoalShareItem *item, int fd, guint8 *buffer, GError **error)
{
  struct stat before;
  struct stat after;
  ShoalFileStamp first;
  ShoalFileStamp second;

  if (fstat (fd, &before) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot look at the file"));
  if (before.st_size > SHOAL_PIECE_SIZE)
    return changed_error (error);
  wait_for_clock (&before);
  gsize size = (gsize) before.st_size;
  if (!shoal_fd_read_all (fd, buffer, size, 0, error))
    return FALSE;
  if (fstat (fd, &after) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot look at the file"));
  shoal_file_stamp_from_stat (&first, &before);
  shoal_file_stamp_from_stat (&second, &after);
  if (!shoal_file_stamp_equal (&first, &second))
    return changed_error (error);
  if (!check_end (fd, size, error))
    return FALSE;
  memset (&item->id, 0, sizeof item->id);
  if (size > 0)
    shoal_merkle_piece_root (buffer, size, size, &item->id);
  item_done (item, &second, (after.st_mode & S_IXUSR) != 0);
  __atomic_fetch_add (&item->target->n_hashed, (gint64) size, __ATOMIC_RELAXED);
  return TRUE;
}

static void
hash_small (ShoalShareItem *item, OpenFolder *folder, guint8 *buffer)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < TRIES; i++)
    {
      g_clear_error (&error);
      g_auto (ShoalFd) fd = open_item (item, folder, &error);
      if (fd >= 0 && hash_small_fd (item, fd, buffer, &error))
        return;
      if (!g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED))
        break;
    }
  item_failed (item, error);
}

void
shoal_share_job_hash_batch (gpointer data, gpointer unused)
{
  g_autofree Batch *batch = data;
  g_autofree guint8 *buffer = g_malloc (SHOAL_PIECE_SIZE);
  OpenFolder folder = { .fd = -1 };

  for (guint i = 0; i < batch->n_items; i++)
    if (!g_cancellable_is_cancelled (batch->items[i]->target->cancellable))
      hash_small (batch->items[i], &folder, buffer);
  open_folder_clear (&folder);

  Waiter *waiter = batch->waiter;
  g_mutex_lock (&waiter->mutex);
  if (--waiter->n_open == 0)
    g_cond_signal (&waiter->cond);
  g_mutex_unlock (&waiter->mutex);
}

static void
hash_small_items (GPtrArray *items, GThreadPool *workers)
{
  Waiter waiter = { .n_open = 1 };

  g_mutex_init (&waiter.mutex);
  g_cond_init (&waiter.cond);
  for (guint first = 0; first < items->len; first += SHOAL_HASH_BATCH_FILES)
    {
      Batch *batch = g_new (Batch, 1);
      batch->waiter = &waiter;
      batch->items = (ShoalShareItem **) items->pdata + first;
      batch->n_items = MIN (items->len - first, SHOAL_HASH_BATCH_FILES);
      g_mutex_lock (&waiter.mutex);
      waiter.n_open++;
      g_mutex_unlock (&waiter.mutex);
      g_thread_pool_push (workers, batch, NULL);
    }
  g_mutex_lock (&waiter.mutex);
  waiter.n_open--;
  while (waiter.n_open > 0)
    g_cond_wait (&waiter.cond, &waiter.mutex);
  g_mutex_unlock (&waiter.mutex);
  g_mutex_clear (&waiter.mutex);
  g_cond_clear (&waiter.cond);
}

/* ---- Large files ---- */

typedef struct
{
  ShoalHashPool *pool;
  GMainContext *context;
  GQueue todo;
  guint n_running;
} LargeRun;

typedef struct
{
  LargeRun *run;
  ShoalShareItem *item;
} LargeHash;

static void
on_large_hashed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree LargeHash *hash = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalContent) content
             = shoal_hash_pool_hash_finish (SHOAL_HASH_POOL (source), result, &error);

  hash->run->n_running--;
  if (content == NULL)
    {
      item_failed (hash->item, error);
      return;
    }
  hash->item->id = content->id;
  if (content->size > SHOAL_PIECE_SIZE)
    hash->item->layer = g_bytes_ref (content->layer);
  item_done (hash->item, &content->stamp, content->executable);
}

static void
start_large (LargeRun *run, ShoalShareItem *item)
{
  g_autoptr (GError) error = NULL;
  OpenFolder folder = { .fd = -1 };
  int fd = open_item (item, &folder, &error);

  open_folder_clear (&folder);
  if (fd < 0)
    {
      item_failed (item, error);
      return;
    }
  struct stat st;
  if (fstat (fd, &st) == 0)
    wait_for_clock (&st);
  LargeHash *hash = g_new (LargeHash, 1);
  hash->run = run;
  hash->item = item;
  run->n_running++;
  shoal_hash_pool_hash_async (run->pool, fd, &item->target->n_hashed, item->target->cancellable,
                              on_large_hashed_cb, hash);
}

static void
hash_large_items (GPtrArray *items, ShoalHashPool *pool)
{
  LargeRun run = { .pool = pool, .context = g_main_context_new () };

  g_main_context_push_thread_default (run.context);
  for (guint i = 0; i < items->len; i++)
    {
      ShoalShareItem *item = g_ptr_array_index (items, i);
      while (run.n_running >= LARGE_AT_ONCE)
        g_main_context_iteration (run.context, TRUE);
      if (!g_cancellable_is_cancelled (item->target->cancellable))
        start_large (&run, item);
    }
  while (run.n_running > 0)
    g_main_context_iteration (run.context, TRUE);
  g_main_context_pop_thread_default (run.context);
  g_main_context_unref (run.context);
}

void
shoal_share_hash_items (GArray *items, ShoalHashPool *pool, GThreadPool *workers)
{
  g_autoptr (GPtrArray) small = g_ptr_array_new ();
  g_autoptr (GPtrArray) large = g_ptr_array_new ();

  for (guint i = 0; i < items->len; i++)
    {
      ShoalShareItem *item = &g_array_index (items, ShoalShareItem, i);
      if (item->state == SHOAL_SHARE_ITEM_TODO)
        g_ptr_array_add (item->entry->stamp.size <= SHOAL_PIECE_SIZE ? small : large, item);
    }
  hash_small_items (small, workers);
  /* A small file that has just grown, and a long one that was being written, get one more try. */
  for (guint i = 0; i < small->len; i++)
    {
      ShoalShareItem *item = g_ptr_array_index (small, i);
      if (item->state == SHOAL_SHARE_ITEM_CHANGED)
        {
          g_clear_pointer (&item->reason, g_free);
          g_ptr_array_add (large, item);
        }
    }
  hash_large_items (large, pool);
}
