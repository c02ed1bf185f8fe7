/* shoal-transfer-thread.c: the thread that decides
 *
 * It opens what is to be fetched, starts workers for the sources there are, waits until all is
 * verified, and puts it in place. It asks the main thread for sources and never talks to the
 * network itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-thread.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shoal-dir.h"
#include "shoal-disk-names.h"
#include "shoal-error.h"
#include "shoal-hasher.h"
#include "shoal-merkle.h"
#include "shoal-transfer-disk.h"
#include "shoal-transfer-folder.h"
#include "shoal-transfer-loop.h"
#include "shoal-transfer-news.h"
#include "shoal-transfer-one.h"
#include "shoal-transfer-pieces.h"
#include "shoal-transfer-state.h"

/* Whether @name in the folder already has exactly this content. */
static gboolean
is_here_already (ShoalTransferRun *self, int dirfd, const char *name, GError **error)
{
  struct stat st;

  if (fstatat (dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (st.st_mode)
      || (guint64) st.st_size != self->size)
    return FALSE;

  int fd = shoal_dir_open_file (dirfd, name, O_RDONLY, 0, error);

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
make_empty_file (ShoalTransferRun *self, int dirfd, const char *name, char **made, GError **error)
{
  g_autofree char *temporary = g_strconcat (self->uuid, ".part", NULL);
  int fd = shoal_dir_open_file (dirfd, temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666, error);

  if (fd < 0)
    return FALSE;
  close (fd);
  return shoal_dir_rename_unique (dirfd, temporary, dirfd, name, made, error);
}

static gboolean
await_empty_file (ShoalTransferRun *self, int dirfd, const char *name, char **made, GError **error)
{
  g_autoptr (GError) local = NULL;

  while (!make_empty_file (self, dirfd, name, made, &local))
    if (!shoal_run_await_room (self, &local))
      {
        g_propagate_error (error, g_steal_pointer (&local));
        return FALSE;
      }
  return TRUE;
}

static gboolean
run_file (ShoalTransferRun *self, GError **error)
{
  g_autofree char *made = NULL;
  g_autofree char *layer_name = g_strconcat (self->uuid, ".layer", NULL);
  int dirfd = shoal_run_open_place (self, error);
  gboolean ok = FALSE;

  if (dirfd < 0)
    return FALSE;

  g_autofree char *name = shoal_disk_name_at (dirfd, self->name);

  if (is_here_already (self, dirfd, name, error))
    {
      made = g_strdup (name);
      __atomic_store_n (&self->bytes_done, (gint64) self->size, __ATOMIC_RELAXED);
      __atomic_store_n (&self->pieces_done, shoal_piece_count (self->size), __ATOMIC_RELAXED);
      ok = TRUE;
    }
  else if (self->size == 0)
    ok = await_empty_file (self, dirfd, name, &made, error);
  else
    {
      shoal_run_map_begin (self, shoal_piece_count (self->size));

      g_autoptr (ShoalPieceWork) work
                 = shoal_run_open_work (self, dirfd, name, 0, layer_name, error);

      shoal_run_want_sources (self, &self->id);
      ok = work != NULL && shoal_run_fetch_one (self, work, FALSE, self->mtime_ms, &made, error);
    }
  close (dirfd);
  if (ok)
    {
      shoal_run_set_made (self, made);
      shoal_run_note_names (self, self->renamed || !g_str_equal (name, self->name), made);
    }
  return ok;
}

gpointer
shoal_run_thread (gpointer data)
{
  ShoalTransferRun *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *journal_name = g_strconcat (self->uuid, ".journal", NULL);
  g_autofree char *journal_path = g_build_filename (self->journals, journal_name, NULL);

  shoal_run_set_state (self, SHOAL_TRANSFER_STARTING, NULL);
  while ((self->journal = shoal_journal_open (journal_path, &self->id, self->size, &error)) == NULL
         && shoal_run_await_room (self, &error))
    ;
  if (self->journal != NULL)
    {
      if (self->folder)
        shoal_run_folder (self, &error);
      else
        run_file (self, &error);
    }
  shoal_run_stop_workers (self);
  shoal_run_give_lane (self);
  if (self->journal != NULL && error == NULL)
    shoal_journal_remove (self->journal);

  if (error == NULL)
    shoal_run_set_state (self, SHOAL_TRANSFER_FINISHED, self->note);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    shoal_run_set_state (self, SHOAL_TRANSFER_FAILED, error->message);
  else
    {
      shoal_run_set_state (self, SHOAL_TRANSFER_PAUSED, error->message);
      g_clear_error (&error);
      g_set_error_literal (&error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED, "Stopped.");
    }
  shoal_run_ended (self, error);
  shoal_transfer_run_unref (self);
  return NULL;
}
