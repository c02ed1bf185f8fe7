/* shoal-shares-change.c: what the user does to the list of shares: add, remove, switch off and on
 *
 * Adding: a thread finds the real paths (a folder on a sleeping disk must not stop the main loop),
 * the shares appear in the list, their rows go to the database, and then they are hashed. Removing
 * takes a share out of the list and out of what is served before anything else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-shares"

#include "config.h"

#include "shoal-shares-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <glib/gi18n.h>

#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-limits.h"

/* ---- Adding ---- */

typedef struct
{
  char *path;
  gboolean folder;
} RealPath;

typedef struct
{
  char **paths;
  char *own_folder;
  gboolean unoffered;
  GArray *real; /* of RealPath, made in the thread */
} Resolve;

static void
real_path_clear (RealPath *path)
{
  g_clear_pointer (&path->path, g_free);
}

static void
resolve_free (Resolve *resolve)
{
  g_strfreev (resolve->paths);
  g_free (resolve->own_folder);
  g_array_unref (resolve->real);
  g_free (resolve);
}

static gboolean
is_inside (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static gboolean
resolve_path (Resolve *resolve, const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  char *real = realpath (path, NULL);
  struct stat st;

  if (real == NULL || stat (real, &st) != 0)
    {
      int saved_errno = errno == ENOTDIR ? ENOENT : errno;
      free (real);
      return shoal_error_from_errno (error, saved_errno, _ ("Cannot share “%s”"), shown);
    }
  RealPath found = { .path = g_strdup (real), .folder = S_ISDIR (st.st_mode) };
  free (real);
  g_array_append_val (resolve->real, found);

  g_autofree char *name = g_path_get_basename (found.path);
  if (!S_ISDIR (st.st_mode) && !S_ISREG (st.st_mode))
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                 _ ("“%s” is neither a file nor a folder and cannot be shared"), shown);
  else if (g_str_equal (found.path, "/"))
    g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                         _ ("The root folder cannot be shared. Share the folders in it"));
  else if (!g_utf8_validate (name, -1, NULL))
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                 _ ("The name of “%s” is not valid UTF-8. Rename it to share it"), shown);
  else if (strlen (name) > SHOAL_MAX_NAME_BYTES)
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                 _ ("The name of “%s” is too long. Rename it to share it"), shown);
  else if (is_inside (found.path, resolve->own_folder))
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_DENIED,
                 _ ("“%s” is in Shoal’s own folder, which holds your keys, and cannot be shared"),
                 shown);
  else
    return TRUE;
  return FALSE;
}

static void
resolve_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Resolve *resolve = data;
  GError *error = NULL;

  for (guint i = 0; resolve->paths[i] != NULL; i++)
    if (!resolve_path (resolve, resolve->paths[i], &error))
      {
        g_task_return_error (task, error);
        return;
      }
  g_task_return_boolean (task, TRUE);
}

typedef struct
{
  ShoalShares *shares;
  GPtrArray *stored;  /* of ShoalStoredShare */
  GPtrArray *entries; /* theirs, of ShoalShareEntry */
} InsertJob;

static void
insert_job_free (InsertJob *job)
{
  g_clear_pointer (&job->stored, g_ptr_array_unref);
  g_clear_pointer (&job->entries, g_ptr_array_unref);
  g_clear_object (&job->shares);
  g_free (job);
}

static gboolean
insert_job (ShoalConnection *connection, gpointer data, GError **error)
{
  InsertJob *job = data;

  for (guint i = 0; i < job->stored->len; i++)
    if (!shoal_share_store_insert (connection, g_ptr_array_index (job->stored, i), error))
      return FALSE;
  return TRUE;
}

static void
on_inserted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  InsertJob *job = user_data;
  ShoalShares *self = job->shares;
  g_autoptr (GError) error = NULL;
  gboolean ok = shoal_database_finish (SHOAL_DATABASE (source), result, &error) != NULL;

  for (guint i = 0; i < job->entries->len; i++)
    {
      ShoalShareEntry *entry = g_ptr_array_index (job->entries, i);
      ShoalStoredShare *stored = g_ptr_array_index (job->stored, i);
      entry->inserting = FALSE;
      entry->again = FALSE;
      if (entry->removed)
        continue;
      if (ok)
        {
          shoal_shares_number (self, entry, stored->number);
          shoal_shares_queue (self, entry);
        }
      else
        shoal_share_set_state (entry->share, SHOAL_SHARE_FAILED, error->message);
    }
  shoal_shares_check_waiters (self);
}

static char *
make_offer_id (void)
{
  g_autofree char *uuid = g_uuid_string_random ();
  GString *id = g_string_new (NULL);

  for (const char *c = uuid; *c != '\0'; c++)
    if (*c != '-')
      g_string_append_c (id, *c);
  return g_string_free (id, FALSE);
}

static ShoalShareEntry *
add_new (ShoalShares *self, const RealPath *real, gboolean unoffered, InsertJob *job)
{
  ShoalStoredShare *stored = shoal_stored_share_new ();

  stored->path = g_strdup (real->path);
  stored->folder = real->folder;
  stored->offered = real->folder || !unoffered;
  if (unoffered && real->folder)
    shoal_switches_set (stored->switches, "", FALSE);
  stored->offer = make_offer_id ();
  stored->added_ms = shoal_now_ms ();
  ShoalShareEntry *entry = shoal_shares_append (self, stored);
  entry->inserting = TRUE;
  g_ptr_array_add (job->stored, stored);
  g_ptr_array_add (job->entries, shoal_share_entry_ref (entry));
  return entry;
}

/* Somebody who shares a folder of which nothing is switched on means all of it. */
static void
offer_again (ShoalShares *self, ShoalShareEntry *entry, gboolean unoffered)
{
  if (!unoffered && !shoal_switches_is_on (shoal_share_get_switches (entry->share), ""))
    shoal_shares_switch (self, entry->share, "", TRUE);
  if (unoffered || shoal_share_get_wanted (entry->share))
    shoal_shares_queue (self, entry);
  else
    shoal_shares_set_offered (self, entry->share, TRUE);
}

static void
on_resolved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalShares *self = g_task_get_source_object (task);
  Resolve *resolve = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->stopped)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Shoal is being closed"));
      return;
    }
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_share_entry_unref);
  InsertJob *job = g_new0 (InsertJob, 1);
  job->shares = g_object_ref (self);
  job->stored = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_stored_share_free);
  job->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_share_entry_unref);
  guint before = self->entries->len;
  for (guint i = 0; i < resolve->real->len; i++)
    {
      const RealPath *real = &g_array_index (resolve->real, RealPath, i);
      ShoalShareEntry *entry = g_hash_table_lookup (self->by_path, real->path);
      if (entry == NULL)
        entry = add_new (self, real, resolve->unoffered, job);
      else
        offer_again (self, entry, resolve->unoffered);
      g_ptr_array_add (entries, shoal_share_entry_ref (entry));
    }
  guint n_new = job->entries->len;
  if (n_new > 0)
    {
      g_list_model_items_changed (G_LIST_MODEL (self), before, 0, n_new);
      shoal_database_write_async (self->database, insert_job, job, (GDestroyNotify) insert_job_free,
                                  NULL, on_inserted_cb, job);
    }
  else
    insert_job_free (job);
  shoal_shares_wait_for (self, g_steal_pointer (&task), entries);
}

static void
add (ShoalShares *self,
     const char *const *paths,
     gboolean unoffered,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_shares_add_async);
  Resolve *resolve = g_new0 (Resolve, 1);
  resolve->paths = g_strdupv ((char **) paths);
  resolve->unoffered = unoffered;
  resolve->own_folder = g_strdup (self->own_folder);
  resolve->real = g_array_new (FALSE, FALSE, sizeof (RealPath));
  g_array_set_clear_func (resolve->real, (GDestroyNotify) real_path_clear);
  /* Without a source object: a thread may be the last to drop it. */
  g_autoptr (GTask) thread = g_task_new (NULL, cancellable, on_resolved_cb, task);
  g_task_set_source_tag (thread, shoal_shares_add_async);
  g_task_set_task_data (thread, resolve, (GDestroyNotify) resolve_free);
  g_task_run_in_thread (thread, resolve_in_thread);
}

void
shoal_shares_add_async (ShoalShares *self,
                        const char *const *paths,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));
  g_return_if_fail (paths != NULL);

  add (self, paths, FALSE, cancellable, callback, user_data);
}

void
shoal_shares_add_unoffered_async (ShoalShares *self,
                                  const char *const *paths,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));
  g_return_if_fail (paths != NULL);

  add (self, paths, TRUE, cancellable, callback, user_data);
}

GPtrArray *
shoal_shares_add_finish (ShoalShares *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Removing ---- */

typedef struct
{
  ShoalShares *shares;
  GTask *task;
  char *manifests;
  char **offers;
} RemoveJob;

static void
remove_job_free (RemoveJob *job)
{
  g_free (job->manifests);
  g_strfreev (job->offers);
  g_clear_object (&job->task);
  g_clear_object (&job->shares);
  g_free (job);
}

static gboolean
remove_job (ShoalConnection *connection, gpointer data, GError **error)
{
  RemoveJob *job = data;

  for (guint i = 0; job->offers[i] != NULL; i++)
    if (!shoal_share_store_remove (connection, job->offers[i], job->manifests, error))
      return FALSE;
  return TRUE;
}

static void
on_withdrawn_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  /* It fails only where nobody waits any more. */
  shoal_offer_keeper_flush_finish (SHOAL_OFFER_KEEPER (source), result, NULL);
  g_task_return_int (task, GPOINTER_TO_INT (g_task_get_task_data (task)));
}

static void
on_removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RemoveJob *job = user_data;
  ShoalShares *self = job->shares;
  GError *error = NULL;

  if (shoal_database_finish (SHOAL_DATABASE (source), result, &error) == NULL)
    {
      g_task_return_error (job->task, error);
      return;
    }
  guint n = g_strv_length (job->offers);
  g_task_set_task_data (job->task, GINT_TO_POINTER ((int) n), NULL);
  shoal_offer_keeper_flush_async (self->offers, g_task_get_cancellable (job->task), on_withdrawn_cb,
                                  g_object_ref (job->task));
}

/* Out of the list and of what is served. */
static void
forget_entry (ShoalShares *self, ShoalShareEntry *entry, guint position)
{
  gint64 number = shoal_share_get_number (entry->share);

  entry->removed = TRUE;
  shoal_shares_drop (self, entry);
  shoal_shares_withdraw (self, entry);
  g_hash_table_remove (self->by_path, shoal_share_get_path (entry->share));
  g_hash_table_remove (self->by_offer, shoal_share_get_offer (entry->share));
  if (shoal_shares_lookup (self, number) == entry)
    g_hash_table_remove (self->by_number, &number);
  g_ptr_array_remove_index (self->entries, position);
}

static void
forget_all (ShoalShares *self, GPtrArray *offers)
{
  guint n = self->entries->len;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (offers,
                     g_strdup (shoal_share_get_offer (
                         ((ShoalShareEntry *) g_ptr_array_index (self->entries, i))->share)));
  for (guint i = n; i > 0; i--)
    forget_entry (self, g_ptr_array_index (self->entries, i - 1), i - 1);
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

static void
forget_share (ShoalShares *self, ShoalShare *share, GPtrArray *offers)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      ShoalShareEntry *entry = g_ptr_array_index (self->entries, i);
      if (entry->share != share)
        continue;
      g_ptr_array_add (offers, g_strdup (shoal_share_get_offer (share)));
      forget_entry (self, entry, i);
      g_list_model_items_changed (G_LIST_MODEL (self), i, 1, 0);
      return;
    }
}

void
shoal_shares_remove_async (ShoalShares *self,
                           GPtrArray *shares,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));

  g_autoptr (GPtrArray) offers = g_ptr_array_new_with_free_func (g_free);
  if (shares == NULL)
    forget_all (self, offers);
  for (guint i = 0; shares != NULL && i < shares->len; i++)
    forget_share (self, g_ptr_array_index (shares, i), offers);
  g_ptr_array_add (offers, NULL);
  shoal_shares_touch_holdings (self);
  shoal_shares_flush_holdings (self);

  RemoveJob *job = g_new0 (RemoveJob, 1);
  job->shares = g_object_ref (self);
  job->manifests = g_strdup (self->manifests);
  job->offers = (char **) g_ptr_array_steal (offers, NULL);
  job->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (job->task, shoal_shares_remove_async);
  shoal_database_write_async (self->database, remove_job, job, (GDestroyNotify) remove_job_free,
                              NULL, on_removed_cb, job);
  shoal_shares_check_waiters (self);
}

gint64
shoal_shares_remove_finish (ShoalShares *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/* ---- Small changes ---- */

typedef struct
{
  gint64 number;
  gboolean offered;
} ChangeJob;

static gboolean
set_offered_job (ShoalConnection *connection, gpointer data, GError **error)
{
  ChangeJob *job = data;

  return shoal_share_store_set_offered (connection, job->number, job->offered, error);
}

static gboolean
count_fetched_job (ShoalConnection *connection, gpointer data, GError **error)
{
  ChangeJob *job = data;

  return shoal_share_store_count_fetched (connection, job->number, error);
}

static void
on_changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (shoal_database_finish (SHOAL_DATABASE (source), result, &error) == NULL)
    g_warning ("Cannot store a change of a share: %s", error->message);
}

static void
write_change (ShoalShares *self, ShoalDatabaseFunc func, gint64 number, gboolean offered)
{
  ChangeJob *job = g_new0 (ChangeJob, 1);

  job->number = number;
  job->offered = offered;
  shoal_database_write_async (self->database, func, job, g_free, NULL, on_changed_cb, NULL);
}

void
shoal_shares_set_offered (ShoalShares *self, ShoalShare *share, gboolean offered)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));
  g_return_if_fail (SHOAL_IS_SHARE (share));

  ShoalShareEntry *entry = shoal_shares_find_entry (self, share);
  if (entry == NULL || entry->inserting || shoal_share_get_wanted (share) == offered)
    return;
  shoal_share_set_wanted (share, offered);
  write_change (self, set_offered_job, shoal_share_get_number (share), offered);
  if (offered)
    shoal_shares_queue (self, entry);
  else if (entry->target == NULL && !entry->queued)
    shoal_shares_settle (self, entry);
  else
    shoal_shares_withdraw (self, entry);
  shoal_shares_touch_holdings (self);
  shoal_shares_flush_holdings (self);
}

typedef struct
{
  gint64 number;
  ShoalSwitches *switches;
} SwitchJob;

static void
switch_job_free (SwitchJob *job)
{
  shoal_switches_free (job->switches);
  g_free (job);
}

static gboolean
set_switches_job (ShoalConnection *connection, gpointer data, GError **error)
{
  SwitchJob *job = data;
  gint64 there = 0;

  /* It may have been removed meanwhile. */
  if (!shoal_connection_query_integer (connection, 0, &there, error,
                                       "SELECT count (*) FROM share WHERE id = ?", "i",
                                       job->number))
    return FALSE;
  return there == 0
         || shoal_share_store_set_switches (connection, job->number, job->switches, error);
}

void
shoal_shares_switch (ShoalShares *self, ShoalShare *share, const char *path, gboolean on)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));
  g_return_if_fail (SHOAL_IS_SHARE (share));
  g_return_if_fail (path != NULL);

  ShoalShareEntry *entry = shoal_shares_find_entry (self, share);
  if (entry == NULL || entry->inserting)
    return;
  if (!shoal_share_is_folder (share))
    {
      shoal_shares_set_offered (self, share, on);
      return;
    }
  if (!shoal_switches_set (shoal_share_get_switches (share), path, on))
    return;

  SwitchJob *job = g_new0 (SwitchJob, 1);
  job->number = shoal_share_get_number (share);
  job->switches = shoal_switches_copy (shoal_share_get_switches (share));
  shoal_database_write_async (self->database, set_switches_job, job,
                              (GDestroyNotify) switch_job_free, NULL, on_changed_cb, NULL);
  entry->stale |= !on;
  shoal_shares_queue (self, entry);
  shoal_shares_touch_holdings (self);
  shoal_shares_flush_holdings (self);
}

void
shoal_shares_note_fetched (ShoalShares *self, gint64 number)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));

  ShoalShareEntry *entry = shoal_shares_lookup (self, number);
  if (entry == NULL)
    return;
  shoal_share_count_fetched (entry->share);
  write_change (self, count_fetched_job, number, FALSE);
}
