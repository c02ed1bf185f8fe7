/* shoal-uploads.c: serves what we share and what we are downloading, to those who may have it
 *
 * This file has the object: its life, the snapshot that requests are checked against, and the timer
 * of the main thread. shoal-uploads-answer.c has the way from a request to its answer.
 *
 * Threads: the snapshot is replaced by the main thread and taken by the server's, both under the
 * mutex, and never changes itself. When the server has stopped no request of it is left, so that
 * answers may borrow this object.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-uploads"

#include "config.h"

#include "shoal-uploads-private.h"

#include "shoal-limits.h"
#include "shoal-task.h"

/* Threads that open files and ask the database; the bytes are read elsewhere. */
#define N_OPENERS 4
#define TICK_MS 100

G_DEFINE_FINAL_TYPE (ShoalUploads, shoal_uploads, G_TYPE_OBJECT)

enum
{
  SIGNAL_FILE_CHANGED,
  SIGNAL_FETCHED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

/* ---- The snapshot ---- */

static ServedPartial *
served_partial_ref (ServedPartial *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
served_partial_unref (ServedPartial *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_bytes_unref (self->layer);
  g_object_unref (self->partial);
  shoal_audience_unref (self->audience);
  g_free (self);
}

static GHashTable *
partials_new (void)
{
  return g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, NULL,
                                (GDestroyNotify) served_partial_unref);
}

static Snapshot *
snapshot_copy (const Snapshot *self)
{
  Snapshot *copy = g_new0 (Snapshot, 1);

  g_atomic_ref_count_init (&copy->refs);
  copy->holdings = shoal_holdings_ref (self->holdings);
  copy->partials = g_hash_table_ref (self->partials);
  copy->accounts = g_hash_table_ref (self->accounts);
  copy->users = self->users != NULL ? g_hash_table_ref (self->users) : NULL;
  return copy;
}

void
snapshot_unref (Snapshot *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  shoal_holdings_unref (self->holdings);
  g_hash_table_unref (self->partials);
  g_hash_table_unref (self->accounts);
  g_clear_pointer (&self->users, g_hash_table_unref);
  g_free (self);
}

Snapshot *
uploads_dup_snapshot (ShoalUploads *self)
{
  g_mutex_lock (&self->mutex);
  Snapshot *snapshot = self->snapshot;
  g_atomic_ref_count_inc (&snapshot->refs);
  g_mutex_unlock (&self->mutex);
  return snapshot;
}

static void
take_snapshot (ShoalUploads *self, Snapshot *snapshot)
{
  g_mutex_lock (&self->mutex);
  Snapshot *before = self->snapshot;
  self->snapshot = snapshot;
  g_mutex_unlock (&self->mutex);
  snapshot_unref (before);
}

/* ---- From other threads ---- */

static gboolean
on_tick_cb (gpointer user_data)
{
  ShoalUploads *self = user_data;
  gint64 now_us = g_get_monotonic_time ();

  g_mutex_lock (&self->mutex);
  self->tick_wanted = FALSE;
  g_mutex_unlock (&self->mutex);
  gboolean waiting = shoal_slots_expire (self->slots, now_us);
  gboolean open = shoal_uploads_log_tick (self->log, now_us);

  g_mutex_lock (&self->mutex);
  gboolean again = waiting || open || self->tick_wanted;
  self->tick_wanted = again;
  if (!again)
    self->tick = 0;
  g_mutex_unlock (&self->mutex);
  return again ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
on_tick_wanted_cb (gpointer user_data)
{
  ShoalUploads *self = user_data;

  if (self->server == NULL)
    {
      g_mutex_lock (&self->mutex);
      self->tick_wanted = FALSE;
      g_mutex_unlock (&self->mutex);
    }
  else if (self->tick == 0)
    {
      g_autoptr (GSource) source = g_timeout_source_new (TICK_MS);
      g_source_set_callback (source, on_tick_cb, self, NULL);
      self->tick = g_source_attach (source, self->context);
    }
  return G_SOURCE_REMOVE;
}

static void
post (ShoalUploads *self, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_attach (source, self->context);
}

void
uploads_want_tick (ShoalUploads *self)
{
  g_mutex_lock (&self->mutex);
  gboolean first = !self->tick_wanted;
  self->tick_wanted = TRUE;
  g_mutex_unlock (&self->mutex);
  if (first)
    post (self, on_tick_wanted_cb, g_object_ref (self), g_object_unref);
}

typedef struct
{
  ShoalUploads *uploads;
  gint64 share;
} Changed;

static void
changed_free (Changed *changed)
{
  g_object_unref (changed->uploads);
  g_free (changed);
}

static gboolean
on_changed_cb (gpointer user_data)
{
  Changed *changed = user_data;

  g_signal_emit (changed->uploads, signals[SIGNAL_FILE_CHANGED], 0, changed->share);
  return G_SOURCE_REMOVE;
}

void
uploads_tell_changed (ShoalUploads *self, gint64 share)
{
  Changed *changed = g_new (Changed, 1);

  changed->uploads = g_object_ref (self);
  changed->share = share;
  post (self, on_changed_cb, changed, (GDestroyNotify) changed_free);
}

static void
on_fetched (gpointer data, gint64 share)
{
  g_signal_emit (data, signals[SIGNAL_FETCHED], 0, share);
}

/* ---- Life ---- */

static void
shoal_uploads_dispose (GObject *object)
{
  shoal_uploads_stop (SHOAL_UPLOADS (object));
  G_OBJECT_CLASS (shoal_uploads_parent_class)->dispose (object);
}

void
cached_layer_free (CachedLayer *self)
{
  g_bytes_unref (self->layer);
  g_free (self);
}

static void
shoal_uploads_finalize (GObject *object)
{
  ShoalUploads *self = SHOAL_UPLOADS (object);

  g_queue_clear_full (&self->layers, (GDestroyNotify) cached_layer_free);
  g_clear_pointer (&self->snapshot, snapshot_unref);
  g_clear_pointer (&self->log, shoal_uploads_log_free);
  g_clear_pointer (&self->slots, shoal_slots_free);
  g_clear_pointer (&self->limit, shoal_token_bucket_unref);
  g_clear_pointer (&self->addresses, g_hash_table_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->manifests, g_free);
  g_clear_pointer (&self->key, shoal_device_key_unref);
  g_clear_object (&self->database);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (shoal_uploads_parent_class)->finalize (object);
}

static guint
add_signal (const char *name)
{
  return g_signal_new (name, SHOAL_TYPE_UPLOADS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
shoal_uploads_class_init (ShoalUploadsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = shoal_uploads_dispose;
  object_class->finalize = shoal_uploads_finalize;

  /**
   * ShoalUploads::file-changed:
   * @share: its number
   *
   * A file of this share is not the one that was hashed; see shoal_shares_note_changed().
   */
  signals[SIGNAL_FILE_CHANGED] = add_signal ("file-changed");
  /**
   * ShoalUploads::fetched:
   * @share: its number
   *
   * Somebody has fetched it whole from here; see shoal_shares_note_fetched().
   */
  signals[SIGNAL_FETCHED] = add_signal ("fetched");
}

static void
shoal_uploads_init (ShoalUploads *self)
{
  g_mutex_init (&self->mutex);
  g_queue_init (&self->layers);
  self->context = g_main_context_ref_thread_default ();
  self->limit = shoal_token_bucket_new (0);
  self->slots = shoal_slots_new (SHOAL_DEFAULT_UPLOAD_SLOTS);
  self->snapshot = g_new0 (Snapshot, 1);
  g_atomic_ref_count_init (&self->snapshot->refs);
  self->snapshot->holdings = shoal_holdings_new (NULL, 0);
  self->snapshot->partials = partials_new ();
  self->snapshot->accounts = g_hash_table_new (g_str_hash, g_str_equal);
}

ShoalUploads *
shoal_uploads_new (ShoalDeviceKey *key,
                   ShoalDatabase *database,
                   ShoalHistory *history,
                   const char *manifests)
{
  g_return_val_if_fail (key != NULL && manifests != NULL, NULL);
  g_return_val_if_fail (SHOAL_IS_DATABASE (database), NULL);

  ShoalUploads *self = g_object_new (SHOAL_TYPE_UPLOADS, NULL);
  self->key = shoal_device_key_ref (key);
  self->database = g_object_ref (database);
  self->manifests = g_strdup (manifests);
  self->log = shoal_uploads_log_new (history, on_fetched, self);
  return self;
}

static void
tell_server_who (ShoalUploads *self)
{
  if (self->server != NULL)
    shoal_peer_server_set_known (self->server, self->snapshot->accounts, self->addresses);
}

gboolean
shoal_uploads_start (ShoalUploads *self, const char *address, guint16 port, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_UPLOADS (self), FALSE);

  if (self->server != NULL)
    return TRUE;
  self->openers = g_thread_pool_new (uploads_open, self, N_OPENERS, FALSE, NULL);
  self->server = shoal_peer_server_new (self->key, uploads_handle, self);
  shoal_peer_server_set_limit (self->server, self->limit);
  if (shoal_peer_server_start (self->server, address, port, &self->port, error))
    {
      tell_server_who (self);
      return TRUE;
    }
  g_clear_object (&self->server);
  g_thread_pool_free (g_steal_pointer (&self->openers), FALSE, TRUE);
  self->port = 0;
  return FALSE;
}

/* Any thread. */
static void
join_threads (ShoalUploads *self)
{
  shoal_peer_server_stop (self->server);
  /* Nobody asks any more; what still waited or was being opened finds its connection gone. */
  shoal_slots_expire (self->slots, G_MAXINT64);
  g_thread_pool_free (g_steal_pointer (&self->openers), FALSE, TRUE);
}

static void
end_stop (ShoalUploads *self)
{
  g_clear_object (&self->server);
  self->port = 0;
  if (self->tick != 0)
    g_source_destroy (g_main_context_find_source_by_id (self->context, self->tick));
  self->tick = 0;
  self->tick_wanted = FALSE;
  shoal_uploads_log_end_all (self->log);
}

void
shoal_uploads_stop (ShoalUploads *self)
{
  g_return_if_fail (SHOAL_IS_UPLOADS (self));

  if (self->server == NULL)
    return;
  join_threads (self);
  end_stop (self);
}

static void
join_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  join_threads (source);
  g_task_return_boolean (task, TRUE);
}

static void
on_joined_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ShoalUploads *self = SHOAL_UPLOADS (object);
  g_autoptr (GPtrArray) stops = g_steal_pointer (&self->stops);

  end_stop (self);
  for (guint i = 0; i < stops->len; i++)
    g_task_return_boolean (g_ptr_array_index (stops, i), TRUE);
}

void
shoal_uploads_stop_async (ShoalUploads *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_UPLOADS (self));

  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GTask) joining = NULL;

  g_task_set_source_tag (task, shoal_uploads_stop_async);
  if (self->server == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (self->stops != NULL)
    {
      g_ptr_array_add (self->stops, g_steal_pointer (&task));
      return;
    }
  self->stops = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->stops, g_steal_pointer (&task));
  joining = g_task_new (self, NULL, on_joined_cb, NULL);
  shoal_task_run_in_own_thread (joining, "shoal-join", join_in_thread);
}

gboolean
shoal_uploads_stop_finish (ShoalUploads *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

guint16
shoal_uploads_get_port (ShoalUploads *self)
{
  g_return_val_if_fail (SHOAL_IS_UPLOADS (self), 0);

  return self->port;
}

/* ---- What may be served, and to whom ---- */

void
shoal_uploads_set_known (ShoalUploads *self,
                         GHashTable *accounts,
                         GHashTable *users,
                         GHashTable *addresses)
{
  g_return_if_fail (SHOAL_IS_UPLOADS (self));
  g_return_if_fail (accounts != NULL);

  Snapshot *snapshot = snapshot_copy (self->snapshot);
  g_hash_table_unref (snapshot->accounts);
  snapshot->accounts = g_hash_table_ref (accounts);
  g_clear_pointer (&snapshot->users, g_hash_table_unref);
  snapshot->users = users != NULL ? g_hash_table_ref (users) : NULL;
  take_snapshot (self, snapshot);
  g_clear_pointer (&self->addresses, g_hash_table_unref);
  self->addresses = addresses != NULL ? g_hash_table_ref (addresses) : NULL;
  tell_server_who (self);
}

void
shoal_uploads_set_shared (ShoalUploads *self, ShoalHoldings *holdings)
{
  g_return_if_fail (SHOAL_IS_UPLOADS (self));
  g_return_if_fail (holdings != NULL);

  Snapshot *snapshot = snapshot_copy (self->snapshot);
  shoal_holdings_unref (snapshot->holdings);
  snapshot->holdings = shoal_holdings_ref (holdings);
  take_snapshot (self, snapshot);
}

static GHashTable *
copy_partials (ShoalUploads *self)
{
  GHashTable *copy = partials_new ();
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->snapshot->partials);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ServedPartial *served = value;
      g_hash_table_insert (copy, &served->id, served_partial_ref (served));
    }
  return copy;
}

static void
take_partials (ShoalUploads *self, GHashTable *partials)
{
  Snapshot *snapshot = snapshot_copy (self->snapshot);

  g_hash_table_unref (snapshot->partials);
  snapshot->partials = partials;
  take_snapshot (self, snapshot);
}

void
shoal_uploads_add_partial (
    ShoalUploads *self, const ShoalDigest *id, guint64 size, GBytes *layer, ShoalPartial *partial)
{
  g_return_if_fail (SHOAL_IS_UPLOADS (self));
  g_return_if_fail (id != NULL && layer != NULL);
  g_return_if_fail (SHOAL_IS_PARTIAL (partial));

  ServedPartial *there = g_hash_table_lookup (self->snapshot->partials, id);
  if (there != NULL)
    {
      there->n_added++;
      return;
    }
  ServedPartial *served = g_new0 (ServedPartial, 1);
  g_atomic_ref_count_init (&served->refs);
  served->id = *id;
  served->size = size;
  /* What is offered to some only must not be added: who downloads it does not know to whom. */
  served->audience = shoal_audience_new_everyone ();
  served->layer = g_bytes_ref (layer);
  served->partial = g_object_ref (partial);
  served->n_added = 1;
  GHashTable *partials = copy_partials (self);
  g_hash_table_insert (partials, &served->id, served);
  take_partials (self, partials);
}

void
shoal_uploads_remove_partial (ShoalUploads *self, const ShoalDigest *id)
{
  g_return_if_fail (SHOAL_IS_UPLOADS (self));
  g_return_if_fail (id != NULL);

  ServedPartial *there = g_hash_table_lookup (self->snapshot->partials, id);
  if (there == NULL || --there->n_added > 0)
    return;
  GHashTable *partials = copy_partials (self);
  g_hash_table_remove (partials, id);
  take_partials (self, partials);
}

void
shoal_uploads_set_slots (ShoalUploads *self, guint slots)
{
  g_return_if_fail (SHOAL_IS_UPLOADS (self));

  shoal_slots_set_size (self->slots, CLAMP (slots, 1, SHOAL_MAX_UPLOAD_SLOTS));
}

ShoalTokenBucket *
shoal_uploads_get_limit (ShoalUploads *self)
{
  g_return_val_if_fail (SHOAL_IS_UPLOADS (self), NULL);

  return self->limit;
}

GListModel *
shoal_uploads_get_running (ShoalUploads *self)
{
  g_return_val_if_fail (SHOAL_IS_UPLOADS (self), NULL);

  return shoal_uploads_log_get_running (self->log);
}
