/* shoal-session-profiles.c: the folders of the groups: where they are, opening one, removing one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-session"

#include "config.h"

#include "shoal-session-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"

/* A user with more groups than this has another problem. */
#define MAX_GROUPS (1000)

char *
shoal_session_dup_root (void)
{
  return g_build_filename (g_get_user_data_dir (), "shoal", NULL);
}

GPtrArray *
shoal_session_list_folders (void)
{
  g_autofree char *root = shoal_session_dup_root ();
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_free);

  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL;
       name = g_dir_read_name (dir))
    {
      g_autofree char *group = g_build_filename (root, name, "group.ini", NULL);

      if (*name != '.' && g_file_test (group, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (folders, g_build_filename (root, name, NULL));
    }
  return folders;
}

/* A folder that holds nothing but what an engine makes before its first sign-in can be used again.
 */
static gboolean
is_free (const char *folder)
{
  static const char *const marks[] = { "group.ini", "hosting.ini", "tracker" };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      g_autofree char *path = g_build_filename (folder, marks[i], NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return FALSE;
    }
  return TRUE;
}

char *
shoal_session_dup_free_folder (void)
{
  g_autofree char *root = shoal_session_dup_root ();
  g_autofree char *folder = g_build_filename (root, "default", NULL);

  for (guint i = 2; i < MAX_GROUPS && !is_free (folder); i++)
    {
      g_autofree char *name = g_strdup_printf ("group-%u", i);

      g_free (folder);
      folder = g_build_filename (root, name, NULL);
    }
  return g_steal_pointer (&folder);
}

/* ---- Opening ---- */

static void
on_engine_started_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalEngine *engine = SHOAL_ENGINE (object);
  GError *error = NULL;

  if (shoal_engine_start_finish (engine, result, &error))
    {
      g_task_return_pointer (task, g_object_ref (engine), g_object_unref);
      return;
    }
  /* Now, whoever still holds the engine: the next one may come at once. */
  shoal_profile_unlock (shoal_engine_get_profile (engine));
  g_task_return_error (task, error);
}

static void
on_profile_opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  g_autoptr (ShoalProfile) profile = shoal_profile_open_locked_finish (result, &error);

  if (profile != NULL)
    {
      g_autoptr (ShoalEngine) engine = shoal_engine_new (profile);

      shoal_engine_start_async (engine, cancellable, on_engine_started_cb, g_steal_pointer (&task));
      return;
    }
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_BUSY))
    {
      g_clear_error (&error);
      g_set_error_literal (&error, SHOAL_ERROR, SHOAL_ERROR_BUSY,
                           _ ("Shoal is already running for this group, perhaps in a terminal. "
                              "Stop it there (“shoal-cli stop”), then try again."));
    }
  g_task_return_error (task, error);
}

void
shoal_session_engine_open_async (ShoalSession *self,
                                 const char *folder,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, shoal_session_engine_open_async);
  /* An engine that is open must be stopped, even if somebody has lost interest meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  shoal_profile_open_locked_async (folder, cancellable, on_profile_opened_cb, task);
}

ShoalEngine *
shoal_session_engine_open_finish (ShoalSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Removing ---- */

static gboolean
remove_tree (GFile *file, GError **error)
{
  GFileType type = g_file_query_file_type (file, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL);

  if (type == G_FILE_TYPE_DIRECTORY)
    {
      g_autoptr (GFileEnumerator) children = g_file_enumerate_children (
          file, G_FILE_ATTRIBUTE_STANDARD_NAME, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, error);

      if (children == NULL)
        return FALSE;
      while (TRUE)
        {
          GFile *child = NULL;

          if (!g_file_enumerator_iterate (children, NULL, &child, NULL, error))
            return FALSE;
          if (child == NULL)
            break;
          if (!remove_tree (child, error))
            return FALSE;
        }
    }
  return g_file_delete (file, NULL, error);
}

static gpointer
remove_thread (gpointer data)
{
  g_autoptr (GFile) folder = data;
  g_autoptr (GError) error = NULL;

  if (!remove_tree (folder, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_warning ("Cannot remove “%s”: %s", g_file_peek_path (folder), error->message);
  return NULL;
}

void
shoal_session_remove_folder (const char *folder)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GFile) root_file = NULL;
  g_autofree char *root = shoal_session_dup_root ();
  g_autofree char *name = g_strdup_printf (".removed-%08x", g_random_int ());
  g_autofree char *path = g_build_filename (root, name, NULL);

  /* Out of the way at once, so that a new group can have its name. */
  root_file = g_file_new_for_path (path);
  if (g_file_move (file, root_file, G_FILE_COPY_NOFOLLOW_SYMLINKS, NULL, NULL, NULL, NULL))
    g_thread_unref (g_thread_new ("shoal-remove", remove_thread, g_steal_pointer (&root_file)));
  else
    g_thread_unref (g_thread_new ("shoal-remove", remove_thread, g_steal_pointer (&file)));
}
