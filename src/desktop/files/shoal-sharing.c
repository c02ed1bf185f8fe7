/* shoal-sharing.c: shares files that were dropped, pasted or chosen, and tells how it goes
 *
 * One object for each drop. What cannot be shared (not on this computer, gone, not readable,
 * neither file nor folder) is sorted out first, so that one bad file does not keep back the others;
 * a thread does it, because a disk may have to wake up for each of them. Undo takes back what this
 * drop has added, not what was shared before.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-sharing"

#include "config.h"

#include "shoal-sharing.h"

#include <stdlib.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-display-name.h"
#include "shoal-left-out.h"
#include "shoal-slices.h"

#define PROGRESS_MS (250)

typedef struct
{
  ShoalToaster *toaster;
  ShoalEngine *engine;
  guint n_files;             /* that were given */
  GCancellable *cancellable; /* of the sorting out */
  GPtrArray *paths;          /* (nullable): to be shared, when they are sorted out */
  GPtrArray *refused;        /* "path: reason" */
  GHashTable *fresh;         /* a set of real paths that were not shared before */
  GPtrArray *added;          /* (nullable): of ShoalShare, when all is done */
  AdwToast *toast;           /* (nullable): of the progress */
  guint progress_id;
  gboolean undone;
} Sharing;

static void
sharing_free (Sharing *sharing)
{
  g_clear_handle_id (&sharing->progress_id, g_source_remove);
  g_clear_object (&sharing->toaster);
  g_clear_object (&sharing->engine);
  g_clear_object (&sharing->toast);
  g_clear_object (&sharing->cancellable);
  g_clear_pointer (&sharing->paths, g_ptr_array_unref);
  g_clear_pointer (&sharing->refused, g_ptr_array_unref);
  g_clear_pointer (&sharing->added, g_ptr_array_unref);
  g_clear_pointer (&sharing->fresh, g_hash_table_unref);
  g_free (sharing);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sharing, sharing_free)

/* ---- What can be shared at all ---- */

/* Asks the disk. Returns: (nullable): why @file cannot be shared; %NULL: it can */
static const char *
say_why_not (GFile *file)
{
  const char *path = g_file_peek_path (file);
  GFileType type;

  if (path == NULL)
    return _ ("It is not on this computer. Copy it here first.");
  type = g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL);
  if (type == G_FILE_TYPE_UNKNOWN)
    return _ ("It is not there, or you may not read it.");
  if (type != G_FILE_TYPE_REGULAR && type != G_FILE_TYPE_DIRECTORY)
    return _ ("It is neither a file nor a folder.");
  if (access (path, type == G_FILE_TYPE_DIRECTORY ? R_OK | X_OK : R_OK) != 0)
    return _ ("You may not read it.");
  return NULL;
}

/* What the thread works with, and what it finds. */
typedef struct
{
  GPtrArray *files; /* of GFile */
  GPtrArray *paths; /* of those that can be shared, to %NULL */
  GPtrArray *refused;
  GHashTable *real; /* a set of the paths without links */
} Sorting;

static Sorting *
sorting_new (GListModel *files)
{
  Sorting *self = g_new0 (Sorting, 1);
  guint n = g_list_model_get_n_items (files);

  self->files = g_ptr_array_new_full (n, g_object_unref);
  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->refused = g_ptr_array_new_with_free_func (g_free);
  self->real = g_hash_table_new_full (g_str_hash, g_str_equal, free, NULL);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (self->files, g_list_model_get_item (files, i));
  return self;
}

static void
sorting_free (gpointer data)
{
  Sorting *self = data;

  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->paths, g_ptr_array_unref);
  g_clear_pointer (&self->refused, g_ptr_array_unref);
  g_clear_pointer (&self->real, g_hash_table_unref);
  g_free (self);
}

static void
sort_file (Sorting *self, GFile *file)
{
  const char *reason = say_why_not (file);

  if (reason != NULL)
    {
      g_autofree char *name = g_file_get_parse_name (file);

      g_ptr_array_add (self->refused, g_strdup_printf ("%s: %s", name, reason));
      return;
    }

  char *real = realpath (g_file_peek_path (file), NULL);

  g_ptr_array_add (self->paths, g_file_get_path (file));
  if (real != NULL)
    g_hash_table_add (self->real, real);
}

static void
sort_out_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Sorting *self = data;

  for (guint i = 0; i < self->files->len && !g_cancellable_is_cancelled (cancellable); i++)
    sort_file (self, g_ptr_array_index (self->files, i));
  g_ptr_array_add (self->paths, NULL);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_boolean (task, TRUE);
}

static void
sort_out_async (GListModel *files,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, sort_out_async);
  g_task_set_task_data (task, sorting_new (files), sorting_free);
  g_task_run_in_thread (task, sort_out_in_thread);
}

/* Returns: (transfer none) (nullable): as long as @result; %NULL if it was cancelled */
static Sorting *
sort_out_finish (GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL) ? g_task_get_task_data (G_TASK (result))
                                                          : NULL;
}

/* Its group may have been left in the meantime: then its shares are not open any more. */
static gboolean
is_open (ShoalEngine *engine)
{
  return shoal_profile_is_locked (shoal_engine_get_profile (engine));
}

/* Before anything is added. */
static void
leave_out_shared (GHashTable *paths, ShoalShares *shares)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (shares)); i++)
    {
      g_autoptr (ShoalShare) share = g_list_model_get_item (G_LIST_MODEL (shares), i);

      g_hash_table_remove (paths, shoal_share_get_path (share));
    }
}

/* ---- Undo ---- */

static void
on_removed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (shoal_shares_remove_finish (SHOAL_SHARES (object), result, &error) < 0)
    g_warning ("Cannot take back what was shared: %s", error->message);
}

static void
take_back (ShoalEngine *engine, GPtrArray *shares)
{
  if (shares->len > 0)
    shoal_shares_remove_async (shoal_engine_get_shares (engine), shares, NULL, on_removed_cb, NULL);
}

/* Of the shares that are in the list, those that this drop has brought. */
static GPtrArray *
find_new (Sharing *sharing)
{
  GListModel *shares = G_LIST_MODEL (shoal_engine_get_shares (sharing->engine));
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; sharing->fresh != NULL && i < g_list_model_get_n_items (shares); i++)
    {
      g_autoptr (ShoalShare) share = g_list_model_get_item (shares, i);

      if (g_hash_table_contains (sharing->fresh, shoal_share_get_path (share)))
        g_ptr_array_add (found, g_object_ref (share));
    }
  return found;
}

static void
on_undo_cb (AdwToast *toast, gpointer user_data)
{
  Sharing *sharing = user_data;
  g_autoptr (GPtrArray) shares = find_new (sharing);

  sharing->undone = TRUE;
  g_cancellable_cancel (sharing->cancellable);
  take_back (sharing->engine, shares);
}

/* For the toast that stays when all is done. */
typedef struct
{
  ShoalEngine *engine;
  GPtrArray *shares;
} Undo;

static void
undo_free (gpointer data, GClosure *closure)
{
  Undo *undo = data;

  g_object_unref (undo->engine);
  shoal_slices_free (undo->shares);
  g_free (undo);
}

static void
on_late_undo_cb (AdwToast *toast, gpointer user_data)
{
  const Undo *undo = user_data;

  if (is_open (undo->engine))
    take_back (undo->engine, undo->shares);
}

/* ---- Progress ---- */

static void
update_progress (Sharing *sharing)
{
  g_autoptr (GPtrArray) shares = find_new (sharing);
  guint64 size = 0;
  guint64 hashed = 0;
  guint n = sharing->paths != NULL ? sharing->paths->len - 1 : sharing->n_files;
  g_autofree char *title = NULL;

  for (guint i = 0; i < shares->len; i++)
    {
      ShoalShare *share = g_ptr_array_index (shares, i);

      size += shoal_share_get_size (share);
      hashed += shoal_share_get_state (share) == SHOAL_SHARE_HASHING
                    ? shoal_share_get_bytes_hashed (share)
                    : shoal_share_get_size (share);
    }
  title = g_strdup_printf (ngettext ("Sharing %u item… %u %%", "Sharing %u items… %u %%", n), n,
                           size > 0 ? (guint) (MIN (hashed, size) * 100 / size) : 0);
  adw_toast_set_title (sharing->toast, title);
}

static void
show_progress (Sharing *sharing)
{
  if (sharing->toast != NULL)
    return;
  sharing->toast = adw_toast_new ("");
  adw_toast_set_timeout (sharing->toast, 0);
  adw_toast_set_priority (sharing->toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_set_button_label (sharing->toast, _ ("_Undo"));
  g_signal_connect (sharing->toast, "button-clicked", G_CALLBACK (on_undo_cb), sharing);
  shoal_toaster_add (sharing->toaster, g_object_ref (sharing->toast));
}

/* The sorting out is told of only if it takes long: nothing may come of it. */
static gboolean
on_progress_cb (gpointer user_data)
{
  Sharing *sharing = user_data;

  show_progress (sharing);
  if (sharing->toast != NULL)
    update_progress (sharing);
  return G_SOURCE_CONTINUE;
}

/* ---- The end ---- */

static void
collect_failures (Sharing *sharing, guint *n_shared)
{
  *n_shared = 0;
  for (guint i = 0; sharing->added != NULL && i < sharing->added->len; i++)
    {
      ShoalShare *share = g_ptr_array_index (sharing->added, i);
      ShoalShareState state = shoal_share_get_state (share);
      const char *const *skipped = shoal_share_get_skipped (share);
      const char *message = shoal_share_get_message (share);

      if (state == SHOAL_SHARE_FAILED || state == SHOAL_SHARE_MISSING)
        g_ptr_array_add (sharing->refused,
                         g_strdup_printf ("%s: %s", shoal_share_get_path (share),
                                          message != NULL ? message : _ ("It cannot be read.")));
      else
        (*n_shared)++;
      /* What is left out on purpose is told of in the list only. */
      if (shoal_share_get_n_skipped (share) <= shoal_share_get_n_ignored (share))
        continue;
      for (guint k = 0; skipped != NULL && skipped[k] != NULL; k++)
        g_ptr_array_add (sharing->refused,
                         g_build_filename (shoal_share_get_path (share), skipped[k], NULL));
    }
}

static void
show_done (Sharing *sharing, guint n_shared)
{
  g_autofree char *title = NULL;
  AdwToast *toast;
  Undo *undo;

  if (n_shared == 0)
    return;
  if (n_shared == 1 && sharing->added->len == 1)
    {
      g_autofree char *name
          = shoal_display_name (shoal_share_get_name (g_ptr_array_index (sharing->added, 0)));

      /* Translators: %s is the name of a file or folder */
      title = g_strdup_printf (_ ("“%s” is shared"), name);
    }
  else
    title = g_strdup_printf (ngettext ("%u item is shared", "%u items are shared", n_shared),
                             n_shared);

  g_autofree char *escaped = g_markup_escape_text (title, -1);

  toast = adw_toast_new (escaped);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  undo = g_new0 (Undo, 1);
  undo->engine = g_object_ref (sharing->engine);
  undo->shares = find_new (sharing);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (on_late_undo_cb), undo, undo_free, 0);
  shoal_toaster_add (sharing->toaster, toast);
}

static void
show_refused (Sharing *sharing)
{
  g_autofree char *body = NULL;
  guint n_refused = sharing->refused->len;

  if (n_refused == 0)
    return;
  body = g_strdup_printf (
      ngettext ("%u item cannot be shared:", "%u items cannot be shared:", n_refused), n_refused);
  g_ptr_array_add (sharing->refused, NULL);
  shoal_dialogs_show_list (shoal_toaster_get_window (sharing->toaster),
                           _ ("Not Everything Is Shared"), body,
                           (const char *const *) sharing->refused->pdata);
}

static void
finish (Sharing *sharing)
{
  guint n_shared = 0;

  if (sharing->toast != NULL)
    {
      g_signal_handlers_disconnect_by_data (sharing->toast, sharing);
      shoal_toaster_take_back (sharing->toaster, sharing->toast);
    }
  if (shoal_toaster_get_window (sharing->toaster) == NULL || sharing->undone)
    return;
  collect_failures (sharing, &n_shared);
  show_done (sharing, n_shared);
  show_refused (sharing);
  for (guint i = 0; sharing->added != NULL && i < sharing->added->len; i++)
    shoal_left_out_ask (shoal_toaster_get_window (sharing->toaster),
                        shoal_engine_get_shares (sharing->engine),
                        g_ptr_array_index (sharing->added, i));
}

static void
on_added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Sharing) sharing = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&sharing->progress_id, g_source_remove);
  sharing->added = shoal_shares_add_finish (SHOAL_SHARES (object), result, &error);
  if (sharing->added == NULL)
    g_ptr_array_add (sharing->refused, g_strdup (error->message));
  finish (sharing);
}

static void
on_sorted_out_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Sharing) sharing = user_data;
  Sorting *sorting = sort_out_finish (result);
  ShoalShares *shares = shoal_engine_get_shares (sharing->engine);

  if (sorting == NULL || !is_open (sharing->engine))
    sharing->undone = TRUE;
  else
    {
      sharing->paths = g_steal_pointer (&sorting->paths);
      sharing->refused = g_steal_pointer (&sorting->refused);
      sharing->fresh = g_steal_pointer (&sorting->real);
    }
  if (sharing->undone || sharing->paths->len == 1)
    {
      finish (sharing);
      return;
    }
  leave_out_shared (sharing->fresh, shares);
  on_progress_cb (sharing);

  const char *const *paths = (const char *const *) sharing->paths->pdata;

  shoal_shares_add_async (shares, paths, NULL, NULL, on_added_cb, g_steal_pointer (&sharing));
}

void
shoal_sharing_begin (ShoalToaster *toaster, ShoalEngine *engine, GListModel *files)
{
  g_return_if_fail (SHOAL_IS_TOASTER (toaster));
  g_return_if_fail (SHOAL_IS_ENGINE (engine));
  g_return_if_fail (G_IS_LIST_MODEL (files));

  Sharing *sharing = g_new0 (Sharing, 1);

  sharing->toaster = g_object_ref (toaster);
  sharing->engine = g_object_ref (engine);
  sharing->n_files = g_list_model_get_n_items (files);
  sharing->cancellable = g_cancellable_new ();
  sharing->progress_id = g_timeout_add (PROGRESS_MS, on_progress_cb, sharing);
  sort_out_async (files, sharing->cancellable, on_sorted_out_cb, sharing);
}

/* ---- A part of a folder ---- */

typedef struct
{
  ShoalToaster *toaster;
  ShoalEngine *engine;
  GFile *folder;
  const char *reason; /* (nullable): why not */
  char *path;         /* (nullable): without links */
} Look;

static void
look_free (gpointer data)
{
  Look *self = data;

  g_object_unref (self->toaster);
  g_object_unref (self->engine);
  g_object_unref (self->folder);
  free (self->path);
  g_free (self);
}

static void
on_looked_through_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalToaster) toaster = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) shares = shoal_shares_add_finish (SHOAL_SHARES (object), result, &error);

  if (shares == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    shoal_toaster_say (toaster, error->message);
}

static void
look_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Look *self = data;

  self->reason = say_why_not (self->folder);
  if (self->reason == NULL)
    self->path = realpath (g_file_peek_path (self->folder), NULL);
  g_task_return_boolean (task, TRUE);
}

static void
on_folder_seen_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Look *self = g_task_get_task_data (G_TASK (result));

  if (self->reason != NULL)
    shoal_toaster_say (self->toaster, self->reason);
  if (self->path == NULL || !is_open (self->engine))
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }

  const char *const paths[] = { self->path, NULL };

  shoal_shares_add_unoffered_async (shoal_engine_get_shares (self->engine), paths, NULL, NULL,
                                    on_looked_through_cb, g_object_ref (self->toaster));
  g_task_return_pointer (task, g_strdup (self->path), g_free);
}

void
shoal_sharing_look_through_async (ShoalToaster *toaster,
                                  ShoalEngine *engine,
                                  GFile *folder,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TOASTER (toaster));
  g_return_if_fail (SHOAL_IS_ENGINE (engine));
  g_return_if_fail (G_IS_FILE (folder));

  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  g_autoptr (GTask) thread = g_task_new (NULL, NULL, on_folder_seen_cb, task);
  Look *look = g_new0 (Look, 1);

  look->toaster = g_object_ref (toaster);
  look->engine = g_object_ref (engine);
  look->folder = g_object_ref (folder);
  g_task_set_source_tag (task, shoal_sharing_look_through_async);
  g_task_set_source_tag (thread, shoal_sharing_look_through_async);
  g_task_set_task_data (thread, look, look_free);
  g_task_run_in_thread (thread, look_in_thread);
}

char *
shoal_sharing_look_through_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
