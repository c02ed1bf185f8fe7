/* shoal-application-private.h: what the files of the application share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-application.h"
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
};

void shoal_application_add_actions (ShoalApplication *self);
/** shoal_application_ensure_window: Returns: (transfer none): the main window, made if there is
 * none */
ShoalWindow *shoal_application_ensure_window (ShoalApplication *self);

G_END_DECLS
