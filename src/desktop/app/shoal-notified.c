/* shoal-notified.c: what a button of a notification stands for
 *
 * A desktop may keep a notification longer than this process lives, so the target names what is
 * found again on disk. It comes back over the bus, from whoever may speak there: it is checked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-notified"

#include "config.h"

#include "shoal-notified.h"

#include <glib/gi18n.h>
#include <string.h>

#include "shoal-display-name.h"
#include "shoal-error.h"
#include "shoal-profile.h"
#include "shoal-session.h"

#define PROFILE_ID_LENGTH 32

GVariant *
shoal_notified_make_target (const char *profile, const char *uuid)
{
  g_return_val_if_fail (profile != NULL && uuid != NULL, NULL);
  return g_variant_new ("(ss)", profile, uuid);
}

static gboolean
is_profile_id (const char *text)
{
  return strlen (text) == PROFILE_ID_LENGTH
         && strspn (text, "0123456789abcdef") == PROFILE_ID_LENGTH;
}

/* Data is the profile's id; the result is the path of its database. */
static void
find_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *id = data;
  g_autoptr (GPtrArray) folders = shoal_session_list_folders ();

  for (guint i = 0; i < folders->len; i++)
    {
      g_autoptr (ShoalProfile) profile = shoal_profile_open (folders->pdata[i], NULL);

      if (profile != NULL && g_str_equal (shoal_profile_get_id (profile), id))
        {
          g_task_return_pointer (task, g_strdup (shoal_profile_get_database_path (profile)),
                                 g_free);
          return;
        }
    }
  g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                           _ ("The group of this download has been forgotten."));
}

static void
on_peeked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (ShoalHistoryEntry) entry = shoal_history_peek_finish (result, &error);

  if (entry == NULL && g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
    {
      g_error_free (error);
      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                               _ ("This download is not in the history any more."));
    }
  else if (entry == NULL)
    g_task_return_error (task, error);
  else if (entry->destination == NULL || !g_path_is_absolute (entry->destination))
    {
      g_autofree char *name = shoal_display_name (entry->name);

      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                               _ ("Nothing of “%s” was kept."), name);
    }
  else
    g_task_return_pointer (task, g_steal_pointer (&entry),
                           (GDestroyNotify) shoal_history_entry_free);
}

static void
on_found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  g_autofree char *path = g_task_propagate_pointer (G_TASK (result), &error);

  if (path == NULL)
    g_task_return_error (task, error);
  else
    {
      const char *uuid = g_task_get_task_data (task);

      shoal_history_peek_async (path, uuid, cancellable, on_peeked_cb, g_steal_pointer (&task));
    }
}

void
shoal_notified_look_up_async (GVariant *target,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (g_variant_is_of_type (target, G_VARIANT_TYPE ("(ss)")));

  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GTask) finding = NULL;
  const char *id, *uuid;

  g_task_set_source_tag (task, shoal_notified_look_up_async);
  g_variant_get (target, "(&s&s)", &id, &uuid);
  if (!is_profile_id (id) || !g_uuid_string_is_valid (uuid))
    {
      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                               _ ("This is not a download of Shoal."));
      return;
    }
  g_task_set_task_data (task, g_strdup (uuid), g_free);
  finding = g_task_new (NULL, cancellable, on_found_cb, g_steal_pointer (&task));
  g_task_set_task_data (finding, g_strdup (id), g_free);
  g_task_run_in_thread (finding, find_in_thread);
}

ShoalHistoryEntry *
shoal_notified_look_up_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
