/* shoal-transfer-one.c: the life of one content in a run
 *
 * It is begun, workers fetch it, and it is finished or dropped. Both leave by one door: there it
 * stops being served, and what is not in place is kept for another try or deleted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-one.h"

#include <unistd.h>
#include "shoal-transfer-disk.h"
#include "shoal-transfer-gone.h"
#include "shoal-transfer-loop.h"
#include "shoal-transfer-news.h"
#include "shoal-transfer-state.h"

ShoalPieceWork *
shoal_run_open_work (ShoalTransferRun *self,
                     int dirfd,
                     const char *name,
                     guint32 file_index,
                     const char *layer_name,
                     GError **error)
{
  g_autoptr (GError) local = NULL;
  ShoalPieceWork *work;

  while ((work = shoal_piece_work_new (self, dirfd, name, &self->id, self->size, file_index,
                                       layer_name, &local))
             == NULL
         && shoal_run_await_room (self, &local))
    ;
  if (work == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return work;
}

void
shoal_run_begin_work (ShoalTransferRun *self, ShoalPieceWork *work)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->works, shoal_piece_work_ref (work));
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  shoal_run_serve (self, work);
}

static void
leave (ShoalTransferRun *self, ShoalPieceWork *work, gboolean in_place)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->works, work);
  gboolean gone = work->state == SHOAL_WORK_GONE;
  g_mutex_unlock (&self->lock);

  gboolean discard = shoal_run_is_discarded (self);

  if (!in_place || !work->keep_serving)
    shoal_run_unserve (self, work);
  if (!in_place && work->partial != NULL)
    {
      /* What is gone will not be gone on with if there is nothing of it. */
      if (discard || work->left_out || (gone && shoal_partial_get_bytes_have (work->partial) == 0))
        shoal_partial_discard (work->partial);
      else
        shoal_partial_sync (work->partial, NULL);
    }
  if (in_place || discard || work->left_out)
    unlink (work->layer_path);
}

gboolean
shoal_run_finish_work (ShoalTransferRun *self,
                       ShoalPieceWork *work,
                       gboolean executable,
                       gint64 mtime_ms,
                       char **made,
                       GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean ok;

  while (!(ok = shoal_partial_finish (work->partial, executable, mtime_ms, made, &local))
         && shoal_run_await_room (self, &local))
    ;
  leave (self, work, ok);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&local));
  return ok;
}

void
shoal_run_drop_work (ShoalTransferRun *self, ShoalPieceWork *work)
{
  leave (self, work, FALSE);
}

static gboolean
is_work_over (ShoalTransferRun *self, gpointer data)
{
  const ShoalPieceWork *work = data;

  return work->state == SHOAL_WORK_COMPLETE || work->state == SHOAL_WORK_GONE;
}

gboolean
shoal_run_fetch_one (ShoalTransferRun *self,
                     ShoalPieceWork *work,
                     gboolean executable,
                     gint64 mtime_ms,
                     char **made,
                     GError **error)
{
  shoal_run_begin_work (self, work);

  gboolean over = shoal_run_until (self, is_work_over, work, error);

  g_mutex_lock (&self->lock);
  gboolean complete = over && work->state == SHOAL_WORK_COMPLETE;
  g_autoptr (GError) local = over && work->error != NULL ? g_error_copy (work->error) : NULL;
  g_mutex_unlock (&self->lock);
  if (complete)
    return shoal_run_finish_work (self, work, executable, mtime_ms, made, error);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (over)
    shoal_run_set_gone_error (self, error);
  /* Nobody writes to it any more when it is kept or deleted. */
  shoal_run_stop_workers (self);
  shoal_run_drop_work (self, work);
  return FALSE;
}
