/* shoal-transfer-run.c: one transfer under way: the thread that decides
 *
 * The run's thread opens what is to be fetched, starts workers for the sources there are, waits
 * until all is verified, and puts it in place. It asks the main thread for sources and never talks
 * to the network itself.
 *
 *   starting → active ⇄ waiting (no source answers) ⇄ no-space (disk full) → finished or failed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-run-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-hasher.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"

ShoalTransferRun *
shoal_transfer_run_new (const ShoalRunConfig *config,
                        const ShoalRunDelegate *delegate,
                        gpointer user_data)
{
  ShoalTransferRun *self = g_new0 (ShoalTransferRun, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->uuid = g_strdup (config->uuid);
  self->name = g_strdup (config->name);
  self->id = config->id;
  self->size = config->size;
  self->folder = config->folder;
  self->folder_path = g_strdup (config->folder_path);
  self->made = g_strdup (config->made);
  self->mtime_ms = config->mtime_ms;
  self->journals = g_strdup (config->journals);
  self->key = shoal_device_key_ref (config->key);
  self->limit = shoal_token_bucket_ref (config->limit);
  self->per_source = config->per_source;
  self->lanes = shoal_lanes_ref (config->lanes);
  self->delegate = *delegate;
  self->user_data = user_data;
  self->context = g_main_context_ref_thread_default ();
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->book = shoal_source_book_new (config->folder ? &self->id : NULL, config->device);
  self->works = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_piece_work_unref);
  g_queue_init (&self->batches);
  self->unsynced = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->state = SHOAL_TRANSFER_STARTING;
  self->root_fd = -1;
  if (!config->folder)
    {
      self->bytes_total = config->size;
      self->pieces_total = shoal_piece_count (config->size);
    }
  return self;
}

ShoalTransferRun *
shoal_transfer_run_ref (ShoalTransferRun *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
shoal_transfer_run_unref (ShoalTransferRun *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->thread != NULL)
    g_thread_unref (self->thread);
  g_clear_pointer (&self->journal, shoal_journal_unref);
  g_clear_pointer (&self->manifest, shoal_manifest_free);
  if (self->root_fd >= 0)
    close (self->root_fd);
  g_queue_clear_full (&self->batches, g_free);
  g_ptr_array_unref (self->works);
  shoal_source_book_free (self->book);
  g_array_unref (self->unsynced);
  g_clear_error (&self->fatal);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_object_unref (self->cancellable);
  g_main_context_unref (self->context);
  shoal_token_bucket_unref (self->limit);
  shoal_lanes_unref (self->lanes);
  shoal_device_key_unref (self->key);
  g_free (self->pieces);
  g_free (self->first_pieces);
  g_free (self->message);
  g_free (self->made);
  g_free (self->first_lost);
  g_free (self->journals);
  g_free (self->folder_path);
  g_free (self->name);
  g_free (self->uuid);
  g_free (self);
}

/* ---- News for the main thread ------------------------------------------------------------- */

typedef struct
{
  enum
  {
    NEWS_NEED_SOURCES,
    NEWS_SERVE,
    NEWS_UNSERVE,
    NEWS_BAD_SOURCE,
    NEWS_ENDED,
  } kind;
  ShoalTransferRun *run;
  ShoalDigest id;
  guint64 size;
  GBytes *layer;
  ShoalPartial *partial;
  ShoalSource *source;
  GError *error;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  g_clear_pointer (&news->layer, g_bytes_unref);
  g_clear_object (&news->partial);
  g_clear_pointer (&news->source, shoal_source_unref);
  g_clear_error (&news->error);
  shoal_transfer_run_unref (news->run);
  g_free (news);
}

static gboolean
on_news_cb (gpointer data)
{
  News *news = data;
  ShoalTransferRun *self = news->run;

  switch (news->kind)
    {
    case NEWS_NEED_SOURCES:
      self->delegate.need_sources (self, &news->id, self->user_data);
      break;
    case NEWS_SERVE:
      self->delegate.serve (self, &news->id, news->size, news->layer, news->partial,
                            self->user_data);
      break;
    case NEWS_UNSERVE:
      self->delegate.unserve (self, &news->id, news->size, self->user_data);
      break;
    case NEWS_BAD_SOURCE:
      self->delegate.bad_source (self, news->source, self->user_data);
      break;
    case NEWS_ENDED:
    default:
      self->delegate.ended (self, news->error, self->user_data);
      break;
    }
  return G_SOURCE_REMOVE;
}

static News *
news_new (ShoalTransferRun *self, int kind, const ShoalDigest *id)
{
  News *news = g_new0 (News, 1);

  news->kind = kind;
  news->run = shoal_transfer_run_ref (self);
  news->id = *id;
  return news;
}

static void
tell (News *news)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_news_cb, news, news_free);
  g_source_attach (source, news->run->context);
}

/* Told under the lock: whatever thread comes first, the end follows the beginning. */
void
shoal_run_serve (ShoalTransferRun *self, ShoalPieceWork *work)
{
  g_mutex_lock (&self->lock);
  if (work->serving == SHOAL_SERVING_LATER && work->partial != NULL)
    {
      News *news = news_new (self, NEWS_SERVE, &work->id);

      news->size = work->size;
      news->layer = g_bytes_ref (work->layer);
      news->partial = g_object_ref (work->partial);
      work->serving = SHOAL_SERVING_NOW;
      tell (news);
    }
  g_mutex_unlock (&self->lock);
}

void
shoal_run_unserve (ShoalTransferRun *self, ShoalPieceWork *work)
{
  g_mutex_lock (&self->lock);
  if (work->serving == SHOAL_SERVING_NOW)
    {
      News *news = news_new (self, NEWS_UNSERVE, &work->id);

      news->size = work->size;
      tell (news);
    }
  work->serving = SHOAL_SERVING_OVER;
  g_mutex_unlock (&self->lock);
}

void
shoal_run_bad_source (ShoalTransferRun *self, ShoalSource *source)
{
  News *news = news_new (self, NEWS_BAD_SOURCE, &self->id);

  news->source = shoal_source_ref (source);
  tell (news);
}

void
shoal_run_ask_for_sources (ShoalTransferRun *self, const ShoalDigest *id)
{
  tell (news_new (self, NEWS_NEED_SOURCES, id));
}

void
shoal_run_want_sources (ShoalTransferRun *self, const ShoalDigest *id)
{
  g_mutex_lock (&self->lock);
  shoal_source_book_want (self->book, id);
  g_mutex_unlock (&self->lock);
  shoal_run_ask_for_sources (self, id);
}

/* ---- One file ------------------------------------------------------------------------------- */

/* Whether @name in the folder already has exactly this content. */
static gboolean
is_here_already (ShoalTransferRun *self, int dirfd, GError **error)
{
  struct stat st;

  if (fstatat (dirfd, self->name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (st.st_mode)
      || (guint64) st.st_size != self->size)
    return FALSE;

  int fd = shoal_dir_open_file (dirfd, self->name, O_RDONLY, 0, error);

  if (fd < 0)
    {
      g_clear_error (error);
      return FALSE;
    }

  g_autoptr (ShoalContent) content = shoal_hash_fd (fd, NULL, self->cancellable, NULL);

  close (fd);
  return content != NULL && shoal_digest_equal (&content->id, &self->id);
}

static gboolean
make_empty_file (ShoalTransferRun *self, int dirfd, char **made, GError **error)
{
  g_autofree char *temporary = g_strconcat (self->uuid, ".part", NULL);
  int fd = shoal_dir_open_file (dirfd, temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666, error);

  if (fd < 0)
    return FALSE;
  close (fd);
  return shoal_dir_rename_unique (dirfd, temporary, dirfd, self->name, made, error);
}

static gboolean
run_file (ShoalTransferRun *self, GError **error)
{
  g_autofree char *made = NULL;
  g_autofree char *layer_name = g_strconcat (self->uuid, ".layer", NULL);
  int dirfd = shoal_dir_open (self->folder_path, TRUE, error);
  gboolean ok = FALSE;

  if (dirfd < 0)
    return FALSE;
  if (is_here_already (self, dirfd, error))
    {
      made = g_strdup (self->name);
      __atomic_store_n (&self->bytes_done, (gint64) self->size, __ATOMIC_RELAXED);
      __atomic_store_n (&self->pieces_done, shoal_piece_count (self->size), __ATOMIC_RELAXED);
      ok = TRUE;
    }
  else if (self->size == 0)
    ok = make_empty_file (self, dirfd, &made, error);
  else
    {
      shoal_run_map_begin (self, shoal_piece_count (self->size));

      g_autoptr (ShoalPieceWork) work = shoal_piece_work_new (self, dirfd, self->name, &self->id,
                                                              self->size, 0, layer_name, error);

      shoal_run_want_sources (self, &self->id);
      ok = work != NULL && shoal_run_fetch_one (self, work, FALSE, self->mtime_ms, &made, error);
    }
  close (dirfd);
  if (ok)
    shoal_run_set_made (self, made);
  return ok;
}

static gpointer
run_thread (gpointer data)
{
  ShoalTransferRun *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *journal_name = g_strconcat (self->uuid, ".journal", NULL);
  g_autofree char *journal_path = g_build_filename (self->journals, journal_name, NULL);

  shoal_run_set_state (self, SHOAL_TRANSFER_STARTING, NULL);
  self->journal = shoal_journal_open (journal_path, &self->id, self->size, &error);
  if (self->journal != NULL)
    {
      if (self->folder)
        shoal_run_folder (self, &error);
      else
        run_file (self, &error);
    }
  shoal_run_stop_workers (self);
  shoal_run_give_lane (self);
  if (self->journal != NULL && (error == NULL || shoal_run_is_discarded (self)))
    shoal_journal_remove (self->journal);

  News *news = news_new (self, NEWS_ENDED, &self->id);

  if (error == NULL)
    shoal_run_set_state (self, SHOAL_TRANSFER_FINISHED, NULL);
  else
    {
      gboolean stopped = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

      shoal_run_set_state (self, stopped ? SHOAL_TRANSFER_PAUSED : SHOAL_TRANSFER_FAILED,
                           error->message);
      if (stopped)
        news->error = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_CANCELLED, "Stopped.");
      else
        news->error = g_steal_pointer (&error);
    }
  tell (news);
  shoal_transfer_run_unref (self);
  return NULL;
}

void
shoal_transfer_run_start (ShoalTransferRun *self)
{
  g_return_if_fail (self->thread == NULL);

  shoal_transfer_run_ref (self);
  self->thread = g_thread_ref (g_thread_new ("shoal-transfer", run_thread, self));
}

void
shoal_transfer_run_wake (ShoalTransferRun *self)
{
  g_mutex_lock (&self->lock);
  if (self->n_workers == 0)
    {
      self->asked_us = 0;
      g_cond_broadcast (&self->changed);
    }
  g_mutex_unlock (&self->lock);
}

void
shoal_transfer_run_stop (ShoalTransferRun *self, gboolean discard)
{
  g_mutex_lock (&self->lock);
  self->discard |= discard;
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->cancellable);
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

gboolean
shoal_run_is_discarded (ShoalTransferRun *self)
{
  g_mutex_lock (&self->lock);
  gboolean discard = self->discard;
  g_mutex_unlock (&self->lock);
  return discard;
}

void
shoal_run_set_made (ShoalTransferRun *self, const char *name)
{
  g_mutex_lock (&self->lock);
  g_free (self->made);
  self->made = g_strdup (name);
  g_mutex_unlock (&self->lock);
}

gboolean
shoal_transfer_run_is_stopped (ShoalTransferRun *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

void
shoal_transfer_run_join (ShoalTransferRun *self)
{
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
}

void
shoal_transfer_run_get_progress (ShoalTransferRun *self, ShoalRunProgress *progress)
{
  guint n_reachable, n_bad;

  g_mutex_lock (&self->lock);
  progress->state = self->state;
  progress->bytes_total = self->bytes_total;
  progress->pieces_total = self->pieces_total;
  progress->message = g_strdup (self->message);
  progress->destination
      = self->made != NULL ? g_build_filename (self->folder_path, self->made, NULL) : NULL;
  progress->active_us = self->active_us;
  if (self->active_since_us != 0)
    progress->active_us += g_get_monotonic_time () - self->active_since_us;
  shoal_source_book_count (self->book, &progress->n_sources, &n_reachable, &n_bad);
  g_mutex_unlock (&self->lock);
  progress->bytes_done = (guint64) __atomic_load_n (&self->bytes_done, __ATOMIC_RELAXED);
  progress->bytes_fetched = (guint64) __atomic_load_n (&self->bytes_fetched, __ATOMIC_RELAXED);
  progress->pieces_done = (guint64) __atomic_load_n (&self->pieces_done, __ATOMIC_RELAXED);
}

void
shoal_run_progress_clear (ShoalRunProgress *progress)
{
  g_clear_pointer (&progress->message, g_free);
  g_clear_pointer (&progress->destination, g_free);
}

char *
shoal_transfer_run_dup_users (ShoalTransferRun *self, char ***devices)
{
  g_mutex_lock (&self->lock);
  char *users = shoal_source_book_dup_users (self->book, devices);
  g_mutex_unlock (&self->lock);
  return users;
}
