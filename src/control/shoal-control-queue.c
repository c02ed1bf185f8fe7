/* shoal-control-queue.c: control methods: pause, resume
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-control"

#include "config.h"

#include "shoal-control-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

/* Whether a pause or a resume concerns a transfer in this state. */
static gboolean
concerns (gboolean pause, ShoalTransferState state)
{
  if (pause)
    return state < SHOAL_TRANSFER_PAUSED;
  return state == SHOAL_TRANSFER_PAUSED || state == SHOAL_TRANSFER_FAILED;
}

static gboolean
is_called (ShoalTransfer *transfer, const char *what)
{
  char id[SHOAL_DIGEST_HEX_SIZE];

  shoal_digest_to_hex (shoal_transfer_get_id (transfer), id);
  return g_str_equal (shoal_transfer_get_uuid (transfer), what)
         || g_str_equal (shoal_transfer_get_name (transfer), what) || g_str_equal (id, what);
}

/* Adds the downloads called @what to @found; those that it does not concern count as found. */
static gboolean
find_transfers (
    GListModel *list, const char *what, gboolean pause, GPtrArray *found, GError **error)
{
  gboolean known = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (ShoalTransfer) transfer = g_list_model_get_item (list, i);

      if (!is_called (transfer, what))
        continue;
      known = TRUE;
      if (concerns (pause, shoal_transfer_get_state (transfer))
          && !g_ptr_array_find (found, transfer, NULL))
        g_ptr_array_add (found, g_steal_pointer (&transfer));
    }
  if (!known)
    g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND, _ ("“%s” is not among the downloads."),
                 what);
  return known;
}

static gboolean
read_transfers (
    JsonObject *params, GListModel *list, gboolean pause, GPtrArray *found, GError **error)
{
  JsonArray *array;

  if (!shoal_json_get_array (params, "what", SHOAL_MAX_BATCH_ENTRIES, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *what;

      if (!shoal_json_array_get_string (array, i, SHOAL_MAX_PATH_BYTES, &what, error)
          || !find_transfers (list, what, pause, found, error))
        return FALSE;
    }
  return json_array_get_length (array) > 0
         || shoal_set_field_error (error, "what", _ ("Name at least one."));
}

static void
handle (ShoalControlCall *call, gboolean pause)
{
  ShoalTransferManager *manager = shoal_engine_get_transfers (call->engine);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean all;
  guint n = 0;
  GError *error = NULL;

  if (!shoal_json_get_optional_boolean (call->params, "all", FALSE, &all, &error)
      || (!all && !read_transfers (call->params, G_LIST_MODEL (manager), pause, found, &error)))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  if (all)
    n = pause ? shoal_transfer_manager_pause_all (manager)
              : shoal_transfer_manager_resume_all (manager);
  /* From the end: nobody else gets the turn of one that is paused. */
  for (guint i = found->len; i > 0; i--, n++)
    if (pause)
      shoal_transfer_manager_pause (manager, g_ptr_array_index (found, i - 1));
    else
      shoal_transfer_manager_resume (manager, g_ptr_array_index (found, i - 1));
  shoal_control_call_reply (call, shoal_json_new ("changed", "i", (gint64) n, NULL));
}

static void
handle_pause (ShoalControlCall *call)
{
  handle (call, TRUE);
}

static void
handle_resume (ShoalControlCall *call)
{
  handle (call, FALSE);
}

const ShoalControlMethod shoal_control_queue_methods[] = {
  { "pause", handle_pause, FALSE },
  { "resume", handle_resume, FALSE },
  { NULL },
};
