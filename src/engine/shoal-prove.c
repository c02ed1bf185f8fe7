/* shoal-prove.c: how large a content really is, and what it is, when those who offer it disagree
 *
 * Each source is asked in a thread of its own, all at once: one that does not answer, or drips, is
 * in nobody's way. The first proof ends the others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-prove"

#include "config.h"

#include "shoal-prove.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-manifest.h"
#include "shoal-merkle.h"
#include "shoal-peer-client.h"
#include "shoal-source.h"

/* Main thread only, but for @cancellable. */
typedef struct
{
  GCancellable *cancellable; /* of all probes */
  GCancellable *outer;       /* (nullable): the caller's */
  gulong handler;
  guint timer;
  guint n_running;
  gboolean proven;
  ShoalProof proof;
} ProveJob;

typedef struct
{
  ShoalDeviceKey *key;
  ShoalDigest id;
  ShoalSource *source;
} Probe;

static void
prove_job_free (gpointer data)
{
  ProveJob *job = data;

  g_object_unref (job->cancellable);
  g_free (job);
}

static void
probe_free (gpointer data)
{
  Probe *probe = data;

  shoal_device_key_unref (probe->key);
  shoal_source_unref (probe->source);
  g_free (probe);
}

/* ---- In a thread ---- */

/* One piece, as it must be if the content is of this size. */
static GBytes *
get_piece (const Probe *probe,
           ShoalPeerClient *client,
           GBytes *layer,
           guint32 piece,
           GCancellable *cancellable,
           GError **error)
{
  g_autofree char *hex = shoal_digest_dup_hex (&probe->id);
  g_autofree char *path = g_strdup_printf ("/v1/pieces/%s/%u-1", hex, piece);
  gsize length = shoal_piece_length (probe->source->size, piece);
  g_autoptr (GBytes) bytes
             = shoal_peer_client_get (client, path, (gint64) length, length, cancellable, error);
  const ShoalDigest *roots = g_bytes_get_data (layer, NULL);
  ShoalDigest root;

  if (bytes == NULL)
    return NULL;
  shoal_merkle_piece_root (g_bytes_get_data (bytes, NULL), length, probe->source->size, &root);
  if (shoal_digest_equal (&root, &roots[piece]))
    return g_steal_pointer (&bytes);
  g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT, "The size is not true");
  return NULL;
}

static GBytes *
get_layer (const Probe *probe, ShoalPeerClient *client, GCancellable *cancellable, GError **error)
{
  g_autofree char *hex = shoal_digest_dup_hex (&probe->id);
  g_autofree char *path = g_strconcat ("/v1/layer/", hex, NULL);
  gint64 length = (gint64) shoal_piece_count (probe->source->size) * SHOAL_DIGEST_SIZE;
  g_autoptr (GBytes) layer
             = shoal_peer_client_get (client, path, length, (guint64) length, cancellable, error);

  if (layer == NULL || !shoal_merkle_check_layer (layer, &probe->id, probe->source->size, error))
    return NULL;
  return g_steal_pointer (&layer);
}

static void
probe_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Probe *probe = data;
  guint32 n_pieces = shoal_piece_count (probe->source->size);
  GError *error = NULL;
  ShoalPeerClient *client = shoal_peer_client_new (probe->key, probe->source->device,
                                                   (const char *const *) probe->source->addresses);
  g_autoptr (GBytes) layer = get_layer (probe, client, cancellable, &error);
  g_autoptr (GBytes) last
             = layer != NULL ? get_piece (probe, client, layer, n_pieces - 1, cancellable, &error)
                             : NULL;
  g_autoptr (GBytes) first = NULL;

  if (last != NULL)
    first = n_pieces == 1 ? g_bytes_ref (last)
                          : get_piece (probe, client, layer, 0, cancellable, &error);
  shoal_peer_client_free (client);
  if (first == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  ShoalProof *proof = g_new (ShoalProof, 1);
  gsize size;
  gconstpointer bytes = g_bytes_get_data (first, &size);

  proof->size = probe->source->size;
  proof->manifest = shoal_manifest_is_begun (bytes, size);
  g_task_return_pointer (task, proof, g_free);
}

/* ---- On the main thread ---- */

/* The last that ends tells what came of it. */
static void
end_one (GTask *task)
{
  ProveJob *job = g_task_get_task_data (task);

  if (--job->n_running > 0)
    {
      g_object_unref (task);
      return;
    }
  g_clear_handle_id (&job->timer, g_source_remove);
  g_cancellable_disconnect (job->outer, job->handler);
  if (g_task_return_error_if_cancelled (task))
    ;
  else if (job->proven)
    g_task_return_pointer (task, g_memdup2 (&job->proof, sizeof job->proof), g_free);
  else
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND, "No size could be proven");
  g_object_unref (task);
}

static void
on_probed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  ProveJob *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autofree ShoalProof *proof = g_task_propagate_pointer (G_TASK (result), &error);

  if (proof == NULL)
    g_debug ("No proof: %s", error->message);
  else if (!job->proven)
    {
      job->proven = TRUE;
      job->proof = *proof;
      g_cancellable_cancel (job->cancellable);
    }
  end_one (task);
}

static gboolean
on_time_cb (gpointer user_data)
{
  ProveJob *job = user_data;

  job->timer = 0;
  g_cancellable_cancel (job->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static gboolean
can_be_asked (const ShoalSource *source)
{
  return source->online && !source->partial && source->addresses != NULL
         && source->addresses[0] != NULL && source->size > 0
         && shoal_piece_count (source->size) <= SHOAL_MAX_PROVEN_PIECES;
}

/* Nobody gets more than one of the few threads before all have one. */
static GPtrArray *
choose (GPtrArray *sources)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *chosen = g_ptr_array_new ();
  g_autoptr (GPtrArray) more = g_ptr_array_new ();

  for (guint i = 0; i < sources->len; i++)
    {
      ShoalSource *source = g_ptr_array_index (sources, i);

      if (!can_be_asked (source))
        continue;
      g_ptr_array_add (g_hash_table_add (taken, source->account) ? chosen : more, source);
    }
  g_ptr_array_extend (chosen, more, NULL, NULL);
  g_ptr_array_set_size (chosen, (int) MIN (chosen->len, SHOAL_MAX_PROBES));
  return chosen;
}

void
shoal_prove_async (ShoalDeviceKey *key,
                   const ShoalDigest *id,
                   GPtrArray *sources,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  g_return_if_fail (key != NULL && id != NULL && sources != NULL);

  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  ProveJob *job = g_new0 (ProveJob, 1);
  g_autoptr (GPtrArray) chosen = choose (sources);

  g_task_set_source_tag (task, shoal_prove_async);
  g_task_set_task_data (task, job, prove_job_free);
  job->cancellable = g_cancellable_new ();
  job->outer = cancellable;
  if (cancellable != NULL)
    job->handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_cb),
                                          g_object_ref (job->cancellable), g_object_unref);
  job->timer = g_timeout_add (SHOAL_PROVE_MS, on_time_cb, job);
  job->n_running = chosen->len + 1;
  for (guint i = 0; i < chosen->len; i++)
    {
      g_autoptr (GTask) asked
                 = g_task_new (NULL, job->cancellable, on_probed_cb, g_object_ref (task));
      Probe *probe = g_new (Probe, 1);

      probe->key = shoal_device_key_ref (key);
      probe->id = *id;
      probe->source = shoal_source_ref (g_ptr_array_index (chosen, i));
      g_task_set_task_data (asked, probe, probe_free);
      g_task_run_in_thread (asked, probe_in_thread);
    }
  end_one (task);
}

gboolean
shoal_prove_finish (GAsyncResult *result, ShoalProof *proof, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  g_autofree ShoalProof *found = g_task_propagate_pointer (G_TASK (result), error);

  if (found == NULL)
    return FALSE;
  *proof = *found;
  return TRUE;
}
