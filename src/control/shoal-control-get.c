/* shoal-control-get.c: control methods: get, transfers
 *
 * A get looks every name up first, so that nothing starts if one of them is unknown or ambiguous;
 * then queues them; then tells how they go on until all have ended. A client that leaves does not
 * stop them: they are in the queue.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-control"

#include "config.h"

#include "shoal-control-private.h"

#include <string.h>
#include <glib/gi18n.h>

#include "shoal-control-json.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-result-json.h"

#define PROGRESS_MS 200

/* What one name stands for. */
typedef struct
{
  char *name;
  ShoalDigest id;
  guint64 size;
  guint64 total_size;
  gint64 mtime_ms;
  gboolean folder;
} Wanted;

typedef struct
{
  ShoalControlCall *call;
  char **targets;
  char *to;
  char *user;
  guint64 limit;
  gboolean has_limit;
  guint next;
  gboolean inside;      /* looks for targets[next] as FOLDER/FILE */
  GPtrArray *wanted;    /* of Wanted */
  GPtrArray *transfers; /* of ShoalTransfer */
  GHashTable *changed;  /* of ShoalTransfer, to be told about */
  guint timer;
} GetJob;

static void look_up_next (GetJob *job);
static void add_next (GetJob *job);

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;

  g_free (wanted->name);
  g_free (wanted);
}

static void
get_job_free (GetJob *job)
{
  ShoalEngine *engine = job->call->engine;

  g_clear_handle_id (&job->timer, g_source_remove);
  for (guint i = 0; i < job->transfers->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (job->transfers, i), job);
  shoal_engine_release_download_limit (engine, job);
  g_strfreev (job->targets);
  g_free (job->to);
  g_free (job->user);
  g_ptr_array_unref (job->wanted);
  g_ptr_array_unref (job->transfers);
  g_hash_table_unref (job->changed);
  shoal_control_call_unref (job->call);
  g_free (job);
}

static void
end_with_error (GetJob *job, GError *error, JsonObject *more)
{
  g_autoptr (ShoalControlCall) call = shoal_control_call_ref (job->call);

  get_job_free (job);
  shoal_control_call_fail_with (call, error, more);
}

static ShoalDirectory *
get_directory (GetJob *job)
{
  return SHOAL_DIRECTORY (shoal_engine_get_directory (job->call->engine));
}

/* ---- Watching ---- */

static gboolean
has_ended (ShoalTransfer *transfer)
{
  return shoal_transfer_get_state (transfer) >= SHOAL_TRANSFER_FINISHED;
}

static void
tell (GetJob *job, ShoalTransfer *transfer)
{
  shoal_control_call_notify (
      job->call, "transfer",
      shoal_json_new ("transfer", "o", shoal_transfer_to_json (transfer), NULL));
}

static gboolean
on_progress_cb (gpointer user_data)
{
  GetJob *job = user_data;
  GHashTableIter iter;
  gpointer transfer;
  guint n_ended = 0;

  g_hash_table_iter_init (&iter, job->changed);
  while (g_hash_table_iter_next (&iter, &transfer, NULL))
    {
      tell (job, transfer);
      g_hash_table_iter_remove (&iter);
    }
  for (guint i = 0; i < job->transfers->len; i++)
    n_ended += has_ended (g_ptr_array_index (job->transfers, i)) ? 1 : 0;
  gboolean gone = g_cancellable_is_cancelled (job->call->cancellable);
  if (n_ended < job->transfers->len && !gone)
    return G_SOURCE_CONTINUE;

  job->timer = 0;
  g_autoptr (ShoalControlCall) call = shoal_control_call_ref (job->call);
  JsonArray *list = json_array_new ();
  for (guint i = 0; i < job->transfers->len; i++)
    json_array_add_object_element (list,
                                   shoal_transfer_to_json (g_ptr_array_index (job->transfers, i)));
  get_job_free (job);
  shoal_control_call_reply (call, shoal_json_new ("transfers", "a", list, NULL));
  return G_SOURCE_REMOVE;
}

/* Looks at once, and then from time to time. */
static gboolean
on_look_now_cb (gpointer user_data)
{
  GetJob *job = user_data;

  if (on_progress_cb (job) == G_SOURCE_CONTINUE)
    job->timer = g_timeout_add (PROGRESS_MS, on_progress_cb, job);
  return G_SOURCE_REMOVE;
}

static void
on_transfer_notify_cb (ShoalTransfer *transfer, GParamSpec *pspec, gpointer user_data)
{
  GetJob *job = user_data;

  g_hash_table_add (job->changed, transfer);
  /* Nobody waits for the next look when it is the last. */
  if (has_ended (transfer) && job->timer != 0)
    {
      g_source_remove (job->timer);
      job->timer = g_idle_add (on_look_now_cb, job);
    }
}

/* ---- Queueing ---- */

static void
on_added_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GetJob *job = user_data;
  GError *error = NULL;
  ShoalTransfer *transfer
      = shoal_transfer_manager_add_finish (SHOAL_TRANSFER_MANAGER (object), result, &error);

  if (transfer == NULL)
    {
      end_with_error (job, error, NULL);
      return;
    }
  if (g_ptr_array_find (job->transfers, transfer, NULL))
    g_object_unref (transfer); /* the same content under two names: one transfer */
  else
    {
      ShoalTransferState state = shoal_transfer_get_state (transfer);

      g_ptr_array_add (job->transfers, transfer);
      g_signal_connect (transfer, "notify", G_CALLBACK (on_transfer_notify_cb), job);
      g_hash_table_add (job->changed, transfer);
      if (state == SHOAL_TRANSFER_PAUSED || state == SHOAL_TRANSFER_FAILED)
        shoal_transfer_manager_resume (SHOAL_TRANSFER_MANAGER (object), transfer);
    }
  job->next++;
  add_next (job);
}

static void
add_next (GetJob *job)
{
  ShoalTransferManager *manager = shoal_engine_get_transfers (job->call->engine);

  if (job->next >= job->wanted->len)
    {
      job->timer = g_idle_add (on_look_now_cb, job);
      return;
    }
  const Wanted *wanted = g_ptr_array_index (job->wanted, job->next);
  ShoalTransferRequest request = {
    .name = wanted->name,
    .id = wanted->id,
    .size = wanted->size,
    .total_size = wanted->total_size,
    .folder = wanted->folder,
    .folder_path = job->to,
    .mtime_ms = wanted->mtime_ms,
  };
  shoal_transfer_manager_add_async (manager, &request, NULL, on_added_cb, job);
}

static void
start_getting (GetJob *job)
{
  ShoalEngine *engine = job->call->engine;
  GError *error = NULL;

  /* Who downloads serves too; not being able to is no reason not to download. */
  if (!shoal_engine_begin_serving (engine, 0, &error))
    {
      g_warning ("Cannot serve while downloading: %s", error->message);
      g_clear_error (&error);
    }
  if (job->has_limit)
    shoal_engine_hold_download_limit (engine, job, job->limit);
  job->next = 0;
  add_next (job);
}

/* ---- Looking up ---- */

static JsonArray *
results_to_json (GPtrArray *results)
{
  JsonArray *rows = json_array_new ();

  for (guint i = 0; i < results->len; i++)
    json_array_add_object_element (rows, shoal_result_to_json (g_ptr_array_index (results, i)));
  return rows;
}

static gboolean
is_one_content (GPtrArray *results)
{
  ShoalResult *first = g_ptr_array_index (results, 0);

  for (guint i = 1; i < results->len; i++)
    {
      ShoalResult *other = g_ptr_array_index (results, i);

      if (!shoal_digest_equal (shoal_result_get_id (first), shoal_result_get_id (other))
          || shoal_result_get_size (first) != shoal_result_get_size (other)
          || shoal_result_is_folder (first) != shoal_result_is_folder (other))
        return FALSE;
    }
  return TRUE;
}

static void
want_result (GetJob *job, ShoalResult *result)
{
  Wanted *wanted = g_new0 (Wanted, 1);

  wanted->name = g_strdup (shoal_result_get_name (result));
  wanted->id = *shoal_result_get_id (result);
  wanted->folder = shoal_result_is_folder (result);
  wanted->total_size = shoal_result_get_size (result);
  wanted->size = wanted->folder ? shoal_result_get_manifest_size (result) : wanted->total_size;
  wanted->mtime_ms = shoal_result_get_mtime_ms (result);
  g_ptr_array_add (job->wanted, wanted);
}

static void
set_not_found_error (GetJob *job, GError **error)
{
  const char *target = job->targets[job->next];

  if (job->user != NULL)
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                 _ ("%s does not share anything called “%s”. Search for part of the name."),
                 job->user, target);
  else
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
                 _ ("Nobody shares anything called “%s”. Search for part of the name."), target);
}

/* Leaves those that search shows as @target: FOLDER/PATH. */
static void
keep_inside (GPtrArray *results, const char *target)
{
  for (guint i = results->len; i > 0; i--)
    {
      ShoalResult *result = g_ptr_array_index (results, i - 1);
      const char *folder = shoal_result_get_folder_name (result);
      const char *path = shoal_result_get_path (result);
      g_autofree char *shown
          = folder != NULL && path != NULL ? g_strconcat (folder, "/", path, NULL) : NULL;

      if (g_strcmp0 (shown, target) != 0)
        g_ptr_array_remove_index (results, i - 1);
    }
}

/* Whether @target may be FOLDER/FILE. Returns: (nullable): FILE */
static const char *
find_inside (const char *target)
{
  const char *slash = strchr (target, '/');

  return slash != NULL && slash != target && slash[1] != '\0' ? slash + 1 : NULL;
}

static void
on_found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GetJob *job = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) results
             = shoal_directory_find_finish (SHOAL_DIRECTORY (object), result, &error);
  JsonObject *more = NULL;

  if (results != NULL && job->inside)
    keep_inside (results, job->targets[job->next]);
  else if (results != NULL && results->len == 0 && find_inside (job->targets[job->next]) != NULL)
    {
      job->inside = TRUE;
      shoal_directory_find_async (SHOAL_DIRECTORY (object), find_inside (job->targets[job->next]),
                                  job->user, job->call->cancellable, on_found_cb, job);
      return;
    }
  job->inside = FALSE;
  if (results != NULL && results->len == 0)
    set_not_found_error (job, &error);
  else if (results != NULL && !is_one_content (results))
    {
      g_set_error (
          &error, SHOAL_ERROR, SHOAL_ERROR_AMBIGUOUS,
          _ ("“%s” stands for %u different contents; say which by its id or with “--user”."),
          job->targets[job->next], results->len);
      more = shoal_json_new (
          "name", "s", job->targets[job->next], "rows", "a", results_to_json (results), "time_ms",
          "i", shoal_tracker_directory_get_now_ms (SHOAL_TRACKER_DIRECTORY (object)), NULL);
    }
  if (results == NULL || error != NULL)
    {
      end_with_error (job, error, more);
      return;
    }
  want_result (job, g_ptr_array_index (results, 0));
  job->next++;
  look_up_next (job);
}

/* One who is still downloading it knows neither its name nor whether it is a folder. */
static const ShoalSource *
choose_source (GetJob *job, GPtrArray *sources)
{
  const ShoalSource *partial = NULL;

  for (guint i = 0; i < sources->len; i++)
    {
      const ShoalSource *source = g_ptr_array_index (sources, i);

      if (job->user != NULL && g_strcmp0 (job->user, source->user) != 0)
        continue;
      if (!source->partial)
        return source;
      if (partial == NULL)
        partial = source;
    }
  return partial;
}

static void
on_sources_found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GetJob *job = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) sources
             = shoal_directory_sources_finish (SHOAL_DIRECTORY (object), result, &error);
  const ShoalSource *source = sources != NULL ? choose_source (job, sources) : NULL;

  if (sources != NULL && source == NULL)
    set_not_found_error (job, &error);
  if (source == NULL)
    {
      end_with_error (job, error, NULL);
      return;
    }
  Wanted *wanted = g_new0 (Wanted, 1);
  wanted->name
      = g_strdup (source->offer_name != NULL ? source->offer_name : job->targets[job->next]);
  shoal_digest_from_hex (&wanted->id, job->targets[job->next]);
  wanted->size = source->size;
  wanted->total_size = source->size;
  wanted->folder = source->manifest;
  wanted->mtime_ms = -1;
  g_ptr_array_add (job->wanted, wanted);
  job->next++;
  look_up_next (job);
}

static void
look_up_next (GetJob *job)
{
  g_assert (job->targets != NULL);

  const char *target = job->targets[job->next];
  GCancellable *cancellable = job->call->cancellable;
  ShoalDigest id;

  if (target == NULL)
    start_getting (job);
  else if (shoal_digest_from_hex (&id, target))
    shoal_directory_sources_async (get_directory (job), &id, cancellable, on_sources_found_cb, job);
  else
    shoal_directory_find_async (get_directory (job), target, job->user, cancellable, on_found_cb,
                                job);
}

static gboolean
read_get (GetJob *job, JsonObject *params, GError **error)
{
  const char *to, *user;
  JsonArray *targets;
  gint64 limit;

  if (!shoal_json_get_array (params, "what", SHOAL_MAX_BATCH_ENTRIES, &targets, error)
      || !shoal_json_get_optional_string (params, "to", SHOAL_MAX_PATH_BYTES, &to, error)
      || !shoal_json_get_optional_string (params, "user", SHOAL_MAX_ACCOUNT_NAME_CHARS, &user,
                                          error)
      || !shoal_json_get_optional_integer (params, "limit", 0, SHOAL_MAX_JSON_INTEGER, -1, &limit,
                                           error))
    return FALSE;
  if (json_array_get_length (targets) == 0)
    return shoal_set_field_error (error, "what", _ ("Name at least one."));
  if (to != NULL && !g_path_is_absolute (to))
    return shoal_set_field_error (error, "to", "The folder must be an absolute path here.");

  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (guint i = 0; i < json_array_get_length (targets); i++)
    {
      const char *target;

      if (!shoal_json_array_get_string (targets, i, SHOAL_MAX_PATH_BYTES, &target, error))
        return FALSE;
      g_strv_builder_add (builder, target);
    }
  job->targets = g_strv_builder_end (builder);
  job->to = g_strdup (to != NULL ? to
                                 : shoal_settings_get_download_folder (
                                     shoal_engine_get_settings (job->call->engine)));
  job->user = g_strdup (user);
  job->has_limit = limit >= 0;
  job->limit = (guint64) MAX (limit, 0);
  return TRUE;
}

static void
handle_get (ShoalControlCall *call)
{
  GetJob *job = g_new0 (GetJob, 1);
  GError *error = NULL;

  job->call = shoal_control_call_ref (call);
  job->wanted = g_ptr_array_new_with_free_func (wanted_free);
  job->transfers = g_ptr_array_new_with_free_func (g_object_unref);
  job->changed = g_hash_table_new (NULL, NULL);
  if (!read_get (job, call->params, &error))
    {
      end_with_error (job, error, NULL);
      return;
    }
  shoal_control_call_begin_job (call);
  look_up_next (job);
}

/* ---- transfers ---- */

static void
handle_transfers (ShoalControlCall *call)
{
  GListModel *transfers = G_LIST_MODEL (shoal_engine_get_transfers (call->engine));
  guint n = g_list_model_get_n_items (transfers);
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < MIN (n, SHOAL_MAX_CONTROL_ROWS); i++)
    {
      g_autoptr (ShoalTransfer) transfer = g_list_model_get_item (transfers, i);

      json_array_add_object_element (list, shoal_transfer_to_json (transfer));
    }
  shoal_control_call_reply (
      call, shoal_json_new ("transfers", "a", list, "total", "i", (gint64) n, NULL));
}

const ShoalControlMethod shoal_control_get_methods[] = {
  { "get", handle_get, SHOAL_CONTROL_NEEDS_TRACKER },
  { "transfers", handle_transfers, SHOAL_CONTROL_NEEDS_NOTHING },
  { NULL },
};
