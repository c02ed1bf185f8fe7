/* shoal-tracker-launch.h: starts the program of a group's tracker
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalTrackerSetup: what a tracker of this computer was set up with */
typedef struct
{
  const char *profile;
  const char *name;
  guint16 port;
  const char *public_host; /* (nullable): this computer's present address */
} ShoalTrackerSetup;

/** shoal_tracker_launch: starts it, with a pipe for all that it writes; it ends with this process.
 * @owner_link: only to print a link for the owner, with another pipe for what is wrong. Returns:
 * (transfer full) (nullable) */
GSubprocess *
shoal_tracker_launch (const ShoalTrackerSetup *self, gboolean owner_link, GError **error);

G_END_DECLS
