/* shoal-resolve.c: which contents names and ids stand for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-resolve"

#include "config.h"

#include "shoal-resolve.h"

#include <string.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-prove.h"

typedef struct
{
  ShoalDeviceKey *key; /* nullable */
  char **names;
  char *user; /* nullable */
  guint next;
  gboolean inside;   /* looks for names[next] as FOLDER/PATH */
  GPtrArray *wanted; /* of ShoalWanted */
  GPtrArray
      *sources; /* (nullable): of ShoalSource: of names[next], who must prove what they tell */
  GPtrArray
      *choices; /* (nullable): of ShoalResult: what names[next] stands for, if it is too much */
} ResolveJob;

static void look_up_next (GTask *task);

void
shoal_wanted_free (ShoalWanted *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self);
}

static void
resolve_job_free (gpointer data)
{
  ResolveJob *job = data;

  g_clear_pointer (&job->key, shoal_device_key_unref);
  g_clear_pointer (&job->sources, g_ptr_array_unref);
  g_strfreev (job->names);
  g_free (job->user);
  g_ptr_array_unref (job->wanted);
  g_clear_pointer (&job->choices, g_ptr_array_unref);
  g_free (job);
}

/* Takes over both. */
static void
end_with_error (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static const char *
get_name (ResolveJob *job)
{
  return job->names[job->next];
}

static GError *
new_not_found_error (ResolveJob *job)
{
  if (job->user != NULL)
    return g_error_new (SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                        _ ("%s does not share anything called “%s”. Search for part of the name."),
                        job->user, get_name (job));
  return g_error_new (SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                      _ ("Nobody shares anything called “%s”. Search for part of the name."),
                      get_name (job));
}

/* Takes over @wanted. */
static void
found (GTask *task, ShoalWanted *wanted)
{
  ResolveJob *job = g_task_get_task_data (task);

  g_ptr_array_add (job->wanted, wanted);
  job->next++;
  look_up_next (task);
}

/* ---- Names ---- */

static gboolean
is_one_content (GPtrArray *results)
{
  ShoalResult *first = g_ptr_array_index (results, 0);

  for (guint i = 1; i < results->len; i++)
    {
      ShoalResult *other = g_ptr_array_index (results, i);

      if (!shoal_digest_equal (shoal_result_get_id (first), shoal_result_get_id (other))
          || shoal_result_get_size (first) != shoal_result_get_size (other)
          || shoal_result_get_manifest_size (first) != shoal_result_get_manifest_size (other)
          || shoal_result_get_n_entries (first) != shoal_result_get_n_entries (other)
          || shoal_result_is_folder (first) != shoal_result_is_folder (other))
        return FALSE;
    }
  return TRUE;
}

static ShoalWanted *
wanted_from_result (ShoalResult *result)
{
  ShoalWanted *wanted = g_new0 (ShoalWanted, 1);

  wanted->name = g_strdup (shoal_result_get_name (result));
  wanted->id = *shoal_result_get_id (result);
  wanted->folder = shoal_result_is_folder (result);
  wanted->total_size = shoal_result_get_size (result);
  wanted->size = wanted->folder ? shoal_result_get_manifest_size (result) : wanted->total_size;
  wanted->mtime_ms = shoal_result_get_mtime_ms (result);
  wanted->offered = TRUE;
  wanted->n_entries = shoal_result_get_n_entries (result);
  return wanted;
}

/* Leaves those that search shows as @name: FOLDER/PATH. */
static void
keep_inside (GPtrArray *results, const char *name)
{
  for (guint i = results->len; i > 0; i--)
    {
      ShoalResult *result = g_ptr_array_index (results, i - 1);
      const char *folder = shoal_result_get_folder_name (result);
      const char *path = shoal_result_get_path (result);
      g_autofree char *shown
          = folder != NULL && path != NULL ? g_strconcat (folder, "/", path, NULL) : NULL;

      if (g_strcmp0 (shown, name) != 0)
        g_ptr_array_remove_index (results, i - 1);
    }
}

/* Whether @name may be FOLDER/PATH. Returns: (nullable): PATH */
static const char *
find_inside (const char *name)
{
  const char *slash = strchr (name, '/');

  return slash != NULL && slash != name && slash[1] != '\0' ? slash + 1 : NULL;
}

static void
on_found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  ResolveJob *job = g_task_get_task_data (task);
  const char *name = get_name (job);
  GError *error = NULL;
  g_autoptr (GPtrArray) results
             = shoal_directory_find_finish (SHOAL_DIRECTORY (object), result, &error);

  if (results == NULL)
    {
      end_with_error (task, error);
      return;
    }
  if (job->inside)
    keep_inside (results, name);
  else if (results->len == 0 && find_inside (name) != NULL)
    {
      job->inside = TRUE;
      shoal_directory_find_async (SHOAL_DIRECTORY (object), find_inside (name), job->user,
                                  g_task_get_cancellable (task), on_found_cb, task);
      return;
    }
  job->inside = FALSE;
  if (results->len == 0)
    end_with_error (task, new_not_found_error (job));
  else if (!is_one_content (results))
    {
      job->choices = g_ptr_array_ref (results);
      end_with_error (task, g_error_new (SHOAL_ERROR, SHOAL_ERROR_AMBIGUOUS,
                                         _ ("“%s” stands for %u different contents."), name,
                                         results->len));
    }
  else
    found (task, wanted_from_result (g_ptr_array_index (results, 0)));
}

/* ---- Ids ---- */

static gboolean
is_of_user (const ResolveJob *job, const ShoalSource *source)
{
  return job->user == NULL || g_strcmp0 (job->user, source->user) == 0;
}

/* One who is still downloading it knows neither its name nor whether it is a folder. @proof:
 * (nullable): what is true: its size must be told, and better its kind too. */
static const ShoalSource *
choose_source (const ResolveJob *job, GPtrArray *sources, const ShoalProof *proof)
{
  const ShoalSource *partial = NULL;

  for (guint i = 0; i < sources->len; i++)
    {
      const ShoalSource *source = g_ptr_array_index (sources, i);

      if (!is_of_user (job, source) || (proof != NULL && source->size != proof->size))
        continue;
      if (!source->partial && (proof == NULL || source->manifest == proof->manifest))
        return source;
      if (partial == NULL)
        partial = source;
    }
  return partial;
}

static gboolean
do_they_agree (const ResolveJob *job, GPtrArray *sources)
{
  const ShoalSource *first = NULL;

  for (guint i = 0; i < sources->len; i++)
    {
      const ShoalSource *source = g_ptr_array_index (sources, i);

      if (!is_of_user (job, source) || source->partial)
        continue;
      if (first == NULL)
        first = source;
      if (source->size != first->size || source->manifest != first->manifest)
        return FALSE;
    }
  return TRUE;
}

/* A content that begins like a list of files is one if anybody offers it as a folder. */
static gboolean
is_offered_as_folder (const ResolveJob *job, GPtrArray *sources, const ShoalProof *proof)
{
  for (guint i = 0; i < sources->len; i++)
    {
      const ShoalSource *source = g_ptr_array_index (sources, i);

      if (is_of_user (job, source) && source->manifest && source->size == proof->size)
        return TRUE;
    }
  return FALSE;
}

static void
found_source (GTask *task, const ShoalSource *source, gboolean folder)
{
  ResolveJob *job = g_task_get_task_data (task);
  ShoalWanted *wanted = g_new0 (ShoalWanted, 1);

  wanted->name = g_strdup (source->offer_name != NULL ? source->offer_name : get_name (job));
  shoal_digest_from_hex (&wanted->id, get_name (job));
  wanted->size = source->size;
  wanted->total_size = source->size;
  wanted->folder = folder;
  wanted->mtime_ms = -1;
  found (task, wanted);
}

static void
on_proven_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  ResolveJob *job = g_task_get_task_data (task);
  g_autoptr (GPtrArray) sources = g_steal_pointer (&job->sources);
  ShoalProof proof;
  GError *error = NULL;

  if (!shoal_prove_finish (result, &proof, &error))
    {
      if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
        {
          g_clear_error (&error);
          g_set_error (&error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                       _ ("Those who offer “%s” tell different sizes or kinds of it, and nobody who"
                          " is online could show that his is true. Try again later, or get it by"
                          " its name."),
                       get_name (job));
        }
      end_with_error (task, error);
      return;
    }
  proof.manifest = proof.manifest && is_offered_as_folder (job, sources, &proof);
  found_source (task, choose_source (job, sources, &proof), proof.manifest);
}

/* The id is the hash of the content, so what is true can be found out. */
static void
prove (GTask *task, GPtrArray *sources)
{
  ResolveJob *job = g_task_get_task_data (task);
  g_autoptr (GPtrArray) asked = g_ptr_array_new ();
  ShoalDigest id;

  for (guint i = 0; i < sources->len; i++)
    if (is_of_user (job, g_ptr_array_index (sources, i)))
      g_ptr_array_add (asked, g_ptr_array_index (sources, i));
  job->sources = g_ptr_array_ref (sources);
  shoal_digest_from_hex (&id, get_name (job));
  shoal_prove_async (job->key, &id, asked, g_task_get_cancellable (task), on_proven_cb, task);
}

static void
on_sources_found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  ResolveJob *job = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) sources
             = shoal_directory_sources_finish (SHOAL_DIRECTORY (object), result, &error);
  const ShoalSource *source = sources != NULL ? choose_source (job, sources, NULL) : NULL;

  if (source == NULL)
    end_with_error (task, error != NULL ? error : new_not_found_error (job));
  else if (job->key != NULL && !do_they_agree (job, sources))
    prove (task, sources);
  else
    found_source (task, source, source->manifest);
}

/* ---- All of them ---- */

/* Takes over @task. */
static void
look_up_next (GTask *task)
{
  ResolveJob *job = g_task_get_task_data (task);
  ShoalDirectory *directory = g_task_get_source_object (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  const char *name = get_name (job);
  ShoalDigest id;

  if (name == NULL)
    {
      g_task_return_pointer (task, g_ptr_array_ref (job->wanted),
                             (GDestroyNotify) g_ptr_array_unref);
      g_object_unref (task);
    }
  else if (shoal_digest_from_hex (&id, name))
    shoal_directory_sources_async (directory, &id, cancellable, on_sources_found_cb, task);
  else
    shoal_directory_find_async (directory, name, job->user, cancellable, on_found_cb, task);
}

void
shoal_resolve_async (ShoalDirectory *directory,
                     ShoalDeviceKey *key,
                     const char *const *names,
                     const char *user,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_DIRECTORY (directory));
  g_return_if_fail (names != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  GTask *task = g_task_new (directory, cancellable, callback, user_data);
  ResolveJob *job = g_new0 (ResolveJob, 1);
  g_task_set_source_tag (task, shoal_resolve_async);
  job->key = key != NULL ? shoal_device_key_ref (key) : NULL;
  job->names = g_strdupv ((char **) names);
  job->user = g_strdup (user);
  job->wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_wanted_free);
  g_task_set_task_data (task, job, resolve_job_free);
  look_up_next (task);
}

GPtrArray *
shoal_resolve_finish (ShoalDirectory *directory,
                      GAsyncResult *result,
                      GPtrArray **choices,
                      char **name,
                      GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, directory), NULL);

  ResolveJob *job = g_task_get_task_data (G_TASK (result));
  GError *local = NULL;
  GPtrArray *wanted = g_task_propagate_pointer (G_TASK (result), &local);
  gboolean ambiguous = g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_AMBIGUOUS);

  if (choices != NULL)
    *choices = ambiguous ? g_ptr_array_ref (job->choices) : NULL;
  if (name != NULL)
    *name = ambiguous ? g_strdup (get_name (job)) : NULL;
  if (local != NULL)
    g_propagate_error (error, local);
  return wanted;
}
