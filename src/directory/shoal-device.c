/* shoal-device.c: one device of a member, as the directory tells it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-device"

#include "config.h"

#include "shoal-device.h"

struct _ShoalDevice
{
  GObject parent_instance;

  char *fingerprint;
  char *name;
  char **addresses;
  char *seen;
  gint64 since_ms;
  gint64 last_seen_ms;
  gboolean online;
  gboolean confirmed;
  gboolean is_new;
};

G_DEFINE_FINAL_TYPE (ShoalDevice, shoal_device, G_TYPE_OBJECT)

static void
shoal_device_finalize (GObject *object)
{
  ShoalDevice *self = SHOAL_DEVICE (object);

  g_clear_pointer (&self->fingerprint, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->addresses, g_strfreev);
  g_clear_pointer (&self->seen, g_free);
  G_OBJECT_CLASS (shoal_device_parent_class)->finalize (object);
}

static void
shoal_device_class_init (ShoalDeviceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_device_finalize;
}

static void
shoal_device_init (ShoalDevice *self)
{
}

ShoalDevice *
shoal_device_new (const ShoalDeviceFields *fields)
{
  static const char *const nowhere[] = { NULL };

  g_return_val_if_fail (fields != NULL && fields->fingerprint != NULL, NULL);

  ShoalDevice *self = g_object_new (SHOAL_TYPE_DEVICE, NULL);
  self->fingerprint = g_strdup (fields->fingerprint);
  self->name = g_strdup (fields->name != NULL ? fields->name : "");
  self->addresses = g_strdupv ((char **) (fields->addresses != NULL ? fields->addresses : nowhere));
  self->seen = g_strdup (fields->seen);
  self->since_ms = fields->since_ms;
  self->last_seen_ms = fields->last_seen_ms;
  self->online = fields->online;
  self->confirmed = fields->confirmed;
  self->is_new = fields->is_new;
  return self;
}

gboolean
shoal_device_equal (ShoalDevice *self, ShoalDevice *other)
{
  g_return_val_if_fail (SHOAL_IS_DEVICE (self), FALSE);
  g_return_val_if_fail (SHOAL_IS_DEVICE (other), FALSE);

  return g_str_equal (self->fingerprint, other->fingerprint)
         && g_str_equal (self->name, other->name)
         && g_strv_equal ((const char *const *) self->addresses,
                          (const char *const *) other->addresses)
         && g_strcmp0 (self->seen, other->seen) == 0 && self->since_ms == other->since_ms
         && self->last_seen_ms == other->last_seen_ms && self->online == other->online
         && self->confirmed == other->confirmed && self->is_new == other->is_new;
}

const char *
shoal_device_get_fingerprint (ShoalDevice *self)
{
  g_return_val_if_fail (SHOAL_IS_DEVICE (self), NULL);
  return self->fingerprint;
}

const char *
shoal_device_get_name (ShoalDevice *self)
{
  g_return_val_if_fail (SHOAL_IS_DEVICE (self), NULL);
  return self->name;
}

gboolean
shoal_device_get_online (ShoalDevice *self)
{
  g_return_val_if_fail (SHOAL_IS_DEVICE (self), FALSE);
  return self->online;
}

const char *const *
shoal_device_get_addresses (ShoalDevice *self)
{
  g_return_val_if_fail (SHOAL_IS_DEVICE (self), NULL);
  return (const char *const *) self->addresses;
}

const char *
shoal_device_get_seen (ShoalDevice *self)
{
  g_return_val_if_fail (SHOAL_IS_DEVICE (self), NULL);
  return self->seen;
}

gint64
shoal_device_get_since_ms (ShoalDevice *self)
{
  g_return_val_if_fail (SHOAL_IS_DEVICE (self), 0);
  return self->since_ms;
}

gint64
shoal_device_get_last_seen_ms (ShoalDevice *self)
{
  g_return_val_if_fail (SHOAL_IS_DEVICE (self), 0);
  return self->last_seen_ms;
}

gboolean
shoal_device_get_confirmed (ShoalDevice *self)
{
  g_return_val_if_fail (SHOAL_IS_DEVICE (self), FALSE);
  return self->confirmed;
}

gboolean
shoal_device_get_new (ShoalDevice *self)
{
  g_return_val_if_fail (SHOAL_IS_DEVICE (self), FALSE);
  return self->is_new;
}
