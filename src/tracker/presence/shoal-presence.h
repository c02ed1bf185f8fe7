/* shoal-presence.h: the roster: members, their devices, who is online where
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-actor.h"
#include "shoal-database.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** ShoalPresence: the whole roster in memory, loaded at start and kept in step with the tables
 * accounts and devices by those who change them. Each member's JSON is made once for each change
 * and shared by the whole roster and by the deltas. Main thread, except where noted. */
typedef struct _ShoalPresence ShoalPresence;

/** ShoalPresenceSend: sends @line (a `roster-delta` notification) to all */
typedef void (*ShoalPresenceSend) (GBytes *line, gpointer user_data);

/** shoal_presence_new: @send: called at most once a second, with what has changed; at once when
 * somebody is signed out */
ShoalPresence *shoal_presence_new (ShoalPresenceSend send, gpointer user_data);
void shoal_presence_free (ShoalPresence *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalPresence, shoal_presence_free)

/** shoal_presence_load: a job (@data: the ShoalPresence) that fills it, for shoal_database_read()
 * at start */
gboolean shoal_presence_load (ShoalConnection *connection, gpointer data, GError **error);

/** shoal_presence_forget_changes: what was put in since the last delta goes into none */
void shoal_presence_forget_changes (ShoalPresence *self);

/** ShoalDeviceRecord: a row of the table devices; strings are copied by those who keep them */
typedef struct
{
  gint64 row;
  gint64 account_row;
  const char *device;
  const char *name;
  const char *signed_by;        /* (nullable) */
  const char *seen;             /* (nullable): the address it last came from */
  const char *const *addresses; /* (nullable): announced */
  guint port;
  gint64 added_ms;
  gint64 since_ms;
  gint64 last_seen_ms;
  gboolean has_token; /* it may sign in without the password: only then it is on the roster */
} ShoalDeviceRecord;

/** shoal_presence_put_member: adds a member, or changes its name or role */
void shoal_presence_put_member (
    ShoalPresence *self, gint64 account_row, const char *account, const char *user, gboolean owner);
/** shoal_presence_put_device: adds a device to its member, moves it there from another one, or
 * changes it; its being online does not change unless it moves */
void shoal_presence_put_device (ShoalPresence *self, const ShoalDeviceRecord *record);
/** shoal_presence_remove_device: the next delta says that it is gone */
void shoal_presence_remove_device (ShoalPresence *self, const char *device);
/** shoal_presence_sign_out_device: its token is void: it stays bound to its member, and leaves the
 * roster at once */
void shoal_presence_sign_out_device (ShoalPresence *self, const char *device);
/** shoal_presence_sign_out_member: the same for all devices of a member but @except (nullable) */
void shoal_presence_sign_out_member (ShoalPresence *self, gint64 account_row, const char *except);
/** shoal_presence_set_online: @now_ms: becomes since_ms or last_seen_ms. @seen: (nullable): the
 * address it comes from */
void shoal_presence_set_online (
    ShoalPresence *self, const char *device, gboolean online, const char *seen, gint64 now_ms);
/** shoal_presence_set_addresses: where it serves; port 0: it does not */
void shoal_presence_set_addresses (ShoalPresence *self,
                                   const char *device,
                                   guint port,
                                   const char *const *addresses);
/** shoal_presence_set_name: what the others see the device as */
void shoal_presence_set_name (ShoalPresence *self, const char *device, const char *name);
/** shoal_presence_set_counts: what a member offers, over all its devices: the columns files and
 * bytes of its row */
void
shoal_presence_set_counts (ShoalPresence *self, gint64 account_row, gint64 files, gint64 bytes);

/** shoal_presence_has_device: Returns: whether the device belongs to the member, signed out or not
 */
gboolean shoal_presence_has_device (ShoalPresence *self, gint64 account_row, const char *device);
/** shoal_presence_check_room: whether another device fits into a roster that travels in one line;
 * else %SHOAL_ERROR_LIMIT */
gboolean shoal_presence_check_room (ShoalPresence *self, GError **error);
/** shoal_presence_is_online: Returns: %FALSE also for a device that nobody has */
gboolean shoal_presence_is_online (ShoalPresence *self, const char *device);
/** shoal_presence_ref_online: Returns: (transfer full): the set of the rows (GINT_TO_POINTER) of
 * the devices that are online now; immutable, so that a job may use it in another thread; free with
 * g_hash_table_unref() */
GHashTable *shoal_presence_ref_online (ShoalPresence *self);
/** shoal_presence_dup_devices: Returns: (transfer full): the set of the keys that are bound to an
 * account */
GHashTable *shoal_presence_dup_devices (ShoalPresence *self);
/** shoal_presence_dup_addresses: Returns: (transfer full): the set of the addresses that devices
 * came from */
GHashTable *shoal_presence_dup_addresses (ShoalPresence *self);

/** shoal_presence_get_roster_line: Returns: (transfer none): the notification `roster` with
 * everybody, as of at most a moment ago; what it lacks is in the next delta */
GBytes *shoal_presence_get_roster_line (ShoalPresence *self);
/** shoal_presence_make_roster: Returns: (transfer full): the same as an object, for an answer */
JsonObject *shoal_presence_make_roster (ShoalPresence *self);

G_END_DECLS
