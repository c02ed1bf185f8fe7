/* shoal-folder-scan.c: lists what is in a folder to be shared, following no link
 *
 * Every folder is opened relative to the one above it with O_NOFOLLOW, so that a folder exchanged
 * for a link meanwhile leads nowhere. At most SHOAL_MAX_PATH_DEPTH folders are open at once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-folder-scan"

#include "config.h"

#include "shoal-folder-scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-ignore.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"
#include "shoal-small-files.h"

#define MAX_SECRETS_NAMED 5

/* One walk, for the functions that share it. */
typedef struct
{
  const ShoalFileStamp *excluded;
  const char *const *ignore;
  ShoalSkipped *skipped;
  gint *n_files;
  gint64 *n_bytes;
  GCancellable *cancellable;
  GArray *entries;
  GString *path; /* of what is being looked at */
} Scan;

static gboolean scan_folder (Scan *scan, int fd, guint depth, GError **error);

ShoalSkipped *
shoal_skipped_new (void)
{
  ShoalSkipped *self = g_new0 (ShoalSkipped, 1);

  self->lines = g_ptr_array_new_with_free_func (g_free);
  self->secrets = g_string_new (NULL);
  return self;
}

void
shoal_skipped_free (ShoalSkipped *self)
{
  g_return_if_fail (self != NULL);

  g_ptr_array_unref (self->lines);
  g_string_free (self->secrets, TRUE);
  g_free (self);
}

/* Bytes that are not UTF-8, and characters that would disturb a terminal, as \xNN. */
static char *
escape_path (const char *path)
{
  GString *escaped = g_string_sized_new (strlen (path));

  for (const char *c = path; *c != '\0';)
    {
      gunichar character = g_utf8_get_char_validated (c, -1);
      gboolean valid = character != (gunichar) -1 && character != (gunichar) -2;
      gsize length = valid ? (gsize) (g_utf8_next_char (c) - c) : 1;
      if (valid && g_unichar_isprint (character))
        g_string_append_len (escaped, c, (gssize) length);
      else
        for (gsize i = 0; i < length; i++)
          g_string_append_printf (escaped, "\\x%02x", (guint) (guint8) c[i]);
      c += length;
    }
  return g_string_free (escaped, FALSE);
}

void
shoal_skipped_add (ShoalSkipped *self, const char *path, const char *reason)
{
  self->n++;
  if (self->lines->len >= SHOAL_MAX_SKIPPED_NAMES)
    return;
  g_autofree char *escaped = path != NULL ? escape_path (path) : NULL;
  g_autofree char *line
      = path != NULL ? g_strconcat (escaped, ": ", reason, NULL) : g_strdup (reason);
  g_ptr_array_add (self->lines, g_strdelimit (g_steal_pointer (&line), "\n", ' '));
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

void
shoal_skipped_sort (ShoalSkipped *self)
{
  g_ptr_array_sort (self->lines, compare_lines);
}

void
shoal_scan_entry_clear (ShoalScanEntry *self)
{
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->target, g_free);
}

static gboolean
add_entry (
    Scan *scan, ShoalEntryKind kind, const char *target, const struct stat *st, GError **error)
{
  if (scan->entries->len >= SHOAL_MAX_MANIFEST_ENTRIES)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT,
                   _ ("The folder has more than %d entries. Share its sub-folders one by one."),
                   SHOAL_MAX_MANIFEST_ENTRIES);
      return FALSE;
    }
  ShoalScanEntry entry = {
    .path = g_strndup (scan->path->str, scan->path->len),
    .target = g_strdup (target),
    .kind = kind,
  };
  if (kind == SHOAL_ENTRY_FILE || kind == SHOAL_ENTRY_EXECUTABLE)
    {
      shoal_file_stamp_from_stat (&entry.stamp, st);
      if (scan->n_files != NULL)
        g_atomic_int_inc (scan->n_files);
      if (scan->n_bytes != NULL)
        __atomic_fetch_add (scan->n_bytes, (gint64) st->st_size, __ATOMIC_RELAXED);
    }
  g_array_append_val (scan->entries, entry);
  return TRUE;
}

static void
skip (Scan *scan, const char *reason)
{
  shoal_skipped_add (scan->skipped, scan->path->str, reason);
}

static void
skip_errno (Scan *scan, int saved_errno)
{
  /* Deleted since the folder was read: it is simply not there. */
  if (saved_errno != ENOENT)
    skip (scan, g_strerror (saved_errno));
}

static gboolean
scan_link (Scan *scan, int fd, const char *name, const struct stat *st, GError **error)
{
  char target[PATH_MAX];
  ssize_t length = readlinkat (fd, name, target, sizeof target - 1);

  if (length < 0)
    {
      skip_errno (scan, errno);
      return TRUE;
    }
  target[length] = '\0';
  if (!g_utf8_validate (target, length, NULL))
    {
      skip (scan, _ ("link to a name that is not valid UTF-8"));
      return TRUE;
    }
  if (!shoal_safe_link_target (scan->path->str, target, NULL))
    {
      skip (scan, _ ("link that leads out of the folder"));
      return TRUE;
    }
  return add_entry (scan, SHOAL_ENTRY_LINK, target, st, error);
}

static gboolean
scan_sub_folder (Scan *scan, int fd, const char *name, guint depth, GError **error)
{
  if (depth >= SHOAL_MAX_PATH_DEPTH)
    {
      skip (scan, _ ("too many folders inside one another"));
      return TRUE;
    }
  g_auto (ShoalFd) sub = openat (fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (sub < 0)
    {
      skip_errno (scan, errno);
      return TRUE;
    }
  struct stat st;
  if (fstat (sub, &st) != 0)
    {
      skip_errno (scan, errno);
      return TRUE;
    }
  if (scan->excluded != NULL && (guint64) st.st_ino == scan->excluded->inode
      && (guint64) st.st_dev == scan->excluded->device)
    {
      skip (scan, _ ("Shoal’s own folder, with its keys"));
      return TRUE;
    }
  return add_entry (scan, SHOAL_ENTRY_FOLDER, NULL, &st, error)
         && scan_folder (scan, g_steal_fd (&sub), depth + 1, error);
}

static gboolean
scan_file (Scan *scan, const char *name, const struct stat *st, GError **error)
{
  if (shoal_is_unfinished_name (name))
    {
      skip (scan, _ ("unfinished download"));
      return TRUE;
    }
  if (st->st_size < 0 || (guint64) st->st_size > SHOAL_MAX_FILE_SIZE)
    {
      skip (scan, _ ("too large"));
      return TRUE;
    }
  gboolean executable = (st->st_mode & S_IXUSR) != 0;
  return add_entry (scan, executable ? SHOAL_ENTRY_EXECUTABLE : SHOAL_ENTRY_FILE, NULL, st, error);
}

static void
note_secret (Scan *scan)
{
  ShoalSkipped *skipped = scan->skipped;
  g_autofree char *shown = escape_path (scan->path->str);

  skipped->n_secrets++;
  if (skipped->n_secrets <= MAX_SECRETS_NAMED)
    g_string_append_printf (skipped->secrets, "%s%s", skipped->secrets->len > 0 ? "\n" : "",
                            g_strdelimit (shown, "\n", ' '));
}

/* Whether it is nothing for others. */
static gboolean
skip_ignored (Scan *scan, int fd, gboolean folder)
{
  ShoalIgnored why = shoal_ignore_look (scan->ignore, fd, scan->path->str, folder);

  scan->skipped->n_ignored += why != SHOAL_IGNORED_NOT;
  switch (why)
    {
    case SHOAL_IGNORED_JUNK:
      skip (scan, _ ("junk, cache or lock"));
      return TRUE;
    case SHOAL_IGNORED_SECRET:
      note_secret (scan);
      skip (scan, _ ("may hold keys or passwords"));
      return TRUE;
    case SHOAL_IGNORED_OWN:
      skip (scan, _ ("you left it out"));
      return TRUE;
    case SHOAL_IGNORED_NOT:
    default:
      return FALSE;
    }
}

static gboolean
scan_name (Scan *scan, int fd, const char *name, guint depth, GError **error)
{
  struct stat st;

  if (!g_utf8_validate (name, -1, NULL))
    {
      skip (scan, _ ("name is not valid UTF-8; rename it to share it"));
      return TRUE;
    }
  if (strlen (name) > SHOAL_MAX_NAME_BYTES || scan->path->len > SHOAL_MAX_PATH_BYTES)
    {
      skip (scan, _ ("name or path is too long"));
      return TRUE;
    }
  if (fstatat (fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
    {
      skip_errno (scan, errno);
      return TRUE;
    }
  if (skip_ignored (scan, fd, S_ISDIR (st.st_mode)))
    return TRUE;
  switch (st.st_mode & S_IFMT)
    {
    case S_IFREG:
      return scan_file (scan, name, &st, error);
    case S_IFDIR:
      return scan_sub_folder (scan, fd, name, depth, error);
    case S_IFLNK:
      return scan_link (scan, fd, name, &st, error);
    case S_IFSOCK:
      skip (scan, _ ("socket"));
      return TRUE;
    case S_IFIFO:
      skip (scan, _ ("named pipe"));
      return TRUE;
    default:
      skip (scan, _ ("device"));
      return TRUE;
    }
}

/* Takes over @fd. */
static gboolean
scan_folder (Scan *scan, int fd, guint depth, GError **error)
{
  DIR *dir = fdopendir (fd);
  gsize length = scan->path->len;
  gboolean ok = TRUE;

  if (dir == NULL)
    {
      skip_errno (scan, errno);
      close (fd);
      return TRUE;
    }
  while (ok)
    {
      errno = 0;
      struct dirent *found = readdir (dir);
      if (found == NULL && errno != 0)
        skip_errno (scan, errno);
      if (found == NULL)
        break;
      if (strcmp (found->d_name, ".") == 0 || strcmp (found->d_name, "..") == 0)
        continue;
      g_string_truncate (scan->path, length);
      if (length > 0)
        g_string_append_c (scan->path, '/');
      g_string_append (scan->path, found->d_name);
      ok = !g_cancellable_set_error_if_cancelled (scan->cancellable, error)
           && scan_name (scan, dirfd (dir), found->d_name, depth, error);
    }
  g_string_truncate (scan->path, length);
  closedir (dir);
  return ok;
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  return strcmp (((const ShoalScanEntry *) a)->path, ((const ShoalScanEntry *) b)->path);
}

GArray *
shoal_folder_scan (int dirfd,
                   const ShoalFileStamp *excluded,
                   const char *const *ignore,
                   ShoalSkipped *skipped,
                   gint *n_files,
                   gint64 *n_bytes,
                   GCancellable *cancellable,
                   GError **error)
{
  g_return_val_if_fail (dirfd >= 0 && skipped != NULL, NULL);

  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (ShoalScanEntry));
  g_array_set_clear_func (entries, (GDestroyNotify) shoal_scan_entry_clear);
  g_autoptr (GString) path = g_string_new (NULL);
  Scan scan = {
    .excluded = excluded,
    .ignore = ignore,
    .skipped = skipped,
    .n_files = n_files,
    .n_bytes = n_bytes,
    .cancellable = cancellable,
    .entries = entries,
    .path = path,
  };
  g_auto (ShoalFd) fd = openat (dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot read the folder"));
      return NULL;
    }
  if (!scan_folder (&scan, g_steal_fd (&fd), 0, error))
    return NULL;
  g_array_sort (entries, compare_entries);
  return g_steal_pointer (&entries);
}
