/* shoal-control-switch.c: control methods: share-files, switch: single files of a shared folder
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

/* The one share that "what" stands for. Returns: (transfer full) (nullable) */
static ShoalShare *
find_share (ShoalControlCall *call, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  const char *what;

  if (!shoal_json_get_string (call->params, "what", SHOAL_MAX_PATH_BYTES, &what, error)
      || !shoal_control_find_shares (shoal_engine_get_shares (call->engine), what, found, error))
    return NULL;
  if (found->len == 1)
    return g_object_ref (g_ptr_array_index (found, 0));
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_AMBIGUOUS,
               _ ("“%s” stands for several shares; name one by its path."), what);
  return NULL;
}

/* ---- share-files ---- */

static void
handle_share_files (ShoalControlCall *call)
{
  GError *error = NULL;
  g_autoptr (ShoalShare) share = find_share (call, &error);
  gint64 offset;

  if (share == NULL
      || !shoal_json_get_optional_integer (call->params, "offset", 0, G_MAXINT32, 0, &offset,
                                           &error))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  g_autoptr (GPtrArray) files = shoal_share_list_files (share);
  guint end = (guint) MIN (offset + SHOAL_MAX_CONTROL_ROWS, (gint64) files->len);
  JsonArray *list = json_array_new ();
  for (guint i = (guint) MIN (offset, (gint64) files->len); i < end; i++)
    {
      const ShoalShareFile *file = g_ptr_array_index (files, i);

      json_array_add_object_element (
          list, shoal_json_new ("path", "s", file->path, "kind", "s",
                                file->folder ? "folder" : "file", "size", "i", (gint64) file->size,
                                "on", "b", shoal_share_get_wanted (share) && file->on, NULL));
    }
  JsonObject *reply = shoal_json_new ("files", "a", list, NULL);
  if (end < files->len)
    json_object_set_int_member (reply, "next", end);
  shoal_control_call_reply (call, reply);
}

/* ---- switch ---- */

typedef struct
{
  ShoalControlCall *call;
  ShoalShare *share;
} SwitchRun;

static void
on_settled_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree SwitchRun *run = user_data;
  g_autoptr (ShoalControlCall) call = run->call;
  g_autoptr (ShoalShare) share = run->share;
  GError *error = NULL;

  if (shoal_shares_wait_finish (SHOAL_SHARES (object), result, &error))
    shoal_control_call_reply (call, shoal_share_to_json (share, 0));
  else
    shoal_control_call_fail (call, error);
}

/* Offline is fine: the group hears of it when the tracker is back. */
static void
on_online_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  SwitchRun *run = user_data;

  shoal_engine_wait_online_finish (SHOAL_ENGINE (object), result, NULL);
  shoal_shares_wait_async (shoal_engine_get_shares (run->call->engine), run->call->cancellable,
                           on_settled_cb, run);
}

static gboolean
switch_files (
    ShoalShares *shares, ShoalShare *share, const char *const *files, gboolean on, GError **error)
{
  for (guint i = 0; files[i] != NULL; i++)
    if (!shoal_share_has_file (share, files[i]))
      {
        g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND, _ ("“%s” is not in “%s”."),
                     files[i], shoal_share_get_name (share));
        return FALSE;
      }
  for (guint i = 0; files[i] != NULL; i++)
    shoal_shares_switch (shares, share, files[i], on);
  /* What is switched on is to be offered, also if all of it was switched off before. */
  if (on)
    shoal_shares_set_offered (shares, share, TRUE);
  return TRUE;
}

static void
handle_switch (ShoalControlCall *call)
{
  static const char *const all[] = { "", NULL };
  GError *error = NULL;
  g_autoptr (ShoalShare) share = find_share (call, &error);
  g_auto (GStrv) files = NULL;
  gboolean on;

  if (share == NULL || !shoal_json_get_optional_boolean (call->params, "on", TRUE, &on, &error)
      || (json_object_has_member (call->params, "files")
          && !shoal_control_get_strings (call->params, "files", &files, &error))
      || !switch_files (shoal_engine_get_shares (call->engine), share,
                        files != NULL ? (const char *const *) files : all, on, &error))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  SwitchRun *run = g_new0 (SwitchRun, 1);
  run->call = shoal_control_call_ref (call);
  run->share = g_steal_pointer (&share);
  shoal_engine_wait_online_async (call->engine, call->cancellable, on_online_cb, run);
}

const ShoalControlMethod shoal_control_switch_methods[] = {
  { "share-files", handle_share_files, SHOAL_CONTROL_NEEDS_NOTHING },
  { "switch", handle_switch, SHOAL_CONTROL_NEEDS_NOTHING },
  { NULL },
};
