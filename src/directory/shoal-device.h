/* shoal-device.h: one device of a member, as the directory tells it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalDevice: main thread, immutable; a change makes a new one */
#define SHOAL_TYPE_DEVICE (shoal_device_get_type ())
G_DECLARE_FINAL_TYPE (ShoalDevice, shoal_device, SHOAL, DEVICE, GObject)

const char *shoal_device_get_fingerprint (ShoalDevice *self);
const char *shoal_device_get_name (ShoalDevice *self);
gboolean shoal_device_get_online (ShoalDevice *self);
/** shoal_device_get_addresses: Returns: (transfer none) (array zero-terminated=1): "literal:port",
 * best first (as seen and same subnet before others); empty if it does not serve */
const char *const *shoal_device_get_addresses (ShoalDevice *self);
gint64 shoal_device_get_since_ms (ShoalDevice *self);
gint64 shoal_device_get_last_seen_ms (ShoalDevice *self);
/** shoal_device_get_confirmed: known from before or signed by a known one, or compared by the user;
 * else it is new and unconfirmed */
gboolean shoal_device_get_confirmed (ShoalDevice *self);
/** shoal_device_get_seen: Returns: (nullable): the literal address it connects from, as the
 * directory sees it */
const char *shoal_device_get_seen (ShoalDevice *self);
/** shoal_device_get_new: first seen by us in a member that we knew before without it */
gboolean shoal_device_get_new (ShoalDevice *self);

/** ShoalDeviceFields: what a directory tells about a device; copied */
typedef struct
{
  const char *fingerprint;
  const char *name; /* (nullable) */
  gboolean online;
  const char *const
      *addresses;   /* (nullable) (array zero-terminated=1): "literal:port", best first */
  const char *seen; /* (nullable) */
  gint64 since_ms;
  gint64 last_seen_ms;
  gboolean confirmed;
  gboolean is_new;
} ShoalDeviceFields;

/** shoal_device_new: for implementations of #ShoalDirectory */
ShoalDevice *shoal_device_new (const ShoalDeviceFields *fields);
/** shoal_device_equal: Returns: whether all that can be asked of both is the same */
gboolean shoal_device_equal (ShoalDevice *self, ShoalDevice *other);

G_END_DECLS
