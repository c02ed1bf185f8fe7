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

#include <glib/gi18n.h>

#include "shoal-control-json.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-result-json.h"

#define PROGRESS_MS 200

typedef struct
{
  ShoalControlCall *call;
  char **targets;
  char *to;   /* nullable */
  char *user; /* nullable */
  guint64 limit;
  gboolean has_limit;
  GPtrArray *transfers; /* (nullable): of ShoalTransfer, once they are queued */
  GHashTable *changed;  /* of ShoalTransfer, to be told about */
  guint timer;
} GetJob;

static void
get_job_free (GetJob *job)
{
  ShoalEngine *engine = job->call->engine;

  g_clear_handle_id (&job->timer, g_source_remove);
  for (guint i = 0; job->transfers != NULL && i < job->transfers->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (job->transfers, i), job);
  shoal_engine_release_download_limit (engine, job);
  g_strfreev (job->targets);
  g_free (job->to);
  g_free (job->user);
  g_clear_pointer (&job->transfers, g_ptr_array_unref);
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
  return shoal_engine_get_directory (job->call->engine);
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
on_queued_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GetJob *job = user_data;
  GError *error = NULL;

  job->transfers = shoal_engine_get_finish (SHOAL_ENGINE (object), result, &error);
  if (job->transfers == NULL)
    {
      end_with_error (job, error, NULL);
      return;
    }
  for (guint i = 0; i < job->transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (job->transfers, i);

      g_signal_connect (transfer, "notify", G_CALLBACK (on_transfer_notify_cb), job);
      g_hash_table_add (job->changed, transfer);
    }
  job->timer = g_idle_add (on_look_now_cb, job);
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

static void
on_resolved_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GetJob *job = user_data;
  ShoalEngine *engine = job->call->engine;
  g_autoptr (GPtrArray) choices = NULL;
  g_autofree char *name = NULL;
  GError *error = NULL;
  g_autoptr (GPtrArray) wanted
             = shoal_resolve_finish (SHOAL_DIRECTORY (object), result, &choices, &name, &error);

  if (wanted == NULL)
    {
      JsonObject *more = NULL;

      if (choices != NULL)
        {
          g_clear_error (&error);
          g_set_error (
              &error, SHOAL_ERROR, SHOAL_ERROR_AMBIGUOUS,
              _ ("“%s” stands for %u different contents; say which by its id or with “--user”."),
              name, choices->len);
          more = shoal_json_new ("name", "s", name, "rows", "a", results_to_json (choices),
                                 "time_ms", "i",
                                 shoal_directory_get_now_ms (SHOAL_DIRECTORY (object)), NULL);
        }
      end_with_error (job, error, more);
      return;
    }
  if (job->has_limit)
    shoal_engine_hold_download_limit (engine, job, job->limit);
  /* Once it is in the queue it is not the client's any more. */
  shoal_engine_get_async (engine, wanted, job->to, NULL, on_queued_cb, job);
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
  job->to = g_strdup (to);
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
  job->changed = g_hash_table_new (NULL, NULL);
  if (!read_get (job, call->params, &error))
    {
      end_with_error (job, error, NULL);
      return;
    }
  shoal_control_call_begin_job (call);
  shoal_resolve_async (get_directory (job), shoal_engine_get_key (call->engine),
                       (const char *const *) job->targets, job->user, call->cancellable,
                       on_resolved_cb, job);
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
