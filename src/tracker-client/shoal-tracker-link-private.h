/* shoal-tracker-link-private.h: what the link and its session share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-channel.h"
#include "shoal-tracker-link-json.h"

G_BEGIN_DECLS

/* One channel, from the dial to its end. Kept by the link while it is the current one, by each
 * callback under way and by the channel until it has closed. */
typedef struct
{
  ShoalTrackerLink *link; /* NULL when it is no longer the current one */
  ShoalChannel *channel;  /* NULL while dialling */
  GCancellable *cancellable;
  GTask *task; /* (nullable): of shoal_tracker_link_sign_in_async() */
  char *method;
  JsonObject *params; /* (nullable): %NULL: by the token, or signed in */
  guint tries;
  guint wait_source;   /* the tracker is busy */
  gint64 patience_end; /* monotonic; 0 until it was busy for the first time */
  gboolean sent;
  gboolean signed_in;
} ShoalTrackerSession;

struct _ShoalTrackerLink
{
  GObject parent_instance;

  ShoalDeviceKey *key;
  ShoalTrackerSession *session; /* (nullable) */
  GNetworkMonitor *monitor;     /* (nullable) */

  char **addresses;
  char *group;
  char *group_name;
  char *token;
  char *device_name;
  gint64 clock_offset_ms;
  gboolean loopback;

  ShoalDirectoryState state;
  GError *error;
  gboolean wanted; /* start() was called, or somebody has signed in: come back by oneself */
  guint attempts;
  guint retry_source;
};

/* shoal-tracker-link-session.c */
/* Returns: a session that signs in by @method; @params: (transfer full) (nullable): %NULL: the
 * token */
ShoalTrackerSession *shoal_tracker_session_new (const char *method, JsonObject *params);
ShoalTrackerSession *shoal_tracker_session_ref (ShoalTrackerSession *self);
void shoal_tracker_session_unref (ShoalTrackerSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalTrackerSession, shoal_tracker_session_unref)
/* Dials and signs in; replaces the session that is there. @session: (transfer full) */
void shoal_tracker_session_begin (ShoalTrackerLink *link, ShoalTrackerSession *session);
/* Ends a session with @error, unless it is no longer the current one. */
void shoal_tracker_session_fail (ShoalTrackerSession *self, const GError *error);
/* Drops the link's session, if any; its task fails with @reason. */
void shoal_tracker_session_drop (ShoalTrackerLink *link, const GError *reason);

/* shoal-tracker-link.c: what a session tells */
/* @was_try: a sign-in without the token, which says nothing about the token that is there */
void
shoal_tracker_link_session_failed (ShoalTrackerLink *self, const GError *error, gboolean was_try);
void shoal_tracker_link_session_connecting (ShoalTrackerLink *self);
/* A sign-in that somebody waits for is tried again by itself. */
void shoal_tracker_link_session_waits (ShoalTrackerLink *self, const GError *error);
void shoal_tracker_link_session_answered (ShoalTrackerLink *self, JsonObject *answer);
void shoal_tracker_link_session_online (ShoalTrackerLink *self);
void shoal_tracker_link_session_notified (ShoalTrackerLink *self,
                                          const char *method,
                                          JsonObject *params);

G_END_DECLS
