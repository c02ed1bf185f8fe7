/* shoal-transfer-folder.c: downloading a folder: manifest, folders, small files in batches, large
 * ones, links last
 *
 * The folder is made under its final name; each file in it appears when it has verified. What a
 * restart finds there counts if the journal says so or if its hash is right.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"
#include "shoal-safe-name.h"
#include "shoal-small-files.h"
#include "shoal-transfer-disk.h"
#include "shoal-transfer-folder-here.h"
#include "shoal-transfer-gone.h"
#include "shoal-transfer-loop.h"
#include "shoal-transfer-manifest.h"
#include "shoal-transfer-news.h"
#include "shoal-transfer-one.h"
#include "shoal-transfer-pieces.h"
#include "shoal-transfer-state.h"
#include "shoal-transfer-work.h"

/* Large files under way at once: while one is being opened or put in place the workers are busy
 * with another. */
#define LARGE_AT_ONCE 2
/* When small files come one by one, more are needed to keep the workers busy. */
#define APART_AT_ONCE 8

typedef struct
{
  ShoalTransferRun *run;
  GArray *large; /* guint32: entries of large files that are not here */
  guint next_large;
  ShoalSmallFileWriter *writer; /* of empty files */
  gboolean fresh;               /* the folder was made just now, nothing can be in it */
} FolderJob;

static void
folder_job_clear (FolderJob *job)
{
  g_clear_pointer (&job->large, g_array_unref);
  g_clear_pointer (&job->writer, shoal_small_file_writer_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FolderJob, folder_job_clear)

static gboolean
record_made (ShoalTransferRun *run, const char *name, GError **error)
{
  shoal_run_set_made (run, name);
  return run->delegate.making (run, name, run->user_data, error);
}

/* Opens the folder of an earlier run, or makes a new one; its name is recorded before it is made,
 * so that a kill in between leaves no folder that nobody knows. */
static gboolean
open_folder (
    ShoalTransferRun *run, int parent_fd, const char *wanted, gboolean *fresh, GError **error)
{
  g_autofree char *name = g_strdup (run->made != NULL ? run->made : wanted);

  *fresh = FALSE;
  if (run->made != NULL)
    {
      run->root_fd = shoal_dir_open_sub (parent_fd, name, TRUE, error);
      return run->root_fd >= 0;
    }
  for (guint number = 2; number < 10000; number++)
    {
      struct stat st;

      if (fstatat (parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        {
          if (!record_made (run, name, error))
            return FALSE;
          if (mkdirat (parent_fd, name, 0777) == 0)
            {
              *fresh = TRUE;
              run->root_fd = shoal_dir_open_sub (parent_fd, name, FALSE, error);
              return run->root_fd >= 0;
            }
          if (errno != EEXIST)
            return shoal_error_from_errno (error, errno, _ ("Cannot make the folder “%s”"), name);
        }
      g_free (name);
      name = shoal_folder_name_numbered (wanted, number);
    }
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS,
               _ ("Cannot find a free name for “%s” in “%s”. Choose another folder."), run->name,
               run->folder_path);
  return FALSE;
}

/* Makes or opens one entry; may be called again when it failed. */
typedef gboolean (*EntryFunc) (FolderJob *job, guint index, GError **error);

/* Waits for room; what the disk refuses else is left out. */
static gboolean
settle (FolderJob *job, EntryFunc func, guint index, GError **error)
{
  g_autoptr (GError) local = NULL;

  while (!func (job, index, &local))
    {
      if (shoal_run_leave_out (job->run, index, &local))
        return TRUE;
      if (!shoal_run_await_room (job->run, &local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
make_folder (FolderJob *job, guint index, GError **error)
{
  const char *path = shoal_local_names_get_path (job->run->names, index);
  int fd = shoal_dir_open_sub (job->run->root_fd, path, TRUE, error);

  if (fd < 0)
    return FALSE;
  if (!job->fresh)
    shoal_small_files_sweep (fd);
  close (fd);
  return TRUE;
}

static gboolean
make_folders (FolderJob *job, GError **error)
{
  ShoalTransferRun *run = job->run;

  /* A kill may have left temporary files. */
  if (!job->fresh)
    shoal_small_files_sweep (run->root_fd);
  for (guint i = 0; i < shoal_manifest_get_n_entries (run->manifest); i++)
    if (shoal_manifest_get_entry (run->manifest, i)->kind == SHOAL_ENTRY_FOLDER
        && !settle (job, make_folder, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
make_link (FolderJob *job, guint index, GError **error)
{
  ShoalTransferRun *run = job->run;
  const char *path = shoal_local_names_get_path (run->names, index);
  g_autofree char *target = shoal_local_names_dup_target (run->names, index);
  g_autoptr (GError) local = NULL;

  if (!shoal_safe_link_target (path, target, error))
    return FALSE;
  /* From an earlier run, or of the user's own: it stays. */
  if (shoal_dir_make_link (run->root_fd, path, target, &local)
      || g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_EXISTS))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
make_links (FolderJob *job, GError **error)
{
  ShoalManifest *manifest = job->run->manifest;

  for (guint i = 0; i < shoal_manifest_get_n_entries (manifest); i++)
    if (shoal_manifest_get_entry (manifest, i)->kind == SHOAL_ENTRY_LINK
        && !settle (job, make_link, i, error))
      return FALSE;
  return TRUE;
}

static void
count_done (ShoalTransferRun *run, guint index)
{
  const ShoalManifestEntry *entry = shoal_manifest_get_entry (run->manifest, index);

  g_mutex_lock (&run->lock);
  shoal_run_map_entry (run, index, SHOAL_PIECE_HERE);
  g_mutex_unlock (&run->lock);
  __atomic_fetch_add (&run->bytes_done, (gint64) entry->size, __ATOMIC_RELAXED);
  __atomic_fetch_add (&run->pieces_done, shoal_piece_count (entry->size), __ATOMIC_RELAXED);
}

/* A file of the journal needs no second hash if it still has its size. */
static gboolean
is_entry_here (FolderJob *job, guint index, const ShoalManifestEntry *entry, const char *path)
{
  ShoalTransferRun *run = job->run;
  struct stat st;

  if (job->fresh || fstatat (run->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) != 0
      || !S_ISREG (st.st_mode) || (guint64) st.st_size != entry->size)
    return FALSE;
  return shoal_journal_has_file (run->journal, index)
         || shoal_folder_file_is_right (run->root_fd, path, entry, run->cancellable);
}

static gboolean
make_empty_file (FolderJob *job, guint index, GError **error)
{
  const ShoalManifestEntry *entry = shoal_manifest_get_entry (job->run->manifest, index);
  const char *path = shoal_local_names_get_path (job->run->names, index);
  g_autoptr (GError) local = NULL;

  if (shoal_small_file_writer_store (job->writer, path, "", 0, &entry->id,
                                     entry->kind == SHOAL_ENTRY_EXECUTABLE, -1, &local)
      || g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_EXISTS))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Finds out what is missing; makes empty files at once. */
static gboolean
survey (FolderJob *job, GError **error)
{
  ShoalTransferRun *run = job->run;
  guint n_entries = shoal_manifest_get_n_entries (run->manifest);

  job->writer = shoal_small_file_writer_new (run->root_fd);
  run->wanted = g_malloc0 (MAX (n_entries, 1));
  job->large = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint32 i = 0; i < n_entries; i++)
    {
      const ShoalManifestEntry *entry = shoal_manifest_get_entry (run->manifest, i);

      if (!shoal_folder_entry_is_file (entry))
        continue;

      const char *path = shoal_local_names_get_path (run->names, i);

      if (g_cancellable_set_error_if_cancelled (run->cancellable, error))
        return FALSE;
      if (entry->size == 0)
        {
          if (!settle (job, make_empty_file, i, error))
            return FALSE;
        }
      else if (is_entry_here (job, i, entry, path))
        count_done (run, i);
      else if (entry->size <= SHOAL_PIECE_SIZE)
        run->wanted[i] = 1;
      else
        g_array_append_val (job->large, i);
    }
  return TRUE;
}

static ShoalPieceWork *
open_large (ShoalTransferRun *run, guint32 index, GError **error)
{
  const ShoalManifestEntry *entry = shoal_manifest_get_entry (run->manifest, index);
  const char *path = shoal_local_names_get_path (run->names, index);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *layer_name = g_strdup_printf ("%s.%u.layer", run->uuid, index);
  int dirfd = shoal_dir_open_sub (run->root_fd, folder, TRUE, error);

  if (dirfd < 0)
    return NULL;

  ShoalPieceWork *work
      = shoal_piece_work_new (run, dirfd, name, &entry->id, entry->size, index, layer_name, error);

  close (dirfd);
  return work;
}

/* Under the lock. */
static gboolean
may_open (const FolderJob *job)
{
  return job->next_large < job->large->len
         && job->run->works->len
                < (shoal_source_book_is_apart (job->run->book) ? APART_AT_ONCE : LARGE_AT_ONCE);
}

/* Under the lock. */
static gboolean
is_all_here (const FolderJob *job)
{
  ShoalTransferRun *run = job->run;

  return g_queue_is_empty (&run->batches) && run->n_batches_out == 0 && run->works->len == 0
         && job->next_large == job->large->len;
}

/* Under the lock: something to do for the run's thread, or all done. */
static gboolean
is_step_due (ShoalTransferRun *run, gpointer data)
{
  const FolderJob *job = data;
  for (guint i = 0; i < run->works->len; i++)
    {
      const ShoalPieceWork *work = g_ptr_array_index (run->works, i);

      if (work->state == SHOAL_WORK_COMPLETE || work->state == SHOAL_WORK_GONE)
        return TRUE;
    }
  if (shoal_source_book_is_apart (run->book) && !g_queue_is_empty (&run->batches))
    return TRUE;
  if (may_open (job))
    return TRUE;
  return is_all_here (job);
}

/* What came of it stays for another try. */
static void
lose (ShoalTransferRun *run, ShoalPieceWork *work)
{
  const ShoalManifestEntry *entry = shoal_manifest_get_entry (run->manifest, work->file_index);

  g_debug ("%s: %s is gone", run->name, entry->path);
  if (run->n_lost++ == 0)
    run->first_lost = g_strdup (entry->path);
  shoal_run_drop_work (run, work);
}

/* What the disk refused while it came is left out, and nothing is left of it; or the error is the
 * end. */
static gboolean
drop_refused (ShoalTransferRun *run, ShoalPieceWork *work, GError **error)
{
  *error = g_error_copy (work->error);
  work->left_out = shoal_run_leave_out (run, work->file_index, error);
  shoal_run_drop_work (run, work);
  return work->left_out;
}

static gboolean
place_large (ShoalTransferRun *run, ShoalPieceWork *work, GError **error)
{
  const ShoalManifestEntry *entry = shoal_manifest_get_entry (run->manifest, work->file_index);
  gboolean executable = entry->kind == SHOAL_ENTRY_EXECUTABLE;

  if (!shoal_run_finish_work (run, work, executable, -1, NULL, error))
    return shoal_run_leave_out (run, work->file_index, error);
  while (!shoal_journal_add_files (run->journal, &work->file_index, 1, error))
    if (!shoal_run_await_room (run, error))
      return FALSE;
  return TRUE;
}

static gboolean
finish_large (ShoalTransferRun *run, ShoalPieceWork *work, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean ok = TRUE;

  g_mutex_lock (&run->lock);
  shoal_source_book_forget (run->book, &work->id);
  gboolean gone = work->state == SHOAL_WORK_GONE;
  g_mutex_unlock (&run->lock);
  if (!gone)
    ok = place_large (run, work, &local);
  else if (work->error != NULL)
    ok = drop_refused (run, work, &local);
  else
    lose (run, work);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&local));
  return ok;
}

/* One that is complete or gone. */
static ShoalPieceWork *
ref_over (ShoalTransferRun *run)
{
  ShoalPieceWork *over = NULL;

  g_mutex_lock (&run->lock);
  for (guint i = 0; over == NULL && i < run->works->len; i++)
    {
      ShoalPieceWork *work = g_ptr_array_index (run->works, i);

      if (work->state == SHOAL_WORK_COMPLETE || work->state == SHOAL_WORK_GONE)
        over = shoal_piece_work_ref (work);
    }
  g_mutex_unlock (&run->lock);
  return over;
}

/* What was to come in batches comes file by file. */
static void
take_apart (FolderJob *job)
{
  ShoalTransferRun *run = job->run;
  ShoalBatch *batch;

  g_mutex_lock (&run->lock);
  while (shoal_source_book_is_apart (run->book)
         && (batch = g_queue_pop_head (&run->batches)) != NULL)
    {
      for (guint32 i = batch->first; i < batch->first + batch->count; i++)
        if (run->wanted[i])
          g_array_append_val (job->large, i);
      g_free (batch);
    }
  g_mutex_unlock (&run->lock);
}

static gboolean
open_entry (FolderJob *job, guint index, GError **error)
{
  ShoalTransferRun *run = job->run;
  g_autoptr (ShoalPieceWork) work = open_large (run, index, error);

  if (work == NULL)
    return FALSE;
  gboolean small = work->size <= SHOAL_PIECE_SIZE;
  g_mutex_lock (&run->lock);
  shoal_source_book_want (run->book, &work->id);
  /* A small file is sooner here than the directory has answered who else has it. */
  if (small)
    work->serving = SHOAL_SERVING_OVER;
  g_mutex_unlock (&run->lock);
  shoal_run_begin_work (run, work);
  if (!small)
    shoal_run_ask_for_sources (run, &work->id);
  return TRUE;
}

static gboolean
finish_all_over (ShoalTransferRun *run, GError **error)
{
  while (TRUE)
    {
      g_autoptr (ShoalPieceWork) work = ref_over (run);

      if (work == NULL)
        return TRUE;
      if (!finish_large (run, work, error))
        return FALSE;
    }
}

static gboolean
fetch_files (FolderJob *job, GError **error)
{
  ShoalTransferRun *run = job->run;

  while (TRUE)
    {
      if (!shoal_run_until (run, is_step_due, job, error) || !finish_all_over (run, error))
        return FALSE;
      take_apart (job);

      g_mutex_lock (&run->lock);
      gboolean open = may_open (job);
      gboolean all = !open && is_all_here (job);
      g_mutex_unlock (&run->lock);
      if (open
          && !settle (job, open_entry, g_array_index (job->large, guint32, job->next_large++),
                      error))
        return FALSE;
      if (all)
        return TRUE;
    }
}

static gboolean
sync_folder (FolderJob *job, GError **error)
{
  ShoalTransferRun *run = job->run;
  g_autoptr (GError) local = NULL;

  while (!shoal_run_sync_small (run, &local)
         || (syncfs (run->root_fd) != 0
             && !shoal_error_from_errno (&local, errno, _ ("Cannot write “%s” to the disk"),
                                         run->name)))
    if (!shoal_run_await_room (run, &local))
      {
        g_propagate_error (error, g_steal_pointer (&local));
        return FALSE;
      }
  return TRUE;
}

static gboolean
fetch_all (FolderJob *job, GError **error)
{
  ShoalTransferRun *run = job->run;

  g_mutex_lock (&run->lock);
  shoal_run_plan_batches (run);
  g_cond_broadcast (&run->changed);
  g_mutex_unlock (&run->lock);

  gboolean ok = fetch_files (job, error) && make_links (job, error) && sync_folder (job, error);

  /* Nobody writes any more when what is left is kept or deleted. */
  shoal_run_stop_workers (run);
  if (!ok)
    shoal_run_sync_small (run, NULL);
  while (run->works->len > 0)
    {
      g_autoptr (ShoalPieceWork) work = shoal_piece_work_ref (g_ptr_array_index (run->works, 0));

      shoal_run_drop_work (run, work);
    }
  return ok;
}

static void
set_totals (ShoalTransferRun *run)
{
  guint64 n_pieces = 0;

  for (guint i = 0; i < shoal_manifest_get_n_entries (run->manifest); i++)
    n_pieces += shoal_piece_count (shoal_manifest_get_entry (run->manifest, i)->size);
  g_mutex_lock (&run->lock);
  run->bytes_total = shoal_manifest_get_total_size (run->manifest);
  run->pieces_total = n_pieces;
  g_mutex_unlock (&run->lock);
  shoal_run_map_begin_folder (run);
}

static void
note_names (ShoalTransferRun *run, const char *name)
{
  const char *first;
  guint n = shoal_local_names_get_n_changed (run->names, &first);
  gboolean top = run->renamed || !g_str_equal (name, run->name);

  shoal_run_note_names (run, n + top, top ? run->made : first);
}

/* A folder that begins on a full disk waits like one that fills it. */
static gboolean
enter_folder (FolderJob *job, int parent_fd, const char *name, GError **error)
{
  g_autoptr (GError) local = NULL;

  while (!open_folder (job->run, parent_fd, name, &job->fresh, &local))
    if (!shoal_run_await_room (job->run, &local))
      {
        g_propagate_error (error, g_steal_pointer (&local));
        return FALSE;
      }
  return TRUE;
}

/* All that was to come has come; but is it still there? */
static gboolean
check_all_here (ShoalTransferRun *run, GError **error)
{
  gint64 missing = shoal_folder_find_missing (run->root_fd, run->manifest, run->names);

  /* What was left out is told in its own way. */
  if (missing < 0 || run->n_left_out > 0)
    return TRUE;
  return shoal_set_local_error (
      error, SHOAL_ERROR_IO,
      _ ("“%s” in “%s” was taken away while the rest was fetched. Get the folder again: only what"
         " is missing is fetched."),
      shoal_manifest_get_entry (run->manifest, (guint) missing)->path, run->name);
}

static gboolean
fill_folder (ShoalTransferRun *run, int parent_fd, GError **error)
{
  g_auto (FolderJob) job = { .run = run };
  g_autofree char *name = shoal_disk_name_at (parent_fd, run->name);

  run->names = shoal_local_names_new_at (run->manifest, parent_fd);
  shoal_run_note_part_names (run);
  if (run->made == NULL
      && shoal_folder_is_here (parent_fd, name, run->manifest, run->names, run->cancellable))
    {
      shoal_run_set_made (run, name);
      note_names (run, name);
      for (guint i = 0; i < shoal_manifest_get_n_entries (run->manifest); i++)
        count_done (run, i);
      return TRUE;
    }
  if (!enter_folder (&job, parent_fd, name, error) || !make_folders (&job, error)
      || !survey (&job, error) || !fetch_all (&job, error))
    return FALSE;
  note_names (run, name);
  shoal_run_note_left_out (run);
  return run->n_lost == 0 ? check_all_here (run, error) : shoal_run_set_gone_error (run, error);
}

gboolean
shoal_run_folder (ShoalTransferRun *run, GError **error)
{
  g_autoptr (ShoalPieceWork) served = NULL;
  gboolean ok = shoal_run_open_manifest (run, &served, error);

  if (ok)
    {
      int parent_fd = shoal_run_open_place (run, error);

      set_totals (run);
      ok = parent_fd >= 0 && fill_folder (run, parent_fd, error);
      if (parent_fd >= 0)
        close (parent_fd);
    }
  shoal_run_stop_workers (run);
  /* Of one that is given up it still says where its unfinished files are. */
  shoal_run_close_manifest (run, served, !ok);
  return ok;
}
