/* shoal-control-shares.c: control methods: share, unshare, shares
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
#include "shoal-ignore.h"
#include "shoal-json.h"
#include "shoal-limits.h"

#define PROGRESS_MS 200
/* Names of what was left out of one share, in the answer. */
#define MAX_SKIPPED 50

gboolean
shoal_control_get_strings (JsonObject *params, const char *name, char ***strings, GError **error)
{
  JsonArray *array;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (!shoal_json_get_array (params, name, SHOAL_MAX_BATCH_ENTRIES, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *text;

      if (!shoal_json_array_get_string (array, i, SHOAL_MAX_PATH_BYTES, &text, error))
        return FALSE;
      g_strv_builder_add (builder, text);
    }
  *strings = g_strv_builder_end (builder);
  return (*strings)[0] != NULL || shoal_set_field_error (error, name, _ ("Name at least one."));
}

static JsonArray *
shares_to_json (GPtrArray *shares)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < shares->len; i++)
    json_array_add_object_element (
        list, shoal_share_to_json (g_ptr_array_index (shares, i), MAX_SKIPPED));
  return list;
}

/* ---- share ---- */

typedef struct
{
  ShoalControlCall *call;
  char **paths;
  char **ignore; /* (nullable) */
  gboolean unoffered;
  guint timer;
} ShareJob;

static void
share_job_free (ShareJob *job)
{
  g_clear_handle_id (&job->timer, g_source_remove);
  g_strfreev (job->paths);
  g_strfreev (job->ignore);
  shoal_control_call_unref (job->call);
  g_free (job);
}

static gboolean
on_share_progress_cb (gpointer user_data)
{
  const ShareJob *job = user_data;
  GListModel *shares = G_LIST_MODEL (shoal_engine_get_shares (job->call->engine));
  gint64 hashed = 0, size = 0, n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (shares); i++)
    {
      g_autoptr (ShoalShare) share = g_list_model_get_item (shares, i);

      if (shoal_share_get_state (share) != SHOAL_SHARE_HASHING)
        continue;
      hashed += (gint64) shoal_share_get_bytes_hashed (share);
      size += (gint64) shoal_share_get_size (share);
      n++;
    }
  shoal_control_call_notify (
      job->call, "progress",
      shoal_json_new ("hashed", "i", hashed, "size", "i", size, "hashing", "i", n, NULL));
  return G_SOURCE_CONTINUE;
}

static gboolean
any_waits (GPtrArray *shares)
{
  for (guint i = 0; i < shares->len; i++)
    if (shoal_share_get_state (g_ptr_array_index (shares, i)) == SHOAL_SHARE_WAITING)
      return TRUE;
  return FALSE;
}

static void
on_shared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ShareJob *job = user_data;
  g_autoptr (ShoalControlCall) call = shoal_control_call_ref (job->call);
  GError *error = NULL;
  g_autoptr (GPtrArray) shares = shoal_shares_add_finish (SHOAL_SHARES (object), result, &error);

  share_job_free (job);
  /* What waits for a tracker that only the user can bring back is not shared: say why. */
  if (shares != NULL && any_waits (shares))
    error = shoal_engine_dup_refusal (call->engine);
  if (error != NULL)
    {
      shoal_control_call_fail (call, error);
      return;
    }
  shoal_control_call_reply (
      call,
      shoal_json_new ("shares", "a", shares_to_json (shares), "serving", "b",
                      shoal_uploads_get_port (shoal_engine_get_uploads (call->engine)) != 0, NULL));
}

static void
on_online_to_share_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ShareJob *job = user_data;

  /* Offline is fine: it is offered when the tracker is back. Refused is not: it would wait for
   * ever. */
  shoal_engine_wait_online_finish (SHOAL_ENGINE (object), result, NULL);
  GError *refusal = shoal_engine_dup_refusal (SHOAL_ENGINE (object));
  if (refusal != NULL)
    {
      shoal_control_call_fail (job->call, refusal);
      share_job_free (job);
      return;
    }
  job->timer = g_timeout_add (PROGRESS_MS, on_share_progress_cb, job);
  (job->unoffered ? shoal_shares_add_unoffered_async : shoal_shares_add_async) (
      shoal_engine_get_shares (job->call->engine), (const char *const *) job->paths,
      (const char *const *) job->ignore, job->call->cancellable, on_shared_cb, job);
}

/* The patterns that come with a call, and what it says of keys and passwords as such. */
static gboolean
get_ignore (ShoalControlCall *call, char ***ignore, GError **error)
{
  g_auto (GStrv) given = NULL;
  g_auto (GStrv) answer = NULL;
  gboolean secrets;

  if ((json_object_has_member (call->params, "ignore")
       && !shoal_control_get_strings (call->params, "ignore", &given, error))
      || !shoal_json_get_optional_boolean (call->params, "secrets", FALSE, &secrets, error))
    return FALSE;
  if (given != NULL && !shoal_ignore_check ((const char *const *) given, error))
    return FALSE;
  if (json_object_has_member (call->params, "secrets"))
    answer = shoal_ignore_dup_secrets (secrets);
  if (answer != NULL)
    *ignore = shoal_ignore_dup_added ((const char *const *) given, (const char *const *) answer);
  else
    *ignore = g_steal_pointer (&given);
  return TRUE;
}

static void
handle_share (ShoalControlCall *call)
{
  g_auto (GStrv) paths = NULL;
  g_auto (GStrv) ignore = NULL;
  gboolean unoffered;
  GError *error = NULL;

  if (!shoal_engine_get_signed_in (call->engine))
    {
      shoal_control_call_fail (
          call, g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_AUTH,
                                     _ ("Not signed in. Sign in or sign up first.")));
      return;
    }
  if (!shoal_control_get_strings (call->params, "paths", &paths, &error)
      || !shoal_json_get_optional_boolean (call->params, "unoffered", FALSE, &unoffered, &error)
      || !get_ignore (call, &ignore, &error))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  for (guint i = 0; paths[i] != NULL; i++)
    if (!g_path_is_absolute (paths[i]))
      {
        shoal_control_call_fail (call,
                                 shoal_error_new_field ("paths", "Paths must be absolute here."));
        return;
      }
  shoal_control_call_begin_job (call);
  ShareJob *job = g_new0 (ShareJob, 1);
  job->call = shoal_control_call_ref (call);
  job->paths = g_steal_pointer (&paths);
  job->ignore = g_steal_pointer (&ignore);
  job->unoffered = unoffered;
  shoal_engine_wait_online_async (call->engine, call->cancellable, on_online_to_share_cb, job);
}

/* ---- unshare ---- */

typedef struct
{
  ShoalControlCall *call;
  GPtrArray *shares; /* NULL: all */
} UnshareJob;

static void
on_unshared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  GError *error = NULL;
  gint64 n = shoal_shares_remove_finish (SHOAL_SHARES (object), result, &error);

  if (n < 0)
    shoal_control_call_fail (call, error);
  else
    shoal_control_call_reply (call, shoal_json_new ("removed", "i", n, NULL));
}

static void
on_online_to_unshare_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree UnshareJob *job = user_data;
  g_autoptr (GPtrArray) shares = job->shares;

  shoal_engine_wait_online_finish (SHOAL_ENGINE (object), result, NULL);
  shoal_shares_remove_async (shoal_engine_get_shares (job->call->engine), shares,
                             job->call->cancellable, on_unshared_cb, job->call);
}

static gboolean
is_hex (const char *text)
{
  gsize length = strlen (text);

  return (length == 32 || length == 64) && strspn (text, "0123456789abcdef") == length;
}

gboolean
shoal_control_find_shares (ShoalShares *shares, const char *what, GPtrArray *found, GError **error)
{
  g_autoptr (GPtrArray) hits = shoal_shares_find (shares, what);

  if (hits->len == 0)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND, _ ("“%s” is not shared from here."),
                   what);
      return FALSE;
    }
  if (hits->len > 1 && !is_hex (what) && !g_path_is_absolute (what))
    {
      g_autoptr (GString) paths = g_string_new (NULL);

      for (guint i = 0; i < hits->len; i++)
        g_string_append_printf (paths, "%s%s", i > 0 ? ", " : "",
                                shoal_share_get_path (g_ptr_array_index (hits, i)));
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_AMBIGUOUS,
                   _ ("“%s” stands for several shares; name one by its path: %s"), what,
                   paths->str);
      return FALSE;
    }
  for (guint i = 0; i < hits->len; i++)
    if (!g_ptr_array_find (found, g_ptr_array_index (hits, i), NULL))
      g_ptr_array_add (found, g_object_ref (g_ptr_array_index (hits, i)));
  return TRUE;
}

static void
handle_unshare (ShoalControlCall *call)
{
  ShoalShares *shares = shoal_engine_get_shares (call->engine);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto (GStrv) what = NULL;
  gboolean all;
  GError *error = NULL;

  if (!shoal_json_get_optional_boolean (call->params, "all", FALSE, &all, &error)
      || (!all && !shoal_control_get_strings (call->params, "what", &what, &error)))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  for (guint i = 0; !all && what[i] != NULL; i++)
    if (!shoal_control_find_shares (shares, what[i], found, &error))
      {
        shoal_control_call_fail (call, error);
        return;
      }
  UnshareJob *job = g_new0 (UnshareJob, 1);
  job->call = shoal_control_call_ref (call);
  job->shares = all ? NULL : g_steal_pointer (&found);
  if (shoal_engine_get_signed_in (call->engine))
    shoal_engine_wait_online_async (call->engine, call->cancellable, on_online_to_unshare_cb, job);
  else
    {
      shoal_shares_remove_async (shares, job->shares, call->cancellable, on_unshared_cb, job->call);
      g_clear_pointer (&job->shares, g_ptr_array_unref);
      g_free (job);
    }
}

/* ---- shares ---- */

static gboolean
any_in_state (ShoalShares *shares, ShoalShareState state)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (shares)); i++)
    {
      g_autoptr (ShoalShare) share = g_list_model_get_item (G_LIST_MODEL (shares), i);

      if (shoal_share_get_state (share) == state)
        return TRUE;
    }
  return FALSE;
}

static void
reply_with_shares (ShoalControlCall *call)
{
  GListModel *shares = G_LIST_MODEL (shoal_engine_get_shares (call->engine));
  guint n = g_list_model_get_n_items (shares);
  gint64 offset;
  GError *error = NULL;

  if (!shoal_json_get_optional_integer (call->params, "offset", 0, G_MAXINT32, 0, &offset, &error))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  guint end = (guint) MIN (offset + SHOAL_MAX_CONTROL_ROWS, (gint64) n);
  JsonArray *list = json_array_new ();
  for (guint i = (guint) MIN (offset, (gint64) n); i < end; i++)
    {
      g_autoptr (ShoalShare) share = g_list_model_get_item (shares, i);

      json_array_add_object_element (list, shoal_share_to_json (share, 0));
    }
  JsonObject *reply = shoal_json_new ("shares", "a", list, NULL);
  if (end < n)
    json_object_set_int_member (reply, "next", end);
  shoal_control_call_reply (call, reply);
}

static void
on_settled_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;

  shoal_shares_wait_finish (SHOAL_SHARES (object), result, NULL);
  reply_with_shares (call);
}

static void
on_online_to_list_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  ShoalShares *shares = shoal_engine_get_shares (call->engine);

  /* Offline they wait, and the list says so. Hashing may take long, and the list shows that too;
   * what else is under way is one request. */
  shoal_engine_wait_online_finish (SHOAL_ENGINE (object), result, NULL);
  if (any_in_state (shares, SHOAL_SHARE_HASHING))
    reply_with_shares (call);
  else
    shoal_shares_wait_async (shares, call->cancellable, on_settled_cb,
                             shoal_control_call_ref (call));
}

static void
handle_shares (ShoalControlCall *call)
{
  gboolean wait;
  GError *error = NULL;

  if (!shoal_json_get_optional_boolean (call->params, "wait", FALSE, &wait, &error))
    shoal_control_call_fail (call, error);
  else if (wait && shoal_engine_get_signed_in (call->engine))
    shoal_engine_wait_online_async (call->engine, call->cancellable, on_online_to_list_cb,
                                    shoal_control_call_ref (call));
  else
    reply_with_shares (call);
}

const ShoalControlMethod shoal_control_share_methods[] = {
  { "share", handle_share, SHOAL_CONTROL_NEEDS_NOTHING },
  { "unshare", handle_unshare, SHOAL_CONTROL_NEEDS_NOTHING },
  { "shares", handle_shares, SHOAL_CONTROL_NEEDS_NOTHING },
  { NULL },
};
