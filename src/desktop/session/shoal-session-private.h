/* shoal-session-private.h: what the files of the session share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-control.h"
#include "shoal-session.h"

G_BEGIN_DECLS

struct _ShoalSession
{
  GObject parent_instance;

  GListStore *groups;
  ShoalGroupItem *current;
  ShoalEngine *engine;
  ShoalControl *control;
  ShoalSessionState state;
  char *message;
  ShoalEngine *ready;    /* signed in to current: to be used instead of a new one */
  char *remove;          /* the profile folder to delete when its engine has stopped */
  gboolean busy;         /* the chain is under way */
  gboolean again;        /* current has changed since it began */
  GCancellable *opening; /* (nullable): of the engine that is being opened */
  guint n_leaving;       /* engines that are being tried or discarded, in the free folder */
  GPtrArray *preparing;  /* of GTask: they wait for that folder */
  GPtrArray *closing;    /* of GTask: waiting for the end */
  guint n_stopping;      /* trackers that were asked to end and have not yet */
};

/** shoal_session_begin: the chain: closes what is open, opens what is current */
void shoal_session_begin (ShoalSession *self);
void shoal_session_set_current (ShoalSession *self, ShoalGroupItem *group);
void shoal_session_set_state (ShoalSession *self, ShoalSessionState state, const char *message);
/** shoal_session_begin_serving: others can fetch from here, and the queue goes on, if somebody is
 * signed in */
void shoal_session_begin_serving (ShoalSession *self);
void shoal_session_emit_problem (ShoalSession *self, const char *message);

/** shoal_session_engine_open_async: opens and locks the profile @folder and starts an engine on it
 */
void shoal_session_engine_open_async (ShoalSession *self,
                                      const char *folder,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
ShoalEngine *
shoal_session_engine_open_finish (ShoalSession *self, GAsyncResult *result, GError **error);

/** shoal_session_dup_root: Returns: (transfer full): the folder of all profiles */
char *shoal_session_dup_root (void);
/** shoal_session_dup_free_folder: Returns: (transfer full): a folder for a new group's profile */
char *shoal_session_dup_free_folder (void);
/** shoal_session_remove_folder: deletes the profile @folder in a thread; what fails is logged.
 * Follows no links. */
void shoal_session_remove_folder (const char *folder);

G_END_DECLS
