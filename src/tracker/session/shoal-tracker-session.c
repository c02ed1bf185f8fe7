/* shoal-tracker-session.c: one connection to the tracker and the dispatch of its requests
 *
 * Order on a connection: hello, then sign-up or sign-in, then everything else. Requests may
 * overlap: each is answered when its job is done; jobs of one kind run in the order of their
 * requests.
 *
 * Ownership: the sessions (shoal-sessions.c) hold one reference until the connection has ended,
 * each job under way another one. The session holds the tracker.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-session"

#include "config.h"

#include "shoal-tracker-session.h"

#include "shoal-address-key.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-sessions.h"

/* How much of something is left: a burst that fills up again at a rate. */
typedef struct
{
  double left;
  gint64 counted_us; /* 0: never used, the whole burst is there */
} Allowance;

struct _ShoalTrackerSession
{
  const ShoalTrackerParts *parts; /* we hold their owner */
  ShoalChannel *channel;
  GTlsConnection *connection;
  GCancellable *cancellable;
  ShoalActor *actor;
  char *address_key;
  guint sign_in_timeout_id;
  guint hello : 1;
  guint signed_in : 1;
  guint busy : 1;
  guint closed : 1;
  guint close_after_reply : 1;
  Allowance rosters;
  Allowance reports;
};

static gboolean
check_access (ShoalTrackerSession *self, const ShoalTrackerMethod *method, GError **error)
{
  if (!self->hello && method->access != SHOAL_METHOD_BEFORE_HELLO)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_VERSION,
                           "The first request on a connection is “hello”.");
      return FALSE;
    }
  if (!self->signed_in && method->access >= SHOAL_METHOD_MEMBERS)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_AUTH, "Sign in first.");
      return FALSE;
    }
  if (method->access == SHOAL_METHOD_OWNER && !self->actor->owner)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_DENIED,
                           "Only the owner of the group may do that.");
      return FALSE;
    }
  return TRUE;
}

static void
on_channel_request_cb (ShoalChannel *channel, ShoalRequest *request, gpointer user_data)
{
  g_autoptr (ShoalTrackerSession) self = shoal_tracker_session_ref (user_data);
  g_autoptr (GError) error = NULL;
  const ShoalTrackerMethod *method
      = shoal_sessions_find_method (self->parts->sessions, shoal_request_get_method (request));

  if (self->closed)
    return;
  if (method == NULL && self->hello)
    {
      shoal_request_fail_unknown_method (request);
      return;
    }
  if (method == NULL)
    g_set_error_literal (&error, SHOAL_ERROR, SHOAL_ERROR_VERSION,
                         "The first request on a connection is “hello”.");
  else if (check_access (self, method, &error)
           && method->handle (self, request, shoal_request_get_params (request), &error))
    return;
  if (error == NULL)
    g_set_error_literal (&error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL, "The request failed.");
  shoal_request_fail (request, error);
}

static void
on_channel_closed_cb (ShoalChannel *channel, const GError *reason, gpointer user_data)
{
  ShoalTrackerSession *self = user_data;

  if (self->closed)
    return;
  self->closed = TRUE;
  if (!shoal_error_is_disconnect (reason))
    g_info ("Connection of %.8s from %s ended: %s", self->actor->device, self->actor->address,
            reason->message);
  g_clear_handle_id (&self->sign_in_timeout_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  shoal_sessions_closed (self->parts->sessions, self);
}

static gboolean
on_sign_in_timeout_cb (gpointer user_data)
{
  ShoalTrackerSession *self = user_data;

  self->sign_in_timeout_id = 0;
  g_debug ("Connection from %s did not sign in", self->actor->address);
  shoal_channel_close (self->channel);
  return G_SOURCE_REMOVE;
}

static const ShoalChannelHandlers channel_handlers = {
  .request = on_channel_request_cb,
  .closed = on_channel_closed_cb,
};

ShoalTrackerSession *
shoal_tracker_session_new (const ShoalTrackerParts *parts,
                           ShoalChannel *channel,
                           GTlsConnection *connection,
                           const char *fingerprint,
                           const char *address)
{
  ShoalTrackerSession *self = g_rc_box_new0 (ShoalTrackerSession);
  const ShoalTrackerConfig *config = parts->config;

  g_object_ref (parts->owner);
  self->parts = parts;
  self->channel = g_object_ref (channel);
  g_set_object (&self->connection, connection);
  self->cancellable = g_cancellable_new ();
  self->actor = shoal_actor_new (0, 0, NULL, NULL, fingerprint, address, FALSE);
  self->address_key = shoal_address_key (address);
  self->sign_in_timeout_id
      = g_timeout_add (config->sign_in_seconds * 1000, on_sign_in_timeout_cb, self);
  shoal_channel_set_rate (channel, SHOAL_STRANGER_REQUESTS_PER_SECOND,
                          SHOAL_STRANGER_REQUESTS_BURST);
  shoal_channel_set_idle_timeout (channel, config->idle_seconds * 1000);
  shoal_channel_start (channel, &channel_handlers, self);
  return self;
}

ShoalTrackerSession *
shoal_tracker_session_ref (ShoalTrackerSession *self)
{
  return g_rc_box_acquire (self);
}

static void
shoal_tracker_session_clear (ShoalTrackerSession *self)
{
  g_clear_handle_id (&self->sign_in_timeout_id, g_source_remove);
  g_clear_object (&self->channel);
  g_clear_object (&self->connection);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->actor, shoal_actor_unref);
  g_clear_pointer (&self->address_key, g_free);
  /* Last: the parts may end with it. */
  g_object_unref (self->parts->owner);
}

void
shoal_tracker_session_unref (ShoalTrackerSession *self)
{
  g_rc_box_release_full (self, (GDestroyNotify) shoal_tracker_session_clear);
}

const ShoalTrackerParts *
shoal_tracker_session_get_parts (ShoalTrackerSession *self)
{
  return self->parts;
}

ShoalChannel *
shoal_tracker_session_get_channel (ShoalTrackerSession *self)
{
  return self->channel;
}

GTlsConnection *
shoal_tracker_session_get_connection (ShoalTrackerSession *self)
{
  return self->connection;
}

ShoalActor *
shoal_tracker_session_get_actor (ShoalTrackerSession *self)
{
  return self->actor;
}

ShoalTurn
shoal_tracker_session_get_turn (ShoalTrackerSession *self)
{
  return self->signed_in ? (ShoalTurn){ self->actor->account, FALSE }
                         : (ShoalTurn){ self->address_key, TRUE };
}

gboolean
shoal_tracker_session_is_signed_in (ShoalTrackerSession *self)
{
  return self->signed_in;
}

gboolean
shoal_tracker_session_is_closed (ShoalTrackerSession *self)
{
  return self->closed;
}

void
shoal_tracker_session_set_hello (ShoalTrackerSession *self)
{
  self->hello = TRUE;
}

gboolean
shoal_tracker_session_set_busy (ShoalTrackerSession *self, gboolean busy, GError **error)
{
  if (busy && self->busy)
    {
      g_propagate_error (
          error, shoal_error_new_retry (SHOAL_ERROR_BUSY, 1000,
                                        "Another sign-in on this connection is under way."));
      return FALSE;
    }
  if (self->busy != busy && !self->closed)
    shoal_sessions_busy (self->parts->sessions, self, busy);
  self->busy = busy;
  return TRUE;
}

void
shoal_tracker_session_set_signed_in (ShoalTrackerSession *self, ShoalActor *actor)
{
  g_return_if_fail (actor->account_row > 0 && actor->device_row > 0);

  shoal_actor_ref (actor);
  shoal_actor_unref (self->actor);
  self->actor = actor;
  self->signed_in = TRUE;
  g_clear_handle_id (&self->sign_in_timeout_id, g_source_remove);
  shoal_channel_set_max_line (self->channel, SHOAL_MAX_LINE);
  shoal_channel_set_rate (self->channel, SHOAL_REQUESTS_PER_SECOND, SHOAL_REQUESTS_BURST);
}

GCancellable *
shoal_tracker_session_get_cancellable (ShoalTrackerSession *self)
{
  return self->cancellable;
}

void
shoal_tracker_session_close (ShoalTrackerSession *self)
{
  shoal_channel_close (self->channel);
}

void
shoal_tracker_session_close_after_reply (ShoalTrackerSession *self)
{
  self->close_after_reply = TRUE;
}

static gboolean
take (Allowance *allowance, double per_second, double burst, GError **error)
{
  gint64 now_us = g_get_monotonic_time ();
  double elapsed = (double) (now_us - allowance->counted_us) / G_USEC_PER_SEC;

  allowance->left
      = allowance->counted_us == 0 ? burst : MIN (burst, allowance->left + elapsed * per_second);
  allowance->counted_us = now_us;
  if (allowance->left >= 1)
    {
      allowance->left -= 1;
      return TRUE;
    }

  gint64 retry_ms = (gint64) ((1 - allowance->left) * 1000 / per_second) + 1;

  g_propagate_error (error, shoal_error_new_retry (SHOAL_ERROR_BUSY, retry_ms,
                                                   "Too many of these requests. Wait a moment."));
  return FALSE;
}

gboolean
shoal_tracker_session_take_roster (ShoalTrackerSession *self, GError **error)
{
  return take (&self->rosters, SHOAL_ROSTERS_PER_SECOND, SHOAL_ROSTERS_BURST, error);
}

gboolean
shoal_tracker_session_take_report (ShoalTrackerSession *self, GError **error)
{
  return take (&self->reports, SHOAL_REPORTS_PER_SECOND, SHOAL_REPORTS_BURST, error);
}

/* A job of a request, from its parameters to its answer. */
typedef struct
{
  ShoalTrackerSession *session;
  ShoalRequest *request;
  ShoalReplyFunc reply;
} Job;

static void
job_free (Job *job)
{
  shoal_tracker_session_unref (job->session);
  shoal_request_unref (job->request);
  g_free (job);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static void
on_job_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Job) job = user_data;
  g_autoptr (GError) error = NULL;
  gpointer data = shoal_database_finish (SHOAL_DATABASE (source), result, &error);

  if (error != NULL)
    {
      if (!g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL))
        g_debug ("“%s” refused: %s", shoal_request_get_method (job->request), error->message);
      else
        g_warning ("“%s” failed: %s", shoal_request_get_method (job->request), error->message);
      shoal_request_fail (job->request, error);
      return;
    }
  shoal_request_reply (job->request, job->reply != NULL ? job->reply (job->session, data) : NULL);
  if (job->session->close_after_reply)
    shoal_channel_close (job->session->channel);
}

static Job *
job_new (ShoalTrackerSession *session, ShoalRequest *request, ShoalReplyFunc reply)
{
  Job *job = g_new0 (Job, 1);

  job->session = shoal_tracker_session_ref (session);
  job->request = shoal_request_ref (request);
  job->reply = reply;
  return job;
}

void
shoal_tracker_session_write (ShoalTrackerSession *self,
                             ShoalRequest *request,
                             ShoalDatabaseFunc func,
                             gpointer data,
                             GDestroyNotify destroy,
                             ShoalReplyFunc reply)
{
  const ShoalTurn turn = shoal_tracker_session_get_turn (self);

  /* No cancellable: what a client asked for happens, whether he still hears of it or not. */
  shoal_database_write_for_async (self->parts->database, &turn, func, data, destroy, NULL,
                                  on_job_done_cb, job_new (self, request, reply));
}

void
shoal_tracker_session_read (ShoalTrackerSession *self,
                            ShoalRequest *request,
                            ShoalDatabaseFunc func,
                            gpointer data,
                            GDestroyNotify destroy,
                            ShoalReplyFunc reply)
{
  const ShoalTurn turn = shoal_tracker_session_get_turn (self);

  shoal_database_read_for_async (self->parts->database, &turn, func, data, destroy,
                                 self->cancellable, on_job_done_cb, job_new (self, request, reply));
}
