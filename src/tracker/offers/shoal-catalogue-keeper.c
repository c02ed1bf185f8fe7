/* shoal-catalogue-keeper.c: what a tracker does for the catalogue beside answering
 *
 * In memory is only what lasts as long as a connection: who is downloading what. Main thread.
 *
 * Ownership: a job under way keeps our memory, but not the tracker.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-keeper"

#include "config.h"

#include "shoal-catalogue-keeper.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-presence.h"
#include "shoal-sessions.h"

#define TELL_INTERVAL_MS (1000)

struct _ShoalCatalogueKeeper
{
  const ShoalTrackerParts *parts; /* not owned: we are one of them; NULL after their end */
  GHashTable *pulling;            /* fingerprint → Pulling */
  guint clean_id;
  guint tidy_id;
  gboolean cleaning;
  gint64 seq; /* as everybody is told it */
  guint tell_id;
  gboolean to_tell;
};

/* One content that a device is downloading. */
typedef struct
{
  gint64 size;
  gboolean manifest;
} Content;

/* What a device is downloading. */
typedef struct
{
  ShoalTrackerSession *session; /* not owned: tells us of its end */
  ShoalActor *actor;
  GHashTable *contents; /* ShoalDigest → Content, both owned */
} Pulling;

static void
pulling_free (gpointer data)
{
  Pulling *self = data;

  shoal_actor_unref (self->actor);
  g_hash_table_unref (self->contents);
  g_free (self);
}

ShoalCatalogueKeeper *
shoal_catalogue_keeper_new (const ShoalTrackerParts *parts)
{
  ShoalCatalogueKeeper *self = g_rc_box_new0 (ShoalCatalogueKeeper);

  self->parts = parts;
  self->pulling = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, pulling_free);

  g_autoptr (GError) error = NULL;

  if (!shoal_database_set_cache (parts->database, SHOAL_CATALOGUE_WRITER_CACHE,
                                 SHOAL_CATALOGUE_READER_CACHE, &error))
    g_warning ("Cannot set the database's caches: %s", error->message);
  /* What was left when the tracker was stopped. */
  shoal_catalogue_keeper_clean (self);
  return self;
}

void
shoal_catalogue_keeper_free (ShoalCatalogueKeeper *self)
{
  self->parts = NULL;
  g_clear_handle_id (&self->clean_id, g_source_remove);
  g_clear_handle_id (&self->tidy_id, g_source_remove);
  g_clear_handle_id (&self->tell_id, g_source_remove);
  g_clear_pointer (&self->pulling, g_hash_table_unref);
  g_rc_box_release (self);
}

static gboolean
on_tidy_timeout_cb (gpointer user_data)
{
  ShoalCatalogueKeeper *self = user_data;

  self->tidy_id = 0;
  shoal_catalogue_keeper_clean (self);
  return G_SOURCE_REMOVE;
}

/* When it has become quiet. */
static void
tidy_later (ShoalCatalogueKeeper *self)
{
  g_clear_handle_id (&self->tidy_id, g_source_remove);
  self->tidy_id = g_timeout_add (SHOAL_TIDY_DELAY_MS, on_tidy_timeout_cb, self);
}

/* ---- Changes ------------------------------------------------------------------------------- */

static void
send_seq (ShoalCatalogueKeeper *self)
{
  g_autoptr (GBytes) line = shoal_channel_make_notification (
      SHOAL_NOTIFICATION_CATALOGUE, shoal_json_new ("seq", "i", self->seq, NULL));

  self->to_tell = FALSE;
  shoal_sessions_broadcast (self->parts->sessions, line);
}

static gboolean
on_tell_timeout_cb (gpointer user_data)
{
  ShoalCatalogueKeeper *self = user_data;

  if (self->to_tell)
    {
      send_seq (self);
      return G_SOURCE_CONTINUE;
    }
  self->tell_id = 0;
  return G_SOURCE_REMOVE;
}

void
shoal_catalogue_keeper_tell (ShoalCatalogueKeeper *self)
{
  self->seq++;
  self->to_tell = TRUE;
  if (self->tell_id != 0)
    return;
  self->tell_id = g_timeout_add (TELL_INTERVAL_MS, on_tell_timeout_cb, self);
  send_seq (self);
}

void
shoal_catalogue_keeper_changed (ShoalCatalogueKeeper *self,
                                gint64 account_row,
                                const ShoalMemberCounts *counts)
{
  shoal_presence_set_counts (self->parts->presence, account_row, counts->files, counts->bytes);
  shoal_catalogue_keeper_tell (self);
  tidy_later (self);
}

/* ---- Downloads under way ------------------------------------------------------------------- */

gboolean
shoal_catalogue_keeper_set_pulling (ShoalCatalogueKeeper *self,
                                    ShoalTrackerSession *session,
                                    const ShoalDigest *digest,
                                    gint64 size,
                                    gboolean manifest,
                                    gboolean active,
                                    GError **error)
{
  ShoalActor *actor = shoal_tracker_session_get_actor (session);
  Pulling *pulling = g_hash_table_lookup (self->pulling, actor->device);

  if (!active)
    {
      if (pulling != NULL)
        g_hash_table_remove (pulling->contents, digest);
      return TRUE;
    }
  if (pulling == NULL)
    {
      pulling = g_new0 (Pulling, 1);
      pulling->session = session;
      pulling->actor = shoal_actor_ref (actor);
      pulling->contents
          = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free, g_free);
      g_hash_table_insert (self->pulling, pulling->actor->device, pulling);
    }
  if (g_hash_table_size (pulling->contents) >= SHOAL_MAX_PULLING
      && !g_hash_table_contains (pulling->contents, digest))
    {
      g_propagate_error (
          error, shoal_error_new_limit ("pulling", SHOAL_MAX_PULLING,
                                        "This device says of too many contents at once that it is "
                                        "downloading them."));
      return FALSE;
    }

  const Content content = { size, manifest };

  g_hash_table_insert (pulling->contents, shoal_digest_dup (digest),
                       g_memdup2 (&content, sizeof content));
  return TRUE;
}

static void
puller_free (gpointer data)
{
  ShoalPuller *self = data;

  g_free (self->device);
  g_free (self->account);
  g_free (self->user);
  g_free (self);
}

GPtrArray *
shoal_catalogue_keeper_get_pullers (ShoalCatalogueKeeper *self, const ShoalDigest *digest)
{
  GPtrArray *pullers = g_ptr_array_new_with_free_func (puller_free);
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->pulling);
  while (pullers->len < SHOAL_MAX_SOURCE_ROWS && g_hash_table_iter_next (&iter, NULL, &value))
    {
      Pulling *pulling = value;
      const Content *content = g_hash_table_lookup (pulling->contents, digest);

      if (content == NULL)
        continue;

      ShoalPuller *puller = g_new0 (ShoalPuller, 1);

      puller->device_row = pulling->actor->device_row;
      puller->device = g_strdup (pulling->actor->device);
      puller->account = g_strdup (pulling->actor->account);
      puller->user = g_strdup (pulling->actor->user);
      puller->size = content->size;
      puller->manifest = content->manifest;
      g_ptr_array_add (pullers, puller);
    }
  return pullers;
}

void
shoal_catalogue_keeper_session_closed (ShoalCatalogueKeeper *self, ShoalTrackerSession *session)
{
  const char *device = shoal_tracker_session_get_actor (session)->device;
  Pulling *pulling = g_hash_table_lookup (self->pulling, device);

  if (pulling != NULL && pulling->session == session)
    g_hash_table_remove (self->pulling, device);
}

/* ---- Cleaning up --------------------------------------------------------------------------- */

static void
tell_stale_counts (ShoalCatalogueKeeper *self, GArray *stale)
{
  for (guint i = 0; i < stale->len; i++)
    {
      const ShoalStaleCounts *one = &g_array_index (stale, ShoalStaleCounts, i);

      shoal_presence_set_counts (self->parts->presence, one->account_row, one->counts.files,
                                 one->counts.bytes);
    }
  if (stale->len > 0)
    shoal_catalogue_keeper_tell (self);
}

static void
on_cleaned_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ShoalCatalogueKeeper *self = user_data;
  g_autoptr (GError) error = NULL;
  ShoalCleaning *cleaning = shoal_database_finish (SHOAL_DATABASE (source), result, &error);

  self->cleaning = FALSE;
  /* Cancelled: the tracker is being stopped; the next start goes on. */
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED))
    g_debug ("Stopped before everything was deleted that nobody offers");
  else if (cleaning == NULL)
    g_warning ("Cannot delete what nobody offers any more: %s", error->message);
  else if (self->parts != NULL)
    {
      tell_stale_counts (self, cleaning->stale);
      if (cleaning->more)
        shoal_catalogue_keeper_clean (self);
    }
  g_rc_box_release (self);
}

static gboolean
on_clean_idle_cb (gpointer user_data)
{
  ShoalCatalogueKeeper *self = user_data;

  self->clean_id = 0;
  self->cleaning = TRUE;
  shoal_database_write_async (self->parts->database, shoal_catalogue_run_cleaning,
                              shoal_cleaning_new (), (GDestroyNotify) shoal_cleaning_free, NULL,
                              on_cleaned_cb, g_rc_box_acquire (self));
  return G_SOURCE_REMOVE;
}

void
shoal_catalogue_keeper_clean (ShoalCatalogueKeeper *self)
{
  if (self->clean_id == 0 && !self->cleaning)
    self->clean_id = g_idle_add_full (G_PRIORITY_LOW, on_clean_idle_cb, self, NULL);
}
