/* shoal-transfer-manager-runs.c: the manager's runs: starts one, answers what it asks, and draws
 * the conclusions when it has ended
 *
 * Main thread, but for delegate_making().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfers"

#include "config.h"

#include "shoal-transfer-manager-private.h"

#include "shoal-error.h"
#include "shoal-transfer-store.h"

/* What a run's delegate works with. Keeps the transfer while the run lives; the manager may go
 * first. */
typedef struct
{
  ShoalTransferManager *manager; /* weak */
  ShoalTransfer *transfer;
  ShoalDatabase *database;
} RunLink;

typedef struct
{
  ShoalTransferRun *run;
  ShoalDigest id;
} SourcesQuestion;

static void
on_sources_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree SourcesQuestion *question = user_data;
  g_autoptr (ShoalTransferRun) run = question->run;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sources
             = shoal_directory_sources_finish (SHOAL_DIRECTORY (source), result, &error);

  if (sources != NULL)
    shoal_transfer_run_set_sources (run, &question->id, sources);
  else
    g_debug ("No answer about sources: %s", error->message);
}

static void
delegate_need_sources (ShoalTransferRun *run, const ShoalDigest *id, gpointer user_data)
{
  RunLink *link = user_data;

  if (link->manager == NULL)
    return;

  SourcesQuestion *question = g_new0 (SourcesQuestion, 1);

  question->run = shoal_transfer_run_ref (run);
  question->id = *id;
  shoal_directory_sources_async (link->manager->directory, id, link->manager->cancellable,
                                 on_sources_cb, question);
}

/* A folder is fetched by the id of its list of files, which then is not a file of its own. */
static gboolean
is_manifest (const RunLink *link, const ShoalDigest *id)
{
  return shoal_transfer_is_folder (link->transfer)
         && shoal_digest_equal (id, shoal_transfer_get_id (link->transfer));
}

/* Two downloads may fetch one content to two places. Returns: how many have it served now */
static guint
count_pulling (ShoalTransferManager *self, const ShoalDigest *id, int change)
{
  int n = GPOINTER_TO_INT (g_hash_table_lookup (self->pulling, id)) + change;

  if (n > 0)
    g_hash_table_replace (self->pulling, shoal_digest_dup (id), GINT_TO_POINTER (n));
  else
    g_hash_table_remove (self->pulling, id);
  return (guint) MAX (n, 0);
}

static void
delegate_serve (ShoalTransferRun *run,
                const ShoalDigest *id,
                guint64 size,
                GBytes *layer,
                ShoalPartial *partial,
                gpointer user_data)
{
  RunLink *link = user_data;
  ShoalTransferManager *self = link->manager;

  if (self == NULL)
    return;
  self->observer->serve (id, size, layer, partial, self->observer_data);
  count_pulling (self, id, 1);
  self->observer->pulling (id, size, is_manifest (link, id), TRUE, self->observer_data);
}

static void
delegate_unserve (ShoalTransferRun *run, const ShoalDigest *id, guint64 size, gpointer user_data)
{
  RunLink *link = user_data;
  ShoalTransferManager *self = link->manager;

  if (self == NULL)
    return;
  self->observer->unserve (id, self->observer_data);
  if (count_pulling (self, id, -1) == 0)
    self->observer->pulling (id, size, is_manifest (link, id), FALSE, self->observer_data);
}

static void
delegate_bad_source (ShoalTransferRun *run, ShoalSource *source, gpointer user_data)
{
  RunLink *link = user_data;
  ShoalTransferManager *self = link->manager;

  shoal_transfer_add_bad_source (link->transfer, source->user);
  if (self != NULL)
    self->observer->bad_source (link->transfer, source, self->observer_data);
}

/* In the run's thread. */
static gboolean
delegate_making (ShoalTransferRun *run, const char *name, gpointer user_data, GError **error)
{
  RunLink *link = user_data;
  ShoalTransferRow row
      = { .uuid = (char *) shoal_transfer_get_uuid (link->transfer), .made = (char *) name };

  return shoal_database_write (link->database, shoal_transfer_store_set_made, &row, error);
}

static void
end_transfer (ShoalTransferManager *self, ShoalTransfer *transfer, const GError *error)
{
  shoal_transfer_set_state (transfer,
                            error != NULL ? SHOAL_TRANSFER_FAILED : SHOAL_TRANSFER_FINISHED, error);
  self->observer->ended (transfer, self->observer_data);
  if (error != NULL)
    shoal_transfer_manager_save (self, transfer, "failed", error->message);
  else if (shoal_transfer_get_n_left_out (transfer) > 0)
    shoal_transfer_manager_save (self, transfer, SHOAL_ROW_LEFT_OUT,
                                 shoal_transfer_get_message (transfer));
  else
    shoal_transfer_manager_forget (self, transfer);
  shoal_transfer_manager_emit_ended (self, transfer);
}

static void
run_link_free (RunLink *link)
{
  if (link->manager != NULL)
    g_object_remove_weak_pointer (G_OBJECT (link->manager), (gpointer *) &link->manager);
  g_object_unref (link->transfer);
  g_object_unref (link->database);
  g_free (link);
}

static void
delegate_ended (ShoalTransferRun *run, const GError *error, gpointer user_data)
{
  RunLink *link = user_data;
  ShoalTransferManager *self = link->manager;
  g_autoptr (ShoalTransfer) transfer = g_object_ref (link->transfer);

  run_link_free (link);
  if (self == NULL || self->stopped)
    return;
  shoal_transfer_set_run (transfer, NULL);

  ShoalTransferStop stop = shoal_transfer_get_stop (transfer);

  if (error != NULL && stop == SHOAL_STOP_CANCEL)
    {
      shoal_transfer_manager_discard (self, transfer);
      shoal_transfer_manager_schedule (self);
      return;
    }
  shoal_transfer_set_stop (transfer, SHOAL_STOP_NONE);
  if (error == NULL || !g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED))
    end_transfer (self, transfer, error);
  else if (stop == SHOAL_STOP_NONE)
    {
      shoal_transfer_set_state (transfer, SHOAL_TRANSFER_QUEUED, NULL);
      shoal_transfer_manager_save (self, transfer, "queued", NULL);
    }
  else
    {
      shoal_transfer_set_state (transfer, SHOAL_TRANSFER_PAUSED, NULL);
      shoal_transfer_manager_save (self, transfer, "paused", NULL);
    }
  shoal_transfer_manager_schedule (self);
}

static const ShoalRunDelegate run_delegate = {
  .need_sources = delegate_need_sources,
  .serve = delegate_serve,
  .unserve = delegate_unserve,
  .bad_source = delegate_bad_source,
  .making = delegate_making,
  .ended = delegate_ended,
};

void
shoal_transfer_manager_start_run (ShoalTransferManager *self, ShoalTransfer *transfer)
{
  const ShoalTransferRow *row = shoal_transfer_get_row (transfer);
  ShoalRunConfig config = {
    .uuid = row->uuid,
    .name = row->name,
    .renamed = row->renamed,
    .id = row->id,
    .size = row->size,
    .folder = row->folder,
    .total_size = row->total_size,
    .n_entries = row->n_entries,
    .folder_path = row->folder_path,
    .made = row->made,
    .device = row->device,
    .mtime_ms = row->mtime_ms,
    .journals = self->journals,
    .key = self->key,
    .limit = self->limit,
    .per_source = self->per_source,
    .lanes = self->lanes,
  };
  RunLink *link = g_new0 (RunLink, 1);

  link->manager = self;
  g_object_add_weak_pointer (G_OBJECT (self), (gpointer *) &link->manager);
  link->transfer = g_object_ref (transfer);
  link->database = g_object_ref (self->database);
  shoal_transfer_set_run (transfer, shoal_transfer_run_new (&config, &run_delegate, link));
  shoal_transfer_set_state (transfer, SHOAL_TRANSFER_STARTING, NULL);
  shoal_transfer_run_start (shoal_transfer_get_run (transfer));
  shoal_transfer_manager_start_ticking (self);
}
