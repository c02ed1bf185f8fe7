/* shoal-transfer-gone.c: what was changed or taken back while it was being downloaded
 *
 * A source that has a content no more says so, and the directory forgets the offer. As long as
 * somebody offers the content, online or not, the download waits. When nobody does, waiting would
 * be for ever: a file ends, and a folder goes on with the files that are left, one by one, because
 * the folder as a whole exists no more.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-gone.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-transfer-state.h"

/* A changed file is hashed and offered again; the same content may come back in between. */
#define GONE_AFTER_US (15 * G_USEC_PER_SEC)
/* Until then a folder goes on with what else it needs; its small files come apart sooner. */
#define APART_AFTER_US (5 * G_USEC_PER_SEC)

void
shoal_run_note_failure (ShoalTransferRun *run, ShoalPieceWork *work, gboolean refused)
{
  if (work != NULL)
    {
      work->failed = TRUE;
      work->refused |= refused;
    }
  else
    {
      run->batches_failed = TRUE;
      run->batches_refused |= refused;
    }
  /* The directory may know more by now. */
  if (refused)
    run->asked_us = 0;
}

void
shoal_run_find_gone (ShoalTransferRun *run)
{
  gint64 now = g_get_monotonic_time ();

  if (run->batches_failed && !g_queue_is_empty (&run->batches) && run->n_batches_out == 0
      && shoal_source_book_is_gone (run->book, &run->id, APART_AFTER_US, now))
    shoal_source_book_set_apart (run->book);
  for (guint i = 0; i < run->works->len; i++)
    {
      ShoalPieceWork *work = g_ptr_array_index (run->works, i);
      /* Once the folder is known to be another, there is nothing to wait for. */
      gboolean at_once = shoal_source_book_is_apart (run->book) && work->refused;

      if (work->failed && (work->state == SHOAL_WORK_NEEDS_LAYER || work->state == SHOAL_WORK_READY)
          && shoal_source_book_is_gone (run->book, &work->id, at_once ? 0 : GONE_AFTER_US, now))
        work->state = SHOAL_WORK_GONE;
    }
}

const char *
shoal_run_describe_gone (ShoalTransferRun *run)
{
  gboolean refused = run->batches_refused && !g_queue_is_empty (&run->batches);

  for (guint i = 0; i < run->works->len; i++)
    refused = refused || ((ShoalPieceWork *) g_ptr_array_index (run->works, i))->refused;
  if (refused)
    return _ ("It was changed or taken back where it was found. Looking for somebody who has it.");
  if (shoal_source_book_is_unlisted (run->book))
    return _ (
        "Nobody shares it any more as it was. It goes on if somebody does; a search shows what"
        " is shared now.");
  return NULL;
}

gboolean
shoal_run_set_gone_error (ShoalTransferRun *run, GError **error)
{
  if (run->n_lost == 0)
    g_set_error (
        error, SHOAL_ERROR, SHOAL_ERROR_CHANGED,
        _ ("“%s” was changed or taken back since this download began. Search again for what"
           " is shared now."),
        run->name);
  else if (run->n_lost == 1)
    g_set_error (
        error, SHOAL_ERROR, SHOAL_ERROR_CHANGED,
        _ ("“%s” in “%s” was changed or taken back since this download began. All other files"
           " are here; search again for what is shared now."),
        run->first_lost, run->name);
  else
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED,
                 _ ("“%s” and %u more files in “%s” were changed or taken back since this download"
                    " began. All other files are here; search again for what is shared now."),
                 run->first_lost, run->n_lost - 1, run->name);
  return FALSE;
}

gboolean
shoal_run_set_deleted_error (ShoalTransferRun *run, GError **error)
{
  return shoal_set_local_error (
      error, SHOAL_ERROR_NOT_FOUND,
      _ ("The folder “%s” was deleted here while it was being downloaded."), run->name);
}
