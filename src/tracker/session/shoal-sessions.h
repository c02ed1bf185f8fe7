/* shoal-sessions.h: all connections of a tracker, and which of them is whose
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker-parts.h"
#include "shoal-tracker-session.h"

G_BEGIN_DECLS

/** ShoalSessions: every connection that is open, and by its device each one that has signed in.
 * They know nothing of what members do: what a part of the tracker does when somebody comes or goes
 * is tied to them by ShoalSessionsEvents. Main thread. */
typedef struct _ShoalSessions ShoalSessions;

/**
 * ShoalSessionsEvents: what the others are told, where not %NULL
 * @came: a device has signed in and is found from now on
 * @went: it is found no more: its connection has ended or, @replaced, the device has signed in on
 *   another one, for which @came follows at once
 * @closed: a connection has ended, signed in or not; after @went
 * @busy: a sign-in is under way on a connection, or not any more
 */
typedef struct
{
  void (*came) (ShoalTrackerSession *session, gpointer user_data);
  void (*went) (ShoalTrackerSession *session, gboolean replaced, gpointer user_data);
  void (*closed) (ShoalTrackerSession *session, gpointer user_data);
  void (*busy) (ShoalTrackerSession *session, gboolean busy, gpointer user_data);
} ShoalSessionsEvents;

/** shoal_sessions_new: @parts: what sessions are given; outlives it. @events: outlive it */
ShoalSessions *shoal_sessions_new (const ShoalTrackerParts *parts,
                                   const ShoalSessionsEvents *events,
                                   gpointer user_data);
void shoal_sessions_free (ShoalSessions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalSessions, shoal_sessions_free)

/** shoal_sessions_add_methods: requests for the methods of a table are answered from now on.
 * @methods: up to a row without a name; static */
void shoal_sessions_add_methods (ShoalSessions *self, const ShoalTrackerMethod *methods);
/** shoal_sessions_find_method: Returns: (transfer none) (nullable): who answers a method */
const ShoalTrackerMethod *shoal_sessions_find_method (ShoalSessions *self, const char *name);

/** shoal_sessions_add: serves a stream whose other side has shown the key @fingerprint, until one
 * of both ends it. @address: the literal it comes from. Returns: (transfer none) */
ShoalTrackerSession *shoal_sessions_add (ShoalSessions *self,
                                         GIOStream *stream,
                                         const char *fingerprint,
                                         const char *address);
/** shoal_sessions_register: @session has signed in: it takes the place of an older one of its
 * device, which is told so and closed */
void shoal_sessions_register (ShoalSessions *self, ShoalTrackerSession *session);
/** shoal_sessions_closed: called once by each session when its connection has ended */
void shoal_sessions_closed (ShoalSessions *self, ShoalTrackerSession *session);

/** shoal_sessions_busy: called by each session when a sign-in begins and ends */
void shoal_sessions_busy (ShoalSessions *self, ShoalTrackerSession *session, gboolean busy);

/** shoal_sessions_find: Returns: (transfer none) (nullable): the signed-in session of a device */
ShoalTrackerSession *shoal_sessions_find (ShoalSessions *self, const char *device);
/** shoal_sessions_count: Returns: how many connections there are, signed in or not */
guint shoal_sessions_count (ShoalSessions *self);

/** shoal_sessions_close_account: closes the sessions of an account but @except (nullable) */
void
shoal_sessions_close_account (ShoalSessions *self, gint64 account_row, ShoalTrackerSession *except);
/** shoal_sessions_close_all: says good-bye to everybody; shoal_sessions_count() tells when they are
 * gone */
void shoal_sessions_close_all (ShoalSessions *self);

/** shoal_sessions_send: sends one shared line to each signed-in session of an account. Returns: to
 * how many */
guint shoal_sessions_send (ShoalSessions *self, gint64 account_row, GBytes *line);
/** shoal_sessions_broadcast: sends one shared line to every signed-in session */
void shoal_sessions_broadcast (ShoalSessions *self, GBytes *line);

G_END_DECLS
