/* shoal-uploads-answer.c: from a request to its answer
 *
 * Threads: the server's thread parses, looks the content up in one snapshot and decides what can be
 * decided without the disk. What needs it (opening files, a piece layer from the database) goes to
 * a few threads of our own, after it has got a slot if it has a body to be streamed. The body is
 * read in the server's reading threads. An Answer belongs to whoever works on it at the moment; the
 * slot and the log are given back when it is freed.
 *
 * Everything that this device may not know looks like what is not there: the same 404.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-uploads"

#include "config.h"

#include "shoal-uploads-private.h"

#include <string.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"
#include "shoal-layer-store.h"
#include "shoal-uploads-read.h"
#include "shoal-uploads-route.h"

typedef struct
{
  ShoalUploads *uploads; /* outlives every request: the server stops before it goes */
  ShoalPeerRequest *request;
  Snapshot *snapshot;
  ShoalRoute route;
  const char *account;    /* in the snapshot */
  GArray *matches;        /* of ShoalHoldingMatch, in the snapshot */
  ServedPartial *partial; /* (nullable), in the snapshot */
  guint64 size;           /* of the content */

  gboolean has_slot;
  ShoalReader *reader;
  ShoalUploadSession *session;
  gboolean content; /* the bytes are files', not the manifest's */
  gint64 read;
  gint64 sent;
  gboolean complete;
  const char *reason; /* why we cut it */
} Answer;

static void
answer_free (Answer *self)
{
  ShoalUploads *uploads = self->uploads;

  if (self->session != NULL)
    {
      shoal_uploads_log_end (uploads->log, self->session, self->read, self->sent, self->content,
                             self->complete, self->reason);
      uploads_want_tick (uploads);
    }
  g_clear_pointer (&self->reader, shoal_reader_free);
  g_clear_pointer (&self->matches, g_array_unref);
  g_clear_pointer (&self->request, shoal_peer_request_unref);
  if (self->has_slot)
    shoal_slots_release (uploads->slots, self->account);
  g_clear_pointer (&self->snapshot, snapshot_unref);
  g_free (self);
}

static void
respond (Answer *self, guint status, GBytes *body)
{
  shoal_peer_request_respond (self->request, status, body);
  answer_free (self);
}

static void
respond_busy (Answer *self)
{
  shoal_peer_request_respond_busy (self->request, SHOAL_SLOT_RETRY_S);
  answer_free (self);
}

/* ---- Who may have what ---- */

/* The only place where somebody who asks is compared with an audience. All on the roster are
 * members as long as nobody can be a guest. */
static gboolean
may_have (const ShoalAudience *audience, const char *account)
{
  return shoal_audience_has (audience, account, TRUE);
}

static void
find_content (Answer *self)
{
  const ShoalDigest *id = &self->route.id;

  self->matches = shoal_holdings_lookup (self->snapshot->holdings, id);
  for (guint i = self->matches->len; i > 0; i--)
    if (!may_have (g_array_index (self->matches, ShoalHoldingMatch, i - 1).audience, self->account))
      g_array_remove_index (self->matches, i - 1);
  if (self->matches->len > 0)
    {
      const ShoalHoldingMatch *match = &g_array_index (self->matches, ShoalHoldingMatch, 0);
      self->size = match->holding != NULL ? match->holding->stamp.size
                                          : shoal_holding_set_get_manifest_size (match->set);
      return;
    }
  ServedPartial *partial = g_hash_table_lookup (self->snapshot->partials, id);
  if (partial != NULL && may_have (partial->audience, self->account))
    {
      self->partial = partial;
      self->size = partial->size;
    }
}

static gboolean
is_here (Answer *self)
{
  return self->matches->len > 0 || self->partial != NULL;
}

/* ---- Streaming ---- */

static gboolean
on_read (gpointer data, guint64 offset, guint8 *buffer, gsize length, GError **error)
{
  Answer *self = data;
  g_autoptr (GError) local = NULL;

  if (shoal_reader_read (self->reader, offset, buffer, length, &local))
    {
      self->read += (gint64) length;
      shoal_upload_session_add (self->session, (gint64) length);
      return TRUE;
    }
  self->reason = _ ("A file could not be read");
  if (g_error_matches (local, SHOAL_ERROR, SHOAL_ERROR_CHANGED))
    {
      ShoalHoldingSet *set = shoal_reader_get_set (self->reader);
      self->reason = _ ("A file changed while it was sent");
      if (set != NULL)
        uploads_tell_changed (self->uploads, shoal_holding_set_get_share (set));
    }
  g_debug ("An answer is cut: %s", local->message);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
on_read_now (gpointer data, guint64 offset, guint8 *buffer, gsize length)
{
  Answer *self = data;

  if (!shoal_reader_read_cached (self->reader, offset, buffer, length))
    return FALSE;
  self->read += (gint64) length;
  shoal_upload_session_add (self->session, (gint64) length);
  return TRUE;
}

static void
on_done (gpointer data, guint64 sent, gboolean complete)
{
  Answer *self = data;

  self->sent = (gint64) sent;
  self->complete = complete;
}

static void
begin_log (Answer *self, ShoalHoldingSet *set, const ShoalHolding *holding)
{
  const char *user = self->snapshot->users != NULL
                         ? g_hash_table_lookup (self->snapshot->users, self->account)
                         : NULL;
  ShoalUploadSubject subject = {
    .device = shoal_peer_request_get_device (self->request),
    .user = user != NULL ? user : self->account,
    .id = self->route.id,
    .size = self->size,
  };
  g_autofree char *base = NULL;

  self->content = holding != NULL || set == NULL || self->route.kind == SHOAL_ROUTE_ENTRIES;
  if (set == NULL)
    subject.name = "unfinished download";
  else
    {
      subject.share = shoal_holding_set_get_share (set);
      subject.name = shoal_holding_set_get_name (set);
      subject.folder = holding == NULL;
    }
  if (set != NULL && holding == NULL)
    subject.size = shoal_holding_set_get_total_size (set);
  else if (set != NULL && shoal_holding_set_is_folder (set))
    {
      base = g_path_get_basename (shoal_holding_set_get_path (set, holding));
      subject.name = base;
      subject.inside = shoal_holding_set_get_id (set);
      subject.share = 0; /* a file of it is not the share */
    }
  self->session = shoal_uploads_log_begin (self->uploads->log, &subject);
  uploads_want_tick (self->uploads);
}

/* Takes over @self. */
static void
stream (Answer *self)
{
  /* Started once the other side has the answer; then @self may be gone already. */
  shoal_peer_request_respond_stream (self->request, shoal_reader_get_length (self->reader), on_read,
                                     on_read_now, on_done, self, (GDestroyNotify) answer_free);
}

/* ---- Spans of pieces ---- */

static gboolean
check_pieces (Answer *self)
{
  guint32 n_pieces = shoal_piece_count (self->size);
  const ShoalRoute *route = &self->route;

  return route->count >= 1 && route->count <= SHOAL_MAX_SPAN_PIECES && route->first < n_pieces
         && route->count <= n_pieces - route->first;
}

static gboolean
has_pieces (Answer *self)
{
  for (guint32 i = 0; i < self->route.count; i++)
    if (!shoal_partial_has_piece (self->partial->partial, self->route.first + i))
      return FALSE;
  return TRUE;
}

static ShoalReader *
open_match (
    Answer *self, const ShoalHoldingMatch *match, guint64 offset, guint64 length, GError **error)
{
  if (match->holding == NULL)
    return shoal_reader_new_manifest (match->set, self->uploads->manifests, offset, length, error);
  return shoal_reader_new_file (match->set, match->holding, offset, length, error);
}

/* The first place where the content is still what was hashed. */
static void
open_pieces (Answer *self)
{
  guint64 offset = (guint64) self->route.first * SHOAL_PIECE_SIZE;
  guint64 length = MIN ((guint64) self->route.count * SHOAL_PIECE_SIZE, self->size - offset);
  gboolean changed = FALSE;

  if (self->partial != NULL)
    {
      self->reader = shoal_reader_new_partial (self->partial->partial, offset, length);
      begin_log (self, NULL, NULL);
      stream (self);
      return;
    }
  for (guint i = 0; i < self->matches->len; i++)
    {
      const ShoalHoldingMatch *match = &g_array_index (self->matches, ShoalHoldingMatch, i);
      g_autoptr (GError) error = NULL;
      self->reader = open_match (self, match, offset, length, &error);
      if (self->reader != NULL)
        {
          begin_log (self, match->set, match->holding);
          stream (self);
          return;
        }
      g_debug ("%s", error->message);
      if (!g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED))
        continue;
      changed = TRUE;
      uploads_tell_changed (self->uploads, shoal_holding_set_get_share (match->set));
    }
  if (changed)
    respond (self, 409, NULL);
  else
    respond_busy (self);
}

/* ---- Batches of small files ---- */

static gboolean
check_entries (Answer *self, ShoalHoldingSet *set, guint64 *length)
{
  guint n_entries = shoal_holding_set_get_n_entries (set);
  const ShoalRoute *route = &self->route;

  if (route->count < 1 || route->count > SHOAL_MAX_BATCH_FILES || route->first >= n_entries
      || route->count > n_entries - route->first)
    return FALSE;
  *length = shoal_reader_entries_length (set, route->first, route->count);
  return *length <= SHOAL_MAX_BATCH_FILE_BYTES;
}

/* Leaves only the folders whose manifest this is. */
static void
keep_folders (Answer *self)
{
  for (guint i = self->matches->len; i > 0; i--)
    if (g_array_index (self->matches, ShoalHoldingMatch, i - 1).holding != NULL)
      g_array_remove_index (self->matches, i - 1);
  self->partial = NULL;
}

static void
open_entries (Answer *self)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < self->matches->len; i++)
    {
      const ShoalHoldingMatch *match = &g_array_index (self->matches, ShoalHoldingMatch, i);
      g_autoptr (GError) error = NULL;
      self->reader
          = shoal_reader_new_entries (match->set, self->route.first, self->route.count, &error);
      if (self->reader != NULL)
        {
          begin_log (self, match->set, NULL);
          stream (self);
          return;
        }
      g_debug ("%s", error->message);
      if (!g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED))
        continue;
      changed = TRUE;
      uploads_tell_changed (self->uploads, shoal_holding_set_get_share (match->set));
    }
  if (changed)
    respond (self, 409, NULL);
  else
    respond_busy (self);
}

/* ---- Piece layers ---- */

static GBytes *
find_cached_layer (ShoalUploads *uploads, const ShoalDigest *id)
{
  GBytes *layer = NULL;

  g_mutex_lock (&uploads->mutex);
  for (GList *l = uploads->layers.tail; l != NULL && layer == NULL; l = l->prev)
    {
      CachedLayer *cached = l->data;
      if (!shoal_digest_equal (&cached->id, id))
        continue;
      layer = g_bytes_ref (cached->layer);
      g_queue_unlink (&uploads->layers, l);
      g_queue_push_tail_link (&uploads->layers, l);
    }
  g_mutex_unlock (&uploads->mutex);
  return layer;
}

static void
cache_layer (ShoalUploads *uploads, const ShoalDigest *id, GBytes *layer)
{
  gsize size = g_bytes_get_size (layer);

  if (size > SHOAL_LAYER_CACHE_BYTES)
    return;
  CachedLayer *cached = g_new (CachedLayer, 1);
  cached->id = *id;
  cached->layer = g_bytes_ref (layer);
  g_mutex_lock (&uploads->mutex);
  g_queue_push_tail (&uploads->layers, cached);
  uploads->layers_size += size;
  while (uploads->layers_size > SHOAL_LAYER_CACHE_BYTES
         || uploads->layers.length > SHOAL_LAYER_CACHE_ENTRIES)
    {
      CachedLayer *oldest = g_queue_pop_head (&uploads->layers);
      uploads->layers_size -= g_bytes_get_size (oldest->layer);
      cached_layer_free (oldest);
    }
  g_mutex_unlock (&uploads->mutex);
}

typedef struct
{
  const ShoalDigest *id;
  GBytes *layer;
} LayerQuery;

static gboolean
query_layer (ShoalConnection *connection, gpointer data, GError **error)
{
  LayerQuery *query = data;
  GError *local = NULL;

  query->layer = shoal_layer_store_get (connection, query->id, &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

static void
open_layer (Answer *self)
{
  const ShoalDigest *id = &self->route.id;
  gsize wanted = (gsize) shoal_piece_count (self->size) * SHOAL_DIGEST_SIZE;
  g_autoptr (GBytes) layer = find_cached_layer (self->uploads, id);
  g_autoptr (GError) error = NULL;

  if (layer == NULL)
    {
      LayerQuery query = { .id = id };
      if (!shoal_database_read (self->uploads->database, query_layer, &query, &error))
        {
          g_warning ("Cannot read a piece layer: %s", error->message);
          respond_busy (self);
          return;
        }
      layer = query.layer;
      if (layer != NULL && g_bytes_get_size (layer) == wanted)
        cache_layer (self->uploads, id, layer);
    }
  if (layer == NULL || g_bytes_get_size (layer) != wanted)
    respond (self, 404, NULL); /* removed since the snapshot */
  else
    respond (self, 200, layer);
}

/* ---- The way of a request ---- */

void
uploads_open (gpointer data, gpointer user_data)
{
  Answer *self = data;

  switch (self->route.kind)
    {
    case SHOAL_ROUTE_LAYER:
      open_layer (self);
      break;
    case SHOAL_ROUTE_PIECES:
      open_pieces (self);
      break;
    case SHOAL_ROUTE_ENTRIES:
      open_entries (self);
      break;
    case SHOAL_ROUTE_HAVE:
    default:
      g_assert_not_reached ();
    }
}

static void
on_slot (gpointer data, gboolean granted)
{
  Answer *self = data;

  self->has_slot = granted;
  if (granted)
    g_thread_pool_push (self->uploads->openers, self, NULL);
  else
    respond_busy (self);
}

static void
ask_for_slot (Answer *self)
{
  ShoalUploads *uploads = self->uploads;
  gint64 deadline_us = g_get_monotonic_time () + G_GINT64_CONSTANT (1000) * SHOAL_SLOT_WAIT_MS;

  if (shoal_slots_ask (uploads->slots, self->account, deadline_us, on_slot, self))
    uploads_want_tick (uploads);
}

static void
answer_layer (Answer *self)
{
  if (!is_here (self))
    respond (self, 404, NULL);
  else if (shoal_piece_count (self->size) <= 1)
    {
      g_autoptr (GBytes) root = g_bytes_new (self->route.id.bytes, SHOAL_DIGEST_SIZE);
      respond (self, 200, root);
    }
  else if (self->partial != NULL)
    respond (self, 200, self->partial->layer);
  else
    g_thread_pool_push (self->uploads->openers, self, NULL);
}

static void
answer_pieces (Answer *self)
{
  if (!is_here (self))
    respond (self, 404, NULL);
  else if (!check_pieces (self))
    respond (self, 416, NULL);
  else if (self->partial != NULL && !has_pieces (self))
    respond (self, 404, NULL);
  else
    ask_for_slot (self);
}

static void
answer_entries (Answer *self)
{
  guint64 length = 0;

  keep_folders (self);
  if (!is_here (self))
    respond (self, 404, NULL);
  else if (!check_entries (self, g_array_index (self->matches, ShoalHoldingMatch, 0).set, &length))
    respond (self, 416, NULL);
  else if (length == 0)
    {
      g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
      respond (self, 200, nothing);
    }
  else
    ask_for_slot (self);
}

static GBytes *
make_full_bitmap (guint32 n_pieces)
{
  gsize size = ((gsize) n_pieces + 7) / 8;
  guint8 *bitmap = g_malloc (size);

  memset (bitmap, 0xff, size);
  if (n_pieces % 8 != 0)
    bitmap[size - 1] = (guint8) (0xff << (8 - n_pieces % 8));
  return g_bytes_new_take (bitmap, size);
}

static void
answer_have (Answer *self)
{
  if (!is_here (self))
    {
      respond (self, 404, NULL);
      return;
    }
  g_autoptr (GBytes) bitmap = self->partial != NULL
                                  ? shoal_partial_dup_have (self->partial->partial)
                                  : make_full_bitmap (shoal_piece_count (self->size));
  respond (self, 200, bitmap);
}

void
uploads_handle (ShoalPeerServer *server, ShoalPeerRequest *request, gpointer user_data)
{
  ShoalUploads *uploads = user_data;
  ShoalRoute route;

  if (!shoal_route_parse (&route, shoal_peer_request_get_path (request)))
    {
      shoal_peer_request_respond (request, 400, NULL);
      return;
    }
  Answer *self = g_new0 (Answer, 1);
  self->uploads = uploads;
  self->request = shoal_peer_request_ref (request);
  self->route = route;
  self->snapshot = uploads_dup_snapshot (uploads);
  self->account
      = g_hash_table_lookup (self->snapshot->accounts, shoal_peer_request_get_device (request));
  if (self->account != NULL)
    shoal_peer_request_set_party (request, self->account);
  find_content (self);
  switch (route.kind)
    {
    case SHOAL_ROUTE_LAYER:
      answer_layer (self);
      break;
    case SHOAL_ROUTE_PIECES:
      answer_pieces (self);
      break;
    case SHOAL_ROUTE_ENTRIES:
      answer_entries (self);
      break;
    case SHOAL_ROUTE_HAVE:
    default:
      answer_have (self);
      break;
    }
}
