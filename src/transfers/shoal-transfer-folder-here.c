/* shoal-transfer-folder-here.c: what of a folder is on the disk already, and right
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-folder-here.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "shoal-dir.h"
#include "shoal-hasher.h"
#include "shoal-limits.h"

gboolean
shoal_folder_entry_is_file (const ShoalManifestEntry *entry)
{
  return entry->kind == SHOAL_ENTRY_FILE || entry->kind == SHOAL_ENTRY_EXECUTABLE;
}

gboolean
shoal_folder_file_is_right (int root_fd,
                            const char *path,
                            const ShoalManifestEntry *entry,
                            GCancellable *cancellable)
{
  int fd = shoal_dir_open_file (root_fd, path, O_RDONLY, 0, NULL);
  struct stat st;
  g_autoptr (ShoalContent) content = NULL;

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &st) == 0 && (guint64) st.st_size == entry->size)
    content = shoal_hash_fd (fd, NULL, cancellable, NULL);
  close (fd);
  return content != NULL && shoal_digest_equal (&content->id, &entry->id);
}

static gboolean
link_is_right (int root_fd, const char *path, const char *target)
{
  char found[SHOAL_MAX_PATH_BYTES + 1];
  ssize_t length = readlinkat (root_fd, path, found, sizeof found);

  return length >= 0 && (gsize) length == strlen (target)
         && memcmp (found, target, (gsize) length) == 0;
}

/* On the file systems of other systems all files have one mode, whatever they were given. */
static gboolean
keeps_modes (int fd)
{
  static const unsigned long without[] = {
    0x4d44 /* FAT */,      0x2011bab0 /* exFAT */, 0x65735546 /* FUSE: NTFS and others */,
    0x7366746e /* NTFS */, 0xff534d42 /* CIFS */,  0xfe534d42 /* SMB 2 */,
  };
  struct statfs fs;

  if (fstatfs (fd, &fs) != 0)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (without); i++)
    if (((unsigned long) fs.f_type & 0xffffffff) == without[i])
      return FALSE;
  return TRUE;
}

/* As a share of it would say. */
static gboolean
mode_is_right (const ShoalManifestEntry *entry, const struct stat *st)
{
  return ((st->st_mode & S_IXUSR) != 0) == (entry->kind == SHOAL_ENTRY_EXECUTABLE);
}

gboolean
shoal_folder_is_here (int parent_fd,
                      const char *name,
                      ShoalManifest *manifest,
                      const ShoalLocalNames *names,
                      GCancellable *cancellable)
{
  int root_fd = shoal_dir_open_sub (parent_fd, name, FALSE, NULL);
  gboolean same = root_fd >= 0;
  gboolean modes = same && keeps_modes (root_fd);

  for (int pass = 0; same && pass < 2; pass++)
    for (guint i = 0; same && i < shoal_manifest_get_n_entries (manifest); i++)
      {
        const ShoalManifestEntry *entry = shoal_manifest_get_entry (manifest, i);
        const char *path = shoal_local_names_get_path (names, i);
        g_autofree char *target = shoal_local_names_dup_target (names, i);
        struct stat st;

        same = fstatat (root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0
               && (!shoal_folder_entry_is_file (entry)
                   || (S_ISREG (st.st_mode) && (guint64) st.st_size == entry->size))
               && (!modes || !shoal_folder_entry_is_file (entry) || mode_is_right (entry, &st))
               && (entry->kind != SHOAL_ENTRY_FOLDER || S_ISDIR (st.st_mode))
               && (entry->kind != SHOAL_ENTRY_LINK || link_is_right (root_fd, path, target));
        /* Hash only when all sizes are right. */
        if (same && pass == 1 && shoal_folder_entry_is_file (entry))
          same = shoal_folder_file_is_right (root_fd, path, entry, cancellable);
      }
  if (root_fd >= 0)
    close (root_fd);
  return same;
}

gint64
shoal_folder_find_missing (int root_fd, ShoalManifest *manifest, const ShoalLocalNames *names)
{
  for (guint i = 0; i < shoal_manifest_get_n_entries (manifest); i++)
    {
      struct stat st;

      if (fstatat (root_fd, shoal_local_names_get_path (names, i), &st, AT_SYMLINK_NOFOLLOW) != 0
          && errno == ENOENT)
        return i;
    }
  return -1;
}
