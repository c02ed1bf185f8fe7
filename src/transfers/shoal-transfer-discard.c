/* shoal-transfer-discard.c: deleting what a download that was given up has left
 *
 * The journal is the only one to know which unfinished files are this download's, and a folder's
 * list of files where they lie; so both go last. While something that they name may still be
 * somewhere, everything stays as it is, to be tried again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfers"

#include "config.h"

#include "shoal-transfer-discard.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-hasher.h"
#include "shoal-limits.h"
#include "shoal-local-names.h"
#include "shoal-manifest.h"
#include "shoal-partial.h"
#include "shoal-small-files.h"

#define UUID_LENGTH 36

/* ---- Where it was to go -------------------------------------------------------------------- */

/* Whether a missing folder was deleted: it could be made again where it was. On a disk that is away
 * its parents are missing as well, up to one that belongs to the system, or to a link that leads
 * nowhere. */
static gboolean
was_deleted (const char *path)
{
  g_autofree char *parent = g_strdup (path);
  struct stat st;

  while (stat (parent, &st) != 0)
    {
      if (errno != ENOENT || lstat (parent, &st) == 0)
        return FALSE;

      char *next = g_path_get_dirname (parent);

      g_free (parent);
      parent = next;
    }
  return access (parent, W_OK) == 0;
}

/* @fd: (out): -1 if the folder is no more, so that there is nothing in it */
static gboolean
open_place (const char *path, int *fd, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  *fd = shoal_dir_open (path, FALSE, &local_error);
  if (*fd >= 0
      || (g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND) && was_deleted (path)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* ---- The unfinished files ------------------------------------------------------------------ */

static ShoalManifest *
read_manifest (const ShoalTransferRow *row, const char *journals)
{
  g_autofree char *name = g_strconcat (row->uuid, ".manifest", NULL);
  g_autofree char *path = g_build_filename (journals, name, NULL);
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;

  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&text), length);
  g_autoptr (ShoalContent) content = shoal_hash_bytes (bytes);

  if (content->size != row->size || !shoal_digest_equal (&content->id, &row->id))
    return NULL;
  return shoal_manifest_parse (bytes, NULL);
}

/* One that the user has deleted, or put a link in the place of, holds nothing of ours. */
static gboolean
discard_entry (int root_fd, const char *path, ShoalJournal *journal, guint32 index, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_auto (ShoalFd) dirfd = shoal_dir_open_sub (root_fd, folder, FALSE, NULL);

  return dirfd < 0 || shoal_part_discard (dirfd, name, journal, index, error);
}

/* What a kill left of files that were being written whole. */
static void
sweep_folders (int root_fd, ShoalManifest *manifest, const ShoalLocalNames *names)
{
  shoal_small_files_sweep (root_fd);
  for (guint i = 0; i < shoal_manifest_get_n_entries (manifest); i++)
    {
      const ShoalManifestEntry *entry = shoal_manifest_get_entry (manifest, i);

      if (entry->kind != SHOAL_ENTRY_FOLDER)
        continue;

      g_auto (ShoalFd) fd
              = shoal_dir_open_sub (root_fd, shoal_local_names_get_path (names, i), FALSE, NULL);

      if (fd >= 0)
        shoal_small_files_sweep (fd);
    }
}

static gboolean
discard_entries (const ShoalTransferRow *row,
                 const char *journals,
                 int dirfd,
                 ShoalJournal *journal,
                 GError **error)
{
  g_autoptr (ShoalManifest) manifest = read_manifest (row, journals);
  g_auto (ShoalFd) root_fd = row->made != NULL && manifest != NULL
                                 ? shoal_dir_open_sub (dirfd, row->made, FALSE, NULL)
                                 : -1;

  if (root_fd < 0)
    return TRUE;

  g_autoptr (GArray) parts = shoal_journal_dup_parts (journal);
  g_autoptr (ShoalLocalNames) names = shoal_local_names_new_at (manifest, dirfd);
  gboolean ok = TRUE;

  for (guint i = 0; i < parts->len; i++)
    {
      guint32 index = g_array_index (parts, guint32, i);

      if (index < shoal_manifest_get_n_entries (manifest)
          && !discard_entry (root_fd, shoal_local_names_get_path (names, index), journal, index,
                             ok ? error : NULL))
        ok = FALSE;
    }
  sweep_folders (root_fd, manifest, names);
  return ok;
}

static gboolean
discard_files (const ShoalTransferRow *row,
               const char *journals,
               ShoalJournal *journal,
               GError **error)
{
  g_auto (ShoalFd) dirfd = -1;

  if (!open_place (row->folder_path, &dirfd, error))
    return FALSE;
  if (dirfd < 0)
    return TRUE;

  g_autofree char *name = shoal_disk_name_at (dirfd, row->name);

  return row->folder ? discard_entries (row, journals, dirfd, journal, error)
                     : shoal_part_discard (dirfd, name, journal, 0, error);
}

/* ---- The state ----------------------------------------------------------------------------- */

/* Whether it is a number between the two. */
static gboolean
is_numbered (const char *suffix, const char *before, const char *after)
{
  if (!g_str_has_prefix (suffix, before))
    return FALSE;
  suffix += strlen (before);

  gsize n_digits = strspn (suffix, "0123456789");

  return n_digits > 0 && n_digits < 10 && g_str_equal (suffix + n_digits, after);
}

static gboolean
is_suffix (const char *suffix)
{
  static const char *const suffixes[]
      = { ".journal", ".journal.new", ".layer", ".manifest", ".manifest.part", NULL };

  return g_strv_contains (suffixes, suffix)
         /* Of the entries of a folder, and of a list of files whose name was taken. */
         || is_numbered (suffix, ".", ".layer") || is_numbered (suffix, " (", ").manifest.part");
}

/* As shoal_dir_write_file() calls what is not whole yet: ".NAME-0123abcd.tmp". */
static gboolean
is_temporary_suffix (const char *suffix)
{
  gsize length = strlen (suffix);

  if (length <= strlen ("-01234567.tmp") || !g_str_has_suffix (suffix, ".tmp"))
    return FALSE;

  g_autofree char *plain = g_strndup (suffix, length - strlen ("-01234567.tmp"));

  return suffix[strlen (plain)] == '-' && is_suffix (plain);
}

char *
shoal_transfer_uuid_of_state (const char *name)
{
  gboolean temporary = name[0] == '.';

  name += temporary;
  if (strlen (name) <= UUID_LENGTH)
    return NULL;

  g_autofree char *uuid = g_strndup (name, UUID_LENGTH);
  const char *suffix = name + UUID_LENGTH;

  if (!g_uuid_string_is_valid (uuid)
      || !(temporary ? is_temporary_suffix (suffix) : is_suffix (suffix)))
    return NULL;
  return g_steal_pointer (&uuid);
}

GPtrArray *
shoal_transfer_list_state (const char *journals)
{
  g_autoptr (GDir) dir = g_dir_open (journals, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *uuid = shoal_transfer_uuid_of_state (name);

      if (uuid != NULL)
        g_ptr_array_add (names, g_strdup (name));
    }
  return g_steal_pointer (&names);
}

void
shoal_transfer_delete_state (const char *journals, GPtrArray *names)
{
  g_auto (ShoalFd) dirfd = shoal_dir_open (journals, FALSE, NULL);

  for (guint i = 0; dirfd >= 0 && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      struct stat st;

      if (fstatat (dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st.st_mode)
          && unlinkat (dirfd, name, 0) < 0)
        g_debug ("Cannot delete “%s”: %s", name, g_strerror (errno));
    }
}

/* What it may have in the folder of journals; without looking through all that others have there.
 */
static GPtrArray *
list_own_state (const ShoalTransferRow *row, ShoalJournal *journal)
{
  static const char *const suffixes[] = { ".layer", ".manifest", ".manifest.part" };
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) parts = shoal_journal_dup_parts (journal);

  for (guint i = 0; i < parts->len; i++)
    g_ptr_array_add (names,
                     g_strdup_printf ("%s.%u.layer", row->uuid, g_array_index (parts, guint32, i)));
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    g_ptr_array_add (names, g_strconcat (row->uuid, suffixes[i], NULL));
  g_ptr_array_add (names, g_strconcat (row->uuid, ".journal", NULL));
  return names;
}

gboolean
shoal_transfer_discard (const ShoalTransferRow *row, const char *journals, GError **error)
{
  g_autofree char *name = g_strconcat (row->uuid, ".journal", NULL);
  g_autofree char *path = g_build_filename (journals, name, NULL);

  /* It was never begun, or there is nothing left of it. */
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return TRUE;

  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalJournal) journal = shoal_journal_open (path, &row->id, row->size, &local_error);

  if (journal == NULL)
    {
      /* It names nothing that we could read. */
      if (g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_EXISTS))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!discard_files (row, journals, journal, error))
    return FALSE;

  g_autoptr (GPtrArray) names = list_own_state (row, journal);

  shoal_transfer_delete_state (journals, names);
  return TRUE;
}
