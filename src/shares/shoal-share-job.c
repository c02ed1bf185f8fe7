/* shoal-share-job.c: looks through shares, hashes what is new in them and stores the result
 *
 * Threads: a job runs in one thread and belongs to it meanwhile; only the counters of its targets
 * are read by others. The result is a ShoalHoldingSet for each target, in the database and in the
 * target.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-share-job"

#include "config.h"

#include "shoal-share-job.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-layer-store.h"
#include "shoal-limits.h"
#include "shoal-share-hash.h"
#include "shoal-share-store.h"

/* What a job knows about a target while it works on it. */
typedef struct
{
  ShoalShareTarget *target;
  ShoalFd dirfd;   /* the folder, or the one that the file lies in */
  gboolean folder; /* whether the target is one */
  GArray *entries; /* of ShoalScanEntry */
  guint first;     /* its files in the job's items */
  GBytes *manifest;
  GArray *layers; /* of ShoalStoredLayer */
  gboolean store;
} Work;

ShoalShareTarget *
shoal_share_target_new (gint64 number, const char *path, ShoalHoldingSet *before)
{
  ShoalShareTarget *self = g_new0 (ShoalShareTarget, 1);

  self->number = number;
  self->path = g_strdup (path);
  self->before = before != NULL ? shoal_holding_set_ref (before) : NULL;
  self->cancellable = g_cancellable_new ();
  self->switches = shoal_switches_new ();
  self->skipped = shoal_skipped_new ();
  return self;
}

static void
share_target_free (ShoalShareTarget *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->before, shoal_holding_set_unref);
  g_clear_pointer (&self->hidden_before, shoal_holding_set_unref);
  g_clear_pointer (&self->switches, shoal_switches_free);
  g_clear_pointer (&self->ignore, g_strfreev);
  g_clear_pointer (&self->set, shoal_holding_set_unref);
  g_clear_pointer (&self->hidden, shoal_holding_set_unref);
  g_clear_pointer (&self->skipped, shoal_skipped_free);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_free (self);
}

ShoalShareJob *
shoal_share_job_new (void)
{
  ShoalShareJob *self = g_new0 (ShoalShareJob, 1);

  self->targets = g_ptr_array_new_with_free_func ((GDestroyNotify) share_target_free);
  return self;
}

void
shoal_share_job_free (ShoalShareJob *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->targets, g_ptr_array_unref);
  g_clear_pointer (&self->known, shoal_holdings_unref);
  g_clear_pointer (&self->manifests, g_free);
  g_clear_object (&self->database);
  g_clear_object (&self->pool);
  g_free (self);
}

static void
work_clear (Work *work)
{
  shoal_fd_clear (&work->dirfd);
  g_clear_pointer (&work->entries, g_array_unref);
  g_clear_pointer (&work->layers, g_array_unref);
  g_clear_pointer (&work->manifest, g_bytes_unref);
}

/* ---- What is there ---- */

static gboolean
open_folder (Work *work, GError **error)
{
  work->dirfd = shoal_dir_open (work->target->path, FALSE, error);
  return work->dirfd >= 0;
}

static gboolean
find_folder (ShoalShareJob *self, Work *work, GError **error)
{
  ShoalShareTarget *target = work->target;

  if (!open_folder (work, error))
    return FALSE;
  work->entries = shoal_folder_scan (
      work->dirfd, &self->excluded, (const char *const *) target->ignore, target->skipped,
      &target->n_files, &target->n_bytes, target->cancellable, error);
  return work->entries != NULL;
}

static gboolean
find_file (Work *work, const struct stat *st, GError **error)
{
  ShoalShareTarget *target = work->target;
  g_autofree char *parent = g_path_get_dirname (target->path);
  ShoalScanEntry entry = { .path = g_path_get_basename (target->path) };

  entry.kind = (st->st_mode & S_IXUSR) != 0 ? SHOAL_ENTRY_EXECUTABLE : SHOAL_ENTRY_FILE;
  shoal_file_stamp_from_stat (&entry.stamp, st);
  work->entries = g_array_new (FALSE, FALSE, sizeof (ShoalScanEntry));
  g_array_set_clear_func (work->entries, (GDestroyNotify) shoal_scan_entry_clear);
  g_array_append_val (work->entries, entry);
  g_atomic_int_set (&target->n_files, 1);
  __atomic_fetch_add (&target->n_bytes, (gint64) st->st_size, __ATOMIC_RELAXED);
  if ((guint64) st->st_size > SHOAL_MAX_FILE_SIZE)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT, _ ("“%s” is larger than 8 TiB"),
                   entry.path);
      return FALSE;
    }
  work->dirfd = shoal_dir_open (parent, FALSE, error);
  return work->dirfd >= 0;
}

static gboolean
find (ShoalShareJob *self, Work *work, GError **error)
{
  ShoalShareTarget *target = work->target;
  g_autofree char *shown = g_filename_display_name (target->path);
  struct stat st;

  if (g_cancellable_set_error_if_cancelled (target->cancellable, error))
    return FALSE;
  if (lstat (target->path, &st) != 0)
    {
      /* ENOTDIR: a parent has become a file; for the share it is just as gone. */
      int saved_errno = errno == ENOTDIR ? ENOENT : errno;
      return shoal_error_from_errno (error, saved_errno, _ ("Cannot share “%s”"), shown);
    }
  if (S_ISDIR (st.st_mode))
    {
      work->folder = TRUE;
      return find_folder (self, work, error);
    }
  if (S_ISREG (st.st_mode))
    return find_file (work, &st, error);
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
               _ ("“%s” is neither a file nor a folder and cannot be shared"), shown);
  return FALSE;
}

/* ---- Hashing ---- */

static gboolean
is_file (const ShoalScanEntry *entry)
{
  return entry->kind == SHOAL_ENTRY_FILE || entry->kind == SHOAL_ENTRY_EXECUTABLE;
}

static const ShoalHolding *
find_known (ShoalShareJob *self, Work *work, const ShoalScanEntry *entry)
{
  ShoalShareTarget *target = work->target;

  if (self->known == NULL)
    return NULL;
  if (target->before != NULL && shoal_holding_set_is_folder (target->before) == work->folder)
    {
      const ShoalHolding *own = shoal_holding_set_find_path (target->before, entry->path);
      if (own == NULL && target->hidden_before != NULL)
        own = shoal_holding_set_find_path (target->hidden_before, entry->path);
      if (own != NULL)
        return own;
    }
  g_autofree char *path
      = work->folder ? g_strconcat (target->path, "/", entry->path, NULL) : g_strdup (target->path);
  return shoal_holdings_find_file (self->known, path);
}

/* Whether @known, which was hashed, is the file that was found. Its device may have another number
 * since the last start (Btrfs, network drives); the other times and numbers tell enough. */
static gboolean
is_unchanged (const ShoalHolding *known, const ShoalScanEntry *entry)
{
  ShoalFileStamp stamp = entry->stamp;

  stamp.device = known->stamp.device;
  return shoal_file_stamp_equal (&known->stamp, &stamp);
}

static void
add_items (ShoalShareJob *self, Work *work, GArray *items)
{
  work->first = items->len;
  for (guint i = 0; i < work->entries->len; i++)
    {
      ShoalScanEntry *entry = &g_array_index (work->entries, ShoalScanEntry, i);
      if (!is_file (entry))
        continue;
      ShoalShareItem item = { .target = work->target, .entry = entry, .dirfd = work->dirfd };
      const ShoalHolding *known = find_known (self, work, entry);
      if (known != NULL && is_unchanged (known, entry))
        {
          item.id = known->id;
          item.state = SHOAL_SHARE_ITEM_DONE;
          __atomic_fetch_add (&work->target->n_hashed, (gint64) entry->stamp.size,
                              __ATOMIC_RELAXED);
        }
      g_array_append_val (items, item);
    }
}

/* ---- The result ---- */

static void
add_layer (Work *work, const ShoalDigest *id, GBytes *layer)
{
  ShoalStoredLayer stored = { .id = *id, .layer = layer != NULL ? g_bytes_ref (layer) : NULL };

  /* Given ones first: another file's may be the one that is asked for. */
  if (layer != NULL)
    g_array_prepend_val (work->layers, stored);
  else
    g_array_append_val (work->layers, stored);
}

/* Whether @path lies in the folder @above that was left out. */
static gboolean
is_below (const char *path, const char *above)
{
  gsize length = above != NULL ? strlen (above) : 0;

  return above != NULL && strncmp (path, above, length) == 0 && path[length] == '/';
}

static gboolean
add_to_manifest (ShoalManifestBuilder *builder,
                 const ShoalScanEntry *entry,
                 const ShoalShareItem *item,
                 GError **error)
{
  if (entry->kind == SHOAL_ENTRY_FOLDER)
    return shoal_manifest_builder_add_folder (builder, entry->path, error);
  if (entry->kind == SHOAL_ENTRY_LINK)
    return shoal_manifest_builder_add_link (builder, entry->path, entry->target, error);
  return shoal_manifest_builder_add_file (builder, entry->path,
                                          entry->kind == SHOAL_ENTRY_EXECUTABLE, entry->stamp.size,
                                          &item->id, error);
}

/* The folders on the way to @path. */
static void
add_parents (GHashTable *parents, const char *path)
{
  for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    g_hash_table_add (parents, g_strndup (path, (gsize) (slash - path)));
}

/* The folders that are offered because of something in them that is. Returns: (transfer full)
 * (nullable): %NULL if everything is */
static GHashTable *
find_parents (Work *work)
{
  const ShoalSwitches *switches = work->target->switches;
  GHashTable *parents;

  if (shoal_switches_is_empty (switches))
    return NULL;
  parents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < work->entries->len; i++)
    {
      const ShoalScanEntry *entry = &g_array_index (work->entries, ShoalScanEntry, i);

      if (shoal_switches_is_on (switches, entry->path))
        add_parents (parents, entry->path);
    }
  return parents;
}

/* @parents: (nullable): of find_parents() */
static gboolean
is_hidden (Work *work, GHashTable *parents, const ShoalScanEntry *entry)
{
  return parents != NULL && !shoal_switches_is_on (work->target->switches, entry->path)
         && !g_hash_table_contains (parents, entry->path);
}

static gboolean
build_folder (Work *work, GArray *items, GError **error)
{
  ShoalShareTarget *target = work->target;
  g_autoptr (ShoalManifestBuilder) builder = shoal_manifest_builder_new ();
  g_autoptr (ShoalHoldingSet) set = shoal_holding_set_new (target->number, target->path, TRUE);
  g_autoptr (ShoalHoldingSet) hidden = shoal_holding_set_new (target->number, target->path, TRUE);
  g_autoptr (GHashTable) parents = find_parents (work);
  const char *left_out = NULL;
  guint next = work->first;

  for (guint i = 0; i < work->entries->len; i++)
    {
      ShoalScanEntry *entry = &g_array_index (work->entries, ShoalScanEntry, i);
      ShoalShareItem *item
          = is_file (entry) ? &g_array_index (items, ShoalShareItem, next++) : NULL;
      g_autoptr (GError) local = NULL;
      if (is_below (entry->path, left_out))
        continue;
      if (item != NULL && item->state != SHOAL_SHARE_ITEM_DONE)
        {
          target->unstable |= item->state == SHOAL_SHARE_ITEM_CHANGED;
          shoal_skipped_add (target->skipped, entry->path, item->reason);
          continue;
        }
      gboolean is_off = is_hidden (work, parents, entry);
      if (!is_off && !add_to_manifest (builder, entry, item, &local))
        {
          if (g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_LIMIT))
            {
              g_propagate_error (error, g_steal_pointer (&local));
              return FALSE;
            }
          if (entry->kind == SHOAL_ENTRY_FOLDER)
            left_out = entry->path;
          shoal_skipped_add (target->skipped, NULL, local->message);
          continue;
        }
      shoal_holding_set_add (is_off ? hidden : set, entry->kind, entry->path,
                             item != NULL ? &item->id : NULL, &entry->stamp);
      if (item != NULL && entry->stamp.size > SHOAL_PIECE_SIZE)
        add_layer (work, &item->id, item->layer);
    }
  work->manifest = shoal_manifest_builder_end (builder, error);
  if (work->manifest == NULL)
    return FALSE;
  g_autoptr (ShoalContent) content = shoal_hash_bytes (work->manifest);
  if (content->size > SHOAL_PIECE_SIZE)
    add_layer (work, &content->id, content->layer);
  shoal_holding_set_end (set, &content->id, content->size);
  shoal_holding_set_end (hidden, NULL, 0);
  target->set = g_steal_pointer (&set);
  if (shoal_holding_set_get_n_entries (hidden) > 0)
    target->hidden = g_steal_pointer (&hidden);
  return TRUE;
}

static gboolean
build_file (Work *work, GArray *items, GError **error)
{
  ShoalShareTarget *target = work->target;
  ShoalScanEntry *entry = &g_array_index (work->entries, ShoalScanEntry, 0);
  ShoalShareItem *item = &g_array_index (items, ShoalShareItem, work->first);

  if (item->state != SHOAL_SHARE_ITEM_DONE)
    {
      gboolean changed = item->state == SHOAL_SHARE_ITEM_CHANGED;
      g_autofree char *shown = g_filename_display_name (target->path);
      g_set_error (error, SHOAL_ERROR, changed ? SHOAL_ERROR_CHANGED : SHOAL_ERROR_IO,
                   _ ("Cannot share “%s”: %s"), shown, item->reason);
      return FALSE;
    }
  target->set = shoal_holding_set_new (target->number, target->path, FALSE);
  shoal_holding_set_add (target->set, entry->kind, entry->path, &item->id, &entry->stamp);
  shoal_holding_set_end (target->set, NULL, 0);
  if (entry->stamp.size > SHOAL_PIECE_SIZE)
    add_layer (work, &item->id, item->layer);
  return TRUE;
}

static gboolean
build (Work *work, GArray *items, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (work->target->cancellable, error))
    return FALSE;
  work->layers = g_array_new (FALSE, FALSE, sizeof (ShoalStoredLayer));
  g_array_set_clear_func (work->layers, (GDestroyNotify) shoal_stored_layer_clear);
  if (!(work->folder ? build_folder (work, items, error) : build_file (work, items, error)))
    return FALSE;
  shoal_skipped_sort (work->target->skipped);
  return TRUE;
}

/* ---- Storing ---- */

typedef struct
{
  ShoalShareJob *job;
  GArray *works; /* of Work */
} Store;

/* In the database's thread. What was removed meanwhile fails alone, before anything is written. */
static gboolean
store_works (ShoalConnection *connection, gpointer data, GError **error)
{
  Store *store = data;

  for (guint i = 0; i < store->works->len; i++)
    {
      Work *work = &g_array_index (store->works, Work, i);
      ShoalShareTarget *target = work->target;
      g_autoptr (GError) local = NULL;
      if (!work->store)
        continue;
      g_autoptr (GPtrArray) lines
                 = g_ptr_array_copy (target->skipped->lines, (GCopyFunc) g_strdup, NULL);
      g_ptr_array_set_free_func (lines, g_free);
      g_ptr_array_add (lines, NULL);
      if (shoal_share_store_update (connection, target->set, target->hidden, work->layers,
                                    work->manifest, store->job->manifests,
                                    (const char *const *) lines->pdata, target->skipped->n, &local))
        continue;
      if (!g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND)
          && !g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_CHANGED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_clear_error (&target->error);
      target->error = g_steal_pointer (&local);
    }
  return TRUE;
}

static gboolean
is_same_set (ShoalHoldingSet *a, ShoalHoldingSet *b)
{
  return a == b || (a != NULL && b != NULL && shoal_holding_set_equal (a, b));
}

/* Whether something else than what is in the database was found. A manifest that somebody deleted
 * is written again, too. */
static gboolean
needs_store (ShoalShareJob *self, Work *work)
{
  ShoalShareTarget *target = work->target;

  if (target->error != NULL)
    return FALSE;
  if (!is_same_set (target->before, target->set)
      || !is_same_set (target->hidden_before, target->hidden)
      || target->skipped->n != target->n_skipped_before)
    return TRUE;
  if (!work->folder)
    return FALSE;
  g_autofree char *hex = shoal_digest_dup_hex (shoal_holding_set_get_id (target->set));
  g_autofree char *path = g_build_filename (self->manifests, hex, NULL);
  return access (path, R_OK) != 0;
}

static void
store (ShoalShareJob *self, GArray *works)
{
  Store data = { self, works };
  g_autoptr (GError) error = NULL;
  guint n = 0;

  for (guint i = 0; i < works->len; i++)
    {
      Work *work = &g_array_index (works, Work, i);
      work->store = needs_store (self, work);
      n += work->store;
    }
  gboolean stored = n == 0 || shoal_database_write (self->database, store_works, &data, &error);
  for (guint i = 0; i < works->len; i++)
    {
      Work *work = &g_array_index (works, Work, i);
      ShoalShareTarget *target = work->target;
      if (work->store && !stored && target->error == NULL)
        target->error = g_error_copy (error);
      if (target->error != NULL)
        {
          g_clear_pointer (&target->set, shoal_holding_set_unref);
          g_clear_pointer (&target->hidden, shoal_holding_set_unref);
        }
    }
}

static void
run_once (ShoalShareJob *self, GPtrArray *targets)
{
  g_autoptr (GArray) works = g_array_new (FALSE, FALSE, sizeof (Work));
  g_array_set_clear_func (works, (GDestroyNotify) work_clear);
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (ShoalShareItem));
  g_array_set_clear_func (items, (GDestroyNotify) shoal_share_item_clear);

  for (guint i = 0; i < targets->len; i++)
    {
      Work work = { .target = g_ptr_array_index (targets, i), .dirfd = -1 };
      if (find (self, &work, &work.target->error))
        add_items (self, &work, items);
      g_array_append_val (works, work);
    }
  shoal_share_hash_items (items, self->pool, self->workers);
  for (guint i = 0; i < works->len; i++)
    {
      Work *work = &g_array_index (works, Work, i);
      if (work->target->error == NULL)
        build (work, items, &work->target->error);
    }
  store (self, works);
}

void
shoal_share_job_run (ShoalShareJob *self)
{
  g_autoptr (GPtrArray) again = g_ptr_array_new ();

  run_once (self, self->targets);

  /* A layer that was known has been dropped with another share: hash those anew. */
  for (guint i = 0; i < self->targets->len && self->known != NULL; i++)
    {
      ShoalShareTarget *target = g_ptr_array_index (self->targets, i);
      if (!g_error_matches (target->error, SHOAL_ERROR, SHOAL_ERROR_CHANGED))
        continue;
      g_clear_error (&target->error);
      g_clear_pointer (&target->skipped, shoal_skipped_free);
      target->skipped = shoal_skipped_new ();
      target->unstable = FALSE;
      g_atomic_int_set (&target->n_files, 0);
      __atomic_store_n (&target->n_bytes, 0, __ATOMIC_RELAXED);
      __atomic_store_n (&target->n_hashed, 0, __ATOMIC_RELAXED);
      g_ptr_array_add (again, target);
    }
  if (again->len == 0)
    return;
  g_clear_pointer (&self->known, shoal_holdings_unref);
  run_once (self, again);
}
