/* shoal-shares-add.c: how files and folders become shares
 *
 * A thread finds the real paths (a folder on a sleeping disk must not stop the main loop), the
 * shares appear in the list, their rows go to the database, and then they are hashed. Ten thousand
 * go through each of these steps in slices of the main loop.
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
#include "shoal-ignore.h"
#include "shoal-limits.h"
#include "shoal-slices.h"

/* So many get into the list together. */
#define ADDED_AT_ONCE 64

/* ---- Paths, in a thread ---- */

typedef struct
{
  char **paths;
  char **ignore; /* (nullable) */
  char *own_folder;
  gboolean unoffered;
  GPtrArray *stored; /* of ShoalStoredShare, made in the thread: as if all were new */
} Resolve;

static void
stored_free (gpointer stored)
{
  if (stored != NULL)
    shoal_stored_share_free (stored);
}

static void
resolve_free (Resolve *resolve)
{
  g_strfreev (resolve->paths);
  g_strfreev (resolve->ignore);
  g_free (resolve->own_folder);
  g_ptr_array_unref (resolve->stored);
  g_free (resolve);
}

static gboolean
is_inside (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
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

static ShoalStoredShare *
make_stored (const char *path, gboolean folder, gboolean unoffered)
{
  ShoalStoredShare *stored = shoal_stored_share_new ();

  stored->path = g_strdup (path);
  stored->folder = folder;
  stored->offered = folder || !unoffered;
  if (unoffered && folder)
    shoal_switches_set (stored->switches, "", FALSE);
  stored->offer = make_offer_id ();
  stored->added_ms = shoal_now_ms ();
  return stored;
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
  ShoalStoredShare *found = make_stored (real, S_ISDIR (st.st_mode), resolve->unoffered);
  if (resolve->ignore != NULL)
    {
      g_strfreev (found->ignore);
      found->ignore = g_strdupv (resolve->ignore);
    }
  free (real);
  g_ptr_array_add (resolve->stored, found);

  g_autofree char *name = g_path_get_basename (found->path);
  if (!S_ISDIR (st.st_mode) && !S_ISREG (st.st_mode))
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                 _ ("“%s” is neither a file nor a folder and cannot be shared"), shown);
  else if (g_str_equal (found->path, "/"))
    g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                         _ ("The root folder cannot be shared. Share the folders in it"));
  else if (!g_utf8_validate (name, -1, NULL))
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                 _ ("The name of “%s” is not valid UTF-8. Rename it to share it"), shown);
  else if (strlen (name) > SHOAL_MAX_NAME_BYTES)
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                 _ ("The name of “%s” is too long. Rename it to share it"), shown);
  else if (is_inside (found->path, resolve->own_folder))
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

/* What is in the database now gets its number, and then its turn. */
typedef struct
{
  ShoalShares *shares;
  GPtrArray *stored;
  GPtrArray *entries;
  guint n_done;
  GError *error; /* (nullable): why none is in the database */
} Numbering;

static void
numbering_free (gpointer data)
{
  Numbering *self = data;

  shoal_shares_check_waiters (self->shares);
  g_ptr_array_unref (self->stored);
  g_ptr_array_unref (self->entries);
  g_clear_error (&self->error);
  g_object_unref (self->shares);
  g_free (self);
}

static void
number_one (Numbering *self, ShoalShareEntry *entry, const ShoalStoredShare *stored)
{
  entry->inserting = FALSE;
  entry->again = FALSE;
  if (entry->removed)
    return;
  if (self->error == NULL)
    {
      shoal_shares_number (self->shares, entry, stored->number);
      shoal_shares_queue (self->shares, entry);
    }
  else
    shoal_share_set_state (entry->share, SHOAL_SHARE_FAILED, self->error->message);
}

static gboolean
number_some (gpointer data)
{
  Numbering *self = data;
  guint end = MIN (self->n_done + ADDED_AT_ONCE, self->entries->len);

  for (; self->n_done < end; self->n_done++)
    number_one (self, g_ptr_array_index (self->entries, self->n_done),
                g_ptr_array_index (self->stored, self->n_done));
  return self->n_done < self->entries->len;
}

static void
on_inserted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  InsertJob *job = user_data;
  Numbering *numbering = g_new0 (Numbering, 1);

  numbering->shares = g_object_ref (job->shares);
  numbering->stored = g_steal_pointer (&job->stored);
  numbering->entries = g_steal_pointer (&job->entries);
  shoal_database_finish (SHOAL_DATABASE (source), result, &numbering->error);
  shoal_slices_run (G_PRIORITY_DEFAULT, number_some, numbering, numbering_free);
}

/* ---- Taking back ---- */

/* What one call changed, for when it is cancelled. */
typedef struct
{
  GPtrArray *added;       /* of ShoalShare: new in the list */
  GPtrArray *switched_on; /* of ShoalShare: were there, and off */
} Changes;

static Changes *
changes_new (void)
{
  Changes *self = g_new0 (Changes, 1);

  self->added = g_ptr_array_new_with_free_func (g_object_unref);
  self->switched_on = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

static void
changes_free (Changes *self)
{
  g_ptr_array_unref (self->added);
  g_ptr_array_unref (self->switched_on);
  g_free (self);
}

static void
on_taken_back_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (shoal_shares_remove_finish (SHOAL_SHARES (source), result, &error) < 0)
    g_task_return_error (task, error);
  else
    g_task_return_error_if_cancelled (task);
}

static void
on_settled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalShares *self = SHOAL_SHARES (source);
  const Changes *changes = g_task_get_task_data (task);
  GError *error = NULL;
  GPtrArray *shares = g_task_propagate_pointer (G_TASK (result), &error);

  if (shares != NULL)
    {
      g_task_return_pointer (task, shares, (GDestroyNotify) g_ptr_array_unref);
      return;
    }
  for (guint i = 0; i < changes->switched_on->len; i++)
    shoal_shares_switch (self, g_ptr_array_index (changes->switched_on, i), "", FALSE);
  g_clear_error (&error);
  shoal_shares_remove_async (self, changes->added, NULL, on_taken_back_cb, g_steal_pointer (&task));
}

/* ---- The list ---- */

/* Somebody who shares a folder of which nothing is switched on means all of it. */
static void
offer_again (ShoalShares *self, ShoalShareEntry *entry, gboolean unoffered, Changes *changes)
{
  ShoalShare *share = entry->share;
  gboolean off = !shoal_share_get_wanted (share)
                 || !shoal_switches_is_on (shoal_share_get_switches (share), "");

  if (!unoffered && off)
    g_ptr_array_add (changes->switched_on, g_object_ref (share));
  if (!unoffered && !shoal_switches_is_on (shoal_share_get_switches (entry->share), ""))
    shoal_shares_switch (self, entry->share, "", TRUE);
  if (unoffered || shoal_share_get_wanted (entry->share))
    shoal_shares_queue (self, entry);
  else
    shoal_shares_set_offered (self, entry->share, TRUE);
}

/* What was resolved on its way into the list. */
typedef struct
{
  GTask *task;      /* keeps the shares */
  Resolve *resolve; /* borrowed from @resolved */
  GTask *resolved;
  GPtrArray *entries; /* of ShoalShareEntry: what is waited for in the end */
  InsertJob *job;     /* what is new of them */
} Listing;

static void
listing_free (gpointer data)
{
  Listing *self = data;

  g_clear_object (&self->task);
  g_clear_object (&self->resolved);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->job, insert_job_free);
  g_free (self);
}

static void
leave_out_more (ShoalShares *self, ShoalShare *share, char **ignore)
{
  if (ignore == NULL)
    return;
  g_auto (GStrv) all
          = shoal_ignore_dup_added (shoal_share_get_ignore (share), (const char *const *) ignore);
  shoal_shares_set_ignore (self, share, (const char *const *) all);
}

static void
list_one (ShoalShares *self, Listing *listing, ShoalStoredShare *stored)
{
  ShoalShareEntry *entry = g_hash_table_lookup (self->by_path, stored->path);
  Changes *changes = g_task_get_task_data (listing->task);

  if (entry == NULL)
    {
      entry = shoal_shares_append (self, stored);
      entry->inserting = TRUE;
      g_ptr_array_add (listing->job->stored, stored);
      g_ptr_array_add (listing->job->entries, shoal_share_entry_ref (entry));
      g_ptr_array_add (changes->added, g_object_ref (entry->share));
    }
  else
    {
      leave_out_more (self, entry->share, listing->resolve->ignore);
      offer_again (self, entry, listing->resolve->unoffered, changes);
      shoal_stored_share_free (stored);
    }
  g_ptr_array_add (listing->entries, shoal_share_entry_ref (entry));
}

/* What was removed while others were still being listed must not come into the database after it
 * was deleted from there. */
static void
leave_out_removed (InsertJob *job)
{
  for (guint i = job->entries->len; i > 0; i--)
    if (((ShoalShareEntry *) g_ptr_array_index (job->entries, i - 1))->removed)
      {
        g_ptr_array_remove_index (job->entries, i - 1);
        g_ptr_array_remove_index (job->stored, i - 1);
      }
}

static void
listing_end (ShoalShares *self, Listing *listing)
{
  InsertJob *job = g_steal_pointer (&listing->job);

  leave_out_removed (job);
  if (job->entries->len > 0)
    shoal_database_write_async (self->database, insert_job, job, (GDestroyNotify) insert_job_free,
                                NULL, on_inserted_cb, job);
  else
    insert_job_free (job);
  GTask *wait = g_task_new (self, g_task_get_cancellable (listing->task), on_settled_cb,
                            g_object_ref (listing->task));
  g_task_set_source_tag (wait, listing_end);
  shoal_shares_wait_for (self, wait, g_steal_pointer (&listing->entries));
}

static gboolean
list_some (gpointer data)
{
  Listing *listing = data;
  ShoalShares *self = g_task_get_source_object (listing->task);
  GPtrArray *stored = listing->resolve->stored;
  guint before = self->entries->len;
  guint first = listing->entries->len;
  guint end = MIN (first + ADDED_AT_ONCE, stored->len);

  if (self->stopped)
    {
      g_task_return_new_error (listing->task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                               _ ("Shoal is being closed"));
      return FALSE;
    }
  for (guint i = first; i < end; i++)
    list_one (self, listing, g_steal_pointer (&g_ptr_array_index (stored, i)));
  if (self->entries->len > before)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->entries->len - before);
  if (end < stored->len)
    return TRUE;
  listing_end (self, listing);
  return FALSE;
}

static void
on_resolved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalShares *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (task, error);
      return;
    }

  Listing *listing = g_new0 (Listing, 1);
  listing->task = g_steal_pointer (&task);
  listing->resolved = g_object_ref (G_TASK (result));
  listing->resolve = g_task_get_task_data (listing->resolved);
  listing->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_share_entry_unref);
  listing->job = g_new0 (InsertJob, 1);
  listing->job->shares = g_object_ref (self);
  listing->job->stored = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_stored_share_free);
  listing->job->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_share_entry_unref);
  shoal_slices_run (G_PRIORITY_DEFAULT, list_some, listing, listing_free);
}

static void
add (ShoalShares *self,
     const char *const *paths,
     const char *const *ignore,
     gboolean unoffered,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_shares_add_async);
  g_task_set_task_data (task, changes_new (), (GDestroyNotify) changes_free);
  /* Taking back may fail, and that is what is told then. */
  g_task_set_check_cancellable (task, FALSE);
  Resolve *resolve = g_new0 (Resolve, 1);
  resolve->paths = g_strdupv ((char **) paths);
  resolve->ignore = g_strdupv ((char **) ignore);
  resolve->unoffered = unoffered;
  resolve->own_folder = g_strdup (self->own_folder);
  resolve->stored = g_ptr_array_new_with_free_func (stored_free);
  /* Without a source object: a thread may be the last to drop it. */
  g_autoptr (GTask) thread = g_task_new (NULL, cancellable, on_resolved_cb, task);
  g_task_set_source_tag (thread, shoal_shares_add_async);
  g_task_set_task_data (thread, resolve, (GDestroyNotify) resolve_free);
  g_task_run_in_thread (thread, resolve_in_thread);
}

void
shoal_shares_add_async (ShoalShares *self,
                        const char *const *paths,
                        const char *const *ignore,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));
  g_return_if_fail (paths != NULL);

  add (self, paths, ignore, FALSE, cancellable, callback, user_data);
}

void
shoal_shares_add_unoffered_async (ShoalShares *self,
                                  const char *const *paths,
                                  const char *const *ignore,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_SHARES (self));
  g_return_if_fail (paths != NULL);

  add (self, paths, ignore, TRUE, cancellable, callback, user_data);
}

GPtrArray *
shoal_shares_add_finish (ShoalShares *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
