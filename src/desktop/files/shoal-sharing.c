/* shoal-sharing.c: shares files that were dropped, pasted or chosen, and tells how it goes
 *
 * One object for each drop. What can be seen at once not to work (not on this computer, gone, not
 * readable, neither file nor folder) is sorted out first, so that one bad file does not keep back
 * the others. Undo takes back what this drop has added, not what was shared before.
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

#define PROGRESS_MS (250)

typedef struct
{
  ShoalToaster *toaster;
  ShoalEngine *engine;
  GPtrArray *paths;   /* to be shared */
  GPtrArray *refused; /* "path: reason" */
  GHashTable *fresh;  /* a set of real paths that were not shared before */
  GPtrArray *added;   /* (nullable): of ShoalShare, when all is done */
  AdwToast *toast;    /* (nullable): of the progress */
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
  g_clear_pointer (&sharing->paths, g_ptr_array_unref);
  g_clear_pointer (&sharing->refused, g_ptr_array_unref);
  g_clear_pointer (&sharing->added, g_ptr_array_unref);
  g_clear_pointer (&sharing->fresh, g_hash_table_unref);
  g_free (sharing);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sharing, sharing_free)

/* ---- What can be shared at all ---- */

/* Returns: (nullable): why @file cannot be shared; %NULL: it can */
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

static void
sort_out (Sharing *sharing, GListModel *files)
{
  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      const char *reason = say_why_not (file);

      if (reason == NULL)
        g_ptr_array_add (sharing->paths, g_file_get_path (file));
      else
        {
          g_autofree char *name = g_file_get_parse_name (file);

          g_ptr_array_add (sharing->refused, g_strdup_printf ("%s: %s", name, reason));
        }
    }
  g_ptr_array_add (sharing->paths, NULL);
}

static guint
n_paths (Sharing *sharing)
{
  return sharing->paths->len - 1;
}

/* Before anything is added. */
static void
note_fresh (Sharing *sharing, ShoalShares *shares)
{
  for (guint i = 0; i < n_paths (sharing); i++)
    {
      char *path = realpath (g_ptr_array_index (sharing->paths, i), NULL);

      if (path != NULL)
        g_hash_table_add (sharing->fresh, path);
    }
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (shares)); i++)
    {
      g_autoptr (ShoalShare) share = g_list_model_get_item (G_LIST_MODEL (shares), i);

      g_hash_table_remove (sharing->fresh, shoal_share_get_path (share));
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

  for (guint i = 0; i < g_list_model_get_n_items (shares); i++)
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
  g_ptr_array_unref (undo->shares);
  g_free (undo);
}

static void
on_late_undo_cb (AdwToast *toast, gpointer user_data)
{
  const Undo *undo = user_data;

  /* Its group may have been left in the meantime: then its shares are not open any more. */
  if (shoal_profile_is_locked (shoal_engine_get_profile (undo->engine)))
    take_back (undo->engine, undo->shares);
}

/* ---- Progress ---- */

static gboolean
on_progress_cb (gpointer user_data)
{
  Sharing *sharing = user_data;
  g_autoptr (GPtrArray) shares = find_new (sharing);
  guint64 size = 0;
  guint64 hashed = 0;
  g_autofree char *title = NULL;

  for (guint i = 0; i < shares->len; i++)
    {
      ShoalShare *share = g_ptr_array_index (shares, i);

      size += shoal_share_get_size (share);
      hashed += shoal_share_get_state (share) == SHOAL_SHARE_HASHING
                    ? shoal_share_get_bytes_hashed (share)
                    : shoal_share_get_size (share);
    }
  title = g_strdup_printf (
      ngettext ("Sharing %u item… %u %%", "Sharing %u items… %u %%", n_paths (sharing)),
      n_paths (sharing), size > 0 ? (guint) (MIN (hashed, size) * 100 / size) : 0);
  adw_toast_set_title (sharing->toast, title);
  return G_SOURCE_CONTINUE;
}

static void
show_progress (Sharing *sharing)
{
  sharing->toast = adw_toast_new ("");
  adw_toast_set_timeout (sharing->toast, 0);
  adw_toast_set_priority (sharing->toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_set_button_label (sharing->toast, _ ("_Undo"));
  g_signal_connect (sharing->toast, "button-clicked", G_CALLBACK (on_undo_cb), sharing);
  on_progress_cb (sharing);
  sharing->progress_id = g_timeout_add (PROGRESS_MS, on_progress_cb, sharing);
  shoal_toaster_add (sharing->toaster, g_object_ref (sharing->toast));
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
    /* Translators: %s is the name of a file or folder */
    title = g_strdup_printf (_ ("“%s” is shared"),
                             shoal_share_get_name (g_ptr_array_index (sharing->added, 0)));
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
      adw_toast_dismiss (sharing->toast);
    }
  if (shoal_toaster_get_window (sharing->toaster) == NULL || sharing->undone)
    return;
  collect_failures (sharing, &n_shared);
  show_done (sharing, n_shared);
  show_refused (sharing);
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

void
shoal_sharing_begin (ShoalToaster *toaster, ShoalEngine *engine, GListModel *files)
{
  g_return_if_fail (SHOAL_IS_TOASTER (toaster));
  g_return_if_fail (SHOAL_IS_ENGINE (engine));
  g_return_if_fail (G_IS_LIST_MODEL (files));

  g_autoptr (Sharing) sharing = g_new0 (Sharing, 1);
  ShoalShares *shares = shoal_engine_get_shares (engine);

  sharing->toaster = g_object_ref (toaster);
  sharing->engine = g_object_ref (engine);
  sharing->paths = g_ptr_array_new_with_free_func (g_free);
  sharing->refused = g_ptr_array_new_with_free_func (g_free);
  sharing->fresh = g_hash_table_new_full (g_str_hash, g_str_equal, free, NULL);
  sort_out (sharing, files);
  if (n_paths (sharing) == 0)
    {
      finish (sharing);
      return;
    }
  note_fresh (sharing, shares);
  show_progress (sharing);

  const char *const *paths = (const char *const *) sharing->paths->pdata;

  shoal_shares_add_async (shares, paths, NULL, on_added_cb, g_steal_pointer (&sharing));
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

char *
shoal_sharing_look_through (ShoalToaster *toaster, ShoalEngine *engine, GFile *folder)
{
  g_return_val_if_fail (SHOAL_IS_TOASTER (toaster), NULL);
  g_return_val_if_fail (SHOAL_IS_ENGINE (engine), NULL);
  g_return_val_if_fail (G_IS_FILE (folder), NULL);

  const char *reason = say_why_not (folder);
  if (reason != NULL)
    {
      shoal_toaster_say (toaster, reason);
      return NULL;
    }
  const char *const paths[] = { g_file_peek_path (folder), NULL };
  char *real = realpath (paths[0], NULL);
  char *path = g_strdup (real);

  free (real);
  shoal_shares_add_unoffered_async (shoal_engine_get_shares (engine), paths, NULL,
                                    on_looked_through_cb, g_object_ref (toaster));
  return path;
}
