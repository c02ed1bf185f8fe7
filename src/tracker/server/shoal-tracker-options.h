/* shoal-tracker-options.h: the command line of shoal-tracker
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-tracker.h"

G_BEGIN_DECLS

typedef enum
{
  SHOAL_TRACKER_SERVE,
  SHOAL_TRACKER_INVITE,
  SHOAL_TRACKER_LINK,
  SHOAL_TRACKER_AUDIT_VERIFY,
  SHOAL_TRACKER_HELP,
  SHOAL_TRACKER_VERSION,
} ShoalTrackerCommand;

/** ShoalTrackerOptions: a checked command line */
typedef struct
{
  ShoalTrackerCommand command;
  ShoalTrackerConfig *config;
  gint64 uses;         /* invite */
  gint64 expires_days; /* invite */
  gboolean owner;      /* link */
  char *head;          /* (nullable): audit verify */
  char *help;          /* help */
} ShoalTrackerOptions;

/** shoal_tracker_options_parse: @argv: %NULL-terminated, with the program's name first. Every value
 * is checked here. Returns: (transfer full): the options; or %NULL with %SHOAL_ERROR_INVALID that
 * says what would be right */
ShoalTrackerOptions *shoal_tracker_options_parse (const char *const *argv, GError **error);
void shoal_tracker_options_free (ShoalTrackerOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalTrackerOptions, shoal_tracker_options_free)

G_END_DECLS
