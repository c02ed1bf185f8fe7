/* fake-tracker.c: a tracker in the test's own process that answers as the test says, over real TLS
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fake-tracker.h"

#include "shoal-audit-chain.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-listener.h"
#include "shoal-tls.h"

struct _FakeTracker
{
  ShoalListener *listener;
  char *fingerprint;
  char *address;
  const char *addresses[2];
  guint16 port;
  FakeTrackerFunc func;
  gpointer user_data;
  GPtrArray *links; /* of Link */
  ShoalChannel *channel;
  GHashTable *counts;
  GHashTable *last;
  char *head;
  gint64 count;
  char *roster;
  ShoalRequest *unanswered;
};

/* A channel, until it has closed. */
typedef struct
{
  FakeTracker *tracker; /* NULL: it has gone first */
  ShoalChannel *channel;
  GTlsConnection *connection;
} Link;

gboolean
fake_tracker_tick (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

JsonObject *
parse_json (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = shoal_json_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return object;
}

static JsonObject *
answer (FakeTracker *self, const char *method)
{
  if (g_str_equal (method, "hello"))
    return shoal_json_new ("protocol", "i", (gint64) 1, "software", "s", "fake", "group", "s",
                           self->fingerprint, "name", "s", "Lab", "time_ms", "i", shoal_now_ms (),
                           "sign_up", "s", "open", "idle_ms", "i", (gint64) 30000, NULL);
  if (g_str_equal (method, "sign-in") || g_str_equal (method, "sign-up"))
    return shoal_json_new (
        "account", "s", ADA, "user", "s", "ada", "owner", "b", FALSE, "token", "s", "token-1",
        "audit", "o", shoal_json_new ("count", "i", self->count, "head", "s", self->head, NULL),
        "max_batch", "i", (gint64) 1000, NULL);
  if (g_str_equal (method, "roster"))
    return parse_json (self->roster);
  return json_object_new ();
}

/* Cuts the connection of a request before it is answered. */
static gboolean
on_lose_cb (gpointer user_data)
{
  FakeTracker *self = user_data;

  fake_tracker_cut (self);
  g_clear_pointer (&self->unanswered, shoal_request_unref);
  return G_SOURCE_REMOVE;
}

static void
on_request_cb (ShoalChannel *channel, ShoalRequest *request, gpointer user_data)
{
  Link *link = user_data;
  FakeTracker *self = link->tracker;
  const char *method = shoal_request_get_method (request);
  JsonObject *params = shoal_request_get_params (request);
  g_autoptr (GError) error = NULL;
  gsize length;

  if (self == NULL)
    return;
  g_hash_table_insert (self->counts, g_strdup (method),
                       GUINT_TO_POINTER (fake_tracker_count (self, method) + 1));
  g_hash_table_insert (self->last, g_strdup (method), shoal_json_to_line (params, &length));
  JsonObject *reply
      = self->func != NULL ? self->func (self, method, params, self->user_data, &error) : NULL;
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED))
    {
      self->unanswered = shoal_request_ref (request);
      g_idle_add (on_lose_cb, self);
      return;
    }
  if (error != NULL)
    {
      shoal_request_fail (request, error);
      return;
    }
  shoal_request_reply (request, reply != NULL ? reply : answer (self, method));
  if (!g_str_equal (method, "sign-in") && !g_str_equal (method, "sign-up"))
    return;
  g_set_object (&self->channel, channel);
  shoal_channel_set_max_line (channel, SHOAL_MAX_LINE);
  shoal_channel_notify (channel, "roster", parse_json (self->roster));
}

static void
on_closed_cb (ShoalChannel *channel, const GError *reason, gpointer user_data)
{
  Link *link = user_data;

  if (link->tracker != NULL)
    {
      shoal_listener_connection_closed (link->tracker->listener, link->connection);
      g_ptr_array_remove_fast (link->tracker->links, link);
      if (link->tracker->channel == channel)
        g_clear_object (&link->tracker->channel);
    }
  g_object_unref (link->channel);
  g_object_unref (link->connection);
  g_free (link);
}

static void
on_connection_cb (ShoalListener *listener,
                  GTlsConnection *connection,
                  const char *fingerprint,
                  GInetSocketAddress *remote,
                  gpointer user_data)
{
  static const ShoalChannelHandlers handlers = { .request = on_request_cb, .closed = on_closed_cb };
  Link *link = g_new0 (Link, 1);

  link->tracker = user_data;
  link->connection = g_object_ref (connection);
  link->channel = shoal_channel_new (G_IO_STREAM (connection), SHOAL_MAX_LINE);
  g_ptr_array_add (link->tracker->links, link);
  shoal_channel_start (link->channel, &handlers, link);
}

FakeTracker *
fake_tracker_new (ShoalDeviceKey *key, guint16 port, FakeTrackerFunc func, gpointer user_data)
{
  static const char *const alpn[] = { SHOAL_ALPN_TRACKER, NULL };
  const ShoalListenerConfig config = {
    .alpn = alpn,
    .max_connections = 16,
    .max_per_address = 16,
    .max_strangers = 16,
    .max_strangers_per_address = 16,
    .handshake_timeout_ms = SHOAL_HANDSHAKE_TIMEOUT_MS,
  };
  FakeTracker *self = g_new0 (FakeTracker, 1);
  g_autoptr (GError) error = NULL;

  self->func = func;
  self->user_data = user_data;
  self->fingerprint = g_strdup (shoal_device_key_get_fingerprint (key));
  self->links = g_ptr_array_new ();
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->last = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->head = g_strdup (SHOAL_AUDIT_NO_HASH);
  self->roster = g_strdup ("{\"seq\":1,\"members\":[]}");
  self->listener = shoal_listener_new (key, &config, on_connection_cb, self);
  g_assert_true (shoal_listener_listen (self->listener, "127.0.0.1", port, &self->port, &error));
  g_assert_no_error (error);
  self->address = g_strdup_printf ("127.0.0.1:%u", self->port);
  self->addresses[0] = self->address;
  return self;
}

void
fake_tracker_free (FakeTracker *self)
{
  fake_tracker_cut (self);
  g_clear_object (&self->channel);
  for (guint i = 0; i < self->links->len; i++)
    ((Link *) g_ptr_array_index (self->links, i))->tracker = NULL;
  shoal_listener_stop (self->listener);
  g_clear_object (&self->listener);
  g_ptr_array_unref (self->links);
  g_hash_table_unref (self->counts);
  g_hash_table_unref (self->last);
  g_free (self->fingerprint);
  g_free (self->address);
  g_free (self->head);
  g_free (self->roster);
  g_free (self);
}

void
fake_tracker_cut (FakeTracker *self)
{
  g_autoptr (GPtrArray) links = g_ptr_array_copy (self->links, NULL, NULL);

  for (guint i = 0; i < links->len; i++)
    shoal_channel_close (((Link *) g_ptr_array_index (links, i))->channel);
  WAIT_UNTIL (self->links->len == 0);
}

guint16
fake_tracker_get_port (FakeTracker *self)
{
  return self->port;
}

const char *const *
fake_tracker_get_addresses (FakeTracker *self)
{
  return self->addresses;
}

ShoalChannel *
fake_tracker_get_channel (FakeTracker *self)
{
  return self->channel;
}

guint
fake_tracker_count (FakeTracker *self, const char *method)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, method));
}

const char *
fake_tracker_last (FakeTracker *self, const char *method)
{
  return g_hash_table_lookup (self->last, method);
}

void
fake_tracker_notify (FakeTracker *self, const char *method, const char *params)
{
  shoal_channel_notify (self->channel, method, parse_json (params));
}

void
fake_tracker_set_audit (FakeTracker *self, gint64 count, const char *head)
{
  g_free (self->head);
  self->head = g_strdup (head);
  self->count = count;
}

void
fake_tracker_set_roster (FakeTracker *self, const char *roster)
{
  g_free (self->roster);
  self->roster = g_strdup (roster);
}
