/* shoal-member.h: somebody in the group, and the devices
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-device.h"

G_BEGIN_DECLS

/** ShoalMember: an account of the group; main thread; properties notify when the roster changes
 * them: account, user, online, owner, last-seen-ms, n-files, bytes, devices (a #GListModel of
 * #ShoalDevice) */
#define SHOAL_TYPE_MEMBER (shoal_member_get_type ())
G_DECLARE_FINAL_TYPE (ShoalMember, shoal_member, SHOAL, MEMBER, GObject)

const char *shoal_member_get_account (ShoalMember *self);
const char *shoal_member_get_user (ShoalMember *self);
gboolean shoal_member_get_online (ShoalMember *self);
gboolean shoal_member_get_owner (ShoalMember *self);
gint64 shoal_member_get_last_seen_ms (ShoalMember *self);
gint64 shoal_member_get_n_files (ShoalMember *self);
gint64 shoal_member_get_bytes (ShoalMember *self);
/** shoal_member_get_devices: Returns: (transfer none): of #ShoalDevice; the same list for the
 * member's life */
GListModel *shoal_member_get_devices (ShoalMember *self);

/** ShoalMemberFields: what a directory tells about a member; copied */
typedef struct
{
  const char *account;
  const char *user;
  gboolean online;
  gboolean owner;
  gint64 last_seen_ms;
  gint64 n_files;
  gint64 bytes;
} ShoalMemberFields;

/** shoal_member_new: for implementations of #ShoalDirectory; @devices: (element-type ShoalDevice)
 */
ShoalMember *shoal_member_new (const ShoalMemberFields *fields, GPtrArray *devices);
/** shoal_member_update: takes over what changed and notifies it; the account stays. Returns:
 * whether anything did */
gboolean
shoal_member_update (ShoalMember *self, const ShoalMemberFields *fields, GPtrArray *devices);

G_END_DECLS
