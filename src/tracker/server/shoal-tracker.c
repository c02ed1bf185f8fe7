/* shoal-tracker.c: the tracker: its parts, its connections, its end
 *
 * Threads: everything here runs on the main loop. SQL runs in the database's threads, Argon2 in the
 * password pool's, handshakes in the listener's; what they return arrives here.
 *
 * What is kept in memory (roster, lockouts, who is connected) is loaded at start and follows what
 * was committed; nothing that a subcommand writes (invites) is kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker"

#include "config.h"

#include "shoal-tracker-private.h"

#include <unistd.h>

#include "shoal-accounts.h"
#include "shoal-catalogue-keeper.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-failed-tries.h"
#include "shoal-invites.h"
#include "shoal-limits.h"
#include "shoal-listener.h"
#include "shoal-lockout.h"
#include "shoal-methods-account.h"
#include "shoal-methods-audit.h"
#include "shoal-methods-offer.h"
#include "shoal-methods-invite.h"
#include "shoal-methods-presence.h"
#include "shoal-methods-search.h"
#include "shoal-password.h"
#include "shoal-presence.h"
#include "shoal-sessions.h"
#include "shoal-tls.h"
#include "shoal-token-clock.h"
#include "shoal-tracker-addresses.h"
#include "shoal-tracker-folder.h"
#include "shoal-tracker-schema.h"

/* How long stop waits for channels to send their last words. */
#define STOP_MS (3 * 1000)

struct _ShoalTracker
{
  GObject parent_instance;

  ShoalTrackerParts parts;
  int lock_fd;
  ShoalListener *listener;
  GHashTable *known_devices; /* (nullable): what the listener has, immutable */
  char *owner_code;          /* of the first start */
};

G_DEFINE_FINAL_TYPE (ShoalTracker, shoal_tracker, G_TYPE_OBJECT)

static void
shoal_tracker_finalize (GObject *object)
{
  ShoalTracker *self = SHOAL_TRACKER (object);

  g_clear_object (&self->listener);
  g_clear_pointer (&self->known_devices, g_hash_table_unref);
  g_clear_pointer (&self->parts.sessions, shoal_sessions_free);
  g_clear_pointer (&self->parts.catalogue, shoal_catalogue_keeper_free);
  g_clear_pointer (&self->parts.token_clock, shoal_token_clock_free);
  g_clear_pointer (&self->parts.passwords, shoal_password_pool_free);
  g_clear_pointer (&self->parts.failed_tries, shoal_failed_tries_free);
  g_clear_object (&self->parts.database);
  g_clear_pointer (&self->parts.lockout, shoal_lockout_free);
  g_clear_pointer (&self->parts.presence, shoal_presence_free);
  g_clear_pointer (&self->parts.key, shoal_device_key_unref);
  g_clear_pointer (&self->parts.addresses, g_strfreev);
  g_clear_pointer (&self->owner_code, g_free);
  g_clear_pointer (&self->parts.config, shoal_tracker_config_free);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  G_OBJECT_CLASS (shoal_tracker_parent_class)->finalize (object);
}

static void
shoal_tracker_class_init (ShoalTrackerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_tracker_finalize;
}

static void
shoal_tracker_init (ShoalTracker *self)
{
  self->lock_fd = -1;
  self->parts.owner = G_OBJECT (self);
}

ShoalTracker *
shoal_tracker_new (const ShoalTrackerConfig *config)
{
  ShoalTracker *self = g_object_new (SHOAL_TYPE_TRACKER, NULL);

  self->parts.config = shoal_tracker_config_copy (config);
  return self;
}

/* Where members come from has its own handshake slots and places; their devices are no strangers.
 */
static void
update_known (ShoalTracker *self)
{
  g_autoptr (GHashTable) addresses = shoal_presence_dup_addresses (self->parts.presence);

  g_clear_pointer (&self->known_devices, g_hash_table_unref);
  self->known_devices = shoal_presence_dup_devices (self->parts.presence);
  if (self->listener != NULL)
    shoal_listener_set_known (self->listener, self->known_devices, addresses);
}

static void
on_presence_send (GBytes *line, gpointer user_data)
{
  ShoalTracker *self = user_data;

  shoal_sessions_broadcast (self->parts.sessions, line);
  update_known (self);
}

/* ---- Who comes and goes -------------------------------------------------------------------- */

static void
on_session_came (ShoalTrackerSession *session, gpointer user_data)
{
  ShoalTracker *self = user_data;
  ShoalActor *actor = shoal_tracker_session_get_actor (session);
  gint64 now_ms = shoal_now_ms ();

  if (self->listener != NULL)
    shoal_listener_connection_settled (self->listener,
                                       shoal_tracker_session_get_connection (session));
  shoal_presence_set_online (self->parts.presence, actor->device, TRUE, actor->address, now_ms);
  /* A new one may come back before the roster is sent. */
  if (self->known_devices == NULL || !g_hash_table_contains (self->known_devices, actor->device))
    update_known (self);
  shoal_accounts_note_online (self->parts.database, actor, TRUE, now_ms);
}

static void
on_session_went (ShoalTrackerSession *session, gboolean replaced, gpointer user_data)
{
  ShoalTracker *self = user_data;
  ShoalActor *actor = shoal_tracker_session_get_actor (session);
  gint64 now_ms = shoal_now_ms ();

  shoal_catalogue_keeper_session_closed (self->parts.catalogue, session);
  if (replaced)
    return;
  shoal_presence_set_online (self->parts.presence, actor->device, FALSE, NULL, now_ms);
  shoal_accounts_note_online (self->parts.database, actor, FALSE, now_ms);
}

static void
on_session_closed (ShoalTrackerSession *session, gpointer user_data)
{
  ShoalTracker *self = user_data;
  GTlsConnection *connection = shoal_tracker_session_get_connection (session);

  if (self->listener != NULL && connection != NULL)
    shoal_listener_connection_closed (self->listener, connection);
}

static void
on_session_busy (ShoalTrackerSession *session, gboolean busy, gpointer user_data)
{
  ShoalTracker *self = user_data;
  GTlsConnection *connection = shoal_tracker_session_get_connection (session);

  if (self->listener != NULL && connection != NULL)
    shoal_listener_connection_busy (self->listener, connection, busy);
}

static const ShoalSessionsEvents sessions_events = {
  .busy = on_session_busy,
  .came = on_session_came,
  .went = on_session_went,
  .closed = on_session_closed,
};

/* What it has offered is gone. */
static void
on_device_removed (const ShoalTrackerParts *parts)
{
  shoal_catalogue_keeper_clean (parts->catalogue);
}

static const ShoalDeviceRemoved device_removed = {
  .in_job = shoal_catalogue_forget_device,
  .committed = on_device_removed,
};

static void
make_sessions (ShoalTracker *self)
{
  ShoalSessions *sessions = shoal_sessions_new (&self->parts, &sessions_events, self);

  shoal_sessions_add_methods (sessions, shoal_account_methods);
  shoal_sessions_add_methods (sessions, shoal_invite_methods);
  shoal_sessions_add_methods (sessions, shoal_presence_methods);
  shoal_sessions_add_methods (sessions, shoal_audit_methods);
  shoal_sessions_add_methods (sessions, shoal_offer_methods);
  shoal_sessions_add_methods (sessions, shoal_search_methods);
  self->parts.sessions = sessions;
}

/* ---- From start to end --------------------------------------------------------------------- */

/* The first start of all leaves a link for the owner. */
static gboolean
make_first_owner_code (ShoalTracker *self, GError **error)
{
  ShoalOwnerInvite invite = { .only_first = TRUE, .now_ms = shoal_now_ms () };

  if (!shoal_database_write (self->parts.database, shoal_invites_make_owner, &invite, error))
    return FALSE;
  self->owner_code = g_steal_pointer (&invite.code);
  return TRUE;
}

gboolean
shoal_tracker_open (ShoalTracker *self, GError **error)
{
  g_return_val_if_fail (self->parts.database == NULL, FALSE);

  self->lock_fd = shoal_tracker_folder_lock (self->parts.config->data, error);
  if (self->lock_fd < 0 || !shoal_tracker_folder_check_database (self->parts.config->data, error))
    return FALSE;

  g_autofree char *database
      = g_build_filename (self->parts.config->data, SHOAL_TRACKER_DATABASE, NULL);
  gboolean first_start = !g_file_test (database, G_FILE_TEST_EXISTS);

  self->parts.key = shoal_tracker_folder_load_key (self->parts.config->data, first_start, error);
  if (self->parts.key == NULL)
    return FALSE;
  self->parts.passwords = shoal_password_pool_new (error);
  if (self->parts.passwords == NULL)
    return FALSE;
  self->parts.database = shoal_tracker_open_database (self->parts.config->data, error);
  if (self->parts.database == NULL)
    return FALSE;
  self->parts.device_removed = &device_removed;
  make_sessions (self);
  self->parts.presence = shoal_presence_new (on_presence_send, self);
  self->parts.lockout
      = shoal_lockout_new (self->parts.config->max_failures, self->parts.config->block_seconds);
  self->parts.failed_tries = shoal_failed_tries_new (self->parts.database);
  self->parts.token_clock = shoal_token_clock_new (shoal_now_ms ());
  if (!shoal_database_read (self->parts.database, shoal_token_clock_load, self->parts.token_clock,
                            error)
      || !shoal_accounts_clean_up (self->parts.database, shoal_now_ms (),
                                   shoal_token_clock_now_ms (self->parts.token_clock), error)
      || !shoal_database_read (self->parts.database, shoal_presence_load, self->parts.presence,
                               error)
      || !shoal_database_read (self->parts.database, shoal_lockout_load, self->parts.lockout,
                               error))
    return FALSE;
  self->parts.catalogue = shoal_catalogue_keeper_new (&self->parts);
  return make_first_owner_code (self, error);
}

static void
on_listener_connection_cb (ShoalListener *listener,
                           GTlsConnection *connection,
                           const char *fingerprint,
                           GInetSocketAddress *remote,
                           gpointer user_data)
{
  ShoalTracker *self = user_data;
  g_autofree char *address = g_inet_address_to_string (g_inet_socket_address_get_address (remote));

  shoal_sessions_add (self->parts.sessions, G_IO_STREAM (connection), fingerprint, address);
}

/* An error as a channel sends it. */
static const char no_room[]
    = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":"
      "\"Too many people are signing in right now. Try again in a few seconds.\","
      "\"data\":{\"reason\":\"busy\",\"retry_ms\":2000}}}\n";

gboolean
shoal_tracker_listen (ShoalTracker *self, GError **error)
{
  static const char *const alpn[] = { SHOAL_ALPN_TRACKER, NULL };
  ShoalListenerConfig config = {
    .alpn = alpn,
    .max_connections = self->parts.config->max_connections,
    /* A whole school may sit behind one address: only those who have not signed in are counted
       there. */
    .max_per_address = self->parts.config->max_connections,
    .max_strangers = SHOAL_MAX_STRANGERS,
    .max_strangers_per_address = self->parts.config->max_connections_per_address,
    .last_words = no_room,
    .handshake_timeout_ms = SHOAL_HANDSHAKE_TIMEOUT_MS,
  };

  g_return_val_if_fail (self->parts.database != NULL && self->listener == NULL, FALSE);

  self->listener = shoal_listener_new (self->parts.key, &config, on_listener_connection_cb, self);
  update_known (self);
  self->parts.addresses = shoal_tracker_bind (self->listener, self->parts.config, error);
  if (self->parts.addresses == NULL)
    return FALSE;
  return shoal_tracker_save_addresses (self->parts.database,
                                       (const char *const *) self->parts.addresses, error);
}

static gboolean
on_stop_timeout_cb (gpointer user_data)
{
  gboolean *late = user_data;

  *late = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
run_pending (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

void
shoal_tracker_stop (ShoalTracker *self)
{
  g_autoptr (ShoalTracker) alive = g_object_ref (self);
  gboolean late = FALSE;

  if (self->listener != NULL)
    shoal_listener_stop (self->listener);
  if (self->parts.sessions != NULL)
    shoal_sessions_close_all (self->parts.sessions);

  guint timeout_id = g_timeout_add (STOP_MS, on_stop_timeout_cb, &late);

  while (self->parts.sessions != NULL && shoal_sessions_count (self->parts.sessions) > 0 && !late)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout_id);
  /* Each step may leave a job for the next: passwords that were compared, what is written after
   * them, answers. */
  if (self->parts.passwords != NULL)
    shoal_password_pool_stop (self->parts.passwords);
  run_pending ();
  if (self->parts.failed_tries != NULL)
    shoal_failed_tries_flush (self->parts.failed_tries);
  if (self->parts.database != NULL)
    shoal_database_close (self->parts.database);
  run_pending ();
}

char *
shoal_tracker_dup_link (ShoalTracker *self)
{
  return shoal_tracker_parts_dup_link (&self->parts, NULL);
}

char *
shoal_tracker_dup_owner_link (ShoalTracker *self)
{
  if (self->owner_code == NULL)
    return NULL;
  return shoal_tracker_parts_dup_link (&self->parts, self->owner_code);
}

const char *
shoal_tracker_get_owner_code (ShoalTracker *self)
{
  return self->owner_code;
}

const ShoalTrackerParts *
shoal_tracker_get_parts (ShoalTracker *self)
{
  return &self->parts;
}
