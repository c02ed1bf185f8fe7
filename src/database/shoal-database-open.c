/* shoal-database-open.c: making, checking and upgrading the file before the threads start
 *
 * An unclean stop is seen by the write-ahead log that a clean one removes; but another process that
 * has the database open has a log too. So every process holds a shared flock on PATH.lock, and the
 * one that gets it exclusively knows that it is alone: only then a log means an unclean stop, and
 * only then the file is checked. The lock cannot be on the database itself: closing a descriptor of
 * it would drop SQLite's own locks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-database"

#include "config.h"

#include "shoal-connection-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"

int
shoal_database_lock_file (const char *path,
                          gboolean *is_first,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autofree char *lock_path = g_strconcat (path, ".lock", NULL);
  int fd = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  *is_first = FALSE;
  if (fd < 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot open “%s”"), lock_path);
      return -1;
    }

  gint64 give_up = g_get_monotonic_time () + SHOAL_DATABASE_OPEN_WAIT_MS * 1000LL;

  while (TRUE)
    {
      *is_first = flock (fd, LOCK_EX | LOCK_NB) == 0;
      if (*is_first || flock (fd, LOCK_SH | LOCK_NB) == 0)
        return fd;
      if (errno != EWOULDBLOCK && errno != EINTR)
        {
          shoal_error_from_errno (error, errno, _ ("Cannot lock “%s”"), lock_path);
          break;
        }
      if (g_get_monotonic_time () > give_up)
        {
          g_set_error (
              error, SHOAL_ERROR, SHOAL_ERROR_BUSY,
              _ ("Another program is checking or upgrading the database “%s”. Try again later"),
              path);
          break;
        }
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        break;
      g_usleep (20 * 1000);
    }
  close (fd);
  return -1;
}

void
shoal_database_share_lock (int fd)
{
  if (flock (fd, LOCK_SH) != 0)
    g_warning ("flock: %s", g_strerror (errno));
}

/* Makes an empty file, 0600, if there is none; never opens one that exists (see above). */
static gboolean
make_file (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd >= 0)
    {
      close (fd);
      return TRUE;
    }
  if (errno != EEXIST)
    return shoal_error_from_errno (error, errno, _ ("Cannot make the database “%s”"), path);

  struct stat info;

  if (lstat (path, &info) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot use the database “%s”"), path);
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_IO,
                   _ ("The database “%s” is not a regular file"), path);
      return FALSE;
    }
  if ((info.st_mode & 0077) != 0 && chmod (path, 0600) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot make “%s” private"), path);
  return TRUE;
}

static gboolean
was_unclean (const char *path)
{
  g_autofree char *log_path = g_strconcat (path, "-wal", NULL);
  struct stat info;

  return lstat (log_path, &info) == 0 && info.st_size > 0;
}

/* One that is interrupted reports pages that it has not come to as never used. */
static gboolean
quick_check (ShoalConnection *connection, GCancellable *cancellable, GError **error)
{
  const char *path = shoal_connection_get_path (connection);

  g_message ("“%s” was not closed properly: checking it", path);

  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows
             = shoal_connection_query (connection, error, "PRAGMA quick_check(1)", "");

  if (rows == NULL)
    return FALSE;

  gboolean have_row = shoal_rows_next (rows, &local_error);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (!have_row)
    {
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      return TRUE;
    }
  if (g_strcmp0 (shoal_rows_string (rows, 0), "ok") == 0)
    return TRUE;
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT,
               _ ("The database “%s” is damaged (%s). Put a copy of the file in its place: your "
                  "own backup, or "
                  "“%s.before-N” from the last upgrade"),
               path, shoal_rows_string (rows, 0), path);
  return FALSE;
}

static gboolean
sync_path (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot open “%s”"), path);

  gboolean synced = fsync (fd) == 0;
  int saved_errno = errno;

  close (fd);
  return synced || shoal_error_from_errno (error, saved_errno, _ ("Cannot write “%s”"), path);
}

/* The whole database as it is now, complete on disk before it gets its name. */
static gboolean
save_copy (ShoalConnection *connection, guint version, GError **error)
{
  const char *path = shoal_connection_get_path (connection);
  g_autofree char *copy = g_strdup_printf ("%s.before-%u", path, version);
  g_autofree char *part = g_strconcat (copy, ".part", NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_unlink (part) != 0 && errno != ENOENT)
    return shoal_error_from_errno (error, errno, _ ("Cannot replace “%s”"), part);
  if (!make_file (part, error))
    return FALSE;
  if (!shoal_connection_run (connection, error, "VACUUM INTO ?", "s", part)
      || !sync_path (part, error))
    {
      g_unlink (part);
      return FALSE;
    }
  if (g_rename (part, copy) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot make “%s”"), copy);
  return sync_path (folder, error);
}

static gboolean
get_version (ShoalConnection *connection, gint64 *version, GError **error)
{
  return shoal_connection_query_integer (connection, 0, version, error, "PRAGMA user_version", "");
}

static gboolean
check_foreign_keys (ShoalConnection *connection, guint version, GError **error)
{
  g_autoptr (ShoalRows) rows
             = shoal_connection_query (connection, error, "PRAGMA foreign_key_check", "");
  g_autoptr (GError) local_error = NULL;

  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, &local_error))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
                   _ ("Upgrade %u leaves rows of “%s” that refer to nothing"), version,
                   shoal_rows_string (rows, 0));
      return FALSE;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return TRUE;
}

/* The step from version @index to the next, unless another process has made it meanwhile. */
static gboolean
migrate_step (ShoalConnection *connection, const char *script, guint index, GError **error)
{
  g_autofree char *set_version = g_strdup_printf ("PRAGMA user_version = %u", index + 1);
  gint64 version = 0;

  if (!shoal_connection_exec (connection, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (get_version (connection, &version, error)
      && (version != index
          || (shoal_connection_exec (connection, script, error)
              && check_foreign_keys (connection, index + 1, error)
              && shoal_connection_exec (connection, set_version, error)))
      && shoal_connection_exec (connection, "COMMIT", error))
    return TRUE;
  if (shoal_connection_is_in_transaction (connection))
    shoal_connection_exec (connection, "ROLLBACK", NULL);
  return FALSE;
}

static gboolean
migrate (ShoalConnection *connection,
         const char *const *migrations,
         guint n_migrations,
         GError **error)
{
  gint64 version = 0;

  if (!get_version (connection, &version, error))
    return FALSE;
  if (version < 0 || version > n_migrations)
    {
      g_set_error (
          error, SHOAL_ERROR, SHOAL_ERROR_VERSION,
          _ ("The database “%s” has version %d and this program knows up to %u. Use the newer"
             " program that wrote it"),
          shoal_connection_get_path (connection), (int) version, n_migrations);
      return FALSE;
    }
  if (version == n_migrations)
    return TRUE;
  if (version > 0 && !save_copy (connection, n_migrations, error))
    return FALSE;
  /* Tables are rebuilt in upgrades; what refers to them is checked as a whole before each commit.
   */
  if (!shoal_connection_exec (connection, "PRAGMA foreign_keys = OFF", error))
    return FALSE;
  for (guint i = (guint) version; i < n_migrations; i++)
    if (!migrate_step (connection, migrations[i], i, error))
      {
        g_prefix_error (error, _ ("Upgrade to version %u failed and was undone: "), i + 1);
        return FALSE;
      }
  return TRUE;
}

/* On a file system without shared memory (some network ones) SQLite silently stays without a log.
 */
static gboolean
check_log (ShoalConnection *connection, GError **error)
{
  g_autoptr (ShoalRows) rows
             = shoal_connection_query (connection, error, "PRAGMA journal_mode", "");

  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, error) && g_strcmp0 (shoal_rows_string (rows, 0), "wal") == 0)
    return TRUE;
  if (error != NULL && *error == NULL)
    g_set_error (
        error, SHOAL_ERROR, SHOAL_ERROR_IO,
        _ ("The database “%s” cannot keep a write-ahead log there. Put it on a local disk"),
        shoal_connection_get_path (connection));
  return FALSE;
}

/* In the thread that cancels. Asking now and then, as jobs do, does not reach into the one long
 * step that quick_check is; nor does it do harm between two statements. */
static void
on_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  sqlite3_interrupt (user_data);
}

gboolean
shoal_database_prepare (const char *path,
                        const char *const *migrations,
                        guint n_migrations,
                        gboolean is_first,
                        GCancellable *cancellable,
                        GError **error)
{
  gboolean unclean = is_first && was_unclean (path);

  if (!make_file (path, error))
    return FALSE;

  g_autoptr (ShoalConnection) connection
             = shoal_connection_open (path, FALSE, SHOAL_DATABASE_WRITER_CACHE, error);

  if (connection == NULL || !check_log (connection, error))
    return FALSE;
  shoal_connection_set_cancellable (connection, cancellable);

  gulong handler = cancellable != NULL
                       ? g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_cb),
                                                shoal_connection_get_sqlite (connection), NULL)
                       : 0;
  gboolean ready = (!unclean || quick_check (connection, cancellable, error))
                   && migrate (connection, migrations, n_migrations, error);

  g_cancellable_disconnect (cancellable, handler);
  return ready;
}
