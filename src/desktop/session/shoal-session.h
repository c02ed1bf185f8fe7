/* shoal-session.h: the groups of this user, the one that is open, and its engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-engine.h"
#include "shoal-group-item.h"

G_BEGIN_DECLS

/**
 * ShoalSessionState:
 * @SHOAL_SESSION_EMPTY: there is no group
 * @SHOAL_SESSION_OPENING: one is being opened
 * @SHOAL_SESSION_OPEN: one is open
 * @SHOAL_SESSION_FAILED: one could not be opened; see shoal_session_get_message()
 * @SHOAL_SESSION_CLOSED: shoal_session_close_async() is done or on its way
 */
typedef enum
{
  SHOAL_SESSION_EMPTY,
  SHOAL_SESSION_OPENING,
  SHOAL_SESSION_OPEN,
  SHOAL_SESSION_FAILED,
  SHOAL_SESSION_CLOSED,
} ShoalSessionState;

/** ShoalSession: main thread. Each group is a profile folder under $XDG_DATA_HOME/shoal; one of
 * them is open at a time, but trackers that this computer runs all run. Properties (read-only):
 * "engine" (nullable: the engine of the open group, started), "state" (int), "current" (nullable:
 * the #ShoalGroupItem that is open or should be). Signal "problem" (const char *message): something
 * for the user to know that stops nothing. */
#define SHOAL_TYPE_SESSION (shoal_session_get_type ())
G_DECLARE_FINAL_TYPE (ShoalSession, shoal_session, SHOAL, SESSION, GObject)

ShoalSession *shoal_session_new (void);
/** shoal_session_start: looks for groups, starts their trackers and opens one. @last: (nullable):
 * the name of the folder of the one that was open last */
void shoal_session_start (ShoalSession *self, const char *last);
/** shoal_session_open: closes the group that is open, if any, and opens @group, also to try once
 * more */
void shoal_session_open (ShoalSession *self, ShoalGroupItem *group);
/** shoal_session_close_async: stops the engine and the trackers; before the end */
void
shoal_session_close_async (ShoalSession *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean shoal_session_close_finish (ShoalSession *self, GAsyncResult *result, GError **error);

/** shoal_session_get_engine: Returns: (transfer none) (nullable) */
ShoalEngine *shoal_session_get_engine (ShoalSession *self);
ShoalSessionState shoal_session_get_state (ShoalSession *self);
/** shoal_session_get_message: Returns: (nullable): why a group could not be opened */
const char *shoal_session_get_message (ShoalSession *self);
/** shoal_session_get_groups: Returns: (transfer none): of #ShoalGroupItem */
GListModel *shoal_session_get_groups (ShoalSession *self);
/** shoal_session_get_current: Returns: (transfer none) (nullable) */
ShoalGroupItem *shoal_session_get_current (ShoalSession *self);
/** shoal_session_find: the group with the tracker's key @key. Returns: (transfer none) (nullable)
 */
ShoalGroupItem *shoal_session_find (ShoalSession *self, const char *key);
/** shoal_session_check_link: whether the group of @link may be joined. Returns: %FALSE with
 * %SHOAL_ERROR_UNTRUSTED if one of its addresses belongs to a known group with another key; @known:
 * (out) (transfer none) (nullable): the group if it is known */
gboolean shoal_session_check_link (ShoalSession *self,
                                   const ShoalLink *link,
                                   ShoalGroupItem **known,
                                   GError **error);

/** shoal_session_prepare_async: makes a new profile and starts its engine, beside the one that is
 * open, for joining a group with it */
void shoal_session_prepare_async (ShoalSession *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** shoal_session_prepare_finish: Returns: (transfer full): to be handed to shoal_session_adopt() or
 * shoal_session_discard() */
ShoalEngine *
shoal_session_prepare_finish (ShoalSession *self, GAsyncResult *result, GError **error);
/** shoal_session_adopt: @engine: signed in now: its group becomes the one that is open. @tracker:
 * (nullable): the group's, running here */
void shoal_session_adopt (ShoalSession *self, ShoalEngine *engine, ShoalTrackerProcess *tracker);
/** shoal_session_discard: nothing came of it: stops @engine and removes its profile; @tracker:
 * (nullable): stopped too */
void shoal_session_discard (ShoalSession *self, ShoalEngine *engine, ShoalTrackerProcess *tracker);

/** shoal_session_list_folders: Returns: (transfer full) (element-type filename): the profiles of
 * all groups, as they are on disk now */
GPtrArray *shoal_session_list_folders (void);

/** shoal_session_note_signed_in: somebody has signed in to the group that is open, with the open
 * engine */
void shoal_session_note_signed_in (ShoalSession *self);
/** shoal_session_sign_out: of the group that is open. @forget: the group is gone from this
 * computer, with its history, its queue and, if it runs here, its tracker; what was downloaded
 * stays */
void shoal_session_sign_out (ShoalSession *self, gboolean forget);

G_END_DECLS
