/* shoal-member.c: somebody in the group, and the devices
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-member"

#include "config.h"

#include "shoal-member.h"

struct _ShoalMember
{
  GObject parent_instance;

  char *account;
  char *user;
  GListStore *devices;
  gint64 last_seen_ms;
  gint64 n_files;
  gint64 bytes;
  gboolean online;
  gboolean owner;
};

enum
{
  PROP_ACCOUNT = 1,
  PROP_USER,
  PROP_ONLINE,
  PROP_OWNER,
  PROP_LAST_SEEN_MS,
  PROP_N_FILES,
  PROP_BYTES,
  PROP_DEVICES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (ShoalMember, shoal_member, G_TYPE_OBJECT)

static void
shoal_member_finalize (GObject *object)
{
  ShoalMember *self = SHOAL_MEMBER (object);

  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->user, g_free);
  g_clear_object (&self->devices);
  G_OBJECT_CLASS (shoal_member_parent_class)->finalize (object);
}

static void
shoal_member_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ShoalMember *self = SHOAL_MEMBER (object);

  switch (prop_id)
    {
    case PROP_ACCOUNT:
      g_value_set_string (value, self->account);
      break;
    case PROP_USER:
      g_value_set_string (value, self->user);
      break;
    case PROP_ONLINE:
      g_value_set_boolean (value, self->online);
      break;
    case PROP_OWNER:
      g_value_set_boolean (value, self->owner);
      break;
    case PROP_LAST_SEEN_MS:
      g_value_set_int64 (value, self->last_seen_ms);
      break;
    case PROP_N_FILES:
      g_value_set_int64 (value, self->n_files);
      break;
    case PROP_BYTES:
      g_value_set_int64 (value, self->bytes);
      break;
    case PROP_DEVICES:
      g_value_set_object (value, self->devices);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
shoal_member_class_init (ShoalMemberClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = shoal_member_finalize;
  object_class->get_property = shoal_member_get_property;

  properties[PROP_ACCOUNT] = g_param_spec_string ("account", NULL, NULL, NULL, flags);
  properties[PROP_USER] = g_param_spec_string ("user", NULL, NULL, NULL, flags);
  properties[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, FALSE, flags);
  properties[PROP_OWNER] = g_param_spec_boolean ("owner", NULL, NULL, FALSE, flags);
  properties[PROP_LAST_SEEN_MS]
      = g_param_spec_int64 ("last-seen-ms", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_N_FILES] = g_param_spec_int64 ("n-files", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_BYTES] = g_param_spec_int64 ("bytes", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_DEVICES] = g_param_spec_object ("devices", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
shoal_member_init (ShoalMember *self)
{
  self->devices = g_list_store_new (SHOAL_TYPE_DEVICE);
}

ShoalMember *
shoal_member_new (const ShoalMemberFields *fields, GPtrArray *devices)
{
  g_return_val_if_fail (fields != NULL && fields->account != NULL, NULL);

  ShoalMember *self = g_object_new (SHOAL_TYPE_MEMBER, NULL);
  self->account = g_strdup (fields->account);
  shoal_member_update (self, fields, devices);
  return self;
}

static gboolean
devices_are_equal (GListModel *have, GPtrArray *devices)
{
  if (g_list_model_get_n_items (have) != devices->len)
    return FALSE;
  for (guint i = 0; i < devices->len; i++)
    {
      g_autoptr (ShoalDevice) device = g_list_model_get_item (have, i);

      if (!shoal_device_equal (device, g_ptr_array_index (devices, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_boolean (ShoalMember *self, gboolean *field, gboolean value, int prop)
{
  if (!*field == !value)
    return FALSE;
  *field = !!value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop]);
  return TRUE;
}

static gboolean
set_integer (ShoalMember *self, gint64 *field, gint64 value, int prop)
{
  if (*field == value)
    return FALSE;
  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop]);
  return TRUE;
}

gboolean
shoal_member_update (ShoalMember *self, const ShoalMemberFields *fields, GPtrArray *devices)
{
  gboolean changed = FALSE;

  g_return_val_if_fail (SHOAL_IS_MEMBER (self), FALSE);
  g_return_val_if_fail (g_str_equal (self->account, fields->account), FALSE);

  g_object_freeze_notify (G_OBJECT (self));
  if (g_strcmp0 (self->user, fields->user) != 0)
    {
      g_free (self->user);
      self->user = g_strdup (fields->user);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_USER]);
      changed = TRUE;
    }
  changed |= set_boolean (self, &self->online, fields->online, PROP_ONLINE);
  changed |= set_boolean (self, &self->owner, fields->owner, PROP_OWNER);
  changed |= set_integer (self, &self->last_seen_ms, fields->last_seen_ms, PROP_LAST_SEEN_MS);
  changed |= set_integer (self, &self->n_files, fields->n_files, PROP_N_FILES);
  changed |= set_integer (self, &self->bytes, fields->bytes, PROP_BYTES);
  if (!devices_are_equal (G_LIST_MODEL (self->devices), devices))
    {
      guint n_old = g_list_model_get_n_items (G_LIST_MODEL (self->devices));

      g_list_store_splice (self->devices, 0, n_old, devices->pdata, devices->len);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEVICES]);
      changed = TRUE;
    }
  g_object_thaw_notify (G_OBJECT (self));
  return changed;
}

const char *
shoal_member_get_account (ShoalMember *self)
{
  g_return_val_if_fail (SHOAL_IS_MEMBER (self), NULL);
  return self->account;
}

const char *
shoal_member_get_user (ShoalMember *self)
{
  g_return_val_if_fail (SHOAL_IS_MEMBER (self), NULL);
  return self->user;
}

gboolean
shoal_member_get_online (ShoalMember *self)
{
  g_return_val_if_fail (SHOAL_IS_MEMBER (self), FALSE);
  return self->online;
}

gboolean
shoal_member_get_owner (ShoalMember *self)
{
  g_return_val_if_fail (SHOAL_IS_MEMBER (self), FALSE);
  return self->owner;
}

gint64
shoal_member_get_last_seen_ms (ShoalMember *self)
{
  g_return_val_if_fail (SHOAL_IS_MEMBER (self), 0);
  return self->last_seen_ms;
}

gint64
shoal_member_get_n_files (ShoalMember *self)
{
  g_return_val_if_fail (SHOAL_IS_MEMBER (self), 0);
  return self->n_files;
}

gint64
shoal_member_get_bytes (ShoalMember *self)
{
  g_return_val_if_fail (SHOAL_IS_MEMBER (self), 0);
  return self->bytes;
}

GListModel *
shoal_member_get_devices (ShoalMember *self)
{
  g_return_val_if_fail (SHOAL_IS_MEMBER (self), NULL);
  return G_LIST_MODEL (self->devices);
}
