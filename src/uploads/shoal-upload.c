/* shoal-upload.c: somebody fetching something from here, as a face shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-upload"

#include "config.h"

#include "shoal-upload-private.h"

/* The speed is that of the last seconds: half of it is from the last one. */
#define SPEED_WINDOW_US (G_GINT64_CONSTANT (1000) * 1000)

struct _ShoalUpload
{
  GObject parent_instance;

  char *user;
  char *device;
  char *name;
  gboolean folder;
  guint64 size;
  guint64 bytes;
  double speed;
  gboolean active;
  gint64 window_us; /* when the present one began, 0 before the first */
  guint64 window_bytes;
};

G_DEFINE_FINAL_TYPE (ShoalUpload, shoal_upload, G_TYPE_OBJECT)

typedef enum
{
  PROP_USER = 1,
  PROP_DEVICE,
  PROP_NAME,
  PROP_FOLDER,
  PROP_SIZE,
  PROP_BYTES,
  PROP_SPEED,
  PROP_ACTIVE,
} ShoalUploadProperty;
static GParamSpec *properties[PROP_ACTIVE + 1];

static void
shoal_upload_finalize (GObject *object)
{
  ShoalUpload *self = SHOAL_UPLOAD (object);

  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->device, g_free);
  g_clear_pointer (&self->name, g_free);
  G_OBJECT_CLASS (shoal_upload_parent_class)->finalize (object);
}

static void
shoal_upload_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  ShoalUpload *self = SHOAL_UPLOAD (object);

  switch ((ShoalUploadProperty) property)
    {
    case PROP_USER:
      g_value_set_string (value, self->user);
      break;
    case PROP_DEVICE:
      g_value_set_string (value, self->device);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_FOLDER:
      g_value_set_boolean (value, self->folder);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    case PROP_BYTES:
      g_value_set_uint64 (value, self->bytes);
      break;
    case PROP_SPEED:
      g_value_set_double (value, self->speed);
      break;
    case PROP_ACTIVE:
      g_value_set_boolean (value, self->active);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
shoal_upload_class_init (ShoalUploadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = shoal_upload_finalize;
  object_class->get_property = shoal_upload_get_property;

  properties[PROP_USER] = g_param_spec_string ("user", NULL, NULL, NULL, flags);
  properties[PROP_DEVICE] = g_param_spec_string ("device", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_FOLDER] = g_param_spec_boolean ("folder", NULL, NULL, FALSE, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_BYTES] = g_param_spec_uint64 ("bytes", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SPEED] = g_param_spec_double ("speed", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_ACTIVE] = g_param_spec_boolean ("active", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
shoal_upload_init (ShoalUpload *self)
{
}

ShoalUpload *
shoal_upload_new (
    const char *user, const char *device, const char *name, gboolean folder, guint64 size)
{
  ShoalUpload *self = g_object_new (SHOAL_TYPE_UPLOAD, NULL);

  self->user = g_strdup (user);
  self->device = g_strdup (device);
  self->name = g_strdup (name);
  self->folder = folder;
  self->size = size;
  return self;
}

static void
show_speed (ShoalUpload *self, gint64 now_us)
{
  if (self->window_us == 0)
    {
      self->window_us = now_us;
      self->window_bytes = self->bytes;
      return;
    }
  gint64 passed_us = now_us - self->window_us;
  if (passed_us < SPEED_WINDOW_US)
    return;
  /* Bytes of an answer that was cut are taken back. */
  guint64 moved = self->bytes - MIN (self->bytes, self->window_bytes);
  double last = (double) moved * 1e6 / (double) passed_us;
  double speed = self->speed > 0 ? (self->speed + last) / 2 : last;
  if (speed < 1)
    speed = 0;
  self->window_us = now_us;
  self->window_bytes = self->bytes;
  if (speed == self->speed)
    return;
  self->speed = speed;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SPEED]);
}

void
shoal_upload_show (ShoalUpload *self, guint64 bytes, gboolean active, gint64 now_us)
{
  if (bytes != self->bytes)
    {
      self->bytes = bytes;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BYTES]);
    }
  show_speed (self, now_us);
  if (active != self->active)
    {
      self->active = active;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
    }
}

const char *
shoal_upload_get_user (ShoalUpload *self)
{
  g_return_val_if_fail (SHOAL_IS_UPLOAD (self), NULL);

  return self->user;
}

const char *
shoal_upload_get_name (ShoalUpload *self)
{
  g_return_val_if_fail (SHOAL_IS_UPLOAD (self), NULL);

  return self->name;
}

gboolean
shoal_upload_is_folder (ShoalUpload *self)
{
  g_return_val_if_fail (SHOAL_IS_UPLOAD (self), FALSE);

  return self->folder;
}

guint64
shoal_upload_get_size (ShoalUpload *self)
{
  g_return_val_if_fail (SHOAL_IS_UPLOAD (self), 0);

  return self->size;
}

guint64
shoal_upload_get_bytes (ShoalUpload *self)
{
  g_return_val_if_fail (SHOAL_IS_UPLOAD (self), 0);

  return self->bytes;
}

double
shoal_upload_get_speed (ShoalUpload *self)
{
  g_return_val_if_fail (SHOAL_IS_UPLOAD (self), 0);

  return self->speed;
}

gboolean
shoal_upload_get_active (ShoalUpload *self)
{
  g_return_val_if_fail (SHOAL_IS_UPLOAD (self), FALSE);

  return self->active;
}
