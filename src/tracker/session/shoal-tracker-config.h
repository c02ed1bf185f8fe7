/* shoal-tracker-config.h: what an operator may choose
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ShoalSignUp: who may make an account */
typedef enum
{
  SHOAL_SIGN_UP_OPEN,
  SHOAL_SIGN_UP_INVITE,
  SHOAL_SIGN_UP_CLOSED,
} ShoalSignUp;

/** ShoalTrackerConfig: what an operator may choose; see shoal_tracker_config_new() for the defaults
 */
typedef struct
{
  char *data;        /* the folder of the tracker's state */
  char **listen;     /* "ADDRESS:PORT"; empty: all addresses, port 7707 */
  char *public_host; /* (nullable): "HOST[:PORT]" for links */
  char *name;        /* of the group */
  ShoalSignUp sign_up;
  guint max_failures;
  guint block_seconds;
  guint idle_seconds;
  guint sign_in_seconds;
  guint max_connections;
  guint max_connections_per_address; /* of those that have not signed in */
  gint64 max_entries_per_member;
} ShoalTrackerConfig;

/** shoal_tracker_config_new: @data: the folder. Returns: (transfer full): a config of defaults */
ShoalTrackerConfig *shoal_tracker_config_new (const char *data);
/** shoal_tracker_config_copy: Returns: (transfer full): another one that says the same */
ShoalTrackerConfig *shoal_tracker_config_copy (const ShoalTrackerConfig *self);
void shoal_tracker_config_free (ShoalTrackerConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalTrackerConfig, shoal_tracker_config_free)
/** shoal_sign_up_to_string: Returns: "open", "invite" or "closed" */
const char *shoal_sign_up_to_string (ShoalSignUp sign_up);

G_END_DECLS
