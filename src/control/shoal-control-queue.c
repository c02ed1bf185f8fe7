/* shoal-control-queue.c: control methods: pause, resume, discard
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

typedef enum
{
  CHANGE_PAUSE,
  CHANGE_RESUME,
  CHANGE_DISCARD,
} Change;

/* Whether a change concerns a transfer in this state. */
static gboolean
concerns (Change change, ShoalTransferState state)
{
  switch (change)
    {
    case CHANGE_PAUSE:
      return state < SHOAL_TRANSFER_PAUSED;
    case CHANGE_RESUME:
      return state == SHOAL_TRANSFER_PAUSED || state == SHOAL_TRANSFER_FAILED;
    case CHANGE_DISCARD:
    default:
      return state != SHOAL_TRANSFER_FINISHED && state != SHOAL_TRANSFER_CANCELLED;
    }
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
find_transfers (GListModel *list, const char *what, Change change, GPtrArray *found, GError **error)
{
  gboolean known = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (ShoalTransfer) transfer = g_list_model_get_item (list, i);

      if (!is_called (transfer, what))
        continue;
      known = TRUE;
      if (concerns (change, shoal_transfer_get_state (transfer))
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
    JsonObject *params, GListModel *list, Change change, GPtrArray *found, GError **error)
{
  JsonArray *array;

  if (!shoal_json_get_array (params, "what", SHOAL_MAX_BATCH_ENTRIES, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *what;

      if (!shoal_json_array_get_string (array, i, SHOAL_MAX_PATH_BYTES, &what, error)
          || !find_transfers (list, what, change, found, error))
        return FALSE;
    }
  return json_array_get_length (array) > 0
         || shoal_set_field_error (error, "what", _ ("Name at least one."));
}

/* What the request names, or with all every download that the change concerns. */
static GPtrArray *
get_transfers (ShoalControlCall *call, Change change, gboolean *all, GError **error)
{
  GListModel *list = G_LIST_MODEL (shoal_engine_get_transfers (call->engine));
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);

  if (!shoal_json_get_optional_boolean (call->params, "all", FALSE, all, error)
      || (!*all && !read_transfers (call->params, list, change, found, error)))
    return NULL;
  for (guint i = 0; *all && i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (ShoalTransfer) transfer = g_list_model_get_item (list, i);

      if (concerns (change, shoal_transfer_get_state (transfer)))
        g_ptr_array_add (found, g_steal_pointer (&transfer));
    }
  return g_steal_pointer (&found);
}

static void
handle (ShoalControlCall *call, Change change)
{
  ShoalTransferManager *manager = shoal_engine_get_transfers (call->engine);
  gboolean all;
  guint n = 0;
  GError *error = NULL;
  g_autoptr (GPtrArray) found = get_transfers (call, change, &all, &error);

  if (found == NULL)
    {
      shoal_control_call_fail (call, error);
      return;
    }
  if (all)
    n = change == CHANGE_PAUSE ? shoal_transfer_manager_pause_all (manager)
                               : shoal_transfer_manager_resume_all (manager);
  /* From the end: nobody else gets the turn of one that is paused. */
  for (guint i = found->len; !all && i > 0; i--, n++)
    if (change == CHANGE_PAUSE)
      shoal_transfer_manager_pause (manager, g_ptr_array_index (found, i - 1));
    else
      shoal_transfer_manager_resume (manager, g_ptr_array_index (found, i - 1));
  shoal_control_call_reply (call, shoal_json_new ("changed", "i", (gint64) n, NULL));
}

static void
handle_pause (ShoalControlCall *call)
{
  handle (call, CHANGE_PAUSE);
}

static void
handle_resume (ShoalControlCall *call)
{
  handle (call, CHANGE_RESUME);
}

/* ---- discard ---- */

/* Answered when the files are gone, so that whoever asked finds none of them. */
typedef struct
{
  ShoalControlCall *call;
  ShoalTransferManager *manager;
  GHashTable *open; /* of ShoalTransfer: not ended yet */
  gint64 n_changed;
  gulong on_ended;
  gulong on_cancelled;
} Discard;

static void
discard_end (Discard *self)
{
  g_autoptr (ShoalControlCall) call = self->call;

  g_signal_handler_disconnect (self->manager, self->on_ended);
  g_signal_handler_disconnect (call->cancellable, self->on_cancelled);
  shoal_control_call_reply (call, shoal_json_new ("changed", "i", self->n_changed, NULL));
  g_hash_table_unref (self->open);
  g_object_unref (self->manager);
  g_free (self);
}

static void
on_ended_cb (ShoalTransferManager *manager, ShoalTransfer *transfer, Discard *self)
{
  if (!g_hash_table_remove (self->open, transfer))
    return;
  /* It may have become whole a moment before. */
  if (shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_CANCELLED)
    self->n_changed++;
  if (g_hash_table_size (self->open) == 0)
    discard_end (self);
}

static void
on_cancelled_cb (GCancellable *cancellable, Discard *self)
{
  discard_end (self);
}

static void
handle_discard (ShoalControlCall *call)
{
  gboolean all;
  GError *error = NULL;
  g_autoptr (GPtrArray) found = get_transfers (call, CHANGE_DISCARD, &all, &error);

  if (found == NULL)
    {
      shoal_control_call_fail (call, error);
      return;
    }
  if (found->len == 0)
    {
      shoal_control_call_reply (call, shoal_json_new ("changed", "i", G_GINT64_CONSTANT (0), NULL));
      return;
    }
  Discard *self = g_new0 (Discard, 1);
  self->call = shoal_control_call_ref (call);
  self->manager = g_object_ref (shoal_engine_get_transfers (call->engine));
  self->open = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->on_ended = g_signal_connect (self->manager, "ended", G_CALLBACK (on_ended_cb), self);
  self->on_cancelled
      = g_signal_connect (call->cancellable, "cancelled", G_CALLBACK (on_cancelled_cb), self);
  for (guint i = 0; i < found->len; i++)
    g_hash_table_add (self->open, g_object_ref (g_ptr_array_index (found, i)));
  /* From the end: none that waits gets the turn of one that goes. Each ends later. */
  for (guint i = found->len; i > 0; i--)
    shoal_transfer_manager_cancel (self->manager, g_ptr_array_index (found, i - 1));
}

const ShoalControlMethod shoal_control_queue_methods[] = {
  { "pause", handle_pause, SHOAL_CONTROL_NEEDS_NOTHING },
  { "resume", handle_resume, SHOAL_CONTROL_NEEDS_NOTHING },
  { "discard", handle_discard, SHOAL_CONTROL_NEEDS_NOTHING },
  { NULL },
};
