/* shoal-application-private.h: what the files of the application share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-application.h"
#include "shoal-notifier.h"
#include "shoal-tray.h"
#include "shoal-window.h"

G_BEGIN_DECLS

struct _ShoalApplication
{
  AdwApplication parent_instance;

  ShoalSession *session;
  GSettings *settings;
  ShoalSettingsSync *sync;
  gboolean started;  /* the session has been told to */
  gboolean quitting; /* the session is being closed */

  /* shoal-application-notices.c */
  ShoalNotifier *notifier;
  ShoalTray *tray;         /* (nullable): without a session bus */
  ShoalActivity *activity; /* (nullable): of the engine that is open */
  guint inhibition;        /* cookie; 0: the computer may sleep */
  guint rest_id;           /* nothing moves; the inhibition ends soon */

  /* shoal-application-background.c */
  gboolean sandboxed;
  gboolean closing;    /* the user or the sandbox is being asked */
  gboolean setting_up; /* a setting is being put right */
  guint follow_id;     /* "start-at-sign-in" is going to be followed */
};

void shoal_application_add_actions (ShoalApplication *self);
/** shoal_application_ensure_window: Returns: (transfer none): the main window, made if there is
 * none */
ShoalWindow *shoal_application_ensure_window (ShoalApplication *self);
/** shoal_application_report: tells the user that something was not done, in whatever window he has;
 * without one in the log */
void shoal_application_report (ShoalApplication *self, const char *heading, const char *message);

/* shoal-application-notices.c: notifications, the tray, sleep */
void shoal_application_start_notices (ShoalApplication *self);
void shoal_application_stop_notices (ShoalApplication *self);
/** shoal_application_watch_engine: @engine: (nullable): the one that is open now */
void shoal_application_watch_engine (ShoalApplication *self, ShoalEngine *engine);
/** shoal_application_watch_window: what is seen in @window is not notified */
void shoal_application_watch_window (ShoalApplication *self, ShoalWindow *window);

/* shoal-application-background.c: running without a window, starting at sign-in */
void shoal_application_start_background (ShoalApplication *self);
void shoal_application_stop_background (ShoalApplication *self);
/** shoal_application_close: the user closes @window, the main one: it is hidden while transfers go
 * on in the background, or the program ends, perhaps after a question. Returns: whether the window
 * is not to be destroyed now */
gboolean shoal_application_close (ShoalApplication *self, GtkWindow *window);
/** shoal_application_note_shown: the window is there again */
void shoal_application_note_shown (ShoalApplication *self);

G_END_DECLS
