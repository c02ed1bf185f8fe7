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
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-invites.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-link.h"
#include "shoal-listener.h"
#include "shoal-methods.h"
#include "shoal-tls.h"
#include "shoal-tracker-addresses.h"
#include "shoal-tracker-folder.h"
#include "shoal-tracker-schema.h"

/* How long stop waits for channels to send their last words. */
#define STOP_MS (3 * 1000)
#define CATALOGUE_INTERVAL_MS (1000)

struct _ShoalTracker
{
  GObject parent_instance;

  ShoalTrackerConfig *config;
  int lock_fd;
  ShoalDeviceKey *key;
  ShoalDatabase *database;
  ShoalPresence *presence;
  ShoalLockout *lockout;
  ShoalPasswordPool *passwords;
  ShoalCatalogue *catalogue;
  ShoalListener *listener;
  char **addresses;      /* for links */
  char *owner_code;      /* of the first start */
  GHashTable *sessions;  /* set of ShoalTrackerSession, owned */
  GHashTable *by_device; /* fingerprint (owned by the session) → signed-in session, not owned */
  gint64 catalogue_seq;
  guint catalogue_timeout_id;
  gboolean catalogue_dirty;
};

G_DEFINE_FINAL_TYPE (ShoalTracker, shoal_tracker, G_TYPE_OBJECT)

static void
shoal_tracker_finalize (GObject *object)
{
  ShoalTracker *self = SHOAL_TRACKER (object);

  g_clear_handle_id (&self->catalogue_timeout_id, g_source_remove);
  g_clear_object (&self->listener);
  g_clear_pointer (&self->by_device, g_hash_table_unref);
  g_clear_pointer (&self->sessions, g_hash_table_unref);
  g_clear_pointer (&self->catalogue, shoal_catalogue_free);
  g_clear_pointer (&self->passwords, shoal_password_pool_free);
  g_clear_object (&self->database);
  g_clear_pointer (&self->lockout, shoal_lockout_free);
  g_clear_pointer (&self->presence, shoal_presence_free);
  g_clear_pointer (&self->key, shoal_device_key_unref);
  g_clear_pointer (&self->addresses, g_strfreev);
  g_clear_pointer (&self->owner_code, g_free);
  g_clear_pointer (&self->config, shoal_tracker_config_free);
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
  self->sessions
      = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) shoal_tracker_session_unref, NULL);
  self->by_device = g_hash_table_new (g_str_hash, g_str_equal);
}

ShoalTracker *
shoal_tracker_new (const ShoalTrackerConfig *config)
{
  ShoalTracker *self = g_object_new (SHOAL_TYPE_TRACKER, NULL);

  self->config = shoal_tracker_config_copy (config);
  return self;
}

/* Where members come from has its own handshake slots. */
static void
update_known_addresses (ShoalTracker *self)
{
  g_autoptr (GHashTable) addresses = shoal_presence_dup_addresses (self->presence);

  if (self->listener != NULL)
    shoal_listener_set_known (self->listener, NULL, addresses);
}

static void
on_presence_send (GBytes *line, gpointer user_data)
{
  shoal_tracker_broadcast (user_data, line);
  update_known_addresses (user_data);
}

/* The first start of all leaves a link for the owner. */
static gboolean
make_first_owner_code (ShoalTracker *self, GError **error)
{
  ShoalOwnerInvite invite = { .only_first = TRUE, .now_ms = shoal_now_ms () };

  if (!shoal_database_write (self->database, shoal_invites_make_owner, &invite, error))
    return FALSE;
  self->owner_code = g_steal_pointer (&invite.code);
  return TRUE;
}

gboolean
shoal_tracker_open (ShoalTracker *self, GError **error)
{
  g_return_val_if_fail (self->database == NULL, FALSE);

  self->lock_fd = shoal_tracker_folder_lock (self->config->data, error);
  if (self->lock_fd < 0)
    return FALSE;

  g_autofree char *database = g_build_filename (self->config->data, SHOAL_TRACKER_DATABASE, NULL);
  gboolean first_start = !g_file_test (database, G_FILE_TEST_EXISTS);

  self->key = shoal_tracker_folder_load_key (self->config->data, first_start, error);
  if (self->key == NULL)
    return FALSE;
  self->passwords = shoal_password_pool_new (error);
  if (self->passwords == NULL)
    return FALSE;
  self->database = shoal_tracker_open_database (self->config->data, error);
  if (self->database == NULL)
    return FALSE;
  self->presence = shoal_presence_new (on_presence_send, self);
  self->lockout = shoal_lockout_new (self->config->max_failures, self->config->block_seconds);
  if (!shoal_accounts_clean_up (self->database, shoal_now_ms (), error)
      || !shoal_database_read (self->database, shoal_presence_load, self->presence, error)
      || !shoal_database_read (self->database, shoal_lockout_load, self->lockout, error))
    return FALSE;
  self->catalogue = shoal_catalogue_new (self);
  return make_first_owner_code (self, error);
}

static void
on_listener_connection_cb (ShoalListener *listener,
                           GTlsConnection *connection,
                           const char *fingerprint,
                           GInetSocketAddress *remote,
                           gpointer user_data)
{
  g_autofree char *address = g_inet_address_to_string (g_inet_socket_address_get_address (remote));

  shoal_tracker_add_connection (user_data, G_IO_STREAM (connection), fingerprint, address);
}

gboolean
shoal_tracker_listen (ShoalTracker *self, GError **error)
{
  static const char *const alpn[] = { SHOAL_ALPN_TRACKER, NULL };
  ShoalListenerConfig config = {
    .alpn = alpn,
    .max_connections = self->config->max_connections,
    /* A whole school may sit behind one address: only those who have not signed in are counted
       there. */
    .max_per_address = self->config->max_connections,
    .max_strangers = SHOAL_MAX_STRANGERS,
    .max_strangers_per_address = self->config->max_connections_per_address,
    .handshake_timeout_ms = SHOAL_HANDSHAKE_TIMEOUT_MS,
  };

  g_return_val_if_fail (self->database != NULL && self->listener == NULL, FALSE);

  self->listener = shoal_listener_new (self->key, &config, on_listener_connection_cb, self);
  update_known_addresses (self);
  self->addresses = shoal_tracker_bind (self->listener, self->config, error);
  if (self->addresses == NULL)
    return FALSE;
  return shoal_tracker_save_addresses (self->database, (const char *const *) self->addresses,
                                       error);
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
  g_autoptr (GList) sessions = g_hash_table_get_keys (self->sessions);
  gboolean late = FALSE;

  if (self->listener != NULL)
    shoal_listener_stop (self->listener);
  g_list_foreach (sessions, (GFunc) shoal_tracker_session_ref, NULL);
  for (GList *l = sessions; l != NULL; l = l->next)
    shoal_tracker_session_close (l->data);
  g_list_foreach (sessions, (GFunc) shoal_tracker_session_unref, NULL);

  guint timeout_id = g_timeout_add (STOP_MS, on_stop_timeout_cb, &late);

  while (g_hash_table_size (self->sessions) > 0 && !late)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout_id);
  /* Each step may leave a job for the next: passwords that were compared, what is written after
   * them, answers. */
  if (self->passwords != NULL)
    shoal_password_pool_stop (self->passwords);
  run_pending ();
  if (self->database != NULL)
    shoal_database_close (self->database);
  run_pending ();
}

char *
shoal_tracker_dup_invite_link (ShoalTracker *self, const char *code)
{
  if (self->addresses == NULL)
    return NULL;

  g_autoptr (ShoalLink) link = shoal_link_new ((const char *const *) self->addresses,
                                               shoal_tracker_get_fingerprint (self), code);

  return shoal_link_to_string (link);
}

char *
shoal_tracker_dup_link (ShoalTracker *self)
{
  return shoal_tracker_dup_invite_link (self, NULL);
}

char *
shoal_tracker_dup_owner_link (ShoalTracker *self)
{
  if (self->owner_code == NULL)
    return NULL;
  return shoal_tracker_dup_invite_link (self, self->owner_code);
}

const ShoalTrackerConfig *
shoal_tracker_get_config (ShoalTracker *self)
{
  return self->config;
}

ShoalDatabase *
shoal_tracker_get_database (ShoalTracker *self)
{
  return self->database;
}

ShoalPresence *
shoal_tracker_get_presence (ShoalTracker *self)
{
  return self->presence;
}

ShoalCatalogue *
shoal_tracker_get_catalogue (ShoalTracker *self)
{
  return self->catalogue;
}

ShoalLockout *
shoal_tracker_get_lockout (ShoalTracker *self)
{
  return self->lockout;
}

ShoalPasswordPool *
shoal_tracker_get_passwords (ShoalTracker *self)
{
  return self->passwords;
}

const char *
shoal_tracker_get_fingerprint (ShoalTracker *self)
{
  return shoal_device_key_get_fingerprint (self->key);
}

const char *
shoal_tracker_get_owner_code (ShoalTracker *self)
{
  return self->owner_code;
}

ShoalTrackerSession *
shoal_tracker_add_connection (ShoalTracker *self,
                              GIOStream *stream,
                              const char *fingerprint,
                              const char *address)
{
  g_autoptr (ShoalChannel) channel = shoal_channel_new (stream, SHOAL_MAX_LINE_BEFORE_SIGN_IN);
  GTlsConnection *connection = G_IS_TLS_CONNECTION (stream) ? G_TLS_CONNECTION (stream) : NULL;
  ShoalTrackerSession *session
      = shoal_tracker_session_new (self, channel, connection, fingerprint, address);

  g_hash_table_add (self->sessions, session);
  return session;
}

ShoalTrackerSession *
shoal_tracker_find_session (ShoalTracker *self, const char *device)
{
  return g_hash_table_lookup (self->by_device, device);
}

void
shoal_tracker_register (ShoalTracker *self, ShoalTrackerSession *session)
{
  ShoalActor *actor = shoal_tracker_session_get_actor (session);
  ShoalTrackerSession *older = shoal_tracker_find_session (self, actor->device);
  gint64 now_ms = shoal_now_ms ();

  if (older != NULL)
    {
      /* Its end, when it comes, does not take the device offline: it is not the one in the table
       * any more. */
      g_hash_table_remove (self->by_device, actor->device);
      shoal_catalogue_session_closed (self->catalogue, older);
      shoal_channel_notify (shoal_tracker_session_get_channel (older), SHOAL_NOTIFICATION_REPLACED,
                            NULL);
      shoal_tracker_session_close (older);
    }
  g_hash_table_insert (self->by_device, actor->device, session);
  if (self->listener != NULL)
    shoal_listener_connection_settled (self->listener,
                                       shoal_tracker_session_get_connection (session));
  shoal_presence_set_online (self->presence, actor->device, TRUE, actor->address, now_ms);
  shoal_accounts_note_online (self->database, actor, TRUE, now_ms);
}

void
shoal_tracker_session_closed (ShoalTracker *self, ShoalTrackerSession *session)
{
  g_autoptr (ShoalTracker) alive = g_object_ref (self);
  ShoalActor *actor = shoal_tracker_session_get_actor (session);
  GTlsConnection *connection = shoal_tracker_session_get_connection (session);

  if (self->listener != NULL && connection != NULL)
    shoal_listener_connection_closed (self->listener, connection);
  if (shoal_tracker_find_session (self, actor->device) == session)
    {
      gint64 now_ms = shoal_now_ms ();

      g_hash_table_remove (self->by_device, actor->device);
      shoal_catalogue_session_closed (self->catalogue, session);
      shoal_presence_set_online (self->presence, actor->device, FALSE, NULL, now_ms);
      shoal_accounts_note_online (self->database, actor, FALSE, now_ms);
    }
  g_hash_table_remove (self->sessions, session);
}

void
shoal_tracker_close_account (ShoalTracker *self, gint64 account_row, ShoalTrackerSession *except)
{
  g_autoptr (GList) sessions = g_hash_table_get_values (self->by_device);

  for (GList *l = sessions; l != NULL; l = l->next)
    if (l->data != except && shoal_tracker_session_get_actor (l->data)->account_row == account_row)
      shoal_tracker_session_close (l->data);
}

void
shoal_tracker_broadcast (ShoalTracker *self, GBytes *line)
{
  g_autoptr (GList) sessions = g_hash_table_get_values (self->by_device);

  /* A channel whose other side does not read closes itself here; its session then leaves the table.
   */
  g_list_foreach (sessions, (GFunc) shoal_tracker_session_ref, NULL);
  for (GList *l = sessions; l != NULL; l = l->next)
    {
      ShoalTrackerSession *session = l->data;

      if (!shoal_tracker_session_is_closed (session))
        shoal_channel_notify_line (shoal_tracker_session_get_channel (session), line);
      shoal_tracker_session_unref (session);
    }
}

static void
send_catalogue_seq (ShoalTracker *self)
{
  g_autoptr (GBytes) line = shoal_channel_make_notification (
      SHOAL_NOTIFICATION_CATALOGUE, shoal_json_new ("seq", "i", self->catalogue_seq, NULL));

  self->catalogue_dirty = FALSE;
  shoal_tracker_broadcast (self, line);
}

static gboolean
on_catalogue_timeout_cb (gpointer user_data)
{
  ShoalTracker *self = user_data;

  if (self->catalogue_dirty)
    {
      send_catalogue_seq (self);
      return G_SOURCE_CONTINUE;
    }
  self->catalogue_timeout_id = 0;
  return G_SOURCE_REMOVE;
}

void
shoal_tracker_catalogue_changed (ShoalTracker *self)
{
  self->catalogue_seq++;
  self->catalogue_dirty = TRUE;
  if (self->catalogue_timeout_id != 0)
    return;
  self->catalogue_timeout_id = g_timeout_add (CATALOGUE_INTERVAL_MS, on_catalogue_timeout_cb, self);
  send_catalogue_seq (self);
}
