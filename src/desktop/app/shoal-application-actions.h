/* shoal-application-actions.h: what can be done without a window, also from notifications
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "shoal-application-notices.h"
#include "shoal-session.h"
#include "shoal-window.h"

G_BEGIN_DECLS

/**
 * ShoalApplicationParts:
 * @application: whose actions they are; not owned
 * @session: which group is open
 * @settings: what the user has set for the app
 * @notices: what has been told
 * @present: shows the main window. Returns: (transfer none) (nullable): it; %NULL once the program
 *   ends
 *
 * What the actions work with.
 */
typedef struct
{
  GtkApplication *application;
  ShoalSession *session;
  GSettings *settings;
  ShoalApplicationNotices *notices;
  ShoalWindow *(*present) (GtkApplication *application);
} ShoalApplicationParts;

/** shoal_application_actions_add: adds to @parts->application all actions of #ShoalApplication but
 * "quit", and the keys; once, while it starts. What is in @parts is kept until its end. */
void shoal_application_actions_add (const ShoalApplicationParts *parts);

G_END_DECLS
