/* shoal-tracker-session.h: one connection to the tracker and the dispatch of its requests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-actor.h"
#include "shoal-channel.h"
#include "shoal-database.h"
#include "shoal-tracker-parts.h"

G_BEGIN_DECLS

/** ShoalTrackerSession: a ShoalChannel with what the tracker knows about its other side. Main
 * thread; reference counted, so that an answer that comes late finds a session that is closed but
 * still there. */
typedef struct _ShoalTrackerSession ShoalTrackerSession;

/**
 * ShoalMethodAccess:
 * @SHOAL_METHOD_BEFORE_HELLO: is answered on a connection that has not said hello
 * @SHOAL_METHOD_STRANGERS: is answered before sign-in
 * @SHOAL_METHOD_MEMBERS: is answered after sign-in only
 * @SHOAL_METHOD_OWNER: is answered to the owner only
 */
typedef enum
{
  SHOAL_METHOD_BEFORE_HELLO,
  SHOAL_METHOD_STRANGERS,
  SHOAL_METHOD_MEMBERS,
  SHOAL_METHOD_OWNER,
} ShoalMethodAccess;

/**
 * ShoalTrackerMethod: a row of a table of methods, which ends with a row whose name is %NULL
 * @handle: reads @params and either answers @request, now or later (keeping a reference), and
 * returns %TRUE; or sets @error and returns %FALSE, which is then the answer. For what the database
 * has to do see shoal_tracker_session_write() and shoal_tracker_session_read().
 */
typedef struct
{
  const char *name;
  ShoalMethodAccess access;
  gboolean (*handle) (ShoalTrackerSession *session,
                      ShoalRequest *request,
                      JsonObject *params,
                      GError **error);
} ShoalTrackerMethod;

/** shoal_tracker_session_new: starts to serve @channel; for shoal_sessions_add(). @parts: there as
 * long as their owner, which the session holds. @connection: (nullable): the TLS connection
 * to tell the listener about; %NULL in tests. @address: the literal the other side comes from */
ShoalTrackerSession *shoal_tracker_session_new (const ShoalTrackerParts *parts,
                                                ShoalChannel *channel,
                                                GTlsConnection *connection,
                                                const char *fingerprint,
                                                const char *address);
ShoalTrackerSession *shoal_tracker_session_ref (ShoalTrackerSession *self);
void shoal_tracker_session_unref (ShoalTrackerSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalTrackerSession, shoal_tracker_session_unref)

/** shoal_tracker_session_get_parts: Returns: (transfer none): there as long as the session */
const ShoalTrackerParts *shoal_tracker_session_get_parts (ShoalTrackerSession *self);
/** shoal_tracker_session_get_channel: Returns: (transfer none): to send notifications over */
ShoalChannel *shoal_tracker_session_get_channel (ShoalTrackerSession *self);
/** shoal_tracker_session_get_connection: Returns: (transfer none) (nullable): what the listener
 * knows it by */
GTlsConnection *shoal_tracker_session_get_connection (ShoalTrackerSession *self);
/** shoal_tracker_session_get_actor: Returns: (transfer none): who it is; before sign-in an actor
 * with the device and the address only, never %NULL */
ShoalActor *shoal_tracker_session_get_actor (ShoalTrackerSession *self);
/** shoal_tracker_session_get_turn: Returns: whose turn it takes where many wait: its account's, or
 * its address's in the lane of those who come in; valid until it has signed in */
ShoalTurn shoal_tracker_session_get_turn (ShoalTrackerSession *self);
/** shoal_tracker_session_is_signed_in: stays %TRUE when the connection has ended */
gboolean shoal_tracker_session_is_signed_in (ShoalTrackerSession *self);
/** shoal_tracker_session_is_closed: the connection has ended; jobs may still hold the session */
gboolean shoal_tracker_session_is_closed (ShoalTrackerSession *self);

/** shoal_tracker_session_set_hello: the versions agree */
void shoal_tracker_session_set_hello (ShoalTrackerSession *self);
/** shoal_tracker_session_set_busy: marks that a sign-up, sign-in or change of password is under
 * way; only one may be at a time. Returns: %FALSE with %SHOAL_ERROR_BUSY if one is */
gboolean shoal_tracker_session_set_busy (ShoalTrackerSession *self, gboolean busy, GError **error);
/** shoal_tracker_session_set_signed_in: lifts the limits of strangers */
void shoal_tracker_session_set_signed_in (ShoalTrackerSession *self, ShoalActor *actor);
/** shoal_tracker_session_get_cancellable: Returns: (transfer none): cancelled when the connection
 * ends, for work that is of no use then (never for what must be committed) */
GCancellable *shoal_tracker_session_get_cancellable (ShoalTrackerSession *self);
/** shoal_tracker_session_close: sends what is queued, then closes */
void shoal_tracker_session_close (ShoalTrackerSession *self);

/** shoal_tracker_session_close_after_reply: for a ShoalReplyFunc: closes when its answer has been
 * sent */
void shoal_tracker_session_close_after_reply (ShoalTrackerSession *self);
/** shoal_tracker_session_take_roster: counts a request for the whole roster; too many are
 * %SHOAL_ERROR_BUSY */
gboolean shoal_tracker_session_take_roster (ShoalTrackerSession *self, GError **error);
/** shoal_tracker_session_take_report: the same for reports, each of which makes the audit log
 * longer */
gboolean shoal_tracker_session_take_report (ShoalTrackerSession *self, GError **error);

/** ShoalReplyFunc: makes the answer from a job's @data on the main thread, after the commit; called
 * also if the connection has ended meanwhile, so that what is kept in memory follows the database.
 * Returns: (transfer full) (nullable): the result; %NULL for {} */
typedef JsonObject *(*ShoalReplyFunc) (ShoalTrackerSession *session, gpointer data);

/**
 * shoal_tracker_session_write:
 * @request: answered with what @reply makes, or with the job's error; nothing to keep
 * @func: the job, run in the writer's thread
 * @data: (transfer full): the job's own
 * @destroy: (nullable): frees @data
 * @reply: (nullable): makes the answer; %NULL: {}
 *
 * What most methods do: a job, then an answer once it is committed to disk.
 */
void shoal_tracker_session_write (ShoalTrackerSession *self,
                                  ShoalRequest *request,
                                  ShoalDatabaseFunc func,
                                  gpointer data,
                                  GDestroyNotify destroy,
                                  ShoalReplyFunc reply);
/** shoal_tracker_session_read: the same with the reader's thread */
void shoal_tracker_session_read (ShoalTrackerSession *self,
                                 ShoalRequest *request,
                                 ShoalDatabaseFunc func,
                                 gpointer data,
                                 GDestroyNotify destroy,
                                 ShoalReplyFunc reply);

G_END_DECLS
