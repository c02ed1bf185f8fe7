/* shoal-tracker.h: the tracker: who is a member, who is online, what is shared
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

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
ShoalTrackerConfig *shoal_tracker_config_copy (const ShoalTrackerConfig *self);
void shoal_tracker_config_free (ShoalTrackerConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalTrackerConfig, shoal_tracker_config_free)
/** shoal_sign_up_to_string: Returns: "open", "invite" or "closed" */
const char *shoal_sign_up_to_string (ShoalSignUp sign_up);

/** ShoalTracker: the whole server; lives in the default main context of the main thread */
#define SHOAL_TYPE_TRACKER (shoal_tracker_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTracker, shoal_tracker, SHOAL, TRACKER, GObject)

/** shoal_tracker_new: @config: copied */
ShoalTracker *shoal_tracker_new (const ShoalTrackerConfig *config);
/** shoal_tracker_open: takes the folder's lock, reads or makes the key, opens the database and
 * loads the roster. Blocking. A folder in use by another server is %SHOAL_ERROR_EXISTS. */
gboolean shoal_tracker_open (ShoalTracker *self, GError **error);
/** shoal_tracker_listen: after shoal_tracker_open(): accepts connections from now on */
gboolean shoal_tracker_listen (ShoalTracker *self, GError **error);
/** shoal_tracker_stop: says good-bye on all channels, then closes the database; runs the main
 * context until that is done, 3 s at most */
void shoal_tracker_stop (ShoalTracker *self);
/** shoal_tracker_dup_link: after shoal_tracker_listen(). Returns: (transfer full): the link without
 * an invite */
char *shoal_tracker_dup_link (ShoalTracker *self);
/** shoal_tracker_dup_owner_link: Returns: (transfer full) (nullable): the owner link, if this was
 * the first start; a secret */
char *shoal_tracker_dup_owner_link (ShoalTracker *self);

G_END_DECLS
