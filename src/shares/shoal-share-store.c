/* shoal-share-store.c: the shares in the profile's database
 *
 * A share is written when the user adds it, before it is hashed; its files follow in one
 * transaction. A single file is a share of one entry whose path is its name. A folder's manifest
 * lies as a file beside the database: it is written before the row that names it and deleted inside
 * the job that deletes the last such row, and as all of these jobs run one after the other in the
 * writer's thread, a row never names a manifest that is not there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-share-store"

#include "config.h"

#include "shoal-share-store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "shoal-error.h"
#include "shoal-layer-store.h"
#include "shoal-limits.h"

const char shoal_share_store_schema[]
    = "CREATE TABLE share (\n"
      "  id INTEGER PRIMARY KEY AUTOINCREMENT,\n"
      "  path BLOB NOT NULL UNIQUE,\n" /* the system's bytes, not always UTF-8 */
      "  folder INTEGER NOT NULL,\n"
      "  offered INTEGER NOT NULL,\n" /* the user's switch */
      "  offer TEXT NOT NULL UNIQUE,\n"
      "  added_ms INTEGER NOT NULL,\n"
      "  n_fetched INTEGER NOT NULL DEFAULT 0,\n"
      "  hashed INTEGER NOT NULL DEFAULT 0,\n"
      "  manifest BLOB,\n" /* of a hashed folder: its manifest's content id */
      "  manifest_size INTEGER NOT NULL DEFAULT 0,\n"
      "  skipped TEXT,\n" /* lines for people */
      "  n_skipped INTEGER NOT NULL DEFAULT 0\n"
      ") STRICT;\n"
      "CREATE INDEX share_by_manifest ON share (manifest) WHERE manifest IS NOT NULL;\n"
      "CREATE TABLE share_entry (\n"
      "  share INTEGER NOT NULL REFERENCES share ON DELETE CASCADE,\n"
      "  n INTEGER NOT NULL,\n" /* in the order of the manifest */
      "  kind INTEGER NOT NULL,\n"
      "  path TEXT NOT NULL,\n"
      "  content BLOB,\n"
      "  size INTEGER,\n"
      "  mtime_ns INTEGER,\n"
      "  ctime_ns INTEGER,\n"
      "  inode INTEGER,\n"
      "  device INTEGER,\n"
      "  PRIMARY KEY (share, n)\n"
      ") STRICT, WITHOUT ROWID;\n"
      "CREATE INDEX share_entry_by_content ON share_entry (content) WHERE size > 1048576;\n";

const char shoal_share_store_switches_schema[]
    = "ALTER TABLE share_entry ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;\n"
      "CREATE TABLE share_switch (\n"
      "  share INTEGER NOT NULL REFERENCES share ON DELETE CASCADE,\n"
      "  path TEXT NOT NULL,\n"
      "  is_on INTEGER NOT NULL,\n"
      "  PRIMARY KEY (share, path)\n"
      ") STRICT, WITHOUT ROWID;\n";

const char shoal_share_store_ignore_schema[]
    = "ALTER TABLE share ADD COLUMN ignore TEXT NOT NULL DEFAULT '';\n"; /* a pattern a line */

/* The index above is for files of more than one piece. */
G_STATIC_ASSERT (SHOAL_PIECE_SIZE == 1048576);

ShoalStoredShare *
shoal_stored_share_new (void)
{
  ShoalStoredShare *self = g_new0 (ShoalStoredShare, 1);

  self->switches = shoal_switches_new ();
  self->ignore = g_new0 (char *, 1);
  return self;
}

void
shoal_stored_share_free (ShoalStoredShare *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->path);
  g_free (self->offer);
  g_strfreev (self->skipped);
  g_clear_pointer (&self->set, shoal_holding_set_unref);
  g_clear_pointer (&self->hidden, shoal_holding_set_unref);
  g_clear_pointer (&self->switches, shoal_switches_free);
  g_strfreev (self->ignore);
  g_free (self);
}

/* ---- Loading ---- */

static gboolean
blob_to_digest (ShoalRows *rows, int column, ShoalDigest *digest)
{
  gsize size = 0;
  gconstpointer data = shoal_rows_blob (rows, column, &size);

  if (data == NULL || size != SHOAL_DIGEST_SIZE)
    return FALSE;
  memcpy (digest->bytes, data, size);
  return TRUE;
}

static gboolean
load_entries (ShoalConnection *connection, ShoalHoldingSet *set, gboolean hidden, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT kind, path, content, size, mtime_ns, ctime_ns, inode, device "
      "FROM share_entry WHERE share = ? AND hidden = ? ORDER BY n",
      "ii", shoal_holding_set_get_share (set), (gint64) hidden);

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local))
    {
      ShoalEntryKind kind = (ShoalEntryKind) shoal_rows_integer (rows, 0);
      const char *path = shoal_rows_string (rows, 1);
      ShoalDigest id = { 0 };
      ShoalFileStamp stamp = {
        .size = (guint64) shoal_rows_integer (rows, 3),
        .mtime_ns = shoal_rows_integer (rows, 4),
        .ctime_ns = shoal_rows_integer (rows, 5),
        .inode = (guint64) shoal_rows_integer (rows, 6),
        .device = (guint64) shoal_rows_integer (rows, 7),
      };
      if (path != NULL)
        {
          blob_to_digest (rows, 2, &id);
          shoal_holding_set_add (set, kind, path, &id, &stamp);
        }
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
load_switches (ShoalConnection *connection, ShoalStoredShare *share, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT path, is_on FROM share_switch WHERE share = ?", "i",
      share->number);

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local))
    shoal_switches_restore (share->switches, shoal_rows_string (rows, 0),
                            shoal_rows_integer (rows, 1) != 0);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
load_hidden (ShoalConnection *connection, ShoalStoredShare *share, GError **error)
{
  g_autoptr (ShoalHoldingSet) hidden
             = shoal_holding_set_new (share->number, share->path, share->folder);

  if (!load_entries (connection, hidden, TRUE, error))
    return FALSE;
  shoal_holding_set_end (hidden, NULL, 0);
  if (shoal_holding_set_get_n_entries (hidden) > 0)
    share->hidden = g_steal_pointer (&hidden);
  return TRUE;
}

static ShoalStoredShare *
share_from_row (ShoalConnection *connection, ShoalRows *rows, GError **error)
{
  g_autoptr (ShoalStoredShare) share = shoal_stored_share_new ();
  gsize length = 0;
  const char *path = shoal_rows_blob (rows, 1, &length);
  const char *skipped = shoal_rows_string (rows, 10);

  share->number = shoal_rows_integer (rows, 0);
  share->path = g_strndup (path != NULL ? path : "", length);
  share->folder = shoal_rows_integer (rows, 2) != 0;
  share->offered = shoal_rows_integer (rows, 3) != 0;
  share->offer = shoal_rows_dup_string (rows, 4);
  share->added_ms = shoal_rows_integer (rows, 5);
  share->n_fetched = (guint) shoal_rows_integer (rows, 6);
  share->skipped = g_strsplit (skipped != NULL ? skipped : "", "\n", -1);
  share->n_skipped = (guint) shoal_rows_integer (rows, 11);
  g_strfreev (share->ignore);
  share->ignore = g_strsplit (shoal_rows_string (rows, 12), "\n", -1);
  if (!load_switches (connection, share, error))
    return NULL;
  if (shoal_rows_integer (rows, 7) == 0)
    return g_steal_pointer (&share);

  ShoalDigest manifest = { 0 };
  blob_to_digest (rows, 8, &manifest);
  share->set = shoal_holding_set_new (share->number, share->path, share->folder);
  if (!load_entries (connection, share->set, FALSE, error)
      || !load_hidden (connection, share, error))
    return NULL;
  shoal_holding_set_end (share->set, &manifest, (guint64) shoal_rows_integer (rows, 9));
  return g_steal_pointer (&share);
}

GPtrArray *
shoal_share_store_load (ShoalConnection *connection, GError **error)
{
  g_autoptr (GPtrArray) shares
             = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_stored_share_free);
  g_autoptr (GError) local = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT id, path, folder, offered, offer, added_ms, n_fetched, hashed, manifest, "
      "manifest_size, skipped, n_skipped, ignore FROM share ORDER BY id",
      "");

  if (rows == NULL)
    return NULL;
  while (shoal_rows_next (rows, &local))
    {
      ShoalStoredShare *share = share_from_row (connection, rows, error);
      if (share == NULL)
        return NULL;
      g_ptr_array_add (shares, share);
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&shares);
}

/* ---- Changing ---- */

gboolean
shoal_share_store_insert (ShoalConnection *connection, ShoalStoredShare *share, GError **error)
{
  g_autofree char *ignore = g_strjoinv ("\n", share->ignore);

  if (!shoal_connection_run (connection, error,
                             "INSERT INTO share (path, folder, offered, offer, added_ms, ignore) "
                             "VALUES (?, ?, ?, ?, ?, ?)",
                             "diisis", share->path, strlen (share->path), (gint64) share->folder,
                             (gint64) share->offered, share->offer, share->added_ms, ignore))
    return FALSE;
  share->number = shoal_connection_last_row_id (connection);
  return shoal_share_store_set_switches (connection, share->number, share->switches, error);
}

static gboolean
store_entries (
    ShoalConnection *connection, ShoalHoldingSet *set, guint first, gboolean hidden, GError **error)
{
  gint64 share = shoal_holding_set_get_share (set);

  for (guint i = 0; i < shoal_holding_set_get_n_entries (set); i++)
    {
      const ShoalHolding *entry = shoal_holding_set_get_entry (set, i);
      gboolean file = entry->kind == SHOAL_ENTRY_FILE || entry->kind == SHOAL_ENTRY_EXECUTABLE;
      const char *path = shoal_holding_set_get_path (set, entry);
      gboolean stored
          = file ? shoal_connection_run (
                connection, error,
                "INSERT INTO share_entry (share, n, kind, path, content, size, "
                "mtime_ns, ctime_ns, inode, device, hidden) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                "iiisdiiiiii", share, (gint64) first + i, (gint64) entry->kind, path,
                entry->id.bytes, (gsize) SHOAL_DIGEST_SIZE, (gint64) entry->stamp.size,
                entry->stamp.mtime_ns, entry->stamp.ctime_ns, (gint64) entry->stamp.inode,
                (gint64) entry->stamp.device, (gint64) hidden)
                 : shoal_connection_run (connection, error,
                                         "INSERT INTO share_entry (share, n, kind, path, hidden) "
                                         "VALUES (?, ?, ?, ?, ?)",
                                         "iiisi", share, (gint64) first + i, (gint64) entry->kind,
                                         path, (gint64) hidden);
      if (!stored)
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_manifest (const char *manifests, const ShoalDigest *id, GBytes *manifest, GError **error)
{
  char hex[SHOAL_DIGEST_HEX_SIZE];
  struct stat st;
  int dirfd = shoal_dir_open (manifests, TRUE, error);

  if (dirfd < 0)
    return FALSE;
  shoal_digest_to_hex (id, hex);
  gboolean written = fstatat (dirfd, hex, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st.st_mode)
                     && (gsize) st.st_size == g_bytes_get_size (manifest);
  if (!written)
    {
      gsize size = 0;
      gconstpointer data = g_bytes_get_data (manifest, &size);
      written = shoal_dir_write_file (dirfd, hex, data, size, 0600, error);
    }
  close (dirfd);
  return written;
}

/* Drops the layers of contents that @share is the last to have, and its entries. */
static gboolean
clear_entries (ShoalConnection *connection, gint64 share, GError **error)
{
  return shoal_connection_run (
             connection, error,
             "DELETE FROM layer WHERE content IN "
             "(SELECT content FROM share_entry WHERE share = ?1 AND size > 1048576 "
             "UNION SELECT manifest FROM share WHERE id = ?1 AND manifest_size > 1048576) "
             "AND NOT EXISTS (SELECT 1 FROM share_entry e WHERE e.content = layer.content "
             "AND e.size > 1048576 AND e.share <> ?1) "
             "AND NOT EXISTS (SELECT 1 FROM share s WHERE s.manifest = layer.content AND s.id <> "
             "?1)",
             "i", share)
         && shoal_connection_run (connection, error, "DELETE FROM share_entry WHERE share = ?", "i",
                                  share);
}

/* The id of the manifest that only @share names, to be deleted once its row has gone. */
static gboolean
find_lone_manifest (ShoalConnection *connection, gint64 share, ShoalDigest *id, GError **error)
{
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT manifest FROM share s WHERE id = ?1 AND manifest IS NOT NULL AND NOT EXISTS "
      "(SELECT 1 FROM share o WHERE o.manifest = s.manifest AND o.id <> ?1)",
      "i", share);
  g_autoptr (GError) local = NULL;

  memset (id, 0, sizeof *id);
  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, &local))
    blob_to_digest (rows, 0, id);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
delete_manifest (const char *manifests, const ShoalDigest *id)
{
  char hex[SHOAL_DIGEST_HEX_SIZE];

  shoal_digest_to_hex (id, hex);
  g_autofree char *path = g_build_filename (manifests, hex, NULL);
  if (unlink (path) != 0 && errno != ENOENT)
    g_warning ("Cannot delete “%s”: %s", path, g_strerror (errno));
}

gboolean
shoal_share_store_update (ShoalConnection *connection,
                          ShoalHoldingSet *set,
                          ShoalHoldingSet *hidden,
                          GArray *layers,
                          GBytes *manifest,
                          const char *manifests,
                          const char *const *skipped,
                          guint n_skipped,
                          GError **error)
{
  gint64 share = shoal_holding_set_get_share (set);
  gint64 there = 0;
  ShoalDigest old;

  if (!shoal_connection_query_integer (connection, 0, &there, error,
                                       "SELECT count (*) FROM share WHERE id = ?", "i", share))
    return FALSE;
  if (there == 0)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND, "The share was removed");
      return FALSE;
    }
  /* New layers first: what is kept from before is then neither missed nor dropped. */
  if (!shoal_layer_store_add (connection, layers, error))
    return FALSE;
  if (manifest != NULL
      && !write_manifest (manifests, shoal_holding_set_get_id (set), manifest, error))
    return FALSE;

  g_autofree char *lines = skipped != NULL ? g_strjoinv ("\n", (char **) skipped) : NULL;
  gboolean folder = shoal_holding_set_is_folder (set);
  if (!find_lone_manifest (connection, share, &old, error)
      || !shoal_connection_run (connection, error, "DELETE FROM share_entry WHERE share = ?", "i",
                                share)
      || !store_entries (connection, set, 0, FALSE, error)
      || (hidden != NULL
          && !store_entries (connection, hidden, shoal_holding_set_get_n_entries (set), TRUE,
                             error))
      || !shoal_connection_run (
          connection, error,
          "UPDATE share SET folder = ?, hashed = 1, manifest = nullif (?, x''), "
          "manifest_size = ?, skipped = ?, n_skipped = ? WHERE id = ?",
          "idisii", (gint64) folder, folder ? shoal_holding_set_get_id (set)->bytes : NULL,
          (gsize) (folder ? SHOAL_DIGEST_SIZE : 0),
          (gint64) shoal_holding_set_get_manifest_size (set), lines, (gint64) n_skipped, share))
    return FALSE;
  if (!shoal_digest_is_zero (&old)
      && !(folder && shoal_digest_equal (&old, shoal_holding_set_get_id (set))))
    delete_manifest (manifests, &old);
  return TRUE;
}

gboolean
shoal_share_store_remove (ShoalConnection *connection,
                          const char *offer,
                          const char *manifests,
                          GError **error)
{
  ShoalDigest manifest;
  gint64 number = 0;

  if (!shoal_connection_query_integer (connection, 0, &number, error,
                                       "SELECT id FROM share WHERE offer = ?", "s", offer))
    return FALSE;
  if (number == 0)
    return TRUE;
  if (!find_lone_manifest (connection, number, &manifest, error)
      || !clear_entries (connection, number, error)
      || !shoal_connection_run (connection, error, "DELETE FROM share WHERE id = ?", "i", number))
    return FALSE;
  if (!shoal_digest_is_zero (&manifest))
    delete_manifest (manifests, &manifest);
  return TRUE;
}

gboolean
shoal_share_store_set_offered (ShoalConnection *connection,
                               gint64 number,
                               gboolean offered,
                               GError **error)
{
  return shoal_connection_run (connection, error, "UPDATE share SET offered = ? WHERE id = ?", "ii",
                               (gint64) offered, number);
}

gboolean
shoal_share_store_set_switches (ShoalConnection *connection,
                                gint64 number,
                                const ShoalSwitches *switches,
                                GError **error)
{
  g_autoptr (GPtrArray) paths = shoal_switches_list (switches);

  if (!shoal_connection_run (connection, error, "DELETE FROM share_switch WHERE share = ?", "i",
                             number))
    return FALSE;
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);

      if (!shoal_connection_run (connection, error, "INSERT INTO share_switch VALUES (?, ?, ?)",
                                 "isi", number, path,
                                 (gint64) shoal_switches_is_on (switches, path)))
        return FALSE;
    }
  return TRUE;
}

gboolean
shoal_share_store_set_ignore (ShoalConnection *connection,
                              gint64 number,
                              const char *const *ignore,
                              GError **error)
{
  g_autofree char *lines = g_strjoinv ("\n", (char **) ignore);

  return shoal_connection_run (connection, error, "UPDATE share SET ignore = ? WHERE id = ?", "si",
                               lines, number);
}

gboolean
shoal_share_store_count_fetched (ShoalConnection *connection, gint64 number, GError **error)
{
  return shoal_connection_run (
      connection, error, "UPDATE share SET n_fetched = n_fetched + 1 WHERE id = ?", "i", number);
}
